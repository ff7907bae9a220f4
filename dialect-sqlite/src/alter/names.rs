//! Names as they are written in statements.
//!
//! Used by `native.rs`, `rebuild.rs` and `copy.rs`.

use orm_core::schema::QualifiedName;
use orm_core::sql::SqlWriter;

use crate::dialect::SqliteDialect;

/// A name in quotes.
pub(super) fn quoted(name: &str) -> String {
    let mut w = SqlWriter::new(&SqliteDialect);
    w.ident(name);
    w.finish().0
}

/// A name in quotes, with that of the database.
pub(super) fn qualified(name: &QualifiedName) -> String {
    let mut w = SqlWriter::new(&SqliteDialect);
    w.qualified(name);
    w.finish().0
}
