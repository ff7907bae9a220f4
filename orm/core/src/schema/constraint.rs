//! Keys and constraints as data. Indexes are in `index.rs`.

use super::{Name, QualifiedName, SqlText, naming};

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
    /// Whether NULLs are equal.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "std::ops::Not::not")
    )]
    pub nulls_not_distinct: bool,
    /// Whether the check can wait for the end of the transaction.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub deferrable: Option<Deferrable>,
}

/// Selects when a deferrable constraint is checked, unless SET CONSTRAINTS says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Deferrable {
    /// After each statement: DEFERRABLE INITIALLY IMMEDIATE.
    Immediate,
    /// At the end of the transaction: DEFERRABLE INITIALLY DEFERRED.
    Deferred,
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
    /// The schema of the referenced table, or `None` for the connection's current schema.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub schema: Option<Name>,
    /// Whether the check can wait for the end of the transaction.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub deferrable: Option<Deferrable>,
    /// Whether some of several referencing columns may not be NULL while others are: MATCH FULL.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "std::ops::Not::not")
    )]
    pub match_full: bool,
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
            nulls_not_distinct: false,
            deferrable: None,
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
            nulls_not_distinct: false,
            deferrable: None,
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

    /// Makes NULLs equal.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::*;
    /// assert!(Unique::new("users", vec!["name".into()]).nulls_not_distinct().nulls_not_distinct);
    /// ```
    #[must_use]
    pub fn nulls_not_distinct(mut self) -> Self {
        self.nulls_not_distinct = true;
        self
    }

    /// Lets the check wait for the end of the transaction.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::*;
    /// let unique = Unique::new("users", vec!["name".into()]).deferrable(Deferrable::Deferred);
    /// assert_eq!(unique.deferrable, Some(Deferrable::Deferred));
    /// ```
    #[must_use]
    pub fn deferrable(mut self, deferrable: Deferrable) -> Self {
        self.deferrable = Some(deferrable);
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
            schema: None,
            deferrable: None,
            match_full: false,
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
    ///     add_foreign_key(&AnsiDialect::new(), &Table::new("posts"), &key)?,
    ///     r#"ALTER TABLE "posts" ADD CONSTRAINT "fk_posts_author_id_users" FOREIGN KEY ("author_id") REFERENCES "users" ("id") ON DELETE CASCADE"#
    /// );
    /// # Ok::<(), orm_core::Error>(())
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

    /// Sets the schema of the referenced table.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::*;
    /// let key = ForeignKey::new("posts", vec!["author_id".into()], "users".into(), vec!["id".into()]);
    /// assert_eq!(key.in_schema("people").referenced().to_string(), "people.users");
    /// ```
    #[must_use]
    pub fn in_schema(mut self, schema: impl Into<Name>) -> Self {
        self.schema = Some(schema.into());
        self
    }

    /// Lets the check wait for the end of the transaction.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::*;
    /// let key = ForeignKey::new("posts", vec!["author_id".into()], "users".into(), vec!["id".into()])
    ///     .deferrable(Deferrable::Deferred)
    ///     .match_full();
    /// assert_eq!((key.deferrable, key.match_full), (Some(Deferrable::Deferred), true));
    /// ```
    #[must_use]
    pub fn deferrable(mut self, deferrable: Deferrable) -> Self {
        self.deferrable = Some(deferrable);
        self
    }

    /// Refuses that some of several referencing columns are NULL while others are not.
    #[must_use]
    pub fn match_full(mut self) -> Self {
        self.match_full = true;
        self
    }

    /// Returns the referenced table with its schema.
    pub fn referenced(&self) -> QualifiedName {
        QualifiedName {
            schema: self.schema.clone(),
            name: self.table.clone(),
        }
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
    Raw(SqlText),
}
