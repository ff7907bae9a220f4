//! UPDATE … FROM and DELETE … USING over derived tables and common table expressions, and conditions that read them.

use orm::ErrorKind;
use orm::mapping::Column;
use orm::prelude::*;
use orm::query::{Expr, recursive};

use super::support::fails;
use crate::cases;
use crate::database::Db;
use crate::suite::Requires;

cases![
    "derived_writes":
    totals_are_stored (Requires::UpdateFrom),
    the_written_table_is_read_by_the_query (Requires::UpdateFrom),
    values_are_bound_in_their_places (Requires::UpdateFrom),
    a_query_a_table_and_an_alias (Requires::UpdateFrom),
    sums_beyond_the_column_are_refused (Requires::UpdateFrom),
    criteria_hide_rows_in_the_query (Requires::UpdateFrom),
    rows_of_values_are_a_source (Requires::UpdateFrom),
    updates_by_common_table_expressions (Requires::UpdateFrom),
    updated_rows_come_back (Requires::UpdateFrom),
    versions_and_sessions_follow (Requires::UpdateFrom),
    deletes_by_derived_tables,
    deletes_by_common_table_expressions,
    trees_are_deleted,
    conditions_read_common_table_expressions,
    conditions_read_the_written_table,
    statements_that_are_not_valid_are_refused,
    deleted_rows_change_others (Requires::WritesInWith),
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "dw_teams")]
struct Team {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(length = 40)]
    name: String,
    points: i64,
    parent: i64,
    #[orm(version)]
    version: i32,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "dw_scores")]
struct Score {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    team: i64,
    points: i64,
    valid: bool,
}

/// Four teams, of which the first three have scores: 5 and 6, 7, and 8, which is not valid.
fn tables(db: &Db) -> Connection {
    Metadata::of((Team, Score)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let teams = (1..=4).map(|id| {
        let team = Team::builder().id(id).name(format!("team {id}"));
        team.points(0).parent(id / 2)
    });
    insert(Team).values(teams).execute(&mut conn).unwrap();
    let score = |id, team, points, valid| Score {
        id,
        team,
        points,
        valid,
    };
    let scores = [
        score(1, 1, 5, true),
        score(2, 1, 6, true),
        score(3, 2, 7, true),
        score(4, 3, 8, false),
    ];
    insert(Score).values(&scores).execute(&mut conn).unwrap();
    db.sent();
    conn
}

fn points(conn: &mut Connection) -> Vec<i64> {
    let points = select(Team.points).order_by(Team.id);
    points.without_all_criteria().all(conn).unwrap()
}

fn ids(conn: &mut Connection) -> Vec<i64> {
    select(Team.id).order_by(Team.id).all(conn).unwrap()
}

type TeamAndMost = (Column<Score, i64>, Expr<Option<i64>>);

/// The greatest score of each team that has one of at least `least`.
fn best(least: i64) -> Select<TeamAndMost> {
    select((Score.team, max(Score.points)))
        .filter(Score.points.ge(least))
        .group_by(Score.team)
}

fn totals_are_stored(db: &Db) {
    let conn = &mut tables(db);
    let best = best(0).as_table("best");
    let (team, most) = best.columns();
    let change = update(Team)
        .from(&best)
        .set(Team.points, most.coalesce(0))
        .filter(team.eq(Team.id));
    assert_eq!(change.execute(conn).unwrap(), 3);
    assert_eq!(db.sent().len(), 1);
    assert_eq!(points(conn), [6, 7, 8, 0]);
}

fn the_written_table_is_read_by_the_query(db: &Db) {
    let conn = &mut tables(db);
    update(Team)
        .set(Team.points, Team.id)
        .execute(conn)
        .unwrap();
    // One query that the database might merge into the statement, and one that it can't.
    let others = select((Team.id, Team.points)).filter(Team.id.le(2));
    let others = others.as_table("others");
    let (id, own) = others.columns();
    let change = update(Team)
        .from(&others)
        .set(Team.points, own + 10)
        .filter(id.eq(Team.id));
    assert_eq!(change.execute(conn).unwrap(), 2);
    assert_eq!(points(conn), [11, 12, 3, 4]);
    let all = select(max(Team.points)).as_table("most");
    let change = update(Team)
        .from(&all)
        .set(Team.points, all.columns().coalesce(0))
        .filter(Team.id.eq(4));
    assert_eq!(change.execute(conn).unwrap(), 1);
    assert_eq!(points(conn), [11, 12, 3, 12]);
}

fn values_are_bound_in_their_places(db: &Db) {
    let conn = &mut tables(db);
    let run = |conn: &mut Connection, name: &'static str, least: i64, add: i64, below: i64| {
        let best = best(least).as_table("best");
        let (team, most) = best.columns();
        update(Team)
            .from(&best)
            .set(Team.name, name)
            .set(Team.points, most.coalesce(0) + add)
            .filter(team.eq(Team.id))
            .filter(Team.id.lt(below))
            .execute(conn)
            .unwrap()
    };
    assert_eq!(run(conn, "one", 6, 100, 3), 2);
    assert_eq!(points(conn), [106, 107, 0, 0]);
    let misses = db.engine.statement_cache_status().misses;
    assert_eq!(run(conn, "two", 7, 200, 4), 2);
    assert_eq!(db.engine.statement_cache_status().misses, misses);
    assert_eq!(points(conn), [106, 207, 208, 0]);
    let names = select(Team.name).order_by(Team.id).all(conn).unwrap();
    assert_eq!(names, ["one", "two", "two", "team 4"]);
    // Another query under the same name has another text.
    let other = select((Score.team, count(Score.id))).group_by(Score.team);
    let other = other.as_table("best");
    let (team, scores) = other.columns();
    let change = update(Team)
        .from(&other)
        .set(Team.points, scores)
        .filter(team.eq(Team.id));
    assert_eq!(change.execute(conn).unwrap(), 3);
    assert_eq!(points(conn), [2, 1, 1, 0]);
}

fn a_query_a_table_and_an_alias(db: &Db) {
    let conn = &mut tables(db);
    let best = best(0).as_table("best");
    let again = best.alias("again");
    let ((team, most), (parent, above)) = (best.columns(), again.columns());
    let change = update(Team)
        .from(&best)
        .from(&again)
        .from(Score)
        .set(
            Team.points,
            most.coalesce(0) + above.coalesce(0) * Score.points,
        )
        .filter(team.eq(Team.id))
        .filter(parent.eq(Team.parent))
        .filter(Score.id.eq(1));
    assert_eq!(change.execute(conn).unwrap(), 2);
    assert_eq!(points(conn), [0, 37, 38, 0]);
}

fn sums_beyond_the_column_are_refused(db: &Db) {
    let conn = &mut tables(db);
    let next = select((Team.id, Team.version + i32::MAX)).as_table("next");
    let (id, version) = next.columns();
    let change = update(Team)
        .from(&next)
        .set(Team.version, version)
        .filter(id.eq(Team.id));
    fails(change.execute(conn), ErrorKind::OutOfRange);
    let versions = select(Team.version).order_by(Team.id);
    assert_eq!(versions.all(conn).unwrap(), [1; 4]);
}

fn criteria_hide_rows_in_the_query(db: &Db) {
    let conn = &mut tables(db);
    let criteria =
        Criteria::new()
            .add("valid", Score, Score.valid)
            .add("later", Team, Team.id.gt(1));
    conn.add_criteria(&criteria);
    let change = || {
        let best = best(0).as_table("best");
        let (team, most) = best.columns();
        update(Team)
            .from(&best)
            .set(Team.points, most.coalesce(0))
            .filter(team.eq(Team.id))
    };
    assert_eq!(change().execute(conn).unwrap(), 1);
    assert_eq!(points(conn), [0, 7, 0, 0]);
    let all = change().without_all_criteria();
    assert_eq!(all.execute(conn).unwrap(), 3);
    assert_eq!(points(conn), [6, 7, 8, 0]);
}

fn rows_of_values_are_a_source(db: &Db) {
    let conn = &mut tables(db);
    let given = orm::query::values("given", [(1_i64, 30_i64), (4, 40)]);
    let (id, new) = given.columns();
    let change = update(Team)
        .from(&given)
        .set(Team.points, new)
        .filter(id.eq(Team.id));
    assert_eq!(change.execute(conn).unwrap(), 2);
    assert_eq!(points(conn), [30, 0, 0, 40]);
}

fn updates_by_common_table_expressions(db: &Db) {
    let conn = &mut tables(db);
    let change = |least: i64| {
        let best = best(least).cte("best");
        let (team, most) = best.columns();
        // One that uses the other, so that both are in WITH.
        let good = select((team, most)).from(&best).filter(most.le(7));
        let good = good.cte("good");
        let (team, most) = good.columns();
        update(Team)
            .from(&good)
            .set(Team.points, most.coalesce(0))
            .filter(team.eq(Team.id))
    };
    if !db.capabilities().with_before_writes {
        let error = fails(change(0).execute(conn), ErrorKind::Unsupported);
        assert!(error.message().contains("WITH before UPDATE"), "{error}");
        assert!(error.hint().unwrap().contains("derived table"), "{error:?}");
        assert_eq!(db.sent(), [""; 0]);
        return;
    }
    assert_eq!(change(7).execute(conn).unwrap(), 1);
    assert_eq!(points(conn), [0, 7, 0, 0]);
    let misses = db.engine.statement_cache_status().misses;
    assert_eq!(change(0).execute(conn).unwrap(), 2);
    assert_eq!(db.engine.statement_cache_status().misses, misses);
    assert_eq!(points(conn), [6, 7, 0, 0]);
    let criteria = Criteria::new().add("valid", Score, Score.points.ne(6));
    conn.add_criteria(&criteria);
    assert_eq!(change(0).execute(conn).unwrap(), 2);
    assert_eq!(points(conn), [5, 7, 0, 0]);
}

fn updated_rows_come_back(db: &Db) {
    let conn = &mut tables(db);
    let best = best(7).as_table("best");
    let (team, most) = best.columns();
    let change = update(Team)
        .from(&best)
        .set(Team.points, most.coalesce(0))
        .filter(team.eq(Team.id))
        .returning((Team.id, Team.points));
    match change.all(conn) {
        Ok(mut rows) => {
            rows.sort_unstable();
            assert_eq!(rows, [(2, 7), (3, 8)]);
        }
        Err(error) => {
            assert!(error.is_unsupported() && !db.capabilities().update_returning);
            assert_eq!(db.sent(), [""; 0]);
        }
    }
}

fn versions_and_sessions_follow(db: &Db) {
    drop(tables(db));
    let mut session = db.session();
    let first = session.get_one(Team, 1).unwrap();
    session[first].name = "first".into();
    let best = best(0).as_table("best");
    let (team, most) = best.columns();
    let change = update(Team)
        .from(&best)
        .set(Team.points, most.coalesce(0))
        .filter(team.eq(Team.id));
    assert_eq!(change.execute(&mut session).unwrap(), 3);
    let again = session.get_one(Team, 1).unwrap();
    assert_eq!((again, session[again].points), (first, 6));
    // The flush before it has counted up once, the statement once more.
    assert_eq!(session[again].version, 3);
    fails(change.synchronize().execute(&mut session), ErrorKind::Usage);
    session.commit().unwrap();
}

fn deletes_by_derived_tables(db: &Db) {
    let conn = &mut tables(db);
    let run = |conn: &mut Connection, least: i64, below: i64| {
        let best = best(least).as_table("best");
        let (team, most) = best.columns();
        delete(Team)
            .using(&best)
            .filter(team.eq(Team.id))
            .filter(most.lt(below))
            .execute(conn)
            .unwrap()
    };
    assert_eq!(run(conn, 0, 7), 1);
    assert_eq!(ids(conn), [2, 3, 4]);
    let misses = db.engine.statement_cache_status().misses;
    assert_eq!(run(conn, 8, 9), 1);
    assert_eq!(db.engine.statement_cache_status().misses, misses);
    assert_eq!(ids(conn), [2, 4]);
    let last = select(max(Team.id)).as_table("last");
    let gone = delete(Team).using(&last).filter(last.columns().eq(Team.id));
    assert_eq!(gone.execute(conn).unwrap(), 1);
    assert_eq!(ids(conn), [2]);
}

fn deletes_by_common_table_expressions(db: &Db) {
    let conn = &mut tables(db);
    let best = best(7).cte("best");
    let (team, _) = best.columns();
    let gone = delete(Team).using(&best).filter(team.eq(Team.id));
    match gone.execute(conn) {
        Ok(deleted) => {
            assert!(db.capabilities().with_before_writes);
            assert_eq!(deleted, 2);
            assert_eq!(ids(conn), [1, 4]);
        }
        Err(error) => {
            assert!(!db.capabilities().with_before_writes, "{error:?}");
            assert!(error.is_unsupported(), "{error:?}");
            assert!(error.message().contains("WITH before DELETE"), "{error}");
            assert_eq!(db.sent(), [""; 0]);
        }
    }
}

/// The teams below the first one.
fn tree() -> orm::query::Derived<Column<Team, i64>> {
    recursive("tree", select(Team.id).filter(Team.parent.eq(1)), |tree| {
        select(Team.id).join_on(&tree, Team.parent.eq(tree.columns()))
    })
}

fn trees_are_deleted(db: &Db) {
    let conn = &mut tables(db);
    let tree = tree();
    // In a condition every database has it.
    let inside = delete(Score).filter(Score.team.in_(select(tree.columns()).from(&tree)));
    assert_eq!(inside.execute(conn).unwrap(), 2);
    let gone = delete(Team).using(&tree).filter(tree.columns().eq(Team.id));
    if db.capabilities().with_before_writes {
        assert_eq!(gone.execute(conn).unwrap(), 3);
        assert_eq!(ids(conn), [1]);
    } else {
        fails(gone.execute(conn), ErrorKind::Unsupported);
    }
}

fn conditions_read_common_table_expressions(db: &Db) {
    let conn = &mut tables(db);
    let run = |conn: &mut Connection, least: i64, new: i64| {
        let best = best(least).cte("best");
        let (team, _) = best.columns();
        update(Team)
            .set(Team.points, new)
            .filter(Team.id.in_(select(team).from(&best)))
            .execute(conn)
            .unwrap()
    };
    assert_eq!(run(conn, 7, 1), 2);
    let misses = db.engine.statement_cache_status().misses;
    assert_eq!(run(conn, 8, 2), 1);
    assert_eq!(db.engine.statement_cache_status().misses, misses);
    assert_eq!(points(conn), [0, 1, 2, 0]);
    let best = best(7).cte("best");
    let (team, _) = best.columns();
    let found = select(team).from(&best).filter(team.eq(Team.id));
    let gone = delete(Team).filter(!exists(found));
    assert_eq!(gone.execute(conn).unwrap(), 2);
    assert_eq!(ids(conn), [2, 3]);
}

fn conditions_read_the_written_table(db: &Db) {
    let conn = &mut tables(db);
    let some = select(Team.id).filter(Team.id.le(2)).cte("some");
    let change = update(Team)
        .set(Team.points, 5)
        .filter(Team.id.in_(select(some.columns()).from(&some)));
    assert_eq!(change.execute(conn).unwrap(), 2);
    assert_eq!(points(conn), [5, 5, 0, 0]);
    let tree = tree();
    let change = update(Team)
        .set(Team.points, 6)
        .filter(Team.id.in_(select(tree.columns()).from(&tree)));
    assert_eq!(change.execute(conn).unwrap(), 3);
    assert_eq!(points(conn), [5, 6, 6, 6]);
    let best = select(max(Team.points)).cte("best");
    let gone = delete(Team).filter(Team.points.eq(scalar(select(best.columns()).from(&best))));
    assert_eq!(gone.execute(conn).unwrap(), 3);
    assert_eq!(ids(conn), [1]);
}

fn statements_that_are_not_valid_are_refused(db: &Db) {
    let conn = &mut tables(db);
    let table = best(0).as_table("best");
    let (team, most) = table.columns();
    // A column of a query that is not there.
    let missing = update(Team)
        .set(Team.points, most.coalesce(0))
        .filter(team.eq(Team.id));
    let error = fails(missing.execute(conn), ErrorKind::Usage);
    assert!(
        error.message().contains("missing FROM entry for best"),
        "{error}"
    );
    let twice = delete(Team).using(&table).using(&table);
    let error = fails(twice.execute(conn), ErrorKind::Usage);
    assert!(
        error.message().contains("best specified more than once"),
        "{error}"
    );
    // The table that is written is not seen by a query beside it.
    let beside = select(Score.points).filter(Score.team.eq(Team.id));
    let beside = beside.as_table("beside");
    let outer = delete(Team).using(&beside);
    let error = fails(outer.execute(conn), ErrorKind::Usage);
    assert!(error.message().contains("dw_teams"), "{error}");
    // Two queries of one name, and one of the name of the table.
    let (one, other) = (best(0).cte("best"), best(1).cte("best"));
    let other = other.alias("other");
    let two = delete(Team).using(&one).using(&other);
    let error = fails(two.execute(conn), ErrorKind::Usage);
    assert!(error.message().contains("more than once"), "{error}");
    let hiding = best(0).cte("dw_teams").alias("other");
    let error = fails(delete(Team).using(&hiding).execute(conn), ErrorKind::Usage);
    assert!(error.message().contains("dw_teams"), "{error}");
    let wrong = select(Score.points).filter(Team.id.eq(1)).as_table("wrong");
    fails(delete(Team).using(&wrong).execute(conn), ErrorKind::Usage);
    let unnamed = best(0).as_table("");
    fails(delete(Team).using(&unnamed).execute(conn), ErrorKind::Usage);
    assert_eq!(db.sent(), [""; 0]);
}

fn deleted_rows_change_others(db: &Db) {
    drop(tables(db));
    let mut session = db.session();
    let team = session.get_one(Team, 1).unwrap();
    let scores = select(Score)
        .filter(Score.team.eq(1))
        .all(&mut session)
        .unwrap();
    let gone = delete(Score)
        .filter(Score.id.eq(1))
        .returning((Score.team, Score.points))
        .cte("gone");
    let (of, lost) = gone.columns();
    let change = update(Team)
        .from(&gone)
        .set(Team.points, lost)
        .filter(of.eq(Team.id));
    assert_eq!(change.execute(&mut session).unwrap(), 1);
    // Both tables were written, so what is loaded of both is read again.
    session.refresh(team).unwrap();
    assert_eq!(session[team].points, 5);
    fails(session.refresh(scores[0]), ErrorKind::NotFound);
    let left = select(Score).all(&mut session).unwrap();
    assert_eq!(left.len(), 3);
    session.commit().unwrap();
}
