//! Values that some databases have a place for, and others none.

use orm::ErrorKind;
use orm::prelude::*;
use orm_conformance::Db;
use orm_conformance::cases;
use orm_conformance::fixtures::Everything;
use orm_conformance::suite::types::{ordinary, round_trip};

use rust_decimal::Decimal;

use crate::databases::{Database, HasDatabase};

cases![
    "types":
    a_zero_keeps_its_sign_where_floats_are_stored_as_floats,
    values_without_a_place_are_refused,
    decimals_that_are_no_numbers_are_refused,
];

fn a_zero_keeps_its_sign_where_floats_are_stored_as_floats(db: &Db) {
    let back = round_trip(
        db,
        &Everything {
            double: -0.0,
            single: -0.0,
            ..ordinary()
        },
    );
    let signs = (
        back.double.is_sign_negative(),
        back.single.is_sign_negative(),
    );
    match db.database() {
        Database::Postgres => assert_eq!(signs, (true, true)),
        // A whole number is stored as an integer.
        Database::Sqlite => assert_eq!(signs, (false, false)),
        Database::MariaDb | Database::Mysql => {}
    }
}

/// Whether a row with these values is stored.
fn is_stored(db: &Db, row: Everything) -> bool {
    let mut session = db.session();
    session.add(row);
    session.commit().is_ok()
}

fn values_without_a_place_are_refused(db: &Db) {
    let double = |double| Everything {
        double,
        ..ordinary()
    };
    let stored = [f64::INFINITY, f64::NAN].map(|value| is_stored(db, double(value)));
    let nul = Everything {
        text: "a\0b".into(),
        ..ordinary()
    };
    let (floats, text) = match db.database() {
        Database::Postgres => ([true, true], false),
        Database::Sqlite => ([true, false], true),
        Database::MariaDb | Database::Mysql => ([false, false], true),
    };
    assert_eq!((stored, is_stored(db, nul)), (floats, text));
}

/// PostgreSQL's `numeric` has NaN, and infinities since version 14. A `Decimal` has neither.
fn decimals_that_are_no_numbers_are_refused(db: &Db) {
    let conn = &mut db.engine.connection().unwrap();
    if !matches!(db.database(), Database::Postgres) {
        return;
    }
    for text in ["NaN", "Infinity", "-Infinity"] {
        let sql = format!("SELECT 7 AS id, '{text}'::numeric AS price");
        let row = raw(sql.clone()).one::<(i64, Decimal), _>(conn);
        let error = row.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error:?}");
        assert_eq!(error.column(), Some("price"), "{error:?}");
        conn.begin().unwrap();
        let computed = raw_expr::<Decimal>(format!("'{text}'::numeric"), ());
        let row = select(computed).from(Everything).all(conn);
        assert_eq!(row.unwrap(), [Decimal::ZERO; 0]);
        let option = raw(sql).one::<(i64, Option<Decimal>), _>(conn);
        assert_eq!(option.unwrap_err().kind(), ErrorKind::Decode);
        // The transaction is intact.
        let seven = raw("SELECT 7").one::<(i32,), _>(conn);
        assert_eq!(seven.unwrap(), (7,));
        conn.commit().unwrap();
    }
}
