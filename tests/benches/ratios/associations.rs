//! 300 authors, their 1 500 articles and the 7 500 remarks on these, loaded by one query with `with`, as a graph without a
//! session and in a session: SQLite in memory and PostgreSQL. The raw side sends the same three statements and puts the
//! rows into lists of lists.
//!
//! And what an append to a long list costs beside one to a short list.

use std::collections::HashMap;
use std::hint::black_box;

use orm::prelude::*;
use rusqlite::config::DbConfig;

use crate::authors::{self, AUTHORS, Article, Author, Remark, fill};
use crate::measure::{Table, Took, time};

/// What the raw side makes of a row: key, text, key of the owner.
#[expect(
    dead_code,
    reason = "the text is read from the database, as in our side, and not looked at"
)]
struct Child {
    id: i64,
    text: String,
    owner: i64,
}

/// Children by their owner.
type Grouped<T> = HashMap<i64, Vec<T>>;

fn name(database: &str) -> String {
    format!("{database}: 300 authors, 1 500 articles, 7 500 remarks")
}

const ARTICLES: &str = "SELECT id, title, author_id FROM articles WHERE author_id ";
const REMARKS: &str = "SELECT id, text, article_id FROM remarks WHERE article_id ";

pub(crate) fn run(table: &mut Table) {
    sqlite(table);
    append(table);
    #[cfg(feature = "postgres")]
    servers::postgres(table);
}

/// Compares both ways to load all of them with the raw side.
fn compare(
    table: &mut Table,
    name: &str,
    (engine, goals): (&Engine, [&'static str; 2]),
    raw: &mut dyn FnMut(usize) -> Took,
) {
    let query = authors::query();
    let mut conn = engine.connection().unwrap();
    let mut graph = |times| time(times, || authors::as_graph(&mut conn, &query));
    table.compare(&format!("{name}, plain"), goals[0], raw, &mut graph);
    drop(conn);
    let mut session = |times| time(times, || authors::in_session(engine, &query));
    table.compare(
        &format!("{name}, in a session"),
        goals[1],
        raw,
        &mut session,
    );
}

fn is_wanted(table: &Table, name: &str) -> bool {
    table.is_wanted(&format!("{name}, plain")) || table.is_wanted(&format!("{name}, in a session"))
}

/// Puts rows into lists, and goes through them as our side does.
fn put_together(authors: Vec<(i64, String)>, articles: Vec<Child>, remarks: Vec<Child>) {
    let mut remarks = grouped(remarks, |remark| (remark.owner, remark));
    let mut articles = grouped(articles, |article| {
        let own = remarks.remove(&article.id).unwrap_or_default();
        (article.owner, (article, own))
    });
    let all = authors.into_iter().map(|(id, name)| {
        let own = articles.remove(&id).unwrap_or_default();
        (id, name, own)
    });
    let all: Vec<_> = all.collect();
    let lists = all.iter().flat_map(|(_, _, articles)| articles);
    let remarks: usize = lists.map(|(_, remarks)| remarks.len()).sum();
    assert_eq!(remarks, AUTHORS * 25);
    black_box(all);
}

/// Lists of what `entry` makes of the children, by the key that it returns beside it.
fn grouped<T>(children: Vec<Child>, mut entry: impl FnMut(Child) -> (i64, T)) -> Grouped<T> {
    let mut grouped: Grouped<T> = HashMap::with_capacity(children.len() / 5);
    for child in children {
        let (owner, entry) = entry(child);
        grouped.entry(owner).or_default().push(entry);
    }
    grouped
}

fn sqlite(table: &mut Table) {
    let name = name("SQLite");
    if !is_wanted(table, &name) {
        return;
    }
    let engine = Engine::connect("sqlite://").unwrap();
    fill(&engine);
    let conn = filled();
    let mut raw = |times| time(times, || raw_sqlite(&conn));
    compare(table, &name, (&engine, ["1.10", "1.30"]), &mut raw);
}

/// A connection with the same tables and rows.
fn filled() -> rusqlite::Connection {
    let conn = rusqlite::Connection::open_in_memory().unwrap();
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .unwrap();
    conn.execute_batch(&format!(
        "CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
         CREATE TABLE articles (id INTEGER PRIMARY KEY, title TEXT NOT NULL, author_id INTEGER NOT NULL);
         CREATE TABLE remarks (id INTEGER PRIMARY KEY, text TEXT NOT NULL, article_id INTEGER NOT NULL);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {AUTHORS})
         INSERT INTO authors SELECT i, 'Author ' || (i - 1) FROM n;
         WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 4)
         INSERT INTO articles (title, author_id)
         SELECT 'Article ' || i, id FROM authors, n ORDER BY id, i;
         WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 4)
         INSERT INTO remarks (text, article_id)
         SELECT 'Remark ' || i, id FROM articles, n ORDER BY id, i;
         CREATE INDEX ix_articles ON articles (author_id);
         CREATE INDEX ix_remarks ON remarks (article_id);"
    ))
    .unwrap();
    conn
}

/// Three statements. The lists of keys are padded, so that their texts are prepared once.
fn raw_sqlite(conn: &rusqlite::Connection) {
    let mut authors = conn.prepare_cached("SELECT id, name FROM authors").unwrap();
    let authors = authors.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    let authors: Vec<(i64, String)> = authors.unwrap().map(Result::unwrap).collect();
    let keys: Vec<i64> = authors.iter().map(|author| author.0).collect();
    let articles = raw_children(conn, ARTICLES, &keys);
    let keys: Vec<i64> = articles.iter().map(|article| article.id).collect();
    let remarks = raw_children(conn, REMARKS, &keys);
    put_together(authors, articles, remarks);
}

fn raw_children(conn: &rusqlite::Connection, text: &str, keys: &[i64]) -> Vec<Child> {
    let mut children = Vec::new();
    for keys in keys.chunks(1024) {
        let width = keys.len().next_power_of_two();
        let marks = vec!["?"; width].join(", ");
        let mut statement = conn.prepare_cached(&format!("{text}IN ({marks})")).unwrap();
        let last = keys.last().unwrap();
        let padded = (0..width).map(|place| keys.get(place).unwrap_or(last));
        let rows = statement
            .query_map(rusqlite::params_from_iter(padded), |row| {
                Ok(Child {
                    id: row.get(0)?,
                    text: row.get(1)?,
                    owner: row.get(2)?,
                })
            })
            .unwrap();
        children.extend(rows.map(Result::unwrap));
    }
    children
}

/// The articles of the author with the long list.
const LONG: usize = 100_000;

fn append(table: &mut Table) {
    let name = "SQLite: append to a list of 100 000 and flush, beside a list of 10";
    if !table.is_wanted(name) {
        return;
    }
    let (mut short, mut long) = (append_to(10), append_to(LONG));
    table.compare(name, "1.10", &mut short, &mut long);
}

/// Appends to a loaded list of so many articles, in a database where another author has the rest.
fn append_to(articles: usize) -> impl FnMut(usize) -> Took {
    let engine = Engine::connect("sqlite://").unwrap();
    Metadata::of((Author, Article, Remark))
        .create_all(&engine)
        .unwrap();
    let mut session = Session::new(&engine);
    let [author, other] = ["one", "other"].map(|name| session.add(Author::builder().name(name)));
    for number in 0..LONG {
        let author = if number < articles { author } else { other };
        let article = Article::builder().title("Title").author(author);
        session.add(article);
    }
    session.commit().unwrap();
    session.clear();
    let author = session.get(Author, 1).unwrap().unwrap();
    let list = session.load(author, Author.articles).unwrap();
    assert_eq!(list.len(), articles);
    session.begin().unwrap();
    move |times| {
        time(times, || {
            let article = Article::builder().title("Title");
            session.append(author, Author.articles, article).unwrap();
            session.flush().unwrap();
        })
    }
}

#[cfg(feature = "postgres")]
mod servers {
    //! The same on PostgreSQL, where a list of keys is one array.

    use orm::Engine;
    use postgres::{Client, Statement};

    use super::{ARTICLES, Child, REMARKS, compare, is_wanted, name, put_together};
    use crate::authors::fill;
    use crate::measure::{Table, time};
    use crate::postgres::{database_with, server_url};

    pub(super) fn postgres(table: &mut Table) {
        let name = name("PostgreSQL");
        if !is_wanted(table, &name) {
            return;
        }
        let (mut client, engine): (Client, Engine) =
            database_with(&server_url(), "bench_associations", fill);
        let mut prepare = |text: &str| client.prepare(text).unwrap();
        let statements = [
            prepare("SELECT id, name FROM authors"),
            prepare(&format!("{ARTICLES}= ANY($1)")),
            prepare(&format!("{REMARKS}= ANY($1)")),
        ];
        let mut raw = |times| time(times, || raw(&mut client, &statements));
        compare(table, &name, (&engine, ["1.00", "1.20"]), &mut raw);
    }

    fn raw(client: &mut Client, [authors, articles, remarks]: &[Statement; 3]) {
        let authors = client.query(authors, &[]).unwrap();
        let authors: Vec<(i64, String)> =
            authors.iter().map(|row| (row.get(0), row.get(1))).collect();
        let keys: Vec<i64> = authors.iter().map(|author| author.0).collect();
        let articles = children(client, articles, &keys);
        let keys: Vec<i64> = articles.iter().map(|article| article.id).collect();
        let remarks = children(client, remarks, &keys);
        put_together(authors, articles, remarks);
    }

    fn children(client: &mut Client, statement: &Statement, keys: &Vec<i64>) -> Vec<Child> {
        let rows = client.query(statement, &[keys]).unwrap();
        let children = rows.iter().map(|row| Child {
            id: row.get(0),
            text: row.get(1),
            owner: row.get(2),
        });
        children.collect()
    }
}
