//! The clauses of aggregates: FILTER, DISTINCT, and texts that are joined in an order.

use orm::ErrorKind;
use orm::prelude::*;
use orm::query::{string_agg, string_agg_distinct, sum_distinct};

use crate::Requires;
use crate::cases;
use crate::database::Db;
use crate::suite::support::fails;

cases![
    "aggregate_clauses":
    only_rows_of_the_filter_count,
    filters_of_filters_both_hold,
    a_filter_of_no_rows,
    a_filter_keeps_distinct,
    distinct_values_are_added_up,
    filters_stand_in_having_and_order,
    texts_are_joined_in_an_order (Requires::StringAgg),
    separators_are_texts (Requires::StringAgg),
    distinct_texts_are_joined (Requires::StringAgg),
    long_texts_are_joined_whole (Requires::StringAgg),
    a_filter_chooses_the_texts (Requires::StringAgg),
];

#[derive(Model, Clone, Debug)]
#[orm(table = "shop_sales")]
struct Sale {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 20)]
    shop: String,
    #[orm(length = 2000)]
    item: Option<String>,
    amount: Option<i32>,
}

/// Shops, items and amounts of six sales.
const SALES: [(&str, Option<&str>, Option<i32>); 6] = [
    ("north", Some("tea"), Some(5)),
    ("north", Some("jam"), Some(5)),
    ("north", Some("tea"), Some(2)),
    ("south", Some("oil"), None),
    ("south", None, Some(9)),
    ("south", Some("jam"), Some(1)),
];

fn sales(db: &Db) -> Connection {
    Metadata::of((Sale,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let rows = SALES.map(|(shop, item, amount)| {
        let item = item.map(str::to_owned);
        Sale::builder().shop(shop).item(item).amount(amount)
    });
    insert(Sale).values(rows).execute(&mut conn).unwrap();
    db.sent();
    conn
}

fn only_rows_of_the_filter_count(db: &Db) {
    let conn = &mut sales(db);
    let much = || Sale.amount.ge(5);
    let query = select((
        Sale.shop,
        count_all(),
        count_all().filter(much()),
        count(Sale.item).filter(much()),
        sum(Sale.amount).filter(Sale.item.eq("tea")),
        min(Sale.item).filter(much()),
        avg(Sale.amount).filter(Sale.amount.lt(5)),
    ));
    let found = query.group_by(Sale.shop).order_by(Sale.shop);
    let jam = Some("jam".to_owned());
    assert_eq!(
        found.all(conn).unwrap(),
        [
            ("north".to_owned(), 3, 2, 2, Some(7), jam, Some(2.0)),
            ("south".to_owned(), 3, 1, 0, None, None, Some(1.0)),
        ]
    );
}

fn filters_of_filters_both_hold(db: &Db) {
    let conn = &mut sales(db);
    let both = count_all()
        .filter(Sale.amount.ge(2))
        .filter(Sale.item.is_not_null());
    assert_eq!(select(both).from(Sale).one(conn).unwrap(), 3);
}

fn a_filter_of_no_rows(db: &Db) {
    let conn = &mut sales(db);
    let none = || Sale.amount.gt(100);
    let query = select((count_all().filter(none()), sum(Sale.amount).filter(none())));
    assert_eq!(query.from(Sale).one(conn).unwrap(), (0, None));
}

fn a_filter_keeps_distinct(db: &Db) {
    let conn = &mut sales(db);
    let items = count_distinct(Sale.item);
    let north = items.clone().filter(Sale.shop.eq("north"));
    assert_eq!(select((items, north)).one(conn).unwrap(), (3, 2));
}

fn distinct_values_are_added_up(db: &Db) {
    let conn = &mut sales(db);
    let query = select((sum(Sale.amount), sum_distinct(Sale.amount)));
    assert_eq!(query.one(conn).unwrap(), (Some(22), Some(17)));
}

fn filters_stand_in_having_and_order(db: &Db) {
    let conn = &mut sales(db);
    let teas = || count_all().filter(Sale.item.eq("tea"));
    let query = select(Sale.shop)
        .group_by(Sale.shop)
        .order_by(teas().desc());
    assert_eq!(query.all(conn).unwrap(), ["north", "south"]);
    let query = select(Sale.shop).group_by(Sale.shop).having(teas().gt(1));
    assert_eq!(query.all(conn).unwrap(), ["north"]);
    let alone = select(Sale.id).filter(teas().gt(1));
    fails(alone.all(conn), ErrorKind::Usage);
}

fn texts_are_joined_in_an_order(db: &Db) {
    let conn = &mut sales(db);
    let query = select((
        Sale.shop,
        string_agg(Sale.item, ", ", Sale.id.desc()),
        string_agg(Sale.item, "", (Sale.item, Sale.id)),
    ));
    let query = query.group_by(Sale.shop).order_by(Sale.shop);
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        query.all(conn).unwrap(),
        [
            ("north".to_owned(), text("tea, jam, tea"), text("jamteatea")),
            ("south".to_owned(), text("jam, oil"), text("jamoil")),
        ]
    );
    let none = select(string_agg(Sale.item, ", ", ())).filter(Sale.id.gt(99));
    assert_eq!(none.one(conn).unwrap(), None);
    let one = select(string_agg(Sale.item, ", ", ())).filter(Sale.item.eq("oil"));
    assert_eq!(one.one(conn).unwrap(), text("oil"));
}

fn separators_are_texts(db: &Db) {
    let conn = &mut sales(db);
    let order = || Sale.id.asc();
    for separator in [
        "'", "\"", "\\", "', '", "%s", "?", ":a", "$1", "--", "/*", "🦀", "\n",
    ] {
        let joined = string_agg(Sale.item, separator, order());
        let query = select(joined).filter(Sale.shop.eq("south"));
        let expected = ["oil", "jam"].join(separator);
        assert_eq!(query.one(conn).unwrap(), Some(expected), "{separator:?}");
    }
    // Each separator has a text of its own.
    let joined = |separator: String| select(string_agg(Sale.item, separator, order()));
    for separator in ["1", "2"] {
        let query = joined(separator.to_owned()).filter(Sale.shop.eq("south"));
        let expected = format!("oil{separator}jam");
        assert_eq!(query.one(conn).unwrap(), Some(expected));
    }
}

fn distinct_texts_are_joined(db: &Db) {
    let conn = &mut sales(db);
    let query = select(string_agg_distinct(Sale.item, ","));
    assert_eq!(query.one(conn).unwrap().as_deref(), Some("jam,oil,tea"));
    let query = select(string_agg_distinct(Sale.item, " + "));
    match query.one(conn) {
        Ok(texts) => assert_eq!(texts.as_deref(), Some("jam + oil + tea")),
        Err(error) => assert!(error.is_unsupported(), "{error}"),
    }
}

fn long_texts_are_joined_whole(db: &Db) {
    let conn = &mut sales(db);
    let item = "x".repeat(1500);
    let rows = (0..4).map(|_| Sale::builder().shop("far").item(item.clone()).amount(1));
    insert(Sale)
        .values(rows.collect::<Vec<_>>())
        .execute(conn)
        .unwrap();
    let joined = select(string_agg(Sale.item, "-", ())).filter(Sale.shop.eq("far"));
    let joined = joined.one(conn).unwrap().unwrap();
    assert_eq!(joined, [item.as_str(); 4].join("-"));
}

fn a_filter_chooses_the_texts(db: &Db) {
    let conn = &mut sales(db);
    let cheap = string_agg(Sale.item, "/", Sale.id).filter(Sale.amount.le(2));
    assert_eq!(select(cheap).one(conn).unwrap().as_deref(), Some("tea/jam"));
}
