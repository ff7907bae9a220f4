//! The hooks of models: what they change is written by the same statement, what they refuse is not sent, and which paths
//! call them.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use orm::prelude::*;
use orm::{EntityState, Error, ErrorKind, Result};

use crate::cases;
use crate::database::Db;
use crate::suite::statements::{steps, unguarded_writes};
use crate::suite::support::fails;

cases![
    "hooks":
    what_a_hook_changes_is_written_by_the_same_statement,
    a_hook_is_called_once_for_each_entity_that_is_written,
    an_update_that_a_hook_takes_back_is_not_sent,
    an_error_of_a_hook_sends_nothing_and_keeps_everything_pending,
    a_hook_may_refuse_a_delete_and_a_cascade,
    a_row_that_is_deleted_and_added_again_has_both_hooks,
    a_panic_in_a_hook_leaves_the_session_as_it_was,
    an_entity_is_completed_when_it_is_read,
    rows_of_an_insert_have_hooks,
    statements_without_entities_have_no_hooks,
];

thread_local! {
    /// The calls since the last look.
    static CALLS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn call(what: String) {
    CALLS.with_borrow_mut(|calls| calls.push(what));
}

fn calls() -> Vec<String> {
    CALLS.take()
}

#[derive(Model, Clone, Debug)]
#[orm(table = "hooked_pages")]
struct Page {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 80)]
    title: String,
    #[orm(length = 80, default = String::new())]
    slug: String,
    #[orm(default = 0)]
    edits: i64,
    #[orm(server_default = "draft", length = 20)]
    state: Option<String>,
    #[orm(skip)]
    shown: String,
}

impl Hooks for Page {
    fn before_insert(&mut self) -> Result<()> {
        call(format!("insert {}", self.title));
        match &*self.title {
            "refused" => return Err(Error::other("the title is taken")),
            "panics" => panic!("of the hook's own"),
            "live" => self.state = Some("live".to_owned()),
            _ => {}
        }
        self.slug = self.title.replace(' ', "-");
        Ok(())
    }

    fn before_update(&mut self, stored: &Self) -> Result<()> {
        call(format!("update {} to {}", stored.title, self.title));
        match &*self.title {
            "refused" => return Err(Error::other("the title is taken")),
            "as before" => self.title.clone_from(&stored.title),
            _ => {
                self.slug = self.title.replace(' ', "-");
                self.edits += 1;
            }
        }
        Ok(())
    }

    fn before_delete(&self) -> Result<()> {
        call(format!("delete {}", self.title));
        if self.title == "kept" {
            return Err(Error::other("the page is kept"));
        }
        Ok(())
    }

    fn after_load(&mut self) {
        self.shown = format!("<{}>", self.title);
    }
}

#[derive(Model, Clone, Debug)]
#[orm(table = "hooked_books")]
struct Book {
    #[orm(primary_key)]
    id: i64,
    #[orm(cascade = delete)]
    leaves: HasMany<Leaf>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "hooked_leaves")]
struct Leaf {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(references = Book.id)]
    book_id: i64,
    book: BelongsTo<Book>,
    #[orm(length = 20)]
    text: String,
}

impl Hooks for Leaf {
    fn before_insert(&mut self) -> Result<()> {
        call(format!("insert {}", self.text));
        Ok(())
    }

    fn before_delete(&self) -> Result<()> {
        call(format!("delete {}", self.text));
        match &*self.text {
            "kept" => Err(Error::other("the leaf is kept")),
            "panics" => panic!("of the hook's own"),
            _ => Ok(()),
        }
    }
}

fn pages(db: &Db) {
    Metadata::of((Page,)).create_all(&db.engine).unwrap();
    calls();
}

fn stored(db: &Db) -> Page {
    pages(db);
    let mut session = db.session();
    session.add(Page::builder().title("on tides"));
    session.commit().unwrap();
    calls();
    db.sent();
    select(Page).one(&mut db.other_connection()).unwrap()
}

fn what_a_hook_changes_is_written_by_the_same_statement(db: &Db) {
    pages(db);
    let mut session = db.session();
    let page = session.add(Page::builder().title("on tides"));
    let live = session.add(Page::builder().title("live"));
    session.commit().unwrap();
    assert_eq!(session[page].slug, "on-tides");
    session.refresh(page).unwrap();
    session.refresh(live).unwrap();
    // A server default holds unless the hook sets the column.
    assert_eq!(session[page].state.as_deref(), Some("draft"));
    assert_eq!(session[live].state.as_deref(), Some("live"));
    db.sent();
    session[page].title = "on moons".into();
    session.commit().unwrap();
    assert_eq!(
        unguarded_writes(db),
        [r#"UPDATE "hooked_pages" SET "title" = ?, "slug" = ?, "edits" = ? WHERE "id" = ?"#]
    );
    let page = select(Page).filter(Page.title.eq("on moons"));
    let page = page.one(&mut db.other_connection()).unwrap();
    assert_eq!((&*page.slug, page.edits), ("on-moons", 1));
}

fn a_hook_is_called_once_for_each_entity_that_is_written(db: &Db) {
    let Page { id, .. } = stored(db);
    let mut session = db.session();
    let page = session.get_one(Page, id).unwrap();
    // Touched and not changed.
    session[page].title = "on tides".into();
    session.commit().unwrap();
    assert_eq!(calls(), [""; 0]);
    session[page].title = "on moons".into();
    session.add(Page::builder().title("a"));
    session.add(Page::builder().title("b"));
    session.flush().unwrap();
    session.flush().unwrap();
    session.commit().unwrap();
    assert_eq!(
        calls(),
        ["update on tides to on moons", "insert a", "insert b"]
    );
    session.delete(page);
    session.commit().unwrap();
    assert_eq!(calls(), ["delete on moons"]);
}

fn an_update_that_a_hook_takes_back_is_not_sent(db: &Db) {
    let Page { id, .. } = stored(db);
    let mut session = db.session();
    let page = session.get_one(Page, id).unwrap();
    db.sent();
    session[page].title = "as before".into();
    session.commit().unwrap();
    assert_eq!(steps(db), [""; 0]);
    assert_eq!(session[page].title, "on tides");
    assert!(!session.has_pending_work());
}

fn an_error_of_a_hook_sends_nothing_and_keeps_everything_pending(db: &Db) {
    let Page { id, .. } = stored(db);
    let mut session = db.session();
    let page = session.get_one(Page, id).unwrap();
    db.sent();
    for title in ["refused", "on moons"] {
        session[page].title = title.into();
        let first = session.add(Page::builder().title("a"));
        let refused = session.add(Page::builder().title("refused"));
        let error = fails(session.commit(), ErrorKind::Other);
        assert_eq!(error.message(), "the title is taken");
        assert_eq!(db.sent(), [""; 0]);
        assert!(!session.in_transaction());
        assert_eq!(session.added(Page), [first, refused]);
        assert_eq!(session.changed(Page), [page]);
        session.delete(refused);
        session.delete(first);
    }
    session.commit().unwrap();
    assert_eq!(steps(db), ["UPDATE hooked_pages"]);
    // A query flushes first, and its error names that.
    session.add(Page::builder().title("refused"));
    let error = fails(select(Page).all(&mut session), ErrorKind::Other);
    assert!(error.hint().unwrap().contains("autoflush"), "{error}");
}

fn leaves(db: &Db, texts: [&str; 2]) -> i64 {
    Metadata::of((Book, Leaf)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let book = session.add(Book::builder());
    for (id, text) in (1..).zip(texts) {
        let leaf = Leaf::builder().id(id).text(text);
        session.append(book, Book.leaves, leaf).unwrap();
    }
    session.commit().unwrap();
    calls();
    db.sent();
    session[book].id
}

fn a_hook_may_refuse_a_delete_and_a_cascade(db: &Db) {
    let id = leaves(db, ["a", "kept"]);
    let mut session = db.session();
    let book = session.get_one(Book, id).unwrap();
    let leaf = session.get_one(Leaf, 2).unwrap();
    session.delete(book);
    let error = fails(session.commit(), ErrorKind::Other);
    assert_eq!(error.message(), "the leaf is kept");
    assert_eq!(calls(), ["delete a", "delete kept"]);
    assert_eq!(steps(db), [""; 0]);
    // Only what `delete` was called for is still marked.
    assert_eq!(session.entity_state(leaf).unwrap(), EntityState::Persistent);
    session[leaf].text = "b".into();
    session.commit().unwrap();
    assert_eq!(calls(), ["delete a", "delete b"]);
    assert_eq!(
        (db.count("hooked_books"), db.count("hooked_leaves")),
        (0, 0)
    );
}

fn a_row_that_is_deleted_and_added_again_has_both_hooks(db: &Db) {
    let book = leaves(db, ["a", "b"]);
    let mut session = db.session();
    let leaf = session.get_one(Leaf, 1).unwrap();
    session.delete(leaf);
    session.add(Leaf::builder().id(1).book_id(book).text("c"));
    session.commit().unwrap();
    assert_eq!(calls(), ["insert c", "delete a"]);
    assert_eq!(steps(db), ["UPDATE hooked_leaves"]);
}

fn a_panic_in_a_hook_leaves_the_session_as_it_was(db: &Db) {
    let id = leaves(db, ["a", "panics"]);
    let mut session = db.session();
    let book = session.get_one(Book, id).unwrap();
    let leaf = session.get_one(Leaf, 2).unwrap();
    session.delete(book);
    catch_unwind(AssertUnwindSafe(|| session.commit())).unwrap_err();
    assert!(!session.in_transaction());
    assert_eq!(steps(db), [""; 0]);
    assert_eq!(session.entity_state(leaf).unwrap(), EntityState::Persistent);
    assert_eq!(session.entity_state(book).unwrap(), EntityState::Deleting);
    session[leaf].text = "b".into();
    session.commit().unwrap();
    assert_eq!(db.count("hooked_leaves"), 0);
    calls();

    pages(db);
    let page = session.add(Page::builder().title("panics"));
    catch_unwind(AssertUnwindSafe(|| session.flush())).unwrap_err();
    assert_eq!(session.entity_state(page).unwrap(), EntityState::Pending);
    session[page].title = "a".into();
    session.commit().unwrap();
    assert_eq!(db.count("hooked_pages"), 1);
}

fn an_entity_is_completed_when_it_is_read(db: &Db) {
    let Page { id, shown, .. } = stored(db);
    assert_eq!(shown, "<on tides>");
    let mut session = db.session();
    let page = session.get_one(Page, id).unwrap();
    assert_eq!(session[page].shown, "<on tides>");
    db.outside("UPDATE hooked_pages SET title = 'on moons'");
    session.refresh(page).unwrap();
    assert_eq!(session[page].shown, "<on moons>");
    db.outside("UPDATE hooked_pages SET title = 'on stars'");
    session.expire_all();
    assert_eq!(select(Page).one(&mut session).unwrap(), page);
    assert_eq!(session[page].shown, "<on stars>");
    // It has no column, so that nothing is to be written.
    assert!(!session.has_pending_work());
    let mut conn = db.other_connection();
    let both = select((Page, Page.id)).one(&mut conn).unwrap();
    assert_eq!((&*both.0.shown, both.1), ("<on stars>", id));
    let optional = select(optional(Page)).all(&mut conn).unwrap();
    assert_eq!(optional[0].as_ref().unwrap().shown, "<on stars>");
}

fn rows_of_an_insert_have_hooks(db: &Db) {
    pages(db);
    let mut conn = db.engine.connection().unwrap();
    let titles = ["on tides", "live"].map(|title| Page::builder().title(title));
    insert(Page).values(titles).execute(&mut conn).unwrap();
    let row = Page {
        id: 0,
        title: "on moons".to_owned(),
        slug: String::new(),
        edits: 0,
        state: None,
        shown: String::new(),
    };
    let statement = insert(Page).values(&row);
    assert_eq!(
        calls(),
        ["insert on tides", "insert live", "insert on moons"]
    );
    statement.execute(&mut conn).unwrap();
    assert_eq!(calls(), [""; 0]);
    assert_eq!(row.slug, "");
    let stored = select((Page.slug, Page.state)).order_by(Page.slug);
    let stored = stored.all(&mut conn).unwrap();
    let stored = stored
        .iter()
        .map(|(slug, state)| (&**slug, state.as_deref()));
    let expected = [
        ("live", "live"),
        ("on-moons", "draft"),
        ("on-tides", "draft"),
    ];
    assert!(stored.eq(expected.map(|(slug, state)| (slug, Some(state)))));
    db.sent();
    let other = Page {
        title: "refused".to_owned(),
        ..row.clone()
    };
    let refused = insert(Page).values([&row, &other]);
    let mut session = db.session();
    for _ in 0..2 {
        fails(refused.execute(&mut conn), ErrorKind::Other);
        fails(refused.execute(&mut session), ErrorKind::Other);
    }
    assert_eq!(db.sent(), [""; 0]);
}

fn statements_without_entities_have_no_hooks(db: &Db) {
    stored(db);
    let mut session = db.session();
    update(Page)
        .set(Page.title, "refused")
        .execute(&mut session)
        .unwrap();
    assert_eq!(delete(Page).execute(&mut session).unwrap(), 1);
    session.commit().unwrap();
    assert_eq!(calls(), [""; 0]);
}
