//! Raw SQL for many rows of values: one text, whole or not at all.

use orm::ErrorKind;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::fixtures::User;
use crate::suite::support::fails;

cases![
    "execute_many":
    rows_are_values_of_names,
    no_rows_are_no_statement,
    values_for_all_rows_stand_beside_those_of_each,
    a_failing_row_undoes_all,
    a_failing_row_leaves_the_transaction_to_the_program,
    rows_come_from_an_iterator_in_chunks,
    a_session_has_them_in_its_transaction,
    names_without_parameters_are_errors,
];

const INSERT: &str = "INSERT INTO users (username, email) VALUES (:name, :email)";

fn names(db: &Db) -> Vec<String> {
    let query = select(User.username).order_by(User.username);
    query.all(&mut db.other_connection()).unwrap()
}

fn rows_are_values_of_names(db: &Db) {
    let conn = &mut db.engine.connection().unwrap();
    let rows = [("ada", Some("ada@x.org")), ("bob", None)];
    let stored = raw(INSERT).execute_many(["name", "email"], rows, conn);
    assert_eq!(stored.unwrap(), 2);
    let found = select((User.username, User.email)).order_by(User.username);
    assert_eq!(
        found.all(conn).unwrap(),
        [
            ("ada".to_owned(), Some("ada@x.org".to_owned())),
            ("bob".to_owned(), None)
        ]
    );
    // What is counted is what all of them affect, and a name may stand twice.
    let rename = raw("UPDATE users SET email = :new WHERE username = :name OR email = :new");
    let rows = [("ada", "one"), ("unknown", "two"), ("bob", "one")];
    let changed = rename.execute_many(["name", "new"], rows, conn);
    assert_eq!(changed.unwrap(), 3);
}

fn no_rows_are_no_statement(db: &Db) {
    let conn = &mut db.engine.connection().unwrap();
    db.sent();
    let none: [(&str, &str); 0] = [];
    let stored = raw(INSERT).execute_many(["name", "email"], none, conn);
    assert_eq!(stored.unwrap(), 0);
    assert_eq!(db.sent(), [""; 0]);
}

fn values_for_all_rows_stand_beside_those_of_each(db: &Db) {
    let conn = &mut db.engine.connection().unwrap();
    let insert = raw(INSERT).bind("email", "all@x.org");
    let stored = insert.execute_many(["name"], [("ada",), ("bob",), ("cy",)], conn);
    assert_eq!(stored.unwrap(), 3);
    let clear = raw("UPDATE users SET email = :email WHERE username = :name AND id IN :ids");
    let all: Vec<i64> = select(User.id).all(conn).unwrap();
    let clear = clear.bind("email", None::<&str>).bind_list("ids", all);
    let cleared = clear.execute_many(["name"], [("ada",), ("eve",)], conn);
    assert_eq!(cleared.unwrap(), 1);
    let left = select(User).filter(User.email.eq("all@x.org"));
    assert_eq!(left.count(conn).unwrap(), 2);
}

fn a_failing_row_undoes_all(db: &Db) {
    let conn = &mut db.engine.connection().unwrap();
    let rows = ["ada", "bob", "ada", "cy"].map(|name| (name, None::<&str>));
    let stored = raw(INSERT).execute_many(["name", "email"], rows, conn);
    let error = fails(stored, ErrorKind::UniqueViolation);
    assert!(error.hint().unwrap().contains("row 2"), "{error}");
    assert!(!conn.in_transaction());
    assert_eq!(names(db), [""; 0]);
}

fn a_failing_row_leaves_the_transaction_to_the_program(db: &Db) {
    let conn = &mut db.engine.connection().unwrap();
    conn.begin().unwrap();
    let undone = conn.savepoint(|conn| {
        let rows = ["ada", "ada"].map(|name| (name, None::<&str>));
        raw(INSERT).execute_many(["name", "email"], rows, conn)
    });
    fails(undone, ErrorKind::UniqueViolation);
    let rows = [("eve", None::<&str>)];
    let stored = raw(INSERT).execute_many(["name", "email"], rows, conn);
    assert_eq!(stored.unwrap(), 1);
    conn.commit().unwrap();
    assert_eq!(names(db), ["eve"]);
}

fn rows_come_from_an_iterator_in_chunks(db: &Db) {
    let conn = &mut db.engine.connection().unwrap();
    let rows = (0..2500).map(|number| (format!("user {number}"), None::<String>));
    let stored = raw(INSERT).execute_many(["name", "email"], rows, conn);
    assert_eq!(stored.unwrap(), 2500);
    assert_eq!(db.count("users"), 2500);
}

fn a_session_has_them_in_its_transaction(db: &Db) {
    let mut session = Session::new(&db.engine);
    let ada = session.add(User::builder().username("ada"));
    session.commit().unwrap();
    let rows = [("ada", "new@x.org")];
    let change = raw("UPDATE users SET email = :email WHERE username = :name");
    let changed = change.execute_many(["name", "email"], rows, &mut session);
    assert_eq!(changed.unwrap(), 1);
    // What was loaded is stale.
    let again = select(User).one(&mut session).unwrap();
    assert_eq!(again, ada);
    assert_eq!(session[ada].email.as_deref(), Some("new@x.org"));
    session.rollback().unwrap();
    let email = select(User.email).one(&mut db.other_connection());
    assert_eq!(email.unwrap(), None);
}

fn names_without_parameters_are_errors(db: &Db) {
    let conn = &mut db.engine.connection().unwrap();
    db.sent();
    let rows = [("ada", "x", 1)];
    let stored = raw(INSERT).execute_many(["name", "email", "age"], rows, conn);
    let error = fails(stored, ErrorKind::Usage);
    assert!(error.message().contains(":age"), "{error}");
    let stored = raw(INSERT).execute_many(["name"], [("ada",)], conn);
    let error = fails(stored, ErrorKind::Usage);
    assert!(error.message().contains(":email"), "{error}");
    assert_eq!(db.sent(), [""; 0]);
}
