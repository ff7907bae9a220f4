//! Keys on SQLite that are not the rowid of their table: the database generates none, and no key is made up.

use orm::prelude::*;
use orm::{ErrorKind, Result};

use orm_conformance::Db;
use orm_conformance::Requires;
use orm_conformance::cases;
use orm_conformance::suite::support::fails;

cases![
    "rowid":
    a_key_that_is_the_rowid_is_generated (Requires::Embedded),
    a_key_that_is_not_the_rowid_is_refused (Requires::Embedded),
    a_key_that_is_given_needs_no_rowid (Requires::Embedded),
    a_table_that_changes_under_a_connection_is_noticed (Requires::Embedded),
];

/// A generated key, in tables that it did not make.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "people")]
struct Person {
    #[orm(primary_key)]
    id: i64,
    name: String,
}

/// The same with the narrowest key.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "people")]
struct Small {
    #[orm(primary_key)]
    id: i16,
    name: String,
}

const ROWID: &[&str] = &[
    "id INTEGER PRIMARY KEY, name TEXT NOT NULL",
    "id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL",
    "name TEXT NOT NULL, ID integer, PRIMARY KEY (id)",
];

const NO_ROWID: &[&str] = &[
    "id BIGINT PRIMARY KEY, name TEXT NOT NULL",
    "id INT NOT NULL PRIMARY KEY, name TEXT NOT NULL",
    "id INTEGER PRIMARY KEY DESC, name TEXT NOT NULL",
    "id INTEGER UNIQUE, name TEXT NOT NULL",
    "id INTEGER, name TEXT NOT NULL",
    "other INTEGER PRIMARY KEY, id INTEGER UNIQUE, name TEXT NOT NULL",
    "id INTEGER, name TEXT NOT NULL, PRIMARY KEY (id, name)",
    "id INTEGER DEFAULT 5, name TEXT NOT NULL",
];

fn create(db: &Db, columns: &str) {
    let mut conn = db.other_connection();
    conn.raw_control("DROP TABLE IF EXISTS people").unwrap();
    conn.raw_control(&format!("CREATE TABLE people ({columns})"))
        .unwrap();
}

fn people(rows: usize) -> impl Iterator<Item = Person> {
    (0..rows).map(|row| Person {
        id: 0,
        name: format!("p{row}"),
    })
}

fn a_key_that_is_the_rowid_is_generated(db: &Db) {
    for columns in ROWID {
        create(db, columns);
        let mut session = db.session();
        for rows in [1, 2, 1000] {
            let added: Vec<_> = people(rows).map(|person| session.add(person)).collect();
            session.commit().unwrap();
            for person in added {
                let key = session.key(person).unwrap();
                let name = select(Person.name).filter(Person.id.eq(key));
                let name = name.one(&mut db.other_connection()).unwrap();
                assert_eq!(name, session[person].name);
            }
            db.outside("DELETE FROM people");
            session = db.session();
        }
    }
}

fn a_key_that_is_not_the_rowid_is_refused(db: &Db) {
    for columns in NO_ROWID {
        create(db, columns);
        for rows in [1, 2, 1000] {
            let refused = |result: Result<()>| {
                let error = fails(result, ErrorKind::Schema);
                assert_eq!(
                    (error.table(), error.column()),
                    (Some("people"), Some("id"))
                );
                let hint = error.hint().unwrap();
                assert!(hint.contains("INTEGER PRIMARY KEY"), "{hint}");
                assert_eq!(db.count("people"), 0, "{columns}");
            };
            let engine = db.other_engine();
            let mut session = Session::new(&engine);
            for person in people(rows) {
                session.add(person);
            }
            refused(session.commit());
            refused(session.savepoint(Session::flush));
            session.rollback().unwrap();
            session.add(Small::builder().name("small"));
            refused(session.commit());
            drop(session);
            let mut conn = engine.connection().unwrap();
            let all: Vec<_> = people(rows).collect();
            refused(insert(Person).values(&all).execute(&mut conn).map(drop));
            let returning = insert(Person).values(&all).returning(Person.id);
            refused(returning.all(&mut conn).map(drop));
        }
    }
}

fn a_key_that_is_given_needs_no_rowid(db: &Db) {
    for columns in NO_ROWID {
        create(db, columns);
        let mut session = db.session();
        let person = session.add(Person {
            id: 7,
            name: "seven".into(),
        });
        session.commit().unwrap();
        session[person].name = "still seven".into();
        session.commit().unwrap();
        assert_eq!(
            db.scalar("SELECT id FROM people WHERE name = 'still seven'"),
            7
        );
    }
}

/// The connection has seen the table with a rowid, and has the INSERT prepared.
fn a_table_that_changes_under_a_connection_is_noticed(db: &Db) {
    for rows in [1, 2] {
        for columns in NO_ROWID {
            create(db, ROWID[0]);
            let mut session = db.session();
            for person in people(rows) {
                session.add(person);
            }
            session.commit().unwrap();
            create(db, columns);
            for person in people(rows) {
                session.add(person);
            }
            let error = session.commit().unwrap_err();
            let is_refused = error.kind() == ErrorKind::Schema || error.is_not_null_violation();
            assert!(is_refused, "{error:?}");
            // One row goes without a transaction around it.
            assert!(rows == 1 || db.count("people") == 0, "{columns}");
            create(db, ROWID[1]);
            session.commit().unwrap();
        }
    }
}
