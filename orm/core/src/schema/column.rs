//! [`Column`]: plain data with a small builder.
//!
//! `derive(Model)` declares columns as constants, so what it calls is `const`. Types of single dialects are in
//! `sql_types.rs`.

use std::borrow::Cow;
use std::mem::{forget, replace};

use super::{Generated, Identity, Name, QualifiedName, SqlText};
use crate::types::Type;
use crate::value::Value;

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
    /// The expression of a generated column.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub generated: Option<Generated>,
    /// How an auto-increment column is numbered. `None` is 1, 2, 3, … with values of INSERTs allowed.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub identity: Option<Identity>,
    /// The comment.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub comment: Option<Name>,
    /// The name that the column had before, for migrations.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub renamed_from: Option<Name>,
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
    Raw(SqlText),
    /// The next value of a sequence.
    NextValue(QualifiedName),
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
            generated: None,
            identity: None,
            comment: None,
            renamed_from: None,
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

    /// Makes the column a generated one.
    #[must_use]
    pub const fn generated(mut self, generated: Generated) -> Self {
        set(&mut self.generated, generated);
        self
    }

    /// Sets how the column is numbered, and makes it auto-increment.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::*;
    /// # use orm_core::types::Type;
    /// let numbered = Identity { always: true, start: Some(100), increment: None };
    /// let id = Column::new("id", Type::Int64).identity(numbered).comment("never reused".into());
    /// assert!(id.auto_increment && id.comment.is_some());
    /// ```
    #[must_use]
    pub const fn identity(mut self, identity: Identity) -> Self {
        self.auto_increment = true;
        self.identity = Some(identity);
        self
    }

    /// Sets the comment.
    #[must_use]
    pub const fn comment(mut self, comment: Name) -> Self {
        set(&mut self.comment, comment);
        self
    }

    /// Sets the name that the column had before.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::*;
    /// # use orm_core::types::Type;
    /// let mail = Column::new("email", Type::Text).renamed_from("mail".into());
    /// assert_eq!(mail.renamed_from.as_deref(), Some("mail"));
    /// ```
    #[must_use]
    pub const fn renamed_from(mut self, name: Name) -> Self {
        set(&mut self.renamed_from, name);
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
