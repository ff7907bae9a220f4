//! Upserts on a session: the entities that they return, and those that it has.

use orm::prelude::*;
use orm::{EntityState, ErrorKind};

use super::support::fails;
use crate::cases;
use crate::database::Db;
use crate::suite::Requires::Upsert;

cases![
    "session_upserts":
    an_entity_is_inserted_or_written_over (Upsert),
    an_entity_that_is_there_takes_the_values (Upsert),
    pending_changes_are_flushed_first (Upsert),
    a_rollback_undoes_it (Upsert),
    a_row_of_keys_alone_is_found (Upsert),
    other_constraints_and_columns_are_errors (Upsert),
    criteria_hide_rows (Upsert),
    statements_make_entities_stale (Upsert),
    entities_of_a_statement_are_tracked (Upsert),
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "su_tags")]
struct Tag {
    #[orm(primary_key)]
    id: i64,
    #[orm(unique, length = 50)]
    name: String,
    #[orm(unique, length = 20)]
    code: Option<String>,
    hits: i32,
    #[orm(version)]
    version: i32,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "su_pairs")]
struct Pair {
    #[orm(primary_key, auto_increment = false)]
    left_id: i64,
    #[orm(primary_key, auto_increment = false)]
    right_id: i64,
}

fn session(db: &Db) -> Session {
    Metadata::of((Tag, Pair)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    session.add(Tag::builder().name("red").code("r").hits(1));
    session.commit().unwrap();
    drop(session);
    db.sent();
    db.session()
}

fn red(hits: i32) -> impl NewRow<Model = Tag> {
    Tag::builder().name("red").code("r").hits(hits)
}

fn an_entity_is_inserted_or_written_over(db: &Db) {
    let mut session = session(db);
    let tag = session.upsert(Tag.name, red(5)).unwrap();
    assert_eq!((session[tag].id, session[tag].hits), (1, 5));
    assert_eq!(session[tag].version, 2);
    assert_eq!(session.entity_state(tag).unwrap(), EntityState::Persistent);
    let new = session.upsert(Tag.name, Tag::builder().name("blue").hits(7));
    let new = new.unwrap();
    assert_ne!(new, tag);
    assert_eq!(
        (session[new].version, session[new].code.as_deref()),
        (1, None)
    );
    db.sent();
    let id = session[new].id;
    assert_eq!(session.get(Tag, id).unwrap(), Some(new));
    assert_eq!(db.sent(), [""; 0]);
    session[new].hits += 1;
    session[tag].hits += 1;
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT SUM(hits) FROM su_tags"), 14);
}

fn an_entity_that_is_there_takes_the_values(db: &Db) {
    let mut session = session(db);
    let tag = session.get_one(Tag, 1).unwrap();
    let same = session.upsert(Tag.name, red(9)).unwrap();
    assert_eq!(same, tag);
    assert_eq!((session[tag].hits, session[tag].version), (9, 2));
    session[tag].hits = 10;
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT version FROM su_tags"), 3);
}

fn pending_changes_are_flushed_first(db: &Db) {
    let mut session = session(db);
    let green = session.add(Tag::builder().name("green").hits(1));
    let same = session.upsert(Tag.name, Tag::builder().name("green").hits(2));
    assert_eq!(same.unwrap(), green);
    assert_eq!(session[green].hits, 2);
}

fn a_rollback_undoes_it(db: &Db) {
    let mut session = session(db);
    let tag = session.get_one(Tag, 1).unwrap();
    session.upsert(Tag.name, red(9)).unwrap();
    session
        .upsert(Tag.name, Tag::builder().name("blue").hits(2))
        .unwrap();
    session.rollback().unwrap();
    session.refresh(tag).unwrap();
    assert_eq!((session[tag].hits, session[tag].version), (1, 1));
    assert_eq!(db.count("su_tags"), 1);
}

fn a_row_of_keys_alone_is_found(db: &Db) {
    let mut session = session(db);
    let pair = || Pair {
        left_id: 1,
        right_id: 2,
    };
    let first = session
        .upsert((Pair.right_id, Pair.left_id), pair())
        .unwrap();
    let second = session
        .upsert((Pair.left_id, Pair.right_id), pair())
        .unwrap();
    assert_eq!(first, second);
    session.commit().unwrap();
    assert_eq!(db.count("su_pairs"), 1);
}

fn other_constraints_and_columns_are_errors(db: &Db) {
    let mut session = session(db);
    let other = Tag::builder().name("pink").code("r").hits(2);
    fails(session.upsert(Tag.name, other), ErrorKind::UniqueViolation);
    session.rollback().unwrap();
    db.sent();
    fails(session.upsert(Tag.hits, red(1)), ErrorKind::Usage);
    let without = Tag::builder().name("pink").hits(2);
    fails(session.upsert(Tag.code, without), ErrorKind::Usage);
    assert_eq!(db.sent(), [""; 0]);
}

fn criteria_hide_rows(db: &Db) {
    drop(session(db));
    let criteria = Criteria::new().add("many", Tag, Tag.hits.gt(100));
    let mut session = db.session().criteria(&criteria);
    fails(session.upsert(Tag.name, red(9)), ErrorKind::NotFound);
    session.rollback().unwrap();
    assert_eq!(db.scalar("SELECT hits FROM su_tags"), 1);
}

fn statements_make_entities_stale(db: &Db) {
    let mut session = session(db);
    let tag = session.get_one(Tag, 1).unwrap();
    let rows = [
        Tag::builder().name("red").code("r").hits(50),
        Tag::builder().name("blue").code("b").hits(60),
    ];
    insert(Tag)
        .values(rows)
        .on_conflict(Tag.name)
        .do_update(|new| [Tag.hits.to(Tag.hits + new.hits)])
        .execute(&mut session)
        .unwrap();
    session.get_one(Tag, 1).unwrap();
    assert_eq!(session[tag].hits, 51);
}

fn entities_of_a_statement_are_tracked(db: &Db) {
    let mut session = session(db);
    let tag = session.get_one(Tag, 1).unwrap();
    let rows = [
        Tag::builder().name("red").code("r").hits(50),
        Tag::builder().name("blue").code("b").hits(60),
    ];
    let upsert = insert(Tag)
        .values(rows)
        .on_conflict(Tag.name)
        .do_update_all();
    let tags = match upsert.returning(Tag).all(&mut session) {
        Ok(tags) => tags,
        Err(error) => {
            assert!(error.is_unsupported() && !db.capabilities().insert_returning);
            return;
        }
    };
    assert!(tags.contains(&tag) && tags.len() == 2);
    assert_eq!(session[tag].hits, 50);
    db.sent();
    assert_eq!(session.get(Tag, 1).unwrap(), Some(tag));
    assert_eq!(db.sent(), [""; 0]);
}
