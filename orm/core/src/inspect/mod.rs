//! [`Inspector`]: reads the schema of a database from its catalogue. The third trait of the contract, beside `Dialect` and
//! the driver's.
//!
//! Implemented by dialect crates, over any connection to their database. Used by `orm-migrate` to compare a database with
//! models and to write models of it. `expression.rs` and `parse.rs` write equal expressions in one way, with `pieces.rs`
//! below them. What a flush looks up of a single table is `Dialect::write_catalogue`, not this.

mod expression;
mod parse;
mod pieces;

use std::fmt;

pub use expression::Expression;

use crate::driver::Connection;
use crate::error::Result;
use crate::schema::{Name, Schema};

/// Reads schemas of one kind of database.
pub trait Inspector: fmt::Debug + Send + Sync {
    /// Returns the tables, views and sequences of a database, with everything that the catalogue knows. The number of
    /// queries must not depend on the number of tables.
    ///
    /// - A column has the logical type whose native type is the column's. If there is none, it has the nearest type that
    ///   holds its values, and the native type in `sql_types`.
    /// - The dialect's own CHECKs of a type, those of `Rule::OneOf` and `Rule::Range`, are read as these rules.
    /// - Names of schemas are `None` in the connection's current schema.
    /// - Tables of the system, of extensions and of the scope's `exclude` are left out; sequences and indexes that belong to
    ///   a column or constraint are not returned as objects of their own.
    ///
    /// # Errors
    /// - `Unsupported`: the server is older than the catalogue queries.
    /// - As [`Connection::query`].
    fn inspect(&self, connection: &mut dyn Connection, scope: &Scope) -> Result<Schema>;

    /// Returns `schema` in the form in which [`Inspector::inspect`] returns it after it was created: with the names that the
    /// database truncates, without what the database does not store, with types, defaults and expressions written in one
    /// way. Two schemas are the same for the database if their canonical forms are equal. An implementation must return a
    /// canonical schema unchanged.
    fn canonical(&self, schema: &Schema) -> Schema;
}

/// Selects what of a database is read.
///
/// # Examples
///
/// ```
/// # use orm_core::inspect::Scope;
/// let scope = Scope::default().schema("audit").exclude("tmp_*");
/// assert!(scope.is_excluded("tmp_import") && !scope.is_excluded("users"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scope {
    /// The schemas of the database beside the connection's current one.
    pub schemas: Vec<Name>,
    /// The tables, views and sequences that are left out. `*` stands for any characters.
    pub exclude: Vec<Name>,
}

impl Scope {
    /// Adds a schema of the database.
    #[must_use]
    pub fn schema(mut self, name: impl Into<Name>) -> Self {
        self.schemas.push(name.into());
        self
    }

    /// Leaves out the tables, views and sequences whose names match a pattern.
    #[must_use]
    pub fn exclude(mut self, pattern: impl Into<Name>) -> Self {
        self.exclude.push(pattern.into());
        self
    }

    /// Returns whether a name is left out.
    pub fn is_excluded(&self, name: &str) -> bool {
        self.exclude.iter().any(|pattern| matches(pattern, name))
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    let Some((begin, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(behind) = name.strip_prefix(begin) else {
        return false;
    };
    let mut ends = behind.char_indices().map(|(at, _)| at);
    ends.any(|at| matches(rest, &behind[at..])) || matches(rest, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, name, fits) in [
            ("users", "users", true),
            ("users", "users2", false),
            ("tmp_*", "tmp_", true),
            ("*_tmp", "a_tmp_tmp", true),
            ("a*b*c", "abxc", true),
            ("a*b*c", "acb", false),
            ("*", "é", true),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }
}
