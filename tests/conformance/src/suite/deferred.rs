//! Deferred columns: absent from SELECT until they are asked for, and from UPDATE until they are assigned.

use orm::prelude::*;
use orm::{Deferred, ErrorKind, ViewOnly};

use crate::cases;
use crate::database::Db;
use crate::suite::statements::{reads, writes};
use crate::suite::support::fails;

cases![
    "deferred":
    queries_leave_deferred_columns_out,
    get_leaves_deferred_columns_out,
    undefer_reads_a_column_and_its_group,
    defer_leaves_a_column_out,
    conditions_and_orders_use_deferred_columns,
    columns_of_an_entity_are_loaded_once,
    an_update_of_another_column_does_not_touch_them,
    what_was_not_read_is_assigned_without_a_guard,
    what_was_read_is_guarded,
    a_row_fills_a_fresh_entity,
    an_assigned_column_is_not_filled,
    stale_entities_lose_them,
    relations_leave_them_out,
    joined_relations_leave_them_out,
    tuples_of_entities_are_read,
    owned_structs_lack_them,
    streams_leave_them_out,
    raw_sql_may_lack_them,
    rows_are_inserted_with_and_without_them,
    a_copy_of_a_partial_entity_is_refused,
    history_needs_the_value,
    a_merged_value_changes_what_it_has,
    a_rollback_takes_assigned_values_back,
    a_version_guards_what_was_not_read,
    only_deferred_columns_are_left_out,
    bulk_statements_set_deferred_columns,
    what_relations_need_is_not_deferred,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "essays")]
struct Essay {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    title: String,
    #[orm(deferred = "text")]
    body: Deferred<String>,
    #[orm(deferred = "text")]
    summary: Deferred<Option<String>>,
    photo: Deferred<Option<Vec<u8>>>,
    #[orm(deferred = false)]
    notes: Deferred<Option<String>>,
    #[orm(references = Essayist.id, index)]
    author_id: i64,
    author: BelongsTo<Essayist>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "essayists")]
struct Essayist {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
    portrait: Deferred<Option<Vec<u8>>>,
    essays: HasMany<Essay>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "essay_drafts")]
struct Draft {
    #[orm(primary_key)]
    id: i64,
    #[orm(version)]
    version: i32,
    text: Deferred<String>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "essay_books")]
struct Book {
    #[orm(primary_key)]
    id: i64,
    #[orm(position = Chapter.place)]
    chapters: HasMany<Chapter>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "essay_chapters")]
struct Chapter {
    #[orm(primary_key)]
    id: i64,
    place: Deferred<i64>,
    mail: Deferred<String>,
    #[orm(references = Book.id, index)]
    book_id: i64,
    book: BelongsTo<Book>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "essay_readers")]
struct Reader {
    #[orm(primary_key)]
    id: i64,
    mail: Deferred<String>,
    #[orm(on(mail = Chapter.mail))]
    written: ViewOnly<Vec<Chapter>>,
}

/// An essay with a body, no summary, a photo and notes.
fn stored(db: &Db) -> Session {
    Metadata::of((Essay, Essayist, Draft))
        .create_all(&db.engine)
        .unwrap();
    let mut session = db.session();
    let author = session.add(Essayist::builder().name("Ada").portrait(vec![7]));
    let essay = Essay::builder()
        .title("Tides")
        .body("long")
        .photo(vec![1, 2])
        .notes("some");
    session.add(essay.author(author));
    session.add(Draft::builder().text("draft"));
    session.commit().unwrap();
    drop(session);
    db.sent();
    db.session()
}

fn only(session: &mut Session) -> Ref<Essay> {
    select(Essay).one(session).unwrap()
}

/// The names of the columns of the last SELECT.
fn selected(db: &Db) -> String {
    let texts = reads(db);
    let text = texts.last().unwrap().to_lowercase();
    text.split(" from ").next().unwrap().to_owned()
}

fn is_loaded(session: &Session, essay: Ref<Essay>) -> [bool; 4] {
    let Essay {
        body,
        summary,
        photo,
        notes,
        ..
    } = &session[essay];
    [
        body.is_loaded(),
        summary.is_loaded(),
        photo.is_loaded(),
        notes.is_loaded(),
    ]
}

fn queries_leave_deferred_columns_out(db: &Db) {
    let mut session = stored(db);
    let essay = only(&mut session);
    assert_eq!(
        selected(db),
        r#"select "id", "title", "notes", "author_id""#
    );
    assert_eq!(session[essay].title, "Tides");
    assert_eq!(session[essay].notes.get().unwrap().as_deref(), Some("some"));
    assert_eq!(is_loaded(&session, essay), [false, false, false, true]);
    let error = fails(session[essay].body.get(), ErrorKind::NotLoaded);
    assert_eq!(error.message(), "the column `Essay.body` is not loaded");
    assert_eq!(
        error.hint(),
        Some(
            "call session.load_columns(handle, Essay.body), or add .undefer(Essay.body) to the query"
        )
    );
    assert_eq!(format!("{:?}", session[essay].body), "Deferred(not loaded)");
    for query in [
        select(Essay).order_by(Essay.id.asc()).limit(3),
        select(Essay).for_update(),
    ] {
        query.all(&mut session).unwrap();
        assert_eq!(
            selected(db),
            r#"select "id", "title", "notes", "author_id""#
        );
    }
    session.rollback().unwrap();
}

fn get_leaves_deferred_columns_out(db: &Db) {
    let mut session = stored(db);
    let id = select(Essay.id).one(&mut session).unwrap();
    let essay = session.get_one(Essay, id).unwrap();
    assert_eq!(
        selected(db),
        r#"select "id", "title", "notes", "author_id""#
    );
    session.refresh(essay).unwrap();
    assert_eq!(
        selected(db),
        r#"select "id", "title", "notes", "author_id""#
    );
    session.get_for_update(Essay, id).unwrap();
    assert_eq!(
        selected(db),
        r#"select "id", "title", "notes", "author_id""#
    );
    assert_eq!(is_loaded(&session, essay), [false, false, false, true]);
    session.rollback().unwrap();
}

fn undefer_reads_a_column_and_its_group(db: &Db) {
    let mut session = stored(db);
    let essay = select(Essay).undefer(Essay.body).one(&mut session).unwrap();
    assert_eq!(
        selected(db),
        r#"select "id", "title", "body", "summary", "notes", "author_id""#
    );
    assert_eq!(session[essay].body.get().unwrap(), "long");
    assert_eq!(session[essay].summary.get().unwrap(), &None);
    assert_eq!(is_loaded(&session, essay), [true, true, false, true]);
    let query = select(Essay).undefer((Essay.summary, Essay.photo));
    let mut session = db.session();
    for _ in 0..3 {
        let essay = query.one(&mut session).unwrap();
        assert_eq!(is_loaded(&session, essay), [true; 4]);
        assert_eq!(session[essay].photo.get().unwrap(), &Some(vec![1, 2]));
        session.clear();
    }
}

fn defer_leaves_a_column_out(db: &Db) {
    let mut session = stored(db);
    let essay = select(Essay).defer(Essay.notes).one(&mut session).unwrap();
    assert_eq!(selected(db), r#"select "id", "title", "author_id""#);
    assert_eq!(is_loaded(&session, essay), [false; 4]);
    let essay = select(Essay)
        .defer(Essay.notes)
        .undefer(Essay.notes)
        .one(&mut session)
        .unwrap();
    assert!(session[essay].notes.is_loaded());
}

fn conditions_and_orders_use_deferred_columns(db: &Db) {
    let mut session = stored(db);
    let query = select(Essay)
        .filter(Essay.body.eq("long"))
        .filter(Essay.summary.is_null());
    let found = query
        .order_by(Essay.body.asc())
        .limit(1)
        .one(&mut session)
        .unwrap();
    assert!(!session[found].body.is_loaded());
    let bodies: Vec<String> = select(Essay.body).all(&mut session).unwrap();
    assert_eq!(bodies, ["long"]);
    assert_eq!(
        select(Essay)
            .filter(Essay.body.eq(""))
            .count(&mut session)
            .unwrap(),
        0
    );
}

fn columns_of_an_entity_are_loaded_once(db: &Db) {
    let mut session = stored(db);
    let essay = only(&mut session);
    db.sent();
    session.load_columns(essay, Essay.body).unwrap();
    assert_eq!(selected(db), r#"select "body", "summary""#);
    assert_eq!(session[essay].body.get().unwrap(), "long");
    session
        .load_columns(essay, (Essay.body, Essay.summary, Essay.title, Essay.notes))
        .unwrap();
    assert!(reads(db).is_empty());
    session.load_columns(essay, Essay.photo).unwrap();
    assert_eq!(session[essay].photo.get().unwrap(), &Some(vec![1, 2]));
    session.commit().unwrap();
    assert!(writes(db).is_empty());
}

fn an_update_of_another_column_does_not_touch_them(db: &Db) {
    let mut session = stored(db);
    let essay = only(&mut session);
    session[essay].title = "Moons".into();
    session.commit().unwrap();
    let sent = writes(db);
    assert!(
        sent[0].starts_with(r#"UPDATE "essays" SET "title" = "#),
        "{sent:?}"
    );
    assert!(
        !sent[0].contains("body") && !sent[0].contains("photo"),
        "{sent:?}"
    );
    session
        .load_columns(essay, (Essay.body, Essay.photo))
        .unwrap();
    assert_eq!(session[essay].body.get().unwrap(), "long");
    assert_eq!(session[essay].photo.get().unwrap(), &Some(vec![1, 2]));
}

fn what_was_not_read_is_assigned_without_a_guard(db: &Db) {
    let mut session = stored(db);
    let essay = only(&mut session);
    // Another transaction may change it: it was never read.
    update(Essay)
        .set(Essay.body, "other")
        .execute(&mut db.other_connection())
        .unwrap();
    session[essay].body = "new".to_owned().into();
    session[essay].photo = None.into();
    session.commit().unwrap();
    let sent = writes(db);
    assert_eq!(
        sent.iter().filter(|sql| sql.starts_with("UPDATE")).count(),
        1,
        "{sent:?}"
    );
    let mut other = db.session();
    let found = select(Essay)
        .undefer((Essay.body, Essay.photo))
        .one(&mut other)
        .unwrap();
    assert_eq!(other[found].body.get().unwrap(), "new");
    assert_eq!(other[found].photo.get().unwrap(), &None);
    // What was written is known.
    assert_eq!(session[essay].body.get().unwrap(), "new");
    update(Essay)
        .set(Essay.body, "again")
        .execute(&mut db.other_connection())
        .unwrap();
    session[essay].body = "stale".to_owned().into();
    fails(session.commit(), ErrorKind::StaleData);
    session.rollback().unwrap();
}

fn what_was_read_is_guarded(db: &Db) {
    let mut session = stored(db);
    let essay = select(Essay).undefer(Essay.body).one(&mut session).unwrap();
    update(Essay)
        .set(Essay.body, "other")
        .execute(&mut db.other_connection())
        .unwrap();
    session[essay].body = "new".to_owned().into();
    // Of two columns only one was read.
    session[essay].photo = None.into();
    fails(session.commit(), ErrorKind::StaleData);
    session.rollback().unwrap();
}

fn a_row_fills_a_fresh_entity(db: &Db) {
    let mut session = stored(db);
    let essay = only(&mut session);
    session[essay].title = "changed".into();
    let query = select(Essay).undefer(Essay.body);
    session.no_autoflush(|session| query.all(session)).unwrap();
    assert_eq!(session[essay].body.get().unwrap(), "long");
    assert_eq!(session[essay].title, "changed");
    session.commit().unwrap();
    let sent = writes(db);
    assert_eq!(sent.len(), 1);
    assert!(!sent[0].contains("body"), "{sent:?}");
}

fn an_assigned_column_is_not_filled(db: &Db) {
    let mut session = stored(db);
    let essay = only(&mut session);
    session[essay].body = "mine".to_owned().into();
    let query = select(Essay).undefer(Essay.body);
    session.no_autoflush(|session| query.all(session)).unwrap();
    assert_eq!(session[essay].body.get().unwrap(), "mine");
    session.load_columns(essay, Essay.body).unwrap();
    assert_eq!(session[essay].body.get().unwrap(), "mine");
    session.refresh_attributes(essay, Essay.body).unwrap();
    assert_eq!(session[essay].body.get().unwrap(), "long");
}

fn stale_entities_lose_them(db: &Db) {
    let mut session = stored(db);
    let essay = select(Essay).undefer(Essay.body).one(&mut session).unwrap();
    session.expire_all();
    assert!(session[essay].body.is_loaded());
    only(&mut session);
    // A mix of two times would be worse.
    assert_eq!(is_loaded(&session, essay), [false, false, false, true]);
    session
        .load_columns(essay, (Essay.body, Essay.photo))
        .unwrap();
    session
        .expire_attributes(essay, (Essay.photo, Essay.title))
        .unwrap();
    only(&mut session);
    assert_eq!(is_loaded(&session, essay), [true, true, false, true]);
}

fn relations_leave_them_out(db: &Db) {
    let mut session = stored(db);
    let essay = select(Essay).with(Essay.author).one(&mut session).unwrap();
    let author = session[essay].author.get().unwrap();
    assert!(!session[author].portrait.is_loaded());
    let authors = select(Essayist)
        .with(Essayist.essays)
        .all(&mut db.session())
        .unwrap();
    assert_eq!(authors.len(), 1);
    let mut session = db.session();
    let author = select(Essayist).one(&mut session).unwrap();
    let essays = session.load(author, Essayist.essays).unwrap();
    assert_eq!(
        selected(db),
        r#"select "id", "title", "notes", "author_id""#
    );
    assert_eq!(session[essays[0]].title, "Tides");
    let part = session
        .load(
            author,
            Essayist.essays.filter(Essay.body.eq("long")).limit(1),
        )
        .unwrap();
    assert_eq!(
        session[part[0]].notes.get().unwrap().as_deref(),
        Some("some")
    );
    assert_eq!(is_loaded(&session, part[0]), [false, false, false, true]);
}

fn joined_relations_leave_them_out(db: &Db) {
    let mut session = stored(db);
    let query = select(Essay)
        .undefer(Essay.photo)
        .with(Essay.author.joined());
    let essay = query.one(&mut session).unwrap();
    let author = session[essay].author.get().unwrap();
    assert_eq!(session[author].name, "Ada");
    assert!(!session[author].portrait.is_loaded());
    assert_eq!(is_loaded(&session, essay), [false, false, true, true]);
    let mut session = db.session();
    let query = select(Essayist)
        .undefer(Essayist.portrait)
        .with(Essayist.essays.joined());
    let author = query.limit(2).one(&mut session).unwrap();
    assert_eq!(session[author].portrait.get().unwrap(), &Some(vec![7]));
    let essay = session[author].essays.get().unwrap()[0];
    assert_eq!(is_loaded(&session, essay), [false, false, false, true]);
}

fn tuples_of_entities_are_read(db: &Db) {
    let mut session = stored(db);
    let query = select((Essay, Essayist, Essay.body)).join(Essay.author);
    let (essay, author, body) = query.one(&mut session).unwrap();
    assert_eq!(session[essay].title, "Tides");
    assert_eq!(session[author].name, "Ada");
    assert_eq!(body, "long");
    let query = select((Essayist, optional(Essay))).left_join(Essayist.essays);
    let (_, essay) = query.one(&mut session).unwrap();
    assert_eq!(
        is_loaded(&session, essay.unwrap()),
        [false, false, false, true]
    );
}

fn owned_structs_lack_them(db: &Db) {
    drop(stored(db));
    let mut conn = db.engine.connection().unwrap();
    let essay = select(Essay).one(&mut conn).unwrap();
    fails(essay.body.get(), ErrorKind::NotLoaded);
    fails(essay.body.into_inner(), ErrorKind::NotLoaded);
    let essay = select(Essay)
        .undefer(Essay.body)
        .first(&mut conn)
        .unwrap()
        .unwrap();
    assert_eq!(essay.body.into_inner().unwrap(), "long");
}

fn streams_leave_them_out(db: &Db) {
    drop(stored(db));
    let mut conn = db.engine.connection().unwrap();
    for essay in select(Essay)
        .undefer(Essay.photo)
        .stream(&mut conn)
        .unwrap()
    {
        let essay = essay.unwrap();
        assert_eq!(essay.photo.get().unwrap(), &Some(vec![1, 2]));
        assert!(!essay.body.is_loaded());
        assert_eq!(essay.title, "Tides");
    }
}

fn raw_sql_may_lack_them(db: &Db) {
    let mut session = stored(db);
    let quoted = |name: &str| db.quoted(name);
    let columns = ["id", "title", "photo", "notes", "author_id"]
        .map(quoted)
        .join(", ");
    let text = format!("SELECT {columns} FROM {}", quoted("essays"));
    let essays = raw(text).entities(Essay, &mut session).unwrap();
    assert_eq!(is_loaded(&session, essays[0]), [false, false, true, true]);
    // Changed, the entity takes what it lacks and nothing else has moved.
    session[essays[0]].title = "changed".into();
    session[essays[0]].body = "mine".to_owned().into();
    let columns = [
        "id",
        "title",
        "body",
        "summary",
        "photo",
        "notes",
        "author_id",
    ]
    .map(quoted)
    .join(", ");
    let text = format!("SELECT {columns} FROM {}", quoted("essays"));
    session
        .no_autoflush(|session| raw(text).entities(Essay, session))
        .unwrap();
    assert_eq!(session[essays[0]].body.get().unwrap(), "mine");
    assert_eq!(session[essays[0]].summary.get().unwrap(), &None);
    session.rollback().unwrap();
}

fn rows_are_inserted_with_and_without_them(db: &Db) {
    let mut session = stored(db);
    let author = select(Essayist).one(&mut session).unwrap();
    let without = Essay {
        id: 0,
        title: "Struct".into(),
        body: "b".to_owned().into(),
        summary: Deferred::default(),
        photo: Deferred::default(),
        notes: None.into(),
        author_id: session[author].id,
        author: BelongsTo::default(),
    };
    let essay = session.add(without.clone());
    session.commit().unwrap();
    session
        .load_columns(essay, (Essay.summary, Essay.photo))
        .unwrap();
    assert_eq!(session[essay].summary.get().unwrap(), &None);
    insert(Essay)
        .values(&without)
        .execute(&mut db.other_connection())
        .unwrap();
    insert(Essay)
        .values([without.clone(), without])
        .execute(&mut db.other_connection())
        .unwrap();
    assert_eq!(db.count("essays"), 5);
}

fn a_copy_of_a_partial_entity_is_refused(db: &Db) {
    let mut session = stored(db);
    let essay = only(&mut session);
    let mut copy = session[essay].clone();
    copy.id = 0;
    session.add(copy.clone());
    let error = fails(session.flush(), ErrorKind::NotLoaded);
    assert_eq!(error.message(), "the column `Essay.body` is not loaded");
    session.rollback().unwrap();
    let mut conn = db.other_connection();
    fails(
        insert(Essay).values(&copy).execute(&mut conn),
        ErrorKind::NotLoaded,
    );
    fails(
        insert(Essay).values([copy.clone()]).execute(&mut conn),
        ErrorKind::NotLoaded,
    );
    assert_eq!(db.count("essays"), 1);
    // With its values it is a row.
    copy.body = "copied".to_owned().into();
    copy.summary = None.into();
    copy.photo = None.into();
    session.add(copy);
    session.commit().unwrap();
    assert_eq!(db.count("essays"), 2);
}

fn history_needs_the_value(db: &Db) {
    let mut session = stored(db);
    let essay = only(&mut session);
    fails(session.history(essay, Essay.body), ErrorKind::NotLoaded);
    session[essay].body = "new".to_owned().into();
    fails(session.history(essay, Essay.body), ErrorKind::NotLoaded);
    session.rollback().unwrap();
    session.load_columns(essay, Essay.body).unwrap();
    session[essay].body = "new".to_owned().into();
    let history = session.history(essay, Essay.body).unwrap();
    assert_eq!(
        (history.added, history.deleted),
        (vec!["new".to_owned()], vec!["long".to_owned()])
    );
    session.rollback().unwrap();
}

fn a_merged_value_changes_what_it_has(db: &Db) {
    let mut session = stored(db);
    let mut value = select(Essay).one(&mut db.other_connection()).unwrap();
    value.title = "merged".into();
    value.photo = Some(vec![9]).into();
    let essay = session.merge(value).unwrap();
    session.commit().unwrap();
    let mut other = db.session();
    let found = select(Essay)
        .undefer((Essay.body, Essay.photo))
        .one(&mut other)
        .unwrap();
    assert_eq!(session[essay].title, "merged");
    assert_eq!(other[found].title, "merged");
    assert_eq!(other[found].body.get().unwrap(), "long");
    assert_eq!(other[found].photo.get().unwrap(), &Some(vec![9]));
}

fn a_rollback_takes_assigned_values_back(db: &Db) {
    let mut session = stored(db);
    let essay = only(&mut session);
    session[essay].body = "new".to_owned().into();
    session.flush().unwrap();
    session.rollback().unwrap();
    assert!(!session[essay].body.is_loaded());
    session.load_columns(essay, Essay.body).unwrap();
    assert_eq!(session[essay].body.get().unwrap(), "long");
    let failed: orm::Result<()> = session.savepoint(|session| {
        session[essay].body = "in a savepoint".to_owned().into();
        session.flush()?;
        session.get_one(Essay, -1).map(drop)
    });
    assert!(failed.is_err());
    assert_eq!(session[essay].body.get().unwrap(), "long");
    session.rollback().unwrap();
}

fn a_version_guards_what_was_not_read(db: &Db) {
    let mut session = stored(db);
    let draft = select(Draft).one(&mut session).unwrap();
    update(Draft)
        .set(Draft.text, "other")
        .execute(&mut db.other_connection())
        .unwrap();
    session[draft].text = "mine".to_owned().into();
    fails(session.commit(), ErrorKind::StaleData);
    session.rollback().unwrap();
    session.refresh(draft).unwrap();
    session[draft].text = "mine".to_owned().into();
    session.commit().unwrap();
    assert_eq!(select(Draft.text).one(&mut db.session()).unwrap(), "mine");
}

fn only_deferred_columns_are_left_out(db: &Db) {
    let mut session = stored(db);
    let error = fails(
        select(Essay).defer(Essay.title).all(&mut session),
        ErrorKind::Usage,
    );
    assert_eq!(
        error.message(),
        "the column `Essay.title` can't be left out of an entity"
    );
    fails(
        select(Essay).undefer(Essay.id).all(&mut session),
        ErrorKind::Usage,
    );
}

fn bulk_statements_set_deferred_columns(db: &Db) {
    let mut session = stored(db);
    let essay = select(Essay).undefer(Essay.body).one(&mut session).unwrap();
    update(Essay)
        .set(Essay.body, "bulk")
        .synchronize()
        .execute(&mut session)
        .unwrap();
    assert_eq!(session[essay].body.get().unwrap(), "bulk");
    let partial = session.set(essay, Essay.title, "set");
    partial.unwrap();
    session.commit().unwrap();
    session.refresh(essay).unwrap();
    assert_eq!(session[essay].title, "set");
}

fn what_relations_need_is_not_deferred(db: &Db) {
    let positions = Metadata::of((Book, Chapter)).create_all(&db.engine);
    let error = fails(positions, ErrorKind::Schema);
    assert_eq!(
        error.message(),
        "`Book.chapters` needs the values of `Chapter.place`, which is deferred"
    );
    let view = Metadata::of((Reader, Chapter)).schema();
    let error = fails(view, ErrorKind::Schema);
    assert_eq!(
        error.message(),
        "`Reader.written` needs the values of `Reader.mail`, which is deferred"
    );
}
