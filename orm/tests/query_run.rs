//! The typed layer at work, on SQLite in memory: what each verb yields on a connection.
//!
//! Equal results on all databases are the compliance suite's affair.
#![cfg(feature = "sqlite")]
#![expect(
    clippy::needless_borrows_for_generic_args,
    reason = "both forms of an argument are tried"
)]

use std::collections::{BTreeSet, HashSet};

use orm::prelude::*;
use orm::{ErrorKind, Result};

const URL: &str = "sqlite://";

#[derive(DbEnum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Role {
    Admin,
    Member,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "qr_users")]
struct User {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 20, unique)]
    name: String,
    email: Option<String>,
    logins: i32,
    score: f64,
    active: bool,
    role: Role,
    avatar: Option<Vec<u8>>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "qr_posts")]
struct Post {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = User.id)]
    author_id: i64,
    title: String,
    #[orm(server_default = 7)]
    rank: Option<i32>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "qr_tags")]
struct Tag {
    #[orm(primary_key, length = 10)]
    label: String,
}

fn user(name: &str, logins: i32) -> User {
    User {
        id: 0,
        name: name.to_owned(),
        email: (logins % 2 == 0).then(|| format!("{name}@example.org")),
        logins,
        score: f64::from(logins) / 2.0,
        active: logins > 1,
        role: if logins > 2 {
            Role::Admin
        } else {
            Role::Member
        },
        avatar: Some(vec![0, 255, logins.to_be_bytes()[3]]),
    }
}

/// A new database, without rows.
fn created() -> Result<Engine> {
    let engine = Engine::connect(URL)?;
    let schema = Metadata::of((User, Post, Tag));
    schema.drop_all(&engine)?;
    schema.create_all(&engine)?;
    Ok(engine)
}

/// A connection to a new database with four users and three posts of the first two.
fn filled() -> Result<Connection> {
    let mut conn = created()?.connection()?;
    let users = [
        user("ada", 1),
        user("grace", 2),
        user("edsger", 3),
        user("barbara", 4),
    ];
    assert_eq!(insert(User).values(&users).execute(&mut conn)?, 4);
    let ids = select(User.id).order_by(User.logins).all(&mut conn)?;
    let post = |author: usize, title: &str| Post::builder().author_id(ids[author]).title(title);
    let posts = [post(0, "notes"), post(0, "more 100%"), post(1, "cobol")];
    assert_eq!(insert(Post).values(posts).execute(&mut conn)?, 3);
    Ok(conn)
}

/// The logins, which number the users, of those on whom a condition holds.
fn logins(conn: &mut Connection, condition: Predicate) -> Result<Vec<i32>> {
    let query = select(User.logins).filter(condition);
    query.order_by(User.logins).all(conn)
}

#[test]
fn verbs() -> Result<()> {
    let conn = &mut filled()?;
    let by_name = select(User).order_by(User.name.asc());
    let all: Vec<User> = by_name.all(conn)?;
    let found: Vec<_> = all.iter().map(|user| user.name.as_str()).collect();
    assert_eq!(found, ["ada", "barbara", "edsger", "grace"]);
    assert_eq!(
        User {
            id: 0,
            ..all[1].clone()
        },
        user("barbara", 4)
    );
    // The same value again, from its cached text.
    for _ in 0..2 {
        assert_eq!(by_name.all(conn)?, all);
        assert_eq!(by_name.first(conn)?.as_ref(), Some(&all[0]));
        assert_eq!(by_name.count(conn)?, 4);
        assert!(by_name.exists(conn)?);
        let ada = by_name.clone().filter(User.name.eq("ada"));
        assert_eq!(ada.one(conn)?, all[0]);
        assert_eq!(ada.one_or_none(conn)?.as_ref(), Some(&all[0]));
    }
    let nobody = by_name.clone().filter(User.name.eq("alan"));
    assert_eq!(nobody.one_or_none(conn)?, None);
    assert_eq!(nobody.first(conn)?, None);
    assert!(!nobody.exists(conn)?);
    let error = nobody.one(conn).unwrap_err();
    assert_eq!(
        (error.kind(), error.table()),
        (ErrorKind::NotFound, Some("qr_users"))
    );
    let error = by_name.one(conn).unwrap_err();
    assert_eq!(
        (error.kind(), error.table()),
        (ErrorKind::MultipleRows, Some("qr_users"))
    );
    Ok(())
}

#[test]
fn verbs_keep_to_the_limit_of_the_query() -> Result<()> {
    let conn = &mut filled()?;
    let users = select(User.logins).order_by(User.logins);
    let page = users.clone().limit(2).offset(1);
    for _ in 0..2 {
        assert_eq!(page.all(conn)?, [2, 3]);
        assert_eq!(page.first(conn)?, Some(2));
        assert_eq!(page.count(conn)?, 2);
        assert!(page.exists(conn)?);
    }
    assert_eq!(page.one(conn).unwrap_err().kind(), ErrorKind::MultipleRows);
    assert_eq!(users.clone().limit(1).one(conn)?, 1);
    let none = users.clone().limit(0);
    assert_eq!(
        (none.first(conn)?, none.count(conn)?, none.exists(conn)?),
        (None, 0, false)
    );
    let rest = users.offset(3);
    assert_eq!(
        (rest.one(conn)?, rest.count(conn)?, rest.first(conn)?),
        (4, 1, Some(4))
    );
    Ok(())
}

#[test]
fn counting_counts_the_rows_that_all_would_yield() -> Result<()> {
    let conn = &mut filled()?;
    assert_eq!(select(User.role).distinct().count(conn)?, 2);
    assert_eq!(select((User, Post)).join(Post).distinct().count(conn)?, 3);
    let groups = select((Post.author_id, count(Post.id))).group_by(Post.author_id);
    assert_eq!(groups.count(conn)?, 2);
    assert_eq!(groups.having(count(Post.id).gt(1)).count(conn)?, 1);
    assert_eq!(select(count_all()).from(Tag).count(conn)?, 1);
    assert!(select(count_all()).from(Tag).exists(conn)?);
    assert!(!select(Tag).exists(conn)?);
    Ok(())
}

#[test]
fn conditions() -> Result<()> {
    let conn = &mut filled()?;
    let mut logins = |condition| logins(conn, condition).unwrap();
    assert_eq!(logins(User.name.eq("ada")), [1]);
    assert_eq!(logins(User.name.ne(&String::from("ada"))), [2, 3, 4]);
    assert_eq!(logins(User.email.eq(None::<&str>)), [1, 3]);
    assert_eq!(logins(User.email.ne(Null)), [2, 4]);
    assert_eq!(logins(User.email.same_as(Some("grace@example.org"))), [2]);
    assert_eq!(logins(!User.email.same_as("grace@example.org")), [1, 3, 4]);
    assert_eq!(logins(User.logins.between(2, 3)), [2, 3]);
    assert_eq!(logins(User.score.ge(1.5)), [3, 4]);
    assert_eq!(logins(User.active.is_true()), [2, 3, 4]);
    assert_eq!(logins(User.role.eq(Role::Admin)), [3, 4]);
    assert_eq!(logins(User.avatar.eq(&[0_u8, 255, 3])), [3]);
    assert_eq!(logins(User.logins.lt(2) | User.logins.gt(3)), [1, 4]);
    assert_eq!(logins(Predicate::any([])), [0; 0]);
    assert_eq!(logins(Predicate::all([])), [1, 2, 3, 4]);
    assert_eq!(logins((User.logins * 2 - 1).eq(5)), [3]);
    assert_eq!(logins(User.email.coalesce("none").eq("none")), [1, 3]);
    Ok(())
}

#[test]
fn lists() -> Result<()> {
    let conn = &mut filled()?;
    let mut logins = |condition| logins(conn, condition).unwrap();
    assert_eq!(logins(User.logins.in_([1, 3])), [1, 3]);
    assert_eq!(logins(User.logins.in_(2..4)), [2, 3]);
    assert_eq!(logins(User.logins.in_(&vec![4])), [4]);
    assert_eq!(logins(User.logins.in_(BTreeSet::from([2, 9]))), [2]);
    assert_eq!(logins(User.logins.in_(&HashSet::from([2, 9]))), [2]);
    assert_eq!(
        logins(User.logins.not_in((1..=3).filter(|n| n % 2 == 1))),
        [2, 4]
    );
    assert_eq!(logins(User.logins.in_(Vec::<i32>::new())), [0; 0]);
    assert_eq!(logins(User.logins.not_in([0; 0])), [1, 2, 3, 4]);
    assert_eq!(logins(User.logins.in_(-50_000..2)), [1]);
    assert_eq!(logins(User.name.in_(["ada", "grace"])), [1, 2]);
    assert_eq!(logins(User.name.in_(&["ada".to_owned()])), [1]);
    assert_eq!(logins(User.role.in_([Role::Admin])), [3, 4]);
    assert_eq!(logins(User.id.in_select(select(Post.author_id))), [1, 2]);
    assert_eq!(logins(!User.id.in_select(select(Post.author_id))), [3, 4]);
    let of_user = || select(Post).filter(Post.author_id.eq(User.id));
    assert_eq!(logins(exists(of_user())), [1, 2]);
    assert_eq!(
        logins(!exists(of_user().filter(Post.title.eq("cobol")))),
        [1, 3, 4]
    );
    Ok(())
}

#[test]
fn searches() -> Result<()> {
    let conn = &mut filled()?;
    let mut titles = |condition: Predicate| {
        select(Post.title)
            .filter(condition)
            .order_by(Post.title)
            .all(conn)
            .unwrap()
    };
    assert_eq!(titles(Post.title.contains("100%")), ["more 100%"]);
    assert_eq!(titles(Post.title.contains("o")).len(), 3);
    assert_eq!(titles(Post.title.contains("_")), [""; 0]);
    assert_eq!(titles(Post.title.contains("O")), [""; 0]);
    assert_eq!(titles(Post.title.icontains("O")).len(), 3);
    assert_eq!(titles(Post.title.starts_with("no")), ["notes"]);
    assert_eq!(titles(Post.title.ends_with("l")), ["cobol"]);
    assert_eq!(titles(Post.title.like("%o%o%")), ["cobol"]);
    assert_eq!(titles(Post.title.contains("")).len(), 3);
    Ok(())
}

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
fn raw_statements() -> Result<()> {
    let conn = &mut filled()?;
    let rows: Vec<(String, i32)> =
        raw("SELECT name, logins FROM qr_users WHERE logins IN :logins AND name <> :name ORDER BY logins")
            .bind_list("logins", [1, 2, 3])
            .bind("name", "grace")
            .all(conn)?;
    assert_eq!(rows, [("ada".to_owned(), 1), ("edsger".to_owned(), 3)]);
    let (users,): (i64,) = raw("SELECT COUNT(*) FROM qr_users").one(conn)?;
    assert_eq!(users, 4);
    let first: Option<(String,)> = raw("SELECT name FROM qr_users WHERE 1 = 0").first(conn)?;
    assert_eq!(first, None);
    let error = raw("SELECT 1, 2").one::<(i64,), _>(conn).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.message().contains("2 columns"), "{error}");
    let error = raw("SELECT name FROM qr_users")
        .one::<(i64,), _>(conn)
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.column()),
        (ErrorKind::Decode, Some("name"))
    );

    let users = raw("SELECT 1 AS more, u.* FROM qr_users u WHERE role = :role ORDER BY id")
        .bind("role", Role::Admin)
        .entities(User, conn)?;
    assert_eq!(
        users.iter().map(|user| user.logins).collect::<Vec<_>>(),
        [3, 4]
    );
    let error = raw("SELECT id, name FROM qr_users")
        .entities(User, conn)
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.column()),
        (ErrorKind::UndefinedColumn, Some("email"))
    );

    let touched = raw("UPDATE qr_users SET email = :email WHERE email IS NULL")
        .bind("email", Some("x"))
        .execute(conn)?;
    assert_eq!(touched, 2);
    Ok(())
}

#[test]
fn null_in_a_column_that_takes_none_is_explained() -> Result<()> {
    let conn = &mut filled()?;
    raw("UPDATE qr_posts SET title = title").execute(conn)?;
    let boss = User.alias("boss");
    let query =
        select((User.name, boss.name.coalesce(boss.name))).left_join_on(boss, boss.id.lt(0));
    // What is seen in the query is said before it runs.
    let error = query.all(conn).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.to_string().contains("optional"), "{error}");
    let names = raw("SELECT NULL AS name").all::<(String,), _>(conn);
    let error = names.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("null"), "{error}");
    Ok(())
}

#[test]
fn the_same_query_yields_handles_on_a_session() -> Result<()> {
    let engine = created()?;
    let mut session = Session::new(&engine);
    let ada = session.add(user("ada", 1));
    let by_name = select(User).filter(User.name.eq("ada"));
    assert_eq!(by_name.one(&mut session)?, ada);
    let rows = select((User, User.logins)).all(&mut session)?;
    assert_eq!(rows, [(ada, 1)]);
    update(User)
        .set(User.logins, User.logins + 1)
        .execute(&mut session)?;
    assert_eq!(by_name.one(&mut session)?, ada);
    assert_eq!(session[ada].logins, 2);
    let users = raw("SELECT * FROM qr_users").entities(User, &mut session)?;
    assert_eq!(users, [ada]);
    insert(User)
        .values(user("grace", 2))
        .execute(&mut session)?;
    assert_eq!(select(User).count(&mut session)?, 2);
    session.commit()
}
