//! The answers of Q9 to Q15.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::Datelike as _;
use orm_tpch::queries::{q09, q10, q11, q12, q13, q14, q15, texts};
use rust_decimal::Decimal;

use super::{Add, World, counts, day, exact, one, quotient, revenue, some, sums};

pub(super) fn answers(world: &World, add: Add<'_>) {
    add("q09", texts(q09(world)));
    add("q10", texts(q10(world)));
    add("q11", texts(q11(world)));
    add("q12", texts(q12(world)));
    add("q13", texts(q13(world)));
    add("q14", one(q14(world)));
    add("q15", texts(q15(world)));
}

fn q09(world: &World) -> Vec<q09::Row> {
    let lines = world.lines.iter().filter_map(|line| {
        let nation = world.nation(world.supplier(line).nation_key).to_owned();
        let offer = &world.offers[&(line.part_key, line.supplier_key)];
        let profit = revenue(line) - offer.supply_cost * line.quantity;
        let key = (nation, Reverse(world.order(line).order_date.year()));
        let is_green = world.part(line).name.contains("green");
        is_green.then_some((key, profit))
    });
    let sums = sums(lines).into_iter();
    sums.map(|((nation, Reverse(year)), profit)| (nation, year, some(profit)))
        .collect()
}

fn q10(world: &World) -> Vec<q10::Row> {
    let lines = world.lines.iter().filter_map(|line| {
        let order = world.order(line);
        let date = order.order_date;
        let is_wanted =
            line.return_flag == "R" && date >= day(1993, 10, 1) && date <= day(1993, 12, 31);
        is_wanted.then(|| (order.customer_key, revenue(line)))
    });
    let rows = sums(lines).into_iter().map(|(key, lost)| {
        let customer = &world.customers[&key];
        (
            key,
            customer.name.clone(),
            some(lost),
            exact(customer.account_balance),
            world.nation(customer.nation_key).into(),
            customer.address.clone(),
            customer.phone.clone(),
            customer.comment.clone(),
        )
    });
    let mut rows: Vec<q10::Row> = rows.collect();
    rows.sort_by_key(|row| Reverse(row.2));
    rows.truncate(20);
    rows
}

fn q11(world: &World) -> Vec<q11::Row> {
    let offers = world.offers.values().filter_map(|offer| {
        let nation = world.suppliers[&offer.supplier_key].nation_key;
        let value = offer.supply_cost * Decimal::from(offer.available);
        (world.nation(nation) == "GERMANY").then_some((offer.part_key, value))
    });
    let values = sums(offers);
    let total: Decimal = values.values().sum();
    let values = values.into_iter();
    values
        .filter(|(_, value)| *value * Decimal::ONE_HUNDRED > total)
        .map(|(part, value)| (part, some(value)))
        .collect()
}

fn q12(world: &World) -> Vec<q12::Row> {
    let mut modes: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for line in &world.lines {
        let is_wanted = matches!(&*line.ship_mode, "MAIL" | "SHIP")
            && line.ship_date < line.commit_date
            && line.commit_date < line.receipt_date
            && line.receipt_date.year() == 1994;
        if is_wanted {
            let (urgent, other) = modes.entry(line.ship_mode.clone()).or_default();
            match &*world.order(line).priority {
                "1-URGENT" | "2-HIGH" => *urgent += 1,
                _ => *other += 1,
            }
        }
    }
    let modes = modes.into_iter();
    modes
        .map(|(mode, (urgent, other))| (mode, urgent, other))
        .collect()
}

fn q13(world: &World) -> Vec<q13::Row> {
    let is_special = |comment: &str| {
        let found = comment.split_once("special");
        found.is_some_and(|(_, rest)| rest.contains("requests"))
    };
    let usual = world
        .orders
        .values()
        .filter(|order| !is_special(&order.comment));
    let of_customers = counts(usual.map(|order| order.customer_key));
    let customers = world.customers.keys();
    let distribution =
        counts(customers.map(|key| of_customers.get(key).copied().unwrap_or_default()));
    let mut rows: Vec<q13::Row> = distribution.into_iter().collect();
    rows.sort_by_key(|(orders, customers)| Reverse((*customers, *orders)));
    rows
}

fn q14(world: &World) -> q14::Row {
    let lines = || {
        let lines = world.lines.iter();
        lines.filter(|line| line.ship_date.year() == 1995 && line.ship_date.month() == 9)
    };
    let promoted = lines().filter(|line| world.part(line).kind.starts_with("PROMO"));
    let promoted: Decimal = promoted.map(revenue).sum();
    let all: Decimal = lines().map(revenue).sum();
    some(quotient(promoted * Decimal::ONE_HUNDRED, all, 4))
}

fn q15(world: &World) -> Vec<q15::Row> {
    let lines = world
        .lines
        .iter()
        .filter(|line| line.ship_date >= day(1996, 1, 1) && line.ship_date <= day(1996, 3, 31));
    let sums = sums(lines.map(|line| (line.supplier_key, revenue(line))));
    let highest = sums.values().max().copied();
    let best = sums
        .into_iter()
        .filter(|(_, revenue)| Some(*revenue) == highest);
    let rows = best.map(|(key, revenue)| {
        let supplier = &world.suppliers[&key];
        (
            key,
            supplier.name.clone(),
            supplier.address.clone(),
            supplier.phone.clone(),
            some(revenue),
        )
    });
    rows.collect()
}
