//! What a program gets wrong, or what goes wrong in the middle: one clear error, and the connection stays
//! usable as if nothing had happened.

use std::panic::{AssertUnwindSafe, catch_unwind};

use orm::prelude::*;
use orm::{Error, ErrorKind};
use orm_core::value::ValueRef;

use crate::cases;
use crate::database::Db;
use crate::fixtures::{Post, User};
use crate::suite::support::{execute, fails, insert_user, scalar};

cases![
    "bad_input":
    several_statements_in_one_text_are_refused,
    an_empty_text_harms_nothing,
    a_query_that_is_executed_and_an_insert_that_is_queried,
    an_error_of_the_callback_passes_through,
    a_panic_of_the_callback_leaves_a_usable_connection,
    numbers_at_the_edge_of_limit_and_offset,
    too_many_binds_are_an_error,
    a_table_that_others_refer_to_is_not_dropped,
    a_savepoint_that_is_not_there_is_told,
    names_that_are_ambiguous_or_unknown_are_shown,
    nul_in_the_text_of_a_statement_is_an_error,
    a_foreign_key_of_zero_is_refused_before_it_is_sent,
    a_failing_batch_stops_at_the_failure,
    an_update_that_breaks_a_key_changes_nothing,
    a_message_is_one_that_a_person_can_read,
];

fn seed(db: &Db) -> Connection {
    let mut conn = db.engine.connection().unwrap();
    for name in ["ada", "bob", "cy"] {
        insert_user(&mut conn, name).unwrap();
    }
    conn
}

fn several_statements_in_one_text_are_refused(db: &Db) {
    let mut conn = seed(db);
    let both = conn.raw_execute("DELETE FROM users WHERE id = 1; DELETE FROM users", &[]);
    fails(both, ErrorKind::Syntax);
    assert_eq!(db.count("users"), 3);
    let query = conn.raw_query("SELECT id FROM users; DELETE FROM users", &[], &mut |_| {
        Ok(())
    });
    fails(query, ErrorKind::Syntax);
    assert_eq!(scalar::<i64>(&mut conn, "SELECT COUNT(*) FROM users"), 3);
}

fn an_empty_text_harms_nothing(db: &Db) {
    let mut conn = seed(db);
    for text in ["", " \n"] {
        fails(conn.raw_execute(text, &[]), ErrorKind::Syntax);
        fails(conn.raw_control(text), ErrorKind::Syntax);
    }
    for text in ["-- nothing", ";"] {
        // Some take it for a statement that does nothing.
        for done in [
            conn.raw_execute(text, &[]).map(drop),
            conn.raw_control(text),
        ] {
            if let Err(error) = done {
                assert!(!error.is_connection_lost(), "{text:?}: {error:?}");
            }
        }
    }
    assert_eq!(scalar::<i64>(&mut conn, "SELECT COUNT(*) FROM users"), 3);
}

fn a_query_that_is_executed_and_an_insert_that_is_queried(db: &Db) {
    let mut conn = seed(db);
    conn.raw_execute("SELECT id FROM users", &[]).unwrap();
    conn.raw_control("SELECT id FROM users").unwrap();
    let mut rows = 0;
    let insert = "INSERT INTO users (username) VALUES ('dee')";
    conn.raw_query(insert, &[], &mut |_| {
        rows += 1;
        Ok(())
    })
    .unwrap();
    assert_eq!((rows, db.count("users")), (0, 4));
}

fn an_error_of_the_callback_passes_through(db: &Db) {
    let mut conn = seed(db);
    conn.begin().unwrap();
    let mut rows = 0;
    let stopped = conn.raw_query("SELECT id FROM users", &[], &mut |_| {
        rows += 1;
        Err(Error::other("enough"))
    });
    let error = fails(stopped, ErrorKind::Other);
    assert_eq!((error.message(), rows), ("enough", 1));
    // Nothing is wrong with the transaction.
    insert_user(&mut conn, "dee").unwrap();
    conn.commit().unwrap();
    assert_eq!(db.count("users"), 4);
}

fn a_panic_of_the_callback_leaves_a_usable_connection(db: &Db) {
    let mut conn = seed(db);
    conn.begin().unwrap();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        conn.raw_query("SELECT id FROM users", &[], &mut |_| {
            panic!("of the program's own")
        })
    }));
    panicked.unwrap_err();
    insert_user(&mut conn, "dee").unwrap();
    conn.commit().unwrap();
    assert_eq!(db.count("users"), 4);
}

fn numbers_at_the_edge_of_limit_and_offset(db: &Db) {
    let mut conn = seed(db);
    let users = || select(User).order_by(User.id);
    assert_eq!(
        users()
            .limit(i64::MAX.unsigned_abs())
            .count(&mut conn)
            .unwrap(),
        3
    );
    assert_eq!(
        users()
            .offset(i64::MAX.unsigned_abs())
            .count(&mut conn)
            .unwrap(),
        0
    );
    for query in [users().limit(u64::MAX), users().offset(u64::MAX)] {
        if let Err(error) = query.all(&mut conn) {
            assert!(
                matches!(error.kind(), ErrorKind::OutOfRange | ErrorKind::Usage),
                "{error:?}"
            );
        }
    }
    let mut session = db.session();
    for key in [i64::MIN, -1, 0, i64::MAX] {
        assert_eq!(session.get(User, key).unwrap(), None);
    }
}

fn too_many_binds_are_an_error(db: &Db) {
    let mut conn = seed(db);
    let count = db.capabilities().bind_limit + 1;
    let text = format!(
        "SELECT id FROM users WHERE id IN ({}?)",
        "?, ".repeat(count - 1)
    );
    let binds = vec![ValueRef::Int(1); count];
    fails(
        execute(db, &mut conn, &text, &binds),
        ErrorKind::Unsupported,
    );
    assert_eq!(scalar::<i64>(&mut conn, "SELECT COUNT(*) FROM users"), 3);
}

fn a_table_that_others_refer_to_is_not_dropped(db: &Db) {
    let mut conn = seed(db);
    for text in [
        "CREATE TABLE parents (id INTEGER NOT NULL PRIMARY KEY)",
        "CREATE TABLE children (parent INTEGER, FOREIGN KEY (parent) REFERENCES parents (id))",
        "INSERT INTO parents VALUES (1)",
        "INSERT INTO children VALUES (1)",
    ] {
        conn.raw_control(text).unwrap();
    }
    fails(
        conn.raw_control("DROP TABLE parents"),
        ErrorKind::ForeignKeyViolation,
    );
    assert_eq!(db.count("parents"), 1);
}

fn a_savepoint_that_is_not_there_is_told(db: &Db) {
    let mut conn = seed(db);
    conn.begin().unwrap();
    fails(
        conn.raw_control("ROLLBACK TO SAVEPOINT nowhere"),
        ErrorKind::Transaction,
    );
}

fn names_that_are_ambiguous_or_unknown_are_shown(db: &Db) {
    let mut conn = seed(db);
    let unknown = format!("SELECT no_function(1){}", db.capabilities().from_nothing);
    for (text, name) in [
        ("SELECT id FROM users a, users b", "id"),
        (&unknown, "no_function"),
    ] {
        let error = conn.raw_query(text, &[], &mut |_| Ok(())).unwrap_err();
        assert!(error.message().contains(name), "{error}");
    }
}

fn nul_in_the_text_of_a_statement_is_an_error(db: &Db) {
    let mut conn = seed(db);
    for text in ["SELECT 1 \0", "DELETE FROM users \0 WHERE id = 1"] {
        fails(conn.raw_execute(text, &[]), ErrorKind::Syntax);
        fails(conn.raw_control(text), ErrorKind::Syntax);
        fails(
            conn.raw_query(text, &[], &mut |_| Ok(())),
            ErrorKind::Syntax,
        );
    }
    assert_eq!(scalar::<i64>(&mut conn, "SELECT COUNT(*) FROM users"), 3);
}

fn a_foreign_key_of_zero_is_refused_before_it_is_sent(db: &Db) {
    let mut conn = seed(db);
    db.sent();
    let insert = insert(Post).values(Post::builder().title("x").author_id(0));
    let error = fails(insert.execute(&mut conn), ErrorKind::ForeignKeyViolation);
    assert!(error.to_string().contains("posts.author_id"), "{error}");
    let change = update(Post).set(Post.author_id, 0);
    fails(change.execute(&mut conn), ErrorKind::ForeignKeyViolation);
    assert_eq!(db.sent(), [""; 0]);
}

fn a_failing_batch_stops_at_the_failure(db: &Db) {
    let mut conn = seed(db);
    let names = ["dee", "ada", "eve"].map(ValueRef::Text);
    let text = crate::suite::support::sql(db, "INSERT INTO users (username) VALUES (?)");
    let mut done = 0;
    conn.begin().unwrap();
    let batch = conn.raw_execute_each(&text, 1, &names, &mut |outcome| {
        assert_eq!(outcome.affected, 1);
        done += 1;
        Ok(())
    });
    fails(batch, ErrorKind::UniqueViolation);
    assert_eq!(done, 1);
    conn.rollback().unwrap();
    assert_eq!(db.count("users"), 3);
    // Of no rows it is nothing, and rows are whole.
    conn.raw_execute_each(&text, 1, &[], &mut |_| panic!("there is no row"))
        .unwrap();
    let text = crate::suite::support::sql(db, "INSERT INTO users (username, email) VALUES (?, ?)");
    let odd = conn.raw_execute_each(&text, 2, &names, &mut |_| Ok(()));
    fails(odd, ErrorKind::Usage);
}

fn an_update_that_breaks_a_key_changes_nothing(db: &Db) {
    let mut conn = seed(db);
    let same = update(User).set(User.username, "same");
    fails(same.execute(&mut conn), ErrorKind::UniqueViolation);
    let names = select(User.username)
        .order_by(User.username)
        .all(&mut conn)
        .unwrap();
    assert_eq!(names, ["ada", "bob", "cy"]);
}

fn a_message_is_one_that_a_person_can_read(db: &Db) {
    let mut session = db.session();
    session.add(User::builder().username("ada"));
    session.add(User::builder().username("ada"));
    let error = session.commit().unwrap_err();
    let text = error.to_string();
    let first = text.lines().next().unwrap();
    assert!(
        first.starts_with("duplicate value violates a unique constraint ("),
        "{text}"
    );
    // What the database reports: the columns, or the constraint by its name.
    let places = ["users.username", "uq_users_username"];
    assert!(places.iter().any(|place| first.contains(place)), "{text}");
    let sql = text.lines().find_map(|line| line.strip_prefix("  sql: "));
    let sql = db.normalised(sql.unwrap_or_default());
    assert!(sql.starts_with("INSERT INTO"), "{text}");
    // The debug form, which `main` prints, is as good.
    assert_eq!(format!("{error:?}"), format!("UniqueViolation: {text}"));
}
