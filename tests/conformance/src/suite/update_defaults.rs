//! `update_default`: columns that an UPDATE of other columns sets as well, such as the time of the last change.

use std::sync::atomic::{AtomicI64, Ordering};

use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::suite::statements::{unguarded_writes, writes};

cases![
    "update_defaults":
    an_update_sets_it_beside_what_has_changed,
    an_insert_and_a_restored_value_leave_it,
    a_value_that_is_given_counts,
    it_is_not_compared_with_its_old_value,
    each_row_gets_its_own,
    a_bulk_update_sets_it,
    an_expression_makes_an_update,
    a_rollback_puts_it_back,
    it_stands_beside_a_version,
];

/// A time that never stands still.
fn tick() -> i64 {
    static TICKS: AtomicI64 = AtomicI64::new(1);
    TICKS.fetch_add(1, Ordering::Relaxed)
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "memos")]
struct Memo {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    text: String,
    reads: i32,
    #[orm(default = 0, update_default = tick())]
    changed: i64,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "versioned_memos")]
struct Versioned {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    text: String,
    #[orm(default = Some(0), update_default = tick())]
    changed: Option<i64>,
    #[orm(version)]
    version: i32,
}

fn session(db: &Db, memos: usize) -> (Session, Vec<Ref<Memo>>) {
    Metadata::of((Memo, Versioned))
        .create_all(&db.engine)
        .unwrap();
    let mut session = db.session();
    let memo = |_| session.add(Memo::builder().text("new").reads(0));
    let all: Vec<_> = (0..memos).map(memo).collect();
    session.commit().unwrap();
    db.sent();
    (session, all)
}

/// What the database has.
fn changed(db: &Db) -> Vec<i64> {
    select(Memo.changed)
        .order_by(Memo.id.asc())
        .all(&mut db.other_connection())
        .unwrap()
}

fn an_update_sets_it_beside_what_has_changed(db: &Db) {
    let (mut session, all) = session(db, 1);
    session[all[0]].text = "old".into();
    let before = tick();
    session.commit().unwrap();
    let update = r#"UPDATE "memos" SET "text" = ?, "changed" = ? WHERE "id" = ?"#;
    assert_eq!(unguarded_writes(db), [update]);
    assert!(session[all[0]].changed > before);
    assert_eq!(changed(db), [session[all[0]].changed]);
}

fn an_insert_and_a_restored_value_leave_it(db: &Db) {
    let (mut session, all) = session(db, 1);
    assert_eq!((session[all[0]].changed, changed(db)), (0, vec![0]));
    session[all[0]].text = "old".into();
    session[all[0]].text = "new".into();
    session.commit().unwrap();
    assert_eq!((writes(db), changed(db)), (vec![], vec![0]));
}

fn a_value_that_is_given_counts(db: &Db) {
    let (mut session, all) = session(db, 1);
    session[all[0]].text = "old".into();
    session[all[0]].changed = -7;
    session.commit().unwrap();
    assert_eq!((session[all[0]].changed, changed(db)), (-7, vec![-7]));
}

fn it_is_not_compared_with_its_old_value(db: &Db) {
    let (mut session, all) = session(db, 1);
    let mut conn = db.other_connection();
    update(Memo)
        .set(Memo.changed, -1)
        .execute(&mut conn)
        .unwrap();
    session[all[0]].text = "old".into();
    session.commit().unwrap();
    assert_eq!(changed(db), [session[all[0]].changed]);
    assert!(session[all[0]].changed > 0);
    // What it stands beside still is.
    update(Memo)
        .set(Memo.text, "other")
        .execute(&mut conn)
        .unwrap();
    session[all[0]].text = "older".into();
    assert!(session.commit().unwrap_err().is_stale_data());
}

fn each_row_gets_its_own(db: &Db) {
    let (mut session, all) = session(db, 5);
    for memo in &all[..4] {
        session[*memo].reads = 3;
    }
    session.commit().unwrap();
    let mut found = changed(db);
    let read: Vec<i64> = all.iter().map(|memo| session[*memo].changed).collect();
    assert_eq!(found, read);
    assert_eq!(found.pop(), Some(0));
    found.sort_unstable();
    found.dedup();
    assert_eq!((found.len(), found.contains(&0)), (4, false));
}

fn a_bulk_update_sets_it(db: &Db) {
    let (mut session, all) = session(db, 2);
    let before = tick();
    for text in ["a", "b"] {
        update(Memo)
            .set(Memo.text, text)
            .filter(Memo.id.eq(session[all[0]].id))
            .execute(&mut session)
            .unwrap();
        session.refresh(all[0]).unwrap();
        assert_eq!(session[all[0]].text, text);
    }
    session.commit().unwrap();
    let found = changed(db);
    assert!(found[0] > before + 1 && found[1] == 0, "{found:?}");
    let text = r#"UPDATE "memos" SET "text" = ?, "changed" = ? WHERE "id" = ?"#;
    assert_eq!(writes(db), [text, text]);
    update(Memo)
        .set(Memo.changed, -3)
        .execute(&mut db.other_connection())
        .unwrap();
    assert_eq!(changed(db), [-3, -3]);
}

fn an_expression_makes_an_update(db: &Db) {
    let (mut session, all) = session(db, 1);
    session.set(all[0], Memo.reads, Memo.reads + 1).unwrap();
    session.commit().unwrap();
    assert_eq!(session[all[0]].reads, 1);
    assert!(session[all[0]].changed > 0);
    assert_eq!(changed(db), [session[all[0]].changed]);
}

fn a_rollback_puts_it_back(db: &Db) {
    let (mut session, all) = session(db, 1);
    session[all[0]].text = "old".into();
    session.flush().unwrap();
    assert!(session[all[0]].changed > 0);
    session.rollback().unwrap();
    assert_eq!((session[all[0]].changed, changed(db)), (0, vec![0]));
}

fn it_stands_beside_a_version(db: &Db) {
    let (mut session, _) = session(db, 0);
    let memo = session.add(Versioned::builder().text("new"));
    session.commit().unwrap();
    assert_eq!(session[memo].changed, Some(0));
    session[memo].text = "old".into();
    session.commit().unwrap();
    let read = select(Versioned).one(&mut db.other_connection()).unwrap();
    assert_eq!(read, session[memo]);
    assert!(read.changed > Some(0) && read.version == 2, "{read:?}");
}
