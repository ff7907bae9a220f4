//! The features of older servers, of which a connection that reports their version stands for one.

use std::sync::Arc;

use orm::engine::ServerVersion;
use orm::query::string_agg;
use orm::sqlite::{SqliteDialect, SqliteDriver};
use orm_core::testing::{Recorder, RecordingDriver};

use crate::*;

/// An engine on a database of that version, and what it sends.
fn engine(version: ServerVersion) -> Result<(Engine, Recorder)> {
    let recorder = Recorder::new();
    let driver = RecordingDriver::new(SqliteDriver::memory(), &recorder).server_version(version);
    let options = Engine::options("sqlite://");
    let engine = Engine::with_driver(Arc::new(driver), vec![&SqliteDialect], &options)?;
    Ok((engine, recorder))
}

#[test]
fn a_feature_that_came_later_is_refused_before_it_is_sent() -> Result<()> {
    let titles = || select(string_agg(Post.title, ",", Post.id));
    for (version, has_it) in [((3, 43, 2), false), ((3, 44, 0), true), ((3, 43, 0), false)] {
        let (major, minor, patch) = version;
        let (engine, recorder) = engine(ServerVersion::new(major, minor, patch))?;
        Metadata::of((User, Post)).create_all(&engine)?;
        let conn = &mut engine.connection()?;
        assert_eq!(conn.capabilities().string_agg, has_it);
        assert_eq!(conn.dialect().name(), "sqlite");
        recorder.take_sql();
        match titles().one(conn) {
            Ok(none) => assert!(has_it && none.is_none()),
            Err(error) => {
                assert!(!has_it && error.is_unsupported(), "{error}");
                assert!(recorder.take_sql().is_empty());
            }
        }
        // All else is the same SQL.
        recorder.take_sql();
        select(Post.title).filter(Post.id.gt(1)).all(conn)?;
        assert_eq!(
            recorder.take_sql(),
            [r#"SELECT "title" FROM "qr_posts" WHERE "id" > ?"#]
        );
    }
    Ok(())
}

#[test]
fn a_query_that_is_kept_is_not_that_of_another_version() -> Result<()> {
    let query = select(string_agg(Post.title, ",", Post.id));
    for version in [ServerVersion::new(3, 50, 0), ServerVersion::new(3, 40, 0)] {
        let (engine, _) = engine(version)?;
        Metadata::of((User, Post)).create_all(&engine)?;
        let conn = &mut engine.connection()?;
        for _ in 0..3 {
            let found = query.one(conn);
            assert_eq!(found.is_ok(), conn.capabilities().string_agg, "{version}");
        }
    }
    Ok(())
}

#[test]
fn a_server_that_is_too_old_is_named_with_what_is_needed() -> Result<()> {
    let (engine, recorder) = engine(ServerVersion::new(3, 31, 1))?;
    let error = engine.connection().unwrap_err();
    assert!(error.is_unsupported(), "{error}");
    assert_eq!(
        error.message(),
        "SQLite 3.31.1 is not supported: the oldest supported version is 3.39"
    );
    assert_eq!(error.hint(), Some("upgrade it to SQLite 3.39 or later"));
    assert!(recorder.take_sql().is_empty());
    // A session says the same, and no connection is leaked.
    for _ in 0..20 {
        let mut session = Session::new(&engine);
        assert!(
            select(Post.id)
                .all(&mut session)
                .unwrap_err()
                .is_unsupported()
        );
    }
    Ok(())
}
