//! FOR UPDATE with a LEFT JOIN, whose nullable side PostgreSQL does not lock.

use orm::prelude::*;
use orm_conformance::Db;
use orm_conformance::cases;
use orm_conformance::fixtures::{Post, User};
use orm_conformance::suite::statements::{reads, users};

cases![
    "locks":
    rows_of_a_left_join_are_locked,
    subtypes_are_locked_with_their_base,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "locked_vehicles")]
struct Vehicle {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 20)]
    kind: String,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "locked_lorries")]
struct Lorry {
    #[orm(primary_key, references = Vehicle.id)]
    id: i64,
    tons: i64,
    vehicle: BelongsTo<Vehicle>,
}

#[derive(Polymorphic)]
#[orm(discriminator = Vehicle.kind)]
enum Fleet<X: Executor = Session> {
    Lorry(X::Of<Vehicle>, X::Of<Lorry>),
    Vehicle(X::Of<Vehicle>),
}

/// The clause of a lock of all rows but those of a nullable side.
fn clause(db: &Db, table: &str) -> String {
    let capabilities = db.capabilities();
    match (capabilities.row_locks, capabilities.lock_outer) {
        (false, _) => String::new(),
        (true, true) => " FOR UPDATE".to_owned(),
        (true, false) => format!(" FOR UPDATE OF \"{table}\""),
    }
}

fn rows_of_a_left_join_are_locked(db: &Db) {
    users(db, &["one", "two"]);
    let mut session = db.session();
    db.sent();
    let query = select((User, optional(Post))).left_join(Post).for_update();
    assert_eq!(query.all(&mut session).unwrap().len(), 2);
    let sent = reads(db);
    let on = r#" LEFT JOIN "posts" ON "posts"."author_id" = "users"."id""#;
    assert!(
        sent[0].ends_with(&format!("{on}{}", clause(db, "users"))),
        "{sent:?}"
    );
    session.commit().unwrap();
}

fn subtypes_are_locked_with_their_base(db: &Db) {
    Metadata::of((Vehicle, Lorry))
        .create_all(&db.engine)
        .unwrap();
    let mut session = db.session();
    let vehicle = session.add(Vehicle::builder().kind("lorry"));
    session.add(Vehicle::builder().kind("vehicle"));
    let lorry = session.add(Lorry::builder().tons(7).vehicle(vehicle));
    session.commit().unwrap();
    let id = session[vehicle].id;
    db.sent();
    let query = select(Fleet).filter(Vehicle.id.eq(id)).for_update();
    let locked = query.one(&mut session).unwrap();
    assert_eq!(locked, Fleet::Lorry(vehicle, lorry));
    let sent = reads(db);
    assert!(
        sent[0].ends_with(&clause(db, "locked_vehicles")),
        "{sent:?}"
    );
    session[lorry].tons = 8;
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT tons FROM locked_lorries"), 8);
}
