//! Aggregates over relations, which are subqueries; and joins that would multiply what is aggregated, which are refused.

use orm::ErrorKind;
use orm::prelude::*;
use orm::query::count_distinct;

use crate::cases;
use crate::database::Db;
use crate::suite::statements::reads;
use crate::suite::support::fails;

cases![
    "relation_aggregates":
    each_entity_has_its_own,
    relations_do_not_multiply_each_other,
    they_follow_link_rows,
    a_relation_to_its_own_table,
    they_filter_and_order,
    bulk_statements_take_them,
    a_column_of_another_table_is_refused,
    two_joined_sides_are_refused,
    a_side_beyond_a_joined_one_is_refused,
    two_sides_of_a_joined_table_are_refused,
    joins_that_repeat_nothing_are_right,
    aggregates_that_repetition_leaves_alone_are_right,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "agg_writers")]
struct Writer {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 20)]
    name: String,
    #[orm(references = Writer.id, index)]
    chief_id: Option<i64>,
    chief: BelongsTo<Option<Writer>>,
    #[orm(inverse = Writer.chief)]
    team: HasMany<Writer>,
    texts: HasMany<Text>,
    prizes: HasMany<Prize>,
    desk: HasOne<Desk>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "agg_texts")]
struct Text {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Writer.id, index)]
    writer_id: i64,
    words: i32,
    score: Option<f64>,
    writer: BelongsTo<Writer>,
    notes: HasMany<Note>,
    #[orm(link_table = "agg_text_topics")]
    topics: ManyToMany<Topic>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "agg_notes")]
struct Note {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Text.id, index)]
    text_id: i64,
    stars: i32,
    text: BelongsTo<Text>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "agg_topics")]
struct Topic {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 20)]
    name: String,
    weight: i32,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "agg_prizes", unique(writer_id, season))]
struct Prize {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Writer.id, index)]
    writer_id: i64,
    season: i32,
    amount: i32,
    writer: BelongsTo<Writer>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "agg_desks")]
struct Desk {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Writer.id, index)]
    writer_id: Option<i64>,
    room: i32,
    writer: BelongsTo<Option<Writer>>,
}

/// Ada with texts of 10 and 20 words and three prizes; bob, whose chief is ada, with one text of 5 words; cy with nothing,
/// whose chief is ada, too.
fn stored(db: &Db) -> Connection {
    let all = Metadata::of((Writer, Text, Note, Topic, Prize, Desk));
    all.create_all(&db.engine).unwrap();
    let mut session = db.session();
    let ada = session.add(Writer::builder().name("ada"));
    session.flush().unwrap();
    let [bob, cy] =
        ["bob", "cy"].map(|name| session.add(Writer::builder().name(name).chief(Some(ada))));
    let topics = [("sea", 3), ("sky", 4)]
        .map(|(name, weight)| session.add(Topic::builder().name(name).weight(weight)));
    for (writer, words, score) in [(ada, 10, Some(1.5)), (ada, 20, None), (bob, 5, Some(4.0))] {
        let text = Text::builder().words(words).score(score);
        let text = session.append(writer, Writer.texts, text).unwrap();
        session.flush().unwrap();
        for (topic, links) in topics.iter().zip([words > 5, true]) {
            if links {
                session.link(text, Text.topics, *topic).unwrap();
            }
        }
        for stars in [1, 2] {
            session
                .append(text, Text.notes, Note::builder().stars(stars))
                .unwrap();
        }
    }
    for (season, amount) in [(1, 100), (2, 200), (3, 300)] {
        let prize = Prize::builder().season(season).amount(amount);
        session.append(ada, Writer.prizes, prize).unwrap();
    }
    for (writer, room) in [(ada, 1), (bob, 2)] {
        let desk = Desk::builder().room(room);
        session.append(writer, Writer.desk, desk).unwrap();
    }
    session.commit().unwrap();
    assert_eq!(session[cy].name, "cy");
    db.sent();
    db.engine.connection().unwrap()
}

fn each_entity_has_its_own(db: &Db) {
    let conn = &mut stored(db);
    let of = Writer.texts;
    let query = select((
        Writer.name,
        of.count(),
        of.sum(Text.words),
        of.min(Text.words),
        of.max(Text.words),
        of.avg(Text.words),
    ))
    .order_by(Writer.id);
    let rows = query.all(conn).unwrap();
    let ada = (
        "ada".to_owned(),
        2,
        Some(30),
        Some(10),
        Some(20),
        Some(15.0),
    );
    let bob = ("bob".to_owned(), 1, Some(5), Some(5), Some(5), Some(5.0));
    let cy = ("cy".to_owned(), 0, None, None, None, None);
    assert_eq!(rows, [ada, bob, cy]);
    // NULLs are left out, and expressions may be given.
    let query = select((
        of.sum(Text.score),
        of.sum(Text.words * 2 + Text.words),
        of.max(Text.score).coalesce(0.0),
    ));
    assert_eq!(
        query.order_by(Writer.id).all(conn).unwrap(),
        [
            (Some(1.5), Some(90), 1.5),
            (Some(4.0), Some(15), 4.0),
            (None, None, 0.0),
        ]
    );
}

fn relations_do_not_multiply_each_other(db: &Db) {
    let conn = &mut stored(db);
    let query = select((
        Writer.texts.count(),
        Writer.prizes.count(),
        Writer.texts.sum(Text.words),
        Writer.prizes.sum(Prize.amount),
    ))
    .order_by(Writer.id);
    assert_eq!(
        query.first(conn).unwrap(),
        Some((2, 3, Some(30), Some(600)))
    );
    // Beside a join, too.
    let query = select((Text.words, Writer.prizes.sum(Prize.amount)))
        .join(Text.writer)
        .order_by(Text.id);
    assert_eq!(
        query.all(conn).unwrap(),
        [(10, Some(600)), (20, Some(600)), (5, None)]
    );
}

fn they_follow_link_rows(db: &Db) {
    let conn = &mut stored(db);
    let of = Text.topics;
    let query = select((of.count(), of.sum(Topic.weight), of.max(Topic.name)));
    let both = (2, Some(7), Some("sky".to_owned()));
    assert_eq!(
        query.order_by(Text.id).all(conn).unwrap(),
        [both.clone(), both, (1, Some(4), Some("sky".to_owned()))]
    );
    // By the link rows alone, beside each other.
    let of_tag = r#"FROM "agg_text_topics" AS "orm_1" INNER JOIN "agg_topics" ON "orm_1"."topic_id" = "agg_topics"."id" WHERE "orm_1"."text_id" = "agg_texts"."id""#;
    let [sent] = &reads(db)[..] else {
        panic!("it is one statement")
    };
    assert_eq!(sent.matches(of_tag).count(), 3, "{sent}");
}

fn a_relation_to_its_own_table(db: &Db) {
    let conn = &mut stored(db);
    let query = select((
        Writer.name,
        Writer.team.count(),
        Writer.team.max(Writer.name),
    ));
    let rows = query.order_by(Writer.id).all(conn).unwrap();
    assert_eq!(rows[0], ("ada".to_owned(), 2, Some("cy".to_owned())));
    assert_eq!(rows[1], ("bob".to_owned(), 0, None));
    let chief = Writer.alias("chief");
    let own = select(chief.name)
        .filter(chief.team.min(Writer.id).gt(chief.id))
        .all(conn);
    assert_eq!(own.unwrap(), ["ada"]);
}

fn they_filter_and_order(db: &Db) {
    let conn = &mut stored(db);
    let query = select(Writer.name)
        .filter(Writer.texts.sum(Text.words).ge(5))
        .order_by(Writer.texts.avg(Text.words));
    assert_eq!(query.all(conn).unwrap(), ["bob", "ada"]);
    // A text of the same shape, of other values.
    let query = select(Writer.name).filter(Writer.texts.sum(Text.words + 1).ge(7));
    assert_eq!(query.all(conn).unwrap(), ["ada"]);
    let query = select(Writer.name).filter(Writer.texts.sum(Text.words + 2).ge(7));
    assert_eq!(query.order_by(Writer.id).all(conn).unwrap(), ["ada", "bob"]);
    // Of one group, they are values of the key.
    let query = select((Writer.id, Writer.prizes.sum(Prize.amount), sum(Text.words)))
        .join(Writer.texts)
        .group_by(Writer.id)
        .order_by(Writer.id);
    let rows = query.all(conn).unwrap();
    assert_eq!(rows[0].1, Some(600));
    assert_eq!(rows[0].2, Some(30));
}

fn bulk_statements_take_them(db: &Db) {
    let conn = &mut stored(db);
    let written = update(Desk)
        .set(Desk.room, 9)
        .filter(Desk.writer.has(Writer.texts.sum(Text.words).gt(5)))
        .execute(conn);
    assert_eq!(written.unwrap(), 1);
    let deleted = delete(Topic).filter(Topic.weight.gt(100)).execute(conn);
    assert_eq!(deleted.unwrap(), 0);
}

fn a_column_of_another_table_is_refused(db: &Db) {
    let conn = &mut stored(db);
    let query = select(Writer.texts.sum(Writer.id));
    let error = fails(query.all(conn), ErrorKind::Usage);
    let message = error.to_string();
    assert!(
        message.contains("Writer.texts.sum(…) has no column of Text"),
        "{message}"
    );
    assert_eq!(reads(db), [""; 0]);
}

/// The error of a query whose aggregate is multiplied, which names both tables and what to write instead.
#[track_caller]
fn refused<T: std::fmt::Debug>(db: &Db, result: orm::Result<T>, tables: [&str; 2], hint: &str) {
    let error = fails(result, ErrorKind::Usage);
    let message = error.to_string();
    let words = format!(
        "repeat each row of {} for the rows of {}",
        tables[0], tables[1]
    );
    assert!(message.contains(&words), "{message}");
    let given = error.hint().unwrap_or_default();
    assert!(given.contains(hint), "{given}");
    assert_eq!(reads(db), [""; 0], "it is refused before it is sent");
}

fn two_joined_sides_are_refused(db: &Db) {
    let conn = &mut stored(db);
    let base = || select((Writer.name, count(Text.id))).group_by(Writer.id);
    let query = base().join(Writer.texts).join(Writer.prizes);
    refused(
        db,
        query.all(conn),
        ["Text", "Prize"],
        "Writer.texts.count()",
    );
    let query = base().left_join(Writer.texts).left_join(Writer.prizes);
    refused(
        db,
        query.all(conn),
        ["Text", "Prize"],
        "Writer.texts.count()",
    );
    let query = select((Writer.name, sum(Prize.amount))).group_by(Writer.name);
    let query = query.join(Text).join(Prize);
    refused(db, query.all(conn), ["Prize", "Text"], "Writer.prizes.sum(");
    // As a subquery, of a HAVING, of ORDER BY, of an alias, by a condition.
    let sides = || select(Writer.id).group_by(Writer.id).join(Text).join(Prize);
    let query = select(Writer.name).filter(Writer.id.in_(sides().having(avg(Text.words).gt(1.0))));
    refused(db, query.all(conn), ["Text", "Prize"], "Writer.texts");
    let query = sides().order_by(sum(Prize.amount).desc());
    refused(db, query.all(conn), ["Prize", "Text"], "Writer.prizes");
    let other = Prize.alias("other");
    let query = select((Writer.id, sum(other.amount) + 1)).group_by(Writer.id);
    let query = query
        .join(Prize)
        .join_on(other, other.writer_id.eq(Writer.id));
    refused(
        db,
        query.all(conn),
        ["Prize (as other)", "Prize"],
        "Writer.prizes",
    );
    // With link rows on one side.
    let query = select(sum(Topic.weight)).from(Text).join(Text.topics);
    refused(
        db,
        query.join(Text.notes).all(conn),
        ["Topic", "Note"],
        "Text.topics",
    );
}

fn a_side_beyond_a_joined_one_is_refused(db: &Db) {
    let conn = &mut stored(db);
    let query = select((Writer.name, sum(Text.words), sum(Note.stars))).group_by(Writer.id);
    let query = query.join(Writer.texts).join(Text.notes);
    refused(db, query.all(conn), ["Text", "Note"], "Writer.texts");
}

fn two_sides_of_a_joined_table_are_refused(db: &Db) {
    let conn = &mut stored(db);
    let query = select(sum(Text.words)).join(Text.writer).join(Prize);
    refused(db, query.all(conn), ["Text", "Prize"], "Writer.texts");
}

fn joins_that_repeat_nothing_are_right(db: &Db) {
    let conn = &mut stored(db);
    // A side to one, whose foreign key need not be unique.
    let query = select((Writer.id, sum(Text.words), max(Desk.room))).group_by(Writer.id);
    let query = query.join(Writer.texts).left_join(Writer.desk);
    let rows = query.order_by(Writer.id).all(conn).unwrap();
    assert_eq!(rows, [(1, Some(30), Some(1)), (2, Some(5), Some(2))]);
    // One side, and what it is the side of.
    let query = select((Writer.name, sum(Note.stars), count(Note.id)));
    let query = query.join(Writer.texts).join(Text.notes);
    let query = query.group_by((Writer.id, Writer.name)).order_by(Writer.id);
    assert_eq!(query.all(conn).unwrap()[0], ("ada".to_owned(), Some(6), 4));
    // Link rows alone.
    let query = select((Text.words, sum(Topic.weight), count(Topic.id))).group_by(Text.words);
    let query = query.join(Text.topics).order_by(Text.words);
    assert_eq!(query.first(conn).unwrap(), Some((5, Some(4), 1)));
    // A key that the conditions fix: with a value, with columns of both tables.
    let query = select((Writer.name, sum(Text.words), max(Prize.amount)));
    let query = query.group_by((Writer.id, Writer.name)).join(Writer.texts);
    let second = Prize.writer_id.eq(Writer.id) & Prize.season.eq(2);
    let rows = query.clone().join_on(Prize, second).all(conn).unwrap();
    assert_eq!(rows, [("ada".to_owned(), Some(30), Some(200))]);
    let rows = query.join(Prize).filter(Prize.season.eq(2)).all(conn);
    assert_eq!(rows.unwrap(), [("ada".to_owned(), Some(30), Some(200))]);
    // A derived table with a row for each key.
    let prizes = select((Prize.writer_id, sum(Prize.amount))).group_by(Prize.writer_id);
    let prizes = prizes.as_table("totals");
    let (writer, total) = prizes.columns();
    let query = select((Writer.name, sum(Text.words), max(total)))
        .from(Writer)
        .join(Writer.texts)
        .join_on(&prizes, writer.eq(Writer.id))
        .group_by((Writer.id, Writer.name));
    let rows = query.all(conn).unwrap();
    assert_eq!(rows, [("ada".to_owned(), Some(30), Some(600))]);
    // Groups of the key of the other side.
    let query = select((Prize.id, sum(Text.words))).from(Writer);
    let query = query.join(Writer.texts).join(Writer.prizes);
    let rows = query.group_by(Prize.id).order_by(Prize.id).all(conn);
    assert_eq!(rows.unwrap().len(), 3);
}

fn aggregates_that_repetition_leaves_alone_are_right(db: &Db) {
    let conn = &mut stored(db);
    let query = select((
        min(Text.words),
        max(Prize.amount),
        count_distinct(Text.id),
        count_all(),
    ))
    .from(Writer)
    .join(Writer.texts)
    .join(Writer.prizes);
    let row = query.one(conn).unwrap();
    assert_eq!(row, (Some(10), Some(300), 2, 6));
    assert_eq!(query.count(conn).unwrap(), 1);
    // The rows of a query without aggregates are what they are.
    let pairs = select((Text.words, Prize.amount)).from(Writer);
    let pairs = pairs.join(Writer.texts).join(Writer.prizes);
    assert_eq!(pairs.all(conn).unwrap().len(), 6);
    assert_eq!(pairs.count(conn).unwrap(), 6);
}
