//! Deletes that the database follows: rows that it takes along, keys that another row takes, and what a rollback
//! takes away of them.

use orm::ErrorKind;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::fixtures::{Node, Post, User};
use crate::suite::statements::user;
use crate::suite::support::fails;

cases![
    "cascades":
    a_changed_child_of_a_parent_that_makes_room,
    a_changed_grandchild_of_a_parent_that_makes_room,
    a_cascade_goes_through_tables_that_the_session_has_not_met,
    rows_that_refer_to_each_other_are_deleted_together,
    a_child_that_was_taken_along_earlier_can_be_deleted,
    a_change_is_not_written_to_another_entitys_new_row,
    a_delete_does_not_take_another_entitys_new_row,
    what_was_first_read_of_an_undone_change_is_read_again,
    what_a_second_model_read_of_an_undone_flush_is_put_back,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "parents")]
struct Parent {
    #[orm(primary_key)]
    id: i64,
    #[orm(unique)]
    name: i64,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "children")]
struct Child {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Parent.id, on_delete = cascade)]
    parent: i64,
    n: i64,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "grandchildren")]
struct Grandchild {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Child.id, on_delete = cascade)]
    child: i64,
    n: i64,
}

fn a_changed_child_of_a_parent_that_makes_room(db: &Db) {
    Metadata::of((Parent, Child))
        .create_all(&db.engine)
        .unwrap();
    for children in [1, 2, 50] {
        let mut session = db.session();
        let parent = session.add(Parent::builder().name(1));
        session.flush().unwrap();
        let id = session[parent].id;
        let children: Vec<_> = (0..children)
            .map(|n| session.add(Child::builder().parent(id).n(n)))
            .collect();
        session.commit().unwrap();
        for child in &children {
            session[*child].n += 5;
        }
        session.delete(parent);
        let replacement = session.add(Parent::builder().name(1));
        session.commit().unwrap();
        assert_eq!((db.count("parents"), db.count("children")), (1, 0));
        session.delete(replacement);
        session.commit().unwrap();
    }
}

fn a_changed_grandchild_of_a_parent_that_makes_room(db: &Db) {
    Metadata::of((Parent, Child, Grandchild))
        .create_all(&db.engine)
        .unwrap();
    let mut session = db.session();
    let parent = session.add(Parent::builder().name(1));
    session.flush().unwrap();
    let child = session.add(Child::builder().parent(session[parent].id).n(1));
    session.flush().unwrap();
    let grandchild = session.add(Grandchild::builder().child(session[child].id).n(1));
    session.commit().unwrap();
    session[grandchild].n = 2;
    session.delete(parent);
    session.add(Parent::builder().name(1));
    session.commit().unwrap();
    assert_eq!((db.count("parents"), db.count("grandchildren")), (1, 0));
}

fn a_cascade_goes_through_tables_that_the_session_has_not_met(db: &Db) {
    Metadata::of((Parent, Child, Grandchild))
        .create_all(&db.engine)
        .unwrap();
    db.outside("INSERT INTO parents (id, name) VALUES (1, 1)");
    db.outside("INSERT INTO children (id, parent, n) VALUES (1, 1, 1)");
    db.outside("INSERT INTO grandchildren (id, child, n) VALUES (1, 1, 1)");
    db.outside("INSERT INTO grandchildren (id, child, n) VALUES (2, 1, 1)");
    let mut session = db.session();
    let parent = session.get(Parent, 1).unwrap().unwrap();
    let changed = session.get(Grandchild, 1).unwrap().unwrap();
    let deleted = session.get(Grandchild, 2).unwrap().unwrap();
    session[changed].n = 2;
    session.delete(parent);
    session.add(Parent::builder().name(1));
    session.flush().unwrap();
    // It was taken along.
    assert!(session.is_stale(deleted).unwrap());
    session.delete(deleted);
    session.commit().unwrap();
    assert_eq!((db.count("parents"), db.count("grandchildren")), (1, 0));
}

#[derive(Model, Clone, Debug)]
#[orm(table = "lefts")]
struct Left {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(references = Right.id, on_delete = cascade)]
    right: Option<i64>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "rights")]
struct Right {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(references = Left.id, on_delete = cascade)]
    left: Option<i64>,
}

fn rows_that_refer_to_each_other_are_deleted_together(db: &Db) {
    Metadata::of((Left, Right)).create_all(&db.engine).unwrap();
    for pairs in [1, 2, 50] {
        let mut session = db.session();
        let pairs: Vec<_> = (1..=pairs)
            .map(|id| {
                let left = session.add(Left { id, right: None });
                (left, session.add(Right { id, left: Some(id) }))
            })
            .collect();
        session.commit().unwrap();
        for (left, _) in &pairs {
            let id = session[*left].id;
            session[*left].right = Some(id);
        }
        session.commit().unwrap();
        for (left, right) in pairs {
            session.delete(left);
            session.delete(right);
        }
        session.commit().unwrap();
        assert_eq!((db.count("lefts"), db.count("rights")), (0, 0));
    }
}

fn a_child_that_was_taken_along_earlier_can_be_deleted(db: &Db) {
    let mut session = db.session();
    let author = session.add(User::builder().username("ada"));
    session.flush().unwrap();
    let id = session[author].id;
    let posts: Vec<_> = ["a", "b"]
        .map(|title| session.add(Post::builder().title(title).author_id(id)))
        .into();
    session.commit().unwrap();
    session.delete(author);
    session.flush().unwrap();
    for post in posts {
        session.delete(post);
    }
    session.commit().unwrap();
    assert_eq!(db.count("posts"), 0);
}

fn a_change_is_not_written_to_another_entitys_new_row(db: &Db) {
    let mut session = db.session();
    let node = |id, parent_id| Node {
        id,
        parent_id,
        label: "x".into(),
    };
    let old = session.add(node(2, None));
    session.commit().unwrap();
    db.outside("DELETE FROM nodes");
    session.add(node(3, None));
    let new = session.add(node(2, None));
    session[old].parent_id = Some(3);
    fails(session.flush(), ErrorKind::StaleData);
    session.expunge(old).unwrap();
    session.commit().unwrap();
    assert_eq!(session[new].parent_id, None);
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM nodes WHERE parent_id = 3"),
        0
    );
}

/// A part of what [`User`] has.
#[derive(Model, Clone, Debug)]
#[orm(table = "users")]
struct Name {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    username: String,
}

fn a_delete_does_not_take_another_entitys_new_row(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let old = session.get(Name, id).unwrap().unwrap();
    session.commit().unwrap();
    db.outside("DELETE FROM users");
    session.delete(old);
    let new = session.add(User {
        id,
        username: "new".into(),
        email: None,
    });
    fails(session.flush(), ErrorKind::StaleData);
    session.expunge(old).unwrap();
    session.commit().unwrap();
    assert_eq!((session[new].id, db.count("users")), (id, 1));
}

fn what_was_first_read_of_an_undone_change_is_read_again(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    update(User)
        .set(User.email, "undone")
        .execute(&mut session)
        .unwrap();
    insert(User)
        .values(User::builder().username("phantom"))
        .execute(&mut session)
        .unwrap();
    let all = select(User)
        .order_by(User.id.asc())
        .all(&mut session)
        .unwrap();
    assert_eq!(session[all[0]].email.as_deref(), Some("undone"));
    session.rollback().unwrap();
    assert_eq!(session[all[0]].email, None);
    assert_eq!(
        session.entity_state(all[1]).unwrap(),
        orm::EntityState::Deleted
    );
    session[all[0]].username = "lovelace".into();
    session.commit().unwrap();
    assert_eq!(session[all[0]].email, None);
    assert!(session.entity_state(all[1]).is_err());
    // Likewise with a savepoint, in a transaction that continues.
    session.clear();
    let undone: orm::Result<Vec<Ref<User>>> = session.savepoint(|session| {
        raw("UPDATE users SET email = 'undone'").execute(session)?;
        select(User).all(session)?;
        Err(orm::Error::new(ErrorKind::Other))
    });
    undone.unwrap_err();
    let ada = session.get(User, id).unwrap().unwrap();
    assert_eq!(session[ada].email, None);
    session.commit().unwrap();
}

fn what_a_second_model_read_of_an_undone_flush_is_put_back(db: &Db) {
    let id = user(db, "ada");
    for known in [true, false] {
        let mut session = db.session();
        let user = session.get(User, id).unwrap().unwrap();
        if known {
            session.get(Name, id).unwrap();
        }
        session[user].username = "undone".into();
        session.flush().unwrap();
        let name = session.get(Name, id).unwrap().unwrap();
        assert_eq!(session[name].username, "undone");
        session.rollback().unwrap();
        assert_eq!(session[name].username, "ada");
    }
    // What the database sets along with a delete is undone, too.
    Metadata::of((User, Pet)).create_all(&db.engine).unwrap();
    db.outside(&format!("INSERT INTO pets (id, owner_id) VALUES (1, {id})"));
    let mut session = db.session();
    let user = session.get(User, id).unwrap().unwrap();
    session.delete(user);
    session.flush().unwrap();
    let pet = session.get(Pet, 1).unwrap().unwrap();
    assert_eq!(session[pet].owner_id, None);
    session.rollback().unwrap();
    assert_eq!(session[pet].owner_id, Some(id));
}

#[derive(Model, Clone, Debug)]
#[orm(table = "pets")]
struct Pet {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = User.id, on_delete = set_null)]
    owner_id: Option<i64>,
}
