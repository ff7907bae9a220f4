//! Orders are placed as a whole, and shipped once.

use orm::prelude::*;
use orm::testing::{TestDatabase, assert_statements};
use shop::{Order, Product, place, ship};

fn with_nails(db: &TestDatabase) -> orm::Result<()> {
    let mut session = db.session();
    session.add(Product {
        id: 0,
        name: "nails".to_owned(),
        stock: 100,
    });
    session.commit()
}

#[orm::test]
fn ships_once(db: TestDatabase) -> orm::Result<()> {
    with_nails(&db)?;
    let order = place(db.engine(), "nails", 10)?;
    let mut session = db.session();
    assert!(assert_statements!(db, 2, ship(&mut session, order)?));
    // The second time there is nothing to write.
    let select = r#"SELECT "id", "product_id", "quantity", "shipped" FROM "orders" WHERE "id" = ?"#;
    let is_new = assert_statements!(db, [select], ship(&mut session, order)?);
    assert!(!is_new);
    Ok(())
}

#[orm::test(rollback)]
fn takes_from_the_stock(db: TestDatabase) -> orm::Result<()> {
    with_nails(&db)?;
    place(db.engine(), "nails", 10)?;
    place(db.engine(), "nails", 20)?;
    let stock = select(Product.stock).one(&mut db.connection()?)?;
    assert_eq!(stock, 70);
    Ok(())
}

#[orm::test(rollback)]
fn is_refused_as_a_whole(db: TestDatabase) -> orm::Result<()> {
    with_nails(&db)?;
    let refused = place(db.engine(), "nails", 101).unwrap_err();
    assert_eq!(refused.message(), "not enough in stock");
    let mut conn = db.connection()?;
    assert_eq!(select(Product.stock).one(&mut conn)?, 100);
    assert_eq!(select(Order).count(&mut conn)?, 0);
    Ok(())
}
