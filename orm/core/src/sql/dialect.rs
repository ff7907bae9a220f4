//! [`Dialect`]: the differences of a database's SQL from the default writer's. Text only, no I/O.
//!
//! A dialect must provide a name, its [`Capabilities`], the native names of types, literals, and BEGIN. Every other
//! method has a default that renders the standard's SQL. Object-safe: a dialect is chosen at run time.

use std::borrow::Cow;
use std::fmt;

use super::SqlWriter;
use super::capability::Capabilities;
use super::ddl::Change;
use super::render::{self, ExpectedColumn};
use crate::error::Result;
use crate::inspect::Inspector;
use crate::schema::{self, Keeps, StoredColumn};
use crate::stmt::{
    AggregateCall, BatchColumn, BatchDelete, BatchUpdate, Call, Extension, Insert, JsonExpr, Like,
    LikeKind, Limit, Numeric,
};
use crate::transaction::TransactionOptions;
use crate::types::Type;
use crate::value::{Value, ValueRef};
use crate::version::ServerVersion;

/// Holds the statements with which a database disables and enables foreign keys, outside a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ForeignKeySwitch {
    /// The statement that disables foreign keys.
    pub off: &'static str,
    /// The statement that enables foreign keys.
    pub on: &'static str,
    /// A query of referencing and referenced table, once for each row whose parent is missing. Run it before changes
    /// that were made without foreign keys are committed.
    pub violations: &'static str,
    /// A query of referencing and referenced table of every foreign key. Run it before a table is dropped, since such
    /// a database does not reject the drop.
    pub references: &'static str,
}

impl ForeignKeySwitch {
    /// Creates a switch from the statements that disable and enable foreign keys, and the two queries.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{DdlLock, ForeignKeySwitch, KeyRange};
    /// let switch = ForeignKeySwitch::new(
    ///     ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON"),
    ///     r#"SELECT "table", "parent" FROM pragma_foreign_key_check"#,
    ///     "SELECT m.name, k.\"table\" FROM sqlite_schema m, pragma_foreign_key_list(m.name) k",
    /// );
    /// assert_eq!(switch.off, "PRAGMA foreign_keys = OFF");
    /// ```
    pub const fn new(
        (off, on): (&'static str, &'static str),
        violations: &'static str,
        references: &'static str,
    ) -> Self {
        Self {
            off,
            on,
            violations,
            references,
        }
    }
}

/// Holds the queries of a lock for programs that create or drop tables at the same time, on a database where the
/// transaction does not serialize them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DdlLock {
    /// A query of one integer, which is 1 if the lock was taken. It does not wait.
    pub take: &'static str,
    /// The query that releases the lock. `None` if the lock ends with the transaction.
    pub release: Option<&'static str>,
}

impl DdlLock {
    /// Creates a lock from the queries that take and release it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{DdlLock, ForeignKeySwitch, KeyRange};
    /// let lock = DdlLock::new("SELECT GET_LOCK('ddl', 0)", Some("SELECT RELEASE_LOCK('ddl')"));
    /// assert!(lock.release.is_some());
    /// ```
    pub const fn new(take: &'static str, release: Option<&'static str>) -> Self {
        Self { take, release }
    }
}

/// Describes the keys that a multi-row INSERT has generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyRange<'a> {
    /// The table of the rows.
    pub table: &'a str,
    /// The generated column.
    pub column: &'a str,
    /// The key of the first row.
    pub first: i64,
    /// The number of rows.
    pub rows: i64,
}

impl<'a> KeyRange<'a> {
    /// Creates the description of the keys of `rows` rows of `table`, of which the first has `first` in `column`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{DdlLock, ForeignKeySwitch, KeyRange};
    /// let keys = KeyRange::new("users", "id", (7, 3)); // 7, 8 and 9
    /// assert_eq!((keys.first, keys.rows), (7, 3));
    /// ```
    pub const fn new(table: &'a str, column: &'a str, (first, rows): (i64, i64)) -> Self {
        Self {
            table,
            column,
            first,
            rows,
        }
    }
}

/// Renders the SQL of one database.
pub trait Dialect: fmt::Debug + Send + Sync {
    /// Returns the name of the dialect: `"sqlite"`, `"postgres"`, `"mysql"`, `"mariadb"`. Two dialects that render
    /// different texts must have different names, since compiled statements are cached by the address of the name.
    fn name(&self) -> &'static str;

    /// Returns the features of the database.
    fn capabilities(&self) -> &Capabilities;

    /// Returns the features of servers of a version, if they are not [`Dialect::capabilities`]. The default knows no
    /// differences.
    ///
    /// # Errors
    /// - `Unsupported`: the version is older than the oldest that the SQL is written for.
    fn capabilities_at(&self, version: ServerVersion) -> Result<Option<Capabilities>> {
        let _ = version;
        Ok(None)
    }

    /// Renders LIMIT and OFFSET, after ORDER BY and before locks, bound in the order of
    /// [`LimitStyle`](super::LimitStyle). A limit alone must be valid after the text of a query without one.
    fn write_limit(&self, w: &mut SqlWriter<'_>, limit: Option<Limit>, offset: Option<u64>) {
        render::write_limit(w, limit, offset);
    }

    /// Renders a bind whose type the database can't infer: in a select list, as an argument of a function, in
    /// arithmetic. PostgreSQL adds a cast.
    fn write_typed_bind<'a>(&self, w: &mut SqlWriter<'a>, value: &'a Value) {
        w.value(value);
    }

    /// Renders a LIKE condition. The default is a case-sensitive `LIKE`, with `LOWER` on both sides if case is
    /// ignored. A dialect whose `LIKE` ignores case must override it.
    ///
    /// # Errors
    /// - `Unsupported`: the dialect does not support the condition. The default has no regular expressions.
    fn write_like<'a>(&self, w: &mut SqlWriter<'a>, like: &'a Like) -> Result<()> {
        if like.kind == LikeKind::EqualsIgnoreCase {
            return render::write_equal_in_lower_case(w, like, "LOWER");
        }
        if like.kind == LikeKind::Regex {
            return Err(w.unsupported("regular expressions"));
        }
        if like.kind.ignores_case() {
            w.push("LOWER(");
            render::write_expr(w, &like.expr)?;
            w.push(") LIKE LOWER(");
            self.write_typed_bind(w, &like.pattern);
            w.push(")");
        } else {
            render::write_operand(w, &like.expr)?;
            w.push(" LIKE ").bind(like.pattern.as_ref());
        }
        w.push(self.like_escape());
        Ok(())
    }

    /// Renders the collation of a text, with a leading space: ` COLLATE "de"`. `None` is the one that compares bytes. The
    /// default quotes the name, and has none that compares bytes.
    ///
    /// # Errors
    /// - `Unsupported`: there is no such collation.
    fn write_collation(&self, w: &mut SqlWriter<'_>, collation: Option<&str>) -> Result<()> {
        match collation {
            Some(name) => w.push(" COLLATE ").ident(name),
            None => return Err(w.unsupported("the collation that compares bytes")),
        };
        Ok(())
    }

    /// Returns the clause that makes `\` the escape character of LIKE.
    fn like_escape(&self) -> &'static str {
        " ESCAPE '\\'"
    }

    /// Renders an aggregate that returns `ty` on every database: sums of integers are integers, averages are floats.
    /// The default has no cast.
    ///
    /// # Errors
    /// - `Unsupported`: the dialect does not support the aggregate.
    fn write_aggregate<'a>(
        &self,
        w: &mut SqlWriter<'a>,
        call: &dyn Fn(&mut SqlWriter<'a>) -> Result<()>,
        ty: &Type,
    ) -> Result<()> {
        let _ = ty;
        call(w)
    }

    /// Renders the aggregate that joins texts, without FILTER and OVER. Needs
    /// [`Capabilities::string_agg`](super::Capabilities::string_agg).
    ///
    /// # Errors
    /// - `Unsupported`: the default.
    fn write_string_agg<'a>(&self, w: &mut SqlWriter<'a>, call: &'a AggregateCall) -> Result<()> {
        let _ = call;
        Err(w.unsupported("an aggregate that joins texts"))
    }

    /// Renders a function of the portable library, which returns the same on every database. The default renders the
    /// standard's words.
    ///
    /// # Errors
    /// - `Unsupported`: the dialect does not support the function.
    fn write_call<'a>(&self, w: &mut SqlWriter<'a>, call: &'a Call) -> Result<()> {
        render::write_call(w, call)
    }

    /// Renders an operation on a JSON document. Needs [`Capabilities::json`].
    ///
    /// # Errors
    /// - `Unsupported`: the default.
    fn write_json<'a>(&self, w: &mut SqlWriter<'a>, json: &'a JsonExpr) -> Result<()> {
        let _ = json;
        Err(w.unsupported("JSON"))
    }

    /// Renders an operator of numbers. The default has the standard's operators, with NULLIF around a divisor.
    ///
    /// # Errors
    /// - `Unsupported`: the dialect does not support the operator.
    fn write_numeric<'a>(&self, w: &mut SqlWriter<'a>, numeric: &'a Numeric) -> Result<()> {
        render::write_numeric(w, numeric)
    }

    /// Renders an extension by its template for this dialect's name.
    ///
    /// # Errors
    /// - `Unsupported`: the extension has no template for this dialect. The error names the extension.
    fn write_extension<'a>(&self, w: &mut SqlWriter<'a>, node: &'a dyn Extension) -> Result<()> {
        render::write_extension(w, node)
    }

    /// Renders the source of an INSERT whose values are bound as one array for each column: the text between the list
    /// of columns and RETURNING. Needs [`Capabilities::arrays`]; see
    /// [`InsertSource::Batch`](crate::stmt::InsertSource::Batch).
    ///
    /// # Errors
    /// - `Unsupported`: the default.
    fn write_array_source(&self, w: &mut SqlWriter<'_>, insert: &Insert) -> Result<()> {
        let _ = insert;
        Err(w.unsupported("array binds"))
    }

    /// Renders an INSERT with RETURNING. The default appends the clause.
    ///
    /// # Errors
    /// `Unsupported`.
    fn write_insert_returning<'a>(&self, w: &mut SqlWriter<'a>, insert: &'a Insert) -> Result<()> {
        render::write_plain_insert(w, insert)
    }

    /// Renders the query that confirms the keys of a multi-row INSERT, of which the driver reports the first. Its
    /// single row has the increment between keys, and the number of rows with one of the keys, which is lower than
    /// the number of inserted rows if a trigger has changed keys. Needs
    /// [`GeneratedKeys::Consecutive`](super::GeneratedKeys).
    ///
    /// # Errors
    /// - `Unsupported`: the default.
    fn write_generated_keys<'a>(&self, w: &mut SqlWriter<'a>, keys: &KeyRange<'a>) -> Result<()> {
        let _ = keys;
        Err(w.unsupported("the increment of generated keys"))
    }

    /// Renders an UPDATE by key. The default renders one row or several; a dialect with arrays renders those as well.
    ///
    /// # Errors
    /// - `Unsupported`: the dialect does not support the batch.
    fn write_batch_update<'a>(
        &self,
        w: &mut SqlWriter<'a>,
        update: &BatchUpdate<'a>,
    ) -> Result<()> {
        render::write_batch_update_rows(w, update)
    }

    /// Renders a DELETE by key. The default renders one row or several; a dialect with arrays renders those as well.
    ///
    /// # Errors
    /// - `Unsupported`: the dialect does not support the batch.
    fn write_batch_delete(&self, w: &mut SqlWriter<'_>, delete: &BatchDelete<'_>) -> Result<()> {
        render::write_batch_delete_rows(w, delete)
    }

    /// Renders the statement of a batch so that it fails with `StaleData` unless it affects every row.
    ///
    /// # Errors
    /// - `Unsupported`: the dialect has no [`Capabilities::checked_batches`].
    fn write_checked<'a>(
        &self,
        w: &mut SqlWriter<'a>,
        statement: &mut dyn FnMut(&mut SqlWriter<'a>) -> Result<()>,
    ) -> Result<()> {
        let _ = statement;
        Err(w.unsupported("batches that check their row counts"))
    }

    /// Renders the condition that a column still has its expected value, compared null-safely and, for text, byte by
    /// byte in every collation. The default uses [`Capabilities::null_safe`], which is sufficient where every
    /// collation compares bytes.
    fn write_expected(&self, w: &mut SqlWriter<'_>, expected: &ExpectedColumn<'_>) {
        render::write_null_safe_expected(w, expected);
    }

    /// Returns whether [`Dialect::write_expected`] can compare a column by a digest, so that a large old value need
    /// not be sent. Default: `false`.
    fn digests(&self, column: &BatchColumn<'_>) -> bool {
        let _ = column;
        false
    }

    /// Returns the digest of a value for [`Dialect::write_expected`]. `None` for a value without a digest, such as
    /// NULL, which is bound itself.
    fn digest(&self, value: ValueRef<'_>) -> Option<String> {
        let _ = value;
        None
    }

    /// Renders a query of the catalogue about the columns of tables, and returns whether there is one. Its rows are
    /// the number of the table in `tables`, then the fields of [`StoredColumn`] in order; a missing table has no
    /// rows. Flushes execute it once for each table and engine. Without it, which is the default, columns are assumed
    /// to be as the model declares them.
    fn write_catalogue<'a>(&self, w: &mut SqlWriter<'a>, tables: &[&'a str]) -> bool {
        let _ = (w, tables);
        false
    }

    /// Returns which values of a field of type `ty` and declared `length` a column returns unchanged. Columns other
    /// than [`Keeps::All`] are read back after a flush.
    fn keeps(&self, column: &StoredColumn, ty: &Type, length: Option<u32>) -> Keeps {
        let _ = (column, ty, length);
        Keeps::All
    }

    /// Returns the native type of `ty` in CAST and array binds, without length: `int8`, `SIGNED`.
    fn cast_type(&self, ty: &Type) -> Cow<'static, str>;

    /// Returns the native type of a column with its length: `VARCHAR(50)`. The type of an auto-increment column may
    /// differ.
    ///
    /// # Errors
    /// - `Unsupported`: the database has no such type, such as an indexed text without length on MySQL.
    fn column_type(&self, table: &schema::Table, column: &schema::Column) -> Result<String>;

    /// Returns the text after the type of a column, with a leading space: collation, identity or auto-increment. NULL
    /// and DEFAULT are rendered by the default writer.
    fn column_options(&self, column: &schema::Column) -> String {
        let _ = column;
        String::new()
    }

    /// Returns the clauses after a column's type, in the order that the database requires:
    /// [`Dialect::column_options`], ` NOT NULL` and ` DEFAULT …`, each empty if there is none.
    fn column_clauses(&self, options: &str, not_null: &str, default: &str) -> String {
        format!("{options}{not_null}{default}")
    }

    /// Returns the text after the columns of a primary key with the column `generated`: ` AUTOINCREMENT` on SQLite.
    fn primary_key_option(&self, generated: &schema::Column) -> &'static str {
        let _ = generated;
        ""
    }

    /// Returns the text after a table's closing parenthesis, with a leading space: engine and character set.
    fn table_options(&self) -> &'static str {
        ""
    }

    /// Returns the clause of ALTER TABLE that drops a foreign key.
    fn drop_foreign_key(&self) -> &'static str {
        "DROP CONSTRAINT"
    }

    /// Returns the statements that disable and enable foreign keys, for a database that can't drop a foreign key, and
    /// so no tables with circular ones: SQLite. `None` for other databases.
    fn foreign_key_switch(&self) -> Option<&'static ForeignKeySwitch> {
        None
    }

    /// Renders the first operations of a list in the dialect's own way, and returns how many they are and their statements.
    /// `before` is the schema which the operations before them leave. `None`, the default, renders the first operation by the
    /// standard's ALTER statements.
    ///
    /// # Errors
    /// - `Unsupported`: the database can't make the change. The error names table and column.
    fn alter(
        &self,
        before: &schema::Schema,
        operations: &[schema::Operation],
    ) -> Option<Result<(usize, Change)>> {
        let _ = (before, operations);
        None
    }

    /// Returns the lock that is held while the catalogue is read and tables are created or dropped. `None` where a
    /// writing transaction excludes every other one, as on SQLite.
    fn ddl_lock(&self) -> Option<&'static DdlLock> {
        None
    }

    /// Returns the statement after which the generated keys of a table begin again with the first one, where `DELETE` empties
    /// the table.
    fn restart_identity(&self, table: &str) -> Option<String> {
        let _ = table;
        None
    }

    /// Returns the statement after which the generated keys of a column begin behind the greatest one of its rows, for a
    /// column with rows that becomes auto-increment. `None`, the default, where the database does so by itself.
    fn continue_identity(&self, table: &schema::QualifiedName, column: &str) -> Option<String> {
        let _ = (table, column);
        None
    }

    /// Returns a value as a literal, for defaults and checks, which can't have binds.
    ///
    /// # Errors
    /// - `Unsupported`: the value has no literal, such as NaN on MySQL or NUL in text of PostgreSQL.
    fn literal(&self, value: &Value) -> Result<String>;

    /// Returns the literal of a column's default. MySQL needs parentheses for a column of unlimited length.
    ///
    /// # Errors
    /// As [`Dialect::literal`].
    fn default_literal(&self, column: &schema::Column, value: &Value) -> Result<String> {
        let _ = column;
        self.literal(value)
    }

    /// Returns the expression of a column's SQL default. MySQL needs parentheses except for literals and the current
    /// time.
    fn default_expression<'a>(&self, sql: &'a str) -> Cow<'a, str> {
        sql.into()
    }

    /// Returns the expression `sql` of a column's default for a SELECT, which must return the value that the column
    /// would store. A flush selects keys with server defaults so.
    fn selected_default(&self, column: &schema::Column, sql: &str) -> String {
        // An INSERT makes an integer of what `floor(rand())` or `strftime('%s')` yields.
        if column.ty.is_integer() {
            format!("CAST(({sql}) AS {})", self.cast_type(&column.ty))
        } else {
            format!("({sql})")
        }
    }

    /// Returns the statements that begin a transaction. The last one begins it.
    ///
    /// # Errors
    /// - `Unsupported`: the database does not support an option.
    fn begin(&self, options: &TransactionOptions) -> Result<Vec<Cow<'static, str>>>;

    /// Returns the statement that sets a savepoint. `name` needs no quotes.
    fn savepoint(&self, name: &str) -> String {
        format!("SAVEPOINT {name}")
    }

    /// Returns the statement that releases a savepoint.
    fn release_savepoint(&self, name: &str) -> String {
        format!("RELEASE SAVEPOINT {name}")
    }

    /// Returns a text that releases a savepoint and sets it again in one round trip. `None` if there is none: a
    /// savepoint is then released when its work has ended; otherwise it is released by this text, or by the end of
    /// the transaction.
    fn renew_savepoint(&self, name: &str) -> Option<String> {
        let _ = name;
        None
    }

    /// Returns the statement that rolls back to a savepoint, which stays set.
    fn rollback_to_savepoint(&self, name: &str) -> String {
        format!("ROLLBACK TO SAVEPOINT {name}")
    }

    /// Returns whether an error with this native code reports that the object of a DROP does not exist.
    fn is_already_dropped(&self, code: &str) -> bool {
        let _ = code;
        false
    }

    /// Returns the statement that restores, after the end of a transaction, a setting of [`Dialect::begin`] that
    /// outlives it.
    fn after_end(&self, options: &TransactionOptions) -> Option<&'static str> {
        let _ = options;
        None
    }

    /// Returns a query of the enumerated types in the connection's schema: the name of each, and 1 if something uses it,
    /// else 0. Needed with [`EnumStyle::Named`](super::EnumStyle) alone.
    fn list_enum_types(&self) -> &'static str {
        ""
    }

    /// Returns a query of one column with the names of the tables in the connection's schema.
    fn list_tables(&self) -> &'static str;

    /// Returns what reads schemas of the database. `None`, the default, if nothing does: migrations are then compared
    /// with snapshots alone.
    fn inspector(&self) -> Option<&dyn Inspector> {
        None
    }
}
