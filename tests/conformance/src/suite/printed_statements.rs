//! Statements with literals instead of binds mean what the statements mean.

use chrono::NaiveDateTime;
use orm::ErrorKind;
use orm::prelude::*;
use orm::types::DbType as _;
use uuid::Uuid;

use crate::cases;
use crate::database::Db;
use crate::fixtures::{Colour, Everything, User};
use crate::suite::Requires;
use crate::suite::support::{everything, fails};

cases![
    "printed_statements":
    a_query_of_literals_finds_the_same_rows,
    literals_of_every_type_are_conditions,
    writes_of_literals_write_the_same,
    inserts_of_literals_write_the_same,
    upserts_of_literals_write_the_same (Requires::Upsert),
    updates_of_many_rows_write_the_same,
    returned_rows_of_literals_are_the_same,
    raw_statements_have_literals,
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

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "printed_rows")]
struct Row {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(length = 60)]
    name: String,
    note: Option<String>,
    n: i32,
    size: f64,
    moment: NaiveDateTime,
    bytes: Vec<u8>,
    token: Uuid,
    colour: Colour,
    #[orm(version)]
    version: i32,
}

/// A row of each name.
fn printed_rows() -> Vec<Row> {
    let row = |(id, name): (i64, &str)| Row {
        id,
        name: name.into(),
        note: (id % 2 == 0).then(|| format!("{name} -- 'x' ; \\ :y ?")),
        n: if id == 3 { i32::MIN } else { -1 },
        size: if id == 4 { -1e-300 } else { 0.1 },
        moment: "1969-12-31T23:59:59".parse().unwrap(),
        bytes: vec![0, 0x27, 0x5c, 0xff],
        token: Uuid::from_u128(0x27_5c_00_22 << 64),
        colour: Colour::DarkBlue,
        version: 7,
    };
    (1..).zip(NAMES).map(row).collect()
}

fn printed_table(db: &Db, rows: &[Row]) -> Connection {
    Metadata::of((Row,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    insert(Row).values(rows).execute(&mut conn).unwrap();
    conn
}

/// What the table has after some work, which is rolled back.
fn after(conn: &mut Connection, work: impl FnOnce(&mut Connection)) -> Vec<Row> {
    conn.begin().unwrap();
    work(conn);
    let rows = select(Row).order_by(Row.id).all(conn).unwrap();
    conn.rollback().unwrap();
    rows
}

/// Runs the printed statements and the statement itself, which store the same.
#[track_caller]
fn writes_the_same(
    conn: &mut Connection,
    printed: orm::Result<String>,
    statement: impl FnOnce(&mut Connection) -> orm::Result<u64>,
) {
    let printed = printed.unwrap();
    let by_text = after(conn, |conn| {
        for sql in printed.split(";\n") {
            conn.raw_execute(sql, &[])
                .unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
    });
    let by_statement = after(conn, |conn| {
        statement(conn).unwrap();
    });
    assert_eq!(by_text, by_statement, "{printed}");
    let before = after(conn, |_| {});
    assert_ne!(by_text, before, "{printed}");
}

fn inserts_of_literals_write_the_same(db: &Db) {
    let conn = &mut printed_table(db, &[]);
    let dialect = conn.dialect();
    let rows = printed_rows();
    let one = insert(Row).values(&rows[1]);
    writes_the_same(conn, one.to_sql_with_literals(dialect), |conn| {
        one.execute(conn)
    });
    let all = insert(Row).values(&rows);
    writes_the_same(conn, all.to_sql_with_literals(dialect), |conn| {
        all.execute(conn)
    });
    let named = insert(Row).values(&rows[..2]).values(&rows[2..]);
    writes_the_same(conn, named.to_sql_with_literals(dialect), |conn| {
        named.execute(conn)
    });
    insert(Row).values(&rows).execute(conn).unwrap();
    let copied = select((
        Row.id + 100,
        Row.name.concat("'\\"),
        Row.n.coalesce(0),
        Row.size,
        Row.moment,
        Row.bytes,
        (Row.token, Row.colour, Row.version),
    ));
    let columns = (
        Row.id,
        Row.name,
        Row.n,
        Row.size,
        Row.moment,
        Row.bytes,
        (Row.token, Row.colour, Row.version),
    );
    let copied = copied.filter(Row.name.in_(NAMES).and(Row.n.ne(i32::MIN)));
    let copied = insert(Row).from_select(columns, copied);
    writes_the_same(conn, copied.to_sql_with_literals(dialect), |conn| {
        copied.execute(conn)
    });
    let none = insert(Row).values(Vec::<Row>::new());
    fails(none.to_sql_with_literals(dialect), ErrorKind::Usage);
    let mut long = rows[0].clone();
    long.name = "x".repeat(61);
    let long = insert(Row).values(long);
    fails(long.to_sql_with_literals(dialect), ErrorKind::DataTooLong);
}

fn upserts_of_literals_write_the_same(db: &Db) {
    let mut rows = printed_rows();
    let conn = &mut printed_table(db, &rows[..3]);
    let dialect = conn.dialect();
    for row in &mut rows {
        row.note = Some("it's \\ new".into());
        row.n = 5;
    }
    let upsert = insert(Row).values(&rows).on_conflict(Row.id);
    let upsert = upsert.do_update(|new| [Row.note.to(new.note), Row.n.to(new.n + 2)]);
    writes_the_same(conn, upsert.to_sql_with_literals(dialect), |conn| {
        upsert.execute(conn).map(|()| 1)
    });
    let upsert = insert(Row).values(&rows).on_conflict(Row.id).do_nothing();
    writes_the_same(conn, upsert.to_sql_with_literals(dialect), |conn| {
        upsert.execute(conn).map(|()| 1)
    });
}

fn updates_of_many_rows_write_the_same(db: &Db) {
    let mut rows = printed_rows();
    let conn = &mut printed_table(db, &rows);
    let dialect = conn.dialect();
    for row in &mut rows {
        row.note = row.note.is_none().then(|| "it's \\ new".into());
        row.name.push('!');
    }
    let many = update_many(Row).rows(&rows).set((Row.note, Row.name));
    writes_the_same(conn, many.to_sql_with_literals(dialect), |conn| {
        many.execute(conn)
    });
    let none = update_many(Row).rows(&[]).set(Row.note);
    fails(none.to_sql_with_literals(dialect), ErrorKind::Usage);
}

/// Runs the printed statement and the statement itself, which return the same rows; both are rolled back.
#[track_caller]
fn returns_the_same(
    conn: &mut Connection,
    printed: orm::Result<String>,
    statement: impl FnOnce(&mut Connection) -> orm::Result<Vec<(i64, String)>>,
) {
    conn.begin().unwrap();
    let returned = statement(conn);
    conn.rollback().unwrap();
    let (mut returned, printed) = match (returned, printed) {
        (Ok(returned), Ok(printed)) => (returned, printed),
        (returned, printed) => {
            fails(returned, ErrorKind::Unsupported);
            fails(printed, ErrorKind::Unsupported);
            return;
        }
    };
    conn.begin().unwrap();
    let mut by_text = Vec::new();
    for sql in printed.split(";\n") {
        let rows: Vec<(i64, String)> = raw(sql.to_owned()).all(conn).unwrap();
        by_text.extend(rows);
    }
    conn.rollback().unwrap();
    by_text.sort();
    returned.sort();
    assert!(!by_text.is_empty());
    assert_eq!(by_text, returned, "{printed}");
}

fn returned_rows_of_literals_are_the_same(db: &Db) {
    let rows = printed_rows();
    let conn = &mut printed_table(db, &rows[..3]);
    let dialect = conn.dialect();
    let list = || (Row.id, Row.name);
    let new = insert(Row).values(&rows[3..]).returning(list());
    returns_the_same(conn, new.to_sql_with_literals(dialect), |conn| {
        new.all(conn)
    });
    let change = update(Row).set(Row.name, "it's \\").filter(Row.id.gt(1));
    let change = change.returning(list());
    returns_the_same(conn, change.to_sql_with_literals(dialect), |conn| {
        change.all(conn)
    });
    let gone = delete(Row).filter(Row.name.in_(NAMES)).returning(list());
    returns_the_same(conn, gone.to_sql_with_literals(dialect), |conn| {
        gone.all(conn)
    });
    let columns = (
        Row.id,
        Row.name,
        Row.n,
        Row.size,
        Row.moment,
        (Row.bytes, Row.token),
    );
    let columns = (columns, (Row.colour, Row.version));
    let copied = (
        Row.id + 100,
        Row.name,
        Row.n,
        Row.size,
        Row.moment,
        (Row.bytes, Row.token),
    );
    let copied = select((copied, (Row.colour, Row.version))).filter(Row.name.ne("it's"));
    let copied = insert(Row).from_select(columns, copied).returning(list());
    returns_the_same(conn, copied.to_sql_with_literals(dialect), |conn| {
        copied.all(conn)
    });
    if db.has(Requires::Upsert) {
        let upsert = insert(Row).values(&rows).on_conflict(Row.id);
        let upsert = upsert.do_update(|new| [Row.n.to(new.n)]).returning(list());
        returns_the_same(conn, upsert.to_sql_with_literals(dialect), |conn| {
            upsert.all(conn)
        });
    }
}

fn raw_statements_have_literals(db: &Db) {
    let rows = printed_rows();
    let conn = &mut printed_table(db, &rows);
    let dialect = conn.dialect();
    let text = "SELECT name FROM printed_rows WHERE name IN :names AND n < :n AND 'a:b ?' <> :text ORDER BY id";
    for name in NAMES {
        let query = raw(text).bind_list("names", [name, "x"]);
        let query = query.bind("n", 0).bind("text", name.repeat(2));
        let printed = query.to_sql_with_literals(dialect).unwrap();
        assert_eq!(texts(conn, &printed), [name], "{printed}");
        let found: Vec<(String,)> = query.all(conn).unwrap();
        assert_eq!(found, [(name.to_owned(),)]);
    }
    let bytes =
        raw("SELECT name FROM printed_rows WHERE bytes = :bytes AND moment = :moment AND id = :id");
    let bytes = bytes.bind("bytes", rows[0].bytes.clone());
    let bytes = bytes.bind("moment", rows[0].moment).bind("id", 1_i64);
    let printed = bytes.to_sql_with_literals(dialect).unwrap();
    assert_eq!(texts(conn, &printed), [NAMES[0]], "{printed}");
    let change = raw("UPDATE printed_rows SET note = :note WHERE name = :name");
    let change = change.bind("note", "it's \\").bind("name", NAMES[1]);
    writes_the_same(conn, change.to_sql_with_literals(dialect), |conn| {
        change.execute(conn)
    });
    let none = raw("SELECT name FROM printed_rows WHERE name IN :names");
    let none = none.bind_list("names", Vec::<String>::new());
    let printed = none.to_sql_with_literals(dialect).unwrap();
    assert_eq!(texts(conn, &printed), [""; 0], "{printed}");
    let unbound = raw("SELECT :a").to_sql_with_literals(dialect);
    fails(unbound, ErrorKind::Usage);
}
