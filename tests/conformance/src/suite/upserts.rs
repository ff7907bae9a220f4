//! Upserts: INSERT with a conflict clause, of one row and of many, in one meaning on every database.

use std::sync::atomic::{AtomicI64, Ordering};

use orm::ErrorKind;
use orm::prelude::*;

use super::support::fails;
use crate::cases;
use crate::database::Db;
use crate::suite::Requires::Upsert;

cases![
    "upserts":
    a_new_row_is_inserted_and_a_known_one_updated (Upsert),
    nothing_is_done_to_a_known_row (Upsert),
    all_columns_but_the_keys_are_taken (Upsert),
    assignments_read_the_old_row_and_the_new_one (Upsert),
    conditions_leave_rows_as_they_are (Upsert),
    a_composite_target_is_given_in_any_order (Upsert),
    a_constraint_is_named (Upsert),
    a_primary_key_is_a_target (Upsert),
    a_conflict_on_another_key_is_an_error (Upsert),
    any_conflict_is_skipped (Upsert),
    null_in_the_target_is_no_conflict (Upsert),
    versions_and_update_defaults_are_set (Upsert),
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

/// A generated key, two unique keys beside it, one of them of two columns and nullable.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "up_items", unique(shop, code))]
struct Item {
    #[orm(primary_key)]
    id: i64,
    #[orm(unique, length = 50)]
    name: String,
    shop: i32,
    #[orm(length = 20)]
    code: Option<String>,
    hits: i32,
    #[orm(length = 20)]
    note: Option<String>,
}

/// One key, which is the program's own.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "up_counters")]
struct Counter {
    #[orm(primary_key, length = 50)]
    page: String,
    hits: i32,
    last: i32,
}

fn tick() -> i64 {
    static TICKS: AtomicI64 = AtomicI64::new(1);
    TICKS.fetch_add(1, Ordering::Relaxed)
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "up_memos")]
struct Memo {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(length = 50)]
    text: String,
    #[orm(default = 0, update_default = tick())]
    changed: i64,
    #[orm(version)]
    version: i32,
}

fn tables(db: &Db) -> Connection {
    Metadata::of((Item, Counter, Memo))
        .create_all(&db.engine)
        .unwrap();
    let mut conn = db.engine.connection().unwrap();
    db.sent();
    insert(Item)
        .values([item("lamp", 1, Some("a"), 1), item("desk", 1, Some("b"), 2)])
        .execute(&mut conn)
        .unwrap();
    db.sent();
    conn
}

fn item(name: &str, shop: i32, code: Option<&str>, hits: i32) -> Item {
    Item {
        id: 0,
        name: name.into(),
        shop,
        code: code.map(Into::into),
        hits,
        note: None,
    }
}

fn counter(page: &str, hits: i32) -> Counter {
    Counter {
        page: page.into(),
        hits,
        last: hits,
    }
}

fn items(conn: &mut Connection) -> Vec<(String, Option<String>, i32)> {
    let all = select((Item.name, Item.code, Item.hits)).order_by(Item.id);
    all.all(conn).unwrap()
}

fn found(rows: &[(&str, Option<&str>, i32)]) -> Vec<(String, Option<String>, i32)> {
    let row = |(name, code, hits): &(&str, Option<&str>, i32)| {
        ((*name).to_owned(), code.map(ToOwned::to_owned), *hits)
    };
    rows.iter().map(row).collect()
}

fn a_new_row_is_inserted_and_a_known_one_updated(db: &Db) {
    let conn = &mut tables(db);
    for row in [item("lamp", 1, Some("a"), 5), item("sofa", 1, Some("c"), 7)] {
        insert(Item)
            .values(&row)
            .on_conflict(Item.name)
            .do_update(|new| [Item.hits.to(new.hits)])
            .execute(conn)
            .unwrap();
    }
    assert_eq!(db.sent().len(), 2);
    assert_eq!(
        items(conn),
        found(&[
            ("lamp", Some("a"), 5),
            ("desk", Some("b"), 2),
            ("sofa", Some("c"), 7)
        ])
    );
}

fn nothing_is_done_to_a_known_row(db: &Db) {
    let conn = &mut tables(db);
    let rows = [item("lamp", 1, Some("a"), 5), item("sofa", 1, Some("c"), 7)];
    for row in &rows {
        let skipped = insert(Item).values(row).on_conflict(Item.name).do_nothing();
        skipped.execute(conn).unwrap();
    }
    assert_eq!(
        items(conn),
        found(&[
            ("lamp", Some("a"), 1),
            ("desk", Some("b"), 2),
            ("sofa", Some("c"), 7)
        ])
    );
    // Values that don't fit are errors all the same.
    let error = insert(Item)
        .values(item(&"x".repeat(60), 1, None, 1))
        .on_conflict(Item.name)
        .do_nothing()
        .execute(conn);
    fails(error, ErrorKind::DataTooLong);
}

fn all_columns_but_the_keys_are_taken(db: &Db) {
    let conn = &mut tables(db);
    let before = select(Item).filter(Item.name.eq("lamp")).one(conn).unwrap();
    let new = Item {
        note: Some("new".into()),
        ..item("lamp", 2, Some("z"), 9)
    };
    insert(Item)
        .values(&new)
        .on_conflict(Item.name)
        .do_update_all()
        .execute(conn)
        .unwrap();
    let after = select(Item).filter(Item.name.eq("lamp")).one(conn).unwrap();
    let expected = Item {
        id: before.id,
        ..new
    };
    assert_eq!(after, expected);
    // A column that a row does not give stays.
    insert(Item)
        .values(Item::builder().name("lamp").shop(2).hits(1).code("z"))
        .on_conflict(Item.name)
        .do_update_all()
        .execute(conn)
        .unwrap();
    let after = select(Item).filter(Item.name.eq("lamp")).one(conn).unwrap();
    assert_eq!(after.hits, 1);
}

fn assignments_read_the_old_row_and_the_new_one(db: &Db) {
    let conn = &mut tables(db);
    for hits in 1..=3 {
        insert(Counter)
            .values(counter("/", hits))
            .on_conflict(Counter.page)
            .do_update(|new| {
                [
                    // Whatever the order of the assignments, the old values are read.
                    Counter.hits.to(Counter.hits + new.hits),
                    Counter.last.to(Counter.hits),
                ]
            })
            .execute(conn)
            .unwrap();
    }
    let all = select((Counter.hits, Counter.last)).all(conn).unwrap();
    assert_eq!(all, [(6, 3)]);
    // A value of the program's own beside them.
    insert(Counter)
        .values(counter("/", 1))
        .on_conflict(Counter.page)
        .do_update(|new| [Counter.hits.to(new.hits + 10), Counter.last.to(77)])
        .execute(conn)
        .unwrap();
    let all = select((Counter.hits, Counter.last)).all(conn).unwrap();
    assert_eq!(all, [(11, 77)]);
}

fn conditions_leave_rows_as_they_are(db: &Db) {
    let conn = &mut tables(db);
    let newer = |hits| {
        insert(Counter)
            .values(counter("/", hits))
            .on_conflict(Counter.page)
            .do_update(|new| [Counter.last.to(new.last), Counter.hits.to(new.hits)])
            .filter_new(|new| Counter.hits.lt(new.hits))
            .filter(Counter.page.ne("locked"))
    };
    for hits in [5, 3, 8, 8, 2] {
        newer(hits).execute(conn).unwrap();
    }
    let all = select((Counter.hits, Counter.last)).all(conn).unwrap();
    assert_eq!(all, [(8, 8)]);
}

fn a_composite_target_is_given_in_any_order(db: &Db) {
    let conn = &mut tables(db);
    for (row, hits) in [("lamp", 10), ("lamp", 20)] {
        insert(Item)
            .values(item(row, 1, Some("a"), hits))
            .on_conflict((Item.code, Item.shop))
            .do_update(|new| [Item.hits.to(new.hits)])
            .execute(conn)
            .unwrap();
    }
    assert_eq!(
        items(conn),
        found(&[("lamp", Some("a"), 20), ("desk", Some("b"), 2)])
    );
}

fn a_constraint_is_named(db: &Db) {
    let conn = &mut tables(db);
    let upsert = |name| {
        insert(Item)
            .values(item("lamp", 1, Some("a"), 4))
            .on_constraint(name)
            .do_update(|new| [Item.hits.to(new.hits)])
            .execute(conn)
    };
    let mut upsert = upsert;
    upsert("uq_up_items_name").unwrap();
    let error = fails(upsert("uq_nothing"), ErrorKind::Usage);
    assert!(error.message().contains("uq_nothing"), "{error}");
    let hits = select(Item.hits).filter(Item.name.eq("lamp"));
    assert_eq!(hits.one(conn).unwrap(), 4);
}

fn a_primary_key_is_a_target(db: &Db) {
    let conn = &mut tables(db);
    let lamp = select(Item).filter(Item.name.eq("lamp")).one(conn).unwrap();
    let new = Item { hits: 50, ..lamp };
    insert(Item)
        .values(&new)
        .on_conflict(Item.id)
        .do_update_all()
        .execute(conn)
        .unwrap();
    assert_eq!(
        select(Item).filter(Item.id.eq(new.id)).one(conn).unwrap(),
        new
    );
}

fn a_conflict_on_another_key_is_an_error(db: &Db) {
    let conn = &mut tables(db);
    // Its name is new, but not its code in the shop: nothing may happen to that row.
    let row = || insert(Item).values(item("sofa", 1, Some("a"), 9));
    let update = row()
        .on_conflict(Item.name)
        .do_update(|new| [Item.hits.to(new.hits), Item.note.to("changed")]);
    fails(update.execute(conn), ErrorKind::UniqueViolation);
    let all = row().on_conflict(Item.name).do_update_all().execute(conn);
    fails(all, ErrorKind::UniqueViolation);
    let nothing = row().on_conflict(Item.name).do_nothing().execute(conn);
    fails(nothing, ErrorKind::UniqueViolation);
    let filtered = row()
        .on_conflict(Item.name)
        .do_update(|new| [Item.hits.to(new.hits)])
        .filter(Item.hits.lt(0));
    fails(filtered.execute(conn), ErrorKind::UniqueViolation);
    assert_eq!(
        items(conn),
        found(&[("lamp", Some("a"), 1), ("desk", Some("b"), 2)])
    );
}

fn any_conflict_is_skipped(db: &Db) {
    let conn = &mut tables(db);
    for row in [
        item("sofa", 1, Some("a"), 9),
        item("lamp", 1, Some("z"), 9),
        item("sofa", 1, Some("z"), 9),
    ] {
        insert(Item)
            .values(row)
            .skip_conflicts()
            .execute(conn)
            .unwrap();
    }
    let expected = [
        ("lamp", Some("a"), 1),
        ("desk", Some("b"), 2),
        ("sofa", Some("z"), 9),
    ];
    assert_eq!(items(conn), found(&expected));
}

fn null_in_the_target_is_no_conflict(db: &Db) {
    let conn = &mut tables(db);
    let row = |name| item(name, 3, None, 1);
    let upsert = insert(Item)
        .values([row("one"), row("two")])
        .on_conflict((Item.shop, Item.code))
        .do_update_all();
    upsert.execute(conn).unwrap();
    assert_eq!(db.count("up_items"), 4);
    // It is no conflict on the target, so one on another key is an error.
    let again = insert(Item)
        .values(row("one"))
        .on_conflict((Item.shop, Item.code))
        .do_update_all()
        .execute(conn);
    fails(again, ErrorKind::UniqueViolation);
}

fn versions_and_update_defaults_are_set(db: &Db) {
    let conn = &mut tables(db);
    let memo = |text| Memo::builder().id(1).text(text);
    for text in ["one", "two", "three"] {
        insert(Memo)
            .values(memo(text))
            .on_conflict(Memo.id)
            .do_update_all()
            .execute(conn)
            .unwrap();
    }
    let stored = select(Memo).one(conn).unwrap();
    assert_eq!((stored.text.as_str(), stored.version), ("three", 3));
    assert!(stored.changed > 0);
    // What is set counts.
    insert(Memo)
        .values(memo("four"))
        .on_conflict(Memo.id)
        .do_update(|new| [Memo.text.to(new.text), Memo.changed.to(-1)])
        .execute(conn)
        .unwrap();
    let stored = select(Memo).one(conn).unwrap();
    assert_eq!((stored.changed, stored.version), (-1, 4));
}

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
