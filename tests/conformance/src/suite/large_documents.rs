//! Large documents: stored and equal, or an error with the connection and its transaction as they were.

use orm::ErrorKind;
use orm::prelude::*;
use serde_json::{Value, json};

use crate::cases;
use crate::database::Db;
use crate::suite::Requires;

cases![
    "large_documents":
    one_long_text (Requires::Json),
    a_text_of_a_hundred_megabytes (Requires::Json),
    a_million_elements (Requires::Json),
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "large_docs")]
struct Doc {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    body: Value,
}

/// The result, or `None` if the server takes no value of that size.
#[track_caller]
fn within<T>(result: orm::Result<T>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error) => {
            let kind = error.kind();
            assert!(
                matches!(kind, ErrorKind::DataTooLong | ErrorKind::OutOfRange),
                "{kind:?}"
            );
            None
        }
    }
}

/// Not compared by `assert_eq`, which would print both.
#[track_caller]
fn is_stored(conn: &mut Connection, id: i64, document: &Value) {
    let found = select(Doc).filter(Doc.id.eq(id)).one(conn).unwrap();
    assert!(found.body == *document);
    let streamed = select(Doc.body).filter(Doc.id.eq(id));
    for found in streamed.stream(conn).unwrap() {
        assert!(found.unwrap() == *document);
    }
}

/// Writes a document in each way, of which `changed` is another version.
fn round_trip(db: &Db, document: Value, changed: impl Fn(&mut Value)) {
    Metadata::of((Doc,)).create_all(&db.engine).unwrap();
    let conn = &mut db.engine.connection().unwrap();
    let small = |id| Doc {
        id,
        body: json!({}),
    };
    conn.begin().unwrap();
    insert(Doc)
        .values([small(1), small(2)])
        .execute(conn)
        .unwrap();
    let row = Doc {
        id: 3,
        body: document,
    };
    let inserted = within(insert(Doc).values([&row]).execute(conn));
    let mut document = row.body;
    // What was written before is there, whether this was or not.
    assert_eq!(select(Doc).filter(Doc.id.le(2)).count(conn).unwrap(), 2);
    if inserted.is_some() {
        is_stored(conn, 3, &document);
    }
    let change = update(Doc).set(Doc.body, &document).filter(Doc.id.eq(2));
    assert_eq!(within(change.execute(conn)), inserted);
    conn.commit().unwrap();

    let mut session = db.session();
    let Some(_) = inserted else {
        let first = session.get_one(Doc, 1).unwrap();
        session[first].body = document;
        assert!(within(session.commit()).is_none());
        session[first].body = json!([]);
        session.commit().unwrap();
        return;
    };
    // The old value is compared.
    let second = session.get_one(Doc, 2).unwrap();
    assert!(session[second].body == document);
    changed(&mut session[second].body);
    session.commit().unwrap();
    changed(&mut document);
    is_stored(conn, 2, &document);
    // It is found to be stale.
    update(Doc).set(Doc.body, json!({})).execute(conn).unwrap();
    session[second].body = json!([]);
    assert!(session.commit().unwrap_err().is_stale_data());
}

fn text(megabytes: usize) -> Value {
    json!({ "text": "a long text ".repeat(megabytes * 1_000_000 / 12) })
}

fn one_long_text(db: &Db) {
    round_trip(db, text(8), |body| body["more"] = json!(true));
}

/// It goes to the database once, and comes back once.
fn a_text_of_a_hundred_megabytes(db: &Db) {
    Metadata::of((Doc,)).create_all(&db.engine).unwrap();
    let conn = &mut db.engine.connection().unwrap();
    conn.begin().unwrap();
    let small = Doc {
        id: 1,
        body: json!({}),
    };
    insert(Doc).values([small]).execute(conn).unwrap();
    let row = Doc {
        id: 2,
        body: text(100),
    };
    if within(insert(Doc).values([&row]).execute(conn)).is_some() {
        let found = select(Doc).filter(Doc.id.eq(2)).one(conn).unwrap();
        assert!(found == row);
    }
    conn.commit().unwrap();
    assert_eq!(select(Doc).filter(Doc.id.eq(1)).count(conn).unwrap(), 1);
}

fn a_million_elements(db: &Db) {
    let items = (0..1_000_000).map(|n| json!(n)).collect();
    round_trip(db, Value::Array(items), |body| {
        body[999_999] = json!("last");
    });
}
