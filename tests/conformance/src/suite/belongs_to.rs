//! Relations whose foreign key the model has: what a builder takes, what is written, loaded and refused.

use orm::ErrorKind;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::suite::statements::{reads, steps, unguarded_writes, writes};
use crate::suite::support::fails;

cases![
    "belongs_to":
    a_builder_takes_an_entity_without_a_key,
    a_relation_is_loaded_once,
    a_load_keeps_what_was_assigned,
    what_the_identity_map_has_sends_no_statement,
    a_relation_that_is_not_loaded_is_an_error,
    an_assigned_relation_is_written,
    what_it_leads_to_already_is_not_written,
    none_is_written_as_null,
    a_relation_follows_its_foreign_key,
    a_relation_and_its_key_that_differ_are_refused,
    a_key_that_was_left_out_is_refused,
    a_rollback_restores_relations,
    a_savepoint_restores_relations,
    a_row_that_is_read_again_keeps_what_it_leads_to,
    a_parent_that_is_gone_is_not_found,
    on_delete_set_null_empties_a_relation,
    an_entity_of_another_session_is_refused,
    a_composite_key_is_loaded,
    a_key_of_text_is_loaded,
    a_failed_flush_keeps_what_was_assigned,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "writers")]
struct Writer {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
}

/// A required relation and an optional one to the same model.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "texts")]
struct Text {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 200)]
    title: String,
    #[orm(references = Writer.id, on_delete = cascade, index)]
    author_id: i64,
    #[orm(references = Writer.id, on_delete = set_null, index)]
    editor_id: Option<i64>,
    #[orm(key = author_id)]
    author: BelongsTo<Writer>,
    #[orm(key = editor_id)]
    editor: BelongsTo<Option<Writer>>,
}

const WRITER: &str = r#"SELECT "id", "name" FROM "writers" WHERE "id" = ?"#;

fn session(db: &Db) -> Session {
    Metadata::of((Writer, Text)).create_all(&db.engine).unwrap();
    db.sent();
    db.session()
}

/// Two writers and a text by the first, committed by another session.
fn stored(db: &Db) -> ([i64; 2], i64) {
    let mut other = Session::new(&db.other_engine());
    let writers = ["ada", "bob"].map(|name| other.add(Writer::builder().name(name)));
    let text = other.add(Text::builder().title("a").author(writers[0]));
    other.commit().unwrap();
    (writers.map(|writer| other[writer].id), other[text].id)
}

fn a_builder_takes_an_entity_without_a_key(db: &Db) {
    let mut session = session(db);
    let ada = session.add(Writer::builder().name("ada"));
    let text = session.add(Text::builder().title("a").author(ada));
    assert_eq!(session[text].author.get().unwrap(), ada);
    assert_eq!((session.key(ada), session.key(text)), (None, None));
    assert_eq!(session[text].author_id, 0);
    session.commit().unwrap();
    assert_eq!(
        writes(db)
            .iter()
            .map(|sql| sql.split(" VALUES").next().unwrap().to_owned())
            .collect::<Vec<_>>(),
        [
            r#"INSERT INTO "writers" ("name")"#,
            r#"INSERT INTO "texts" ("title", "author_id", "editor_id")"#
        ]
    );
    assert_eq!(session[text].author_id, session[ada].id);
    assert_eq!(db.scalar("SELECT author_id FROM texts"), session[ada].id);
    assert_eq!(session[text].author.get().unwrap(), ada);
    // By key as well: after the flush the relation references what the key does.
    let other = session.add(Text::builder().title("b").author_id(session[ada].id));
    assert!(!session[other].author.is_loaded());
    session.commit().unwrap();
    assert_eq!(session[other].author.get().unwrap(), ada);
}

fn a_relation_is_loaded_once(db: &Db) {
    let mut session = session(db);
    let (_, id) = stored(db);
    let text = session.get(Text, id).unwrap().unwrap();
    db.sent();
    let ada = session.load(text, Text.author).unwrap();
    assert_eq!(reads(db), [WRITER]);
    assert_eq!(session[ada].name, "ada");
    assert_eq!(session[text].author.get().unwrap(), ada);
    assert_eq!(session.load(text, Text.author).unwrap(), ada);
    // A NULL key references nothing.
    assert_eq!(session.load(text, Text.editor).unwrap(), None);
    assert_eq!(session[text].editor.get().unwrap(), None);
    assert_eq!(reads(db), [""; 0]);
    // After a commit the entity is stale, and is read again by its key.
    session.commit().unwrap();
    db.outside("UPDATE writers SET name = 'grace' WHERE name = 'ada'");
    assert_eq!(session[text].author.get().unwrap(), ada);
    assert_eq!(session.load(text, Text.author).unwrap(), ada);
    assert_eq!(
        (reads(db), &*session[ada].name),
        (vec![WRITER.into()], "grace")
    );
    assert!(!session.has_pending_work());
}

fn a_load_keeps_what_was_assigned(db: &Db) {
    let mut session = session(db);
    let (ids, id) = stored(db);
    let text = session.get(Text, id).unwrap().unwrap();
    let [ada, bob] = ids.map(|id| session.get(Writer, id).unwrap().unwrap());
    // What is assigned is stale, and what the foreign key references is fresh.
    session.expire_all();
    session.refresh(ada).unwrap();
    session.link(text, Text.author, bob).unwrap();
    assert_eq!(session.load(text, Text.author).unwrap(), bob);
    assert_eq!(session[text].author.get().unwrap(), bob);
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT author_id FROM texts"), session[bob].id);

    session.expire_all();
    session[text].author = ada.into();
    session[text].editor = Some(bob).into();
    let loaded = session.no_autoflush(|session| {
        let author = session.load(text, Text.author)?;
        Ok((author, session.load(text, Text.editor)?))
    });
    assert_eq!(loaded.unwrap(), (ada, Some(bob)));
    let new = session.add(Text::builder().title("b").author(ada).editor(bob));
    session.expire_all();
    let loaded = session.no_autoflush(|session| session.load(new, Text.author));
    assert_eq!(loaded.unwrap(), ada);
    session.commit().unwrap();
    let written = "SELECT COUNT(*) FROM texts WHERE author_id < editor_id";
    assert_eq!(db.scalar(written), 2);

    // Another relation is loaded, too.
    let mut session = db.session();
    let text = session.get(Text, id).unwrap().unwrap();
    let bob = session.get(Writer, ids[1]).unwrap().unwrap();
    session[text].author = bob.into();
    let loaded = session.no_autoflush(|session| session.load(text, Text.editor));
    assert!(loaded.unwrap().is_some());
    session.commit().unwrap();
    assert_eq!(db.scalar(written), 1);
}

fn what_the_identity_map_has_sends_no_statement(db: &Db) {
    let mut session = session(db);
    let ([ada, _], id) = stored(db);
    let ada = session.get(Writer, ada).unwrap().unwrap();
    let text = session.get(Text, id).unwrap().unwrap();
    // Nor does it flush.
    session[text].title = "b".into();
    db.sent();
    assert_eq!(session.load(text, Text.author).unwrap(), ada);
    assert_eq!(db.sent(), [""; 0]);
    // What was loaded is no change.
    session.commit().unwrap();
    assert_eq!(
        unguarded_writes(db),
        [r#"UPDATE "texts" SET "title" = ? WHERE "id" = ?"#]
    );
}

fn a_relation_that_is_not_loaded_is_an_error(db: &Db) {
    let mut session = session(db);
    let (_, id) = stored(db);
    let text = session.get(Text, id).unwrap().unwrap();
    let error = session[text].author.get().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotLoaded);
    let text = error.to_string();
    assert!(
        text.starts_with("the relation `Text.author` is not loaded"),
        "{text}"
    );
    let text = session.get(Text, id).unwrap().unwrap();
    let hint = error.hint().unwrap();
    assert!(hint.contains("session.load(handle, Text.author)"), "{hint}");
    let copy = session[text].clone();
    assert_eq!(copy.author.get().unwrap_err().kind(), ErrorKind::NotLoaded);
    let unknown = BelongsTo::<Writer>::default().get().unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::NotLoaded);
}

fn an_assigned_relation_is_written(db: &Db) {
    let mut session = session(db);
    let ([_, bob], id) = stored(db);
    let text = session.get(Text, id).unwrap().unwrap();
    let bob = session.get(Writer, bob).unwrap().unwrap();
    db.sent();
    session[text].author = bob.into();
    assert!(session.has_pending_work());
    session.commit().unwrap();
    assert_eq!(
        unguarded_writes(db),
        [r#"UPDATE "texts" SET "author_id" = ? WHERE "id" = ?"#]
    );
    assert_eq!(session[text].author_id, session[bob].id);
    // Both relations at once, one to a new entity.
    let carol = session.add(Writer::builder().name("carol"));
    session[text].author = carol.into();
    session[text].editor = Some(bob).into();
    session.commit().unwrap();
    assert_eq!(
        unguarded_writes(db).last().unwrap(),
        r#"UPDATE "texts" SET "author_id" = ?, "editor_id" = ? WHERE "id" = ?"#
    );
    assert_eq!(db.scalar("SELECT author_id FROM texts"), session[carol].id);
    assert_eq!(db.scalar("SELECT editor_id FROM texts"), session[bob].id);
    session.commit().unwrap();
    assert_eq!(writes(db), [""; 0]);
}

fn what_it_leads_to_already_is_not_written(db: &Db) {
    let mut session = session(db);
    let (ids, id) = stored(db);
    let text = session.get(Text, id).unwrap().unwrap();
    let [ada, bob] = ids.map(|id| session.get(Writer, id).unwrap().unwrap());
    db.sent();
    session[text].author = ada.into();
    session[text].editor = None.into();
    session.commit().unwrap();
    assert_eq!(writes(db), [""; 0]);
    assert!(!session.has_pending_work());
    assert_eq!(session[text].author.get().unwrap(), ada);
    // There and back.
    session[text].author = bob.into();
    session[text].author = ada.into();
    assert!(!session.has_pending_work());
    // Taking it out of the field is no change.
    session[text].author = BelongsTo::default();
    session.commit().unwrap();
    assert_eq!(writes(db), [""; 0]);
}

fn none_is_written_as_null(db: &Db) {
    let mut session = session(db);
    let ([_, bob], id) = stored(db);
    db.outside(&format!("UPDATE texts SET editor_id = {bob}"));
    let text = session.get(Text, id).unwrap().unwrap();
    db.sent();
    session[text].editor = None.into();
    session.commit().unwrap();
    assert_eq!(
        unguarded_writes(db),
        [r#"UPDATE "texts" SET "editor_id" = ? WHERE "id" = ?"#]
    );
    assert_eq!(
        (session[text].editor_id, session[text].editor.get().unwrap()),
        (None, None)
    );
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM texts WHERE editor_id IS NULL"),
        1
    );
    let bob = session.get(Writer, bob).unwrap().unwrap();
    session[text].editor = bob.into();
    session.commit().unwrap();
    assert_eq!(session[text].editor_id, Some(session[bob].id));
}

fn a_relation_follows_its_foreign_key(db: &Db) {
    let mut session = session(db);
    let ([_, bob], id) = stored(db);
    let text = session.get(Text, id).unwrap().unwrap();
    let ada = session.load(text, Text.author).unwrap();
    // Not in memory.
    session[text].author_id = bob;
    session.flush().unwrap();
    assert!(!session[text].author.is_loaded());
    let bob = session.load(text, Text.author).unwrap();
    assert_eq!(session[bob].name, "bob");
    // In memory.
    session[text].author_id = session[ada].id;
    session.flush().unwrap();
    assert_eq!(session[text].author.get().unwrap(), ada);
    session[text].editor_id = Some(session[bob].id);
    session.flush().unwrap();
    assert_eq!(session[text].editor.get().unwrap(), Some(bob));
    session[text].editor_id = None;
    session.commit().unwrap();
    assert_eq!(session[text].editor.get().unwrap(), None);
}

fn a_relation_and_its_key_that_differ_are_refused(db: &Db) {
    let mut session = session(db);
    let ([ada, bob], id) = stored(db);
    let text = session.get(Text, id).unwrap().unwrap();
    let handle = session.get(Writer, bob).unwrap().unwrap();
    // Equal ones are fine.
    session[text].author = handle.into();
    session[text].author_id = bob;
    session.flush().unwrap();
    assert_eq!(session[text].author.get().unwrap(), handle);
    let own = session.get(Writer, ada).unwrap().unwrap();
    session[text].author = own.into();
    session[text].author_id = 1_000_000;
    let error = fails(session.flush(), ErrorKind::Usage);
    assert!(error.to_string().contains("`Text.author`"), "{error}");
    assert!(error.to_string().contains("`Text.author_id`"), "{error}");
    session[text].author_id = bob;
    session.flush().unwrap();
    assert_eq!(session[text].author_id, ada);
    // A key that isn't known yet differs from each.
    let carol = session.add(Writer::builder().name("carol"));
    session[text].author = carol.into();
    session[text].author_id = 5;
    fails(session.flush(), ErrorKind::Usage);
    session.rollback().unwrap();
    // A new one as well.
    let new = session.add(Text::builder().title("b").author_id(bob).author(own));
    fails(session.flush(), ErrorKind::Usage);
    session[new].author = handle.into();
    session.commit().unwrap();
    assert_eq!(session[new].author_id, bob);
}

fn a_key_that_was_left_out_is_refused(db: &Db) {
    let mut session = session(db);
    session.add(Text {
        id: 0,
        title: "a".into(),
        author_id: 0,
        editor_id: None,
        author: BelongsTo::default(),
        editor: BelongsTo::default(),
    });
    let error = fails(session.flush(), ErrorKind::Usage);
    assert!(
        error
            .to_string()
            .contains("`Text.author` references no Writer"),
        "{error}"
    );
    assert_eq!(writes(db), [""; 0]);
}

fn a_rollback_restores_relations(db: &Db) {
    let mut session = session(db);
    let ([_, bob], id) = stored(db);
    let text = session.get(Text, id).unwrap().unwrap();
    let bob = session.get(Writer, bob).unwrap().unwrap();
    let ada = session.load(text, Text.author).unwrap();
    // Not flushed.
    session[text].author = bob.into();
    session.rollback().unwrap();
    assert_eq!(session[text].author.get().unwrap(), ada);
    // Flushed, and assigned again.
    session[text].author = bob.into();
    session.flush().unwrap();
    let carol = session.add(Writer::builder().name("carol"));
    session[text].author = carol.into();
    session[text].editor = carol.into();
    session.flush().unwrap();
    session.rollback().unwrap();
    assert_eq!(
        (session[text].author_id, session[text].author.get().unwrap()),
        (session[ada].id, ada)
    );
    assert!(!session[text].editor.is_loaded() || session[text].editor.get().unwrap().is_none());
    assert!(!session.has_pending_work());
    // The inserted one comes back without a key, and its relation with it.
    let new = session.add(Text::builder().title("b").author(carol));
    session.add_again(carol).unwrap();
    session.flush().unwrap();
    session.rollback().unwrap();
    assert_eq!(
        (session[new].author_id, session[new].author.get().unwrap()),
        (0, carol)
    );
    session.add_again(new).unwrap();
    session.delete(carol);
    let error = fails(session.flush(), ErrorKind::Usage);
    assert!(
        error.to_string().contains("not in the unit of work"),
        "{error}"
    );
    session.add_again(carol).unwrap();
    session.commit().unwrap();
    assert_eq!(session[new].author_id, session[carol].id);
}

fn a_savepoint_restores_relations(db: &Db) {
    let mut session = session(db);
    let ([_, bob], id) = stored(db);
    let text = session.get(Text, id).unwrap().unwrap();
    let bob = session.get(Writer, bob).unwrap().unwrap();
    session[text].author = bob.into();
    let refused: orm::Result<()> = session.savepoint(|session| {
        let carol = session.add(Writer::builder().name("carol"));
        session[text].author = carol.into();
        session[text].editor = bob.into();
        session.flush()?;
        Err(orm::Error::other("refused"))
    });
    assert!(refused.is_err());
    assert_eq!(session[text].author.get().unwrap(), bob);
    assert_eq!(
        (session[text].author_id, session[text].editor_id),
        (session[bob].id, None)
    );
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT author_id FROM texts"), session[bob].id);
}

fn a_row_that_is_read_again_keeps_what_it_leads_to(db: &Db) {
    let mut session = session(db);
    let ([_, bob], id) = stored(db);
    let text = session.get(Text, id).unwrap().unwrap();
    let ada = session.load(text, Text.author).unwrap();
    session.commit().unwrap();
    session.refresh(text).unwrap();
    assert_eq!(session[text].author.get().unwrap(), ada);
    db.outside(&format!("UPDATE texts SET author_id = {bob}"));
    session.refresh(text).unwrap();
    assert!(!session[text].author.is_loaded());
    let bob = session.load(text, Text.author).unwrap();
    assert_eq!(session[bob].name, "bob");
    // What was assigned goes with a refresh.
    session[text].author = ada.into();
    session.refresh(text).unwrap();
    assert_eq!(session[text].author.get().unwrap(), bob);
    assert!(!session.has_pending_work());
}

fn a_parent_that_is_gone_is_not_found(db: &Db) {
    let mut session = session(db);
    let ([ada, _], id) = stored(db);
    let text = session.get(Text, id).unwrap().unwrap();
    db.outside(&format!("DELETE FROM texts WHERE id = {id}"));
    db.outside(&format!("DELETE FROM writers WHERE id = {ada}"));
    let error = fails(session.load(text, Text.author), ErrorKind::NotFound);
    assert!(error.to_string().contains("`Text.author`"), "{error}");
}

fn on_delete_set_null_empties_a_relation(db: &Db) {
    let mut session = session(db);
    let ([_, bob], id) = stored(db);
    let text = session.get(Text, id).unwrap().unwrap();
    let bob = session.get(Writer, bob).unwrap().unwrap();
    session[text].editor = bob.into();
    session.commit().unwrap();
    session.delete(bob);
    session.flush().unwrap();
    assert_eq!(
        (session[text].editor_id, session[text].editor.get().unwrap()),
        (None, None)
    );
    session.rollback().unwrap();
    assert_eq!(session[text].editor.get().unwrap(), Some(bob));
    assert_eq!(session[text].editor_id, Some(session[bob].id));
    session.delete(bob);
    session[text].title = "b".into();
    session.commit().unwrap();
    assert_eq!(session[text].editor.get().unwrap(), None);
}

fn an_entity_of_another_session_is_refused(db: &Db) {
    let mut session = session(db);
    let (_, id) = stored(db);
    let mut other = db.session();
    let foreign = other.add(Writer::builder().name("eve"));
    let text = session.get(Text, id).unwrap().unwrap();
    session[text].author = foreign.into();
    let error = fails(session.flush(), ErrorKind::StaleHandle);
    assert!(error.to_string().contains("`Text.author`"), "{error}");
    let own = session.add(Writer::builder().name("own"));
    session[text].author = own.into();
    session.expunge(own).unwrap();
    fails(session.flush(), ErrorKind::StaleHandle);
    session.rollback().unwrap();
    other.rollback().unwrap();
}

#[derive(Model, Clone, Debug)]
#[orm(table = "shelves")]
struct Shelf {
    #[orm(primary_key)]
    room: i32,
    #[orm(primary_key)]
    number: i32,
    n: i64,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "copies")]
#[orm(foreign_key(in_room, on_shelf, references = (Shelf.room, Shelf.number)))]
struct Copy {
    #[orm(primary_key)]
    id: i64,
    in_room: Option<i32>,
    on_shelf: Option<i32>,
    shelf: BelongsTo<Option<Shelf>>,
}

fn a_composite_key_is_loaded(db: &Db) {
    Metadata::of((Shelf, Copy)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let shelf = session.add(Shelf {
        room: 2,
        number: 7,
        n: 1,
    });
    let copy = session.add(Copy::builder().shelf(shelf));
    session.commit().unwrap();
    assert_eq!(
        (session[copy].in_room, session[copy].on_shelf),
        (Some(2), Some(7))
    );
    let id = session[copy].id;
    session.clear();
    let copy = session.get(Copy, id).unwrap().unwrap();
    db.sent();
    let shelf = session.load(copy, Copy.shelf).unwrap().unwrap();
    assert_eq!(session[shelf].n, 1);
    assert_eq!(
        reads(db),
        [r#"SELECT "room", "number", "n" FROM "shelves" WHERE "room" = ? AND "number" = ?"#]
    );
    session[copy].shelf = None.into();
    session.commit().unwrap();
    assert_eq!(
        (session[copy].in_room, session[copy].on_shelf),
        (None, None)
    );
}

#[derive(Model, Clone, Debug)]
#[orm(table = "states")]
struct Country {
    #[orm(primary_key, length = 2)]
    code: String,
    n: i64,
}

/// Its key is that of its country.
#[derive(Model, Clone, Debug)]
#[orm(table = "capitals")]
struct Capital {
    #[orm(primary_key, length = 2, references = Country.code)]
    code: String,
    country: BelongsTo<Country>,
}

fn a_key_of_text_is_loaded(db: &Db) {
    Metadata::of((Country, Capital))
        .create_all(&db.engine)
        .unwrap();
    let mut session = db.session();
    let iceland = session.add(Country {
        code: "is".into(),
        n: 354,
    });
    let capital = session.add(Capital::builder().country(iceland));
    // The key is the relation's, and not known before.
    assert_eq!(session.key(capital), None);
    session.commit().unwrap();
    assert_eq!(session[capital].code, "is");
    assert_eq!(session.get(Capital, "is").unwrap(), Some(capital));
    session.clear();
    let capital = session.get(Capital, "is").unwrap().unwrap();
    let country = session.load(capital, Capital.country).unwrap();
    assert_eq!(session[country].n, 354);
}

fn a_failed_flush_keeps_what_was_assigned(db: &Db) {
    let mut session = session(db);
    let ([ada, bob], id) = stored(db);
    let text = session.get(Text, id).unwrap().unwrap();
    session[text].author_id = 1_000_000;
    fails(session.flush(), ErrorKind::ForeignKeyViolation);
    session.rollback().unwrap();
    assert_eq!(session[text].author_id, ada);
    let carol = session.add(Writer::builder().name("x".repeat(51)));
    session[text].author = carol.into();
    fails(session.flush(), ErrorKind::DataTooLong);
    assert_eq!(session[text].author.get().unwrap(), carol);
    session[carol].name = "carol".into();
    session.commit().unwrap();
    assert_eq!(steps(db).last().unwrap(), "UPDATE texts");
    assert_eq!(session[text].author_id, session[carol].id);
    assert_ne!(session[carol].id, bob);
}
