//! Hostile strings as values of writes, of sources of rows and of aggregates.

use orm::prelude::*;
use orm::query::{json_object_agg, unnest, values};
use serde_json::json;

use super::{Bystanders, Word, hostile, stored};
use crate::cases;
use crate::database::Db;
use crate::suite::Requires;

cases![
    "injection":
    in_many_rows,
    in_loads,
    in_raw_rows,
    in_rows_of_values,
    in_values_of_sessions,
    in_plans,
    in_arrays (Requires::Arrays),
    in_keys_of_aggregates (Requires::JsonAggregates),
];

fn word(id: i64, body: &str) -> Word {
    Word {
        id,
        body: body.to_owned(),
        note: Some(body.to_owned()),
        bytes: None,
    }
}

/// Two rows of other words.
fn words(conn: &mut Connection) {
    let rows = [word(1, "a"), word(2, "b")];
    insert(Word).values(&rows).execute(conn).unwrap();
}

fn bodies(conn: &mut Connection) -> Vec<String> {
    let query = select(Word.body).order_by(Word.id);
    query.all(conn).unwrap()
}

fn in_many_rows(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    words(conn);
    for string in hostile() {
        let rows = [word(1, &string), word(2, &string.repeat(2))];
        let many = update_many(Word).rows(&rows).set((Word.body, Word.note));
        if stored(&string, many.execute(conn)).is_some() {
            assert_eq!(bodies(conn), [string.clone(), string.repeat(2)]);
        }
    }
    bystanders.are_unharmed(conn);
}

fn in_loads(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    for string in hostile() {
        delete(Word).execute(conn).unwrap();
        let rows = (1..4).map(|id| Word {
            bytes: Some(string.clone().into_bytes()),
            ..word(id, &string)
        });
        let rows: Vec<_> = rows.collect();
        if stored(&string, insert(Word).load(&rows).execute(conn)).is_some() {
            let found = select(Word).order_by(Word.id).all(conn).unwrap();
            assert_eq!(found, rows, "{string:?}");
        }
    }
    // All of them in one statement.
    delete(Word).execute(conn).unwrap();
    let fine = hostile()
        .into_iter()
        .filter(|string| !string.contains('\0'));
    let rows: Vec<_> = (1..)
        .zip(fine)
        .map(|(id, string)| word(id, &string))
        .collect();
    insert(Word).load(&rows).execute(conn).unwrap();
    let found = select(Word).order_by(Word.id).all(conn).unwrap();
    assert_eq!(found, rows);
    bystanders.are_unharmed(conn);
}

fn in_raw_rows(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    words(conn);
    let text = "UPDATE hostile_words SET body = :body WHERE id = :id";
    for string in hostile() {
        let rows = [(string.as_str(), 1_i64), ("b", 2)];
        let many = raw(text).execute_many(["body", "id"], rows, conn);
        if stored(&string, many).is_some() {
            assert_eq!(bodies(conn), [string.as_str(), "b"]);
        }
    }
    bystanders.are_unharmed(conn);
}

fn in_rows_of_values(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    for string in hostile() {
        let rows = values("v", [(1_i64, string.clone()), (2, "x".to_owned())]);
        let (id, text) = rows.columns();
        let query = select((id, text)).from(&rows).filter(text.eq(&string));
        if let Some(found) = stored(&string, query.all(conn)) {
            assert_eq!(found, [(1, string)]);
        }
    }
    bystanders.are_unharmed(conn);
}

fn in_values_of_sessions(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    words(&mut conn);
    for string in hostile() {
        let mut session = db.session();
        let first = session.get_one(Word, 1).unwrap();
        session[first].body.clone_from(&string);
        let joined = Word.note.concat(string.as_str());
        session.set(first, Word.note, joined).unwrap();
        if stored(&string, session.flush()).is_some() {
            session.refresh(first).unwrap();
            let expected = Some(format!("a{string}"));
            assert_eq!(
                (&session[first].body, &session[first].note),
                (&string, &expected)
            );
        }
        session.rollback().unwrap();
    }
    bystanders.are_unharmed(&mut conn);
}

fn in_plans(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    words(conn);
    for string in hostile() {
        let query = select(Word.id).filter(Word.body.eq(&string) | Word.body.contains(&string));
        let plan = query.explain(conn);
        if plan
            .as_ref()
            .is_err_and(|error| error.kind() == orm::ErrorKind::Unsupported)
        {
            return;
        }
        if let Some(plan) = stored(&string, plan) {
            assert!(!plan.is_empty());
        }
    }
    bystanders.are_unharmed(conn);
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "hostile_tags")]
struct Tagged {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    tags: Vec<String>,
    maybe: Vec<Option<String>>,
    nested: Vec<Vec<String>>,
}

fn in_arrays(db: &Db) {
    let (mut conn, _) = Bystanders::beside(db);
    let conn = &mut conn;
    Metadata::of((Tagged,)).create_all(&db.engine).unwrap();
    for string in hostile() {
        delete(Tagged).execute(conn).unwrap();
        let pair = || vec!["x".to_owned(), string.clone()];
        let row = Tagged {
            id: 1,
            tags: pair(),
            maybe: vec![None, Some(string.clone())],
            nested: vec![pair(), pair()],
        };
        if stored(&string, insert(Tagged).values([&row]).execute(conn)).is_none() {
            continue;
        }
        let all = Tagged.tags.has(string.as_str())
            & Tagged.tags.eq(pair())
            & Tagged.tags.contains(vec![string.clone()])
            & Tagged.tags.append(string.as_str()).len().eq(3)
            & Tagged.nested.eq(vec![pair(), pair()]);
        let query = select(Tagged).filter(all);
        assert_eq!(query.all(conn).unwrap(), [row], "{string:?}");
        let printed = query.to_sql_with_literals(db.dialect()).unwrap();
        let mut found = 0;
        conn.raw_query(&printed, &[], &mut |_| {
            found += 1;
            Ok(())
        })
        .unwrap();
        assert_eq!(found, 1, "{printed}");
        let change = update(Tagged).set(Tagged.tags, Tagged.tags.without(string.as_str()));
        change.execute(conn).unwrap();
        let left = select(Tagged.tags).one(conn).unwrap();
        assert_eq!(left, ["x"], "{string:?}");
        let list = unnest("list", pair());
        let (item,) = list.columns();
        let found = select(item).from(&list).filter(item.ne("x")).all(conn);
        assert_eq!(found.unwrap(), [string]);
    }
    assert_eq!(db.count("bystanders"), 2);
}

fn in_keys_of_aggregates(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    words(conn);
    for string in hostile() {
        let change = update(Word)
            .set(Word.body, string.clone())
            .filter(Word.id.eq(1));
        if stored(&string, change.execute(conn)).is_none() || string.contains('\0') {
            continue;
        }
        let object = select(json_object_agg(Word.body, Word.id, ()));
        let found = object.one(conn).unwrap();
        assert_eq!(
            found,
            Some(json!({string.as_str(): 1, "b": 2})),
            "{string:?}"
        );
    }
    bystanders.are_unharmed(conn);
}
