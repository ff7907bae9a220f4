//! Columns of JSON documents: what comes back, what is a change, and how documents are compared.

use std::collections::BTreeMap;

use orm::ErrorKind;
use orm::prelude::*;
use orm::types::Json;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cases;
use crate::database::Db;
use crate::suite::Requires;
use crate::suite::statements::writes;
use crate::suite::support::fails;

cases![
    "json_values":
    documents_come_back (Requires::Json),
    random_documents_come_back (Requires::Json),
    null_of_sql_and_null_of_json_differ (Requires::Json),
    an_edit_in_place_is_written (Requires::Json),
    the_order_of_keys_is_no_change (Requires::Json),
    a_change_by_another_is_stale (Requires::Json),
    spellings_of_other_programs_are_no_change (Requires::Json),
    many_rows_are_written_at_once (Requires::Json),
    documents_are_compared_as_such (Requires::Json),
    documents_have_no_order (Requires::Json),
    statements_and_raw_sql_take_documents (Requires::Json),
    a_default_is_a_document (Requires::Json),
    what_does_not_decode_names_its_column (Requires::Json),
    what_is_no_document_is_refused (Requires::Json),
    nul_comes_back_or_is_refused (Requires::Json),
    documents_are_parts_of_the_json_of_an_entity (Requires::Json),
];

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Default)]
struct Meta {
    title: String,
    tags: Vec<String>,
    score: Option<f64>,
    #[serde(default)]
    counts: BTreeMap<String, i64>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "json_docs")]
struct Doc {
    #[orm(primary_key)]
    id: i64,
    meta: Json<Meta>,
    extra: Option<Value>,
    #[orm(server_default = "{\"made\": \"by default\"}")]
    origin: Value,
}

fn tables(db: &Db) {
    Metadata::of((Doc,)).create_all(&db.engine).unwrap();
}

fn meta(title: &str) -> Meta {
    Meta {
        title: title.into(),
        tags: vec!["new".into(), "ü\"\\'😀\n".into()],
        score: Some(0.1),
        counts: BTreeMap::from([("a".into(), 1), ("b".into(), i64::MAX)]),
    }
}

fn doc(extra: Option<Value>) -> Doc {
    Doc {
        id: 0,
        meta: Json(meta("a title")),
        extra,
        origin: json!([]),
    }
}

fn add(db: &Db, extra: Option<Value>) -> i64 {
    let mut session = db.session();
    let handle = session.add(doc(extra));
    session.commit().unwrap();
    session[handle].id
}

fn extra(db: &Db, id: i64) -> Option<Value> {
    let mut conn = db.other_connection();
    let query = select(Doc.extra).filter(Doc.id.eq(id));
    query.one(&mut conn).unwrap()
}

fn documents_come_back(db: &Db) {
    tables(db);
    let documents = [
        json!({}),
        json!([]),
        json!("text"),
        json!(""),
        json!("null"),
        json!(0),
        json!(-1.5),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(true),
        json!({"": [1, {"a": [null, [], {}]}], "ä\"'\\$.[0]": "\u{1F600}\n\t\u{1}", "b": 1e300}),
    ];
    for document in documents {
        let id = add(db, Some(document.clone()));
        assert_eq!(extra(db, id), Some(document.clone()));
        let mut session = db.session();
        let handle = session.get_one(Doc, id).unwrap();
        assert_eq!(session[handle].extra, Some(document));
        assert_eq!(session[handle].meta.0, meta("a title"));
    }
}

/// Documents without numbers that a database spells as a number of another type, and without NUL.
fn any_document() -> impl Strategy<Value = Value> {
    let text = "[^\u{0}]{0,8}";
    let number = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e9..1e9).prop_map(|number: f64| Value::from(number)),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number,
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map(text, inner, 0..4)
                .prop_map(|entries| entries.into_iter().collect()),
        ]
    })
}

fn random_documents_come_back(db: &Db) {
    tables(db);
    let config = Config {
        cases: 8,
        failure_persistence: None,
        ..Config::default()
    };
    let lists = proptest::collection::vec(proptest::option::of(any_document()), 1..30);
    let result = TestRunner::new(config).run(&lists, |documents| {
        let mut session = db.session();
        let rows = documents.iter().map(|document| doc(document.clone()));
        let handles: Vec<_> = rows.map(|row| session.add(row)).collect();
        session.commit().unwrap();
        for (handle, document) in handles.iter().zip(&documents) {
            let id = session[*handle].id;
            assert_eq!(&extra(db, id), document);
            // Each is found by itself, whatever it has been stored as.
            let same = Doc.extra.same_as(document.clone()) & Doc.id.eq(id);
            let found = select(Doc).filter(same).count(&mut session).unwrap();
            assert_eq!(found, 1, "{document:?}");
        }
        Ok(())
    });
    result.unwrap();
}

fn found(db: &Db, condition: Predicate) -> Vec<i64> {
    let mut conn = db.engine.connection().unwrap();
    let query = select(Doc.id).filter(condition).order_by(Doc.id);
    query.all(&mut conn).unwrap()
}

fn null_of_sql_and_null_of_json_differ(db: &Db) {
    tables(db);
    let sql = add(db, None);
    let json = add(db, Some(Value::Null));
    let other = add(db, Some(json!({"a": null})));
    assert_eq!(extra(db, sql), None);
    assert_eq!(extra(db, json), Some(Value::Null));
    assert_eq!(found(db, Doc.extra.is_null()), [sql]);
    assert_eq!(found(db, Doc.extra.eq(Null)), [sql]);
    assert_eq!(found(db, Doc.extra.eq(None::<Value>)), [sql]);
    assert_eq!(found(db, Doc.extra.is_json_null()), [json]);
    assert_eq!(found(db, Doc.extra.eq(Value::Null)), [json]);
    assert_eq!(found(db, !Doc.extra.is_json_null()), [sql, other]);
    assert_eq!(found(db, Doc.extra.at("a").is_json_null()), [other]);
    let mut session = db.session();
    let handle = session.get_one(Doc, json).unwrap();
    session[handle].extra = None;
    session.commit().unwrap();
    assert_eq!(extra(db, json), None);
    session[handle].extra = Some(Value::Null);
    session.commit().unwrap();
    assert_eq!(extra(db, json), Some(Value::Null));
}

fn an_edit_in_place_is_written(db: &Db) {
    tables(db);
    let id = add(db, Some(json!({"a": [1, {"b": "c"}]})));
    let mut session = db.session();
    let handle = session.get_one(Doc, id).unwrap();
    db.sent();
    session[handle].extra.as_mut().unwrap()["a"][1]["b"] = json!("d");
    session.flush().unwrap();
    let sent = writes(db);
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert!(!sent[0].contains("meta"), "{sent:?}");
    session[handle].meta.tags.push("pushed".into());
    session[handle].meta.counts.insert("c".into(), 3);
    session.commit().unwrap();
    assert_eq!(writes(db).len(), 1);
    assert_eq!(extra(db, id), Some(json!({"a": [1, {"b": "d"}]})));
    let read = &session[handle].meta;
    assert_eq!((read.tags.len(), read.counts["c"]), (3, 3));
    // Nothing is left to write.
    session[handle].meta.tags.push("more".into());
    session[handle].meta.tags.pop();
    session.commit().unwrap();
    assert_eq!(writes(db), [""; 0]);
}

fn the_order_of_keys_is_no_change(db: &Db) {
    tables(db);
    let id = add(db, Some(json!({"b": 1, "a": {"d": 2, "c": [3]}})));
    let mut session = db.session();
    let handle = session.get_one(Doc, id).unwrap();
    db.sent();
    let same = r#"{"a": {"c": [3], "d": 2}, "b": 1}"#;
    session[handle].extra = Some(serde_json::from_str(same).unwrap());
    let counts = session[handle].meta.counts.clone();
    session[handle].meta.counts = counts.into_iter().collect();
    session.commit().unwrap();
    assert_eq!(writes(db), [""; 0]);
}

fn a_change_by_another_is_stale(db: &Db) {
    tables(db);
    let id = add(db, Some(json!({"a": 1})));
    let mut session = db.session();
    let handle = session.get_one(Doc, id).unwrap();
    let statement = update(Doc).set(Doc.extra, json!({"a": 2}));
    statement.execute(&mut db.other_connection()).unwrap();
    session[handle].extra = Some(json!({"a": 3}));
    assert!(session.commit().unwrap_err().is_stale_data());
    assert_eq!(extra(db, id), Some(json!({"a": 2})));
}

fn spellings_of_other_programs_are_no_change(db: &Db) {
    tables(db);
    let ids = [add(db, None), add(db, None), add(db, None)];
    let text = r#"{ "b" : 1.50,  "a":[ 1 , 2 ] }"#;
    let query = raw("UPDATE json_docs SET extra = :text")
        .bind("text", serde_json::from_str::<Value>(text).unwrap());
    query.execute(&mut db.other_connection()).unwrap();
    let literal = format!("UPDATE json_docs SET extra = '{text}'");
    let mut conn = db.other_connection();
    conn.raw_control(&literal).unwrap();
    let mut session = db.session();
    for id in ids {
        let handle = session.get_one(Doc, id).unwrap();
        assert_eq!(session[handle].extra, Some(json!({"a": [1, 2], "b": 1.5})));
        session[handle].extra.as_mut().unwrap()["c"] = json!(id);
    }
    session.commit().unwrap();
    let expected = json!({"a": [1, 2], "b": 1.5, "c": ids[2]});
    assert_eq!(extra(db, ids[2]), Some(expected));
}

fn many_rows_are_written_at_once(db: &Db) {
    tables(db);
    let mut session = db.session();
    let rows = (0..50).map(|number| {
        let odd = json!({"number": number, "text": "it's \"quoted\" \\ {NULL}"});
        doc((number % 3 > 0).then_some(odd))
    });
    let handles: Vec<_> = rows.map(|row| session.add(row)).collect();
    session.commit().unwrap();
    for (number, handle) in (0..).zip(&handles) {
        session[*handle].extra = match number % 4 {
            0 => None,
            1 => Some(Value::Null),
            _ => Some(json!([number, "it's"])),
        };
        session[*handle].meta.title = format!("title {number}");
    }
    session.commit().unwrap();
    let mut other = db.session();
    for (number, handle) in (0..).zip(&handles) {
        let id = session[*handle].id;
        let read = other.get_one(Doc, id).unwrap();
        assert_eq!(other[read], session[*handle]);
        assert_eq!(other[read].extra.is_none(), number % 4 == 0);
    }
    for handle in &handles {
        session.delete(*handle);
    }
    session.commit().unwrap();
    assert_eq!(db.count("json_docs"), 0);
}

fn documents_are_compared_as_such(db: &Db) {
    tables(db);
    let one = add(db, Some(json!({"a": 1, "b": [true, "x"]})));
    let two = add(db, Some(json!({"a": 2})));
    let none = add(db, None);
    let same: Value = serde_json::from_str(r#"{"b": [true, "x"], "a": 1.0}"#).unwrap();
    assert_eq!(found(db, Doc.extra.eq(&same)), [one]);
    assert_eq!(found(db, Doc.extra.ne(&same)), [two]);
    assert_eq!(found(db, !Doc.extra.eq(&same)), [two]);
    assert_eq!(found(db, Doc.extra.same_as(&same)), [one]);
    assert_eq!(found(db, !Doc.extra.same_as(&same)), [two, none]);
    assert_eq!(found(db, Doc.extra.eq(json!({"a": "2"}))), [0; 0]);
    assert_eq!(
        found(db, Doc.extra.at("b").json().eq(json!([true, "x"]))),
        [one]
    );
    assert_eq!(
        found(db, Doc.extra.at("b").at(1).json().eq(json!("x"))),
        [one]
    );
    assert_eq!(
        found(db, Doc.meta.eq(Json(meta("a title")))),
        [one, two, none]
    );
    assert_eq!(found(db, Doc.meta.eq(Doc.meta)), [one, two, none]);
    let known = Doc.extra.coalesce(json!("none"));
    assert_eq!(found(db, known.eq(json!("none"))), [none]);
}

fn documents_have_no_order(db: &Db) {
    tables(db);
    let mut conn = db.engine.connection().unwrap();
    let conditions = [
        Doc.extra.lt(json!(1)),
        Doc.extra.between(json!(1), json!(2)),
        Doc.extra.in_([json!(1)]),
    ];
    for condition in conditions {
        let query = select(Doc.id).filter(condition);
        let error = fails(query.all(&mut conn), ErrorKind::Usage);
        assert!(error.message().contains("JSON"), "{error}");
    }
}

fn statements_and_raw_sql_take_documents(db: &Db) {
    tables(db);
    let mut conn = db.engine.connection().unwrap();
    let rows: Vec<Doc> = (0..3).map(|number| doc(Some(json!(number)))).collect();
    insert(Doc).values(rows).execute(&mut conn).unwrap();
    let changed = update(Doc)
        .set(Doc.extra, json!({"by": "statement"}))
        .set(Doc.meta, Json(meta("set")))
        .filter(Doc.extra.eq(json!(1)));
    assert_eq!(changed.execute(&mut conn).unwrap(), 1);
    let text = "SELECT extra, meta FROM json_docs WHERE id <> :id ORDER BY id";
    let query = raw(text).bind("id", 0_i64);
    let read: Vec<(Option<Value>, Json<Meta>)> = query.all(&mut conn).unwrap();
    let titles: Vec<&str> = read.iter().map(|(_, meta)| &*meta.title).collect();
    assert_eq!(titles, ["a title", "set", "a title"]);
    assert_eq!(read[1].0, Some(json!({"by": "statement"})));
    let query = raw("UPDATE json_docs SET extra = :extra").bind("extra", json!({"raw": [1]}));
    query.execute(&mut conn).unwrap();
    let all = select(Doc.extra).all(&mut conn).unwrap();
    assert_eq!(all, vec![Some(json!({"raw": [1]})); 3]);
}

fn a_default_is_a_document(db: &Db) {
    tables(db);
    let mut session = db.session();
    let handle = session.add(Doc::builder().meta(Json(meta("x"))).extra(json!(1)));
    session.commit().unwrap();
    session.refresh(handle).unwrap();
    assert_eq!(session[handle].origin, json!({"made": "by default"}));
}

fn what_does_not_decode_names_its_column(db: &Db) {
    tables(db);
    let id = add(db, None);
    let statement = update(Doc).set(Doc.meta, json!({"title": 5}));
    statement.execute(&mut db.other_connection()).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let error = fails(
        select(Doc).filter(Doc.id.eq(id)).one(&mut conn),
        ErrorKind::Decode,
    );
    assert_eq!(
        (error.table(), error.column()),
        (Some("json_docs"), Some("meta"))
    );
    assert!(error.message().contains("a JSON document"), "{error}");
    let error = fails(select(Doc.meta).all(&mut conn), ErrorKind::Decode);
    assert_eq!(error.column(), Some("meta"), "{error:?}");
}

fn what_is_no_document_is_refused(db: &Db) {
    tables(db);
    let mut conn = db.engine.connection().unwrap();
    let mut deep = json!(1);
    for _ in 0..200 {
        deep = json!([deep]);
    }
    let query = update(Doc).set(Doc.extra, deep);
    fails(query.execute(&mut conn), ErrorKind::OutOfRange);
    let odd = Json(BTreeMap::from([(Some(vec![1]), 1)]));
    let query = raw("UPDATE json_docs SET extra = :odd").bind("odd", odd);
    fails(query.execute(&mut conn), ErrorKind::OutOfRange);
    // The database refuses what it is not given by the library.
    let text = "UPDATE json_docs SET extra = '{\"a\": }'";
    add(db, None);
    assert!(conn.raw_control(text).is_err());
}

fn nul_comes_back_or_is_refused(db: &Db) {
    tables(db);
    let odd = json!({"a": "nul\0", "b": "\\u0000"});
    let mut session = db.session();
    let handle = session.add(doc(Some(odd.clone())));
    match session.commit() {
        Ok(()) => assert_eq!(extra(db, session[handle].id), Some(odd)),
        Err(error) => assert_eq!(error.kind(), ErrorKind::OutOfRange, "{error:?}"),
    }
    let fine = json!({"b": "\\u0000"});
    let id = add(db, Some(fine.clone()));
    assert_eq!(extra(db, id), Some(fine));
}

fn documents_are_parts_of_the_json_of_an_entity(db: &Db) {
    tables(db);
    let id = add(db, Some(json!({"a": [1]})));
    let mut session = db.session();
    let handle = session.get_one(Doc, id).unwrap();
    let written = serde_json::to_value(session.json(handle).only((Doc.extra, Doc.meta))).unwrap();
    let expected = json!({"extra": {"a": [1]}, "meta": meta("a title")});
    assert_eq!(written, expected);
}
