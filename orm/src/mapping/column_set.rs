//! [`ColumnSet`]: a set of column positions, which allocates only for wide tables.

/// Represents a set of column positions. A set of positions below 64 costs no allocation.
///
/// # Examples
///
/// ```
/// # use orm::mapping::ColumnSet;
/// let (mut one, mut other) = (ColumnSet::new(), ColumnSet::new());
/// assert!(one.is_empty());
/// one.insert(1);
/// other.insert(70);
/// one.unite(&other);
/// assert_eq!((one.len(), one.contains(70)), (2, true));
/// one.remove(1);
/// assert_eq!(one.iter().collect::<Vec<_>>(), [70]);
/// ```
#[expect(
    clippy::derived_hash_with_manual_eq,
    reason = "it is the equality that would be derived, but faster"
)]
#[derive(Clone, Debug, Default, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnSet {
    first: u64,
    rest: Vec<u64>,
}

// By hand, since a flush compares the sets of all rows, and nearly none goes beyond the first word: to compare
// empty lists as memory reads from an address that is none, which costs more than all the rest.
impl PartialEq for ColumnSet {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        let more = !(self.rest.is_empty() && other.rest.is_empty());
        self.first == other.first && !(more && self.rest != other.rest)
    }
}

impl ColumnSet {
    /// Creates an empty set.
    pub const fn new() -> Self {
        Self {
            first: 0,
            rest: Vec::new(),
        }
    }

    /// Adds a position.
    #[inline]
    pub fn insert(&mut self, position: usize) {
        if position < 64 {
            self.first |= 1 << position;
        } else {
            self.insert_high(position);
        }
    }

    #[cold]
    fn insert_high(&mut self, position: usize) {
        let word = position / 64 - 1;
        if self.rest.len() <= word {
            self.rest.resize(word + 1, 0);
        }
        self.rest[word] |= 1 << (position % 64);
    }

    /// Removes a position. Trailing empty words are removed as well, so that equal sets compare equal.
    pub fn remove(&mut self, position: usize) {
        if position < 64 {
            self.first &= !(1 << position);
        } else if let Some(word) = self.rest.get_mut(position / 64 - 1) {
            *word &= !(1 << (position % 64));
            while self.rest.last() == Some(&0) {
                self.rest.pop();
            }
        }
    }

    /// Returns whether the set contains a position.
    #[inline]
    pub fn contains(&self, position: usize) -> bool {
        if position < 64 {
            self.first & (1 << position) != 0
        } else {
            let word = self.rest.get(position / 64 - 1);
            word.is_some_and(|word| word & (1 << (position % 64)) != 0)
        }
    }

    /// Returns whether the set is empty.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.first == 0 && self.rest.is_empty()
    }

    /// Returns the number of positions.
    pub fn len(&self) -> usize {
        let high: u32 = self.rest.iter().map(|word| word.count_ones()).sum();
        (self.first.count_ones() + high) as usize
    }

    /// Adds all positions of another set.
    #[inline]
    pub fn unite(&mut self, other: &Self) {
        self.first |= other.first;
        if !other.rest.is_empty() {
            other.iter().for_each(|position| self.insert(position));
        }
    }

    /// Iterates over the positions in ascending order.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        Positions {
            word: self.first,
            before: 0,
            rest: self.rest.iter(),
        }
    }
}

/// The positions of the bits that are set, in as many steps as there are of them: a flush iterates them for each batch.
struct Positions<'s> {
    word: u64,
    /// How many positions there are in the words before.
    before: usize,
    rest: std::slice::Iter<'s, u64>,
}

impl Iterator for Positions<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.word == 0 {
            self.word = *self.rest.next()?;
            self.before += 64;
        }
        let bit = self.word.trailing_zeros() as usize;
        self.word &= self.word - 1;
        Some(self.before + bit)
    }
}

impl FromIterator<usize> for ColumnSet {
    fn from_iter<I: IntoIterator<Item = usize>>(positions: I) -> Self {
        let mut set = Self::new();
        for position in positions {
            set.insert(position);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_any_position_in_order() {
        let positions = [0, 3, 63, 64, 127, 200];
        let mut set: ColumnSet = positions.into_iter().rev().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), positions);
        assert_eq!(set.len(), 6);
        assert!(set.contains(127) && !set.contains(128) && !set.contains(5000));
        set.remove(200);
        assert_eq!(set, [0, 3, 63, 64, 127].into_iter().collect());
        for position in [0, 3, 63, 64, 127] {
            set.remove(position);
        }
        assert_eq!(set, ColumnSet::new());
        set.unite(&positions.into_iter().collect());
        set.unite(&[1, 3].into_iter().collect());
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 1, 3, 63, 64, 127, 200]);
    }
}
