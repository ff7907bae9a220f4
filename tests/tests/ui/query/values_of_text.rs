//! Rows of values own them.

use orm::query::values;

fn main() {
    let words = values("words", [(1_i64, "one")]);
}
