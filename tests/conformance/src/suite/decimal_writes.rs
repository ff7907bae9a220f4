//! Exact decimals that are written: what doesn't fit is refused, what is computed is rounded, and old values are compared.

use orm::ErrorKind;
use orm::prelude::*;

use super::decimals::{Item, Money, Rate, d, empty, item, items, texts};
use super::support::fails;
use crate::cases;
use crate::database::Db;
use crate::suite::Requires;

cases![
    "decimal_writes":
    what_has_too_many_digits_is_refused (Requires::Decimals),
    computed_values_are_rounded_or_refused (Requires::Decimals),
    unique_values_are_numbers (Requires::Decimals),
    old_values_are_compared_as_numbers (Requires::Decimals),
    many_rows_change_together (Requires::Decimals),
    rows_are_set_to_expressions (Requires::Decimals),
    defaults_are_exact (Requires::Decimals),
    types_over_them_have_columns (Requires::Decimals),
];

/// The digits that a price has no room for.
const MISFITS: &[&str] = &["0.001", "10000000000", "-10000000000.00", "1e20", "1.999"];

fn what_has_too_many_digits_is_refused(db: &Db) {
    let conn = &mut items(db, &["5.00"]);
    for price in MISFITS {
        let refused = insert(Item).values(item(price)).execute(conn).unwrap_err();
        let mut session = db.session();
        session.add(item(price));
        let by_session = session.commit().unwrap_err();
        let mut session = db.session();
        let handle = session.get(Item, 1).unwrap().unwrap();
        session[handle].price = d(price);
        let by_change = session.commit().unwrap_err();
        let update = update(Item)
            .set(Item.price, d(price))
            .execute(conn)
            .unwrap_err();
        for error in [refused, by_session, by_change, update] {
            assert_eq!(error.kind(), ErrorKind::OutOfRange, "{error}");
            assert_eq!(error.table(), Some("decimal_items"), "{error}");
            assert_eq!(error.column(), Some("price"), "{error}");
            assert!(
                error
                    .message()
                    .contains("more digits than its column of 12"),
                "{error}"
            );
        }
    }
    assert_eq!(texts(&select(Item.price).all(conn).unwrap()), ["5"]);
    for price in ["9999999999.99", "-9999999999.99", "0.010"] {
        insert(Item).values(item(price)).execute(conn).unwrap();
    }
}

fn computed_values_are_rounded_or_refused(db: &Db) {
    let conn = &mut items(db, &["1.01", "-1.01", "2.50"]);
    for (factor, expected) in [
        ("0.5", ["0.51", "-0.51", "1.25"]),
        ("0.5", ["0.26", "-0.26", "0.63"]),
        ("3.333", ["0.87", "-0.87", "2.1"]),
    ] {
        update(Item)
            .set(Item.price, Item.price * d(factor))
            .execute(conn)
            .unwrap();
        let prices = select(Item.price).order_by(Item.id).all(conn).unwrap();
        assert_eq!(texts(&prices), expected, "{factor}");
    }
    update(Item)
        .set(Item.exact, Item.price + d("0.123456789"))
        .execute(conn)
        .unwrap();
    update(Item)
        .set(Item.price, Item.exact.coalesce(d("0")))
        .filter(Item.id.eq(1))
        .execute(conn)
        .unwrap();
    assert_eq!(
        texts(&select(Item.price).filter(Item.id.eq(1)).all(conn).unwrap()),
        ["0.99"]
    );
    let too_large = update(Item).set(Item.price, Item.price * d("1e10"));
    fails(too_large.execute(conn), ErrorKind::OutOfRange);
    let copied = update(Item).set(
        Item.price,
        Item.exact.coalesce(Item.price) * d("9999999999.99"),
    );
    fails(copied.execute(conn), ErrorKind::OutOfRange);
    assert_eq!(
        select(Item)
            .filter(Item.price.gt(d("3")))
            .count(conn)
            .unwrap(),
        0
    );
}

fn unique_values_are_numbers(db: &Db) {
    let mut conn = empty(db);
    let rate = |rate: &str| Rate::builder().rate(d(rate));
    insert(Rate)
        .values(rate("1.10"))
        .execute(&mut conn)
        .unwrap();
    insert(Rate)
        .values(rate("1.1001"))
        .execute(&mut conn)
        .unwrap();
    let again = insert(Rate).values(rate("1.1000")).execute(&mut conn);
    fails(again, ErrorKind::UniqueViolation);
}

fn old_values_are_compared_as_numbers(db: &Db) {
    let conn = &mut items(db, &["1.10", "2.00"]);
    let mut session = db.session();
    let one = session.get(Item, 1).unwrap().unwrap();
    session.commit().unwrap();
    session[one].price = d("1.20");
    session.commit().unwrap();
    session[one].price = d("1.30");
    update(Item)
        .set(Item.price, d("1.25"))
        .execute(conn)
        .unwrap();
    let error = session.commit().unwrap_err();
    assert!(error.is_stale_data(), "{error}");
    let mut session = db.session();
    let both = select(Item).all(&mut session).unwrap();
    session.commit().unwrap();
    for handle in both {
        session[handle].price = d("7.77");
    }
    session.commit().unwrap();
    assert_eq!(
        texts(&select(Item.price).all(conn).unwrap()),
        ["7.77", "7.77"]
    );
}

fn many_rows_change_together(db: &Db) {
    let prices: Vec<String> = (0..300).map(|n| format!("{n}.{:02}", n % 100)).collect();
    let prices: Vec<&str> = prices.iter().map(String::as_str).collect();
    let conn = &mut items(db, &prices);
    let mut session = db.session();
    let all = select(Item).order_by(Item.id).all(&mut session).unwrap();
    for handle in &all {
        let item = &mut session[*handle];
        item.exact = Some(item.price + d("0.0000000001"));
        item.price += d("0.01");
    }
    session.commit().unwrap();
    let rows = select((Item.price, Item.exact))
        .order_by(Item.id)
        .all(conn)
        .unwrap();
    for (price, (new, exact)) in prices.iter().zip(rows) {
        assert_eq!(
            (new, exact),
            (d(price) + d("0.01"), Some(d(price) + d("0.0000000001")))
        );
    }
    for handle in all {
        session.delete(handle);
    }
    session.commit().unwrap();
    assert_eq!(select(Item).count(conn).unwrap(), 0);
}

fn rows_are_set_to_expressions(db: &Db) {
    items(db, &["1.10"]);
    let mut session = db.session();
    let one = session.get(Item, 1).unwrap().unwrap();
    session
        .set(one, Item.price, Item.price * d("1.05"))
        .unwrap();
    session.commit().unwrap();
    session.refresh(one).unwrap();
    assert_eq!(session[one].price, d("1.16"));
}

fn defaults_are_exact(db: &Db) {
    let conn = &mut empty(db);
    insert(Rate)
        .values(Rate::builder().rate(d("0.1")))
        .execute(conn)
        .unwrap();
    let row = select(Rate).one(conn).unwrap();
    assert_eq!((row.share, row.fee), (d("0.125"), d("7")));
    let found = select(Rate).filter(Rate.share.eq(d("0.125")) & Rate.fee.lt(d("7.01")));
    assert_eq!(found.count(conn).unwrap(), 1);
}

fn types_over_them_have_columns(db: &Db) {
    let conn = &mut empty(db);
    let rate = Rate::builder().rate(d("1")).money(Some(Money(d("9.50"))));
    insert(Rate).values(rate).execute(conn).unwrap();
    let found = select(Rate.money)
        .filter(Rate.money.eq(Money(d("9.5"))))
        .one(conn)
        .unwrap();
    assert_eq!(found, Some(Money(d("9.5"))));
    let wide = Rate::builder().rate(d("2")).money(Some(Money(d("9.555"))));
    fails(
        insert(Rate).values(wide).execute(conn),
        ErrorKind::OutOfRange,
    );
}
