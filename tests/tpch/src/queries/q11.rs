//! Q11, the important stock identification: the parts that are a certain fraction of a nation's stock.

use orm::prelude::*;
use rust_decimal::Decimal;

use super::RowsOf;
use crate::models::{Nation, PartSupplier, Supplier};

/// The part, and the value of its stock.
pub type Row = (i64, Option<Decimal>);

pub fn query() -> Select<impl RowsOf<Row>> {
    // 0.0001 at the scale factor 1.
    let fraction = Decimal::new(1, 2);
    let value = sum(PartSupplier.supply_cost * PartSupplier.available.cast::<Decimal>());
    let total = select(value.clone() * fraction)
        .from(PartSupplier)
        .join(Supplier)
        .join(Nation)
        .filter(Nation.name.eq("GERMANY"));
    select((PartSupplier.part_key, value.clone()))
        .join(Supplier)
        .join(Nation)
        .filter(Nation.name.eq("GERMANY"))
        .group_by(PartSupplier.part_key)
        .having(value.clone().gt(scalar(total)))
        .order_by(value.desc())
}
