//! What each query returns, computed in plain Rust of the generated rows, without SQL: loops over lines and maps of the rest.

mod first;
mod last;
mod middle;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::hash::Hash;

use chrono::NaiveDate;
use orm::prelude::NewRow;
use orm_tpch::data;
use orm_tpch::models::{Customer, LineItem, Nation, Order, Part, PartSupplier, Region, Supplier};
use orm_tpch::queries::{ALL, texts};
use rust_decimal::{Decimal, RoundingStrategy};

/// All rows, by their keys.
struct World {
    regions: HashMap<i64, Region>,
    nations: HashMap<i64, Nation>,
    parts: HashMap<i64, Part>,
    suppliers: HashMap<i64, Supplier>,
    offers: HashMap<(i64, i64), PartSupplier>,
    customers: HashMap<i64, Customer>,
    orders: HashMap<i64, Order>,
    lines: Vec<LineItem>,
    /// The lines of each order.
    lines_of: HashMap<i64, Vec<LineItem>>,
}

fn by_key<K: Eq + Hash, V>(rows: impl Iterator<Item = V>, key: impl Fn(&V) -> K) -> HashMap<K, V> {
    rows.map(|row| (key(&row), row)).collect()
}

/// The structs of builders.
fn built<R: NewRow>(rows: impl Iterator<Item = R>) -> impl Iterator<Item = R::Model> {
    rows.map(|row| row.into_row().value)
}

impl World {
    fn new() -> Self {
        let mut lines_of: HashMap<i64, Vec<LineItem>> = HashMap::new();
        for line in data::line_items() {
            lines_of.entry(line.order_key).or_default().push(line);
        }
        Self {
            regions: by_key(data::regions(), |row| row.region_key),
            nations: by_key(built(data::nations()), |row| row.nation_key),
            parts: by_key(data::parts(), |row| row.part_key),
            suppliers: by_key(built(data::suppliers()), |row| row.supplier_key),
            offers: by_key(data::part_suppliers(), |row| {
                (row.part_key, row.supplier_key)
            }),
            customers: by_key(built(data::customers()), |row| row.customer_key),
            orders: by_key(data::orders(), |row| row.order_key),
            lines: data::line_items().collect(),
            lines_of,
        }
    }

    fn order(&self, line: &LineItem) -> &Order {
        &self.orders[&line.order_key]
    }

    fn part(&self, line: &LineItem) -> &Part {
        &self.parts[&line.part_key]
    }

    fn supplier(&self, line: &LineItem) -> &Supplier {
        &self.suppliers[&line.supplier_key]
    }

    fn customer(&self, order: &Order) -> &Customer {
        &self.customers[&order.customer_key]
    }

    fn nation(&self, key: i64) -> &str {
        &self.nations[&key].name
    }

    fn region(&self, nation: i64) -> &str {
        &self.regions[&self.nations[&nation].region_key].name
    }
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn revenue(line: &LineItem) -> Decimal {
    line.extended_price * (Decimal::ONE - line.discount)
}

/// The quotient, rounded as `div_dp` rounds.
fn quotient(a: Decimal, b: Decimal, digits: u32) -> Decimal {
    (a / b).round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero)
}

/// Sums by group, in the order of the groups.
fn sums<K: Ord>(parts: impl IntoIterator<Item = (K, Decimal)>) -> BTreeMap<K, Decimal> {
    let mut sums = BTreeMap::new();
    for (key, part) in parts {
        *sums.entry(key).or_default() += part;
    }
    sums
}

/// Numbers of rows by group, in the order of the groups.
fn counts<K: Ord>(keys: impl IntoIterator<Item = K>) -> BTreeMap<K, i64> {
    let mut counts = BTreeMap::new();
    for key in keys {
        *counts.entry(key).or_default() += 1;
    }
    counts
}

/// A number as it comes from a database: without zeros at its end.
fn exact(number: Decimal) -> Decimal {
    number.normalize()
}

#[expect(clippy::unnecessary_wraps, reason = "a sum over no rows is NULL")]
fn some(number: Decimal) -> Option<Decimal> {
    Some(exact(number))
}

/// The name of Q17 for the parts that are red, too.
pub(crate) const SMALL_QUANTITIES: &str = "q17 of red parts";

/// The rows of each query by its name, sorted where the query leaves the order open.
pub(crate) fn answers() -> BTreeMap<&'static str, Vec<String>> {
    let world = World::new();
    let mut answers = BTreeMap::new();
    let mut add = |name: &'static str, mut rows: Vec<String>| {
        let query = ALL.iter().find(|query| query.name == name).unwrap();
        if !query.has_total_order {
            rows.sort();
        }
        answers.insert(name, rows);
    };
    first::answers(&world, &mut add);
    middle::answers(&world, &mut add);
    last::answers(&world, &mut add);
    assert_eq!(answers.len(), ALL.len());
    let of_red = last::small_quantities(&world, |part| part.name.contains("red"));
    answers.insert(SMALL_QUANTITIES, one(of_red));
    answers
}

/// Takes the rows of a query.
type Add<'a> = &'a mut dyn FnMut(&'static str, Vec<String>);

fn one<R: Debug>(row: R) -> Vec<String> {
    texts([row])
}
