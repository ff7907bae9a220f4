//! Aggregates whose result has all values: arrays, JSON arrays and JSON objects.

use orm::ErrorKind;
use orm::prelude::*;
use orm::query::{Order, array_agg, json_array_agg, json_object_agg, scalar, window};
use orm::sql::JsonAggregates;
use serde_json::{Value, json};

use super::support::{fails, seed};
use crate::Requires;
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Post, User};

cases![
    "collected":
    values_in_json_arrays (Requires::JsonAggregates),
    documents_in_json_arrays (Requires::JsonAggregates),
    json_arrays_in_order (Requires::JsonAggregates),
    json_objects (Requires::JsonAggregates),
    equal_keys_in_order (Requires::JsonAggregates),
    no_rows_are_null (Requires::JsonAggregates),
    filtered_json_arrays (Requires::JsonAggregates),
    groups_and_subqueries (Requires::JsonAggregates),
    arrays_in_order (Requires::Arrays),
    arrays_of_every_type (Requires::Arrays),
    filtered_arrays (Requires::Arrays),
    what_is_missing_is_unsupported,
    no_windows_over_collected_values,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "collected_notes")]
struct Note {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(length = 20)]
    topic: String,
    body: Option<String>,
    small: i8,
    number: Option<i64>,
    extra: Option<Value>,
}

fn notes(db: &Db) -> Connection {
    Metadata::of((Note,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let note = |id, topic: &str, body: Option<&str>, number, extra| Note {
        id,
        topic: topic.to_owned(),
        body: body.map(str::to_owned),
        small: -1,
        number,
        extra,
    };
    let rows = [
        note(
            1,
            "a",
            Some("x\"y\\z"),
            Some(i64::MAX),
            Some(json!({"k": [1, "two", null]})),
        ),
        note(2, "a", None, Some(i64::MIN), None),
        note(3, "b", Some("é 🦀\n"), None, Some(json!("text"))),
        note(4, "b", Some(""), Some(0), Some(json!(null))),
    ];
    insert(Note).values(&rows).execute(&mut conn).unwrap();
    db.sent();
    conn
}

fn words(conn: &Connection) -> JsonAggregates {
    conn.capabilities().selects.json_aggregates.unwrap()
}

/// The elements of an array in any order.
fn sorted(array: Option<Value>) -> Vec<String> {
    let array = array.unwrap();
    let elements = array.as_array().unwrap().iter();
    let mut elements: Vec<String> = elements.map(Value::to_string).collect();
    elements.sort_unstable();
    elements
}

fn values_in_json_arrays(db: &Db) {
    let conn = &mut notes(db);
    let row = select((
        json_array_agg(Note.id, ()),
        json_array_agg(Note.body, ()),
        json_array_agg(Note.number, ()),
        json_array_agg(Note.small, ()),
    ));
    let (ids, bodies, numbers, small) = row.one(conn).unwrap();
    assert_eq!(sorted(ids), ["1", "2", "3", "4"]);
    let expected = [r#""""#, r#""x\"y\\z""#, r#""é 🦀\n""#, "null"];
    assert_eq!(sorted(bodies), expected);
    let least = i64::MIN.to_string();
    let most = i64::MAX.to_string();
    assert_eq!(sorted(numbers), [&least, "0", &most, "null"]);
    assert_eq!(small, Some(json!([-1, -1, -1, -1])));
}

fn documents_in_json_arrays(db: &Db) {
    let conn = &mut notes(db);
    let found = select(json_array_agg(Note.extra, ())).one(conn).unwrap();
    let expected = [r#""text""#, "null", "null", r#"{"k":[1,"two",null]}"#];
    assert_eq!(sorted(found), expected);
    let places = select(json_array_agg(Note.extra.at("k").json(), ())).filter(Note.id.eq(1));
    assert_eq!(places.one(conn).unwrap(), Some(json!([[1, "two", null]])));
    let objects = select(json_object_agg(Note.topic, Note.extra, ())).filter(Note.id.eq(1));
    assert_eq!(
        objects.one(conn).unwrap(),
        Some(json!({"a": {"k": [1, "two", null]}}))
    );
}

fn json_arrays_in_order(db: &Db) {
    let conn = &mut notes(db);
    let down = select(json_array_agg(Note.id, Note.id.desc()));
    if !words(conn).ordered_arrays {
        let error = fails(down.one(conn), ErrorKind::Unsupported);
        assert!(error.hint().unwrap().contains("string_agg"), "{error}");
        assert_eq!(db.sent(), [""; 0]);
        return;
    }
    assert_eq!(down.one(conn).unwrap(), Some(json!([4, 3, 2, 1])));
    let by_two = json_array_agg(Note.body, (Note.topic.desc(), Note.id.desc()));
    let expected = json!(["", "é 🦀\n", null, "x\"y\\z"]);
    assert_eq!(select(by_two).one(conn).unwrap(), Some(expected));
    // The values of binds in the order are those of the query.
    let first = |id: i64| select(json_array_agg(Note.id, (Note.id.ne(id).value(), Note.id)));
    assert_eq!(first(3).one(conn).unwrap(), Some(json!([3, 1, 2, 4])));
    let sent = db.sent();
    assert_eq!(first(2).one(conn).unwrap(), Some(json!([2, 1, 3, 4])));
    assert_eq!(db.sent(), sent[sent.len() - 1..]);
}

fn json_objects(db: &Db) {
    let conn = &mut notes(db);
    let whole = json_object_agg(Note.topic, Note.number, ());
    let groups = select((Note.topic, whole)).filter(Note.id.in_([1, 3]));
    let found = groups
        .group_by(Note.topic)
        .order_by(Note.topic)
        .all(conn)
        .unwrap();
    let expected = [
        ("a".to_owned(), Some(json!({"a": i64::MAX}))),
        ("b".to_owned(), Some(json!({"b": null}))),
    ];
    assert_eq!(found, expected);
    let quoted = select(json_object_agg(Note.body.coalesce("\"none\""), Note.id, ()));
    let expected = json!({"x\"y\\z": 1, "\"none\"": 2, "é 🦀\n": 3, "": 4});
    assert_eq!(quoted.one(conn).unwrap(), Some(expected));
}

fn equal_keys_in_order(db: &Db) {
    let conn = &mut notes(db);
    let last = |conn: &mut Connection, order: Order| {
        select(json_object_agg(Note.topic, Note.id, order)).one(conn)
    };
    if !words(conn).ordered_objects {
        fails(last(conn, Note.id.asc()), ErrorKind::Unsupported);
        assert_eq!(db.sent(), [""; 0]);
        return;
    }
    assert_eq!(
        last(conn, Note.id.asc()).unwrap(),
        Some(json!({"a": 2, "b": 4}))
    );
    assert_eq!(
        last(conn, Note.id.desc()).unwrap(),
        Some(json!({"a": 1, "b": 3}))
    );
}

fn no_rows_are_null(db: &Db) {
    let conn = &mut notes(db);
    let query = select((
        json_array_agg(Note.id, ()),
        json_object_agg(Note.topic, Note.id, ()),
    ));
    assert_eq!(query.filter(Note.id.gt(9)).one(conn).unwrap(), (None, None));
    let one = select(json_array_agg(Note.body, ())).filter(Note.id.eq(2));
    assert_eq!(one.one(conn).unwrap(), Some(json!([null])));
}

fn filtered_json_arrays(db: &Db) {
    let conn = &mut notes(db);
    let some = |id: i64| json_array_agg(Note.id, ()).filter(Note.id.gt(id));
    if !conn.capabilities().aggregate_filter {
        let error = fails(select(some(2)).one(conn), ErrorKind::Unsupported);
        assert!(error.message().contains("FILTER"), "{error}");
        let object = json_object_agg(Note.topic, Note.id, ()).filter(Note.id.gt(3));
        fails(select(object).one(conn), ErrorKind::Unsupported);
        assert_eq!(db.sent(), [""; 0]);
        return;
    }
    let (two, none) = select((some(2), some(4))).one(conn).unwrap();
    assert_eq!(sorted(two), ["3", "4"]);
    assert_eq!(none, None);
    let ordered = json_array_agg(Note.id, Note.id.desc()).filter(Note.id.ne(2));
    assert_eq!(select(ordered).one(conn).unwrap(), Some(json!([4, 3, 1])));
    let object = json_object_agg(Note.topic, Note.id, ()).filter(Note.id.gt(3));
    assert_eq!(select(object).one(conn).unwrap(), Some(json!({"b": 4})));
}

fn groups_and_subqueries(db: &Db) {
    let conn = &mut seed(db);
    let titles = select(json_array_agg(Post.title, ())).filter(Post.author_id.eq(User.id));
    let query = select((User.id, scalar(titles))).order_by(User.id);
    let found = query.all(conn).unwrap();
    let lists: Vec<_> = found.into_iter().map(|(_, titles)| titles).collect();
    assert_eq!(sorted(lists[0].clone()), [r#""one""#, r#""two""#]);
    assert_eq!(lists[1..], [None, Some(json!(["three"])), None]);
    let joined = select((User.id, json_array_agg(Post.title, ()))).join(Post);
    let joined = joined
        .group_by(User.id)
        .order_by(User.id)
        .all(conn)
        .unwrap();
    assert_eq!(joined.len(), 2);
    assert_eq!(joined[1], (3, Some(json!(["three"]))));
}

fn arrays_in_order(db: &Db) {
    let conn = &mut notes(db);
    let query = select((
        array_agg(Note.id, Note.id.desc()),
        array_agg(Note.body, Note.id),
        array_agg(Note.topic, (Note.topic.desc(), Note.id)),
    ));
    let (ids, bodies, topics) = query.one(conn).unwrap();
    assert_eq!(ids, Some(vec![4, 3, 2, 1]));
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        bodies,
        Some(vec![text("x\"y\\z"), None, text("é 🦀\n"), text("")])
    );
    assert_eq!(topics, Some(["b", "b", "a", "a"].map(str::to_owned).into()));
    let none = select(array_agg(Note.id, ())).filter(Note.id.gt(9));
    assert_eq!(none.one(conn).unwrap(), None);
    let groups = select((Note.topic, array_agg(Note.number, Note.id))).group_by(Note.topic);
    let found = groups.order_by(Note.topic).all(conn).unwrap();
    assert_eq!(found[0].1, Some(vec![Some(i64::MAX), Some(i64::MIN)]));
    assert_eq!(found[1].1, Some(vec![None, Some(0)]));
}

fn arrays_of_every_type(db: &Db) {
    use crate::fixtures::Everything;
    let mut session = db.session();
    session.add(crate::suite::support::everything(1, Some(true)));
    session.commit().unwrap();
    let conn = &mut db.engine.connection().unwrap();
    let row = select(Everything).one(conn).unwrap();
    let numbers = select((
        array_agg(Everything.flag, ()),
        array_agg(Everything.small, ()),
        array_agg(Everything.medium, ()),
        array_agg(Everything.single, ()),
        array_agg(Everything.double, ()),
    ));
    let (flag, small, medium, single, double) = numbers.one(conn).unwrap();
    assert_eq!((flag, small), (Some(vec![row.flag]), Some(vec![row.small])));
    assert_eq!(
        (medium, single),
        (Some(vec![row.medium]), Some(vec![row.single]))
    );
    assert_eq!(double, Some(vec![row.double]));
    let others = select((
        array_agg(Everything.bytes, ()),
        array_agg(Everything.date, ()),
        array_agg(Everything.time, ()),
        array_agg(Everything.moment, ()),
        array_agg(Everything.instant, ()),
        array_agg(Everything.token, ()),
        array_agg(Everything.maybe_text, ()),
    ));
    let (bytes, date, time, moment, instant, token, text) = others.one(conn).unwrap();
    assert_eq!((bytes, date), (Some(vec![row.bytes]), Some(vec![row.date])));
    assert_eq!(
        (time, moment),
        (Some(vec![row.time]), Some(vec![row.moment]))
    );
    assert_eq!(
        (instant, token),
        (Some(vec![row.instant]), Some(vec![row.token]))
    );
    assert_eq!(text, Some(vec![row.maybe_text]));
}

fn filtered_arrays(db: &Db) {
    let conn = &mut notes(db);
    let some = array_agg(Note.id, Note.id.desc()).filter(Note.topic.eq("a"));
    let none = array_agg(Note.id, ()).filter(Note.id.gt(9));
    let found = select((some, none)).one(conn).unwrap();
    assert_eq!(found, (Some(vec![2, 1]), None));
}

fn what_is_missing_is_unsupported(db: &Db) {
    let conn = &mut seed(db);
    db.sent();
    if !conn.capabilities().arrays {
        let error = fails(
            select(array_agg(User.id, ())).one(conn),
            ErrorKind::Unsupported,
        );
        assert!(error.hint().unwrap().contains("json_array_agg"), "{error}");
    }
    if conn.capabilities().selects.json_aggregates.is_none() {
        fails(
            select(json_array_agg(User.id, ())).one(conn),
            ErrorKind::Unsupported,
        );
    }
    assert_eq!(db.sent(), [""; 0]);
}

fn no_windows_over_collected_values(db: &Db) {
    let conn = &mut seed(db);
    let over = json_array_agg(User.id, ()).over(window());
    fails(select(over).all(conn), ErrorKind::Usage);
    fails(
        select(array_agg(User.id, ()).over(window())).all(conn),
        ErrorKind::Usage,
    );
}
