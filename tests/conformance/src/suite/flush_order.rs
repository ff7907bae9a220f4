//! The order and the batches of a flush: by foreign keys, the same every time, few statements.

use orm::prelude::*;

use super::statements::{runs, steps, user, users, writes};
use super::support::fails;
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Account, Country, Document, Line, Node, Post, User};

cases![
    "flush_order":
    parents_are_inserted_before_children_whatever_the_add_order,
    children_are_deleted_before_parents,
    updates_go_before_inserts_of_a_table,
    the_order_is_the_same_every_time,
    rows_are_inserted_in_the_order_they_were_added,
    updates_and_deletes_go_by_key,
    inserts_share_statements_per_column_set (crate::suite::Requires::RowsInserts),
    updates_share_a_statement_per_column_set,
    arrays_write_many_rows_in_one_statement (crate::suite::Requires::AbortingErrors),
    a_tree_is_inserted_in_one_flush_from_any_add_order,
    a_tree_is_deleted_in_one_flush,
    a_row_may_move_under_a_parent_added_in_the_same_flush,
    a_row_may_leave_a_parent_deleted_in_the_same_flush,
    tables_that_refer_to_each_other_are_ordered_row_by_row,
    a_foreign_key_of_zero_is_refused_and_nothing_is_written,
    reserved_and_quoted_names_are_written,
];

/// A parent and a child with keys of the program's own.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "a_children")]
pub(super) struct Child {
    #[orm(primary_key, auto_increment = false)]
    pub(super) id: i64,
    #[orm(references = Parent.id)]
    pub(super) parent_id: i64,
    pub(super) note: i64,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "z_parents")]
pub(super) struct Parent {
    #[orm(primary_key, auto_increment = false)]
    pub(super) id: i64,
    pub(super) note: i64,
}

pub(super) fn family(db: &Db) {
    Metadata::of((Parent, Child))
        .create_all(&db.engine)
        .unwrap();
    db.sent();
}

fn parents_are_inserted_before_children_whatever_the_add_order(db: &Db) {
    family(db);
    let mut session = db.session();
    session.add(Child {
        id: 1,
        parent_id: 2,
        note: 0,
    });
    session.add(Parent { id: 1, note: 0 });
    session.add(Child {
        id: 2,
        parent_id: 1,
        note: 0,
    });
    session.add(Parent { id: 2, note: 0 });
    session.commit().unwrap();
    assert_eq!(steps(db), ["INSERT z_parents", "INSERT a_children"]);
    assert_eq!((db.count("z_parents"), db.count("a_children")), (2, 2));
}

fn children_are_deleted_before_parents(db: &Db) {
    family(db);
    let mut session = db.session();
    let parent = session.add(Parent { id: 1, note: 0 });
    let child = session.add(Child {
        id: 1,
        parent_id: 1,
        note: 0,
    });
    session.commit().unwrap();
    db.sent();
    session.delete(parent);
    session.delete(child);
    session.commit().unwrap();
    assert_eq!(steps(db), ["DELETE a_children", "DELETE z_parents"]);
    assert_eq!((db.count("z_parents"), db.count("a_children")), (0, 0));
}

fn updates_go_before_inserts_of_a_table(db: &Db) {
    family(db);
    let mut session = db.session();
    let parent = session.add(Parent { id: 1, note: 0 });
    let child = session.add(Child {
        id: 1,
        parent_id: 1,
        note: 0,
    });
    let gone = session.add(Parent { id: 9, note: 0 });
    session.commit().unwrap();
    db.sent();
    session.delete(gone);
    session.add(Child {
        id: 2,
        parent_id: 2,
        note: 0,
    });
    session[child].note = 1;
    session.add(Parent { id: 2, note: 0 });
    session[parent].note = 1;
    session.commit().unwrap();
    let expected = [
        "UPDATE z_parents",
        "INSERT z_parents",
        "UPDATE a_children",
        "INSERT a_children",
        "DELETE z_parents",
    ];
    assert_eq!(steps(db), expected);

    // So that a new row may take the unique value that a change has freed.
    let ada = session.add(User::builder().username("ada"));
    session.commit().unwrap();
    session.add(User::builder().username("ada"));
    session[ada].username = "countess".into();
    session.commit().unwrap();
    assert_eq!(db.count("users"), 2);
}

fn the_order_is_the_same_every_time(db: &Db) {
    let mut lists = Vec::new();
    for round in 0..4_u8 {
        let mut session = Session::new(&db.engine);
        let base = 100 * (i64::from(round) + 1);
        let name = |kind: &str| format!("{kind}{round}");
        session.add(Document {
            id: uuid::Uuid::from_u128(round.into()),
            body: None,
        });
        session.add(Node {
            id: base,
            parent_id: None,
            label: name("n"),
        });
        let user = session.add(User::builder().username(name("u")));
        session.add(Account::builder().owner(name("o")).balance(1));
        session.add(Country {
            code: round.to_string(),
            name: name("c"),
        });
        session.add(Line {
            number: i32::try_from(base).unwrap(),
            position: 1,
            quoted: 1,
        });
        session.commit().unwrap();
        session.refresh(user).unwrap();
        session[user].email = Some("changed".into());
        session.add(Post {
            id: 0,
            title: name("p"),
            author_id: session[user].id,
        });
        session.commit().unwrap();
        lists.push(steps(db));
    }
    let expected = [
        "INSERT accounts",
        "INSERT countries",
        "INSERT documents",
        "INSERT nodes",
        "INSERT order",
        "INSERT users",
        "UPDATE users",
        "INSERT posts",
    ];
    for list in lists {
        assert_eq!(list, expected);
    }
}

fn rows_are_inserted_in_the_order_they_were_added(db: &Db) {
    let mut session = db.session();
    let names = ["z", "a", "m", "b"];
    let handles = names.map(|name| session.add(User::builder().username(name)));
    session.commit().unwrap();
    let ids = handles.map(|handle| session[handle].id);
    assert!(ids.is_sorted(), "{ids:?}");
    let by_key: Vec<String> = select(User.username)
        .order_by(User.id.asc())
        .all(&mut db.other_connection())
        .unwrap();
    assert_eq!(by_key, names);
}

// The order of the keys is also the order in which rows are locked.
fn updates_and_deletes_go_by_key(db: &Db) {
    let ids = users(db, &["a", "b", "c"]);
    let recorder = orm_core::testing::Recorder::with_values();
    let engine = db.recorded_engine(&recorder);
    let mut session = Session::new(&engine);
    let all = super::statements::handles(&mut session, &ids);
    recorder.take();
    for index in [2, 0, 1] {
        session[all[index]].email = Some("x".into());
    }
    session.flush().unwrap();
    for index in [1, 2, 0] {
        session.delete(all[index]);
    }
    session.flush().unwrap();
    for entry in recorder
        .take()
        .iter()
        .filter(|entry| !entry.values.is_empty() && !db.asks_catalogue(&entry.sql))
    {
        let values = entry.values.join(" ");
        let places = ids
            .iter()
            .map(|id| values.find(&format!("Int({id})")).unwrap());
        assert!(places.is_sorted(), "{} {values}", entry.sql);
    }
}

fn inserts_share_statements_per_column_set(db: &Db) {
    let mut session = db.session();
    for number in 0..300 {
        session.add(User::builder().username(format!("u{number}")));
    }
    session.commit().unwrap();
    let runs = runs(db);
    let statements = runs.len();
    // 300 rows in one statement, in three or less, or in the prepared loops of 256 rows.
    assert!(statements <= 5, "{statements} statements: {runs:?}");
    assert_eq!(db.count("users"), 300);

    // Keys of the program's own need nothing back, so every database takes many rows at once.
    for number in 0..200 {
        session.add(Country {
            code: format!("{number:02x}"),
            name: "x".into(),
        });
    }
    session.commit().unwrap();
    let runs = super::statements::runs(db);
    assert!(runs.len() <= 8, "{} statements: {runs:?}", runs.len());
    assert_eq!(db.count("countries"), 200);
}

fn updates_share_a_statement_per_column_set(db: &Db) {
    let names: Vec<String> = (0..40).map(|number| format!("u{number}")).collect();
    let ids = users(db, &names.iter().map(String::as_str).collect::<Vec<_>>());
    let mut session = db.session();
    let all = super::statements::handles(&mut session, &ids);
    db.sent();
    // Taking turns: the groups are by column set, not by neighbourhood.
    for (index, handle) in all.iter().enumerate() {
        if index % 2 == 0 {
            session[*handle].email = Some("even".into());
        } else {
            session[*handle].username.push('x');
        }
    }
    session.flush().unwrap();
    assert_eq!(runs(db).len(), 2);
    for handle in all {
        session.delete(handle);
    }
    session.commit().unwrap();
    assert_eq!(runs(db).len(), 1);
    assert_eq!(db.count("users"), 0);
}

fn arrays_write_many_rows_in_one_statement(db: &Db) {
    let mut session = db.session();
    let all: Vec<_> = (0..50)
        .map(|n| session.add(User::builder().username(format!("u{n}"))))
        .collect();
    session.flush().unwrap();
    for handle in &all {
        session[*handle].email = Some("x".into());
    }
    session.flush().unwrap();
    for handle in all {
        session.delete(handle);
    }
    session.commit().unwrap();
    let sent = writes(db);
    assert_eq!(sent.len(), 3, "{sent:?}");
    assert!(
        sent.iter().all(|sql| sql.contains("UNNEST(?::")),
        "{sent:?}"
    );
}

fn node(id: i64, parent_id: Option<i64>) -> Node {
    Node {
        id,
        parent_id,
        label: format!("node {id}"),
    }
}

fn a_tree_is_inserted_in_one_flush_from_any_add_order(db: &Db) {
    // Each refers to the next smaller one or to none; every order of adding must do.
    let tree = [
        (1, None),
        (2, Some(1)),
        (3, Some(1)),
        (4, Some(3)),
        (5, Some(4)),
        (6, None),
    ];
    for rotation in 0..tree.len() {
        let mut session = db.session();
        let mut rows = tree;
        rows.rotate_left(rotation);
        if rotation % 2 == 0 {
            rows.reverse();
        }
        let handles = rows.map(|(id, parent)| session.add(node(id, parent)));
        session.commit().unwrap();
        assert_eq!(db.count("nodes"), 6);
        for handle in handles {
            session.delete(handle);
        }
        session.commit().unwrap();
        assert_eq!(db.count("nodes"), 0);
    }
}

fn a_tree_is_deleted_in_one_flush(db: &Db) {
    let mut session = db.session();
    // The order of the keys is independent of the order of parents and children.
    let handles = [
        (5, None),
        (1, Some(5)),
        (9, Some(1)),
        (3, Some(9)),
        (7, Some(5)),
    ]
    .map(|(id, parent)| session.add(node(id, parent)));
    session.commit().unwrap();
    for handle in [0, 3, 1, 4, 2].map(|index: usize| handles[index]) {
        session.delete(handle);
    }
    session.commit().unwrap();
    assert_eq!(db.count("nodes"), 0);
}

fn a_row_may_move_under_a_parent_added_in_the_same_flush(db: &Db) {
    let mut session = db.session();
    let child = session.add(node(1, None));
    session.commit().unwrap();
    session[child].parent_id = Some(2);
    session.add(node(2, None));
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT parent_id FROM nodes WHERE id = 1"), 2);
}

fn a_row_may_leave_a_parent_deleted_in_the_same_flush(db: &Db) {
    let mut session = db.session();
    let parent = session.add(node(1, None));
    let child = session.add(node(2, Some(1)));
    session.commit().unwrap();
    session[child].parent_id = None;
    session.delete(parent);
    session.commit().unwrap();
    assert_eq!(db.count("nodes"), 1);

    // Also where another deleted row of the table must go early.
    let (ada, bob) = (user(db, "ada"), user(db, "bob"));
    let mut session = db.session();
    let post = session.add(Post {
        id: 0,
        title: "moves".into(),
        author_id: ada,
    });
    session.commit().unwrap();
    let ada = session.get(User, ada).unwrap().unwrap();
    let carol = session.add(User::builder().username("carol"));
    session.flush().unwrap();
    session[post].author_id = bob;
    session.delete(ada);
    session.delete(carol);
    session.add(User::builder().username("carol"));
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT author_id FROM posts"), bob);
}

/// Two tables that refer to each other.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "hens")]
struct Hen {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(references = Egg.id)]
    from_egg: Option<i64>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "eggs")]
struct Egg {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(references = Hen.id)]
    from_hen: Option<i64>,
}

fn tables_that_refer_to_each_other_are_ordered_row_by_row(db: &Db) {
    Metadata::of((Hen, Egg)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let hens = [(1, None), (2, Some(1)), (3, Some(2))]
        .map(|(id, from_egg)| session.add(Hen { id, from_egg }));
    let eggs = [(2, Some(2)), (1, Some(1)), (3, None)]
        .map(|(id, from_hen)| session.add(Egg { id, from_hen }));
    session.commit().unwrap();
    assert_eq!((db.count("hens"), db.count("eggs")), (3, 3));
    for hen in hens {
        session.delete(hen);
    }
    for egg in eggs {
        session.delete(egg);
    }
    session.commit().unwrap();
    assert_eq!((db.count("hens"), db.count("eggs")), (0, 0));
}

fn a_foreign_key_of_zero_is_refused_and_nothing_is_written(db: &Db) {
    let mut session = db.session();
    let user = session.add(User::builder().username("ada"));
    let post = session.add(Post {
        id: 0,
        title: "early".into(),
        author_id: session[user].id,
    });
    let error = fails(session.commit(), orm::ErrorKind::ForeignKeyViolation);
    assert!(error.to_string().contains("posts.author_id"), "{error}");
    assert!(
        error.to_string().contains("parent has not been flushed"),
        "{error}"
    );
    assert_eq!((db.count("users"), db.count("posts")), (0, 0));
    assert_eq!(session.key(user), None);

    assert!(session.has_pending_work());
    session.delete(post);
    session.flush().unwrap();
    session.add_again(post).unwrap();
    session[post].author_id = session[user].id;
    session.commit().unwrap();
    assert_eq!((db.count("users"), db.count("posts")), (1, 1));
    // An UPDATE is looked at, too.
    session[post].author_id = 0;
    fails(session.commit(), orm::ErrorKind::ForeignKeyViolation);
    session.rollback().unwrap();
}

fn reserved_and_quoted_names_are_written(db: &Db) {
    let mut session = db.session();
    let line = session.add(Line {
        number: 1,
        position: 2,
        quoted: 3,
    });
    session.commit().unwrap();
    session[line].quoted = 4;
    session.commit().unwrap();
    assert_eq!(session.get(Line, (1, 2)).unwrap(), Some(line));
    assert_eq!(
        select(Line).one(&mut db.other_connection()).unwrap().quoted,
        4
    );
    session.delete(line);
    session.commit().unwrap();
    assert_eq!(db.count("order"), 0);
}
