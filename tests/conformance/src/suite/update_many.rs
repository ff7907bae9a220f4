//! `update_many`: many rows, each with values of its own, by their keys.

use std::sync::atomic::{AtomicI64, Ordering};

use orm::ErrorKind;
use orm::prelude::*;

use super::support::{fails, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Account, Country, Line, User};

cases![
    "update_many":
    each_row_gets_its_own_values,
    ten_thousand_rows_take_few_statements,
    a_missing_row_is_named_and_nothing_is_written,
    a_missing_row_among_many_is_named,
    a_row_without_its_key_is_refused,
    keys_of_several_columns_and_of_text_find_rows,
    null_is_a_value,
    versions_are_checked_and_counted,
    update_defaults_are_set,
    unique_values_are_handed_on_in_order,
    statements_that_are_not_valid_are_refused,
    on_a_session_its_entities_are_stale,
    nothing_is_no_statement,
];

fn tick() -> i64 {
    static TICKS: AtomicI64 = AtomicI64::new(1);
    TICKS.fetch_add(1, Ordering::Relaxed)
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "many_memos")]
struct Memo {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(length = 50)]
    text: String,
    seen: Option<i32>,
    #[orm(default = 0, update_default = tick())]
    changed: i64,
}

fn memo(id: i64, text: &str) -> Memo {
    Memo {
        id,
        text: text.into(),
        seen: Some(1),
        changed: 0,
    }
}

fn memos(db: &Db, number: i64) -> Connection {
    Metadata::of((Memo,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let rows = (1..=number).map(|id| memo(id, "old"));
    insert(Memo).values(rows).execute(&mut conn).unwrap();
    db.sent();
    conn
}

fn each_row_gets_its_own_values(db: &Db) {
    let conn = &mut seed(db);
    let mut users = select(User).order_by(User.id).all(conn).unwrap();
    for user in &mut users[1..] {
        user.email = Some(format!("{}@new.example.com", user.id));
        user.username = "not written".into();
    }
    let updated = update_many(User).rows(&users[1..]).set(User.email);
    assert_eq!(updated.execute(conn).unwrap(), 3);
    let stored = select((User.id, User.email)).order_by(User.id);
    for (id, email) in stored.all(conn).unwrap().into_iter().skip(1) {
        assert_eq!(email, Some(format!("{id}@new.example.com")));
    }
    let names = select(User).filter(User.username.eq("not written"));
    assert_eq!(names.count(conn).unwrap(), 0);
    // One row, and one whose values don't change.
    let one = update_many(User).rows([&users[1]]).set(User.email);
    assert_eq!(one.execute(conn).unwrap(), 1);
    assert_eq!(updated.execute(conn).unwrap(), 3);
}

fn ten_thousand_rows_take_few_statements(db: &Db) {
    let conn = &mut memos(db, 10_000);
    let rows: Vec<Memo> = (1..=10_000)
        .map(|id| Memo {
            seen: Some(i32::try_from(id).unwrap()),
            ..memo(id, &format!("memo {id}"))
        })
        .collect();
    let update = update_many(Memo).rows(&rows).set((Memo.text, Memo.seen));
    assert_eq!(update.execute(conn).unwrap(), 10_000);
    // A loop over a prepared statement is recorded for 256 rows at a time.
    assert!(db.sent().len() <= 10_000 / 64 + 8);
    let wrong = raw("SELECT id, text FROM many_memos WHERE seen <> id");
    let wrong: Vec<(i64, String)> = wrong.all(conn).unwrap();
    assert_eq!(wrong, []);
    let last = select(Memo.text).filter(Memo.id.eq(9_999));
    assert_eq!(last.one(conn).unwrap(), "memo 9999");
}

fn a_missing_row_is_named_and_nothing_is_written(db: &Db) {
    let conn = &mut memos(db, 2);
    let rows = [memo(1, "new"), memo(7, "new"), memo(2, "new")];
    let update = || update_many(Memo).rows(&rows).set(Memo.text);
    let error = fails(update().execute(conn), ErrorKind::StaleData);
    assert!(error.message().contains("primary key 7"), "{error}");
    assert!(!conn.in_transaction());
    let new = || select(Memo).filter(Memo.text.eq("new"));
    assert_eq!(new().count(conn).unwrap(), 0);
    let alone = update_many(Memo).rows(&rows[1..2]).set(Memo.text);
    fails(alone.execute(conn), ErrorKind::StaleData);
    // In a transaction, what was done before stays.
    conn.begin().unwrap();
    let first = update_many(Memo).rows(&rows[..1]).set(Memo.text);
    first.execute(conn).unwrap();
    fails(update().execute(conn), ErrorKind::StaleData);
    conn.commit().unwrap();
    assert_eq!(new().count(conn).unwrap(), 1);
}

/// A row that was never stored has the key 0, which no row of the table has.
fn a_row_without_its_key_is_refused(db: &Db) {
    let conn = &mut seed(db);
    let mut users = select(User).order_by(User.id).all(conn).unwrap();
    users[2].id = 0;
    for user in &mut users {
        user.email = Some("new@x.org".into());
    }
    let update = update_many(User).rows(&users).set(User.email);
    let error = fails(update.execute(conn), ErrorKind::StaleData);
    assert!(error.message().contains("primary key 0"), "{error}");
    let new = select(User).filter(User.email.eq("new@x.org"));
    assert_eq!(new.count(conn).unwrap(), 0);
}

fn a_missing_row_among_many_is_named(db: &Db) {
    let conn = &mut memos(db, 600);
    let mut rows: Vec<Memo> = (1..=600).map(|id| memo(id, "new")).collect();
    rows[555].id = 7000;
    let update = update_many(Memo).rows(&rows).set(Memo.text);
    let error = fails(update.execute(conn), ErrorKind::StaleData);
    assert!(error.message().contains("7000"), "{error}");
    let new = select(Memo).filter(Memo.text.eq("new"));
    assert_eq!(new.count(conn).unwrap(), 0);
}

fn keys_of_several_columns_and_of_text_find_rows(db: &Db) {
    let conn = &mut db.engine.connection().unwrap();
    let line = |number, position, quoted| Line {
        number,
        position,
        quoted,
    };
    let lines = [line(1, 1, 0), line(1, 2, 0), line(2, 1, 0)];
    insert(Line).values(&lines).execute(conn).unwrap();
    let changed = [line(1, 2, 12), line(2, 1, 21)];
    let update = update_many(Line).rows(&changed).set(Line.quoted);
    assert_eq!(update.execute(conn).unwrap(), 2);
    let stored = select(Line).order_by((Line.number, Line.position));
    let stored: Vec<i64> = stored
        .all(conn)
        .unwrap()
        .iter()
        .map(|it| it.quoted)
        .collect();
    assert_eq!(stored, [0, 12, 21]);
    let country = |code: &str, name: &str| Country {
        code: code.into(),
        name: name.into(),
    };
    let countries = [country("AA", "a"), country("BB", "b")];
    insert(Country).values(&countries).execute(conn).unwrap();
    let changed = [country("AA", "new a"), country("BB", "new b")];
    let update = update_many(Country).rows(&changed).set(Country.name);
    update.execute(conn).unwrap();
    let names = select(Country.name).order_by(Country.code);
    assert_eq!(names.all(conn).unwrap(), ["new a", "new b"]);
}

fn null_is_a_value(db: &Db) {
    let conn = &mut memos(db, 3);
    let rows: Vec<Memo> = (1..=3)
        .map(|id| Memo {
            seen: (id == 2).then_some(5),
            ..memo(id, "old")
        })
        .collect();
    update_many(Memo)
        .rows(&rows)
        .set(Memo.seen)
        .execute(conn)
        .unwrap();
    let seen = select(Memo.seen).order_by(Memo.id);
    assert_eq!(seen.all(conn).unwrap(), [None, Some(5), None]);
}

fn versions_are_checked_and_counted(db: &Db) {
    let conn = &mut db.engine.connection().unwrap();
    let accounts = ["ada", "bob"].map(|owner| Account::builder().owner(owner).balance(1));
    insert(Account).values(accounts).execute(conn).unwrap();
    let mut accounts = select(Account).order_by(Account.id).all(conn).unwrap();
    accounts[1].balance = 20;
    let update = |rows: &[Account]| {
        update_many(Account)
            .rows(rows)
            .set(Account.balance)
            .execute(conn)
    };
    let mut update = update;
    update(&accounts).unwrap();
    // They have the versions of before.
    let error = fails(update(&accounts), ErrorKind::StaleData);
    assert!(error.message().contains("version"), "{error}");
    fails(update(&accounts[1..]), ErrorKind::StaleData);
    let stored = select((Account.balance, Account.version)).order_by(Account.id);
    let stored = stored.all(&mut db.engine.connection().unwrap()).unwrap();
    let before = accounts[0].version;
    assert_eq!(stored, [(1, before + 1), (20, before + 1)]);
}

fn update_defaults_are_set(db: &Db) {
    let conn = &mut memos(db, 3);
    let rows = [memo(1, "new"), memo(2, "new")];
    update_many(Memo)
        .rows(&rows)
        .set(Memo.text)
        .execute(conn)
        .unwrap();
    let changed = select(Memo.changed).order_by(Memo.id).all(conn).unwrap();
    assert!(changed[0] > 0 && changed[1] > changed[0] && changed[2] == 0);
    let given = Memo {
        changed: -5,
        ..memo(1, "new")
    };
    let given = update_many(Memo)
        .rows([&given])
        .set((Memo.text, Memo.changed));
    given.execute(conn).unwrap();
    let changed = select(Memo.changed).filter(Memo.id.eq(1));
    assert_eq!(changed.one(conn).unwrap(), -5);
}

fn unique_values_are_handed_on_in_order(db: &Db) {
    let conn = &mut seed(db);
    let mut users = select(User).order_by(User.id).all(conn).unwrap();
    // The second takes the name that the first gives away.
    users[1].username = std::mem::replace(&mut users[0].username, "new".into());
    let update = update_many(User).rows(&users[..2]).set(User.username);
    update.execute(conn).unwrap();
    let stored = select(User.username).order_by(User.id).all(conn).unwrap();
    assert_eq!(stored[0], "new");
    assert_eq!(stored[1], users[1].username);
}

fn statements_that_are_not_valid_are_refused(db: &Db) {
    let conn = &mut memos(db, 2);
    let rows = [memo(1, "a"), memo(2, "b"), memo(1, "c")];
    let of = |rows| update_many(Memo).rows(rows);
    fails(of(&rows[..2]).execute(conn), ErrorKind::Usage);
    fails(of(&rows[..2]).set(Memo.id).execute(conn), ErrorKind::Usage);
    let error = fails(of(&rows[..]).set(Memo.text).execute(conn), ErrorKind::Usage);
    assert!(error.message().contains("primary key 1"), "{error}");
    let long = [memo(1, &"x".repeat(51))];
    fails(
        of(&long).set(Memo.text).execute(conn),
        ErrorKind::DataTooLong,
    );
    assert_eq!(db.sent(), [""; 0]);
}

fn on_a_session_its_entities_are_stale(db: &Db) {
    drop(memos(db, 2));
    let mut session = db.session();
    let first = session.get_one(Memo, 1).unwrap();
    let rows = [memo(1, "new"), memo(2, "new")];
    update_many(Memo)
        .rows(&rows)
        .set(Memo.text)
        .execute(&mut session)
        .unwrap();
    let again = session.get_one(Memo, 1).unwrap();
    assert_eq!(again, first);
    assert_eq!(session[first].text, "new");
    session.rollback().unwrap();
    let stored = select(Memo.text).filter(Memo.id.eq(1));
    assert_eq!(stored.one(&mut db.session()).unwrap(), "old");
}

fn nothing_is_no_statement(db: &Db) {
    let conn = &mut memos(db, 1);
    let none: Vec<Memo> = Vec::new();
    let update = update_many(Memo).rows(&none).set(Memo.text);
    assert_eq!(update.execute(conn).unwrap(), 0);
    assert_eq!(db.sent(), [""; 0]);
}
