//! `Session::set`: columns that a flush sets to SQL expressions, and what is read afterwards.

use orm::ErrorKind;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::suite::statements::{reads, writes};
use crate::suite::support::fails;

cases![
    "sql_values":
    an_expression_is_written_and_its_value_read,
    a_count_of_another_session_is_not_lost,
    columns_that_change_are_matched_and_others_are_not,
    expressions_use_the_old_values_of_the_row,
    the_version_is_matched_and_counts_up,
    many_entities_are_written_each_by_its_expression,
    a_value_that_is_assigned_later_counts,
    an_expression_replaces_what_was_given_before,
    a_value_is_assigned,
    a_constraint_that_refuses_leaves_the_expression,
    a_rollback_takes_an_expression_back,
    a_savepoint_takes_back_what_was_counted_in_it,
    a_refresh_discards_an_expression,
    what_the_flush_has_to_know_is_refused,
    an_entity_without_a_row_is_refused,
    a_deleted_entity_is_not_written,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(
    table = "turnstiles",
    check(name = "ck_turnstiles", raw = "entered <= 90")
)]
struct Turnstile {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
    entered: i32,
    left: Option<i32>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "turnstile_stock")]
struct Stock {
    #[orm(primary_key)]
    id: i64,
    pieces: i32,
    #[orm(version)]
    version: i32,
}

/// A session with turnstiles of these counts, which are fresh.
fn session(db: &Db, counts: &[i32]) -> (Session, Vec<Ref<Turnstile>>) {
    Metadata::of((Turnstile, Stock))
        .create_all(&db.engine)
        .unwrap();
    let rows = counts.iter().map(|entered| Turnstile {
        id: 0,
        name: "gate".into(),
        entered: *entered,
        left: None,
    });
    let mut conn = db.other_connection();
    insert(Turnstile)
        .values(rows.collect::<Vec<_>>())
        .execute(&mut conn)
        .unwrap();
    let mut session = db.session();
    let all = select(Turnstile)
        .order_by(Turnstile.id.asc())
        .all(&mut session)
        .unwrap();
    db.sent();
    (session, all)
}

/// The counts in the database.
fn counts(db: &Db) -> Vec<i32> {
    select(Turnstile.entered)
        .order_by(Turnstile.id.asc())
        .all(&mut db.other_connection())
        .unwrap()
}

/// What was written to a table, without the casts of single values and the checks of computed ones.
fn written(db: &Db) -> Vec<String> {
    writes(db).iter().map(|sql| uncast(sql)).collect()
}

fn uncast(sql: &str) -> String {
    sql.replace("::int8", "")
        .replace("CAST(? AS BIGINT)", "?")
        .replace("integer_store(", "")
        .replace(", 32)", "")
}

const COUNT_UP: &str = r#"UPDATE "turnstiles" SET "entered" = "entered" + ? WHERE "id" = ?"#;

fn an_expression_is_written_and_its_value_read(db: &Db) {
    let (mut session, all) = session(db, &[4]);
    session
        .set(all[0], Turnstile.entered, Turnstile.entered + 1)
        .unwrap();
    assert_eq!(session.changed_columns(all[0]).unwrap(), ["entered"]);
    assert_eq!(session[all[0]].entered, 4);
    session.commit().unwrap();
    assert_eq!(session[all[0]].entered, 5);
    let mut of_table: Vec<String> = db.sent().iter().map(|sql| uncast(sql)).collect();
    of_table.retain(|sql| sql.contains("\"turnstiles\""));
    assert_eq!(
        of_table,
        [
            COUNT_UP,
            r#"SELECT "id", "name", "entered", "left" FROM "turnstiles" WHERE "id" = ?"#
        ]
    );
    assert_eq!(counts(db), [5]);
    // It is written once.
    session.commit().unwrap();
    assert_eq!(written(db), [""; 0]);
}

fn a_count_of_another_session_is_not_lost(db: &Db) {
    let (mut session, all) = session(db, &[4]);
    let mut conn = db.other_connection();
    update(Turnstile)
        .set(Turnstile.entered, 40)
        .execute(&mut conn)
        .unwrap();
    session
        .set(all[0], Turnstile.entered, Turnstile.entered + 1)
        .unwrap();
    session.commit().unwrap();
    assert_eq!((session[all[0]].entered, counts(db)), (41, vec![41]));
}

fn columns_that_change_are_matched_and_others_are_not(db: &Db) {
    let (mut session, all) = session(db, &[4]);
    let gate = all[0];
    session
        .set(gate, Turnstile.entered, Turnstile.entered + 1)
        .unwrap();
    session[gate].name = "north".into();
    session.commit().unwrap();
    let sent = written(db);
    let begin =
        r#"UPDATE "turnstiles" SET "entered" = "entered" + ?, "name" = ? WHERE "id" = ? AND "#;
    assert!(sent[0].starts_with(begin), "{sent:?}");
    assert_eq!(sent[0].matches("\"entered\"").count(), 2, "{sent:?}");
    assert_eq!((session[gate].entered, &*session[gate].name), (5, "north"));
    let mut conn = db.other_connection();
    update(Turnstile)
        .set(Turnstile.name, "south")
        .execute(&mut conn)
        .unwrap();
    session
        .set(gate, Turnstile.entered, Turnstile.entered + 1)
        .unwrap();
    session[gate].name = "west".into();
    assert!(session.commit().unwrap_err().is_stale_data());
    session.rollback().unwrap();
    assert_eq!(counts(db), [5]);
}

fn expressions_use_the_old_values_of_the_row(db: &Db) {
    let (mut session, all) = session(db, &[4]);
    let gate = all[0];
    session
        .set(gate, Turnstile.left, Turnstile.entered)
        .unwrap();
    session
        .set(gate, Turnstile.entered, Turnstile.entered + 10)
        .unwrap();
    session.commit().unwrap();
    assert_eq!((session[gate].entered, session[gate].left), (14, Some(4)));
    // An expression and a value of the same row.
    session
        .set(gate, Turnstile.left, Turnstile.entered)
        .unwrap();
    session[gate].entered = 20;
    session.commit().unwrap();
    assert_eq!((session[gate].entered, session[gate].left), (20, Some(14)));
}

fn the_version_is_matched_and_counts_up(db: &Db) {
    let (mut session, _) = session(db, &[]);
    let stock = session.add(Stock {
        id: 0,
        pieces: 7,
        version: 0,
    });
    session.commit().unwrap();
    let before = session[stock].version;
    db.sent();
    session.set(stock, Stock.pieces, Stock.pieces - 2).unwrap();
    session.commit().unwrap();
    let sent = written(db);
    let begin = r#"UPDATE "turnstile_stock" SET "pieces" = "pieces" - ?, "version" = ? WHERE "id" = ? AND "#;
    assert!(sent[0].starts_with(begin), "{sent:?}");
    assert_eq!(
        (session[stock].pieces, session[stock].version),
        (5, before + 1)
    );
    let mut conn = db.other_connection();
    update(Stock)
        .set(Stock.pieces, 3)
        .execute(&mut conn)
        .unwrap();
    session.set(stock, Stock.pieces, Stock.pieces - 2).unwrap();
    assert!(session.commit().unwrap_err().is_stale_data());
    session.rollback().unwrap();
    session.refresh(stock).unwrap();
    assert_eq!(session[stock].pieces, 3);
}

fn many_entities_are_written_each_by_its_expression(db: &Db) {
    let (mut session, all) = session(db, &[1, 2, 3, 4]);
    for (index, gate) in all.iter().enumerate() {
        match index {
            0 => session[*gate].name = "first".into(),
            3 => session
                .set(*gate, Turnstile.entered, Turnstile.entered * 0 + 9)
                .unwrap(),
            _ => session
                .set(*gate, Turnstile.entered, Turnstile.entered + 1)
                .unwrap(),
        }
    }
    session.commit().unwrap();
    assert_eq!(counts(db), [1, 3, 4, 9]);
    let read: Vec<i32> = all.iter().map(|gate| session[*gate].entered).collect();
    assert_eq!(read, [1, 3, 4, 9]);
    let sent = written(db);
    assert_eq!(
        sent.iter().filter(|sql| *sql == COUNT_UP).count(),
        2,
        "{sent:?}"
    );
}

fn a_value_that_is_assigned_later_counts(db: &Db) {
    let (mut session, all) = session(db, &[4]);
    session
        .set(all[0], Turnstile.entered, Turnstile.entered + 1)
        .unwrap();
    session[all[0]].entered = 77;
    session.commit().unwrap();
    let sent = written(db);
    assert!(sent[0].contains(r#"SET "entered" = ? WHERE"#), "{sent:?}");
    assert_eq!(counts(db), [77]);
}

fn an_expression_replaces_what_was_given_before(db: &Db) {
    let (mut session, all) = session(db, &[4]);
    let gate = all[0];
    session
        .set(gate, Turnstile.entered, Turnstile.entered + 1)
        .unwrap();
    session
        .set(gate, Turnstile.entered, Turnstile.entered + 2)
        .unwrap();
    session.flush().unwrap();
    assert_eq!(session[gate].entered, 6);
    session[gate].entered = 50;
    session
        .set(gate, Turnstile.entered, Turnstile.entered + 2)
        .unwrap();
    session.commit().unwrap();
    assert_eq!((session[gate].entered, counts(db)), (8, vec![8]));
}

fn a_value_is_assigned(db: &Db) {
    let (mut session, all) = session(db, &[4]);
    let gate = all[0];
    session
        .set(gate, Turnstile.entered, Turnstile.entered + 1)
        .unwrap();
    session.set(gate, Turnstile.entered, 30).unwrap();
    session.set(gate, Turnstile.left, Null).unwrap();
    assert_eq!(session[gate].entered, 30);
    session.commit().unwrap();
    assert_eq!(counts(db), [30]);
    assert_eq!(reads(db), [""; 0]);
}

fn a_constraint_that_refuses_leaves_the_expression(db: &Db) {
    let (mut session, all) = session(db, &[90]);
    let gate = all[0];
    session
        .set(gate, Turnstile.entered, Turnstile.entered + 1)
        .unwrap();
    assert_eq!(
        session.flush().unwrap_err().kind(),
        ErrorKind::CheckViolation
    );
    assert_eq!(session[gate].entered, 90);
    session
        .set(gate, Turnstile.entered, Turnstile.entered - 1)
        .unwrap();
    session.commit().unwrap();
    assert_eq!((session[gate].entered, counts(db)), (89, vec![89]));
}

fn a_rollback_takes_an_expression_back(db: &Db) {
    let (mut session, all) = session(db, &[4]);
    let gate = all[0];
    session
        .set(gate, Turnstile.entered, Turnstile.entered + 1)
        .unwrap();
    session.rollback().unwrap();
    session.commit().unwrap();
    assert_eq!((writes(db).len(), counts(db)), (0, vec![4]));
    session
        .set(gate, Turnstile.entered, Turnstile.entered + 1)
        .unwrap();
    session.flush().unwrap();
    assert_eq!(session[gate].entered, 5);
    session.rollback().unwrap();
    assert_eq!(session[gate].entered, 4);
    session.commit().unwrap();
    assert_eq!(counts(db), [4]);
}

fn a_savepoint_takes_back_what_was_counted_in_it(db: &Db) {
    let (mut session, all) = session(db, &[4]);
    let gate = all[0];
    session
        .set(gate, Turnstile.entered, Turnstile.entered + 1)
        .unwrap();
    let failed: orm::Result<()> = session.savepoint(|session| {
        assert_eq!(session[gate].entered, 5);
        session.set(gate, Turnstile.entered, Turnstile.entered + 10)?;
        session.flush()?;
        session.set(gate, Turnstile.entered, Turnstile.entered + 20)?;
        Err(orm::Error::new(ErrorKind::Usage))
    });
    fails(failed, ErrorKind::Usage);
    assert_eq!(session[gate].entered, 5);
    session.commit().unwrap();
    assert_eq!(counts(db), [5]);
}

fn a_refresh_discards_an_expression(db: &Db) {
    let (mut session, all) = session(db, &[4]);
    let gate = all[0];
    session
        .set(gate, Turnstile.entered, Turnstile.entered + 1)
        .unwrap();
    session.refresh(gate).unwrap();
    session.commit().unwrap();
    session
        .set(gate, Turnstile.entered, Turnstile.entered + 1)
        .unwrap();
    session
        .set(gate, Turnstile.left, Turnstile.entered)
        .unwrap();
    session.refresh_attributes(gate, Turnstile.entered).unwrap();
    session.commit().unwrap();
    assert_eq!((session[gate].left, counts(db)), (Some(4), vec![4]));
}

fn what_the_flush_has_to_know_is_refused(db: &Db) {
    let (mut session, all) = session(db, &[4]);
    let key = session.set(all[0], Turnstile.id, Turnstile.id + 1);
    let key = fails(key, ErrorKind::Usage);
    assert_eq!(
        key.message(),
        "Turnstile.id can't be set to an SQL expression: it is part of the primary key"
    );
    let stock = session.add(Stock {
        id: 0,
        pieces: 7,
        version: 0,
    });
    session.flush().unwrap();
    let version = session.set(stock, Stock.version, Stock.version + 1);
    fails(version, ErrorKind::Usage);
    // A column of another table.
    let other = session.set(all[0], Turnstile.entered, Stock.pieces);
    fails(other, ErrorKind::Usage);
    session.commit().unwrap();
    assert_eq!(counts(db), [4]);
}

fn an_entity_without_a_row_is_refused(db: &Db) {
    let (mut session, all) = session(db, &[4]);
    let new = session.add(Turnstile::builder().name("new").entered(1));
    let refused = session.set(new, Turnstile.entered, Turnstile.entered + 1);
    let refused = fails(refused, ErrorKind::Usage);
    assert_eq!(
        refused.message(),
        "only a persistent Turnstile can be set to an SQL expression"
    );
    session.set(new, Turnstile.entered, 2).unwrap();
    session.expunge(all[0]).unwrap();
    let gone = session.set(all[0], Turnstile.entered, Turnstile.entered + 1);
    assert!(gone.unwrap_err().is_stale_handle());
    session.commit().unwrap();
    assert_eq!(counts(db), [4, 2]);
}

fn a_deleted_entity_is_not_written(db: &Db) {
    let (mut session, all) = session(db, &[4, 5]);
    session
        .set(all[0], Turnstile.entered, Turnstile.entered + 1)
        .unwrap();
    session.delete(all[0]);
    session.commit().unwrap();
    let sent = written(db);
    assert!(sent.iter().all(|sql| sql.starts_with("DELETE")), "{sent:?}");
    assert_eq!(counts(db), [5]);
}
