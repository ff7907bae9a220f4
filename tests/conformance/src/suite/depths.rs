//! Nesting of ten thousand levels: an error before anything is sent, or the rows. A stack that overflows takes the whole
//! program with it.

use std::mem;

use orm::ErrorKind;
use orm::prelude::*;
use orm::query::{Collation, values};
use serde_json::{Map, Value, json};

use super::support::{fails, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::User;
use crate::suite::Requires;

cases![
    "depths":
    a_document_without_end_is_refused_in_each_place (Requires::Json),
    a_document_of_some_levels_comes_back_or_is_refused (Requires::Json),
    documents_of_other_programs_are_read_or_refused (Requires::Json),
    paths_have_an_end (Requires::Json),
    operators_of_operators_end,
    texts_of_texts_end,
    relations_of_relations_end,
    tables_of_tables_end,
    common_table_expressions_of_each_other_end,
    arrays_of_changes_end (Requires::Arrays),
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "deep_docs")]
struct Doc {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    body: Option<Value>,
}

fn docs(db: &Db) -> Connection {
    Metadata::of((Doc,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let rows = [doc(1, None), doc(2, Some(json!({"a": [1]})))];
    insert(Doc).values(&rows).execute(&mut conn).unwrap();
    db.sent();
    conn
}

fn doc(id: i64, body: Option<Value>) -> Doc {
    Doc { id, body }
}

/// Objects in each other, or arrays, without a recursion.
fn deep(levels: usize, in_arrays: bool) -> Value {
    (1..levels).fold(json!({}), |inner, _| {
        if in_arrays {
            return Value::Array(vec![inner]);
        }
        Value::Object(Map::from_iter([("a".to_owned(), inner)]))
    })
}

/// Takes a document apart, since its own destructor would call itself for each level.
fn take_apart(mut document: Value) {
    loop {
        let inner = match &mut document {
            Value::Array(items) => items.pop(),
            Value::Object(entries) => entries.values_mut().next().map(Value::take),
            _ => None,
        };
        match inner {
            Some(inner) => drop(mem::replace(&mut document, inner)),
            None => return,
        }
    }
}

fn a_document_without_end_is_refused_in_each_place(db: &Db) {
    let conn = &mut docs(db);
    conn.begin().unwrap();
    for in_arrays in [false, true] {
        for levels in [128, 200, 10_000] {
            let deep = || deep(levels, in_arrays);
            // What is dropped by its own destructor.
            let moved = |levels: usize| self::deep(levels.min(500), in_arrays);
            let row = [doc(3, Some(deep()))];
            let out_of_range = |result: orm::Result<u64>| {
                fails(result, ErrorKind::OutOfRange);
            };
            out_of_range(insert(Doc).values(&row).execute(conn));
            out_of_range(
                insert(Doc)
                    .values([doc(4, None)])
                    .values(&row)
                    .execute(conn),
            );
            out_of_range(update_many(Doc).rows(&row).set(Doc.body).execute(conn));
            out_of_range(update(Doc).set(Doc.body, deep()).execute(conn));
            out_of_range(
                update(Doc)
                    .set(Doc.body, Doc.body.with("a", deep()))
                    .execute(conn),
            );
            let text = "UPDATE deep_docs SET body = :body";
            out_of_range(raw(text).bind("body", moved(levels)).execute(conn));
            let [row] = row;
            take_apart(row.body.unwrap());
            let by_reference = deep();
            for condition in [
                Doc.body.eq(deep()),
                Doc.body.ne(&by_reference),
                Doc.body.same_as(deep()),
                Doc.body.contains(deep()),
                Doc.body.at("a").contains(deep()),
                Doc.body.at("a").json().eq(deep()),
                Doc.body.coalesce(deep()).is_not_null(),
            ] {
                let query = select(Doc.id).filter(condition);
                fails(query.all(conn), ErrorKind::OutOfRange);
                let printed = query.to_sql_with_literals(db.dialect());
                fails(printed, ErrorKind::Unsupported);
            }
            take_apart(by_reference);
            let rows = values("v", [(moved(levels),)]);
            fails(
                select(rows.columns()).from(&rows).all(conn),
                ErrorKind::OutOfRange,
            );
        }
    }
    // The transaction is as it was.
    insert(Doc).values([doc(9, None)]).execute(conn).unwrap();
    conn.commit().unwrap();
    assert_eq!(db.count("deep_docs"), 3);
    an_entity_without_end_is_refused(db);
}

fn an_entity_without_end_is_refused(db: &Db) {
    let mut session = db.session();
    let second = session.get_one(Doc, 2).unwrap();
    session[second].body = Some(deep(10_000, false));
    fails(session.flush(), ErrorKind::OutOfRange);
    take_apart(session[second].body.take().unwrap());
    session[second].body = Some(json!([]));
    session.commit().unwrap();
    let added = session.add(doc(7, Some(deep(10_000, true))));
    fails(session.flush(), ErrorKind::OutOfRange);
    take_apart(session[added].body.take().unwrap());
    session.commit().unwrap();
    let stored = select(Doc.body).filter(Doc.id.in_([2, 7])).order_by(Doc.id);
    assert_eq!(stored.all(&mut session).unwrap(), [Some(json!([])), None]);
}

/// The databases have limits of their own.
fn a_document_of_some_levels_comes_back_or_is_refused(db: &Db) {
    let conn = &mut docs(db);
    conn.begin().unwrap();
    let mut refused = false;
    for (id, levels) in (10..).zip([31, 32, 33, 100, 101, 127]) {
        let document = deep(levels, id % 2 == 0);
        let stored = insert(Doc)
            .values([doc(id, Some(document.clone()))])
            .execute(conn);
        if refused || stored.is_err() {
            assert!(levels > 31);
            fails(stored, ErrorKind::OutOfRange);
            refused = true;
            continue;
        }
        let found = select(Doc)
            .filter(Doc.body.eq(&document))
            .one(conn)
            .unwrap();
        assert_eq!(found, doc(id, Some(document.clone())));
        if id % 2 == 1 {
            let contained = select(Doc.id).filter(Doc.body.contains(document.clone()));
            assert!(contained.all(conn).unwrap().contains(&id), "{levels}");
            let inner = (2..levels).fold(Doc.body.at("a"), |place, _| place.at("a"));
            let found = select(Doc.id).filter(inner.json().eq(json!({})) & Doc.id.eq(id));
            assert_eq!(found.all(conn).unwrap(), [id], "{levels}");
        }
        let other = update(Doc).set(Doc.body, document).filter(Doc.id.eq(1));
        assert_eq!(other.execute(conn).unwrap(), 1);
    }
    conn.commit().unwrap();
}

fn documents_of_other_programs_are_read_or_refused(db: &Db) {
    let conn = &mut docs(db);
    for levels in [128, 200, 900, 5_000, 20_000] {
        for (open, close) in [("[", "]"), ("{\"a\": ", "}")] {
            let text = format!("{}1{}", open.repeat(levels), close.repeat(levels));
            let sql = format!("UPDATE deep_docs SET body = '{text}' WHERE id = 1");
            // Most databases refuse it.
            if let Err(error) = conn.raw_control(&sql) {
                assert!(!error.is_connection_lost(), "{error:?}");
                continue;
            }
            let mut session = db.session();
            for result in [
                session.get(Doc, 1).map(drop),
                select(Doc).all(conn).map(drop),
                select(Doc.body).all(conn).map(drop),
                raw("SELECT id, body FROM deep_docs")
                    .all::<(i64, Value), _>(conn)
                    .map(drop),
                select(Doc.body)
                    .stream(conn)
                    .and_then(Iterator::collect::<orm::Result<Vec<_>>>)
                    .map(drop),
            ] {
                let error = fails(result, ErrorKind::Decode);
                assert!(error.to_string().contains("body"), "{error}");
            }
            // A row without types has the text.
            assert_eq!(select(Doc).rows(conn).unwrap().len(), 2);
            // What reads no document, works.
            let ids = select(Doc.id)
                .filter(Doc.body.is_not_null())
                .order_by(Doc.id);
            assert_eq!(ids.all(conn).unwrap(), [1, 2]);
            let other = select(Doc.id).filter(Doc.body.eq(json!({"a": [1]})));
            assert_eq!(other.all(conn).unwrap(), [2]);
            let other = select(Doc.id).filter(Doc.body.contains(json!({"a": [1]})));
            assert_eq!(other.all(conn).unwrap(), [2]);
            session.rollback().unwrap();
        }
    }
    let change = update(Doc).set(Doc.body, json!(1)).execute(conn);
    assert_eq!(change.unwrap(), 2);
}

fn paths_have_an_end(db: &Db) {
    let conn = &mut docs(db);
    db.sent();
    let keys = |steps: usize| (1..steps).fold(Doc.body.at("a"), |place, _| place.at("a"));
    let indexes = |steps: usize| (1..steps).fold(Doc.body.at(0), |place, _| place.at(0));
    for steps in [128, 200, 10_000] {
        for place in [keys(steps), indexes(steps)] {
            let conditions = [
                place.clone().json().eq(json!(1)),
                place.clone().as_text().eq("x"),
                place.clone().as_i64().eq(1),
                place.clone().as_f64().eq(1.0),
                place.clone().as_bool().is_true(),
                place.clone().array_length().eq(1),
                place.clone().is_json_null(),
                place.clone().contains(json!(1)),
                place.clone().has_key("a"),
            ];
            for condition in conditions {
                let query = select(Doc.id).filter(condition);
                let error = fails(query.all(conn), ErrorKind::Usage);
                assert!(error.message().contains("127 steps"), "{error}");
            }
        }
    }
    assert_eq!(db.sent(), [""; 0]);
    for steps in [31, 32, 100, 101, 127] {
        for place in [keys(steps), indexes(steps)] {
            let found = select(place.clone().json())
                .order_by(Doc.id)
                .all(conn)
                .unwrap();
            assert_eq!(found, [None, None], "{steps}");
            let texts = select(Doc.id).filter(place.as_text().is_not_null());
            assert_eq!(texts.all(conn).unwrap(), [0; 0], "{steps}");
        }
    }
}

const MANY: usize = 10_000;

/// Every query is refused, and nothing is sent.
#[track_caller]
fn all_end<S>(db: &Db, conn: &mut Connection, queries: impl IntoIterator<Item = Select<S>>) {
    db.sent();
    for query in queries {
        let error = fails(query.count(conn), ErrorKind::Usage);
        assert!(error.message().contains("nested"), "{error}");
    }
    assert_eq!(db.sent(), [""; 0]);
}

fn operators_of_operators_end(db: &Db) {
    let conn = &mut seed(db);
    let of = |f: &dyn Fn(orm::query::Expr<i64>) -> orm::query::Expr<i64>| {
        (0..MANY).fold(User.id + 1, |inner, _| f(inner))
    };
    let ends = [
        of(&|inner| inner.op("+", 1_i64)),
        of(&|inner| -inner),
        of(&|inner| inner.abs()),
        of(&|inner| inner.greatest(1)),
        of(&|inner| inner.coalesce(1)),
        of(&|inner| func("abs", (inner,))),
        of(&|inner| raw_expr(":a + :b", (("a", inner), ("b", 1_i64)))),
        of(&|inner| case().when(User.id.gt(1), inner).otherwise(1)),
        of(&|inner| case().when(inner.gt(1), 1_i64).otherwise(1)),
    ];
    all_end(
        db,
        conn,
        ends.map(|expr| select(User.id).filter(expr.gt(0))),
    );
    let nulls = (0..MANY).fold(User.id.nullif(1), |inner, _| inner.nullif(1));
    all_end(db, conn, [select(User.id).filter(nulls.is_null())]);
}

fn texts_of_texts_end(db: &Db) {
    let conn = &mut seed(db);
    let of = |f: &dyn Fn(orm::query::Expr<String>) -> orm::query::Expr<String>| {
        (0..MANY).fold(User.username.lower(), |inner, _| f(inner))
    };
    let ends = [
        of(&|inner| inner.replace("a", "b")),
        of(&|inner| inner.trim()),
        of(&|inner| inner.op("||", "x")),
        of(&|inner| inner.collate(Collation::Binary)),
    ];
    all_end(
        db,
        conn,
        ends.map(|expr| select(User.id).filter(expr.eq("x"))),
    );
    // What is joined is one list, not one text in another.
    let joined = (0..MANY).fold(User.username.lower(), |all, _| all.concat("x"));
    let query = select(joined.length()).filter(User.id.eq(1));
    let length = i32::try_from(MANY).unwrap() + 3;
    let found = query
        .all(conn)
        .map(|found| found.into_iter().map(i64::from).collect());
    ends_or_finds(found, &[length.into()]);
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "deep_parents")]
struct Parent {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    children: HasMany<Child>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "deep_children")]
struct Child {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(references = Parent.id)]
    parent_id: i64,
    #[orm(key = parent_id)]
    parent: BelongsTo<Parent>,
}

fn relations_of_relations_end(db: &Db) {
    Metadata::of((Parent, Child))
        .create_all(&db.engine)
        .unwrap();
    let conn = &mut db.engine.connection().unwrap();
    insert(Parent)
        .values([Parent::builder().id(1)])
        .execute(conn)
        .unwrap();
    let child = Child::builder().id(1).parent_id(1);
    insert(Child).values([child]).execute(conn).unwrap();
    let deep = |levels: usize| {
        (0..levels).fold(Parent.id.eq(1), |inner, _| {
            Parent.children.any(Child.parent.has(inner))
        })
    };
    all_end(db, conn, [select(Parent).filter(deep(MANY))]);
    assert_eq!(select(Parent.id).filter(deep(10)).all(conn).unwrap(), [1]);
    // A database may have fewer levels than the library.
    ends_or_finds(select(Parent.id).filter(deep(100)).all(conn), &[1]);
}

/// Rows, or the database's refusal.
#[track_caller]
fn ends_or_finds(found: orm::Result<Vec<i64>>, expected: &[i64]) {
    match found {
        Ok(found) => assert_eq!(found, expected),
        Err(error) => assert_eq!(error.kind(), ErrorKind::Unsupported, "{error:?}"),
    }
}

/// The users' keys, of the type that a column of a derived table has.
fn first_ids() -> Select<(orm::mapping::Column<orm::mapping::DerivedRow, i64>,)> {
    let ids = select((User.id,)).as_table("ids");
    select(ids.columns()).from(&ids)
}

/// Checks that so many levels find the keys of all users, or are refused if they are more than 20.
fn finds_all(found: orm::Result<Vec<(i64,)>>, levels: usize) {
    let found = found.map(|rows| {
        let mut ids: Vec<i64> = rows.into_iter().map(|(id,)| id).collect();
        ids.sort_unstable();
        ids
    });
    assert!(levels > 20 || found.is_ok());
    ends_or_finds(found, &[1, 2, 3, 4]);
}

fn tables_of_tables_end(db: &Db) {
    let conn = &mut seed(db);
    let query = |levels: usize| {
        (0..levels).fold(first_ids(), |inner, level| {
            let table = inner.as_table(["a", "b"][level % 2]);
            let (id,) = table.columns();
            select((id,)).from(&table)
        })
    };
    for levels in [20, 60, 100, 240] {
        finds_all(query(levels).all(conn), levels);
    }
    all_end(db, conn, [query(400), query(MANY)]);
    assert_eq!(select(User).count(conn).unwrap(), 4);
}

fn common_table_expressions_of_each_other_end(db: &Db) {
    let conn = &mut seed(db);
    let query = |levels: usize| {
        (0..levels).fold(first_ids(), |inner, level| {
            let table = inner.cte(format!("c{level}"));
            let (id,) = table.columns();
            select((id,)).from(&table)
        })
    };
    for levels in [20, 60, 100, 400] {
        finds_all(query(levels).all(conn), levels);
    }
    all_end(db, conn, [query(MANY)]);
    assert_eq!(select(User).count(conn).unwrap(), 4);
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "deep_tags")]
struct Tagged {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    tags: Vec<String>,
}

fn arrays_of_changes_end(db: &Db) {
    Metadata::of((Tagged,)).create_all(&db.engine).unwrap();
    let conn = &mut db.engine.connection().unwrap();
    let appended = (0..MANY).fold(Tagged.tags.append("x"), |inner, _| inner.append("x"));
    let joined = (0..MANY).fold(Tagged.tags.concat(Tagged.tags), |inner, _| {
        inner.concat(Tagged.tags)
    });
    let queries = [appended, joined].map(|tags| select(Tagged.id).filter(tags.has("x")));
    all_end(db, conn, queries);
}
