//! Reads REFERENCES with its actions and DEFERRABLE.

use orm_core::schema::{Action, Deferrable, Name};

use super::cursor::{Cursor, names};

/// Holds a foreign key as it was written.
#[derive(Debug)]
pub(super) struct Reference {
    pub(super) columns: Vec<Name>,
    pub(super) table: Name,
    /// Empty if no columns are written: those of the primary key.
    pub(super) references: Vec<Name>,
    pub(super) on_delete: Action,
    pub(super) on_update: Action,
    pub(super) deferrable: Option<Deferrable>,
}

/// Reads what follows REFERENCES.
pub(super) fn references(cursor: &mut Cursor<'_>, columns: Vec<Name>) -> Option<Reference> {
    let mut key = Reference {
        columns,
        table: cursor.take_object()?,
        references: Vec::new(),
        on_delete: Action::NoAction,
        on_update: Action::NoAction,
        deferrable: None,
    };
    if cursor.has_char('(') {
        key.references = names(cursor.take_enclosed()?)?;
    }
    loop {
        if cursor.take_words(&["ON", "DELETE"]) {
            key.on_delete = action(cursor)?;
        } else if cursor.take_words(&["ON", "UPDATE"]) {
            key.on_update = action(cursor)?;
        } else if cursor.take_words(&["MATCH"]) {
            // It is read and changes nothing (<https://sqlite.org/foreignkeys.html>, 6).
            cursor.take_name()?;
        } else if cursor.take_words(&["NOT", "DEFERRABLE"]) {
            initially(cursor);
            key.deferrable = None;
        } else if cursor.take_words(&["DEFERRABLE"]) {
            key.deferrable = Some(initially(cursor));
        } else {
            return Some(key);
        }
    }
}

fn initially(cursor: &mut Cursor<'_>) -> Deferrable {
    let is_deferred = cursor.take_words(&["INITIALLY", "DEFERRED"]);
    cursor.take_words(&["INITIALLY", "IMMEDIATE"]);
    if is_deferred {
        Deferrable::Deferred
    } else {
        Deferrable::Immediate
    }
}

fn action(cursor: &mut Cursor<'_>) -> Option<Action> {
    const ACTIONS: &[(&[&str], Action)] = &[
        (&["CASCADE"], Action::Cascade),
        (&["RESTRICT"], Action::Restrict),
        (&["NO", "ACTION"], Action::NoAction),
        (&["SET", "NULL"], Action::SetNull),
        (&["SET", "DEFAULT"], Action::SetDefault),
    ];
    let mut actions = ACTIONS.iter();
    let found = actions.find(|(words, _)| cursor.take_words(words));
    found.map(|(_, action)| *action)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_are_read_in_any_order() {
        let sql = "p ON UPDATE SET NULL MATCH full ON DELETE NO ACTION \
                   DEFERRABLE INITIALLY DEFERRED CHECK (1)";
        let mut cursor = Cursor::new(sql);
        let key = references(&mut cursor, vec!["a".into()]).unwrap();
        assert_eq!((key.table.as_ref(), key.references.len()), ("p", 0));
        assert_eq!(
            (key.on_delete, key.on_update),
            (Action::NoAction, Action::SetNull)
        );
        assert_eq!(key.deferrable, Some(Deferrable::Deferred));
        assert_eq!(cursor.rest(), "CHECK (1)");
        let mut cursor = Cursor::new("p (x, \"y\") NOT DEFERRABLE INITIALLY DEFERRED");
        let key = references(&mut cursor, Vec::new()).unwrap();
        assert_eq!(
            (key.deferrable, key.references),
            (None, vec!["x".into(), "y".into()])
        );
    }
}
