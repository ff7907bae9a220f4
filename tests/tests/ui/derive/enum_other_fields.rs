//! A relation and a flattened field are the model's.

use orm::prelude::*;

#[derive(Embedded)]
enum Kind {
    Cat {
        owner: BelongsTo<Owner>,
        #[orm(flatten)]
        fur: Fur,
    },
    Fish,
}

fn main() {}
