//! Primary keys that the program makes: `default` of a field, called once for each row and known before the flush.

use std::sync::atomic::{AtomicU64, Ordering};

use orm::prelude::*;
use uuid::Uuid;

use crate::cases;
use crate::database::Db;

cases![
    "generated_ids":
    a_key_is_known_before_the_flush,
    many_rows_keep_their_keys_and_their_order,
    rows_past_the_session_have_keys_of_their_own,
    children_refer_to_keys_that_are_not_stored_yet,
];

/// The keys so far. The cases run beside one another, so each looks at its own rows alone.
static LAST: AtomicU64 = AtomicU64::new(0);

/// A key that is greater than those before, as those of version 7 are.
fn next() -> Uuid {
    let number = LAST.fetch_add(1, Ordering::Relaxed) + 1;
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | u128::from(number))
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "made_parcels")]
struct Parcel {
    #[orm(primary_key, default = next())]
    id: Uuid,
    number: i64,
    items: HasMany<Item>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "made_items")]
struct Item {
    #[orm(primary_key, default = next())]
    id: Uuid,
    #[orm(references = Parcel.id, index)]
    parcel_id: Uuid,
    parcel: BelongsTo<Parcel>,
}

fn tables(db: &Db) {
    let all = Metadata::of((Parcel, Item));
    all.create_all(&db.engine).unwrap();
    db.sent();
}

fn numbered(number: i64) -> impl NewRow<Model = Parcel> + use<> {
    Parcel::builder().number(number)
}

fn a_key_is_known_before_the_flush(db: &Db) {
    tables(db);
    let mut session = db.session();
    let parcel = session.add(numbered(1));
    let key = session[parcel].id;
    assert_ne!(key, Uuid::nil());
    assert_eq!(session.key(parcel), Some(key));
    assert_eq!(db.sent(), [""; 0]);
    session.commit().unwrap();
    assert_eq!(session[parcel].id, key);
    let stored = select(Parcel.id).one(&mut db.other_connection()).unwrap();
    assert_eq!(stored, key);
}

fn many_rows_keep_their_keys_and_their_order(db: &Db) {
    tables(db);
    let mut session = db.session();
    let parcels: Vec<_> = (0..1000).map(|n| session.add(numbered(n))).collect();
    let keys: Vec<Uuid> = parcels.iter().map(|parcel| session[*parcel].id).collect();
    assert!(
        keys.is_sorted_by(|one, next| one < next),
        "each is made once, in order"
    );
    session.commit().unwrap();
    let statements = db.sent();
    assert!(statements.len() < 40, "{} statements", statements.len());
    let stored = select((Parcel.id, Parcel.number)).order_by(Parcel.number);
    let stored = stored.all(&mut db.other_connection()).unwrap();
    let expected: Vec<_> = keys.into_iter().zip(0..).collect();
    assert_eq!(stored, expected);
}

fn rows_past_the_session_have_keys_of_their_own(db: &Db) {
    tables(db);
    let conn = &mut db.other_connection();
    let rows: Vec<_> = (0..300).map(numbered).collect();
    insert(Parcel).values(rows).execute(conn).unwrap();
    let stored = select((Parcel.id, Parcel.number)).order_by(Parcel.id);
    let numbers: Vec<i64> = stored
        .all(conn)
        .unwrap()
        .into_iter()
        .map(|row| row.1)
        .collect();
    assert!(numbers.into_iter().eq(0..300));
}

fn children_refer_to_keys_that_are_not_stored_yet(db: &Db) {
    tables(db);
    let mut session = db.session();
    let parcel = session.add(numbered(7));
    let key = session[parcel].id;
    let by_key = session.add(Item::builder().parcel_id(key));
    let by_relation = session.add(Item::builder().parcel(parcel));
    session.commit().unwrap();
    for item in [by_key, by_relation] {
        assert_eq!(session[item].parcel_id, key);
    }
    let found = select(Item.parcel_id).filter(Item.parcel.has(Parcel.number.eq(7)));
    let found = found.all(&mut db.other_connection()).unwrap();
    assert_eq!(found, [key, key]);
}
