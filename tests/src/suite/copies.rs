//! COPY of PostgreSQL: what triggers and other types of the table make of the rows, and what is left of the connection. The
//! other databases store the same rows by INSERT.

use std::time::Duration;

use crate::databases::{Database, HasDatabase};
use orm::ErrorKind;
use orm::engine::Engine;
use orm::prelude::*;
use orm_conformance::Db;
use orm_conformance::cases;
use orm_conformance::fixtures::{Post, User};
use orm_conformance::suite::support::{SECRET, fails, refused, seed};

cases![
    "loads":
    a_trigger_that_leaves_out_a_row_undoes_all,
    a_value_of_another_type_is_not_shown,
    the_text_of_a_copy_is_refused_as_sql_of_the_program,
    a_load_needs_no_kept_statements,
    a_load_that_waits_is_canceled,
];

fn users(from: usize, to: usize) -> impl Iterator<Item = impl NewRow<Model = User>> {
    (from..to).map(|n| User::builder().username(format!("user {n}")))
}

fn a_trigger_that_leaves_out_a_row_undoes_all(db: &Db) {
    let conn = &mut db.engine.connection().unwrap();
    let sql = match db.database() {
        Database::Postgres => {
            "CREATE FUNCTION omit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             IF NEW.username = 'user 7' THEN RETURN NULL; END IF; RETURN NEW; END $$; \
             CREATE TRIGGER omit BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION omit()"
        }
        Database::Sqlite => {
            "CREATE TRIGGER omit BEFORE INSERT ON users WHEN NEW.username = 'user 7' \
             BEGIN SELECT RAISE(IGNORE); END"
        }
        // Their triggers leave out no row.
        Database::MariaDb | Database::Mysql => return,
    };
    conn.raw_control(sql).unwrap();
    let error = fails(
        insert(User).load(users(0, 10)).execute(conn),
        ErrorKind::Database,
    );
    assert!(error.hint().unwrap().contains("trigger"), "{error:?}");
    assert_eq!(db.count("users"), 0);
    assert_eq!(insert(User).load(users(8, 12)).execute(conn).unwrap(), 4);
}

/// A text, whose column is an integer.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "copied_codes")]
struct Code {
    #[orm(primary_key)]
    id: i64,
    code: String,
}

fn a_value_of_another_type_is_not_shown(db: &Db) {
    if db.database() != Database::Postgres {
        return;
    }
    let conn = &mut db.engine.connection().unwrap();
    conn.raw_control("CREATE TABLE copied_codes (id bigint PRIMARY KEY, code integer NOT NULL)")
        .unwrap();
    let code = |id, code: &str| Code {
        id,
        code: code.into(),
    };
    let rows = [code(1, "12"), code(2, SECRET)];
    refused(insert(Code).load(&rows).execute(conn), ErrorKind::Database);
    assert_eq!(db.count("copied_codes"), 0);
    // A character that no text has is found before anything is sent.
    let rows = [code(1, "1"), code(2, "a\0b")];
    db.sent();
    fails(
        insert(Code).load(&rows).execute(conn),
        ErrorKind::OutOfRange,
    );
    let rows = [code(1, "1"), code(2, "2")];
    assert_eq!(insert(Code).load(&rows).execute(conn).unwrap(), 2);
}

fn the_text_of_a_copy_is_refused_as_sql_of_the_program(db: &Db) {
    if db.database() != Database::Postgres {
        return;
    }
    let conn = &mut seed(db);
    let posts = (0..3).map(|n| Post::builder().title(format!("{n}")).author_id(1));
    insert(Post).load(posts).execute(conn).unwrap();
    let sent = db.sent();
    let copy = sent.iter().find(|sql| sql.starts_with("COPY")).unwrap();
    fails(conn.raw_execute(copy, &[]), ErrorKind::Unsupported);
    fails(conn.raw_control(copy), ErrorKind::Unsupported);
    let posts = (0..3).map(|n| Post::builder().title(format!("{n}")).author_id(1));
    assert_eq!(insert(Post).load(posts).execute(conn).unwrap(), 3);
}

fn a_load_needs_no_kept_statements(db: &Db) {
    if db.database() != Database::Postgres {
        return;
    }
    let separator = if db.url().contains('?') { '&' } else { '?' };
    let url = format!("{}{separator}statement_cache=0", db.url());
    let engine = Engine::connect(&url).unwrap();
    let conn = &mut engine.connection().unwrap();
    assert_eq!(
        insert(User).load(users(0, 1_500)).execute(conn).unwrap(),
        1_500
    );
    fails(
        insert(User).load(users(1_499, 1_600)).execute(conn),
        ErrorKind::UniqueViolation,
    );
    assert_eq!(select(User).count(conn).unwrap(), 1_500);
}

fn a_load_that_waits_is_canceled(db: &Db) {
    if db.database() != Database::Postgres {
        return;
    }
    let (mut one, mut other) = (db.other_connection(), db.other_connection());
    one.begin().unwrap();
    insert(User).load(users(5, 6)).execute(&mut one).unwrap();
    // It waits for the first transaction, which has the same name.
    let load = insert(User).load(users(0, 10));
    let limited = load.time_limit(Duration::from_millis(100));
    fails(limited.execute(&mut other), ErrorKind::Canceled);
    assert!(!other.in_transaction());
    one.rollback().unwrap();
    let loaded = insert(User).load(users(0, 10)).execute(&mut other);
    assert_eq!(loaded.unwrap(), 10);
    assert_eq!(db.count("users"), 10);
}
