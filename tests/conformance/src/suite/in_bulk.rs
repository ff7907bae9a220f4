//! `in_bulk`: the rows of a list of keys, as structs on a connection and as entities in a session.

use std::collections::HashMap;

use orm::prelude::*;
use orm::{Criteria, EntityState};

use super::statements::reads;
use super::support::{keys_a_statement, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Country, Line, Post, User};

cases![
    "in_bulk":
    rows_come_by_their_keys,
    keys_of_text_and_of_several_columns,
    fresh_entities_are_not_read_again,
    stale_entities_are_read_again,
    deleted_rows_are_absent,
    keys_are_read_in_parts,
    criteria_hide_rows,
];

fn rows_come_by_their_keys(db: &Db) {
    let conn = &mut seed(db);
    let users = conn.in_bulk(User, [3, 1, 9, 1]).unwrap();
    let names = |id: i64| users.get(&id).map(|user| user.username.as_str());
    assert_eq!(users.len(), 2);
    assert_eq!([1, 3, 9].map(names), [Some("ada"), Some("cy"), None]);
    db.sent();
    let none: HashMap<i64, User> = conn.in_bulk(User, [0_i64; 0]).unwrap();
    assert!(none.is_empty());
    let mut session = db.session();
    assert!(session.in_bulk(User, [0_i64; 0]).unwrap().is_empty());
    assert_eq!(db.sent(), [""; 0]);
}

fn keys_of_text_and_of_several_columns(db: &Db) {
    let conn = &mut db.engine.connection().unwrap();
    let countries = ["at", "de"].map(|code| Country {
        code: code.into(),
        name: code.to_uppercase(),
    });
    insert(Country).values(&countries).execute(conn).unwrap();
    let found = conn.in_bulk(Country, ["de", "ch"]).unwrap();
    assert_eq!(found["de"].name, "DE");
    assert_eq!(found.len(), 1);
    let lines = [(1, 1), (1, 2), (2, 1)].map(|(number, position)| Line {
        number,
        position,
        quoted: number.into(),
    });
    insert(Line).values(&lines).execute(conn).unwrap();
    let mut session = db.session();
    let keys = [(1, 2), (2, 1), (2, 2)];
    let found = session.in_bulk(Line, keys).unwrap();
    assert_eq!(found.len(), 2);
    for (key, line) in &found {
        assert_eq!(session[*line].key(), *key);
    }
}

fn fresh_entities_are_not_read_again(db: &Db) {
    seed(db);
    let mut session = db.session();
    let (ada, bob) = (
        session.get_one(User, 1).unwrap(),
        session.get_one(User, 2).unwrap(),
    );
    db.sent();
    let users = session.in_bulk(User, [1, 2]).unwrap();
    assert_eq!((users[&1], users[&2]), (ada, bob));
    assert_eq!(db.sent(), [""; 0]);
    // A changed one has what the flush will write.
    session[ada].email = None;
    let users = session.in_bulk(User, [1, 4]).unwrap();
    assert_eq!(users[&1], ada);
    assert_eq!(session[users[&4]].username, "dee");
    assert_eq!(reads(db).len(), 1);
    session.rollback().unwrap();
}

fn stale_entities_are_read_again(db: &Db) {
    let conn = &mut seed(db);
    let mut session = db.session();
    let ada = session.get_one(User, 1).unwrap();
    session.commit().unwrap();
    update(User)
        .set(User.email, "new")
        .filter(User.id.eq(1))
        .execute(conn)
        .unwrap();
    session.expire_all();
    let users = session.in_bulk(User, [1]).unwrap();
    assert_eq!(users[&1], ada);
    assert_eq!(session[ada].email.as_deref(), Some("new"));
}

fn deleted_rows_are_absent(db: &Db) {
    let conn = &mut seed(db);
    let mut session = db.session();
    let (bob, dee) = (
        session.get_one(User, 2).unwrap(),
        session.get_one(User, 4).unwrap(),
    );
    session.delete(bob);
    let users = session.in_bulk(User, [2, 3]).unwrap();
    assert_eq!(users.keys().copied().collect::<Vec<i64>>(), [3]);
    session.commit().unwrap();
    // By another connection.
    delete(User).filter(User.id.eq(4)).execute(conn).unwrap();
    session.expire_all();
    assert!(session.in_bulk(User, [4]).unwrap().is_empty());
    assert_eq!(session.entity_state(dee).unwrap(), EntityState::Deleted);
}

fn keys_are_read_in_parts(db: &Db) {
    let conn = &mut seed(db);
    let size = keys_a_statement(db);
    let count = i64::try_from(2 * size + 2).unwrap();
    db.sent();
    let users = conn.in_bulk(User, 1..=count).unwrap();
    assert_eq!(users.len(), 4);
    assert_eq!(db.sent().len(), 3);
    let mut session = db.session();
    let users = session.in_bulk(User, (1..=count).rev()).unwrap();
    assert_eq!(users.len(), 4);
    assert_eq!(db.sent().len(), 3);
}

fn criteria_hide_rows(db: &Db) {
    let mut conn = seed(db);
    let criteria = Criteria::new().add("email", User, User.email.is_not_null());
    let mut session = db.session().criteria(&criteria);
    let users = session.in_bulk(User, [1, 2, 3]).unwrap();
    let mut ids: Vec<i64> = users.into_keys().collect();
    ids.sort_unstable();
    assert_eq!(ids, [1, 3]);
    conn.add_criteria(&criteria);
    assert_eq!(conn.in_bulk(User, [1, 2, 3]).unwrap().len(), 2);
    assert_eq!(conn.in_bulk(Post, [1, 2, 3]).unwrap().len(), 3);
}
