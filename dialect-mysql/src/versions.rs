//! The features of older versions of MySQL and MariaDB.

use orm_core::ServerVersion;
use orm_core::error::Result;
use orm_core::sql::{Capabilities, Dialect as _, ValuesStyle};

use crate::MysqlDialect;

/// The oldest MySQL: `JSON_TABLE`, LATERAL and the collation `utf8mb4_0900_bin` are there.
const OLDEST_MYSQL: ServerVersion = ServerVersion::new(8, 0, 17);

/// `VALUES ROW(…)` as a query.
const ROWS: ServerVersion = ServerVersion::new(8, 0, 19);

/// INTERSECT and EXCEPT, and parentheses around queries of set operations.
const SET_OPERATIONS: ServerVersion = ServerVersion::new(8, 0, 31);

/// `EXPLAIN ANALYZE FORMAT=JSON`.
const JSON_ANALYZE: ServerVersion = ServerVersion::new(8, 3, 0);

/// CREATE VIEW IF NOT EXISTS.
const VIEW_IF_NOT_EXISTS: ServerVersion = ServerVersion::new(9, 1, 0);

/// DESC in indexes of MariaDB, which ignored it before.
const DESCENDING_KEYS: ServerVersion = ServerVersion::new(10, 8, 0);

/// The oldest MariaDB: `JSON_TABLE` and SKIP LOCKED are there.
const OLDEST_MARIADB: ServerVersion = ServerVersion::new(10, 6, 0);

/// The features of a version, if they are not those of the newest.
///
/// # Errors
/// `Unsupported` for a version that is too old.
pub(crate) fn capabilities_at(
    dialect: MysqlDialect,
    version: ServerVersion,
) -> Result<Option<Capabilities>> {
    let newest = *dialect.capabilities();
    let mut own = newest;
    match dialect {
        MysqlDialect::MariaDb => {
            version.at_least(OLDEST_MARIADB, "MariaDB")?;
            own.ddl.descending_keys = version >= DESCENDING_KEYS;
        }
        MysqlDialect::MySql => {
            version.at_least(OLDEST_MYSQL, "MySQL")?;
            let has_all = version >= SET_OPERATIONS;
            own.intersect_except = has_all;
            own.ddl.view_if_not_exists = version >= VIEW_IF_NOT_EXISTS;
            own.set_operation_all = has_all;
            own.nested_set_operations = has_all;
            if version < JSON_ANALYZE
                && let Some(plans) = &mut own.selects.json_plans
            {
                plans.analyze = None;
            }
            if version < ROWS {
                own.values = ValuesStyle::Selects;
            }
        }
    }
    Ok((own != newest).then_some(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is asked of the features of a version.
    type Of = fn(&Capabilities) -> bool;

    #[test]
    fn features_come_with_versions() {
        let intersects: Of = |capabilities| capabilities.intersect_except;
        let rows: Of = |capabilities| capabilities.values == ValuesStyle::Rows;
        let returns: Of = |capabilities| capabilities.insert_returning;
        let descends: Of = |capabilities| capabilities.ddl.descending_keys;
        let guards_views: Of = |capabilities| capabilities.ddl.view_if_not_exists;
        let (mysql, mariadb) = (MysqlDialect::MySql, MysqlDialect::MariaDb);
        let known = [
            (mysql, (9, 7, 4), [true, true, false, true, true]),
            (mysql, (8, 4, 0), [true, true, false, true, false]),
            (mysql, (8, 0, 31), [true, true, false, true, false]),
            (mysql, (8, 0, 30), [false, true, false, true, false]),
            (mysql, (8, 0, 19), [false, true, false, true, false]),
            (mysql, (8, 0, 18), [false, false, false, true, false]),
            (mysql, (8, 0, 17), [false, false, false, true, false]),
            (mariadb, (11, 8, 2), [true, false, true, true, true]),
            (mariadb, (10, 6, 0), [true, false, true, false, true]),
        ];
        for (dialect, (major, minor, patch), features) in known {
            let version = ServerVersion::new(major, minor, patch);
            let found = capabilities_at(dialect, version).unwrap();
            let found = found.unwrap_or(*dialect.capabilities());
            let has = [intersects, rows, returns, descends, guards_views].map(|has| has(&found));
            assert_eq!(has, features, "{dialect:?} {version}");
        }
        let old = [
            (
                mysql,
                (8, 0, 16),
                "MySQL 8.0.16 is not supported: the oldest supported version is 8.0.17",
            ),
            (
                mysql,
                (5, 7, 44),
                "MySQL 5.7.44 is not supported: the oldest supported version is 8.0.17",
            ),
            (
                mariadb,
                (10, 5, 9),
                "MariaDB 10.5.9 is not supported: the oldest supported version is 10.6",
            ),
        ];
        for (dialect, (major, minor, patch), message) in old {
            let version = ServerVersion::new(major, minor, patch);
            let error = capabilities_at(dialect, version).unwrap_err();
            assert!(error.is_unsupported(), "{error}");
            assert_eq!(error.message(), message);
        }
    }
}
