//! Q15, the top supplier: who brought the highest revenue of a quarter.

use orm::prelude::*;
use rust_decimal::Decimal;

use super::{Revenue as _, RowsOf, day, within};
use crate::models::{LineItem, Supplier};

/// The supplier's key, name, address, phone and revenue.
pub type Row = (i64, String, String, String, Option<Decimal>);

pub fn query() -> Select<impl RowsOf<Row>> {
    let revenue = select((LineItem.supplier_key, sum(LineItem.revenue())))
        .filter(within(LineItem.ship_date, day(1996, 1, 1), 3))
        .group_by(LineItem.supplier_key)
        .cte("revenue");
    let (supplier, total) = revenue.columns();
    let highest = select(max(total)).from(&revenue);
    select((
        Supplier.supplier_key,
        Supplier.name,
        Supplier.address,
        Supplier.phone,
        total,
    ))
    .join_on(&revenue, supplier.eq(Supplier.supplier_key))
    .filter(total.eq(scalar(highest)))
    .order_by(Supplier.supplier_key)
}
