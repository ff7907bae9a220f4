//! Single-table inheritance: flattened enums, whose variants are the subtypes.

use orm::prelude::*;
use orm::{EntityState, ErrorKind};

use crate::cases;
use crate::database::Db;
use crate::suite::statements::{reads, unguarded_writes, writes};
use crate::suite::support::{fails, refused};

cases![
    "single_table":
    the_table_has_the_columns_of_all_variants,
    each_variant_is_inserted,
    a_query_returns_each_row_as_its_variant,
    a_variant_is_a_condition,
    the_discriminator_is_selected_and_grouped,
    a_value_is_compared_with_the_columns_of_its_variant,
    a_changed_field_is_one_column,
    another_variant_is_one_update,
    an_update_expects_the_variant,
    an_update_expects_the_old_values,
    a_value_that_was_not_read_is_not_overwritten,
    a_rollback_restores_the_variant,
    a_savepoint_restores_the_variant,
    a_refresh_reads_another_variant,
    one_column_is_refreshed_with_its_variant,
    one_column_expires_with_its_variant,
    a_shared_column_keeps_its_value,
    a_label_of_no_variant_is_an_error,
    null_in_a_required_field_is_an_error,
    a_bulk_update_sets_a_variant,
    a_discriminator_is_not_set_alone,
    a_column_of_another_variant_is_not_set,
    an_expression_for_another_variant_is_refused,
    an_expression_is_dropped_with_its_variant,
    columns_of_none_are_not_set_alone,
    two_enums_have_prefixes,
    none_is_null_in_all_columns,
    a_foreign_key_of_a_variant_is_one_of_the_table,
    a_unique_constraint_has_a_discriminator,
    a_merge_takes_the_variant,
    a_dirty_entity_takes_the_variant_of_raw_sql,
    a_replaced_row_takes_the_variant,
    history_has_the_values_of_both_variants,
    json_has_all_columns,
    an_alias_has_the_conditions,
    a_relation_is_joined_with_its_variant,
    a_connection_reads_and_streams_variants,
    many_rows_change_their_variants,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "st_keepers")]
struct Keeper {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 20)]
    name: String,
}

#[derive(Embedded, Clone, Debug, PartialEq)]
#[orm(discriminator = "species")]
enum Kind {
    Cat {
        lives: i32,
        #[orm(column = "coat_length", index)]
        coat: Option<i32>,
    },
    #[orm(rename = "hound")]
    Dog {
        trained: bool,
        coat: Option<i32>,
        #[orm(references = Keeper.id, on_delete = set_null)]
        keeper: Option<i64>,
    },
    SeaFish,
    Parrot {
        #[orm(length = 20)]
        word: String,
        lives: i32,
    },
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "st_animals", unique(name, kind.species))]
struct Animal {
    #[orm(primary_key)]
    id: i64,
    #[orm(flatten)]
    kind: Kind,
    #[orm(length = 20)]
    name: String,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "st_visits")]
struct Visit {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Animal.id, index)]
    animal_id: i64,
    animal: BelongsTo<Animal>,
}

const CAT: Kind = Kind::Cat {
    lives: 9,
    coat: Some(3),
};
const DOG: Kind = Kind::Dog {
    trained: true,
    coat: None,
    keeper: None,
};

fn parrot(word: &str) -> Kind {
    Kind::Parrot {
        word: word.to_owned(),
        lives: 1,
    }
}

fn session(db: &Db) -> Session {
    let models = Metadata::of((Keeper, Animal, Visit));
    models.create_all(&db.engine).unwrap();
    db.sent();
    db.session()
}

/// A committed animal of each variant, loaded: cat, dog, fish and parrot.
fn animals(db: &Db) -> (Session, [Ref<Animal>; 4]) {
    let mut session = session(db);
    let rows = [
        ("tom", CAT),
        ("rex", DOG),
        ("nemo", Kind::SeaFish),
        ("ara", parrot("hello")),
    ];
    let animals = rows.map(|(name, kind)| session.add(Animal::builder().name(name).kind(kind)));
    session.commit().unwrap();
    select(Animal).all(&mut session).unwrap();
    db.sent();
    (session, animals)
}

/// The animal as the database has it.
fn stored(db: &Db, name: &str) -> Animal {
    let query = select(Animal).filter(Animal.name.eq(name));
    query.one(&mut db.other_connection()).unwrap()
}

/// How many animals satisfy a condition in SQL.
fn rows(db: &Db, condition: &str) -> i64 {
    db.scalar(&format!(
        "SELECT COUNT(*) FROM st_animals WHERE {condition}"
    ))
}

/// Another program makes a dog of the cat.
fn make_a_dog(db: &Db) {
    db.outside(
        "UPDATE st_animals SET species = 'hound', lives = NULL, trained = TRUE WHERE name = 'tom'",
    );
}

fn the_table_has_the_columns_of_all_variants(db: &Db) {
    let def = Animal::def();
    let expected = [
        "id",
        "name",
        "species",
        "lives",
        "coat_length",
        "trained",
        "keeper",
        "word",
    ];
    assert_eq!(def.names, expected);
    assert_eq!(
        (def.fields[2], def.fields[4]),
        ("kind.species", "kind.coat")
    );
    let nullable = def.columns.iter().map(|column| column.nullable);
    let expected = [false, false, false, true, true, true, true, true];
    assert_eq!(nullable.collect::<Vec<_>>(), expected);
    assert_eq!(def.columns[7].length, Some(20));
    let schema = &def.schema;
    assert_eq!(schema.checks[0].name, "ck_st_animals_species");
    assert_eq!(schema.indexes[0].name, "ix_st_animals_coat_length");
    assert_eq!(schema.uniques[0].columns, ["name", "species"]);
    assert_eq!(schema.foreign_keys[0].columns, ["keeper"]);
    session(db);
    let mut conn = db.other_connection();
    let label = "INSERT INTO st_animals (id, name, species) VALUES (1, 'x', 'unicorn')";
    assert!(conn.raw_execute(label, &[]).is_err());
    let none = "INSERT INTO st_animals (id, name, lives) VALUES (2, 'x', 5)";
    assert!(conn.raw_execute(none, &[]).is_err());
    db.outside("INSERT INTO st_animals (id, name, species) VALUES (3, 'x', 'sea_fish')");
    assert_eq!(db.count("st_animals"), 1);
}

fn each_variant_is_inserted(db: &Db) {
    let mut session = session(db);
    session.add(Animal::builder().name("tom").kind(CAT));
    session.flush().unwrap();
    let insert = r#"INSERT INTO "st_animals" ("name", "species", "lives", "coat_length", "trained", "keeper", "word")"#;
    let sent = writes(db);
    assert!(sent.len() == 1 && sent[0].starts_with(insert), "{sent:?}");
    session.add(Animal {
        id: 0,
        name: "ara".into(),
        kind: parrot("hello"),
    });
    session.add(Animal::builder().name("rex").kind(DOG));
    session.add(Animal::builder().name("nemo").kind(Kind::SeaFish));
    session.commit().unwrap();
    let nulls = "keeper IS NULL";
    let cat =
        "species = 'cat' AND lives = 9 AND coat_length = 3 AND trained IS NULL AND word IS NULL";
    let dog = "species = 'hound' AND lives IS NULL AND coat_length IS NULL AND trained = TRUE AND word IS NULL";
    let fish = "species = 'sea_fish' AND lives IS NULL AND coat_length IS NULL AND trained IS NULL AND word IS NULL";
    let parrot = "species = 'parrot' AND lives = 1 AND coat_length IS NULL AND trained IS NULL AND word = 'hello'";
    for row in [cat, dog, fish, parrot] {
        assert_eq!(rows(db, &format!("{row} AND {nulls}")), 1, "{row}");
    }
}

fn a_query_returns_each_row_as_its_variant(db: &Db) {
    animals(db);
    let mut session = db.session();
    let found = select(Animal).order_by(Animal.name.asc());
    let found = found.all(&mut session).unwrap();
    assert_eq!(reads(db).len(), 1);
    let kinds: Vec<&Kind> = found.iter().map(|animal| &session[*animal].kind).collect();
    assert_eq!(kinds, [&parrot("hello"), &Kind::SeaFish, &DOG, &CAT]);
    // One entity a row, whichever query finds it.
    let cats = select(Animal).filter(Animal.kind.is_cat());
    assert_eq!(cats.all(&mut session).unwrap(), [found[3]]);
    let id = session[found[3]].id;
    assert_eq!(session.get(Animal, id).unwrap(), Some(found[3]));
}

fn a_variant_is_a_condition(db: &Db) {
    let (mut session, [cat, dog, fish, parrot]) = animals(db);
    let found = select(Animal).filter(Animal.kind.is_dog());
    assert_eq!(found.all(&mut session).unwrap(), [dog]);
    let sent = reads(db);
    assert!(sent[0].ends_with(r#"WHERE "species" = ?"#), "{sent:?}");
    let found = select(Animal).filter(Animal.kind.is_sea_fish().not() & Animal.kind.lives.gt(1));
    assert_eq!(found.all(&mut session).unwrap(), [cat]);
    let found = select(Animal).filter(Animal.kind.lives.is_not_null());
    let found = found.order_by(Animal.id.asc()).all(&mut session).unwrap();
    assert_eq!(found, [cat, parrot]);
    let of = [KindDiscriminator::Dog, KindDiscriminator::SeaFish];
    let found = select(Animal).filter(Animal.kind.species.in_(of));
    let found = found.order_by(Animal.id.asc()).all(&mut session).unwrap();
    assert_eq!(found, [dog, fish]);
}

fn the_discriminator_is_selected_and_grouped(db: &Db) {
    let (mut session, [cat, ..]) = animals(db);
    session.add(Animal::builder().name("felix").kind(CAT));
    session.flush().unwrap();
    let grouped = select((Animal.kind.species, count_all())).group_by(Animal.kind.species);
    let mut found = grouped.all(&mut session).unwrap();
    found.sort_by_key(|(species, count)| (-*count, species.label()));
    assert_eq!(found[0], (KindDiscriminator::Cat, 2));
    assert_eq!(found[1], (KindDiscriminator::Dog, 1));
    assert_eq!(found.len(), 4);
    let lives = select(Animal.kind.lives).filter(Animal.kind.is_dog());
    assert_eq!(lives.all(&mut session).unwrap(), [None]);
    assert_eq!(
        KindDiscriminator::from(&session[cat].kind),
        KindDiscriminator::Cat
    );
}

fn a_value_is_compared_with_the_columns_of_its_variant(db: &Db) {
    let (mut session, [cat, dog, fish, parrot]) = animals(db);
    let found = select(Animal).filter(Animal.kind.eq(&CAT));
    assert_eq!(found.all(&mut session).unwrap(), [cat]);
    let condition = r#"WHERE "species" = ? AND "lives" = ? AND "coat_length" = ?"#;
    let sent = reads(db);
    assert!(sent[0].ends_with(condition), "{sent:?}");
    let found = select(Animal).filter(Animal.kind.eq(&DOG));
    assert_eq!(found.all(&mut session).unwrap(), [dog]);
    let condition =
        r#"WHERE "species" = ? AND "coat_length" IS NULL AND "trained" = ? AND "keeper" IS NULL"#;
    let sent = reads(db);
    assert!(sent[0].ends_with(condition), "{sent:?}");
    let found = select(Animal).filter(Animal.kind.eq(&Kind::SeaFish));
    assert_eq!(found.all(&mut session).unwrap(), [fish]);
    let found = select(Animal).filter(Animal.kind.ne(&Kind::SeaFish));
    let found = found.order_by(Animal.id.asc()).all(&mut session).unwrap();
    assert_eq!(found, [cat, dog, parrot]);
}

fn a_changed_field_is_one_column(db: &Db) {
    let (mut session, [cat, dog, ..]) = animals(db);
    if let Kind::Cat { lives, .. } = &mut session[cat].kind {
        *lives -= 1;
    }
    session.commit().unwrap();
    let update = r#"UPDATE "st_animals" SET "lives" = ? WHERE "id" = ?"#;
    assert_eq!(unguarded_writes(db), [update]);
    let expected = Kind::Cat {
        lives: 8,
        coat: Some(3),
    };
    assert_eq!(stored(db, "tom").kind, expected);
    db.sent();
    // The same value is no change.
    session[dog].kind = DOG;
    session.commit().unwrap();
    assert_eq!(writes(db), [""; 0]);
}

fn another_variant_is_one_update(db: &Db) {
    let (mut session, [cat, dog, fish, _]) = animals(db);
    session[cat].kind = Kind::SeaFish;
    session.flush().unwrap();
    let update =
        r#"UPDATE "st_animals" SET "species" = ?, "lives" = ?, "coat_length" = ? WHERE "id" = ?"#;
    assert_eq!(unguarded_writes(db), [update]);
    session[fish].kind = parrot("blub");
    session.flush().unwrap();
    let update = r#"UPDATE "st_animals" SET "species" = ?, "lives" = ?, "word" = ? WHERE "id" = ?"#;
    assert_eq!(unguarded_writes(db), [update]);
    session[dog].kind = CAT;
    session.commit().unwrap();
    let update = r#"UPDATE "st_animals" SET "species" = ?, "lives" = ?, "coat_length" = ?, "trained" = ? WHERE "id" = ?"#;
    assert_eq!(unguarded_writes(db), [update]);
    assert_eq!(rows(db, "trained IS NOT NULL OR keeper IS NOT NULL"), 0);
    assert_eq!(stored(db, "tom").kind, Kind::SeaFish);
    assert_eq!(stored(db, "nemo").kind, parrot("blub"));
    assert_eq!(stored(db, "rex").kind, CAT);
}

fn an_update_expects_the_variant(db: &Db) {
    let (mut session, [cat, dog, ..]) = animals(db);
    // Both have a coat, of which neither program has read another value.
    db.outside(
        "UPDATE st_animals SET species = 'cat', trained = NULL, lives = 5 WHERE name = 'rex'",
    );
    if let Kind::Dog { coat, .. } = &mut session[dog].kind {
        *coat = Some(7);
    }
    let error = fails(session.flush(), ErrorKind::StaleData);
    assert_eq!(error.table(), Some("st_animals"));
    session.rollback().unwrap();
    assert_eq!(rows(db, "coat_length = 7"), 0);
    // The name is no column of the variant.
    make_a_dog(db);
    session[cat].name = "tim".into();
    session.commit().unwrap();
    assert_eq!(rows(db, "name = 'tim' AND species = 'hound'"), 1);
}

fn an_update_expects_the_old_values(db: &Db) {
    let (mut session, [cat, ..]) = animals(db);
    db.outside("UPDATE st_animals SET lives = 7 WHERE name = 'tom'");
    session[cat].kind = Kind::SeaFish;
    fails(session.flush(), ErrorKind::StaleData);
    session.rollback().unwrap();
    session.refresh(cat).unwrap();
    session[cat].kind = Kind::SeaFish;
    session.commit().unwrap();
    assert_eq!(stored(db, "tom").kind, Kind::SeaFish);
}

fn a_value_that_was_not_read_is_not_overwritten(db: &Db) {
    let (mut session, [_, _, fish, _]) = animals(db);
    // The columns of other variants are not read.
    db.outside("UPDATE st_animals SET coat_length = 4 WHERE name = 'nemo'");
    session.refresh(fish).unwrap();
    assert_eq!(session[fish].kind, Kind::SeaFish);
    session[fish].kind = DOG;
    fails(session.flush(), ErrorKind::StaleData);
}

fn a_rollback_restores_the_variant(db: &Db) {
    let (mut session, [cat, dog, fish, bird]) = animals(db);
    session[cat].kind = DOG;
    session[dog].kind = Kind::SeaFish;
    session[fish].kind = parrot("a");
    session.flush().unwrap();
    session[fish].kind = CAT;
    session[bird].kind = Kind::SeaFish;
    session.rollback().unwrap();
    let kinds = [cat, dog, fish, bird].map(|animal| session[animal].kind.clone());
    assert_eq!(kinds, [CAT, DOG, Kind::SeaFish, parrot("hello")]);
    session[cat].kind = Kind::SeaFish;
    session.commit().unwrap();
    assert_eq!(stored(db, "tom").kind, Kind::SeaFish);
}

fn a_savepoint_restores_the_variant(db: &Db) {
    let (mut session, [cat, ..]) = animals(db);
    session[cat].kind = DOG;
    session.flush().unwrap();
    let undone: orm::Result<()> = session.savepoint(|session| {
        session[cat].kind = parrot("a");
        session.flush()?;
        session[cat].kind = Kind::SeaFish;
        session.flush()?;
        Err(orm::Error::with_message(ErrorKind::Other, "undo"))
    });
    assert!(undone.is_err());
    assert_eq!(session[cat].kind, DOG);
    session[cat].name = "tim".into();
    session.commit().unwrap();
    assert_eq!(stored(db, "tim").kind, DOG);
}

fn a_refresh_reads_another_variant(db: &Db) {
    let (mut session, [cat, ..]) = animals(db);
    make_a_dog(db);
    session.refresh(cat).unwrap();
    let expected = Kind::Dog {
        trained: true,
        coat: Some(3),
        keeper: None,
    };
    assert_eq!(session[cat].kind, expected);
    session.commit().unwrap();
    assert_eq!(writes(db), [""; 0]);
}

fn one_column_is_refreshed_with_its_variant(db: &Db) {
    let (mut session, [cat, ..]) = animals(db);
    make_a_dog(db);
    session[cat].name = "tim".into();
    db.sent();
    let refreshed =
        session.no_autoflush(|session| session.refresh_attributes(cat, Animal.kind.lives));
    refreshed.unwrap();
    let sent = reads(db);
    let select = r#"SELECT "species", "lives", "coat_length", "trained", "keeper", "word" FROM "st_animals""#;
    assert!(sent[0].starts_with(select), "{sent:?}");
    let KindDiscriminator::Dog = KindDiscriminator::from(&session[cat].kind) else {
        panic!("{:?}", session[cat].kind)
    };
    session.commit().unwrap();
    assert_eq!(rows(db, "name = 'tim' AND trained = TRUE"), 1);
}

fn one_column_expires_with_its_variant(db: &Db) {
    let (mut session, [cat, ..]) = animals(db);
    make_a_dog(db);
    session.expire_attributes(cat, Animal.kind.species).unwrap();
    let id = session[cat].id;
    session.get(Animal, id).unwrap();
    let expected = Kind::Dog {
        trained: true,
        coat: Some(3),
        keeper: None,
    };
    assert_eq!(session[cat].kind, expected);
}

fn a_shared_column_keeps_its_value(db: &Db) {
    let (mut session, [cat, ..]) = animals(db);
    let Kind::Cat { coat, .. } = session[cat].kind else {
        panic!("no cat")
    };
    session[cat].kind = Kind::Dog {
        trained: false,
        coat,
        keeper: None,
    };
    session.commit().unwrap();
    let update = r#"UPDATE "st_animals" SET "species" = ?, "lives" = ?, "trained" = ?, "keeper" = ? WHERE "id" = ?"#;
    assert_eq!(unguarded_writes(db), [update]);
    assert_eq!(rows(db, "species = 'hound' AND coat_length = 3"), 1);
}

#[derive(Embedded, Clone, Debug, Default, PartialEq)]
#[orm(rename_all = "UPPERCASE")]
enum Housing {
    Cage {
        doors: i32,
    },
    Pond {
        litres: i64,
        #[orm(length = 10)]
        fish: Option<String>,
    },
    #[default]
    Meadow,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "st_relics")]
struct Relic {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(flatten)]
    housing: Housing,
}

/// A table without the CHECK, with a row.
fn relics(db: &Db, kind: &str) -> Session {
    db.outside(
        "CREATE TABLE st_relics (id INTEGER NOT NULL PRIMARY KEY, kind VARCHAR(20), \
         doors INTEGER, litres BIGINT, fish VARCHAR(10))",
    );
    db.outside(&format!(
        "INSERT INTO st_relics (id, kind, litres) VALUES (1, {kind}, 5)"
    ));
    db.session()
}

fn a_label_of_no_variant_is_an_error(db: &Db) {
    let mut session = relics(db, "'BARN'");
    let error = fails(select(Relic).all(&mut session), ErrorKind::Decode);
    assert_eq!(
        (error.table(), error.column()),
        (Some("st_relics"), Some("kind"))
    );
    let text = error.to_string();
    assert!(text.contains("\"BARN\""), "{text}");
    assert!(text.contains("CAGE, POND, MEADOW"), "{text}");
    db.outside("UPDATE st_relics SET kind = 'POND'");
    let found = select(Relic).one(&mut session).unwrap();
    let expected = Housing::Pond {
        litres: 5,
        fish: None,
    };
    assert_eq!(session[found].housing, expected);
}

fn null_in_a_required_field_is_an_error(db: &Db) {
    let mut session = relics(db, "'CAGE'");
    let error = fails(select(Relic).all(&mut session), ErrorKind::Decode);
    assert_eq!(
        (error.table(), error.column()),
        (Some("st_relics"), Some("doors"))
    );
    db.outside("UPDATE st_relics SET kind = NULL");
    let error = fails(select(Relic).all(&mut session), ErrorKind::Decode);
    assert_eq!(error.column(), Some("kind"));
    // The columns of other variants are not read.
    db.outside("UPDATE st_relics SET kind = 'MEADOW'");
    let found = select(Relic).one(&mut session).unwrap();
    assert_eq!(session[found].housing, Housing::Meadow);
}

fn a_bulk_update_sets_a_variant(db: &Db) {
    let (mut session, [cat, dog, fish, bird]) = animals(db);
    let all = update(Animal).set_all(Animal.kind.to(&DOG));
    all.filter(Animal.kind.lives.is_not_null())
        .synchronize()
        .execute(&mut session)
        .unwrap();
    let update_all = r#"UPDATE "st_animals" SET "species" = ?, "lives" = ?, "coat_length" = ?, "trained" = ?, "keeper" = ?, "word" = ?"#;
    let sent = writes(db);
    assert!(sent[0].starts_with(update_all), "{sent:?}");
    for animal in [cat, dog, bird] {
        assert_eq!(session[animal].kind, DOG);
    }
    let species = update(Animal)
        .set(Animal.kind.species, KindDiscriminator::SeaFish)
        .set(Animal.kind.trained, Null)
        .filter(Animal.kind.is_dog());
    species.synchronize().execute(&mut session).unwrap();
    for animal in [cat, dog, fish, bird] {
        assert_eq!(session[animal].kind, Kind::SeaFish);
    }
    // Without its columns it is no cat.
    let species = update(Animal).set(Animal.kind.species, KindDiscriminator::Cat);
    let species = species.filter(Animal.name.eq("tom"));
    let error = fails(
        species.synchronize().execute(&mut session),
        ErrorKind::Decode,
    );
    assert_eq!(error.column(), Some("lives"));
    session.rollback().unwrap();
    assert_eq!(session[cat].kind, CAT);
}

fn a_discriminator_is_not_set_alone(db: &Db) {
    let (mut session, [cat, ..]) = animals(db);
    let to_dog = session.set(cat, Animal.kind.species, KindDiscriminator::Dog);
    let error = fails(to_dog, ErrorKind::Usage);
    assert_eq!(error.column(), Some("species"));
    assert!(error.to_string().contains("session[…].kind"), "{error}");
    session
        .set(cat, Animal.kind.species, KindDiscriminator::Cat)
        .unwrap();
    let from_column = session.set(cat, Animal.kind.species, Animal.kind.species);
    fails(from_column, ErrorKind::Usage);
    session
        .set(cat, Animal.kind.lives, Animal.kind.lives + 1)
        .unwrap();
    session.commit().unwrap();
    let expected = Kind::Cat {
        lives: 10,
        coat: Some(3),
    };
    assert_eq!(session[cat].kind, expected);
}

fn a_column_of_another_variant_is_not_set(db: &Db) {
    let (mut session, [cat, ..]) = animals(db);
    session.set(cat, Animal.kind.coat, 5).unwrap();
    let trained = session.set(cat, Animal.kind.trained, true);
    let error = fails(trained, ErrorKind::Usage);
    assert_eq!(
        (error.table(), error.column()),
        (Some("st_animals"), Some("trained"))
    );
    session.set(cat, Animal.kind.trained, Null).unwrap();
    session.commit().unwrap();
    assert_eq!(rows(db, "coat_length = 5 AND trained IS NULL"), 1);
}

fn an_expression_for_another_variant_is_refused(db: &Db) {
    let (mut session, [cat, dog, fish, _]) = animals(db);
    let more = session.set(dog, Animal.kind.lives, Animal.kind.lives + 1);
    let error = fails(more, ErrorKind::Usage);
    assert_eq!(
        (error.table(), error.column()),
        (Some("st_animals"), Some("lives"))
    );
    let text = error.to_string();
    for part in ["Animal", "lives", "\"hound\"", "session[…].kind = …"] {
        assert!(text.contains(part), "{text}");
    }
    let to_fish = session.set(fish, Animal.kind.coat, Animal.kind.lives + 1);
    assert_eq!(
        fails(to_fish, ErrorKind::Usage).column(),
        Some("coat_length")
    );
    // One of its own is set.
    session
        .set(cat, Animal.kind.coat, Animal.kind.lives + 1)
        .unwrap();
    session.commit().unwrap();
    assert_eq!(rows(db, "species = 'cat' AND coat_length = 10"), 1);
    assert_eq!(rows(db, "species = 'hound' AND lives IS NULL"), 1);
}

fn an_expression_is_dropped_with_its_variant(db: &Db) {
    let (mut session, [cat, ..]) = animals(db);
    session.set(cat, Animal.kind.coat, Null).unwrap();
    session.flush().unwrap();
    session
        .set(cat, Animal.kind.coat, Animal.kind.lives + 1)
        .unwrap();
    session[cat].kind = Kind::SeaFish;
    session.commit().unwrap();
    assert_eq!(session[cat].kind, Kind::SeaFish);
    assert_eq!(rows(db, "name = 'tom' AND coat_length IS NULL"), 1);
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "st_farms")]
struct Farm {
    #[orm(primary_key)]
    id: i64,
    #[orm(flatten, prefix = "summer_")]
    summer: Housing,
    #[orm(flatten, prefix = "winter_")]
    winter: Option<Housing>,
}

fn farms(db: &Db) -> (Session, Ref<Farm>, Ref<Farm>) {
    Metadata::of((Farm,)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let first = session.add(Farm::builder().summer(Housing::Meadow));
    let second = Farm::builder().summer(Housing::Cage { doors: 2 });
    let second = session.add(second.winter(Housing::Meadow));
    session.commit().unwrap();
    select(Farm).all(&mut session).unwrap();
    db.sent();
    (session, first, second)
}

/// The farm as the database has it.
fn stored_farm(db: &Db, id: i64) -> Farm {
    let query = select(Farm).filter(Farm.id.eq(id));
    query.one(&mut db.other_connection()).unwrap()
}

fn pond(litres: i64) -> Housing {
    let fish = Some("carp".to_owned());
    Housing::Pond { litres, fish }
}

fn two_enums_have_prefixes(db: &Db) {
    let names = Farm::def().names;
    assert_eq!((names[1], names[5]), ("summer_kind", "winter_kind"));
    let (mut session, first, second) = farms(db);
    session[second].summer = pond(5);
    session.commit().unwrap();
    let update = r#"UPDATE "st_farms" SET "summer_kind" = ?, "summer_doors" = ?, "summer_litres" = ?, "summer_fish" = ? WHERE "id" = ?"#;
    assert_eq!(unguarded_writes(db), [update]);
    let found = select(Farm).filter(Farm.summer.is_pond() & Farm.winter.is_meadow());
    assert_eq!(found.one(&mut session).unwrap(), second);
    let found = select(Farm).filter(Farm.summer.is_meadow() & Farm.winter.is_null());
    assert_eq!(found.one(&mut session).unwrap(), first);
}

fn none_is_null_in_all_columns(db: &Db) {
    let (mut session, first, second) = farms(db);
    assert_eq!(session[first].winter, None);
    session[first].winter = Some(pond(3));
    session[second].winter = None;
    session.commit().unwrap();
    let ids = [session[first].id, session[second].id];
    assert_eq!(stored_farm(db, ids[0]).winter, Some(pond(3)));
    assert_eq!(stored_farm(db, ids[1]).winter, None);
    let moved = update(Farm).set_all(Farm.winter.to(&Housing::Cage { doors: 1 }));
    moved.synchronize().execute(&mut session).unwrap();
    assert_eq!(session[first].winter, Some(Housing::Cage { doors: 1 }));
    assert_eq!(session[second].winter, Some(Housing::Cage { doors: 1 }));
    session.commit().unwrap();
    // Each column of the value is read, or none.
    db.outside("UPDATE st_farms SET winter_kind = NULL, winter_doors = NULL");
    session
        .refresh_attributes(first, Farm.winter.doors)
        .unwrap();
    assert_eq!(session[first].winter, None);
    db.outside("UPDATE st_farms SET winter_kind = 'POND', winter_litres = 8");
    session.refresh_attributes(first, Farm.winter).unwrap();
    let expected = Housing::Pond {
        litres: 8,
        fish: None,
    };
    assert_eq!(session[first].winter, Some(expected));
}

fn columns_of_none_are_not_set_alone(db: &Db) {
    let (mut session, first, second) = farms(db);
    let doors = session.set(first, Farm.winter.doors, Farm.winter.doors + 1);
    let error = fails(doors, ErrorKind::Usage);
    assert_eq!(error.column(), Some("winter_doors"));
    let text = error.to_string();
    assert!(
        text.contains("is None") && text.contains("session[…].winter = …"),
        "{text}"
    );
    let doors = session.set(first, Farm.winter.doors, 2);
    assert_eq!(
        fails(doors, ErrorKind::Usage).column(),
        Some("winter_doors")
    );
    // NULL in the discriminator alone would leave the columns of the variant.
    session[second].winter = Some(pond(5));
    let none = session.set(second, Farm.winter.kind, Null);
    let text = fails(none, ErrorKind::Usage).to_string();
    assert!(text.contains("session[…].winter = None"), "{text}");
    // NULL in a field that is no `Option` does not make the value `None`.
    let litres = session.set(second, Farm.winter.litres, Null);
    let error = fails(litres, ErrorKind::Decode);
    assert_eq!(error.column(), Some("winter_litres"));
    assert!(
        error.to_string().contains("session[…].winter = None"),
        "{error}"
    );
    assert_eq!(session[second].winter, Some(pond(5)));
    session.set(second, Farm.winter.fish, Null).unwrap();
    for column in [Farm.winter.doors, Farm.summer.doors] {
        session.set(first, column, Null).unwrap();
    }
    session.commit().unwrap();
    let winter = session[second].winter.clone();
    let expected = Housing::Pond {
        litres: 5,
        fish: None,
    };
    assert_eq!(
        (winter, session[first].winter.clone()),
        (Some(expected), None)
    );
}

fn a_foreign_key_of_a_variant_is_one_of_the_table(db: &Db) {
    let mut session = session(db);
    let ada = session.add(Keeper::builder().name("ada"));
    session.flush().unwrap();
    let dog = |keeper| Kind::Dog {
        trained: false,
        coat: None,
        keeper: Some(keeper),
    };
    let id = session[ada].id;
    let rex = session.add(Animal::builder().name("rex").kind(dog(id)));
    session.commit().unwrap();
    session.add(Animal::builder().name("lassie").kind(dog(id + 77)));
    refused(session.flush(), ErrorKind::ForeignKeyViolation);
    session.rollback().unwrap();
    session.get(Animal, session[rex].id).unwrap();
    session.delete(ada);
    session.commit().unwrap();
    let expected = Kind::Dog {
        trained: false,
        coat: None,
        keeper: None,
    };
    assert_eq!(session[rex].kind, expected);
    assert_eq!(stored(db, "rex").kind, expected);
}

fn a_unique_constraint_has_a_discriminator(db: &Db) {
    let (mut session, [cat, ..]) = animals(db);
    session.add(Animal::builder().name("tom").kind(DOG));
    session.flush().unwrap();
    session.add(Animal::builder().name("tom").kind(CAT));
    let error = refused(session.flush(), ErrorKind::UniqueViolation);
    assert_eq!(error.columns(), ["name", "species"]);
    session.rollback().unwrap();
    let row = Animal::builder().name("tom").kind(CAT);
    let found = session.get_or_create((Animal.name, Animal.kind.species), row);
    assert_eq!(found.unwrap(), (cat, false));
}

fn a_merge_takes_the_variant(db: &Db) {
    let (mut session, [cat, dog, ..]) = animals(db);
    let [first, second] = [cat, dog].map(|animal| session[animal].clone());
    let merged = Animal {
        kind: parrot("krah"),
        ..first
    };
    assert_eq!(session.merge(merged).unwrap(), cat);
    assert_eq!(session[cat].kind, parrot("krah"));
    let merged = Animal {
        kind: CAT,
        ..second
    };
    session.merge(merged).unwrap();
    assert_eq!(session[dog].kind, CAT);
    session.commit().unwrap();
    assert_eq!(stored(db, "tom").kind, parrot("krah"));
    assert_eq!(stored(db, "rex").kind, CAT);
}

fn a_dirty_entity_takes_the_variant_of_raw_sql(db: &Db) {
    let (mut session, [cat, ..]) = animals(db);
    make_a_dog(db);
    let all = "SELECT id, name, species, lives, coat_length, trained, keeper, word FROM st_animals";
    session[cat].name = "tim".into();
    session
        .no_autoflush(|session| raw(all).entities(Animal, session))
        .unwrap();
    let expected = Kind::Dog {
        trained: true,
        coat: Some(3),
        keeper: None,
    };
    assert_eq!(
        (&session[cat].kind, &*session[cat].name),
        (&expected, "tim")
    );
    session.commit().unwrap();
    assert_eq!(stored(db, "tim").kind, expected);
    // Another variant has nowhere to keep a field that the program has changed.
    db.outside("UPDATE st_animals SET species = 'sea_fish', trained = NULL WHERE name = 'tim'");
    if let Kind::Dog { keeper, .. } = &mut session[cat].kind {
        *keeper = Some(9);
    }
    let read = session.no_autoflush(|session| raw(all).entities(Animal, session));
    fails(read, ErrorKind::StaleData);
}

fn a_replaced_row_takes_the_variant(db: &Db) {
    let (mut session, [cat, ..]) = animals(db);
    let id = session[cat].id;
    session.delete(cat);
    let dog = session.add(Animal::builder().id(id).name("tom").kind(DOG));
    session.flush().unwrap();
    assert_eq!(session[dog].kind, DOG);
    assert_eq!(stored_in(&mut session, id), DOG);
    session.rollback().unwrap();
    assert_eq!(session.entity_state(cat).unwrap(), EntityState::Persistent);
    assert_eq!((&session[cat].kind, &session[dog].kind), (&CAT, &DOG));
}

/// The variant as the transaction of the session has it.
fn stored_in(session: &mut Session, id: i64) -> Kind {
    let mut other = select(Animal).filter(Animal.id.eq(id));
    other = other.populate_existing();
    let found = other.one(session).unwrap();
    session[found].kind.clone()
}

fn history_has_the_values_of_both_variants(db: &Db) {
    let (mut session, [cat, ..]) = animals(db);
    session[cat].kind = DOG;
    let species = session.history(cat, Animal.kind.species).unwrap();
    assert_eq!(species.deleted, [KindDiscriminator::Cat]);
    assert_eq!(species.added, [KindDiscriminator::Dog]);
    let lives = session.history(cat, Animal.kind.lives).unwrap();
    assert_eq!(
        (lives.old_value(), lives.new_value()),
        (Some(&Some(9)), Some(&None))
    );
}

fn json_has_all_columns(db: &Db) {
    let (session, [cat, ..]) = animals(db);
    let expected = serde_json::json!({
        "id": session[cat].id,
        "name": "tom",
        "kind.species": "cat",
        "kind.lives": 9,
        "kind.coat": 3,
        "kind.trained": null,
        "kind.keeper": null,
        "kind.word": null,
    });
    let json = serde_json::to_value(session.json(cat)).unwrap();
    assert_eq!(json, expected);
}

fn an_alias_has_the_conditions(db: &Db) {
    let (mut session, _) = animals(db);
    let other = Animal.alias("other");
    let pairs = select((Animal.name, other.name))
        .join_on(other, other.kind.lives.lt(Animal.kind.lives))
        .filter(Animal.kind.is_cat() & other.kind.is_parrot());
    let expected = [("tom".to_owned(), "ara".to_owned())];
    assert_eq!(pairs.all(&mut session).unwrap(), expected);
    let found = select(other.name).filter(other.kind.eq(&CAT));
    assert_eq!(found.all(&mut session).unwrap(), ["tom"]);
}

fn a_relation_is_joined_with_its_variant(db: &Db) {
    let (mut session, animals) = animals(db);
    for animal in animals {
        session.add(Visit::builder().animal(animal));
    }
    session.commit().unwrap();
    let mut session = db.session();
    db.sent();
    let visits = select(Visit).with(Visit.animal.joined());
    let visits = visits.order_by(Visit.id.asc()).all(&mut session).unwrap();
    assert_eq!(reads(db).len(), 1);
    let kinds: Vec<Kind> = visits
        .iter()
        .map(|visit| session[session[*visit].animal.get().unwrap()].kind.clone())
        .collect();
    assert_eq!(kinds, [CAT, DOG, Kind::SeaFish, parrot("hello")]);
    let of_cats = select(Visit).filter(Visit.animal.has(Animal.kind.is_cat()));
    assert_eq!(of_cats.all(&mut session).unwrap(), [visits[0]]);
}

fn a_connection_reads_and_streams_variants(db: &Db) {
    animals(db);
    let mut conn = db.engine.connection().unwrap();
    let row = Animal::builder().name("zoe").kind(parrot("zoe"));
    insert(Animal).values(row).execute(&mut conn).unwrap();
    let query = select(Animal).order_by(Animal.name.asc());
    let all: Vec<Animal> = query.all(&mut conn).unwrap();
    let streamed: orm::Result<Vec<Animal>> = query.stream(&mut conn).unwrap().collect();
    assert_eq!(streamed.unwrap(), all);
    let kinds: Vec<&Kind> = all.iter().map(|animal| &animal.kind).collect();
    let expected = [&parrot("hello"), &Kind::SeaFish, &DOG, &CAT, &parrot("zoe")];
    assert_eq!(kinds, expected);
}

/// The variant of an animal by its number.
fn nth(number: i32) -> Kind {
    match number % 4 {
        0 => Kind::Cat {
            lives: number,
            coat: Some(number),
        },
        1 => Kind::Dog {
            trained: number % 3 == 0,
            coat: (number % 8 == 1).then_some(number),
            keeper: None,
        },
        2 => Kind::SeaFish,
        _ => parrot(&number.to_string()),
    }
}

fn many_rows_change_their_variants(db: &Db) {
    let mut session = session(db);
    let animal = |number: i32| {
        let row = Animal::builder().name(format!("animal {number}"));
        session.add(row.kind(nth(number)))
    };
    let animals: Vec<Ref<Animal>> = (0..60).map(animal).collect();
    session.commit().unwrap();
    select(Animal).all(&mut session).unwrap();
    for (number, animal) in (7..).zip(&animals) {
        session[*animal].kind = nth(number);
    }
    session.commit().unwrap();
    for (number, animal) in (9..).zip(&animals) {
        match &mut session[*animal].kind {
            Kind::Cat { coat, .. } | Kind::Dog { coat, .. } => *coat = Some(number),
            kind => *kind = nth(number),
        }
    }
    session.commit().unwrap();
    let expected: Vec<Kind> = animals.iter().map(|it| session[*it].kind.clone()).collect();
    let query = select(Animal).order_by(Animal.id.asc());
    let all: Vec<Animal> = query.all(&mut db.other_connection()).unwrap();
    let found: Vec<Kind> = all.into_iter().map(|animal| animal.kind).collect();
    assert_eq!(found, expected);
    assert_eq!(rows(db, "species <> 'hound' AND trained IS NOT NULL"), 0);
}
