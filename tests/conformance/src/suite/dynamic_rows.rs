//! Rows whose columns are known at run time: of raw SQL, of queries, and of queries whose columns are chosen at run time.

use orm::prelude::*;
use orm::query::{DynColumn, select_columns};
use orm::{DynRow, ErrorKind};
use serde_json::json;

use super::support::{everything, fails, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Colour, Everything, Post, User};

cases![
    "dynamic_rows":
    raw_rows_are_read_by_name_and_index,
    rows_of_queries_have_the_names_of_columns,
    every_type_is_read_and_written_as_json,
    expressions_have_their_types,
    what_is_not_there_is_an_error,
    columns_are_chosen_at_run_time,
    the_nullable_side_needs_no_optional,
    equal_columns_share_a_text_under_other_names,
    a_session_tracks_no_entity,
    rows_are_streamed,
    set_operations_and_derived_tables_have_rows,
    deferred_columns_are_left_out,
    relations_are_refused,
    no_columns_are_refused,
];

fn names(row: &DynRow) -> Vec<&str> {
    row.names().collect()
}

fn raw_rows_are_read_by_name_and_index(db: &Db) {
    let conn = &mut seed(db);
    let query = "SELECT id AS id, username AS name, email AS mail FROM users ORDER BY id";
    let rows: Vec<DynRow> = raw(query).all(conn).unwrap();
    assert_eq!((rows.len(), rows[0].len()), (4, 3));
    assert_eq!(names(&rows[0]), ["id", "name", "mail"]);
    assert_eq!(rows[1].get::<i64>("id").unwrap(), 2);
    assert_eq!(rows[1].get_at::<String>(1).unwrap(), "bob");
    assert_eq!(rows[1].get::<Option<String>>("mail").unwrap(), None);
    let expected = json!({ "id": 1, "name": "ada", "mail": "ada@x.org" });
    assert_eq!(rows[0].to_json().unwrap(), expected);
    let first: Option<DynRow> = raw(query).first(conn).unwrap();
    assert_eq!(first.as_ref(), Some(&rows[0]));
    let streamed = raw(query).stream::<DynRow, _>(conn).unwrap();
    let streamed: orm::Result<Vec<DynRow>> = streamed.collect();
    assert_eq!(streamed.unwrap(), rows);
    // A row shows no value.
    assert!(!format!("{:?}", rows[0]).contains("ada"));
}

fn rows_of_queries_have_the_names_of_columns(db: &Db) {
    let conn = &mut seed(db);
    let users = select(User).order_by(User.id).rows(conn).unwrap();
    assert_eq!(names(&users[0]), ["id", "username", "email"]);
    assert_eq!(users[2].get::<String>("username").unwrap(), "cy");
    let totals = select((User.username, count(Post.id), optional(max(Post.title))));
    let totals = totals.left_join(Post).group_by(User).order_by(User.id);
    let totals = totals.rows(conn).unwrap();
    assert_eq!(names(&totals[0]), ["username", "c1", "c2"]);
    assert_eq!(totals[0].get::<i64>("c1").unwrap(), 2);
    assert_eq!(totals[1].get::<Option<String>>("c2").unwrap(), None);
    assert_eq!(
        totals[2].to_json().unwrap(),
        json!({ "username": "cy", "c1": 1, "c2": "three" })
    );
}

fn every_type_is_read_and_written_as_json(db: &Db) {
    let mut session = db.session();
    for (id, flag) in [(1, Some(true)), (2, None)] {
        session.add(everything(id, flag));
    }
    session.commit().unwrap();
    let all = select(Everything).order_by(Everything.id);
    let entities = all.all(&mut session).unwrap();
    let conn = &mut db.engine.connection().unwrap();
    let rows = all.rows(conn).unwrap();
    for (entity, row) in entities.iter().zip(&rows) {
        // As the entity has it, on each database.
        let expected = serde_json::to_value(session.json(*entity)).unwrap();
        assert_eq!(row.to_json().unwrap(), expected);
        assert_eq!(serde_json::to_value(row).unwrap(), expected);
        let stored = &session[*entity];
        assert_eq!(row.get::<bool>("flag").unwrap(), stored.flag);
        let single = row.get::<f32>("single").unwrap();
        assert_eq!(single.to_bits(), stored.single.to_bits());
        assert_eq!(row.get::<chrono::NaiveDate>("date").unwrap(), stored.date);
        assert_eq!(row.get::<chrono::NaiveTime>("time").unwrap(), stored.time);
        assert_eq!(row.get::<uuid::Uuid>("token").unwrap(), stored.token);
        let instant = row.get::<Option<chrono::DateTime<chrono::Utc>>>("maybe_instant");
        assert_eq!(instant.unwrap(), stored.maybe_instant);
        assert_eq!(row.get::<Colour>("colour").unwrap(), stored.colour);
        assert_eq!(row.get::<Vec<u8>>("bytes").unwrap(), stored.bytes);
    }
}

fn expressions_have_their_types(db: &Db) {
    let mut session = db.session();
    session.add(everything(1, Some(true)));
    session.commit().unwrap();
    let conn = &mut db.engine.connection().unwrap();
    let row = select((
        max(Everything.date),
        Everything.flag.eq(true).value(),
        Everything.large + 1,
        Everything.maybe_flag,
    ));
    let row = row.group_by(Everything.id).rows(conn).unwrap().remove(0);
    let expected = json!({ "c0": "2024-02-29", "c1": true, "c2": 501, "maybe_flag": true });
    assert_eq!(row.to_json().unwrap(), expected);
}

fn what_is_not_there_is_an_error(db: &Db) {
    let conn = &mut seed(db);
    let row = select((User.id, User.username)).order_by(User.id);
    let row = row.rows(conn).unwrap().remove(0);
    let error = fails(row.get::<i64>("nickname"), ErrorKind::UndefinedColumn);
    assert_eq!(error.column(), Some("nickname"));
    fails(row.get_at::<i64>(2), ErrorKind::UndefinedColumn);
    let error = fails(row.get::<i64>("username"), ErrorKind::Decode);
    assert_eq!(error.column(), Some("username"));
    let twice = select((User.id, Post.id)).join(Post).order_by(Post.id);
    let twice = twice.rows(conn).unwrap().remove(0);
    fails(twice.get::<i64>("id"), ErrorKind::Usage);
    fails(twice.to_json(), ErrorKind::Usage);
    assert_eq!(twice.get_at::<i64>(1).unwrap(), 1);
}

fn columns_are_chosen_at_run_time(db: &Db) {
    let conn = &mut seed(db);
    let chosen = ["name", "posts", "upper"];
    let columns = chosen.map(|name| match name {
        "name" => DynColumn::new(User.username),
        "posts" => DynColumn::new(count(Post.id)).named("posts"),
        _ => DynColumn::new(max(User.username.upper())),
    });
    let rows = select_columns(columns)
        .left_join(Post)
        .group_by(User.username)
        .order_by(User.username)
        .limit(3)
        .rows(conn)
        .unwrap();
    assert_eq!(names(&rows[0]), ["username", "posts", "c2"]);
    let expected = json!({ "username": "ada", "posts": 2, "c2": "ADA" });
    assert_eq!(rows[0].to_json().unwrap(), expected);
    assert_eq!(rows.len(), 3);
    let many: Vec<DynColumn> = (0..40).map(|n| DynColumn::new(User.id + n)).collect();
    let many = select_columns(many).filter(User.id.eq(1));
    let row = many.rows(conn).unwrap().remove(0);
    assert_eq!(row.get::<i64>("c39").unwrap(), 40);
    assert_eq!(many.count(conn).unwrap(), 1);
}

fn the_nullable_side_needs_no_optional(db: &Db) {
    let conn = &mut seed(db);
    let columns = [DynColumn::new(User.id), DynColumn::new(Post.title)];
    let rows = select_columns(columns).left_join(Post);
    let rows = rows.order_by((User.id, Post.id)).rows(conn).unwrap();
    assert_eq!(rows.len(), 5);
    assert_eq!(rows[2].get::<Option<String>>("title").unwrap(), None);
    let error = fails(rows[2].get::<String>("title"), ErrorKind::Decode);
    assert!(error.hint().unwrap().contains("Option"), "{error}");
}

fn equal_columns_share_a_text_under_other_names(db: &Db) {
    let conn = &mut seed(db);
    for name in ["first", "second"] {
        let column = DynColumn::new(User.id + 1).named(name);
        let rows = select_columns([column]).order_by(User.id).rows(conn);
        let rows = rows.unwrap();
        assert_eq!(rows[0].get::<i64>(name).unwrap(), 2);
    }
    let sent = db.sent();
    assert_eq!(sent[0], sent[1]);
}

fn a_session_tracks_no_entity(db: &Db) {
    drop(seed(db));
    let mut session = db.session();
    session.add(User::builder().username("eve"));
    let rows = select(User).order_by(User.id).rows(&mut session).unwrap();
    assert_eq!(rows[4].get::<String>("username").unwrap(), "eve");
    session.commit().unwrap();
    session.clear();
    select(User).rows(&mut session).unwrap();
    db.sent();
    session.get(User, 1).unwrap();
    assert_eq!(db.sent().len(), 1);
}

fn rows_are_streamed(db: &Db) {
    let conn = &mut seed(db);
    let query = select((User.username, User.id + 1)).order_by(User.id);
    let rows = query.stream_rows(conn).unwrap();
    let rows: Vec<DynRow> = rows.collect::<orm::Result<_>>().unwrap();
    assert_eq!(rows, query.rows(conn).unwrap());
    assert_eq!(rows[3].get::<i64>("c1").unwrap(), 5);
    let mut first = query.stream_rows(conn).unwrap();
    assert!(first.next().unwrap().is_ok());
    drop(first);
    assert_eq!(query.count(conn).unwrap(), 4);
}

fn set_operations_and_derived_tables_have_rows(db: &Db) {
    let conn = &mut seed(db);
    let both = select((User.username, User.id)).union_all(select((Post.title, Post.author_id)));
    let rows = both.order_by((User.id, User.username)).rows(conn).unwrap();
    assert_eq!((rows.len(), names(&rows[0])), (7, vec!["username", "id"]));
    let totals = select((Post.author_id, count(Post.id))).group_by(Post.author_id);
    let totals = totals.as_table("totals");
    let (author, posts) = totals.columns();
    let columns = [
        DynColumn::new(author).named("author"),
        DynColumn::new(posts).named("posts"),
    ];
    let rows = select_columns(columns).from(&totals).order_by(author);
    let rows = rows.rows(conn).unwrap();
    let expected = json!({ "author": 1, "posts": 2 });
    assert_eq!(rows[0].to_json().unwrap(), expected);
}

#[derive(Model, Clone, Debug)]
#[orm(table = "dynamic_papers")]
struct Paper {
    #[orm(primary_key)]
    id: i64,
    text: orm::Deferred<String>,
    #[orm(length = 50)]
    title: String,
}

fn deferred_columns_are_left_out(db: &Db) {
    Metadata::of((Paper,)).create_all(&db.engine).unwrap();
    let conn = &mut db.engine.connection().unwrap();
    let paper = Paper::builder().text("long").title("short");
    insert(Paper).values(paper).execute(conn).unwrap();
    let query = select((Paper, Paper.id));
    let expected = ["id", "title", "id"];
    let rows = query.rows(conn).unwrap();
    assert_eq!(names(&rows[0]), expected);
    assert_eq!(rows[0].get::<String>("title").unwrap(), "short");
    let streamed = query.stream_rows(conn).unwrap();
    let streamed: orm::Result<Vec<DynRow>> = streamed.collect();
    assert_eq!(streamed.unwrap(), rows);
    let whole = select(Paper).undefer(Paper.text).rows(conn).unwrap();
    assert_eq!(names(&whole[0]), ["id", "text", "title"]);
    assert_eq!(whole[0].get::<String>("text").unwrap(), "long");
}

#[derive(Model, Clone, Debug)]
#[orm(table = "dynamic_shelves")]
struct Shelf {
    #[orm(primary_key)]
    id: i64,
    books: HasMany<Book>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "dynamic_books")]
struct Book {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Shelf.id)]
    shelf_id: i64,
    shelf: BelongsTo<Shelf>,
}

fn relations_are_refused(db: &Db) {
    let all = Metadata::of((Shelf, Book));
    all.create_all(&db.engine).unwrap();
    let conn = &mut db.engine.connection().unwrap();
    db.sent();
    fails(select(Shelf).with(Shelf.books).rows(conn), ErrorKind::Usage);
    let joined = select(Book).with(Book.shelf.joined());
    fails(joined.rows(conn), ErrorKind::Usage);
    fails(joined.stream_rows(conn).map(drop), ErrorKind::Usage);
    assert!(db.sent().is_empty());
}

fn no_columns_are_refused(db: &Db) {
    let conn = &mut db.engine.connection().unwrap();
    db.sent();
    let none = select_columns([]).from(User);
    let error = fails(none.rows(conn), ErrorKind::Usage);
    assert!(error.to_string().contains("no columns"), "{error}");
    assert!(db.sent().is_empty());
}
