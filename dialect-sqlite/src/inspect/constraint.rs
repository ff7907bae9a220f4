//! Reads the constraints of CREATE TABLE: those of columns and those of the table.

use orm_core::schema::Name;

use super::cursor::{Cursor, items, names};
use super::foreign_key::{Reference, references};

/// Holds a constraint as it was written.
#[derive(Debug)]
pub(super) struct Constraint {
    pub(super) name: Option<Name>,
    /// The column that it was written behind.
    pub(super) column: Option<Name>,
    pub(super) kind: ConstraintKind,
}

#[derive(Debug)]
pub(super) enum ConstraintKind {
    PrimaryKey(PrimaryKey),
    /// The columns of a unique constraint.
    Unique(Vec<Name>),
    /// The condition of a CHECK.
    Check(String),
    ForeignKey(Reference),
}

#[derive(Debug, Default)]
pub(super) struct PrimaryKey {
    pub(super) columns: Vec<Name>,
    pub(super) is_autoincrement: bool,
    /// `INTEGER PRIMARY KEY DESC` behind a column is no alias of the rowid (<https://sqlite.org/lang_createtable.html>,
    /// 5).
    pub(super) is_descending: bool,
}

/// Whether a constraint of the table follows.
pub(super) fn begins(cursor: &Cursor<'_>) -> bool {
    cursor.has_any(&["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"])
}

/// The name of the constraint that follows, if it has one.
pub(super) fn take_constraint_name(cursor: &mut Cursor<'_>) -> Option<Name> {
    if cursor.take_words(&["CONSTRAINT"]) {
        cursor.take_name()
    } else {
        None
    }
}

/// Whether a constraint behind a column follows.
pub(super) fn follows_column(cursor: &Cursor<'_>) -> bool {
    cursor.has_any(&["PRIMARY", "UNIQUE", "CHECK", "REFERENCES"])
}

/// Reads a constraint of the table. A name without a constraint is allowed, and means nothing.
pub(super) fn table_constraint(
    cursor: &mut Cursor<'_>,
    constraints: &mut Vec<Constraint>,
) -> Option<()> {
    let name = take_constraint_name(cursor);
    if begins(cursor) {
        let (kind, column) = (table_kind(cursor)?, None);
        constraints.push(Constraint { name, column, kind });
    }
    skip_conflict_clause(cursor);
    Some(())
}

fn table_kind(cursor: &mut Cursor<'_>) -> Option<ConstraintKind> {
    let kind = if cursor.take_words(&["PRIMARY", "KEY"]) {
        ConstraintKind::PrimaryKey(key_columns(cursor.take_enclosed()?)?)
    } else if cursor.take_words(&["UNIQUE"]) {
        ConstraintKind::Unique(key_columns(cursor.take_enclosed()?)?.columns)
    } else if cursor.take_words(&["CHECK"]) {
        ConstraintKind::Check(cursor.take_enclosed()?.to_owned())
    } else if cursor.take_words(&["FOREIGN", "KEY"]) {
        let columns = names(cursor.take_enclosed()?)?;
        cursor.take_words(&["REFERENCES"]).then_some(())?;
        ConstraintKind::ForeignKey(references(cursor, columns)?)
    } else {
        return None;
    };
    Some(kind)
}

/// Reads a constraint behind a column.
pub(super) fn column_kind(cursor: &mut Cursor<'_>, column: &Name) -> Option<ConstraintKind> {
    let columns = vec![column.clone()];
    let kind = if cursor.take_words(&["PRIMARY", "KEY"]) {
        let is_descending = cursor.take_words(&["DESC"]);
        cursor.take_words(&["ASC"]);
        skip_conflict_clause(cursor);
        ConstraintKind::PrimaryKey(PrimaryKey {
            columns,
            is_autoincrement: cursor.take_words(&["AUTOINCREMENT"]),
            is_descending,
        })
    } else if cursor.take_words(&["UNIQUE"]) {
        ConstraintKind::Unique(columns)
    } else if cursor.take_words(&["CHECK"]) {
        ConstraintKind::Check(cursor.take_enclosed()?.to_owned())
    } else if cursor.take_words(&["REFERENCES"]) {
        ConstraintKind::ForeignKey(references(cursor, columns)?)
    } else {
        return None;
    };
    Some(kind)
}

/// The columns of a key, whose order and collations are those of its index.
fn key_columns(inside: &str) -> Option<PrimaryKey> {
    let mut key = PrimaryKey::default();
    for item in items(inside) {
        let mut cursor = Cursor::new(item);
        key.columns.push(cursor.take_name()?);
        if cursor.take_words(&["COLLATE"]) {
            cursor.take_name()?;
        }
        cursor.take_any(&["ASC", "DESC"]);
        key.is_autoincrement |= cursor.take_words(&["AUTOINCREMENT"]);
        cursor.is_end().then_some(())?;
    }
    Some(key)
}

/// Passes over ON CONFLICT, which a schema does not hold.
pub(super) fn skip_conflict_clause(cursor: &mut Cursor<'_>) {
    if cursor.take_words(&["ON", "CONFLICT"]) {
        cursor.take();
    }
}
