//! [`DdlFeatures`]: the clauses of CREATE and DROP that some databases lack, as a part of their capabilities.
//!
//! Read by `sql::ddl`. The constants are in the dialect crates.

/// Describes the clauses of CREATE and DROP that a database has beyond those of all. A dialect sets them in
/// [`Capabilities::ddl`](super::Capabilities::ddl). What a database lacks is `Unsupported` before a statement is sent.
///
/// ```
/// use orm_core::sql::{Capabilities, SequenceStyle};
///
/// let mut own = Capabilities::STANDARD;
/// assert_eq!(own.ddl.sequences, SequenceStyle::Unsupported);
/// own.ddl.index_filters = true;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, not states"
)]
#[non_exhaustive]
pub struct DdlFeatures {
    /// Whether CREATE has IF NOT EXISTS and DROP has IF EXISTS, for tables, views, sequences and schemas, with the exceptions
    /// of the next two fields.
    pub if_exists: bool,
    /// Whether CREATE INDEX and DROP INDEX have them, too. Not on MySQL.
    pub index_if_exists: bool,
    /// Whether CREATE VIEW has IF NOT EXISTS: on SQLite and MariaDB.
    pub view_if_not_exists: bool,
    /// Whether schemas can be created. Not on SQLite, whose schemas are attached files.
    pub schemas: bool,
    /// Whether a column can be computed when its row is written: STORED.
    pub stored_columns: bool,
    /// Whether a column can be computed when it is read: VIRTUAL. On PostgreSQL since 18.
    pub virtual_columns: bool,
    /// Whether a generated column can be NOT NULL. Without it, NOT NULL is left out: MariaDB.
    pub generated_not_null: bool,
    /// How an auto-increment column can be numbered.
    pub identity: IdentityStyle,
    /// The syntax of sequences.
    pub sequences: SequenceStyle,
    /// How comments are stored.
    pub comments: CommentStyle,
    /// The options of tables, in the order in which they are written.
    pub table_options: &'static [TableOptionRule],
    /// The text between two options of a table.
    pub table_option_separator: &'static str,
    /// Whether NULLs can be equal in a unique constraint or index: NULLS NOT DISTINCT, on PostgreSQL since 15.
    pub nulls_not_distinct: bool,
    /// Whether keys and unique constraints can be DEFERRABLE: on PostgreSQL.
    pub deferrable_uniques: bool,
    /// Whether foreign keys can be DEFERRABLE: on PostgreSQL and SQLite.
    pub deferrable_foreign_keys: bool,
    /// Whether a foreign key can be MATCH FULL: on PostgreSQL.
    pub match_full: bool,
    /// Whether a foreign key can reference a table of another schema. Not on SQLite.
    pub foreign_schemas: bool,
    /// Whether there are exclusion constraints: on PostgreSQL.
    pub exclusions: bool,
    /// The clause of ALTER TABLE that drops a unique constraint.
    pub drop_unique: &'static str,
    /// The clause of ALTER TABLE that drops a CHECK.
    pub drop_check: &'static str,
    /// The clause of ALTER TABLE that drops the primary key without its name, where keys have no names: MySQL and MariaDB.
    pub drop_primary_key: Option<&'static str>,
    /// What the name of an index belongs to.
    pub index_names: IndexNames,
    /// The syntax of the method of an index.
    pub index_methods: IndexMethodStyle,
    /// The syntax of expressions in an index.
    pub index_expressions: IndexExpressionStyle,
    /// Whether a key of an index can be DESC. On MariaDB since 10.8.
    pub descending_keys: bool,
    /// Whether a key of an index can have NULLS FIRST and NULLS LAST: on PostgreSQL.
    pub index_nulls_order: bool,
    /// Whether a key of an index can have a collation: on PostgreSQL and SQLite.
    pub index_collations: bool,
    /// Whether a key of an index can have an operator class: on PostgreSQL.
    pub operator_classes: bool,
    /// Whether the first characters of a column can be indexed: `name(10)`, on MySQL and MariaDB.
    pub index_prefixes: bool,
    /// Whether an index can have columns beside its keys: INCLUDE, on PostgreSQL.
    pub index_include: bool,
    /// Whether an index can be of some rows: WHERE, on PostgreSQL and SQLite.
    pub index_filters: bool,
    /// Whether an index can be created and dropped CONCURRENTLY: on PostgreSQL. Elsewhere the word is left out.
    pub concurrent_indexes: bool,
    /// The words with which a sequence does not start again after its last value.
    pub no_cycle: &'static str,
    /// Whether a change of a column's type can convert the values by an expression: USING, on PostgreSQL.
    pub alter_using: bool,
    /// Whether there are materialized views: on PostgreSQL.
    pub materialized_views: bool,
}

impl DdlFeatures {
    /// None of them.
    pub const NONE: Self = Self {
        if_exists: false,
        index_if_exists: false,
        view_if_not_exists: false,
        schemas: false,
        stored_columns: false,
        virtual_columns: false,
        generated_not_null: true,
        identity: IdentityStyle::Plain,
        sequences: SequenceStyle::Unsupported,
        comments: CommentStyle::Unsupported,
        table_options: &[],
        table_option_separator: " ",
        nulls_not_distinct: false,
        deferrable_uniques: false,
        deferrable_foreign_keys: false,
        match_full: false,
        foreign_schemas: true,
        exclusions: false,
        drop_unique: "DROP CONSTRAINT",
        drop_check: "DROP CONSTRAINT",
        drop_primary_key: None,
        index_names: IndexNames::OfSchema,
        index_methods: IndexMethodStyle::Unsupported,
        index_expressions: IndexExpressionStyle::Unsupported,
        descending_keys: false,
        index_nulls_order: false,
        index_collations: false,
        operator_classes: false,
        index_prefixes: false,
        index_include: false,
        index_filters: false,
        concurrent_indexes: false,
        no_cycle: "NO CYCLE",
        alter_using: false,
        materialized_views: false,
    };
}

/// Selects how an auto-increment column can be numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityStyle {
    /// From 1, in steps of 1.
    Plain,
    /// From a number that is the option of the table `AUTO_INCREMENT=100`, in steps of 1: MySQL and MariaDB.
    TableOption,
    /// `GENERATED ALWAYS AS IDENTITY (START WITH 100 INCREMENT BY 2)`, which
    /// [`Dialect::column_options`](super::Dialect::column_options) renders: PostgreSQL.
    Options,
}

/// Selects the syntax of sequences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SequenceStyle {
    /// There are none.
    Unsupported,
    /// The next value is `nextval('"numbers"')`: PostgreSQL.
    Function,
    /// The next value is `NEXT VALUE FOR "numbers"`: the standard, MariaDB.
    NextValueFor,
}

/// Selects how comments are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommentStyle {
    /// Not at all: they are left out, as on SQLite.
    Unsupported,
    /// By statements: `COMMENT ON TABLE t IS 'x'`, on PostgreSQL.
    Statements,
    /// As a clause of the table and the column: `COMMENT 'x'`, on MySQL and MariaDB.
    Clauses,
}

/// Selects what the name of an index belongs to, which decides where a schema is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexNames {
    /// The schema of the table: `CREATE INDEX i ON s.t (a)` and `DROP INDEX s.i`, on PostgreSQL.
    OfSchema,
    /// A schema that its own name has: `CREATE INDEX s.i ON t (a)` and `DROP INDEX s.i`, on SQLite.
    Qualified,
    /// The table: `CREATE INDEX i ON s.t (a)` and `DROP INDEX i ON s.t`, on MySQL and MariaDB.
    OfTable,
}

/// Selects the syntax of the method of an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexMethodStyle {
    /// There are none.
    Unsupported,
    /// `CREATE INDEX i ON t USING gin (a)`, on PostgreSQL.
    Using,
    /// `CREATE FULLTEXT INDEX i ON t (a)`, SPATIAL so, and `CREATE INDEX i USING HASH ON t (a)`, on MySQL and MariaDB.
    Prefix,
}

/// Selects the syntax of expressions in an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexExpressionStyle {
    /// There are none: MariaDB.
    Unsupported,
    /// `(lower(name))`, in parentheses of its own: PostgreSQL and MySQL.
    Parenthesized,
    /// `lower(name)`: SQLite.
    Plain,
}

/// Describes an option of tables of a dialect.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::{TableOptionPlace, TableOptionRule, TableOptionValue};
/// const STRICT: TableOptionRule = TableOptionRule::new("STRICT", "STRICT", TableOptionValue::None);
/// assert_eq!(STRICT.place, TableOptionPlace::Options);
/// const ENGINE: TableOptionRule =
///     TableOptionRule::new("ENGINE", "ENGINE=", TableOptionValue::Plain).replaces(&["ENGINE="]);
/// assert_eq!(ENGINE.replaces, ["ENGINE="]);
/// const UNLOGGED: TableOptionRule = TableOptionRule::new("UNLOGGED", "UNLOGGED", TableOptionValue::None)
///     .at(TableOptionPlace::BeforeTable);
/// assert_eq!(UNLOGGED.name, "UNLOGGED");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableOptionRule {
    /// The name: that of [`TableOption`](crate::schema::TableOption). It is compared without regard to case.
    pub name: &'static str,
    /// The words before the value: `ENGINE=`, `PARTITION BY `.
    pub words: &'static str,
    /// The value that the option has.
    pub value: TableOptionValue,
    /// The place in CREATE TABLE.
    pub place: TableOptionPlace,
    /// The words of the options of [`Dialect::table_options`](super::Dialect::table_options) that this option replaces.
    pub replaces: &'static [&'static str],
}

impl TableOptionRule {
    /// Creates an option that stands behind the columns.
    pub const fn new(name: &'static str, words: &'static str, value: TableOptionValue) -> Self {
        Self {
            name,
            words,
            value,
            place: TableOptionPlace::Options,
            replaces: &[],
        }
    }

    /// Sets the place in CREATE TABLE.
    #[must_use]
    pub const fn at(mut self, place: TableOptionPlace) -> Self {
        self.place = place;
        self
    }

    /// Sets the words of the options that this option replaces.
    #[must_use]
    pub const fn replaces(mut self, words: &'static [&'static str]) -> Self {
        self.replaces = words;
        self
    }
}

/// Selects the value that an option of a table has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableOptionValue {
    /// None: `STRICT`.
    None,
    /// SQL: `ENGINE=InnoDB`.
    Plain,
    /// SQL in parentheses, which are added if it has none: `WITH (fillfactor = 70)`.
    Parenthesized,
}

/// Selects the place of an option in CREATE TABLE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableOptionPlace {
    /// Between CREATE and TABLE: UNLOGGED.
    BeforeTable,
    /// Behind the columns.
    Options,
    /// Behind the options and the comment: PARTITION BY, on MySQL and MariaDB.
    Last,
}
