//! The rows of TPC-H at the scale factor of the tests, as the benchmark's own generator makes them.

use chrono::{Days, NaiveDate};
use orm::prelude::*;
use rust_decimal::Decimal;
use tpchgen::dates::TPCHDate;
use tpchgen::decimal::TPCHDecimal;
use tpchgen::generators::{
    CustomerGenerator, LineItemGenerator, NationGenerator, OrderGenerator, PartGenerator,
    PartSuppGenerator, RegionGenerator, SupplierGenerator,
};

use crate::models::{Customer, LineItem, Nation, Order, Part, PartSupplier, Region, Supplier};

/// The specification has 1 for a gigabyte of text. This is 10 MB: 60,175 lines of 15,000 orders.
pub const SCALE_FACTOR: f64 = 0.01;

fn money(decimal: TPCHDecimal) -> Decimal {
    Decimal::new(decimal.into_inner(), 2)
}

/// The generator counts days from the first of 1992.
fn day(date: TPCHDate) -> NaiveDate {
    let days = u64::try_from(date.to_unix_epoch()).unwrap_or_default();
    NaiveDate::default() + Days::new(days)
}

/// Returns the five regions.
pub fn regions() -> impl Iterator<Item = Region> {
    let rows = RegionGenerator::new(SCALE_FACTOR, 1, 1);
    rows.iter().map(|row| Region {
        region_key: row.r_regionkey,
        name: row.r_name.into(),
        comment: row.r_comment.into(),
    })
}

/// Returns the 25 nations.
///
/// A struct whose foreign key is 0 leaves the key to its relation, and regions and nations are numbered from 0 on: what refers
/// to them is made by builders.
pub fn nations() -> impl Iterator<Item: NewRow<Model = Nation>> {
    let rows = NationGenerator::new(SCALE_FACTOR, 1, 1);
    rows.iter().map(|row| {
        Nation::builder()
            .nation_key(row.n_nationkey)
            .name(row.n_name)
            .region_key(row.n_regionkey)
            .comment(row.n_comment)
    })
}

/// Returns 2,000 parts.
pub fn parts() -> impl Iterator<Item = Part> {
    let rows = PartGenerator::new(SCALE_FACTOR, 1, 1);
    rows.iter().map(|row| Part {
        part_key: row.p_partkey,
        name: row.p_name.to_string(),
        manufacturer: row.p_mfgr.to_string(),
        brand: row.p_brand.to_string(),
        kind: row.p_type.into(),
        size: row.p_size,
        container: row.p_container.into(),
        retail_price: money(row.p_retailprice),
        comment: row.p_comment.into(),
    })
}

/// Returns 100 suppliers.
pub fn suppliers() -> impl Iterator<Item: NewRow<Model = Supplier>> {
    let rows = SupplierGenerator::new(SCALE_FACTOR, 1, 1);
    rows.iter().map(|row| {
        Supplier::builder()
            .supplier_key(row.s_suppkey)
            .name(row.s_name.to_string())
            .address(row.s_address.to_string())
            .nation_key(row.s_nationkey)
            .phone(row.s_phone.to_string())
            .account_balance(money(row.s_acctbal))
            .comment(row.s_comment)
    })
}

/// Returns what suppliers have: 8,000 rows, four for each part.
pub fn part_suppliers() -> impl Iterator<Item = PartSupplier> {
    let rows = PartSuppGenerator::new(SCALE_FACTOR, 1, 1);
    rows.iter().map(|row| PartSupplier {
        part_key: row.ps_partkey,
        supplier_key: row.ps_suppkey,
        available: row.ps_availqty,
        supply_cost: money(row.ps_supplycost),
        comment: row.ps_comment.into(),
        part: BelongsTo::default(),
        supplier: BelongsTo::default(),
    })
}

/// Returns 1,500 customers. A third of them has no orders.
pub fn customers() -> impl Iterator<Item: NewRow<Model = Customer>> {
    let rows = CustomerGenerator::new(SCALE_FACTOR, 1, 1);
    rows.iter().map(|row| {
        Customer::builder()
            .customer_key(row.c_custkey)
            .name(row.c_name.to_string())
            .address(row.c_address.to_string())
            .nation_key(row.c_nationkey)
            .phone(row.c_phone.to_string())
            .account_balance(money(row.c_acctbal))
            .market_segment(row.c_mktsegment)
            .comment(row.c_comment)
    })
}

/// Returns 15,000 orders of the years 1992 to 1998.
pub fn orders() -> impl Iterator<Item = Order> {
    let rows = OrderGenerator::new(SCALE_FACTOR, 1, 1);
    rows.iter().map(|row| Order {
        order_key: row.o_orderkey,
        customer_key: row.o_custkey,
        status: row.o_orderstatus.as_str().into(),
        total_price: money(row.o_totalprice),
        order_date: day(row.o_orderdate),
        priority: row.o_orderpriority.into(),
        clerk: row.o_clerk.to_string(),
        ship_priority: row.o_shippriority,
        comment: row.o_comment.into(),
        customer: BelongsTo::default(),
        lines: HasMany::default(),
    })
}

/// Returns the lines of the orders, one to seven for each.
pub fn line_items() -> impl Iterator<Item = LineItem> {
    let rows = LineItemGenerator::new(SCALE_FACTOR, 1, 1);
    rows.iter().map(|row| LineItem {
        order_key: row.l_orderkey,
        line_number: row.l_linenumber,
        part_key: row.l_partkey,
        supplier_key: row.l_suppkey,
        quantity: row.l_quantity.into(),
        extended_price: money(row.l_extendedprice),
        discount: money(row.l_discount),
        tax: money(row.l_tax),
        return_flag: row.l_returnflag.into(),
        line_status: row.l_linestatus.into(),
        ship_date: day(row.l_shipdate),
        commit_date: day(row.l_commitdate),
        receipt_date: day(row.l_receiptdate),
        ship_instructions: row.l_shipinstruct.into(),
        ship_mode: row.l_shipmode.into(),
        comment: row.l_comment.into(),
        order: BelongsTo::default(),
        part: BelongsTo::default(),
        supplier: BelongsTo::default(),
        offer: BelongsTo::default(),
    })
}
