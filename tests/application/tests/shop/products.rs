//! Products have names of their own.

use orm::prelude::*;
use shop::Product;

#[orm::test(models(Product))]
fn have_a_name_of_their_own(mut session: Session) {
    for _ in 0..2 {
        session.add(Product {
            id: 0,
            name: "nails".to_owned(),
            stock: 0,
        });
    }
    let error = session.commit().unwrap_err();
    assert!(error.is_unique_violation(), "{error}");
    assert_eq!(error.constraint(), Some("uq_products_name"));
}
