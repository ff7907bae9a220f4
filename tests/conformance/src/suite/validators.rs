//! Validators: one error lists all fields of all entities that are not valid, before anything is sent.

use orm::ErrorKind;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::suite::support::{SECRET, fails};

cases![
    "validators":
    one_error_lists_the_fields_of_all_entities,
    a_long_list_is_bounded,
    what_hooks_complete_is_validated,
    rows_of_an_insert_are_validated,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "validated_stays")]
struct Stay {
    #[orm(primary_key)]
    id: i64,
    #[orm(column = "guest_name", length = 80)]
    guest: String,
    begins: i64,
    ends: i64,
}

impl Hooks for Stay {
    fn before_insert(&mut self) -> orm::Result<()> {
        self.guest = self.guest.trim().to_owned();
        Ok(())
    }

    fn validate(&self, invalid: &mut Invalid<'_, Self>) {
        invalid.check(Stay.guest, !self.guest.is_empty(), "is empty");
        if self.begins < 0 {
            invalid.add(Stay.begins, "is negative");
        }
        if self.ends < self.begins {
            invalid.entity("ends before it begins");
        }
    }
}

fn stay(guest: &str, begins: i64, ends: i64) -> Stay {
    let guest = guest.to_owned();
    Stay {
        id: 0,
        guest,
        begins,
        ends,
    }
}

fn stays(db: &Db) {
    Metadata::of((Stay,)).create_all(&db.engine).unwrap();
    db.sent();
}

fn one_error_lists_the_fields_of_all_entities(db: &Db) {
    stays(db);
    let mut session = db.session();
    let old = session.add(stay("ada", 1, 2));
    session.commit().unwrap();
    db.sent();
    session[old].ends = 0;
    let new = session.add(stay("", -1, 2));
    session.add(stay(SECRET, 1, 2));
    let error = fails(session.commit(), ErrorKind::Validation);
    assert_eq!(db.sent(), [""; 0]);
    let key = session[old].id.to_string();
    let fields = error.invalid_fields().iter();
    let fields: Vec<_> = fields
        .map(|field| (field.key.as_deref(), field.field, &*field.message))
        .collect();
    assert_eq!(
        fields,
        [
            (Some(&*key), None, "ends before it begins"),
            (None, Some("guest"), "is empty"),
            (None, Some("begins"), "is negative"),
        ]
    );
    assert_eq!(
        error.message(),
        format!(
            "3 fields are not valid: Stay({key}): ends before it begins; Stay.guest: is empty; Stay.begins: is negative"
        )
    );
    assert!(!error.to_string().contains(SECRET));
    // Everything is still pending.
    session[old].ends = 3;
    (session[new].guest, session[new].begins) = ("grace".to_owned(), 0);
    session.commit().unwrap();
    assert_eq!(db.count("validated_stays"), 3);
    // What is deleted need not be valid.
    session[old].ends = 0;
    session.delete(old);
    session.commit().unwrap();
    assert_eq!(db.count("validated_stays"), 2);
}

fn a_long_list_is_bounded(db: &Db) {
    stays(db);
    let mut session = db.session();
    for _ in 0..250 {
        session.add(stay("", 1, 2));
    }
    let error = fails(session.flush(), ErrorKind::Validation);
    assert_eq!(error.invalid_fields().len(), 100);
    let message = error.message();
    assert!(message.starts_with("250 fields are not valid: Stay.guest: is empty; "));
    assert!(message.ends_with("; and 240 more"), "{message}");
    assert!(message.len() < 400, "{message}");
}

fn what_hooks_complete_is_validated(db: &Db) {
    stays(db);
    let mut session = db.session();
    let spaces = session.add(stay("  ", 1, 2));
    let error = fails(session.flush(), ErrorKind::Validation);
    assert_eq!(error.invalid_fields()[0].field, Some("guest"));
    session[spaces].guest = " ada ".into();
    session.commit().unwrap();
    assert_eq!(session[spaces].guest, "ada");
}

fn rows_of_an_insert_are_validated(db: &Db) {
    stays(db);
    let mut conn = db.engine.connection().unwrap();
    let rows = [stay("ada", 1, 2), stay("", 1, 0)];
    let refused = insert(Stay).values(&rows).values(stay("", 1, 2));
    for _ in 0..2 {
        let error = fails(refused.execute(&mut conn), ErrorKind::Validation);
        assert_eq!(error.invalid_fields().len(), 3);
    }
    let returning = refused.returning(Stay.id).all(&mut conn);
    fails(returning, ErrorKind::Validation);
    assert_eq!(db.sent(), [""; 0]);
    let stored = insert(Stay).values(&rows[..1]).execute(&mut conn);
    assert_eq!(stored.unwrap(), 1);
}
