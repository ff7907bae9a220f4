//! The query of the catalogue, and the comparison of expected columns.
//!
//! Columns store values unchanged, so only triggers change a row besides its statement, and only collations prevent
//! `IS` from comparing bytes. Used by `lib.rs`.

use orm_core::schema::StoredColumn;
use orm_core::sql::{ExpectedColumn, SqlWriter, write_null_safe_expected};
use orm_core::stmt::BatchColumn;
use orm_core::types::Type;
use orm_core::value::ValueRef;

/// Writes a query of the columns of `tables`.
///
/// Which event a trigger is for stands in its text alone, so any trigger counts for both. The collations of
/// columns stand nowhere else either: a table compares bytes if that word doesn't occur in its text. A view's
/// columns have the collations of tables that its text needn't name.
pub(crate) fn write_catalogue<'a>(w: &mut SqlWriter<'a>, tables: &[&'a str]) {
    w.push(
        "WITH m AS (SELECT type, tbl_name, sql FROM main.sqlite_master UNION ALL \
         SELECT type, tbl_name, sql FROM temp.sqlite_master) \
         SELECT t.number, c.name, c.type, lower(c.type), c.type, NULL, \
         coalesce((SELECT min(m.type = 'table' AND instr(lower(m.sql), 'collate') = 0) FROM m \
         WHERE m.type IN ('table', 'view') AND m.tbl_name = t.name COLLATE NOCASE), 0), \
         3 * EXISTS (SELECT 1 FROM m WHERE m.type = 'trigger' AND m.tbl_name = t.name COLLATE NOCASE) \
         + 8 * (c.pk > 0) + 16 * EXISTS (SELECT 1 FROM pragma_index_list(t.name) i \
         WHERE i.[unique] AND NOT i.partial AND (SELECT max(x.name = c.name) = 1 AND count(*) = 1 \
         FROM pragma_index_info(i.name) x)) \
         FROM (",
    );
    for (number, table) in tables.iter().enumerate() {
        w.push(if number == 0 { "" } else { " UNION ALL " });
        w.push("SELECT ").display(number).push(" AS number, ");
        w.bind(ValueRef::Text(table)).push(" AS name");
    }
    w.push(") t JOIN pragma_table_xinfo(t.name) c");
}

/// Writes that a column has its old value.
pub(crate) fn write_expected(w: &mut SqlWriter<'_>, expected: &ExpectedColumn<'_>) {
    if is_bytewise(expected.column) {
        return write_null_safe_expected(w, expected);
    }
    (expected.new)(w);
    w.push(" COLLATE BINARY IS ");
    (expected.old)(w);
}

fn is_bytewise(column: &BatchColumn<'_>) -> bool {
    let is_text = matches!(column.ty, Type::Text | Type::Enum(_) | Type::Json);
    !is_text
        || column
            .stored
            .is_some_and(|stored: &StoredColumn| stored.bytewise)
}
