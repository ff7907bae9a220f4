//! Relations whose foreign key the other model has: both sides in step after each verb, what is loaded, and what a
//! rollback puts back.

use orm::ErrorKind;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::suite::statements::{reads, steps, unguarded_writes};
use crate::suite::support::{fails, keys_a_statement};

cases![
    "has_many":
    an_appended_child_is_on_both_sides,
    a_list_is_loaded_once,
    what_is_not_loaded_is_an_error,
    siblings_are_loaded_by_one_statement,
    eager_loads_take_a_statement_a_level,
    eager_loads_run_on_a_session_alone,
    children_of_many_batches_are_complete,
    a_child_moves_between_lists,
    a_child_that_moves_back_by_assignment_is_in_its_first_list,
    an_assignment_moves_a_child_at_the_flush,
    a_changed_key_moves_a_child_at_the_flush,
    an_unlinked_child_needs_another_owner,
    a_deleted_child_leaves_the_list,
    a_rollback_puts_lists_back,
    a_savepoint_puts_lists_back,
    what_a_transaction_loaded_is_not_kept,
    pending_children_stay_in_a_loaded_list,
    appended_children_stand_at_the_end,
    a_list_that_was_read_stays_as_it_was,
    one_child_takes_the_place_of_another,
    two_rows_of_a_relation_to_one_are_reported,
    several_relations_to_one_model_have_their_own_lists,
    a_tree_is_written_and_loaded,
    a_composite_key_has_children,
    a_long_list_costs_no_more_than_a_short_one,
    an_expunged_child_leaves_the_list,
    a_graph_is_added_again,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "many_writers")]
struct Writer {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
    #[orm(inverse = Text.author)]
    texts: HasMany<Text>,
    #[orm(inverse = Text.editor)]
    edited: HasMany<Text>,
    desk: HasOne<Desk>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "many_texts")]
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
    notes: HasMany<Note>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "notes")]
struct Note {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Text.id, on_delete = cascade, index)]
    text_id: i64,
    text: BelongsTo<Text>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "many_desks")]
struct Desk {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Writer.id, index)]
    writer_id: Option<i64>,
    writer: BelongsTo<Option<Writer>>,
}

const TEXTS: &str =
    r#"SELECT "id", "title", "author_id", "editor_id" FROM "many_texts" WHERE "author_id" = ?"#;

fn session(db: &Db) -> Session {
    let all = Metadata::of((Writer, Text, Note, Desk));
    all.create_all(&db.engine).unwrap();
    db.sent();
    db.session()
}

fn writer(name: &str) -> impl NewRow<Model = Writer> {
    Writer::builder().name(name)
}

/// Writers of these names, each with as many texts, of which each has a note; committed by another session.
fn stored(db: &Db, writers: &[(&str, usize)]) -> Vec<i64> {
    let mut other = Session::new(&db.other_engine());
    let mut all = Vec::new();
    for (name, texts) in writers {
        let one = other.add(writer(name));
        for number in 0..*texts {
            let text = Text::builder().title(format!("{name} {number}"));
            let text = other.append(one, Writer.texts, text).unwrap();
            other.append(text, Text.notes, Note::builder()).unwrap();
        }
        all.push(one);
    }
    other.commit().unwrap();
    all.into_iter().map(|writer| other[writer].id).collect()
}

/// The titles of a writer's loaded texts.
fn titles(session: &Session, writer: Ref<Writer>) -> Vec<String> {
    let texts = session[writer].texts.get().unwrap();
    texts
        .into_iter()
        .map(|text| session[text].title.clone())
        .collect()
}

fn get(session: &mut Session, id: i64) -> Ref<Writer> {
    session.get(Writer, id).unwrap().unwrap()
}

fn an_appended_child_is_on_both_sides(db: &Db) {
    let mut session = session(db);
    let ada = session.add(writer("ada"));
    assert!(session[ada].texts.get().unwrap().is_empty());
    let first = Text::builder().title("a");
    let first = session.append(ada, Writer.texts, first).unwrap();
    let second = session.add(Text::builder().title("b").author(ada));
    assert_eq!(session[ada].texts.get().unwrap(), [first, second]);
    assert_eq!(session[first].author.get().unwrap(), ada);
    // Not on the other relation.
    assert!(session[ada].edited.get().unwrap().is_empty());
    let note = session.append(second, Text.notes, Note::builder()).unwrap();
    session.commit().unwrap();
    assert_eq!(
        steps(db),
        ["INSERT many_writers", "INSERT many_texts", "INSERT notes"]
    );
    assert_eq!(session[ada].texts.get().unwrap(), [first, second]);
    assert_eq!(session[second].notes.get().unwrap(), [note]);
    assert_eq!(session[first].author_id, session[ada].id);
    let outside = "SELECT COUNT(*) FROM notes n JOIN many_texts t ON t.id = n.text_id JOIN many_writers w ON w.id = t.author_id";
    assert_eq!(db.scalar(outside), 1);
    // Linked twice, it is there once.
    session.link(ada, Writer.texts, first).unwrap();
    assert_eq!(session[ada].texts.get().unwrap(), [first, second]);
    assert!(!session.has_pending_work());
}

fn a_list_is_loaded_once(db: &Db) {
    let mut session = session(db);
    let ids = stored(db, &[("ada", 2), ("bob", 0)]);
    let [ada, bob] = [ids[0], ids[1]].map(|id| get(&mut session, id));
    db.sent();
    let texts = session.load(ada, Writer.texts).unwrap();
    assert_eq!(reads(db), [TEXTS]);
    assert_eq!(titles(&session, ada), ["ada 0", "ada 1"]);
    assert_eq!(session.load(ada, Writer.texts).unwrap(), texts);
    // The other side is filled on the way.
    assert_eq!(session[texts[1]].author.get().unwrap(), ada);
    assert_eq!(reads(db), [""; 0]);
    assert!(session.load(bob, Writer.texts).unwrap().is_empty());
    session.load(bob, Writer.texts).unwrap();
    assert_eq!(reads(db).len(), 1);
    // After a commit lists can be read, and are loaded again by a load.
    session.commit().unwrap();
    db.outside("DELETE FROM notes");
    db.outside("DELETE FROM many_texts WHERE title = 'ada 0'");
    assert_eq!(session[ada].texts.get().unwrap().len(), 2);
    session.load(ada, Writer.texts).unwrap();
    assert_eq!(titles(&session, ada), ["ada 1"]);
    assert_eq!(reads(db), [TEXTS]);
    assert!(!session.has_pending_work());
}

fn what_is_not_loaded_is_an_error(db: &Db) {
    let mut session = session(db);
    let ids = stored(db, &[("ada", 1)]);
    let ada = get(&mut session, ids[0]);
    for error in [
        session[ada].texts.get().unwrap_err(),
        session[ada].desk.get().unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::NotLoaded);
        assert!(error.to_string().contains("`Writer."), "{error}");
        assert!(error.hint().unwrap().contains(".with(Writer."), "{error}");
    }
    // A verb works all the same, and leaves it so.
    let text = session.append(ada, Writer.texts, Text::builder().title("b"));
    assert!(!session[ada].texts.is_loaded());
    assert_eq!(session[text.unwrap()].author.get().unwrap(), ada);
    assert_eq!(session.load(ada, Writer.texts).unwrap().len(), 2);
    // What is not linked can't be unlinked.
    let bob = session.add(writer("bob"));
    let text = session[ada].texts.get().unwrap()[0];
    fails(session.unlink(bob, Writer.texts, text), ErrorKind::Usage);
}

fn siblings_are_loaded_by_one_statement(db: &Db) {
    let mut session = session(db);
    stored(db, &[("ada", 2), ("bob", 1), ("cy", 0)]);
    let writers = select(Writer)
        .order_by(Writer.id)
        .all(&mut session)
        .unwrap();
    db.sent();
    session.load_all(&writers, Writer.texts).unwrap();
    assert_eq!(reads(db).len(), 1);
    let texts: Vec<usize> = writers
        .iter()
        .map(|writer| session[*writer].texts.get().unwrap().len())
        .collect();
    assert_eq!(texts, [2, 1, 0]);
    // Each parent once, and none that is there.
    let all = select(Text).all(&mut session).unwrap();
    db.sent();
    session.load_all(&all, Text.author).unwrap();
    assert_eq!(reads(db), [""; 0]);
    session.clear();
    let all = select(Text).all(&mut session).unwrap();
    db.sent();
    session.load_all(&all, Text.author).unwrap();
    assert_eq!(reads(db).len(), 1);
    let names: Vec<&str> = all
        .iter()
        .map(|text| &*session[session[*text].author.get().unwrap()].name)
        .collect();
    assert_eq!(names, ["ada", "ada", "bob"]);
}

fn eager_loads_take_a_statement_a_level(db: &Db) {
    let mut session = session(db);
    stored(db, &[("ada", 2), ("bob", 3)]);
    let query = select(Writer)
        .with(Writer.texts.then(Text.notes))
        .with(Writer.desk)
        .order_by(Writer.id);
    let writers = query.all(&mut session).unwrap();
    assert_eq!(reads(db).len(), 4);
    for (writer, texts) in writers.iter().zip([2, 3]) {
        let loaded = session[*writer].texts.get().unwrap();
        assert_eq!(loaded.len(), texts);
        for text in loaded {
            let notes = session[text].notes.get().unwrap();
            assert_eq!(notes.len(), 1);
            assert_eq!(session[notes[0]].text.get().unwrap(), text);
        }
        assert_eq!(session[*writer].desk.get().unwrap(), None);
    }
    // What is loaded is not read again.
    query.first(&mut session).unwrap();
    assert_eq!(reads(db).len(), 1);
    // By one entity, and from the other side.
    session.clear();
    let note = select(Note).with(Note.text.then(Text.author));
    let note = note.first(&mut session).unwrap().unwrap();
    let text = session[note].text.get().unwrap();
    assert!(session[text].author.is_loaded());
    assert_eq!(reads(db).len(), 3);
    // No entity, no statement.
    select(Writer)
        .with(Writer.texts)
        .filter(Writer.name.eq("unknown"))
        .all(&mut session)
        .unwrap();
    assert_eq!(reads(db).len(), 1);
}

fn eager_loads_run_on_a_session_alone(db: &Db) {
    session(db);
    let query = select(Writer).with(Writer.texts);
    let error = fails(query.all(&mut db.other_connection()), ErrorKind::Usage);
    assert!(error.to_string().contains("session"), "{error}");
    assert_eq!(query.count(&mut db.other_connection()).unwrap(), 0);
}

fn children_of_many_batches_are_complete(db: &Db) {
    const PARENTS: usize = 2 * 1024 + 1;
    let mut other = session(db);
    let writers: Vec<_> = (0..PARENTS)
        .map(|number| other.add(writer(&format!("w{number}"))))
        .collect();
    for (number, writer) in writers.iter().enumerate() {
        for copy in 0..number % 3 {
            let text = Text::builder().title(format!("{number} {copy}"));
            other.append(*writer, Writer.texts, text).unwrap();
        }
    }
    other.commit().unwrap();
    drop(other);
    let mut session = db.session();
    db.sent();
    let query = select(Writer).with(Writer.texts).order_by(Writer.id);
    let writers = query.all(&mut session).unwrap();
    assert_eq!(reads(db).len(), 1 + PARENTS.div_ceil(keys_a_statement(db)));
    assert_eq!(writers.len(), PARENTS);
    for (number, writer) in writers.iter().enumerate() {
        let expected: Vec<String> = (0..number % 3)
            .map(|copy| format!("{number} {copy}"))
            .collect();
        assert_eq!(titles(&session, *writer), expected);
    }
}

fn a_child_moves_between_lists(db: &Db) {
    let mut session = session(db);
    let ids = stored(db, &[("ada", 2), ("bob", 1)]);
    let [ada, bob] = [ids[0], ids[1]].map(|id| get(&mut session, id));
    session.load_all(&[ada, bob], Writer.texts).unwrap();
    let moved = session[ada].texts.get().unwrap()[0];
    session.link(bob, Writer.texts, moved).unwrap();
    assert_eq!(titles(&session, ada), ["ada 1"]);
    assert_eq!(titles(&session, bob), ["bob 0", "ada 0"]);
    // From the other side, back and forth: only the last one is written.
    session.link(moved, Text.author, ada).unwrap();
    assert_eq!(titles(&session, ada), ["ada 1", "ada 0"]);
    assert_eq!(titles(&session, bob), ["bob 0"]);
    assert!(!session.has_pending_work());
    session.link(bob, Writer.texts, moved).unwrap();
    db.sent();
    session.commit().unwrap();
    assert_eq!(
        unguarded_writes(db),
        [r#"UPDATE "many_texts" SET "author_id" = ? WHERE "id" = ?"#]
    );
    assert_eq!(session[moved].author_id, ids[1]);
    assert_eq!(titles(&session, bob), ["bob 0", "ada 0"]);
}

fn a_child_that_moves_back_by_assignment_is_in_its_first_list(db: &Db) {
    let mut session = session(db);
    let ids = stored(db, &[("ada", 1), ("bob", 1)]);
    let [ada, bob] = [ids[0], ids[1]].map(|id| get(&mut session, id));
    session.load_all(&[ada, bob], Writer.texts).unwrap();
    let moved = session[ada].texts.get().unwrap()[0];
    session.link(bob, Writer.texts, moved).unwrap();
    session[moved].author = ada.into();
    db.sent();
    session.flush().unwrap();
    assert!(db.sent().is_empty());
    assert_eq!(titles(&session, ada), ["ada 0"]);
    assert_eq!(titles(&session, bob), ["bob 0"]);
}

fn an_assignment_moves_a_child_at_the_flush(db: &Db) {
    let mut session = session(db);
    let ids = stored(db, &[("ada", 1), ("bob", 0), ("cy", 0)]);
    let [ada, bob, cy] = [ids[0], ids[1], ids[2]].map(|id| get(&mut session, id));
    session.load_all(&[ada, bob, cy], Writer.texts).unwrap();
    let text = session[ada].texts.get().unwrap()[0];
    session[text].author = bob.into();
    session.flush().unwrap();
    assert!(titles(&session, ada).is_empty());
    assert_eq!(titles(&session, bob), ["ada 0"]);
    // After a verb as well, which has moved it already.
    session.link(ada, Writer.texts, text).unwrap();
    session[text].author = cy.into();
    assert_eq!(titles(&session, ada), ["ada 0"]);
    session.commit().unwrap();
    assert!(titles(&session, ada).is_empty() && titles(&session, bob).is_empty());
    assert_eq!(titles(&session, cy), ["ada 0"]);
    // A new one.
    let new = session.add(Text::builder().title("new").author(ada));
    session[new].author = bob.into();
    session.commit().unwrap();
    assert!(titles(&session, ada).is_empty());
    assert_eq!(titles(&session, bob), ["new"]);
}

fn a_changed_key_moves_a_child_at_the_flush(db: &Db) {
    let mut session = session(db);
    let ids = stored(db, &[("ada", 1), ("bob", 0)]);
    let [ada, bob] = [ids[0], ids[1]].map(|id| get(&mut session, id));
    session.load_all(&[ada, bob], Writer.texts).unwrap();
    let text = session[ada].texts.get().unwrap()[0];
    session[text].author_id = ids[1];
    session.commit().unwrap();
    assert!(titles(&session, ada).is_empty());
    assert_eq!(titles(&session, bob), ["ada 0"]);
    assert_eq!(session[text].author.get().unwrap(), bob);
}

fn an_unlinked_child_needs_another_owner(db: &Db) {
    let mut session = session(db);
    let ids = stored(db, &[("ada", 2), ("bob", 0)]);
    let [ada, bob] = [ids[0], ids[1]].map(|id| get(&mut session, id));
    let texts = session.load(ada, Writer.texts).unwrap();
    session.link(texts[0], Text.editor, bob).unwrap();
    session.commit().unwrap();
    // An optional one becomes NULL.
    session.unlink(texts[0], Text.editor, bob).unwrap();
    db.sent();
    session.commit().unwrap();
    assert_eq!(
        unguarded_writes(db),
        [r#"UPDATE "many_texts" SET "editor_id" = ? WHERE "id" = ?"#]
    );
    // A required one is an error of the flush, which says what is missing.
    session.unlink(ada, Writer.texts, texts[0]).unwrap();
    assert_eq!(titles(&session, ada), ["ada 1"]);
    assert_eq!(
        session[texts[0]].author.get().unwrap_err().kind(),
        ErrorKind::Usage
    );
    let error = fails(session.flush(), ErrorKind::Usage);
    assert!(error.to_string().contains("`Text.author`"), "{error}");
    session.link(bob, Writer.texts, texts[0]).unwrap();
    session.commit().unwrap();
    assert_eq!(session[texts[0]].author_id, ids[1]);
}

fn a_deleted_child_leaves_the_list(db: &Db) {
    let mut session = session(db);
    let ids = stored(db, &[("ada", 3)]);
    let ada = get(&mut session, ids[0]);
    let texts = session.load(ada, Writer.texts).unwrap();
    session.delete(texts[1]);
    session.flush().unwrap();
    assert_eq!(titles(&session, ada), ["ada 0", "ada 2"]);
    session.rollback().unwrap();
    assert_eq!(titles(&session, ada), ["ada 0", "ada 1", "ada 2"]);
    session.delete(texts[1]);
    session.commit().unwrap();
    assert_eq!(titles(&session, ada), ["ada 0", "ada 2"]);
    // One that was never written leaves at once.
    let new = Text::builder().title("new");
    let new = session.append(ada, Writer.texts, new).unwrap();
    session.delete(new);
    assert_eq!(titles(&session, ada), ["ada 0", "ada 2"]);
    session.add_again(new).unwrap();
    assert_eq!(titles(&session, ada), ["ada 0", "ada 2", "new"]);
    session.commit().unwrap();
    // One whose row turns out to be gone as well.
    let id = session[texts[0]].id;
    db.outside(&format!("DELETE FROM notes WHERE text_id = {id}"));
    db.outside(&format!("DELETE FROM many_texts WHERE id = {id}"));
    assert_eq!(session.get(Text, id).unwrap(), None);
    assert_eq!(titles(&session, ada), ["ada 2", "new"]);
}

fn a_rollback_puts_lists_back(db: &Db) {
    let mut session = session(db);
    let ids = stored(db, &[("ada", 3), ("bob", 1)]);
    let [ada, bob] = [ids[0], ids[1]].map(|id| get(&mut session, id));
    session.load_all(&[ada, bob], Writer.texts).unwrap();
    let texts = session[ada].texts.get().unwrap();
    let change = |session: &mut Session, title: &str| {
        session.link(bob, Writer.texts, texts[1]).unwrap();
        let new = Text::builder().title(title);
        session.append(ada, Writer.texts, new).unwrap();
        session.delete(texts[2]);
    };
    // Not flushed, flushed, and both.
    for flushes in [0, 1, 2] {
        change(&mut session, "new");
        if flushes > 0 {
            session.flush().unwrap();
            assert_eq!(titles(&session, ada), ["ada 0", "new"]);
        }
        if flushes > 1 {
            session
                .append(bob, Writer.texts, Text::builder().title("newer"))
                .unwrap();
            session.link(ada, Writer.texts, texts[1]).unwrap();
        }
        session.rollback().unwrap();
        assert_eq!(titles(&session, ada), ["ada 0", "ada 1", "ada 2"]);
        assert_eq!(titles(&session, bob), ["bob 0"]);
        assert_eq!(session[texts[1]].author.get().unwrap(), ada);
        assert!(!session.has_pending_work());
    }
    change(&mut session, "new");
    session.commit().unwrap();
    assert_eq!(titles(&session, bob), ["bob 0", "ada 1"]);
}

fn a_savepoint_puts_lists_back(db: &Db) {
    let mut session = session(db);
    let ids = stored(db, &[("ada", 1), ("bob", 0)]);
    let [ada, bob] = [ids[0], ids[1]].map(|id| get(&mut session, id));
    session.load_all(&[ada, bob], Writer.texts).unwrap();
    let text = session[ada].texts.get().unwrap()[0];
    session
        .append(ada, Writer.texts, Text::builder().title("kept"))
        .unwrap();
    let refused: orm::Result<()> = session.savepoint(|session| {
        session.link(bob, Writer.texts, text)?;
        session.append(ada, Writer.texts, Text::builder().title("lost"))?;
        session.flush()?;
        session.append(bob, Writer.texts, Text::builder().title("lost too"))?;
        Err(orm::Error::other("refused"))
    });
    assert!(refused.is_err());
    assert_eq!(titles(&session, ada), ["ada 0", "kept"]);
    assert!(titles(&session, bob).is_empty());
    assert_eq!(session[text].author.get().unwrap(), ada);
    session.commit().unwrap();
    session.load(ada, Writer.texts).unwrap();
    assert_eq!(titles(&session, ada), ["ada 0", "kept"]);
}

fn what_a_transaction_loaded_is_not_kept(db: &Db) {
    let mut session = session(db);
    let ids = stored(db, &[("ada", 1)]);
    let ada = get(&mut session, ids[0]);
    session
        .append(ada, Writer.texts, Text::builder().title("new"))
        .unwrap();
    session.flush().unwrap();
    assert_eq!(session.load(ada, Writer.texts).unwrap().len(), 2);
    session.rollback().unwrap();
    assert!(!session[ada].texts.is_loaded());
    assert_eq!(session.load(ada, Writer.texts).unwrap().len(), 1);
}

fn pending_children_stay_in_a_loaded_list(db: &Db) {
    let mut session = session(db);
    let ids = stored(db, &[("ada", 2), ("bob", 1)]);
    let [ada, bob] = [ids[0], ids[1]].map(|id| get(&mut session, id));
    let moved = session.load(bob, Writer.texts).unwrap()[0];
    session.link(ada, Writer.texts, moved).unwrap();
    let new = session.append(ada, Writer.texts, Text::builder().title("new"));
    let loaded = session.no_autoflush(|session| session.load(ada, Writer.texts));
    assert_eq!(loaded.unwrap().len(), 4);
    let mut all = titles(&session, ada);
    assert_eq!(all.pop().unwrap(), "new");
    assert!(all.contains(&"bob 0".to_owned()));
    assert!(titles(&session, bob).is_empty());
    session.rollback().unwrap();
    assert!(!session[ada].texts.is_loaded() || titles(&session, ada).len() == 2);
    assert_eq!(session.load(ada, Writer.texts).unwrap().len(), 2);
    assert_eq!(titles(&session, bob), ["bob 0"]);
    assert_eq!(session[new.unwrap()].title, "new");
}

fn appended_children_stand_at_the_end(db: &Db) {
    let mut session = session(db);
    let ids = stored(db, &[("ada", 1), ("bob", 1)]);
    let [ada, bob] = [ids[0], ids[1]].map(|id| get(&mut session, id));
    session.load_all(&[ada, bob], Writer.texts).unwrap();
    let first = session[ada].texts.get().unwrap()[0];
    session
        .append(bob, Writer.texts, Text::builder().title("new"))
        .unwrap();
    session.link(bob, Writer.texts, first).unwrap();
    assert_eq!(titles(&session, bob), ["bob 0", "new", "ada 0"]);
    session.commit().unwrap();
    assert_eq!(titles(&session, bob), ["bob 0", "new", "ada 0"]);
    // Loaded again, they are in the order of keys.
    session.load(bob, Writer.texts).unwrap();
    assert_eq!(titles(&session, bob), ["ada 0", "bob 0", "new"]);
}

fn a_list_that_was_read_stays_as_it_was(db: &Db) {
    let mut session = session(db);
    let ids = stored(db, &[("ada", 2)]);
    let ada = get(&mut session, ids[0]);
    let mut seen = 0;
    for text in session.load(ada, Writer.texts).unwrap() {
        session[text].title.push('!');
        let again = Text::builder().title("again");
        session.append(ada, Writer.texts, again).unwrap();
        seen += 1;
    }
    assert_eq!((seen, titles(&session, ada).len()), (2, 4));
    session.rollback().unwrap();
    assert_eq!(titles(&session, ada), ["ada 0", "ada 1"]);
}

fn one_child_takes_the_place_of_another(db: &Db) {
    let mut session = session(db);
    let ada = session.add(writer("ada"));
    let old = session.append(ada, Writer.desk, Desk::builder()).unwrap();
    session.commit().unwrap();
    assert_eq!(session[ada].desk.get().unwrap(), Some(old));
    let new = session.append(ada, Writer.desk, Desk::builder()).unwrap();
    assert_eq!(session[ada].desk.get().unwrap(), Some(new));
    assert_eq!(session[old].writer.get().unwrap(), None);
    session.flush().unwrap();
    assert_eq!(session[old].writer_id, None);
    session.rollback().unwrap();
    assert_eq!(session[ada].desk.get().unwrap(), Some(old));
    assert_eq!(session[old].writer.get().unwrap(), Some(ada));
    session.clear();
    let ada = select(Writer).with(Writer.desk).one(&mut session).unwrap();
    let desk = session[ada].desk.get().unwrap().unwrap();
    session.unlink(ada, Writer.desk, desk).unwrap();
    session.commit().unwrap();
    assert_eq!(session[ada].desk.get().unwrap(), None);
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM many_desks WHERE writer_id IS NULL"),
        1
    );
}

fn two_rows_of_a_relation_to_one_are_reported(db: &Db) {
    let mut session = session(db);
    let ids = stored(db, &[("ada", 0)]);
    for _ in 0..2 {
        db.outside(&format!(
            "INSERT INTO many_desks (writer_id) VALUES ({})",
            ids[0]
        ));
    }
    let ada = get(&mut session, ids[0]);
    let error = fails(session.load(ada, Writer.desk), ErrorKind::MultipleRows);
    assert!(error.to_string().contains("`Writer.desk`"), "{error}");
}

fn several_relations_to_one_model_have_their_own_lists(db: &Db) {
    let mut session = session(db);
    let [ada, bob] = ["ada", "bob"].map(|name| session.add(writer(name)));
    let text = session
        .append(ada, Writer.texts, Text::builder().title("a"))
        .unwrap();
    session.link(bob, Writer.edited, text).unwrap();
    session.commit().unwrap();
    assert_eq!(
        (session[text].author_id, session[text].editor_id),
        (session[ada].id, Some(session[bob].id))
    );
    session.clear();
    let writers = select(Writer)
        .with(Writer.texts)
        .with(Writer.edited)
        .order_by(Writer.id);
    let writers = writers.all(&mut session).unwrap();
    let lengths = |session: &Session, writer: Ref<Writer>| {
        let writer = &session[writer];
        (
            writer.texts.get().unwrap().len(),
            writer.edited.get().unwrap().len(),
        )
    };
    assert_eq!(lengths(&session, writers[0]), (1, 0));
    assert_eq!(lengths(&session, writers[1]), (0, 1));
}

#[derive(Model, Clone, Debug)]
#[orm(table = "branches")]
struct Branch {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Branch.id, on_delete = set_null)]
    parent_id: Option<i64>,
    parent: BelongsTo<Option<Branch>>,
    branches: HasMany<Branch>,
    n: i64,
}

fn a_tree_is_written_and_loaded(db: &Db) {
    Metadata::of((Branch,)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let root = session.add(Branch::builder().n(0));
    let mut level = vec![root];
    for depth in 1..4 {
        let mut next = Vec::new();
        for parent in level {
            for _ in 0..2 {
                let branch = Branch::builder().n(depth);
                next.push(session.append(parent, Branch.branches, branch).unwrap());
            }
        }
        level = next;
    }
    session.commit().unwrap();
    assert_eq!(db.count("branches"), 15);
    session.clear();
    db.sent();
    let path = Branch.branches.then(Branch.branches).then(Branch.branches);
    let query = select(Branch).with(path).filter(Branch.parent_id.is_null());
    let root = query.one(&mut session).unwrap();
    assert_eq!(reads(db).len(), 4);
    let mut level = vec![root];
    for depth in 1..4 {
        let branches = level
            .iter()
            .map(|parent| session[*parent].branches.get().unwrap());
        let next: Vec<Ref<Branch>> = branches.flatten().collect();
        assert_eq!(next.len(), 1 << depth);
        assert!(next.iter().all(|branch| session[*branch].n == depth));
        level = next;
    }
    let parent = session[level[0]].parent.get().unwrap().unwrap();
    assert!(session[parent].branches.get().unwrap().contains(&level[0]));
}

#[derive(Model, Clone, Debug)]
#[orm(table = "many_shelves")]
struct Shelf {
    #[orm(primary_key)]
    room: i32,
    #[orm(primary_key)]
    number: i32,
    copies: HasMany<Copy>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "many_copies")]
#[orm(foreign_key(in_room, on_shelf, references = (Shelf.room, Shelf.number)))]
struct Copy {
    #[orm(primary_key)]
    id: i64,
    in_room: i32,
    on_shelf: i32,
    shelf: BelongsTo<Shelf>,
}

fn a_composite_key_has_children(db: &Db) {
    Metadata::of((Shelf, Copy)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    for number in 1..4 {
        let shelf = Shelf::builder().room(1).number(number);
        let shelf = session.add(shelf);
        for _ in 0..number {
            session
                .append(shelf, Shelf.copies, Copy::builder())
                .unwrap();
        }
    }
    session.commit().unwrap();
    session.clear();
    db.sent();
    let shelves = select(Shelf).with(Shelf.copies).order_by(Shelf.number);
    let shelves = shelves.all(&mut session).unwrap();
    assert_eq!(reads(db).len(), 2);
    let lengths = shelves
        .iter()
        .map(|shelf| session[*shelf].copies.get().unwrap().len());
    assert!(lengths.eq(1..4));
}

fn a_long_list_costs_no_more_than_a_short_one(db: &Db) {
    let mut session = session(db);
    let ids = stored(db, &[("ada", 40), ("bob", 1)]);
    for id in ids {
        let one = get(&mut session, id);
        let loaded = session.load(one, Writer.texts).unwrap().len();
        db.sent();
        session
            .append(one, Writer.texts, Text::builder().title("new"))
            .unwrap();
        session.flush().unwrap();
        assert_eq!(steps(db), ["INSERT many_texts"]);
        assert_eq!(session[one].texts.get().unwrap().len(), loaded + 1);
    }
    session.commit().unwrap();
}

fn an_expunged_child_leaves_the_list(db: &Db) {
    let mut session = session(db);
    let ids = stored(db, &[("ada", 2)]);
    let ada = get(&mut session, ids[0]);
    let texts = session.load(ada, Writer.texts).unwrap();
    let text = session.expunge(texts[0]).unwrap();
    assert_eq!(text.title, "ada 0");
    assert_eq!(titles(&session, ada), ["ada 1"]);
    // An expunged owner is read again.
    session.expunge(ada).unwrap();
    let again = session.load(texts[1], Text.author).unwrap();
    assert_ne!(again, ada);
    assert_eq!(session[again].name, "ada");
}

fn a_graph_is_added_again(db: &Db) {
    let mut session = session(db);
    let ada = session.add(writer("ada"));
    let text = session
        .append(ada, Writer.texts, Text::builder().title("a"))
        .unwrap();
    let note = session.append(text, Text.notes, Note::builder()).unwrap();
    session.flush().unwrap();
    session.rollback().unwrap();
    assert_eq!((db.count("many_writers"), session[note].text_id), (0, 0));
    assert!(session[ada].texts.get().unwrap().is_empty());
    // The last one brings what it belongs to.
    session.add_again(note).unwrap();
    assert_eq!(session[ada].texts.get().unwrap(), [text]);
    assert_eq!(session[text].notes.get().unwrap(), [note]);
    session.commit().unwrap();
    assert_eq!(
        (
            db.count("many_writers"),
            db.count("many_texts"),
            db.count("notes")
        ),
        (1, 1, 1)
    );
}
