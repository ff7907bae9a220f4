//! Keys, constraints and indexes as data.

use super::{Name, naming};

/// A unique constraint, or the primary key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct Unique {
    /// The constraint's name.
    pub name: Name,
    /// Its columns, in order.
    pub columns: Vec<Name>,
}

/// A foreign key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct ForeignKey {
    /// The constraint's name.
    pub name: Name,
    /// The referring columns.
    pub columns: Vec<Name>,
    /// The table referred to.
    pub table: Name,
    /// The columns referred to, as many as `columns`.
    pub references: Vec<Name>,
    /// What happens to the referring row when its parent is deleted.
    pub on_delete: Action,
    /// What happens to the referring row when its parent's key changes.
    pub on_update: Action,
}

impl Unique {
    /// The primary key of `table`, named by convention.
    pub fn primary_key(table: &str, columns: Vec<Name>) -> Self {
        Self {
            name: naming::primary_key(table),
            columns,
        }
    }

    /// A unique constraint of `table`, named by convention.
    pub fn new(table: &str, columns: Vec<Name>) -> Self {
        Self {
            name: naming::unique(table, &columns),
            columns,
        }
    }

    /// Gives it a name of its own.
    #[must_use]
    pub fn named(mut self, name: impl Into<Name>) -> Self {
        self.name = name.into();
        self
    }
}

impl ForeignKey {
    /// A foreign key of `own_table` without actions, named by convention.
    pub fn new(own_table: &str, columns: Vec<Name>, table: Name, references: Vec<Name>) -> Self {
        Self {
            name: naming::foreign_key(own_table, &columns, &table),
            columns,
            table,
            references,
            on_delete: Action::NoAction,
            on_update: Action::NoAction,
        }
    }

    /// Gives it a name of its own.
    #[must_use]
    pub fn named(mut self, name: impl Into<Name>) -> Self {
        self.name = name.into();
        self
    }

    /// What happens to the referring row when its parent is deleted.
    #[must_use]
    pub fn on_delete(mut self, action: Action) -> Self {
        self.on_delete = action;
        self
    }

    /// What happens to the referring row when its parent's key changes.
    #[must_use]
    pub fn on_update(mut self, action: Action) -> Self {
        self.on_update = action;
        self
    }
}

/// What a foreign key does when the row it refers to goes or changes (SQL:2016, 11.8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Action {
    /// Refuse at the end of the statement: the standard's default.
    #[default]
    NoAction,
    /// Refuse at once.
    Restrict,
    /// Delete or update the referring row too.
    Cascade,
    /// Set the referring columns to NULL.
    SetNull,
    /// Set the referring columns to their defaults.
    SetDefault,
}

impl Action {
    /// The action in SQL.
    pub fn as_sql(self) -> &'static str {
        match self {
            Self::NoAction => "NO ACTION",
            Self::Restrict => "RESTRICT",
            Self::Cascade => "CASCADE",
            Self::SetNull => "SET NULL",
            Self::SetDefault => "SET DEFAULT",
        }
    }
}

/// A CHECK constraint.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct Check {
    /// The constraint's name.
    pub name: Name,
    /// What must not be false.
    pub rule: Rule,
}

impl Check {
    /// A CHECK constraint of `table`, named by convention after `about`.
    pub fn new(table: &str, about: &str, rule: Rule) -> Self {
        Self {
            name: naming::check(table, about),
            rule,
        }
    }
}

/// The condition of a CHECK constraint.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
#[non_exhaustive]
pub enum Rule {
    /// The column holds one of these texts: how an enumeration is kept without an enumerated type.
    OneOf {
        /// The column.
        column: Name,
        /// The texts it may hold.
        labels: Vec<Name>,
    },
    /// An SQL condition, passed on as it is.
    Raw(Name),
}

/// An index.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct Index {
    /// The index's name, unique in its schema.
    pub name: Name,
    /// Its columns, in order.
    pub columns: Vec<Name>,
    /// Whether it refuses duplicates.
    pub unique: bool,
}

impl Index {
    /// An index of `table` that takes duplicates, named by convention.
    pub fn new(table: &str, columns: Vec<Name>) -> Self {
        Self {
            name: naming::index(table, &columns),
            columns,
            unique: false,
        }
    }

    /// Gives it a name of its own.
    #[must_use]
    pub fn named(mut self, name: impl Into<Name>) -> Self {
        self.name = name.into();
        self
    }

    /// Refuses duplicates.
    #[must_use]
    pub fn unique(mut self) -> Self {
        self.unique = true;
        self
    }
}
