//! The expression of a generated column makes all of its values.

use orm::prelude::*;

#[derive(Model, Clone)]
struct Line {
    #[orm(primary_key)]
    id: i64,
    #[orm(generated = "id + 1", default = 3)]
    given: i64,
    #[orm(server_default = 3, generated = "id + 1")]
    filled: i64,
    #[orm(generated = "id + 1", sequence = "numbers")]
    numbered: i64,
    #[orm(generated = "id", references = Line.id)]
    referring: i64,
    #[orm(generated(lazy, "id + 1"))]
    lazy: i64,
    #[orm(generated)]
    empty: i64,
}

fn main() {}
