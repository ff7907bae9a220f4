//! A session that reads another variant sets its columns one by one.

use orm::prelude::*;

#[derive(DbEnum, Clone, Copy)]
enum Coat {
    Short,
    Long,
}

#[derive(Embedded)]
enum Kind {
    Cat { coat: Coat },
    Fish,
}

fn main() {}
