//! ORDER BY with places for NULLs and with collations, and which rows DISTINCT ON and WITH TIES keep.

use orm::ErrorKind;
use orm::prelude::*;
use orm::query::Collation;

use crate::cases;
use crate::database::Db;
use crate::suite::support::fails;

cases![
    "orders":
    nulls_stand_where_the_order_says,
    nulls_of_an_expression_with_values_stand_there_too,
    nulls_stand_there_in_distinct_and_grouped_rows,
    the_last_row_is_the_first_of_the_reverse_order,
    bytes_are_an_order_of_every_database,
    collations_take_part_in_conditions,
    the_first_row_of_each_group_is_kept,
    distinct_on_needs_the_order_of_its_expressions,
    ties_are_not_cut_off,
    ties_need_an_order,
    kept_rows_stay_those_of_the_query,
    a_column_is_not_taken_for_a_selected_expression,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "sorted_cities")]
struct City {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 40)]
    name: String,
    #[orm(length = 40)]
    country: Option<String>,
    people: Option<i64>,
}

/// Names, countries and people of six cities.
const CITIES: [(&str, Option<&str>, Option<i64>); 6] = [
    ("Ulm", Some("de"), Some(5)),
    ("ulm", None, Some(7)),
    ("Oslo", Some("no"), None),
    ("Bergen", Some("no"), Some(3)),
    ("Atlantis", None, None),
    ("Bonn", Some("de"), Some(3)),
];

fn cities(db: &Db) -> Connection {
    Metadata::of((City,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let rows = CITIES.map(|(name, country, people)| {
        let country = country.map(str::to_owned);
        City::builder().name(name).country(country).people(people)
    });
    insert(City).values(rows).execute(&mut conn).unwrap();
    db.sent();
    conn
}

fn nulls_stand_where_the_order_says(db: &Db) {
    let conn = &mut cities(db);
    let by = |order| select(City.people).order_by(order);
    let (known, unknown) = ([3, 3, 5, 7].map(Some), [None; 2]);
    let reversed = [7, 5, 3, 3].map(Some);
    for (order, expected) in [
        (City.people.asc().nulls_first(), [&unknown[..], &known]),
        (City.people.asc().nulls_last(), [&known[..], &unknown]),
        (City.people.desc().nulls_first(), [&unknown[..], &reversed]),
        (City.people.desc().nulls_last(), [&reversed[..], &unknown]),
    ] {
        assert_eq!(by(order.clone()).all(conn).unwrap(), expected.concat());
        let first = by(order).offset(1).limit(2).all(conn).unwrap();
        assert_eq!(first, expected.concat()[1..3]);
    }
}

fn nulls_of_an_expression_with_values_stand_there_too(db: &Db) {
    let conn = &mut cities(db);
    let order = (City.people * 2 - 1).desc().nulls_first();
    let query = select(City.name)
        .filter(City.id.gt(0))
        .order_by((order, City.id.desc()))
        .limit(4);
    let names = ["Atlantis", "Oslo", "ulm", "Ulm"];
    assert_eq!(query.all(conn).unwrap(), names);
    // The text is known now, and the values are others.
    let order = (City.people * -1 - 5).desc().nulls_first();
    let query = select(City.name)
        .filter(City.id.gt(0))
        .order_by((order, City.id.desc()))
        .limit(4);
    let names = ["Atlantis", "Oslo", "Bonn", "Bergen"];
    assert_eq!(query.all(conn).unwrap(), names);
}

fn nulls_stand_there_in_distinct_and_grouped_rows(db: &Db) {
    let conn = &mut cities(db);
    let query = select(City.country).distinct();
    let found = query
        .order_by(City.country.desc().nulls_first())
        .all(conn)
        .unwrap();
    let texts = |all: [Option<&str>; 3]| all.map(|text| text.map(str::to_owned));
    assert_eq!(found, texts([None, Some("no"), Some("de")]));
    let query = select((City.country, count_all())).group_by(City.country);
    let found = query
        .order_by(City.country.asc().nulls_last())
        .all(conn)
        .unwrap();
    let [de, no, none] = texts([Some("de"), Some("no"), None]);
    assert_eq!(found, [(de, 2), (no, 2), (none, 2)]);
}

fn the_last_row_is_the_first_of_the_reverse_order(db: &Db) {
    let conn = &mut cities(db);
    let query = |order| select(City.people).order_by(order);
    let last = |conn: &mut Connection, order| query(order).last(conn).unwrap().unwrap();
    assert_eq!(last(conn, City.people.asc().nulls_last()), None);
    assert_eq!(last(conn, City.people.asc().nulls_first()), Some(7));
    assert_eq!(last(conn, City.people.desc().nulls_first()), Some(3));
}

fn bytes_are_an_order_of_every_database(db: &Db) {
    let conn = &mut cities(db);
    let query = select(City.name).order_by(City.name.collate(Collation::Binary));
    let names = ["Atlantis", "Bergen", "Bonn", "Oslo", "Ulm", "ulm"];
    assert_eq!(query.all(conn).unwrap(), names);
    let lower = City.name.collate(Collation::Binary).ge("a");
    let found = select(City.name).filter(lower);
    assert_eq!(found.all(conn).unwrap(), ["ulm"]);
}

fn collations_take_part_in_conditions(db: &Db) {
    let conn = &mut cities(db);
    let collated = City.name.collate("no such; collation\"`");
    let unknown = select(City.name).filter(collated.eq("Ulm"));
    assert!(unknown.all(conn).is_err());
    assert_eq!(select(City).count(conn).unwrap(), 6);
}

fn the_first_row_of_each_group_is_kept(db: &Db) {
    let conn = &mut cities(db);
    let query = select(City.name).distinct_on(City.country).order_by((
        City.country.asc().nulls_last(),
        City.name.collate(Collation::Binary),
    ));
    if !db.capabilities().distinct_on {
        fails(query.all(conn), ErrorKind::Unsupported);
        fails(query.count(conn), ErrorKind::Unsupported);
        assert_eq!(db.sent(), [""; 0]);
        return;
    }
    assert_eq!(query.all(conn).unwrap(), ["Bonn", "Bergen", "Atlantis"]);
    assert_eq!(query.count(conn).unwrap(), 3);
    assert!(query.exists(conn).unwrap());
    let second = query.clone().offset(1).limit(1);
    assert_eq!(second.all(conn).unwrap(), ["Bergen"]);
    assert!(!query.clone().offset(3).exists(conn).unwrap());
    // Expressions with values are the same on both sides.
    let size = |than: i64| City.people.coalesce(0) + than;
    let query = select(size(1))
        .distinct_on(size(1))
        .order_by((size(1), City.id));
    assert_eq!(query.all(conn).unwrap(), [1, 4, 6, 8]);
    let session = &mut db.session();
    let newest = select(City)
        .distinct_on(City.people)
        .order_by((City.people.desc().nulls_last(), City.id.desc()));
    let found = newest.all(session).unwrap();
    let names = found.iter().map(|city| session[*city].name.clone());
    let names: Vec<String> = names.collect();
    assert_eq!(names, ["ulm", "Ulm", "Bonn", "Atlantis"]);
}

fn distinct_on_needs_the_order_of_its_expressions(db: &Db) {
    let conn = &mut cities(db);
    let query = select(City.name).distinct_on(City.country);
    let query = query.order_by((City.name, City.country));
    let error = fails(query.all(conn), ErrorKind::Usage);
    assert!(error.message().contains("DISTINCT ON"), "{error}");
    let locked = select(City.name).distinct_on(City.country).for_update();
    conn.begin().unwrap();
    fails(locked.all(conn), ErrorKind::Usage);
    conn.rollback().unwrap();
}

fn ties_are_not_cut_off(db: &Db) {
    let conn = &mut cities(db);
    let query = |rows| {
        let known = select(City.people).filter(City.people.is_not_null());
        known.order_by(City.people).limit_with_ties(rows)
    };
    if !db.capabilities().with_ties {
        fails(query(1).all(conn), ErrorKind::Unsupported);
        assert_eq!(db.sent(), [""; 0]);
        return;
    }
    let people = |all: &[i64]| all.iter().copied().map(Some).collect::<Vec<_>>();
    assert_eq!(query(1).all(conn).unwrap(), people(&[3, 3]));
    assert_eq!(query(2).all(conn).unwrap(), people(&[3, 3]));
    assert_eq!(query(3).all(conn).unwrap(), people(&[3, 3, 5]));
    assert_eq!(query(1).offset(1).all(conn).unwrap(), people(&[3]));
    assert_eq!(query(2).offset(1).all(conn).unwrap(), people(&[3, 5]));
    assert_eq!(query(1).count(conn).unwrap(), 2);
    assert_eq!(query(1).first(conn).unwrap(), Some(Some(3)));
    // A limit that follows replaces it.
    assert_eq!(query(1).limit(1).all(conn).unwrap(), people(&[3]));
}

fn ties_need_an_order(db: &Db) {
    let conn = &mut cities(db);
    let error = fails(select(City).limit_with_ties(1).all(conn), ErrorKind::Usage);
    assert!(error.message().contains("ORDER BY"), "{error}");
    assert_eq!(db.sent(), [""; 0]);
}

fn kept_rows_stay_those_of_the_query(db: &Db) {
    let conn = &mut cities(db);
    let of_each = || select(City).distinct_on(City.country);
    let newest = of_each().order_by((City.country, City.id.desc()));
    let ties = select(City).order_by(City.people).limit_with_ties(2);
    let mut errors = vec![
        fails(newest.last(conn), ErrorKind::Usage),
        fails(newest.contains(1, conn), ErrorKind::Usage),
        fails(newest.keyset(2).fetch(conn), ErrorKind::Usage),
    ];
    let mut session = db.session();
    for query in [&of_each(), &ties] {
        let chunks = query.chunks(2, &mut session, |_, _| Ok(()));
        errors.push(fails(chunks, ErrorKind::Usage));
    }
    for error in errors {
        assert!(error.message().contains("DISTINCT ON"), "{error}");
    }
    // What belongs to one query is not dropped after a set operation.
    let both = select(City.name).union(select(City.name));
    let error = fails(
        both.clone().distinct_on(City.name).all(conn),
        ErrorKind::Usage,
    );
    assert!(error.message().contains("DISTINCT"), "{error}");
    fails(both.limit_with_ties(1).all(conn), ErrorKind::Usage);
    assert_eq!(db.sent(), [""; 0]);
    // Whether there is a row does not depend on ties.
    assert!(ties.exists(conn).unwrap());
    let some = exists(select(City.id).order_by(City.id).limit_with_ties(1));
    assert_eq!(select(City).filter(some).count(conn).unwrap(), 6);
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "ord_sizes")]
struct Size {
    #[orm(primary_key)]
    id: i64,
    n: i64,
    #[orm(length = 20)]
    label: String,
    count: i64,
}

/// A database may name selected expressions after their operands and functions, and prefer these names in ORDER BY.
fn a_column_is_not_taken_for_a_selected_expression(db: &Db) {
    Metadata::of((Size,)).create_all(&db.engine).unwrap();
    let conn = &mut db.other_connection();
    let sizes = [(9, "b", 2), (10, "c", 3), (8, "a", 1)];
    let sizes = sizes.map(|(n, label, count)| Size::builder().n(n).label(label).count(count));
    insert(Size).values(sizes).execute(conn).unwrap();
    let texts = select(Size.n.cast::<String>()).order_by(Size.n);
    assert_eq!(texts.all(conn).unwrap(), ["8", "9", "10"]);
    let otherwise = case().when(Size.label.eq("c"), 0_i64).otherwise(Size.n);
    let chosen = select(otherwise).order_by(Size.n);
    assert_eq!(chosen.all(conn).unwrap(), [8, 9, 0]);
    let other = Size.alias("o");
    let least = scalar(select(min(other.n)).filter(other.n.gt(Size.n)));
    let query = select((Size.label, least)).order_by((Size.label.desc(), Size.n));
    let labels: Vec<String> = query
        .all(conn)
        .unwrap()
        .into_iter()
        .map(|row| row.0)
        .collect();
    assert_eq!(labels, ["c", "b", "a"]);
    let same = scalar(select(other.label).filter(other.n.eq(Size.n)));
    let query = select((Size.label, same)).order_by(Size.label);
    assert_eq!(query.first(conn).unwrap().unwrap().0, "a");
    let query = select((Size.count, count_all())).group_by(Size.count);
    let counts = query.order_by(Size.count.desc()).all(conn).unwrap();
    assert_eq!(counts, [(3, 1), (2, 1), (1, 1)]);
}
