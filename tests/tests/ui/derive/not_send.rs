//! A model can be sent to another thread.

use std::rc::Rc;

use orm::prelude::*;

#[derive(Model)]
struct Page {
    #[orm(primary_key)]
    id: i64,
    #[orm(skip)]
    rendered: Option<Rc<str>>,
}

fn main() {}
