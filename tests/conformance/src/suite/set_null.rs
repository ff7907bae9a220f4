//! Children of a row that goes, whose foreign keys the database sets to NULL: beside their own changes, and
//! beside the order that unique values require.

use orm::prelude::*;

use crate::cases;
use crate::database::Db;

cases![
    "set_null":
    a_child_that_moves_to_a_new_parent_keeps_it,
    a_child_that_moves_to_the_new_row_of_its_key_keeps_it,
    a_child_stays_with_a_row_that_is_replaced,
    a_child_takes_what_its_parent_frees,
    a_stale_child_takes_what_its_parent_frees,
    a_chain_of_deletes_goes_early_as_a_whole,
];

/// Refers to another one, which may go.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "null_labels")]
struct Label {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(references = Label.id, on_delete = set_null)]
    parent: Option<i64>,
    #[orm(unique, length = 40)]
    name: String,
}

/// Refers to one that has to stay.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "links")]
struct Link {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(references = Link.id)]
    before: Option<i64>,
}

fn label(id: i64, parent: Option<i64>, name: &str) -> Label {
    let name = name.to_owned();
    Label { id, parent, name }
}

fn labels(db: &Db) {
    Metadata::of((Label, Link)).create_all(&db.engine).unwrap();
}

fn parents(db: &Db) -> Vec<(i64, Option<i64>)> {
    let query = select((Label.id, Label.parent)).order_by(Label.id);
    query.all(&mut db.other_connection()).unwrap()
}

fn a_child_that_moves_to_a_new_parent_keeps_it(db: &Db) {
    labels(db);
    let mut session = db.session();
    let old = session.add(label(1, None, "parent"));
    let child = session.add(label(3, Some(1), "child"));
    session.commit().unwrap();
    session.refresh(child).unwrap();
    session.delete(old);
    session.add(label(2, None, "parent"));
    session[child].parent = Some(2);
    session.flush().unwrap();
    assert_eq!(session[child].parent, Some(2));
    session[child].parent = None;
    session.flush().unwrap();
    session.rollback().unwrap();
    assert_eq!(session[child].parent, Some(1));
    assert_eq!(parents(db), [(1, None), (3, Some(1))]);
}

fn a_child_that_moves_to_the_new_row_of_its_key_keeps_it(db: &Db) {
    labels(db);
    let mut session = db.session();
    let old = session.add(label(1, None, "parent"));
    session.add(label(2, None, "other"));
    let child = session.add(label(3, Some(2), "child"));
    session.flush().unwrap();
    session.delete(old);
    session.add(label(1, None, "parent"));
    session[child].parent = Some(1);
    let added = session.add(label(4, Some(1), "second"));
    session.flush().unwrap();
    assert_eq!(session[child].parent, Some(1));
    assert_eq!(session[added].parent, Some(1));
    session.commit().unwrap();
    let expected = [(1, None), (2, None), (3, Some(1)), (4, Some(1))];
    assert_eq!(parents(db), expected);
}

fn a_child_stays_with_a_row_that_is_replaced(db: &Db) {
    labels(db);
    let mut session = db.session();
    let old = session.add(label(1, None, "parent"));
    let child = session.add(label(3, Some(1), "child"));
    session.flush().unwrap();
    session.delete(old);
    session.add(label(1, None, "parent"));
    session.flush().unwrap();
    // The row is updated, and not deleted.
    assert_eq!(session[child].parent, Some(1));
    session.commit().unwrap();
    assert_eq!(parents(db), [(1, None), (3, Some(1))]);
}

fn a_child_takes_what_its_parent_frees(db: &Db) {
    labels(db);
    let mut session = db.session();
    let old = session.add(label(1, None, "name"));
    let child = session.add(label(3, Some(1), "child"));
    session.flush().unwrap();
    session.delete(old);
    session[child].parent = None;
    session[child].name = "name".into();
    session.commit().unwrap();
    assert_eq!(session[child].name, "name");
    assert_eq!(parents(db), [(3, None)]);
}

fn a_stale_child_takes_what_its_parent_frees(db: &Db) {
    labels(db);
    let mut session = db.session();
    let old = session.add(label(1, None, "name"));
    session.add(label(2, None, "other"));
    let child = session.add(label(3, Some(1), "child"));
    let second = session.add(label(4, Some(2), "second"));
    session.commit().unwrap();
    session.delete(old);
    session[child].parent = Some(2);
    session[child].name = "name".into();
    session[second].parent = None;
    session[second].name = "2nd".into();
    session.commit().unwrap();
    assert_eq!(parents(db), [(2, None), (3, Some(2)), (4, None)]);
    // A concurrent change is detected nevertheless.
    db.outside("UPDATE null_labels SET name = 'theirs' WHERE id = 3");
    let third = session.add(label(5, None, "third"));
    session.commit().unwrap();
    session.delete(third);
    session[child].name = "third".into();
    assert!(session.flush().unwrap_err().is_stale_data());
    session.rollback().unwrap();
}

fn a_chain_of_deletes_goes_early_as_a_whole(db: &Db) {
    labels(db);
    let mut session = db.session();
    let link = |id: i64| Link {
        id,
        before: (id > 1).then_some(id - 1),
    };
    let chain: Vec<_> = (1..=200).map(|id| session.add(link(id))).collect();
    session.commit().unwrap();
    for link in chain {
        session.delete(link);
    }
    session.add(link(1));
    session.commit().unwrap();
    assert_eq!(db.count("links"), 1);
}
