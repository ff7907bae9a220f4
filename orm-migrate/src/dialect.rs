//! From a name or a URL to a dialect: the only place of this crate that names databases.
//!
//! Text only. Connecting is `orm::engine`'s, and brings the dialect of the server it finds.

use dialect_mysql as mysql;
use dialect_postgres as postgres;
use dialect_sqlite as sqlite;
use orm_core::sql::Dialect;

use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::migration::Lexis;

struct Entry {
    name: &'static str,
    schemes: &'static [&'static str],
    dialect: &'static dyn Dialect,
    lexis: Lexis,
}

const ENTRIES: &[Entry] = &[
    Entry {
        name: "sqlite",
        schemes: &["sqlite"],
        dialect: &sqlite::SqliteDialect,
        lexis: Lexis::SQLITE,
    },
    Entry {
        name: "postgres",
        schemes: &["postgresql", "postgres"],
        dialect: &postgres::PostgresDialect,
        lexis: Lexis::POSTGRES,
    },
    Entry {
        name: "mysql",
        schemes: &["mysql"],
        dialect: &mysql::MysqlDialect,
        lexis: Lexis::MYSQL,
    },
    Entry {
        name: "mariadb",
        schemes: &["mariadb"],
        dialect: &mysql::MariadbDialect,
        lexis: Lexis::MYSQL,
    },
];
