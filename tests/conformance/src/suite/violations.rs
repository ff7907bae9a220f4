//! A violated constraint has the same table, columns and name on every database, whichever way the row went.

use orm::prelude::*;
use orm::{Error, ErrorKind, Result};
use orm_core::value::ValueRef;

use crate::cases;
use crate::database::Db;
use crate::suite::support::{SECRET, execute, fails, refused};

cases![
    "violations":
    a_taken_value_is_the_same_error_everywhere,
    a_taken_value_in_a_batch,
    a_taken_value_inside_a_savepoint,
    several_columns_and_names_of_their_own,
    a_taken_primary_key,
    a_missing_parent_names_the_foreign_key,
    a_parent_with_children_names_the_foreign_key,
    restrict_and_no_action_are_foreign_key_violations,
    a_missing_value_names_table_and_column,
    a_check_names_its_table,
];

/// Unique in each way that there is.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(
    table = "members",
    unique(club, number),
    unique = (team, shirt, name = "one_shirt"),
    check(name = "aged", raw = "age > 0")
)]
pub struct Member {
    #[orm(primary_key)]
    id: i64,
    #[orm(unique, length = 50)]
    nick: String,
    club: i32,
    number: i32,
    team: i32,
    shirt: i32,
    #[orm(server_default = 1)]
    age: i32,
    grade: Rank,
}

/// A label with a check of its own.
#[derive(DbEnum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Rank {
    Novice,
    Master,
}

/// Refers to one table.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "bad_badges")]
pub struct Badge {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Member.id, on_delete = restrict)]
    pub owner: i64,
}

/// Refers to [`Badge`] with the default action.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "bad_pins")]
struct Pin {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Badge.id)]
    badge: i64,
}

/// A key of two columns.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "seats")]
struct Seat {
    #[orm(primary_key)]
    line: i32,
    #[orm(primary_key)]
    place: i32,
}

pub fn with_tables(db: &Db) {
    let all = Metadata::of((Member, Badge, Pin, Seat));
    all.create_all(&db.engine).unwrap();
}

pub fn member(n: i32) -> Member {
    Member {
        id: 0,
        nick: format!("nick {n}"),
        club: n,
        number: n,
        team: n,
        shirt: n,
        age: 1,
        grade: if n % 2 == 0 {
            Rank::Master
        } else {
            Rank::Novice
        },
    }
}

#[track_caller]
pub fn assert_place(error: &Error, table: &str, columns: &[&str], constraint: Option<&str>) {
    let found: Vec<_> = error.columns().iter().map(String::as_str).collect();
    assert_eq!(
        (error.table(), found.as_slice(), error.constraint()),
        (Some(table), columns, constraint),
        "{error:?}"
    );
}

/// The error of each way to insert the same members: flush, bulk insert, raw.
fn each_way(db: &Db, members: &[Member]) -> Vec<Error> {
    let flushed = || -> Result<()> {
        let mut session = db.session();
        for member in members {
            session.add(member.clone());
        }
        session.commit()
    };
    let inserted = || -> Result<()> {
        let mut conn = db.engine.connection()?;
        insert(Member).values(members).execute(&mut conn).map(drop)
    };
    let written = || -> Result<()> {
        let mut conn = db.engine.connection()?;
        for m in members {
            raw(
                "INSERT INTO members (nick, club, number, team, shirt, age, grade) \
                 VALUES (:nick, :club, :number, :team, :shirt, :age, 'novice')",
            )
            .bind("nick", m.nick.clone())
            .bind("club", m.club)
            .bind("number", m.number)
            .bind("team", m.team)
            .bind("shirt", m.shirt)
            .bind("age", m.age)
            .execute(&mut conn)?;
        }
        Ok(())
    };
    [flushed(), inserted(), written()]
        .into_iter()
        .map(|result| result.expect_err("the row is refused"))
        .collect()
}

fn a_taken_value_is_the_same_error_everywhere(db: &Db) {
    with_tables(db);
    let secret = Member {
        nick: SECRET.into(),
        ..member(1)
    };
    let mut session = db.session();
    session.add(secret.clone());
    session.commit().unwrap();
    let again = Member {
        nick: SECRET.into(),
        ..member(2)
    };
    for error in each_way(db, &[again]) {
        let error = refused::<()>(Err(error), ErrorKind::UniqueViolation);
        assert_place(&error, "members", &["nick"], Some("uq_members_nick"));
        assert_eq!(error.column(), Some("nick"));
    }
    // Found by an UPDATE as well, and by one of raw SQL.
    let other = session.add(member(3));
    session.commit().unwrap();
    session[other].nick = SECRET.into();
    let error = refused(session.commit(), ErrorKind::UniqueViolation);
    assert_place(&error, "members", &["nick"], Some("uq_members_nick"));
    session.rollback().unwrap();
    let changed = update(Member)
        .set(Member.nick, SECRET)
        .execute(&mut session);
    let error = refused(changed, ErrorKind::UniqueViolation);
    assert_place(&error, "members", &["nick"], Some("uq_members_nick"));
    session.rollback().unwrap();
    let mut conn = db.engine.connection().unwrap();
    let update = "UPDATE members SET nick = ?";
    let changed = execute(db, &mut conn, update, &[ValueRef::Text(SECRET)]);
    let error = refused(changed, ErrorKind::UniqueViolation);
    assert_place(&error, "members", &["nick"], Some("uq_members_nick"));
}

fn a_taken_value_in_a_batch(db: &Db) {
    with_tables(db);
    let mut session = db.session();
    session.add(member(0));
    session.commit().unwrap();
    for rows in [2, 1000] {
        let mut members: Vec<_> = (1..=rows).map(member).collect();
        members.last_mut().unwrap().nick = member(0).nick;
        // The last way writes row by row outside a transaction, so it is tried last.
        for error in each_way(db, &members) {
            assert!(error.is_unique_violation(), "{error:?}");
            assert_place(&error, "members", &["nick"], Some("uq_members_nick"));
        }
        db.outside("DELETE FROM members WHERE club > 0");
    }
}

fn a_taken_value_inside_a_savepoint(db: &Db) {
    with_tables(db);
    let mut session = db.session();
    session.add(member(1));
    session.flush().unwrap();
    let inner = session.savepoint(|session| {
        session.add(Member {
            nick: member(1).nick,
            ..member(2)
        });
        session.flush()
    });
    let error = refused(inner, ErrorKind::UniqueViolation);
    assert_place(&error, "members", &["nick"], Some("uq_members_nick"));
    session.commit().unwrap();
    assert_eq!(db.count("members"), 1);
}

fn several_columns_and_names_of_their_own(db: &Db) {
    with_tables(db);
    let mut session = db.session();
    session.add(member(1));
    session.commit().unwrap();
    let pair = Member {
        club: 1,
        number: 1,
        ..member(2)
    };
    for error in each_way(db, &[pair]) {
        assert!(error.is_unique_violation(), "{error:?}");
        let name = Some("uq_members_club_number");
        assert_place(&error, "members", &["club", "number"], name);
        assert_eq!(error.column(), None);
    }
    let index = Member {
        team: 1,
        shirt: 1,
        ..member(2)
    };
    for error in each_way(db, &[index]) {
        assert!(error.is_unique_violation(), "{error:?}");
        assert_place(&error, "members", &["team", "shirt"], Some("one_shirt"));
    }
}

fn a_taken_primary_key(db: &Db) {
    with_tables(db);
    let seat = Seat { line: 1, place: 2 };
    let mut session = db.session();
    session.add(seat.clone());
    session.commit().unwrap();
    let mut other = db.session();
    other.add(seat.clone());
    let mut conn = db.engine.connection().unwrap();
    let errors = [
        other.commit(),
        insert(Seat).values([&seat]).execute(&mut conn).map(drop),
        raw("INSERT INTO seats VALUES (1, 2)")
            .execute(&mut conn)
            .map(drop),
    ];
    for error in errors {
        let error = refused(error, ErrorKind::UniqueViolation);
        assert_place(&error, "seats", &["line", "place"], Some("pk_seats"));
    }
}

fn a_missing_parent_names_the_foreign_key(db: &Db) {
    with_tables(db);
    let mut session = db.session();
    session.add(Badge::builder().owner(99));
    let mut conn = db.engine.connection().unwrap();
    let errors = [
        session.commit(),
        insert(Badge)
            .values([Badge { id: 0, owner: 99 }])
            .execute(&mut conn)
            .map(drop),
        raw("INSERT INTO bad_badges (owner) VALUES (99)")
            .execute(&mut conn)
            .map(drop),
    ];
    for error in errors {
        let error = refused(error, ErrorKind::ForeignKeyViolation);
        assert_place(
            &error,
            "bad_badges",
            &["owner"],
            Some("fk_bad_badges_owner_members"),
        );
    }
}

fn a_parent_with_children_names_the_foreign_key(db: &Db) {
    with_tables(db);
    let mut session = db.session();
    let owner = session.add(member(1));
    session.flush().unwrap();
    let id = session[owner].id;
    session.add(Badge::builder().owner(id));
    session.commit().unwrap();
    session.delete(owner);
    let error = refused(session.commit(), ErrorKind::ForeignKeyViolation);
    assert_place(
        &error,
        "bad_badges",
        &["owner"],
        Some("fk_bad_badges_owner_members"),
    );
    session.rollback().unwrap();
    let mut conn = db.engine.connection().unwrap();
    let deleted = conn.raw_execute("DELETE FROM members", &[]);
    let error = refused(deleted, ErrorKind::ForeignKeyViolation);
    assert_place(
        &error,
        "bad_badges",
        &["owner"],
        Some("fk_bad_badges_owner_members"),
    );
}

fn restrict_and_no_action_are_foreign_key_violations(db: &Db) {
    with_tables(db);
    for rows in [1, 2, 1000] {
        let mut session = db.session();
        let owners: Vec<_> = (0..rows).map(|n| session.add(member(n))).collect();
        session.flush().unwrap();
        for owner in &owners {
            let id = session[*owner].id;
            session.add(Badge::builder().owner(id));
        }
        session.commit().unwrap();
        for owner in &owners {
            session.delete(*owner);
        }
        // Restricted: with and without a savepoint, and in bulk.
        assert!(session.commit().unwrap_err().is_foreign_key_violation());
        session.rollback().unwrap();
        let inner = session.savepoint(|session| {
            session.delete(owners[0]);
            session.flush()
        });
        assert!(inner.unwrap_err().is_foreign_key_violation());
        session.rollback().unwrap();
        let bulk = delete(Member).execute(&mut session);
        assert!(bulk.unwrap_err().is_foreign_key_violation());
        session.rollback().unwrap();

        // No action.
        let badge = select(Badge.id).first(&mut session).unwrap().unwrap();
        session.add(Pin::builder().badge(badge));
        session.commit().unwrap();
        let badge = session.get(Badge, badge).unwrap().unwrap();
        session.delete(badge);
        assert!(session.commit().unwrap_err().is_foreign_key_violation());
        session.rollback().unwrap();
        let bulk = delete(Badge).execute(&mut session);
        assert!(bulk.unwrap_err().is_foreign_key_violation());
        session.rollback().unwrap();
        for table in ["bad_pins", "bad_badges", "members"] {
            db.outside(&format!("DELETE FROM {table}"));
        }
    }
}

fn a_missing_value_names_table_and_column(db: &Db) {
    with_tables(db);
    let mut conn = db.engine.connection().unwrap();
    let written = "INSERT INTO members (nick, club, number, team, shirt, grade) \
                   VALUES (?, 1, 1, 1, 1, 'novice')";
    let error = execute(db, &mut conn, written, &[ValueRef::Null]);
    let error = refused(error, ErrorKind::NotNullViolation);
    assert_place(&error, "members", &["nick"], None);
    let left_out = conn.raw_execute("INSERT INTO seats (line) VALUES (1)", &[]);
    let error = refused(left_out, ErrorKind::NotNullViolation);
    assert_place(&error, "seats", &["place"], None);
}

fn a_check_names_its_table(db: &Db) {
    with_tables(db);
    let old = Member {
        age: -1,
        ..member(1)
    };
    for error in each_way(db, &[old]) {
        assert!(error.is_check_violation(), "{error:?}");
        assert_place(&error, "members", &[], Some("ck_members_aged"));
    }
    let mut conn = db.engine.connection().unwrap();
    let unknown = conn.raw_execute(
        "INSERT INTO members (nick, club, number, team, shirt, grade) VALUES ('a', 1, 1, 1, 1, 'king')",
        &[],
    );
    let error = fails(unknown, ErrorKind::CheckViolation);
    assert_place(&error, "members", &["grade"], Some("ck_members_grade"));
    assert_eq!(db.count("members"), 0);
}
