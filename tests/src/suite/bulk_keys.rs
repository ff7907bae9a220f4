//! Keys that the database generates for many rows at once: which statements return them, and that a key that
//! can't be read is an error.

use orm::ErrorKind;
use orm::prelude::*;

use crate::databases::{Database, HasDatabase};
use orm_conformance::Db;
use orm_conformance::cases;
use orm_conformance::suite::support::fails;

cases![
    "bulk_keys":
    many_rows_take_few_statements,
    large_keys_are_exact,
    keys_that_a_trigger_makes_are_an_error (orm_conformance::Requires::Server),
];

#[derive(Model, Clone, Debug)]
#[orm(table = "marks")]
struct Mark {
    #[orm(primary_key)]
    id: i64,
    n: i64,
}

fn create(db: &Db) {
    Metadata::of((Mark,)).create_all(&db.engine).unwrap();
}

/// Adds rows, and looks at what is stored by the keys that are known of them.
fn insert_marks(db: &Db, rows: i64) -> orm::Result<Vec<i64>> {
    let mut session = db.session();
    let marks: Vec<Ref<Mark>> = (0..rows).map(|n| session.add(Mark { id: 0, n })).collect();
    session.commit()?;
    let keys = marks.iter().map(|mark| session[*mark].id);
    let keys: Vec<i64> = keys.collect();
    for (n, key) in (0..).zip(&keys) {
        let stored = select(Mark.n).filter(Mark.id.eq(*key));
        assert_eq!(stored.one(&mut db.other_connection())?, n);
    }
    Ok(keys)
}

fn many_rows_take_few_statements(db: &Db) {
    create(db);
    insert_marks(db, 1).unwrap();
    db.sent();
    insert_marks(db, 20).unwrap();
    let inserts = |sql: &&String| sql.starts_with("INSERT") || sql.contains("auto_increment");
    let sent = db.sent();
    let sent: Vec<&String> = sent.iter().filter(inserts).collect();
    let expected = match db.database() {
        // SQLite runs it once a row.
        Database::Sqlite | Database::Postgres => 1,
        // Sixteen rows and four.
        Database::MariaDb => 2,
        // Each with the question for the step of its keys.
        Database::Mysql => 4,
    };
    assert_eq!(sent.len(), expected, "{sent:#?}");
    if db.database() == Database::Mysql {
        assert_eq!(
            sent[3].as_str(),
            "SELECT @@auto_increment_increment, COUNT(*) FROM \"marks\" WHERE \"id\" BETWEEN ? AND ? + (? - 1) * \
             @@auto_increment_increment AND (\"id\" - ?) % @@auto_increment_increment = 0"
        );
    }
}

fn large_keys_are_exact(db: &Db) {
    // Beyond the integers that a floating point number can represent exactly.
    const FIRST: i64 = (1 << 60) + 1;
    create(db);
    let mut session = db.session();
    session.add(Mark {
        id: FIRST - 1,
        n: -1,
    });
    session.commit().unwrap();
    if db.database() == Database::Postgres {
        db.outside(&format!("ALTER SEQUENCE marks_id_seq RESTART WITH {FIRST}"));
    }
    let keys = insert_marks(db, 3).unwrap();
    assert_eq!(keys, [FIRST, FIRST + 1, FIRST + 2]);
}

/// If a trigger replaces the keys of rows, the driver can't read them.
fn keys_that_a_trigger_makes_are_an_error(db: &Db) {
    create(db);
    if db.database() == Database::Postgres {
        db.outside(
            "CREATE FUNCTION own_key() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN NEW.id := 1000 - 7 * NEW.n; RETURN NEW; END $$",
        );
        db.outside(
            "CREATE TRIGGER own_key BEFORE INSERT ON marks FOR EACH ROW EXECUTE FUNCTION own_key()",
        );
    } else {
        db.outside(
            "CREATE TRIGGER own_key BEFORE INSERT ON marks FOR EACH ROW SET NEW.id = 1000 - 7 * NEW.n",
        );
    }
    let error = fails(insert_marks(db, 3).map(drop), ErrorKind::Unsupported);
    assert!(
        error.to_string().contains("can't be matched to the rows"),
        "{error}"
    );
    assert_eq!(db.count("marks"), 0);
}
