//! Several changed rows in one statement, of a table that computes values.

use crate::databases::HasDatabase;
use orm::prelude::*;
use orm_conformance::Db;
use orm_conformance::Requires;
use orm_conformance::cases;

cases![
    "batches":
    what_the_table_computes_is_as_ever (Requires::Server),
];

/// A row of which the table makes more.
#[derive(Model, Clone, Debug)]
#[orm(table = "touched_entries")]
struct TouchedEntry {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    amount: i64,
    twice: Option<i64>,
}

fn what_the_table_computes_is_as_ever(db: &Db) {
    let mut conn = db.other_connection();
    conn.raw_control(
        "CREATE TABLE touched_entries (id BIGINT PRIMARY KEY, amount BIGINT, \
         twice BIGINT GENERATED ALWAYS AS (amount * 2) STORED)",
    )
    .unwrap();
    if db.database().is_mysql() {
        conn.raw_control(
            "ALTER TABLE touched_entries ADD touched DATETIME(6) DEFAULT '2000-01-01' ON UPDATE CURRENT_TIMESTAMP(6)",
        )
        .unwrap();
        conn.raw_control(
            "CREATE TRIGGER add_one BEFORE UPDATE ON touched_entries FOR EACH ROW SET NEW.amount = NEW.amount + 1",
        )
        .unwrap();
    }
    db.outside("INSERT INTO touched_entries (id, amount) VALUES (1, 1), (2, 2), (3, 3)");
    let mut session = db.session();
    let all = select(TouchedEntry)
        .order_by(TouchedEntry.id.desc())
        .all(&mut session)
        .unwrap();
    for entry in &all {
        session[*entry].amount *= 10;
    }
    session.commit().unwrap();
    let more = i64::from(db.database().is_mysql());
    for entry in select(TouchedEntry).all(&mut conn).unwrap() {
        assert_eq!(entry.amount, entry.id * 10 + more);
        assert_eq!(entry.twice, Some(entry.amount * 2));
    }
    assert_eq!(session[all[0]].amount, 30 + more);
    if db.database().is_mysql() {
        let touched = "SELECT COUNT(*) FROM touched_entries WHERE touched > '2020-01-01'";
        assert_eq!(db.scalar(touched), 3);
    }
}
