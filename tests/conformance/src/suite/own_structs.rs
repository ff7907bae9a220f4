//! Rows as structs of the program that derive `FromRow`: of typed queries by fields, of raw SQL by names.

use orm::ErrorKind;
use orm::prelude::*;

use super::support::{everything, fails, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Colour, Everything, Post, User};
use crate::suite::Requires;

cases![
    "own_structs":
    a_struct_has_a_column_for_each_field,
    structs_nest,
    the_optional_side_is_an_option,
    every_type_is_a_field,
    a_session_tracks_no_entity,
    structs_beside_entities,
    every_verb_returns_structs,
    structs_are_streamed,
    set_operations_of_structs,
    a_derived_table_has_columns_by_name,
    a_write_returns_structs (Requires::Returning),
    raw_rows_are_read_by_name,
    null_that_a_field_cannot_have_is_an_error,
    the_nullable_side_is_refused_before_it_is_sent,
];

#[derive(FromRow, Clone, Debug, PartialEq)]
struct Summary {
    name: String,
    posts: i64,
}

#[derive(FromRow, Debug, PartialEq)]
struct Author {
    id: i64,
    name: String,
    email: Option<String>,
}

#[derive(FromRow, Debug, PartialEq)]
struct Article {
    title: String,
    author: Author,
}

#[derive(FromRow, Debug, PartialEq)]
struct Row {
    name: String,
    title: Option<String>,
    post: Option<Title>,
}

#[derive(FromRow, Debug, PartialEq)]
struct Title {
    id: i64,
    title: String,
}

/// Its name is that of a value, and its fields are words of Rust and of the derive.
#[derive(FromRow, Debug, PartialEq)]
#[orm(const_name = Pairs)]
struct Pair {
    r#type: i64,
    column: Option<String>,
    row: i64,
    start: i64,
    next: i64,
}

#[expect(non_snake_case, reason = "it is called like a struct")]
fn Pair(name: &str) -> Pair {
    Pair {
        r#type: 1,
        column: Some(name.to_owned()),
        row: 2,
        start: 3,
        next: 4,
    }
}

fn summary(name: &str, posts: i64) -> Summary {
    let name = name.to_owned();
    Summary { name, posts }
}

/// How many posts each user has.
fn summaries()
-> Select<impl orm::query::Selectable<Output<Connection> = Summary, Output<Session> = Summary>> {
    select(Summary.posts(count(Post.id)).name(User.username))
        .from(User)
        .left_join(Post)
        .group_by(User)
        .order_by(User.id)
}

fn a_struct_has_a_column_for_each_field(db: &Db) {
    let conn = &mut seed(db);
    let expected = [("ada", 2), ("bob", 0), ("cy", 1), ("dee", 0)];
    let expected = expected.map(|(name, posts)| summary(name, posts));
    assert_eq!(summaries().all(conn).unwrap(), expected);
    let pairs = Pairs.row(User.id + 1).r#type(User.id).start(User.id + 2);
    let pairs = select(pairs.column(User.username).next(User.id + 3));
    let first = pairs.order_by(User.id).first(conn).unwrap();
    assert_eq!(first, Some(Pair("ada")));
}

fn structs_nest(db: &Db) {
    let conn = &mut seed(db);
    let author = Author.email(User.email).id(User.id).name(User.username);
    let articles = select(Article.author(author).title(Post.title))
        .from(Post)
        .join(User)
        .order_by(Post.id);
    let rows = articles.all(conn).unwrap();
    assert_eq!(rows.len(), 3);
    let ada = Author {
        id: 1,
        name: "ada".into(),
        email: Some("ada@x.org".into()),
    };
    let title = select(Post.title).order_by(Post.id).first(conn).unwrap();
    assert_eq!(rows[0].author, ada);
    assert_eq!(Some(&rows[0].title), title.as_ref());
    assert_eq!(rows[2].author.name, "cy");
}

fn the_optional_side_is_an_option(db: &Db) {
    let conn = &mut seed(db);
    // A column of the nullable side is an Option by the type of its field alone.
    let title = Title.id(Post.id).title(Post.title);
    let rows = select(
        Row.name(User.username)
            .title(Post.title)
            .post(optional(title)),
    );
    let rows = rows.from(User).left_join(Post).order_by((User.id, Post.id));
    let rows = rows.all(conn).unwrap();
    assert_eq!(rows.len(), 5);
    assert_eq!((rows[2].name.as_str(), &rows[2].post), ("bob", &None));
    assert_eq!(rows[2].title, None);
    let post = rows[0].post.as_ref().unwrap();
    assert_eq!(Some(&post.title), rows[0].title.as_ref());
    // Beside other items, too.
    let author = Author.id(User.id).name(User.username).email(User.email);
    let pairs = select((Post.id, optional(author)))
        .left_join_on(User, User.id.eq(Post.author_id).and(User.username.eq("cy")));
    let pairs = pairs.order_by(Post.id).all(conn).unwrap();
    let names = pairs.iter().map(|(_, author)| author.as_ref());
    let names: Vec<_> = names.map(|it| it.map(|it| it.name.as_str())).collect();
    assert_eq!(names, [None, None, Some("cy")]);
    let (_, cy) = &pairs[2];
    assert_eq!(cy.as_ref().unwrap().email.as_deref(), Some("cy@y.org"));
}

#[derive(FromRow, Debug, PartialEq)]
struct Types {
    flag: bool,
    small: Option<i16>,
    double: f64,
    bytes: Vec<u8>,
    date: chrono::NaiveDate,
    time: Option<chrono::NaiveTime>,
    instant: chrono::DateTime<chrono::Utc>,
    token: uuid::Uuid,
    colour: Colour,
    missing: Option<i32>,
}

fn every_type_is_a_field(db: &Db) {
    let mut session = db.session();
    let stored = session.add(everything(1, None));
    session.commit().unwrap();
    let expected = session[stored].clone();
    drop(session);
    let conn = &mut db.engine.connection().unwrap();
    let row = select(
        Types
            .flag(Everything.flag)
            .small(Everything.small)
            .double(Everything.double)
            .bytes(Everything.bytes)
            .date(Everything.date)
            .time(Everything.time)
            .instant(Everything.instant)
            .token(Everything.token)
            .colour(Everything.colour)
            .missing(Everything.maybe_number),
    );
    let row = row.one(conn).unwrap();
    let expected = Types {
        flag: expected.flag,
        small: Some(expected.small),
        double: expected.double,
        bytes: expected.bytes,
        date: expected.date,
        time: Some(expected.time),
        instant: expected.instant,
        token: expected.token,
        colour: expected.colour,
        missing: expected.maybe_number,
    };
    assert_eq!(row, expected);
}

fn a_session_tracks_no_entity(db: &Db) {
    drop(seed(db));
    let mut session = db.session();
    let user = session.add(User::builder().username("eve"));
    // Autoflush, as before any query.
    let rows = summaries().all(&mut session).unwrap();
    assert_eq!(rows[4], summary("eve", 0));
    session.rollback().unwrap();
    assert!(session.get(User, 1).unwrap().is_some());
    let _ = user;
    session.clear();
    db.sent();
    assert_eq!(
        summaries().first(&mut session).unwrap(),
        Some(summary("ada", 2))
    );
    assert_eq!(db.sent().len(), 1);
    // Nothing is in the identity map.
    session.get(User, 1).unwrap();
    assert_eq!(db.sent().len(), 1);
}

fn structs_beside_entities(db: &Db) {
    drop(seed(db));
    let mut session = db.session();
    let rows = select((Post, Summary.name(User.username).posts(Post.author_id)))
        .join(User)
        .order_by(Post.id);
    let rows = rows.all(&mut session).unwrap();
    let (post, author) = &rows[2];
    assert_eq!(session[*post].author_id, author.posts);
    assert_eq!(author, &summary("cy", 3));
}

fn every_verb_returns_structs(db: &Db) {
    let conn = &mut seed(db);
    let all = summaries();
    assert_eq!(all.first(conn).unwrap(), Some(summary("ada", 2)));
    let bob = all.clone().filter(User.username.eq("bob"));
    assert_eq!(bob.one(conn).unwrap(), summary("bob", 0));
    assert_eq!(bob.one_or_none(conn).unwrap(), Some(summary("bob", 0)));
    assert_eq!(all.count(conn).unwrap(), 4);
    assert!(bob.exists(conn).unwrap());
    let none = all.filter(User.username.eq("zoe"));
    fails(none.one(conn), ErrorKind::NotFound);
}

fn structs_are_streamed(db: &Db) {
    let conn = &mut seed(db);
    let rows = summaries().stream(conn).unwrap();
    let rows: Vec<Summary> = rows.collect::<orm::Result<_>>().unwrap();
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[2], summary("cy", 1));
}

fn set_operations_of_structs(db: &Db) {
    let conn = &mut seed(db);
    let users = select(Summary.name(User.username).posts(User.id)).filter(User.id.le(2));
    let posts = select(Summary.posts(Post.author_id).name(Post.title)).filter(Post.author_id.eq(3));
    let both = users.union_all(posts).order_by(User.id);
    let rows = both.all(conn).unwrap();
    assert_eq!(rows[..2], [summary("ada", 1), summary("bob", 2)]);
    assert_eq!((rows.len(), rows[2].posts), (3, 3));
}

fn a_derived_table_has_columns_by_name(db: &Db) {
    let conn = &mut seed(db);
    let totals = select(Summary.name(User.username).posts(count(Post.id)))
        .from(User)
        .left_join(Post)
        .group_by(User);
    let totals = totals.as_table("totals");
    let columns = totals.columns();
    let names = select(columns.name)
        .from(&totals)
        .filter(columns.posts.gt(0))
        .order_by(columns.posts.desc());
    assert_eq!(names.all(conn).unwrap(), ["ada", "cy"]);
    // Nested ones are in the columns of their field.
    let author = Author.id(User.id).name(User.username).email(User.email);
    let articles = select(Article.title(Post.title).author(author)).join(User);
    let articles = articles.cte("articles");
    let author = articles.columns().author;
    let again = select(Author.name(author.name).email(author.email).id(author.id));
    let again = again.from(&articles).filter(author.id.eq(3));
    assert_eq!(again.one(conn).unwrap().email.as_deref(), Some("cy@y.org"));
}

fn a_write_returns_structs(db: &Db) {
    let conn = &mut seed(db);
    let eve = User::builder().username("eve").email("e@x.org");
    let returned = insert(User)
        .values(eve)
        .returning(Author.email(User.email).name(User.username).id(User.id))
        .one(conn)
        .unwrap();
    let expected = Author {
        id: 5,
        name: "eve".into(),
        email: Some("e@x.org".into()),
    };
    assert_eq!(returned, expected);
}

fn raw_rows_are_read_by_name(db: &Db) {
    let conn = &mut seed(db);
    let rows: Vec<Article> = raw(
        "SELECT u.id AS author_id, u.email AS author_email, p.title AS title, u.username AS author_name \
         FROM posts p JOIN users u ON u.id = p.author_id ORDER BY p.id",
    )
    .all(conn)
    .unwrap();
    assert_eq!((rows.len(), rows[2].author.name.as_str()), (3, "cy"));
    assert_eq!(rows[2].author.email.as_deref(), Some("cy@y.org"));
    let rows: Vec<Row> = raw(
        "SELECT u.username AS name, p.title AS title, p.id AS post_id, p.title AS post_title \
         FROM users u LEFT JOIN posts p ON p.author_id = u.id ORDER BY u.id, p.id",
    )
    .all(conn)
    .unwrap();
    assert_eq!((rows.len(), rows[2].post.is_none()), (5, true));
    assert_eq!(rows[0].post.as_ref().unwrap().id, 1);
    let missing = raw("SELECT title, author_id AS author_id FROM posts").all::<Article, _>(conn);
    let error = fails(missing, ErrorKind::UndefinedColumn);
    assert_eq!(error.column(), Some("author_name"));
}

fn null_that_a_field_cannot_have_is_an_error(db: &Db) {
    let conn = &mut seed(db);
    // The join is not known to have no match, since the expression hides the column.
    let hidden = raw_expr::<String>("CASE WHEN 1 = 0 THEN 'x' END", ());
    let query = select(Summary.posts(User.id).name(hidden)).from(User);
    let error = fails(query.all(conn), ErrorKind::Decode);
    assert!(error.to_string().contains("read an Option"), "{error}");
}

fn the_nullable_side_is_refused_before_it_is_sent(db: &Db) {
    let conn = &mut seed(db);
    db.sent();
    let query = select(Summary.name(Post.title).posts(User.id)).from(User);
    let error = fails(query.left_join(Post).all(conn), ErrorKind::Usage);
    assert!(error.to_string().contains("optional"), "{error}");
    let author = Title.id(Post.id).title(Post.title);
    let query = select((User.id, author)).left_join(Post);
    fails(query.all(conn), ErrorKind::Usage);
    assert_eq!(db.sent(), [""; 0]);
}
