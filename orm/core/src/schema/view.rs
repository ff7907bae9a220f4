//! Views and sequences as data.

use super::{Column, Name, QualifiedName, SqlText};

/// Describes a view.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::*;
/// let active = View::new("active_users", "SELECT id FROM users WHERE active").depends_on(["users"]);
/// assert!(!active.materialized);
/// assert!(active.materialized().materialized);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct View {
    /// The view's name.
    pub name: Name,
    /// The schema of the database, or `None` for the connection's current schema.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub schema: Option<Name>,
    /// The query.
    pub query: SqlText,
    /// Whether the rows are stored, until REFRESH MATERIALIZED VIEW.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "std::ops::Not::not")
    )]
    pub materialized: bool,
    /// The columns, if they are known. They are no part of CREATE VIEW.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Vec::is_empty")
    )]
    pub columns: Vec<Column>,
    /// The tables and views that the query reads, which are created before the view and dropped after it.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Vec::is_empty")
    )]
    pub depends_on: Vec<QualifiedName>,
    /// The comment.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub comment: Option<Name>,
}

impl View {
    /// Creates a view of a query.
    pub fn new(name: impl Into<Name>, query: impl Into<SqlText>) -> Self {
        Self {
            name: name.into(),
            schema: None,
            query: query.into(),
            materialized: false,
            columns: Vec::new(),
            depends_on: Vec::new(),
            comment: None,
        }
    }

    /// Stores the rows of the view.
    #[must_use]
    pub fn materialized(mut self) -> Self {
        self.materialized = true;
        self
    }

    /// Adds tables and views that the query reads.
    #[must_use]
    pub fn depends_on<N: Into<QualifiedName>>(
        mut self,
        names: impl IntoIterator<Item = N>,
    ) -> Self {
        self.depends_on.extend(names.into_iter().map(Into::into));
        self
    }

    /// Returns the name with the schema.
    pub fn qualified_name(&self) -> QualifiedName {
        QualifiedName {
            schema: self.schema.clone(),
            name: self.name.clone(),
        }
    }
}

/// Describes a sequence.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::*;
/// let mut numbers = Sequence::new("invoice_numbers");
/// numbers.start = Some(1000);
/// assert_eq!(numbers.qualified_name().to_string(), "invoice_numbers");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct Sequence {
    /// The sequence's name.
    pub name: Name,
    /// The schema of the database, or `None` for the connection's current schema.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub schema: Option<Name>,
    /// The first value. `None` is 1, or -1 with a negative increment.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub start: Option<i64>,
    /// The increment. `None` is 1.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub increment: Option<i64>,
    /// The least value, or `None` for the default of the database.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub min_value: Option<i64>,
    /// The greatest value, or `None` for the default of the database.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub max_value: Option<i64>,
    /// Whether the sequence starts again after its last value.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "std::ops::Not::not")
    )]
    pub cycle: bool,
}

impl Sequence {
    /// Creates a sequence 1, 2, 3, …
    pub fn new(name: impl Into<Name>) -> Self {
        Self {
            name: name.into(),
            schema: None,
            start: None,
            increment: None,
            min_value: None,
            max_value: None,
            cycle: false,
        }
    }

    /// Returns the name with the schema.
    pub fn qualified_name(&self) -> QualifiedName {
        QualifiedName {
            schema: self.schema.clone(),
            name: self.name.clone(),
        }
    }
}
