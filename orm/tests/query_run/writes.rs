//! INSERT, UPDATE and DELETE.

use crate::*;

#[test]
fn writes_by_condition() -> Result<()> {
    let conn = &mut filled()?;
    let touched = update(User)
        .set(User.logins, User.logins + 10)
        .set(User.email, None::<String>)
        .set(User.role, Role::Member)
        .filter(User.logins.ge(3))
        .execute(conn)?;
    assert_eq!(touched, 2);
    let changed = select((User.logins, User.email, User.role)).filter(User.logins.gt(10));
    let expected = [(13, None, Role::Member), (14, None, Role::Member)];
    assert_eq!(changed.order_by(User.logins).all(conn)?, expected);
    assert_eq!(delete(User).filter(User.logins.gt(10)).execute(conn)?, 2);
    assert_eq!(delete(Post).execute(conn)?, 3);
    assert_eq!(select(User).count(conn)?, 2);
    Ok(())
}

#[test]
fn inserts() -> Result<()> {
    let conn = &mut filled()?;
    let author_id = select(User.id).filter(User.name.eq("ada")).one(conn)?;
    let post = |title: &str| Post::builder().author_id(author_id).title(title);
    // Rows with and without a value for a column of the server, and one with its own key.
    let mixed = [
        Post {
            id: 0,
            author_id,
            title: "a".into(),
            rank: None,
        },
        Post {
            id: 0,
            author_id,
            title: "b".into(),
            rank: Some(1),
        },
        Post {
            id: 1000,
            author_id,
            title: "c".into(),
            rank: None,
        },
    ];
    let keys = insert(Post)
        .values(&mixed)
        .values(post("d"))
        .returning(Post.id)
        .all(conn)?;
    assert_eq!(keys.len(), 4);
    assert!(keys[0] < keys[1] && keys[2] == 1000);
    let titles: Vec<(i64, String, Option<i32>)> = select((Post.id, Post.title, Post.rank))
        .filter(Post.id.in_(&keys))
        .order_by(Post.title)
        .all(conn)?;
    let found: Vec<_> = titles
        .iter()
        .map(|(id, title, rank)| (*id, &**title, *rank))
        .collect();
    let expected = [
        (keys[0], "a", Some(7)),
        (keys[1], "b", Some(1)),
        (1000, "c", Some(7)),
        (keys[3], "d", Some(7)),
    ];
    assert_eq!(found, expected);
    let rank = insert(Post)
        .values(post("e"))
        .returning(Post.rank)
        .one(conn)?;
    assert_eq!(rank, Some(7));
    assert_eq!(
        insert(Tag)
            .values([Tag { label: "x".into() }])
            .execute(conn)?,
        1
    );
    assert_eq!(insert(Tag).values(Vec::<Tag>::new()).execute(conn)?, 0);
    Ok(())
}

#[test]
fn inserts_of_many_rows_keep_their_order() -> Result<()> {
    let conn = &mut filled()?;
    let author_id = select(User.id).filter(User.name.eq("ada")).one(conn)?;
    for rows in [1_usize, 2, 31, 32, 33, 257, 1500] {
        delete(Post).execute(conn)?;
        let title = |row: usize| format!("{row}");
        let posts = (0..rows).map(|row| Post::builder().author_id(author_id).title(title(row)));
        let keys = insert(Post)
            .values(posts.clone())
            .returning(Post.id)
            .all(conn)?;
        let stored: Vec<(i64, String)> =
            select((Post.id, Post.title)).order_by(Post.id).all(conn)?;
        let expected: Vec<_> = keys.iter().copied().zip((0..rows).map(title)).collect();
        assert_eq!(stored, expected);
        assert_eq!(insert(Post).values(posts).execute(conn)?, rows as u64);
        assert_eq!(select(Post).count(conn)?, i64::try_from(2 * rows).unwrap());
    }
    Ok(())
}

#[test]
fn inserts_are_all_or_nothing_and_checked_first() -> Result<()> {
    let conn = &mut filled()?;
    let before = select(Tag).count(conn)?;
    let label = |row: usize| Tag {
        label: format!("t{}", row % 300),
    };
    let error = insert(Tag)
        .values((0..301).map(label))
        .execute(conn)
        .unwrap_err();
    assert!(error.is_unique_violation(), "{error}");
    assert!(!conn.in_transaction());
    let long = [
        Tag {
            label: "short".into(),
        },
        Tag {
            label: "longer than ten".into(),
        },
    ];
    let error = insert(Tag).values(&long).execute(conn).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DataTooLong);
    assert_eq!(
        (error.table(), error.column()),
        (Some("qr_tags"), Some("label"))
    );
    assert!(!error.to_string().contains("longer than ten"));
    let orphan = Post::builder().author_id(0).title("x");
    let error = insert(Post).values(orphan).execute(conn).unwrap_err();
    assert!(error.is_foreign_key_violation());
    assert!(
        error.message().contains("qr_posts.author_id is 0"),
        "{error}"
    );
    assert_eq!(select(Tag).count(conn)?, before);
    Ok(())
}

#[test]
fn null_in_a_column_that_takes_none_is_explained() -> Result<()> {
    let conn = &mut filled()?;
    raw("UPDATE qr_posts SET title = title").execute(conn)?;
    let boss = User.alias("boss");
    let query =
        select((User.name, boss.name.coalesce(boss.name))).left_join_on(boss, boss.id.lt(0));
    // An error that the query shows is returned before it runs.
    let error = query.all(conn).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.to_string().contains("optional"), "{error}");
    let names = raw("SELECT NULL AS name").all::<(String,), _>(conn);
    let error = names.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("null"), "{error}");
    Ok(())
}
