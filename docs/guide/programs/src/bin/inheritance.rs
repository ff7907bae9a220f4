//! The program of the section "Single-table inheritance".

use orm::prelude::*;

// ANCHOR: kind
#[derive(Embedded, Clone, Debug, PartialEq)]
#[orm(discriminator = "species")]
enum Kind {
    Cat {
        lives: i32,
        #[orm(column = "coat_length")]
        coat: Option<i32>,
    },
    #[orm(rename = "hound")]
    Dog {
        trained: bool,
        coat: Option<i32>,
    },
    Fish,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "animals")]
struct Animal {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 40)]
    name: String,
    #[orm(flatten)]
    kind: Kind,
}
// ANCHOR_END: kind

fn main() -> orm::Result<()> {
    let engine = Engine::options("sqlite://").echo().connect()?;
    create(&engine)?;
    let mut session = Session::new(&engine);
    let tom = write(&mut session)?;
    read(&mut session)?;
    query(&mut session, tom)?;
    change(&mut session, tom)
}

// ANCHOR: create
fn create(engine: &Engine) -> orm::Result<()> {
    Metadata::of((Animal,)).create_all(engine)
    // BEGIN IMMEDIATE
    // CREATE TABLE "animals" (
    //     "id" INTEGER NOT NULL,
    //     "name" VARCHAR(40) NOT NULL,
    //     "species" VARCHAR(5) NOT NULL,
    //     "lives" INTEGER,
    //     "coat_length" INTEGER,
    //     "trained" BOOLEAN,
    //     CONSTRAINT "pk_animals"
    //         PRIMARY KEY ("id" AUTOINCREMENT),
    //     CONSTRAINT "ck_animals_species"
    //         CHECK ("species" IN ('cat', 'hound', 'fish'))
    // )
    // COMMIT
}
// ANCHOR_END: create

// ANCHOR: write
fn write(session: &mut Session) -> orm::Result<Ref<Animal>> {
    let cat = Kind::Cat {
        lives: 9,
        coat: Some(3),
    };
    let tom = session.add(Animal::builder().name("Tom").kind(cat));
    session.add(Animal::builder().name("Nemo").kind(Kind::Fish));
    session.commit()?;
    // BEGIN IMMEDIATE
    // INSERT INTO "animals" ("name", "species", "lives",
    //     "coat_length", "trained") VALUES (?, ?, ?, ?, ?)
    // COMMIT
    Ok(tom)
}
// ANCHOR_END: write

// ANCHOR: read
fn read(session: &mut Session) -> orm::Result<()> {
    let mut lives = Vec::new();
    for animal in select(Animal).all(session)? {
        lives.push(match session[animal].kind {
            Kind::Cat { lives, .. } => lives,
            Kind::Dog { .. } | Kind::Fish => 1,
        });
    }
    // SELECT "id", "name", "species", "lives", "coat_length",
    //     "trained" FROM "animals"
    assert_eq!(lives, [9, 1]);
    Ok(())
}
// ANCHOR_END: read

// ANCHOR: query
fn query(session: &mut Session, tom: Ref<Animal>) -> orm::Result<()> {
    let cats = select(Animal)
        .filter(Animal.kind.is_cat() & Animal.kind.lives.gt(1));
    assert_eq!(cats.all(session)?, [tom]);
    // SELECT "id", "name", "species", "lives", "coat_length",
    //     "trained" FROM "animals" WHERE "species" = ? AND "lives" > ?

    let dog = Kind::Dog {
        trained: true,
        coat: None,
    };
    let same = select(Animal.name).filter(Animal.kind.eq(&dog));
    assert!(same.all(session)?.is_empty());
    // SELECT "name" FROM "animals" WHERE "species" = ?
    //     AND "coat_length" IS NULL AND "trained" = ?

    let counts = select((Animal.kind.species, count_all()))
        .group_by(Animal.kind.species)
        .order_by(Animal.kind.species.asc());
    let counts = counts.all(session)?;
    assert_eq!(counts[0], (KindDiscriminator::Cat, 1));
    // SELECT "species", COUNT(*) FROM "animals"
    //     GROUP BY "species" ORDER BY "species" ASC
    Ok(())
}
// ANCHOR_END: query

// ANCHOR: change
fn change(session: &mut Session, tom: Ref<Animal>) -> orm::Result<()> {
    if let Kind::Cat { lives, .. } = &mut session[tom].kind {
        *lives -= 1;
    }
    session.commit()?;
    // UPDATE "animals" SET "lives" = ?
    //     WHERE "id" = ? AND "lives" IS ? AND "species" IS ?

    session[tom].kind = Kind::Fish;
    session.commit()
    // UPDATE "animals" SET "species" = ?, "lives" = ?,
    //     "coat_length" = ? WHERE "id" = ? AND "species" IS ?
    //     AND "lives" IS ? AND "coat_length" IS ?
}
// ANCHOR_END: change
