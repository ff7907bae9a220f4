//! Aggregates with FILTER, joined texts and window functions.

use orm::query::{
    FrameBound, lag, row_number, string_agg, string_agg_distinct, sum_distinct, window,
};

use crate::*;

#[test]
fn filtered_aggregates() {
    golden!(
        "FILTER",
        select((
            count_all().filter(User.active),
            sum(User.logins).filter(User.score.gt(0.5)),
        )),
        [
            r#"SELECT COUNT(*) FILTER (WHERE "active" = ?), SUM("logins") FILTER (WHERE "score" > ?) FROM "users""#,
            r#"SELECT COUNT(*) FILTER (WHERE "active" = $1), CAST(SUM("logins") FILTER (WHERE "score" > $2) AS int8) FROM "users""#,
            "SELECT COUNT(CASE WHEN `active` = ? THEN 1 END), (SUM(CASE WHEN `score` > ? THEN `logins` END) DIV 1) FROM `users`",
        ]
    );
    golden!(
        "DISTINCT and FILTER",
        select(count_distinct(User.name).filter(User.id.gt(1))),
        [
            r#"SELECT COUNT(DISTINCT "name") FILTER (WHERE "id" > ?) FROM "users""#,
            r#"SELECT COUNT(DISTINCT "name") FILTER (WHERE "id" > $1) FROM "users""#,
            "SELECT COUNT(DISTINCT CASE WHEN `id` > ? THEN `name` END) FROM `users`",
        ]
    );
    golden!(
        "SUM DISTINCT",
        select(sum_distinct(User.logins)),
        [
            r#"SELECT SUM(DISTINCT "logins") FROM "users""#,
            r#"SELECT CAST(SUM(DISTINCT "logins") AS int8) FROM "users""#,
            "SELECT (SUM(DISTINCT `logins`) DIV 1) FROM `users`",
        ]
    );
}

#[test]
fn joined_texts() {
    golden!(
        "in an order, with a separator of quotes",
        select(string_agg(User.email, "', '", (User.name, User.id.desc()))),
        [
            r#"SELECT GROUP_CONCAT("email", ''', ''' ORDER BY "name" ASC, "id" DESC) FROM "users""#,
            r#"SELECT STRING_AGG("email", ''', ''' ORDER BY "name" ASC, "id" DESC) FROM "users""#,
            "SELECT GROUP_CONCAT(`email` ORDER BY `name` ASC, `id` DESC SEPARATOR ''', ''') FROM `users`",
        ]
    );
    golden!(
        "distinct",
        select(string_agg_distinct(User.name, ",")),
        [
            r#"SELECT GROUP_CONCAT(DISTINCT "name" ORDER BY "name" ASC) FROM "users""#,
            r#"SELECT STRING_AGG(DISTINCT "name", ',' ORDER BY "name" ASC) FROM "users""#,
            "SELECT GROUP_CONCAT(DISTINCT `name` ORDER BY `name` ASC SEPARATOR ',') FROM `users`",
        ]
    );
}

#[test]
fn windows() {
    golden!(
        "a partition and an order",
        select(
            row_number().over(
                window()
                    .partition_by(Post.author_id)
                    .order_by(Post.id.desc())
            )
        )
        .from(Post),
        [
            r#"SELECT ROW_NUMBER() OVER (PARTITION BY "author_id" ORDER BY "id" DESC) FROM "posts""#,
            r#"SELECT ROW_NUMBER() OVER (PARTITION BY "author_id" ORDER BY "id" DESC) FROM "posts""#,
            "SELECT CAST(ROW_NUMBER() OVER (PARTITION BY `author_id` ORDER BY `id` DESC) AS SIGNED) FROM `posts`",
        ]
    );
    let frame = window()
        .order_by(User.id)
        .rows(FrameBound::Preceding(2), FrameBound::CurrentRow);
    golden!(
        "an aggregate over a frame, and a value of another row",
        select((
            sum(User.logins).over(frame.clone()),
            lag(User.name, 1).over(window().order_by(User.id)),
        )),
        [
            r#"SELECT SUM("logins") OVER (ORDER BY "id" ASC ROWS BETWEEN 2 PRECEDING AND CURRENT ROW), LAG("name", 1) OVER (ORDER BY "id" ASC) FROM "users""#,
            r#"SELECT CAST(SUM("logins") OVER (ORDER BY "id" ASC ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS int8), LAG("name", 1) OVER (ORDER BY "id" ASC) FROM "users""#,
            "SELECT (SUM(`logins`) OVER (ORDER BY `id` ASC ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) DIV 1), LAG(`name`, 1) OVER (ORDER BY `id` ASC) FROM `users`",
        ]
    );
}
