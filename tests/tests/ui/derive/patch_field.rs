use orm::prelude::*;

#[derive(Model)]
struct Customer {
    #[orm(primary_key)]
    id: i64,
    name: String,
}

#[derive(Patch)]
#[orm(model = Customer)]
struct CustomerPatch {
    nickname: Option<String>,
}

fn main() {}
