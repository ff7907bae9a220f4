//! What a column holds and its field cannot is an error that names both: never a default, never a rounded
//! value.

use chrono::NaiveDate;
use orm::prelude::*;
use orm::{Error, ErrorKind};
use orm_core::value::ValueRef;

use super::Requires;
use super::support::{SECRET, assert_shows_no_value, execute, fails, sql};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Colour, User};

cases![
    "misfits":
    columns_in_another_order_decode_by_name,
    columns_that_the_model_does_not_know_are_ignored,
    text_in_a_number_is_an_error,
    null_in_a_field_without_option_is_an_error,
    a_number_beyond_its_field_is_an_error,
    a_fraction_in_an_integer_is_an_error,
    an_integer_that_a_float_would_round_is_an_error,
    a_number_that_is_no_truth_value_is_an_error,
    an_unknown_label_is_an_error,
    text_that_is_no_date_is_an_error,
    text_in_a_number_is_refused_by_the_server (Requires::StrictTypes),
];

/// A table that others have made, with a column that the case gives a type.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "odd")]
struct OddNumber {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    amount: i16,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "odd")]
struct OddFlag {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    amount: bool,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "odd")]
struct OddFloat {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    amount: f64,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "odd")]
struct OddColour {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    amount: Colour,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "odd")]
struct OddDate {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    amount: NaiveDate,
}

/// Makes `odd` with a column of that type and a row of that value.
fn odd(db: &Db, ty: &str, value: ValueRef<'_>) {
    db.outside(&format!(
        "CREATE TABLE odd (id BIGINT NOT NULL PRIMARY KEY, amount {ty})"
    ));
    let mut conn = db.other_connection();
    execute(
        db,
        &mut conn,
        "INSERT INTO odd (id, amount) VALUES (1, ?)",
        &[value],
    )
    .unwrap();
}

/// The error of decoding the row of `odd` by a session and by a connection.
#[track_caller]
fn unfit<E: Entity<Model: Model<Key = i64> + std::fmt::Debug>>(
    db: &Db,
    entity: E,
    expected: &str,
    found: &str,
) -> Error {
    let mut session = db.session();
    let tracked = fails(session.get(entity, 1), ErrorKind::Decode);
    // The transaction continues: nothing is wrong with the database.
    assert_eq!(select(User).count(&mut session).unwrap(), 0);
    let owned = fails(
        select(entity).all(&mut db.engine.connection().unwrap()),
        ErrorKind::Decode,
    );
    for error in [&tracked, &owned] {
        assert_eq!(
            (error.table(), error.column()),
            (Some("odd"), Some("amount")),
            "{error}"
        );
        let message = error.message();
        assert!(
            message.contains(expected) && message.contains(found),
            "{error}"
        );
        let sql = db.normalised(error.sql().unwrap());
        assert!(sql.contains("odd"), "{error}");
        assert_shows_no_value(error);
    }
    owned
}

fn columns_in_another_order_decode_by_name(db: &Db) {
    db.outside("CREATE TABLE odd (amount SMALLINT, id BIGINT NOT NULL PRIMARY KEY)");
    db.outside("INSERT INTO odd (id, amount) VALUES (1, 7)");
    let mut session = db.session();
    let row = session.get(OddNumber, 1).unwrap().unwrap();
    assert_eq!(session[row], OddNumber { id: 1, amount: 7 });
    let raw = raw("SELECT * FROM odd")
        .entities(OddNumber, &mut session)
        .unwrap();
    assert_eq!(raw, [row]);
}

fn columns_that_the_model_does_not_know_are_ignored(db: &Db) {
    db.outside(
        "CREATE TABLE odd (extra VARCHAR(9), id BIGINT NOT NULL PRIMARY KEY, amount SMALLINT, more BIGINT)",
    );
    db.outside("INSERT INTO odd (extra, id, amount, more) VALUES ('x', 1, 7, 8)");
    let mut session = db.session();
    let row = session.get(OddNumber, 1).unwrap().unwrap();
    session[row].amount = 9;
    session.add(OddNumber { id: 2, amount: 1 });
    session.commit().unwrap();
    let mut conn = db.engine.connection().unwrap();
    let rows = select(OddNumber)
        .order_by(OddNumber.id)
        .all(&mut conn)
        .unwrap();
    assert_eq!(
        rows,
        [
            OddNumber { id: 1, amount: 9 },
            OddNumber { id: 2, amount: 1 }
        ]
    );
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM odd WHERE extra = 'x' AND more = 8"),
        1
    );
}

fn text_in_a_number_is_an_error(db: &Db) {
    odd(db, "VARCHAR(40)", ValueRef::Text(SECRET));
    unfit(db, OddNumber, "i16", "text");
}

fn null_in_a_field_without_option_is_an_error(db: &Db) {
    odd(db, "SMALLINT", ValueRef::Null);
    let error = unfit(db, OddNumber, "i16", "null");
    assert!(error.hint().unwrap().contains("Option"), "{error}");
}

fn a_number_beyond_its_field_is_an_error(db: &Db) {
    odd(db, "BIGINT", ValueRef::Int(40_000));
    let error = unfit(db, OddNumber, "i16", "out of range");
    assert!(!error.to_string().contains("40000"), "{error}");
}

fn a_fraction_in_an_integer_is_an_error(db: &Db) {
    odd(db, "DOUBLE PRECISION", ValueRef::Float(1.5));
    unfit(db, OddNumber, "i16", "a floating point number");
}

fn an_integer_that_a_float_would_round_is_an_error(db: &Db) {
    odd(db, "BIGINT", ValueRef::Int((1 << 53) + 1));
    unfit(db, OddFloat, "f64", "out of range");
}

fn a_number_that_is_no_truth_value_is_an_error(db: &Db) {
    odd(db, "SMALLINT", ValueRef::Int(2));
    unfit(db, OddFlag, "bool", "out of range");
}

fn an_unknown_label_is_an_error(db: &Db) {
    odd(db, "VARCHAR(40)", ValueRef::Text(SECRET));
    unfit(db, OddColour, "label", "text");
}

fn text_that_is_no_date_is_an_error(db: &Db) {
    odd(db, "VARCHAR(40)", ValueRef::Text("2024-02-30"));
    let error = unfit(db, OddDate, "a date", "text");
    assert!(!error.to_string().contains("2024"), "{error}");
}

fn text_in_a_number_is_refused_by_the_server(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let insert = sql(
        db,
        "INSERT INTO tickets (subject, priority) VALUES ('x', 'high')",
    );
    let error = conn.raw_execute(&insert, &[]).unwrap_err();
    assert!(!error.message().contains("high"), "{error}");
    assert_eq!(db.count("tickets"), 0);
}
