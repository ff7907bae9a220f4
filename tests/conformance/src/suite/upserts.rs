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
    a_computed_value_is_held_to_its_column (Upsert),
];

/// A generated key, two unique keys beside it, one of them of two columns and nullable.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "up_items", unique(shop, code))]
pub(super) struct Item {
    #[orm(primary_key)]
    pub(super) id: i64,
    #[orm(unique, length = 50)]
    pub(super) name: String,
    pub(super) shop: i32,
    #[orm(length = 20)]
    pub(super) code: Option<String>,
    pub(super) hits: i32,
    #[orm(length = 20)]
    pub(super) note: Option<String>,
}

/// One key, which is the program's own.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "up_counters")]
pub(super) struct Counter {
    #[orm(primary_key, length = 50)]
    pub(super) page: String,
    pub(super) hits: i32,
    pub(super) last: i32,
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

pub(super) fn tables(db: &Db) -> Connection {
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

pub(super) fn item(name: &str, shop: i32, code: Option<&str>, hits: i32) -> Item {
    Item {
        id: 0,
        name: name.into(),
        shop,
        code: code.map(Into::into),
        hits,
        note: None,
    }
}

pub(super) fn counter(page: &str, hits: i32) -> Counter {
    Counter {
        page: page.into(),
        hits,
        last: hits,
    }
}

pub(super) fn items(conn: &mut Connection) -> Vec<(String, Option<String>, i32)> {
    let all = select((Item.name, Item.code, Item.hits)).order_by(Item.id);
    all.all(conn).unwrap()
}

pub(super) fn found(rows: &[(&str, Option<&str>, i32)]) -> Vec<(String, Option<String>, i32)> {
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

/// As in an UPDATE, on every database.
fn a_computed_value_is_held_to_its_column(db: &Db) {
    Metadata::of((Counter,)).create_all(&db.engine).unwrap();
    let conn = &mut db.engine.connection().unwrap();
    let counter = |hits: i32| Counter::builder().page("/").hits(hits).last(0);
    insert(Counter)
        .values(counter(i32::MAX))
        .execute(conn)
        .unwrap();
    let raised = insert(Counter).values(counter(1)).on_conflict(Counter.page);
    let raised = raised.do_update(|new| [Counter.hits.to(Counter.hits + new.hits)]);
    fails(raised.execute(conn), ErrorKind::OutOfRange);
    assert_eq!(select(Counter.hits).one(conn).unwrap(), i32::MAX);
    let lowered = insert(Counter).values(counter(1)).on_conflict(Counter.page);
    let lowered = lowered.do_update(|new| [Counter.hits.to(Counter.hits - new.hits)]);
    lowered.execute(conn).unwrap();
    assert_eq!(select(Counter.hits).one(conn).unwrap(), i32::MAX - 1);
}
