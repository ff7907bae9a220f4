//! Q8, the national market share: a nation's share of a region's revenue with some parts, by year.

use orm::prelude::*;
use rust_decimal::Decimal;

use super::{Revenue as _, RowsOf, day};
use crate::models::{Customer, LineItem, Nation, Order, Part, Region, Supplier};

/// The year, and the share with four digits after the point.
pub type Row = (i32, Option<Decimal>);

pub fn query() -> Select<impl RowsOf<Row>> {
    let (seller, buyer) = (Nation.alias("seller"), Nation.alias("buyer"));
    let year = Order.order_date.year();
    let of_nation = case()
        .when(seller.name.eq("BRAZIL"), LineItem.revenue())
        .otherwise(Decimal::ZERO);
    let share = sum(of_nation).div_dp(sum(LineItem.revenue()), 4);
    select((year.clone(), share))
        .from(LineItem)
        .join(LineItem.part)
        .join(LineItem.supplier)
        .join(LineItem.order)
        .join(Order.customer)
        .join(Customer.nation.as_(buyer))
        .join(buyer.region)
        .join(Supplier.nation.as_(seller))
        .filter(Region.name.eq("AMERICA"))
        .filter(Part.kind.eq("ECONOMY ANODIZED STEEL"))
        .filter(Order.order_date.between(day(1995, 1, 1), day(1996, 12, 31)))
        .group_by(year.clone())
        .order_by(year)
}
