//! Keys that a default of the database makes reach their rows, whatever their type and number.

use orm::prelude::*;
use uuid::Uuid;

use crate::databases::{Database, HasDatabase};
use orm_conformance::Db;
use orm_conformance::cases;

cases![
    "key_defaults":
    keys_by_default_reach_the_right_rows,
    keys_by_default_inside_a_savepoint,
    a_key_by_default_is_unknown_until_the_flush_and_after_a_rollback,
    a_key_that_is_given_is_kept,
    a_part_of_a_key_by_default,
    other_defaults_come_back_along_with_the_key,
    a_bulk_insert_leaves_the_key_to_the_database,
];

/// Models whose keys the database makes, by the expressions of one database.
macro_rules! models {
    ($module:ident: uuid $uuid:literal, text $text:literal, number $number:literal) => {
        mod $module {
            use orm::prelude::*;
            use uuid::Uuid;

            use orm_conformance::database::Db;

            #[derive(Model, Clone, Debug, PartialEq)]
            #[orm(table = "papers")]
            pub(super) struct Paper {
                #[orm(primary_key, server_default = raw($uuid))]
                pub(super) id: Uuid,
                #[orm(length = 50)]
                pub(super) name: String,
            }

            #[derive(Model, Clone, Debug, PartialEq)]
            #[orm(table = "letters")]
            pub(super) struct Letter {
                #[orm(primary_key, length = 36, server_default = raw($text))]
                pub(super) id: String,
                #[orm(length = 50)]
                pub(super) name: String,
                #[orm(length = 20, server_default = "draft")]
                pub(super) state: Option<String>,
            }

            #[derive(Model, Clone, Debug, PartialEq)]
            #[orm(table = "sheets")]
            pub(super) struct Sheet {
                #[orm(primary_key, server_default = 7)]
                pub(super) tenant: i32,
                #[orm(primary_key, server_default = raw($number))]
                pub(super) number: i64,
                #[orm(length = 50)]
                pub(super) name: String,
            }

            pub(super) fn create(db: &Db) {
                Metadata::of((Paper, Letter, Sheet))
                    .create_all(&db.engine)
                    .unwrap();
                db.sent();
            }
        }
    };
}

models!(by_sqlite: uuid "(randomblob(16))", text "(lower(hex(randomblob(16))))", number "(abs(random() % 1000000000000))");
models!(by_postgres: uuid "gen_random_uuid()", text "(gen_random_uuid()::text)", number "(floor(random() * 1000000000000))");
// One rand() has 30 bits, of which two rows out of a thousand are the same now and then.
models!(by_mysql: uuid "(unhex(replace(uuid(), '-', '')))", text "(uuid())", number "(floor(rand() * 1000000) * 1000000 + floor(rand() * 1000000))");

/// Runs the body with the models of the database as `$m`.
macro_rules! with_models {
    ($db:ident, $m:ident => $body:block) => {
        match $db.database() {
            Database::Sqlite => {
                use by_sqlite as $m;
                $body
            }
            Database::Postgres => {
                use by_postgres as $m;
                $body
            }
            _ => {
                use by_mysql as $m;
                $body
            }
        }
    };
}

/// Adds rows of a model, and checks that another session finds each by its key.
macro_rules! check_rows {
    ($db:ident, $model:path, $rows:expr, $commit:expr) => {{
        let mut session = $db.session();
        let names: Vec<String> = (0..$rows).map(|row| format!("{} {row}", $rows)).collect();
        let added = names
            .iter()
            .map(|name| session.add(<$model>::builder().name(name.as_str())));
        let handles: Vec<_> = added.collect();
        let commit: fn(&mut Session) = $commit;
        commit(&mut session);
        let mut other = $db.session();
        for (handle, name) in handles.iter().zip(&names) {
            let key = session.key(*handle).expect("the key is known");
            let found = other
                .get($model, key)
                .unwrap()
                .expect("the row has the key");
            assert_eq!(
                (&other[found].name, &session[*handle]),
                (name, &other[found].clone())
            );
        }
        // The entities can be changed and written like any other.
        let last = handles[handles.len() - 1];
        session[last].name = "renamed".into();
        session.commit().unwrap();
        session.delete(last);
        session.commit().unwrap();
    }};
}

fn keys_by_default_reach_the_right_rows(db: &Db) {
    with_models!(db, m => {
        m::create(db);
        for rows in [1, 2, 63, 1000] {
            check_rows!(db, m::Paper, rows, |session| session.commit().unwrap());
            check_rows!(db, m::Letter, rows, |session| session.commit().unwrap());
            check_rows!(db, m::Sheet, rows, |session| session.commit().unwrap());
        }
        assert_eq!(db.count("papers"), 1062);
    });
}

fn keys_by_default_inside_a_savepoint(db: &Db) {
    with_models!(db, m => {
        m::create(db);
        for rows in [1, 2, 100] {
            check_rows!(db, m::Letter, rows, |session| {
                session.savepoint(Session::flush).unwrap();
                session.commit().unwrap();
            });
        }
    });
}

fn a_key_by_default_is_unknown_until_the_flush_and_after_a_rollback(db: &Db) {
    with_models!(db, m => {
        m::create(db);
        let mut session = db.session();
        let paper = session.add(m::Paper::builder().name("a"));
        assert_eq!(session.key(paper), None);
        session.flush().unwrap();
        let first = session.key(paper).unwrap();
        assert!(!first.is_nil());
        session.rollback().unwrap();
        assert_eq!((session.key(paper), session[paper].id), (None, Uuid::nil()));
        session.add_again(paper).unwrap();
        session.commit().unwrap();
        let second = session.key(paper).unwrap();
        assert!(second != first && !second.is_nil());
        assert_eq!(db.count("papers"), 1);
    });
}

fn a_key_that_is_given_is_kept(db: &Db) {
    with_models!(db, m => {
        m::create(db);
        let mut session = db.session();
        let given = Uuid::from_u128(5);
        let first = session.add(m::Paper::builder().id(given).name("given"));
        let second = session.add(m::Paper::builder().name("made"));
        let third = session.add(m::Paper { id: Uuid::from_u128(6), name: "whole".into() });
        let set = session.add(m::Paper::builder().name("set"));
        session[set].id = Uuid::from_u128(7);
        session.commit().unwrap();
        assert_eq!(session.key(first), Some(given));
        assert_eq!(session.key(third), Some(Uuid::from_u128(6)));
        assert_eq!(session.key(set), Some(Uuid::from_u128(7)));
        let made = session.key(second).unwrap();
        let found = db.session().get(m::Paper, made).unwrap();
        assert!(found.is_some());
    });
}

fn a_part_of_a_key_by_default(db: &Db) {
    with_models!(db, m => {
        m::create(db);
        let mut session = db.session();
        let both = session.add(m::Sheet::builder().name("both"));
        let one = session.add(m::Sheet::builder().tenant(9).name("one"));
        let other = session.add(m::Sheet::builder().number(3).name("other"));
        session.commit().unwrap();
        let key = |handle| session.key(handle).unwrap();
        assert_eq!((key(both).0, key(one).0, key(other)), (7, 9, (7, 3)));
        let mut fresh = db.session();
        for handle in [both, one, other] {
            let found = fresh.get(m::Sheet, key(handle)).unwrap().unwrap();
            assert_eq!(fresh[found].name, session[handle].name);
        }
    });
}

fn other_defaults_come_back_along_with_the_key(db: &Db) {
    with_models!(db, m => {
        m::create(db);
        let mut session = db.session();
        let letters: Vec<_> = (0..3)
            .map(|n| session.add(m::Letter::builder().name(format!("l{n}"))))
            .collect();
        let sent = session.add(m::Letter::builder().name("sent").state("sent".to_owned()));
        session.commit().unwrap();
        for letter in letters {
            assert_eq!(session[letter].state.as_deref(), Some("draft"));
        }
        assert_eq!(session[sent].state.as_deref(), Some("sent"));
    });
}

fn a_bulk_insert_leaves_the_key_to_the_database(db: &Db) {
    with_models!(db, m => {
        m::create(db);
        let mut conn = db.engine.connection().unwrap();
        let rows = (0..100).map(|n| m::Paper::builder().name(format!("p{n}")));
        insert(m::Paper).values(rows).execute(&mut conn).unwrap();
        let keys = select(m::Paper.id).all(&mut conn).unwrap();
        let distinct: std::collections::HashSet<_> = keys.iter().collect();
        assert_eq!((keys.len(), distinct.len()), (100, 100));
        if db.capabilities().insert_returning {
            let rows = [m::Paper::builder().name("back")];
            let back = insert(m::Paper).values(rows).returning(m::Paper.id).all(&mut conn);
            assert!(!keys.contains(&back.unwrap()[0]));
        }
    });
}
