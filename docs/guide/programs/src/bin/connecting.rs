//! The programs of the chapter "Connecting".

use std::time::Duration;

use orm::engine::Url;
use orm::prelude::*;

fn main() -> orm::Result<()> {
    let engine = connect("sqlite://app.db?mode=rwc&echo=true")?;
    let mut conn = engine.connection()?;
    let cache: (i64,) = raw("PRAGMA cache_size").one(&mut conn)?;
    // PRAGMA cache_size = -64000
    // PRAGMA cache_size
    assert_eq!(cache.0, -64000);
    status(&engine);
    drop(conn);
    limits(&engine)?;
    parts()
}

// ANCHOR: connect
fn connect(url: &str) -> orm::Result<Engine> {
    Engine::options(url)
        .pool_size(8)
        .pool_timeout(Duration::from_secs(5))
        .on_connect(|conn| {
            conn.raw_control("PRAGMA cache_size = -64000")
        })
        .connect()
}
// ANCHOR_END: connect

// ANCHOR: parts
fn parts() -> orm::Result<()> {
    let url = Url::new("postgresql")
        .with_user("ada")
        .with_password("p@ss/word")
        .with_host("db.example")
        .with_database("app")
        .with_option("pool_size", "20");
    assert_eq!(
        url.to_string(),
        "postgresql://ada:***@db.example/app?pool_size=20"
    );
    let text = url.to_string_with_password();
    assert_eq!(Url::parse(&text)?, url);
    Ok(())
}
// ANCHOR_END: parts

// ANCHOR: limits
fn limits(engine: &Engine) -> orm::Result<()> {
    let limit = Duration::from_secs(5);
    let mut session = Session::new(engine).time_limit(limit);
    let two: (i64,) = raw("SELECT 1 + 1").one(&mut session)?;
    // PRAGMA cache_size = -64000
    // SELECT 1 + 1
    assert_eq!(two.0, 2);

    let quick = Duration::from_millis(200);
    let three = raw("SELECT 1 + 2").time_limit(quick);
    let three: (i64,) = three.one(&mut session)?;
    // PRAGMA cache_size = -64000
    // SELECT 1 + 2
    assert_eq!(three.0, 3);

    let canceller = session.canceller();
    // In another thread, at any time:
    canceller.cancel()?;
    Ok(())
}
// ANCHOR_END: limits

// ANCHOR: status
fn status(engine: &Engine) {
    let pool = engine.pool_status();
    assert_eq!((pool.size, pool.open, pool.in_use), (8, 1, 1));
}
// ANCHOR_END: status
