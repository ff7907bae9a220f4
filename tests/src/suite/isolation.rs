//! Isolation levels, as a server reports them.

use crate::databases::{Database, HasDatabase};
use orm_conformance::Db;
use orm_conformance::Requires;
use orm_conformance::cases;
use orm_conformance::suite::support::scalar;
use orm_core::sql::{IsolationLevel, TransactionOptions};
use std::thread;
use std::time::Duration;

cases![
    "isolation":
    isolation_levels_are_set_for_one_transaction (Requires::Server),
];

fn isolation_levels_are_set_for_one_transaction(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let mut level = |isolation: Option<IsolationLevel>| -> String {
        conn.begin_with(TransactionOptions::new().isolation(isolation))
            .unwrap();
        let query = if db.database() == Database::Postgres {
            "SHOW transaction_isolation"
        } else {
            scalar::<i64>(&mut conn, "SELECT COUNT(*) FROM users");
            // The table is renewed every tenth of a second.
            thread::sleep(Duration::from_millis(150));
            "SELECT trx_isolation_level FROM information_schema.innodb_trx \
             WHERE trx_mysql_thread_id = CONNECTION_ID()"
        };
        let found = scalar::<String>(&mut conn, query);
        conn.rollback().unwrap();
        found.to_uppercase()
    };
    let default = level(None);
    for isolation in [
        IsolationLevel::ReadUncommitted,
        IsolationLevel::ReadCommitted,
        IsolationLevel::RepeatableRead,
        IsolationLevel::Serializable,
    ] {
        assert_eq!(level(Some(isolation)), isolation.as_sql());
        assert_eq!(level(None), default);
    }
}
