//! CREATE and DROP of views, sequences and schemas.

use super::owner::Owner;
use crate::error::Result;
use crate::schema::{QualifiedName, Sequence, View};
use crate::sql::{Dialect, SequenceStyle, SqlWriter};
use crate::value::Value;

/// Renders CREATE VIEW, or CREATE MATERIALIZED VIEW.
///
/// # Errors
/// - `Unsupported`: the dialect has no materialized views, or the query has no SQL for the dialect.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::View;
/// # use orm_core::sql::ddl;
/// # use orm_core::testing::AnsiDialect;
/// let active = View::new("active_users", "SELECT id FROM users WHERE active");
/// assert_eq!(
///     ddl::create_view(&AnsiDialect::new(), &active)?,
///     r#"CREATE VIEW "active_users" AS SELECT id FROM users WHERE active"#
/// );
/// assert_eq!(ddl::drop_view(&AnsiDialect::new(), &active), r#"DROP VIEW "active_users""#);
/// assert!(ddl::create_view(&AnsiDialect::new(), &active.materialized()).is_err());
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn create_view(dialect: &dyn Dialect, view: &View) -> Result<String> {
    create_guarded_view(dialect, view, "")
}

pub(super) fn create_guarded_view(
    dialect: &dyn Dialect,
    view: &View,
    guard: &str,
) -> Result<String> {
    let owner = Owner::new(dialect, "view", &view.name);
    let has_it = dialect.capabilities().ddl.materialized_views || !view.materialized;
    let hint = "leave out `materialized`, or store the rows in a table";
    owner.require(has_it, "stored rows (MATERIALIZED)", hint)?;
    let mut w = SqlWriter::new(dialect);
    w.push("CREATE ").push(kind(view)).push(" ").push(guard);
    w.qualified(&view.qualified_name());
    w.push(" AS ").push(owner.sql(&view.query, "query")?);
    Ok(w.finish().0)
}

/// The words that name the kind of a view.
pub(super) fn kind(view: &View) -> &'static str {
    if view.materialized {
        "MATERIALIZED VIEW"
    } else {
        "VIEW"
    }
}

/// Renders DROP VIEW, or DROP MATERIALIZED VIEW.
pub fn drop_view(dialect: &dyn Dialect, view: &View) -> String {
    drop_object(dialect, kind(view), "", &view.qualified_name())
}

/// DROP of an object with a name of its own, with `guard`: `IF EXISTS ` or nothing.
pub(super) fn drop_object(
    dialect: &dyn Dialect,
    kind: &str,
    guard: &str,
    name: &QualifiedName,
) -> String {
    let mut w = SqlWriter::new(dialect);
    w.push("DROP ").push(kind).push(" ").push(guard);
    w.qualified(name);
    w.finish().0
}

/// Renders CREATE SEQUENCE.
///
/// # Errors
/// - `Unsupported`: the dialect has no sequences.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::Sequence;
/// # use orm_core::sql::ddl;
/// # use orm_core::testing::AnsiDialect;
/// let mut numbers = Sequence::new("numbers");
/// numbers.start = Some(1000);
/// assert_eq!(
///     ddl::create_sequence(&AnsiDialect::new(), &numbers)?,
///     r#"CREATE SEQUENCE "numbers" START WITH 1000"#
/// );
/// let name = numbers.qualified_name();
/// assert_eq!(ddl::drop_sequence(&AnsiDialect::new(), &name), r#"DROP SEQUENCE "numbers""#);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn create_sequence(dialect: &dyn Dialect, sequence: &Sequence) -> Result<String> {
    create_guarded_sequence(dialect, sequence, "")
}

pub(super) fn create_guarded_sequence(
    dialect: &dyn Dialect,
    sequence: &Sequence,
    guard: &str,
) -> Result<String> {
    check_sequences(Owner::new(dialect, "sequence", &sequence.name))?;
    let mut w = SqlWriter::new(dialect);
    w.push("CREATE SEQUENCE ").push(guard);
    w.qualified(&sequence.qualified_name());
    let options = [
        (" START WITH ", sequence.start),
        (" INCREMENT BY ", sequence.increment),
        (" MINVALUE ", sequence.min_value),
        (" MAXVALUE ", sequence.max_value),
    ];
    for (words, value) in options {
        if let Some(value) = value {
            w.push(words).display(value);
        }
    }
    w.push(if sequence.cycle { " CYCLE" } else { "" });
    Ok(w.finish().0)
}

fn check_sequences(owner: Owner<'_>) -> Result<()> {
    let dialect = owner.dialect();
    if dialect.capabilities().ddl.sequences != SequenceStyle::Unsupported {
        return Ok(());
    }
    let message = format!("{} does not support sequences: {owner}", dialect.name());
    let hint = "use an auto-increment column";
    Err(owner.unsupported(message).with_hint(hint))
}

/// Renders DROP SEQUENCE.
pub fn drop_sequence(dialect: &dyn Dialect, name: &QualifiedName) -> String {
    drop_object(dialect, "SEQUENCE", "", name)
}

/// The expression of the next value of a sequence, for the default of `owner`.
pub(super) fn next_value(owner: Owner<'_>, sequence: &QualifiedName) -> Result<String> {
    check_sequences(owner)?;
    let dialect = owner.dialect();
    let mut w = SqlWriter::new(dialect);
    w.qualified(sequence);
    let name = w.finish().0;
    if dialect.capabilities().ddl.sequences == SequenceStyle::Function {
        let name = dialect.literal(&Value::Text(name))?;
        return Ok(format!("nextval({name})"));
    }
    Ok(format!("NEXT VALUE FOR {name}"))
}

/// Renders CREATE SCHEMA. On MySQL and MariaDB a schema is a database.
///
/// # Errors
/// - `Unsupported`: the dialect can't create schemas.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::ddl;
/// # use orm_core::testing::AnsiDialect;
/// let dialect = AnsiDialect::new();
/// assert_eq!(ddl::create_schema(&dialect, "people")?, r#"CREATE SCHEMA "people""#);
/// assert_eq!(ddl::drop_schema(&dialect, "people")?, r#"DROP SCHEMA "people""#);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn create_schema(dialect: &dyn Dialect, name: &str) -> Result<String> {
    schema(dialect, "CREATE SCHEMA ", name)
}

/// Renders DROP SCHEMA. On MySQL and MariaDB it drops the database with all of its tables; PostgreSQL refuses to drop a
/// schema with objects.
///
/// # Errors
/// - `Unsupported`: the dialect can't drop schemas.
pub fn drop_schema(dialect: &dyn Dialect, name: &str) -> Result<String> {
    schema(dialect, "DROP SCHEMA ", name)
}

pub(super) fn schema(dialect: &dyn Dialect, words: &str, name: &str) -> Result<String> {
    let mut w = SqlWriter::new(dialect);
    if !dialect.capabilities().ddl.schemas {
        let hint = "attach a file under the name of the schema, or leave the schema out";
        return Err(w
            .unsupported("CREATE SCHEMA and DROP SCHEMA")
            .with_hint(hint));
    }
    w.push(words).ident(name);
    Ok(w.finish().0)
}
