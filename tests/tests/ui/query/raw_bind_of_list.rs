use orm::prelude::*;

fn main() {
    let _ = raw("SELECT 1 WHERE 1 IN :list").bind("list", [1_i64, 2]);
}
