//! The migrations make what the models need.

use orm::prelude::*;
use orm::testing::TestDatabase;
use shop::{Product, place};

#[orm::test(migrations = "migrations/{dialect}")]
fn fit_the_models(db: TestDatabase) -> orm::Result<()> {
    let mut session = db.session();
    session.add(Product {
        id: 0,
        name: "screws".to_owned(),
        stock: 5,
    });
    session.commit()?;
    place(db.engine(), "screws", 5)?;
    assert_eq!(select(Product.stock).one(&mut db.connection()?)?, 0);
    Ok(())
}
