//! Calls inside a task of tokio, of engines that a URL makes.

use orm::engine::Engine;
use orm::prelude::*;
use orm_conformance::Db;
use orm_conformance::Requires;
use orm_conformance::cases;
use orm_conformance::fixtures::User;
use orm_conformance::suite::support::users;
use tokio::runtime::{Builder, Runtime};

cases![
    "async_tasks":
    a_database_in_memory_is_not_closed_inside_a_task (Requires::Embedded),
    tasks_may_be_let_block,
];

fn runtime() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

fn tasks_may_be_let_block(db: &Db) {
    let separator = if db.url().contains('?') { '&' } else { '?' };
    let url = format!("{}{separator}allow_blocking_in_async=true", db.url());
    let by_url = Engine::connect(&url).unwrap();
    let by_option = Engine::options(db.url()).allow_blocking_in_async();
    let by_option = by_option.connect().unwrap();
    runtime().block_on(async {
        for (engine, name) in [(by_url, "ada"), (by_option, "bob")] {
            let added = engine.transaction(|session| {
                session.add(User::builder().username(name));
                Ok(())
            });
            added.unwrap();
            let mut conn = engine.connection().unwrap();
            raw("SELECT 1").one::<(i64,), _>(&mut conn).unwrap();
            let loaded = [User::builder().username(format!("{name} 2"))];
            assert_eq!(insert(User).load(loaded).execute(&mut conn).unwrap(), 1);
        }
    });
    assert_eq!(users(db), ["ada", "ada 2", "bob", "bob 2"]);
}

/// Nor for what is rolled back there.
fn a_database_in_memory_is_not_closed_inside_a_task(_: &Db) {
    let runtime = runtime();
    let memory = Engine::connect("sqlite://").unwrap();
    orm_conformance::fixtures::metadata()
        .create_all(&memory)
        .unwrap();
    let mut session = Session::new(&memory);
    session.add(User::builder().username("ada"));
    session.flush().unwrap();
    runtime.block_on(async { drop(session) });
    let count = select(User).count(&mut memory.connection().unwrap());
    assert_eq!(count.unwrap(), 0);
}
