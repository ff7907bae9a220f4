//! Finds a dialect by name or URL. This is the only place of this crate that names databases.
//!
//! Text only. `orm::engine` connects, and reports the dialect of the server.

pub(crate) mod file;
mod portable;

use dialect_mysql as mysql;
use dialect_postgres as postgres;
use dialect_sqlite as sqlite;
use orm_core::lex::LexicalRules;
use orm_core::sql::Dialect;

use crate::error::{Error, Result};
use crate::exit::Exit;
use portable::Portable;

/// Whose statements and settings they are: MariaDB's are MySQL's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Sqlite,
    Postgres,
    Mysql,
}

/// How the scripts of a database are read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grammar {
    /// Whose statements they are.
    pub(crate) family: Family,
    /// What its tokens are.
    pub(crate) rules: LexicalRules,
}

struct Entry {
    /// The name that the user writes, which is `Dialect::name` as well.
    name: &'static str,
    schemes: &'static [&'static str],
    dialect: &'static dyn Dialect,
    family: Family,
}

const ENTRIES: &[Entry] = &[
    Entry {
        name: "sqlite",
        schemes: &["sqlite"],
        dialect: &sqlite::SqliteDialect,
        family: Family::Sqlite,
    },
    Entry {
        name: "postgres",
        schemes: &["postgresql", "postgres"],
        dialect: &postgres::PostgresDialect,
        family: Family::Postgres,
    },
    Entry {
        name: "mysql",
        schemes: &["mysql"],
        dialect: &Portable {
            main: &mysql::MysqlDialect::MySql,
            other: &mysql::MysqlDialect::MariaDb,
        },
        family: Family::Mysql,
    },
    Entry {
        name: "mariadb",
        schemes: &["mariadb"],
        dialect: &mysql::MysqlDialect::MariaDb,
        family: Family::Mysql,
    },
];

/// Iterates over the names that [`by_name`] accepts.
///
/// # Examples
///
/// ```
/// # use orm_migrate::dialect;
/// assert!(dialect::names().any(|name| name == "sqlite"));
/// ```
pub fn names() -> impl Iterator<Item = &'static str> {
    ENTRIES.iter().map(|entry| entry.name)
}

/// Returns the dialect with a name: `sqlite`, `postgres`, `mysql` or `mariadb`.
///
/// A script in `mysql` also runs on MariaDB: where the two differ, it contains both texts, each in a comment that
/// only its server executes.
///
/// # Errors
/// The name is unknown.
///
/// # Examples
///
/// ```
/// # use orm_migrate::dialect;
/// assert_eq!(dialect::by_name("postgres")?.name(), "postgres");
/// # Ok::<(), orm_migrate::Error>(())
/// ```
pub fn by_name(name: &str) -> Result<&'static dyn Dialect> {
    entry(name).map(|entry| entry.dialect).ok_or_else(|| {
        Error::new(Exit::Usage, format!("unknown dialect {name:?}")).with_hint(format!(
            "the known dialects are {}",
            names().collect::<Vec<_>>().join(", ")
        ))
    })
}

/// Returns the dialect of a database URL by its scheme. Does not connect.
///
/// # Errors
/// The scheme is unknown.
///
/// # Examples
///
/// ```
/// # use orm_migrate::dialect;
/// assert_eq!(dialect::by_url("mysql://me@host/app")?.name(), "mysql");
/// # Ok::<(), orm_migrate::Error>(())
/// ```
pub fn by_url(url: &str) -> Result<&'static dyn Dialect> {
    let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
    let is_known = |entry: &&Entry| {
        entry
            .schemes
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known))
    };
    let found = ENTRIES.iter().find(is_known);
    found.map(|entry| entry.dialect).ok_or_else(|| {
        // Only the scheme is named: the rest holds the password.
        let schemes = ENTRIES
            .iter()
            .flat_map(|entry| entry.schemes)
            .copied()
            .collect::<Vec<_>>();
        Error::new(
            Exit::Usage,
            format!("unknown scheme {scheme:?} in the database URL"),
        )
        .with_hint(format!("begin the URL with one of {}", schemes.join(", ")))
    })
}

/// How the scripts of a dialect are read. The statements of one from outside count as the standard's, as SQLite's
/// do.
pub(crate) fn grammar(dialect: &dyn Dialect) -> Grammar {
    Grammar {
        family: known_family(dialect).unwrap_or(Family::Sqlite),
        rules: dialect.capabilities().lexical_rules,
    }
}

/// The family of a dialect of this workspace, and so whose server it is.
pub(crate) fn known_family(dialect: &dyn Dialect) -> Option<Family> {
    entry(dialect.name()).map(|entry| entry.family)
}

/// Whether it is MariaDB's, where that differs from MySQL's.
pub(crate) fn is_mariadb(dialect: &dyn Dialect) -> bool {
    dialect.name() == "mariadb"
}

fn entry(name: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_dialects_own() {
        for name in names() {
            assert_eq!(by_name(name).unwrap().name(), name);
        }
        assert_eq!(by_name("oracle").unwrap_err().exit(), Exit::Usage);
    }

    #[test]
    fn urls_tell_by_their_scheme_and_keep_the_password() {
        for (url, name) in [
            ("sqlite://a.db", "sqlite"),
            ("PostgreSQL://u:p@h/d", "postgres"),
            ("mysql://h/d", "mysql"),
            ("mariadb://h/d", "mariadb"),
        ] {
            assert_eq!(by_url(url).unwrap().name(), name);
        }
        let error = by_url("oracle://u:secret@h").unwrap_err().to_string();
        assert!(
            error.contains("\"oracle\"") && !error.contains("secret"),
            "{error}"
        );
        assert!(
            !by_url("u-secret")
                .unwrap_err()
                .to_string()
                .contains("secret")
        );
    }
}
