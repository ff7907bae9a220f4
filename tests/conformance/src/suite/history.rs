//! The history of attributes: old and new values of columns, members that were added to relations and removed from them.

use orm::prelude::*;
use orm::{ErrorKind, History};

use crate::cases;
use crate::database::Db;
use crate::suite::support::fails;

cases![
    "history":
    a_changed_column_has_an_old_and_a_new_value,
    a_column_that_is_set_back_has_no_changes,
    a_new_entity_has_new_values_alone,
    history_begins_again_with_a_flush_and_goes_with_a_rollback,
    null_is_a_value,
    a_relation_to_one_has_an_old_and_a_new_entity,
    what_a_relation_to_one_leads_to_must_be_known,
    a_list_has_the_members_that_were_added_and_removed,
    a_list_that_is_not_loaded_has_its_changes_alone,
    a_changed_foreign_key_is_in_the_history_of_both_lists,
    the_history_of_a_stale_handle_is_an_error,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "orchards")]
struct Orchard {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
    #[orm(length = 50)]
    owner: Option<String>,
    trees: HasMany<Tree>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "fruit_trees")]
struct Tree {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    kind: String,
    #[orm(references = Orchard.id, index)]
    orchard_id: Option<i64>,
    orchard: BelongsTo<Option<Orchard>>,
}

/// A session with two orchards, the first one with two trees, of which nothing is loaded but the handles.
fn stored(db: &Db) -> (Session, [Ref<Orchard>; 2], [i64; 2]) {
    let all = Metadata::of((Orchard, Tree));
    all.create_all(&db.engine).unwrap();
    let mut other = Session::new(&db.other_engine());
    let orchards = ["north", "south"].map(|name| other.add(Orchard::builder().name(name)));
    let trees = ["apple", "pear"].map(|kind| {
        let tree = Tree::builder().kind(kind);
        other.append(orchards[0], Orchard.trees, tree).unwrap()
    });
    other.commit().unwrap();
    let keys = orchards.map(|orchard| other[orchard].id);
    let trees = trees.map(|tree| other[tree].id);
    let mut session = db.session();
    let orchards = keys.map(|key| session.get_one(Orchard, key).unwrap());
    db.sent();
    (session, orchards, trees)
}

fn changed<T>(deleted: Vec<T>, added: Vec<T>) -> History<T> {
    History {
        added,
        unchanged: Vec::new(),
        deleted,
    }
}

fn same<T>(unchanged: Vec<T>) -> History<T> {
    History {
        added: Vec::new(),
        unchanged,
        deleted: Vec::new(),
    }
}

fn a_changed_column_has_an_old_and_a_new_value(db: &Db) {
    let (mut session, [north, _], _) = stored(db);
    let name = session.history(north, Orchard.name).unwrap();
    assert_eq!(name, same(vec!["north".to_owned()]));
    assert_eq!(name.old_value(), name.new_value());
    session[north].name = "n".into();
    session[north].name = "far north".into();
    let name = session.history(north, Orchard.name).unwrap();
    assert_eq!(
        name,
        changed(vec!["north".into()], vec!["far north".into()])
    );
    assert!(name.has_changes());
    assert_eq!(name.old_value().unwrap(), "north");
    assert_eq!(name.new_value().unwrap(), "far north");
    let id = session[north].id;
    assert_eq!(session.history(north, Orchard.id).unwrap(), same(vec![id]));
    assert_eq!(db.sent(), [""; 0]);
}

fn a_column_that_is_set_back_has_no_changes(db: &Db) {
    let (mut session, [north, _], _) = stored(db);
    session[north].name = "n".into();
    session[north].name = "north".into();
    let name = session.history(north, Orchard.name).unwrap();
    assert!(!name.has_changes());
    assert_eq!(name, same(vec!["north".into()]));
}

fn a_new_entity_has_new_values_alone(db: &Db) {
    let (mut session, ..) = stored(db);
    let east = session.add(Orchard::builder().name("east"));
    let name = session.history(east, Orchard.name).unwrap();
    assert_eq!(name, changed(vec![], vec!["east".to_owned()]));
    assert_eq!(name.old_value(), None);
    let tree = Tree::builder().kind("plum");
    let tree = session.append(east, Orchard.trees, tree).unwrap();
    let trees = session.history(east, Orchard.trees).unwrap();
    assert_eq!(trees, changed(vec![], vec![tree]));
    let orchard = session.history(tree, Tree.orchard).unwrap();
    assert_eq!(orchard, changed(vec![], vec![east]));
    session.flush().unwrap();
    assert_eq!(
        session.history(east, Orchard.trees).unwrap(),
        same(vec![tree])
    );
    session.rollback().unwrap();
    // Transient, it has no row.
    let name = session.history(east, Orchard.name).unwrap();
    assert_eq!(name, changed(vec![], vec!["east".to_owned()]));
}

fn history_begins_again_with_a_flush_and_goes_with_a_rollback(db: &Db) {
    let (mut session, [north, _], _) = stored(db);
    session[north].name = "n".into();
    session.flush().unwrap();
    let name = session.history(north, Orchard.name).unwrap();
    assert_eq!(name, same(vec!["n".to_owned()]));
    session[north].name = "m".into();
    let name = session.history(north, Orchard.name).unwrap();
    assert_eq!(name, changed(vec!["n".into()], vec!["m".into()]));
    session.rollback().unwrap();
    let name = session.history(north, Orchard.name).unwrap();
    assert_eq!(name, same(vec!["north".to_owned()]));
}

fn null_is_a_value(db: &Db) {
    let (mut session, [north, _], _) = stored(db);
    assert_eq!(
        session.history(north, Orchard.owner).unwrap(),
        same(vec![None])
    );
    session[north].owner = Some("ada".into());
    let owner = session.history(north, Orchard.owner).unwrap();
    assert_eq!(owner, changed(vec![None], vec![Some("ada".into())]));
}

fn a_relation_to_one_has_an_old_and_a_new_entity(db: &Db) {
    let (mut session, [north, south], [apple, pear]) = stored(db);
    let [apple, pear] = [apple, pear].map(|id| session.get_one(Tree, id).unwrap());
    // Not loaded, but in memory.
    let orchard = session.history(apple, Tree.orchard).unwrap();
    assert_eq!(orchard, same(vec![north]));
    session[apple].orchard = south.into();
    let orchard = session.history(apple, Tree.orchard);
    // What the assigned field was before it was loaded is found by its key.
    assert_eq!(orchard.unwrap(), changed(vec![north], vec![south]));
    session.load(pear, Tree.orchard).unwrap();
    session.unlink(north, Orchard.trees, pear).unwrap();
    let orchard = session.history(pear, Tree.orchard).unwrap();
    assert_eq!(orchard, changed(vec![north], vec![]));
    session.flush().unwrap();
    assert_eq!(
        session.history(apple, Tree.orchard).unwrap(),
        same(vec![south])
    );
    assert_eq!(session.history(pear, Tree.orchard).unwrap(), same(vec![]));
}

fn what_a_relation_to_one_leads_to_must_be_known(db: &Db) {
    let (_, _, [apple, _]) = stored(db);
    let mut session = db.session();
    let apple = session.get_one(Tree, apple).unwrap();
    let error = fails(session.history(apple, Tree.orchard), ErrorKind::NotLoaded);
    assert!(error.message().contains("Tree.orchard"), "{error}");
    assert!(error.hint().unwrap().contains("session.load"), "{error}");
}

fn a_list_has_the_members_that_were_added_and_removed(db: &Db) {
    let (mut session, [north, south], [apple, pear]) = stored(db);
    for orchard in [north, south] {
        session.load(orchard, Orchard.trees).unwrap();
    }
    let [apple, pear] = [apple, pear].map(|id| session.get_one(Tree, id).unwrap());
    let trees = session.history(north, Orchard.trees).unwrap();
    assert_eq!(trees, same(vec![apple, pear]));
    let plum = Tree::builder().kind("plum");
    let plum = session.append(north, Orchard.trees, plum).unwrap();
    session.link(south, Orchard.trees, pear).unwrap();
    let trees = session.history(north, Orchard.trees).unwrap();
    assert_eq!(
        trees,
        History {
            added: vec![plum],
            unchanged: vec![apple],
            deleted: vec![pear],
        }
    );
    let trees = session.history(south, Orchard.trees).unwrap();
    assert_eq!(trees, changed(vec![], vec![pear]));
    // Moved back, nothing has changed.
    session.link(north, Orchard.trees, pear).unwrap();
    session.delete(plum);
    let trees = session.history(north, Orchard.trees).unwrap();
    assert_eq!(trees, same(vec![apple, pear]));
    assert!(!session.history(south, Orchard.trees).unwrap().has_changes());
}

fn a_list_that_is_not_loaded_has_its_changes_alone(db: &Db) {
    let (mut session, [north, south], [apple, _]) = stored(db);
    let apple = session.get_one(Tree, apple).unwrap();
    session.link(south, Orchard.trees, apple).unwrap();
    let trees = session.history(north, Orchard.trees).unwrap();
    assert_eq!(trees, changed(vec![apple], vec![]));
    let trees = session.history(south, Orchard.trees).unwrap();
    assert_eq!(trees, changed(vec![], vec![apple]));
}

fn a_changed_foreign_key_is_in_the_history_of_both_lists(db: &Db) {
    let (mut session, [north, south], [apple, _]) = stored(db);
    let apple = session.get_one(Tree, apple).unwrap();
    session.load(apple, Tree.orchard).unwrap();
    session[apple].orchard_id = Some(session[south].id);
    let orchard = session.history(apple, Tree.orchard).unwrap();
    assert_eq!(orchard, changed(vec![north], vec![south]));
    let trees = session.history(north, Orchard.trees).unwrap();
    assert_eq!(trees, changed(vec![apple], vec![]));
    let trees = session.history(south, Orchard.trees).unwrap();
    assert_eq!(trees, changed(vec![], vec![apple]));
}

fn the_history_of_a_stale_handle_is_an_error(db: &Db) {
    let (mut session, [north, south], _) = stored(db);
    session.expunge(north).unwrap();
    fails(session.history(north, Orchard.name), ErrorKind::StaleHandle);
    fails(
        session.history(north, Orchard.trees),
        ErrorKind::StaleHandle,
    );
    let other = db.session();
    fails(other.history(south, Orchard.name), ErrorKind::StaleHandle);
}
