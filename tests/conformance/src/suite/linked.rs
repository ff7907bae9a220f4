//! Relations to rows which have no key yet: one flush writes parents and children, whatever makes the parents' keys.

use orm::ErrorKind;
use orm::prelude::*;
use orm::sql::{Capabilities, GeneratedKeys};

use crate::cases;
use crate::database::Db;
use crate::suite::statements::{runs, steps};
use crate::suite::support::fails;

cases![
    "linked":
    a_pending_child_takes_the_generated_key_of_a_pending_parent,
    a_changed_child_takes_the_generated_key_of_a_pending_parent,
    a_link_to_a_row_that_is_there_takes_its_key,
    a_key_by_default_is_taken,
    a_composite_key_is_taken_in_parts,
    a_tree_of_generated_keys_takes_a_statement_a_level,
    rows_of_a_circle_of_tables_are_linked,
    a_rollback_keeps_links_for_the_next_try,
    what_was_linked_can_be_set_by_hand_after_the_flush,
    a_link_to_what_has_no_row_is_refused,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "link_writers")]
struct User {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    username: String,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "link_texts")]
struct Post {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 200)]
    title: String,
    #[orm(references = User.id, on_delete = cascade, index)]
    author_id: i64,
    author: BelongsTo<User>,
}

fn post(title: &str) -> Post {
    Post {
        id: 0,
        title: title.into(),
        author_id: 0,
        author: BelongsTo::default(),
    }
}

/// A session of a database with both tables.
fn session(db: &Db) -> Session {
    Metadata::of((User, Post)).create_all(&db.engine).unwrap();
    db.sent();
    db.session()
}

fn a_pending_child_takes_the_generated_key_of_a_pending_parent(db: &Db) {
    let mut session = session(db);
    let posts = ["a", "b", "c"].map(|title| session.add(post(title)));
    let users = ["ada", "bob"].map(|name| session.add(User::builder().username(name)));
    for (post, user) in posts.into_iter().zip([users[1], users[0], users[1]]) {
        session[post].author = user.into();
    }
    session.commit().unwrap();
    assert_eq!(steps(db), ["INSERT link_writers", "INSERT link_texts"]);
    let [ada, bob] = users.map(|user| session[user].id);
    assert_ne!(ada, bob);
    assert_eq!(posts.map(|post| session[post].author_id), [bob, ada, bob]);
    let stored = select((Post.title, Post.author_id)).order_by(Post.title);
    let stored = stored.all(&mut db.other_connection()).unwrap();
    let expected = [("a", bob), ("b", ada), ("c", bob)];
    assert_eq!(
        stored,
        expected.map(|(title, author)| (title.to_owned(), author))
    );
    session.commit().unwrap();
    assert_eq!(steps(db), [""; 0]);
}

fn a_changed_child_takes_the_generated_key_of_a_pending_parent(db: &Db) {
    let mut session = session(db);
    let ada = session.add(User::builder().username("ada"));
    let first = session.add(post("a"));
    session[first].author = ada.into();
    session.commit().unwrap();
    let other = session[ada].id;
    db.sent();
    let bob = session.add(User::builder().username("bob"));
    session[first].author = bob.into();
    assert!(session.has_pending_work());
    session.commit().unwrap();
    assert_eq!(steps(db), ["INSERT link_writers", "UPDATE link_texts"]);
    let bob = session[bob].id;
    assert_eq!(
        (
            session[first].author_id,
            db.scalar("SELECT author_id FROM link_texts")
        ),
        (bob, bob)
    );

    // A rollback undoes it, and what was not flushed.
    let carol = session.add(User::builder().username("carol"));
    session[first].author = carol.into();
    session.flush().unwrap();
    assert_eq!(session[first].author_id, session[carol].id);
    session.rollback().unwrap();
    assert_eq!(session[first].author_id, bob);
    assert!(!session.has_pending_work());
    session[first].author = ada.into();
    session.rollback().unwrap();
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT author_id FROM link_texts"), bob);
    assert_ne!(bob, other);
}

fn a_link_to_a_row_that_is_there_takes_its_key(db: &Db) {
    let mut session = session(db);
    let ada = session.add(User::builder().username("ada"));
    session.commit().unwrap();
    let only = session.add(post("a"));
    session[only].author = ada.into();
    session.commit().unwrap();
    assert_eq!(session[only].author_id, session[ada].id);
    assert_eq!(
        db.scalar("SELECT author_id FROM link_texts"),
        session[ada].id
    );
}

/// Its key is made by a default.
#[derive(Model, Clone, Debug)]
#[orm(table = "boxes")]
struct Box {
    #[orm(primary_key, server_default = raw("7"))]
    number: i32,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "things")]
struct Thing {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Box.number)]
    inside: Option<i32>,
    inside_of: BelongsTo<Option<Box>>,
}

fn a_key_by_default_is_taken(db: &Db) {
    Metadata::of((Box, Thing)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let thing = session.add(Thing::builder());
    let empty = session.add(Thing::builder());
    let parent = session.add(Box::builder());
    session[thing].inside_of = parent.into();
    session.commit().unwrap();
    assert_eq!(session[parent].number, 7);
    assert_eq!(
        (session[thing].inside, session[empty].inside),
        (Some(7), None)
    );
    assert_eq!(db.scalar("SELECT COUNT(*) FROM things WHERE inside = 7"), 1);
}

#[derive(Model, Clone, Debug)]
#[orm(table = "owners")]
struct Owner {
    #[orm(primary_key)]
    id: i64,
    n: i64,
}

/// Half of its key comes from its own parent.
#[derive(Model, Clone, Debug)]
#[orm(table = "drawers")]
struct Drawer {
    #[orm(primary_key, auto_increment = false, references = Owner.id)]
    owner: i64,
    #[orm(primary_key, auto_increment = false)]
    number: i64,
    of: BelongsTo<Owner>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "sheets")]
#[orm(foreign_key(owner, drawer, references = (Drawer.owner, Drawer.number)))]
struct Sheet {
    #[orm(primary_key)]
    id: i64,
    owner: i64,
    drawer: i64,
    lies_in: BelongsTo<Drawer>,
}

fn a_composite_key_is_taken_in_parts(db: &Db) {
    Metadata::of((Owner, Drawer, Sheet))
        .create_all(&db.engine)
        .unwrap();
    let mut session = db.session();
    let sheet = session.add(Sheet {
        id: 0,
        owner: 0,
        drawer: 0,
        lies_in: BelongsTo::default(),
    });
    let drawer = session.add(Drawer {
        owner: 0,
        number: 3,
        of: BelongsTo::default(),
    });
    let owner = session.add(Owner::builder().n(1));
    session[sheet].lies_in = drawer.into();
    session[drawer].of = owner.into();
    db.sent();
    session.commit().unwrap();
    assert_eq!(
        steps(db),
        ["INSERT owners", "INSERT drawers", "INSERT sheets"]
    );
    let id = session[owner].id;
    assert_eq!((session[sheet].owner, session[sheet].drawer), (id, 3));
    assert_eq!(session.get(Drawer, (id, 3)).unwrap(), Some(drawer));
    assert_eq!(db.scalar("SELECT owner FROM sheets WHERE drawer = 3"), id);
}

/// Refers to itself, with generated keys.
#[derive(Model, Clone, Debug)]
#[orm(table = "link_branches")]
struct Branch {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Branch.id, on_delete = set_null)]
    parent: Option<i64>,
    grows_on: BelongsTo<Option<Branch>>,
    n: i64,
}

/// Whether one statement inserts many rows and returns their keys.
fn can_batch(can: &Capabilities) -> bool {
    can.generated_keys == GeneratedKeys::Returning && (can.arrays || can.insert_binds > 1)
}

fn a_tree_of_generated_keys_takes_a_statement_a_level(db: &Db) {
    const LEVELS: i64 = 10;
    const WIDTH: i64 = 100;
    Metadata::of((Branch,)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    // Each number once, in an order that knows nothing of the levels.
    let numbers = (0..LEVELS * WIDTH).map(|n| n * 617 % (LEVELS * WIDTH));
    let mut branches = vec![None; usize::try_from(LEVELS * WIDTH).unwrap()];
    let numbers: Vec<i64> = numbers.collect();
    for n in &numbers {
        let branch = session.add(Branch {
            id: 0,
            parent: None,
            grows_on: BelongsTo::default(),
            n: *n,
        });
        branches[usize::try_from(*n).unwrap()] = Some(branch);
    }
    let branches: Vec<Ref<Branch>> = branches.into_iter().map(Option::unwrap).collect();
    // The parent of a number is one of the level before.
    let parent = |n: i64| (n >= WIDTH).then(|| (n / WIDTH - 1) * WIDTH + (n * 37) % WIDTH);
    for n in numbers {
        if let Some(parent) = parent(n) {
            let [child, parent] = [n, parent].map(|n| branches[usize::try_from(n).unwrap()]);
            session[child].grows_on = parent.into();
        }
    }
    db.sent();
    session.commit().unwrap();
    let runs = runs(db);
    if can_batch(&db.capabilities()) {
        assert!(runs.len() <= 10, "{} statements: {runs:?}", runs.len());
        assert!(runs.iter().all(|(_, runs)| *runs == 1), "{runs:?}");
    }
    for (n, branch) in (0..).zip(&branches) {
        let expected = parent(n).map(|n| session[branches[usize::try_from(n).unwrap()]].id);
        assert_eq!(session[*branch].parent, expected);
    }
    let stored = raw(
        "SELECT c.n, p.n FROM link_branches c LEFT JOIN link_branches p ON p.id = c.parent ORDER BY c.n",
    );
    let stored: Vec<(i64, Option<i64>)> = stored.all(&mut db.other_connection()).unwrap();
    let expected = (0..LEVELS * WIDTH).map(|n| (n, parent(n)));
    assert_eq!(stored, expected.collect::<Vec<_>>());
    for branch in branches {
        session.delete(branch);
    }
    session.commit().unwrap();
    assert_eq!(db.count("link_branches"), 0);
}

#[derive(Model, Clone, Debug)]
#[orm(table = "link_hens")]
struct Hen {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Egg.id)]
    from_egg: Option<i64>,
    came_from: BelongsTo<Option<Egg>>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "link_eggs")]
struct Egg {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Hen.id)]
    from_hen: Option<i64>,
    laid_by: BelongsTo<Option<Hen>>,
}

fn rows_of_a_circle_of_tables_are_linked(db: &Db) {
    Metadata::of((Hen, Egg)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let hens = [(); 3].map(|()| {
        session.add(Hen {
            id: 0,
            from_egg: None,
            came_from: BelongsTo::default(),
        })
    });
    let eggs = [(); 3].map(|()| {
        session.add(Egg {
            id: 0,
            from_hen: None,
            laid_by: BelongsTo::default(),
        })
    });
    // The first egg, its hen, that hen's two eggs, a hen of each.
    session[hens[2]].came_from = eggs[1].into();
    session[eggs[1]].laid_by = hens[0].into();
    session[eggs[0]].laid_by = hens[0].into();
    session[hens[0]].came_from = eggs[2].into();
    session[hens[1]].came_from = eggs[0].into();
    session.commit().unwrap();
    let [h0, h1, h2] = hens.map(|hen| session[hen].from_egg);
    let [e0, e1, e2] = eggs.map(|egg| Some(session[egg].id));
    assert_eq!([h0, h1, h2], [e2, e0, e1]);
    let first = Some(session[hens[0]].id);
    assert_eq!(eggs.map(|egg| session[egg].from_hen), [first, first, None]);
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM link_hens h JOIN link_eggs e ON e.id = h.from_egg"),
        3
    );
    // In a circle of rows, too, if one of them is there: the old hen is from the new egg.
    let egg = session.add(Egg {
        id: 0,
        from_hen: None,
        laid_by: BelongsTo::default(),
    });
    session[egg].laid_by = hens[0].into();
    session[hens[0]].came_from = egg.into();
    session.commit().unwrap();
    assert_eq!(session[hens[0]].from_egg, Some(session[egg].id));
}

fn a_rollback_keeps_links_for_the_next_try(db: &Db) {
    let mut session = session(db);
    let only = session.add(post("a"));
    let ada = session.add(User::builder().username("ada"));
    session[only].author = ada.into();
    session.flush().unwrap();
    let first = session[ada].id;
    assert_eq!(session[only].author_id, first);
    session.rollback().unwrap();
    assert_eq!((session[only].author_id, session.key(ada)), (0, None));
    // The database may generate the same key again, unless another row has taken it.
    db.outside(&format!(
        "INSERT INTO link_writers (id, username) VALUES ({first}, 'other')"
    ));
    // The post brings its author.
    session.add_again(only).unwrap();
    session.commit().unwrap();
    assert_ne!(session[ada].id, first);
    assert_eq!(session[only].author_id, session[ada].id);
    assert_eq!(
        db.scalar("SELECT author_id FROM link_texts"),
        session[ada].id
    );
}

fn what_was_linked_can_be_set_by_hand_after_the_flush(db: &Db) {
    let mut session = session(db);
    let only = session.add(post("a"));
    let [ada, bob] = ["ada", "bob"].map(|name| session.add(User::builder().username(name)));
    session[only].author = ada.into();
    session[only].author = bob.into();
    session.flush().unwrap();
    assert_eq!(session[only].author_id, session[bob].id);
    session[only].author_id = session[ada].id;
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT author_id FROM link_texts"),
        session[ada].id
    );
}

fn a_link_to_what_has_no_row_is_refused(db: &Db) {
    let mut session = session(db);
    let only = session.add(post("a"));
    let ada = session.add(User::builder().username("ada"));
    session[only].author = ada.into();
    // Out of the unit of work before it was ever inserted.
    session.delete(ada);
    let error = fails(session.flush(), ErrorKind::Usage);
    assert!(
        error.to_string().contains("not in the unit of work"),
        "{error}"
    );
    session.add_again(ada).unwrap();
    session.expunge(ada).unwrap();
    // Another one takes its place in memory.
    session.add(User::builder().username("bob"));
    fails(session.flush(), ErrorKind::StaleHandle);
    assert_eq!((db.count("link_writers"), db.count("link_texts")), (0, 0));
    let carol = session.add(User::builder().username("carol"));
    session[only].author = carol.into();
    session.commit().unwrap();
    assert_eq!(session[only].author_id, session[carol].id);
}
