//! Queries in chunks: their order and statements, the relations of each chunk, and which entities stay in the session.

use orm::prelude::*;
use orm::query::{Expr, IntoExpr, Order};
use orm::{ErrorKind, Result};

use crate::cases;
use crate::database::Db;
use crate::fixtures::{Colour, Everything, Line};
use crate::suite::alive::{ALIVE, Alive};
use crate::suite::statements::{reads, steps};
use crate::suite::support::{everything, fails};

cases![
    "chunks":
    chunks_are_the_rows_of_all_in_order,
    a_chunk_begins_after_the_last_row,
    keys_of_several_columns_are_continued,
    columns_of_every_type_are_continued,
    equal_texts_and_bytes_are_continued,
    limit_and_offset_are_those_of_the_query,
    an_order_that_cannot_be_continued_is_refused,
    relations_are_loaded_for_each_chunk,
    ten_thousand_rows_take_the_memory_of_a_chunk,
    what_a_closure_loads_leaves_as_well,
    changed_entities_stay_and_are_flushed,
    changed_entities_leave_after_a_commit,
    a_rollback_puts_back_what_stayed,
    entities_that_were_here_stay,
    what_stays_keeps_what_it_references,
    added_entities_stay,
    deleted_rows_end_no_chunk_early,
    an_error_of_the_closure_ends_the_query,
    chunks_inside_chunks,
    an_entity_of_several_rows_is_passed_once,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "chunk_owners")]
struct Owner {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
    points: i64,
    #[orm(length = 50)]
    nick: Option<String>,
    #[orm(cascade = delete)]
    items: HasMany<Item>,
    #[orm(through = Tagged)]
    tags: ManyToMany<Tag>,
    #[orm(skip)]
    alive: Alive,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "chunk_items")]
struct Item {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Owner.id, index)]
    owner_id: i64,
    owner: BelongsTo<Owner>,
    #[orm(skip)]
    alive: Alive,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "chunk_tags")]
struct Tag {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
    #[orm(through = Tagged)]
    owners: ManyToMany<Owner>,
    #[orm(skip)]
    alive: Alive,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "chunk_tagged")]
struct Tagged {
    #[orm(primary_key, references = Owner.id, on_delete = cascade)]
    owner_id: i64,
    #[orm(primary_key, references = Tag.id, on_delete = cascade)]
    tag_id: i64,
    owner: BelongsTo<Owner>,
    tag: BelongsTo<Tag>,
    #[orm(skip)]
    alive: Alive,
}

/// So many owners of three different points, each with an item and all with one tag. The session is another one's.
fn owners(db: &Db, count: i64) -> Session {
    let all = Metadata::of((Owner, Item, Tag, Tagged));
    all.create_all(&db.engine).unwrap();
    let mut session = db.session();
    let tag = session.add(Tag::builder().name("first"));
    for n in 1..=count {
        let name = format!("o{n:05}");
        let owner = session.add(Owner::builder().name(name).points(n % 3));
        session.add(Item::builder().owner(owner));
        session.link(owner, Owner.tags, tag).unwrap();
    }
    session.commit().unwrap();
    drop(session);
    db.sent();
    assert_eq!(ALIVE.get(), 0);
    db.session()
}

/// The keys of the entities, chunk by chunk.
fn ids(
    session: &mut Session,
    query: &Select<impl Entity<Model = Owner>>,
    size: usize,
) -> Vec<Vec<i64>> {
    let mut chunks = Vec::new();
    let each = |session: &mut Session, owners: &[Ref<Owner>]| {
        chunks.push(owners.iter().map(|owner| session[*owner].id).collect());
        Ok(())
    };
    query.chunks(size, session, each).unwrap();
    chunks
}

fn all(session: &mut Session, query: &Select<impl Entity<Model = Owner>>) -> Vec<i64> {
    let owners = query.all(session).unwrap();
    owners.iter().map(|owner| session[*owner].id).collect()
}

fn chunks_are_the_rows_of_all_in_order(db: &Db) {
    let mut session = owners(db, 20);
    let alias = Owner.alias("o");
    for (order, is_unique) in [
        (vec![Owner.id.asc()], true),
        (vec![Owner.id.desc()], true),
        (vec![Owner.name.desc()], true),
        (vec![Owner.points.desc()], false),
        (vec![Owner.points.asc(), Owner.name.desc()], true),
        (
            vec![Owner.points.asc(), Owner.points.desc(), Owner.id.desc()],
            true,
        ),
    ] {
        let query = select(Owner).order_by(order.clone());
        let mut total = order;
        if !is_unique {
            total.push(Owner.id.asc());
        }
        let expected = all(&mut session, &select(Owner).order_by(total));
        for size in [1, 7, 10, 20, 21] {
            let chunks = ids(&mut session, &query, size);
            assert_eq!(chunks.concat(), expected);
            assert!(chunks.iter().rev().skip(1).all(|chunk| chunk.len() == size));
        }
    }
    let query = select(alias)
        .filter(alias.points.ne(0))
        .order_by(alias.name.desc());
    let chunks = ids(&mut session, &query, 3);
    assert_eq!(chunks.concat(), all(&mut session, &query));
    let none = select(Owner).filter(Owner.points.gt(7));
    assert!(ids(&mut session, &none, 3).is_empty());
}

fn a_chunk_begins_after_the_last_row(db: &Db) {
    let mut session = owners(db, 4);
    let text = |query: Select<_>| db.normalised(&query.to_sql(db.dialect()).unwrap());
    ids(&mut session, &select(Owner), 2);
    let by_key = || select(Owner).order_by(Owner.id).limit(2);
    let next = text(by_key().filter(Owner.id.gt(1)));
    assert_eq!(db.sent(), [text(by_key()), next.clone(), next]);

    let by_points = select(Owner)
        .filter(Owner.id.ne(9))
        .order_by(Owner.points.desc());
    ids(&mut session, &by_points, 3);
    let behind = Owner
        .points
        .lt(1)
        .or(Owner.points.eq(1).and(Owner.id.gt(1)));
    let ordered = by_points.order_by(Owner.id).limit(3);
    let next = text(ordered.clone().filter(Owner.points.le(1).and(behind)));
    assert_eq!(db.sent(), [text(ordered), next]);
}

fn keys_of_several_columns_are_continued(db: &Db) {
    let mut session = db.session();
    for (number, position) in [(1, 1), (1, 2), (2, 1), (2, 2), (2, 3)] {
        session.add(Line {
            number,
            position,
            quoted: 0,
        });
    }
    session.commit().unwrap();
    let keys = |session: &mut Session, query: Select<_>| {
        let mut keys = Vec::new();
        query
            .chunks(2, session, |session, lines: &[Ref<Line>]| {
                keys.extend(lines.iter().map(|line| session[*line].key()));
                Ok(())
            })
            .unwrap();
        keys
    };
    let found = keys(&mut session, select(Line));
    assert_eq!(found, [(1, 1), (1, 2), (2, 1), (2, 2), (2, 3)]);
    let mixed = select(Line).order_by((Line.quoted, Line.number.desc(), Line.position));
    let found = keys(&mut session, mixed);
    assert_eq!(found, [(2, 1), (2, 2), (2, 3), (1, 1), (1, 2)]);
}

fn order<T: orm::DbType>(column: impl IntoExpr<Value = T>, is_descending: bool) -> Order {
    let column: Expr<T> = column.into_expr();
    if is_descending {
        column.desc()
    } else {
        column.asc()
    }
}

/// Rows of which two are equal in most columns.
fn ties(db: &Db) -> Session {
    let mut session = db.session();
    let rows = (1..=4_i64).map(|id| {
        let same = id.min(3);
        let mut row = everything(id, Some(id > 2));
        row.small = i16::try_from(same).unwrap();
        row.medium = -i32::try_from(same).unwrap();
        row.large = same << 40;
        row.double = 0.1 * f64::from(i32::try_from(same).unwrap());
        row.text = format!("Ä{same}");
        row.bytes = vec![0, u8::try_from(same).unwrap(), 255];
        row.date += chrono::Duration::days(same);
        row.time = chrono::NaiveTime::from_hms_opt(u32::try_from(same).unwrap(), 30, 15).unwrap();
        row.moment += chrono::Duration::milliseconds(100 * same);
        row.instant += chrono::Duration::seconds(same);
        row.token = uuid::Uuid::from_u128(u128::from(same.unsigned_abs()) << 100);
        row.colour =
            [Colour::Red, Colour::Green, Colour::DarkBlue][usize::try_from(id % 3).unwrap()];
        row
    });
    for row in rows {
        session.add(row);
    }
    session.commit().unwrap();
    session.clear();
    session
}

fn columns_of_every_type_are_continued(db: &Db) {
    let mut session = ties(db);
    let columns: [fn(bool) -> Order; 11] = [
        |desc| order(Everything.flag, desc),
        |desc| order(Everything.small, desc),
        |desc| order(Everything.medium, desc),
        |desc| order(Everything.large, desc),
        |desc| order(Everything.double, desc),
        |desc| order(Everything.date, desc),
        |desc| order(Everything.time, desc),
        |desc| order(Everything.moment, desc),
        |desc| order(Everything.instant, desc),
        |desc| order(Everything.token, desc),
        |desc| order(Everything.colour, desc),
    ];
    are_continued(&mut session, &columns);
}

fn equal_texts_and_bytes_are_continued(db: &Db) {
    let mut session = ties(db);
    let columns: [fn(bool) -> Order; 2] = [
        |desc| order(Everything.text, desc),
        |desc| order(Everything.bytes, desc),
    ];
    are_continued(&mut session, &columns);
}

/// Each column as the order of chunks of one entity, so that each value is continued after.
fn are_continued(session: &mut Session, columns: &[fn(bool) -> Order]) {
    for (number, column) in columns.iter().enumerate() {
        for desc in [false, true] {
            let total = select(Everything.id).order_by((column(desc), Everything.id));
            let expected = total.all(session).unwrap();
            let mut found = Vec::new();
            let query = select(Everything).order_by(column(desc));
            query
                .chunks(1, session, |session, rows| {
                    found.extend(rows.iter().map(|row| session[*row].id));
                    Ok(())
                })
                .unwrap();
            assert_eq!(found, expected, "column {number}, descending: {desc}");
        }
    }
}

fn limit_and_offset_are_those_of_the_query(db: &Db) {
    let mut session = owners(db, 9);
    let by_key = select(Owner).order_by(Owner.id);
    let chunks = ids(&mut session, &by_key.clone().limit(5), 2);
    assert_eq!(chunks, [vec![1, 2], vec![3, 4], vec![5]]);
    // The limit is reached, and no statement asks for more.
    assert_eq!(reads(db).len(), 3);
    let chunks = ids(&mut session, &by_key.clone().limit(4).offset(3), 2);
    assert_eq!(chunks, [[4, 5], [6, 7]]);
    assert_eq!(reads(db).len(), 2);
    let chunks = ids(&mut session, &by_key.clone().limit(100).offset(7), 3);
    assert_eq!(chunks, [[8, 9]]);
    let chunks = ids(&mut session, &by_key.limit(0), 3);
    assert!(chunks.is_empty());
}

fn an_order_that_cannot_be_continued_is_refused(db: &Db) {
    let mut session = owners(db, 1);
    let mut refused = |query: Select<_>, size| {
        let result = query.chunks(size, &mut session, |_, _: &[Ref<Owner>]| Ok(()));
        fails(result, ErrorKind::Usage)
    };
    let error = refused(select(Owner).order_by((Owner.points, Owner.nick)), 5);
    assert!(
        error
            .message()
            .contains("`chunk_owners.nick`, which is nullable"),
        "{error}"
    );
    assert_eq!(error.column(), Some("nick"));
    assert!(error.hint().unwrap().contains("Owner.nick"), "{error}");
    let error = refused(select(Owner).order_by(Owner.points + 1), 5);
    assert!(error.message().contains("columns of Owner only"), "{error}");
    let joined = select(Owner).join(Owner.items).order_by(Item.id);
    let error = refused(joined, 5);
    assert!(error.message().contains("columns of Owner only"), "{error}");
    let error = refused(select(Owner).group_by(Owner.id), 5);
    assert!(error.message().contains("GROUP BY"), "{error}");
    let error = refused(select(Owner), 0);
    assert!(error.message().contains("0 entities"), "{error}");
    let single = select(Everything).order_by(Everything.single);
    let error = fails(
        single.chunks(5, &mut session, |_, _| Ok(())),
        ErrorKind::Usage,
    );
    assert!(error.message().contains("`everything.single`"), "{error}");
    assert!(db.sent().is_empty());
}

fn relations_are_loaded_for_each_chunk(db: &Db) {
    let mut session = owners(db, 5);
    let query = select(Owner).with(Owner.items).with(Owner.tags);
    let (mut items, mut chunks) = (0, 0);
    query
        .chunks(2, &mut session, |session, owners| {
            for owner in owners {
                for item in session[*owner].items.get()? {
                    assert_eq!(session[item].owner.get()?, *owner);
                    items += 1;
                }
                let tag = session[*owner].tags.get()?[0];
                assert_eq!(session[tag].name, "first");
            }
            chunks += 1;
            Ok(())
        })
        .unwrap();
    assert_eq!((items, chunks), (5, 3));
    let tables = reads(db);
    let tables: Vec<&str> = tables.iter().map(|sql| table(sql)).collect();
    let chunk = ["chunk_owners", "chunk_items", "chunk_tagged"];
    assert_eq!(tables, [chunk; 3].concat());
    assert_eq!(ALIVE.get(), 0);
}

/// The first table of a SELECT.
fn table(sql: &str) -> &str {
    let from = sql.split_once(" FROM \"").unwrap().1;
    from.split_once('"').unwrap().0
}

/// The most entities that were in memory while a query ran in chunks of 500, and how many it had.
fn peak(session: &mut Session, query: &Select<impl Entity<Model = Owner>>) -> (usize, usize) {
    let (mut most, mut count) = (0, 0);
    query
        .chunks(500, session, |_, owners| {
            most = most.max(ALIVE.get());
            count += owners.len();
            Ok(())
        })
        .unwrap();
    (most, count)
}

fn ten_thousand_rows_take_the_memory_of_a_chunk(db: &Db) {
    let mut session = owners(db, 0);
    let conn = &mut db.engine.connection().unwrap();
    for first in (0..10_000).step_by(1000) {
        let rows =
            (first..first + 1000).map(|n| Owner::builder().name(format!("o{n:05}")).points(n % 3));
        insert(Owner).values(rows).execute(conn).unwrap();
    }
    conn.begin().unwrap();
    for owner in 1..=2000 {
        let item = Item::builder().owner_id(owner);
        insert(Item).values(item).execute(conn).unwrap();
    }
    conn.commit().unwrap();
    let query = select(Owner)
        .with(Owner.items)
        .order_by(Owner.points.desc());
    assert_eq!(peak(&mut session, &query), (1000, 10_000));
    assert_eq!(ALIVE.get(), 0);
    session.begin().unwrap();
    assert_eq!(peak(&mut session, &query), (1000, 10_000));
    // Entities that are loaded after it are logged, since a rollback takes their values away.
    update(Owner)
        .set(Owner.name, "x")
        .execute(&mut session)
        .unwrap();
    assert_eq!(peak(&mut session, &query), (1000, 10_000));
    assert_eq!(ALIVE.get(), 0);
    session.rollback().unwrap();
    let first = session.get(Owner, 1).unwrap().unwrap();
    assert_eq!(session[first].name, "o00000");
}

fn what_a_closure_loads_leaves_as_well(db: &Db) {
    let mut session = owners(db, 6);
    let mut last = None;
    select(Owner)
        .chunks(2, &mut session, |session, owners| {
            session.load_all(owners, Owner.items)?;
            let tag = session.get_one(Tag, 1)?;
            assert!(last.replace(tag) != Some(tag));
            // Two owners with an item each, and the tag.
            assert_eq!(ALIVE.get(), 5);
            Ok(())
        })
        .unwrap();
    assert_eq!(ALIVE.get(), 0);
    fails(session.get_ref(last.unwrap()), ErrorKind::StaleHandle);
}

fn changed_entities_stay_and_are_flushed(db: &Db) {
    let mut session = owners(db, 5);
    let (mut changed, mut left) = (Vec::new(), Vec::new());
    select(Owner)
        .order_by(Owner.id)
        .chunks(2, &mut session, |session, owners| {
            session[owners[0]].points = 70;
            changed.push(owners[0]);
            left.extend(&owners[1..]);
            Ok(())
        })
        .unwrap();
    // The changes of the last chunk are pending: no query has followed.
    assert!(session.has_pending_work());
    for owner in &changed {
        assert_eq!(session[*owner].points, 70);
    }
    for owner in left {
        fails(session.get_ref(owner), ErrorKind::StaleHandle);
    }
    session.commit().unwrap();
    assert_eq!(steps(db), ["UPDATE chunk_owners"]);
    assert_eq!(points(db), 3 * 70 + 2 + 1);
    assert_eq!(session[changed[0]].id, 1);
}

/// The sum of all points, seen from outside.
fn points(db: &Db) -> i64 {
    let sum = select(sum(Owner.points)).one(&mut db.other_connection());
    sum.unwrap().unwrap()
}

fn changed_entities_leave_after_a_commit(db: &Db) {
    let mut session = owners(db, 8);
    let (mut number, mut handles) = (0, Vec::new());
    select(Owner)
        .with(Owner.items)
        .chunks(2, &mut session, |session, owners| {
            for owner in owners {
                session[*owner].points = 70;
            }
            handles.extend_from_slice(owners);
            number += 1;
            if number % 2 == 0 {
                session.commit()?;
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(number, 4);
    for owner in handles {
        fails(session.get_ref(owner), ErrorKind::StaleHandle);
    }
    let left = select(Owner).filter(Owner.points.ne(70));
    assert_eq!(left.count(&mut session).unwrap(), 0);
}

fn a_rollback_puts_back_what_stayed(db: &Db) {
    let mut session = owners(db, 5);
    let mut handles = Vec::new();
    select(Owner)
        .order_by(Owner.id)
        .with(Owner.items)
        .chunks(2, &mut session, |session, owners| {
            session[owners[0]].points = 70;
            handles.push((owners[0], session[owners[0]].items.get()?[0]));
            Ok(())
        })
        .unwrap();
    session.flush().unwrap();
    assert_eq!(handles.len(), 3);
    session.rollback().unwrap();
    for (owner, item) in handles {
        assert_eq!(session[owner].points, session[owner].id % 3);
        assert_eq!(session[item].owner.get().unwrap(), owner);
        assert_eq!(session.load(owner, Owner.items).unwrap(), [item]);
    }
}

fn entities_that_were_here_stay(db: &Db) {
    let mut session = owners(db, 6);
    let third = session.get_one(Owner, 3).unwrap();
    let tag = session.get_one(Tag, 1).unwrap();
    let mut seen = false;
    select(Owner)
        .with(Owner.items)
        .with(Owner.tags)
        .chunks(2, &mut session, |session, owners| {
            seen |= owners.contains(&third);
            assert_eq!(session[owners[0]].tags.get()?, [tag]);
            Ok(())
        })
        .unwrap();
    assert!(seen);
    assert_eq!(session[third].name, "o00003");
    // With its list, its link row, and what these reference.
    assert_eq!(session[third].items.get().unwrap().len(), 1);
    assert_eq!(session[third].tags.get().unwrap(), [tag]);
    assert_eq!(ALIVE.get(), 4);
}

fn what_stays_keeps_what_it_references(db: &Db) {
    let mut session = owners(db, 6);
    let item = session.get_one(Item, 4).unwrap();
    select(Owner)
        .with(Owner.items)
        .chunks(2, &mut session, |_, _| Ok(()))
        .unwrap();
    let owner = session[item].owner.get().unwrap();
    assert_eq!(session[owner].items.get().unwrap(), [item]);
    assert_eq!(ALIVE.get(), 2);

    // A change of a relation.
    select(Owner)
        .filter(Owner.id.le(2))
        .chunks(1, &mut session, |session, owners| {
            session[item].owner = owners[0].into();
            Ok(())
        })
        .unwrap();
    let owner = session[item].owner.get().unwrap();
    assert_eq!(session[owner].id, 2);
    session.commit().unwrap();
    assert_eq!(session[item].owner_id, 2);
}

fn added_entities_stay(db: &Db) {
    let mut session = owners(db, 4);
    let mut added = Vec::new();
    let by_key = select(Owner).order_by(Owner.id);
    by_key
        .chunks(2, &mut session, |session, owners| {
            added.push(session.add(Item::builder().owner(owners[0])));
            if added.len() == 2 {
                // Its key comes behind the last row.
                session.add(Owner::builder().name("new").points(0));
            }
            if added.len() == 3 {
                assert_eq!(session[owners[0]].name, "new");
            }
            session.commit()
        })
        .unwrap();
    assert_eq!(added.len(), 3);
    for item in &added {
        let owner = session[*item].owner.get().unwrap();
        assert_eq!(session[*item].owner_id, session[owner].id);
    }
    assert_eq!(db.count("chunk_items"), 7);
    assert_eq!(db.count("chunk_owners"), 5);
    // Links of a chunk's entities, too.
    by_key
        .chunks(2, &mut session, |session, owners| {
            let tag = session.add(Tag::builder().name("of one"));
            session.link(owners[0], Owner.tags, tag)
        })
        .unwrap();
    session.commit().unwrap();
    assert_eq!(db.count("chunk_tagged"), 4 + 3);
}

fn deleted_rows_end_no_chunk_early(db: &Db) {
    let mut session = owners(db, 7);
    let mut seen = Vec::new();
    select(Owner)
        .order_by(Owner.points)
        .chunks(2, &mut session, |session, owners| {
            for owner in owners {
                seen.push(session[*owner].id);
                session.delete(*owner);
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(seen, [3, 6, 1, 4, 7, 2, 5]);
    session.commit().unwrap();
    assert_eq!(db.count("chunk_owners") + db.count("chunk_items"), 0);
    assert_eq!(ALIVE.get(), 0);
}

fn an_error_of_the_closure_ends_the_query(db: &Db) {
    let mut session = owners(db, 6);
    let mut chunks = Vec::new();
    let result = select(Owner)
        .order_by(Owner.id)
        .chunks(2, &mut session, |session, owners| {
            chunks.push(owners[0]);
            session[owners[1]].points = 70;
            if chunks.len() == 2 {
                session.get_one(Owner, 99)?;
            }
            Ok(())
        });
    fails(result, ErrorKind::NotFound);
    assert_eq!(chunks.len(), 2);
    // It ends as a chunk does, and what was changed is written by the next flush.
    for owner in chunks {
        fails(session.get_ref(owner), ErrorKind::StaleHandle);
    }
    session.commit().unwrap();
    assert_eq!(points(db), 1 + 70 + 70 + 2);
    // What is loaded from here on stays.
    let owners = select(Owner).all(&mut session).unwrap();
    assert_eq!(ids(&mut session, &select(Owner), 6).len(), 1);
    assert!(owners.iter().all(|owner| session.get_ref(*owner).is_ok()));
}

fn chunks_inside_chunks(db: &Db) {
    let mut session = owners(db, 4);
    let mut pairs = Vec::new();
    let by_key = select(Owner).order_by(Owner.id);
    let result: Result<()> = by_key.chunks(2, &mut session, |session, outer| {
        let names = [session[outer[0]].id, session[outer[1]].id];
        by_key.chunks(1, session, |session, inner| {
            pairs.push((names[0], session[inner[0]].id));
            Ok(())
        })?;
        assert_eq!([session[outer[0]].id, session[outer[1]].id], names);
        Ok(())
    });
    result.unwrap();
    assert_eq!(
        pairs,
        [
            (1, 1),
            (1, 2),
            (1, 3),
            (1, 4),
            (3, 1),
            (3, 2),
            (3, 3),
            (3, 4)
        ]
    );
    assert_eq!(ALIVE.get(), 0);
}

fn an_entity_of_several_rows_is_passed_once(db: &Db) {
    let mut session = owners(db, 5);
    for owner in [2, 2, 2, 4] {
        session.add(Item::builder().owner_id(owner));
    }
    session.commit().unwrap();
    let joined = select(Owner).join(Owner.items).order_by(Owner.id);
    for size in 1..=6 {
        let chunks = ids(&mut session, &joined, size);
        assert_eq!(chunks.concat(), [1, 2, 3, 4, 5], "{size}");
    }
    let chunks = ids(&mut session, &joined.clone().limit(3), 2);
    assert_eq!(chunks.concat(), [1, 2, 3]);
    let distinct = ids(&mut session, &joined.distinct(), 2);
    assert_eq!(distinct, [vec![1, 2], vec![3, 4], vec![5]]);
}
