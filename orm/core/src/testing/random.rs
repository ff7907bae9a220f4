//! [`Random`]: numbers that follow from a seed, so that a failing case can be repeated by its seed alone.

/// Generates pseudo-random numbers: SplitMix64.
///
/// # Examples
///
/// ```
/// # use orm_core::testing::Random;
/// let (mut a, mut b) = (Random::new(1), Random::new(1));
/// assert_eq!(a.below(10), b.below(10));
/// assert_eq!(a.some_of(&["x", "y"]), b.some_of(&["x", "y"]));
/// assert!(a.pick(&["x", "y"]).len() == 1 && a.one_in(1));
/// ```
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Creates the generator of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Returns a number below `limit`, or 0 if that is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % limit).unwrap_or(0)
    }

    /// Returns true once in `n` times.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// Returns one of `choices`, which must not be empty.
    pub fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }

    /// Returns `choices` without some of them, in another order.
    pub fn some_of<T: Clone>(&mut self, choices: &[T]) -> Vec<T> {
        let mut rest = choices.to_vec();
        let count = self.below(rest.len() + 1);
        let taken = (0..count).map(|_| rest.swap_remove(self.below(rest.len())));
        taken.collect()
    }
}
