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
    let tree = recursive("tree", select(Node.id), |tree| {
        select(Node.parent_id).join_on(&tree, Node.parent_id.eq(tree.columns()))
    });
}
