//! TRUNCATE, which has no values and no conditions.

use super::Name;

/// Describes a TRUNCATE: it deletes all rows of a table.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::{SqlWriter, write_truncate};
/// # use orm_core::stmt::Truncate;
/// # use orm_core::testing::AnsiDialect;
/// # let dialect = AnsiDialect::new();
/// assert_eq!(write_truncate(&dialect, &Truncate::new("users"))?, [r#"DELETE FROM "users""#]);
/// # Ok::<(), orm_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Truncate {
    /// The table.
    pub table: Name,
    /// Whether generated keys begin again with the first one: RESTART IDENTITY.
    pub restart_identity: bool,
    /// Whether the tables that reference the table are emptied along with it: CASCADE.
    pub cascade: bool,
}

impl Truncate {
    /// Creates a TRUNCATE without options.
    pub fn new(table: impl Into<Name>) -> Self {
        Self {
            table: table.into(),
            restart_identity: false,
            cascade: false,
        }
    }
}
