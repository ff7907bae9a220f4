//! Upserts of many rows, what is refused of them, and the rows that come back.

use orm::ErrorKind;
use orm::prelude::*;

use super::support::fails;
use super::upserts::{Counter, Item, counter, found, item, items, tables};
use crate::cases;
use crate::database::Db;
use crate::suite::Requires::Upsert;

cases![
    "upserts_of_many":
    ten_thousand_rows_take_few_statements (Upsert),
    rows_of_the_same_target_are_refused (Upsert),
    targets_that_are_not_unique_are_refused,
    clauses_that_are_not_valid_are_refused,
    an_error_undoes_all_rows (Upsert),
    criteria_are_conditions_of_the_update (Upsert),
    rows_come_back,
    equal_shapes_share_a_text (Upsert),
    rows_with_other_columns_are_other_statements (Upsert),
    a_database_without_upserts_refuses,
];

fn ten_thousand_rows_take_few_statements(db: &Db) {
    let conn = &mut tables(db);
    let rows = |hits| -> Vec<Counter> {
        let row = |number| counter(&format!("page {number}"), hits);
        (0..10_000).map(row).collect()
    };
    insert(Counter)
        .values(&rows(1)[..5000])
        .execute(conn)
        .unwrap();
    db.sent();
    insert(Counter)
        .values(&rows(2))
        .on_conflict(Counter.page)
        .do_update(|new| [Counter.hits.to(Counter.hits + new.hits)])
        .execute(conn)
        .unwrap();
    let together = db.capabilities().insert_binds.max(3) / 3;
    assert!(db.sent().len() <= 10_000 / together + 20);
    let sums = select((sum(Counter.hits), count_all())).one(conn).unwrap();
    assert_eq!(sums, (Some(25_000), 10_000));
}

fn rows_of_the_same_target_are_refused(db: &Db) {
    let conn = &mut tables(db);
    let rows = [counter("/", 1), counter("/a", 1), counter("/", 2)];
    let upsert = || insert(Counter).values(&rows).on_conflict(Counter.page);
    let error = fails(upsert().do_update_all().execute(conn), ErrorKind::Usage);
    assert!(error.message().contains("the rows 1 and 3"), "{error}");
    assert_eq!(db.sent(), [""; 0]);
    // The first of them is stored.
    upsert().do_nothing().execute(conn).unwrap();
    let all = select((Counter.page, Counter.hits)).order_by(Counter.page);
    let all = all.all(conn).unwrap();
    assert_eq!(all, [("/".to_owned(), 1), ("/a".to_owned(), 1)]);
}

fn targets_that_are_not_unique_are_refused(db: &Db) {
    let conn = &mut tables(db);
    let row = || insert(Item).values(item("lamp", 1, None, 4));
    let error = fails(
        row().on_conflict(Item.shop).do_nothing().execute(conn),
        ErrorKind::Usage,
    );
    assert!(error.hint().unwrap().contains("(shop, code)"), "{error:?}");
    fails(
        row()
            .on_conflict((Item.name, Item.shop))
            .do_update_all()
            .execute(conn),
        ErrorKind::Usage,
    );
    assert_eq!(db.sent(), [""; 0]);
}

fn clauses_that_are_not_valid_are_refused(db: &Db) {
    let conn = &mut tables(db);
    let row = || {
        insert(Item)
            .values(item("lamp", 1, None, 4))
            .on_conflict(Item.name)
    };
    let twice = row().do_update(|new| [Item.hits.to(new.hits), Item.hits.to(1)]);
    fails(twice.execute(conn), ErrorKind::Usage);
    let nothing = row().do_update(|_| []);
    fails(nothing.execute(conn), ErrorKind::Usage);
    let filtered = row().do_nothing().filter(Item.hits.gt(1));
    fails(filtered.execute(conn), ErrorKind::Usage);
    let too_long = row().do_update(|_| [Item.note.to("x".repeat(21))]);
    fails(too_long.execute(conn), ErrorKind::DataTooLong);
    assert_eq!(db.sent(), [""; 0]);
    if db.has(Upsert) {
        let other = row().do_update(|_| [Item.hits.to(Counter.hits)]);
        fails(other.execute(conn), ErrorKind::Usage);
        assert_eq!(db.sent(), [""; 0]);
    }
}

fn an_error_undoes_all_rows(db: &Db) {
    let conn = &mut tables(db);
    let mut rows: Vec<Item> = (0..600)
        .map(|number| item(&format!("item {number}"), 9, None, number))
        .collect();
    rows[599] = item("other", 1, Some("a"), 1);
    let upsert = insert(Item).values(&rows).on_conflict(Item.name);
    fails(
        upsert.do_update_all().execute(conn),
        ErrorKind::UniqueViolation,
    );
    assert!(!conn.in_transaction());
    assert_eq!(db.count("up_items"), 2);
}

fn criteria_are_conditions_of_the_update(db: &Db) {
    let conn = &mut tables(db);
    conn.add_criteria(&Criteria::new().add("shop", Item, Item.shop.eq(2)));
    let upsert = |hits| {
        insert(Item)
            .values(item("lamp", 1, Some("a"), hits))
            .on_conflict(Item.name)
            .do_update(|new| [Item.hits.to(new.hits)])
    };
    upsert(5).execute(conn).unwrap();
    let hits = select(Item.hits).filter(Item.name.eq("lamp"));
    let hits = hits.without_all_criteria();
    assert_eq!(hits.one(conn).unwrap(), 1);
    upsert(6).without_criteria("shop").execute(conn).unwrap();
    assert_eq!(hits.one(conn).unwrap(), 6);
    upsert(7).without_all_criteria().execute(conn).unwrap();
    assert_eq!(hits.one(conn).unwrap(), 7);
}

fn rows_come_back(db: &Db) {
    let conn = &mut tables(db);
    let can = db.capabilities();
    let leaves_rows = can.upsert == orm::sql::UpsertStyle::OnDuplicateKey;
    let rows = [item("lamp", 1, Some("a"), 5), item("sofa", 1, Some("c"), 7)];
    let upsert = || insert(Item).values(&rows).on_conflict(Item.name);
    let all = upsert().do_update_all().returning((Item.name, Item.hits));
    let all = all.all(conn);
    if !db.has(Upsert) || !can.insert_returning {
        assert!(all.unwrap_err().is_unsupported());
        assert_eq!(db.sent(), [""; 0]);
        return;
    }
    let mut all = all.unwrap();
    all.sort();
    assert_eq!(all, [("lamp".to_owned(), 5), ("sofa".to_owned(), 7)]);
    let lamp = insert(Item).values(&rows[0]).on_conflict(Item.name);
    let lamp = lamp.do_update(|new| [Item.hits.to(Item.hits + new.hits)]);
    let lamp: Item = lamp.returning(Item).one(conn).unwrap();
    assert_eq!((lamp.hits, lamp.id), (10, 1));
    db.sent();
    // Those that are left as they are don't come back, which not every database can do.
    let more = [rows[0].clone(), item("rug", 1, Some("d"), 8)];
    let upsert = || insert(Item).values(&more).on_conflict(Item.name);
    let new = upsert().do_nothing().returning(Item.name).all(conn);
    let none = upsert()
        .do_update_all()
        .filter(Item.hits.lt(0))
        .returning(Item.name)
        .all(conn);
    if leaves_rows {
        assert!(new.unwrap_err().is_unsupported());
        assert!(none.unwrap_err().is_unsupported());
        assert_eq!(db.sent(), [""; 0]);
    } else {
        assert_eq!(new.unwrap(), ["rug"]);
        assert_eq!(none.unwrap(), [""; 0]);
    }
}

fn equal_shapes_share_a_text(db: &Db) {
    let conn = &mut tables(db);
    let run = |conn: &mut Connection, hits: i32, more: i32| {
        insert(Counter)
            .values(counter("/", hits))
            .on_conflict(Counter.page)
            .do_update(|new| [Counter.hits.to(new.hits + more)])
            .filter(Counter.hits.lt(more))
            .execute(conn)
            .unwrap();
    };
    run(conn, 1, 10);
    let misses = db.engine.statement_cache_status().misses;
    run(conn, 2, 20);
    assert_eq!(db.engine.statement_cache_status().misses, misses);
    assert_eq!(select(Counter.hits).one(conn).unwrap(), 22);
    // Another action is another text.
    insert(Counter)
        .values(counter("/", 5))
        .on_conflict(Counter.page)
        .do_nothing()
        .execute(conn)
        .unwrap();
    assert_eq!(select(Counter.hits).one(conn).unwrap(), 22);
    let plain = insert(Counter).values(counter("/", 5)).execute(conn);
    fails(plain, ErrorKind::UniqueViolation);
}

fn rows_with_other_columns_are_other_statements(db: &Db) {
    let conn = &mut tables(db);
    // One gives its key, the other does not.
    let lamp = select(Item).filter(Item.name.eq("lamp")).one(conn).unwrap();
    let rows = [Item { hits: 40, ..lamp }, item("sofa", 4, None, 41)];
    insert(Item)
        .values(&rows)
        .on_conflict(Item.name)
        .do_update_all()
        .execute(conn)
        .unwrap();
    let expected = [
        ("lamp", Some("a"), 40),
        ("desk", Some("b"), 2),
        ("sofa", None, 41),
    ];
    assert_eq!(items(conn), found(&expected));
}

fn a_database_without_upserts_refuses(db: &Db) {
    let conn = &mut tables(db);
    let upsert = insert(Counter)
        .values(counter("/", 1))
        .on_conflict(Counter.page)
        .do_update_all()
        .execute(conn);
    match upsert {
        Ok(()) => assert!(db.has(Upsert)),
        Err(error) => assert!(error.is_unsupported() && !db.has(Upsert), "{error:?}"),
    }
}
