//! The tests of the shop, each on every database that is named:
//!
//! ```console
//! $ ORM_TEST_DIALECTS=sqlite,postgres,mariadb cargo test
//! ```

mod migrations;
mod orders;
mod products;
