//! Exact decimals: they come back as they were, and are compared and computed as numbers. Writes are in `decimal_writes.rs`.

use orm::DbType;
use orm::prelude::*;
use orm::query::{CaseValue as _, Expr, any};
use proptest::prelude::Strategy;
use proptest::test_runner::{Config, TestRunner};
use rust_decimal::Decimal;

use crate::cases;
use crate::database::Db;
use crate::suite::Requires;

cases![
    "decimals":
    digits_come_back (Requires::Decimals),
    a_number_has_one_form (Requires::Decimals),
    they_are_compared_as_numbers (Requires::Decimals),
    values_are_compared_as_numbers (Requires::Decimals),
    lists_of_any_length_find_them (Requires::Decimals),
    they_are_ordered_as_numbers (Requires::Decimals),
    sums_are_exact (Requires::Decimals),
    groups_are_of_equal_numbers (Requires::Decimals),
    arithmetic_is_exact (Requires::Decimals),
    choices_are_compared_as_numbers (Requires::Decimals),
    raw_statements_take_them (Requires::Decimals),
    cursors_keep_them (Requires::Decimals),
    entities_have_them_as_text (Requires::Decimals),
    random_numbers_come_back (Requires::Decimals),
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "decimal_items")]
pub(super) struct Item {
    #[orm(primary_key)]
    pub(super) id: i64,
    #[orm(precision = 12, scale = 2)]
    pub(super) price: Decimal,
    #[orm(precision = 28, scale = 10)]
    pub(super) exact: Option<Decimal>,
    pub(super) quantity: i32,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "decimal_edges")]
struct Edge {
    #[orm(primary_key)]
    id: i64,
    #[orm(precision = 28, scale = 0)]
    whole: Decimal,
    #[orm(precision = 28, scale = 28)]
    fraction: Decimal,
}

#[derive(DbType, Clone, Copy, Debug, PartialEq)]
pub(super) struct Money(pub(super) Decimal);

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "decimal_rates")]
#[expect(clippy::struct_field_names, reason = "the model is what it holds")]
pub(super) struct Rate {
    #[orm(primary_key)]
    pub(super) id: i64,
    #[orm(precision = 8, scale = 4, unique)]
    pub(super) rate: Decimal,
    #[orm(precision = 5, scale = 3, server_default = "0.125")]
    pub(super) share: Decimal,
    #[orm(precision = 6, scale = 2, server_default = 7)]
    pub(super) fee: Decimal,
    #[orm(precision = 6, scale = 2)]
    pub(super) money: Option<Money>,
}

pub(super) fn d(text: &str) -> Decimal {
    Decimal::from_scientific(text).unwrap_or_else(|_| text.parse().unwrap())
}

pub(super) fn empty(db: &Db) -> Connection {
    Metadata::of((Item, Edge, Rate))
        .create_all(&db.engine)
        .unwrap();
    db.engine.connection().unwrap()
}

pub(super) fn item(price: &str) -> Item {
    Item {
        id: 0,
        price: d(price),
        exact: None,
        quantity: 1,
    }
}

/// Items of these prices, in that order.
pub(super) fn items(db: &Db, prices: &[&str]) -> Connection {
    let mut conn = empty(db);
    let rows: Vec<Item> = prices.iter().map(|price| item(price)).collect();
    insert(Item).values(rows).execute(&mut conn).unwrap();
    conn
}

#[track_caller]
fn of_items<T: DbType>(conn: &mut Connection, expr: Expr<T>) -> Vec<T> {
    select(expr).from(Item).order_by(Item.id).all(conn).unwrap()
}

pub(super) fn texts(prices: &[Decimal]) -> Vec<String> {
    prices
        .iter()
        .map(|price| price.normalize().to_string())
        .collect()
}

fn digits_come_back(db: &Db) {
    let mut conn = empty(db);
    let nines = "9".repeat(28);
    let fraction = format!("0.{nines}");
    for (whole, part) in [
        ("0", "0"),
        (&*nines, &*fraction),
        (&*format!("-{nines}"), &*format!("-{fraction}")),
        ("1", "0.0000000000000000000000000001"),
        ("12345678901234567890", "0.12345678901234567890"),
        ("1e20", "5E-20"),
    ] {
        let edge = Edge {
            id: 0,
            whole: d(whole),
            fraction: d(part),
        };
        let mut session = db.session();
        let handle = session.add(edge.clone());
        session.commit().unwrap();
        let id = session[handle].id;
        let by_values = Edge.whole.eq(edge.whole) & Edge.fraction.eq(edge.fraction);
        let found = select(Edge)
            .filter(by_values & Edge.id.eq(id))
            .one(&mut conn)
            .unwrap();
        assert_eq!(found, Edge { id, ..edge.clone() });
        let returned = insert(Edge).values(edge.clone()).execute(&mut conn);
        returned.unwrap();
        delete(Edge).execute(&mut conn).unwrap();
    }
    for exact in [
        None,
        Some("999999999999999999.9999999999"),
        Some("-0.0000000001"),
    ] {
        let row = Item {
            exact: exact.map(d),
            ..item("0.01")
        };
        insert(Item).values(row).execute(&mut conn).unwrap();
        let found = select(Item.exact)
            .order_by(Item.id.desc())
            .first(&mut conn)
            .unwrap();
        assert_eq!(found, Some(exact.map(d)));
    }
}

fn a_number_has_one_form(db: &Db) {
    let conn = &mut items(db, &["1.10", "-0.00", "100.00", "1e3"]);
    let prices = select(Item.price).order_by(Item.id).all(conn).unwrap();
    let prices: Vec<String> = prices.iter().map(Decimal::to_string).collect();
    assert_eq!(prices, ["1.1", "0", "100", "1000"]);
    let mut session = db.session();
    let handle = session.get(Item, 1).unwrap().unwrap();
    session[handle].price = d("1.100");
    db.sent();
    session.commit().unwrap();
    let sent = db.sent();
    let writes = sent.iter().filter(|sql| sql.starts_with("UPDATE"));
    assert_eq!(writes.count(), 0, "{sent:?}");
}

fn they_are_compared_as_numbers(db: &Db) {
    let conn = &mut items(db, &["9.00", "10.00", "1.10", "-2.50", "0.00"]);
    let mut ids = |condition: Predicate| {
        select(Item.id)
            .filter(condition)
            .order_by(Item.id)
            .all(conn)
            .unwrap()
    };
    assert_eq!(ids(Item.price.gt(d("9"))), [2]);
    assert_eq!(ids(Item.price.ge(d("9.000"))), [1, 2]);
    assert_eq!(ids(Item.price.lt(d("1.1"))), [4, 5]);
    assert_eq!(ids(Item.price.le(d("1.1000000001"))), [3, 4, 5]);
    assert_eq!(ids(Item.price.eq(d("1.10000"))), [3]);
    assert_eq!(ids(Item.price.ne(d("1.1"))), [1, 2, 4, 5]);
    assert_eq!(ids(Item.price.eq(d("-0"))), [5]);
    assert_eq!(ids(Item.price.between(d("-2.5"), d("9"))), [1, 3, 4, 5]);
    assert_eq!(ids(Item.price.same_as(d("10"))), [2]);
    assert_eq!(ids(Item.exact.same_as(None::<Decimal>)), [1, 2, 3, 4, 5]);
    assert!(ids(Item.exact.eq(d("1"))).is_empty());
    assert_eq!(ids((Item.price + Item.price).gt(d("18"))), [2]);
    assert_eq!(
        ids((Item.price + Item.price).gt(Item.price * d("2.1"))),
        [4]
    );
    assert_eq!(ids((Item.price - d("0.1")).eq(d("1.0"))), [3]);
    // Numbers that are one double.
    let (a, b) = ("0.1000000000000000000001", "0.1000000000000000000002");
    let edges = [a, b].map(|text| Edge {
        id: 0,
        whole: d("1"),
        fraction: d(text),
    });
    insert(Edge).values(edges).execute(conn).unwrap();
    let mut found = |condition: Predicate| select(Edge).filter(condition).count(conn).unwrap();
    assert_eq!(found(Edge.fraction.eq(d(a))), 1);
    assert_eq!(found(Edge.fraction.lt(d(b))), 1);
    assert_eq!(found(Edge.fraction.in_([d(b)])), 1);
    assert_eq!(
        found((Edge.fraction + Edge.whole).gt(d("1.1000000000000000000001"))),
        1
    );
}

/// A number that is no column, and none that is computed.
fn values_are_compared_as_numbers(db: &Db) {
    let conn = &mut items(db, &["9.00", "10.00", "-10.22"]);
    let nine = || d("9").into_value();
    let mut ids = |condition: Predicate| {
        let query = select(Item.id).filter(condition);
        query.order_by(Item.id).all(conn).unwrap()
    };
    let all = [1, 2, 3];
    assert_eq!(ids(nine().lt(Item.price)), [2]);
    assert_eq!(ids(nine().lt(d("10"))), all);
    assert_eq!(ids(nine().eq(d("9.00"))), all);
    assert_eq!(ids(nine().same_as(d("9.0"))), all);
    assert_eq!(ids(nine().between(d("8.5"), d("10"))), all);
    assert_eq!(ids(nine().in_([d("10"), d("9.0")])), all);
    assert_eq!(ids(nine().in_(select(Item.price))), all);
    assert_eq!(ids(nine().gt(any(select(Item.price)))), all);
    let of_values = select(d("-58.99").into_value()).from(Item);
    assert!(ids(d("-60").into_value().gt(any(of_values))).is_empty());
    let number = d("10").into_value().label("number");
    let union = select(number.clone())
        .from(Item)
        .union(select(nine()).from(Item))
        .union(select(Item.price));
    let rows = union.order_by(number).all(conn).unwrap();
    assert_eq!(rows, ["-10.22", "9", "10"].map(d));
    // Texts that such a condition chooses are no numbers.
    let chosen = case()
        .when((Item.price * d("2")).lt(d("19")), "9")
        .otherwise("10");
    let texts = select(chosen.clone()).order_by(chosen).all(conn).unwrap();
    assert_eq!(texts, ["10", "9", "9"]);
}

fn lists_of_any_length_find_them(db: &Db) {
    let conn = &mut items(db, &["1.10", "2.00", "30.00", "0.01"]);
    let find = |list: Vec<Decimal>, conn: &mut Connection| {
        let query = select(Item.id)
            .filter(Item.price.in_(list))
            .order_by(Item.id);
        query.all(conn).unwrap()
    };
    assert!(find(vec![], conn).is_empty());
    assert_eq!(find(vec![d("1.1")], conn), [1]);
    assert_eq!(find(vec![d("2"), d("30.0"), d("4")], conn), [2, 3]);
    let without = select(Item.id).filter(Item.price.not_in([d("1.100"), d("2")]));
    assert_eq!(without.order_by(Item.id).all(conn).unwrap(), [3, 4]);
    if db.capabilities().in_list == orm::sql::InListStyle::Unsupported {
        return;
    }
    let long: Vec<Decimal> = (0..70_000).map(|n| Decimal::new(n * 100, 2)).collect();
    assert_eq!(find(long, conn), [2, 3]);
    let cents: Vec<Decimal> = (1..70_000).map(|n| Decimal::new(n, 2)).collect();
    assert_eq!(find(cents, conn), [1, 2, 3, 4]);
}

fn they_are_ordered_as_numbers(db: &Db) {
    let conn = &mut items(db, &["9.00", "10.00", "1.10", "-2.50", "0.09", "-10.00"]);
    let up = ["-10", "-2.5", "0.09", "1.1", "9", "10"];
    let prices = select(Item.price).order_by(Item.price).all(conn).unwrap();
    assert_eq!(texts(&prices), up);
    let prices = select(Item.price)
        .order_by((Item.price * d("-1")).desc())
        .all(conn)
        .unwrap();
    assert_eq!(texts(&prices), up);
    let (least, most) = select((min(Item.price), max(Item.price)))
        .one(conn)
        .unwrap();
    assert_eq!((least, most), (Some(d("-10")), Some(d("10"))));
    let most = select(max(Item.price + d("0.5"))).one(conn).unwrap();
    assert_eq!(most, Some(d("10.5")));
    let none = select(max(Item.exact)).one(conn).unwrap();
    assert_eq!(none, None);
}

fn sums_are_exact(db: &Db) {
    let prices: Vec<String> = (0..1000).map(|_| "0.10".to_owned()).collect();
    let prices: Vec<&str> = prices.iter().map(String::as_str).collect();
    let conn = &mut items(db, &prices);
    let (total, mean) = select((sum(Item.price), avg(Item.price)))
        .one(conn)
        .unwrap();
    assert_eq!(total, Some(d("100")));
    assert_eq!(mean.map(f64::to_bits), Some((100.0_f64 / 1000.0).to_bits()));
    let spent = select(sum(Item.price * Item.price)).one(conn).unwrap();
    assert_eq!(spent, Some(d("10")));
    let none = select((sum(Item.exact), avg(Item.exact)))
        .one(conn)
        .unwrap();
    assert_eq!(none, (None, None));
    for (price, expected) in [("0.70", 100.7), ("0.01", 100.71), ("3333.33", 3434.04)] {
        insert(Item).values(item(price)).execute(conn).unwrap();
        let rows = select(Item).count(conn).unwrap();
        let mean = select(avg(Item.price)).one(conn).unwrap().unwrap();
        #[expect(clippy::cast_precision_loss, reason = "a thousand rows")]
        let expected = expected / rows as f64;
        assert_eq!(mean.to_bits(), expected.to_bits(), "{mean} {expected}");
    }
    let distinct = select(count_distinct(Item.price)).one(conn).unwrap();
    assert_eq!(distinct, 4);
}

fn groups_are_of_equal_numbers(db: &Db) {
    let conn = &mut items(db, &["1.0", "1.00", "1", "2.50", "2.5", "30"]);
    let groups = select((Item.price, count_all(), sum(Item.price)))
        .group_by(Item.price)
        .order_by(Item.price);
    let groups = groups.all(conn).unwrap();
    let expected = [("1", 3, "3"), ("2.5", 2, "5"), ("30", 1, "30")];
    let expected = expected.map(|(price, rows, total)| (d(price), rows, Some(d(total))));
    assert_eq!(groups, expected);
    let rich = select(Item.price)
        .group_by(Item.price)
        .having(sum(Item.price).gt(d("4.99")))
        .order_by(sum(Item.price));
    assert_eq!(rich.all(conn).unwrap(), [d("2.5"), d("30")]);
    let rich = select(Item.price)
        .group_by(Item.price)
        .having(max(Item.price).ge(d("9")));
    assert_eq!(rich.all(conn).unwrap(), [d("30")]);
    assert_eq!(select(Item.price).distinct().all(conn).unwrap().len(), 3);
}

fn arithmetic_is_exact(db: &Db) {
    let conn = &mut items(db, &["0.10", "-7.25", "123456.78"]);
    let rows = |texts: [&str; 3]| texts.map(d);
    assert_eq!(
        of_items(conn, Item.price + d("0.2")),
        rows(["0.3", "-7.05", "123456.98"])
    );
    assert_eq!(
        of_items(conn, Item.price - d("0.3")),
        rows(["-0.2", "-7.55", "123456.48"])
    );
    assert_eq!(
        of_items(conn, Item.price * d("1.1")),
        rows(["0.11", "-7.975", "135802.458"])
    );
    assert_eq!(
        of_items(conn, Item.price * Item.price),
        rows(["0.01", "52.5625", "15241576527.9684"])
    );
    assert_eq!(
        of_items(conn, (Item.price + d("1")) * d("2") - Item.price),
        rows(["2.1", "-5.25", "123458.78"])
    );
    assert_eq!(of_items(conn, Item.price + Item.exact), [None, None, None]);
    assert_eq!(
        of_items(conn, Item.price * d("0.000000000000000001")),
        rows([
            "0.0000000000000000001",
            "-0.00000000000000000725",
            "0.00000000000012345678"
        ])
    );
}

fn choices_are_compared_as_numbers(db: &Db) {
    let conn = &mut items(db, &["9.00", "10.00", "100.00"]);
    let choice = || case().when(Item.id.eq(1), d("20")).otherwise(Item.price);
    assert_eq!(of_items(conn, choice()), ["20", "10", "100"].map(d));
    let found = select(Item.id)
        .filter(choice().gt(d("9.5")))
        .order_by(choice());
    assert_eq!(found.all(conn).unwrap(), [2, 1, 3]);
    let other = Item.exact.coalesce(Item.price);
    let found = select(Item.id).filter(other.gt(d("9.5"))).order_by(Item.id);
    assert_eq!(found.all(conn).unwrap(), [2, 3]);
    let null = Item.price.nullif(d("10.0"));
    assert_eq!(of_items(conn, null), [Some(d("9")), None, Some(d("100"))]);
    let among = Item.price.in_(select(Item.price).filter(Item.id.gt(1)));
    assert_eq!(select(Item).filter(among).count(conn).unwrap(), 2);
}

fn raw_statements_take_them(db: &Db) {
    let conn = &mut items(db, &["1.10", "22.00"]);
    let query = raw("SELECT price FROM decimal_items WHERE price > :low").bind("low", d("9.5"));
    let prices: Vec<(Decimal,)> = query.all(conn).unwrap();
    assert_eq!(prices, [(d("22"),)]);
    let total: Vec<(Option<Decimal>,)> = raw("SELECT exact FROM decimal_items").all(conn).unwrap();
    assert_eq!(total, [(None,), (None,)]);
}

fn cursors_keep_them(db: &Db) {
    let conn = &mut items(db, &["9.00", "10.00", "1.10", "-2.50", "100.00"]);
    let query = select(Item).order_by(Item.price);
    let mut page = query.keyset(2).fetch(conn).unwrap();
    let mut prices = Vec::new();
    loop {
        prices.extend(page.rows.into_iter().map(|item| item.price));
        let Some(next) = page.next else { break };
        page = query.keyset(2).after(next).fetch(conn).unwrap();
    }
    assert_eq!(texts(&prices), ["-2.5", "1.1", "9", "10", "100"]);
}

fn entities_have_them_as_text(db: &Db) {
    items(db, &["1.10"]);
    let mut session = db.session();
    let one = session.get(Item, 1).unwrap().unwrap();
    let json = serde_json::to_string(&session.json(one)).unwrap();
    assert_eq!(json, r#"{"id":1,"price":"1.1","exact":null,"quantity":1}"#);
}

fn random_numbers_come_back(db: &Db) {
    empty(db);
    let config = Config {
        cases: 16,
        failure_persistence: None,
        ..Config::default()
    };
    // Of a column of 28 digits, 10 of them after the point.
    let number = (-(10_i64.pow(17))..10_i64.pow(17), 0_u32..=10);
    let number = number.prop_map(|(digits, scale)| Decimal::new(digits, scale));
    let rows = proptest::collection::vec(number, 1..40);
    let result = TestRunner::new(config).run(&rows, |numbers| {
        let conn = &mut db.engine.connection().unwrap();
        delete(Item).execute(conn).unwrap();
        let rows = numbers.iter().map(|number| Item {
            exact: Some(*number),
            ..item("1")
        });
        insert(Item)
            .values(rows.collect::<Vec<_>>())
            .execute(conn)
            .unwrap();
        let found = select(Item.exact).order_by(Item.id).all(conn).unwrap();
        let found: Vec<Decimal> = found.into_iter().flatten().collect();
        assert_eq!(found, numbers);
        let total: Decimal = numbers.iter().sum();
        assert_eq!(select(sum(Item.exact)).one(conn).unwrap(), Some(total));
        let mut sorted = numbers.clone();
        sorted.sort_unstable();
        let ordered = select(Item.exact).order_by(Item.exact).all(conn).unwrap();
        assert_eq!(ordered.into_iter().flatten().collect::<Vec<_>>(), sorted);
        Ok(())
    });
    result.unwrap();
}
