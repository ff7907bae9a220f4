//! Version columns: set, checked and counted up by the session.

use orm::prelude::*;

use super::statements::{runs, writes};
use super::support::fails;
use crate::cases;
use crate::database::Db;
use crate::fixtures::Account;

cases![
    "version":
    the_version_starts_at_one_and_is_incremented_by_the_session,
    updates_and_deletes_match_the_version,
    an_unchanged_entity_keeps_its_version,
    a_stale_update_and_a_stale_delete_name_the_row,
    one_row_of_a_batch_with_a_wrong_version_is_named,
    a_version_given_is_where_it_starts,
    a_version_set_by_hand_is_overwritten,
    versions_are_counted_in_batches,
    a_version_beyond_its_field_is_an_error,
    a_bulk_update_never_overflows_a_version,
];

fn account(session: &mut Session, owner: &str) -> Ref<Account> {
    session.add(Account::builder().owner(owner).balance(1))
}

fn the_version_starts_at_one_and_is_incremented_by_the_session(db: &Db) {
    let mut session = db.session();
    let ada = account(&mut session, "ada");
    // A struct whose version is not set equals what a builder makes.
    let zero = session.add(Account {
        id: 0,
        owner: "zero".into(),
        balance: 1,
        version: 0,
    });
    session.flush().unwrap();
    assert_eq!((session[ada].version, session[zero].version), (1, 1));
    for version in 2..5 {
        session[ada].balance += 1;
        session.flush().unwrap();
        assert_eq!(session[ada].version, version);
    }
    session.commit().unwrap();
    session[ada].balance += 1;
    session.commit().unwrap();
    assert_eq!(session[ada].version, 5);
    assert_eq!(
        db.scalar("SELECT version FROM accounts WHERE owner = 'ada'"),
        5
    );
}

fn updates_and_deletes_match_the_version(db: &Db) {
    let mut session = db.session();
    let ada = account(&mut session, "ada");
    session.flush().unwrap();
    db.sent();
    session[ada].balance = 2;
    session.flush().unwrap();
    session.delete(ada);
    session.flush().unwrap();
    let sent = writes(db);
    assert_eq!(sent.len(), 2, "{sent:?}");
    let update = "UPDATE \"accounts\" SET \"balance\" = ?, \"version\" = ? WHERE \"id\" = ? AND \"version\" ";
    assert!(sent[0].starts_with(update), "{sent:?}");
    let delete = "DELETE FROM \"accounts\" WHERE \"id\" = ? AND \"version\" ";
    assert!(sent[1].starts_with(delete), "{sent:?}");
}

fn an_unchanged_entity_keeps_its_version(db: &Db) {
    let mut session = db.session();
    let ada = account(&mut session, "ada");
    session.commit().unwrap();
    session[ada].balance = 2;
    session[ada].balance = 1;
    session.commit().unwrap();
    assert_eq!(session[ada].version, 1);
    assert_eq!(db.scalar("SELECT version FROM accounts"), 1);
}

fn a_stale_update_and_a_stale_delete_name_the_row(db: &Db) {
    let mut session = db.session();
    let ada = account(&mut session, "ada");
    session.commit().unwrap();
    db.outside("UPDATE accounts SET version = 9");
    let key = format!("key {} ", session[ada].id);
    session[ada].balance = 2;
    let error = session.commit().unwrap_err();
    assert!(error.is_stale_data(), "{error}");
    assert!(
        error.message().contains("Account") && error.message().contains(&key),
        "{error}"
    );
    assert_eq!(session[ada].version, 1);
    session.rollback().unwrap();
    session.delete(ada);
    let error = session.commit().unwrap_err();
    assert!(
        error.is_stale_data() && error.message().contains(&key),
        "{error}"
    );
    assert_eq!(db.count("accounts"), 1);
    session.rollback().unwrap();
}

fn one_row_of_a_batch_with_a_wrong_version_is_named(db: &Db) {
    let mut session = db.session();
    let all: Vec<_> = (0..50)
        .map(|n| account(&mut session, &format!("o{n}")))
        .collect();
    session.commit().unwrap();
    let odd = session[all[40]].id;
    db.outside(&format!("UPDATE accounts SET version = 2 WHERE id = {odd}"));
    for handle in &all {
        session[*handle].balance = 7;
    }
    let error = session.commit().unwrap_err();
    assert!(
        error.is_stale_data() && error.message().contains(&format!("key {odd} ")),
        "{error}"
    );
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM accounts WHERE balance = 7"),
        0
    );
    assert!(all.iter().all(|handle| session[*handle].version == 1));
    session.refresh(all[40]).unwrap();
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM accounts WHERE balance = 7 AND version = 2"),
        49
    );
}

fn a_version_given_is_where_it_starts(db: &Db) {
    let mut session = db.session();
    let row = Account {
        id: 0,
        owner: "import".into(),
        balance: 1,
        version: 40,
    };
    let imported = session.add(row);
    session.commit().unwrap();
    assert_eq!(session[imported].version, 40);
    session[imported].balance = 2;
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT version FROM accounts"), 41);
}

fn a_version_set_by_hand_is_overwritten(db: &Db) {
    let mut session = db.session();
    let ada = account(&mut session, "ada");
    session.commit().unwrap();
    session[ada].version = 100;
    session[ada].balance = 2;
    session.commit().unwrap();
    assert_eq!(session[ada].version, 2);
    assert_eq!(db.scalar("SELECT version FROM accounts"), 2);
}

fn versions_are_counted_in_batches(db: &Db) {
    let mut session = db.session();
    let all: Vec<_> = (0..30)
        .map(|n| account(&mut session, &format!("o{n}")))
        .collect();
    session.flush().unwrap();
    // Half of them one version ahead: each row has its own old and new one.
    for handle in &all[..15] {
        session[*handle].balance = 2;
    }
    session.flush().unwrap();
    db.sent();
    for handle in &all {
        session[*handle].balance = 3;
    }
    session.commit().unwrap();
    assert_eq!(runs(db).len(), 1);
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM accounts WHERE version = 3"),
        15
    );
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM accounts WHERE version = 2"),
        15
    );
    let ahead = all
        .iter()
        .map(|handle| session[*handle].version)
        .filter(|version| *version == 3);
    assert_eq!(ahead.count(), 15);
}

/// A version that soon comes to its end.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "small_versions")]
struct Small {
    #[orm(primary_key)]
    id: i64,
    note: i64,
    #[orm(version)]
    version: i16,
}

fn a_version_beyond_its_field_is_an_error(db: &Db) {
    let schema = Metadata::of((Small,)).schema().unwrap();
    orm::engine::create_missing(&mut db.engine.connection().unwrap(), &schema).unwrap();
    let mut session = db.session();
    let small = session.add(Small::builder().note(1).version(i16::MAX));
    session.commit().unwrap();
    session[small].note = 2;
    let error = fails(session.commit(), orm::ErrorKind::OutOfRange);
    assert_eq!(error.column(), Some("version"));
    assert_eq!(session[small].version, i16::MAX);
    assert_eq!(db.scalar("SELECT note FROM small_versions"), 1);
}

/// The widest version.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "wide_versions")]
struct WideVersion {
    #[orm(primary_key)]
    id: i64,
    note: i64,
    #[orm(version)]
    version: i64,
}

/// One in between.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "middle_versions")]
struct MiddleVersion {
    #[orm(primary_key)]
    id: i64,
    note: i64,
    #[orm(version)]
    version: i32,
}

macro_rules! check_overflow {
    ($db:ident, $model:ident, $width:ty) => {{
        Metadata::of(($model,)).create_all(&$db.engine).unwrap();
        let mut session = $db.session();
        for rows in [1, 2, 1000] {
            let last = <$width>::MAX;
            for row in 0..rows {
                let version = if row == rows - 1 { last - 1 } else { 1 };
                session.add($model {
                    id: 0,
                    note: 0,
                    version,
                });
            }
            session.commit().unwrap();
            let change = |note: i64| update($model).set($model.note, note);
            assert_eq!(change(1).execute(&mut session).unwrap(), rows);
            session.commit().unwrap();
            let error = fails(change(2).execute(&mut session), orm::ErrorKind::OutOfRange);
            assert!(error.hint().unwrap().contains("version"), "{error}");
            session.rollback().unwrap();
            let inner = session.savepoint(|session| change(2).execute(session).map(drop));
            fails(inner, orm::ErrorKind::OutOfRange);
            session.rollback().unwrap();
            let table = <$model as Model>::def().table;
            let stored = $db.scalar(&format!("SELECT MAX(version) FROM {table} WHERE note = 1"));
            assert_eq!(stored, i64::from(last));
            let conn = &mut $db.other_connection();
            assert_eq!(select($model).all(conn).unwrap().len() as u64, rows);
            delete($model).execute(&mut session).unwrap();
            session.commit().unwrap();
        }
    }};
}

fn a_bulk_update_never_overflows_a_version(db: &Db) {
    check_overflow!(db, Small, i16);
    check_overflow!(db, MiddleVersion, i32);
    check_overflow!(db, WideVersion, i64);
}
