//! Labels of the select list in ORDER BY and in dynamic rows, and labels that are named like columns.

use orm::ErrorKind;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::suite::support::fails;

cases![
    "labels":
    a_label_is_an_order,
    a_label_of_an_aggregate_is_an_order,
    a_label_hides_no_column,
    equal_values_alone_are_the_labelled_expression,
    labels_order_a_set_operation,
    labels_are_names_in_dynamic_rows,
    quotes_in_labels_are_escaped,
    labels_pass_through_counts_and_derived_tables,
    an_empty_label_is_refused,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "label_goods")]
struct Good {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 20)]
    name: String,
    #[orm(length = 20)]
    shelf: String,
    price: i64,
    amount: Option<i64>,
}

/// Names, shelves, prices and amounts.
const GOODS: [(&str, &str, i64, Option<i64>); 5] = [
    ("egg", "b", 3, Some(4)),
    ("bread", "a", 9, Some(1)),
    ("milk", "b", 2, None),
    ("salt", "a", 1, Some(1)),
    ("tea", "c", 7, Some(3)),
];

fn goods(db: &Db) -> Connection {
    Metadata::of((Good,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let rows = GOODS.map(|(name, shelf, price, amount)| {
        let row = Good::builder().name(name).shelf(shelf);
        row.price(price).amount(amount)
    });
    insert(Good).values(rows).execute(&mut conn).unwrap();
    db.sent();
    conn
}

/// Whether the statement that was sent last orders by a name in quotes.
fn orders_by(db: &Db, name: &str) -> bool {
    let sent = db.sent();
    let (_, orders) = sent[0].rsplit_once(" ORDER BY ").unwrap();
    orders.to_lowercase().contains(name) && !orders.contains('?') && !orders.contains('$')
}

fn a_label_is_an_order(db: &Db) {
    let conn = &mut goods(db);
    let worth = (Good.price * Good.amount + 1).label("worth");
    let query = select((Good.name, worth.clone()));
    let query = query.order_by((worth.desc().nulls_last(), Good.id));
    let found = query.all(conn).unwrap();
    let names: Vec<_> = found.iter().map(|row| row.0.as_str()).collect();
    assert_eq!(names, ["tea", "egg", "bread", "salt", "milk"]);
    assert_eq!(found[0].1, Some(22));
    assert!(orders_by(db, "worth"));
    // One that is not selected is an expression.
    let query = select(Good.name).order_by((Good.price + 1).label("more").desc());
    assert_eq!(query.first(conn).unwrap(), Some("bread".to_owned()));
}

fn a_label_of_an_aggregate_is_an_order(db: &Db) {
    let conn = &mut goods(db);
    let total = sum(Good.price).label("total");
    let query = select((Good.shelf, total.clone())).group_by(Good.shelf);
    let query = query
        .having(total.clone().gt(5))
        .order_by((total.asc().nulls_first(), Good.shelf));
    let found = query.all(conn).unwrap();
    let expected = [("c", 7), ("a", 10)].map(|(shelf, total)| (shelf.to_owned(), Some(total)));
    assert_eq!(found, expected);
    assert!(orders_by(db, "total"));
    // By a grouped expression, in the other direction too.
    let shelf = Good.shelf.concat("!").label("place");
    let query = select((shelf.clone(), count_all())).group_by(Good.shelf);
    let found = query.order_by(shelf.desc()).all(conn).unwrap();
    let expected = [("c!", 1), ("b!", 2), ("a!", 2)];
    assert_eq!(
        found,
        expected.map(|(shelf, rows)| (shelf.to_owned(), rows))
    );
}

fn a_label_hides_no_column(db: &Db) {
    let conn = &mut goods(db);
    // The order is that of the column, not that of the label of its name.
    let query = select((Good.name, (Good.price * -1).label("price"))).order_by(Good.price);
    let found = query.all(conn).unwrap();
    assert_eq!(found[0], ("salt".to_owned(), -1));
    let negated = (Good.price * -1).label("Price");
    let query = select((Good.name, negated.clone())).order_by(negated);
    assert_eq!(query.all(conn).unwrap()[0], ("bread".to_owned(), -9));
    let query = select((Good.shelf.concat("x").label("name"), Good.name)).order_by(Good.name);
    assert_eq!(query.all(conn).unwrap()[0].1, "bread");
    // Two columns of one name are no order: it is the expression.
    let one = (Good.price * -1).label("twice");
    let query = select((one.clone(), (Good.price * 2).label("twice"))).order_by(one);
    assert_eq!(query.all(conn).unwrap()[0], (-9, 18));
    // Groups and HAVING are those of the column.
    let shelf = Good.shelf.concat(".").label("shelf");
    let query = select((shelf, count_all())).group_by(Good.shelf);
    let query = query.having(Good.shelf.eq("b"));
    assert_eq!(query.all(conn).unwrap(), [("b.".to_owned(), 2)]);
}

/// The text of a query with other values is another one where an order is no longer the labelled expression.
fn equal_values_alone_are_the_labelled_expression(db: &Db) {
    let conn = &mut goods(db);
    let first = |by: i64| {
        let distance = |from: i64| (Good.price - from) * (Good.price - from);
        let query = select((Good.name, distance(3).label("distance")));
        query.order_by((distance(by), Good.id))
    };
    for _ in 0..2 {
        assert_eq!(first(3).all(conn).unwrap()[0], ("egg".to_owned(), 0));
        assert_eq!(first(9).all(conn).unwrap()[0], ("bread".to_owned(), 36));
    }
    // In a subquery as well.
    for (by, id) in [(3, 1), (9, 2), (3, 1), (9, 2)] {
        let best = select((Good.id, (Good.price - 3).label("distance")));
        let best = best
            .order_by((Good.price - by) * (Good.price - by))
            .limit(1);
        let best = best.as_table("best");
        let query = select(best.columns().0).from(&best);
        assert_eq!(query.one(conn).unwrap(), id);
    }
}

fn labels_order_a_set_operation(db: &Db) {
    let conn = &mut goods(db);
    let twice = (Good.price * 2).label("twice");
    let first = select((Good.name, twice.clone())).filter(Good.shelf.eq("a"));
    let second = select((Good.name, Good.price * 3)).filter(Good.shelf.eq("b"));
    let query = first.union_all(second).order_by(twice.desc()).limit(2);
    let expected = [("bread", 18), ("egg", 9)].map(|(name, price)| (name.to_owned(), price));
    assert_eq!(query.all(conn).unwrap(), expected);
    assert!(db.sent()[0].to_lowercase().contains("twice"));
}

fn labels_are_names_in_dynamic_rows(db: &Db) {
    let conn = &mut goods(db);
    let query = select((Good.name.label("what"), (Good.price + 1).label("more")));
    let rows = query.order_by(Good.id).rows(conn).unwrap();
    assert_eq!(rows[0].names().collect::<Vec<_>>(), ["what", "more"]);
    assert_eq!(rows[0].get::<i64>("more").unwrap(), 4);
    assert_eq!(rows[0].get::<String>("what").unwrap(), "egg");
}

fn quotes_in_labels_are_escaped(db: &Db) {
    let conn = &mut goods(db);
    for name in ["a\"b", "a`b", "a'b; --", "größe", "1", "select"] {
        let label = (Good.price * 2).label(name);
        let query = select((Good.id, label.clone())).order_by(label.desc());
        assert_eq!(query.all(conn).unwrap()[0], (2, 18), "{name}");
    }
}

fn labels_pass_through_counts_and_derived_tables(db: &Db) {
    let conn = &mut goods(db);
    let twice = (Good.price * 2).label("twice");
    let query = select((Good.shelf, twice.clone())).order_by(twice.desc());
    assert_eq!(query.clone().limit(3).count(conn).unwrap(), 3);
    assert_eq!(query.clone().distinct().count(conn).unwrap(), 5);
    assert!(query.exists(conn).unwrap());
    let top = query.limit(2).as_table("top");
    let (shelf, price) = top.columns();
    let query = select((shelf, price)).from(&top).order_by(price);
    let expected = [("c", 14), ("a", 18)].map(|(shelf, price)| (shelf.to_owned(), price));
    assert_eq!(query.all(conn).unwrap(), expected);
    // DISTINCT orders by what it selects.
    let shelf = Good.shelf.concat("?").label("place");
    let query = select(shelf.clone()).distinct().order_by(shelf.desc());
    assert_eq!(query.all(conn).unwrap(), ["c?", "b?", "a?"]);
    let last = select((Good.id, (Good.price * 2).label("twice"))).order_by(Good.price * 2);
    assert_eq!(last.last(conn).unwrap(), Some((2, 18)));
}

fn an_empty_label_is_refused(db: &Db) {
    let conn = &mut goods(db);
    let query = select((Good.price + 1).label(""));
    let error = fails(query.all(conn), ErrorKind::Usage);
    assert_eq!(error.message(), "a label is empty");
    assert!(db.sent().is_empty());
}
