//! Queries in chunks on a connection, each chunk a graph with its relations: their statements, and what is in memory.

use orm::prelude::*;
use orm::{ErrorKind, Graph};

use crate::cases;
use crate::database::Db;
use crate::suite::alive::{ALIVE, Alive};
use crate::suite::statements::reads;
use crate::suite::support::fails;

cases![
    "streamed_relations":
    a_chunk_takes_one_statement_and_one_for_each_relation,
    chunks_are_the_rows_of_all_in_order,
    the_memory_is_that_of_one_chunk,
    a_graph_is_kept_beyond_its_chunk,
    the_connection_is_free_in_between,
    joined_relations_and_joins_are_read,
    a_transaction_that_is_open_is_used,
    an_error_of_the_closure_ends_the_query,
    what_cannot_be_continued_is_refused,
    a_stream_with_relations_names_this_verb,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "stream_bands")]
struct Band {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
    #[orm(length = 50)]
    town: Option<String>,
    albums: HasMany<Album>,
    #[orm(skip)]
    alive: Alive,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "stream_albums")]
struct Album {
    #[orm(primary_key)]
    id: i64,
    year: i32,
    #[orm(references = Band.id, index)]
    band_id: i64,
    band: BelongsTo<Band>,
    tracks: HasMany<Track>,
    #[orm(skip)]
    alive: Alive,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "stream_tracks")]
struct Track {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Album.id, index)]
    album_id: i64,
    album: BelongsTo<Album>,
    #[orm(skip)]
    alive: Alive,
}

/// So many bands, each with two albums of one track.
fn bands(db: &Db, count: i64) -> Connection {
    let all = Metadata::of((Band, Album, Track));
    all.create_all(&db.engine).unwrap();
    let mut session = db.session();
    for n in 1..=count {
        let band = session.add(Band::builder().name(format!("b{n:05}")));
        for year in [1970, 1980] {
            let album = session.add(Album::builder().year(year).band(band));
            session.add(Track::builder().album(album));
        }
    }
    session.commit().unwrap();
    drop(session);
    db.sent();
    assert_eq!(ALIVE.get(), 0);
    db.engine.connection().unwrap()
}

/// The first table of a SELECT.
fn table(sql: &str) -> &str {
    let from = sql.split_once(" FROM \"").unwrap().1;
    from.split_once('"').unwrap().0
}

fn a_chunk_takes_one_statement_and_one_for_each_relation(db: &Db) {
    let conn = &mut bands(db, 5);
    let query = select(Band).with(Band.albums.then(Album.tracks));
    let (mut tracks, mut chunks) = (0, Vec::new());
    query
        .graph_chunks(2, conn, |_, bands| {
            for band in &bands {
                for album in bands[*band].albums.get()? {
                    assert_eq!(bands[album].band.get()?, *band);
                    tracks += bands[album].tracks.get()?.len();
                }
            }
            chunks.push(bands.rows().len());
            Ok(())
        })
        .unwrap();
    assert_eq!((tracks, chunks), (10, vec![2, 2, 1]));
    let sent = reads(db);
    let tables: Vec<&str> = sent.iter().map(|sql| table(sql)).collect();
    let chunk = ["stream_bands", "stream_albums", "stream_tracks"];
    assert_eq!(tables, [chunk; 3].concat());
    assert_eq!(ALIVE.get(), 0);
    // A page begins behind the last row, and the last one, which is not full, is known to be the last.
    assert_eq!(sent[0], sent[0].replace(" WHERE ", ""));
    assert!(sent[3].contains(r#"WHERE "id" > "#), "{}", sent[3]);
    assert_eq!(sent[3], sent[6]);
}

fn chunks_are_the_rows_of_all_in_order(db: &Db) {
    let conn = &mut bands(db, 7);
    let newest = select(Band)
        .filter(Band.id.gt(1))
        .order_by(Band.name.desc())
        .limit(5);
    for size in [1, 2, 5, 6] {
        let (mut names, mut sizes) = (Vec::new(), Vec::new());
        newest
            .graph_chunks(size, conn, |_, bands| {
                names.extend(bands.iter().map(|band| bands[*band].name.clone()));
                sizes.push(bands.rows().len());
                Ok(())
            })
            .unwrap();
        assert_eq!(names, ["b00007", "b00006", "b00005", "b00004", "b00003"]);
        let full = sizes.iter().rev().skip(1);
        assert!(full.into_iter().all(|count| *count == size), "{sizes:?}");
    }
    let none = select(Band).filter(Band.id.gt(100));
    none.graph_chunks(2, conn, |_, _| panic!("there is no chunk"))
        .unwrap();
}

fn the_memory_is_that_of_one_chunk(db: &Db) {
    let conn = &mut bands(db, 300);
    let (mut most, mut count) = (0, 0);
    let query = select(Band).with(Band.albums.then(Album.tracks));
    query
        .graph_chunks(20, conn, |_, bands| {
            most = most.max(ALIVE.get());
            count += bands.rows().len();
            Ok(())
        })
        .unwrap();
    // A band with two albums of one track each.
    assert_eq!((most, count), (20 * 5, 300));
    assert_eq!(ALIVE.get(), 0);
}

fn a_graph_is_kept_beyond_its_chunk(db: &Db) {
    let conn = &mut bands(db, 3);
    let mut kept: Vec<Graph<Ref<Band>>> = Vec::new();
    let query = select(Band).with(Band.albums);
    query
        .graph_chunks(1, conn, |_, bands| {
            kept.push(bands);
            Ok(())
        })
        .unwrap();
    assert_eq!(kept.len(), 3);
    let last = &kept[2];
    let band = last.find(Band, 3).unwrap();
    assert_eq!(last[band].albums.get().unwrap().len(), 2);
    assert!(last.find(Band, 1).is_none());
    assert!(kept[0].get_ref(band).unwrap_err().is_stale_handle());
}

fn the_connection_is_free_in_between(db: &Db) {
    let conn = &mut bands(db, 5);
    let query = select(Band).with(Band.albums);
    let mut moved = 0;
    query
        .graph_chunks(2, conn, |conn, bands| {
            for band in &bands {
                let of_band = Album.band_id.eq(bands[*band].id);
                moved += update(Album)
                    .set(Album.year, 1990)
                    .filter(of_band)
                    .execute(conn)?;
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(moved, 10);
    let newer = select(Album).filter(Album.year.eq(1990));
    assert_eq!(newer.count(conn).unwrap(), 10);
}

fn joined_relations_and_joins_are_read(db: &Db) {
    let conn = &mut bands(db, 3);
    let albums = select(Album)
        .join(Album.band)
        .filter(Band.name.ne("b00002"))
        .with(Album.band.joined());
    let mut names = Vec::new();
    albums
        .graph_chunks(3, conn, |_, albums| {
            for album in &albums {
                let band = albums[*album].band.get()?;
                names.push(albums[band].name.clone());
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(names, ["b00001", "b00001", "b00003", "b00003"]);
    assert_eq!(reads(db).len(), 2);
    // An entity of several rows is passed once.
    let doubled = select(Band).join(Band.albums).order_by(Band.id);
    let mut ids = Vec::new();
    doubled
        .graph_chunks(4, conn, |_, bands| {
            ids.extend(bands.iter().map(|band| bands[*band].id));
            Ok(())
        })
        .unwrap();
    assert_eq!(ids, [1, 2, 3]);
}

fn a_transaction_that_is_open_is_used(db: &Db) {
    let conn = &mut bands(db, 3);
    let query = select(Band).with(Band.albums);
    conn.begin().unwrap();
    let renamed = update(Band).set(Band.name, "new").filter(Band.id.eq(3));
    renamed.execute(conn).unwrap();
    db.sent();
    let mut names = Vec::new();
    query
        .graph_chunks(2, conn, |_, bands| {
            names.extend(bands.iter().map(|band| bands[*band].name.clone()));
            Ok(())
        })
        .unwrap();
    assert_eq!(names, ["b00001", "b00002", "new"]);
    // Nothing begins or ends a transaction.
    assert_eq!(db.sent().len(), 4);
    conn.rollback().unwrap();
}

fn an_error_of_the_closure_ends_the_query(db: &Db) {
    let conn = &mut bands(db, 5);
    let mut calls = 0;
    let result = select(Band).graph_chunks(1, conn, |_, _| {
        calls += 1;
        Err(orm::Error::other("enough"))
    });
    assert!(result.is_err());
    assert_eq!((calls, reads(db).len()), (1, 1));
    assert_eq!(ALIVE.get(), 0);
}

fn what_cannot_be_continued_is_refused(db: &Db) {
    let conn = &mut bands(db, 1);
    let mut refused = |query: Select<_>, size| {
        let result = query.graph_chunks(size, conn, |_, _: Graph<Ref<Band>>| Ok(()));
        fails(result, ErrorKind::Usage)
    };
    let error = refused(select(Band).order_by(Band.town), 5);
    assert!(error.message().contains("which is nullable"), "{error}");
    assert!(error.message().contains("graph_chunks"), "{error}");
    refused(select(Band).group_by(Band.id), 5);
    refused(select(Band), 0);
    refused(select(Band).for_update(), 5);
    assert!(db.sent().is_empty());
}

fn a_stream_with_relations_names_this_verb(db: &Db) {
    let conn = &mut bands(db, 1);
    let query = select(Band).with(Band.albums);
    let error = fails(query.stream(conn).map(drop), ErrorKind::Usage);
    assert!(error.hint().unwrap().contains("graph_chunks"), "{error}");
}
