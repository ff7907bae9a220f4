//! What verbs and conditions yield.

use crate::*;

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
    let none = by_name.clone().filter(User.name.eq("alan"));
    assert_eq!(none.one_or_none(conn)?, None);
    assert_eq!(none.first(conn)?, None);
    assert!(!none.exists(conn)?);
    let error = none.one(conn).unwrap_err();
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

/// What the model calls its key may not be one in the database.
#[test]
fn several_rows_of_a_key_are_an_error() -> Result<()> {
    let engine = Engine::connect("sqlite://")?;
    let conn = &mut engine.connection()?;
    conn.raw_control("CREATE TABLE qr_tags (label TEXT NOT NULL)")?;
    conn.raw_control("INSERT INTO qr_tags VALUES ('a'), ('a'), ('b')")?;
    let labelled = |label| select(Tag).filter(Tag.label.eq(label));
    let error = labelled("a").one(conn).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MultipleRows);
    assert_eq!(labelled("b").one(conn)?.label, "b");
    Ok(())
}
