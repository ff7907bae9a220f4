use orm::prelude::*;

#[derive(Patch)]
struct CustomerPatch {
    name: Option<String>,
}

fn main() {}
