//! Values that some databases have a place for, and others none.

use orm_conformance::Db;
use orm_conformance::cases;
use orm_conformance::fixtures::Everything;
use orm_conformance::suite::types::{ordinary, round_trip};

use crate::databases::{Database, HasDatabase};

cases![
    "types":
    a_zero_keeps_its_sign_where_floats_are_stored_as_floats,
    values_without_a_place_are_refused,
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
