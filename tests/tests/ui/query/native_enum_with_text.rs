//! A native enum is ordered beside its own values alone.

use orm::prelude::*;

#[derive(DbEnum, Clone, Copy)]
#[orm(native)]
enum Size {
    Small,
}

#[derive(Model, Clone)]
struct Shirt {
    #[orm(primary_key)]
    id: i64,
    size: Size,
}

fn main() {
    let _ = select(Shirt).filter(Shirt.size.lt("small"));
    let _ = (Size::Small, Shirt.id);
}
