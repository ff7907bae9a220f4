//! What is read again: entities and single attributes that are expired or refreshed, locked or not, and queries that
//! populate existing entities.

use orm::prelude::*;
use orm::{EntityState, ErrorKind};

use crate::cases;
use crate::database::Db;
use crate::suite::statements::{reads, unguarded_writes, user};
use crate::suite::support::fails;

cases![
    "expire":
    get_one_names_the_key_that_has_no_row,
    get_one_sends_nothing_for_what_is_known,
    an_expired_entity_is_read_again_once,
    expire_keeps_unflushed_changes,
    an_expired_entity_can_not_be_read_where_entities_expire,
    only_what_has_a_row_expires,
    expired_columns_are_overwritten_and_no_others,
    expired_columns_of_a_dirty_entity_stay,
    a_commit_makes_the_other_columns_stale_as_well,
    refreshed_columns_are_read_alone,
    refreshed_columns_leave_other_changes_and_expired_columns,
    a_column_that_is_refreshed_is_matched_by_the_next_update,
    a_rollback_puts_refreshed_columns_back,
    refresh_for_update_discards_changes_and_locks,
    a_row_deleted_by_others_is_reported_by_each_verb,
    lists_of_an_expired_entity_are_loaded_again,
    a_relation_is_expired_and_refreshed_alone,
    a_refreshed_foreign_key_forgets_its_entity,
    a_refresh_takes_an_assigned_relation_back,
    a_query_populates_existing_entities,
    a_query_that_populates_keeps_dirty_entities,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "harbours")]
struct Harbour {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
    depth: i32,
    #[orm(length = 50)]
    pilot: Option<String>,
    ships: HasMany<Ship>,
    beacon: HasOne<Beacon>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "ships")]
struct Ship {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
    #[orm(references = Harbour.id, index)]
    harbour_id: Option<i64>,
    harbour: BelongsTo<Option<Harbour>>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "beacons")]
struct Beacon {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Harbour.id, index)]
    harbour_id: i64,
    harbour: BelongsTo<Harbour>,
}

const HARBOUR: &str = r#"SELECT "id", "name", "depth", "pilot" FROM "harbours" WHERE "id" = ?"#;
const SHIPS: &str = r#"SELECT "id", "name", "harbour_id" FROM "ships" WHERE "harbour_id" = ?"#;

/// A session, and the keys of two harbours and of a ship in the first one.
fn stored(db: &Db) -> (Session, [i64; 2], i64) {
    let all = Metadata::of((Harbour, Ship, Beacon));
    all.create_all(&db.engine).unwrap();
    let mut other = Session::new(&db.other_engine());
    let harbours = ["Brest", "Cork"].map(|name| {
        let harbour = Harbour::builder().name(name).depth(12);
        other.add(harbour)
    });
    let ship = Ship::builder().name("Aurora");
    let ship = other.append(harbours[0], Harbour.ships, ship).unwrap();
    other.commit().unwrap();
    let keys = harbours.map(|harbour| other[harbour].id);
    let ship = other[ship].id;
    db.sent();
    (db.session(), keys, ship)
}

/// What another program does to a harbour.
fn change(db: &Db, id: i64, depth: i32, name: &str) {
    let changed = update(Harbour)
        .set(Harbour.depth, depth)
        .set(Harbour.name, name.to_owned())
        .filter(Harbour.id.eq(id))
        .execute(&mut db.other_connection());
    assert_eq!(changed.unwrap(), 1);
}

fn delete_ship(db: &Db, id: i64) {
    let deleted = delete(Ship).filter(Ship.id.eq(id));
    deleted.execute(&mut db.other_connection()).unwrap();
}

fn values(session: &Session, harbour: Ref<Harbour>) -> (i32, &str) {
    (session[harbour].depth, &session[harbour].name)
}

fn get_one_names_the_key_that_has_no_row(db: &Db) {
    let mut session = db.session();
    let error = fails(
        session.get_one(crate::fixtures::User, 77),
        ErrorKind::NotFound,
    );
    assert_eq!(error.message(), "no User has the primary key 77");
    assert!(error.hint().unwrap().contains("get"), "{error}");
    assert_eq!(error.table(), Some("users"));
    let error = fails(
        session.get_one(crate::fixtures::Line, (3, 4)),
        ErrorKind::NotFound,
    );
    assert_eq!(error.message(), "no Line has the primary key 3, 4");
    let error = fails(
        session.get_one(crate::fixtures::Country, "XX"),
        ErrorKind::NotFound,
    );
    assert_eq!(error.message(), r#"no Country has the primary key "XX""#);
}

fn get_one_sends_nothing_for_what_is_known(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get_one(crate::fixtures::User, id).unwrap();
    db.sent();
    assert_eq!(session.get_one(crate::fixtures::User, id).unwrap(), ada);
    assert_eq!(db.sent(), [""; 0]);
    // What the session is going to delete has no row any more.
    session.delete(ada);
    fails(
        session.get_one(crate::fixtures::User, id),
        ErrorKind::NotFound,
    );
}

fn an_expired_entity_is_read_again_once(db: &Db) {
    let (mut session, [brest, cork], _) = stored(db);
    let [first, second] = [brest, cork].map(|id| session.get_one(Harbour, id).unwrap());
    change(db, brest, 9, "B");
    change(db, cork, 9, "C");
    session.expire(first).unwrap();
    assert!(session.is_stale(first).unwrap() && !session.is_stale(second).unwrap());
    // Readable, as it was.
    assert_eq!(values(&session, first), (12, "Brest"));
    db.sent();
    for _ in 0..2 {
        for id in [brest, cork] {
            session.get_one(Harbour, id).unwrap();
        }
    }
    assert_eq!(reads(db), [HARBOUR]);
    assert_eq!(values(&session, first), (9, "B"));
    assert_eq!(values(&session, second), (12, "Cork"));
    // A query overwrites it as well.
    change(db, brest, 8, "B8");
    session.expire(first).unwrap();
    select(Harbour).all(&mut session).unwrap();
    assert_eq!(values(&session, first), (8, "B8"));
    assert_eq!(values(&session, second), (12, "Cork"));
}

fn expire_keeps_unflushed_changes(db: &Db) {
    let (mut session, [brest, _], _) = stored(db);
    let harbour = session.get_one(Harbour, brest).unwrap();
    session[harbour].depth = 5;
    session.expire(harbour).unwrap();
    session.get_one(Harbour, brest).unwrap();
    assert_eq!(session[harbour].depth, 5);
    db.sent();
    session.commit().unwrap();
    assert_eq!(
        unguarded_writes(db),
        [r#"UPDATE "harbours" SET "depth" = ? WHERE "id" = ?"#]
    );
}

fn an_expired_entity_can_not_be_read_where_entities_expire(db: &Db) {
    let (session, [brest, cork], _) = stored(db);
    let mut session = session.expire_on_commit(true);
    let [first, second] = [brest, cork].map(|id| session.get_one(Harbour, id).unwrap());
    session.expire(first).unwrap();
    session.expire_attributes(second, Harbour.depth).unwrap();
    for harbour in [first, second] {
        fails(session.get_ref(harbour).map(drop), ErrorKind::Expired);
    }
    session.refresh(first).unwrap();
    session.get_one(Harbour, cork).unwrap();
    assert_eq!(values(&session, first), (12, "Brest"));
    assert_eq!(values(&session, second), (12, "Cork"));
}

fn only_what_has_a_row_expires(db: &Db) {
    let (mut session, [brest, _], _) = stored(db);
    let pending = session.add(Harbour::builder().name("new").depth(1));
    for result in [
        session.expire(pending),
        session.expire_attributes(pending, Harbour.depth),
        session.refresh_attributes(pending, Harbour.depth),
        session.refresh_for_update(pending),
    ] {
        let error = fails(result, ErrorKind::Usage);
        assert!(error.message().contains("persistent Harbour"), "{error}");
    }
    let harbour = session.get_one(Harbour, brest).unwrap();
    session.expunge(harbour).unwrap();
    fails(session.expire(harbour), ErrorKind::StaleHandle);
}

fn expired_columns_are_overwritten_and_no_others(db: &Db) {
    let (mut session, [brest, _], _) = stored(db);
    let harbour = session.get_one(Harbour, brest).unwrap();
    change(db, brest, 9, "B");
    session.expire_attributes(harbour, Harbour.depth).unwrap();
    assert!(session.is_stale(harbour).unwrap());
    db.sent();
    for _ in 0..2 {
        session.get_one(Harbour, brest).unwrap();
    }
    assert_eq!(reads(db), [HARBOUR]);
    assert_eq!(values(&session, harbour), (9, "Brest"));
    assert!(!session.is_stale(harbour).unwrap());
    // One after another they add up, and a query overwrites them as well.
    change(db, brest, 8, "B8");
    session.expire_attributes(harbour, Harbour.depth).unwrap();
    session
        .expire_attributes(harbour, (Harbour.name, Harbour.pilot))
        .unwrap();
    select(Harbour).all(&mut session).unwrap();
    assert_eq!(values(&session, harbour), (8, "B8"));
    // Nothing of it is written.
    db.sent();
    session.commit().unwrap();
    assert_eq!(unguarded_writes(db), [""; 0]);
}

fn expired_columns_of_a_dirty_entity_stay(db: &Db) {
    let (mut session, [brest, _], _) = stored(db);
    let harbour = session.get_one(Harbour, brest).unwrap();
    session[harbour].pilot = Some("Ann".into());
    session.expire_attributes(harbour, Harbour.depth).unwrap();
    change(db, brest, 9, "B");
    session.get_one(Harbour, brest).unwrap();
    assert_eq!(values(&session, harbour), (12, "Brest"));
    // Once it is flushed, the next one reads them.
    session.flush().unwrap();
    session.get_one(Harbour, brest).unwrap();
    assert_eq!(values(&session, harbour), (9, "Brest"));
    session.commit().unwrap();
}

fn a_commit_makes_the_other_columns_stale_as_well(db: &Db) {
    let (mut session, [brest, _], _) = stored(db);
    let harbour = session.get_one(Harbour, brest).unwrap();
    session.expire_attributes(harbour, Harbour.depth).unwrap();
    change(db, brest, 9, "B");
    session.commit().unwrap();
    session.get_one(Harbour, brest).unwrap();
    assert_eq!(values(&session, harbour), (9, "B"));
}

fn refreshed_columns_are_read_alone(db: &Db) {
    let (mut session, [brest, _], _) = stored(db);
    let harbour = session.get_one(Harbour, brest).unwrap();
    change(db, brest, 9, "B");
    db.sent();
    session.refresh_attributes(harbour, Harbour.depth).unwrap();
    assert_eq!(values(&session, harbour), (9, "Brest"));
    session
        .refresh_attributes(harbour, (Harbour.depth, Harbour.name))
        .unwrap();
    assert_eq!(values(&session, harbour), (9, "B"));
    session
        .refresh_attributes(harbour, [Harbour.depth])
        .unwrap();
    assert_eq!(
        reads(db),
        [
            r#"SELECT "depth" FROM "harbours" WHERE "id" = ?"#,
            r#"SELECT "name", "depth" FROM "harbours" WHERE "id" = ?"#,
            r#"SELECT "depth" FROM "harbours" WHERE "id" = ?"#,
        ]
    );
}

fn refreshed_columns_leave_other_changes_and_expired_columns(db: &Db) {
    let (mut session, [brest, _], _) = stored(db);
    let harbour = session.get_one(Harbour, brest).unwrap();
    change(db, brest, 9, "B");
    session[harbour].depth = 1;
    session[harbour].pilot = Some("Ann".into());
    session.refresh_attributes(harbour, Harbour.depth).unwrap();
    assert_eq!(session[harbour].depth, 9);
    assert_eq!(session.changed_columns(harbour).unwrap(), ["pilot"]);
    session.flush().unwrap();
    // Two columns expire, one is read: the other one is still to be.
    session.expire_attributes(harbour, [Harbour.depth]).unwrap();
    session.expire_attributes(harbour, Harbour.name).unwrap();
    session.refresh_attributes(harbour, Harbour.depth).unwrap();
    assert!(session.is_stale(harbour).unwrap());
    assert_eq!(values(&session, harbour), (9, "Brest"));
    session.refresh_attributes(harbour, Harbour.name).unwrap();
    assert!(!session.is_stale(harbour).unwrap());
    assert_eq!(values(&session, harbour), (9, "B"));
    session.commit().unwrap();
}

fn a_column_that_is_refreshed_is_matched_by_the_next_update(db: &Db) {
    let (mut session, [brest, _], _) = stored(db);
    let harbour = session.get_one(Harbour, brest).unwrap();
    session[harbour].depth = 1;
    change(db, brest, 9, "B");
    fails(session.flush(), ErrorKind::StaleData);
    session.rollback().unwrap();
    session.refresh_attributes(harbour, Harbour.depth).unwrap();
    session[harbour].depth += 1;
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT depth FROM harbours WHERE name = 'B'"), 10);
}

fn a_rollback_puts_refreshed_columns_back(db: &Db) {
    let (mut session, [brest, _], _) = stored(db);
    let harbour = session.get_one(Harbour, brest).unwrap();
    update(Harbour)
        .set(Harbour.depth, 3)
        .execute(&mut session)
        .unwrap();
    session.refresh_attributes(harbour, Harbour.depth).unwrap();
    assert_eq!(values(&session, harbour), (3, "Brest"));
    session.rollback().unwrap();
    assert_eq!(values(&session, harbour), (12, "Brest"));
}

fn refresh_for_update_discards_changes_and_locks(db: &Db) {
    let (mut session, [brest, cork], _) = stored(db);
    let [first, second] = [brest, cork].map(|id| session.get_one(Harbour, id).unwrap());
    change(db, brest, 9, "B");
    session[first].depth = 1;
    session[second].depth = 2;
    db.sent();
    session.refresh_for_update(first).unwrap();
    let sent = db.sent();
    let select = sent.last().unwrap();
    let is_locking = select.len() > HARBOUR.len();
    assert!(select.starts_with(HARBOUR), "{sent:?}");
    assert_eq!(is_locking, db.capabilities().row_locks, "{sent:?}");
    // The other change waits for a flush.
    assert!(
        !sent.iter().any(|sql| sql.starts_with("UPDATE")),
        "{sent:?}"
    );
    assert_eq!(values(&session, first), (9, "B"));
    assert!(session.in_transaction());
    session[first].depth += 1;
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT depth FROM harbours WHERE name = 'B'"), 10);
    assert_eq!(
        db.scalar("SELECT depth FROM harbours WHERE name = 'Cork'"),
        2
    );
}

fn a_row_deleted_by_others_is_reported_by_each_verb(db: &Db) {
    type Verb = fn(&mut Session, Ref<Ship>) -> orm::Result<()>;
    let verbs: [Verb; 3] = [
        |session, ship| session.refresh(ship),
        |session, ship| session.refresh_for_update(ship),
        |session, ship| session.refresh_attributes(ship, Ship.name),
    ];
    let (_, _, id) = stored(db);
    for verb in verbs {
        let mut other = Session::new(&db.other_engine());
        let row = Ship::builder().name("Boreas");
        let row = other.add(row);
        other.commit().unwrap();
        let id = other[row].id;
        let mut session = db.session();
        let ship = session.get_one(Ship, id).unwrap();
        delete_ship(db, id);
        let error = fails(verb(&mut session, ship), ErrorKind::NotFound);
        assert_eq!(
            error.message(),
            format!("the row of the Ship with the primary key {id} was deleted")
        );
        assert_eq!(session.entity_state(ship).unwrap(), EntityState::Deleted);
        // It can be read as it was.
        assert_eq!(session[ship].name, "Boreas");
    }
    assert_eq!(db.scalar("SELECT COUNT(*) FROM ships"), 1);
    let _ = id;
}

fn lists_of_an_expired_entity_are_loaded_again(db: &Db) {
    let (mut session, [brest, _], id) = stored(db);
    let harbour = session.get_one(Harbour, brest).unwrap();
    let ship = session.load(harbour, Harbour.ships).unwrap()[0];
    assert_eq!(session.load(harbour, Harbour.beacon).unwrap(), None);
    delete_ship(db, id);
    db.sent();
    for expire in [
        Session::expire::<Harbour> as fn(&mut Session, Ref<Harbour>) -> orm::Result<()>,
        Session::refresh,
    ] {
        expire(&mut session, harbour).unwrap();
        // What was loaded can be read until then.
        let known = session[harbour].ships.get().unwrap();
        let loaded = session.load(harbour, Harbour.ships).unwrap();
        assert_eq!(loaded.len(), 0, "{known:?}");
        assert_eq!(session.load(harbour, Harbour.beacon).unwrap(), None);
        let sent = reads(db);
        assert_eq!(
            sent.iter().filter(|sql| *sql == SHIPS).count(),
            1,
            "{sent:?}"
        );
    }
    // The entities of the list were not expired themselves.
    assert!(!session.is_stale(ship).unwrap());
    assert_eq!(session[ship].name, "Aurora");
    // What was added meanwhile stays in a list that is read again.
    let new = session
        .append(harbour, Harbour.ships, Ship::builder().name("Circe"))
        .unwrap();
    session.expire(harbour).unwrap();
    let loaded = session
        .no_autoflush(|session| session.load(harbour, Harbour.ships))
        .unwrap();
    assert_eq!(loaded, [new]);
}

fn a_relation_is_expired_and_refreshed_alone(db: &Db) {
    let (mut session, [brest, _], id) = stored(db);
    let harbour = session.get_one(Harbour, brest).unwrap();
    session.load(harbour, Harbour.ships).unwrap();
    delete_ship(db, id);
    session.expire_attributes(harbour, Harbour.ships).unwrap();
    assert!(!session.is_stale(harbour).unwrap());
    db.sent();
    assert!(session.load(harbour, Harbour.ships).unwrap().is_empty());
    assert!(session.load(harbour, Harbour.ships).unwrap().is_empty());
    assert_eq!(reads(db), [SHIPS]);
    let row = Ship::builder().name("Dido").harbour_id(brest);
    insert(Ship)
        .values(row)
        .execute(&mut db.other_connection())
        .unwrap();
    session
        .refresh_attributes(harbour, (Harbour.depth, Harbour.ships))
        .unwrap();
    assert_eq!(session[harbour].ships.get().unwrap().len(), 1);
    assert_eq!(
        reads(db),
        [r#"SELECT "depth" FROM "harbours" WHERE "id" = ?"#, SHIPS]
    );
}

fn a_refreshed_foreign_key_forgets_its_entity(db: &Db) {
    type Verb = fn(&mut Session, Ref<Ship>) -> orm::Result<()>;
    let verbs: [Verb; 3] = [
        |session, ship| session.refresh(ship),
        |session, ship| session.refresh_attributes(ship, Ship.harbour),
        |session, ship| {
            session.expire_attributes(ship, Ship.harbour)?;
            let id = session[ship].id;
            session.get_one(Ship, id).map(drop)
        },
    ];
    let (_, keys, id) = stored(db);
    for (verb, to) in verbs.into_iter().zip([keys[1], keys[0], keys[1]]) {
        let mut session = db.session();
        let ship = session.get_one(Ship, id).unwrap();
        session.load(ship, Ship.harbour).unwrap();
        update(Ship)
            .set(Ship.harbour_id, to)
            .execute(&mut db.other_connection())
            .unwrap();
        verb(&mut session, ship).unwrap();
        fails(session[ship].harbour.get(), ErrorKind::NotLoaded);
        let harbour = session.load(ship, Ship.harbour).unwrap().unwrap();
        assert_eq!(session[harbour].id, to);
    }
}

fn a_refresh_takes_an_assigned_relation_back(db: &Db) {
    type Verb = fn(&mut Session, Ref<Ship>) -> orm::Result<()>;
    let verbs: [Verb; 2] = [
        |session, ship| session.refresh(ship),
        |session, ship| session.refresh_attributes(ship, Ship.harbour),
    ];
    let (_, keys, id) = stored(db);
    for verb in verbs {
        let mut session = db.session();
        let [first, second] = keys.map(|key| session.get_one(Harbour, key).unwrap());
        let ship = session.load(first, Harbour.ships).unwrap()[0];
        session.load(second, Harbour.ships).unwrap();
        session.link(second, Harbour.ships, ship).unwrap();
        assert_eq!(session[second].ships.get().unwrap(), [ship]);
        verb(&mut session, ship).unwrap();
        assert_eq!(session[ship].harbour.get().unwrap(), Some(first));
        // Both sides are in step.
        assert_eq!(session[second].ships.get().unwrap(), []);
        assert_eq!(session[first].ships.get().unwrap(), [ship]);
        db.sent();
        session.commit().unwrap();
        assert_eq!(unguarded_writes(db), [""; 0]);
    }
    assert_eq!(
        db.scalar(&format!("SELECT harbour_id FROM ships WHERE id = {id}")),
        keys[0]
    );
}

fn a_query_populates_existing_entities(db: &Db) {
    let (mut session, [brest, cork], _) = stored(db);
    let [first, second] = [brest, cork].map(|id| session.get_one(Harbour, id).unwrap());
    change(db, brest, 9, "B");
    change(db, cork, 8, "C");
    let query = select(Harbour).order_by(Harbour.id);
    query.all(&mut session).unwrap();
    assert_eq!(values(&session, first), (12, "Brest"));
    let again = query.clone().populate_existing();
    assert_eq!(again.all(&mut session).unwrap(), [first, second]);
    assert_eq!(values(&session, first), (9, "B"));
    assert_eq!(values(&session, second), (8, "C"));
    // It is the same statement, and on a connection the same rows.
    assert_eq!(
        again.to_sql(db.dialect()).unwrap(),
        query.to_sql(db.dialect()).unwrap()
    );
    assert_eq!(again.all(&mut db.other_connection()).unwrap().len(), 2);
}

fn a_query_that_populates_keeps_dirty_entities(db: &Db) {
    let (mut session, [brest, cork], _) = stored(db);
    let [first, second] = [brest, cork].map(|id| session.get_one(Harbour, id).unwrap());
    session[first].pilot = Some("Ann".into());
    change(db, brest, 9, "B");
    change(db, cork, 8, "C");
    let query = select(Harbour).populate_existing();
    session.no_autoflush(|session| query.all(session)).unwrap();
    assert_eq!(values(&session, first), (12, "Brest"));
    assert_eq!(session[first].pilot.as_deref(), Some("Ann"));
    assert_eq!(values(&session, second), (8, "C"));
    // A change that is flushed is in its row.
    query.all(&mut session).unwrap();
    assert_eq!(values(&session, first), (9, "B"));
    assert_eq!(session[first].pilot.as_deref(), Some("Ann"));
    session.commit().unwrap();
}
