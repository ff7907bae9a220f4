//! Primary keys: generated ones that reach the right rows, the program's own, and ones that change.

use orm::prelude::*;

use crate::Requires;
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Country, Document, Line, Node, Ticket, User};
use crate::suite::statements::{steps, user};
use crate::suite::support::kept;

cases![
    "keys":
    generated_keys_reach_the_right_rows,
    rows_with_and_without_explicit_keys_mix,
    an_explicit_key_of_a_generated_column_is_kept,
    a_key_of_text,
    a_key_of_uuid,
    a_key_of_a_moment_is_what_the_database_keeps,
    a_key_of_several_columns,
    small_generated_keys,
    a_table_of_a_key_alone,
    the_key_of_a_persistent_entity_may_change,
    the_key_of_a_pending_entity_may_change,
    key_is_none_until_generated,
    values_that_the_database_fills_in_are_known_after_the_flush,
    a_value_given_for_a_server_default_is_written,
    server_defaults_of_many_rows_take_few_statements (Requires::RowsInserts),
];

pub fn check_keys(db: &Db, session: &mut Session, prefix: &str, rows: usize) {
    let name = |row: usize| format!("{prefix}{row:05}");
    let handles: Vec<_> = (0..rows)
        .map(|row| session.add(User::builder().username(name(row))))
        .collect();
    session.commit().unwrap();
    let stored: Vec<(i64, String)> = select((User.id, User.username))
        .filter(User.username.starts_with(prefix))
        .order_by(User.username.asc())
        .all(&mut db.other_connection())
        .unwrap();
    assert_eq!(stored.len(), rows);
    for (row, (handle, (id, username))) in handles.iter().zip(&stored).enumerate() {
        assert_eq!(*username, name(row));
        assert_eq!(
            (session[*handle].id, session.key(*handle)),
            (*id, Some(*id)),
            "{username}"
        );
        assert_eq!(session[*handle].username, *username);
    }
}

fn generated_keys_reach_the_right_rows(db: &Db) {
    for (rows, prefix) in [
        (1, "a"),
        (2, "b"),
        (3, "c"),
        (100, "d"),
        (257, "e"),
        (1000, "f"),
    ] {
        check_keys(db, &mut db.session(), prefix, rows);
    }
    // Another session's rows in between leave gaps.
    let mut one = db.session();
    one.add(User::builder().username("x1"));
    one.commit().unwrap();
    user(db, "x2");
    check_keys(db, &mut one, "g", 7);
}

fn rows_with_and_without_explicit_keys_mix(db: &Db) {
    let mut session = db.session();
    let mut handles = Vec::new();
    for row in 0..20_i64 {
        let id = if row % 5 == 3 { 1000 + row } else { 0 };
        handles.push(session.add(User {
            id,
            username: format!("u{row}"),
            email: None,
        }));
    }
    session.commit().unwrap();
    let mut seen = std::collections::HashSet::new();
    for (row, handle) in handles.iter().enumerate() {
        let id = session[*handle].id;
        assert!(id != 0 && seen.insert(id), "{row}: {id}");
        if row % 5 == 3 {
            assert_eq!(id, 1000 + i64::try_from(row).unwrap());
        }
        let name = select(User.username)
            .filter(User.id.eq(id))
            .one(&mut db.other_connection());
        assert_eq!(name.unwrap(), format!("u{row}"));
    }
}

fn an_explicit_key_of_a_generated_column_is_kept(db: &Db) {
    let mut session = db.session();
    let one = session.add(User {
        id: 77,
        username: "one".into(),
        email: None,
    });
    let two = session.add(User {
        id: -5,
        username: "two".into(),
        email: None,
    });
    session.flush().unwrap();
    assert_eq!((session[one].id, session[two].id), (77, -5));
    session.rollback().unwrap();
    // It was the program's, so it stays.
    assert_eq!((session[one].id, session[two].id), (77, -5));
    session.add_again(one).unwrap();
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT id FROM users"), 77);
}

fn a_key_of_text(db: &Db) {
    let mut session = db.session();
    let peru = session.add(Country {
        code: "PE".into(),
        name: "Peru".into(),
    });
    assert_eq!(session.key(peru).as_deref(), Some("PE"));
    session.commit().unwrap();
    session[peru].name = "Perú".into();
    session.commit().unwrap();
    let mut other = db.session();
    let found = other.get(Country, "PE").unwrap().unwrap();
    assert_eq!(other[found].name, "Perú");
    assert_eq!(other.get(Country, String::from("XX")).unwrap(), None);
    other.delete(found);
    other.commit().unwrap();
    assert_eq!(db.count("countries"), 0);
}

fn a_key_of_uuid(db: &Db) {
    let mut session = db.session();
    let ids: Vec<_> = (1..=30)
        .map(|n| uuid::Uuid::from_u128(n << 100 | n))
        .collect();
    let handles: Vec<_> = ids
        .iter()
        .map(|id| {
            session.add(Document {
                id: *id,
                body: None,
            })
        })
        .collect();
    session.commit().unwrap();
    for (id, handle) in ids.iter().zip(&handles) {
        assert_eq!(session.get(Document, *id).unwrap(), Some(*handle));
        session[*handle].body = Some(id.to_string());
    }
    session.commit().unwrap();
    let mut other = db.session();
    for id in &ids {
        let found = other.get(Document, *id).unwrap().unwrap();
        assert_eq!(other[found].body, Some(id.to_string()));
        other.delete(found);
    }
    other.commit().unwrap();
    assert_eq!(db.count("documents"), 0);
}

/// A moment as key.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "moments")]
struct Moment {
    #[orm(primary_key)]
    at: chrono::DateTime<chrono::Utc>,
    seen: Option<chrono::NaiveDateTime>,
}

fn a_key_of_a_moment_is_what_the_database_keeps(db: &Db) {
    let schema = Metadata::of((Moment,)).schema().unwrap();
    orm::engine::create_missing(&mut db.engine.connection().unwrap(), &schema).unwrap();
    let at = chrono::DateTime::from_timestamp(1_700_000_000, 123_456_789).unwrap();
    let kept = kept(db, at);
    let mut session = db.session();
    let moment = session.add(Moment { at, seen: None });
    session.flush().unwrap();
    assert_eq!(session.key(moment), Some(kept));
    assert_eq!(select(Moment).one(&mut session).unwrap(), moment);
    session[moment].seen = Some(at.naive_utc());
    session.commit().unwrap();
    assert_eq!(session[moment].seen, Some(kept.naive_utc()));
    session[moment].seen = None;
    session.commit().unwrap();
}

fn a_key_of_several_columns(db: &Db) {
    let mut session = db.session();
    let mut handles = Vec::new();
    for number in 1..=5 {
        for position in 1..=5 {
            handles.push(session.add(Line {
                number,
                position,
                quoted: 0,
            }));
        }
    }
    session.commit().unwrap();
    for handle in &handles {
        let line = &mut session[*handle];
        line.quoted = i64::from(line.number * 10 + line.position);
    }
    session.commit().unwrap();
    let mut other = db.session();
    let found = other.get(Line, (3, 4)).unwrap().unwrap();
    assert_eq!(other.key(found), Some((3, 4)));
    assert_eq!(other[found].quoted, 34);
    assert_eq!(other.get(Line, (4, 6)).unwrap(), None);
    other.delete(found);
    other.commit().unwrap();
    assert_eq!(db.count("order"), 24);
    for handle in handles {
        session.delete(handle);
    }
    let error = session.commit().unwrap_err();
    assert!(
        error.is_stale_data() && error.to_string().contains("3, 4"),
        "{error}"
    );
    assert_eq!(db.count("order"), 24);
}

/// Generated keys that are not the widest.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "small_keys")]
pub struct Small {
    #[orm(primary_key)]
    pub id: i32,
    pub note: i64,
}

fn small_generated_keys(db: &Db) {
    Metadata::of((Small,)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let handles: Vec<_> = (0..10)
        .map(|note| session.add(Small { id: 0, note }))
        .collect();
    session.commit().unwrap();
    for (note, handle) in handles.into_iter().enumerate() {
        let id = session[handle].id;
        let found = session.get(Small, id).unwrap().unwrap();
        assert_eq!(found, handle);
        assert_eq!(session[found].note, i64::try_from(note).unwrap());
    }
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "bare_keys")]
struct Bare {
    #[orm(primary_key)]
    id: i64,
}

fn a_table_of_a_key_alone(db: &Db) {
    Metadata::of((Bare,)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let handles = [0, 1, 2].map(|_| session.add(Bare::builder()));
    session.commit().unwrap();
    let ids: std::collections::HashSet<i64> = handles.map(|handle| session[handle].id).into();
    assert_eq!(ids.len(), 3);
    assert_eq!(db.count("bare_keys"), 3);
    for handle in handles {
        session.delete(handle);
    }
    session.commit().unwrap();
    assert_eq!(db.count("bare_keys"), 0);
}

fn the_key_of_a_persistent_entity_may_change(db: &Db) {
    let mut session = db.session();
    let [peru, chile] = [("PE", "Peru"), ("CL", "Chile")].map(|(code, name)| {
        session.add(Country {
            code: code.into(),
            name: name.into(),
        })
    });
    session.commit().unwrap();
    db.sent();
    session[peru].code = "XX".into();
    session[chile].name = "CHILE".into();
    // It is found by the key that the database has.
    assert_eq!(
        session
            .no_autoflush(|session| session.get(Country, "PE"))
            .unwrap(),
        Some(peru)
    );
    session.commit().unwrap();
    assert_eq!(steps(db), ["UPDATE countries"]);
    assert_eq!(session.get(Country, "XX").unwrap(), Some(peru));
    assert_eq!(session.get(Country, "PE").unwrap(), None);
    assert_eq!(session[chile].name, "CHILE");
}

fn the_key_of_a_pending_entity_may_change(db: &Db) {
    let mut session = db.session();
    let node = session.add(Node {
        id: 1,
        parent_id: None,
        label: "n".into(),
    });
    session[node].id = 2;
    session.commit().unwrap();
    assert_eq!(session.get(Node, 2).unwrap(), Some(node));
    assert_eq!(db.scalar("SELECT id FROM nodes"), 2);
}

fn key_is_none_until_generated(db: &Db) {
    let mut session = db.session();
    let user = session.add(User::builder().username("ada"));
    assert_eq!((session.key(user), session[user].id), (None, 0));
    session.flush().unwrap();
    assert_eq!(session.key(user), Some(session[user].id));
    let id = session[user].id;
    session.delete(user);
    session.commit().unwrap();
    assert_eq!(session.key(user), None);
    assert_eq!(session.get(User, id).unwrap(), None);
}

fn values_that_the_database_fills_in_are_known_after_the_flush(db: &Db) {
    let mut session = db.session();
    let ticket = session.add(Ticket::builder().subject("printer"));
    session.flush().unwrap();
    assert_eq!(session[ticket].status.as_deref(), Some("open"));
    assert_eq!(session[ticket].priority, 3);
    db.sent();
    session.flush().unwrap();
    assert_eq!(db.sent(), [""; 0]);
    session.rollback().unwrap();
    // Added again, they are filled in again.
    session.add_again(ticket).unwrap();
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM tickets WHERE status = 'open' AND priority = 3"),
        1
    );

    let gone = session.add(Ticket::builder().subject("gone"));
    session.delete(gone);
    session.add_again(gone).unwrap();
    session.commit().unwrap();
    assert_eq!(session[gone].priority, 3);
}

fn a_value_given_for_a_server_default_is_written(db: &Db) {
    let mut session = db.session();
    let given = session.add(Ticket::builder().subject("a").priority(9));
    // Given after the add, before the flush.
    let set = session.add(Ticket::builder().subject("b"));
    session[set].priority = 8;
    let status = session.add(Ticket::builder().subject("c"));
    session[status].status = Some("shut".into());
    session.commit().unwrap();
    for handle in [given, set, status] {
        session.refresh(handle).unwrap();
    }
    let shown = |handle: Ref<Ticket>| (session[handle].status.as_deref(), session[handle].priority);
    assert_eq!(shown(given), (Some("open"), 9));
    assert_eq!(shown(set), (Some("open"), 8));
    assert_eq!(shown(status), (Some("shut"), 3));
}

fn server_defaults_of_many_rows_take_few_statements(db: &Db) {
    let mut session = db.session();
    let handles: Vec<_> = (0..300)
        .map(|number| session.add(Ticket::builder().subject(format!("t{number}"))))
        .collect();
    session.commit().unwrap();
    let sent = db.sent();
    assert!(sent.len() < 40, "{} statements", sent.len());
    for (number, handle) in handles.into_iter().enumerate() {
        let ticket = &session[handle];
        assert_eq!(
            (ticket.status.as_deref(), ticket.priority),
            (Some("open"), 3)
        );
        assert_eq!(ticket.subject, format!("t{number}"));
    }
}
