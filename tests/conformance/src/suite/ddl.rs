//! What create_all makes really holds, and drop_all leaves nothing behind. Names and text are in `names.rs`.

use orm::ErrorKind;
use orm::mapping::Metadata;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::fixtures::{self, Post, User};
use crate::suite::support::{column, fails};

cases![
    "ddl":
    create_all_twice_only_looks,
    create_all_adds_what_is_missing,
    drop_all_leaves_an_empty_catalogue,
    a_failed_create_all_leaves_nothing_where_ddl_is_transactional,
    create_all_works_inside_a_transaction,
    constraints_are_enforced,
    not_null_follows_from_the_type,
    actions_of_foreign_keys_are_carried_out,
    cycles_of_foreign_keys_are_created_and_dropped,
    rows_that_hold_their_own_table_are_no_obstacle,
    a_table_from_elsewhere_keeps_what_it_refers_to,
    a_table_from_elsewhere_keeps_its_rows,
    several_at_once_create_all_and_drop_all,
    an_interrupted_create_all_is_told_and_can_be_dropped,
    parents_come_first_and_go_last,
];

/// The names of the tables in the case's database.
fn tables(db: &Db) -> Vec<String> {
    column(&mut db.other_connection(), db.dialect().list_tables())
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(
    table = "heads",
    unique(name, number),
    check(name = "positive", raw = "number > 0")
)]
struct Head {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 20)]
    name: String,
    number: i32,
    #[orm(references = Tail.id, on_delete = set_null)]
    tail_id: Option<i64>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "tails")]
struct Tail {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Head.id)]
    head_id: i64,
}

fn heads() -> Metadata {
    Metadata::of((Head, Tail))
}

fn create_all_twice_only_looks(db: &Db) {
    let tables = tables(db);
    assert_eq!(
        tables.len(),
        fixtures::metadata().models().len(),
        "{tables:?}"
    );
    fixtures::metadata().create_all(&db.engine).unwrap();
    let sent = db.sent();
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert!(sent[0].starts_with("SELECT "), "{sent:?}");
}

fn create_all_adds_what_is_missing(db: &Db) {
    db.outside("DROP TABLE posts");
    let mut session = db.session();
    session.add(User::builder().username("ada"));
    session.commit().unwrap();
    fixtures::metadata().create_all(&db.engine).unwrap();
    session.add(Post::builder().title("x").author_id(1));
    session.commit().unwrap();
    assert_eq!((db.count("users"), db.count("posts")), (1, 1));
}

fn drop_all_leaves_an_empty_catalogue(db: &Db) {
    heads().create_all(&db.engine).unwrap();
    let mut session = db.session();
    session.add(User::builder().username("ada"));
    session.commit().unwrap();
    session.add(Post::builder().title("x").author_id(1));
    session.commit().unwrap();
    drop(session);
    heads().drop_all(&db.engine).unwrap();
    fixtures::metadata().drop_all(&db.engine).unwrap();
    assert_eq!(tables(db), [""; 0]);
    // Sequences, types and indexes went along: all can be made again.
    fixtures::metadata().drop_all(&db.engine).unwrap();
    fixtures::metadata().create_all(&db.engine).unwrap();
    assert_eq!(db.count("users"), 0);
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "zz_wrong", check(name = "wrong", raw = "no_such_column > 0"))]
struct Wrong {
    #[orm(primary_key)]
    id: i64,
}

fn a_failed_create_all_leaves_nothing_where_ddl_is_transactional(db: &Db) {
    let before = tables(db);
    let both = Metadata::of((Head, Tail, Wrong));
    both.create_all(&db.engine).unwrap_err();
    if db.capabilities().transactional_ddl {
        assert_eq!(tables(db), before);
    }
    // What is there is left alone by the next one.
    heads().create_all(&db.engine).unwrap();
}

fn create_all_works_inside_a_transaction(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
    let created = heads().create_all_on(&mut conn);
    if db.capabilities().transactional_ddl {
        created.unwrap();
        conn.rollback().unwrap();
        assert!(!tables(db).contains(&"heads".to_owned()));
    } else {
        // The first table would commit what came before.
        let error = fails(created, ErrorKind::Usage);
        assert!(error.hint().unwrap().contains("commit()"), "{error}");
        assert!(db.sent().iter().all(|sql| !sql.contains("CREATE")));
        conn.rollback().unwrap();
    }
}

fn constraints_are_enforced(db: &Db) {
    heads().create_all(&db.engine).unwrap();
    let mut session = db.session();
    let head = session.add(Head::builder().name("a").number(1));
    session.commit().unwrap();
    let id = session[head].id;
    for (row, kind) in [
        (
            Head {
                id: 0,
                name: "a".into(),
                number: 1,
                tail_id: None,
            },
            ErrorKind::UniqueViolation,
        ),
        (
            Head {
                id: 0,
                name: "b".into(),
                number: 0,
                tail_id: None,
            },
            ErrorKind::CheckViolation,
        ),
        (
            Head {
                id: 0,
                name: "c".into(),
                number: 1,
                tail_id: Some(9),
            },
            ErrorKind::ForeignKeyViolation,
        ),
    ] {
        session.add(row);
        fails(session.commit(), kind);
        session.rollback().unwrap();
    }
    // Half of a unique pair may repeat.
    session.add(Head::builder().name("a").number(2));
    session.add(Head::builder().name("b").number(1));
    session.add(Tail::builder().head_id(id));
    session.commit().unwrap();
    assert_eq!((db.count("heads"), db.count("tails")), (3, 1));
}

fn not_null_follows_from_the_type(db: &Db) {
    heads().create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    for (columns, values) in [("name, number", "NULL, 1"), ("name, number", "'a', NULL")] {
        let insert = format!("INSERT INTO heads ({columns}) VALUES ({values})");
        fails(conn.raw_execute(&insert, &[]), ErrorKind::NotNullViolation);
    }
    conn.raw_execute(
        "INSERT INTO heads (name, number, tail_id) VALUES ('a', 1, NULL)",
        &[],
    )
    .unwrap();
}

fn actions_of_foreign_keys_are_carried_out(db: &Db) {
    heads().create_all(&db.engine).unwrap();
    db.outside("INSERT INTO users (username) VALUES ('ada')");
    db.outside("INSERT INTO posts (title, author_id) VALUES ('x', 1)");
    db.outside("INSERT INTO heads (name, number) VALUES ('a', 1)");
    db.outside("INSERT INTO tails (head_id) VALUES (1)");
    db.outside("UPDATE heads SET tail_id = 1");
    // Posts go with their author.
    db.outside("DELETE FROM users");
    assert_eq!(db.count("posts"), 0);
    // A head outlives its tail.
    db.outside("DELETE FROM tails");
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM heads WHERE tail_id IS NULL"),
        1
    );
}

fn cycles_of_foreign_keys_are_created_and_dropped(db: &Db) {
    for _ in 0..2 {
        heads().create_all(&db.engine).unwrap();
        let error = db
            .other_connection()
            .raw_execute("INSERT INTO tails (head_id) VALUES (9)", &[]);
        fails(error, ErrorKind::ForeignKeyViolation);
        let insert = "INSERT INTO heads (name, number, tail_id) VALUES ('a', 1, 9)";
        fails(
            db.other_connection().raw_execute(insert, &[]),
            ErrorKind::ForeignKeyViolation,
        );
        // Rows that refer to each other are no obstacle.
        db.outside("INSERT INTO heads (id, name, number) VALUES (5, 'a', 1)");
        db.outside("INSERT INTO tails (id, head_id) VALUES (6, 5)");
        db.outside("UPDATE heads SET tail_id = 6");
        heads().drop_all(&db.engine).unwrap();
        assert!(
            !tables(db)
                .iter()
                .any(|name| name == "heads" || name == "tails")
        );
    }
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "tied_knots")]
struct Knot {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Knot.id, on_delete = restrict)]
    other_id: Option<i64>,
}

fn rows_that_hold_their_own_table_are_no_obstacle(db: &Db) {
    let metadata = Metadata::of((Knot,));
    metadata.create_all(&db.engine).unwrap();
    db.outside("INSERT INTO tied_knots (id, other_id) VALUES (1, NULL)");
    db.outside("INSERT INTO tied_knots (id, other_id) VALUES (2, 1)");
    metadata.drop_all(&db.engine).unwrap();
    assert!(!tables(db).contains(&"tied_knots".to_owned()));
    // The checks of foreign keys are on again.
    metadata.create_all(&db.engine).unwrap();
    let insert = "INSERT INTO tied_knots (id, other_id) VALUES (1, 9)";
    let mut conn = db.engine.connection().unwrap();
    fails(
        conn.raw_execute(insert, &[]),
        ErrorKind::ForeignKeyViolation,
    );
}

fn a_table_from_elsewhere_keeps_what_it_refers_to(db: &Db) {
    let metadata = Metadata::of((Knot,));
    metadata.create_all(&db.engine).unwrap();
    db.outside("INSERT INTO tied_knots (id) VALUES (1)");
    db.outside(
        "CREATE TABLE ropes (knot_id BIGINT NOT NULL, FOREIGN KEY (knot_id) REFERENCES tied_knots (id))",
    );
    db.outside("INSERT INTO ropes (knot_id) VALUES (1)");
    metadata.drop_all(&db.engine).unwrap_err();
    assert_eq!(db.count("tied_knots"), 1);
    let mut conn = db.engine.connection().unwrap();
    fails(
        conn.raw_execute("INSERT INTO ropes (knot_id) VALUES (2)", &[]),
        ErrorKind::ForeignKeyViolation,
    );
    db.outside("DROP TABLE ropes");
    metadata.drop_all(&db.engine).unwrap();
}

/// A database that drops a table in spite of what refers to it would delete rows under CASCADE and change them under
/// SET NULL; and where there are no rows, it would leave a foreign key to nothing.
fn a_table_from_elsewhere_keeps_its_rows(db: &Db) {
    let models = heads();
    for (action, count) in [
        ("", 0),
        ("", 1),
        ("ON DELETE CASCADE", 0),
        ("ON DELETE CASCADE", 1),
        ("ON DELETE SET NULL", 2),
        ("ON DELETE CASCADE", 1000),
    ] {
        models.create_all(&db.engine).unwrap();
        db.outside(&format!(
            "CREATE TABLE audit (id BIGINT, head_id BIGINT, \
             FOREIGN KEY (head_id) REFERENCES heads (id) {action})"
        ));
        db.outside("INSERT INTO heads (id, name, number) VALUES (1, 'a', 1)");
        let mut conn = db.other_connection();
        for id in 0..count {
            conn.raw_control(&format!("INSERT INTO audit VALUES ({id}, 1)"))
                .unwrap();
        }
        let error = models.drop_all(&db.engine).unwrap_err();
        if !db.capabilities().alter_constraint {
            assert_eq!(error.kind(), ErrorKind::ForeignKeyViolation);
            let message = error.message();
            assert!(
                message.contains("the table audit references heads"),
                "{message}"
            );
            assert!(error.hint().is_some());
        }
        let kept = "SELECT COUNT(*) FROM audit WHERE head_id = 1";
        assert_eq!(db.scalar(kept), count, "{action}");
        assert_eq!(db.count("heads"), 1);
        drop(conn);
        db.outside("DROP TABLE audit");
        models.drop_all(&db.engine).unwrap();
        assert!(!tables(db).contains(&"heads".to_owned()));
    }
}

fn several_at_once_create_all_and_drop_all(db: &Db) {
    let at_once = |what: &(dyn Fn() -> orm::Result<()> + Sync)| {
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(what)).collect();
            for thread in threads {
                thread.join().unwrap().unwrap();
            }
        });
    };
    for _ in 0..5 {
        at_once(&|| heads().create_all(&db.engine));
        let tables = tables(db);
        assert!(tables.contains(&"heads".to_owned()) && tables.contains(&"tails".to_owned()));
        at_once(&|| heads().drop_all(&db.engine));
    }
    at_once(&|| {
        heads().create_all(&db.engine)?;
        Metadata::of((Knot,)).create_all(&db.engine)
    });
    assert_eq!((db.count("heads"), db.count("tied_knots")), (0, 0));
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "zz_last", check(name = "wrong", raw = "no_such_column > 0"))]
struct WrongLast {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Tail.id)]
    tail_id: i64,
}

/// Where DDL commits by itself the tables before the failing statement stay, and the cycle of their
/// foreign keys is not closed.
fn an_interrupted_create_all_is_told_and_can_be_dropped(db: &Db) {
    let all = Metadata::of((Head, Tail, WrongLast));
    let error = all.create_all(&db.engine).unwrap_err();
    let hint = error.hint().unwrap_or_default();
    let is_told = hint.contains("heads, tails");
    assert_eq!(is_told, !db.capabilities().transactional_ddl, "{error}");
    all.drop_all(&db.engine).unwrap();
    heads().create_all(&db.engine).unwrap();
    heads().drop_all(&db.engine).unwrap();
}

fn parents_come_first_and_go_last(db: &Db) {
    fixtures::metadata().drop_all(&db.engine).unwrap();
    let sent = db.sent();
    let at = |what: &str| {
        sent.iter()
            .position(|sql| sql == what)
            .unwrap_or_else(|| panic!("{what}: {sent:?}"))
    };
    assert!(at("DROP TABLE \"posts\"") < at("DROP TABLE \"users\""));
    fixtures::metadata().create_all(&db.engine).unwrap();
    let sent = db.sent();
    let at = |what: &str| sent.iter().position(|sql| sql.starts_with(what)).unwrap();
    assert!(at("CREATE TABLE \"users\" ") < at("CREATE TABLE \"posts\" "));
    // The order is the same each time. How often the lock is requested depends on other sessions that create tables.
    let creates = |sent: &[String]| -> Vec<String> {
        let creates = sent.iter().filter(|sql| sql.starts_with("CREATE"));
        creates.cloned().collect()
    };
    let first = creates(&sent);
    fixtures::metadata().drop_all(&db.engine).unwrap();
    db.sent();
    fixtures::metadata().create_all(&db.engine).unwrap();
    assert_eq!(creates(&db.sent()), first);
}
