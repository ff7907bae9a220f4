//! Options of tables.

use orm::prelude::*;

#[derive(Model, Clone)]
#[orm(option(sqlite(strikt)))]
#[orm(option(mysql(engine)))]
#[orm(option(sqlite(strict = "yes")))]
#[orm(option(postgresql(unlogged)))]
#[orm(option(mysql))]
#[orm(attach(name = "log"))]
#[orm(attach(name = "log", create = "CREATE TRIGGER log", dialect = "pg"))]
#[orm(exclude(method = "gist", id))]
#[orm(exclude(method = "gist"))]
#[orm(materialized)]
#[orm(check(name = "x"))]
#[orm(check(name = "x", rwa = "id > 0"))]
struct Note {
    #[orm(primary_key)]
    id: i64,
}

fn main() {}
