//! The answers of Q16 to Q22.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike as _;
use orm_tpch::models::{LineItem, Part};
use orm_tpch::queries::{q16, q17, q18, q19, q20, q21, q22, texts};
use rust_decimal::Decimal;

use super::{Add, World, counts, exact, one, quotient, revenue, some, sums};

pub(super) fn answers(world: &World, add: Add<'_>) {
    add("q16", texts(q16(world)));
    add("q17", one(q17(world)));
    add("q18", texts(q18(world)));
    add("q19", one(q19(world)));
    add("q20", texts(q20(world)));
    add("q21", texts(q21(world)));
    add("q22", texts(q22(world)));
}

fn q16(world: &World) -> Vec<q16::Row> {
    let has_complaints = |comment: &str| {
        let found = comment.split_once("Customer");
        found.is_some_and(|(_, rest)| rest.contains("Complaints"))
    };
    let mut groups: BTreeMap<_, BTreeSet<i64>> = BTreeMap::new();
    for (part, supplier) in world.offers.keys() {
        let part = &world.parts[part];
        let is_wanted = part.brand != "Brand#45"
            && !part.kind.starts_with("MEDIUM POLISHED")
            && [3, 9, 14, 19, 23, 36, 45, 49].contains(&part.size)
            && !has_complaints(&world.suppliers[supplier].comment);
        if is_wanted {
            let key = (part.brand.clone(), part.kind.clone(), part.size);
            groups.entry(key).or_default().insert(*supplier);
        }
    }
    let rows = groups.into_iter().map(|((brand, kind, size), suppliers)| {
        let suppliers = i64::try_from(suppliers.len()).unwrap();
        (brand, kind, size, suppliers)
    });
    let mut rows: Vec<q16::Row> = rows.collect();
    // Stable: equal numbers stay in the order of the groups.
    rows.sort_by_key(|row| Reverse(row.3));
    rows
}

fn q17(world: &World) -> q17::Row {
    small_quantities(world, |part| {
        part.brand == "Brand#23" && part.container == "MED BOX"
    })
}

pub(super) fn small_quantities(world: &World, is_wanted: fn(&Part) -> bool) -> q17::Row {
    let mut of_parts: BTreeMap<i64, Vec<&LineItem>> = BTreeMap::new();
    for line in &world.lines {
        if is_wanted(world.part(line)) {
            of_parts.entry(line.part_key).or_default().push(line);
        }
    }
    let mut lost = None;
    for lines in of_parts.values() {
        let quantity: Decimal = lines.iter().map(|line| line.quantity).sum();
        // Without a quotient: less than a fifth of the mean.
        let times = Decimal::from(5 * lines.len());
        for small in lines.iter().filter(|line| line.quantity * times < quantity) {
            *lost.get_or_insert(Decimal::ZERO) += small.extended_price;
        }
    }
    lost.map(|lost| exact(quotient(lost, Decimal::from(7), 2)))
}

fn q18(world: &World) -> Vec<q18::Row> {
    let quantities = sums(
        world
            .lines
            .iter()
            .map(|line| (line.order_key, line.quantity)),
    );
    let large = quantities
        .into_iter()
        .filter(|(_, quantity)| *quantity > Decimal::from(300));
    let rows = large.map(|(key, quantity)| {
        let order = &world.orders[&key];
        let customer = world.customer(order);
        (
            customer.name.clone(),
            customer.customer_key,
            key,
            order.order_date,
            exact(order.total_price),
            some(quantity),
        )
    });
    let mut rows: Vec<q18::Row> = rows.collect();
    rows.sort_by_key(|row| (Reverse(row.4), row.3));
    rows.truncate(100);
    rows
}

fn q19(world: &World) -> q19::Row {
    let lines = world.lines.iter().filter(|line| {
        let part = world.part(line);
        let (size, kinds, least, largest) = match &*part.brand {
            "Brand#12" => ("SM", ["CASE", "BOX", "PACK", "PKG"], 1, 5),
            "Brand#23" => ("MED", ["BAG", "BOX", "PKG", "PACK"], 10, 10),
            "Brand#34" => ("LG", ["CASE", "BOX", "PACK", "PKG"], 20, 15),
            _ => return false,
        };
        let container = part.container.split_once(' ').unwrap();
        container.0 == size
            && kinds.contains(&container.1)
            && (1..=largest).contains(&part.size)
            && line.quantity >= Decimal::from(least)
            && line.quantity <= Decimal::from(least + 10)
            && matches!(&*line.ship_mode, "AIR" | "AIR REG")
            && line.ship_instructions == "DELIVER IN PERSON"
    });
    some(lines.map(revenue).sum())
}

fn q20(world: &World) -> Vec<q20::Row> {
    let lines = world
        .lines
        .iter()
        .filter(|line| line.ship_date.year() == 1994);
    let shipped = sums(lines.map(|line| ((line.part_key, line.supplier_key), line.quantity)));
    let mut rows = BTreeSet::new();
    for (key, offer) in &world.offers {
        let supplier = &world.suppliers[&offer.supplier_key];
        let is_wanted = world.parts[&offer.part_key].name.starts_with("forest")
            && world.nation(supplier.nation_key) == "CANADA";
        let half = shipped.get(key).map(|quantity| *quantity / Decimal::TWO);
        if is_wanted && half.is_some_and(|half| Decimal::from(offer.available) > half) {
            rows.insert((supplier.name.clone(), supplier.address.clone()));
        }
    }
    rows.into_iter().collect()
}

fn q21(world: &World) -> Vec<q21::Row> {
    let is_late = |line: &LineItem| line.receipt_date > line.commit_date;
    let waiting = world.lines.iter().filter_map(|line| {
        let supplier = world.supplier(line);
        let lines = &world.lines_of[&line.order_key];
        let mut others = lines
            .iter()
            .filter(|other| other.supplier_key != line.supplier_key)
            .peekable();
        let is_wanted = is_late(line)
            && world.order(line).status == "F"
            && world.nation(supplier.nation_key) == "SAUDI ARABIA"
            && others.peek().is_some()
            && !others.any(is_late);
        is_wanted.then(|| supplier.name.clone())
    });
    let mut rows: Vec<q21::Row> = counts(waiting).into_iter().collect();
    rows.sort_by_key(|row| Reverse(row.1));
    rows.truncate(100);
    rows
}

fn q22(world: &World) -> Vec<q22::Row> {
    let buyers: BTreeSet<i64> = world
        .orders
        .values()
        .map(|order| order.customer_key)
        .collect();
    let codes = ["13", "31", "23", "29", "30", "18", "17"];
    let near = || {
        let customers = world.customers.values();
        customers.filter(|customer| codes.contains(&&customer.phone[..2]))
    };
    let positive: Vec<Decimal> = near()
        .map(|customer| customer.account_balance)
        .filter(|balance| *balance > Decimal::ZERO)
        .collect();
    let (total, number) = (positive.iter().sum(), Decimal::from(positive.len()));
    let idle = near().filter(|customer| {
        // Without a quotient: more than the mean.
        let is_rich = customer.account_balance * number > total;
        is_rich && !buyers.contains(&customer.customer_key)
    });
    let idle: Vec<_> = idle
        .map(|customer| (customer.phone[..2].to_owned(), customer.account_balance))
        .collect();
    let numbers = counts(idle.iter().map(|(code, _)| code.clone()));
    let rows = sums(idle).into_iter();
    rows.map(|(code, balance)| {
        let number = numbers[&code];
        (code, number, some(balance))
    })
    .collect()
}
