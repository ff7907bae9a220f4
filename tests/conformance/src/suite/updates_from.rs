//! UPDATE … FROM and DELETE … USING: values and conditions of other tables.

use orm::ErrorKind;
use orm::prelude::*;
use orm::sql::OtherTables;

use super::support::fails;
use crate::cases;
use crate::database::Db;
use crate::suite::Requires;

cases![
    "updates_from":
    values_come_from_another_table (Requires::UpdateFrom),
    conditions_and_binds_stand_beside_it (Requires::UpdateFrom),
    two_tables_and_an_alias (Requires::UpdateFrom),
    an_update_counts_each_row_once (Requires::UpdateFrom),
    criteria_hide_rows_of_both_tables (Requires::UpdateFrom),
    versions_count_up (Requires::UpdateFrom),
    updated_rows_come_back (Requires::UpdateFrom),
    a_session_is_stale (Requires::UpdateFrom),
    deletes_by_another_table,
    criteria_hide_rows_of_deletes,
    deleted_rows_come_back,
    statements_that_are_not_valid_are_refused,
    tables_without_a_condition_between_them_are_refused,
    a_database_without_it_refuses,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "uf_goods")]
struct Good {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(length = 40)]
    name: String,
    price: i64,
    shop_id: i64,
    #[orm(version)]
    version: i32,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "uf_offers")]
struct Offer {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    good_id: i64,
    price: i64,
    active: bool,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "uf_shops")]
struct Shop {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    factor: i64,
}

fn tables(db: &Db) -> Connection {
    Metadata::of((Good, Offer, Shop))
        .create_all(&db.engine)
        .unwrap();
    let mut conn = db.engine.connection().unwrap();
    let goods = (1..=4).map(|id| {
        let good = Good::builder().id(id).name(format!("good {id}"));
        good.price(id * 10).shop_id(1 + id % 2)
    });
    insert(Good).values(goods).execute(&mut conn).unwrap();
    let offer = |id, good_id, price, active| Offer {
        id,
        good_id,
        price,
        active,
    };
    let offers = [
        offer(1, 1, 5, true),
        offer(2, 2, 6, true),
        offer(3, 3, 7, false),
    ];
    insert(Offer).values(&offers).execute(&mut conn).unwrap();
    let shops = [Shop { id: 1, factor: 2 }, Shop { id: 2, factor: 3 }];
    insert(Shop).values(&shops).execute(&mut conn).unwrap();
    db.sent();
    conn
}

fn prices(conn: &mut Connection) -> Vec<i64> {
    let prices = select(Good.price).order_by(Good.id);
    prices.without_all_criteria().all(conn).unwrap()
}

fn values_come_from_another_table(db: &Db) {
    let conn = &mut tables(db);
    let cheaper = update(Good)
        .from(Offer)
        .set(Good.price, Offer.price)
        .filter(Offer.good_id.eq(Good.id));
    assert_eq!(cheaper.execute(conn).unwrap(), 3);
    assert_eq!(prices(conn), [5, 6, 7, 40]);
}

fn conditions_and_binds_stand_beside_it(db: &Db) {
    let conn = &mut tables(db);
    let run = |conn: &mut Connection, name: &'static str, add: i64, least: i64| {
        update(Good)
            .from(Offer)
            .set(Good.name, name)
            .set(Good.price, Offer.price + add)
            .filter(Offer.good_id.eq(Good.id))
            .filter(Offer.active)
            .filter(Good.price.ge(least))
            .execute(conn)
            .unwrap()
    };
    assert_eq!(run(conn, "offer", 100, 15), 1);
    assert_eq!(prices(conn), [10, 106, 30, 40]);
    let misses = db.engine.statement_cache_status().misses;
    assert_eq!(run(conn, "again", 200, 0), 2);
    assert_eq!(db.engine.statement_cache_status().misses, misses);
    assert_eq!(prices(conn), [205, 206, 30, 40]);
}

fn two_tables_and_an_alias(db: &Db) {
    let conn = &mut tables(db);
    let place = Shop.alias("place");
    let changed = update(Good)
        .from(Offer)
        .from(place)
        .set(Good.price, Offer.price * place.factor)
        .filter(Offer.good_id.eq(Good.id))
        .filter(place.id.eq(Good.shop_id));
    assert_eq!(changed.execute(conn).unwrap(), 3);
    assert_eq!(prices(conn), [15, 12, 21, 40]);
    // The table itself, by an alias.
    let other = Good.alias("other");
    let changed = update(Good)
        .from(other)
        .set(Good.price, other.price)
        .filter(other.id.eq(4))
        .filter(Good.id.eq(1));
    assert_eq!(changed.execute(conn).unwrap(), 1);
    assert_eq!(prices(conn), [40, 12, 21, 40]);
}

fn an_update_counts_each_row_once(db: &Db) {
    let conn = &mut tables(db);
    let more = Offer {
        id: 9,
        good_id: 1,
        price: 5,
        active: true,
    };
    insert(Offer).values(more).execute(conn).unwrap();
    let changed = update(Good)
        .from(Offer)
        .set(Good.price, Offer.price)
        .filter(Offer.good_id.eq(Good.id))
        .filter(Good.id.eq(1));
    assert_eq!(changed.execute(conn).unwrap(), 1);
    assert_eq!(prices(conn)[0], 5);
}

fn criteria_hide_rows_of_both_tables(db: &Db) {
    let conn = &mut tables(db);
    let criteria =
        Criteria::new()
            .add("active", Offer, Offer.active)
            .add("first", Good, Good.id.gt(1));
    conn.add_criteria(&criteria);
    let change = || {
        update(Good)
            .from(Offer)
            .set(Good.price, Offer.price)
            .filter(Offer.good_id.eq(Good.id))
    };
    assert_eq!(change().execute(conn).unwrap(), 1);
    assert_eq!(prices(conn), [10, 6, 30, 40]);
    let all = change().without_criteria("active");
    assert_eq!(all.execute(conn).unwrap(), 2);
    assert_eq!(prices(conn), [10, 6, 7, 40]);
}

fn versions_count_up(db: &Db) {
    let conn = &mut tables(db);
    let change = update(Good)
        .from(Offer)
        .set(Good.price, Offer.price)
        .filter(Offer.good_id.eq(Good.id));
    change.execute(conn).unwrap();
    let versions = select(Good.version).order_by(Good.id).all(conn).unwrap();
    assert_eq!(versions, [2, 2, 2, 1]);
}

fn updated_rows_come_back(db: &Db) {
    let conn = &mut tables(db);
    let change = update(Good)
        .from(Offer)
        .set(Good.price, Offer.price)
        .filter(Offer.good_id.eq(Good.id))
        .returning((Good.id, Good.price));
    match change.all(conn) {
        Ok(mut rows) => {
            rows.sort_unstable();
            assert_eq!(rows, [(1, 5), (2, 6), (3, 7)]);
        }
        Err(error) => {
            assert!(error.is_unsupported() && !db.capabilities().update_returning);
            assert_eq!(db.sent(), [""; 0]);
        }
    }
    if db.capabilities().update_returning {
        let other = update(Good)
            .from(Offer)
            .set(Good.price, Offer.price)
            .returning(Offer.id);
        fails(other.all(conn), ErrorKind::Usage);
    }
}

fn a_session_is_stale(db: &Db) {
    drop(tables(db));
    let mut session = db.session();
    let first = session.get_one(Good, 1).unwrap();
    let change = || {
        update(Good)
            .from(Offer)
            .set(Good.price, Offer.price)
            .filter(Offer.good_id.eq(Good.id))
    };
    change().execute(&mut session).unwrap();
    let again = session.get_one(Good, 1).unwrap();
    assert_eq!(session[again].price, 5);
    assert_eq!(again, first);
    fails(
        change().synchronize().execute(&mut session),
        ErrorKind::Usage,
    );
}

fn deletes_by_another_table(db: &Db) {
    let conn = &mut tables(db);
    let gone = delete(Good)
        .using(Offer)
        .filter(Offer.good_id.eq(Good.id))
        .filter(Offer.active)
        .filter(Offer.price.lt(6));
    assert_eq!(gone.execute(conn).unwrap(), 1);
    assert_eq!(prices(conn), [20, 30, 40]);
    let place = Shop.alias("place");
    let gone = delete(Good)
        .using(Offer)
        .using(place)
        .filter(Offer.good_id.eq(Good.id))
        .filter(place.id.eq(Good.shop_id))
        .filter(place.factor.eq(3));
    assert_eq!(gone.execute(conn).unwrap(), 1);
    assert_eq!(prices(conn), [20, 40]);
}

fn criteria_hide_rows_of_deletes(db: &Db) {
    let conn = &mut tables(db);
    let criteria =
        Criteria::new()
            .add("active", Offer, Offer.active)
            .add("first", Good, Good.id.gt(1));
    conn.add_criteria(&criteria);
    let gone = delete(Good).using(Offer).filter(Offer.good_id.eq(Good.id));
    assert_eq!(gone.execute(conn).unwrap(), 1);
    assert_eq!(prices(conn), [10, 30, 40]);
}

fn deleted_rows_come_back(db: &Db) {
    let conn = &mut tables(db);
    let can = db.capabilities();
    let gone = delete(Good)
        .using(Offer)
        .filter(Offer.good_id.eq(Good.id))
        .returning(Good.id);
    match gone.all(conn) {
        Ok(mut rows) => {
            rows.sort_unstable();
            assert_eq!(rows, [1, 2, 3]);
        }
        Err(error) => {
            let is_list = can.delete_using == OtherTables::List;
            assert!(error.is_unsupported() && (!can.delete_returning || is_list));
            assert_eq!(db.sent(), [""; 0]);
        }
    }
}

fn statements_that_are_not_valid_are_refused(db: &Db) {
    let conn = &mut tables(db);
    let twice = delete(Good).using(Offer).using(Offer);
    let error = fails(twice.execute(conn), ErrorKind::Usage);
    assert!(error.hint().unwrap().contains("Offer.alias"), "{error:?}");
    let own = delete(Good).using(Good);
    fails(own.execute(conn), ErrorKind::Usage);
    let other = delete(Good).using(Offer).filter(Shop.id.eq(1));
    let error = fails(other.execute(conn), ErrorKind::Usage);
    assert!(error.message().contains("uf_shops"), "{error}");
    let missing = update(Good).set(Good.price, Offer.price);
    fails(missing.execute(conn), ErrorKind::Usage);
    assert_eq!(db.sent(), [""; 0]);
}

/// Each row of the one table would meet each row of the other.
fn tables_without_a_condition_between_them_are_refused(db: &Db) {
    let conn = &mut tables(db);
    let rows = db.count("uf_goods");
    let place = Shop.alias("place");
    let change = update(Good).from(Offer).set(Good.price, Offer.price);
    let apart = change.clone().filter(Offer.price.gt(1) & Good.price.gt(1));
    let either = change.filter(Offer.good_id.eq(Good.id) | Offer.price.gt(1));
    let third = either.clone().from(place);
    let through = delete(Good)
        .using(Offer)
        .using(place)
        .filter(Offer.good_id.eq(Good.id));
    let inside = exists(select(Shop).filter(Shop.id.eq(Offer.id)));
    let within = delete(Good).using(Offer).filter(inside);
    for (error, other) in [
        (apart.execute(conn), "uf_offers"),
        (third.execute(conn), "place"),
        (delete(Good).using(Offer).execute(conn), "uf_offers"),
        (
            delete(Good)
                .using(Offer)
                .filter(Offer.id.eq(1))
                .execute(conn),
            "uf_offers",
        ),
        (through.execute(conn), "place"),
        (within.execute(conn), "uf_offers"),
    ] {
        let error = fails(error, ErrorKind::Usage);
        let words = format!("of uf_goods is not connected with {other}");
        assert!(error.message().contains(&words), "{error}");
    }
    assert_eq!(db.sent(), [""; 0]);
    assert_eq!(db.count("uf_goods"), rows);
    let chained = through.filter(place.id.eq(Offer.id)).execute(conn);
    match (either.execute(conn), chained) {
        (Ok(_), Ok(_)) => {}
        (Err(error), _) | (_, Err(error)) => assert!(error.is_unsupported(), "{error}"),
    }
}

fn a_database_without_it_refuses(db: &Db) {
    let conn = &mut tables(db);
    let change = update(Good)
        .from(Offer)
        .set(Good.price, Offer.price)
        .filter(Offer.good_id.eq(Good.id))
        .execute(conn);
    match change {
        Ok(_) => assert!(db.has(Requires::UpdateFrom)),
        Err(error) => assert!(error.is_unsupported() && !db.has(Requires::UpdateFrom)),
    }
}
