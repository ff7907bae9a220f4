//! `get_or_create` and `update_or_create`: what is sent, which columns may be given, and races for one unique value.

use std::time::Duration;

use orm::prelude::*;
use orm::{EntityState, ErrorKind};

use crate::Requires;
use crate::cases;
use crate::database::Db;
use crate::suite::statements::{reads, unguarded_writes};
use crate::suite::support::fails;

cases![
    "get_or_create":
    a_missing_row_is_created_and_then_found,
    a_pending_entity_is_found,
    a_composite_constraint_is_given_in_any_order,
    a_primary_key_is_given,
    columns_without_a_constraint_are_refused,
    null_and_missing_values_are_refused,
    another_violated_constraint_is_its_error,
    a_created_entity_is_undone_by_a_rollback,
    update_or_create_locks_what_it_finds,
    a_lost_race_finds_the_row_of_the_winner,
    a_lost_race_in_a_transaction_keeps_its_work (Requires::WaitingWrites),
    two_racers_count_both,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "stickers", unique(shop, code))]
struct Label {
    #[orm(primary_key)]
    id: i64,
    #[orm(unique, length = 50)]
    name: String,
    shop: i32,
    #[orm(length = 20)]
    code: Option<String>,
    hits: i32,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "page_hits")]
struct Counter {
    #[orm(primary_key, length = 50)]
    page: String,
    hits: i32,
}

const BY_NAME: &str =
    r#"SELECT "id", "name", "shop", "code", "hits" FROM "stickers" WHERE "name" = ?"#;

fn session(db: &Db) -> Session {
    Metadata::of((Label, Counter))
        .create_all(&db.engine)
        .unwrap();
    db.sent();
    db.session()
}

fn label(name: &str) -> Label {
    Label {
        id: 0,
        name: name.into(),
        shop: 1,
        code: Some(name.to_uppercase()),
        hits: 1,
    }
}

/// Stores a row by another program.
fn store(db: &Db, label: &Label) {
    let mut conn = db.other_connection();
    insert(Label).values(label).execute(&mut conn).unwrap();
}

fn a_missing_row_is_created_and_then_found(db: &Db) {
    let mut session = session(db);
    let (red, created) = session.get_or_create(Label.name, label("red")).unwrap();
    assert!(created);
    assert_eq!(session.entity_state(red).unwrap(), EntityState::Persistent);
    session.commit().unwrap();
    assert_eq!(reads(db)[0], BY_NAME);
    let other = Label {
        hits: 7,
        ..label("red")
    };
    let (same, created) = session.get_or_create(Label.name, other).unwrap();
    assert!(same == red && !created);
    // The row is left as it is.
    assert_eq!(session[red].hits, 1);
    assert_eq!(db.sent().iter().filter(|sql| *sql == BY_NAME).count(), 1);
    session.commit().unwrap();
    assert_eq!(db.count("stickers"), 1);
}

fn a_pending_entity_is_found(db: &Db) {
    let mut session = session(db);
    let red = session.add(label("red"));
    let found = session.get_or_create(Label.name, label("red")).unwrap();
    assert_eq!(found, (red, false));
    // A change that is not flushed counts as well.
    session[red].name = "crimson".into();
    session[red].code = None;
    let (new, created) = session.get_or_create(Label.name, label("red")).unwrap();
    assert!(created && new != red);
}

fn a_composite_constraint_is_given_in_any_order(db: &Db) {
    store(db_with_tables(db), &label("red"));
    let mut session = db.session();
    let row = || Label {
        name: "scarlet".into(),
        ..label("red")
    };
    let (red, created) = session
        .get_or_create((Label.shop, Label.code), row())
        .unwrap();
    assert!(!created);
    assert_eq!(session[red].name, "red");
    let again = session.get_or_create((Label.code, Label.shop), row());
    assert_eq!(again.unwrap(), (red, false));
    assert_eq!(
        reads(db),
        [r#"SELECT "id", "name", "shop", "code", "hits" FROM "stickers" WHERE "shop" = ? AND "code" = ?"#;
            2]
    );
}

fn db_with_tables(db: &Db) -> &Db {
    drop(session(db));
    db
}

fn a_primary_key_is_given(db: &Db) {
    let mut session = session(db);
    let row = |count| Counter::builder().page("/").hits(count);
    let (page, created) = session.get_or_create(Counter.page, row(1)).unwrap();
    assert!(created);
    let found = session.get_or_create(Counter.page, row(2)).unwrap();
    assert_eq!(found, (page, false));
    let known = Label {
        id: 4711,
        ..label("red")
    };
    let (red, created) = session.get_or_create(Label.id, known).unwrap();
    assert!(created);
    assert_eq!(session[red].id, 4711);
    session.commit().unwrap();
}

fn columns_without_a_constraint_are_refused(db: &Db) {
    let mut session = session(db);
    let error = fails(
        session.get_or_create((Label.name, Label.hits), label("red")),
        ErrorKind::Usage,
    );
    assert!(
        error
            .message()
            .contains("no unique constraint on (name, hits)"),
        "{error}"
    );
    let hint = error.hint().unwrap();
    for part in [
        "#[orm(unique(name, hits))]",
        "(id)",
        "(name)",
        "(shop, code)",
    ] {
        assert!(hint.contains(part), "{hint}");
    }
    // A part of a constraint is not unique.
    fails(
        session.get_or_create(Label.shop, label("red")),
        ErrorKind::Usage,
    );
    fails(
        session.update_or_create(Label.code, label("red"), |_| ()),
        ErrorKind::Usage,
    );
    assert_eq!(db.sent(), [""; 0]);
}

fn null_and_missing_values_are_refused(db: &Db) {
    let mut session = session(db);
    let row = Label {
        code: None,
        ..label("red")
    };
    let error = fails(
        session.get_or_create((Label.shop, Label.code), row),
        ErrorKind::Usage,
    );
    assert!(error.message().contains("no value for code"), "{error}");
    assert_eq!(error.column(), Some("code"));
    // The database is still to make this one.
    let error = fails(
        session.get_or_create(Label.id, label("red")),
        ErrorKind::Usage,
    );
    assert!(error.message().contains("no value for id"), "{error}");
    assert_eq!(db.sent(), [""; 0]);
    assert!(!session.has_pending_work());
}

fn another_violated_constraint_is_its_error(db: &Db) {
    let mut session = session(db);
    store(db, &label("red"));
    let kept = session.add(label("blue"));
    let row = Label {
        name: "scarlet".into(),
        ..label("red")
    };
    fails(
        session.get_or_create(Label.name, row),
        ErrorKind::UniqueViolation,
    );
    // The row is not pending, and the work before it stands.
    assert!(!session.has_pending_work());
    session.commit().unwrap();
    assert_eq!(session[kept].name, "blue");
    assert_eq!(db.count("stickers"), 2);
}

fn a_created_entity_is_undone_by_a_rollback(db: &Db) {
    let mut session = session(db);
    let (red, _) = session.get_or_create(Label.name, label("red")).unwrap();
    session.rollback().unwrap();
    assert_eq!(session.entity_state(red).unwrap(), EntityState::Transient);
    assert_eq!(db.count("stickers"), 0);
    let (new, created) = session.get_or_create(Label.name, label("red")).unwrap();
    assert!(created && new != red);
    session.commit().unwrap();
    assert_eq!(db.count("stickers"), 1);
}

fn update_or_create_locks_what_it_finds(db: &Db) {
    let mut session = session(db);
    let add = |session: &mut Session| {
        session
            .update_or_create(Label.name, label("red"), |label| label.hits += 1)
            .unwrap()
    };
    let (red, created) = add(&mut session);
    assert!(created);
    // The closure is for a row that is there.
    assert_eq!(session[red].hits, 1);
    session.commit().unwrap();
    db.sent();
    assert_eq!(add(&mut session), (red, false));
    assert_eq!(session[red].hits, 2);
    let sent = db.sent();
    let selects = sent.iter().filter(|sql| sql.starts_with("SELECT"));
    let selects: Vec<_> = selects.collect();
    assert_eq!(selects[0], BY_NAME);
    let is_locking = selects[1].len() > BY_NAME.len();
    assert_eq!(is_locking, db.capabilities().row_locks, "{sent:?}");
    assert!(session.in_transaction());
    session.commit().unwrap();
    assert_eq!(
        unguarded_writes(db),
        [r#"UPDATE "stickers" SET "hits" = ? WHERE "id" = ?"#]
    );
}

/// Runs `work` while another transaction has inserted `red` and not yet committed; it commits when `work` has looked for
/// the row. Returns what was sent until then as well.
fn while_another_inserts<T: Send>(db: &Db, work: impl FnOnce() -> T + Send) -> (T, Vec<String>) {
    let mut other = db.other_connection();
    other.begin().unwrap();
    let red = Label {
        hits: 10,
        ..label("red")
    };
    insert(Label).values(&red).execute(&mut other).unwrap();
    db.sent();
    std::thread::scope(|scope| {
        let racer = scope.spawn(work);
        let mut sent = Vec::new();
        while !sent.iter().any(|sql| sql == BY_NAME) {
            assert!(
                !racer.is_finished(),
                "it did not look for the row: {sent:?}"
            );
            std::thread::sleep(Duration::from_millis(5));
            sent.extend(db.sent());
        }
        // It has not found the row, and waits for the lock on it.
        std::thread::sleep(Duration::from_millis(200));
        other.commit().unwrap();
        (racer.join().unwrap(), sent)
    })
}

fn a_lost_race_finds_the_row_of_the_winner(db: &Db) {
    drop(session(db));
    let ((count, created), mut sent) = while_another_inserts(db, || {
        let mut session = db.session();
        let (red, created) = session.get_or_create(Label.name, label("red")).unwrap();
        let count = session[red].hits;
        session.commit().unwrap();
        (count, created)
    });
    assert_eq!((count, created), (10, false));
    // The INSERT was sent, and the row was looked for again.
    sent.extend(db.sent());
    let inserts = sent.iter().filter(|sql| sql.starts_with("INSERT"));
    assert_eq!(inserts.count(), 1, "{sent:?}");
    let selects = sent.iter().filter(|sql| sql.starts_with(BY_NAME));
    assert_eq!(selects.count(), 2, "{sent:?}");
    assert_eq!(db.count("stickers"), 1);
}

fn a_lost_race_in_a_transaction_keeps_its_work(db: &Db) {
    let mut session = session(db);
    // The transaction has work, and where reads are of a snapshot one that shows no row from now on.
    let blue = session.add(label("blue"));
    session.flush().unwrap();
    assert_eq!(select(Label).count(&mut session).unwrap(), 1);
    store(db, &label("red"));
    for hits in [2, 3] {
        let found = session.update_or_create(Label.name, label("red"), |red| red.hits += 1);
        let (red, created) = found.unwrap();
        assert!(!created);
        assert_eq!(session[red].hits, hits);
    }
    session.commit().unwrap();
    assert_eq!(session[blue].name, "blue");
    assert_eq!(db.scalar("SELECT COUNT(*) FROM stickers WHERE hits = 3"), 1);
    assert_eq!(db.count("stickers"), 2);
}

fn two_racers_count_both(db: &Db) {
    const ROUNDS: i32 = 5;
    drop(session(db));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let engine = db.other_engine();
                for _ in 0..ROUNDS {
                    engine
                        .retry(50)
                        .transaction(|session| {
                            let row = Counter::builder().page("/").hits(1);
                            session
                                .update_or_create(Counter.page, row, |page| page.hits += 1)
                                .map(drop)
                        })
                        .unwrap();
                }
            });
        }
    });
    assert_eq!(
        db.scalar("SELECT hits FROM page_hits"),
        i64::from(2 * ROUNDS)
    );
}
