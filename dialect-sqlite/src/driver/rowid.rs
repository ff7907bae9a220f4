//! Whether a column is its table's rowid: only then `last_insert_rowid` is the key of an inserted row.
//!
//! `INTEGER PRIMARY KEY` is the rowid. `BIGINT PRIMARY KEY`, `INTEGER PRIMARY KEY DESC` and `INTEGER UNIQUE` are not:
//! such a column gets NULL where an INSERT leaves it out (<https://sqlite.org/lang_createtable.html#rowid>).
//! `connection.rs` calls it around each run of INSERTs whose keys are wanted, so the common case costs no statement.

use std::cell::Cell;
use std::collections::HashMap;
use std::ffi::CStr;

use rusqlite::{Connection, OptionalExtension as _, Statement, StatementStatus};

/// The columns that were found to be rowids, by their tables.
#[derive(Debug, Default)]
pub(super) struct Rowids {
    found: HashMap<String, String, foldhash::fast::RandomState>,
    /// Whether a statement may have met another schema since.
    doubted: Cell<bool>,
}

impl Rowids {
    /// Whether `column` is the rowid of `table`; `true` if there is no such table or column, which is then an error of
    /// the INSERT.
    #[inline]
    pub(super) fn is_rowid(
        &mut self,
        native: &Connection,
        table: &str,
        column: &str,
    ) -> rusqlite::Result<bool> {
        if !self.doubted.get() && self.found.get(table).is_some_and(|found| found == column) {
            return Ok(true);
        }
        self.look(native, table, column)
    }

    /// Reads the schema. `false` is not cached: another program may have changed the table.
    #[cold]
    fn look(&mut self, native: &Connection, table: &str, column: &str) -> rusqlite::Result<bool> {
        if self.doubted.take() {
            self.found.clear();
        }
        // What is known of columns is the schema in memory, which each statement compares with the file's.
        native.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |_| Ok(()))?;
        match declared(native, table, column) {
            Declared::Missing => return Ok(true),
            Declared::Other => return Ok(false),
            Declared::Rowid => {}
            Declared::Key => {
                // A key that is not the rowid has an index: with DESC, of several columns, WITHOUT ROWID.
                let sql = "SELECT 1 FROM pragma_index_list(?) WHERE origin = 'pk'";
                let index = native.query_row(sql, [table], |_| Ok(())).optional()?;
                if index.is_some() {
                    return Ok(false);
                }
            }
        }
        self.found.insert(table.to_owned(), column.to_owned());
        Ok(true)
    }

    /// Notes whether a statement that has run was prepared again, as it is for another schema.
    #[inline]
    pub(super) fn note(&self, statement: &Statement<'_>) {
        // A text of blanks and comments is no statement, and has no properties; BEGIN and COMMIT look like it.
        let is_none = statement.column_count() == 0 && statement.readonly();
        if !is_none {
            self.note_write(statement);
        }
    }

    /// As `note`, for a statement that is known to be one.
    #[inline]
    pub(super) fn note_write(&self, statement: &Statement<'_>) {
        if statement.reset_status(StatementStatus::RePrepare) > 0 {
            self.doubt();
        }
    }

    /// Notes that the schema may be another one.
    pub(super) fn doubt(&self) {
        self.doubted.set(true);
    }
}

/// What the declaration of a column alone shows.
enum Declared {
    /// There is no such table or column.
    Missing,
    /// AUTOINCREMENT, which is refused but for a rowid.
    Rowid,
    /// INTEGER and in the primary key.
    Key,
    Other,
}

fn declared(native: &Connection, table: &str, column: &str) -> Declared {
    let is_integer = |ty: &CStr| ty.to_bytes().eq_ignore_ascii_case(b"integer");
    match native.column_metadata(None, table, column) {
        Err(_) => Declared::Missing,
        Ok((.., true)) => Declared::Rowid,
        Ok((Some(ty), _, _, true, _)) if is_integer(ty) => Declared::Key,
        Ok(_) => Declared::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_integer_primary_key_is_the_rowid() {
        let native = Connection::open_in_memory().unwrap();
        let mut rowids = Rowids::default();
        let cases = [
            ("id INTEGER PRIMARY KEY", true),
            ("id integer primary key autoincrement", true),
            ("id INTEGER PRIMARY KEY ASC", true),
            ("id INTEGER, PRIMARY KEY (id)", true),
            ("id INTEGER, PRIMARY KEY (id DESC)", true),
            ("id INTEGER PRIMARY KEY DESC", false),
            ("id BIGINT PRIMARY KEY", false),
            ("id INT NOT NULL PRIMARY KEY", false),
            ("id INTEGER UNIQUE", false),
            ("id INTEGER, b INTEGER, PRIMARY KEY (id, b)", false),
            ("other INTEGER PRIMARY KEY, id INTEGER UNIQUE", false),
            ("name TEXT", true),
        ];
        for (number, (columns, expected)) in cases.into_iter().enumerate() {
            let table = format!("t{number}");
            native
                .execute_batch(&format!("CREATE TABLE {table} ({columns})"))
                .unwrap();
            for _ in 0..2 {
                let found = rowids.is_rowid(&native, &table, "id").unwrap();
                assert_eq!(found, expected, "{columns}");
            }
        }
        let without = "CREATE TABLE w (id INTEGER PRIMARY KEY) WITHOUT ROWID; \
                       CREATE VIEW v AS SELECT 1 AS id; CREATE TABLE hidden (a)";
        native.execute_batch(without).unwrap();
        assert!(!rowids.is_rowid(&native, "w", "id").unwrap());
        assert!(rowids.is_rowid(&native, "hidden", "rowid").unwrap());
        assert!(rowids.is_rowid(&native, "nowhere", "id").unwrap());
        assert!(rowids.is_rowid(&native, "v", "id").unwrap());
    }
}
