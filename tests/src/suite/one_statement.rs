//! Flushes of several rows that are one statement, in which a check of the table fails.

use crate::databases::{Database, HasDatabase};
use orm_conformance::Db;
use orm_conformance::cases;
use orm_conformance::suite::one_statement::{NAMES, change, loaded};
use orm_conformance::suite::statements::usernames;

cases![
    "one_statement":
    another_error_of_the_statement_is_no_stale_data (orm_conformance::Requires::Server),
];

/// A check of the table's own that reads a text as a date, and as a number to divide by.
fn another_error_of_the_statement_is_no_stale_data(db: &Db) {
    let (mut session, all) = loaded(db);
    db.outside(match db.database() {
        Database::Postgres => {
            "ALTER TABLE users ADD CHECK (username NOT LIKE 'new%' OR 1 / (length(username) - 7) > 0), \
             ADD CHECK (username NOT LIKE '2%' OR username::date > '2000-01-01')"
        }
        _ => {
            "ALTER TABLE users ADD CHECK (username NOT LIKE 'new%'), ADD CHECK (username NOT LIKE '2%')"
        }
    });
    change(&mut session, &all);
    let error = session.commit().unwrap_err();
    assert!(!error.is_stale_data(), "{error}");
    session[all[0]].username = "2nd".into();
    session[all[1]].username = "bill".into();
    session[all[2]].username = "bess".into();
    let error = session.commit().unwrap_err();
    assert!(!error.is_stale_data(), "{error}");
    assert_eq!(usernames(db), NAMES);
}
