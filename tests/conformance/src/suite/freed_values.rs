//! Unique values and keys that one row of a flush gives up and another takes.

use orm::prelude::*;

use super::statements::{handles, steps, usernames, users};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Country, Line, Post, User};

cases![
    "freed_values":
    a_unique_value_freed_by_a_delete_is_taken_by_an_insert,
    a_unique_value_freed_by_a_delete_is_taken_by_an_update,
    children_of_an_early_delete_go_before_it,
    a_child_that_leaves_goes_before_an_early_delete,
    deletes_that_free_nothing_stay_last,
    a_deleted_row_and_a_new_one_of_the_same_key_switch,
    a_composite_key_switches_too,
    a_swap_of_two_unique_values_is_an_error_that_says_why,
    a_row_switch_is_undone_by_a_rollback,
];

fn a_unique_value_freed_by_a_delete_is_taken_by_an_insert(db: &Db) {
    let ids = users(db, &["ada", "bob"]);
    let mut session = db.session();
    let all = handles(&mut session, &ids);
    db.sent();
    session.delete(all[0]);
    let new = session.add(User::builder().username("ada"));
    session.commit().unwrap();
    assert_eq!(steps(db), ["DELETE users", "INSERT users"]);
    assert_ne!(session[new].id, ids[0]);
    assert_eq!(usernames(db), ["bob", "ada"]);
}

fn a_unique_value_freed_by_a_delete_is_taken_by_an_update(db: &Db) {
    let ids = users(db, &["ada", "bob"]);
    let mut session = db.session();
    let all = handles(&mut session, &ids);
    db.sent();
    session[all[0]].username = "bob".into();
    session.delete(all[1]);
    session.commit().unwrap();
    assert_eq!(steps(db), ["DELETE users", "UPDATE users"]);
    assert_eq!(usernames(db), ["bob"]);
}

fn children_of_an_early_delete_go_before_it(db: &Db) {
    let ids = users(db, &["ada"]);
    let mut session = db.session();
    let ada = handles(&mut session, &ids)[0];
    let post = session.add(Post::builder().title("t").author_id(ids[0]));
    session.commit().unwrap();
    db.sent();
    session.delete(ada);
    session.delete(post);
    session.add(User::builder().username("ada"));
    session.commit().unwrap();
    assert_eq!(steps(db), ["DELETE posts", "DELETE users", "INSERT users"]);
}

fn a_child_that_leaves_goes_before_an_early_delete(db: &Db) {
    let ids = users(db, &["ada", "bob"]);
    let mut session = db.session();
    let all = handles(&mut session, &ids);
    let post = session.add(Post::builder().title("t").author_id(ids[0]));
    session.commit().unwrap();
    // The database would delete the post with its author.
    session.delete(all[0]);
    session[post].author_id = ids[1];
    session.add(User::builder().username("ada"));
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT author_id FROM posts"), ids[1]);
    assert_eq!(db.count("users"), 2);
}

fn deletes_that_free_nothing_stay_last(db: &Db) {
    let ids = users(db, &["ada", "bob"]);
    let mut session = db.session();
    let all = handles(&mut session, &ids);
    let post = session.add(Post {
        id: 0,
        title: "t".into(),
        author_id: ids[1],
    });
    session.flush().unwrap();
    db.sent();
    session.delete(all[0]);
    session.delete(all[1]);
    session.delete(post);
    session.add(User::builder().username("ada"));
    session.commit().unwrap();
    let steps = steps(db);
    assert_eq!(
        steps,
        [
            "DELETE users",
            "INSERT users",
            "DELETE posts",
            "DELETE users"
        ]
    );
}

fn a_deleted_row_and_a_new_one_of_the_same_key_switch(db: &Db) {
    let mut session = db.session();
    let old = session.add(Country {
        code: "BU".into(),
        name: "Burma".into(),
    });
    session.commit().unwrap();
    session.delete(old);
    let new = session.add(Country {
        code: "BU".into(),
        name: "Myanmar".into(),
    });
    session.commit().unwrap();
    assert_eq!(session.get(Country, "BU").unwrap(), Some(new));
    assert!(session.get_ref(old).unwrap_err().is_stale_handle());
    assert_eq!(
        select(Country.name)
            .one(&mut db.other_connection())
            .unwrap(),
        "Myanmar"
    );
}

fn a_composite_key_switches_too(db: &Db) {
    let mut session = db.session();
    let old = session.add(Line {
        number: 1,
        position: 1,
        quoted: 1,
    });
    session.commit().unwrap();
    session.delete(old);
    let new = session.add(Line {
        number: 1,
        position: 1,
        quoted: 2,
    });
    session.flush().unwrap();
    assert_eq!(session.get(Line, (1, 1)).unwrap(), Some(new));
    session.commit().unwrap();
    assert_eq!(
        select(Line.quoted).all(&mut db.other_connection()).unwrap(),
        [2]
    );
}

fn a_swap_of_two_unique_values_is_an_error_that_says_why(db: &Db) {
    let ids = users(db, &["ada", "bob"]);
    let mut session = db.session();
    let all = handles(&mut session, &ids);
    session[all[0]].username = "bob".into();
    session[all[1]].username = "ada".into();
    let error = session.flush().unwrap_err();
    assert!(error.is_unique_violation(), "{error}");
    let hint = error.hint().unwrap_or_default();
    assert!(hint.contains("swap") && hint.contains("interim"), "{error}");
    // As the hint suggests.
    session[all[0]].username = "interim".into();
    session.flush().unwrap();
    session[all[0]].username = "bob".into();
    session.commit().unwrap();
    assert_eq!(usernames(db), ["bob", "ada"]);

    // Another unique violation is not taken for a swap.
    let mut session = db.session();
    let all = handles(&mut session, &ids);
    session[all[0]].username = "ada".into();
    let error = session.flush().unwrap_err();
    assert!(
        error.is_unique_violation() && error.hint().is_none(),
        "{error}"
    );
    session.rollback().unwrap();
}

fn a_row_switch_is_undone_by_a_rollback(db: &Db) {
    let mut session = db.session();
    let old = session.add(Country {
        code: "BU".into(),
        name: "Burma".into(),
    });
    session.commit().unwrap();
    session.delete(old);
    let new = session.add(Country {
        code: "BU".into(),
        name: "Myanmar".into(),
    });
    session.flush().unwrap();
    session.rollback().unwrap();
    assert_eq!(session.get(Country, "BU").unwrap(), Some(old));
    assert_eq!(
        session.entity_state(new).unwrap(),
        orm::EntityState::Transient
    );
    assert_eq!(session[old].name, "Burma");
}
