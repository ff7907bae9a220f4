//! IN of rows.

use crate::*;

#[test]
fn lists_of_rows() {
    golden!(
        "IN of pairs, padded to a power of two",
        select(Post.id).filter((Post.author_id, Post.title).in_([(1, "a"), (2, "b"), (3, "c")])),
        [
            r#"SELECT "id" FROM "posts" WHERE ("author_id", "title") IN ((?, ?), (?, ?), (?, ?), (?, ?))"#,
            r#"SELECT "id" FROM "posts" WHERE ("author_id", "title") IN (($1, $2), ($3, $4), ($5, $6), ($7, $8))"#,
            "SELECT `id` FROM `posts` WHERE (`author_id`, `title`) IN ((?, ?), (?, ?), (?, ?), (?, ?))",
        ]
    );
    golden!(
        "NOT IN of triples with an expression",
        select(User.id).filter((User.logins + 1, User.name, User.role).not_in([(
            7,
            "ada",
            Role::Admin
        )])),
        [
            r#"SELECT "id" FROM "users" WHERE ("logins" + ?, "name", "role") NOT IN ((?, ?, ?))"#,
            r#"SELECT "id" FROM "users" WHERE ("logins" + $1::int8, "name", "role") NOT IN (($2, $3, $4))"#,
            "SELECT `id` FROM `users` WHERE (`logins` + ?, `name`, `role`) NOT IN ((?, ?, ?))",
        ]
    );
    golden!(
        "no rows",
        {
            let none: [(i64, &str); 0] = [];
            select(Post.id).filter((Post.author_id, Post.title).in_(none))
        },
        [
            r#"SELECT "id" FROM "posts" WHERE 1 = 0"#,
            "SELECT `id` FROM `posts` WHERE 1 = 0",
        ]
    );
    golden!(
        "rows of columns are compared",
        {
            let members = [(User.id, User.name)];
            select(Post.id)
                .join(User)
                .filter((Post.author_id, Post.title).not_in(members))
        },
        [
            r#"SELECT "posts"."id" FROM "posts" INNER JOIN "users" ON "posts"."author_id" = "users"."id" WHERE NOT ("posts"."author_id" = "users"."id" AND "posts"."title" = "users"."name")"#,
            "SELECT `posts`.`id` FROM `posts` INNER JOIN `users` ON `posts`.`author_id` = `users`.`id` WHERE NOT (`posts`.`author_id` = `users`.`id` AND `posts`.`title` = `users`.`name`)",
        ]
    );
}

#[test]
fn queries_of_rows() {
    golden!(
        "IN of a query",
        select(Post.title).filter(
            (Post.author_id, Post.id)
                .in_(select((Post.author_id, max(Post.id))).group_by(Post.author_id))
        ),
        [
            r#"SELECT "title" FROM "posts" WHERE ("author_id", "id") IN (SELECT "posts"."author_id", MAX("posts"."id") FROM "posts" GROUP BY "posts"."author_id")"#,
            "SELECT `title` FROM `posts` WHERE (`author_id`, `id`) IN (SELECT `posts`.`author_id`, MAX(`posts`.`id`) FROM `posts` GROUP BY `posts`.`author_id`)",
        ]
    );
}

#[test]
fn long_lists_are_several_lists() {
    let rows = |count| (0..count).map(|number: i64| (number, "a"));
    let lists = |condition: Predicate| {
        let query = select(Post.id).filter(condition);
        let sql = query.to_sql(&PostgresDialect).unwrap();
        (
            sql.matches(" IN (").count(),
            sql.matches("), (").count(),
            sql.contains(" OR "),
        )
    };
    let row = (Post.author_id, Post.title);
    assert_eq!(lists(row.in_(rows(512))), (1, 511, false));
    // Each list is padded by itself.
    assert_eq!(lists(row.in_(rows(513))).0, 2);
    assert!(lists(row.in_(rows(513))).2);
    assert_eq!(lists(row.not_in(rows(1_600))).0, 4);
    assert!(!lists(row.not_in(rows(1_600))).2);
}
