//! Lookups of every kind inside of `has`, `any` and `get`: over relations they find what they find on a column.

use chrono::{DateTime, NaiveDate, Utc};
use orm::prelude::*;

use super::Requires;
use crate::cases;
use crate::database::Db;

cases![
    "relation_lookups":
    texts_are_searched,
    patterns_are_matched (Requires::Regexes),
    fields_of_dates_are_compared (Requires::TimeFunctions),
    ranges_and_lists,
    long_lists (Requires::LongLists),
    values_over_a_path_are_ordered,
    values_over_a_path_are_grouped (Requires::TimeFunctions),
    negations_and_nulls,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "look_owners")]
struct Owner {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 40)]
    name: String,
    born: NaiveDate,
    pets: HasMany<Pet>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "look_pets")]
struct Pet {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 40)]
    name: String,
    weight: Option<i64>,
    seen: DateTime<Utc>,
    #[orm(references = Owner.id, index)]
    owner_id: Option<i64>,
    owner: BelongsTo<Option<Owner>>,
}

fn day(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 5, 6).unwrap()
}

/// Ada (1990) with Rex and Max 100%, Zoë (2001) with miau, Bob (1975) without; and Stray without an owner.
fn stored(db: &Db) -> Connection {
    let all = Metadata::of((Owner, Pet));
    all.create_all(&db.engine).unwrap();
    let mut conn = db.other_connection();
    let owners = [("Ada", 1990), ("Zoë", 2001), ("Bob", 1975)]
        .map(|(name, year)| Owner::builder().name(name).born(day(year)));
    insert(Owner).values(owners).execute(&mut conn).unwrap();
    let id = |name: &str, conn: &mut Connection| {
        let id = select(Owner.id).filter(Owner.name.eq(name));
        id.one(conn).unwrap()
    };
    let (ada, zoe) = (id("Ada", &mut conn), id("Zoë", &mut conn));
    let pets = [
        ("Rex", Some(30), 2019, Some(ada)),
        ("Max 100%", None, 2021, Some(ada)),
        ("miau", Some(4), 2021, Some(zoe)),
        ("Stray", Some(9), 2020, None),
    ];
    let pets = pets.map(|(name, weight, year, owner)| {
        let seen = day(year).and_hms_opt(23, 30, 0).unwrap().and_utc();
        let pet = Pet::builder().name(name).seen(seen);
        pet.weight(weight).owner_id(owner)
    });
    insert(Pet).values(pets).execute(&mut conn).unwrap();
    conn
}

fn owners(conn: &mut Connection, condition: impl orm::query::Condition) -> Vec<String> {
    let query = select(Owner.name).filter(condition).order_by(Owner.id);
    query.all(conn).unwrap()
}

fn pets(conn: &mut Connection, condition: impl orm::query::Condition) -> Vec<String> {
    let query = select(Pet.name).filter(condition).order_by(Pet.id);
    query.all(conn).unwrap()
}

fn texts_are_searched(db: &Db) {
    let conn = &mut stored(db);
    assert_eq!(
        owners(conn, Owner.pets.any(Pet.name.icontains("MI"))),
        ["Zoë"]
    );
    assert_eq!(
        owners(conn, Owner.pets.any(Pet.name.ends_with("100%"))),
        ["Ada"]
    );
    assert_eq!(
        owners(conn, Owner.pets.any(Pet.name.contains("_"))),
        [""; 0]
    );
    assert_eq!(pets(conn, Pet.owner.has(Owner.name.ieq("ZOË"))), ["miau"]);
    assert_eq!(
        pets(conn, Pet.owner.has(Owner.name.starts_with("A"))),
        ["Rex", "Max 100%"]
    );
    assert_eq!(
        pets(conn, Pet.owner.get(Owner.name).icontains("zo")),
        ["miau"]
    );
}

fn patterns_are_matched(db: &Db) {
    let conn = &mut stored(db);
    assert_eq!(
        owners(conn, Owner.pets.any(Pet.name.matches("^[mM].*[%u]$"))),
        ["Ada", "Zoë"]
    );
    assert_eq!(
        pets(conn, Pet.owner.has(Owner.name.matches("a$"))),
        ["Rex", "Max 100%"]
    );
    assert_eq!(
        pets(conn, Pet.owner.get(Owner.name).matches("^Z")),
        ["miau"]
    );
}

fn fields_of_dates_are_compared(db: &Db) {
    let conn = &mut stored(db);
    assert_eq!(
        owners(conn, Owner.pets.any(Pet.seen.year().eq(2021))),
        ["Ada", "Zoë"]
    );
    assert_eq!(
        owners(conn, Owner.pets.any(Pet.seen.date().eq(day(2019)))),
        ["Ada"]
    );
    assert_eq!(
        pets(conn, Pet.owner.has(Owner.born.year().lt(2000))),
        ["Rex", "Max 100%"]
    );
    assert_eq!(
        pets(conn, Pet.owner.get(Owner.born).year().eq(2001)),
        ["miau"]
    );
    assert_eq!(pets(conn, Pet.owner.get(Owner.born).month().ne(5)), [""; 0]);
}

fn ranges_and_lists(db: &Db) {
    let conn = &mut stored(db);
    assert_eq!(
        owners(conn, Owner.pets.any(Pet.weight.between(3, 9))),
        ["Zoë"]
    );
    assert_eq!(
        owners(conn, Owner.pets.any(Pet.weight.in_([30, 31]))),
        ["Ada"]
    );
    assert_eq!(
        owners(conn, Owner.pets.any(Pet.weight.in_([0; 0]))),
        [""; 0]
    );
    assert_eq!(owners(conn, Owner.pets.any(Pet.weight.is_null())), ["Ada"]);
    assert_eq!(
        pets(conn, Pet.owner.has(Owner.name.in_(["Bob", "Zoë"]))),
        ["miau"]
    );
    let between = Pet.owner.get(Owner.born).between(day(1989), day(1995));
    assert_eq!(pets(conn, between), ["Rex", "Max 100%"]);
}

fn long_lists(db: &Db) {
    let conn = &mut stored(db);
    let many: Vec<i64> = (10..40_000).collect();
    assert_eq!(owners(conn, Owner.pets.any(Pet.weight.in_(many))), ["Ada"]);
}

fn values_over_a_path_are_ordered(db: &Db) {
    let conn = &mut stored(db);
    let owner = Pet.owner.get(Owner.name);
    let query = select((Pet.name, owner.clone()));
    let query = query.order_by((owner.clone().desc().nulls_last(), Pet.name));
    let rows: Vec<(String, Option<String>)> = query.all(conn).unwrap();
    let names: Vec<&str> = rows.iter().map(|row| &*row.0).collect();
    assert_eq!(names, ["miau", "Max 100%", "Rex", "Stray"]);
    assert_eq!(rows[3].1, None);
    let heaviest = Owner.pets.max(Pet.weight);
    let query = select(Owner.name).order_by(heaviest.desc().nulls_last());
    assert_eq!(query.all(conn).unwrap(), ["Ada", "Zoë", "Bob"]);
}

fn values_over_a_path_are_grouped(db: &Db) {
    let conn = &mut stored(db);
    let decade = Pet.owner.get(Owner.born).year();
    let query = select((decade.clone(), count_all())).group_by(decade.clone());
    let query = query.order_by(decade.asc().nulls_first());
    assert_eq!(
        query.all(conn).unwrap(),
        [(None, 1), (Some(1990), 2), (Some(2001), 1)]
    );
}

fn negations_and_nulls(db: &Db) {
    let conn = &mut stored(db);
    assert_eq!(
        owners(conn, !Owner.pets.any(Pet.name.icontains("m"))),
        ["Bob"]
    );
    // Whether the owner that is not there has a name is not unknown, but false.
    assert_eq!(
        pets(conn, !Pet.owner.has(Owner.name.eq("Ada"))),
        ["miau", "Stray"]
    );
    assert_eq!(pets(conn, Pet.owner.get(Owner.name).ne("Ada")), ["miau"]);
    assert_eq!(
        pets(conn, Pet.owner.get(Owner.name).distinct_from("Ada")),
        ["miau", "Stray"]
    );
}
