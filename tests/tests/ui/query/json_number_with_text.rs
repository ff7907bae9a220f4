use orm::prelude::*;

#[derive(Model)]
struct Doc {
    #[orm(primary_key)]
    id: i64,
    name: String,
    extra: Option<serde_json::Value>,
}

fn main() {
    let _ = select(Doc).filter(Doc.extra.at("age").as_i64().eq("1"));
}
