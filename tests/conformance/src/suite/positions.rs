//! Lists whose positions the session keeps: `position` of a relation.

use orm::prelude::*;
use orm::{ErrorKind, Refs};

use crate::cases;
use crate::database::Db;
use crate::suite::statements::{steps, writes};
use crate::suite::support::fails;

cases![
    "positions":
    appended_rows_have_the_next_positions,
    a_row_is_inserted_at_a_place,
    only_the_rows_that_moved_are_written,
    what_is_unlinked_or_deleted_leaves_no_gap,
    a_row_moves_to_another_list,
    rows_of_a_list_that_is_not_loaded_follow_the_last_one,
    rows_of_a_stale_list_follow_the_last_one,
    rows_that_are_deleted_with_their_owner_are_not_numbered,
    they_come_in_the_order_of_the_calls,
    gaps_of_other_programs_are_closed_when_the_list_changes,
    a_rollback_and_a_savepoint_restore_the_order,
    a_flush_that_fails_keeps_the_order,
    a_list_without_positions_can_not_be_reordered,
    a_position_that_does_not_fit_is_refused,
    lists_of_composite_keys_have_positions,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "albums")]
struct Album {
    #[orm(primary_key)]
    id: i64,
    #[orm(inverse = Track.album, position = Track.place)]
    tracks: HasMany<Track>,
    #[orm(inverse = Track.loved_by)]
    loved: HasMany<Track>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "album_tracks")]
struct Track {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50, unique)]
    title: String,
    #[orm(server_default = 7)]
    place: i64,
    #[orm(references = Album.id)]
    album_id: Option<i64>,
    #[orm(key = album_id)]
    album: BelongsTo<Option<Album>>,
    #[orm(references = Album.id)]
    loved_by_id: Option<i64>,
    #[orm(key = loved_by_id)]
    loved_by: BelongsTo<Option<Album>>,
}

/// An album with tracks of these titles, stored and loaded.
fn album(db: &Db, titles: &[&str]) -> (Session, Ref<Album>) {
    Metadata::of((Album, Track)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let album = session.add(Album::builder());
    for title in titles {
        session
            .append(album, Album.tracks, Track::builder().title(*title))
            .unwrap();
    }
    session.commit().unwrap();
    db.sent();
    (session, album)
}

/// The titles of the tracks of an album, in their order in the database, with their positions.
fn stored(db: &Db, album: i64) -> Vec<(String, i64)> {
    select((Track.title, Track.place))
        .filter(Track.album_id.eq(album))
        .order_by((Track.place.asc(), Track.id.asc()))
        .all(&mut db.other_connection())
        .unwrap()
}

fn numbered(titles: &[&str]) -> Vec<(String, i64)> {
    let titles = titles.iter().map(|title| (*title).to_owned());
    titles.zip(0..).collect()
}

fn titles(session: &Session, album: Ref<Album>) -> Vec<String> {
    let tracks: Refs<Track> = session[album].tracks.get().unwrap();
    let titles = tracks.into_iter();
    titles.map(|track| session[track].title.clone()).collect()
}

fn appended_rows_have_the_next_positions(db: &Db) {
    let (mut session, album) = album(db, &["a", "b"]);
    let id = session[album].id;
    assert_eq!(stored(db, id), numbered(&["a", "b"]));
    session.begin().unwrap();
    session.load(album, Album.tracks).unwrap();
    let one = session
        .append(album, Album.tracks, Track::builder().title("c"))
        .unwrap();
    // By the other side, which is in the list after the flush.
    let two = session.add(Track::builder().title("d").album(album));
    db.sent();
    session.commit().unwrap();
    assert_eq!(steps(db), ["INSERT album_tracks"]);
    assert_eq!((session[one].place, session[two].place), (2, 3));
    assert_eq!(stored(db, id), numbered(&["a", "b", "c", "d"]));
    // An assignment, and a key that was set alone, which is in no list before the flush.
    let free = session.add(Track::builder().title("e"));
    session.commit().unwrap();
    session[free].album = album.into();
    session.commit().unwrap();
    assert_eq!(session[free].place, 4);
    session.clear();
    let album = session.get(Album, id).unwrap().unwrap();
    session.load(album, Album.tracks).unwrap();
    assert_eq!(titles(&session, album), ["a", "b", "c", "d", "e"]);
}

fn a_row_is_inserted_at_a_place(db: &Db) {
    let (mut session, album) = album(db, &["a", "b"]);
    let id = session[album].id;
    let first = session
        .insert_at(album, Album.tracks, 0, Track::builder().title("first"))
        .unwrap();
    // The members have their positions at once.
    assert_eq!(session[first].place, 0);
    assert_eq!(titles(&session, album), ["first", "a", "b"]);
    session
        .insert_at(album, Album.tracks, 99, Track::builder().title("last"))
        .unwrap();
    session.commit().unwrap();
    assert_eq!(stored(db, id), numbered(&["first", "a", "b", "last"]));
    // A list that is not loaded is.
    session.clear();
    let album = session.get(Album, id).unwrap().unwrap();
    session
        .insert_at(album, Album.tracks, 1, Track::builder().title("second"))
        .unwrap();
    session.commit().unwrap();
    assert_eq!(
        titles(&session, album),
        ["first", "second", "a", "b", "last"]
    );
    assert_eq!(stored(db, id)[2], ("a".to_owned(), 2));
}

fn only_the_rows_that_moved_are_written(db: &Db) {
    let (mut session, album) = album(db, &["a", "b", "c", "d", "e"]);
    let id = session[album].id;
    let tracks = session.load(album, Album.tracks).unwrap();
    // What another program does to the rows that stay where they are is not overwritten.
    let outside = "UPDATE album_tracks SET place = place + ";
    db.outside(&format!("{outside}50 WHERE title = 'e'"));
    session.move_to(album, Album.tracks, tracks[3], 1).unwrap();
    assert_eq!(titles(&session, album), ["a", "d", "b", "c", "e"]);
    let places: Vec<i64> = tracks.iter().map(|track| session[*track].place).collect();
    assert_eq!(places, [0, 2, 3, 1, 4]);
    assert!(session.has_pending_work());
    session.flush().unwrap();
    assert_eq!(steps(db), ["UPDATE album_tracks"]);
    session.commit().unwrap();
    let mut expected = numbered(&["a", "d", "b", "c", "e"]);
    expected[4].1 = 54;
    assert_eq!(stored(db, id), expected);
    db.outside(&format!("{outside}-50 WHERE title = 'e'"));
    db.sent();
    // To where it is, and there and back.
    session.move_to(album, Album.tracks, tracks[0], 0).unwrap();
    session.move_to(album, Album.tracks, tracks[0], 3).unwrap();
    session.move_to(album, Album.tracks, tracks[0], 0).unwrap();
    session.commit().unwrap();
    assert_eq!(writes(db), [""; 0]);
    let stranger = session.add(Track::builder().title("x"));
    let error = fails(
        session.move_to(album, Album.tracks, stranger, 0),
        ErrorKind::Usage,
    );
    assert!(error.to_string().contains("`Album.tracks`"), "{error}");
}

fn what_is_unlinked_or_deleted_leaves_no_gap(db: &Db) {
    let (mut session, album) = album(db, &["a", "b", "c", "d", "e"]);
    let id = session[album].id;
    let tracks = session.load(album, Album.tracks).unwrap();
    session.unlink(album, Album.tracks, tracks[1]).unwrap();
    session.delete(tracks[3]);
    session.commit().unwrap();
    assert_eq!(stored(db, id), numbered(&["a", "c", "e"]));
    assert_eq!(titles(&session, album), ["a", "c", "e"]);
    assert_eq!(session[tracks[4]].place, 2);
    session
        .append(album, Album.tracks, Track::builder().title("f"))
        .unwrap();
    session.commit().unwrap();
    assert_eq!(stored(db, id), numbered(&["a", "c", "e", "f"]));
}

fn a_row_moves_to_another_list(db: &Db) {
    let (mut session, one) = album(db, &["a", "b", "c"]);
    let two = session.add(Album::builder());
    session
        .append(two, Album.tracks, Track::builder().title("x"))
        .unwrap();
    session.commit().unwrap();
    let tracks = session.load(one, Album.tracks).unwrap();
    session.link(two, Album.tracks, tracks[0]).unwrap();
    session.move_to(two, Album.tracks, tracks[0], 0).unwrap();
    session.commit().unwrap();
    assert_eq!(stored(db, session[one].id), numbered(&["b", "c"]));
    assert_eq!(stored(db, session[two].id), numbered(&["a", "x"]));
    // By an assignment.
    session[tracks[1]].album = two.into();
    session.commit().unwrap();
    assert_eq!(stored(db, session[one].id), numbered(&["c"]));
    assert_eq!(stored(db, session[two].id), numbered(&["a", "x", "b"]));
}

fn rows_of_a_list_that_is_not_loaded_follow_the_last_one(db: &Db) {
    let (session, one) = album(db, &["a", "b"]);
    let id = session[one].id;
    drop(session);
    let mut session = db.session();
    let empty = session.add(Album::builder());
    session.commit().unwrap();
    let empty = session[empty].id;
    session.clear();
    let [one, empty] = [id, empty].map(|id| session.get_one(Album, id).unwrap());
    session
        .append(one, Album.tracks, Track::builder().title("c"))
        .unwrap();
    session
        .append(empty, Album.tracks, Track::builder().title("x"))
        .unwrap();
    session
        .append(one, Album.tracks, Track::builder().title("d"))
        .unwrap();
    db.sent();
    session.commit().unwrap();
    // One query for both lists.
    let sent = db.sent();
    let reads = sent.iter().filter(|sql| sql.contains("MAX("));
    assert_eq!(reads.count(), 1, "{sent:?}");
    assert!(!session[one].tracks.is_loaded());
    assert_eq!(stored(db, id), numbered(&["a", "b", "c", "d"]));
    assert_eq!(stored(db, session[empty].id), numbered(&["x"]));
}

fn rows_of_a_stale_list_follow_the_last_one(db: &Db) {
    let (mut session, album) = album(db, &["a", "b"]);
    let id = session[album].id;
    // The list is loaded, and stale since the commit.
    assert_eq!(titles(&session, album), ["a", "b"]);
    db.outside(&format!(
        "INSERT INTO album_tracks (title, place, album_id) VALUES ('c', 2, {id})"
    ));
    session
        .append(album, Album.tracks, Track::builder().title("d"))
        .unwrap();
    session.commit().unwrap();
    assert_eq!(stored(db, id), numbered(&["a", "b", "c", "d"]));
    // One that a row is inserted into is read first.
    session
        .insert_at(album, Album.tracks, 2, Track::builder().title("x"))
        .unwrap();
    assert_eq!(titles(&session, album), ["a", "b", "x", "c", "d"]);
    session.commit().unwrap();
    assert_eq!(stored(db, id), numbered(&["a", "b", "x", "c", "d"]));
}

fn rows_that_are_deleted_with_their_owner_are_not_numbered(db: &Db) {
    let (mut session, [one, two]) = seasons(db);
    let mut concerts = Vec::new();
    for _ in 0..3 {
        concerts.push(
            session
                .append(one, Season.concerts, Concert::builder())
                .unwrap(),
        );
    }
    session.commit().unwrap();
    session.load(one, Season.concerts).unwrap();
    session.link(two, Season.concerts, concerts[0]).unwrap();
    session.delete(concerts[1]);
    session.delete(concerts[2]);
    session.delete(one);
    db.sent();
    session.commit().unwrap();
    let steps = steps(db);
    let updates = steps.iter().filter(|step| step.starts_with("UPDATE"));
    assert_eq!(updates.count(), 1, "{steps:?}");
    assert_eq!(db.count("hall_concerts"), 1);
}

fn they_come_in_the_order_of_the_calls(db: &Db) {
    let (mut session, album) = album(db, &["a"]);
    let id = session[album].id;
    let tracks = ["b", "c", "d"].map(|title| session.add(Track::builder().title(title)));
    session.commit().unwrap();
    session.expunge(album).unwrap();
    let album = session.get_one(Album, id).unwrap();
    for track in tracks.into_iter().rev() {
        session.link(album, Album.tracks, track).unwrap();
    }
    session.commit().unwrap();
    assert_eq!(stored(db, id), numbered(&["a", "d", "c", "b"]));
}

fn gaps_of_other_programs_are_closed_when_the_list_changes(db: &Db) {
    let (mut session, album) = album(db, &["a", "b", "c"]);
    let id = session[album].id;
    db.outside("UPDATE album_tracks SET place = place * 10 + 5");
    session.clear();
    let album = session.get_one(Album, id).unwrap();
    session.load(album, Album.tracks).unwrap();
    db.sent();
    session.commit().unwrap();
    assert_eq!(writes(db), [""; 0]);
    session.load(album, Album.tracks).unwrap();
    let last = session
        .append(album, Album.tracks, Track::builder().title("d"))
        .unwrap();
    session.move_to(album, Album.tracks, last, 3).unwrap();
    session.commit().unwrap();
    assert_eq!(stored(db, id), numbered(&["a", "b", "c", "d"]));
}

fn a_rollback_and_a_savepoint_restore_the_order(db: &Db) {
    let (mut session, album) = album(db, &["a", "b", "c"]);
    let id = session[album].id;
    let tracks = session.load(album, Album.tracks).unwrap();
    session.move_to(album, Album.tracks, tracks[2], 0).unwrap();
    session.flush().unwrap();
    let undone: orm::Result<()> = session.savepoint(|session| {
        session.move_to(album, Album.tracks, tracks[1], 0)?;
        session.insert_at(album, Album.tracks, 1, Track::builder().title("x"))?;
        session.flush()?;
        session.move_to(album, Album.tracks, tracks[0], 0)?;
        session.delete(tracks[2]);
        session.flush()?;
        assert_eq!(titles(session, album), ["a", "b", "x"]);
        Err(orm::Error::other("no"))
    });
    undone.unwrap_err();
    assert_eq!(titles(&session, album), ["c", "a", "b"]);
    let places = tracks.iter().map(|track| session[*track].place);
    assert_eq!(places.collect::<Vec<_>>(), [1, 2, 0]);
    session.rollback().unwrap();
    assert_eq!(titles(&session, album), ["a", "b", "c"]);
    // Not flushed at all.
    session.move_to(album, Album.tracks, tracks[1], 2).unwrap();
    session.rollback().unwrap();
    assert_eq!(titles(&session, album), ["a", "b", "c"]);
    assert!(!session.has_pending_work());
    assert_eq!(stored(db, id), numbered(&["a", "b", "c"]));
    session
        .append(album, Album.tracks, Track::builder().title("d"))
        .unwrap();
    session.commit().unwrap();
    assert_eq!(stored(db, id), numbered(&["a", "b", "c", "d"]));
}

fn a_flush_that_fails_keeps_the_order(db: &Db) {
    let (mut session, album) = album(db, &["a", "b", "c"]);
    let id = session[album].id;
    let twin = session
        .insert_at(album, Album.tracks, 1, Track::builder().title("a"))
        .unwrap();
    fails(session.flush(), ErrorKind::UniqueViolation);
    assert_eq!(titles(&session, album), ["a", "a", "b", "c"]);
    session[twin].title = "new".into();
    session.commit().unwrap();
    assert_eq!(stored(db, id), numbered(&["a", "new", "b", "c"]));
}

fn a_list_without_positions_can_not_be_reordered(db: &Db) {
    let (mut session, album) = album(db, &["a"]);
    let tracks = session.load(album, Album.tracks).unwrap();
    session.link(album, Album.loved, tracks[0]).unwrap();
    let error = fails(
        session.move_to(album, Album.loved, tracks[0], 0),
        ErrorKind::Usage,
    );
    assert!(error.to_string().contains("`Album.loved`"), "{error}");
    let hint = error.hint().unwrap_or_default();
    assert!(hint.contains("#[orm(position = Track.position)]"), "{hint}");
    let added = session.insert_at(album, Album.loved, 0, Track::builder().title("x"));
    fails(added, ErrorKind::Usage);
    session.commit().unwrap();
    assert_eq!(db.count("album_tracks"), 1);
}

#[derive(Model, Clone, Debug)]
#[orm(table = "hall_seasons")]
struct Season {
    #[orm(primary_key)]
    hall: i64,
    #[orm(primary_key)]
    year: i64,
    #[orm(position = Concert.number)]
    concerts: HasMany<Concert>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "hall_concerts", foreign_key(hall, year, references = (Season.hall, Season.year)))]
struct Concert {
    #[orm(primary_key)]
    id: i64,
    hall: i64,
    year: i64,
    #[orm(default = 0)]
    number: i16,
    #[orm(key(hall, year))]
    season: BelongsTo<Season>,
}

fn seasons(db: &Db) -> (Session, [Ref<Season>; 2]) {
    Metadata::of((Season, Concert))
        .create_all(&db.engine)
        .unwrap();
    let mut session = db.session();
    let seasons = [1, 2].map(|year| session.add(Season::builder().hall(1).year(year)));
    session.commit().unwrap();
    (session, seasons)
}

fn a_position_that_does_not_fit_is_refused(db: &Db) {
    let (mut session, [season, _]) = seasons(db);
    let last = Concert::builder().season(season).number(i16::MAX);
    session.append(season, Season.concerts, last).unwrap();
    session.commit().unwrap();
    db.outside("UPDATE hall_concerts SET number = 32767");
    session.clear();
    let season = session.get_one(Season, (1, 1)).unwrap();
    session
        .append(season, Season.concerts, Concert::builder())
        .unwrap();
    let error = fails(session.flush(), ErrorKind::OutOfRange);
    assert_eq!(
        (error.table(), error.column()),
        (Some("hall_concerts"), Some("number"))
    );
    session.rollback().unwrap();
    assert_eq!(db.count("hall_concerts"), 1);
}

fn lists_of_composite_keys_have_positions(db: &Db) {
    let (mut session, seasons) = seasons(db);
    for season in seasons {
        for _ in 0..2 {
            session
                .append(season, Season.concerts, Concert::builder())
                .unwrap();
        }
    }
    session.commit().unwrap();
    session.clear();
    let seasons = [1, 2].map(|year| session.get_one(Season, (1, year)).unwrap());
    for season in seasons {
        let new = Concert::builder();
        session.append(season, Season.concerts, new).unwrap();
    }
    session.commit().unwrap();
    session.load_all(&seasons, Season.concerts).unwrap();
    for season in seasons {
        let concerts = session[season].concerts.get().unwrap().into_iter();
        let numbers: Vec<i16> = concerts.map(|concert| session[concert].number).collect();
        assert_eq!(numbers, [0, 1, 2]);
    }
}
