//! The programs of the chapter "Connecting".

use std::time::Duration;

use orm::prelude::*;

fn main() -> orm::Result<()> {
    let engine = connect("sqlite://app.db?mode=rwc&echo=true")?;
    let mut conn = engine.connection()?;
    let cache: (i64,) = raw("PRAGMA cache_size").one(&mut conn)?;
    // PRAGMA cache_size = -64000
    // PRAGMA cache_size
    assert_eq!(cache.0, -64000);
    status(&engine);
    Ok(())
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

// ANCHOR: status
fn status(engine: &Engine) {
    let pool = engine.pool_status();
    assert_eq!((pool.size, pool.open, pool.in_use), (8, 1, 1));
}
// ANCHOR_END: status
