//! Entities with their relations apart from a session: read on a connection, or taken out of a session.

use std::thread;

use orm::engine::TransactionOptions;
use orm::prelude::*;
use orm::{ErrorKind, Graph};
use serde_json::json;

use crate::cases;
use crate::database::Db;
use crate::suite::statements::reads;
use crate::suite::support::fails;

cases![
    "graph":
    a_connection_reads_entities_with_their_relations,
    joined_relations_and_parts_are_read,
    an_entity_of_several_rows_is_there_once,
    rows_may_be_tuples,
    a_graph_outlives_its_connection_and_thread,
    handles_belong_to_one_graph,
    serde_writes_a_graph,
    criteria_of_the_connection_hold,
    a_handle_in_a_condition_is_an_error,
    a_lock_needs_a_transaction,
    entities_are_taken_out_of_a_session,
    nothing_is_taken_with_changes_or_a_transaction,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "graph_bands")]
struct Band {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
    albums: HasMany<Album>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "graph_albums")]
struct Album {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    title: String,
    year: i32,
    #[orm(references = Band.id, index)]
    band_id: i64,
    band: BelongsTo<Band>,
    tracks: HasMany<Track>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "graph_tracks")]
struct Track {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
    #[orm(references = Album.id, index)]
    album_id: i64,
    album: BelongsTo<Album>,
}

/// Two bands with two albums each, of one track each.
fn bands(db: &Db) -> Connection {
    Metadata::of((Band, Album, Track))
        .create_all(&db.engine)
        .unwrap();
    let mut session = db.session();
    for name in ["Can", "Faust"] {
        let band = session.add(Band::builder().name(name));
        for year in [1971, 1973] {
            let album = Album::builder().title(format!("{name} {year}")).year(year);
            let album = session.add(album.band(band));
            session.add(Track::builder().name("one").album(album));
        }
    }
    session.commit().unwrap();
    db.sent();
    db.other_connection()
}

fn titles<R>(graph: &Graph<R>, band: Ref<Band>) -> Vec<String> {
    let albums = graph[band].albums.get().unwrap();
    let albums = albums.into_iter();
    albums.map(|album| graph[album].title.clone()).collect()
}

fn a_connection_reads_entities_with_their_relations(db: &Db) {
    drop(bands(db));
    let mut connection = db.engine.connection().unwrap();
    let query = select(Band).with(Band.albums.then(Album.tracks));
    let bands = query
        .order_by(Band.name.asc())
        .graph(&mut connection)
        .unwrap();
    assert_eq!(reads(db).len(), 3);
    assert_eq!(bands.rows().len(), 2);
    assert_eq!(titles(&bands, bands.rows()[0]), ["Can 1971", "Can 1973"]);
    for band in &bands {
        for album in bands[*band].albums.get().unwrap() {
            assert_eq!(bands[album].band.get().unwrap(), *band);
            for track in bands[album].tracks.get().unwrap() {
                assert_eq!(bands[track].name, "one");
            }
        }
    }
    let error = fails(
        select(Band).with(Band.albums).all(&mut connection),
        ErrorKind::Usage,
    );
    assert!(
        error.hint().unwrap().contains("graph(&mut conn)"),
        "{error}"
    );
}

fn joined_relations_and_parts_are_read(db: &Db) {
    drop(bands(db));
    let mut connection = db.engine.connection().unwrap();
    let query = select(Track).with(Track.album.joined().then(Album.band.joined()));
    let tracks = query
        .order_by(Track.id.asc())
        .graph(&mut connection)
        .unwrap();
    assert_eq!(reads(db).len(), 1);
    let album = tracks[tracks.rows()[3]].album.get().unwrap();
    assert_eq!(tracks[tracks[album].band.get().unwrap()].name, "Faust");
    let newest = Band.albums.order_by(Album.year.desc()).limit(1);
    let bands = select(Band).with(newest).order_by(Band.id.asc());
    let bands = bands.graph(&mut connection).unwrap();
    let part = bands[bands.rows()[0]].albums.part().unwrap();
    assert_eq!(
        part.into_iter()
            .map(|album| bands[album].year)
            .collect::<Vec<_>>(),
        [1973]
    );
    assert!(!bands[bands.rows()[0]].albums.is_loaded());
}

fn an_entity_of_several_rows_is_there_once(db: &Db) {
    let mut connection = bands(db);
    let query = select(Band).join(Album).order_by(Band.id.asc());
    let bands = query.graph(&mut connection).unwrap();
    assert_eq!(bands.rows().len(), 4);
    assert_eq!(bands.rows()[0], bands.rows()[1]);
}

fn rows_may_be_tuples(db: &Db) {
    let mut connection = bands(db);
    let query = select((Band, Album.year)).join(Album);
    let rows = query.order_by((Band.id.asc(), Album.year.asc()));
    let rows = rows.graph(&mut connection).unwrap();
    let (band, year) = rows.rows()[3];
    assert_eq!((rows[band].name.as_str(), year), ("Faust", 1973));
    assert!(!rows[band].albums.is_loaded());
}

fn a_graph_outlives_its_connection_and_thread(db: &Db) {
    let graph = {
        let mut connection = bands(db);
        select(Band)
            .with(Band.albums)
            .graph(&mut connection)
            .unwrap()
    };
    let names = thread::spawn(move || {
        let names = graph.into_iter().map(|band| graph[*band].name.clone());
        names.collect::<Vec<_>>()
    });
    let mut names = names.join().unwrap();
    names.sort();
    assert_eq!(names, ["Can", "Faust"]);
}

fn handles_belong_to_one_graph(db: &Db) {
    let mut connection = bands(db);
    let first = select(Band).graph(&mut connection).unwrap();
    let second = select(Band).graph(&mut connection).unwrap();
    fails(first.get_ref(second.rows()[0]), ErrorKind::StaleHandle);
    let mut session = db.session();
    fails(
        session.load(first.rows()[0], Band.albums),
        ErrorKind::StaleHandle,
    );
    let band = first.rows()[1];
    assert_eq!(first.find(Band, first[band].id), Some(band));
    assert_eq!(first.find(Band, 77), None);
    assert_eq!(first.find(Track, 1), None);
}

fn serde_writes_a_graph(db: &Db) {
    let mut connection = bands(db);
    let query = select(Band).with(Band.albums).order_by(Band.id.asc());
    let bands = query.graph(&mut connection).unwrap();
    let json = bands.json_all(bands.rows()).only(Band.name);
    let json = serde_json::to_value(json.with(Band.albums).only(Album.year)).unwrap();
    let albums = json!([{ "year": 1971 }, { "year": 1973 }]);
    let expected =
        json!([{ "name": "Can", "albums": albums }, { "name": "Faust", "albums": albums }]);
    assert_eq!(json, expected);
    let unloaded = bands
        .json(bands.rows()[0])
        .with(Band.albums.then(Album.tracks));
    assert!(serde_json::to_string(&unloaded).is_err());
}

fn criteria_of_the_connection_hold(db: &Db) {
    let mut connection = bands(db);
    let early = Criteria::new().add("early", Album, Album.year.lt(1972));
    connection.add_criteria(&early);
    let query = select(Band).with(Band.albums).order_by(Band.id.asc());
    let bands = query.graph(&mut connection).unwrap();
    assert_eq!(titles(&bands, bands.rows()[0]), ["Can 1971"]);
}

fn a_handle_in_a_condition_is_an_error(db: &Db) {
    let mut connection = bands(db);
    let bands = select(Band).graph(&mut connection).unwrap();
    let query = select(Album).filter(Album.band.eq(bands.rows()[0]));
    fails(query.graph(&mut connection), ErrorKind::Usage);
    let key = bands[bands.rows()[0]].id;
    let query = select(Album).filter(Album.band_id.eq(key));
    assert_eq!(query.graph(&mut connection).unwrap().rows().len(), 2);
}

fn a_lock_needs_a_transaction(db: &Db) {
    let mut connection = bands(db);
    let query = select(Band).for_update();
    fails(query.graph(&mut connection), ErrorKind::Usage);
    connection
        .begin_with(TransactionOptions::new().writes())
        .unwrap();
    assert_eq!(query.graph(&mut connection).unwrap().rows().len(), 2);
    connection.rollback().unwrap();
}

fn entities_are_taken_out_of_a_session(db: &Db) {
    drop(bands(db));
    let mut session = db.session();
    let all = select(Band).with(Band.albums).order_by(Band.id.asc());
    let all = all.all(&mut session).unwrap();
    session[all[1]].name.push('!');
    session.commit().unwrap();
    db.sent();
    let graph = session.take().unwrap();
    assert_eq!(graph[all[1]].name, "Faust!");
    assert_eq!(titles(&graph, all[0]), ["Can 1971", "Can 1973"]);
    assert!(graph.rows().is_empty());
    fails(session.get_ref(all[0]), ErrorKind::StaleHandle);
    assert_eq!(reads(db), [""; 0]);
    // The session is empty, and can be used again.
    let again = session.get_one(Band, graph[all[0]].id).unwrap();
    assert_ne!(again, all[0]);
    session[again].name.push('?');
    session.commit().unwrap();
    assert_eq!(graph[all[0]].name, "Can");
}

fn nothing_is_taken_with_changes_or_a_transaction(db: &Db) {
    drop(bands(db));
    let mut session = db.session();
    let band = select(Band)
        .order_by(Band.id.asc())
        .first(&mut session)
        .unwrap()
        .unwrap();
    session[band].name.push('!');
    let error = fails(session.take(), ErrorKind::Usage);
    assert!(error.to_string().contains("not flushed"), "{error}");
    session.flush().unwrap();
    let error = fails(session.take(), ErrorKind::Usage);
    assert!(
        error.to_string().contains("a transaction is open"),
        "{error}"
    );
    assert_eq!(session[band].name, "Can!");
    session.rollback().unwrap();
    let chunks = select(Band).chunks(1, &mut session, |session, _| session.take().map(drop));
    let error = fails(chunks, ErrorKind::Usage);
    assert!(error.to_string().contains("chunks"), "{error}");
    let graph = session.take().unwrap();
    assert_eq!(graph[band].name, "Can");
}
