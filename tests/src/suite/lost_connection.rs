//! A connection whose database is gone.

use super::support::url_with;
use orm::ErrorKind;
use orm::engine::Engine;
use orm_conformance::Db;
use orm_conformance::Requires;
use orm_conformance::cases;
use orm_conformance::suite::support::fails;

cases![
    "lost_connection":
    begin_after_a_loss_that_cannot_be_mended_is_an_error (Requires::Server),
];

/// The dead connection is still there after a reconnect that failed.
fn begin_after_a_loss_that_cannot_be_mended_is_an_error(db: &Db) {
    let name = format!("lost_{}", std::process::id());
    let mut admin = db.other_connection();
    admin
        .raw_control(&format!("CREATE DATABASE {name}"))
        .unwrap();
    let engine = Engine::connect(url_with(db, |[_, _, own]| own.clone_from(&name))).unwrap();
    let mut conn = engine.connection().unwrap();
    db.killer(&mut conn)();
    admin.raw_control(&format!("DROP DATABASE {name}")).unwrap();
    // What has run on it may have left settings behind, so it is not replaced unasked.
    fails(conn.begin(), ErrorKind::ConnectionLost);
    conn.rollback().unwrap();
    fails(conn.begin(), ErrorKind::ConnectionFailed);
    fails(conn.begin(), ErrorKind::ConnectionFailed);
    let again = conn.raw_control("SELECT 1").unwrap_err();
    assert!(again.is_connection_lost(), "{again:?}");
    drop(conn);
    fails(engine.connection(), ErrorKind::ConnectionFailed);
}
