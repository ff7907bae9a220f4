//! Hostile strings as values: of columns, of searches, of functions, of JSON and of raw SQL.

use orm::prelude::*;
use orm::query::string_agg;
use serde_json::{Value, json};

use super::{Bystanders, Word, accepted, hostile, stored};
use crate::cases;
use crate::database::Db;
use crate::suite::Requires;

cases![
    "injection":
    in_columns_and_comparisons,
    in_entities,
    in_printed_statements,
    in_searches,
    in_regular_expressions (Requires::Regexes),
    in_functions,
    in_separators (Requires::StringAgg),
    in_upserts (Requires::Upsert),
    in_raw_sql,
    in_labels,
    in_keys_of_documents (Requires::Json),
];

fn word(id: i64, body: &str) -> Word {
    Word {
        id,
        body: body.to_owned(),
        note: Some(body.to_owned()),
        bytes: Some(body.as_bytes().to_vec()),
    }
}

/// All strings that the database stores, each as a row.
fn words(conn: &mut Connection) -> Vec<(i64, String)> {
    let mut words = Vec::new();
    for (id, string) in (1..).zip(hostile()) {
        let row = insert(Word).values([word(id, &string)]).execute(conn);
        if stored(&string, row).is_some() {
            words.push((id, string));
        }
    }
    words
}

fn in_columns_and_comparisons(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    let words = words(conn);
    for (id, string) in &words {
        let found = select(Word).filter(Word.body.eq(string)).all(conn).unwrap();
        assert_eq!(found, [word(*id, string)]);
        let by_bytes = Word.bytes.eq(string.as_bytes().to_vec());
        let listed = Word.note.in_([string.as_str(), "none"]);
        let all = by_bytes & listed & Word.body.le(string) & Word.body.between(string, string);
        let found = select(Word.id).filter(all).all(conn).unwrap();
        assert_eq!(found, [*id], "{string:?}");
        let change = update(Word)
            .set(Word.note, string.clone() + "x")
            .filter(Word.note.eq(string));
        assert_eq!(change.execute(conn).unwrap(), 1, "{string:?}");
    }
    let list: Vec<&str> = words.iter().map(|(_, string)| string.as_str()).collect();
    let all = select(Word.id).filter(Word.body.in_(list));
    assert_eq!(all.all(conn).unwrap().len(), words.len());
    for (_, string) in &words {
        let gone = delete(Word).filter(Word.body.eq(string) & Word.note.ne(string));
        assert_eq!(gone.execute(conn).unwrap(), 1, "{string:?}");
    }
    bystanders.are_unharmed(conn);
}

fn in_entities(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    for (id, string) in (1..).zip(hostile()) {
        let mut session = db.session();
        let handle = session.add(word(id, &string));
        if stored(&string, session.commit()).is_none() {
            session.rollback().unwrap();
            continue;
        }
        session[handle].note = Some(string.clone() + &string);
        session.commit().unwrap();
        let found = select(Word).filter(Word.body.eq(&string));
        let found = found.all(&mut session).unwrap();
        assert_eq!(found, [handle], "{string:?}");
        session.delete(handle);
        session.commit().unwrap();
    }
    assert_eq!(db.count("hostile_words"), 0);
    bystanders.are_unharmed(&mut conn);
}

fn in_printed_statements(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    let dialect = conn.dialect();
    for (id, string) in words(conn) {
        let query = select(Word.id).filter(Word.body.eq(&string) & Word.body.contains(&string));
        let Some(sql) = stored(&string, query.to_sql_with_literals(dialect)) else {
            continue;
        };
        let mut found = Vec::new();
        let run = conn.raw_query(&sql, &[], &mut |row| {
            found.push(row.get(0)?.to_value());
            Ok(())
        });
        run.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_eq!(found, [orm::value::Value::Int(id)], "{sql}");
    }
    bystanders.are_unharmed(conn);
}

/// Words that a test in Rust holds for.
fn matching(words: &[(i64, String)], test: impl Fn(&str) -> bool) -> Vec<i64> {
    let found = words.iter().filter(|(_, string)| test(string));
    found.map(|(id, _)| *id).collect()
}

fn in_searches(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    let words = words(conn);
    for (id, string) in &words {
        let mut ids = |condition: Predicate| {
            let query = select(Word.id).filter(condition).order_by(Word.id);
            query.all(conn).unwrap()
        };
        let expected = matching(&words, |word| word.contains(string.as_str()));
        assert_eq!(ids(Word.body.contains(string)), expected, "{string:?}");
        let expected = matching(&words, |word| word.starts_with(string.as_str()));
        assert_eq!(ids(Word.body.starts_with(string)), expected, "{string:?}");
        let expected = matching(&words, |word| word.ends_with(string.as_str()));
        assert_eq!(ids(Word.body.ends_with(string)), expected, "{string:?}");
        for condition in [
            Word.body.icontains(string),
            Word.body.istarts_with(string),
            Word.body.iends_with(string),
            Word.body.ieq(string),
        ] {
            assert!(ids(condition).contains(id), "{string:?}");
        }
        // A pattern need not match itself, but it is one.
        for pattern in [Word.body.like(string), Word.body.ilike(string)] {
            let query = select(Word.id).filter(pattern);
            accepted(string, query.all(conn));
        }
    }
    bystanders.are_unharmed(conn);
}

fn in_regular_expressions(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    words(conn);
    for string in hostile() {
        let query = select(Word.id).filter(Word.body.matches(&string));
        accepted(&string, query.all(conn));
    }
    bystanders.are_unharmed(conn);
}

fn in_functions(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    for (id, string) in words(conn) {
        let string = string.as_str();
        let texts = (
            Word.body.concat(string),
            Word.body.replace(string, "x"),
            Word.body.position_of(string),
            case().when(Word.body.eq(string), string).otherwise("none"),
            Word.note.coalesce(string),
        );
        let query = select(texts).filter(Word.id.eq(id));
        let (twice, replaced, position, chosen, note) = query.one(conn).unwrap();
        assert_eq!(twice, string.repeat(2));
        assert_eq!((replaced.as_str(), position), ("x", 1), "{string:?}");
        assert_eq!((chosen.as_str(), note.as_str()), (string, string));
        let absent = func::<Option<String>>("nullif", (string, string)).is_null();
        let found = select(Word.id).filter(absent & Word.id.eq(id));
        assert_eq!(found.all(conn).unwrap(), [id], "{string:?}");
    }
    bystanders.are_unharmed(conn);
}

fn in_separators(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    let rows = [word(1, "a"), word(2, "b")];
    insert(Word).values(rows).execute(conn).unwrap();
    for string in hostile() {
        let joined = select(string_agg(Word.body, string.clone(), Word.id));
        if let Some(joined) = stored(&string, joined.one(conn)) {
            assert_eq!(joined, Some(format!("a{string}b")), "{string:?}");
        }
    }
    bystanders.are_unharmed(conn);
}

fn in_upserts(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    for string in hostile() {
        for _ in 0..2 {
            let upsert = insert(Word)
                .values([word(1, &string)])
                .on_conflict(Word.id)
                .do_update(|new| [Word.body.to(new.body), Word.note.to(string.as_str())]);
            if stored(&string, upsert.execute(conn)).is_some() {
                let found = select((Word.body, Word.note)).all(conn).unwrap();
                assert_eq!(found, [(string.clone(), Some(string.clone()))]);
            }
        }
    }
    bystanders.are_unharmed(conn);
}

fn in_raw_sql(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    for (id, string) in words(conn) {
        let sql = "SELECT id FROM hostile_words WHERE body = :a AND body IN (:list)";
        let query = raw(sql)
            .bind("a", string.as_str())
            .bind_list("list", [string.as_str(), "none"]);
        let found: Vec<(i64,)> = query.all(conn).unwrap();
        assert_eq!(found, [(id,)], "{string:?}");
        let is_it = raw_expr::<bool>("body = :a", (("a", string.as_str()),));
        let query = select(Word.id).filter(is_it);
        assert_eq!(query.all(conn).unwrap(), [id], "{string:?}");
    }
    bystanders.are_unharmed(conn);
}

#[derive(DbEnum, Clone, Copy, Debug, PartialEq)]
enum Label {
    #[orm(rename = "it's \\ \"a\" `b` $1 ?")]
    Quotes,
    #[orm(rename = "x'; DELETE FROM bystanders; --")]
    Quoted,
    #[orm(rename = "\\'; DELETE FROM bystanders; --")]
    Escaped,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "hostile_labels")]
struct Labelled {
    #[orm(primary_key)]
    id: i64,
    label: Label,
}

fn in_labels(db: &Db) {
    let (mut conn, _) = Bystanders::beside(db);
    let conn = &mut conn;
    Metadata::of((Labelled,)).create_all(&db.engine).unwrap();
    for label in [Label::Quotes, Label::Quoted, Label::Escaped] {
        let row = Labelled::builder().label(label);
        insert(Labelled).values([row]).execute(conn).unwrap();
        let found = select(Labelled.label).filter(Labelled.label.eq(label));
        assert_eq!(found.all(conn).unwrap(), [label]);
    }
    assert_eq!((db.count("hostile_labels"), db.count("bystanders")), (3, 2));
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "hostile_documents")]
struct Document {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    body: Value,
}

fn in_keys_of_documents(db: &Db) {
    let (mut conn, _) = Bystanders::beside(db);
    let conn = &mut conn;
    Metadata::of((Document,)).create_all(&db.engine).unwrap();
    for string in hostile() {
        delete(Document).execute(conn).unwrap();
        let mut body = json!({"other": 1});
        body[&string] = json!(string);
        let rows = [
            Document {
                id: 1,
                body: body.clone(),
            },
            Document {
                id: 2,
                body: json!({}),
            },
        ];
        if stored(&string, insert(Document).values(rows).execute(conn)).is_none() {
            continue;
        }
        let mut ids = |condition: Predicate| {
            let query = select(Document.id).filter(condition).order_by(Document.id);
            accepted(&string, query.all(conn))
        };
        for condition in [
            Document
                .body
                .at(string.as_str())
                .as_text()
                .eq(string.as_str()),
            Document.body.has_key(&string),
            Document
                .body
                .contains(json!({ string.as_str(): string.as_str() })),
            Document.body.eq(body.clone()),
        ] {
            if let Some(found) = ids(condition) {
                assert_eq!(found, [1], "{string:?}");
            }
        }
        let more = Document.body.with(&string, json!("'\"\\"));
        let change = update(Document)
            .set(Document.body, more)
            .filter(Document.id.eq(1));
        if accepted(&string, change.execute(conn)).is_some() {
            body[&string] = json!("'\"\\");
            let stored = select(Document.body).filter(Document.id.eq(1));
            assert_eq!(stored.one(conn).unwrap(), body, "{string:?}");
        }
        let less = Document.body.without(&string);
        let change = update(Document)
            .set(Document.body, less)
            .filter(Document.id.eq(1));
        if accepted(&string, change.execute(conn)).is_some() {
            let stored = select(Document.body).filter(Document.id.eq(1));
            assert_eq!(stored.one(conn).unwrap(), json!({"other": 1}), "{string:?}");
        }
    }
    assert_eq!(db.count("bystanders"), 2);
}
