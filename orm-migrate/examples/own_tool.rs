//! The whole of a migration tool of your own: the models that are linked into it, and the commands of
//! `orm-migrate`. It needs no cargo where it runs.
//!
//! ```text
//! cargo run -p orm-migrate --example own_tool -- create-all --dialect postgres
//! ```

use orm::prelude::*;

/// Models usually are in a library of the package; `use my_library as _;` links them.
#[derive(Model, Clone, Debug)]
#[orm(table = "notes")]
pub struct Note {
    /// The key.
    #[orm(primary_key)]
    pub id: i64,
    /// What is noted.
    pub text: String,
}

fn main() {
    orm_migrate::cli::run()
}
