//! What cases about the session share: looking at what was sent, and rows to begin with.

use orm::prelude::*;

use crate::database::Db;
use crate::fixtures::{Account, User};

/// The INSERT, UPDATE and DELETE texts sent since the last look.
pub fn writes(db: &Db) -> Vec<String> {
    let mut sent = db.sent();
    sent.retain(|sql| {
        ["INSERT", "UPDATE", "DELETE"]
            .iter()
            .any(|verb| sql.starts_with(verb))
    });
    sent
}

/// As [`writes`], each UPDATE by key without the old values that it also matches, which are written in each
/// dialect's own way.
pub fn unguarded_writes(db: &Db) -> Vec<String> {
    const KEY: &str = "WHERE \"id\" = ?";
    let mut sent = writes(db);
    for sql in &mut sent {
        if let Some(at) = sql.find(KEY).filter(|_| sql.starts_with("UPDATE")) {
            assert!(
                sql[at + KEY.len()..].starts_with(" AND "),
                "not guarded: {sql}"
            );
            sql.truncate(at + KEY.len());
        }
    }
    sent
}

/// The SELECT texts sent since the last look.
pub fn reads(db: &Db) -> Vec<String> {
    let mut sent = db.sent();
    sent.retain(|sql| sql.starts_with("SELECT"));
    sent
}

/// What was written since the last look, as `"INSERT users"`, neighbours of one kind as one: how many
/// statements a batch takes is each database's own.
pub fn steps(db: &Db) -> Vec<String> {
    let mut steps: Vec<String> = writes(db).iter().map(|sql| step(sql)).collect();
    steps.dedup();
    steps
}

fn step(sql: &str) -> String {
    let verb = sql.split(' ').next().unwrap_or_default();
    let table = sql.split('"').nth(1).unwrap_or_default();
    format!("{verb} {table}")
}

/// How often each write since the last look was run, beside its text.
pub fn runs(db: &Db) -> Vec<(String, usize)> {
    let entries = db.recorder.take().into_iter();
    let entries = entries.map(|entry| (step(&db.normalised(&entry.sql)), entry.runs));
    entries.filter(|(step, _)| !step.ends_with(' ')).collect()
}

/// Users of these names, committed, by a session of their own.
pub fn users(db: &Db, names: &[&str]) -> Vec<i64> {
    let mut session = Session::new(&db.other_engine());
    let handles: Vec<_> = names
        .iter()
        .map(|name| session.add(User::builder().username(*name)))
        .collect();
    session.commit().unwrap();
    handles
        .into_iter()
        .map(|handle| session[handle].id)
        .collect()
}

/// The users of these keys in a session.
pub fn handles(session: &mut Session, ids: &[i64]) -> Vec<Ref<User>> {
    ids.iter()
        .map(|id| session.get(User, *id).unwrap().unwrap())
        .collect()
}

/// A user of that name, committed.
pub fn user(db: &Db, name: &str) -> i64 {
    users(db, &[name])[0]
}

/// The names of all users by key, seen from outside.
pub fn usernames(db: &Db) -> Vec<String> {
    select(User.username)
        .order_by(User.id.asc())
        .all(&mut db.other_connection())
        .unwrap()
}

/// What `work` panics with.
pub fn panic_text<T>(work: impl FnOnce() -> T) -> String {
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    let panic = caught.err().expect("no panic");
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string))
        .unwrap_or_default()
}

/// Accounts that are committed and of this session, which has sent nothing else.
pub fn accounts(db: &Db, session: &mut Session, count: usize) -> Vec<Ref<Account>> {
    let add = |number| {
        Account::builder()
            .owner(format!("a{number}"))
            .balance(0)
            .version(0)
    };
    let all = (0..count).map(|number| session.add(add(number))).collect();
    session.commit().unwrap();
    select(Account).all(session).unwrap();
    db.sent();
    all
}
