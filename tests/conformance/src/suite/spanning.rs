//! Conditions, expressions and joins over what relations reference.

use orm::ErrorKind;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::suite::statements::reads;
use crate::suite::support::fails;

cases![
    "spanning":
    any_finds_an_owner_once,
    has_finds_by_what_a_relation_references,
    a_negation_finds_those_without,
    an_empty_relation_is_found,
    a_handle_is_among_the_members,
    a_relation_to_one_is_compared_from_its_other_side,
    members_are_counted,
    a_value_of_another_entity_is_selected_and_ordered_by,
    conditions_nest,
    an_alias_is_the_owner,
    a_tree_is_asked_in_both_directions,
    a_composite_key_is_followed,
    an_update_and_a_delete_follow_relations,
    an_update_and_a_delete_follow_a_relation_to_their_own_table,
    a_join_follows_a_relation,
    a_left_join_keeps_those_without,
    a_join_under_an_alias_follows_a_relation,
    a_join_by_a_relation_of_no_table_is_refused,
    a_wrong_condition_is_refused,
    link_rows_are_followed,
    an_entity_is_linked_with_others_of_its_model,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "span_writers")]
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
#[orm(table = "span_texts")]
struct Text {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
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
#[orm(table = "span_notes")]
struct Note {
    #[orm(primary_key)]
    id: i64,
    n: i64,
    #[orm(references = Text.id, on_delete = cascade, index)]
    text_id: i64,
    text: BelongsTo<Text>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "span_desks")]
struct Desk {
    #[orm(primary_key)]
    id: i64,
    room: i64,
    #[orm(references = Writer.id, index)]
    writer_id: Option<i64>,
    writer: BelongsTo<Option<Writer>>,
}

/// Ada with the texts a and b, of which bob has edited a and b has two notes; bob with the text c and a desk; carol with
/// neither. All are stored, and of this session.
fn stored(db: &Db) -> (Session, [Ref<Writer>; 3]) {
    let all = Metadata::of((Writer, Text, Note, Desk));
    all.create_all(&db.engine).unwrap();
    let mut session = db.session();
    let writers = ["ada", "bob", "carol"].map(|name| session.add(Writer::builder().name(name)));
    let [ada, bob, _] = writers;
    for (title, author, editor) in [("a", ada, Some(bob)), ("b", ada, None), ("c", bob, None)] {
        let text = Text::builder().title(title).author(author).editor(editor);
        let text = session.add(text);
        session.flush().unwrap();
        if title == "b" {
            session
                .append(text, Text.notes, Note::builder().n(1))
                .unwrap();
            session
                .append(text, Text.notes, Note::builder().n(2))
                .unwrap();
        }
    }
    session
        .append(bob, Writer.desk, Desk::builder().room(7))
        .unwrap();
    session.commit().unwrap();
    db.sent();
    (session, writers)
}

fn names(session: &mut Session, condition: Predicate) -> Vec<String> {
    let query = select(Writer.name).filter(condition).order_by(Writer.id);
    query.all(session).unwrap()
}

fn titles(session: &mut Session, condition: Predicate) -> Vec<String> {
    let query = select(Text.title).filter(condition).order_by(Text.id);
    query.all(session).unwrap()
}

fn any_finds_an_owner_once(db: &Db) {
    let (mut session, [ada, ..]) = stored(db);
    assert_eq!(
        names(&mut session, Writer.texts.any(Text.id.gt(0))),
        ["ada", "bob"]
    );
    assert_eq!(
        reads(db),
        [
            r#"SELECT "name" FROM "span_writers" WHERE EXISTS (SELECT 1 FROM "span_texts" WHERE "span_texts"."author_id" = "span_writers"."id" AND "span_texts"."id" > ?) ORDER BY "id" ASC"#
        ]
    );
    assert_eq!(
        names(&mut session, Writer.texts.any(Text.title.eq("b"))),
        ["ada"]
    );
    assert_eq!(
        names(&mut session, Writer.edited.any(Text.title.contains("a"))),
        ["bob"]
    );
    let both = Writer.texts.any(Text.title.eq("a")) & Writer.texts.any(Text.title.eq("b"));
    assert_eq!(names(&mut session, both), ["ada"]);
    let one = Writer.texts.any(Text.title.eq("a") & Text.title.eq("b"));
    assert_eq!(names(&mut session, one), [""; 0]);
    let either = Writer.texts.any(Text.title.eq("c")) | Writer.name.eq("carol");
    assert_eq!(names(&mut session, either), ["bob", "carol"]);
    // Entities, and the whole query counted.
    let authors = select(Writer).filter(Writer.texts.any(Text.title.le("b")));
    assert_eq!(authors.all(&mut session).unwrap(), [ada]);
    assert_eq!(authors.count(&mut session).unwrap(), 1);
    // On a connection, too.
    let mut conn = db.engine.connection().unwrap();
    assert_eq!(authors.all(&mut conn).unwrap().len(), 1);
}

fn has_finds_by_what_a_relation_references(db: &Db) {
    let (mut session, _) = stored(db);
    assert_eq!(
        titles(&mut session, Text.author.has(Writer.name.eq("ada"))),
        ["a", "b"]
    );
    assert_eq!(
        reads(db),
        [
            r#"SELECT "title" FROM "span_texts" WHERE EXISTS (SELECT 1 FROM "span_writers" WHERE "span_texts"."author_id" = "span_writers"."id" AND "span_writers"."name" = ?) ORDER BY "id" ASC"#
        ]
    );
    assert_eq!(
        titles(&mut session, Text.editor.has(Writer.name.eq("bob"))),
        ["a"]
    );
    assert_eq!(
        titles(&mut session, Text.editor.has(Writer.name.eq("ada"))),
        [""; 0]
    );
    // Columns of the outer table may stand in it.
    let own = Text.editor.has(Writer.id.gt(Text.author_id));
    assert_eq!(titles(&mut session, own), ["a"]);
    assert_eq!(
        names(&mut session, Writer.desk.has(Desk.room.eq(7))),
        ["bob"]
    );
    assert_eq!(
        names(&mut session, Writer.desk.has(Desk.room.eq(8))),
        [""; 0]
    );
}

fn a_negation_finds_those_without(db: &Db) {
    let (mut session, _) = stored(db);
    assert_eq!(
        titles(&mut session, !Text.editor.has(Writer.name.eq("bob"))),
        ["b", "c"]
    );
    assert_eq!(
        names(&mut session, !Writer.texts.any(Text.title.eq("a"))),
        ["bob", "carol"]
    );
    assert_eq!(
        names(&mut session, !Writer.desk.has(Desk.room.gt(0))),
        ["ada", "carol"]
    );
    // None of its texts has another title: so one without texts is found as well.
    let all = !Writer.texts.any(Text.title.ne("c"));
    assert_eq!(names(&mut session, all), ["bob", "carol"]);
    // A NULL inside is no row: EXISTS is never unknown.
    let unknown = !Writer.texts.any(Text.editor_id.eq(1_000_000));
    assert_eq!(names(&mut session, unknown), ["ada", "bob", "carol"]);
}

fn an_empty_relation_is_found(db: &Db) {
    let (mut session, _) = stored(db);
    assert_eq!(names(&mut session, Writer.texts.is_empty()), ["carol"]);
    assert_eq!(
        names(&mut session, Writer.texts.is_not_empty()),
        ["ada", "bob"]
    );
    assert_eq!(
        names(&mut session, Writer.edited.is_empty()),
        ["ada", "carol"]
    );
    assert_eq!(names(&mut session, Writer.desk.is_null()), ["ada", "carol"]);
    assert_eq!(names(&mut session, Writer.desk.is_not_null()), ["bob"]);
    let marked = select((Writer.name, Writer.texts.is_empty().value())).order_by(Writer.id);
    let marked = marked.all(&mut session).unwrap();
    assert_eq!(marked[2], ("carol".to_owned(), Some(true)));
    assert_eq!(marked[0].1, Some(false));
}

fn a_handle_is_among_the_members(db: &Db) {
    let (mut session, [ada, bob, carol]) = stored(db);
    let text = select(Text)
        .filter(Text.title.eq("a"))
        .one(&mut session)
        .unwrap();
    assert_eq!(names(&mut session, Writer.texts.contains(text)), ["ada"]);
    assert_eq!(names(&mut session, Writer.edited.contains(text)), ["bob"]);
    assert_eq!(
        names(&mut session, !Writer.texts.contains(text)),
        ["bob", "carol"]
    );
    // What is pending is flushed first, and moves count.
    let new = session
        .append(carol, Writer.texts, Text::builder().title("d"))
        .unwrap();
    session.link(bob, Writer.texts, text).unwrap();
    assert_eq!(names(&mut session, Writer.texts.contains(new)), ["carol"]);
    assert_eq!(names(&mut session, Writer.texts.contains(text)), ["bob"]);
    assert_eq!(titles(&mut session, Text.author.eq(ada)), ["b"]);
    let query = select(Writer).filter(Writer.texts.contains(text));
    let mut conn = db.other_connection();
    fails(query.all(&mut conn), ErrorKind::Usage);
    drop(conn);
    session.commit().unwrap();
}

fn a_relation_to_one_is_compared_from_its_other_side(db: &Db) {
    let (mut session, [ada, bob, _]) = stored(db);
    let desk = select(Desk).one(&mut session).unwrap();
    assert_eq!(names(&mut session, Writer.desk.eq(desk)), ["bob"]);
    assert_eq!(names(&mut session, Writer.desk.ne(desk)), ["ada", "carol"]);
    session.link(ada, Writer.desk, desk).unwrap();
    assert_eq!(names(&mut session, Writer.desk.eq(desk)), ["ada"]);
    let rooms = select((Writer.name, Writer.desk.get(Desk.room))).order_by(Writer.id);
    assert_eq!(
        rooms.all(&mut session).unwrap(),
        [("ada", Some(7)), ("bob", None), ("carol", None)].map(|(name, room)| (name.into(), room))
    );
    let _ = bob;
    session.commit().unwrap();
}

fn members_are_counted(db: &Db) {
    let (mut session, _) = stored(db);
    assert_eq!(names(&mut session, Writer.texts.count().gt(1)), ["ada"]);
    assert_eq!(names(&mut session, Writer.texts.count().eq(0)), ["carol"]);
    db.sent();
    let counts = select((Writer.name, Writer.texts.count()));
    let counts = counts.order_by((Writer.texts.count().desc(), Writer.name));
    assert_eq!(
        counts.all(&mut session).unwrap(),
        [("ada", 2), ("bob", 1), ("carol", 0)].map(|(name, count)| (name.to_owned(), count))
    );
    let count = r#"(SELECT COUNT(*) FROM "span_texts" WHERE "span_texts"."author_id" = "span_writers"."id")"#;
    assert_eq!(
        reads(db),
        [format!(
            r#"SELECT "name", {count} FROM "span_writers" ORDER BY {count} DESC, "name" ASC"#
        )]
    );
    // Alone it is the query's only item, and its table the owner's.
    let mut all = select(Writer.texts.count()).all(&mut session).unwrap();
    all.sort_unstable();
    assert_eq!(all, [0, 1, 2]);
    let noted = Writer.texts.any(Text.notes.count().ge(2));
    assert_eq!(names(&mut session, noted), ["ada"]);
}

fn a_value_of_another_entity_is_selected_and_ordered_by(db: &Db) {
    let (mut session, _) = stored(db);
    let query = select((
        Text.title,
        Text.author.get(Writer.name),
        Text.editor.get(Writer.name),
    ));
    let query = query.order_by((Text.author.get(Writer.name).desc(), Text.title.desc()));
    let rows: Vec<(String, String, Option<String>)> = query.all(&mut session).unwrap();
    assert_eq!(
        rows,
        [
            ("c", "bob", None),
            ("b", "ada", None),
            ("a", "ada", Some("bob"))
        ]
        .map(|(title, author, editor)| (
            title.into(),
            author.into(),
            editor.map(Into::into)
        ))
    );
    let by_name = Text.author.get(Writer.name).eq("ada") & Text.editor.get(Writer.name).is_null();
    assert_eq!(titles(&mut session, by_name), ["b"]);
    // One after another.
    let notes = select((Note.n, Note.text.get(Text.author.get(Writer.name)))).order_by(Note.n);
    assert_eq!(
        notes.all(&mut session).unwrap(),
        [(1, "ada".to_owned()), (2, "ada".to_owned())]
    );
    let notes = select((Note.n, Note.text.get(Text.editor.get(Writer.name)))).order_by(Note.n);
    assert_eq!(notes.all(&mut session).unwrap(), [(1, None), (2, None)]);
}

fn conditions_nest(db: &Db) {
    let (mut session, [ada, bob, _]) = stored(db);
    let noted = Writer.texts.any(Text.notes.any(Note.n.eq(2)));
    assert_eq!(names(&mut session, noted), ["ada"]);
    // Through the other model and back to the first one.
    let colleagues = Text.author.has(Writer.texts.any(Text.title.eq("a")));
    assert_eq!(titles(&mut session, colleagues), ["a", "b"]);
    let edited = Writer.edited.any(Text.author.has(Writer.edited.is_empty()));
    assert_eq!(names(&mut session, edited), ["bob"]);
    let by_handles = Writer.texts.any(Text.author.eq(ada) & Text.editor.eq(bob));
    assert_eq!(names(&mut session, by_handles), ["ada"]);
    let none = Writer
        .texts
        .any(!Text.notes.any(Note.n.gt(0)) & Text.author.ne(ada));
    assert_eq!(names(&mut session, none), ["bob"]);
    // Inside of a subquery of the program's own.
    let texts = select(Text.id).filter(Text.author.has(Writer.desk.is_not_null()));
    assert_eq!(titles(&mut session, Text.id.in_(texts)), ["c"]);
}

fn an_alias_is_the_owner(db: &Db) {
    let (mut session, _) = stored(db);
    let (writer, text) = (Writer.alias("w"), Text.alias("t"));
    let query = select(writer.name).filter(writer.texts.any(Text.title.eq("c")));
    assert_eq!(query.all(&mut session).unwrap(), ["bob"]);
    let query = select((text.title, text.author.get(Writer.name)))
        .join_on(writer, writer.id.eq(text.editor_id))
        .filter(text.author.has(Writer.name.ne(writer.name)));
    assert_eq!(
        query.all(&mut session).unwrap(),
        [("a".to_owned(), "ada".to_owned())]
    );
    assert_eq!(
        reads(db)[1],
        r#"SELECT "t"."title", (SELECT "span_writers"."name" FROM "span_writers" WHERE "t"."author_id" = "span_writers"."id") FROM "span_texts" AS "t" INNER JOIN "span_writers" AS "w" ON "w"."id" = "t"."editor_id" WHERE EXISTS (SELECT 1 FROM "span_writers" WHERE "t"."author_id" = "span_writers"."id" AND "span_writers"."name" <> "w"."name")"#
    );
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "span_topics")]
struct Topic {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
    #[orm(references = Topic.id, on_delete = set_null, index)]
    parent_id: Option<i64>,
    parent: BelongsTo<Option<Topic>>,
    children: HasMany<Topic>,
}

/// A root, two children of it, and a child of the first of these; by their names `r`, `r1`, `r2`, `r11`.
fn tree(db: &Db) -> (Session, [Ref<Topic>; 4]) {
    Metadata::of((Topic,)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let mut add = |name: &str, parent: Option<Ref<Topic>>| {
        let topic = session.add(Topic::builder().name(name).parent(parent));
        session.flush().unwrap();
        topic
    };
    let root = add("r", None);
    let (one, two) = (add("r1", Some(root)), add("r2", Some(root)));
    let leaf = add("r11", Some(one));
    session.commit().unwrap();
    db.sent();
    (session, [root, one, two, leaf])
}

fn topics(session: &mut Session, condition: Predicate) -> Vec<String> {
    let query = select(Topic.name).filter(condition).order_by(Topic.id);
    query.all(session).unwrap()
}

fn a_tree_is_asked_in_both_directions(db: &Db) {
    let (mut session, [_, one, _, leaf]) = tree(db);
    assert_eq!(
        topics(&mut session, Topic.parent.has(Topic.name.eq("r"))),
        ["r1", "r2"]
    );
    assert_eq!(
        reads(db),
        [
            r#"SELECT "name" FROM "span_topics" WHERE EXISTS (SELECT 1 FROM "span_topics" AS "orm_1" WHERE "span_topics"."parent_id" = "orm_1"."id" AND "orm_1"."name" = ?) ORDER BY "id" ASC"#
        ]
    );
    assert_eq!(
        topics(&mut session, Topic.children.any(Topic.name.eq("r11"))),
        ["r1"]
    );
    let grandchildren = Topic.parent.has(Topic.parent.has(Topic.name.eq("r")));
    assert_eq!(topics(&mut session, grandchildren), ["r11"]);
    let grandparents = Topic.children.any(Topic.children.any(Topic.name.eq("r11")));
    assert_eq!(topics(&mut session, grandparents), ["r"]);
    let siblings = Topic.parent.has(Topic.children.any(Topic.name.eq("r2")));
    assert_eq!(topics(&mut session, siblings), ["r1", "r2"]);
    assert_eq!(
        topics(&mut session, Topic.children.is_empty()),
        ["r2", "r11"]
    );
    assert_eq!(topics(&mut session, Topic.children.contains(leaf)), ["r1"]);
    assert_eq!(topics(&mut session, Topic.parent.eq(one)), ["r11"]);
    assert_eq!(topics(&mut session, Topic.children.count().gt(1)), ["r"]);
    let query = select((Topic.name, Topic.parent.get(Topic.parent.get(Topic.name))));
    let rows = query.order_by(Topic.id).all(&mut session).unwrap();
    assert_eq!(rows[3], ("r11".to_owned(), Some("r".to_owned())));
    assert_eq!(rows[0].1, None);
    // The outer row beside the inner one, by an alias; and a subquery with a table of that name of its own.
    let outer = Topic.alias("outer_topic");
    let query = select(outer.name).filter(outer.parent.has(Topic.id.lt(outer.id)));
    assert_eq!(query.count(&mut session).unwrap(), 3);
    let roots = select(Topic.id).filter(Topic.parent.is_null());
    assert_eq!(
        topics(&mut session, Topic.parent.has(Topic.id.in_(roots))),
        ["r1", "r2"]
    );
}

#[derive(Model, Clone, Debug)]
#[orm(table = "span_shelves")]
struct Shelf {
    #[orm(primary_key)]
    room: i32,
    #[orm(primary_key)]
    number: i32,
    copies: HasMany<Copy>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "span_copies")]
#[orm(foreign_key(in_room, on_shelf, references = (Shelf.room, Shelf.number)))]
struct Copy {
    #[orm(primary_key)]
    id: i64,
    in_room: Option<i32>,
    on_shelf: Option<i32>,
    shelf: BelongsTo<Option<Shelf>>,
}

fn a_composite_key_is_followed(db: &Db) {
    Metadata::of((Shelf, Copy)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let shelves = [(1, 1), (1, 2)].map(|(room, number)| {
        session.add(Shelf {
            room,
            number,
            copies: HasMany::default(),
        })
    });
    let copy = session
        .append(shelves[1], Shelf.copies, Copy::builder())
        .unwrap();
    session.commit().unwrap();
    let mut numbers = |condition| {
        let query = select(Shelf.number)
            .filter(condition)
            .order_by(Shelf.number);
        query.all(&mut session).unwrap()
    };
    assert_eq!(numbers(Shelf.copies.any(Copy.id.gt(0))), [2]);
    assert_eq!(numbers(Shelf.copies.is_empty()), [1]);
    assert_eq!(numbers(Shelf.copies.contains(copy)), [2]);
    let query = select((Copy.id, Copy.shelf.get(Shelf.number)));
    let query = query.filter(Copy.shelf.has(Shelf.room.eq(1)));
    assert_eq!(query.one(&mut session).unwrap().1, Some(2));
    let joined = select(Shelf.number).join(Shelf.copies);
    assert_eq!(joined.all(&mut session).unwrap(), [2]);
}

fn an_update_and_a_delete_follow_relations(db: &Db) {
    let (mut session, [ada, bob, _]) = stored(db);
    let statement = update(Text)
        .set(Text.title, "x")
        .filter(Text.author.has(Writer.name.eq("bob")));
    assert_eq!(statement.execute(&mut session).unwrap(), 1);
    let statement = update(Writer)
        .set(Writer.name, "author")
        .filter(Writer.texts.is_not_empty() & Writer.texts.count().gt(1));
    assert_eq!(statement.execute(&mut session).unwrap(), 1);
    assert_eq!(
        names(&mut session, Writer.id.gt(0)),
        ["author", "bob", "carol"]
    );
    let statement = delete(Text).filter(!Text.notes.any(Note.n.gt(0)) & Text.author.eq(ada));
    assert_eq!(statement.execute(&mut session).unwrap(), 1);
    let statement = delete(Writer).filter(Writer.texts.is_empty());
    assert_eq!(statement.execute(&mut session).unwrap(), 1);
    assert_eq!(titles(&mut session, Text.id.gt(0)), ["b", "x"]);
    let statement = update(Text).set(Text.title, Text.author.get(Writer.name));
    let statement = statement.filter(Text.author.eq(bob));
    assert_eq!(statement.execute(&mut session).unwrap(), 1);
    assert_eq!(titles(&mut session, Text.id.gt(0)), ["b", "bob"]);
    session.commit().unwrap();
}

fn an_update_and_a_delete_follow_a_relation_to_their_own_table(db: &Db) {
    let (mut session, [root, ..]) = tree(db);
    let statement = update(Topic)
        .set(Topic.name, "x")
        .filter(Topic.parent.has(Topic.name.eq("r1")));
    assert_eq!(statement.execute(&mut session).unwrap(), 1);
    let statement = update(Topic)
        .set(Topic.name, "y")
        .filter(Topic.children.count().gt(1));
    assert_eq!(statement.execute(&mut session).unwrap(), 1);
    assert_eq!(topics(&mut session, Topic.id.gt(0)), ["y", "r1", "r2", "x"]);
    // Another table in between.
    let statement = delete(Topic).filter(Topic.children.is_empty() & Topic.parent.eq(root));
    assert_eq!(statement.execute(&mut session).unwrap(), 1);
    let statement = delete(Topic).filter(Topic.parent.has(Topic.parent.has(Topic.name.eq("y"))));
    assert_eq!(statement.execute(&mut session).unwrap(), 1);
    assert_eq!(topics(&mut session, Topic.id.gt(0)), ["y", "r1"]);
    session.commit().unwrap();
}

fn a_join_follows_a_relation(db: &Db) {
    let (mut session, _) = stored(db);
    let query = select((Writer.name, Text.title))
        .join(Writer.texts)
        .order_by(Text.id);
    assert_eq!(
        query.all(&mut session).unwrap(),
        [("ada", "a"), ("ada", "b"), ("bob", "c")].map(|(name, title)| (name.into(), title.into()))
    );
    // Two keys reference the model: a join of the model alone would not know which.
    let query = select((Text.title, Writer.name)).join(Text.editor);
    assert_eq!(
        query.all(&mut session).unwrap(),
        [("a".to_owned(), "bob".to_owned())]
    );
    assert_eq!(
        reads(db),
        [
            r#"SELECT "span_writers"."name", "span_texts"."title" FROM "span_writers" INNER JOIN "span_texts" ON "span_texts"."author_id" = "span_writers"."id" ORDER BY "span_texts"."id" ASC"#,
            r#"SELECT "span_texts"."title", "span_writers"."name" FROM "span_texts" INNER JOIN "span_writers" ON "span_texts"."editor_id" = "span_writers"."id""#,
        ]
    );
    let counts = select((Writer.name, count(Note.id)))
        .join(Writer.texts)
        .join(Text.notes)
        .group_by(Writer.name);
    assert_eq!(counts.all(&mut session).unwrap(), [("ada".to_owned(), 2)]);
    let desks = select(Writer.name)
        .join(Writer.desk)
        .filter(Desk.room.eq(7));
    assert_eq!(desks.all(&mut session).unwrap(), ["bob"]);
}

fn a_left_join_keeps_those_without(db: &Db) {
    let (mut session, [ada, bob, carol]) = stored(db);
    let query = select((Writer, optional(Text))).left_join(Writer.texts);
    let rows = query
        .order_by((Writer.id, Text.id))
        .all(&mut session)
        .unwrap();
    let owners: Vec<_> = rows
        .iter()
        .map(|(writer, text)| (*writer, text.is_some()))
        .collect();
    assert_eq!(
        owners,
        [(ada, true), (ada, true), (bob, true), (carol, false)]
    );
    assert_eq!(session[rows[2].1.unwrap()].title, "c");
    let query = select((Text.title, optional(Writer.name)))
        .left_join(Text.editor)
        .order_by(Text.id);
    let editors: Vec<(String, Option<String>)> = query.all(&mut session).unwrap();
    assert_eq!(editors[0].1.as_deref(), Some("bob"));
    assert_eq!(editors[1].1, None);
    let plain = select((Writer.name, Text.title)).left_join(Writer.texts);
    fails(plain.all(&mut session), ErrorKind::Usage);
}

fn a_join_under_an_alias_follows_a_relation(db: &Db) {
    let (mut session, _) = tree(db);
    let (parent, child) = (Topic.alias("parent_topic"), Topic.alias("child_topic"));
    let query = select((Topic.name, parent.name))
        .join(Topic.parent.as_(parent))
        .order_by(Topic.id);
    assert_eq!(
        query.all(&mut session).unwrap(),
        [("r1", "r"), ("r2", "r"), ("r11", "r1")]
            .map(|(name, parent)| (name.into(), parent.into()))
    );
    let query = select((Topic.name, optional(child.name)))
        .left_join(Topic.parent.as_(parent))
        .left_join(Topic.children.as_(child))
        .filter(parent.name.eq("r"))
        .order_by(Topic.id);
    assert_eq!(
        query.all(&mut session).unwrap(),
        [
            ("r1".to_owned(), Some("r11".to_owned())),
            ("r2".to_owned(), None)
        ]
    );
    // Of an alias, too.
    let query = select(child.name)
        .join(child.parent)
        .filter(Topic.name.eq("r1"));
    assert_eq!(query.all(&mut session).unwrap(), ["r11"]);
    let error = fails(
        select(Topic).join(Topic.parent).all(&mut session),
        ErrorKind::Usage,
    );
    assert!(
        error
            .hint()
            .unwrap()
            .contains("Topic.parent.as_(Topic.alias("),
        "{error}"
    );
}

fn a_join_by_a_relation_of_no_table_is_refused(db: &Db) {
    let (mut session, _) = stored(db);
    let error = fails(
        select(Writer).join(Text.notes).all(&mut session),
        ErrorKind::Usage,
    );
    assert!(error.to_string().contains("Text.notes"), "{error}");
    let other = Writer.alias("other");
    fails(
        select(Writer).join(other.texts).all(&mut session),
        ErrorKind::Usage,
    );
    assert_eq!(reads(db), [""; 0]);
}

fn a_wrong_condition_is_refused(db: &Db) {
    let (mut session, _) = stored(db);
    let mut refused = |condition: Predicate| {
        let query = select(Writer.name).filter(condition);
        fails(query.all(&mut session), ErrorKind::Usage)
    };
    let error = refused(Writer.texts.any(count(Text.id).gt(1)));
    assert!(
        error.to_string().contains("aggregates are not allowed"),
        "{error}"
    );
    let error = refused(Writer.texts.any(Desk.room.eq(1)));
    assert!(error.to_string().contains("span_desks"), "{error}");
    let error = refused(Text.notes.is_empty());
    assert!(error.to_string().contains("span_texts"), "{error}");
    assert_eq!(reads(db), [""; 0]);
}

#[derive(Model, Clone, Debug)]
#[orm(table = "span_articles")]
struct Article {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    title: String,
    #[orm(through = ArticleTag)]
    tags: ManyToMany<Tag>,
    rows: HasMany<ArticleTag>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "tags")]
struct Tag {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    label: String,
    #[orm(through = ArticleTag)]
    articles: ManyToMany<Article>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "article_tags")]
struct ArticleTag {
    #[orm(primary_key, references = Article.id, on_delete = cascade)]
    article_id: i64,
    #[orm(primary_key, references = Tag.id, on_delete = cascade)]
    tag_id: i64,
    article: BelongsTo<Article>,
    tag: BelongsTo<Tag>,
}

fn link_rows_are_followed(db: &Db) {
    let all = Metadata::of((Article, Tag, ArticleTag));
    all.create_all(&db.engine).unwrap();
    let mut session = db.session();
    let articles = ["a", "b", "c"].map(|title| session.add(Article::builder().title(title)));
    let tags = ["x", "y"].map(|label| session.add(Tag::builder().label(label)));
    for (article, tag) in [(0, 0), (0, 1), (1, 1)] {
        session
            .link(articles[article], Article.tags, tags[tag])
            .unwrap();
    }
    session.commit().unwrap();
    db.sent();
    let mut titles = |condition: Predicate| {
        let query = select(Article.title).filter(condition).order_by(Article.id);
        query.all(&mut session).unwrap()
    };
    assert_eq!(titles(Article.tags.any(Tag.label.ge("x"))), ["a", "b"]);
    assert_eq!(
        reads(db),
        [
            r#"SELECT "title" FROM "span_articles" WHERE EXISTS (SELECT 1 FROM "article_tags" AS "orm_1" INNER JOIN "tags" ON "orm_1"."tag_id" = "tags"."id" WHERE "orm_1"."article_id" = "span_articles"."id" AND "tags"."label" >= ?) ORDER BY "id" ASC"#
        ]
    );
    assert_eq!(titles(Article.tags.any(Tag.label.eq("x"))), ["a"]);
    assert_eq!(titles(Article.tags.is_empty()), ["c"]);
    assert_eq!(titles(Article.tags.contains(tags[1])), ["a", "b"]);
    assert_eq!(titles(Article.tags.count().gt(1)), ["a"]);
    assert_eq!(titles(Article.rows.any(ArticleTag.tag.eq(tags[0]))), ["a"]);
    // Articles that share a tag with b.
    let shared = Article.tags.any(Tag.articles.contains(articles[1]));
    assert_eq!(titles(shared), ["a", "b"]);
    let query = select((Article.title, Tag.label)).join(Article.tags);
    let rows = query
        .order_by((Article.id, Tag.id))
        .all(&mut session)
        .unwrap();
    assert_eq!(
        rows,
        [("a", "x"), ("a", "y"), ("b", "y")].map(|(title, tag)| (title.into(), tag.into()))
    );
    let query = select((Article.title, optional(Tag.label))).left_join(Article.tags);
    let rows = query
        .order_by((Article.id, Tag.id))
        .all(&mut session)
        .unwrap();
    assert_eq!(rows.last(), Some(&("c".to_owned(), None)));
    // A link row of the outer query is not the one that is followed.
    let query = select((Article.title, ArticleTag.tag_id))
        .join(Article.rows)
        .filter(Article.tags.any(Tag.id.gt(ArticleTag.tag_id)));
    let rows = query.all(&mut session).unwrap();
    assert_eq!(rows, [("a".to_owned(), session[tags[0]].id)]);
    let twice = select(Article).join(Article.rows).join(Article.tags);
    fails(twice.all(&mut session), ErrorKind::Usage);
    let statement = delete(Article).filter(Article.tags.is_empty());
    assert_eq!(statement.execute(&mut session).unwrap(), 1);
    session.commit().unwrap();
}

#[derive(Model, Clone, Debug)]
#[orm(table = "circle_members")]
struct Member {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
    #[orm(through = Follow, inverse = Follow.follower, target = Follow.followed)]
    follows: ManyToMany<Member>,
    #[orm(through = Follow, inverse = Follow.followed, target = Follow.follower)]
    followers: ManyToMany<Member>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "span_follows")]
struct Follow {
    #[orm(primary_key, references = Member.id, on_delete = cascade)]
    follower_id: i64,
    #[orm(primary_key, references = Member.id, on_delete = cascade)]
    followed_id: i64,
    #[orm(key = follower_id)]
    follower: BelongsTo<Member>,
    #[orm(key = followed_id)]
    followed: BelongsTo<Member>,
}

fn an_entity_is_linked_with_others_of_its_model(db: &Db) {
    Metadata::of((Member, Follow))
        .create_all(&db.engine)
        .unwrap();
    let mut session = db.session();
    let members = ["ada", "bob", "carol"].map(|name| session.add(Member::builder().name(name)));
    let [ada, bob, carol] = members;
    session.link(ada, Member.follows, bob).unwrap();
    session.link(bob, Member.follows, carol).unwrap();
    session.commit().unwrap();
    let mut names = |condition: Predicate| {
        let query = select(Member.name).filter(condition).order_by(Member.id);
        query.all(&mut session).unwrap()
    };
    assert_eq!(names(Member.follows.any(Member.name.eq("bob"))), ["ada"]);
    assert_eq!(names(Member.followers.contains(ada)), ["bob"]);
    let far = Member
        .follows
        .any(Member.follows.any(Member.name.eq("carol")));
    assert_eq!(names(far), ["ada"]);
    assert_eq!(
        names(Member.follows.is_empty() & Member.followers.count().eq(1)),
        ["carol"]
    );
    let twice = select(Member).join(Member.follows);
    fails(twice.all(&mut session), ErrorKind::Usage);
    let other = Member.alias("other");
    let query = select((Member.name, other.name)).join(Member.follows.as_(other));
    let pairs = query.order_by(Member.id).all(&mut session).unwrap();
    assert_eq!(
        pairs,
        [("ada", "bob"), ("bob", "carol")].map(|(a, b)| (a.into(), b.into()))
    );
    let statement = delete(Member).filter(Member.follows.any(Member.name.eq("carol")));
    assert_eq!(statement.execute(&mut session).unwrap(), 1);
    session.commit().unwrap();
}
