//! The typed layer at work, on SQLite in memory: what each verb yields on a connection.
//!
//! Equal results on all databases are the compliance suite's affair.
#![cfg(feature = "sqlite")]
#![expect(
    clippy::needless_borrows_for_generic_args,
    reason = "both forms of an argument are tried"
)]

#[cfg(feature = "testing")]
mod computed;
mod groups;
mod verbs;
#[cfg(feature = "testing")]
mod versions;
mod writes;

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
