//! The NUL character, which some databases have no place for in a text: each place of a statement takes it, or each refuses it
//! before it is sent, and the transaction stays intact.

use orm::ErrorKind;
use orm::prelude::*;
use orm::query::{Condition as _, unnest, values};

use super::support::fails;
use crate::cases;
use crate::database::Db;
use crate::suite::Requires;

cases![
    "nul":
    conditions_take_what_is_stored,
    every_write_stores_it_or_none,
    upserts_store_it_or_not (Requires::Upsert),
    elements_of_arrays_are_refused (Requires::Arrays),
    labels_of_native_enums_are_text,
    a_position_of_a_page_has_it,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "nul_words")]
struct Word {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    body: String,
    note: Option<String>,
}

const TEXTS: [&str; 3] = ["a\0", "\0", "a\0b'; --"];

fn word(id: i64, body: &str) -> Word {
    Word {
        id,
        body: body.to_owned(),
        note: Some(body.to_owned()),
    }
}

/// A transaction in a table of three words.
fn words(db: &Db) -> Connection {
    Metadata::of((Word,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let rows = [word(1, "a"), word(2, "b"), word(3, "c")];
    insert(Word).values(&rows).execute(&mut conn).unwrap();
    conn.begin().unwrap();
    db.sent();
    conn
}

/// Whether it is taken: else it is out of range.
#[track_caller]
fn is_taken<T>(result: orm::Result<T>) -> bool {
    let Err(error) = result else {
        return true;
    };
    assert_eq!(error.kind(), ErrorKind::OutOfRange, "{error:?}");
    assert!(error.to_string().to_lowercase().contains("nul"), "{error}");
    false
}

/// Whether the database has a place for it.
fn stores(conn: &mut Connection, text: &str) -> bool {
    let taken = is_taken(insert(Word).values([word(4, text)]).execute(conn));
    delete(Word).filter(Word.id.eq(4)).execute(conn).unwrap();
    taken
}

/// What was written before is there, and more can be written.
#[track_caller]
fn is_intact(db: &Db, conn: &mut Connection) {
    let change = update(Word).set(Word.body, "kept").filter(Word.id.eq(3));
    assert_eq!(change.execute(conn).unwrap(), 1);
    conn.commit().unwrap();
    let kept = select(Word.id).filter(Word.body.eq("kept"));
    assert_eq!(kept.all(&mut db.other_connection()).unwrap(), [3]);
}

fn conditions_take_what_is_stored(db: &Db) {
    let conn = &mut words(db);
    for text in TEXTS {
        let taken = stores(conn, text);
        db.sent();
        let conditions = [
            Word.body.eq(text),
            Word.body.ne(text),
            Word.body.gt(text),
            Word.note.eq(text),
            Word.note.same_as(text),
            Word.note.distinct_from(text),
            Word.body.between(text, "z"),
            Word.body.between("a", text),
            Word.body.in_([text, "x"]),
            Word.body.in_(
                (0..200)
                    .map(|n| n.to_string())
                    .chain([text.to_owned()])
                    .collect::<Vec<_>>(),
            ),
            Word.body.concat(text).eq("x"),
            Word.body.replace("x", text).eq("x"),
            Word.note.coalesce(text).eq("x"),
            case().when(Word.id.gt(1), text).otherwise("x").eq("x"),
            func::<Option<String>>("nullif", (Word.body, text)).is_null(),
            raw_expr::<bool>("body = :text", (("text", text),)).into_predicate(),
            Word.body.op::<bool>("=", text).into_predicate(),
        ];
        for (number, condition) in conditions.into_iter().enumerate() {
            let query = select(Word.id).filter(condition.clone());
            assert_eq!(is_taken(query.all(conn)), taken, "condition {number}");
            let gone = delete(Word).filter(condition & Word.id.lt(0));
            assert_eq!(is_taken(gone.execute(conn)), taken, "condition {number}");
        }
        let raw_list = raw("SELECT id FROM nul_words WHERE body IN :list");
        let listed = raw_list.bind_list("list", ["x", text]);
        assert_eq!(is_taken(listed.all::<(i64,), _>(conn)), taken);
        let one = raw("SELECT id FROM nul_words WHERE body = :text").bind("text", text);
        assert_eq!(is_taken(one.all::<(i64,), _>(conn)), taken);
        let rows = values("v", [(1_i64, "x".to_owned()), (2, text.to_owned())]);
        assert_eq!(
            is_taken(select(rows.columns()).from(&rows).all(conn)),
            taken
        );
        if db.has(Requires::LongLists) {
            let list = unnest("list", ["x".to_owned(), text.to_owned()]);
            let (item,) = list.columns();
            assert_eq!(is_taken(select(item).from(&list).all(conn)), taken);
        }
        let selected = select((Word.id, Word.body.concat(text)));
        assert_eq!(is_taken(selected.all(conn)), taken);
    }
    is_intact(db, conn);
}

fn every_write_stores_it_or_none(db: &Db) {
    let conn = &mut words(db);
    for text in TEXTS {
        let taken = stores(conn, text);
        let rows = || [word(11, "x"), word(12, text)];
        let remove = |conn: &mut Connection| {
            let several = delete(Word).filter(Word.id.gt(10));
            several.execute(conn).unwrap()
        };
        let inserted = insert(Word).values(&rows()).execute(conn);
        assert_eq!(is_taken(inserted), taken);
        assert_eq!(remove(conn), if taken { 2 } else { 0 });
        let sql = "INSERT INTO nul_words (id, body) VALUES (:id, :body)";
        let inner = conn.savepoint(|conn| {
            insert(Word).load(&rows()).execute(conn)?;
            raw(sql).execute_many(["id", "body"], [(13_i64, "x"), (14, text)], conn)
        });
        assert_eq!(is_taken(inner), taken);
        assert_eq!(remove(conn), if taken { 4 } else { 0 });
        let changed = [word(1, "new"), word(2, text)];
        let many = conn.savepoint(|conn| {
            update_many(Word)
                .rows(&changed)
                .set((Word.body, Word.note))
                .execute(conn)
        });
        assert_eq!(is_taken(many), taken);
        let set = update(Word).set(Word.note, text).filter(Word.id.eq(1));
        assert_eq!(is_taken(set.execute(conn)), taken);
        let set = update(Word)
            .set(Word.note, Word.body.concat(text))
            .filter(Word.id.eq(2));
        assert_eq!(is_taken(set.execute(conn)), taken);
        let query = select((Word.id + 20, Word.body.concat(text))).filter(Word.id.eq(1));
        let copied = insert(Word).from_select((Word.id, Word.body), query);
        assert_eq!(is_taken(copied.execute(conn)), taken);
        assert_eq!(remove(conn), u64::from(taken));
        let found = select((Word.body, Word.note)).filter(Word.id.eq(2));
        let expected = if taken {
            (text.to_owned(), Some(text.repeat(2)))
        } else {
            ("b".to_owned(), Some("b".to_owned()))
        };
        assert_eq!(found.one(conn).unwrap(), expected);
        let back = update(Word).set(Word.body, "b").set(Word.note, "b");
        back.filter(Word.id.eq(2)).execute(conn).unwrap();
    }
    is_intact(db, conn);
    entities(db);
}

fn entities(db: &Db) {
    for text in TEXTS {
        let mut session = db.session();
        let first = session.get_one(Word, 1).unwrap();
        session[first].note = Some(text.to_owned());
        let taken = is_taken(session.flush());
        session[first].note = Some("fine".to_owned());
        session
            .set(first, Word.body, Word.body.concat(text))
            .unwrap();
        assert_eq!(is_taken(session.flush()), taken);
        session.rollback().unwrap();
        session.add(word(30, text));
        assert_eq!(is_taken(session.flush()), taken);
        session.rollback().unwrap();
        assert_eq!(session.get(Word, 30).unwrap(), None);
    }
}

fn upserts_store_it_or_not(db: &Db) {
    let conn = &mut words(db);
    for text in TEXTS {
        let taken = stores(conn, text);
        let new = insert(Word)
            .values([word(1, text)])
            .on_conflict(Word.id)
            .do_update(|new| [Word.note.to(new.note)]);
        assert_eq!(is_taken(new.execute(conn)), taken);
        let old = insert(Word)
            .values([word(2, "x")])
            .on_conflict(Word.id)
            .do_update(|_| [Word.note.to(text)]);
        assert_eq!(is_taken(old.execute(conn)), taken);
        let notes = select(Word.note).filter(Word.id.le(2)).order_by(Word.id);
        let notes = notes.all(conn).unwrap();
        for (note, before) in notes.iter().zip(["a", "b"]) {
            let expected = if taken { text } else { before };
            assert_eq!(note.as_deref(), Some(expected));
        }
    }
    is_intact(db, conn);
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "nul_tags")]
struct Tagged {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    tags: Vec<String>,
}

fn elements_of_arrays_are_refused(db: &Db) {
    let mut conn = words(db);
    conn.commit().unwrap();
    Metadata::of((Tagged,)).create_all(&db.engine).unwrap();
    let conn = &mut conn;
    conn.begin().unwrap();
    let row = |id, tag: &str| Tagged {
        id,
        tags: vec!["x".to_owned(), tag.to_owned()],
    };
    insert(Tagged).values([row(1, "y")]).execute(conn).unwrap();
    for text in TEXTS {
        let taken = stores(conn, text);
        let two = [row(2, text)];
        assert_eq!(is_taken(insert(Tagged).values(&two).execute(conn)), taken);
        let tags = row(1, text).tags;
        let set = update(Tagged).set(Tagged.tags, tags.clone());
        assert_eq!(is_taken(set.execute(conn)), taken);
        let set = update(Tagged).set(Tagged.tags, Tagged.tags.append(text));
        assert_eq!(is_taken(set.execute(conn)), taken);
        for condition in [
            Tagged.tags.has(text),
            Tagged.tags.eq(tags.clone()),
            Tagged.tags.contains(tags.clone()),
            Tagged.tags.overlaps(tags),
        ] {
            let query = select(Tagged.id).filter(condition);
            assert_eq!(is_taken(query.all(conn)), taken);
        }
        delete(Tagged)
            .filter(Tagged.id.eq(2))
            .execute(conn)
            .unwrap();
    }
    is_intact(db, conn);
}

#[derive(DbEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[orm(native, name = "nul_size")]
enum Size {
    Small,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "nul_sizes")]
struct Sized {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    size: Size,
}

/// A text beside the label of an enum is one that no label is equal to.
fn labels_of_native_enums_are_text(db: &Db) {
    Metadata::of((Sized,)).create_all(&db.engine).unwrap();
    let mut conn = words(db);
    let conn = &mut conn;
    let row = Sized {
        id: 1,
        size: Size::Small,
    };
    insert(Sized).values([row]).execute(conn).unwrap();
    for text in TEXTS {
        let taken = stores(conn, text);
        let query = select(Sized.id).filter(Sized.size.cast::<String>().eq(text));
        let found = query.all(conn);
        assert_eq!(found.as_ref().ok(), taken.then_some(&vec![]));
        is_taken(found);
    }
    is_intact(db, conn);
}

fn a_position_of_a_page_has_it(db: &Db) {
    let conn = &mut words(db);
    for text in TEXTS {
        let taken = stores(conn, text);
        let query = select(Word).order_by((Word.body, Word.id));
        if taken {
            insert(Word).values([word(5, text)]).execute(conn).unwrap();
        }
        let mut ids = Vec::new();
        let mut page = query.keyset(1).fetch(conn).unwrap();
        loop {
            ids.extend(page.rows.iter().map(|word| word.id));
            let Some(next) = page.next.clone() else {
                break;
            };
            page = query.keyset(1).after(next).fetch(conn).unwrap();
        }
        assert_eq!(ids.len(), if taken { 4 } else { 3 });
        delete(Word).filter(Word.id.eq(5)).execute(conn).unwrap();
    }
    is_intact(db, conn);
    fails(
        select(Word)
            .order_by(Word.id)
            .keyset(1)
            .after("a\0")
            .fetch(conn),
        ErrorKind::Cursor,
    );
}
