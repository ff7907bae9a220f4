//! What a delete costs beside many loaded children, whose foreign keys ON DELETE SET NULL empties: SQLite in memory.
//!
//! A session has to know which of them the database has changed, and must not look at all for that.

use orm::prelude::*;

use crate::measure::{Table, Took, time};

#[derive(Model)]
#[orm(table = "parents")]
struct Parent {
    #[orm(primary_key)]
    id: i64,
}

#[derive(Model)]
#[orm(table = "children")]
struct Child {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Parent.id, on_delete = set_null, index)]
    parent: Option<i64>,
}

pub(crate) fn run(table: &mut Table) {
    let (mut few, mut many) = (delete_one(100), delete_one(CHILDREN));
    table.compare(
        "SQLite: delete a parent, 100 000 children loaded beside 100",
        "1.10",
        &mut few,
        &mut many,
    );
}

/// The children in the database of either side, since a larger table costs SQLite itself more.
const CHILDREN: usize = 100_000;

/// Adds a parent, gives it a child, and deletes it again, in a session that has so many `children` of other parents.
fn delete_one(children: usize) -> impl FnMut(usize) -> Took {
    let mut loaded = None;
    move |times| {
        // Not before it is measured: other rows of the table are asked for alone.
        let (session, child) = loaded.get_or_insert_with(|| load(children));
        time(times, || {
            let parent = session.add(Parent { id: 0 });
            session.flush().unwrap();
            session[*child].parent = session.key(parent);
            session.flush().unwrap();
            session.delete(parent);
            session.flush().unwrap();
            assert_eq!(session[*child].parent, None);
        })
    }
}

fn load(children: usize) -> (Session, Ref<Child>) {
    let engine = Engine::connect("sqlite://").unwrap();
    Metadata::of((Parent, Child)).create_all(&engine).unwrap();
    let mut session = Session::new(&engine);
    let parents: Vec<_> = (0..50).map(|_| session.add(Parent { id: 0 })).collect();
    session.flush().unwrap();
    let parents: Vec<i64> = parents
        .into_iter()
        .map(|parent| session[parent].id)
        .collect();
    for index in 0..CHILDREN {
        let parent = Some(parents[index % parents.len()]);
        session.add(Child { id: 0, parent });
    }
    session.commit().unwrap();
    session.clear();
    let children = select(Child)
        .limit(children as u64)
        .all(&mut session)
        .unwrap();
    session.begin().unwrap();
    (session, children[3])
}
