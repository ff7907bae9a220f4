//! The programs of the chapter "Cascades".

use orm::prelude::*;

// ANCHOR: models
#[derive(Model, Clone, Debug)]
#[orm(table = "customers")]
struct Customer {
    #[orm(primary_key)]
    id: i64,
    name: String,
    #[orm(cascade = delete)]
    orders: HasMany<Order>,
    #[orm(cascade = set_null)]
    reviews: HasMany<Review>,
    logins: HasMany<Login>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "orders")]
struct Order {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Customer.id, index)]
    customer_id: i64,
    customer: BelongsTo<Customer>,
    #[orm(cascade = delete, orphans = delete)]
    lines: HasMany<Line>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "order_lines")]
struct Line {
    #[orm(primary_key)]
    id: i64,
    article: String,
    #[orm(references = Order.id, index)]
    order_id: i64,
    order: BelongsTo<Order>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "reviews")]
struct Review {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Customer.id, index)]
    customer_id: Option<i64>,
    customer: BelongsTo<Option<Customer>>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "logins")]
struct Login {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Customer.id, on_delete = cascade, index)]
    customer_id: i64,
    customer: BelongsTo<Customer>,
}
// ANCHOR_END: models

fn main() -> orm::Result<()> {
    let engine = Engine::options("sqlite://").echo().connect()?;
    orm::metadata().create_all(&engine)?;
    store(&engine)?;
    orphans(&engine)?;
    delete_all(&engine)
}

fn store(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let ada = session.add(Customer::builder().name("ada"));
    let order =
        session.append(ada, Customer.orders, Order::builder())?;
    for article in ["pen", "ink"] {
        let line = Line::builder().article(article);
        session.append(order, Order.lines, line)?;
    }
    session.append(ada, Customer.reviews, Review::builder())?;
    session.append(ada, Customer.logins, Login::builder())?;
    session.commit()
}

// ANCHOR: orphans
fn orphans(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let order = session.get(Order, 1)?.expect("the row is there");
    // SELECT "id", "customer_id" FROM "orders" WHERE "id" = ?
    let lines = session.load(order, Order.lines)?;
    // SELECT "id", "article", "order_id" FROM "order_lines"
    //     WHERE "order_id" = ?
    session.unlink(order, Order.lines, lines[1])?;
    session.commit()
    // DELETE FROM "order_lines" WHERE "id" = ?
}
// ANCHOR_END: orphans

// ANCHOR: delete
fn delete_all(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let ada = session.get(Customer, 1)?.expect("the row is there");
    // SELECT "id", "name" FROM "customers" WHERE "id" = ?
    session.delete(ada);
    session.commit()?;
    // BEGIN IMMEDIATE
    // SELECT "id", "customer_id" FROM "orders" WHERE "customer_id" = ?
    // SELECT "id", "customer_id" FROM "reviews" WHERE "customer_id" = ?
    // SELECT "id", "article", "order_id" FROM "order_lines"
    //     WHERE "order_id" = ?
    // UPDATE "reviews" SET "customer_id" = ?
    //     WHERE "id" = ? AND "customer_id" IS ?
    // DELETE FROM "order_lines" WHERE "id" = ?
    // DELETE FROM "orders" WHERE "id" = ?
    // DELETE FROM "customers" WHERE "id" = ?
    // COMMIT

    assert_eq!(select(Login).count(&mut session)?, 0);
    // SELECT COUNT(*) FROM "logins"
    assert_eq!(select(Review).count(&mut session)?, 1);
    // SELECT COUNT(*) FROM "reviews"
    Ok(())
}
// ANCHOR_END: delete
