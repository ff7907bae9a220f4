//! Dirty tracking: what counts as a change, and that each row's UPDATE sets its own changes alone.

use orm::prelude::*;

use super::statements::{handles, runs, steps, unguarded_writes, user, usernames, users, writes};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Account, Everything, User};

cases![
    "dirty":
    each_row_sets_its_own_changed_columns_never_a_union,
    setting_a_column_to_null_is_written,
    setting_and_restoring_writes_nothing,
    an_in_place_mutation_is_found,
    one_change_among_a_thousand_is_one_update,
    columns_of_any_name_are_written,
    several_changes_of_one_entity_are_one_update,
    a_nan_is_not_a_change,
    changed_columns_are_told_by_name,
    edit_and_get_mut_are_tracked_like_the_index,
    a_second_flush_writes_only_what_changed_since,
    a_column_of_every_type_is_written_to_a_stale_entity,
];

fn each_row_sets_its_own_changed_columns_never_a_union(db: &Db) {
    let ids = users(db, &["a", "b", "c", "d"]);
    let mut session = db.session();
    let all = handles(&mut session, &ids);
    db.sent();
    session[all[0]].username = "a2".into();
    session[all[1]].email = Some("b2".into());
    session[all[2]].username = "c2".into();
    session[all[3]].username = "d2".into();
    session[all[3]].email = Some("d2".into());
    session.flush().unwrap();
    let sent: Vec<String> = writes(db);
    let sets: Vec<&str> = sent.iter().map(|sql| set_list(sql)).collect();
    let count = |username, email| {
        let is = |sql: &str| {
            sql.contains("\"username\"") == username && sql.contains("\"email\"") == email
        };
        sets.iter().filter(|set| is(set)).count()
    };
    assert_eq!(
        (count(true, false), count(false, true), count(true, true)),
        (1, 1, 1),
        "{sent:?}"
    );
    session.commit().unwrap();
    let mut conn = db.other_connection();
    let rows: Vec<(String, Option<String>)> = select((User.username, User.email))
        .order_by(User.id.asc())
        .all(&mut conn)
        .unwrap();
    let b2 = || Some("b2".to_owned());
    let expected = [
        ("a2", None),
        ("b", b2()),
        ("c2", None),
        ("d2", Some("d2".to_owned())),
    ];
    assert_eq!(rows, expected.map(|(name, email)| (name.to_owned(), email)));
}

fn set_list(sql: &str) -> &str {
    let set = sql.split(" SET ").nth(1).unwrap();
    set.split(" FROM ")
        .next()
        .unwrap()
        .split(" WHERE ")
        .next()
        .unwrap()
}

fn setting_a_column_to_null_is_written(db: &Db) {
    let mut session = db.session();
    let ada = session.add(User::builder().username("ada").email("a@example.com"));
    session.commit().unwrap();
    session.refresh(ada).unwrap();
    db.sent();
    session[ada].email = None;
    session.commit().unwrap();
    assert_eq!(
        unguarded_writes(db),
        ["UPDATE \"users\" SET \"email\" = ? WHERE \"id\" = ?"]
    );
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM users WHERE email IS NULL"),
        1
    );
}

fn setting_and_restoring_writes_nothing(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    db.sent();
    session[ada].username = "grace".into();
    session[ada].username = "ada".into();
    session[ada].email = None;
    session.flush().unwrap();
    assert_eq!(db.sent(), [""; 0]);
    assert!(!session.has_pending_work());
}

fn an_in_place_mutation_is_found(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    session[ada].username.push_str(" lovelace");
    session[ada].email.get_or_insert_default().push('!');
    session.commit().unwrap();
    let found = "SELECT COUNT(*) FROM users WHERE username = 'ada lovelace' AND email = '!'";
    assert_eq!(db.scalar(found), 1);
}

fn one_change_among_a_thousand_is_one_update(db: &Db) {
    let mut session = db.session();
    for number in 0..1000 {
        session.add(User::builder().username(format!("user {number}")));
    }
    session.commit().unwrap();
    let all = select(User)
        .order_by(User.id.asc())
        .all(&mut session)
        .unwrap();
    assert_eq!(all.len(), 1000);
    db.sent();
    session[all[500]].email = Some("one".into());
    session.flush().unwrap();
    assert_eq!(
        unguarded_writes(db),
        ["UPDATE \"users\" SET \"email\" = ? WHERE \"id\" = ?"]
    );
}

/// Names by which other mappers guess what a column is for.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "guesses")]
#[allow(clippy::struct_field_names)]
struct Guess {
    #[orm(primary_key)]
    id: i64,
    created_at: i64,
    updated_at: i64,
    user_id: i64,
    x_time: i64,
    r#type: i64,
    is_deleted: bool,
    version: i64,
}

fn columns_of_any_name_are_written(db: &Db) {
    Metadata::of((Guess,)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let guess = session.add(Guess {
        id: 0,
        created_at: 1,
        updated_at: 1,
        user_id: 1,
        x_time: 1,
        r#type: 1,
        is_deleted: false,
        version: 1,
    });
    session.commit().unwrap();
    session
        .edit(guess, |guess| {
            (guess.created_at, guess.updated_at, guess.user_id) = (2, 2, 2);
            (guess.x_time, guess.r#type, guess.is_deleted, guess.version) = (2, 2, true, 2);
        })
        .unwrap();
    session.commit().unwrap();
    let read = select(Guess).one(&mut db.other_connection()).unwrap();
    assert_eq!(read, session[guess]);
    assert_eq!(
        (read.created_at, read.user_id, read.x_time, read.version),
        (2, 2, 2, 2)
    );
    assert!(read.is_deleted);
}

fn several_changes_of_one_entity_are_one_update(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    db.sent();
    for number in 0..10 {
        session[ada].username = format!("name {number}");
    }
    session[ada].email = Some("last".into());
    session.flush().unwrap();
    assert_eq!(
        unguarded_writes(db),
        ["UPDATE \"users\" SET \"username\" = ?, \"email\" = ? WHERE \"id\" = ?"]
    );
}

fn everything() -> Everything {
    Everything {
        id: 0,
        flag: false,
        small: 1,
        medium: 2,
        large: 3,
        single: 0.1,
        double: 0.1,
        text: "text".into(),
        bytes: vec![0, 1, 255],
        date: chrono::NaiveDate::from_ymd_opt(2024, 2, 29).unwrap(),
        time: chrono::NaiveTime::from_hms_micro_opt(23, 59, 59, 999_999).unwrap(),
        moment: chrono::DateTime::from_timestamp(1, 123_456_789)
            .unwrap()
            .naive_utc(),
        instant: chrono::DateTime::from_timestamp(2, 987_654_321).unwrap(),
        token: uuid::Uuid::from_u128(7),
        colour: crate::fixtures::Colour::Red,
        maybe_flag: None,
        maybe_number: None,
        maybe_text: None,
        maybe_instant: None,
    }
}

fn a_nan_is_not_a_change(db: &Db) {
    let mut session = db.session();
    let row = session.add(everything());
    session.flush().unwrap();
    session[row].double = -0.0;
    session.flush().unwrap();
    db.sent();
    session[row].double = 0.0;
    assert_eq!(session.changed_columns(row).unwrap(), ["double"]);
    session[row].double = -0.0;
    session.flush().unwrap();
    assert_eq!(db.sent(), [""; 0]);
    session[row].double = f64::NAN;
    session[row].double = -0.0;
    assert_eq!(session.changed_columns(row).unwrap(), [""; 0]);
}

fn changed_columns_are_told_by_name(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    assert_eq!(session.changed_columns(ada).unwrap(), [""; 0]);
    session[ada].email = Some("new".into());
    assert_eq!(session.changed_columns(ada).unwrap(), ["email"]);
    session[ada].username = "new".into();
    assert_eq!(session.changed_columns(ada).unwrap(), ["username", "email"]);
    session.flush().unwrap();
    assert_eq!(session.changed_columns(ada).unwrap(), [""; 0]);
    // Of an added one, it is what the INSERT will give.
    let new = session.add(User::builder().username("new one"));
    assert_eq!(session.changed_columns(new).unwrap(), ["username", "email"]);
    session.rollback().unwrap();
    assert_eq!(session.changed_columns(new).unwrap(), [""; 0]);
}

fn edit_and_get_mut_are_tracked_like_the_index(db: &Db) {
    let ids = users(db, &["a", "b", "c"]);
    let mut session = db.session();
    let all = handles(&mut session, &ids);
    session
        .edit(all[0], |user| user.username.push('1'))
        .unwrap();
    session.get_mut(all[1]).unwrap().username.push('1');
    let [c] = session.get_many_mut([all[2]]).unwrap();
    c.username.push('1');
    session.commit().unwrap();
    assert_eq!(usernames(db), ["a1", "b1", "c1"]);
}

fn a_second_flush_writes_only_what_changed_since(db: &Db) {
    let mut session = db.session();
    let one = session.add(Account::builder().owner("one").balance(1));
    let two = session.add(Account::builder().owner("two").balance(2));
    session.flush().unwrap();
    db.sent();
    session[one].balance = 10;
    session.flush().unwrap();
    assert_eq!(runs(db), [("UPDATE accounts".to_owned(), 1)]);
    session[two].balance = 20;
    session.flush().unwrap();
    session.flush().unwrap();
    assert_eq!(steps(db), ["UPDATE accounts"]);
    session.commit().unwrap();
    let both = "SELECT COUNT(*) FROM accounts WHERE (balance = 10 OR balance = 20) AND version = 2";
    assert_eq!(db.scalar(both), 2);
}

// The UPDATE of a stale entity looks for the old values: each type must be found again.
fn a_column_of_every_type_is_written_to_a_stale_entity(db: &Db) {
    let mut session = db.session();
    let row = session.add(everything());
    session.commit().unwrap();
    macro_rules! change {
        ($($field:ident = $value:expr),+ $(,)?) => {$(
            session[row].$field = $value;
            let changed = session.commit();
            assert!(changed.is_ok(), "{}: {changed:?}", stringify!($field));
        )+};
    }
    // Twice: from what was inserted, and from what an UPDATE has set.
    for round in 0..2_u8 {
        let even = round % 2 == 0;
        let instant = chrono::DateTime::from_timestamp(5 + i64::from(round), 111_222_333).unwrap();
        change! {
            flag = even,
            small = 5 + i16::from(round),
            medium = 6 + i32::from(round),
            large = i64::MAX - i64::from(round),
            single = 0.3 + f32::from(round),
            double = 0.3 + f64::from(round),
            text = format!("näher {round}  "),
            bytes = vec![round; 300],
            date = chrono::NaiveDate::from_ymd_opt(1969, 1, 1 + u32::from(round)).unwrap(),
            time = chrono::NaiveTime::from_hms_nano_opt(1, 2, 3, 123_456_789).unwrap(),
            moment = instant.naive_utc(),
            instant = instant,
            token = uuid::Uuid::from_u128(u128::MAX - u128::from(round)),
            colour = if even { crate::fixtures::Colour::DarkBlue } else { crate::fixtures::Colour::Green },
            maybe_flag = even.then_some(true),
            maybe_number = even.then_some(7),
            maybe_text = even.then(|| "some".to_owned()),
            maybe_instant = even.then_some(instant),
        }
    }
}
