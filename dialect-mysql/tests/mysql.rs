//! The driver's tests on MySQL.

/// Where the server is.
const URL_VARIABLE: &str = "ORM_TEST_MYSQL_URL";

mod driver;
