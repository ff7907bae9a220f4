//! Raw SQL: named binds become the database's own, lists expand, rows come out as tuples, structs or entities.

use orm::prelude::*;
use orm::query::{func, raw_expr};
use orm::{ErrorKind, Result};

use crate::cases;
use crate::database::Db;
use crate::fixtures::{Everything, Post, User};
use crate::suite::support::{SECRET, assert_shows_no_value, everything, fails, sql};

cases![
    "raw_sql":
    named_binds_become_the_databases_own,
    one_name_may_stand_twice,
    lists_expand,
    an_empty_list_matches_nothing,
    a_vector_is_no_list,
    nothing_is_outside_of_an_empty_list,
    a_list_may_stand_in_parentheses,
    names_in_strings_and_comments_are_text,
    missing_and_unused_binds_are_errors_that_name_them,
    values_are_never_part_of_the_text,
    rows_become_tuples,
    rows_become_structs_by_name,
    a_struct_names_the_column_that_the_rows_lack,
    a_tuple_of_another_width_is_an_error,
    a_value_that_does_not_fit_names_its_column,
    rows_become_entities_by_name,
    a_missing_column_is_named,
    entities_of_a_session_are_the_known_ones,
    first_and_one,
    raw_writes_count_rows,
    raw_writes_are_part_of_the_transaction,
    identifiers_are_never_made_of_values,
];

fn seed(db: &Db) -> Connection {
    let mut conn = db.engine.connection().unwrap();
    let users = ["ada", "bob", "cy"].map(|name| User::builder().username(name));
    insert(User).values(users).execute(&mut conn).unwrap();
    conn
}

fn named_binds_become_the_databases_own(db: &Db) {
    let conn = &mut seed(db);
    let query =
        raw("SELECT username FROM users WHERE id >= :low AND username <> :name ORDER BY id");
    let found: Vec<(String,)> = query
        .bind("name", "bob")
        .bind("low", 1_i64)
        .all(conn)
        .unwrap();
    assert_eq!(found, [("ada".to_owned(),), ("cy".to_owned(),)]);
    let sent = db.sent();
    assert!(
        sent.last().unwrap().contains("id >= ? AND username <> ?"),
        "{sent:?}"
    );
}

fn one_name_may_stand_twice(db: &Db) {
    let conn = &mut seed(db);
    let query =
        raw("SELECT id FROM users WHERE id = :id OR id = :id + 1 ORDER BY id").bind("id", 1_i64);
    assert_eq!(query.all::<(i64,), _>(conn).unwrap(), [(1,), (2,)]);
}

fn lists_expand(db: &Db) {
    let conn = &mut seed(db);
    let query = raw("SELECT id FROM users WHERE id IN :ids AND username <> :name ORDER BY id");
    let query = query.bind_list("ids", [1_i64, 2, 3]).bind("name", "bob");
    assert_eq!(query.all::<(i64,), _>(conn).unwrap(), [(1,), (3,)]);
    let query = raw("SELECT id FROM users WHERE username IN :names").bind_list("names", ["cy"]);
    assert_eq!(query.all::<(i64,), _>(conn).unwrap(), [(3,)]);
}

fn an_empty_list_matches_nothing(db: &Db) {
    let conn = &mut seed(db);
    let query = raw("SELECT id FROM users WHERE id IN :ids").bind_list("ids", Vec::<i64>::new());
    assert_eq!(query.all::<(i64,), _>(conn).unwrap(), []);
}

fn a_vector_is_no_list(db: &Db) {
    let conn = &mut seed(db);
    db.sent();
    let ids = || vec![1_i64, 2];
    // Behind IN it is an error on every database.
    for text in [
        "IN :ids",
        "not  in :ids",
        "IN\n:ids",
        "IN (:ids)",
        "in( :ids )",
    ] {
        let query = raw(format!("SELECT id FROM users WHERE id {text}")).bind("ids", ids());
        let error = fails(query.all::<(i64,), _>(conn), ErrorKind::Usage);
        assert!(
            error.hint().unwrap().contains(".bind_list(\"ids\", …)"),
            "{error}"
        );
    }
    let none: Option<Vec<i64>> = None;
    let query = raw("SELECT id FROM users WHERE id IN :ids").bind("ids", none);
    fails(query.all::<(i64,), _>(conn), ErrorKind::Usage);
    let many = raw("DELETE FROM users WHERE id IN :ids").execute_many(["ids"], [(ids(),)], conn);
    fails(many, ErrorKind::Usage);
    for text in ["id IN :ids", "id IN (:ids)", "id IN ( :ids)"] {
        let filtered = raw_expr::<bool>(text, (("ids", ids()),));
        let error = fails(select(User.id).filter(filtered).all(conn), ErrorKind::Usage);
        assert!(error.hint().unwrap().contains("in_"), "{error}");
    }
    assert_eq!(db.sent(), [""; 0]);
    // Bytes are a value.
    let query = raw("SELECT id FROM users WHERE username <> :bytes").bind("bytes", vec![b'a']);
    assert!(query.to_sql(db.dialect()).is_ok());
    if conn.capabilities().arrays {
        let query = raw("SELECT id FROM users WHERE id = ANY(:ids)").bind("ids", ids());
        assert_eq!(query.all::<(i64,), _>(conn).unwrap(), [(1,), (2,)]);
        return;
    }
    db.sent();
    let elsewhere = raw("SELECT id FROM users WHERE id = :ids OR id IN (:ids)").bind("ids", ids());
    let error = fails(elsewhere.all::<(i64,), _>(conn), ErrorKind::Unsupported);
    assert!(
        error.hint().unwrap().contains(".bind_list(\"ids\", …)"),
        "{error}"
    );
    let many = raw("DELETE FROM users WHERE id = :ids").execute_many(["ids"], [(ids(),)], conn);
    fails(many, ErrorKind::Unsupported);
    // In expressions as well: an argument of a function, and of SQL text.
    let called = func::<i64>("abs", (ids(),));
    fails(select(called).from(User).all(conn), ErrorKind::Unsupported);
    let text = raw_expr::<i64>("abs(:ids)", (("ids", ids()),));
    fails(select(text).from(User).all(conn), ErrorKind::Unsupported);
    assert_eq!(db.sent(), [""; 0]);
}

fn names_in_strings_and_comments_are_text(db: &Db) {
    let conn = &mut seed(db);
    let text = sql(
        db,
        "SELECT ':no', 'it''s :no' /* :no */, username AS \"a:no\" FROM users -- :no\n WHERE id = :id",
    );
    let row: (String, String, String) = raw(text).bind("id", 2_i64).one(conn).unwrap();
    assert_eq!(row, (":no".into(), "it's :no".into(), "bob".into()));
}

fn missing_and_unused_binds_are_errors_that_name_them(db: &Db) {
    let conn = &mut seed(db);
    db.sent();
    for (query, name) in [
        (raw("SELECT id FROM users WHERE id = :wanted"), "wanted"),
        (raw("SELECT id FROM users").bind("unused", 1_i64), "unused"),
        (
            raw("SELECT id FROM users WHERE id = :typo").bind("tpyo", 1_i64),
            "typo",
        ),
    ] {
        let error = fails(query.all::<(i64,), _>(conn), ErrorKind::Usage);
        assert!(error.to_string().contains(name), "{error}");
    }
    assert_eq!(db.sent(), [""; 0]);
}

fn values_are_never_part_of_the_text(db: &Db) {
    let conn = &mut seed(db);
    let evil = "x'; DROP TABLE users; --";
    let query = raw("SELECT COUNT(*) FROM users WHERE username = :name").bind("name", evil);
    assert_eq!(query.one::<(i64,), _>(conn).unwrap(), (0,));
    assert!(db.sent().iter().all(|sql| !sql.contains("DROP")));
    let query = raw("SELECT nope FROM users WHERE username = :name").bind("name", SECRET);
    let error = fails(query.all::<(i64,), _>(conn), ErrorKind::UndefinedColumn);
    assert_shows_no_value(&error);
    assert!(error.sql().unwrap().contains("username = "), "{error}");
}

/// A row of no table.
#[derive(FromRow, Debug, PartialEq)]
struct Summary {
    r#type: String,
    #[orm(column = "the number")]
    number: i64,
    last: Option<String>,
}

fn rows_become_structs_by_name(db: &Db) {
    let conn = &mut seed(db);
    let text = sql(
        db,
        "SELECT COUNT(*) AS \"the number\", MAX(email) AS last, 7 AS other, username AS \"type\" \
         FROM users WHERE username <> :name GROUP BY username ORDER BY username",
    );
    let query = raw(text).bind("name", "cy");
    let summary = |name: &str| Summary {
        r#type: name.into(),
        number: 1,
        last: None,
    };
    let all: Vec<Summary> = query.all(conn).unwrap();
    assert_eq!(all, [summary("ada"), summary("bob")]);
    assert_eq!(query.first(conn).unwrap(), Some(summary("ada")));
    fails(query.one::<Summary, _>(conn), ErrorKind::MultipleRows);
}

fn a_struct_names_the_column_that_the_rows_lack(db: &Db) {
    let conn = &mut seed(db);
    let lacking = raw("SELECT username AS type, NULL AS last FROM users");
    let error = fails(lacking.all::<Summary, _>(conn), ErrorKind::UndefinedColumn);
    assert_eq!(error.column(), Some("the number"));
    assert!(error.hint().unwrap().contains(" AS "), "{error}");
    // Nothing is wrong with no rows.
    let none = raw("SELECT username FROM users WHERE id < 0");
    assert!(none.all::<Summary, _>(conn).unwrap().is_empty());
    let text = sql(
        db,
        "SELECT NULL AS \"type\", 1 AS \"the number\", NULL AS last FROM users",
    );
    let error = fails(raw(text).first::<Summary, _>(conn), ErrorKind::Decode);
    assert_eq!(error.column(), Some("type"));
}

fn rows_become_tuples(db: &Db) {
    let conn = &mut seed(db);
    let query = raw("SELECT id, username, email FROM users ORDER BY id");
    let rows: Vec<(i64, String, Option<String>)> = query.all(conn).unwrap();
    assert_eq!(rows[1], (2, "bob".to_owned(), None));
}

fn a_tuple_of_another_width_is_an_error(db: &Db) {
    let conn = &mut seed(db);
    let query = raw("SELECT id, username FROM users");
    fails(query.all::<(i64,), _>(conn), ErrorKind::Decode);
    fails(query.all::<(i64, String, i64), _>(conn), ErrorKind::Decode);
    assert_eq!(query.all::<(i64, String), _>(conn).unwrap().len(), 3);
}

fn a_value_that_does_not_fit_names_its_column(db: &Db) {
    let conn = &mut seed(db);
    let query = raw("SELECT id, username, email FROM users");
    let error = fails(
        query.all::<(i64, i64, Option<String>), _>(conn),
        ErrorKind::Decode,
    );
    assert_eq!(error.column(), Some("username"), "{error}");
    assert!(!error.to_string().contains("ada"), "{error}");
    let error = fails(
        query.all::<(i64, String, String), _>(conn),
        ErrorKind::Decode,
    );
    assert_eq!(error.column(), Some("email"), "{error}");
}

fn rows_become_entities_by_name(db: &Db) {
    let conn = &mut seed(db);
    let query = raw("SELECT email, 7 AS extra, username, id FROM users WHERE id = 2");
    let users = query.entities(User, conn).unwrap();
    assert_eq!(
        users,
        [User {
            id: 2,
            username: "bob".into(),
            email: None
        }]
    );
    assert_eq!(
        raw("SELECT * FROM users WHERE id = 9")
            .entities(User, conn)
            .unwrap(),
        []
    );
}

fn a_missing_column_is_named(db: &Db) {
    let conn = &mut seed(db);
    let error = fails(
        raw("SELECT id, username FROM users").entities(User, conn),
        ErrorKind::UndefinedColumn,
    );
    assert_eq!(
        (error.table(), error.column()),
        (Some("users"), Some("email"))
    );
}

fn entities_of_a_session_are_the_known_ones(db: &Db) {
    seed(db);
    let mut session = db.session();
    let ada = session.get(User, 1).unwrap().unwrap();
    session[ada].email = Some("pending".into());
    // The pending change is flushed before the query, and the entity is the one that is known.
    let users = raw("SELECT * FROM users WHERE email = 'pending'")
        .entities(User, &mut session)
        .unwrap();
    assert_eq!(users, [ada]);
    session.rollback().unwrap();
    assert_eq!(session[ada].email, None);
}

fn first_and_one(db: &Db) {
    let conn = &mut seed(db);
    let all = raw("SELECT id FROM users ORDER BY id DESC");
    assert_eq!(all.first::<(i64,), _>(conn).unwrap(), Some((3,)));
    fails(all.one::<(i64,), _>(conn), ErrorKind::MultipleRows);
    let none = raw("SELECT id FROM users WHERE id = 9");
    assert_eq!(none.first::<(i64,), _>(conn).unwrap(), None);
    fails(none.one::<(i64,), _>(conn), ErrorKind::NotFound);
}

fn raw_writes_count_rows(db: &Db) {
    let conn = &mut seed(db);
    let change = raw("UPDATE users SET email = :email WHERE id IN :ids");
    let change = change
        .bind("email", None::<String>)
        .bind_list("ids", [1_i64, 2, 9]);
    assert_eq!(change.execute(conn).unwrap(), 2);
    assert_eq!(
        raw("DELETE FROM users WHERE id = :id")
            .bind("id", 3_i64)
            .execute(conn)
            .unwrap(),
        1
    );
    assert_eq!(db.count("users"), 2);
}

fn raw_writes_are_part_of_the_transaction(db: &Db) {
    seed(db);
    let done: Result<()> = db.engine.transaction(|session| {
        raw("DELETE FROM users WHERE id = 1").execute(session)?;
        session.add(Post::builder().title("x").author_id(99));
        Ok(())
    });
    fails(done, ErrorKind::ForeignKeyViolation);
    assert_eq!(db.count("users"), 3);
}

/// Whatever stands in a value, the table's name does not come from it.
fn identifiers_are_never_made_of_values(db: &Db) {
    let conn = &mut seed(db);
    for evil in [
        "users\"; DROP TABLE users; --",
        "users`; DROP TABLE users; --",
        "\\",
    ] {
        let found = select(User)
            .filter(User.username.eq(evil))
            .count(conn)
            .unwrap();
        assert_eq!(found, 0);
        let found = select(User)
            .filter(User.username.contains(evil))
            .count(conn)
            .unwrap();
        assert_eq!(found, 0);
        let found = select(User)
            .filter(User.username.in_([evil]))
            .count(conn)
            .unwrap();
        assert_eq!(found, 0);
    }
    assert_eq!(db.count("users"), 3);
}

/// As of `not_in` of a column. `NOT IN (NULL)` would be true of no row.
fn nothing_is_outside_of_an_empty_list(db: &Db) {
    let conn = &mut seed(db);
    let row = everything(1, None);
    insert(Everything).values(&row).execute(conn).unwrap();
    let queries = [
        raw("SELECT id FROM everything WHERE large NOT IN :l").bind_list("l", [0_i64; 0]),
        raw("SELECT id FROM everything WHERE small NOT IN (:l)").bind_list("l", [0_i16; 0]),
        raw("SELECT id FROM everything WHERE NOT (text IN :l)").bind_list("l", [""; 0]),
        raw("SELECT id FROM everything WHERE colour NOT IN :l").bind_list("l", [""; 0]),
        raw("SELECT id FROM everything WHERE bytes NOT IN :l")
            .bind_list("l", Vec::<Vec<u8>>::new()),
        raw(sql(
            db,
            "SELECT id FROM everything WHERE \"double\" NOT IN :l",
        ))
        .bind_list("l", [0.5; 0]),
        raw("SELECT id FROM everything WHERE flag NOT IN :l").bind_list("l", [true; 0]),
        raw("SELECT id FROM everything WHERE instant NOT IN :l")
            .bind_list("l", Vec::<chrono::DateTime<chrono::Utc>>::new()),
        raw("SELECT id FROM everything WHERE token NOT IN :l")
            .bind_list("l", Vec::<uuid::Uuid>::new()),
    ];
    for query in queries {
        let found = query.all::<(i64,), _>(conn);
        assert_eq!(found.unwrap(), [(1,)], "{query:?}");
    }
}

fn a_list_may_stand_in_parentheses(db: &Db) {
    let conn = &mut seed(db);
    for sql in [
        "SELECT id FROM users WHERE id IN (:ids) ORDER BY id",
        "SELECT id FROM users WHERE id IN ( :ids ) ORDER BY id",
        "SELECT id FROM users WHERE (id IN :ids) ORDER BY id",
    ] {
        let query = raw(sql).bind_list("ids", [1_i64, 3, 9]);
        assert_eq!(query.all::<(i64,), _>(conn).unwrap(), [(1,), (3,)]);
        let query = raw(sql).bind_list("ids", [0_i64; 0]);
        assert_eq!(query.all::<(i64,), _>(conn).unwrap(), []);
    }
}
