//! A shop that sells what it has: the program whose tests in `tests/shop/` run on every database.

#![allow(missing_docs, reason = "the columns' names say what they have")]

use orm::prelude::*;
use orm::{Error, ErrorKind, Result};

/// What is sold.
#[derive(Model, Clone, Debug)]
#[orm(table = "products")]
pub struct Product {
    #[orm(primary_key)]
    pub id: i64,
    #[orm(unique, length = 80)]
    pub name: String,
    pub stock: i32,
}

/// What was bought.
#[derive(Model, Clone, Debug)]
#[orm(table = "orders")]
pub struct Order {
    #[orm(primary_key)]
    pub id: i64,
    #[orm(references = Product.id, index)]
    pub product_id: i64,
    pub quantity: i32,
    pub shipped: bool,
}

/// Takes a product from the stock and orders it, both or neither.
///
/// # Errors
/// There is no such product, or not enough of it.
pub fn place(engine: &Engine, product: &str, quantity: i32) -> Result<i64> {
    engine.transaction(|session| {
        let product = select(Product)
            .filter(Product.name.eq(product))
            .one(session)?;
        session[product].stock -= quantity;
        if session[product].stock < 0 {
            return Err(Error::with_message(ErrorKind::Usage, "not enough in stock"));
        }
        let product_id = session[product].id;
        let order = session.add(Order {
            id: 0,
            product_id,
            quantity,
            shipped: false,
        });
        session.flush()?;
        Ok(session[order].id)
    })
}

/// Ships an order, and returns whether it had not been shipped before.
///
/// # Errors
/// There is no such order.
pub fn ship(session: &mut Session, id: i64) -> Result<bool> {
    let order = select(Order).filter(Order.id.eq(id)).one(session)?;
    let is_new = !session[order].shipped;
    session[order].shipped = true;
    session.commit()?;
    Ok(is_new)
}
