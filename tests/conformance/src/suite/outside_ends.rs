//! Transactions that end outside the session: no entity counts as stored whose row isn't, and a rollback leaves the
//! entities as the database has their rows.

use orm::prelude::*;
use orm::{EntityState, ErrorKind};

use crate::cases;
use crate::database::Db;
use crate::fixtures::User;
use crate::suite::Requires;
use crate::suite::support::{fails, natively};

cases![
    "outside_ends":
    ddl_leaves_entities_as_their_rows,
    a_rollback_tells_what_is_stored (Requires::TransactionText),
    updates_and_deletes_show_how_it_ended (Requires::TransactionText),
];

/// Flushes a user, runs `end` outside the session, and compares the session's error with the table.
pub fn compare(db: &Db, name: &str, end: &str, by_raw: bool) {
    let mut session = db.session();
    let user = session.add(User::builder().username(name));
    session.flush().unwrap();
    let ended = if by_raw {
        raw(end.to_owned()).execute(&mut session).map(drop)
    } else {
        session.connection().unwrap().raw_control(end)
    };
    let committed = session.commit();
    if let Err(error) = &committed {
        assert!(!error.to_string().contains("is stored"), "{end}: {error}");
        session.rollback().unwrap();
    }
    let state = session.entity_state(user).unwrap();
    drop(session);
    let stored = db.scalar(&format!(
        "SELECT COUNT(*) FROM users WHERE username = '{name}'"
    )) == 1;
    let says = (ended.is_ok(), committed.map_err(|error| error.kind()));
    assert_eq!(state == EntityState::Persistent, stored, "{end}: {says:?}");
    assert!(says.1.is_err() || stored, "{end}: {says:?}");
}

fn ddl_leaves_entities_as_their_rows(db: &Db) {
    // The last two are refused, and end nothing.
    for (number, end) in [
        "CREATE TABLE made (id INTEGER)",
        "CREATE TABLE users (id INTEGER)",
        "DROP TABLE made",
        "COMMIT",
        "ROLLBACK",
    ]
    .into_iter()
    .enumerate()
    {
        compare(db, &format!("ddl {number}"), end, false);
    }
}

fn a_rollback_tells_what_is_stored(db: &Db) {
    for (end, stored) in [("COMMIT", true), ("ROLLBACK", false)] {
        let mut session = db.session();
        let user = session.add(User::builder().username(end));
        session.flush().unwrap();
        natively(db, session.connection().unwrap(), end);
        let rolled_back = session.rollback();
        assert_eq!(rolled_back.is_err(), stored, "{rolled_back:?}");
        let state = session.entity_state(user).unwrap();
        assert_eq!(state == EntityState::Persistent, stored);
        // The session can be used again.
        session.rollback().unwrap();
        session.add(User::builder().username(format!("after {end}")));
        session.commit().unwrap();
    }
}

fn updates_and_deletes_show_how_it_ended(db: &Db) {
    for (end, stored) in [("COMMIT", true), ("ROLLBACK", false)] {
        let mut session = db.session();
        let user = session.add(User::builder().username(format!("updated {end}")));
        let gone = session.add(User::builder().username(format!("deleted {end}")));
        session.commit().unwrap();
        session[user].email = Some("new".into());
        session.flush().unwrap();
        natively(db, session.connection().unwrap(), end);
        fails(session.commit(), ErrorKind::CommitUnknown);
        session.rollback().unwrap();
        assert_eq!(session[user].email.is_some(), stored);
        session.delete(gone);
        session.flush().unwrap();
        natively(db, session.connection().unwrap(), end);
        fails(session.commit(), ErrorKind::CommitUnknown);
        session.rollback().unwrap();
        // After a commit the handle is stale, after a rollback the entity lives.
        assert_eq!(session.entity_state(gone).is_err(), stored);
        session.commit().unwrap();
    }
}
