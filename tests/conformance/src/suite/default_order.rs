//! The order of a model, `#[orm(order_by = …)]`: which queries have it, and which do not.

use orm::ErrorKind;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::suite::statements::reads;
use crate::suite::support::fails;

cases![
    "default_order":
    queries_of_entities_have_the_order_of_their_model,
    an_order_of_the_query_replaces_it,
    other_queries_have_no_order,
    pages_and_chunks_follow_it,
    a_column_of_a_flattened_struct_orders,
    queries_that_differ_in_their_order_differ_in_their_text,
    a_nullable_order_has_no_chunks,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "ordered_towns", order_by = (name, size.desc()))]
struct Town {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 20)]
    name: String,
    size: i32,
    #[orm(references = Town.id, index)]
    near_id: Option<i64>,
    near: BelongsTo<Option<Town>>,
    #[orm(inverse = Town.near)]
    others: HasMany<Town>,
}

#[derive(Embedded, Clone, Debug, PartialEq)]
struct Place {
    #[orm(length = 20)]
    city: String,
    zip: i32,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "ordered_shops", order_by = (home.zip.desc(), id))]
struct Shop {
    #[orm(primary_key)]
    id: i64,
    #[orm(flatten, prefix = "home_")]
    home: Place,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "ordered_notes", order_by = text)]
struct Note {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 20)]
    text: Option<String>,
}

/// The towns of the ids 1 to 4.
const TOWNS: [(&str, i32, Option<i64>); 4] = [
    ("ulm", 5, None),
    ("bonn", 3, Some(1)),
    ("ulm", 9, Some(1)),
    ("aue", 2, Some(2)),
];

/// Their ids in the order of the model.
const ORDERED: [i64; 4] = [4, 2, 3, 1];

fn stored(db: &Db) -> Connection {
    Metadata::of((Town, Shop, Note))
        .create_all(&db.engine)
        .unwrap();
    let mut conn = db.engine.connection().unwrap();
    for (name, size, near) in TOWNS {
        let town = Town::builder().name(name).size(size).near_id(near);
        insert(Town).values(town).execute(&mut conn).unwrap();
    }
    db.sent();
    conn
}

fn ids(towns: &[Town]) -> Vec<i64> {
    towns.iter().map(|town| town.id).collect()
}

fn queries_of_entities_have_the_order_of_their_model(db: &Db) {
    let conn = &mut stored(db);
    assert_eq!(ids(&select(Town).all(conn).unwrap()), ORDERED);
    assert_eq!(
        reads(db),
        [
            r#"SELECT "id", "name", "size", "near_id" FROM "ordered_towns" ORDER BY "name" ASC, "size" DESC"#
        ]
    );
    let large = select(Town).filter(Town.size.gt(2));
    assert_eq!(large.first(conn).unwrap().unwrap().id, 2);
    assert_eq!(large.last(conn).unwrap().unwrap().id, 1);
    let streamed: Vec<Town> = large.stream(conn).unwrap().map(Result::unwrap).collect();
    assert_eq!(ids(&streamed), [2, 3, 1]);
    // Of an alias, beside other tables, by what a relation references.
    let town = Town.alias("town");
    let rows = select((town, Town.name)).join(town.near).all(conn).unwrap();
    let rows: Vec<i64> = rows.iter().map(|(town, _)| town.id).collect();
    assert_eq!(rows, [4, 2, 3]);
    let busy = select(Town).filter(Town.others.is_not_empty());
    assert_eq!(ids(&busy.all(conn).unwrap()), [2, 1]);
    // On a session.
    let mut session = db.session();
    let towns = select(Town).all(&mut session).unwrap();
    let found: Vec<i64> = towns.iter().map(|town| session[*town].id).collect();
    assert_eq!(found, ORDERED);
    let first = select(Town).with(Town.near).first(&mut session).unwrap();
    assert_eq!(session[first.unwrap()].id, 4);
    let joined = select(Town).with(Town.near.joined()).all(&mut session);
    let joined: Vec<i64> = joined
        .unwrap()
        .iter()
        .map(|town| session[*town].id)
        .collect();
    assert_eq!(joined, ORDERED);
}

fn an_order_of_the_query_replaces_it(db: &Db) {
    let conn = &mut stored(db);
    let towns = select(Town).order_by(Town.id.desc()).all(conn).unwrap();
    assert_eq!(ids(&towns), [4, 3, 2, 1]);
    assert_eq!(select(Town).unordered().all(conn).unwrap().len(), 4);
    assert_eq!(
        reads(db),
        [
            r#"SELECT "id", "name", "size", "near_id" FROM "ordered_towns" ORDER BY "id" DESC"#,
            r#"SELECT "id", "name", "size", "near_id" FROM "ordered_towns""#,
        ]
    );
    let last = select(Town).unordered().last(conn).unwrap();
    assert_eq!(last.unwrap().id, 4);
}

fn other_queries_have_no_order(db: &Db) {
    let conn = &mut stored(db);
    assert_eq!(select(Town).count(conn).unwrap(), 4);
    assert!(select(Town).exists(conn).unwrap());
    assert!(select(Town).contains(3, conn).unwrap());
    assert_eq!(
        select(Town).filter(Town.id.eq(3)).all(conn).unwrap().len(),
        1
    );
    assert_eq!(
        select(Town)
            .filter(Town.name.eq("aue"))
            .one(conn)
            .unwrap()
            .id,
        4
    );
    assert_eq!(select(Town.name).all(conn).unwrap().len(), 4);
    assert_eq!(select((Town.id, Town)).all(conn).unwrap().len(), 4);
    assert_eq!(select(Town).distinct().all(conn).unwrap().len(), 4);
    let few = select(Town.id).filter(Town.size.lt(4));
    let found = select(Town.name).filter(Town.id.in_(few)).all(conn);
    assert_eq!(found.unwrap().len(), 2);
    let of_few = select(Town).filter(Town.size.lt(4));
    let all = of_few.clone().union_all(of_few.clone()).all(conn);
    assert_eq!(all.unwrap().len(), 4);
    let counted = select(count_all()).from(Town).filter(exists(of_few));
    assert_eq!(counted.one(conn).unwrap(), 4);
    for text in reads(db) {
        assert!(!text.contains("ORDER BY"), "{text}");
    }
}

fn pages_and_chunks_follow_it(db: &Db) {
    let conn = &mut stored(db);
    let page = select(Town).page(2, 2).fetch(conn).unwrap();
    assert_eq!(ids(&page.rows), ORDERED[2..]);
    let page = select(Town).keyset(3).fetch(conn).unwrap();
    assert_eq!(ids(&page.rows), ORDERED[..3]);
    let next = select(Town).keyset(3).after(page.next.as_deref().unwrap());
    assert_eq!(ids(&next.fetch(conn).unwrap().rows), ORDERED[3..]);
    let mut session = db.session();
    let mut found = Vec::new();
    let chunks = select(Town).chunks(3, &mut session, |session, towns| {
        found.extend(towns.iter().map(|town| session[*town].id));
        Ok(())
    });
    chunks.unwrap();
    assert_eq!(found, ORDERED);
}

fn a_column_of_a_flattened_struct_orders(db: &Db) {
    let conn = &mut stored(db);
    for zip in [7, 9, 8] {
        let place = Place {
            city: "ulm".to_owned(),
            zip,
        };
        insert(Shop)
            .values(Shop::builder().home(place))
            .execute(conn)
            .unwrap();
    }
    let shops = select(Shop).all(conn).unwrap();
    let zips: Vec<i32> = shops.iter().map(|shop| shop.home.zip).collect();
    assert_eq!(zips, [9, 8, 7]);
}

/// The cache finds a text by all that it depends on.
fn queries_that_differ_in_their_order_differ_in_their_text(db: &Db) {
    let conn = &mut stored(db);
    for _ in 0..2 {
        assert_eq!(ids(&select(Town).all(conn).unwrap()), ORDERED);
        let other = select(Town).order_by(Town.id);
        assert_eq!(ids(&other.all(conn).unwrap()), [1, 2, 3, 4]);
        let grouped = select(Town).unordered();
        assert_eq!(grouped.all(conn).unwrap().len(), 4);
        let limited = select(Town).limit(2);
        assert_eq!(ids(&limited.all(conn).unwrap()), ORDERED[..2]);
    }
    let sent = reads(db);
    assert_eq!(sent[..4], sent[4..]);
    let mut texts = sent[..4].to_vec();
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), 4);
}

fn a_nullable_order_has_no_chunks(db: &Db) {
    let conn = &mut stored(db);
    insert(Note)
        .values(Note::builder().text("a"))
        .execute(conn)
        .unwrap();
    assert_eq!(select(Note).all(conn).unwrap().len(), 1);
    let error = fails(
        select(Note).chunks(3, &mut db.session(), |_, _| Ok(())),
        ErrorKind::Usage,
    );
    assert!(
        error.hint().unwrap_or_default().contains("unordered()"),
        "{error}"
    );
    let chunks = select(Note)
        .unordered()
        .chunks(3, &mut db.session(), |_, _| Ok(()));
    chunks.unwrap();
}
