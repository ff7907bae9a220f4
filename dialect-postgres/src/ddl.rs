//! The part of CREATE TABLE that is PostgreSQL's own: column types and what follows them.
//!
//! The shape of the statements is core's; the names of types and the literals are in `types.rs`.

use std::borrow::Cow;

use orm_core::error::Result;
use orm_core::schema::{Column, Table};
use orm_core::sql::ddl::identity_clause;
use orm_core::sql::{DdlLock, SqlWriter, TableOptionPlace, TableOptionRule, TableOptionValue};

use crate::types;

/// The options of a table, in the order of the manual ("CREATE TABLE").
pub(crate) const TABLE_OPTIONS: &[TableOptionRule] = &[
    TableOptionRule::new("UNLOGGED", "UNLOGGED", TableOptionValue::None)
        .at(TableOptionPlace::BeforeTable),
    TableOptionRule::new("INHERITS", "INHERITS ", TableOptionValue::Parenthesized),
    TableOptionRule::new("PARTITION BY", "PARTITION BY ", TableOptionValue::Plain),
    TableOptionRule::new("WITH", "WITH ", TableOptionValue::Parenthesized),
    TableOptionRule::new("TABLESPACE", "TABLESPACE ", TableOptionValue::Plain),
];

/// An advisory lock of the transaction, whose keys are those of the database: it is right behind a pooler of
/// connections, too. The number is "orm ddl" in ASCII.
pub(crate) const LOCK: DdlLock = DdlLock::new(
    "SELECT pg_try_advisory_xact_lock(31369535435334764)::int",
    None,
);

/// The enumerated types of the schema. What depends on one, such as a column or a function, depends on it or on its array.
pub(crate) const LIST_ENUM_TYPES: &str = "SELECT t.typname::text, (EXISTS (SELECT 1 FROM pg_catalog.pg_depend d \
     WHERE d.refclassid = 'pg_catalog.pg_type'::regclass AND d.refobjid IN (t.oid, t.typarray) \
     AND d.deptype <> 'i'))::int::int8 FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n \
     ON n.oid = t.typnamespace WHERE t.typtype = 'e' AND n.nspname = current_schema() ORDER BY 1";

/// The type of a column with its length.
pub(crate) fn column_type(table: &Table, column: &Column) -> Result<String> {
    let name = types::column_name(&column.ty, column.length);
    name.map(Cow::into_owned).ok_or_else(|| {
        let what = column.ty.describe();
        table.unsupported(
            column,
            format!("postgres does not support columns of {what}"),
        )
    })
}

/// Collation and identity, written by `w`. `BY DEFAULT`, unless the column has another identity, lets a caller give a key of its own, as on the other databases.
pub(crate) fn column_options(mut w: SqlWriter<'_>, column: &Column) -> String {
    // A native enumeration has no collation.
    let collation = column.collation.as_ref();
    if let Some(collation) = collation.filter(|_| column.ty.native_enum().is_none()) {
        w.push(" COLLATE ").ident(collation);
    }
    if column.auto_increment {
        w.push(&identity_clause(column));
    }
    w.finish().0
}
