//! Relations of one model whose foreign keys share a column: what they agree on is written, what they don't is refused.

use orm::ErrorKind;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::suite::statements::{steps, writes};
use crate::suite::support::fails;

cases![
    "shared_keys":
    relations_that_agree_on_a_shared_column_are_written,
    relations_that_differ_in_a_shared_column_are_refused,
    a_shared_column_that_is_generated_is_compared_as_well,
    a_relation_that_stays_is_not_changed_by_another_one,
    an_emptied_relation_leaves_a_shared_column,
    a_foreign_key_that_shares_a_column_does_not_wait,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "shops")]
struct Shop {
    #[orm(primary_key)]
    id: i64,
    n: i64,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "customers")]
struct Customer {
    #[orm(primary_key, auto_increment = false, references = Shop.id)]
    shop_id: i64,
    #[orm(primary_key, auto_increment = false)]
    number: i64,
    shop: BelongsTo<Shop>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "couriers")]
struct Courier {
    #[orm(primary_key, auto_increment = false, references = Shop.id)]
    shop_id: i64,
    #[orm(primary_key, auto_increment = false)]
    number: i64,
    shop: BelongsTo<Shop>,
}

/// Of one shop, which the keys of its customer and its courier have in common.
#[derive(Model, Clone, Debug)]
#[orm(table = "parcels")]
#[orm(foreign_key(shop_id, customer_number, references = (Customer.shop_id, Customer.number)))]
#[orm(foreign_key(shop_id, courier_number, references = (Courier.shop_id, Courier.number)))]
struct Parcel {
    #[orm(primary_key)]
    id: i64,
    shop_id: i64,
    customer_number: i64,
    courier_number: Option<i64>,
    customer: BelongsTo<Customer>,
    courier: BelongsTo<Option<Courier>>,
}

/// On a place of a shop, after another one of it.
#[derive(Model, Clone, Debug)]
#[orm(table = "shared_shelves", unique(shop_id, place))]
#[orm(foreign_key(shop_id, before_place, references = (Shelf.shop_id, Shelf.place)))]
struct Shelf {
    #[orm(primary_key)]
    id: i64,
    #[orm(unique)]
    code: Option<i64>,
    #[orm(references = Shop.id)]
    shop_id: i64,
    place: i64,
    before_place: Option<i64>,
    shop: BelongsTo<Shop>,
    before: BelongsTo<Option<Self>>,
}

struct World {
    session: Session,
    shops: [Ref<Shop>; 2],
    customers: [Ref<Customer>; 2],
    couriers: [Ref<Courier>; 2],
}

/// Two shops, each with a customer and a courier, stored or not.
fn world(db: &Db, is_stored: bool) -> World {
    Metadata::of((Shop, Customer, Courier, Parcel, Shelf))
        .create_all(&db.engine)
        .unwrap();
    let mut session = db.session();
    let shops = [1, 2].map(|n| session.add(Shop::builder().n(n)));
    let customers = shops.map(|shop| session.add(Customer::builder().number(7).shop(shop)));
    let couriers = shops.map(|shop| session.add(Courier::builder().number(9).shop(shop)));
    if is_stored {
        session.commit().unwrap();
    }
    db.sent();
    World {
        session,
        shops,
        customers,
        couriers,
    }
}

fn relations_that_agree_on_a_shared_column_are_written(db: &Db) {
    for is_stored in [false, true] {
        let World {
            mut session,
            shops,
            customers,
            couriers,
        } = world(db, is_stored);
        let new = Parcel::builder()
            .customer(customers[0])
            .courier(couriers[0]);
        let parcel = session.add(new);
        let alone = session.add(Parcel::builder().customer(customers[1]));
        session.commit().unwrap();
        let shop = session[shops[0]].id;
        let stored = &session[parcel];
        assert_eq!(
            (
                stored.shop_id,
                stored.customer_number,
                stored.courier_number
            ),
            (shop, 7, Some(9))
        );
        assert_eq!(session[alone].shop_id, session[shops[1]].id);
        // Both move to the other shop at once.
        session[parcel].customer = customers[1].into();
        session[parcel].courier = couriers[1].into();
        db.sent();
        session.commit().unwrap();
        assert_eq!(steps(db), ["UPDATE parcels"]);
        assert_eq!(session[parcel].shop_id, session[shops[1]].id);
    }
}

#[track_caller]
fn names_both(error: &orm::Error) {
    let text = error.to_string();
    for part in [
        "`Parcel.customer`",
        "`Parcel.courier`",
        "`shop_id`",
        "`Customer.shop_id`",
        "`Courier.shop_id`",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert_eq!(
        (error.table(), error.column()),
        (Some("parcels"), Some("shop_id"))
    );
    assert!(error.hint().is_some());
}

fn relations_that_differ_in_a_shared_column_are_refused(db: &Db) {
    let mut world = world(db, true);
    let session = &mut world.session;
    let new = Parcel::builder()
        .customer(world.customers[0])
        .courier(world.couriers[1]);
    let parcel = session.add(new);
    names_both(&fails(session.flush(), ErrorKind::Usage));
    assert_eq!(writes(db), [""; 0]);
    assert_eq!(db.count("parcels"), 0);
    // Corrected, it is written.
    session[parcel].courier = world.couriers[0].into();
    session.commit().unwrap();
    assert_eq!(session[parcel].shop_id, session[world.shops[0]].id);
    // A change is refused as well.
    session[parcel].customer = world.customers[1].into();
    session[parcel].courier = world.couriers[0].into();
    names_both(&fails(session.flush(), ErrorKind::Usage));
    session.rollback().unwrap();
    assert_eq!(session[parcel].customer.get().unwrap(), world.customers[0]);
}

fn a_shared_column_that_is_generated_is_compared_as_well(db: &Db) {
    let mut world = world(db, false);
    let session = &mut world.session;
    let new = Parcel::builder()
        .customer(world.customers[1])
        .courier(world.couriers[0]);
    let parcel = session.add(new);
    names_both(&fails(session.commit(), ErrorKind::Usage));
    assert_eq!((db.count("shops"), db.count("parcels")), (0, 0));
    session[parcel].courier = world.couriers[1].into();
    session.commit().unwrap();
    assert_eq!(session[parcel].shop_id, session[world.shops[1]].id);
    assert_eq!((db.count("shops"), db.count("parcels")), (2, 1));
}

fn a_relation_that_stays_is_not_changed_by_another_one(db: &Db) {
    let mut world = world(db, true);
    let session = &mut world.session;
    let new = Parcel::builder()
        .customer(world.customers[0])
        .courier(world.couriers[0]);
    let parcel = session.add(new);
    session.commit().unwrap();
    // The courier would silently become one of the other shop.
    session[parcel].customer = world.customers[1].into();
    names_both(&fails(session.flush(), ErrorKind::Usage));
    session[parcel].courier = None.into();
    session.commit().unwrap();
    let stored = &session[parcel];
    assert_eq!(
        (stored.shop_id, stored.courier_number),
        (session[world.shops[1]].id, None)
    );
}

fn an_emptied_relation_leaves_a_shared_column(db: &Db) {
    let mut world = world(db, true);
    let session = &mut world.session;
    let new = Parcel::builder()
        .customer(world.customers[0])
        .courier(world.couriers[0]);
    let parcel = session.add(new);
    session.commit().unwrap();
    session[parcel].courier = None.into();
    session.commit().unwrap();
    let shop = session[world.shops[0]].id;
    assert_eq!(
        (session[parcel].shop_id, session[parcel].courier_number),
        (shop, None)
    );
    assert_eq!(session[parcel].customer.get().unwrap(), world.customers[0]);
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM parcels WHERE courier_number IS NULL"),
        1
    );
    session[parcel].courier = world.couriers[0].into();
    session.commit().unwrap();
    assert_eq!(session[parcel].courier_number, Some(9));
}

fn a_foreign_key_that_shares_a_column_does_not_wait(db: &Db) {
    let mut world = world(db, true);
    let session = &mut world.session;
    let shelf = |shop: usize, place: i64| {
        let shelf = Shelf::builder().shop(world.shops[shop]);
        shelf.code(6).place(place)
    };
    let old = session.add(shelf(0, 1));
    session.commit().unwrap();
    // An UPDATE of its own would leave the shop to the other foreign key until then.
    let new = session.add(shelf(0, 2));
    session[old].code = None;
    session[old].before = new.into();
    let error = fails(session.flush(), ErrorKind::UniqueViolation);
    assert!(error.to_string().contains("wait for each other"), "{error}");
    session.rollback().unwrap();
    session[old].code = None;
    session.flush().unwrap();
    session.add_again(new).unwrap();
    session[old].before = new.into();
    session.commit().unwrap();
    let shop = session[world.shops[0]].id;
    let stored = &session[old];
    assert_eq!((stored.shop_id, stored.before_place), (shop, Some(2)));
    let on_place = "SELECT COUNT(*) FROM shared_shelves WHERE before_place = 2";
    assert_eq!(db.scalar(on_place), 1);
}
