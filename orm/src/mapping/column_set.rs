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
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnSet {
    first: u64,
    /// The positions from 64 on, if there are any. In a box of its own, so that a set is two words, which a function
    /// returns in registers: a flush makes one of each row.
    high: Option<Box<High>>,
}

/// Positions from 64 on, without empty words at the end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct High(Vec<u64>);

impl ColumnSet {
    /// Creates an empty set.
    pub const fn new() -> Self {
        Self {
            first: 0,
            high: None,
        }
    }

    /// The words behind the first one.
    #[inline]
    fn rest(&self) -> &[u64] {
        self.high.as_ref().map_or(&[], |high| &high.0)
    }

    /// Removes several positions.
    #[inline]
    pub(crate) fn remove_all(&mut self, positions: &[usize]) {
        for position in positions {
            self.remove(*position);
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
        let High(rest) = &mut **self.high.get_or_insert_default();
        let word = position / 64 - 1;
        if rest.len() <= word {
            rest.resize(word + 1, 0);
        }
        rest[word] |= 1 << (position % 64);
    }

    /// Removes a position. Trailing empty words are removed as well, so that equal sets compare equal.
    pub fn remove(&mut self, position: usize) {
        if position < 64 {
            self.first &= !(1 << position);
            return;
        }
        let Some(High(rest)) = self.high.as_deref_mut() else {
            return;
        };
        if let Some(word) = rest.get_mut(position / 64 - 1) {
            *word &= !(1 << (position % 64));
        }
        while rest.pop_if(|last| *last == 0).is_some() {}
        if rest.is_empty() {
            self.high = None;
        }
    }

    /// Returns whether the set contains a position.
    #[inline]
    pub fn contains(&self, position: usize) -> bool {
        if position < 64 {
            self.first & (1 << position) != 0
        } else {
            let word = self.rest().get(position / 64 - 1);
            word.is_some_and(|word| word & (1 << (position % 64)) != 0)
        }
    }

    /// Returns whether the set is empty.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.first == 0 && self.high.is_none()
    }

    /// Returns the number of positions.
    pub fn len(&self) -> usize {
        let high: u32 = self.rest().iter().map(|word| word.count_ones()).sum();
        (self.first.count_ones() + high) as usize
    }

    /// Adds all positions of another set.
    #[inline]
    pub fn unite(&mut self, other: &Self) {
        self.first |= other.first;
        if other.high.is_some() {
            other.iter().for_each(|position| self.insert(position));
        }
    }

    /// Iterates over the positions in ascending order.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        Positions {
            word: self.first,
            before: 0,
            rest: self.rest().iter(),
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

impl<'p> Extend<&'p usize> for ColumnSet {
    fn extend<I: IntoIterator<Item = &'p usize>>(&mut self, positions: I) {
        for position in positions {
            self.insert(*position);
        }
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
