use orm::prelude::*;

#[derive(Model)]
struct Doc {
    #[orm(primary_key)]
    id: i64,
    name: String,
    extra: Option<serde_json::Value>,
}

fn main() {
    let _ = select(Doc).filter(Doc.extra.at(1.5).as_bool());
}
