//! Both queries of a recursive expression select the same types.

use orm::prelude::*;
use orm::query::recursive;

#[derive(Model)]
struct Node {
    #[orm(primary_key)]
    id: i64,
    parent_id: Option<i64>,
}

fn main() {
    let _ = recursive("tree", select(Node.id), |_| select(Node.parent_id));
}
