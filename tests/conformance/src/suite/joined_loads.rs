//! Relations that a query reads in its own rows, by a join of the library or of the program.

use orm::prelude::*;
use orm::{Criteria, ErrorKind};

use crate::cases;
use crate::database::Db;
use crate::suite::statements::reads;
use crate::suite::support::fails;

cases![
    "joined_loads":
    a_required_parent_comes_by_an_inner_join,
    an_optional_parent_comes_by_a_left_join,
    each_owner_of_a_list_comes_once,
    limits_count_owners,
    one_reads_one_owner,
    orders_are_kept,
    linked_lists_are_joined,
    relations_to_one_on_the_other_side_are_joined,
    paths_are_joined,
    two_lists_do_not_multiply,
    paths_continue_by_queries_of_their_own,
    trees_are_joined,
    composite_keys_are_joined,
    distinct_entities_have_lists,
    an_alias_has_relations,
    counts_know_no_joined_relations,
    what_has_changed_stays,
    pending_members_are_in_joined_lists,
    a_query_is_run_again_and_again,
    criteria_leave_the_owners,
    many_rows_are_complete,
    the_programs_own_join_fills_a_part,
    the_programs_own_join_fills_a_parent,
    the_programs_own_join_may_have_an_alias,
    what_can_not_be_joined_is_refused,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "orchestras")]
struct Orchestra {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
    #[orm(order_by = Player.rank)]
    players: HasMany<Player>,
    concerts: HasMany<Concert>,
    hall: HasOne<Hall>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "orchestra_players")]
struct Player {
    #[orm(primary_key)]
    id: i64,
    rank: i64,
    gone: bool,
    #[orm(references = Orchestra.id, index)]
    orchestra_id: i64,
    orchestra: BelongsTo<Orchestra>,
    #[orm(references = Player.id, index)]
    teacher_id: Option<i64>,
    teacher: BelongsTo<Option<Player>>,
    pupils: HasMany<Player>,
    #[orm(link_table = "player_instruments")]
    instruments: ManyToMany<Instrument>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "instruments")]
struct Instrument {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
    #[orm(inverse = Player.instruments)]
    players: ManyToMany<Player>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "concerts")]
struct Concert {
    #[orm(primary_key)]
    id: i64,
    year: i64,
    #[orm(references = Orchestra.id, index)]
    orchestra_id: i64,
    orchestra: BelongsTo<Orchestra>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "concert_halls")]
struct Hall {
    #[orm(primary_key)]
    id: i64,
    seats: i64,
    #[orm(references = Orchestra.id, unique)]
    orchestra_id: i64,
    orchestra: BelongsTo<Orchestra>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "seats_of_rows")]
struct SeatRow {
    #[orm(primary_key)]
    floor: i64,
    #[orm(primary_key, length = 10)]
    letter: String,
    seats: HasMany<RowSeat>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "row_seats", foreign_key(floor, letter, references = (SeatRow.floor, SeatRow.letter)))]
struct RowSeat {
    #[orm(primary_key)]
    id: i64,
    floor: i64,
    #[orm(length = 10)]
    letter: String,
    #[orm(key(floor, letter))]
    row: BelongsTo<SeatRow>,
}

/// Three orchestras, `a` with players of the ranks 3, 2, 1, `b` with one of rank 1, and `c` without. The first player of `a`
/// teaches the others of it.
fn stored(db: &Db) -> Session {
    let all = Metadata::of((
        Orchestra, Player, Instrument, Concert, Hall, SeatRow, RowSeat,
    ));
    all.create_all(&db.engine).unwrap();
    let mut session = db.session();
    let instruments = ["flute", "harp"].map(|name| session.add(Instrument::builder().name(name)));
    for (name, ranks) in [("a", &[3, 2, 1][..]), ("b", &[1]), ("c", &[])] {
        let orchestra = session.add(Orchestra::builder().name(name));
        let mut teacher = None;
        for rank in ranks {
            let player = Player::builder()
                .rank(*rank)
                .gone(*rank == 2)
                .orchestra(orchestra);
            let player = session.add(player.teacher(teacher));
            for instrument in instruments.iter().take(ranks.len() - 1) {
                session
                    .link(player, Player.instruments, *instrument)
                    .unwrap();
            }
            teacher = teacher.or(Some(player));
        }
        for year in 0..2 {
            session.add(Concert::builder().year(2000 + year).orchestra(orchestra));
        }
    }
    session.commit().unwrap();
    let hall = select(Orchestra)
        .filter(Orchestra.name.eq("a"))
        .one(&mut session)
        .unwrap();
    session.add(Hall::builder().seats(100).orchestra(hall));
    session.commit().unwrap();
    drop(session);
    db.sent();
    db.session()
}

fn names(session: &Session, orchestras: &[Ref<Orchestra>]) -> Vec<String> {
    orchestras
        .iter()
        .map(|orchestra| session[*orchestra].name.clone())
        .collect()
}

fn ranks(session: &Session, orchestra: Ref<Orchestra>) -> Vec<i64> {
    let players = session[orchestra].players.get().unwrap();
    players.iter().map(|player| session[*player].rank).collect()
}

/// The SELECTs sent since the last look are one.
fn one_query(db: &Db) -> String {
    let mut reads = reads(db);
    assert_eq!(reads.len(), 1, "{reads:?}");
    reads.remove(0)
}

fn a_required_parent_comes_by_an_inner_join(db: &Db) {
    let mut session = stored(db);
    let players = select(Player)
        .with(Player.orchestra.joined())
        .all(&mut session)
        .unwrap();
    let text = one_query(db);
    assert!(text.contains("INNER JOIN"), "{text}");
    assert_eq!(players.len(), 4);
    for player in players {
        let orchestra = session[player].orchestra.get().unwrap();
        assert_eq!(session[orchestra].id, session[player].orchestra_id);
    }
    assert!(reads(db).is_empty());
}

fn an_optional_parent_comes_by_a_left_join(db: &Db) {
    let mut session = stored(db);
    let players = select(Player)
        .with(Player.teacher.joined())
        .all(&mut session)
        .unwrap();
    let text = one_query(db);
    assert!(text.contains("LEFT JOIN"), "{text}");
    let taught = players.iter().filter(|player| {
        let teacher = session[**player].teacher.get().unwrap();
        assert_eq!(
            teacher.map(|teacher| session[teacher].id),
            session[**player].teacher_id
        );
        teacher.is_some()
    });
    assert_eq!(taught.count(), 2);
}

fn each_owner_of_a_list_comes_once(db: &Db) {
    let mut session = stored(db);
    let orchestras = select(Orchestra)
        .with(Orchestra.players.joined())
        .all(&mut session)
        .unwrap();
    one_query(db);
    assert_eq!(orchestras.len(), 3);
    let mut all: Vec<_> = orchestras
        .iter()
        .map(|orchestra| {
            (
                session[*orchestra].name.clone(),
                ranks(&session, *orchestra),
            )
        })
        .collect();
    all.sort();
    assert_eq!(
        all,
        [
            ("a".into(), vec![1, 2, 3]),
            ("b".into(), vec![1]),
            ("c".into(), vec![])
        ]
    );
    // Both sides are in step.
    let player = session[orchestras[0]]
        .players
        .get()
        .unwrap()
        .first()
        .copied();
    if let Some(player) = player {
        assert_eq!(session[player].orchestra.get().unwrap(), orchestras[0]);
    }
    assert!(reads(db).is_empty());
}

fn limits_count_owners(db: &Db) {
    let mut session = stored(db);
    let query = select(Orchestra)
        .with(Orchestra.players.joined())
        .order_by(Orchestra.name.asc());
    let first = query.clone().limit(2).all(&mut session).unwrap();
    one_query(db);
    assert_eq!(names(&session, &first), ["a", "b"]);
    assert_eq!(ranks(&session, first[0]), [1, 2, 3]);
    let rest = query.clone().offset(1).limit(5).all(&mut session).unwrap();
    assert_eq!(names(&session, &rest), ["b", "c"]);
    let mut session = db.session();
    let found = query.first(&mut session).unwrap().unwrap();
    assert_eq!(ranks(&session, found), [1, 2, 3]);
    // Of a relation to one, rows are owners.
    let players = select(Player)
        .with(Player.orchestra.joined())
        .order_by(Player.id.asc())
        .limit(2);
    db.sent();
    assert_eq!(players.all(&mut session).unwrap().len(), 2);
    assert!(!one_query(db).contains("FROM ("));
}

fn one_reads_one_owner(db: &Db) {
    let mut session = stored(db);
    let query = select(Orchestra).with(Orchestra.players.joined());
    let found = query
        .clone()
        .filter(Orchestra.name.eq("a"))
        .one(&mut session)
        .unwrap();
    assert_eq!(ranks(&session, found), [1, 2, 3]);
    let id = session[found].id;
    let mut session = db.session();
    let found = query
        .clone()
        .filter(Orchestra.id.eq(id))
        .one(&mut session)
        .unwrap();
    assert_eq!(ranks(&session, found), [1, 2, 3]);
    fails(query.clone().one(&mut session), ErrorKind::MultipleRows);
    let none = query.filter(Orchestra.name.eq("none"));
    assert_eq!(none.one_or_none(&mut session).unwrap(), None);
}

fn orders_are_kept(db: &Db) {
    let mut session = stored(db);
    let query = select(Orchestra).with(Orchestra.players.joined());
    let descending = query.clone().order_by(Orchestra.name.desc());
    let found = descending.all(&mut session).unwrap();
    assert_eq!(names(&session, &found), ["c", "b", "a"]);
    assert_eq!(ranks(&session, found[2]), [1, 2, 3]);
    // By an expression, which a derived table has to hand on.
    let mut session = db.session();
    let negative = query.order_by((Orchestra.id * -1).asc()).limit(3);
    let found = negative.all(&mut session).unwrap();
    assert_eq!(names(&session, &found), ["c", "b", "a"]);
    assert_eq!(ranks(&session, found[2]), [1, 2, 3]);
}

fn linked_lists_are_joined(db: &Db) {
    let mut session = stored(db);
    let query = select(Player).with(Player.instruments.joined());
    let players = query.all(&mut session).unwrap();
    one_query(db);
    let counts = players
        .iter()
        .map(|player| session[*player].instruments.get().unwrap().len());
    let mut counts: Vec<_> = counts.collect();
    counts.sort_unstable();
    assert_eq!(counts, [0, 2, 2, 2]);
    let mut session = db.session();
    let instruments = select(Instrument)
        .with(Instrument.players.joined())
        .all(&mut session)
        .unwrap();
    for instrument in instruments {
        assert_eq!(session[instrument].players.get().unwrap().len(), 3);
    }
}

fn relations_to_one_on_the_other_side_are_joined(db: &Db) {
    let mut session = stored(db);
    let query = select(Orchestra)
        .with(Orchestra.hall.joined())
        .order_by(Orchestra.name.asc());
    let orchestras = query.limit(2).all(&mut session).unwrap();
    one_query(db);
    let hall = session[orchestras[0]].hall.get().unwrap().unwrap();
    assert_eq!(session[hall].seats, 100);
    assert_eq!(session[orchestras[1]].hall.get().unwrap(), None);
}

fn paths_are_joined(db: &Db) {
    let mut session = stored(db);
    let path = Player.orchestra.joined().then(Orchestra.hall.joined());
    let players = select(Player)
        .with(path)
        .with(Player.orchestra.joined().then(Orchestra.concerts.joined()));
    let players = players.all(&mut session).unwrap();
    let text = one_query(db);
    // The same relation is joined once.
    assert_eq!(text.matches("JOIN").count(), 3, "{text}");
    assert_eq!(players.len(), 4);
    for player in players {
        let orchestra = session[player].orchestra.get().unwrap();
        assert_eq!(session[orchestra].concerts.get().unwrap().len(), 2);
        let hall = session[orchestra].hall.get().unwrap();
        assert_eq!(hall.is_some(), session[orchestra].name == "a");
    }
    let mut session = db.session();
    let path = Orchestra.players.joined().then(Player.instruments.joined());
    let orchestras = select(Orchestra)
        .with(path)
        .order_by(Orchestra.id.asc())
        .all(&mut session)
        .unwrap();
    assert_eq!(ranks(&session, orchestras[0]), [1, 2, 3]);
    for player in session[orchestras[0]].players.get().unwrap() {
        assert_eq!(session[player].instruments.get().unwrap().len(), 2);
    }
}

fn two_lists_do_not_multiply(db: &Db) {
    let mut session = stored(db);
    let query = select(Orchestra)
        .with(Orchestra.players.joined())
        .with(Orchestra.concerts.joined());
    let orchestras = query
        .order_by(Orchestra.name.asc())
        .all(&mut session)
        .unwrap();
    one_query(db);
    assert_eq!(orchestras.len(), 3);
    for (orchestra, count) in orchestras.into_iter().zip([3, 1, 0]) {
        assert_eq!(session[orchestra].players.get().unwrap().len(), count);
        assert_eq!(session[orchestra].concerts.get().unwrap().len(), 2);
    }
}

fn paths_continue_by_queries_of_their_own(db: &Db) {
    let mut session = stored(db);
    let path = Player.orchestra.joined().then(Orchestra.concerts);
    let players = select(Player)
        .with(path)
        .with(Player.instruments)
        .all(&mut session)
        .unwrap();
    assert_eq!(reads(db).len(), 3);
    for player in players {
        let orchestra = session[player].orchestra.get().unwrap();
        assert_eq!(session[orchestra].concerts.get().unwrap().len(), 2);
        session[player].instruments.get().unwrap();
    }
    assert!(reads(db).is_empty());
}

fn trees_are_joined(db: &Db) {
    let mut session = stored(db);
    let query = select(Player)
        .with(Player.pupils.joined())
        .with(Player.teacher.joined());
    let players = query.all(&mut session).unwrap();
    one_query(db);
    let mut taught = 0;
    for player in players {
        for pupil in session[player].pupils.get().unwrap() {
            assert_eq!(session[pupil].teacher.get().unwrap(), Some(player));
            taught += 1;
        }
    }
    assert_eq!(taught, 2);
}

fn composite_keys_are_joined(db: &Db) {
    let mut session = stored(db);
    for (floor, letter) in [(1, "a"), (1, "b"), (2, "a")] {
        let row = session.add(SeatRow::builder().floor(floor).letter(letter));
        for _ in 0..floor {
            session.add(RowSeat::builder().row(row));
        }
    }
    session.commit().unwrap();
    let mut session = db.session();
    let query = select(SeatRow).with(SeatRow.seats.joined());
    let rows = query
        .order_by((SeatRow.floor.asc(), SeatRow.letter.asc()))
        .limit(3)
        .all(&mut session)
        .unwrap();
    let counts: Vec<_> = rows
        .iter()
        .map(|row| session[*row].seats.get().unwrap().len())
        .collect();
    assert_eq!(counts, [1, 1, 2]);
    let seats = select(RowSeat)
        .with(RowSeat.row.joined())
        .all(&mut db.session())
        .unwrap();
    assert_eq!(seats.len(), 4);
}

fn distinct_entities_have_lists(db: &Db) {
    let mut session = stored(db);
    let query = select(Orchestra)
        .distinct()
        .join(Orchestra.concerts)
        .with(Orchestra.players.joined());
    let orchestras = query
        .order_by(Orchestra.name.asc())
        .all(&mut session)
        .unwrap();
    assert_eq!(names(&session, &orchestras), ["a", "b", "c"]);
    assert_eq!(ranks(&session, orchestras[0]), [1, 2, 3]);
    // An own join multiplies rows, and not entities.
    let query = select(Orchestra)
        .join(Orchestra.concerts)
        .with(Orchestra.players.joined());
    assert_eq!(query.all(&mut session).unwrap().len(), 3);
}

fn an_alias_has_relations(db: &Db) {
    let mut session = stored(db);
    let other = Orchestra.alias("other");
    let query = select(other)
        .with(Orchestra.players.joined())
        .filter(other.name.eq("a"));
    let found = query.clone().one(&mut session).unwrap();
    assert_eq!(ranks(&session, found), [1, 2, 3]);
    assert_eq!(query.first(&mut session).unwrap(), Some(found));
}

fn counts_know_no_joined_relations(db: &Db) {
    let mut session = stored(db);
    let query = select(Orchestra).with(Orchestra.players.joined());
    assert_eq!(query.count(&mut session).unwrap(), 3);
    assert!(query.exists(&mut session).unwrap());
    assert!(reads(db).iter().all(|text| !text.contains("JOIN")));
}

fn what_has_changed_stays(db: &Db) {
    let mut session = stored(db);
    let players = select(Player)
        .with(Player.orchestra.joined())
        .order_by(Player.id.asc());
    let player = players.all(&mut session).unwrap()[0];
    let orchestra = session[player].orchestra.get().unwrap();
    session[orchestra].name = "changed".into();
    let mut other = db.session();
    let moved = select(Orchestra)
        .filter(Orchestra.name.eq("c"))
        .one(&mut session)
        .unwrap();
    session[player].orchestra = moved.into();
    let found = session
        .no_autoflush(|session| players.all(session))
        .unwrap();
    assert_eq!(session[found[0]].orchestra.get().unwrap(), moved);
    assert_eq!(session[orchestra].name, "changed");
    session.rollback().unwrap();
    assert_eq!(
        select(Orchestra)
            .filter(Orchestra.name.eq("changed"))
            .count(&mut other)
            .unwrap(),
        0
    );
}

fn pending_members_are_in_joined_lists(db: &Db) {
    let mut session = stored(db);
    let orchestra = select(Orchestra)
        .filter(Orchestra.name.eq("b"))
        .one(&mut session)
        .unwrap();
    session.add(Player::builder().rank(9).gone(false).orchestra(orchestra));
    let query = select(Orchestra).with(Orchestra.players.joined());
    session.no_autoflush(|session| query.all(session)).unwrap();
    assert_eq!(ranks(&session, orchestra), [1, 9]);
    // A list that is loaded and fresh stays.
    query.all(&mut session).unwrap();
    assert_eq!(ranks(&session, orchestra), [1, 9]);
    session.rollback().unwrap();
}

fn a_query_is_run_again_and_again(db: &Db) {
    let mut session = stored(db);
    let query = select(Orchestra).filter(Orchestra.name.eq("a"));
    let joined = query.clone().with(Orchestra.players.joined());
    for _ in 0..3 {
        let found = query.one(&mut session).unwrap();
        assert!(session[found].players.get().is_err());
        let found = joined.one(&mut session).unwrap();
        assert_eq!(ranks(&session, found), [1, 2, 3]);
        let found = joined.first(&mut session).unwrap().unwrap();
        assert_eq!(ranks(&session, found), [1, 2, 3]);
        assert_eq!(joined.all(&mut session).unwrap(), [found]);
        session.clear();
    }
}

fn criteria_leave_the_owners(db: &Db) {
    drop(stored(db));
    let criteria = Criteria::new()
        .add("gone", Player, Player.gone.eq(false))
        .add("a", Orchestra, Orchestra.name.ne("a"));
    let mut session = db.session().criteria(&criteria);
    let players = select(Player)
        .with(Player.orchestra.joined())
        .all(&mut session)
        .unwrap();
    // Two of three are of an orchestra that is hidden.
    assert_eq!(players.len(), 3);
    let hidden = players
        .iter()
        .filter(|player| session[**player].orchestra.get().is_err());
    assert_eq!(hidden.count(), 2);
    let mut session = session.without_criteria("a", |session| {
        let query = select(Orchestra)
            .with(Orchestra.players.joined())
            .order_by(Orchestra.name.asc())
            .limit(2);
        let orchestras = query.all(session).unwrap();
        assert_eq!(ranks(session, orchestras[0]), [1, 3]);
        db.session().criteria(&criteria)
    });
    let all = select(Orchestra)
        .with(Orchestra.players.joined())
        .without_all_criteria();
    let orchestras = all
        .order_by(Orchestra.name.asc())
        .all(&mut session)
        .unwrap();
    assert_eq!(ranks(&session, orchestras[0]), [1, 2, 3]);
}

fn many_rows_are_complete(db: &Db) {
    let mut session = stored(db);
    for n in 0..300 {
        let orchestra = session.add(Orchestra::builder().name(format!("o{n}")));
        for rank in 0..3 {
            session.add(
                Player::builder()
                    .rank(rank)
                    .gone(false)
                    .orchestra(orchestra),
            );
        }
    }
    session.commit().unwrap();
    let mut session = db.session();
    db.sent();
    let query = select(Orchestra)
        .with(Orchestra.players.joined())
        .filter(Orchestra.name.starts_with("o"));
    let orchestras = query.all(&mut session).unwrap();
    one_query(db);
    assert_eq!(orchestras.len(), 300);
    for orchestra in orchestras {
        assert_eq!(ranks(&session, orchestra), [0, 1, 2]);
    }
}

fn the_programs_own_join_fills_a_part(db: &Db) {
    let mut session = stored(db);
    let query = select(Orchestra)
        .join(Orchestra.players)
        .filter(Player.rank.gt(1))
        .order_by(Player.rank.desc())
        .with(Orchestra.players.from_join());
    let orchestras = query.all(&mut session).unwrap();
    one_query(db);
    assert_eq!(names(&session, &orchestras), ["a"]);
    let part = session[orchestras[0]].players.part().unwrap();
    let part: Vec<_> = part.iter().map(|player| session[*player].rank).collect();
    assert_eq!(part, [3, 2]);
    // The list itself is not loaded.
    assert!(session[orchestras[0]].players.get().is_err());
    let query = select(Player)
        .join(Player.instruments)
        .filter(Instrument.name.eq("harp"))
        .with(Player.instruments.from_join());
    for player in query.all(&mut session).unwrap() {
        assert_eq!(session[player].instruments.part().unwrap().len(), 1);
    }
}

fn the_programs_own_join_fills_a_parent(db: &Db) {
    let mut session = stored(db);
    let query = select(Player)
        .join(Player.orchestra)
        .filter(Orchestra.name.eq("a"));
    let players = query
        .with(Player.orchestra.from_join())
        .all(&mut session)
        .unwrap();
    one_query(db);
    assert_eq!(players.len(), 3);
    for player in players {
        let orchestra = session[player].orchestra.get().unwrap();
        assert_eq!(session[orchestra].name, "a");
    }
    assert!(reads(db).is_empty());
}

fn the_programs_own_join_may_have_an_alias(db: &Db) {
    let mut session = stored(db);
    let teacher = Player.alias("teacher");
    let query = select(Player)
        .join(Player.teacher.as_(teacher))
        .filter(teacher.rank.eq(3))
        .with(Player.teacher.from_join_as(teacher));
    let players = query.all(&mut session).unwrap();
    one_query(db);
    assert_eq!(players.len(), 2);
    for player in players {
        let teacher = session[player].teacher.get().unwrap().unwrap();
        assert_eq!(session[teacher].rank, 3);
    }
}

fn what_can_not_be_joined_is_refused(db: &Db) {
    let mut session = stored(db);
    let players = select(Player).with(Player.orchestra.joined());
    let locked = fails(
        players.clone().for_update().all(&mut session),
        ErrorKind::Usage,
    );
    assert_eq!(
        locked.message(),
        "FOR UPDATE and GROUP BY are not allowed with relations that are read by a join"
    );
    fails(
        players.all(&mut db.engine.connection().unwrap()),
        ErrorKind::Usage,
    );
    let after = select(Player).with(Player.orchestra.then(Orchestra.players.joined()));
    let after = fails(after.all(&mut session), ErrorKind::Usage);
    assert_eq!(
        after.message(),
        "`Orchestra.players` can't be joined: its owners are read by another query"
    );
    let after = select(Player).with(
        Player
            .orchestra
            .joined()
            .then(Orchestra.concerts)
            .then(Concert.orchestra.joined()),
    );
    fails(after.all(&mut session), ErrorKind::Usage);
    let missing = select(Player).with(Player.orchestra.from_join());
    let missing = fails(missing.all(&mut session), ErrorKind::Usage);
    assert_eq!(
        missing.message(),
        "`Player.orchestra` can't be filled from the join: the query has no Orchestra"
    );
}
