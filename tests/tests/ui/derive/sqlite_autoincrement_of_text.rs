use orm::prelude::*;

#[derive(Model)]
#[orm(table = "countries")]
struct Country {
    #[orm(primary_key, sqlite_autoincrement = false)]
    code: String,
}

fn main() {}
