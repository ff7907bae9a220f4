//! What create_all makes, as the catalogue of each database has it.

use crate::databases::{Database, HasDatabase};
use orm_conformance::Db;
use orm_conformance::cases;
use orm_conformance::suite::support::column;

cases![
    "ddl":
    indexes_are_there,
];

fn indexes_are_there(db: &Db) {
    let query = match db.database() {
        Database::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'index'",
        Database::Postgres => {
            "SELECT indexname::text FROM pg_indexes WHERE schemaname = current_schema()"
        }
        _ => "SELECT index_name FROM information_schema.statistics WHERE table_schema = DATABASE()",
    };
    let names = column::<String>(&mut db.other_connection(), query);
    assert!(
        names.contains(&"ix_posts_author_id".to_owned()),
        "{names:?}"
    );
}
