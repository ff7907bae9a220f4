//! Documents in a column of another type than the dialect's choice: `json` on PostgreSQL, a text on MySQL and MariaDB.

use orm::ErrorKind;
use orm::prelude::*;
use orm_conformance::suite::support::fails;
use orm_conformance::{Db, cases};
use serde_json::{Value, json};

cases![
    "json_columns":
    documents_of_another_column_come_back,
    documents_of_another_column_are_found,
    documents_of_another_column_are_changed,
    documents_of_another_column_are_upserted,
];

/// PostgreSQL's `json` keeps the text, and has no `=`.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "plain_json")]
struct Plain {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(sql_type(postgres = "JSON"))]
    body: Value,
    #[orm(sql_type(postgres = "JSON", mysql = "LONGTEXT", mariadb = "LONGTEXT"))]
    note: Option<Value>,
    n: i32,
}

fn plain(id: i64, body: Value, note: Option<Value>) -> Plain {
    Plain {
        id,
        body,
        note,
        n: 0,
    }
}

fn seed(db: &Db) -> Connection {
    Metadata::of((Plain,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let rows = [
        plain(1, json!({"a": [1, 2], "b": "x"}), None),
        plain(2, json!([1, {"k": null}]), Some(json!(null))),
        plain(3, json!("text"), Some(json!({"b": 1.5, "a": true}))),
    ];
    insert(Plain).values(rows).execute(&mut conn).unwrap();
    db.sent();
    conn
}

fn ids(conn: &mut Connection, condition: Predicate) -> Vec<i64> {
    let query = select(Plain.id).filter(condition).order_by(Plain.id);
    query.all(conn).unwrap()
}

fn documents_of_another_column_come_back(db: &Db) {
    let conn = &mut seed(db);
    let rows = select(Plain).order_by(Plain.id).all(conn).unwrap();
    assert_eq!(rows[0].body, json!({"a": [1, 2], "b": "x"}));
    assert_eq!((&rows[0].note, &rows[1].note), (&None, &Some(json!(null))));
    assert_eq!(rows[2].note, Some(json!({"a": true, "b": 1.5})));
    let mut session = db.session();
    let many: Vec<_> = (10..40)
        .map(|id| session.add(plain(id, json!({"id": id}), None)))
        .collect();
    session.commit().unwrap();
    session.refresh(many[7]).unwrap();
    assert_eq!(session[many[7]].body, json!({"id": 17}));
}

fn documents_of_another_column_are_found(db: &Db) {
    let conn = &mut seed(db);
    assert_eq!(ids(conn, Plain.body.at("b").as_text().eq("x")), [1]);
    assert_eq!(ids(conn, Plain.body.at("a").at(1).as_i64().eq(2)), [1]);
    assert_eq!(ids(conn, Plain.body.has_key("b")), [1]);
    assert_eq!(ids(conn, Plain.body.contains(json!({"b": "x"}))), [1]);
    assert_eq!(ids(conn, Plain.note.is_json_null()), [2]);
    assert_eq!(ids(conn, Plain.note.is_null()), [1]);
    let same = json!({"b": "x", "a": [1, 2]});
    assert_eq!(ids(conn, Plain.body.eq(same)), [1]);
    let other = json!({"a": true, "b": 1.5});
    assert_eq!(ids(conn, Plain.note.ne(other)), [2]);
    assert_eq!(ids(conn, Plain.body.array_length().eq(2)), [2]);
    assert_eq!(ids(conn, Plain.body.eq(Plain.note)), [0; 0]);
    let alias = Plain.alias("p");
    let pairs = select((Plain.id, alias.id)).join_on(alias, alias.body.eq(Plain.body));
    assert_eq!(pairs.all(conn).unwrap().len(), 3);
    let filled = select(Plain.note.coalesce(json!([]))).order_by(Plain.id);
    assert_eq!(filled.first(conn).unwrap(), Some(json!([])));
    let chosen = case()
        .when(Plain.id.eq(1), json!("first"))
        .otherwise(Plain.body);
    let chosen = select(chosen).filter(Plain.id.le(2)).order_by(Plain.id);
    let expected = [json!("first"), json!([1, {"k": null}])];
    assert_eq!(chosen.all(conn).unwrap(), expected);
}

fn documents_of_another_column_are_changed(db: &Db) {
    let conn = &mut seed(db);
    let set = update(Plain).set(Plain.body, json!({"set": 1}));
    assert_eq!(set.filter(Plain.id.eq(3)).execute(conn).unwrap(), 1);
    let rows = [plain(2, json!([2]), Some(json!("many")))];
    let many = update_many(Plain).rows(&rows).set((Plain.body, Plain.note));
    assert_eq!(many.execute(conn).unwrap(), 1);
    let mut session = db.session();
    let one = session.get(Plain, 1).unwrap().unwrap();
    session[one].body["b"] = json!("flushed");
    session[one].note = Some(json!([]));
    session.commit().unwrap();
    session[one].note = None;
    session.commit().unwrap();
    session.refresh(one).unwrap();
    assert_eq!(session[one].body, json!({"a": [1, 2], "b": "flushed"}));
    let rows = select((Plain.body, Plain.note)).order_by(Plain.id);
    assert_eq!(
        rows.all(conn).unwrap()[1..],
        [
            (json!([2]), Some(json!("many"))),
            (json!({"set": 1}), Some(json!({"a": true, "b": 1.5})))
        ]
    );
    session.commit().unwrap();
    // The old document is compared.
    session[one].body["b"] = json!("late");
    let other = update(Plain).set(Plain.body, json!({"other": true}));
    other.filter(Plain.id.eq(1)).execute(conn).unwrap();
    fails(session.commit(), ErrorKind::StaleData);
    session.rollback().unwrap();
    let copy = update(Plain).set(Plain.note, Plain.body);
    assert_eq!(copy.filter(Plain.id.eq(2)).execute(conn).unwrap(), 1);
    assert_eq!(ids(conn, Plain.note.eq(json!([2]))), [2]);
    let more = Plain.body.with("more", json!([1]));
    let changed = update(Plain).set(Plain.body, more).filter(Plain.id.eq(1));
    assert_eq!(changed.execute(conn).unwrap(), 1);
    let one = select(Plain.body).filter(Plain.id.eq(1)).one(conn).unwrap();
    assert_eq!(one, json!({"other": true, "more": [1]}));
}

fn documents_of_another_column_are_upserted(db: &Db) {
    let conn = &mut seed(db);
    for id in [1, 4] {
        insert(Plain)
            .values(plain(id, json!({"new": id}), None))
            .on_conflict(Plain.id)
            .do_update(|new| [Plain.body.to(new.body)])
            .execute(conn)
            .unwrap();
    }
    let bodies = select(Plain.body).filter(Plain.id.in_([1, 4]));
    let bodies = bodies.order_by(Plain.id).all(conn).unwrap();
    assert_eq!(bodies, [json!({"new": 1}), json!({"new": 4})]);
}
