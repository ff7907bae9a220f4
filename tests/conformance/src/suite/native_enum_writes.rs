//! Native enums that are written in many rows, as keys and by upserts, and the types that the tables need.

use orm::ErrorKind;
use orm::prelude::*;
use orm::sql::EnumStyle;

use super::native_enums::Size::{self, Huge, Large, Medium, Small};
use super::native_enums::{Shirt, ids, seed, shirt};
use super::support::{column, fails};
use crate::cases;
use crate::database::Db;
use crate::suite::Requires;

cases![
    "native_enums":
    many_rows_take_them,
    they_are_keys_of_relations,
    upserts_take_them (Requires::Upsert),
    a_type_is_created_once_and_dropped_last,
    two_lists_of_labels_need_two_names,
];

const ALL: [Size; 4] = [Small, Medium, Large, Huge];

/// A key of the type, and one of relations.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "native_racks")]
struct Rack {
    #[orm(primary_key)]
    size: Size,
    #[orm(length = 20)]
    place: String,
    #[orm(order_by = Hanger.worn)]
    hangers: HasMany<Hanger>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "native_hangers")]
struct Hanger {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Rack.size)]
    rack_size: Size,
    worn: Size,
    rack: BelongsTo<Rack>,
}

fn many_rows_take_them(db: &Db) {
    seed(db);
    let mut session = db.session();
    let added: Vec<_> = (100..300)
        .zip(ALL.into_iter().cycle())
        .map(|(id, size)| session.add(shirt(id, size, None)))
        .collect();
    session.commit().unwrap();
    for shirt in &added {
        session.refresh(*shirt).unwrap();
        session[*shirt].worn = Some(session[*shirt].size);
        session[*shirt].size = Huge;
    }
    session.commit().unwrap();
    let conn = &mut db.other_connection();
    assert_eq!(ids(conn, Shirt.id.ge(100) & Shirt.size.eq(Huge)).len(), 200);
    assert_eq!(ids(conn, Shirt.id.ge(100) & Shirt.worn.eq(Large)).len(), 50);
    // The old values are matched.
    session.refresh(added[0]).unwrap();
    session[added[0]].size = Small;
    db.outside("UPDATE native_shirts SET size = 'medium' WHERE id = 100");
    fails(session.commit(), ErrorKind::StaleData);
    session.rollback().unwrap();
    for shirt in &added[1..] {
        session.delete(*shirt);
    }
    session.commit().unwrap();
    assert_eq!(ids(conn, Shirt.id.ge(100)), [100]);
    let rows = [shirt(1, Small, Some(Small)), shirt(2, Huge, None)];
    update_many(Shirt)
        .rows(&rows)
        .set((Shirt.size, Shirt.worn))
        .execute(conn)
        .unwrap();
    assert_eq!(ids(conn, Shirt.worn.eq(Small)), [1, 3]);
}

fn they_are_keys_of_relations(db: &Db) {
    Metadata::of((Rack, Hanger)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    for size in ALL {
        session.add(Rack::builder().size(size).place("here"));
        for worn in [Huge, Small, Large] {
            session.add(Hanger::builder().rack_size(size).worn(worn));
        }
    }
    session.commit().unwrap();
    let mut session = db.session();
    let large = session.get(Rack, Large).unwrap().unwrap();
    assert_eq!(session[large].size, Large);
    let racks = select(Rack)
        .order_by(Rack.size)
        .with(Rack.hangers)
        .all(&mut session)
        .unwrap();
    let sizes: Vec<_> = racks.iter().map(|rack| session[*rack].size).collect();
    assert_eq!(sizes, ALL);
    for rack in &racks {
        let hangers = session[*rack].hangers.get().unwrap().to_vec();
        let worn: Vec<_> = hangers.iter().map(|h| session[*h].worn).collect();
        assert_eq!(worn, [Small, Large, Huge]);
    }
    let of_large = select(Hanger).filter(Hanger.rack.eq(large));
    assert_eq!(of_large.all(&mut session).unwrap().len(), 3);
    let joined = select((Rack.size, Hanger.worn))
        .join(Rack.hangers)
        .filter(Hanger.worn.lt(Rack.size))
        .order_by((Rack.size, Hanger.worn));
    assert_eq!(
        joined.all(&mut session).unwrap(),
        [
            (Medium, Small),
            (Large, Small),
            (Huge, Small),
            (Huge, Large)
        ]
    );
    let joined = select(Rack)
        .with(Rack.hangers.joined())
        .order_by(Rack.size.desc());
    let racks = joined.all(&mut session).unwrap();
    let sizes: Vec<_> = racks.iter().map(|rack| session[*rack].size).collect();
    assert_eq!(sizes, [Huge, Large, Medium, Small]);
}

fn upserts_take_them(db: &Db) {
    let conn = &mut seed(db);
    for (row, expected) in [(shirt(1, Small, None), Small), (shirt(8, Huge, None), Huge)] {
        insert(Shirt)
            .values(&row)
            .on_conflict(Shirt.id)
            .do_update(|new| [Shirt.size.to(new.size), Shirt.worn.to(Medium)])
            .execute(conn)
            .unwrap();
        let size = select(Shirt.size).filter(Shirt.id.eq(row.id)).one(conn);
        assert_eq!(size.unwrap(), expected);
    }
    if db.has(Requires::Returning) {
        let back = insert(Shirt)
            .values(Shirt::builder().id(20).size(Large))
            .returning((Shirt.size, Shirt.shown, Shirt.worn))
            .all(conn);
        assert_eq!(back.unwrap(), [(Large, Medium, None)]);
    }
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "native_socks")]
struct Sock {
    #[orm(primary_key)]
    id: i64,
    size: Size,
    other: Option<Size>,
}

fn a_type_is_created_once_and_dropped_last(db: &Db) {
    let is_named = db.capabilities().enums == EnumStyle::Named;
    let types = |db: &Db| -> Vec<String> {
        if !is_named {
            return Vec::new();
        }
        column(&mut db.other_connection(), db.dialect().list_enum_types())
    };
    let (shirts, socks) = (Metadata::of((Shirt,)), Metadata::of((Sock,)));
    let both = Metadata::of((Shirt, Sock));
    both.create_all(&db.engine).unwrap();
    let expected = if is_named {
        vec!["native_size"]
    } else {
        vec![]
    };
    assert_eq!(types(db), expected);
    let created = db.sent();
    let made = created.iter().filter(|sql| sql.starts_with("CREATE TYPE"));
    assert_eq!(made.count(), usize::from(is_named));
    // Nothing is left to create.
    both.create_all(&db.engine).unwrap();
    // Another table still uses it.
    shirts.drop_all(&db.engine).unwrap();
    assert_eq!(types(db), expected);
    shirts.create_all(&db.engine).unwrap();
    let conn = &mut db.engine.connection().unwrap();
    insert(Sock)
        .values(Sock::builder().size(Huge))
        .execute(conn)
        .unwrap();
    shirts.drop_all(&db.engine).unwrap();
    socks.drop_all(&db.engine).unwrap();
    assert_eq!(types(db), [""; 0]);
    // A type that is created again is another one.
    both.create_all(&db.engine).unwrap();
    insert(Sock)
        .values(Sock::builder().size(Small).other(Huge))
        .execute(conn)
        .unwrap();
    assert_eq!(select(Sock.size).one(conn).unwrap(), Small);
    both.drop_all(&db.engine).unwrap();
    assert_eq!(types(db), [""; 0]);
}

fn two_lists_of_labels_need_two_names(db: &Db) {
    #[derive(DbEnum, Clone, Copy, Debug, PartialEq)]
    #[orm(native, name = "native_size")]
    enum Other {
        Small,
        Large,
    }

    #[derive(Model, Clone, Debug)]
    #[orm(table = "native_others")]
    struct OtherShirt {
        #[orm(primary_key)]
        id: i64,
        size: Other,
    }

    let created = Metadata::of((Shirt, OtherShirt)).create_all(&db.engine);
    let error = fails(created, ErrorKind::Schema);
    assert!(error.message().contains("native_size"), "{error}");
    let one = OtherShirt {
        id: 1,
        size: Other::Small,
    };
    assert_ne!(one.size, Other::Large);
}
