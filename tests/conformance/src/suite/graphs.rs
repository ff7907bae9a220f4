//! Flushes of graphs: rows that refer to each other in a circle are inserted and deleted by a flush, with an UPDATE of a
//! foreign key that can be NULL.

use orm::ErrorKind;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::suite::statements::{runs, steps, writes};
use crate::suite::support::fails;

cases![
    "graphs":
    two_rows_that_refer_to_each_other_are_inserted,
    two_rows_that_refer_to_each_other_are_deleted,
    circles_share_statements,
    a_circle_of_three_tables_takes_one_update,
    a_row_that_refers_to_itself_is_inserted_and_deleted,
    a_ring_of_rows_of_one_table_takes_one_update,
    rows_that_are_linked_both_ways_are_inserted_and_deleted,
    a_circle_of_keys_of_the_programs_own,
    on_delete_set_null_opens_a_circle_without_an_update,
    a_circle_without_a_nullable_key_is_refused,
    a_rollback_undoes_a_circle,
    a_savepoint_undoes_a_circle,
    a_circle_that_fails_is_corrected_and_flushed_again,
    a_stale_row_stops_the_delete_of_a_circle,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "teams")]
struct Team {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50, unique)]
    name: String,
    #[orm(references = Player.id)]
    captain_id: Option<i64>,
    captain: BelongsTo<Option<Player>>,
    #[orm(version)]
    version: i64,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "players")]
struct Player {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50, unique)]
    name: String,
    #[orm(references = Team.id)]
    team_id: i64,
    team: BelongsTo<Team>,
}

fn session(db: &Db) -> Session {
    Metadata::of((Team, Player)).create_all(&db.engine).unwrap();
    db.sent();
    db.session()
}

/// A team and its captain, neither of them stored.
fn team(session: &mut Session, name: &str) -> (Ref<Team>, Ref<Player>) {
    let team = session.add(Team::builder().name(name));
    let captain = session.add(Player::builder().name(format!("captain {name}")).team(team));
    session[team].captain = captain.into();
    (team, captain)
}

fn two_rows_that_refer_to_each_other_are_inserted(db: &Db) {
    let mut session = session(db);
    let (team, captain) = team(&mut session, "a");
    session.commit().unwrap();
    let sent = writes(db);
    assert_eq!(
        sent.iter()
            .map(|sql| sql.split(" VALUES").next().unwrap())
            .collect::<Vec<_>>(),
        [
            r#"INSERT INTO "teams" ("name", "captain_id", "version")"#,
            r#"INSERT INTO "players" ("name", "team_id")"#,
            r#"UPDATE "teams" SET "captain_id" = ? WHERE "id" = ?"#,
        ]
    );
    assert_eq!(session[team].captain_id, Some(session[captain].id));
    assert_eq!(session[captain].team_id, session[team].id);
    assert_eq!(session[team].captain.get().unwrap(), Some(captain));
    assert_eq!(session[team].version, 1);
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM teams t JOIN players p ON p.id = t.captain_id"),
        1
    );
    // Nothing is left to write, and the row is as the session knows it.
    assert!(!session.has_pending_work());
    session[team].name = "b".into();
    session.commit().unwrap();
    assert_eq!(
        (steps(db), session[team].version),
        (vec!["UPDATE teams".into()], 2)
    );
}

fn two_rows_that_refer_to_each_other_are_deleted(db: &Db) {
    let mut session = session(db);
    let (team, captain) = team(&mut session, "a");
    session.commit().unwrap();
    db.sent();
    session.delete(team);
    session.delete(captain);
    session.flush().unwrap();
    let expected = [
        r#"UPDATE "teams" SET "captain_id" = ? WHERE "id" = ? AND "version" "#,
        r#"DELETE FROM "players" WHERE "id" = ?"#,
        r#"DELETE FROM "teams" WHERE "id" = ? AND "version" "#,
    ];
    let sent = writes(db);
    let as_expected = |(sent, expected): (&String, &str)| sent.starts_with(expected);
    assert!(
        sent.iter().zip(expected).all(as_expected) && sent.len() == 3,
        "{sent:?}"
    );
    session.rollback().unwrap();
    assert_eq!(session[team].captain_id, Some(session[captain].id));
    assert_eq!(session[team].captain.get().unwrap(), Some(captain));
    session.delete(captain);
    session.delete(team);
    session.commit().unwrap();
    assert_eq!((db.count("teams"), db.count("players")), (0, 0));
}

fn circles_share_statements(db: &Db) {
    let mut session = session(db);
    let names: Vec<String> = (0..20).map(|number| format!("{number:02}")).collect();
    let all: Vec<_> = names.iter().map(|name| team(&mut session, name)).collect();
    // Players that are no captains are in no circle.
    for (number, (team, _)) in all.iter().enumerate() {
        session.add(Player::builder().name(format!("p{number}")).team(*team));
    }
    session.commit().unwrap();
    assert_eq!(
        steps(db),
        ["INSERT teams", "INSERT players", "UPDATE teams"]
    );
    for (team, captain) in &all {
        assert_eq!(session[*team].captain_id, Some(session[*captain].id));
    }
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM teams t JOIN players p ON p.id = t.captain_id AND p.team_id = t.id"),
        20
    );
    for player in select(Player).all(&mut session).unwrap() {
        session.delete(player);
    }
    for (team, _) in all {
        session.delete(team);
    }
    db.recorder.take();
    session.commit().unwrap();
    let runs = runs(db);
    let mut steps: Vec<&str> = runs.iter().map(|(step, _)| step.as_str()).collect();
    steps.dedup();
    assert_eq!(steps, ["UPDATE teams", "DELETE players", "DELETE teams"]);
    // A statement for each of the three batches, or three where a database takes fewer keys in one.
    assert!(runs.len() <= 12, "{runs:?}");
    assert_eq!((db.count("teams"), db.count("players")), (0, 0));
}

#[derive(Model, Clone, Debug)]
#[orm(table = "ones")]
struct One {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Two.id)]
    two_id: i64,
    two: BelongsTo<Two>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "twos")]
struct Two {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Three.id)]
    three_id: Option<i64>,
    three: BelongsTo<Option<Three>>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "threes")]
struct Three {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = One.id)]
    one_id: i64,
    one: BelongsTo<One>,
}

fn a_circle_of_three_tables_takes_one_update(db: &Db) {
    Metadata::of((One, Two, Three))
        .create_all(&db.engine)
        .unwrap();
    db.sent();
    let mut session = db.session();
    let two = session.add(Two::builder());
    let one = session.add(One::builder().two(two));
    let three = session.add(Three::builder().one(one));
    session[two].three = three.into();
    session.commit().unwrap();
    assert_eq!(
        steps(db),
        ["INSERT twos", "INSERT ones", "INSERT threes", "UPDATE twos"]
    );
    assert_eq!(session[two].three_id, Some(session[three].id));
    assert_eq!(
        (session[one].two_id, session[three].one_id),
        (session[two].id, session[one].id)
    );
    session.delete(one);
    session.delete(two);
    session.delete(three);
    session.commit().unwrap();
    assert_eq!(
        steps(db),
        ["UPDATE twos", "DELETE threes", "DELETE ones", "DELETE twos"]
    );
}

/// Refers to itself, with generated keys, twice.
#[derive(Model, Clone, Debug)]
#[orm(table = "pages")]
struct Page {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Page.id)]
    next_id: Option<i64>,
    #[orm(references = Page.id)]
    back_id: Option<i64>,
    #[orm(key = next_id)]
    next: BelongsTo<Option<Page>>,
    #[orm(key = back_id)]
    back: BelongsTo<Option<Page>>,
}

fn pages<const N: usize>(db: &Db, session: &mut Session) -> [Ref<Page>; N] {
    Metadata::of((Page,)).create_all(&db.engine).unwrap();
    db.sent();
    [(); N].map(|()| session.add(Page::builder()))
}

fn a_row_that_refers_to_itself_is_inserted_and_deleted(db: &Db) {
    let mut session = db.session();
    let [page] = pages(db, &mut session);
    session[page].next = page.into();
    session.commit().unwrap();
    assert_eq!(
        writes(db)[1],
        r#"UPDATE "pages" SET "next_id" = ? WHERE "id" = ?"#
    );
    assert_eq!(session[page].next_id, Some(session[page].id));
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM pages WHERE next_id = id"),
        1
    );
    session.delete(page);
    session.commit().unwrap();
    assert_eq!(steps(db), ["UPDATE pages", "DELETE pages"]);
    assert_eq!(db.count("pages"), 0);
}

fn a_ring_of_rows_of_one_table_takes_one_update(db: &Db) {
    let mut session = db.session();
    let pages = pages::<7>(db, &mut session);
    for (index, page) in pages.iter().enumerate() {
        session[*page].next = pages[(index + 1) % 7].into();
    }
    session.commit().unwrap();
    let updates = runs(db);
    let updates = updates.iter().filter(|(step, _)| step == "UPDATE pages");
    assert_eq!(updates.map(|(_, runs)| *runs).sum::<usize>(), 1);
    for (index, page) in pages.iter().enumerate() {
        assert_eq!(
            session[*page].next_id,
            Some(session[pages[(index + 1) % 7]].id)
        );
    }
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM pages a JOIN pages b ON b.id = a.next_id"),
        7
    );
    for page in pages {
        session.delete(page);
    }
    session.commit().unwrap();
    assert_eq!(db.count("pages"), 0);
}

fn rows_that_are_linked_both_ways_are_inserted_and_deleted(db: &Db) {
    let mut session = db.session();
    let pages = pages::<40>(db, &mut session);
    for pair in pages.windows(2) {
        session[pair[0]].next = pair[1].into();
        session[pair[1]].back = pair[0].into();
    }
    session.commit().unwrap();
    for pair in pages.windows(2) {
        assert_eq!(session[pair[0]].next_id, Some(session[pair[1]].id));
        assert_eq!(session[pair[1]].back_id, Some(session[pair[0]].id));
    }
    let both = "SELECT COUNT(*) FROM pages a JOIN pages b ON b.id = a.next_id AND b.back_id = a.id";
    assert_eq!(db.scalar(both), 39);
    for page in pages {
        session.delete(page);
    }
    session.commit().unwrap();
    assert_eq!(db.count("pages"), 0);
}

/// Foreign keys without relations, and keys of the program's own.
#[derive(Model, Clone, Debug)]
#[orm(table = "left_halves")]
struct Left {
    #[orm(primary_key, length = 20)]
    code: String,
    #[orm(length = 20, references = Right.code)]
    other: Option<String>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "right_halves")]
struct Right {
    #[orm(primary_key, length = 20)]
    code: String,
    #[orm(length = 20, references = Left.code)]
    other: String,
}

fn a_circle_of_keys_of_the_programs_own(db: &Db) {
    Metadata::of((Left, Right)).create_all(&db.engine).unwrap();
    db.sent();
    let mut session = db.session();
    let right = session.add(Right {
        code: "r".into(),
        other: "l".into(),
    });
    let left = session.add(Left {
        code: "l".into(),
        other: Some("r".into()),
    });
    session.commit().unwrap();
    assert_eq!(
        steps(db),
        [
            "INSERT left_halves",
            "INSERT right_halves",
            "UPDATE left_halves"
        ]
    );
    assert_eq!(session[left].other.as_deref(), Some("r"));
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM left_halves WHERE other = 'r'"),
        1
    );
    session.delete(left);
    session.delete(right);
    session.flush().unwrap();
    session.rollback().unwrap();
    assert_eq!(session[left].other.as_deref(), Some("r"));
    session.delete(left);
    session.delete(right);
    session.commit().unwrap();
    assert_eq!((db.count("left_halves"), db.count("right_halves")), (0, 0));
}

#[derive(Model, Clone, Debug)]
#[orm(table = "chairs")]
struct Chair {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Desk.id, on_delete = set_null)]
    desk_id: Option<i64>,
    desk: BelongsTo<Option<Desk>>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "chair_desks")]
struct Desk {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Chair.id)]
    chair_id: i64,
    chair: BelongsTo<Chair>,
}

fn on_delete_set_null_opens_a_circle_without_an_update(db: &Db) {
    Metadata::of((Chair, Desk)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let chair = session.add(Chair::builder());
    let desk = session.add(Desk::builder().chair(chair));
    session[chair].desk = desk.into();
    session.commit().unwrap();
    db.sent();
    session.delete(chair);
    session.delete(desk);
    session.commit().unwrap();
    assert_eq!(steps(db), ["DELETE chair_desks", "DELETE chairs"]);
    assert_eq!((db.count("chair_desks"), db.count("chairs")), (0, 0));
}

#[derive(Model, Clone, Debug)]
#[orm(table = "first_hens")]
struct Hen {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(references = Egg.id)]
    from_egg: i64,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "first_eggs")]
struct Egg {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(references = Hen.id)]
    from_hen: i64,
}

fn a_circle_without_a_nullable_key_is_refused(db: &Db) {
    Metadata::of((Hen, Egg)).create_all(&db.engine).unwrap();
    db.sent();
    let mut session = db.session();
    let hen = session.add(Hen { id: 1, from_egg: 1 });
    let egg = session.add(Egg { id: 1, from_hen: 1 });
    let error = fails(session.flush(), ErrorKind::Usage);
    let text = error.to_string();
    for part in [
        "Hen",
        "Egg",
        "`first_hens.from_egg`",
        "`first_eggs.from_hen`",
        "NOT NULL",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert!(
        error.hint().unwrap_or_default().contains("Option"),
        "{error}"
    );
    assert_eq!(db.sent(), [""; 0]);
    // Nothing is lost: both are pending still.
    assert_eq!(
        [
            session.entity_state(hen).unwrap(),
            session.entity_state(egg).unwrap()
        ],
        [orm::EntityState::Pending; 2]
    );
    fails(session.commit(), ErrorKind::Usage);
    session.delete(egg);
    session.delete(hen);
    session.commit().unwrap();
    assert_eq!(writes(db), [""; 0]);
}

fn a_rollback_undoes_a_circle(db: &Db) {
    let mut session = session(db);
    let (team, captain) = team(&mut session, "a");
    session.flush().unwrap();
    session.rollback().unwrap();
    assert_eq!((session.key(team), session.key(captain)), (None, None));
    assert_eq!(
        (session[team].captain_id, session[captain].team_id),
        (None, 0)
    );
    assert_eq!(session[team].captain.get().unwrap(), Some(captain));
    assert_eq!(session[captain].team.get().unwrap(), team);
    session.add_again(captain).unwrap();
    if session.entity_state(team).unwrap() == orm::EntityState::Transient {
        session.add_again(team).unwrap();
    }
    session.commit().unwrap();
    assert_eq!(session[team].captain_id, Some(session[captain].id));
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM teams t JOIN players p ON p.id = t.captain_id"),
        1
    );
}

fn a_savepoint_undoes_a_circle(db: &Db) {
    let mut session = session(db);
    let (team, captain) = team(&mut session, "a");
    session.flush().unwrap();
    let mut other = None;
    let undone: orm::Result<()> = session.savepoint(|session| {
        other = Some(self::team(session, "b"));
        session.flush()?;
        session.delete(team);
        session.delete(captain);
        session.flush()?;
        Err(orm::Error::other("no"))
    });
    undone.unwrap_err();
    assert_eq!(session[team].captain_id, Some(session[captain].id));
    session.commit().unwrap();
    assert_eq!((db.count("teams"), db.count("players")), (1, 1));
    let (team, captain) = other.unwrap();
    assert_eq!(session[team].captain.get().unwrap(), Some(captain));
    assert_eq!(
        (session[team].captain_id, session[captain].team_id),
        (None, 0)
    );
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM teams t JOIN players p ON p.id = t.captain_id"),
        1
    );
}

fn a_circle_that_fails_is_corrected_and_flushed_again(db: &Db) {
    let mut session = session(db);
    let (_, taken) = team(&mut session, "a");
    session.commit().unwrap();
    let (team, captain) = team(&mut session, "b");
    let name = session[taken].name.clone();
    session[captain].name = name;
    fails(session.flush(), ErrorKind::UniqueViolation);
    assert_eq!(
        (session[team].captain_id, session[captain].team_id),
        (None, 0)
    );
    assert_eq!(db.count("teams"), 1);
    session[captain].name = "other".into();
    session.commit().unwrap();
    assert_eq!(session[team].captain_id, Some(session[captain].id));
    assert_eq!((db.count("teams"), db.count("players")), (2, 2));
}

fn a_stale_row_stops_the_delete_of_a_circle(db: &Db) {
    let mut session = session(db);
    let (team, captain) = team(&mut session, "a");
    session.commit().unwrap();
    db.outside("UPDATE teams SET version = 7");
    session.delete(team);
    session.delete(captain);
    let error = fails(session.flush(), ErrorKind::StaleData);
    assert!(error.to_string().contains("Team"), "{error}");
    assert_eq!((db.count("teams"), db.count("players")), (1, 1));
    session.rollback().unwrap();
    session.refresh(team).unwrap();
    session.delete(team);
    session.delete(captain);
    session.commit().unwrap();
    assert_eq!((db.count("teams"), db.count("players")), (0, 0));
}
