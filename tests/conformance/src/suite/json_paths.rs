//! Paths in JSON documents: each accessor over each document, with results that are the same on every database.

use orm::ErrorKind;
use orm::prelude::*;
use serde_json::{Value, json};

use crate::cases;
use crate::database::Db;
use crate::suite::Requires;
use crate::suite::support::fails;

cases![
    "json_paths":
    values_are_extracted_by_type (Requires::Json),
    numbers_are_compared_by_value (Requires::Json),
    paths_lead_to_values_or_to_nothing (Requires::Json),
    a_key_is_never_a_path (Requires::Json),
    hyphens_are_found_or_refused (Requires::Json),
    containment_is_that_of_documents (Requires::Json),
    arrays_have_lengths (Requires::Json),
    values_of_documents_stand_in_all_clauses (Requires::Json),
    a_text_is_one_for_all_keys (Requires::Json),
    keys_are_set_and_removed (Requires::Json),
    a_session_sets_keys (Requires::Json),
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "json_items")]
struct Item {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    extra: Option<Value>,
}

fn items(db: &Db, documents: impl IntoIterator<Item = Option<Value>>) -> Connection {
    Metadata::of((Item,)).create_all(&db.engine).unwrap();
    let rows = (0..).zip(documents);
    let rows: Vec<Item> = rows.map(|(id, extra)| Item { id, extra }).collect();
    let mut conn = db.engine.connection().unwrap();
    insert(Item).values(rows).execute(&mut conn).unwrap();
    conn
}

fn found(conn: &mut Connection, condition: Predicate) -> Vec<i64> {
    let query = select(Item.id).filter(condition).order_by(Item.id);
    query.all(conn).unwrap()
}

/// A document, and what its key `v` is as an integer, a float, text and a truth value.
type Row = (
    Option<Value>,
    Option<i64>,
    Option<f64>,
    Option<&'static str>,
    Option<bool>,
);

/// A document with a value at its key, and once more in an array.
#[expect(
    clippy::unnecessary_wraps,
    clippy::needless_pass_by_value,
    reason = "the table of documents reads better"
)]
fn at_v(value: Value) -> Option<Value> {
    Some(json!({"v": value, "w": [value]}))
}

fn without_values() -> Vec<Row> {
    let documents = [
        None,
        Some(json!(null)),
        Some(json!({})),
        Some(json!([])),
        Some(json!(["v", 1])),
        Some(json!([{"v": 1}])),
        Some(json!("v")),
        Some(json!(5)),
        Some(json!(true)),
        at_v(json!(null)),
        at_v(json!({})),
        at_v(json!({"v": 1})),
        at_v(json!([])),
        at_v(json!([1])),
    ];
    let rows = documents.into_iter();
    rows.map(|document| (document, None, None, None, None))
        .collect()
}

fn numbers() -> Vec<Row> {
    let numbers = [
        (json!(0), Some(0), 0.0),
        (json!(1), Some(1), 1.0),
        (json!(-7), Some(-7), -7.0),
        (json!(1.0), Some(1), 1.0),
        (json!(1.5), None, 1.5),
        (json!(-0.25), None, -0.25),
        (json!(0.1), None, 0.1),
        (json!(1e-9), None, 1e-9),
        (json!(1e3), Some(1000), 1000.0),
        (json!(1e17), Some(100_000_000_000_000_000), 1e17),
        (json!(1e19), None, 1e19),
        (json!(1e300), None, 1e300),
        (json!(-1e300), None, -1e300),
        (json!(5e-324), None, 5e-324),
        (json!(i64::MAX), Some(i64::MAX), 9_223_372_036_854_775_808.0),
        (
            json!(i64::MIN),
            Some(i64::MIN),
            -9_223_372_036_854_775_808.0,
        ),
        (json!(u64::MAX), None, 18_446_744_073_709_551_616.0),
        (json!(1_u64 << 63), None, 9_223_372_036_854_775_808.0),
    ];
    let rows = numbers.into_iter();
    rows.map(|(value, int, float)| (at_v(value), int, Some(float), None, None))
        .collect()
}

fn texts() -> Vec<Row> {
    const ODD: &str = "\"q\" \\ 'a' \n\t ü 😀 \u{1}";
    let texts = ["", "x", "x ", "5", "true", "null", ODD, "{\"v\": 1}"];
    let rows = texts.map(|text| (at_v(json!(text)), None, None, Some(text), None));
    rows.into()
}

fn rows() -> Vec<Row> {
    let truths = [true, false].map(|truth| (at_v(json!(truth)), None, None, None, Some(truth)));
    [without_values(), numbers(), texts(), truths.into()].concat()
}

fn values_are_extracted_by_type(db: &Db) {
    let rows = rows();
    let mut conn = items(db, rows.iter().map(|row| row.0.clone()));
    for place in [Item.extra.at("v"), Item.extra.at("w").at(0)] {
        let query = select((
            place.clone().as_i64(),
            place.clone().as_f64(),
            place.clone().as_text(),
            place.clone().as_bool(),
            place.clone().json(),
        ));
        let read = query.order_by(Item.id).all(&mut conn).unwrap();
        for (row, (int, float, text, truth, json)) in rows.iter().zip(read) {
            let (document, own_int, own_float, own_text, own_truth) = row;
            let own = (*own_int, *own_float, *own_text, *own_truth);
            assert_eq!((int, float, text.as_deref(), truth), own, "{document:?}");
            let value = document.as_ref().and_then(|document| document.get("v"));
            let same = match (&json, value) {
                (Some(Value::Number(read)), Some(Value::Number(own))) => {
                    read.as_f64() == own.as_f64()
                }
                (read, own) => read.as_ref() == own,
            };
            assert!(same, "{json:?} of {document:?}");
        }
    }
    // The whole document is a place, too.
    let whole = select(Item.extra.as_i64()).filter(Item.id.in_([6, 7, 8]));
    let whole = whole.order_by(Item.id).all(&mut conn).unwrap();
    assert_eq!(whole, [None, Some(5), None]);
    assert_eq!(found(&mut conn, Item.extra.as_text().eq("v")), [6]);
    assert_eq!(found(&mut conn, Item.extra.as_bool().is_true()), [8]);
}

fn numbers_are_compared_by_value(db: &Db) {
    let documents = [
        json!(1),
        json!(1.0),
        json!("1"),
        json!(9),
        json!(10),
        json!("x"),
    ];
    let mut conn = items(db, documents.map(|value| Some(json!({"a": [value]}))));
    let first = || Item.extra.at("a").at(0);
    assert_eq!(found(&mut conn, first().as_i64().eq(1)), [0, 1]);
    assert_eq!(found(&mut conn, first().as_i64().gt(5)), [3, 4]);
    assert_eq!(found(&mut conn, first().as_f64().lt(9.5)), [0, 1, 3]);
    assert_eq!(found(&mut conn, first().as_text().gt("1")), [5]);
    assert_eq!(found(&mut conn, first().as_i64().in_([9, 10, 11])), [3, 4]);
    assert_eq!(found(&mut conn, first().as_i64().is_null()), [2, 5]);
    assert_eq!(found(&mut conn, first().json().eq(json!(1))), [0, 1]);
    // Conversions that would fail are not tried in writes either.
    let statement = update(Item)
        .set(Item.id, Item.id + 100)
        .filter(first().as_i64().gt(5));
    assert_eq!(statement.execute(&mut conn).unwrap(), 2);
}

fn paths_lead_to_values_or_to_nothing(db: &Db) {
    let documents = [
        json!({"a": {"b": [10, {"c": "deep"}]}, "0": "key", "n": null}),
        json!([[1, 2], {"a": 1}, "0"]),
        json!("text"),
        json!({"a": "text"}),
    ];
    let mut conn = items(db, documents.map(Some));
    let conn = &mut conn;
    let extra = || Item.extra;
    assert_eq!(
        found(
            conn,
            extra().at("a").at("b").at(1).at("c").as_text().eq("deep")
        ),
        [0]
    );
    assert_eq!(
        found(conn, extra().at("a").at("b").at(0).as_i64().eq(10)),
        [0]
    );
    assert_eq!(found(conn, extra().at("0").as_text().eq("key")), [0]);
    assert_eq!(found(conn, extra().at(0).at(1).as_i64().eq(2)), [1]);
    assert_eq!(found(conn, extra().at(1).at("a").as_i64().eq(1)), [1]);
    // A position is none of an object or a scalar, and a key none of an array.
    assert_eq!(found(conn, extra().at(0).json().is_not_null()), [1]);
    assert_eq!(
        found(conn, extra().at("a").at(0).json().is_not_null()),
        [0; 0]
    );
    assert_eq!(found(conn, extra().at("a").json().is_not_null()), [0, 3]);
    assert_eq!(found(conn, extra().at(7).json().is_not_null()), [0; 0]);
    assert_eq!(
        found(conn, extra().at("a").at("x").at("y").json().is_not_null()),
        [0; 0]
    );
    assert_eq!(found(conn, extra().has_key("a")), [0, 3]);
    assert_eq!(found(conn, !extra().has_key("a")), [1, 2]);
    assert_eq!(found(conn, extra().has_key("n")), [0]);
    assert_eq!(found(conn, extra().at("n").is_json_null()), [0]);
    assert_eq!(found(conn, extra().at(0).is_json_null()), [0; 0]);
    assert_eq!(found(conn, extra().at("a").has_key("b")), [0]);
    assert_eq!(found(conn, extra().at(1).has_key("a")), [1]);
}

const HOSTILE: &[&str] = &[
    "",
    " ",
    "a b",
    "\"",
    "'",
    "\\",
    "\\\"",
    "`",
    "$",
    "$.a",
    "a.b",
    "[0]",
    "*",
    "**",
    "#",
    "@",
    "?",
    ":x",
    "$1",
    "%",
    "/*",
    ";",
    "{a}",
    ",",
    "\n",
    "\t",
    "\u{1}",
    "ü",
    "😀",
    "null",
    "0",
    "last",
    "\"].x[\"",
    "' OR 1=1 --",
];

fn a_key_is_never_a_path(db: &Db) {
    let all: Value = (0..)
        .zip(HOSTILE)
        .map(|(number, key)| ((*key).to_owned(), json!(number)))
        .collect();
    let documents = HOSTILE.iter().map(|key| Some(json!({*key: {"in": [key]}})));
    let documents = documents.chain([Some(all), Some(json!({"a": {"b": 1}, "x": [1]}))]);
    let mut conn = items(db, documents);
    let count = i64::try_from(HOSTILE.len()).unwrap();
    for (number, key) in (0..).zip(HOSTILE) {
        assert_eq!(
            found(&mut conn, Item.extra.has_key(key)),
            [number, count],
            "{key:?}"
        );
        let inner = Item.extra.at(*key).at("in").at(0).as_text().eq(*key);
        assert_eq!(found(&mut conn, inner), [number], "{key:?}");
        let own = Item.extra.at(*key).as_i64().eq(number);
        assert_eq!(found(&mut conn, own), [count], "{key:?}");
        let changed = select(Item.extra.with(key, "set")).filter(Item.id.eq(number));
        assert_eq!(
            changed.one(&mut conn).unwrap(),
            Some(json!({*key: "set"})),
            "{key:?}"
        );
        let changed = select(Item.extra.without(key)).filter(Item.id.eq(number));
        assert_eq!(changed.one(&mut conn).unwrap(), Some(json!({})), "{key:?}");
    }
}

/// A key that begins with a hyphen is found, or refused by a database whose paths can't have it.
fn hyphens_are_found_or_refused(db: &Db) {
    let mut conn = items(db, [Some(json!({"a": 1})), Some(json!({"--": 1}))]);
    for key in ["a", "--", "a", "--"] {
        let query = select(Item.id).filter(Item.extra.has_key(key));
        match query.all(&mut conn) {
            Ok(ids) => assert_eq!(ids, [i64::from(key == "--")]),
            Err(error) => {
                assert_eq!((error.kind(), key), (ErrorKind::Unsupported, "--"));
            }
        }
    }
}

fn containment_is_that_of_documents(db: &Db) {
    let documents = [
        Some(json!({"a": 1, "b": {"c": [1, 2, "x"], "d": null}, "e": "x"})),
        Some(json!([1, [2], "x", null, true])),
        Some(json!("x")),
        Some(json!(1.0)),
        Some(json!(null)),
        Some(json!({"a": [1, [2]], "b": []})),
        Some(json!([])),
        None,
    ];
    let mut conn = items(db, documents);
    let cases = [
        (json!({}), vec![0, 5]),
        (json!([]), vec![1, 6]),
        (json!({"a": 1}), vec![0]),
        (json!({"a": 1.0, "e": "x"}), vec![0]),
        (json!({"a": 1, "f": 1}), vec![]),
        (json!({"a": "1"}), vec![]),
        (json!({"b": {"c": ["x", 1, 1]}}), vec![0]),
        (json!({"b": {"c": [3]}}), vec![]),
        (json!({"b": {"c": 1}}), vec![]),
        (json!({"b": {"d": null}}), vec![0]),
        (json!({"b": []}), vec![5]),
        (json!({"a": [1]}), vec![5]),
        (json!({"a": [2]}), vec![]),
        (json!([1]), vec![1]),
        (json!([2]), vec![]),
        (json!(["x", null, true]), vec![1]),
        (json!("x"), vec![1, 2]),
        (json!(1), vec![1, 3]),
        (json!(2), vec![]),
        (json!(null), vec![1, 4]),
        (json!(true), vec![1]),
        (json!("' OR 1=1"), vec![]),
    ];
    for (part, expected) in cases {
        assert_eq!(
            found(&mut conn, Item.extra.contains(part.clone())),
            expected,
            "{part}"
        );
        let others: Vec<i64> = (0..7).filter(|id| !expected.contains(id)).collect();
        assert_eq!(
            found(&mut conn, !Item.extra.contains(part.clone())),
            others,
            "not {part}"
        );
    }
    let inner = Item.extra.at("b").at("c").contains("x");
    assert_eq!(found(&mut conn, inner), [0]);
    let none = !Item.extra.at("b").contains(json!({"c": [1]}));
    assert_eq!(found(&mut conn, none), [5]);
    // Each database has this, or says that it has not.
    let nested = select(Item.id).filter(Item.extra.contains(json!([[2]])));
    match nested.all(&mut conn) {
        Ok(ids) => assert_eq!(ids, [1]),
        Err(error) => assert_eq!(error.kind(), ErrorKind::Unsupported),
    }
}

fn arrays_have_lengths(db: &Db) {
    let documents = [
        Some(json!([])),
        Some(json!([1, [2, 3]])),
        Some(json!({"a": [null], "b": "text"})),
        Some(json!("text")),
        Some(json!(null)),
        None,
    ];
    let mut conn = items(db, documents);
    let query = select((
        Item.extra.array_length(),
        Item.extra.at("a").array_length(),
        Item.extra.at(1).array_length(),
    ));
    let lengths = query.order_by(Item.id).all(&mut conn).unwrap();
    let expected = [
        (Some(0), None, None),
        (Some(2), None, Some(2)),
        (None, Some(1), None),
        (None, None, None),
        (None, None, None),
        (None, None, None),
    ];
    assert_eq!(lengths, expected);
}

fn values_of_documents_stand_in_all_clauses(db: &Db) {
    let documents = [("b", 2), ("a", 1), ("b", 3), ("c", 5)];
    let documents = documents.map(|(kind, size)| Some(json!({"kind": kind, "size": size})));
    let mut conn = items(db, documents);
    let size = || Item.extra.at("size").as_i64();
    let ordered = select(Item.id)
        .order_by(size().desc())
        .all(&mut conn)
        .unwrap();
    assert_eq!(ordered, [3, 2, 0, 1]);
    let total = select(sum(size())).one(&mut conn).unwrap();
    assert_eq!(total, Some(11));
    let larger = select((Item.id, size() + 1))
        .filter((size() * 2).ge(6))
        .order_by(Item.id);
    assert_eq!(larger.all(&mut conn).unwrap(), [(2, Some(4)), (3, Some(6))]);
    let flags = select(Item.extra.has_key("size").value()).limit(1);
    assert_eq!(flags.one(&mut conn).unwrap(), Some(true));
    if db.has(Requires::RepeatedExpressions) {
        let kind = || Item.extra.at("kind").as_text();
        let query = select((kind(), count_all()))
            .group_by(kind())
            .order_by(kind());
        let counts = query.all(&mut conn).unwrap();
        let expected =
            [("a", 1), ("b", 2), ("c", 1)].map(|(kind, count)| (Some(kind.to_owned()), count));
        assert_eq!(counts, expected);
    }
    let among =
        select(Item.extra.at("size").as_i64()).filter(Item.extra.at("kind").as_text().eq("b"));
    let same = select(Item.id).filter(size().in_(among)).order_by(Item.id);
    assert_eq!(same.all(&mut conn).unwrap(), [0, 2]);
}

fn a_text_is_one_for_all_keys(db: &Db) {
    let mut conn = items(db, [Some(json!({"a": 1, "b": 2}))]);
    db.sent();
    let a = select(Item.extra.at("a").as_i64()).one(&mut conn).unwrap();
    let b = select(Item.extra.at("b").as_i64()).one(&mut conn).unwrap();
    assert_eq!((a, b), (Some(1), Some(2)));
    let sent = db.sent();
    assert_eq!(sent[0], sent[1]);
    assert!(
        select(Item.extra.at(0).as_i64())
            .one(&mut conn)
            .unwrap()
            .is_none()
    );
}

fn keys_are_set_and_removed(db: &Db) {
    let documents = [
        Some(json!({"a": 1, "b": [1, 2]})),
        Some(json!({})),
        Some(json!([1, "a"])),
        Some(json!("a")),
        Some(json!(null)),
        None,
    ];
    let mut conn = items(db, documents.clone());
    let changed = Item
        .extra
        .with("a", json!({"x": [1, "it's", null]}))
        .with("c", 1.5)
        .without("b");
    update(Item)
        .set(Item.extra, changed)
        .execute(&mut conn)
        .unwrap();
    let read = select(Item.extra).order_by(Item.id).all(&mut conn).unwrap();
    let object = Some(json!({"a": {"x": [1, "it's", null]}, "c": 1.5}));
    let [_, _, array, text, null, none] = documents;
    assert_eq!(read, [object.clone(), object, array, text, null, none]);
    for value in [
        json!("x"),
        json!(true),
        json!(null),
        json!([]),
        json!({}),
        json!(-1),
    ] {
        let query = select(Item.extra.with("a", value.clone())).filter(Item.id.eq(1));
        let read = query.one(&mut conn).unwrap().unwrap();
        assert_eq!(read, json!({"a": value, "c": 1.5}));
    }
    let bound = select(Item.id).filter(Item.extra.with("z", 1).at("z").as_i64().eq(1));
    assert_eq!(bound.order_by(Item.id).all(&mut conn).unwrap(), [0, 1]);
}

fn a_session_sets_keys(db: &Db) {
    items(db, [Some(json!({"a": 1})), Some(json!({"a": 2}))]);
    let mut session = db.session();
    let handle = session.get_one(Item, 0).unwrap();
    session
        .set(handle, Item.extra, Item.extra.with("b", 2).without("a"))
        .unwrap();
    session.commit().unwrap();
    session.refresh(handle).unwrap();
    assert_eq!(session[handle].extra, Some(json!({"b": 2})));
    let mut conn = db.other_connection();
    let others = select(Item.extra)
        .filter(Item.id.eq(1))
        .one(&mut conn)
        .unwrap();
    assert_eq!(others, Some(json!({"a": 2})));
    let missing = session.get(Item, 77).unwrap();
    assert!(missing.is_none());
    fails(session.get_one(Item, 77), ErrorKind::NotFound);
}
