//! What a program reads of its models at run time: columns, keys, constraints and relations as data.

use orm::mapping::{Cascade, ModelDef, RelationKind};
use orm::prelude::*;
use orm::types::Type;

use crate::cases;
use crate::database::Db;

cases![
    "inspection":
    columns_are_listed_with_their_types,
    keys_and_references_name_their_columns,
    relations_are_listed_with_their_targets,
    a_table_can_be_written_without_its_type,
    models_are_found_by_table,
];

#[derive(DbEnum, Clone, Copy, Debug, PartialEq)]
enum Mood {
    Calm,
    Wild,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "in_owners")]
struct Owner {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 40, unique)]
    name: String,
    pets: HasMany<Pet>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "in_pets", index(mood, owner_id))]
struct Pet {
    #[orm(primary_key)]
    shop: i32,
    #[orm(primary_key, column = "tag_no")]
    tag: i32,
    mood: Mood,
    #[orm(column = "owner", references = Owner.id, on_delete = set_null)]
    owner_id: Option<i64>,
    owner: BelongsTo<Option<Owner>>,
    #[orm(link_table = "in_pets_shows")]
    shows: ManyToMany<Show>,
    #[orm(version)]
    version: i32,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "in_shows")]
struct Show {
    #[orm(primary_key)]
    id: i64,
    #[orm(inverse = Pet.shows)]
    pets: ManyToMany<Pet>,
}

fn columns_are_listed_with_their_types(_: &Db) {
    let def = Pet::def();
    assert_eq!((def.name, def.table), ("Pet", "in_pets"));
    assert!(def.module.ends_with("::inspection"), "{}", def.module);
    let columns = def.columns.iter().zip(def.fields);
    let listed: Vec<String> = columns
        .map(|(column, field)| {
            let null = if column.nullable { "null" } else { "not null" };
            format!("{field}: {} {} {null}", column.name, column.ty.describe())
        })
        .collect();
    let expected = [
        "shop: shop i32 not null",
        "tag: tag_no i32 not null",
        "mood: mood a label of an enumeration not null",
        "owner_id: owner i64 null",
        "version: version i32 not null",
    ];
    assert_eq!(listed, expected);
    // The choices of an enumeration, and the length of a text.
    let Type::Enum(labels) = &def.columns[2].ty else {
        panic!("an enumeration")
    };
    assert_eq!(*labels.labels, ["calm", "wild"]);
    assert_eq!(Owner::def().columns[1].length, Some(40));
    let position = Pet.owner_id.position();
    assert_eq!(def.names[position], "owner");
}

fn keys_and_references_name_their_columns(_: &Db) {
    let def = Pet::def();
    let name = |position: &usize| def.fields[*position];
    let key: Vec<&str> = def.primary_key.iter().map(name).collect();
    assert_eq!(key, ["shop", "tag"]);
    assert!(def.is_key(1) && !def.is_key(2));
    assert_eq!((def.generated, Owner::def().generated), (None, Some(0)));
    assert_eq!(
        def.version.map(|version| def.fields[version]),
        Some("version")
    );
    let [reference] = def.references else {
        panic!("one foreign key")
    };
    let target = (reference.target)();
    assert_eq!(
        (target.table, target.fields[reference.target_columns[0]]),
        ("in_owners", "id")
    );
    assert_eq!(reference.columns, [3]);
    // The table has the names of keys and constraints.
    let table = &def.schema;
    assert_eq!(table.primary_key.as_ref().unwrap().name, "pk_in_pets");
    assert_eq!(
        table.indexes[0].columns().collect::<Vec<_>>(),
        ["mood", "owner"]
    );
    assert_eq!(Owner::def().schema.uniques[0].name, "uq_in_owners_name");
}

fn relations_are_listed_with_their_targets(_: &Db) {
    let listed = |def: &'static ModelDef| -> Vec<String> {
        let relations = def.relations.iter();
        let line = relations.map(|relation| {
            let target = (relation.target)().name;
            let kind = match relation.kind {
                RelationKind::BelongsTo { optional, .. } => format!("belongs to, {optional}"),
                RelationKind::HasMany { inverse } => {
                    format!(
                        "has many by {}",
                        (relation.target)().relations[inverse()].name
                    )
                }
                RelationKind::HasOne { .. } => "has one".to_owned(),
                RelationKind::ManyToMany { link, .. } => format!("by {}", link().table),
                RelationKind::View(_) => "only read".to_owned(),
            };
            assert_eq!(
                (relation.model, relation.cascade),
                (def.name, Cascade::None)
            );
            format!("{} {target} {kind}", relation.name)
        });
        line.collect()
    };
    assert_eq!(listed(Owner::def()), ["pets Pet has many by owner"]);
    assert_eq!(
        listed(Pet::def()),
        [
            "owner Owner belongs to, true",
            "shows Show by in_pets_shows"
        ]
    );
    assert_eq!(listed(Show::def()), ["pets Pet by in_pets_shows"]);
}

/// A form that knows no model: the text of an INSERT, made of a table's description.
fn insert_of(db: &Db, def: &ModelDef) -> String {
    let columns: Vec<String> = def.names.iter().map(|name| db.quoted(name)).collect();
    let value = |column: &orm::schema::Column| match column.ty {
        Type::Enum(_) => "'wild'",
        _ => "1",
    };
    let values: Vec<&str> = def.columns.iter().map(value).collect();
    format!(
        "INSERT INTO {} ({}) VALUES ({})",
        db.quoted(def.table),
        columns.join(", "),
        values.join(", ")
    )
}

fn a_table_can_be_written_without_its_type(db: &Db) {
    Metadata::of((Owner, Pet, Show))
        .create_all(&db.engine)
        .unwrap();
    let mut session = db.session();
    session.add(Owner::builder().name("ada"));
    session.commit().unwrap();
    db.outside(&insert_of(db, Pet::def()));
    let pet = session.get(Pet, (1, 1)).unwrap().unwrap();
    assert_eq!(session[pet].mood, Mood::Wild);
    // Values of an entity by position.
    let values = (0..Pet::def().columns.len()).map(|position| session[pet].value(position));
    let nulls = values.filter(|value| value.is_null());
    assert_eq!(nulls.count(), 0);
}

fn models_are_found_by_table(_: &Db) {
    let all = orm::metadata();
    let found = all.models().iter().find(|def| def.table == "in_pets");
    assert_eq!(found.map(|def| def.name), Some("Pet"));
    // A generated link table is listed among the models.
    let link = all.models().iter().find(|def| def.table == "in_pets_shows");
    let link = link.expect("the link table");
    assert!(link.is_link_table && !Pet::def().is_link_table);
    assert_eq!(link.primary_key.len(), 3);
    let targets = link.references.iter().map(|key| (key.target)().table);
    assert_eq!(targets.collect::<Vec<_>>(), ["in_pets", "in_shows"]);
}
