//! An engine connects to a text or a URL.

use orm::prelude::*;

fn main() {
    Engine::connect(5432).unwrap();
}
