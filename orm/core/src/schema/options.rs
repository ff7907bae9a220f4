//! What a table and its columns have beside names and types: options of single dialects, SQL that is attached to a
//! table, generated values.

use super::{Name, SqlText};

/// Describes an option of a table in one dialect, such as `ENGINE = InnoDB` or `STRICT`.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::*;
/// let table = Table::new("t").option(TableOption::new("sqlite", "STRICT"));
/// assert_eq!(table.options[0].value, None);
/// let engine = TableOption::new("mysql", "ENGINE").value("MyISAM");
/// assert_eq!(engine.value.as_deref(), Some("MyISAM"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct TableOption {
    /// The dialect: [`Dialect::name`](crate::sql::Dialect::name). Other dialects ignore the option.
    pub dialect: Name,
    /// The name, in upper case: `STRICT`, `WITHOUT ROWID`; `ENGINE`, `CHARSET`, `COLLATE`, `ROW_FORMAT`,
    /// `AUTO_INCREMENT`, `PARTITION BY`; `TABLESPACE`, `WITH`, `UNLOGGED`, `INHERITS`.
    pub name: Name,
    /// The value in SQL, which is not changed.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub value: Option<Name>,
}

impl TableOption {
    /// Creates an option without a value.
    pub fn new(dialect: impl Into<Name>, name: impl Into<Name>) -> Self {
        Self {
            dialect: dialect.into(),
            name: name.into(),
            value: None,
        }
    }

    /// Sets the value.
    #[must_use]
    pub fn value(mut self, value: impl Into<Name>) -> Self {
        self.value = Some(value.into());
        self
    }
}

/// Holds DDL that belongs to a table and is not described otherwise, such as a trigger with its function.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::*;
/// let log = AttachedSql::new("log_users", "CREATE TRIGGER log_users …").drop("DROP TRIGGER log_users").only("sqlite");
/// assert!(log.is_of("sqlite") && !log.is_of("postgres"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct AttachedSql {
    /// The name by which migrations find it again.
    pub name: Name,
    /// The only dialect that has it, or `None` for all.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub dialect: Option<Name>,
    /// The statement that creates it, run after CREATE TABLE and the indexes.
    pub create: Name,
    /// The statement that drops it, run before DROP TABLE. `None` if it is dropped with the table.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub drop: Option<Name>,
}

impl AttachedSql {
    /// Creates DDL of every dialect that is dropped with its table.
    pub fn new(name: impl Into<Name>, create: impl Into<Name>) -> Self {
        Self {
            name: name.into(),
            dialect: None,
            create: create.into(),
            drop: None,
        }
    }

    /// Sets the statement that drops it.
    #[must_use]
    pub fn drop(mut self, sql: impl Into<Name>) -> Self {
        self.drop = Some(sql.into());
        self
    }

    /// Sets the only dialect that has it.
    #[must_use]
    pub fn only(mut self, dialect: impl Into<Name>) -> Self {
        self.dialect = Some(dialect.into());
        self
    }

    /// Returns whether a dialect has it. MariaDB has what MySQL has.
    pub fn is_of(&self, dialect: &str) -> bool {
        let own = self.dialect.as_deref();
        own.is_none_or(|own| own == dialect || (own, dialect) == ("mysql", "mariadb"))
    }
}

/// Describes a generated column: GENERATED ALWAYS AS.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::*;
/// # use orm_core::types::Type;
/// const TOTAL: Column = Column::from_static("total", Type::Int64, false)
///     .generated(Generated::stored(SqlText::from_static("price * amount")));
/// assert!(TOTAL.generated.is_some_and(|generated| generated.stored));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Generated {
    /// The expression.
    pub expression: SqlText,
    /// Whether the value is stored, and not computed whenever it is read.
    pub stored: bool,
}

impl Generated {
    /// Creates the expression of a stored column.
    pub const fn stored(expression: SqlText) -> Self {
        Self {
            expression,
            stored: true,
        }
    }

    /// Creates the expression of a virtual column.
    pub const fn computed(expression: SqlText) -> Self {
        Self {
            expression,
            stored: false,
        }
    }
}

/// Describes how an auto-increment column is numbered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Identity {
    /// Whether the database refuses values that an INSERT gives: GENERATED ALWAYS AS IDENTITY.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "std::ops::Not::not")
    )]
    pub always: bool,
    /// The first value. `None` is 1.
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
}
