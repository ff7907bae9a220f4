//! A row of `execute_many` has a value for each name.

use orm::prelude::*;

fn main() {
    let mut conn = Engine::connect("sqlite://").unwrap().connection().unwrap();
    let insert = raw("INSERT INTO t (a, b) VALUES (:a, :b)");
    insert.execute_many(["a", "b"], [(1,), (2,)], &mut conn).unwrap();
}
