//! The answers of Q1 to Q8.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use chrono::{Datelike as _, NaiveDate};
use orm_tpch::queries::{q01, q02, q03, q04, q05, q06, q07, q08, texts};
use rust_decimal::Decimal;

use super::{Add, World, counts, day, exact, one, quotient, revenue, some, sums};

pub(super) fn answers(world: &World, add: Add<'_>) {
    add("q01", texts(q01(world)));
    add("q02", texts(q02(world)));
    add("q03", texts(q03(world)));
    add("q04", texts(q04(world)));
    add("q05", texts(q05(world)));
    add("q06", one(q06(world)));
    add("q07", texts(q07(world)));
    add("q08", texts(q08(world)));
}

/// Whether a date is in the year.
fn in_year(date: NaiveDate, year: i32) -> bool {
    date.year() == year
}

fn q01(world: &World) -> Vec<q01::Row> {
    let mut groups: BTreeMap<_, ([Decimal; 5], i64)> = BTreeMap::new();
    for line in &world.lines {
        if line.ship_date <= day(1998, 9, 2) {
            let key = (line.return_flag.clone(), line.line_status.clone());
            let (sums, count) = groups.entry(key).or_default();
            sums[0] += line.quantity;
            sums[1] += line.extended_price;
            sums[2] += revenue(line);
            sums[3] += revenue(line) * (Decimal::ONE + line.tax);
            sums[4] += line.discount;
            *count += 1;
        }
    }
    let rows = groups.into_iter().map(|(key, (sums, count))| {
        let mean = |sum| some(quotient(sum, count.into(), 2));
        let [quantity, price, discounted, charge, discount] = sums;
        (
            key,
            (some(quantity), some(price), some(discounted), some(charge)),
            (mean(quantity), mean(price), mean(discount)),
            count,
        )
    });
    rows.collect()
}

fn q02(world: &World) -> Vec<q02::Row> {
    let european = |key: i64| world.region(world.suppliers[&key].nation_key) == "EUROPE";
    let mut least: HashMap<i64, Decimal> = HashMap::new();
    for offer in world
        .offers
        .values()
        .filter(|offer| european(offer.supplier_key))
    {
        let least = least.entry(offer.part_key).or_insert(offer.supply_cost);
        *least = offer.supply_cost.min(*least);
    }
    let mut rows: Vec<q02::Row> = Vec::new();
    for offer in world
        .offers
        .values()
        .filter(|offer| european(offer.supplier_key))
    {
        let (part, supplier) = (
            &world.parts[&offer.part_key],
            &world.suppliers[&offer.supplier_key],
        );
        let is_wanted = part.size == 15 && part.kind.ends_with("BRASS");
        if is_wanted && offer.supply_cost == least[&part.part_key] {
            rows.push((
                exact(supplier.account_balance),
                supplier.name.clone(),
                world.nation(supplier.nation_key).into(),
                part.part_key,
                part.manufacturer.clone(),
                supplier.address.clone(),
                supplier.phone.clone(),
                supplier.comment.clone(),
            ));
        }
    }
    rows.sort_by_key(|row| (Reverse(row.0), row.2.clone(), row.1.clone(), row.3));
    rows.truncate(100);
    rows
}

fn q03(world: &World) -> Vec<q03::Row> {
    let today = day(1995, 3, 15);
    let lines = world.lines.iter().filter(|line| {
        let order = world.order(line);
        let segment = &world.customer(order).market_segment;
        segment == "BUILDING" && order.order_date < today && line.ship_date > today
    });
    let sums = sums(lines.map(|line| (line.order_key, revenue(line))));
    let rows = sums.into_iter().map(|(key, revenue)| {
        let order = &world.orders[&key];
        (key, some(revenue), order.order_date, order.ship_priority)
    });
    let mut rows: Vec<q03::Row> = rows.collect();
    rows.sort_by_key(|row| (Reverse(row.1), row.2));
    rows.truncate(10);
    rows
}

fn q04(world: &World) -> Vec<q04::Row> {
    let orders = world.orders.values().filter(|order| {
        let mut lines = world.lines_of[&order.order_key].iter();
        order.order_date >= day(1993, 7, 1)
            && order.order_date <= day(1993, 9, 30)
            && lines.any(|line| line.receipt_date > line.commit_date)
    });
    let counts = counts(orders.map(|order| order.priority.clone()));
    counts.into_iter().collect()
}

fn q05(world: &World) -> Vec<q05::Row> {
    let lines = world.lines.iter().filter_map(|line| {
        let (order, supplier) = (world.order(line), world.supplier(line));
        let nation = supplier.nation_key;
        let is_local = world.customer(order).nation_key == nation;
        let is_wanted =
            is_local && world.region(nation) == "ASIA" && in_year(order.order_date, 1994);
        is_wanted.then(|| (world.nation(nation).to_owned(), revenue(line)))
    });
    let sums = sums(lines).into_iter();
    sums.map(|(nation, revenue)| (nation, some(revenue)))
        .collect()
}

fn q06(world: &World) -> q06::Row {
    let lines = world.lines.iter().filter(|line| {
        let cents = line.discount * Decimal::ONE_HUNDRED;
        in_year(line.ship_date, 1994)
            && cents >= Decimal::from(5)
            && cents <= Decimal::from(7)
            && line.quantity < Decimal::from(24)
    });
    some(lines.map(|line| line.extended_price * line.discount).sum())
}

fn q07(world: &World) -> Vec<q07::Row> {
    let lines = world.lines.iter().filter_map(|line| {
        let seller = world.nation(world.supplier(line).nation_key);
        let buyer = world.nation(world.customer(world.order(line)).nation_key);
        let year = line.ship_date.year();
        let is_wanted = matches!(
            (seller, buyer),
            ("FRANCE", "GERMANY") | ("GERMANY", "FRANCE")
        ) && matches!(year, 1995 | 1996);
        is_wanted.then(|| ((seller.to_owned(), buyer.to_owned(), year), revenue(line)))
    });
    let sums = sums(lines).into_iter();
    sums.map(|((seller, buyer, year), revenue)| (seller, buyer, year, some(revenue)))
        .collect()
}

fn q08(world: &World) -> Vec<q08::Row> {
    let mut years: BTreeMap<i32, (Decimal, Decimal)> = BTreeMap::new();
    for line in &world.lines {
        let order = world.order(line);
        let year = order.order_date.year();
        let buyer = world.customer(order).nation_key;
        let is_wanted = world.part(line).kind == "ECONOMY ANODIZED STEEL"
            && world.region(buyer) == "AMERICA"
            && matches!(year, 1995 | 1996);
        if is_wanted {
            let (own, all) = years.entry(year).or_default();
            *all += revenue(line);
            if world.nation(world.supplier(line).nation_key) == "BRAZIL" {
                *own += revenue(line);
            }
        }
    }
    let years = years.into_iter();
    years
        .map(|(year, (own, all))| (year, some(quotient(own, all, 4))))
        .collect()
}
