//! INSERT, UPDATE and DELETE as common table expressions of other statements.

use orm::mapping::Column;
use orm::prelude::*;
use orm::query::Derived;
use orm::{Criteria, ErrorKind};

use super::support::{fails, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Node, Post, User};
use crate::suite::Requires;

cases![
    "written_ctes":
    rows_are_moved_by_one_statement (Requires::WritesInWith),
    deleted_rows_are_selected_and_joined (Requires::WritesInWith),
    updated_rows_are_counted (Requires::WritesInWith),
    inserted_rows_are_selected (Requires::WritesInWith),
    each_value_is_bound_in_its_place (Requires::WritesInWith),
    entities_of_what_was_written_are_stale (Requires::WritesInWith),
    entities_are_stale_after_an_insert (Requires::WritesInWith),
    criteria_hide_rows_from_it (Requires::WritesInWith),
    derived_tables_read_its_rows (Requires::WritesInWith),
    limited_rows_are_counted_once (Requires::WritesInWith),
    pages_are_refused,
    subqueries_that_write_are_refused,
    a_wrong_statement_is_refused,
    a_database_without_it_refuses_it,
];

/// The deleted posts of one author.
macro_rules! moved {
    ($author:expr) => {
        delete(Post)
            .filter(Post.author_id.eq($author))
            .returning((Post.id, Post.title))
            .cte("moved")
    };
}

fn rows_are_moved_by_one_statement(db: &Db) {
    let conn = &mut seed(db);
    let titles: Vec<(i64, String)> = select((Post.id, Post.title))
        .filter(Post.author_id.eq(1))
        .order_by(Post.id)
        .all(conn)
        .unwrap();
    assert!(!titles.is_empty());
    db.sent();
    let moved = moved!(1);
    let (id, title) = moved.columns();
    let copied = insert(Node).from_select((Node.id, Node.label), select((id, title)).from(&moved));
    assert_eq!(copied.execute(conn).unwrap(), titles.len() as u64);
    assert_eq!(db.sent().len(), 1);
    let nodes = select((Node.id, Node.label)).order_by(Node.id);
    assert_eq!(nodes.all(conn).unwrap(), titles);
    let left = select(Post).filter(Post.author_id.eq(1));
    assert_eq!(left.count(conn).unwrap(), 0);
}

fn deleted_rows_are_selected_and_joined(db: &Db) {
    let conn = &mut seed(db);
    let before = select(Post).count(conn).unwrap();
    let gone = delete(Post)
        .filter(Post.author_id.eq(1))
        .returning((Post.author_id, Post.title))
        .cte("gone");
    let (author, title) = gone.columns();
    let query = select((User.username, title)).join_on(&gone, author.eq(User.id));
    let found = query.all(conn).unwrap();
    assert!(!found.is_empty());
    assert!(found.iter().all(|(name, _)| name == "ada"));
    // The query around it reads the table as it was.
    let left = select(Post).count(conn).unwrap();
    assert_eq!(left, before - i64::try_from(found.len()).unwrap());
}

fn updated_rows_are_counted(db: &Db) {
    let conn = &mut seed(db);
    let changed = update(User)
        .set(User.email, "new")
        .filter(User.id.lt(3))
        .returning(User.id)
        .cte("changed");
    let query = select(count_all()).from(&changed);
    assert_eq!(query.one(conn).unwrap(), 2);
    let new = select(User).filter(User.email.eq("new"));
    assert_eq!(new.count(conn).unwrap(), 2);
    // A verb that counts executes it, too.
    let gone = delete(Post).returning(Post.id).cte("gone");
    let posts = select(Post).count(conn).unwrap();
    let query = select(gone.columns()).from(&gone);
    assert_eq!(query.count(conn).unwrap(), posts);
    assert_eq!(select(Post).count(conn).unwrap(), 0);
}

fn inserted_rows_are_selected(db: &Db) {
    let conn = &mut seed(db);
    let users = select((User.id, User.username)).filter(User.id.lt(3));
    let copied = insert(Node)
        .from_select((Node.id, Node.label), users)
        .returning(Node.label)
        .cte("copied");
    let label = copied.columns();
    let labels = select(label).from(&copied).order_by(label);
    assert_eq!(labels.all(conn).unwrap().len(), 2);
    assert_eq!(select(Node).count(conn).unwrap(), 2);
}

fn each_value_is_bound_in_its_place(db: &Db) {
    let conn = &mut seed(db);
    for author in [1, 3] {
        let moved = moved!(author);
        let (id, title) = moved.columns();
        let rows = select((id, title.concat("!")))
            .from(&moved)
            .filter(id.lt(1_000));
        let copied = insert(Node).from_select((Node.id, Node.label), rows);
        let labels = copied.returning(Node.label).all(conn).unwrap();
        assert!(!labels.is_empty());
        assert!(labels.iter().all(|label| label.ends_with('!')));
    }
}

fn entities_of_what_was_written_are_stale(db: &Db) {
    drop(seed(db));
    let mut session = db.session();
    let user = session.get_one(User, 1).unwrap();
    let changed = update(User)
        .set(User.email, "new")
        .filter(User.id.eq(1))
        .returning(User.id)
        .cte("changed");
    let ids = select(changed.columns()).from(&changed);
    assert_eq!(ids.all(&mut session).unwrap(), [1]);
    session.refresh(user).unwrap();
    assert_eq!(session[user].email.as_deref(), Some("new"));
    session.commit().unwrap();
    let email = select(User.email).filter(User.id.eq(1));
    assert_eq!(email.one(&mut session).unwrap().as_deref(), Some("new"));
}

fn entities_are_stale_after_an_insert(db: &Db) {
    drop(seed(db));
    let mut session = db.session();
    let posts = select(Post)
        .filter(Post.author_id.eq(1))
        .all(&mut session)
        .unwrap();
    let moved = moved!(1);
    let (id, title) = moved.columns();
    let copied = insert(Node).from_select((Node.id, Node.label), select((id, title)).from(&moved));
    assert_eq!(copied.execute(&mut session).unwrap(), posts.len() as u64);
    let error = fails(session.refresh(posts[0]), ErrorKind::NotFound);
    assert_eq!(error.table(), Some("posts"));
    assert_eq!(select(Node).all(&mut session).unwrap().len(), posts.len());
    session.commit().unwrap();
}

fn criteria_hide_rows_from_it(db: &Db) {
    drop(seed(db));
    let criteria = Criteria::new().add("first", User, User.id.eq(1));
    let mut session = db.session().criteria(&criteria);
    let changed = update(User)
        .set(User.email, "new")
        .returning(User.id)
        .cte("changed");
    let ids = select(changed.columns()).from(&changed);
    assert_eq!(ids.all(&mut session).unwrap(), [1]);
    session.commit().unwrap();
    let new = select(User)
        .filter(User.email.eq("new"))
        .without_criteria("first");
    assert_eq!(new.count(&mut session).unwrap(), 1);
}

/// The deleted posts, with their authors.
fn gone() -> Derived<(Column<Post, i64>, Column<Post, i64>)> {
    delete(Post)
        .returning((Post.id, Post.author_id))
        .cte("gone")
}

fn derived_tables_read_its_rows(db: &Db) {
    let conn = &mut seed(db);
    let posts = select(Post).count(conn).unwrap();
    let gone = gone();
    let (id, author) = gone.columns();
    let counts = select((author, count(id))).from(&gone).group_by(author);
    let counts = counts.as_table("counts");
    let (_, number) = counts.columns();
    db.sent();
    let total = select(sum(number)).from(&counts).one(conn).unwrap();
    assert_eq!(db.sent().len(), 1);
    assert_eq!(
        total.map(|total| total.to_string()),
        Some(posts.to_string())
    );
    assert_eq!(select(Post).count(conn).unwrap(), 0);
}

fn limited_rows_are_counted_once(db: &Db) {
    let conn = &mut seed(db);
    let gone = gone();
    let (id, author) = gone.columns();
    let limited = select(id).from(&gone).limit(2);
    db.sent();
    assert_eq!(limited.count(conn).unwrap(), 2);
    assert_eq!(db.sent().len(), 1);
    assert_eq!(select(Post).count(conn).unwrap(), 0);
    let authors = select(author).from(&gone).distinct();
    assert_eq!(authors.count(conn).unwrap(), 0);
    assert!(!authors.exists(conn).unwrap());
}

fn pages_are_refused(db: &Db) {
    drop(seed(db));
    let mut session = db.session();
    let gone = gone();
    let (_, author) = gone.columns();
    let users = || select(User).join_on(&gone, author.eq(User.id));
    let refused = |result: orm::Result<()>, verb: &str| {
        let error = fails(result, ErrorKind::Usage);
        assert!(error.message().contains(verb), "{error}");
        assert!(error.message().contains("writes"), "{error}");
    };
    let page = users().page(1, 2).with_total().fetch(&mut session);
    refused(page.map(drop), "page");
    refused(users().page(1, 2).fetch(&mut session).map(drop), "page");
    refused(users().keyset(2).fetch(&mut session).map(drop), "pages");
    refused(users().chunks(2, &mut session, |_, _| Ok(())), "chunks");
    drop(session);
    let mut conn = db.engine.connection().unwrap();
    db.sent();
    let graphs = users().graph_chunks(2, &mut conn, |_, _| Ok(()));
    refused(graphs, "graph_chunks");
    assert_eq!(db.sent(), [""; 0]);
}

fn subqueries_that_write_are_refused(db: &Db) {
    let conn = &mut seed(db);
    let gone = gone();
    let (id, author) = gone.columns();
    let authors = || select(author).from(&gone);
    let refused = |result: orm::Result<()>| {
        let error = fails(result, ErrorKind::Usage);
        assert!(error.message().contains("gone writes"), "{error}");
        assert!(error.hint().unwrap().contains("outermost"), "{error:?}");
    };
    let users = select(User).filter(User.id.in_(authors()));
    refused(users.all(conn).map(drop));
    let users = select(User).filter(exists(authors()));
    refused(users.all(conn).map(drop));
    let number = select((User.id, scalar(select(max(id)).from(&gone))));
    refused(number.all(conn).map(drop));
    let inside = select(User.id)
        .filter(User.id.in_(authors()))
        .as_table("inside");
    refused(select(inside.columns()).from(&inside).all(conn).map(drop));
    let both = authors().union(select(User.id).filter(User.id.in_(authors())));
    refused(both.all(conn).map(drop));
    let change = update(User).set(User.email, "new");
    refused(
        change
            .filter(User.id.in_(authors()))
            .execute(conn)
            .map(drop),
    );
    let deleted = delete(User).filter(User.id.in_(authors()));
    refused(deleted.execute(conn).map(drop));
    // In the statement of another common table expression.
    let copied = insert(Node)
        .from_select((Node.id, Node.parent_id), select((id, author)).from(&gone))
        .returning(Node.id)
        .cte("copied");
    refused(select(copied.columns()).from(&copied).all(conn).map(drop));
    assert_eq!(db.sent(), [""; 0]);
}

fn a_wrong_statement_is_refused(db: &Db) {
    let conn = &mut seed(db);
    let wrong = delete(Post)
        .filter(User.id.eq(1))
        .returning(Post.id)
        .cte("wrong");
    let query = select(wrong.columns()).from(&wrong);
    let error = fails(query.all(conn), ErrorKind::Usage);
    assert!(
        error.message().contains("missing FROM entry for users"),
        "{error}"
    );
    let twice = delete(Post).returning(Post.id).cte("");
    let query = select(twice.columns()).from(&twice);
    fails(query.all(conn), ErrorKind::Usage);
    assert_eq!(db.sent(), [""; 0]);
}

fn a_database_without_it_refuses_it(db: &Db) {
    let conn = &mut seed(db);
    let posts = select(Post).count(conn).unwrap();
    db.sent();
    let gone = delete(Post).returning(Post.id).cte("gone");
    let query = select(gone.columns()).from(&gone);
    if db.capabilities().writes_in_with {
        assert_eq!(
            query.all(conn).unwrap().len(),
            usize::try_from(posts).unwrap()
        );
        return;
    }
    let error = fails(query.all(conn), ErrorKind::Unsupported);
    assert!(error.message().contains("WITH"), "{error}");
    assert_eq!(db.sent(), [""; 0]);
}
