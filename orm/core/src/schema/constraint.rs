//! Keys, constraints and indexes as data.

use super::{Name, naming};

/// Describes a unique constraint or a primary key.
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

/// Describes a foreign key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct ForeignKey {
    /// The constraint's name.
    pub name: Name,
    /// The referencing columns.
    pub columns: Vec<Name>,
    /// The referenced table.
    pub table: Name,
    /// The referenced columns, as many as `columns`.
    pub references: Vec<Name>,
    /// The ON DELETE action.
    pub on_delete: Action,
    /// The ON UPDATE action.
    pub on_update: Action,
}

impl Unique {
    /// Creates the primary key of `table`, with a conventional name.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::*;
    /// assert_eq!(Unique::primary_key("users", vec!["id".into()]).name, "pk_users");
    /// ```
    pub fn primary_key(table: &str, columns: Vec<Name>) -> Self {
        Self {
            name: naming::primary_key(table),
            columns,
        }
    }

    /// Creates a unique constraint of `table`, with a conventional name.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::*;
    /// assert_eq!(Unique::new("users", vec!["name".into()]).name, "uq_users_name");
    /// ```
    pub fn new(table: &str, columns: Vec<Name>) -> Self {
        Self {
            name: naming::unique(table, &columns),
            columns,
        }
    }

    /// Sets the name.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::*;
    /// let unique = Unique::new("users", vec!["name".into()]).named("one_name_each");
    /// assert_eq!(unique.name, "one_name_each");
    /// ```
    #[must_use]
    pub fn named(mut self, name: impl Into<Name>) -> Self {
        self.name = name.into();
        self
    }
}

impl ForeignKey {
    /// Creates a foreign key of `own_table` without actions, with a conventional name.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::*;
    /// let key = ForeignKey::new("posts", vec!["author_id".into()], "users".into(), vec!["id".into()]);
    /// assert_eq!(key.name, "fk_posts_author_id_users");
    /// ```
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

    /// Sets the name.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::*;
    /// let key = ForeignKey::new("posts", vec!["author_id".into()], "users".into(), vec!["id".into()]);
    /// assert_eq!(key.named("post_author").name, "post_author");
    /// ```
    #[must_use]
    pub fn named(mut self, name: impl Into<Name>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets the ON DELETE action.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::*;
    /// # use orm_core::sql::ddl::add_foreign_key;
    /// # use orm_core::testing::AnsiDialect;
    /// let key = ForeignKey::new("posts", vec!["author_id".into()], "users".into(), vec!["id".into()])
    ///     .on_delete(Action::Cascade);
    /// assert_eq!(
    ///     add_foreign_key(&AnsiDialect::new(), &Table::new("posts"), &key),
    ///     r#"ALTER TABLE "posts" ADD CONSTRAINT "fk_posts_author_id_users" FOREIGN KEY ("author_id") REFERENCES "users" ("id") ON DELETE CASCADE"#
    /// );
    /// ```
    #[must_use]
    pub fn on_delete(mut self, action: Action) -> Self {
        self.on_delete = action;
        self
    }

    /// Sets the ON UPDATE action.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::*;
    /// let key = ForeignKey::new("posts", vec!["author_id".into()], "users".into(), vec!["id".into()])
    ///     .on_update(Action::SetNull);
    /// assert_eq!(key.on_update, Action::SetNull);
    /// ```
    #[must_use]
    pub fn on_update(mut self, action: Action) -> Self {
        self.on_update = action;
        self
    }
}

/// Selects what a foreign key does when the referenced row is deleted or its key changes (SQL:2016, 11.8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Action {
    /// Rejects the change at the end of the statement. The standard's default.
    #[default]
    NoAction,
    /// Rejects the change at once.
    Restrict,
    /// Deletes or updates the referencing row.
    Cascade,
    /// Sets the referencing columns to NULL.
    SetNull,
    /// Sets the referencing columns to their defaults.
    SetDefault,
}

impl Action {
    /// Returns the action in SQL.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::*;
    /// assert_eq!(Action::SetNull.as_sql(), "SET NULL");
    /// ```
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

/// Describes a CHECK constraint.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct Check {
    /// The constraint's name.
    pub name: Name,
    /// The condition, which must not be false.
    pub rule: Rule,
}

impl Check {
    /// Creates a CHECK constraint of `table`, with a conventional name that ends in `about`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::*;
    /// let check = Check::new("users", "age", Rule::Raw("age >= 0".into()));
    /// assert_eq!(check.name, "ck_users_age");
    /// ```
    pub fn new(table: &str, about: &str, rule: Rule) -> Self {
        Self {
            name: naming::check(table, about),
            rule,
        }
    }
}

/// Describes the condition of a CHECK constraint.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
#[non_exhaustive]
pub enum Rule {
    /// The column has one of these texts. Stores an enum on a database without enumerated types.
    OneOf {
        /// The column.
        column: Name,
        /// The valid texts.
        labels: Vec<Name>,
    },
    /// The column is not below and not above a number. Stores an integer of fewer values on a database without its type.
    Range {
        /// The column.
        column: Name,
        /// The least value.
        least: i64,
        /// The greatest value.
        most: u64,
    },
    /// A condition in SQL, which is not changed.
    Raw(Name),
}

/// Describes an index.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct Index {
    /// The index's name, unique in its schema.
    pub name: Name,
    /// Its columns, in order.
    pub columns: Vec<Name>,
    /// Whether the index is unique.
    pub unique: bool,
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
            columns,
            unique: false,
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
    ///     create_index(&AnsiDialect::new(), &Table::new("posts"), &index),
    ///     r#"CREATE UNIQUE INDEX "ix_posts_title" ON "posts" ("title")"#
    /// );
    /// ```
    #[must_use]
    pub fn unique(mut self) -> Self {
        self.unique = true;
        self
    }
}
