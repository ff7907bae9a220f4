//! [`Table`] and [`Column`]: plain data with a small builder, and the checks of one table alone.

use std::collections::HashSet;

use super::constraint::{Check, ForeignKey, Index, PrimaryKey, Rule, Unique};
use super::{Name, naming};
use crate::error::{Error, ErrorKind, Result};
use crate::types::Type;
use crate::value::Value;

/// A table: columns in order, keys, constraints and indexes, each with its final name.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The table's name.
    pub name: Name,
    /// The columns, in the order of creation.
    pub columns: Vec<Column>,
    /// The primary key; a mapped table always has one.
    pub primary_key: Option<PrimaryKey>,
    /// The unique constraints.
    pub uniques: Vec<Unique>,
    /// The foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// The CHECK constraints.
    pub checks: Vec<Check>,
    /// The indexes that aren't unique constraints.
    pub indexes: Vec<Index>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The column's name.
    pub name: Name,
    /// What it holds.
    pub ty: Type,
    /// The greatest length: characters of text, bytes of bytes. `None` is unlimited.
    pub length: Option<u32>,
    /// Whether it takes NULL.
    pub nullable: bool,
    /// Whether the database generates an integer key for it.
    pub auto_increment: bool,
    /// What the database fills in when an INSERT leaves the column out.
    pub default: Option<Default>,
    /// The collation, where the model asks for one; else the dialect's choice.
    pub collation: Option<Name>,
}

/// What the database fills in for a missing value.
#[derive(Clone, Debug, PartialEq)]
pub enum Default {
    /// A constant, rendered as the dialect's literal.
    Value(Value),
    /// An SQL expression, passed on as it is.
    Raw(Name),
}

impl Table {
    /// A table without columns.
    pub fn new(name: impl Into<Name>) -> Self {
        Self {
            name: name.into(),
            columns: Vec::new(),
            primary_key: None,
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            indexes: Vec::new(),
        }
    }

    /// Adds a column.
    #[must_use]
    pub fn column(mut self, column: Column) -> Self {
        self.columns.push(column);
        self
    }

    /// Sets the primary key, named by convention.
    #[must_use]
    pub fn primary_key<N: Into<Name>>(mut self, columns: impl IntoIterator<Item = N>) -> Self {
        let name = naming::primary_key(&self.name);
        self.primary_key = Some(PrimaryKey {
            name,
            columns: names(columns),
        });
        self
    }

    /// Adds a unique constraint, named by convention.
    #[must_use]
    pub fn unique<N: Into<Name>>(mut self, columns: impl IntoIterator<Item = N>) -> Self {
        let columns = names(columns);
        let name = naming::unique(&self.name, &columns);
        self.uniques.push(Unique { name, columns });
        self
    }

    /// Adds an index, named by convention.
    #[must_use]
    pub fn index<N: Into<Name>>(mut self, columns: impl IntoIterator<Item = N>) -> Self {
        let columns = names(columns);
        let name = naming::index(&self.name, &columns);
        self.indexes.push(Index {
            name,
            columns,
            unique: false,
        });
        self
    }

    /// Adds a foreign key without actions, named by convention.
    #[must_use]
    pub fn foreign_key<N: Into<Name>, R: Into<Name>>(
        mut self,
        columns: impl IntoIterator<Item = N>,
        table: impl Into<Name>,
        references: impl IntoIterator<Item = R>,
    ) -> Self {
        let key = ForeignKey::new(&self.name, names(columns), table.into(), names(references));
        self.foreign_keys.push(key);
        self
    }

    /// Adds a CHECK constraint, named by convention after `about`.
    #[must_use]
    pub fn check(mut self, about: &str, rule: Rule) -> Self {
        let name = naming::check(&self.name, about);
        self.checks.push(Check { name, rule });
        self
    }

    /// The column of that name.
    pub fn find(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The names of the primary key's columns; empty without one.
    pub fn key_columns(&self) -> &[Name] {
        self.primary_key.as_ref().map_or(&[], |key| &key.columns)
    }

    /// # Errors
    /// [`ErrorKind::Schema`] for empty or double names, no columns, constraints on missing columns,
    /// and more than one auto-increment column.
    pub(super) fn check_whole(&self) -> Result<()> {
        let fault = |message: String| {
            Err(Error::with_message(ErrorKind::Schema, message).with_table(self.name.as_ref()))
        };
        if self.name.is_empty() || self.name.contains('\0') {
            return fault("a table needs a name without NUL".to_owned());
        }
        if self.columns.is_empty() {
            return fault(format!("the table {} has no columns", self.name));
        }
        let mut seen = HashSet::new();
        for column in &self.columns {
            if column.name.is_empty() || column.name.contains('\0') {
                return fault("a column needs a name without NUL".to_owned());
            }
            if !seen.insert(column.name.as_ref()) {
                return fault(format!("two columns are named {}", column.name));
            }
        }
        if self
            .columns
            .iter()
            .filter(|column| column.auto_increment)
            .count()
            > 1
        {
            return fault("a table has at most one auto-increment column".to_owned());
        }
        match self
            .constrained()
            .find(|name| !seen.contains(name.as_ref()))
        {
            Some(name) => fault(format!("a constraint names the unknown column {name}")),
            None => Ok(()),
        }
    }

    fn constrained(&self) -> impl Iterator<Item = &Name> {
        let uniques = self.uniques.iter().flat_map(|unique| &unique.columns);
        let keys = self.foreign_keys.iter().flat_map(|key| &key.columns);
        let indexes = self.indexes.iter().flat_map(|index| &index.columns);
        self.key_columns()
            .iter()
            .chain(uniques)
            .chain(keys)
            .chain(indexes)
    }
}

impl Column {
    /// A column that takes no NULL and has no default.
    pub fn new(name: impl Into<Name>, ty: Type) -> Self {
        Self {
            name: name.into(),
            ty,
            length: None,
            nullable: false,
            auto_increment: false,
            default: None,
            collation: None,
        }
    }

    /// Lets it take NULL.
    #[must_use]
    pub fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// Limits its length: characters of text, bytes of bytes.
    #[must_use]
    pub fn length(mut self, length: u32) -> Self {
        self.length = Some(length);
        self
    }

    /// Lets the database generate an integer for it.
    #[must_use]
    pub fn auto_increment(mut self) -> Self {
        self.auto_increment = true;
        self
    }

    /// Gives it a default in the database.
    #[must_use]
    pub fn default(mut self, default: Default) -> Self {
        self.default = Some(default);
        self
    }
}

fn names<N: Into<Name>>(names: impl IntoIterator<Item = N>) -> Vec<Name> {
    names.into_iter().map(Into::into).collect()
}
