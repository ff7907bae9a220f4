//! A query and the loads of its relations: one connection, and where it makes a difference one transaction.

use orm::ErrorKind;
use orm::engine::TransactionOptions;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::suite::support::fails;

cases![
    "eager_reads":
    a_query_with_loads_is_one_transaction,
    an_open_transaction_is_used,
    a_query_without_loads_sends_itself_alone,
    a_failed_load_ends_the_transaction,
    the_connection_is_given_back,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "eager_writers")]
struct Writer {
    #[orm(primary_key)]
    id: i64,
    texts: HasMany<Text>,
    desk: HasOne<Desk>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "eager_texts")]
struct Text {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Writer.id, index)]
    author_id: i64,
    author: BelongsTo<Writer>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "desks")]
struct Desk {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Writer.id, index)]
    writer_id: i64,
    writer: BelongsTo<Writer>,
}

const WRITERS: &str = r#"SELECT "id" FROM "eager_writers""#;
const TEXTS: &str = r#"SELECT "id", "author_id" FROM "eager_texts" WHERE "author_id" = ?"#;

/// A writer with a text and two desks, stored by another session.
fn session(db: &Db) -> Session {
    let all = Metadata::of((Writer, Text, Desk));
    all.create_all(&db.engine).unwrap();
    let mut other = Session::new(&db.other_engine());
    let ada = other.add(Writer::builder());
    other.add(Text::builder().author(ada));
    other.add(Desk::builder().writer(ada));
    other.add(Desk::builder().writer(ada));
    other.commit().unwrap();
    let session = db.session();
    db.sent();
    session
}

/// The statements in the transaction that reads one state, if the database has such a one.
fn in_one_state(db: &Db, statements: &[&str], end: &str) -> Vec<String> {
    let mut sent: Vec<String> = statements.iter().map(ToString::to_string).collect();
    if db.capabilities().repeatable_reads {
        let dialect = db.dialect();
        let read_only = TransactionOptions::new().read_only();
        let options = match dialect.after_end(&read_only) {
            Some(_) => TransactionOptions::new(),
            None => read_only,
        };
        let begin = dialect.begin(&options).unwrap();
        sent.splice(0..0, begin.into_iter().map(Into::into));
        sent.push(end.to_owned());
    }
    sent
}

fn a_query_with_loads_is_one_transaction(db: &Db) {
    let mut session = session(db);
    let query = select(Writer).with(Writer.texts);
    let writers = query.all(&mut session).unwrap();
    assert_eq!(db.sent(), in_one_state(db, &[WRITERS, TEXTS], "COMMIT"));
    assert_eq!(session[writers[0]].texts.get().unwrap().len(), 1);
    assert!(!session.in_transaction());
    // What is fresh is not loaded, and the query is still one verb.
    query.filter(Writer.id.gt(0)).all(&mut session).unwrap();
    let filtered = format!(r#"{WRITERS} WHERE "id" > ?"#);
    assert_eq!(db.sent(), in_one_state(db, &[&filtered], "COMMIT"));
    // The session can write, with a transaction of its own.
    session
        .append(writers[0], Writer.texts, Text::builder())
        .unwrap();
    session.commit().unwrap();
    assert_eq!(db.count("eager_texts"), 2);
}

fn an_open_transaction_is_used(db: &Db) {
    let mut session = session(db);
    session.begin().unwrap();
    db.sent();
    select(Writer).with(Writer.texts).all(&mut session).unwrap();
    assert_eq!(db.sent(), [WRITERS, TEXTS]);
    session.commit().unwrap();
}

fn a_query_without_loads_sends_itself_alone(db: &Db) {
    let mut session = session(db);
    let writers = select(Writer).all(&mut session).unwrap();
    assert_eq!(db.sent(), [WRITERS]);
    session.load(writers[0], Writer.texts).unwrap();
    assert_eq!(db.sent(), [TEXTS]);
}

fn a_failed_load_ends_the_transaction(db: &Db) {
    let mut session = session(db);
    let query = select(Writer).with(Writer.desk);
    fails(query.all(&mut session), ErrorKind::MultipleRows);
    let desks = r#"SELECT "id", "writer_id" FROM "desks" WHERE "writer_id" = ?"#;
    assert_eq!(db.sent(), in_one_state(db, &[WRITERS, desks], "ROLLBACK"));
    assert!(!session.in_transaction());
    assert_eq!(select(Writer).all(&mut session).unwrap().len(), 1);
    assert_eq!(db.sent(), [WRITERS]);
}

fn the_connection_is_given_back(db: &Db) {
    let mut session = session(db);
    let query = select(Writer).with(Writer.texts);
    query.all(&mut session).unwrap();
    // Another session gets it, and is in no transaction.
    let mut other = db.session();
    let writer = select(Writer).one(&mut other).unwrap();
    let text = other.append(writer, Writer.texts, Text::builder()).unwrap();
    other.commit().unwrap();
    assert!(other.key(text).is_some());
    assert_eq!(db.count("eager_texts"), 2);
}
