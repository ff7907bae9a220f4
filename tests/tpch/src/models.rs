//! The eight tables of TPC-H. Columns have the names of the specification, without the prefix of their table.
//!
//! The keys that refer to other tables are indexed, as the specification allows it.

use chrono::NaiveDate;
use orm::prelude::*;
use rust_decimal::Decimal;

/// A part of the world.
#[derive(Model, Clone, Debug)]
#[orm(table = "region")]
pub struct Region {
    #[orm(primary_key, auto_increment = false)]
    pub region_key: i64,
    #[orm(length = 25)]
    pub name: String,
    #[orm(length = 152)]
    pub comment: String,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "nation")]
pub struct Nation {
    #[orm(primary_key, auto_increment = false)]
    pub nation_key: i64,
    #[orm(length = 25)]
    pub name: String,
    #[orm(references = Region.region_key, index)]
    pub region_key: i64,
    #[orm(length = 152)]
    pub comment: String,
    pub region: BelongsTo<Region>,
}

/// A kind of part that is sold.
#[derive(Model, Clone, Debug)]
#[orm(table = "part")]
pub struct Part {
    #[orm(primary_key, auto_increment = false)]
    pub part_key: i64,
    #[orm(length = 55)]
    pub name: String,
    #[orm(length = 25)]
    pub manufacturer: String,
    #[orm(length = 10)]
    pub brand: String,
    #[orm(length = 25, column = "type")]
    pub kind: String,
    pub size: i32,
    #[orm(length = 10)]
    pub container: String,
    #[orm(precision = 12, scale = 2)]
    pub retail_price: Decimal,
    #[orm(length = 23)]
    pub comment: String,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "supplier")]
pub struct Supplier {
    #[orm(primary_key, auto_increment = false)]
    pub supplier_key: i64,
    #[orm(length = 25)]
    pub name: String,
    #[orm(length = 40)]
    pub address: String,
    #[orm(references = Nation.nation_key, index)]
    pub nation_key: i64,
    #[orm(length = 15)]
    pub phone: String,
    #[orm(precision = 12, scale = 2)]
    pub account_balance: Decimal,
    #[orm(length = 101)]
    pub comment: String,
    pub nation: BelongsTo<Nation>,
}

/// What a supplier has of a part.
#[derive(Model, Clone, Debug)]
#[orm(table = "partsupp")]
pub struct PartSupplier {
    #[orm(primary_key, references = Part.part_key)]
    pub part_key: i64,
    #[orm(primary_key, references = Supplier.supplier_key, index)]
    pub supplier_key: i64,
    pub available: i32,
    #[orm(precision = 12, scale = 2)]
    pub supply_cost: Decimal,
    #[orm(length = 199)]
    pub comment: String,
    pub part: BelongsTo<Part>,
    pub supplier: BelongsTo<Supplier>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "customer")]
pub struct Customer {
    #[orm(primary_key, auto_increment = false)]
    pub customer_key: i64,
    #[orm(length = 25)]
    pub name: String,
    #[orm(length = 40)]
    pub address: String,
    #[orm(references = Nation.nation_key, index)]
    pub nation_key: i64,
    #[orm(length = 15)]
    pub phone: String,
    #[orm(precision = 12, scale = 2)]
    pub account_balance: Decimal,
    #[orm(length = 10)]
    pub market_segment: String,
    #[orm(length = 117)]
    pub comment: String,
    pub nation: BelongsTo<Nation>,
    pub orders: HasMany<Order>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "orders")]
pub struct Order {
    #[orm(primary_key, auto_increment = false)]
    pub order_key: i64,
    #[orm(references = Customer.customer_key, index)]
    pub customer_key: i64,
    #[orm(length = 1)]
    pub status: String,
    #[orm(precision = 12, scale = 2)]
    pub total_price: Decimal,
    pub order_date: NaiveDate,
    #[orm(length = 15)]
    pub priority: String,
    #[orm(length = 15)]
    pub clerk: String,
    pub ship_priority: i32,
    #[orm(length = 79)]
    pub comment: String,
    pub customer: BelongsTo<Customer>,
    pub lines: HasMany<LineItem>,
}

/// A line of an order.
#[derive(Model, Clone, Debug)]
#[orm(table = "lineitem")]
#[orm(foreign_key(part_key, supplier_key, references = (PartSupplier.part_key, PartSupplier.supplier_key)))]
#[orm(index(part_key, supplier_key))]
pub struct LineItem {
    #[orm(primary_key, references = Order.order_key)]
    pub order_key: i64,
    #[orm(primary_key)]
    pub line_number: i32,
    #[orm(references = Part.part_key)]
    pub part_key: i64,
    #[orm(references = Supplier.supplier_key, index)]
    pub supplier_key: i64,
    #[orm(precision = 12, scale = 2)]
    pub quantity: Decimal,
    #[orm(precision = 12, scale = 2)]
    pub extended_price: Decimal,
    #[orm(precision = 12, scale = 2)]
    pub discount: Decimal,
    #[orm(precision = 12, scale = 2)]
    pub tax: Decimal,
    #[orm(length = 1)]
    pub return_flag: String,
    #[orm(length = 1)]
    pub line_status: String,
    pub ship_date: NaiveDate,
    pub commit_date: NaiveDate,
    pub receipt_date: NaiveDate,
    #[orm(length = 25)]
    pub ship_instructions: String,
    #[orm(length = 10)]
    pub ship_mode: String,
    #[orm(length = 44)]
    pub comment: String,
    pub order: BelongsTo<Order>,
    pub part: BelongsTo<Part>,
    pub supplier: BelongsTo<Supplier>,
    #[orm(key(part_key, supplier_key))]
    pub offer: BelongsTo<PartSupplier>,
}
