//! Raw SQL beside the identity map: a query that calls a function which writes.

use crate::databases::{Database, HasDatabase};
use orm::prelude::*;
use orm_conformance::Db;
use orm_conformance::cases;
use orm_conformance::fixtures::Account;

cases![
    "raw_beside":
    a_function_that_writes_makes_stale (orm_conformance::Requires::Server),
];

fn a_function_that_writes_makes_stale(db: &Db) {
    let mut session = db.session();
    let function = if db.database() == Database::Postgres {
        "CREATE FUNCTION deposit(n bigint) RETURNS bigint LANGUAGE sql \
         AS 'UPDATE accounts SET balance = balance + n RETURNING balance'"
    } else {
        "CREATE FUNCTION deposit(n BIGINT) RETURNS BIGINT MODIFIES SQL DATA \
         BEGIN UPDATE accounts SET balance = balance + n; RETURN n; END"
    };
    let mut conn = db.other_connection();
    if db.database() == Database::Mysql {
        conn.raw_control("SET GLOBAL log_bin_trust_function_creators = 1")
            .unwrap();
    }
    conn.raw_control(function).unwrap();
    let account = session.add(Account::builder().owner("ada").balance(100));
    session.commit().unwrap();
    session.refresh(account).unwrap();
    let _: (i64,) = raw("SELECT deposit(50)").one(&mut session).unwrap();
    assert!(session.is_stale(account).unwrap());
    session.get(Account, session[account].id).unwrap();
    session[account].balance += 1;
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT balance FROM accounts"), 151);
}
