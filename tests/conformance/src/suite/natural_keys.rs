//! Keys of rows that are there are changed: the entity is found by the new one, and what references it follows.

use orm::prelude::*;
use orm::{EntityState, ErrorKind};

use crate::cases;
use crate::database::Db;
use crate::suite::statements::{steps, writes};
use crate::suite::support::fails;

cases![
    "natural_keys":
    a_changed_key_is_written_by_the_old_one,
    loaded_rows_follow_on_update_cascade,
    what_references_a_changed_key_is_written_before_it,
    a_new_row_takes_the_changed_key,
    a_row_moves_to_one_whose_key_changes,
    a_row_moves_away_from_one_whose_key_changes,
    a_row_moves_between_two_whose_keys_change,
    a_rollback_and_a_savepoint_restore_keys,
    a_generated_key_may_change_but_not_to_zero,
    keys_are_handed_on_in_one_flush,
    keys_that_are_swapped_are_refused,
    a_loaded_row_without_on_update_is_named,
    a_row_that_leaves_lets_the_key_change,
    a_key_that_was_changed_elsewhere_is_stale,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "regions")]
struct Region {
    #[orm(primary_key, length = 20)]
    code: String,
    n: i64,
    branches: HasMany<Branch>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "region_branches")]
struct Branch {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 20, references = Region.code, on_update = cascade)]
    region_code: String,
    region: BelongsTo<Region>,
    n: i64,
}

/// Its key has that of its region.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "offices")]
struct Office {
    #[orm(primary_key, length = 20, references = Region.code, on_update = cascade)]
    region_code: String,
    #[orm(primary_key, auto_increment = false)]
    number: i32,
    region: BelongsTo<Region>,
    n: i64,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "place_desks")]
#[orm(foreign_key(region_code, office, references = (Office.region_code, Office.number), on_update = cascade))]
struct Desk {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 20)]
    region_code: String,
    office: i32,
    stands_in: BelongsTo<Office>,
}

/// Its foreign key follows nothing.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "flags")]
struct Flag {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 20, references = Region.code)]
    region_code: Option<String>,
    region: BelongsTo<Option<Region>>,
}

fn region(code: &str) -> Region {
    Region {
        code: code.into(),
        n: 1,
        branches: HasMany::default(),
    }
}

struct World {
    session: Session,
    region: Ref<Region>,
    branch: Ref<Branch>,
    office: Ref<Office>,
    desk: Ref<Desk>,
}

/// A region "a" with a branch, an office and a desk in that, stored and loaded.
fn world(db: &Db) -> World {
    Metadata::of((Region, Branch, Office, Desk, Flag))
        .create_all(&db.engine)
        .unwrap();
    let mut session = db.session();
    let region = session.add(region("a"));
    let branch = session.add(Branch::builder().region(region).n(0));
    let office = session.add(Office::builder().number(7).region(region).n(0));
    let desk = session.add(Desk::builder().stands_in(office));
    session.commit().unwrap();
    db.sent();
    World {
        session,
        region,
        branch,
        office,
        desk,
    }
}

fn a_changed_key_is_written_by_the_old_one(db: &Db) {
    let World {
        mut session,
        region,
        ..
    } = world(db);
    session[region].code = "b".into();
    session[region].n = 2;
    session.commit().unwrap();
    let sent = writes(db);
    let update = r#"UPDATE "regions" SET "code" = ?, "n" = ? WHERE "code" = ? AND "n" "#;
    assert!(sent.len() == 1 && sent[0].starts_with(update), "{sent:?}");
    assert_eq!(session.key(region).as_deref(), Some("b"));
    assert_eq!(session.get(Region, "b").unwrap(), Some(region));
    assert_eq!(session.get(Region, "a").unwrap(), None);
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM regions WHERE code = 'b'"),
        1
    );
    // The key alone expects nothing else.
    session[region].code = "c".into();
    session.commit().unwrap();
    assert_eq!(
        writes(db),
        [r#"UPDATE "regions" SET "code" = ? WHERE "code" = ?"#]
    );
    session[region].n = 3;
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT n FROM regions WHERE code = 'c'"), 3);
}

fn loaded_rows_follow_on_update_cascade(db: &Db) {
    let World {
        mut session,
        region,
        branch,
        office,
        desk,
    } = world(db);
    session[region].code = "b".into();
    session.flush().unwrap();
    assert_eq!(steps(db), ["UPDATE regions"]);
    assert_eq!(session[branch].region_code, "b");
    assert_eq!(session[office].region_code, "b");
    assert_eq!(
        (&*session[desk].region_code, session[desk].office),
        ("b", 7)
    );
    assert_eq!(session[branch].region.get().unwrap(), region);
    assert_eq!(session[desk].stands_in.get().unwrap(), office);
    assert_eq!(session[region].branches.get().unwrap(), [branch]);
    assert_eq!(
        session.get(Office, ("b".to_owned(), 7)).unwrap(),
        Some(office)
    );
    assert!(!session.has_pending_work());
    // None of them is stale.
    session[branch].n = 5;
    session[office].n = 6;
    session.commit().unwrap();
    let both = "SELECT COUNT(*) FROM region_branches b JOIN offices o ON o.region_code = b.region_code WHERE b.n = 5 AND o.n = 6";
    assert_eq!(db.scalar(both), 1);
    session.delete(desk);
    session.delete(office);
    session.commit().unwrap();
    assert_eq!((db.count("place_desks"), db.count("offices")), (0, 0));
}

fn what_references_a_changed_key_is_written_before_it(db: &Db) {
    let World {
        mut session,
        region,
        branch,
        office,
        desk,
    } = world(db);
    session[region].code = "b".into();
    session[branch].n = 5;
    session[office].n = 6;
    session.delete(desk);
    session.commit().unwrap();
    assert_eq!((db.count("place_desks"), db.count("offices")), (0, 1));
    assert_eq!((&*session[office].region_code, session[office].n), ("b", 6));
    assert_eq!((&*session[branch].region_code, session[branch].n), ("b", 5));
    assert_eq!(
        db.scalar("SELECT n FROM offices WHERE region_code = 'b'"),
        6
    );
    assert_eq!(
        db.scalar("SELECT n FROM region_branches WHERE region_code = 'b'"),
        5
    );
}

fn a_new_row_takes_the_changed_key(db: &Db) {
    let World {
        mut session,
        region,
        ..
    } = world(db);
    let new = session.add(Branch::builder().region(region).n(9));
    session[region].code = "b".into();
    session.commit().unwrap();
    assert_eq!(steps(db), ["UPDATE regions", "INSERT region_branches"]);
    assert_eq!(session[new].region_code, "b");
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM region_branches WHERE region_code = 'b'"),
        2
    );
}

/// The region "a", another one "x" with a branch of its own, and that branch.
fn two_regions(db: &Db) -> (World, Ref<Region>, Ref<Branch>) {
    let mut world = world(db);
    let other = world.session.add(region("x"));
    let branch = world.session.add(Branch::builder().region(other).n(1));
    world.session.commit().unwrap();
    db.sent();
    (world, other, branch)
}

/// The regions of all branches, in the database.
fn regions_of_branches(db: &Db) -> Vec<String> {
    select(Branch.region_code)
        .order_by(Branch.id.asc())
        .all(&mut db.other_connection())
        .unwrap()
}

fn a_row_moves_to_one_whose_key_changes(db: &Db) {
    let (
        World {
            mut session,
            region,
            branch,
            ..
        },
        other,
        moved,
    ) = two_regions(db);
    session[moved].region = region.into();
    session[region].code = "b".into();
    session.commit().unwrap();
    assert_eq!(regions_of_branches(db), ["b", "b"]);
    assert_eq!(session[moved].region_code, "b");
    assert_eq!(session[branch].region_code, "b");
    assert_eq!(session[moved].region.get().unwrap(), region);
    // By the list, and back.
    session.load_all(&[region, other], Region.branches).unwrap();
    session[other].code = "y".into();
    session.link(other, Region.branches, moved).unwrap();
    session.commit().unwrap();
    assert_eq!(regions_of_branches(db), ["b", "y"]);
    assert_eq!(session[other].branches.get().unwrap(), [moved]);
    assert_eq!(session[region].branches.get().unwrap(), [branch]);
}

fn a_row_moves_away_from_one_whose_key_changes(db: &Db) {
    let (
        World {
            mut session,
            region,
            branch,
            ..
        },
        other,
        moved,
    ) = two_regions(db);
    session[branch].region = other.into();
    session[branch].n = 8;
    session[region].code = "b".into();
    session.commit().unwrap();
    assert_eq!(regions_of_branches(db), ["x", "x"]);
    assert_eq!(session[branch].region_code, "x");
    assert_eq!(session[branch].region.get().unwrap(), other);
    session[moved].region_code = "b".into();
    session[other].code = "y".into();
    session.commit().unwrap();
    assert_eq!(regions_of_branches(db), ["y", "b"]);
}

fn a_row_moves_between_two_whose_keys_change(db: &Db) {
    let (
        World {
            mut session,
            region,
            branch,
            ..
        },
        other,
        moved,
    ) = two_regions(db);
    session[branch].region = other.into();
    session[region].code = "b".into();
    session[other].code = "y".into();
    session.commit().unwrap();
    assert_eq!(regions_of_branches(db), ["y", "y"]);
    assert_eq!(session[moved].region.get().unwrap(), other);
    assert_eq!(session[branch].region.get().unwrap(), other);
    // Both ways in one flush.
    session[branch].region = region.into();
    session.flush().unwrap();
    session[branch].region = other.into();
    session[moved].region = region.into();
    session[region].code = "c".into();
    session[other].code = "z".into();
    session.commit().unwrap();
    assert_eq!(regions_of_branches(db), ["z", "c"]);
    // A row takes along its own key.
    let new = session.add(self::region("w"));
    session[branch].region = new.into();
    session[moved].region = new.into();
    session[new].code = "v".into();
    session.commit().unwrap();
    assert_eq!(regions_of_branches(db), ["v", "v"]);
}

fn a_rollback_and_a_savepoint_restore_keys(db: &Db) {
    let World {
        mut session,
        region,
        branch,
        office,
        desk,
    } = world(db);
    let is_at = |session: &mut Session, code: &str| {
        assert_eq!(session[region].code, code);
        assert_eq!(session.get(Region, code).unwrap(), Some(region));
        assert_eq!(session[branch].region_code, code);
        assert_eq!(session[desk].region_code, code);
        let key = (code.to_owned(), 7);
        assert_eq!(session.get(Office, key).unwrap(), Some(office));
        assert_eq!(session[branch].region.get().unwrap(), region);
    };
    session[region].code = "b".into();
    session.flush().unwrap();
    let undone: orm::Result<()> = session.savepoint(|session| {
        session[region].code = "c".into();
        session.flush()?;
        is_at(session, "c");
        session[region].code = "d".into();
        session.flush()?;
        is_at(session, "d");
        // Another one takes the key that it had.
        session.add(self::region("c"));
        session.flush()?;
        Err(orm::Error::other("no"))
    });
    undone.unwrap_err();
    is_at(&mut session, "b");
    assert_eq!(session.get(Region, "c").unwrap(), None);
    session.rollback().unwrap();
    is_at(&mut session, "a");
    // Not flushed at all.
    session[region].code = "z".into();
    session.rollback().unwrap();
    is_at(&mut session, "a");
    assert!(!session.has_pending_work());
}

#[derive(Model, Clone, Debug)]
#[orm(table = "renumbered")]
struct Numbered {
    #[orm(primary_key)]
    id: i64,
    n: i64,
}

fn a_generated_key_may_change_but_not_to_zero(db: &Db) {
    Metadata::of((Numbered,)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let row = session.add(Numbered::builder().n(1));
    session.commit().unwrap();
    let id = session[row].id;
    session[row].id = id + 100;
    session.commit().unwrap();
    assert_eq!(session.get(Numbered, id + 100).unwrap(), Some(row));
    assert_eq!(db.scalar("SELECT id FROM renumbered"), id + 100);
    db.sent();
    session[row].id = 0;
    let error = fails(session.flush(), ErrorKind::Usage);
    assert_eq!(
        (error.table(), error.column()),
        (Some("renumbered"), Some("id"))
    );
    assert_eq!(db.sent(), [""; 0]);
    session[row].id = id + 100;
    session.commit().unwrap();
    assert_eq!(writes(db), [""; 0]);
}

fn keys_are_handed_on_in_one_flush(db: &Db) {
    let mut session = world(db).session;
    let [x, y, z] = ["x", "y", "z"].map(|code| session.add(region(code)));
    session.commit().unwrap();
    // From the last one on, whatever their order is.
    session[x].code = "y".into();
    session[y].code = "z".into();
    session[z].code = "zz".into();
    let new = session.add(region("x"));
    session.commit().unwrap();
    for (code, handle) in [("x", new), ("y", x), ("z", y), ("zz", z)] {
        assert_eq!(session.get(Region, code).unwrap(), Some(handle), "{code}");
    }
    // And from a deleted one.
    session.delete(z);
    session[y].code = "zz".into();
    session.commit().unwrap();
    assert_eq!(session.get(Region, "zz").unwrap(), Some(y));
    assert!(session.get_ref(z).is_err());
    assert_eq!(db.count("regions"), 4);
}

fn keys_that_are_swapped_are_refused(db: &Db) {
    let mut session = world(db).session;
    let [x, y] = ["x", "y"].map(|code| session.add(region(code)));
    session.commit().unwrap();
    session[x].code = "y".into();
    session[y].code = "x".into();
    let error = fails(session.flush(), ErrorKind::UniqueViolation);
    let hint = error.hint().unwrap_or_default();
    assert!(hint.contains("swap"), "{error}");
    assert_eq!(
        session
            .no_autoflush(|session| session.get(Region, "x"))
            .unwrap(),
        Some(x)
    );
    session[x].code = "interim".into();
    session.flush().unwrap();
    session[x].code = "y".into();
    session.commit().unwrap();
    assert_eq!(session.get(Region, "y").unwrap(), Some(x));
    assert_eq!(session.get(Region, "x").unwrap(), Some(y));
}

fn a_loaded_row_without_on_update_is_named(db: &Db) {
    let World {
        mut session,
        region,
        branch,
        ..
    } = world(db);
    let flag = session.add(Flag::builder().region(region));
    session.commit().unwrap();
    db.sent();
    session[region].code = "b".into();
    let error = fails(session.flush(), ErrorKind::Usage);
    let text = error.to_string();
    assert!(
        text.contains("Region") && text.contains("`flags`"),
        "{text}"
    );
    let hint = error.hint().unwrap_or_default();
    assert!(hint.contains("on_update = cascade"), "{hint}");
    assert_eq!(
        (error.table(), error.column()),
        (Some("flags"), Some("region_code"))
    );
    assert_eq!(db.sent(), [""; 0]);
    assert_eq!(session[branch].region_code, "a");
    // One that is not loaded is the database's to find.
    session.expunge(flag).unwrap();
    fails(session.flush(), ErrorKind::ForeignKeyViolation);
    session.rollback().unwrap();
    assert_eq!(session[region].code, "a");
    assert_eq!(session.get(Region, "a").unwrap(), Some(region));
}

fn a_row_that_leaves_lets_the_key_change(db: &Db) {
    let World {
        mut session,
        region,
        ..
    } = world(db);
    let [one, two] = [(); 2].map(|()| session.add(Flag::builder().region(region)));
    session.commit().unwrap();
    db.sent();
    session[region].code = "b".into();
    session[one].region = None.into();
    session.delete(two);
    session.commit().unwrap();
    assert_eq!(
        steps(db),
        ["DELETE flags", "UPDATE flags", "UPDATE regions"]
    );
    session[one].region = region.into();
    session.commit().unwrap();
    assert_eq!(session[one].region_code.as_deref(), Some("b"));
    assert_eq!(session.entity_state(one).unwrap(), EntityState::Persistent);
}

fn a_key_that_was_changed_elsewhere_is_stale(db: &Db) {
    let World {
        mut session,
        region,
        ..
    } = world(db);
    db.outside("UPDATE regions SET code = 'q'");
    session[region].code = "b".into();
    let error = fails(session.flush(), ErrorKind::StaleData);
    assert!(error.to_string().contains("Region"), "{error}");
    session.rollback().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM regions WHERE code = 'q'"),
        1
    );
}
