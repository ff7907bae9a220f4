//! What is refused before it is sent, and how it is explained.

use orm::query::{Expr, count_distinct};

use crate::*;

/// The error of a statement that can't be compiled.
macro_rules! fault {
    ($statement:expr) => {
        $statement.to_sql(&SqliteDialect).unwrap_err().to_string()
    };
}

/// Asserts that an error speaks of all these.
#[track_caller]
fn speaks_of(error: &str, words: &[&str]) {
    for word in words {
        assert!(error.contains(word), "no {word:?} in: {error}");
    }
}

#[test]
fn joins_without_a_clear_condition_are_refused() {
    let error = fault!(select(User).join(Tag));
    speaks_of(
        &error,
        &["can't join Tag", "no foreign key", "User", "join_on"],
    );
    let error = fault!(select(User).join(User.alias("boss")));
    speaks_of(
        &error,
        &["more than one foreign key", "User (as boss)", "join_on"],
    );
    let error = fault!(select(User).join(Post).join(Post));
    speaks_of(
        &error,
        &["table name posts is specified more than once", "alias"],
    );
    let error = fault!(select((Post, User)).from(User).join(Post).from(Post));
    speaks_of(&error, &["table name posts is specified more than once"]);
}

#[test]
fn columns_of_other_tables_are_refused() {
    let error = fault!(select(User).filter(Post.title.eq("x")));
    speaks_of(
        &error,
        &[
            "missing FROM entry for posts: the query of users uses posts.title",
            "add .join(Post), or",
        ],
    );
    let error = fault!(select(User).filter(Tag.id.eq(1)));
    speaks_of(&error, &["the query of users", "add it with .join(…), or"]);
    let error = fault!(select((User, Post)));
    speaks_of(&error, &["posts.id"]);
    let error = fault!(select(User).filter(User.alias("u").name.eq("x")));
    speaks_of(&error, &["u.name"]);
    let error = fault!(select(User).filter(exists(select(Post).filter(Tag.id.eq(Post.id)))));
    speaks_of(&error, &["tags.id"]);
    let error = fault!(update(User).set(User.logins, 1).filter(Post.id.eq(1)));
    speaks_of(&error, &["posts.id", "exists"]);
    let error = fault!(delete(User).filter(Post.id.eq(1)));
    speaks_of(&error, &["posts.id"]);
    let error = fault!(delete(Post).using(User).filter(User.id.eq(1)));
    speaks_of(
        &error,
        &[
            "the DELETE of posts is not connected with users",
            "add .filter(Post.author_id.eq(User.id))",
        ],
    );
}

#[test]
fn a_query_needs_a_table() {
    speaks_of(
        &fault!(select(count_all())),
        &["the query has no FROM clause", ".from("],
    );
}

#[test]
fn the_optional_side_of_a_join_must_be_selected_as_such() {
    let error = fault!(select((User, Post)).left_join(Post));
    speaks_of(&error, &["Post", "optional(Post)"]);
    speaks_of(
        &fault!(select((User.id, Post.title)).left_join(Post)),
        &["optional"],
    );
    let boss = User.alias("boss");
    assert!(
        select((User.id, boss.email))
            .left_join_on(boss, boss.id.eq(User.boss_id))
            .to_sql(&SqliteDialect)
            .is_ok()
    );
}

#[test]
fn faults_of_subqueries_are_faults_of_the_statement() {
    let error = fault!(select(User).filter(User.id.in_select(select(Post.author_id).join(Post))));
    speaks_of(&error, &["table name posts is specified more than once"]);
    let error = fault!(select(User).filter(!exists(select(Post).join(Tag)) | User.id.eq(1)));
    speaks_of(&error, &["can't join Tag"]);
}

#[test]
fn writes_are_checked_before_they_are_sent() {
    speaks_of(
        &fault!(update(User).filter(User.id.eq(1))),
        &["users", "sets no column"],
    );
    let error = fault!(update(User).set(User.name, "x".repeat(51)));
    speaks_of(
        &error,
        &["too long for its column of 50 characters", "users.name"],
    );
    assert!(!error.contains("xxx"), "{error}");
    assert!(
        update(User)
            .set(User.name, "é".repeat(50))
            .to_sql(&SqliteDialect)
            .is_ok()
    );
    let error = fault!(update(Post).set(Post.author_id, 0));
    speaks_of(&error, &["posts.author_id is 0", "flushed"]);
    speaks_of(
        &fault!(insert(Tag).values(Vec::<Tag>::new())),
        &["tags", "no rows"],
    );
}

#[test]
fn raw_names_and_values_must_meet() {
    speaks_of(&fault!(raw("SELECT :id")), &[":id", "no value"]);
    speaks_of(&fault!(raw("SELECT 1").bind("id", 1)), &[":id"]);
    speaks_of(
        &fault!(raw("SELECT :id").bind("id", 1).bind("id", 2)),
        &["two values for the bind parameter :id"],
    );
    assert_eq!(
        raw(r"SELECT a\:b").to_sql(&SqliteDialect).unwrap(),
        "SELECT a:b"
    );
}

#[test]
fn aggregates_that_joins_multiply_are_refused() {
    let written = User.posts;
    let tags = |counted: Expr<i64>| {
        let query = select((User.name, counted));
        let query = query
            .join(written)
            .join_on(PostTag, PostTag.post_id.eq(Post.id));
        query.group_by(User.id)
    };
    let error = fault!(tags(count(Post.id)));
    speaks_of(
        &error,
        &[
            "repeat each row of Post",
            "rows of PostTag",
            "User.posts.count()",
        ],
    );
    let right = tags(count(PostTag.tag_id));
    assert!(right.to_sql(&SqliteDialect).is_ok());
    let right = tags(count_distinct(Post.id));
    assert!(right.to_sql(&SqliteDialect).is_ok());
    let error = fault!(select(User.posts.sum(User.id)));
    speaks_of(&error, &["User.posts.sum(…) has no column of Post"]);
}
