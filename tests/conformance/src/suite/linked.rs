//! Foreign keys that are handles of rows which have no key yet: one flush writes parents and children, whatever makes
//! the parents' keys. What relations are to stand on.

use orm::ErrorKind;
use orm::prelude::*;
use orm::sql::{Capabilities, GeneratedKeys};

use crate::cases;
use crate::database::Db;
use crate::fixtures::{Post, User};
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

/// The foreign key of [`Post`] to its author, and of the models here to their parents.
const PARENT: usize = 0;

fn link<C: Model, P: Model>(session: &mut Session, child: Ref<C>, parent: Ref<P>) {
    orm::__private::link(session, child, PARENT, parent).unwrap();
}

fn post(title: &str) -> Post {
    Post {
        id: 0,
        title: title.into(),
        author_id: 0,
    }
}

fn a_pending_child_takes_the_generated_key_of_a_pending_parent(db: &Db) {
    let mut session = db.session();
    let posts = ["a", "b", "c"].map(|title| session.add(post(title)));
    let users = ["ada", "bob"].map(|name| session.add(User::builder().username(name)));
    for (post, user) in posts.into_iter().zip([users[1], users[0], users[1]]) {
        link(&mut session, post, user);
    }
    session.commit().unwrap();
    assert_eq!(steps(db), ["INSERT users", "INSERT posts"]);
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
    let mut session = db.session();
    let ada = session.add(User::builder().username("ada"));
    let first = session.add(post("a"));
    link(&mut session, first, ada);
    session.commit().unwrap();
    let other = session[ada].id;
    db.sent();
    let bob = session.add(User::builder().username("bob"));
    link(&mut session, first, bob);
    assert!(session.has_pending_work());
    session.commit().unwrap();
    assert_eq!(steps(db), ["INSERT users", "UPDATE posts"]);
    let bob = session[bob].id;
    assert_eq!(
        (
            session[first].author_id,
            db.scalar("SELECT author_id FROM posts")
        ),
        (bob, bob)
    );

    // A rollback undoes it, and what was not flushed.
    let carol = session.add(User::builder().username("carol"));
    link(&mut session, first, carol);
    session.flush().unwrap();
    assert_eq!(session[first].author_id, session[carol].id);
    session.rollback().unwrap();
    assert_eq!(session[first].author_id, bob);
    assert!(!session.has_pending_work());
    link(&mut session, first, ada);
    session.rollback().unwrap();
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT author_id FROM posts"), bob);
    assert_ne!(bob, other);
}

fn a_link_to_a_row_that_is_there_takes_its_key(db: &Db) {
    let mut session = db.session();
    let ada = session.add(User::builder().username("ada"));
    session.commit().unwrap();
    let only = session.add(post("a"));
    link(&mut session, only, ada);
    session.commit().unwrap();
    assert_eq!(session[only].author_id, session[ada].id);
    assert_eq!(db.scalar("SELECT author_id FROM posts"), session[ada].id);
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
}

fn a_key_by_default_is_taken(db: &Db) {
    Metadata::of((Box, Thing)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let thing = session.add(Thing::builder());
    let empty = session.add(Thing::builder());
    let parent = session.add(Box::builder());
    link(&mut session, thing, parent);
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
}

#[derive(Model, Clone, Debug)]
#[orm(table = "sheets")]
#[orm(foreign_key(owner, drawer, references = (Drawer.owner, Drawer.number)))]
struct Sheet {
    #[orm(primary_key)]
    id: i64,
    owner: i64,
    drawer: i64,
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
    });
    let drawer = session.add(Drawer {
        owner: 0,
        number: 3,
    });
    let owner = session.add(Owner::builder().n(1));
    link(&mut session, sheet, drawer);
    link(&mut session, drawer, owner);
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
#[orm(table = "branches")]
struct Branch {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Branch.id, on_delete = set_null)]
    parent: Option<i64>,
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
            link(&mut session, child, parent);
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
    let wrong = "SELECT COUNT(*) FROM branches c LEFT JOIN branches p ON p.id = c.parent \
                 WHERE (p.n IS NULL) <> (c.n < 100) OR p.n <> ((c.n - c.n % 100) / 100 - 1) * 100 + (c.n * 37) % 100";
    assert_eq!(
        (db.count("branches"), db.scalar(wrong)),
        (LEVELS * WIDTH, 0)
    );
    for branch in branches {
        session.delete(branch);
    }
    session.commit().unwrap();
    assert_eq!(db.count("branches"), 0);
}

#[derive(Model, Clone, Debug)]
#[orm(table = "hens")]
struct Hen {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Egg.id)]
    from_egg: Option<i64>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "eggs")]
struct Egg {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Hen.id)]
    from_hen: Option<i64>,
}

fn rows_of_a_circle_of_tables_are_linked(db: &Db) {
    Metadata::of((Hen, Egg)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let hens = [(); 3].map(|()| {
        session.add(Hen {
            id: 0,
            from_egg: None,
        })
    });
    let eggs = [(); 3].map(|()| {
        session.add(Egg {
            id: 0,
            from_hen: None,
        })
    });
    // The first egg, its hen, that hen's two eggs, a hen of each.
    link(&mut session, hens[2], eggs[1]);
    link(&mut session, eggs[1], hens[0]);
    link(&mut session, eggs[0], hens[0]);
    link(&mut session, hens[0], eggs[2]);
    link(&mut session, hens[1], eggs[0]);
    session.commit().unwrap();
    let [h0, h1, h2] = hens.map(|hen| session[hen].from_egg);
    let [e0, e1, e2] = eggs.map(|egg| Some(session[egg].id));
    assert_eq!([h0, h1, h2], [e2, e0, e1]);
    let first = Some(session[hens[0]].id);
    assert_eq!(eggs.map(|egg| session[egg].from_hen), [first, first, None]);
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM hens h JOIN eggs e ON e.id = h.from_egg"),
        3
    );
    // In a circle of rows, too, if one of them is there: the old hen is from the new egg.
    let egg = session.add(Egg {
        id: 0,
        from_hen: None,
    });
    link(&mut session, egg, hens[0]);
    link(&mut session, hens[0], egg);
    session.commit().unwrap();
    assert_eq!(session[hens[0]].from_egg, Some(session[egg].id));
}

fn a_rollback_keeps_links_for_the_next_try(db: &Db) {
    let mut session = db.session();
    let only = session.add(post("a"));
    let ada = session.add(User::builder().username("ada"));
    link(&mut session, only, ada);
    session.flush().unwrap();
    let first = session[ada].id;
    assert_eq!(session[only].author_id, first);
    session.rollback().unwrap();
    assert_eq!((session[only].author_id, session.key(ada)), (0, None));
    // The database may generate the same key again, unless another row has taken it.
    db.outside(&format!(
        "INSERT INTO users (id, username) VALUES ({first}, 'other')"
    ));
    session.add_again(only).unwrap();
    session.add_again(ada).unwrap();
    session.commit().unwrap();
    assert_ne!(session[ada].id, first);
    assert_eq!(session[only].author_id, session[ada].id);
    assert_eq!(db.scalar("SELECT author_id FROM posts"), session[ada].id);
}

fn what_was_linked_can_be_set_by_hand_after_the_flush(db: &Db) {
    let mut session = db.session();
    let only = session.add(post("a"));
    let [ada, bob] = ["ada", "bob"].map(|name| session.add(User::builder().username(name)));
    link(&mut session, only, ada);
    link(&mut session, only, bob);
    session.flush().unwrap();
    assert_eq!(session[only].author_id, session[bob].id);
    session[only].author_id = session[ada].id;
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT author_id FROM posts"), session[ada].id);
}

fn a_link_to_what_has_no_row_is_refused(db: &Db) {
    let mut session = db.session();
    let only = session.add(post("a"));
    let ada = session.add(User::builder().username("ada"));
    link(&mut session, only, ada);
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
    assert_eq!((db.count("users"), db.count("posts")), (0, 0));
    let carol = session.add(User::builder().username("carol"));
    link(&mut session, only, carol);
    session.commit().unwrap();
    assert_eq!(session[only].author_id, session[carol].id);
    // What is no foreign key to that table.
    let error = orm::__private::link(&mut session, carol, PARENT, only).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
}
