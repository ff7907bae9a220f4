//! `synchronize`: an UPDATE or DELETE of many rows keeps the session's entities in step.

use orm::prelude::*;
use orm::{EntityState, ErrorKind};

use crate::cases;
use crate::database::Db;
use crate::suite::statements::{reads, writes};
use crate::suite::support::fails;

cases![
    "synchronized":
    entities_take_the_new_values,
    other_entities_are_left_alone,
    without_entities_nothing_is_selected,
    entities_of_deleted_rows_are_deleted,
    deleted_children_leave_the_list,
    a_rollback_brings_entities_back,
    a_savepoint_brings_entities_back,
    changes_that_wait_are_flushed_first,
    a_refused_statement_changes_no_entity,
    composite_keys_and_handles_are_found,
    a_connection_has_no_entities,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "ferries")]
struct Ferry {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 30)]
    name: String,
    seats: i32,
    trips: HasMany<Trip>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(
    table = "ferry_trips",
    check(name = "ck_ferry_trips", raw = "sold <= 100")
)]
struct Trip {
    #[orm(primary_key, references = Ferry.id, on_delete = cascade)]
    ferry_id: i64,
    #[orm(primary_key, auto_increment = false)]
    number: i32,
    ferry: BelongsTo<Ferry>,
    sold: i32,
}

struct World {
    session: Session,
    ferries: [Ref<Ferry>; 2],
    trips: Vec<Ref<Trip>>,
}

/// Two ferries with two trips each, all of them loaded, and fresh.
fn world(db: &Db) -> World {
    Metadata::of((Ferry, Trip)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let ferries = ["ada", "bob"].map(|name| session.add(Ferry::builder().name(name).seats(10)));
    for ferry in ferries {
        for number in [1, 2] {
            session.add(Trip::builder().ferry(ferry).number(number).sold(0));
        }
    }
    session.commit().unwrap();
    select(Ferry).all(&mut session).unwrap();
    session.load_all(&ferries, Ferry.trips).unwrap();
    let trips = select(Trip)
        .order_by((Trip.ferry_id.asc(), Trip.number.asc()))
        .all(&mut session)
        .unwrap();
    db.sent();
    World {
        session,
        ferries,
        trips,
    }
}

fn sold(session: &Session, trips: &[Ref<Trip>]) -> Vec<i32> {
    trips.iter().map(|trip| session[*trip].sold).collect()
}

fn entities_take_the_new_values(db: &Db) {
    let World {
        mut session,
        ferries,
        ..
    } = world(db);
    let more = update(Ferry)
        .set(Ferry.seats, Ferry.seats + 5)
        .filter(Ferry.name.eq("ada"));
    assert_eq!(more.synchronize().execute(&mut session).unwrap(), 1);
    let seats = ferries.map(|ferry| session[ferry].seats);
    assert_eq!(seats, [15, 10]);
    assert_eq!(
        reads(db),
        [
            r#"SELECT "id" FROM "ferries" WHERE "name" = ?"#,
            r#"SELECT "id", "name", "seats" FROM "ferries" WHERE "id" = ?"#
        ]
    );
    // What was read counts: an UPDATE by the entity matches it.
    session[ferries[0]].seats += 1;
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT MAX(seats) FROM ferries"), 16);
}

fn other_entities_are_left_alone(db: &Db) {
    let World {
        mut session,
        ferries,
        ..
    } = world(db);
    update(Ferry)
        .set(Ferry.seats, 7)
        .filter(Ferry.seats.gt(99))
        .synchronize()
        .execute(&mut session)
        .unwrap();
    assert_eq!(ferries.map(|ferry| session[ferry].seats), [10, 10]);
    assert_eq!(reads(db).len(), 1);
    // Without it they show what they had.
    update(Ferry)
        .set(Ferry.seats, 7)
        .execute(&mut session)
        .unwrap();
    assert_eq!(ferries.map(|ferry| session[ferry].seats), [10, 10]);
    assert!(session.is_stale(ferries[0]).unwrap());
    assert_eq!(reads(db), [""; 0]);
}

fn without_entities_nothing_is_selected(db: &Db) {
    drop(world(db));
    let mut session = db.session();
    db.sent();
    update(Ferry)
        .set(Ferry.seats, 7)
        .synchronize()
        .execute(&mut session)
        .unwrap();
    delete(Trip).synchronize().execute(&mut session).unwrap();
    session.commit().unwrap();
    assert_eq!(reads(db), [""; 0]);
    assert_eq!(db.count("ferry_trips"), 0);
}

fn entities_of_deleted_rows_are_deleted(db: &Db) {
    let World {
        mut session, trips, ..
    } = world(db);
    let gone = delete(Trip).filter(Trip.number.eq(2));
    assert_eq!(gone.synchronize().execute(&mut session).unwrap(), 2);
    let states = |session: &Session| -> Vec<EntityState> {
        let states = trips.iter().map(|trip| session.entity_state(*trip));
        states.collect::<orm::Result<_>>().unwrap()
    };
    let (there, gone) = (EntityState::Persistent, EntityState::Deleted);
    assert_eq!(states(&session), [there, gone, there, gone]);
    session.commit().unwrap();
    assert!(session.get_ref(trips[1]).unwrap_err().is_stale_handle());
    assert_eq!(writes(db).len(), 1);
    assert_eq!(db.count("ferry_trips"), 2);
}

fn deleted_children_leave_the_list(db: &Db) {
    let World {
        mut session,
        ferries,
        trips,
    } = world(db);
    delete(Trip)
        .filter(Trip.number.eq(1))
        .filter(Trip.ferry.eq(ferries[0]))
        .synchronize()
        .execute(&mut session)
        .unwrap();
    let list = |session: &Session, ferry: Ref<Ferry>| session[ferry].trips.get().unwrap().to_vec();
    assert_eq!(list(&session, ferries[0]), [trips[1]]);
    assert_eq!(list(&session, ferries[1]), trips[2..]);
    session.rollback().unwrap();
    assert_eq!(list(&session, ferries[0]).len(), 2);
}

fn a_rollback_brings_entities_back(db: &Db) {
    let World {
        mut session,
        ferries,
        trips,
    } = world(db);
    update(Trip)
        .set(Trip.sold, Trip.sold + 9)
        .synchronize()
        .execute(&mut session)
        .unwrap();
    assert_eq!(sold(&session, &trips), [9; 4]);
    delete(Trip).synchronize().execute(&mut session).unwrap();
    session.rollback().unwrap();
    assert_eq!(sold(&session, &trips), [0; 4]);
    for trip in &trips {
        assert_eq!(
            session.entity_state(*trip).unwrap(),
            EntityState::Persistent
        );
    }
    session[trips[0]].sold = 4;
    session.delete(trips[3]);
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT SUM(sold) FROM ferry_trips"), 4);
    assert_eq!((db.count("ferry_trips"), db.count("ferries")), (3, 2));
    assert_eq!(session[ferries[0]].name, "ada");
}

fn a_savepoint_brings_entities_back(db: &Db) {
    let World {
        mut session, trips, ..
    } = world(db);
    update(Trip)
        .set(Trip.sold, 3)
        .synchronize()
        .execute(&mut session)
        .unwrap();
    let undone: orm::Result<()> = session.savepoint(|session| {
        update(Trip)
            .set(Trip.sold, Trip.sold + 4)
            .synchronize()
            .execute(session)?;
        assert_eq!(session[trips[0]].sold, 7);
        delete(Trip)
            .filter(Trip.number.eq(2))
            .synchronize()
            .execute(session)?;
        Err(orm::Error::new(ErrorKind::Usage))
    });
    fails(undone, ErrorKind::Usage);
    assert_eq!(sold(&session, &trips), [3; 4]);
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT SUM(sold) FROM ferry_trips"), 12);
}

fn changes_that_wait_are_flushed_first(db: &Db) {
    let World {
        mut session, trips, ..
    } = world(db);
    session[trips[0]].sold = 50;
    update(Trip)
        .set(Trip.sold, Trip.sold + 1)
        .filter(Trip.sold.ge(50))
        .synchronize()
        .execute(&mut session)
        .unwrap();
    assert_eq!(sold(&session, &trips), [51, 0, 0, 0]);
    // Where they are not, they stay.
    session
        .no_autoflush(|session| {
            session[trips[1]].sold = 20;
            update(Trip)
                .set(Trip.sold, Trip.sold + 1)
                .synchronize()
                .execute(session)
                .unwrap();
            assert_eq!(sold(session, &trips), [52, 20, 1, 1]);
            Ok(())
        })
        .unwrap();
    assert!(session.commit().unwrap_err().is_stale_data());
}

fn a_refused_statement_changes_no_entity(db: &Db) {
    let World {
        mut session, trips, ..
    } = world(db);
    session.begin().unwrap();
    let refused = update(Trip)
        .set(Trip.sold, 101)
        .synchronize()
        .execute(&mut session);
    fails(refused, ErrorKind::CheckViolation);
    assert_eq!(sold(&session, &trips), [0; 4]);
    session.rollback().unwrap();
    assert_eq!(sold(&session, &trips), [0; 4]);
}

fn composite_keys_and_handles_are_found(db: &Db) {
    let World {
        mut session,
        ferries,
        trips,
    } = world(db);
    update(Trip)
        .set(Trip.sold, 8)
        .filter(Trip.ferry.eq(ferries[1]))
        .synchronize()
        .execute(&mut session)
        .unwrap();
    assert_eq!(sold(&session, &trips), [0, 0, 8, 8]);
    assert_eq!(
        reads(db)[0],
        r#"SELECT "ferry_id", "number" FROM "ferry_trips" WHERE "ferry_id" = ?"#
    );
}

fn a_connection_has_no_entities(db: &Db) {
    drop(world(db));
    let mut conn = db.engine.connection().unwrap();
    db.sent();
    update(Ferry)
        .set(Ferry.seats, 7)
        .synchronize()
        .execute(&mut conn)
        .unwrap();
    delete(Trip).synchronize().execute(&mut conn).unwrap();
    drop(conn);
    assert_eq!(reads(db), [""; 0]);
    assert_eq!(db.count("ferry_trips"), 0);
}
