//! Hints for the optimizer of one database: [`Hint`] of a query, and [`IndexHint`] of a table.

use super::Name;

/// Describes an optimizer hint of a query, which is a comment: `/*+ … */`. Other databases get a query without it.
///
/// # Examples
///
/// ```
/// # use orm_core::stmt::Hint;
/// let hint = Hint::new("mysql", "MAX_EXECUTION_TIME(1000)");
/// assert!(hint.is_comment());
/// assert!(!Hint::new("mysql", "*/ DROP TABLE users").is_comment());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Hint {
    /// The [name](crate::sql::Dialect::name) of the dialect that it is for.
    pub dialect: &'static str,
    /// The text of the hint, which is not escaped.
    pub text: &'static str,
}

impl Hint {
    /// Creates a hint for a dialect.
    pub const fn new(dialect: &'static str, text: &'static str) -> Self {
        Self { dialect, text }
    }

    /// Returns whether the text can stand in a comment: it neither begins nor ends one.
    pub fn is_comment(&self) -> bool {
        // `*` and `/` at the ends would make one with what is around.
        let ends = ["*/", "/*", "\0"];
        let has = |end: &&str| self.text.contains(*end);
        !self.text.is_empty() && !ends.iter().any(has)
    }
}

/// Describes which indexes of a table the optimizer is to use. Databases without such hints get a query without it.
///
/// # Examples
///
/// ```
/// # use orm_core::stmt::*;
/// let mut item = FromItem::table("users");
/// item.index_hint = Some(IndexHint::new(IndexHintKind::Force, vec!["ix_users_name".into()]));
/// // FROM users FORCE INDEX (ix_users_name)
/// # assert_eq!(item.index_hint.unwrap().names.len(), 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct IndexHint {
    /// What is said of the indexes.
    pub kind: IndexHintKind,
    /// The names of the indexes; at least one.
    pub names: Vec<Name>,
}

impl IndexHint {
    /// Creates a hint.
    pub fn new(kind: IndexHintKind, names: Vec<Name>) -> Self {
        Self { kind, names }
    }
}

/// Selects what a hint says of indexes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IndexHintKind {
    /// One of them is used, or none: USE INDEX.
    Use,
    /// One of them is used if it can be: FORCE INDEX, or INDEXED BY.
    Force,
    /// None of them is used: IGNORE INDEX.
    Ignore,
}
