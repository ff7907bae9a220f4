//! Indexes and exclusion constraints as data: keys that are columns or expressions, and their options.

use super::{Deferrable, Name, SqlText, naming};

/// Describes an index.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::*;
/// let index = Index::new("posts", vec!["title".into()])
///     .key(IndexKey::expression("lower(title)").descending())
///     .include(["author_id"])
///     .filter("deleted_at IS NULL");
/// assert_eq!(index.columns().collect::<Vec<_>>(), ["title"]);
/// assert!(!index.clone().unique().is_key());
/// assert_eq!(index.keys.len(), 2);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct Index {
    /// The index's name, unique in its schema.
    pub name: Name,
    /// Its keys, in order.
    pub keys: Vec<IndexKey>,
    /// Whether the index is unique.
    pub unique: bool,
    /// The columns that the index has beside its keys: INCLUDE.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Vec::is_empty")
    )]
    pub include: Vec<Name>,
    /// The condition of the rows that are indexed: WHERE.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub filter: Option<SqlText>,
    /// The access method, such as `gin`; on MySQL and MariaDB `fulltext`, `spatial` or `hash`. `None` is the default of
    /// the database, a B-tree.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub method: Option<Name>,
    /// Whether NULLs are equal in a unique index.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "std::ops::Not::not")
    )]
    pub nulls_not_distinct: bool,
    /// Whether the index is created and dropped without blocking writes, outside of a transaction. No property of the
    /// index itself: no comparison looks at it.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "std::ops::Not::not")
    )]
    pub concurrently: bool,
}

/// Describes a key of an index.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::*;
/// let key = IndexKey::column("name").descending().nulls_first(false).operator_class("text_pattern_ops");
/// assert_eq!(key.of, KeyOf::Column("name".into()));
/// assert_eq!((key.descending, key.nulls_first), (true, Some(false)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct IndexKey {
    /// What is indexed.
    pub of: KeyOf,
    /// Whether the greatest value comes first.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "std::ops::Not::not")
    )]
    pub descending: bool,
    /// Whether NULLs come first, or `None` for the order of the database.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub nulls_first: Option<bool>,
    /// How many characters or bytes of the column are indexed. `None` is all of them.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub length: Option<u32>,
    /// The collation, if it is not the column's.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub collation: Option<Name>,
    /// The operator class, such as `text_pattern_ops`.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub operator_class: Option<Name>,
}

/// Selects what a key of an index has.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum KeyOf {
    /// A column.
    Column(Name),
    /// An expression in SQL.
    Expression(SqlText),
}

impl Index {
    /// Creates a non-unique index of `table`, with a conventional name.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::*;
    /// assert_eq!(Index::new("posts", vec!["title".into()]).name, "ix_posts_title");
    /// ```
    pub fn new(table: &str, columns: Vec<Name>) -> Self {
        Self {
            name: naming::index(table, &columns),
            keys: columns.into_iter().map(IndexKey::column).collect(),
            unique: false,
            include: Vec::new(),
            filter: None,
            method: None,
            nulls_not_distinct: false,
            concurrently: false,
        }
    }

    /// Sets the name.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::*;
    /// let index = Index::new("posts", vec!["title".into()]).named("by_title");
    /// assert_eq!(index.name, "by_title");
    /// ```
    #[must_use]
    pub fn named(mut self, name: impl Into<Name>) -> Self {
        self.name = name.into();
        self
    }

    /// Makes the index unique.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::*;
    /// # use orm_core::sql::ddl::create_index;
    /// # use orm_core::testing::AnsiDialect;
    /// let index = Index::new("posts", vec!["title".into()]).unique();
    /// assert_eq!(
    ///     create_index(&AnsiDialect::new(), &Table::new("posts"), &index)?,
    ///     r#"CREATE UNIQUE INDEX "ix_posts_title" ON "posts" ("title")"#
    /// );
    /// # Ok::<(), orm_core::Error>(())
    /// ```
    #[must_use]
    pub fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    /// Adds a key behind the others.
    #[must_use]
    pub fn key(mut self, key: IndexKey) -> Self {
        self.keys.push(key);
        self
    }

    /// Sets the columns that the index has beside its keys.
    #[must_use]
    pub fn include<N: Into<Name>>(mut self, columns: impl IntoIterator<Item = N>) -> Self {
        self.include = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the condition of the rows that are indexed.
    #[must_use]
    pub fn filter(mut self, condition: impl Into<SqlText>) -> Self {
        self.filter = Some(condition.into());
        self
    }

    /// Sets the access method.
    #[must_use]
    pub fn method(mut self, method: impl Into<Name>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// Makes NULLs equal.
    #[must_use]
    pub fn nulls_not_distinct(mut self) -> Self {
        self.nulls_not_distinct = true;
        self
    }

    /// Creates and drops the index without blocking writes.
    #[must_use]
    pub fn concurrently(mut self) -> Self {
        self.concurrently = true;
        self
    }

    /// Returns the columns among the keys, in order.
    pub fn columns(&self) -> impl Iterator<Item = &Name> {
        self.keys.iter().filter_map(|key| match &key.of {
            KeyOf::Column(name) => Some(name),
            KeyOf::Expression(_) => None,
        })
    }

    /// Returns whether the index is a key of its table: unique, over whole columns and all rows.
    pub fn is_key(&self) -> bool {
        let is_whole = |key: &IndexKey| matches!(key.of, KeyOf::Column(_)) && key.length.is_none();
        self.unique && self.filter.is_none() && self.keys.iter().all(is_whole)
    }
}

impl IndexKey {
    /// Creates a key of a column.
    pub fn column(name: impl Into<Name>) -> Self {
        Self::of(KeyOf::Column(name.into()))
    }

    /// Creates a key of an expression.
    pub fn expression(sql: impl Into<SqlText>) -> Self {
        Self::of(KeyOf::Expression(sql.into()))
    }

    fn of(of: KeyOf) -> Self {
        Self {
            of,
            descending: false,
            nulls_first: None,
            length: None,
            collation: None,
            operator_class: None,
        }
    }

    /// Orders the greatest value first.
    #[must_use]
    pub fn descending(mut self) -> Self {
        self.descending = true;
        self
    }

    /// Sets whether NULLs come first.
    #[must_use]
    pub fn nulls_first(mut self, first: bool) -> Self {
        self.nulls_first = Some(first);
        self
    }

    /// Sets how many characters or bytes of the column are indexed.
    #[must_use]
    pub fn length(mut self, length: u32) -> Self {
        self.length = Some(length);
        self
    }

    /// Sets the collation.
    #[must_use]
    pub fn collation(mut self, name: impl Into<Name>) -> Self {
        self.collation = Some(name.into());
        self
    }

    /// Sets the operator class.
    #[must_use]
    pub fn operator_class(mut self, name: impl Into<Name>) -> Self {
        self.operator_class = Some(name.into());
        self
    }
}

/// Describes an exclusion constraint of PostgreSQL: no two rows for which all operators are true.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::*;
/// let apart = Exclusion::new("bookings", "room", "gist")
///     .element(IndexKey::column("room"), "=")
///     .element(IndexKey::column("during"), "&&");
/// assert_eq!(apart.name, "ex_bookings_room");
/// assert_eq!(apart.elements.len(), 2);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct Exclusion {
    /// The constraint's name.
    pub name: Name,
    /// The access method of its index, such as `gist`.
    pub method: Name,
    /// The keys with the operators that compare them.
    pub elements: Vec<(IndexKey, Name)>,
    /// The condition of the rows that are compared.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub filter: Option<SqlText>,
    /// Whether the check can wait for the end of the transaction.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub deferrable: Option<Deferrable>,
}

impl Exclusion {
    /// Creates an exclusion constraint of `table`, with a conventional name that ends in `about`.
    pub fn new(table: &str, about: &str, method: impl Into<Name>) -> Self {
        Self {
            name: naming::exclusion(table, about),
            method: method.into(),
            elements: Vec::new(),
            filter: None,
            deferrable: None,
        }
    }

    /// Sets the name.
    #[must_use]
    pub fn named(mut self, name: impl Into<Name>) -> Self {
        self.name = name.into();
        self
    }

    /// Adds a key and the operator that compares it.
    #[must_use]
    pub fn element(mut self, key: IndexKey, operator: impl Into<Name>) -> Self {
        self.elements.push((key, operator.into()));
        self
    }

    /// Sets the condition of the rows that are compared.
    #[must_use]
    pub fn filter(mut self, condition: impl Into<SqlText>) -> Self {
        self.filter = Some(condition.into());
        self
    }

    /// Lets the check wait for the end of the transaction.
    #[must_use]
    pub fn deferrable(mut self, deferrable: Deferrable) -> Self {
        self.deferrable = Some(deferrable);
        self
    }
}
