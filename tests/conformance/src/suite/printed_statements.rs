//! Statements with literals instead of binds mean what the statements mean.

use orm::prelude::*;
use orm::types::DbType as _;

use crate::cases;
use crate::database::Db;
use crate::fixtures::{Everything, User};
use crate::suite::support::everything;

cases![
    "printed_statements":
    a_query_of_literals_finds_the_same_rows,
    literals_of_every_type_are_conditions,
    writes_of_literals_write_the_same,
];

const NAMES: [&str; 6] = [
    "ada",
    "O'Brien",
    "back\\slash",
    "per%cent",
    "a:b ?$1",
    "ünï – 🦀",
];

fn users(db: &Db) -> Connection {
    let mut conn = db.engine.connection().unwrap();
    let users = NAMES.map(|name| User::builder().username(name));
    insert(User).values(users).execute(&mut conn).unwrap();
    conn
}

/// The texts that a statement without binds returns.
fn texts(conn: &mut Connection, sql: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let run = conn.raw_query(sql, &[], &mut |row| {
        texts.push(String::from_value(row.get(0)?).unwrap());
        Ok(())
    });
    run.unwrap_or_else(|error| panic!("{sql}: {error}"));
    texts
}

fn a_query_of_literals_finds_the_same_rows(db: &Db) {
    let conn = &mut users(db);
    for name in NAMES {
        let is_it = User.username.eq(name).or(User.username.in_([name, "x"]));
        let query = select(User.username).filter(is_it.and(User.id.gt(-1)));
        let text = query.to_sql_with_literals(conn.dialect()).unwrap();
        assert_eq!(texts(conn, &text), [name], "{text}");
        let part = select(User.username).filter(User.username.contains(name));
        let text = part.to_sql_with_literals(conn.dialect()).unwrap();
        assert_eq!(texts(conn, &text), [name], "{text}");
    }
    let query = select(User.username).order_by(User.id).offset(1).limit(2);
    let text = query.to_sql_with_literals(conn.dialect()).unwrap();
    let found = query.all(conn).unwrap();
    assert_eq!(texts(conn, &text), found);
}

fn literals_of_every_type_are_conditions(db: &Db) {
    let conn = &mut db.engine.connection().unwrap();
    let row = everything(7, Some(true));
    insert(Everything)
        .values(std::slice::from_ref(&row))
        .execute(conn)
        .unwrap();
    let conditions = [
        Everything.flag.eq(true),
        Everything.small.eq(row.small),
        Everything.medium.eq(row.medium),
        Everything
            .large
            .gt(i64::MIN)
            .and(Everything.large.lt(i64::MAX)),
        Everything.single.eq(row.single),
        Everything.double.eq(row.double),
        Everything.text.eq(row.text),
        Everything.bytes.eq(row.bytes),
        Everything.date.eq(row.date),
        Everything.time.eq(row.time),
        Everything.moment.eq(row.moment),
        Everything.instant.eq(row.instant),
        Everything.token.eq(row.token),
        Everything.colour.eq(row.colour),
        Everything.maybe_number.is_null(),
        (Everything.medium - -1).eq(row.medium + 1),
        Everything.large.in_([-1, row.large]),
    ];
    for condition in conditions {
        let query = select(Everything.text).filter(condition);
        let sql = query.to_sql_with_literals(conn.dialect()).unwrap();
        assert!(!sql.contains('?') && !sql.contains("$1"), "{sql}");
        assert_eq!(texts(conn, &sql), ["text"], "{sql}");
    }
}

fn writes_of_literals_write_the_same(db: &Db) {
    let conn = &mut users(db);
    for (index, name) in NAMES.into_iter().enumerate() {
        let email = format!("{index}'\\?:x");
        let change = update(User)
            .set(User.email, &email)
            .filter(User.username.eq(name));
        let sql = change.to_sql_with_literals(conn.dialect()).unwrap();
        let changed = conn.raw_execute(&sql, &[]);
        assert_eq!(changed.unwrap().affected, 1, "{sql}");
        let stored = select(User.email).filter(User.username.eq(name));
        assert_eq!(stored.one(conn).unwrap(), Some(email));
        let gone = delete(User).filter(User.username.eq(name));
        let sql = gone.to_sql_with_literals(conn.dialect()).unwrap();
        let deleted = conn.raw_execute(&sql, &[]);
        assert_eq!(deleted.unwrap().affected, 1, "{sql}");
    }
    assert_eq!(db.count("users"), 0);
}
