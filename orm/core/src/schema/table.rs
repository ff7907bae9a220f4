//! [`Table`]: plain data with a small builder, and the checks of one table alone.
//!
//! A table is made of the columns of a model at run time, once, or read from a dump or a database.

use std::borrow::Cow;
use std::collections::HashSet;

use super::constraint::{Check, ForeignKey, Rule, Unique};
use super::{AttachedSql, Column, Exclusion, Index, Name, QualifiedName, TableOption};
use crate::error::{Error, ErrorKind, Result};
use crate::types::Type;

/// Describes a table: columns in order, keys, constraints and indexes, each with its final name.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::{Column, Literal, Rule, ServerDefault, Table};
/// # use orm_core::sql::ddl;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::types::Type;
/// # use orm_core::value::Value;
/// let posts = Table::new("posts")
///     .column(Column::new("id", Type::Int64).auto_increment())
///     .column(Column::new("author_id", Type::Int64))
///     .column(Column::new("title", Type::Text).length(80))
///     .primary_key(["id"])
///     .unique(["title"])
///     .foreign_key(["author_id"], "users", ["id"])
///     .check("title", Rule::Raw("title <> ''".into()));
/// assert_eq!(posts.key_columns(), ["id"]);
/// assert_eq!(posts.find("title").and_then(|column| column.length), Some(80));
/// assert_eq!(posts.constrained().count(), 3);
/// let create = ddl::create_table(&AnsiDialect::new(), &posts, &[])?;
/// assert!(create.contains(r#"CONSTRAINT "uq_posts_title" UNIQUE ("title")"#), "{create}");
/// # Ok::<(), orm_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct Table {
    /// The table's name.
    pub name: Name,
    /// The columns, in the order of creation.
    pub columns: Vec<Column>,
    /// The primary key; a mapped table always has one.
    pub primary_key: Option<Unique>,
    /// The unique constraints.
    pub uniques: Vec<Unique>,
    /// The foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// The CHECK constraints.
    pub checks: Vec<Check>,
    /// The indexes that aren't unique constraints.
    pub indexes: Vec<Index>,
    /// The schema of the database, or `None` for the connection's current schema.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub schema: Option<Name>,
    /// The exclusion constraints.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Vec::is_empty")
    )]
    pub exclusions: Vec<Exclusion>,
    /// The comment.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub comment: Option<Name>,
    /// Options of single dialects, in the order in which they are written.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Vec::is_empty")
    )]
    pub options: Vec<TableOption>,
    /// Whether the table is dropped at the end of the session: CREATE TEMPORARY TABLE.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "std::ops::Not::not")
    )]
    pub temporary: bool,
    /// DDL that is created after the table and dropped before it, such as triggers.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Vec::is_empty")
    )]
    pub attached: Vec<AttachedSql>,
    /// The name that the table had before, for migrations.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub renamed_from: Option<Name>,
}

impl Table {
    /// Creates a table without columns.
    pub fn new(name: impl Into<Name>) -> Self {
        Self {
            name: name.into(),
            columns: Vec::new(),
            primary_key: None,
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            indexes: Vec::new(),
            schema: None,
            exclusions: Vec::new(),
            comment: None,
            options: Vec::new(),
            temporary: false,
            attached: Vec::new(),
            renamed_from: None,
        }
    }

    /// Adds a column.
    #[must_use]
    pub fn column(mut self, column: Column) -> Self {
        self.columns.push(column);
        self
    }

    /// Sets the primary key, with a conventional name.
    #[must_use]
    pub fn primary_key<N: Into<Name>>(mut self, columns: impl IntoIterator<Item = N>) -> Self {
        self.primary_key = Some(Unique::primary_key(&self.name, names(columns)));
        self
    }

    /// Adds a unique constraint, with a conventional name.
    #[must_use]
    pub fn unique<N: Into<Name>>(mut self, columns: impl IntoIterator<Item = N>) -> Self {
        self.uniques.push(Unique::new(&self.name, names(columns)));
        self
    }

    /// Adds an index, with a conventional name.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::{Column, Literal, Rule, ServerDefault, Table};
    /// # use orm_core::sql::ddl;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::types::Type;
    /// # use orm_core::value::Value;
    /// let posts = Table::new("posts").column(Column::new("title", Type::Text)).index(["title"]);
    /// assert_eq!(
    ///     ddl::create_index(&AnsiDialect::new(), &posts, &posts.indexes[0])?,
    ///     r#"CREATE INDEX "ix_posts_title" ON "posts" ("title")"#
    /// );
    /// # Ok::<(), orm_core::Error>(())
    /// ```
    #[must_use]
    pub fn index<N: Into<Name>>(mut self, columns: impl IntoIterator<Item = N>) -> Self {
        self.indexes.push(Index::new(&self.name, names(columns)));
        self
    }

    /// Adds a foreign key without actions, with a conventional name.
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

    /// Adds a CHECK constraint, with a conventional name that ends in `about`.
    #[must_use]
    pub fn check(mut self, about: &str, rule: Rule) -> Self {
        self.checks.push(Check::new(&self.name, about, rule));
        self
    }

    /// Sets the schema of the database.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::Table;
    /// let table = Table::new("users").in_schema("people").comment("those who sign in").temporary();
    /// assert_eq!(table.qualified_name().to_string(), "people.users");
    /// assert!(table.temporary && table.comment.is_some());
    /// ```
    #[must_use]
    pub fn in_schema(mut self, schema: impl Into<Name>) -> Self {
        self.schema = Some(schema.into());
        self
    }

    /// Sets the comment.
    #[must_use]
    pub fn comment(mut self, comment: impl Into<Name>) -> Self {
        self.comment = Some(comment.into());
        self
    }

    /// Adds an option of a dialect.
    #[must_use]
    pub fn option(mut self, option: TableOption) -> Self {
        self.options.push(option);
        self
    }

    /// Drops the table at the end of the session.
    #[must_use]
    pub fn temporary(mut self) -> Self {
        self.temporary = true;
        self
    }

    /// Adds DDL that is created after the table.
    #[must_use]
    pub fn attach(mut self, attached: AttachedSql) -> Self {
        self.attached.push(attached);
        self
    }

    /// Returns the name with the schema.
    pub fn qualified_name(&self) -> QualifiedName {
        QualifiedName {
            schema: self.schema.clone(),
            name: self.name.clone(),
        }
    }

    /// Returns the column with a name.
    pub fn find(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// What contradicts itself in this table.
    #[cold]
    pub(super) fn fault(&self, message: impl Into<Cow<'static, str>>) -> Error {
        Error::with_message(ErrorKind::Schema, message).with_table(self.name.as_ref())
    }

    /// Returns an `Unsupported` error about one of the columns.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::{Column, Literal, Rule, ServerDefault, Table};
    /// # use orm_core::sql::ddl;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::types::Type;
    /// # use orm_core::value::Value;
    /// let (posts, title) = (Table::new("posts"), Column::new("title", Type::Text));
    /// let error = posts.unsupported(&title, "no collations here");
    /// assert_eq!(error.to_string(), "no collations here (posts.title)");
    /// ```
    #[cold]
    pub fn unsupported(&self, column: &Column, message: impl Into<Cow<'static, str>>) -> Error {
        Error::with_message(ErrorKind::Unsupported, message)
            .with_table(self.name.as_ref())
            .with_column(column.name.as_ref())
    }

    /// Returns the names of the columns of the primary key. Empty without a primary key.
    pub fn key_columns(&self) -> &[Name] {
        self.primary_key.as_ref().map_or(&[], |key| &key.columns)
    }

    /// # Errors
    /// [`ErrorKind::Schema`] for empty or double names, no columns, constraints on missing columns,
    /// and more than one auto-increment column.
    pub(super) fn check_whole(&self) -> Result<()> {
        if self.name.is_empty() || self.name.contains('\0') {
            return Err(self.fault("a table name must not be empty or contain NUL"));
        }
        if self.columns.is_empty() {
            return Err(self.fault(format!("the table {} has no columns", self.name)));
        }
        let mut seen = HashSet::new();
        for column in &self.columns {
            if column.name.is_empty() || column.name.contains('\0') {
                return Err(self.fault("a column name must not be empty or contain NUL"));
            }
            if let Type::Decimal { precision, scale } = column.ty
                && (precision == 0 || precision > 36 || scale > precision)
            {
                let name = &column.name;
                return Err(self.fault(format!(
                    "column {name} of exact decimals needs a precision of 1 to 36 digits, and a scale of no more"
                )));
            }
            if !seen.insert(column.name.as_ref()) {
                return Err(self.fault(format!(
                    "column {} is specified more than once",
                    column.name
                )));
            }
        }
        let generated = self.columns.iter().filter(|column| column.auto_increment);
        if generated.count() > 1 {
            return Err(self.fault("a table has at most one auto-increment column"));
        }
        let mut constrained = self.constrained();
        match constrained.find(|name| !seen.contains(name.as_ref())) {
            Some(name) => {
                Err(self.fault(format!("a constraint references the unknown column {name}")))
            }
            None => Ok(()),
        }
    }

    /// Returns the columns of all keys, constraints and indexes. A column in several of them is returned several
    /// times.
    pub fn constrained(&self) -> impl Iterator<Item = &Name> {
        let uniques = self.uniques.iter().flat_map(|unique| &unique.columns);
        let keys = self.foreign_keys.iter().flat_map(|key| &key.columns);
        let indexes = self.indexes.iter();
        let indexes = indexes.flat_map(|index| index.columns().chain(&index.include));
        self.key_columns()
            .iter()
            .chain(uniques)
            .chain(keys)
            .chain(indexes)
    }
}

fn names<N: Into<Name>>(names: impl IntoIterator<Item = N>) -> Vec<Name> {
    names.into_iter().map(Into::into).collect()
}
