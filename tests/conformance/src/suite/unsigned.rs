//! Integers of 8 bits and unsigned ones: their whole range comes back, and nothing beyond it is stored.

use orm::prelude::*;
use orm::query::Expr;
use orm::types::DbType;

use crate::cases;
use crate::database::Db;
use crate::suite::Requires;

cases![
    "unsigned":
    the_whole_range_comes_back,
    the_whole_range_of_64_bits_comes_back (Requires::Decimals),
    values_are_compared_and_ordered (Requires::Decimals),
    lists_find_them (Requires::Decimals),
    arithmetic_and_sums (Requires::Decimals),
    nothing_beyond_the_range_is_stored (Requires::Decimals),
    entities_change_them (Requires::Decimals),
    they_are_keys,
    entities_have_them_as_numbers (Requires::Decimals),
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "unsigned_narrow")]
struct Narrow {
    #[orm(primary_key, auto_increment = false)]
    id: u32,
    tiny: i8,
    byte: u8,
    short: u16,
    #[orm(server_default = 7)]
    word: u32,
    maybe: Option<u8>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "unsigned_wide")]
struct Wide {
    #[orm(primary_key)]
    id: i64,
    long: u64,
    byte: u8,
    maybe: Option<u64>,
}

fn empty(db: &Db) -> Connection {
    Metadata::of((Wide,)).create_all(&db.engine).unwrap();
    db.engine.connection().unwrap()
}

/// Rows of these numbers, in that order.
fn wide(db: &Db, numbers: &[u64]) -> Connection {
    let mut conn = empty(db);
    let rows = numbers
        .iter()
        .map(|long| Wide::builder().long(*long).byte(9));
    insert(Wide)
        .values(rows.collect::<Vec<_>>())
        .execute(&mut conn)
        .unwrap();
    conn
}

fn of_rows<T: DbType>(conn: &mut Connection, expr: Expr<T>) -> Vec<T> {
    select(expr).from(Wide).order_by(Wide.id).all(conn).unwrap()
}

fn the_whole_range_comes_back(db: &Db) {
    Metadata::of((Narrow,)).create_all(&db.engine).unwrap();
    let conn = &mut db.engine.connection().unwrap();
    let rows = [
        Narrow {
            id: 0,
            tiny: i8::MIN,
            byte: 0,
            short: 0,
            word: 0,
            maybe: None,
        },
        Narrow {
            id: u32::MAX,
            tiny: i8::MAX,
            byte: u8::MAX,
            short: u16::MAX,
            word: u32::MAX,
            maybe: Some(255),
        },
    ];
    insert(Narrow).values(rows.clone()).execute(conn).unwrap();
    assert_eq!(select(Narrow).order_by(Narrow.id).all(conn).unwrap(), rows);
    let found = select(Narrow.id).filter(Narrow.byte.gt(254_u8) & Narrow.short.eq(u16::MAX));
    assert_eq!(found.all(conn).unwrap(), [u32::MAX]);
    let found = select(Narrow.id)
        .filter(Narrow.tiny.lt(-127_i8))
        .all(conn)
        .unwrap();
    assert_eq!(found, [0]);
    let (total, mean) = select((sum(Narrow.word), avg(Narrow.byte)))
        .one(conn)
        .unwrap();
    assert_eq!((total, mean), (Some(i64::from(u32::MAX)), Some(127.5)));
    let defaulted = Narrow::builder().id(5).tiny(1).byte(2).short(3);
    insert(Narrow).values(defaulted).execute(conn).unwrap();
    let word = select(Narrow.word)
        .filter(Narrow.id.eq(5))
        .one(conn)
        .unwrap();
    assert_eq!(word, 7);
}

fn the_whole_range_of_64_bits_comes_back(db: &Db) {
    let edge = i64::MAX as u64;
    let numbers = [0, 1, edge, edge + 1, u64::MAX - 1, u64::MAX];
    let conn = &mut wide(db, &numbers);
    assert_eq!(of_rows(conn, Wide.long + 0_u64), numbers);
    for number in numbers {
        let found = select(Wide.long)
            .filter(Wide.long.eq(number))
            .all(conn)
            .unwrap();
        assert_eq!(found, [number]);
    }
    update(Wide)
        .set(Wide.maybe, u64::MAX)
        .execute(conn)
        .unwrap();
    let same = select(Wide)
        .filter(Wide.maybe.eq(Wide.long))
        .count(conn)
        .unwrap();
    assert_eq!(same, 1);
}

fn values_are_compared_and_ordered(db: &Db) {
    let conn = &mut wide(db, &[9, 10, u64::MAX, 100, 1]);
    let ordered = select(Wide.long)
        .order_by(Wide.long.desc())
        .all(conn)
        .unwrap();
    assert_eq!(ordered, [u64::MAX, 100, 10, 9, 1]);
    let few = select(Wide.long)
        .filter(Wide.long.lt(10_u64))
        .order_by(Wide.long);
    assert_eq!(few.all(conn).unwrap(), [1, 9]);
    let (least, most) = select((min(Wide.long), max(Wide.long))).one(conn).unwrap();
    assert_eq!((least, most), (Some(1), Some(u64::MAX)));
}

fn lists_find_them(db: &Db) {
    let conn = &mut wide(db, &[9, 10, u64::MAX]);
    let found = select(Wide.long)
        .filter(Wide.long.in_([10, u64::MAX]))
        .order_by(Wide.long);
    assert_eq!(found.all(conn).unwrap(), [10, u64::MAX]);
    let long: Vec<u64> = (0..70_000).map(|n| u64::MAX - n).collect();
    let found = select(Wide.long)
        .filter(Wide.long.in_(long))
        .all(conn)
        .unwrap();
    assert_eq!(found, [u64::MAX]);
}

fn arithmetic_and_sums(db: &Db) {
    let conn = &mut wide(db, &[1, u64::MAX - 2]);
    assert_eq!(of_rows(conn, Wide.long + 2_u64), [3, u64::MAX]);
    assert_eq!(of_rows(conn, Wide.long - 1_u64), [0, u64::MAX - 3]);
    assert_eq!(of_rows(conn, Wide.byte / 2_u8), [Some(4), Some(4)]);
    assert_eq!(of_rows(conn, Wide.byte % 2_u8), [Some(1), Some(1)]);
    assert_eq!(
        select(sum(Wide.long)).one(conn).unwrap(),
        Some(u64::MAX - 1)
    );
    let beyond = select(Wide.long + u64::MAX).all(conn);
    assert!(beyond.is_err());
    let below = select(Wide.long - 5_u64).all(conn);
    assert!(below.is_err());
}

fn nothing_beyond_the_range_is_stored(db: &Db) {
    let conn = &mut wide(db, &[u64::MAX]);
    let before = select(Wide).all(conn).unwrap();
    for statement in [
        update(Wide).set(Wide.long, Wide.long + 1_u64),
        update(Wide).set(Wide.long, Wide.long * 3_u64),
        update(Wide).set(Wide.byte, Wide.byte + 250_u8),
        update(Wide).set(Wide.byte, Wide.byte - 10_u8),
    ] {
        let error = statement.execute(conn).unwrap_err();
        assert!(
            error.is_invalid_value() || error.is_check_violation(),
            "{error:?}"
        );
        assert_eq!(select(Wide).all(conn).unwrap(), before);
    }
    for text in [
        "UPDATE unsigned_wide SET byte = 256",
        "UPDATE unsigned_wide SET byte = -1",
    ] {
        assert!(conn.raw_execute(text, &[]).is_err(), "{text}");
    }
}

fn entities_change_them(db: &Db) {
    wide(db, &[7, u64::MAX]);
    let mut session = db.session();
    let all = select(Wide).order_by(Wide.id).all(&mut session).unwrap();
    for handle in &all {
        session[*handle].long -= 1;
        session[*handle].maybe = Some(u64::MAX);
    }
    session.commit().unwrap();
    for handle in &all {
        session[*handle].long += 1;
        session[*handle].maybe = None;
    }
    session.commit().unwrap();
    session.set(all[0], Wide.long, Wide.long + 5_u64).unwrap();
    session.commit().unwrap();
    let conn = &mut db.engine.connection().unwrap();
    assert_eq!(of_rows(conn, Wide.long + 0_u64), [12, u64::MAX]);
}

fn they_are_keys(db: &Db) {
    Metadata::of((Narrow,)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    for id in [3_000_000_000_u32, 5] {
        session.add(Narrow {
            id,
            tiny: -1,
            byte: 1,
            short: 2,
            word: 3,
            maybe: None,
        });
    }
    session.commit().unwrap();
    let mut session = db.session();
    let one = session.get(Narrow, 3_000_000_000_u32).unwrap().unwrap();
    assert_eq!(session[one].id, 3_000_000_000);
    session.delete(one);
    session.commit().unwrap();
    let conn = &mut db.engine.connection().unwrap();
    assert_eq!(select(Narrow.id).all(conn).unwrap(), [5]);
}

fn entities_have_them_as_numbers(db: &Db) {
    wide(db, &[u64::MAX]);
    let mut session = db.session();
    let one = session.get(Wide, 1).unwrap().unwrap();
    let json = serde_json::to_string(&session.json(one)).unwrap();
    assert_eq!(
        json,
        r#"{"id":1,"long":18446744073709551615,"byte":9,"maybe":null}"#
    );
}
