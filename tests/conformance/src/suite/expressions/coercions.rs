//! `type_coerce`: an expression read and compared as another Rust type, with the same SQL.

use chrono::{DateTime, Utc};
use orm::ErrorKind;
use orm::prelude::*;
use orm::types::{Codec, Json, Type};
use orm::value::{ConversionError, Value, ValueRef};
use serde::{Deserialize, Serialize};

use crate::cases;
use crate::database::Db;
use crate::suite::Requires;
use crate::suite::native_enums::Size;
use crate::suite::support::{column, fails};

cases![
    "coercions":
    rows_are_read_as_the_other_type,
    values_beside_it_have_the_other_type,
    it_stands_in_each_clause,
    columns_are_set_to_it,
    documents_are_read_as_structs (Requires::Json),
    what_does_not_decode_is_an_error,
    types_that_are_stored_otherwise_are_refused,
];

#[derive(DbEnum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum State {
    Open,
    Closed,
}

#[derive(DbEnum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Wider {
    Open,
    Closed,
    Lost,
}

#[derive(DbType, Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Points(i64);

/// A text that is stored in reverse.
#[derive(DbType, Clone, Debug, PartialEq, Eq, Hash)]
#[orm(codec)]
struct Reversed(String);

impl Codec for Reversed {
    const TYPE: Type = Type::Text;
    const LENGTH: Option<u32> = Some(30);
    const NAME: &'static str = "a reversed text";

    fn encode(&self, _server: &str) -> Value {
        Value::Text(self.0.chars().rev().collect())
    }

    fn decode(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        match value {
            ValueRef::Text(text) => Ok(Self(text.chars().rev().collect())),
            _ => Err(ConversionError::Kind),
        }
    }
}

fn reversed(text: &str) -> Reversed {
    Reversed(text.to_owned())
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "coerced_tickets")]
struct Ticket {
    #[orm(primary_key)]
    id: i64,
    state: State,
    /// The name of a state, or another text.
    #[orm(length = 30)]
    word: Option<String>,
    secret: Reversed,
    n: i32,
    points: i64,
    happened: DateTime<Utc>,
    size: Size,
}

fn ticket(state: State, word: Option<&str>, secret: &str) -> Ticket {
    Ticket {
        id: 0,
        state,
        word: word.map(str::to_owned),
        secret: reversed(secret),
        n: 1,
        points: 7,
        happened: DateTime::from_timestamp(1_709_209_800, 0).unwrap(),
        size: Size::Small,
    }
}

fn seed(db: &Db) -> Connection {
    Metadata::of((Ticket,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let rows = [
        ticket(State::Open, Some("closed"), "abc"),
        ticket(State::Closed, None, "xyz"),
        ticket(State::Open, Some("open"), "aba"),
    ];
    insert(Ticket).values(rows).execute(&mut conn).unwrap();
    db.sent();
    conn
}

fn rows_are_read_as_the_other_type(db: &Db) {
    let conn = &mut seed(db);
    let query = select((
        Ticket.state.type_coerce::<String>(),
        Ticket.state.type_coerce::<Wider>(),
        Ticket.word.type_coerce::<State>(),
        Ticket.secret.type_coerce::<String>(),
        Ticket.points.type_coerce::<Points>(),
        Ticket.happened.type_coerce::<jiff::Timestamp>(),
    ));
    let moment = jiff::Timestamp::from_second(1_709_209_800).unwrap();
    let expected = [
        ("open", Wider::Open, Some(State::Closed), "cba"),
        ("closed", Wider::Closed, None, "zyx"),
        ("open", Wider::Open, Some(State::Open), "aba"),
    ];
    let expected = expected.map(|(label, wider, word, secret)| {
        let texts = (label.to_owned(), secret.to_owned());
        (texts.0, wider, word, texts.1, Points(7), moment)
    });
    assert_eq!(query.order_by(Ticket.id).all(conn).unwrap(), expected);
    // The SQL is that of the column.
    db.sent();
    let plain = select(Ticket.secret).filter(Ticket.id.gt(0));
    plain.all(conn).unwrap();
    let coerced = select(Ticket.secret.type_coerce::<String>()).filter(Ticket.id.gt(0));
    coerced.all(conn).unwrap();
    let sent = db.sent();
    assert_eq!(sent[0], sent[1]);
}

fn ids(conn: &mut Connection, condition: Predicate) -> Vec<i64> {
    let query = select(Ticket.id).filter(condition).order_by(Ticket.id);
    query.all(conn).unwrap()
}

fn values_beside_it_have_the_other_type(db: &Db) {
    let conn = &mut seed(db);
    let word = || Ticket.word.type_coerce::<State>();
    assert_eq!(ids(conn, word().eq(State::Closed)), [1]);
    assert_eq!(ids(conn, word().eq(Ticket.state)), [3]);
    assert_eq!(ids(conn, word().in_([State::Open, State::Closed])), [1, 3]);
    assert_eq!(ids(conn, word().same_as(None::<State>)), [2]);
    // Stored in reverse, and not.
    let text = || Ticket.secret.type_coerce::<String>();
    assert_eq!(ids(conn, text().eq("zyx")), [2]);
    assert_eq!(
        ids(conn, text().starts_with("c") | text().in_(["aba"])),
        [1, 3]
    );
    let back = || text().type_coerce::<Reversed>();
    assert_eq!(ids(conn, back().eq(reversed("xyz"))), [2]);
    assert_eq!(ids(conn, back().in_([reversed("abc"), reversed("q")])), [1]);
    let word = || Ticket.word.type_coerce::<Reversed>();
    let found = select(word().coalesce(reversed("none"))).order_by(Ticket.id);
    assert_eq!(
        found.all(conn).unwrap(),
        ["desolc", "none", "nepo"].map(reversed)
    );
    let other = case()
        .when(Ticket.id.eq(1), reversed("first"))
        .otherwise(word().coalesce(reversed("x")));
    let found = select(other.type_coerce::<String>()).order_by(Ticket.id);
    assert_eq!(found.all(conn).unwrap(), ["tsrif", "x", "open"]);
}

fn it_stands_in_each_clause(db: &Db) {
    let conn = &mut seed(db);
    let label = || Ticket.state.type_coerce::<String>();
    let groups = select((label(), count_all())).group_by(label());
    let groups = groups.having(label().ne("none")).order_by(label());
    let expected = [("closed".to_owned(), 1), ("open".to_owned(), 2)];
    assert_eq!(groups.all(conn).unwrap(), expected);
    let table = select((Ticket.id, Ticket.word.type_coerce::<State>())).as_table("t");
    let (id, word) = table.columns();
    let query = select((id, word)).from(&table).filter(word.eq(State::Open));
    assert_eq!(query.all(conn).unwrap(), [(3, Some(State::Open))]);
    let upper = select(label().upper()).distinct().order_by(label().upper());
    assert_eq!(upper.all(conn).unwrap(), ["CLOSED", "OPEN"]);
    let longest = select(max(Ticket.points.type_coerce::<Points>()));
    assert_eq!(longest.one(conn).unwrap(), Some(Points(7)));
    let words = select(Ticket.word).filter(Ticket.word.is_not_null());
    let both = words.union_all(select(label().nullif("closed")));
    assert_eq!(both.all(conn).unwrap().len(), 5);
}

fn columns_are_set_to_it(db: &Db) {
    let conn = &mut seed(db);
    let set = update(Ticket).set(Ticket.word, Ticket.secret.type_coerce::<String>());
    assert_eq!(set.filter(Ticket.id.ne(3)).execute(conn).unwrap(), 2);
    let words = column::<Option<String>>(conn, "SELECT word FROM coerced_tickets ORDER BY id");
    let expected = ["cba", "zyx", "open"].map(|word| Some(word.to_owned()));
    assert_eq!(words, expected);
    let printed = update(Ticket)
        .set(Ticket.n, 9)
        .filter(Ticket.word.type_coerce::<Reversed>().eq(reversed("abc")));
    let text = printed.to_sql_with_literals(conn.dialect()).unwrap();
    assert_eq!(conn.raw_execute(&text, &[]).unwrap().affected, 1, "{text}");
    assert_eq!(ids(conn, Ticket.n.eq(9)), [1]);
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Settings {
    theme: String,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "coerced_documents")]
struct Document {
    #[orm(primary_key)]
    id: i64,
    body: serde_json::Value,
}

fn documents_are_read_as_structs(db: &Db) {
    Metadata::of((Document,)).create_all(&db.engine).unwrap();
    let conn = &mut db.engine.connection().unwrap();
    let bodies = [r#"{"theme": "dark"}"#, r#"{"theme": 3}"#];
    let rows = bodies.map(|body| {
        Document::builder().body(serde_json::from_str::<serde_json::Value>(body).unwrap())
    });
    insert(Document).values(rows).execute(conn).unwrap();
    let settings = || Document.body.type_coerce::<Json<Settings>>();
    let dark = Json(Settings {
        theme: "dark".to_owned(),
    });
    let query = select(settings()).filter(settings().eq(dark.clone()));
    assert_eq!(query.all(conn).unwrap(), [dark]);
    let second = select(settings()).filter(Document.id.eq(2));
    fails(second.all(conn), ErrorKind::Decode);
}

fn what_does_not_decode_is_an_error(db: &Db) {
    let conn = &mut seed(db);
    let query = || select(Ticket.word.type_coerce::<State>()).order_by(Ticket.id);
    assert_eq!(query().first(conn).unwrap(), Some(Some(State::Closed)));
    let other = update(Ticket)
        .set(Ticket.word, "lost")
        .filter(Ticket.id.eq(2));
    other.execute(conn).unwrap();
    conn.begin().unwrap();
    fails(query().all(conn), ErrorKind::Decode);
    let mut rows = query().stream(conn).unwrap();
    assert_eq!(rows.next().unwrap().unwrap(), Some(State::Closed));
    fails(rows.next().unwrap(), ErrorKind::Decode);
    drop(rows);
    let wider = select(Ticket.word.type_coerce::<Wider>()).filter(Ticket.id.eq(2));
    assert_eq!(wider.one(conn).unwrap(), Some(Wider::Lost));
    conn.commit().unwrap();
}

fn types_that_are_stored_otherwise_are_refused(db: &Db) {
    let conn = &mut seed(db);
    let errors = [
        fails(
            select(Ticket.n.type_coerce::<i64>()).all(conn),
            ErrorKind::Usage,
        ),
        fails(
            select(Ticket.n.type_coerce::<String>()).all(conn),
            ErrorKind::Usage,
        ),
        fails(
            select(Ticket.id)
                .filter(Ticket.word.type_coerce::<i64>().eq(1))
                .all(conn),
            ErrorKind::Usage,
        ),
        fails(
            select(Ticket.size.type_coerce::<String>()).all(conn),
            ErrorKind::Usage,
        ),
        fails(
            update(Ticket)
                .set(Ticket.points, Ticket.happened.type_coerce::<i64>())
                .execute(conn),
            ErrorKind::Usage,
        ),
    ];
    for error in errors {
        assert!(error.message().contains("stored differently"), "{error}");
        assert!(error.hint().unwrap().contains("cast"), "{error:?}");
    }
    assert_eq!(db.sent(), [""; 0]);
}
