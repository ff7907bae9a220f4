//! [`Change`]: statements that are run together, and whether in a transaction.
//!
//! Made by [`alter`](super::alter) and by [`Dialect::alter`](crate::sql::Dialect::alter). How they become files of a
//! migration is not here.

/// Holds the statements of consecutive operations that are run together.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::ddl::Change;
/// let change = Change::new(vec!["DROP TABLE a".to_owned()]);
/// assert!(change.in_transaction);
/// let alone = Change::outside_transaction(vec!["DROP INDEX CONCURRENTLY b".to_owned()]);
/// assert!(!alone.in_transaction);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// The statements, in the order in which they are run.
    pub statements: Vec<String>,
    /// Whether the statements are run in a transaction. Without one, each statement is committed on its own, or the
    /// statements begin and end a transaction themselves.
    pub in_transaction: bool,
    /// The number of operations whose statements these are, with those beside them that need none. Set by
    /// [`alter`](super::alter).
    pub operations: usize,
}

impl Change {
    /// Creates a change whose statements are run in a transaction.
    pub fn new(statements: Vec<String>) -> Self {
        Self {
            statements,
            in_transaction: true,
            operations: 0,
        }
    }

    /// Creates a change whose statements can't be run in a transaction that is open before them.
    pub fn outside_transaction(statements: Vec<String>) -> Self {
        Self {
            statements,
            in_transaction: false,
            operations: 0,
        }
    }
}

/// The changes of a list of operations, of which each takes the statements that may be run together.
#[derive(Debug)]
pub(super) struct Changes {
    found: Vec<Change>,
    /// Whether the last change takes more statements.
    is_open: bool,
    /// Whether ROLLBACK undoes DDL.
    transactional: bool,
    /// The number of operations without statements before the first change.
    skipped: usize,
}

impl Changes {
    pub(super) fn new(transactional: bool) -> Self {
        Self {
            found: Vec::new(),
            is_open: false,
            transactional,
            skipped: 0,
        }
    }

    /// Adds the statements of some operations. Where DDL commits, all statements are one change without a transaction.
    pub(super) fn push(&mut self, mut change: Change, operations: usize) {
        if change.statements.is_empty() {
            match self.found.last_mut() {
                Some(last) => last.operations += operations,
                None => self.skipped += operations,
            }
            return;
        }
        let shares = change.in_transaction || !self.transactional;
        change.in_transaction &= self.transactional;
        match self.found.last_mut() {
            Some(last) if self.is_open && shares => {
                last.statements.extend(change.statements);
                last.operations += operations;
            }
            _ => {
                change.operations = operations + std::mem::take(&mut self.skipped);
                self.found.push(change);
            }
        }
        self.is_open = shares;
    }

    /// Ends the last change: what follows reads what it has committed.
    pub(super) fn end(&mut self) {
        self.is_open = !self.transactional && self.is_open;
    }

    pub(super) fn finish(self) -> Vec<Change> {
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pushed(transactional: bool, ends: bool) -> Vec<(usize, bool)> {
        let statements = |n: usize| vec![String::from("x"); n];
        let mut changes = Changes::new(transactional);
        changes.push(Change::new(statements(1)), 1);
        changes.push(Change::new(statements(0)), 1);
        if ends {
            changes.end();
        }
        changes.push(Change::new(statements(2)), 1);
        changes.push(Change::outside_transaction(statements(1)), 1);
        changes.push(Change::outside_transaction(statements(1)), 1);
        changes.push(Change::new(statements(1)), 1);
        let changes = changes.finish();
        let sizes = changes
            .iter()
            .map(|change| (change.statements.len(), change.in_transaction));
        sizes.collect()
    }

    #[test]
    fn changes_share_a_transaction_where_there_is_one() {
        let alone = [(3, true), (1, false), (1, false), (1, true)];
        assert_eq!(pushed(true, false), alone);
        let ended = [(1, true), (2, true), (1, false), (1, false), (1, true)];
        assert_eq!(pushed(true, true), ended);
        assert_eq!(pushed(false, true), [(6, false)]);
    }
}
