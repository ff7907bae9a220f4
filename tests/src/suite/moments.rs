//! Dates whose type the database can't infer.

use crate::databases::{Database, HasDatabase};
use chrono::NaiveDate;
use orm::ErrorKind;
use orm::prelude::*;
use orm_conformance::Db;
use orm_conformance::cases;
use orm_conformance::suite::support::fails;

cases![
    "moments":
    a_lone_value_names_its_type,
];

/// PostgreSQL takes a bind for text if it can't infer its type.
fn a_lone_value_names_its_type(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let date = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
    let lone = raw("SELECT :d").bind("d", date);
    let unknown = raw("SELECT :d IS NULL").bind("d", date);
    if db.database() == Database::Postgres {
        let error = fails(lone.all::<(NaiveDate,), _>(&mut conn), ErrorKind::Usage);
        assert!(error.to_string().contains(":name::date"), "{error}");
        let error = unknown.all::<(bool,), _>(&mut conn).unwrap_err();
        assert!(error.to_string().contains(":name::text"), "{error}");
        let typed = raw("SELECT :d::date, :d::date IS NULL").bind("d", date);
        assert_eq!(
            typed.one::<(NaiveDate, bool), _>(&mut conn).unwrap(),
            (date, false)
        );
    } else {
        assert!(!unknown.one::<(bool,), _>(&mut conn).unwrap().0);
    }
}
