//! Entities for serde: the relations and columns that are written, and what is an error.

use orm::prelude::*;
use serde_json::{Value, json};

use crate::cases;
use crate::database::Db;
use crate::fixtures::Everything;
use crate::suite::support::everything;

cases![
    "json":
    columns_are_written_by_their_fields,
    every_type_has_a_form,
    relations_are_those_of_the_paths,
    a_relation_that_is_not_loaded_is_an_error,
    columns_are_chosen_by_model,
    a_part_is_written_where_it_was_loaded,
    a_circle_of_models_ends_with_its_path,
    trees_are_followed_to_the_end,
    entities_that_have_left_are_an_error,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "json_writers")]
struct Writer {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50, column = "writer_name")]
    name: String,
    #[orm(length = 50)]
    secret: Option<String>,
    books: HasMany<Book>,
    desk: HasOne<Desk>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "json_desks")]
struct Desk {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Writer.id, unique)]
    writer_id: i64,
    writer: BelongsTo<Writer>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "json_books")]
struct Book {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    title: String,
    #[orm(references = Writer.id, index)]
    writer_id: Option<i64>,
    writer: BelongsTo<Option<Writer>>,
    #[orm(through = Filed, order_by = Topic.name)]
    topics: ManyToMany<Topic>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "json_topics")]
struct Topic {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
    #[orm(references = Topic.id, index)]
    above_id: Option<i64>,
    above: BelongsTo<Option<Topic>>,
    below: HasMany<Topic>,
    #[orm(through = Filed)]
    books: ManyToMany<Book>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "json_filed")]
struct Filed {
    #[orm(primary_key, references = Book.id)]
    book_id: i64,
    #[orm(primary_key, references = Topic.id)]
    topic_id: i64,
    book: BelongsTo<Book>,
    topic: BelongsTo<Topic>,
}

/// A writer of two books, of which the first has two topics, one above the other; and a book without a writer.
fn library(db: &Db) -> Session {
    let all = Metadata::of((Writer, Desk, Book, Topic, Filed));
    all.create_all(&db.engine).unwrap();
    let mut session = db.session();
    let ada = session.add(Writer::builder().name("ada").secret("x"));
    let topic = session.add(Topic::builder().name("science"));
    let below = session.add(Topic::builder().name("engines").above(topic));
    for title in ["one", "two"] {
        let book = session.add(Book::builder().title(title).writer(ada));
        if title == "one" {
            session.link(book, Book.topics, topic).unwrap();
            session.link(book, Book.topics, below).unwrap();
        }
    }
    session.add(Book::builder().title("found"));
    session.commit().unwrap();
    drop(session);
    db.sent();
    db.session()
}

fn writer(session: &mut Session, query: &Select<impl Entity<Model = Writer>>) -> Ref<Writer> {
    query.one(session).unwrap()
}

fn written(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

fn error(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_err().to_string()
}

fn columns_are_written_by_their_fields(db: &Db) {
    let mut session = library(db);
    let ada = writer(&mut session, &select(Writer));
    assert_eq!(
        serde_json::to_string(&session.json(ada)).unwrap(),
        r#"{"id":1,"name":"ada","secret":"x"}"#
    );
    // As it is in memory.
    session[ada].name = "ada l.".into();
    session[ada].secret = None;
    let expected = json!({ "id": 1, "name": "ada l.", "secret": null });
    assert_eq!(written(&session.json(ada)), expected);
    let pending = session.add(Writer::builder().name("new"));
    let both = session.json_all(&[ada, pending]).only(Writer.name);
    assert_eq!(
        written(&both),
        json!([{ "name": "ada l." }, { "name": "new" }])
    );
    assert_eq!(written(&session.json_all::<Writer>(&[])), json!([]));
}

fn every_type_has_a_form(db: &Db) {
    let mut session = db.session();
    let mut row = everything(7, None);
    row.token = uuid::Uuid::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
    row.single = 0.1;
    row.time = "12:30:00".parse().unwrap();
    row.instant = "2024-02-29T12:30:00Z".parse().unwrap();
    let row = session.add(row);
    session.commit().unwrap();
    session.clear();
    let read = session.get_one(Everything, 7).unwrap();
    assert!(session.get_ref(row).is_err());
    assert_eq!(
        written(&session.json(read)),
        json!({
            "id": 7,
            "flag": false,
            "small": 5,
            "medium": 50,
            "large": 500,
            "single": 0.1_f32,
            "double": 0.25,
            "text": "text",
            "bytes": [0, 255],
            "date": "2024-02-29",
            "time": "12:30:00",
            "moment": "2024-02-29T12:30:00",
            "instant": "2024-02-29T12:30:00Z",
            "token": "01234567-89ab-cdef-0123-456789abcdef",
            "colour": "dark_blue",
            "maybe_flag": null,
            "maybe_number": null,
            "maybe_text": null,
            "maybe_instant": null,
        })
    );
    // The shortest text of the number itself, not of the same number widened.
    let single = session.json(read).only(Everything.single);
    assert_eq!(serde_json::to_string(&single).unwrap(), r#"{"single":0.1}"#);
}

fn relations_are_those_of_the_paths(db: &Db) {
    let mut session = library(db);
    let query = select(Writer)
        .with(Writer.books.then(Book.topics.then(Topic.above)))
        .with(Writer.desk);
    let ada = writer(&mut session, &query);
    db.sent();
    let json = session
        .json(ada)
        .with(Writer.desk)
        .with(Writer.books.then(Book.topics))
        .with(Writer.books.then(Book.topics).then(Topic.above));
    let science = json!({ "id": 1, "name": "science", "above_id": null, "above": null });
    let above = json!({ "id": 1, "name": "science", "above_id": null });
    assert_eq!(
        written(&json),
        json!({
            "id": 1,
            "name": "ada",
            "secret": "x",
            "desk": null,
            "books": [
                {
                    "id": 1,
                    "title": "one",
                    "writer_id": 1,
                    "topics": [{ "id": 2, "name": "engines", "above_id": 1, "above": above }, science],
                },
                { "id": 2, "title": "two", "writer_id": 1, "topics": [] },
            ],
        })
    );
    assert!(db.sent().is_empty());
    let desk = session.add(Desk::builder().writer(ada));
    session.flush().unwrap();
    let json = session
        .json(ada)
        .only(Writer.id)
        .with(Writer.desk)
        .except(Desk.writer_id);
    assert_eq!(
        written(&json),
        json!({ "id": 1, "desk": { "id": session[desk].id } })
    );
}

fn a_relation_that_is_not_loaded_is_an_error(db: &Db) {
    let mut session = library(db);
    let ada = writer(&mut session, &select(Writer));
    db.sent();
    let text = error(&session.json(ada).with(Writer.books));
    assert!(
        text.contains("the relation `Writer.books` is not loaded"),
        "{text}"
    );
    assert!(
        text.contains("session.load(handle, Writer.books)"),
        "{text}"
    );
    let books = session.load(ada, Writer.books).unwrap();
    let text = error(&session.json(ada).with(Writer.books.then(Book.topics)));
    assert!(text.contains("`Book.topics` is not loaded"), "{text}");
    session.load(books[0], Book.topics).unwrap();
    let first = session
        .json(books[0])
        .only(Book.id)
        .with(Book.topics)
        .only(Topic.id);
    assert_eq!(
        written(&first),
        json!({ "id": 1, "topics": [{ "id": 2 }, { "id": 1 }] })
    );
    let topic = session.get_one(Topic, 2).unwrap();
    db.sent();
    let text = error(&session.json(topic).with(Topic.above));
    assert!(text.contains("`Topic.above` is not loaded"), "{text}");
    assert!(db.sent().is_empty());
}

fn columns_are_chosen_by_model(db: &Db) {
    let mut session = library(db);
    let ada = writer(&mut session, &select(Writer).with(Writer.books));
    let json = session
        .json(ada)
        .only((Writer.id, Writer.secret))
        .only(Writer.name)
        .except([Writer.secret])
        .except([Book.id])
        .except(Book.writer_id)
        .with(Writer.books);
    assert_eq!(
        serde_json::to_string(&json).unwrap(),
        r#"{"id":1,"name":"ada","books":[{"title":"one"},{"title":"two"}]}"#
    );
}

fn a_part_is_written_where_it_was_loaded(db: &Db) {
    let mut session = library(db);
    let some = || Writer.books.filter(Book.title.eq("two"));
    let ada = writer(&mut session, &select(Writer).with(some()));
    let json = session
        .json(ada)
        .only(Writer.id)
        .only(Book.title)
        .with(some());
    assert_eq!(
        written(&json),
        json!({ "id": 1, "books": [{ "title": "two" }] })
    );
    let text = error(&session.json(ada).with(Writer.books));
    assert!(text.contains("`Writer.books` is not loaded"), "{text}");
    session.load(ada, Writer.books).unwrap();
    let json = session
        .json(ada)
        .only(Writer.id)
        .only(Book.id)
        .with(Writer.books);
    assert_eq!(
        written(&json),
        json!({ "id": 1, "books": [{ "id": 1 }, { "id": 2 }] })
    );
    let book = session.get_one(Book, 1).unwrap();
    let text = error(&session.json(book).with(Book.topics.limit(1)));
    assert!(
        text.contains("no filtered load has selected a part of `Book.topics`"),
        "{text}"
    );
}

fn a_circle_of_models_ends_with_its_path(db: &Db) {
    let mut session = library(db);
    let query = select(Writer).with(Writer.books.then(Book.writer));
    let ada = writer(&mut session, &query);
    let json = session
        .json(ada)
        .only(Writer.name)
        .only(Book.id)
        .with(Writer.books.then(Book.writer).then(Writer.books));
    let books = json!([{ "id": 1 }, { "id": 2 }]);
    let back = json!({ "name": "ada", "books": books });
    assert_eq!(
        written(&json),
        json!({ "name": "ada", "books": [{ "id": 1, "writer": back }, { "id": 2, "writer": back }] })
    );
}

fn trees_are_followed_to_the_end(db: &Db) {
    let mut session = library(db);
    let science = session.get_one(Topic, 1).unwrap();
    let engines = session.get_one(Topic, 2).unwrap();
    let last = session.append(engines, Topic.below, Topic::builder().name("last"));
    let last = last.unwrap();
    session.flush().unwrap();
    let tree = select(Topic)
        .filter(Topic.id.eq(1))
        .with(Topic.below.recursive());
    tree.one(&mut session).unwrap();
    let names = |json: &Value| json.to_string().matches("name").count();
    let json = written(
        &session
            .json(science)
            .only(Topic.name)
            .with(Topic.below.recursive()),
    );
    assert_eq!(
        json,
        json!({ "name": "science", "below": [{ "name": "engines", "below": [{ "name": "last", "below": [] }] }] })
    );
    let two = written(&session.json(science).with(Topic.below.depth(1)));
    assert_eq!(names(&two), 2);
    // After the tree, the path continues from all levels.
    session.load_all(&[engines, last], Topic.books).unwrap();
    let json = session
        .json(science)
        .only(Topic.name)
        .only(Book.id)
        .with(Topic.below.recursive().then(Topic.books));
    let json = written(&json);
    assert_eq!(json["below"][0]["books"], json!([{ "id": 1 }]));
    assert_eq!(json["below"][0]["below"][0]["books"], json!([]));
    assert_eq!(json.get("books"), None);

    // Rows in a circle.
    session[science].above = last.into();
    session.flush().unwrap();
    session.expire_all();
    session.load(last, Topic.below).unwrap();
    session.load_all(&[science, engines], Topic.below).unwrap();
    let text = error(&session.json(science).with(Topic.below.recursive()));
    assert!(
        text.contains("`Topic.below` comes back to the same entity"),
        "{text}"
    );
    assert!(text.contains("Topic.below.depth(3)"), "{text}");
    let round = written(
        &session
            .json(science)
            .only(Topic.name)
            .with(Topic.below.depth(5)),
    );
    assert_eq!(names(&round), 6);
    let text = error(&session.json(science).with(Topic.below.depth(100)));
    assert!(text.contains("deeper than 64 levels"), "{text}");
}

fn entities_that_have_left_are_an_error(db: &Db) {
    let mut session = library(db);
    let ada = writer(&mut session, &select(Writer).with(Writer.books));
    let other = db.session();
    let text = error(&other.json(ada));
    assert!(
        text.contains("the handle of this Writer belongs to another session"),
        "{text}"
    );
    session.expunge(ada).unwrap();
    let text = error(&session.json(ada));
    assert!(
        text.contains("the Writer of this handle has left the session"),
        "{text}"
    );
    let mut expiring = db.session().expire_on_commit(true);
    let ada = writer(&mut expiring, &select(Writer));
    expiring.expire_all();
    let text = error(&expiring.json_all(&[ada]));
    assert!(text.contains("this Writer is expired"), "{text}");
}
