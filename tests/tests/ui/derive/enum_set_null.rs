//! A foreign key that is set to NULL needs a field that can be NULL.

use orm::prelude::*;

#[derive(Model)]
struct Keeper {
    #[orm(primary_key)]
    id: i64,
}

#[derive(Embedded)]
enum Kind {
    Dog {
        #[orm(references = Keeper.id, on_delete = set_null)]
        keeper: i64,
    },
    Fish,
}

fn main() {}
