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
    entities_are_given_them,
    they_are_keys_of_relations,
    lists_have_their_order,
    models_have_their_order,
    aggregates_over_relations_have_their_order,
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
    let loaded = (101..105)
        .zip(ALL)
        .map(|(id, size)| shirt(id, size, Some(size)));
    assert_eq!(insert(Shirt).load(loaded).execute(conn).unwrap(), 4);
    assert_eq!(ids(conn, Shirt.id.gt(100) & Shirt.worn.eq(Large)), [103]);
    delete(Shirt)
        .filter(Shirt.id.gt(100))
        .execute(conn)
        .unwrap();
    let rows = [shirt(1, Small, Some(Small)), shirt(2, Huge, None)];
    update_many(Shirt)
        .rows(&rows)
        .set((Shirt.size, Shirt.worn))
        .execute(conn)
        .unwrap();
    assert_eq!(ids(conn, Shirt.worn.eq(Small)), [1, 3, 100]);
}

#[derive(Patch, Clone, Debug, Default)]
#[orm(model = Shirt)]
struct ShirtPatch {
    size: Option<Size>,
    #[allow(clippy::option_option, reason = "None leaves it, Some(None) is NULL")]
    worn: Option<Option<Size>>,
}

fn entities_are_given_them(db: &Db) {
    let conn = &mut seed(db);
    let mut session = db.session();
    let two = session.get_one(Shirt, 2).unwrap();
    session.set(two, Shirt.size, Large).unwrap();
    session.set(two, Shirt.worn, Small).unwrap();
    assert_eq!(session[two].size, Large);
    session
        .set(two, Shirt.shown, Shirt.worn.coalesce(Medium))
        .unwrap();
    session.commit().unwrap();
    session.refresh(two).unwrap();
    assert_eq!(session[two].shown, Huge);
    let patch = || ShirtPatch {
        size: Some(Medium),
        worn: Some(None),
    };
    session.apply(two, patch()).unwrap();
    session.commit().unwrap();
    let mut three = select(Shirt).filter(Shirt.id.eq(3)).one(conn).unwrap();
    patch().apply_to(&mut three).unwrap();
    assert_eq!((three.size, three.worn), (Medium, None));
    let changed = update(Shirt).patch(patch()).filter(Shirt.id.eq(3));
    assert_eq!(changed.execute(conn).unwrap(), 1);
    assert_eq!(ids(conn, Shirt.size.eq(Medium)), [2, 3, 4]);
    assert_eq!(ids(conn, Shirt.worn.is_null()), [1, 2, 3]);
}

/// A rack of each size, with hangers that are added out of order.
fn seed_racks(db: &Db) -> Session {
    Metadata::of((Rack, Hanger)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    for size in ALL {
        session.add(Rack::builder().size(size).place("here"));
        for worn in [Huge, Small, Large] {
            session.add(Hanger::builder().rack_size(size).worn(worn));
        }
    }
    session.commit().unwrap();
    db.session()
}

fn lists_have_their_order(db: &Db) {
    let session = &mut seed_racks(db);
    let worn = |session: &Session, hangers: &[Ref<Hanger>]| -> Vec<Size> {
        hangers.iter().map(|hanger| session[*hanger].worn).collect()
    };
    let large = session.get_one(Rack, Large).unwrap();
    let list = session.load(large, Rack.hangers).unwrap();
    assert_eq!(worn(session, &list), [Small, Large, Huge]);
    let first = session.load(large, Rack.hangers.limit(2)).unwrap();
    assert_eq!(worn(session, &first), [Small, Large]);
    let greatest = Rack.hangers.order_by(Hanger.worn.desc()).limit(2);
    let greatest = session.load(large, greatest).unwrap();
    assert_eq!(worn(session, &greatest), [Huge, Large]);
    let few = Rack.hangers.filter(Hanger.worn.ne(Large));
    let few = session.load(large, few).unwrap();
    assert_eq!(worn(session, &few), [Small, Huge]);
    let session = &mut db.session();
    let racks = select(Rack)
        .with(Rack.hangers.joined())
        .order_by(Rack.size.desc())
        .all(session)
        .unwrap();
    let sizes: Vec<_> = racks.iter().map(|rack| session[*rack].size).collect();
    assert_eq!(sizes, [Huge, Large, Medium, Small]);
    for rack in racks {
        let list = session[rack].hangers.get().unwrap().to_vec();
        assert_eq!(worn(session, &list), [Small, Large, Huge]);
    }
}

/// In the order of a native enum, unless a query has another one; the key is of the type, too.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "native_gloves", order_by = worn.desc())]
struct Glove {
    #[orm(primary_key)]
    size: Size,
    worn: Size,
    #[orm(references = Glove.size)]
    pair_size: Option<Size>,
    pair: BelongsTo<Option<Glove>>,
    #[orm(inverse = Glove.pair)]
    others: HasMany<Glove>,
}

fn models_have_their_order(db: &Db) {
    Metadata::of((Glove,)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    for (size, worn) in [(Huge, Small), (Large, Huge), (Small, Huge), (Medium, Large)] {
        let pair_size = (size != Small).then_some(Small);
        session.add(Glove::builder().size(size).worn(worn).pair_size(pair_size));
    }
    session.commit().unwrap();
    let session = &mut db.session();
    let sizes = |session: &Session, gloves: &[Ref<Glove>]| -> Vec<Size> {
        gloves.iter().map(|glove| session[*glove].size).collect()
    };
    let all = select(Glove).all(session).unwrap();
    let expected = sizes(session, &all);
    assert_eq!(expected[2..], [Medium, Huge]);
    let first = select(Glove).order_by(Glove.size).first(session).unwrap();
    assert_eq!(first.map(|glove| session[glove].size), Some(Small));
    let mut pages = Vec::new();
    for number in 1..=2 {
        let page = select(Glove).page(number, 2).fetch(session).unwrap();
        pages.extend(sizes(session, &page.rows));
    }
    assert_eq!(pages, [Small, Large, Medium, Huge]);
    let mut chunks = Vec::new();
    let mut other = db.session();
    select(Glove)
        .chunks(3, &mut other, |session, gloves| {
            chunks.extend(sizes(session, gloves));
            Ok(())
        })
        .unwrap();
    assert_eq!(chunks, [Small, Large, Medium, Huge]);
    // A list without an order is in that of the keys.
    let small = session.get_one(Glove, Small).unwrap();
    let others = session.load(small, Glove.others).unwrap();
    assert_eq!(sizes(session, &others), [Medium, Large, Huge]);
}

fn aggregates_over_relations_have_their_order(db: &Db) {
    let session = &mut seed_racks(db);
    delete(Hanger)
        .filter(Hanger.rack_size.eq(Small) & Hanger.worn.ne(Large))
        .execute(session)
        .unwrap();
    let (least, greatest) = (Rack.hangers.min(Hanger.worn), Rack.hangers.max(Hanger.worn));
    let query = select((Rack.size, least, greatest.clone())).order_by(Rack.size);
    let ends = |size| (size, Some(Small), Some(Huge));
    assert_eq!(
        query.all(session).unwrap(),
        [
            (Small, Some(Large), Some(Large)),
            ends(Medium),
            ends(Large),
            ends(Huge)
        ]
    );
    let above = select(Rack.size).filter(greatest.clone().gt(Large));
    let above = above.order_by((greatest, Rack.size.desc()));
    assert_eq!(above.all(session).unwrap(), [Huge, Large, Medium]);
}

fn they_are_keys_of_relations(db: &Db) {
    let mut session = seed_racks(db);
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
