//! The driver's tests on MariaDB.

/// Where the server is.
const URL_VARIABLE: &str = "ORM_TEST_MARIADB_URL";

mod driver;
