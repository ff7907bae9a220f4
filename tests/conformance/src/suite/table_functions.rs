//! Sources whose rows are computed: series of integers, elements of JSON arrays, functions; and samples of tables.

use orm::ErrorKind;
use orm::prelude::*;
use orm::query::{bernoulli, generate_series, json_elements, system, table_function};
use orm::sql::{JsonElementStyle, SeriesStyle};
use serde_json::{Value, json};

use crate::Requires;
use crate::cases;
use crate::database::Db;
use crate::suite::support::fails;

cases![
    "table_functions":
    numbers_in_from (Requires::Series),
    ends_of_series (Requires::Series),
    long_series (Requires::Series),
    series_with_other_numbers (Requires::Series),
    a_row_for_each_number (Requires::Series),
    elements_of_arrays (Requires::JsonElements),
    rows_without_elements (Requires::JsonElements),
    elements_inside_of_documents (Requires::JsonElements),
    samples_of_a_table (Requires::TableSamples),
    wrong_sources_are_refused,
    what_is_missing_is_unsupported,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "day_visits")]
struct Visit {
    #[orm(primary_key)]
    id: i64,
    day: i64,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "element_docs")]
struct Doc {
    #[orm(primary_key)]
    id: i64,
    tags: Option<Value>,
}

fn visits(db: &Db) -> Connection {
    Metadata::of((Visit,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let rows = [2, 2, 4].map(|day| Visit::builder().day(day));
    insert(Visit).values(rows).execute(&mut conn).unwrap();
    db.sent();
    conn
}

fn docs(db: &Db) -> Connection {
    Metadata::of((Doc,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let tags = [
        Some(json!(["a", "b\"c", 3, null, true, {"k": [1, 2]}, 1.5])),
        Some(json!([])),
        Some(json!("no array")),
        Some(json!({"list": ["x", "y"]})),
        None,
    ];
    let rows = tags.map(|tags| Doc::builder().tags(tags));
    insert(Doc).values(rows).execute(&mut conn).unwrap();
    db.sent();
    conn
}

fn series(conn: &mut Connection, first: i64, last: i64, step: i64) -> Vec<i64> {
    let numbers = generate_series("numbers", first, last, step);
    let (number,) = numbers.columns();
    let query = select(number).from(&numbers);
    let mut found = query.all(conn).unwrap();
    found.sort_unstable();
    found
}

fn numbers_in_from(db: &Db) {
    let conn = &mut visits(db);
    assert_eq!(series(conn, 1, 5, 1), [1, 2, 3, 4, 5]);
    assert_eq!(series(conn, 1, 6, 2), [1, 3, 5]);
    assert_eq!(series(conn, 3, -3, -3), [-3, 0, 3]);
    assert_eq!(series(conn, 7, 7, 1), [7]);
    assert_eq!(series(conn, 7, 6, 1), [0; 0]);
    assert_eq!(series(conn, 6, 7, -1), [0; 0]);
    assert_eq!(series(conn, 1, 3, 100), [1]);
}

fn ends_of_series(db: &Db) {
    let conn = &mut visits(db);
    assert_eq!(
        series(conn, i64::MAX - 3, i64::MAX, 2),
        [i64::MAX - 3, i64::MAX - 1]
    );
    assert_eq!(
        series(conn, i64::MIN + 2, i64::MIN, -2),
        [i64::MIN, i64::MIN + 2]
    );
}

fn long_series(db: &Db) {
    let conn = &mut visits(db);
    for length in [999, 1000, 1001, 12_345] {
        let numbers = generate_series("numbers", 1, length, 1);
        let (number,) = numbers.columns();
        let query = select((count_all(), sum(number), max(number))).from(&numbers);
        let sum = length * (length + 1) / 2;
        assert_eq!(query.one(conn).unwrap(), (length, Some(sum), Some(length)));
    }
}

fn series_with_other_numbers(db: &Db) {
    let conn = &mut visits(db);
    let query = |last| {
        let numbers = generate_series("numbers", 1, last, 1);
        let (number,) = numbers.columns();
        let query = select(number).from(&numbers).filter(number.gt(1));
        query.order_by(number.desc()).limit(2)
    };
    assert_eq!(query(5).all(conn).unwrap(), [5, 4]);
    let first = db.sent();
    assert_eq!(query(3).all(conn).unwrap(), [3, 2]);
    assert_eq!(db.sent(), first);
}

fn a_row_for_each_number(db: &Db) {
    let conn = &mut visits(db);
    let days = generate_series("days", 1, 4, 1);
    let (day,) = days.columns();
    let query = select((day, count(Visit.id))).from(&days);
    let query = query.left_join_on(Visit, Visit.day.eq(day)).group_by(day);
    let found = query.order_by(day).all(conn).unwrap();
    assert_eq!(found, [(1, 0), (2, 2), (3, 0), (4, 1)]);
    let query = select(Visit.id).join_on(&days, day.lt(Visit.day));
    assert_eq!(query.count(conn).unwrap(), 1 + 1 + 3);
}

fn elements_of_arrays(db: &Db) {
    let conn = &mut docs(db);
    let tags = json_elements("tag", Doc.tags);
    let query = select((Doc.id, tags.position(), tags.element())).cross_join(&tags);
    let found = query.order_by((Doc.id, tags.position())).all(conn).unwrap();
    let elements = [
        json!("a"),
        json!("b\"c"),
        json!(3),
        json!(null),
        json!(true),
        json!({"k": [1, 2]}),
        json!(1.5),
    ];
    let expected = elements.into_iter().zip(0..);
    let expected: Vec<_> = expected
        .map(|(element, at)| (1, at, Some(element)))
        .collect();
    assert_eq!(found, expected);
    // As text and as numbers, in conditions.
    let query = select(Doc.id).cross_join(&tags);
    let query = query.filter(tags.element().as_text().eq("b\"c"));
    assert_eq!(query.all(conn).unwrap(), [1]);
    let query = select(sum(tags.element().as_i64())).cross_join(&tags);
    assert_eq!(query.from(Doc).one(conn).unwrap(), Some(3));
}

fn rows_without_elements(db: &Db) {
    let conn = &mut docs(db);
    let tags = json_elements("tag", Doc.tags);
    let query = select((Doc.id, count(tags.position())));
    let query = query
        .left_join_on(&tags, Predicate::all([]))
        .group_by(Doc.id);
    let found = query.order_by(Doc.id).all(conn).unwrap();
    assert_eq!(found, [(1, 7), (2, 0), (3, 0), (4, 0), (5, 0)]);
}

fn elements_inside_of_documents(db: &Db) {
    let conn = &mut docs(db);
    let list = json_elements("entry", Doc.tags.at("list"));
    let query = select((Doc.id, list.element().as_text())).cross_join(&list);
    let query = query.filter(list.position().eq(1));
    assert_eq!(query.all(conn).unwrap(), [(4, Some("y".to_owned()))]);
    // Of an element of another array.
    let tags = json_elements("tag", Doc.tags);
    let inner = json_elements("part", tags.element().at("k"));
    let query = select(inner.element().as_i64()).from(Doc);
    let query = query.cross_join(&tags).cross_join(&inner);
    let found = query.order_by(inner.position()).all(conn).unwrap();
    assert_eq!(found, [Some(1), Some(2)]);
}

fn samples_of_a_table(db: &Db) {
    let conn = &mut visits(db);
    let all = select(Visit.day).from(bernoulli(Visit, 100.0));
    assert_eq!(all.count(conn).unwrap(), 3);
    let none = select(Visit).from(system(Visit, 0.0).repeatable(-3));
    assert!(none.all(conn).unwrap().is_empty());
    let alias = Visit.alias("v");
    let query = select((Visit.id, alias.id)).join_on(bernoulli(alias, 99.5), alias.id.eq(Visit.id));
    assert!(query.all(conn).unwrap().len() <= 3);
    // A database with samples has names for the columns of functions.
    let words = table_function::<(String,)>("words", "regexp_split_to_table", ("a b", " "));
    let (word,) = words.columns();
    let query = select(word).from(&words).order_by(word);
    assert_eq!(query.all(conn).unwrap(), ["a", "b"]);
    let copies = table_function::<(i64,)>("copies", "generate_series", (1_i64, Visit.day));
    let query = select((Visit.id, copies.columns().0)).cross_join(&copies);
    assert_eq!(query.count(conn).unwrap(), 8);
}

fn wrong_sources_are_refused(db: &Db) {
    let conn = &mut visits(db);
    for wrong in [
        generate_series("numbers", 1, 2, 0),
        generate_series("", 1, 2, 1),
        generate_series("n", i64::MIN, i64::MAX, 1),
        table_function("f", "sleep(1); --", ()),
        table_function("", "generate_series", (1_i64, 2_i64)),
    ] {
        let (number,) = wrong.columns();
        fails(select(number).from(&wrong).all(conn), ErrorKind::Usage);
    }
    for percent in [-1.0, 100.5, f64::NAN, f64::INFINITY] {
        let query = select(Visit).from(bernoulli(Visit, percent));
        fails(query.all(conn), ErrorKind::Usage);
    }
    assert!(db.sent().is_empty());
}

fn what_is_missing_is_unsupported(db: &Db) {
    let conn = &mut visits(db);
    let selects = conn.capabilities().selects;
    let numbers = generate_series("numbers", 1, 2, 1);
    let found = select(numbers.columns().0)
        .from(&numbers)
        .all(conn)
        .map(|_| ());
    let has_series = selects.series != SeriesStyle::Unsupported;
    let samples = select(Visit)
        .from(bernoulli(Visit, 1.0))
        .all(conn)
        .map(|_| ());
    let mut checks = vec![(found, has_series), (samples, selects.table_samples)];
    if selects.json_elements == JsonElementStyle::Unsupported {
        let tags = json_elements("tag", Doc.tags);
        let elements = select(Doc.id).cross_join(&tags).all(conn).map(|_| ());
        checks.push((elements, false));
    }
    for (found, is_there) in checks {
        assert_eq!(found.is_ok(), is_there, "{found:?}");
        assert!(is_there || found.is_err_and(|error| error.is_unsupported()));
    }
}
