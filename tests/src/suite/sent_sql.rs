//! What each database is sent by verbs whose statements have no text before they run: pages by cursors, and plans.

use orm::prelude::*;
use orm_conformance::Db;
use orm_conformance::cases;
use orm_conformance::fixtures::{Post, User};
use orm_conformance::suite::support::seed;

use crate::databases::{Database, HasDatabase};

cases![
    "sent_sql":
    pages_by_cursors_are_conditions,
    plans_have_the_words_of_the_database,
];

/// Asserts the only statement that was sent: on SQLite, on PostgreSQL, and on the others.
#[track_caller]
fn sent(db: &Db, [sqlite, postgres, mysql]: [&str; 3]) {
    let expected = match db.database() {
        Database::Sqlite => sqlite,
        Database::Postgres => postgres,
        Database::MariaDb | Database::Mysql => mysql,
    };
    assert_eq!(db.recorder.take_sql(), [expected]);
}

fn pages_by_cursors_are_conditions(db: &Db) {
    let conn = &mut seed(db);
    let by_name = select(User).order_by((User.username.desc(), User.id));
    db.sent();
    let first = by_name.keyset(2).fetch(conn).unwrap();
    sent(
        db,
        [
            r#"SELECT "id", "username", "email" FROM "users" ORDER BY "username" DESC, "id" ASC LIMIT ?"#,
            r#"SELECT "id", "username", "email" FROM "users" ORDER BY "username" DESC, "id" ASC LIMIT $1"#,
            "SELECT `id`, `username`, `email` FROM `users` ORDER BY `username` DESC, `id` ASC LIMIT ?",
        ],
    );
    let next = first.next.unwrap();
    let second = by_name.keyset(2).after(next).fetch(conn).unwrap();
    sent(
        db,
        [
            r#"SELECT "id", "username", "email" FROM "users" WHERE "username" <= ? AND ("username" < ? OR ("username" = ? AND "id" > ?)) ORDER BY "username" DESC, "id" ASC LIMIT ?"#,
            r#"SELECT "id", "username", "email" FROM "users" WHERE "username" <= $1 AND ("username" < $2 OR ("username" = $3 AND "id" > $4)) ORDER BY "username" DESC, "id" ASC LIMIT $5"#,
            "SELECT `id`, `username`, `email` FROM `users` WHERE `username` <= ? AND (`username` < ? OR (`username` = ? AND `id` > ?)) ORDER BY `username` DESC, `id` ASC LIMIT ?",
        ],
    );
    let previous = second.previous.unwrap();
    by_name.keyset(2).before(previous).fetch(conn).unwrap();
    sent(
        db,
        [
            r#"SELECT "id", "username", "email" FROM "users" WHERE "username" >= ? AND ("username" > ? OR ("username" = ? AND "id" < ?)) ORDER BY "username" ASC, "id" DESC LIMIT ?"#,
            r#"SELECT "id", "username", "email" FROM "users" WHERE "username" >= $1 AND ("username" > $2 OR ("username" = $3 AND "id" < $4)) ORDER BY "username" ASC, "id" DESC LIMIT $5"#,
            "SELECT `id`, `username`, `email` FROM `users` WHERE `username` >= ? AND (`username` > ? OR (`username` = ? AND `id` < ?)) ORDER BY `username` ASC, `id` DESC LIMIT ?",
        ],
    );
    let by_key = select(Post).filter(Post.title.ne("x"));
    let first = by_key.keyset(1).fetch(conn).unwrap();
    db.sent();
    let next = first.next.unwrap();
    by_key.keyset(1).after(next).fetch(conn).unwrap();
    sent(
        db,
        [
            r#"SELECT "id", "title", "author_id" FROM "posts" WHERE "title" <> ? AND "id" > ? ORDER BY "id" ASC LIMIT ?"#,
            r#"SELECT "id", "title", "author_id" FROM "posts" WHERE "title" <> $1 AND "id" > $2 ORDER BY "id" ASC LIMIT $3"#,
            "SELECT `id`, `title`, `author_id` FROM `posts` WHERE `title` <> ? AND `id` > ? ORDER BY `id` ASC LIMIT ?",
        ],
    );
}

fn plans_have_the_words_of_the_database(db: &Db) {
    let conn = &mut seed(db);
    let query = select(Post.title).filter(Post.id.gt(1)).limit(2);
    let text = query.to_sql(db.dialect()).unwrap();
    let (plan, analyzed) = match db.database() {
        Database::Sqlite => ("EXPLAIN QUERY PLAN ", None),
        Database::Postgres => ("EXPLAIN ", Some("EXPLAIN (ANALYZE) ")),
        Database::MariaDb => ("EXPLAIN FORMAT=JSON ", Some("ANALYZE FORMAT=JSON ")),
        Database::Mysql => ("EXPLAIN FORMAT=TREE ", Some("EXPLAIN ANALYZE ")),
    };
    db.sent();
    assert!(!query.explain(conn).unwrap().is_empty());
    assert_eq!(db.recorder.take_sql(), [format!("{plan}{text}")]);
    match (query.explain_analyze(conn), analyzed) {
        (Ok(_), Some(words)) => {
            assert_eq!(db.recorder.take_sql(), [format!("{words}{text}")]);
        }
        (Err(error), None) => {
            assert!(error.is_unsupported(), "{error}");
            assert_eq!(db.recorder.take_sql(), [""; 0]);
        }
        (found, _) => panic!("{found:?}"),
    }
}
