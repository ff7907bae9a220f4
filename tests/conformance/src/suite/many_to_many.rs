//! Relations by link rows: which are written and removed, both sides in step, what is loaded, and what a rollback puts
//! back.

use orm::ErrorKind;
use orm::mapping::NewChild;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::suite::statements::{reads, steps, writes};
use crate::suite::support::{fails, keys_a_statement};

cases![
    "many_to_many":
    link_rows_are_written_with_what_they_link,
    both_sides_are_in_step,
    a_list_is_loaded_by_one_statement,
    what_is_not_loaded_is_an_error,
    eager_loads_take_a_statement_a_level,
    many_owners_take_a_statement_a_batch,
    what_is_linked_is_not_linked_again,
    an_unlinked_row_is_deleted,
    a_list_that_is_not_loaded_is_changed,
    unlinked_and_linked_again_is_no_change,
    a_rollback_puts_lists_back,
    a_savepoint_puts_lists_back,
    pending_links_stay_in_a_loaded_list,
    a_link_row_with_required_fields_is_added_itself,
    a_link_row_that_is_deleted_leaves_the_lists,
    a_link_row_moves,
    rows_added_by_key_are_in_the_lists,
    a_deleted_entity_leaves_the_lists,
    an_entity_follows_others_of_its_model,
    a_link_model_of_composite_keys,
    keys_of_text_are_linked,
    a_graph_is_added_again,
    conditions_and_joins_follow_link_rows,
    a_link_model_outside_the_set_is_refused,
    the_history_of_a_list_is_that_of_its_link_rows,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "articles")]
struct Post {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    title: String,
    #[orm(through = PostTag)]
    tags: ManyToMany<Tag>,
    rows: HasMany<PostTag>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "labels")]
struct Tag {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
    #[orm(through = PostTag)]
    posts: ManyToMany<Post>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "article_labels")]
struct PostTag {
    #[orm(primary_key, references = Post.id, on_delete = cascade)]
    post_id: i64,
    #[orm(primary_key, references = Tag.id, on_delete = cascade)]
    tag_id: i64,
    #[orm(length = 50)]
    note: Option<String>,
    post: BelongsTo<Post>,
    tag: BelongsTo<Tag>,
}

const TAGS: &str = r#"SELECT "article_labels"."post_id", "article_labels"."tag_id", "article_labels"."note", "labels"."id", "labels"."name" FROM "article_labels" INNER JOIN "labels" ON "labels"."id" = "article_labels"."tag_id" WHERE "article_labels"."post_id" = ?"#;
const PAIR: &str = r#"SELECT "post_id", "tag_id", "note" FROM "article_labels" WHERE "post_id" = ? AND "tag_id" = ?"#;
const DELETED: &str = r#"DELETE FROM "article_labels" WHERE "post_id" = ? AND "tag_id" = ?"#;

fn session(db: &Db) -> Session {
    let all = Metadata::of((Post, Tag, PostTag));
    all.create_all(&db.engine).unwrap();
    db.sent();
    db.session()
}

fn post(title: &str) -> impl NewChild<Model = Post> + NewRow<Model = Post> {
    Post::builder().title(title)
}

fn tag(name: &str) -> impl NewChild<Model = Tag> + NewRow<Model = Tag> {
    Tag::builder().name(name)
}

/// Posts and the tags of each, by name, committed by another session. Returns the keys of the posts.
fn stored(db: &Db, posts: &[(&str, &[&str])]) -> Vec<i64> {
    let mut other = Session::new(&db.other_engine());
    let mut all = Vec::new();
    for (title, tags) in posts {
        let one = other.add(post(title));
        for name in *tags {
            let found = select(Tag).filter(Tag.name.eq(*name)).first(&mut other);
            let found = found.unwrap().unwrap_or_else(|| other.add(tag(name)));
            other.link(one, Post.tags, found).unwrap();
        }
        all.push(one);
    }
    other.commit().unwrap();
    all.into_iter().map(|post| other[post].id).collect()
}

fn get(session: &mut Session, id: i64) -> Ref<Post> {
    session.get(Post, id).unwrap().unwrap()
}

fn named(session: &mut Session, name: &str) -> Ref<Tag> {
    select(Tag).filter(Tag.name.eq(name)).one(session).unwrap()
}

/// The names of a post's loaded tags.
fn names(session: &Session, post: Ref<Post>) -> Vec<String> {
    let tags = session[post].tags.get().unwrap();
    let names = tags.into_iter().map(|tag| session[tag].name.clone());
    names.collect()
}

/// The titles of a tag's loaded posts.
fn titles(session: &Session, tag: Ref<Tag>) -> Vec<String> {
    let posts = session[tag].posts.get().unwrap();
    let titles = posts.into_iter().map(|post| session[post].title.clone());
    titles.collect()
}

fn link_rows_are_written_with_what_they_link(db: &Db) {
    let mut session = session(db);
    let first = session.add(post("first"));
    let rust = session.append(first, Post.tags, tag("rust")).unwrap();
    let sql = session.append(first, Post.tags, tag("sql")).unwrap();
    let second = session.append(sql, Tag.posts, post("second")).unwrap();
    session.commit().unwrap();
    assert_eq!(
        steps(db),
        ["INSERT articles", "INSERT labels", "INSERT article_labels"]
    );
    assert_eq!(db.count("article_labels"), 3);
    assert_eq!(session[first].tags.get().unwrap(), [rust, sql]);
    assert_eq!(session[sql].posts.get().unwrap(), [first, second]);
    let joined = "SELECT COUNT(*) FROM article_labels l JOIN articles p ON p.id = l.post_id JOIN labels t ON t.id = l.tag_id WHERE p.title = 'first'";
    assert_eq!(db.scalar(joined), 2);
    assert!(!session.has_pending_work());
    session.commit().unwrap();
    assert_eq!(writes(db), [""; 0]);
}

fn both_sides_are_in_step(db: &Db) {
    let mut session = session(db);
    let ids = stored(db, &[("a", &["x", "y"]), ("b", &["y"])]);
    let [a, b] = [ids[0], ids[1]].map(|id| get(&mut session, id));
    let [x, y] = ["x", "y"].map(|name| named(&mut session, name));
    session.load_all(&[a, b], Post.tags).unwrap();
    session.load_all(&[x, y], Tag.posts).unwrap();
    session.load_all(&[a, b], Post.rows).unwrap();
    session.link(x, Tag.posts, b).unwrap();
    assert_eq!(names(&session, b), ["y", "x"]);
    assert_eq!(titles(&session, x), ["a", "b"]);
    let row = session[b].rows.get().unwrap()[1];
    assert_eq!(session[row].tag.get().unwrap(), x);
    session.unlink(a, Post.tags, y).unwrap();
    assert_eq!(names(&session, a), ["x"]);
    assert_eq!(titles(&session, y), ["b"]);
    assert_eq!(session[a].rows.get().unwrap().len(), 1);
    db.sent();
    session.commit().unwrap();
    assert_eq!(
        steps(db),
        ["INSERT article_labels", "DELETE article_labels"]
    );
    assert_eq!(names(&session, b), ["y", "x"]);
    // Loaded again, they are in the order of keys.
    session.load_all(&[a, b], Post.tags).unwrap();
    assert_eq!(names(&session, a), ["x"]);
    assert_eq!(names(&session, b), ["x", "y"]);
}

fn a_list_is_loaded_by_one_statement(db: &Db) {
    let mut session = session(db);
    let ids = stored(db, &[("a", &["x", "y"]), ("b", &[])]);
    let [a, b] = [ids[0], ids[1]].map(|id| get(&mut session, id));
    db.sent();
    let tags = session.load(a, Post.tags).unwrap();
    assert_eq!(reads(db), [TAGS]);
    assert_eq!(names(&session, a), ["x", "y"]);
    assert_eq!(session.load(a, Post.tags).unwrap(), tags);
    assert_eq!(reads(db), [""; 0]);
    assert!(session.load(b, Post.tags).unwrap().is_empty());
    assert_eq!(reads(db), [TAGS]);
    // The link rows are known: they reference both without a statement.
    session.load(a, Post.rows).unwrap();
    db.sent();
    for row in session[a].rows.get().unwrap() {
        assert_eq!(session.load(row, PostTag.post).unwrap(), a);
        assert!(tags.contains(&session.load(row, PostTag.tag).unwrap()));
    }
    assert_eq!(reads(db), [""; 0]);
    // After a commit lists can be read, and are loaded again by a load.
    session.commit().unwrap();
    db.outside(
        "DELETE FROM article_labels WHERE tag_id = (SELECT id FROM labels WHERE name = 'x')",
    );
    db.outside("UPDATE labels SET name = 'z' WHERE name = 'y'");
    assert_eq!(session[a].tags.get().unwrap().len(), 2);
    session.load(a, Post.tags).unwrap();
    assert_eq!(names(&session, a), ["z"]);
    assert_eq!(reads(db), [TAGS]);
    assert!(!session.has_pending_work());
}

fn what_is_not_loaded_is_an_error(db: &Db) {
    let mut session = session(db);
    let ids = stored(db, &[("a", &["x"])]);
    let a = get(&mut session, ids[0]);
    let error = session[a].tags.get().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotLoaded);
    assert!(
        error.hint().unwrap().contains(".with(Post.tags)"),
        "{error}"
    );
    // A verb works all the same, and leaves it so.
    let new = session.append(a, Post.tags, tag("new")).unwrap();
    assert!(!session[a].tags.is_loaded());
    assert_eq!(session[new].posts.get().unwrap(), [a]);
    assert_eq!(session.load(a, Post.tags).unwrap().len(), 2);
}

fn eager_loads_take_a_statement_a_level(db: &Db) {
    let mut session = session(db);
    stored(db, &[("a", &["x", "y"]), ("b", &["y"]), ("c", &[])]);
    let query = select(Post)
        .with(Post.tags.then(Tag.posts))
        .order_by(Post.id);
    let posts = query.all(&mut session).unwrap();
    assert_eq!(reads(db).len(), 3);
    let all: Vec<_> = posts.iter().map(|post| names(&session, *post)).collect();
    assert_eq!(all, [vec!["x", "y"], vec!["y"], vec![]]);
    let y = session[posts[1]].tags.get().unwrap()[0];
    assert_eq!(titles(&session, y), ["a", "b"]);
    // What is loaded is not read again.
    query.first(&mut session).unwrap();
    assert_eq!(reads(db).len(), 1);
}

fn many_owners_take_a_statement_a_batch(db: &Db) {
    const POSTS: usize = 1024 + 1;
    let mut other = session(db);
    let tags: Vec<_> = (0..5)
        .map(|number| other.add(tag(&format!("t{number}"))))
        .collect();
    for number in 0..POSTS {
        let one = other.add(post(&format!("p{number}")));
        for tag in &tags[..number % 5] {
            other.link(one, Post.tags, *tag).unwrap();
        }
    }
    other.commit().unwrap();
    drop(other);
    let mut session = db.session();
    db.sent();
    let query = select(Post).with(Post.tags).order_by(Post.id);
    let posts = query.all(&mut session).unwrap();
    assert_eq!(reads(db).len(), 1 + POSTS.div_ceil(keys_a_statement(db)));
    for (number, post) in posts.iter().enumerate() {
        let expected: Vec<String> = (0..number % 5).map(|tag| format!("t{tag}")).collect();
        assert_eq!(names(&session, *post), expected);
    }
}

fn what_is_linked_is_not_linked_again(db: &Db) {
    let mut session = session(db);
    let ids = stored(db, &[("a", &["x"])]);
    let (a, x) = (get(&mut session, ids[0]), named(&mut session, "x"));
    db.sent();
    // Not loaded: the row is looked for.
    session.link(a, Post.tags, x).unwrap();
    assert_eq!(reads(db), [PAIR]);
    assert!(!session.has_pending_work());
    // Loaded: it is known.
    session.load(a, Post.tags).unwrap();
    session.load(x, Tag.posts).unwrap();
    db.sent();
    session.link(a, Post.tags, x).unwrap();
    session.link(x, Tag.posts, a).unwrap();
    // New ones have no rows to look for.
    let y = session.add(tag("y"));
    for _ in 0..2 {
        session.link(a, Post.tags, y).unwrap();
        session.link(y, Tag.posts, a).unwrap();
    }
    assert_eq!(reads(db), [""; 0]);
    assert_eq!(names(&session, a), ["x", "y"]);
    session.commit().unwrap();
    assert_eq!(db.count("article_labels"), 2);
    // Of a stale list: another session may have linked or unlinked them.
    db.outside(
        "DELETE FROM article_labels WHERE tag_id = (SELECT id FROM labels WHERE name = 'x')",
    );
    db.sent();
    session.link(a, Post.tags, x).unwrap();
    session.link(a, Post.tags, y).unwrap();
    assert_eq!(reads(db), [PAIR; 2]);
    session.commit().unwrap();
    assert_eq!(db.count("article_labels"), 2);
    session.load(a, Post.tags).unwrap();
    assert_eq!(names(&session, a), ["x", "y"]);
}

fn an_unlinked_row_is_deleted(db: &Db) {
    let mut session = session(db);
    let ids = stored(db, &[("a", &["x", "y"]), ("b", &["x"])]);
    let a = get(&mut session, ids[0]);
    let tags = session.load(a, Post.tags).unwrap();
    session.unlink(a, Post.tags, tags[0]).unwrap();
    assert_eq!(names(&session, a), ["y"]);
    db.sent();
    session.commit().unwrap();
    assert_eq!(writes(db), [DELETED]);
    assert_eq!((db.count("article_labels"), db.count("labels")), (2, 2));
    assert_eq!(names(&session, a), ["y"]);
    // What is not linked can't be unlinked.
    session.load(a, Post.tags).unwrap();
    let error = fails(session.unlink(a, Post.tags, tags[0]), ErrorKind::Usage);
    assert!(error.to_string().contains("`Post.tags`"), "{error}");
    // One that was never written is gone at once.
    let new = session.append(a, Post.tags, tag("new")).unwrap();
    session.unlink(new, Tag.posts, a).unwrap();
    assert_eq!(names(&session, a), ["y"]);
    db.sent();
    session.commit().unwrap();
    assert_eq!(steps(db), ["INSERT labels"]);
}

fn a_list_that_is_not_loaded_is_changed(db: &Db) {
    let mut session = session(db);
    let ids = stored(db, &[("a", &["x"]), ("b", &["y"])]);
    let [a, b] = [ids[0], ids[1]].map(|id| get(&mut session, id));
    let [x, y] = ["x", "y"].map(|name| named(&mut session, name));
    db.sent();
    session.unlink(a, Post.tags, x).unwrap();
    session.link(a, Post.tags, y).unwrap();
    fails(session.unlink(b, Post.tags, x), ErrorKind::Usage);
    assert_eq!(reads(db), [PAIR; 3]);
    assert!(!session[a].tags.is_loaded());
    db.sent();
    session.commit().unwrap();
    assert_eq!(
        steps(db),
        ["INSERT article_labels", "DELETE article_labels"]
    );
    session.load(a, Post.tags).unwrap();
    assert_eq!(names(&session, a), ["y"]);
}

fn unlinked_and_linked_again_is_no_change(db: &Db) {
    let mut session = session(db);
    let ids = stored(db, &[("a", &["x", "y"])]);
    let a = get(&mut session, ids[0]);
    let x = session.load(a, Post.tags).unwrap()[0];
    db.sent();
    session.unlink(a, Post.tags, x).unwrap();
    session.link(a, Post.tags, x).unwrap();
    assert_eq!(names(&session, a), ["y", "x"]);
    session.commit().unwrap();
    assert_eq!(writes(db), [""; 0]);
    // Where the list is not loaded, too.
    session.clear();
    let (a, x) = (get(&mut session, ids[0]), named(&mut session, "x"));
    session.unlink(a, Post.tags, x).unwrap();
    session.link(a, Post.tags, x).unwrap();
    session.commit().unwrap();
    assert_eq!(writes(db), [""; 0]);
    assert_eq!(db.count("article_labels"), 2);
}

fn a_rollback_puts_lists_back(db: &Db) {
    let mut session = session(db);
    let ids = stored(db, &[("a", &["x", "y"]), ("b", &[])]);
    let [a, b] = [ids[0], ids[1]].map(|id| get(&mut session, id));
    session.load_all(&[a, b], Post.tags).unwrap();
    let tags = session[a].tags.get().unwrap();
    session.load_all(&tags, Tag.posts).unwrap();
    let change = |session: &mut Session| {
        session.unlink(a, Post.tags, tags[0]).unwrap();
        session.link(b, Post.tags, tags[1]).unwrap();
        session.append(a, Post.tags, tag("new")).unwrap();
    };
    // Not flushed, flushed, and both.
    for flushes in [0, 1, 2] {
        change(&mut session);
        if flushes > 0 {
            session.flush().unwrap();
            assert_eq!(names(&session, a), ["y", "new"]);
        }
        if flushes > 1 {
            session.link(a, Post.tags, tags[0]).unwrap();
            session.unlink(b, Post.tags, tags[1]).unwrap();
        }
        session.rollback().unwrap();
        assert_eq!(names(&session, a), ["x", "y"]);
        assert!(names(&session, b).is_empty());
        assert_eq!(titles(&session, tags[0]), ["a"]);
        assert_eq!(titles(&session, tags[1]), ["a"]);
        assert!(!session.has_pending_work());
    }
    change(&mut session);
    session.commit().unwrap();
    assert_eq!(db.count("article_labels"), 3);
    assert_eq!(titles(&session, tags[1]), ["a", "b"]);
}

fn a_savepoint_puts_lists_back(db: &Db) {
    let mut session = session(db);
    let ids = stored(db, &[("a", &["x"])]);
    let a = get(&mut session, ids[0]);
    let x = session.load(a, Post.tags).unwrap()[0];
    session.append(a, Post.tags, tag("kept")).unwrap();
    let refused: orm::Result<()> = session.savepoint(|session| {
        session.unlink(a, Post.tags, x)?;
        session.append(a, Post.tags, tag("lost"))?;
        session.flush()?;
        session.append(a, Post.tags, tag("lost too"))?;
        Err(orm::Error::other("refused"))
    });
    assert!(refused.is_err());
    assert_eq!(names(&session, a), ["x", "kept"]);
    session.commit().unwrap();
    session.load(a, Post.tags).unwrap();
    assert_eq!(names(&session, a), ["x", "kept"]);
    assert_eq!(db.count("article_labels"), 2);
}

fn pending_links_stay_in_a_loaded_list(db: &Db) {
    let mut session = session(db);
    let ids = stored(db, &[("a", &["x", "y"])]);
    let (a, x) = (get(&mut session, ids[0]), named(&mut session, "x"));
    session.unlink(a, Post.tags, x).unwrap();
    session.append(a, Post.tags, tag("new")).unwrap();
    let loaded = session.no_autoflush(|session| session.load(a, Post.tags));
    assert_eq!(loaded.unwrap().len(), 2);
    assert_eq!(names(&session, a), ["y", "new"]);
    session.rollback().unwrap();
    session.load(a, Post.tags).unwrap();
    assert_eq!(names(&session, a), ["x", "y"]);
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "people")]
struct Person {
    #[orm(primary_key)]
    id: i64,
    #[orm(through = Membership)]
    clubs: ManyToMany<Club>,
    memberships: HasMany<Membership>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "clubs")]
struct Club {
    #[orm(primary_key)]
    id: i64,
    #[orm(through = Membership)]
    people: ManyToMany<Person>,
}

/// It has a key and columns of its own.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "memberships")]
struct Membership {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Person.id, on_delete = cascade)]
    person_id: i64,
    #[orm(references = Club.id, on_delete = cascade)]
    club_id: i64,
    person: BelongsTo<Person>,
    club: BelongsTo<Club>,
    #[orm(length = 20)]
    role: String,
}

fn members(db: &Db) -> (Session, Ref<Person>, Ref<Club>) {
    let all = Metadata::of((Person, Club, Membership));
    all.create_all(&db.engine).unwrap();
    let mut session = db.session();
    let person = session.add(Person::builder());
    let club = session.add(Club::builder());
    session.commit().unwrap();
    session.load(person, Person.clubs).unwrap();
    session.load(club, Club.people).unwrap();
    db.sent();
    (session, person, club)
}

fn a_link_row_with_required_fields_is_added_itself(db: &Db) {
    let (mut session, person, club) = members(db);
    let error = fails(session.link(person, Person.clubs, club), ErrorKind::Usage);
    assert!(error.to_string().contains("`role`"), "{error}");
    let hint = error.hint().unwrap();
    assert!(hint.contains("Membership::builder().person("), "{hint}");
    let refused = session.append(person, Person.clubs, Club::builder());
    fails(refused, ErrorKind::Usage);
    assert!(!session.has_pending_work());
    let row = Membership::builder().person(person).club(club).role("head");
    let row = session.add(row);
    assert_eq!(session[person].clubs.get().unwrap(), [club]);
    assert_eq!(session[club].people.get().unwrap(), [person]);
    session.commit().unwrap();
    assert_eq!(steps(db), ["INSERT memberships"]);
    session[row].role = "member".into();
    session.commit().unwrap();
    assert_eq!(steps(db), ["UPDATE memberships"]);
    // Unlinking needs no field.
    session.unlink(person, Person.clubs, club).unwrap();
    assert!(session[club].people.get().unwrap().is_empty());
    session.commit().unwrap();
    assert_eq!(db.count("memberships"), 0);
}

fn a_link_row_that_is_deleted_leaves_the_lists(db: &Db) {
    let (mut session, person, club) = members(db);
    // A pair may have several rows, and is listed as often.
    let rows = ["a", "b", "c"].map(|role| {
        let row = Membership::builder().person(person).club(club).role(role);
        session.add(row)
    });
    session.commit().unwrap();
    session.load(person, Person.clubs).unwrap();
    assert_eq!(session[person].clubs.get().unwrap(), [club; 3]);
    session.delete(rows[1]);
    session.flush().unwrap();
    assert_eq!(session[person].clubs.get().unwrap(), [club; 2]);
    session.rollback().unwrap();
    assert_eq!(session[person].clubs.get().unwrap(), [club; 3]);
    session.delete(rows[1]);
    session.commit().unwrap();
    assert_eq!(session[club].people.get().unwrap(), [person; 2]);
    // All of them link it.
    session.unlink(club, Club.people, person).unwrap();
    assert!(session[person].clubs.get().unwrap().is_empty());
    session.commit().unwrap();
    assert_eq!(db.count("memberships"), 0);
}

fn a_link_row_moves(db: &Db) {
    let (mut session, person, club) = members(db);
    let other = session.add(Club::builder());
    let outside = session.add(Club::builder());
    let row = Membership::builder().person(person).club(club).role("a");
    let row = session.add(row);
    session.commit().unwrap();
    session.load_all(&[club, other], Club.people).unwrap();
    session.load(person, Person.clubs).unwrap();
    // By a verb at once, by an assignment or its key at the flush.
    session.link(row, Membership.club, other).unwrap();
    assert_eq!(session[person].clubs.get().unwrap(), [other]);
    assert_eq!(session[other].people.get().unwrap(), [person]);
    assert!(session[club].people.get().unwrap().is_empty());
    session[row].club = club.into();
    session.flush().unwrap();
    assert_eq!(session[person].clubs.get().unwrap(), [club]);
    session[row].club_id = session[other].id;
    session.flush().unwrap();
    assert_eq!(session[person].clubs.get().unwrap(), [other]);
    assert_eq!(session[other].people.get().unwrap(), [person]);
    // What is not in memory can't be listed: the list is to be loaded again.
    let id = session[outside].id;
    session.commit().unwrap();
    session.load(person, Person.clubs).unwrap();
    session.load(other, Club.people).unwrap();
    session.expunge(outside).unwrap();
    session[row].club_id = id;
    session.commit().unwrap();
    assert!(!session[person].clubs.is_loaded());
    assert!(session[other].people.get().unwrap().is_empty());
    let clubs = session.load(person, Person.clubs).unwrap();
    assert_eq!(session[clubs[0]].id, id);
}

fn rows_added_by_key_are_in_the_lists(db: &Db) {
    let mut session = session(db);
    let ids = stored(db, &[("a", &["x"]), ("b", &[])]);
    let [a, b] = [ids[0], ids[1]].map(|id| get(&mut session, id));
    session.load_all(&[a, b], Post.tags).unwrap();
    let x = session[a].tags.get().unwrap()[0];
    let row = PostTag::builder()
        .post_id(ids[1])
        .tag_id(session[x].id)
        .note("by key");
    let row = session.add(row);
    assert!(names(&session, b).is_empty());
    session.flush().unwrap();
    assert_eq!(names(&session, b), ["x"]);
    assert_eq!(session[row].tag.get().unwrap(), x);
    session.rollback().unwrap();
    assert!(names(&session, b).is_empty());
}

fn a_deleted_entity_leaves_the_lists(db: &Db) {
    let mut session = session(db);
    let ids = stored(db, &[("a", &["x", "y"]), ("b", &["x"])]);
    let [a, b] = [ids[0], ids[1]].map(|id| get(&mut session, id));
    session.load_all(&[a, b], Post.tags).unwrap();
    let x = session[a].tags.get().unwrap()[0];
    session.delete(x);
    db.sent();
    session.flush().unwrap();
    // Its link rows go by ON DELETE CASCADE.
    assert_eq!(steps(db), ["DELETE labels"]);
    assert_eq!(names(&session, a), ["y"]);
    assert!(names(&session, b).is_empty());
    session.rollback().unwrap();
    assert_eq!(names(&session, a), ["x", "y"]);
    assert_eq!(names(&session, b), ["x"]);
    session.delete(x);
    session.commit().unwrap();
    assert_eq!(names(&session, a), ["y"]);
    assert_eq!(db.count("article_labels"), 1);
}

#[derive(Model, Clone, Debug)]
#[orm(table = "followers")]
struct Account {
    #[orm(primary_key)]
    id: i64,
    #[orm(through = Follow, inverse = Follow.follower, target = Follow.followed)]
    following: ManyToMany<Account>,
    #[orm(through = Follow, inverse = Follow.followed, target = Follow.follower)]
    followers: ManyToMany<Account>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "follows")]
struct Follow {
    #[orm(primary_key, references = Account.id, on_delete = cascade)]
    follower_id: i64,
    #[orm(primary_key, references = Account.id, on_delete = cascade)]
    followed_id: i64,
    #[orm(key = follower_id)]
    follower: BelongsTo<Account>,
    #[orm(key = followed_id)]
    followed: BelongsTo<Account>,
}

fn an_entity_follows_others_of_its_model(db: &Db) {
    let all = Metadata::of((Account, Follow));
    all.create_all(&db.engine).unwrap();
    let mut session = db.session();
    let [ada, bob, cy] = [(); 3].map(|()| session.add(Account::builder()));
    session.link(ada, Account.following, bob).unwrap();
    session.link(ada, Account.followers, cy).unwrap();
    session.link(cy, Account.following, cy).unwrap();
    assert_eq!(session[bob].followers.get().unwrap(), [ada]);
    assert_eq!(session[cy].following.get().unwrap(), [ada, cy]);
    session.commit().unwrap();
    assert_eq!(db.count("follows"), 3);
    session.clear();
    db.sent();
    let query = select(Account)
        .with(Account.following.then(Account.followers))
        .order_by(Account.id);
    let accounts = query.all(&mut session).unwrap();
    assert_eq!(reads(db).len(), 3);
    let [ada, bob, cy] = [accounts[0], accounts[1], accounts[2]];
    assert_eq!(session[ada].following.get().unwrap(), [bob]);
    assert_eq!(session[cy].following.get().unwrap(), [ada, cy]);
    assert_eq!(session[cy].followers.get().unwrap(), [cy]);
    assert!(session[bob].following.get().unwrap().is_empty());
    // Both relations of one entity change by one row.
    session.unlink(cy, Account.followers, cy).unwrap();
    assert_eq!(session[cy].following.get().unwrap(), [ada]);
    session.commit().unwrap();
    assert_eq!(db.count("follows"), 2);
}

#[derive(Model, Clone, Debug)]
#[orm(table = "pair_shelves")]
struct Shelf {
    #[orm(primary_key)]
    room: i32,
    #[orm(primary_key)]
    number: i32,
    #[orm(through = Place)]
    books: ManyToMany<Book>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "books")]
struct Book {
    #[orm(primary_key)]
    id: i64,
    #[orm(through = Place)]
    shelves: ManyToMany<Shelf>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "places")]
#[orm(foreign_key(in_room, on_shelf, references = (Shelf.room, Shelf.number)))]
struct Place {
    #[orm(primary_key)]
    in_room: i32,
    #[orm(primary_key)]
    on_shelf: i32,
    #[orm(primary_key, references = Book.id)]
    book_id: i64,
    shelf: BelongsTo<Shelf>,
    book: BelongsTo<Book>,
}

fn a_link_model_of_composite_keys(db: &Db) {
    let all = Metadata::of((Shelf, Book, Place));
    all.create_all(&db.engine).unwrap();
    let mut session = db.session();
    let books = [(); 3].map(|()| session.add(Book::builder()));
    for number in 1..4 {
        let shelf = session.add(Shelf::builder().room(1).number(number));
        for (book, _) in books.iter().zip(0..number) {
            session.link(shelf, Shelf.books, *book).unwrap();
        }
    }
    session.commit().unwrap();
    session.clear();
    db.sent();
    let shelves = select(Shelf).with(Shelf.books).order_by(Shelf.number);
    let shelves = shelves.all(&mut session).unwrap();
    assert_eq!(reads(db).len(), 2);
    let lengths = shelves
        .iter()
        .map(|shelf| session[*shelf].books.get().unwrap().len());
    assert!(lengths.eq(1..4));
    let book = session[shelves[0]].books.get().unwrap()[0];
    session.clear();
    let shelf = session.get(Shelf, (1, 1)).unwrap().unwrap();
    let book = session.get(Book, 1).unwrap().unwrap_or(book);
    session.unlink(shelf, Shelf.books, book).unwrap();
    session.commit().unwrap();
    assert_eq!(db.count("places"), 5);
}

#[derive(Model, Clone, Debug)]
#[orm(table = "films")]
struct Film {
    #[orm(primary_key)]
    id: i64,
    #[orm(through = FilmGenre)]
    genres: ManyToMany<Genre>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "genres")]
struct Genre {
    #[orm(primary_key, length = 20)]
    name: String,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "film_genres")]
struct FilmGenre {
    #[orm(primary_key, references = Film.id)]
    film_id: i64,
    #[orm(primary_key, references = Genre.name, length = 20)]
    genre_name: String,
    film: BelongsTo<Film>,
    genre: BelongsTo<Genre>,
}

fn keys_of_text_are_linked(db: &Db) {
    let all = Metadata::of((Film, Genre, FilmGenre));
    all.create_all(&db.engine).unwrap();
    let mut session = db.session();
    let film = session.add(Film::builder());
    for name in ["noir", "comedy"] {
        let genre = Genre::builder().name(name);
        session.append(film, Film.genres, genre).unwrap();
    }
    session.commit().unwrap();
    session.clear();
    let film = select(Film).with(Film.genres).one(&mut session).unwrap();
    let genres = session[film].genres.get().unwrap();
    let names: Vec<&str> = genres.iter().map(|genre| &*session[*genre].name).collect();
    assert_eq!(names, ["comedy", "noir"]);
    session.unlink(film, Film.genres, genres[0]).unwrap();
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM film_genres WHERE genre_name = 'noir'"),
        1
    );
    assert_eq!(db.count("film_genres"), 1);
}

fn a_graph_is_added_again(db: &Db) {
    let mut session = session(db);
    let first = session.add(post("first"));
    let rust = session.append(first, Post.tags, tag("rust")).unwrap();
    session.flush().unwrap();
    session.rollback().unwrap();
    assert_eq!(db.count("articles"), 0);
    assert!(session[first].tags.get().unwrap().is_empty());
    // A link adds what it links.
    session.link(first, Post.tags, rust).unwrap();
    assert_eq!(session[rust].posts.get().unwrap(), [first]);
    session.commit().unwrap();
    assert_eq!(
        (
            db.count("articles"),
            db.count("labels"),
            db.count("article_labels")
        ),
        (1, 1, 1)
    );
}

fn conditions_and_joins_follow_link_rows(db: &Db) {
    const ANY: &str = r#"SELECT "title" FROM "articles" WHERE EXISTS (SELECT 1 FROM "article_labels" AS "orm_1" INNER JOIN "labels" ON "orm_1"."tag_id" = "labels"."id" WHERE "orm_1"."post_id" = "articles"."id" AND "labels"."name" = ?)"#;
    let mut session = session(db);
    stored(db, &[("a", &["x", "y"]), ("b", &["y"]), ("c", &[])]);
    let y = named(&mut session, "y");
    db.sent();
    let tagged = select(Post.title).filter(Post.tags.any(Tag.name.eq("x")));
    assert_eq!(tagged.all(&mut session).unwrap(), ["a"]);
    assert_eq!(reads(db), [ANY]);
    let titles = select(Post.title).order_by(Post.title);
    let with_y = titles.clone().filter(Post.tags.contains(y));
    assert_eq!(with_y.all(&mut session).unwrap(), ["a", "b"]);
    let without = titles.clone().filter(Post.tags.is_empty());
    assert_eq!(without.all(&mut session).unwrap(), ["c"]);
    let joined = titles.join(Post.tags).filter(Tag.name.eq("y"));
    assert_eq!(joined.all(&mut session).unwrap(), ["a", "b"]);
    let counted = select((Post.title, Post.tags.count())).order_by(Post.title);
    let counts: Vec<i64> = counted
        .all(&mut session)
        .unwrap()
        .into_iter()
        .map(|row| row.1)
        .collect();
    assert_eq!(counts, [2, 1, 0]);
    // Of a model with itself.
    let all = Metadata::of((Account, Follow));
    all.create_all(&db.engine).unwrap();
    let [ada, bob] = [(); 2].map(|()| session.add(Account::builder()));
    session.link(ada, Account.following, bob).unwrap();
    let followed = select(Account).filter(Account.followers.contains(ada));
    assert_eq!(followed.all(&mut session).unwrap(), [bob]);
}

fn a_link_model_outside_the_set_is_refused(_: &Db) {
    let error = fails(Metadata::of((Post, Tag)).schema(), ErrorKind::Schema);
    let message = error.to_string();
    assert!(
        message.contains("`Post.tags`") && message.contains("PostTag"),
        "{message}"
    );
    assert!(error.hint().unwrap().contains("add PostTag"), "{error}");
}

fn the_history_of_a_list_is_that_of_its_link_rows(db: &Db) {
    let mut session = session(db);
    let keys = stored(db, &[("first", &["a", "b"])]);
    let first = get(&mut session, keys[0]);
    session.load(first, Post.tags).unwrap();
    let [a, b] = ["a", "b"].map(|name| named(&mut session, name));
    assert!(!session.history(first, Post.tags).unwrap().has_changes());
    session.unlink(first, Post.tags, a).unwrap();
    let c = session.append(first, Post.tags, tag("c")).unwrap();
    let history = session.history(first, Post.tags).unwrap();
    assert_eq!(
        (history.deleted, history.unchanged, history.added),
        (vec![a], vec![b], vec![c])
    );
    session.commit().unwrap();
    let history = session.history(first, Post.tags).unwrap();
    assert_eq!(history.unchanged, [b, c]);
    assert!(!history.has_changes());
}
