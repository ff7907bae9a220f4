//! [`GroupingSets`]: groups of several sizes in one query.

/// Selects the groups of a query beside those of its whole GROUP BY list. In the rows of greater groups, the expressions that
/// they are not grouped by are NULL.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum GroupingSets {
    /// ROLLUP: also the groups of the list without its last expression, without its last two, and so on, up to all rows.
    Rollup,
    /// CUBE: the groups of each subset of the list.
    Cube,
    /// GROUPING SETS: these groups alone, each by positions in the list.
    Sets(Vec<Vec<usize>>),
}

impl GroupingSets {
    /// Returns whether the expression at that position of the list is NULL in some rows.
    ///
    /// # Examples
    ///
    /// ```
    /// use orm_core::stmt::GroupingSets;
    /// let sets = GroupingSets::Sets(vec![vec![0, 1], vec![0]]);
    /// assert!(!sets.may_be_null(0) && sets.may_be_null(1));
    /// assert!(GroupingSets::Rollup.may_be_null(0));
    /// ```
    pub fn may_be_null(&self, position: usize) -> bool {
        match self {
            Self::Rollup | Self::Cube => true,
            Self::Sets(sets) => !sets.iter().all(|set| set.contains(&position)),
        }
    }
}
