//! Joins, groups and aggregates.

use crate::*;

#[test]
fn joins_and_groups() -> Result<()> {
    let conn = &mut filled()?;
    let pairs: Vec<(User, Post)> = select((User, Post))
        .join(Post)
        .order_by(Post.title)
        .all(conn)?;
    let found: Vec<_> = pairs
        .iter()
        .map(|(user, post)| (&*user.name, &*post.title))
        .collect();
    assert_eq!(
        found,
        [("grace", "cobol"), ("ada", "more 100%"), ("ada", "notes")]
    );

    let optional_posts: Vec<(String, Option<Post>, Option<String>)> =
        select((User.name, optional(Post), optional(Post.title)))
            .left_join(Post)
            .order_by((User.name, Post.title))
            .all(conn)?;
    assert_eq!(optional_posts.len(), 5);
    assert_eq!(optional_posts[0].0, "ada");
    assert_eq!(
        optional_posts[0].1.as_ref().map(|post| &*post.title),
        Some("more 100%")
    );
    assert_eq!(optional_posts[2], ("barbara".to_owned(), None, None));

    let counts: Vec<(String, i64)> = select((User.name, count(Post.id)))
        .left_join(Post)
        .group_by(User.name)
        .having(count(Post.id).lt(2))
        .order_by(count(Post.id).desc())
        .all(conn)?;
    assert_eq!(counts[0], ("grace".to_owned(), 1));
    assert_eq!(counts.len(), 3);

    let per_user: Vec<(User, i64)> = select((User, count(Post.id)))
        .left_join(Post)
        .group_by(User)
        .all(conn)?;
    assert_eq!(per_user.iter().map(|(_, posts)| posts).sum::<i64>(), 3);
    Ok(())
}

#[test]
fn aggregates() -> Result<()> {
    let conn = &mut filled()?;
    let row = select((
        count_all(),
        count(User.email),
        count_distinct(User.role),
        sum(User.logins),
        avg(User.logins),
        min(User.name),
        max(User.email),
    ))
    .one(conn)?;
    let longest = Some("grace@example.org".to_owned());
    assert_eq!(
        row,
        (
            4,
            2,
            2,
            Some(10),
            Some(2.5),
            Some("ada".to_owned()),
            longest
        )
    );
    let none = select((sum(User.score), max(User.role), count_all()))
        .filter(User.id.lt(0))
        .one(conn)?;
    assert_eq!(none, (None, None, 0));
    Ok(())
}
