//! [`Table`] and [`Column`]: plain data with a small builder, and the checks of one table alone.
//!
//! `derive(Model)` declares columns as constants, so what it calls of [`Column`] is `const`; a table is made of them
//! at run time, once, like those that `orm-migrate` reads from a dump.

use std::borrow::Cow;
use std::collections::HashSet;
use std::mem::{forget, replace};

use super::Name;
use super::constraint::{Check, ForeignKey, Index, Rule, Unique};
use crate::error::{Error, ErrorKind, Result};
use crate::types::Type;
use crate::value::Value;

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
}

/// Describes a column of a table.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::{Column, Literal, Rule, ServerDefault, Table};
/// # use orm_core::sql::ddl;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::types::Type;
/// # use orm_core::value::Value;
/// let column = Column::new("name", Type::Text)
///     .nullable()
///     .length(40)
///     .collation("C".into())
///     .server_default(ServerDefault::Literal(Literal::Text("none".into())));
/// let users = Table::new("users").column(column);
/// assert_eq!(
///     ddl::create_table(&AnsiDialect::new(), &users, &[])?,
///     r#"CREATE TABLE "users" (
///     "name" VARCHAR(40) COLLATE "C" DEFAULT 'none'
/// )"#
/// );
/// # Ok::<(), orm_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct Column {
    /// The column's name.
    pub name: Name,
    /// The type.
    #[cfg_attr(feature = "serde", serde(rename = "type"))]
    pub ty: Type,
    /// The types of the column in dialects where it has another one than the dialect chooses: pairs of
    /// [`Dialect::name`](crate::sql::Dialect::name) and SQL, which is not changed.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "<[_]>::is_empty")
    )]
    pub sql_types: Cow<'static, [(Name, Name)]>,
    /// Whether the column is nullable.
    pub nullable: bool,
    /// Whether the database generates an integer key for the column.
    pub auto_increment: bool,
    /// Whether keys of deleted rows may be generated again: on SQLite, without AUTOINCREMENT.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "std::ops::Not::not")
    )]
    pub reuses_keys: bool,
    /// The maximum length: characters of text, bytes of bytes. `None` is unlimited.
    pub length: Option<u32>,
    /// The collation, or `None` for the dialect's default.
    pub collation: Option<Name>,
    /// The default that the database uses when an INSERT omits the column.
    pub server_default: Option<ServerDefault>,
}

/// Describes a default that the database uses for an omitted value.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum ServerDefault {
    /// A constant, rendered as a literal of the dialect.
    Literal(Literal),
    /// An expression in SQL, which is not changed.
    Raw(Name),
}

/// Holds a constant in a schema.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Literal {
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A floating point number.
    Float(f64),
    /// Text, which the database may parse as a date, a time or a UUID.
    Text(Name),
}

impl Literal {
    /// Returns the constant as a value, for [`Dialect::literal`](crate::sql::Dialect::literal).
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::{Column, Literal, Rule, ServerDefault, Table};
    /// # use orm_core::sql::ddl;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::types::Type;
    /// # use orm_core::value::Value;
    /// assert_eq!(Literal::Int(7).to_value(), Value::Int(7));
    /// ```
    pub fn to_value(&self) -> Value {
        match self {
            Self::Bool(v) => Value::Bool(*v),
            Self::Int(v) => Value::Int(*v),
            Self::Float(v) => Value::Float(*v),
            Self::Text(v) => Value::Text(v.as_ref().to_owned()),
        }
    }
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
    ///     ddl::create_index(&AnsiDialect::new(), &posts, &posts.indexes[0]),
    ///     r#"CREATE INDEX "ix_posts_title" ON "posts" ("title")"#
    /// );
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
        let indexes = self.indexes.iter().flat_map(|index| &index.columns);
        self.key_columns()
            .iter()
            .chain(uniques)
            .chain(keys)
            .chain(indexes)
    }
}

impl Column {
    /// Creates a NOT NULL column without a default.
    pub fn new(name: impl Into<Name>, ty: Type) -> Self {
        Self {
            name: name.into(),
            ..Self::from_static("", ty, false)
        }
    }

    /// Creates the column of a field, as a constant.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::{Column, Literal, Rule, ServerDefault, Table};
    /// # use orm_core::sql::ddl;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::types::Type;
    /// # use orm_core::value::Value;
    /// const ID: Column = Column::from_static("id", Type::Int64, false).auto_increment().reuses_keys();
    /// assert!(ID.auto_increment && ID.reuses_keys);
    /// ```
    pub const fn from_static(name: &'static str, ty: Type, nullable: bool) -> Self {
        Self {
            name: Name::Borrowed(name),
            ty,
            sql_types: Cow::Borrowed(&[]),
            nullable,
            auto_increment: false,
            reuses_keys: false,
            length: None,
            collation: None,
            server_default: None,
        }
    }

    /// Sets the digits of a column of exact decimals: how many it has, and how many of them are after the point.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::Column;
    /// # use orm_core::types::Type;
    /// const PRICE: Column = Column::from_static("price", Type::DECIMAL, false).digits(12, 2);
    /// assert_eq!(PRICE.ty, Type::Decimal { precision: 12, scale: 2 });
    /// ```
    #[must_use]
    pub const fn digits(mut self, precision: u8, scale: u8) -> Self {
        forget(replace(&mut self.ty, Type::Decimal { precision, scale }));
        self
    }

    /// Sets the name.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::Column;
    /// # use orm_core::types::Type;
    /// const EMAIL: Column = Column::from_static("", Type::Text, false).length(254).named("email");
    /// assert_eq!(EMAIL.name, "email");
    /// ```
    #[must_use]
    pub const fn named(mut self, name: &'static str) -> Self {
        forget(replace(&mut self.name, Name::Borrowed(name)));
        self
    }

    /// Makes the column nullable.
    #[must_use]
    pub const fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// Makes the column NOT NULL.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::Column;
    /// # use orm_core::types::Type;
    /// assert!(!Column::new("email", Type::Text).nullable().not_null().nullable);
    /// ```
    #[must_use]
    pub const fn not_null(mut self) -> Self {
        self.nullable = false;
        self
    }

    /// Makes the column auto-increment.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::Column;
    /// # use orm_core::types::Type;
    /// assert!(Column::new("id", Type::Int64).auto_increment().auto_increment);
    /// ```
    #[must_use]
    pub const fn auto_increment(mut self) -> Self {
        self.auto_increment = true;
        self
    }

    /// Allows the database to generate keys of deleted rows again, where that makes INSERTs faster.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::Column;
    /// # use orm_core::types::Type;
    /// assert!(Column::new("id", Type::Int64).auto_increment().reuses_keys().reuses_keys);
    /// ```
    #[must_use]
    pub const fn reuses_keys(mut self) -> Self {
        self.reuses_keys = true;
        self
    }

    /// Sets the maximum length: characters of text, bytes of bytes.
    #[must_use]
    pub const fn length(mut self, length: u32) -> Self {
        self.length = Some(length);
        self
    }

    /// Sets the collation.
    #[must_use]
    pub const fn collation(mut self, name: Name) -> Self {
        set(&mut self.collation, name);
        self
    }

    /// Sets the default in the database.
    #[must_use]
    pub const fn server_default(mut self, default: ServerDefault) -> Self {
        set(&mut self.server_default, default);
        self
    }
}

// No destructor may run in a constant, not even that of the `None` which a builder replaces.
const fn set<T>(field: &mut Option<T>, value: T) {
    forget(field.replace(value));
}

fn names<N: Into<Name>>(names: impl IntoIterator<Item = N>) -> Vec<Name> {
    names.into_iter().map(Into::into).collect()
}
