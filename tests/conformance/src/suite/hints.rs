//! Hints for optimizers: comments for one dialect, and the indexes of tables.

use orm::ErrorKind;
use orm::prelude::*;
use orm::query::{exists, force_index, ignore_index, use_index};
use orm::sql::{HintPlace, IndexHintStyle};

use super::support::{fails, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Post, User};

cases![
    "hints":
    hints_stand_in_their_dialect_alone,
    hints_of_parts_and_with,
    hints_are_comments,
    indexes_are_named,
    indexes_of_joined_tables,
    an_index_that_is_not_there,
    hints_without_indexes_are_refused,
];

/// What a hint says to a database that knows none.
const HINT: &str = "Leading(users posts)";

fn hints_stand_in_their_dialect_alone(db: &Db) {
    let conn = &mut seed(db);
    let plain = select(User.id).distinct().order_by(User.id);
    assert_eq!(plain.all(conn).unwrap(), [1, 2, 3, 4]);
    let without = db.sent();
    let other = plain.clone().hint("another", "FULL(users)");
    assert_eq!(other.all(conn).unwrap(), [1, 2, 3, 4]);
    assert_eq!(db.sent(), without);
    let own = other
        .hint(db.dialect().name(), "one")
        .hint(db.dialect().name(), HINT);
    assert_eq!(own.all(conn).unwrap(), [1, 2, 3, 4]);
    let sent = db.sent().remove(0);
    let words = match conn.capabilities().selects.hints {
        HintPlace::AfterSelect => format!("SELECT /*+ one {HINT} */ DISTINCT "),
        HintPlace::BeforeQuery => format!("/*+ one {HINT} */ SELECT DISTINCT "),
    };
    assert!(sent.starts_with(&words), "{sent}");
    // The text of the query without it is another one, before and after.
    assert_eq!(plain.all(conn).unwrap(), [1, 2, 3, 4]);
    assert_eq!(db.sent(), without);
    assert_eq!(own.count(conn).unwrap(), 4);
    assert_eq!(own.first(conn).unwrap(), Some(1));
    assert!(own.exists(conn).unwrap());
}

fn hints_of_parts_and_with(db: &Db) {
    let conn = &mut seed(db);
    let name = db.dialect().name();
    let busy = select(Post.author_id).hint(name, HINT).cte("busy");
    let query = select(User.id).hint(name, HINT).filter(exists(
        select(Post.id)
            .hint(name, HINT)
            .filter(Post.author_id.eq(User.id)),
    ));
    let query = query
        .join_on(&busy, User.id.eq(busy.columns()))
        .order_by(User.id);
    assert_eq!(query.all(conn).unwrap(), [1, 1, 3]);
    assert_eq!(db.sent()[0].matches(HINT).count(), 3);
    let mut session = db.session();
    let users = select(User).hint(name, HINT).for_update().all(&mut session);
    assert_eq!(users.unwrap().len(), 4);
}

fn hints_are_comments(db: &Db) {
    let conn = &mut seed(db);
    db.sent();
    for text in ["", "*/ DELETE FROM users; /*", "a */", "/* b", "c\0"] {
        let query = select(User.id).hint(db.dialect().name(), text);
        let error = fails(query.all(conn), ErrorKind::Usage);
        assert!(error.message().contains("comment"), "{error}");
        fails(
            select(User.id).hint("another", text).all(conn),
            ErrorKind::Usage,
        );
    }
    assert_eq!(db.sent(), [""; 0]);
    // Signs of values and lines are nothing in a comment.
    for text in ["? $1 -- 'x", "a\nb", "* /", "é"] {
        let query = select(User.id)
            .hint(db.dialect().name(), text)
            .filter(User.id.eq(2));
        assert_eq!(query.all(conn).unwrap(), [2], "{text}");
    }
    assert_eq!(select(User).count(conn).unwrap(), 4);
}

/// The name of the index of `posts.author_id`.
fn index() -> &'static str {
    "ix_posts_author_id"
}

fn indexes_are_named(db: &Db) {
    let conn = &mut seed(db);
    let query = select(Post.id)
        .filter(Post.author_id.eq(1))
        .order_by(Post.id);
    let hinted = [
        query.clone().from(use_index(Post, [index()])),
        query.clone().from(force_index(Post, [index()])),
        query.clone().from(ignore_index(Post, [index()])),
    ];
    for hinted in &hinted {
        assert_eq!(hinted.all(conn).unwrap(), [1, 2]);
    }
    let sent = db.sent();
    let words = match conn.capabilities().selects.index_hints {
        IndexHintStyle::Lists => ["USE INDEX (", "FORCE INDEX (", "IGNORE INDEX ("],
        IndexHintStyle::IndexedBy => ["", "INDEXED BY ", ""],
        IndexHintStyle::Unsupported => [""; 3],
    };
    for (sent, words) in sent.iter().zip(words) {
        assert!(sent.contains(words), "{sent}");
        assert_eq!(sent.contains(index()), !words.is_empty(), "{sent}");
    }
    assert_eq!(hinted[1].count(conn).unwrap(), 2);
}

fn indexes_of_joined_tables(db: &Db) {
    let conn = &mut seed(db);
    let writer = User.alias("writer");
    let query = select((Post.id, writer.username)).from(force_index(Post, [index()]));
    let query = query.filter(Post.author_id.gt(0)).order_by(Post.id);
    let query = query.join_on(
        use_index(writer, ["pk_users"]),
        writer.id.eq(Post.author_id),
    );
    // Elsewhere the primary key has no index of that name.
    if conn.capabilities().selects.index_hints != IndexHintStyle::Lists {
        assert_eq!(query.all(conn).unwrap().len(), 3);
    }
    let query = select((Post.id, writer.username)).from(writer);
    let query = query.join_on(force_index(Post, [index()]), writer.id.eq(Post.author_id));
    assert_eq!(query.all(conn).unwrap().len(), 3);
}

fn an_index_that_is_not_there(db: &Db) {
    let conn = &mut seed(db);
    let hostile = "a`b\"c) -- ";
    let query = select(Post.id).from(force_index(Post, [hostile]));
    let found = query.all(conn);
    if conn.capabilities().selects.index_hints == IndexHintStyle::Unsupported {
        assert_eq!(found.unwrap().len(), 3);
    } else {
        assert!(found.is_err());
    }
    assert_eq!(select(Post).count(conn).unwrap(), 3);
}

fn hints_without_indexes_are_refused(db: &Db) {
    let conn = &mut seed(db);
    db.sent();
    let none: [&str; 0] = [];
    fails(
        select(Post.id).from(use_index(Post, none)).all(conn),
        ErrorKind::Usage,
    );
    fails(
        select(Post.id).from(use_index(Post, [""])).all(conn),
        ErrorKind::Usage,
    );
    assert_eq!(db.sent(), [""; 0]);
}
