//! Generated columns, sequences' absence and views: what is written of them, what is read back, and what is refused.

use super::*;
use std::sync::Arc;

use orm::sqlite::{SqliteDialect, SqliteDriver};
use orm_core::testing::{Recorder, RecordingDriver};

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "qr_lines")]
#[orm(check(name = "cheap", Line.price.lt(1000)))]
#[orm(index(amount, name = "qr_many", where(Line.amount.gt(1))))]
struct Line {
    #[orm(primary_key)]
    id: i64,
    price: i64,
    amount: i64,
    #[orm(generated = "price * amount")]
    sum: i64,
    #[orm(generated(virtual, "CASE WHEN amount > 1 THEN 'many' END"))]
    kind: Option<String>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "qr_totals", depends_on(Line))]
#[orm(
    view = "SELECT kind, CAST(sum(sum) AS INTEGER) AS total FROM qr_lines WHERE kind IS NOT NULL GROUP BY kind"
)]
struct Total {
    #[orm(primary_key)]
    kind: String,
    total: i64,
}

fn database() -> Result<(Engine, Recorder)> {
    let recorder = Recorder::new();
    let driver = RecordingDriver::new(SqliteDriver::memory(), &recorder);
    let options = Engine::options(URL);
    let engine = Engine::with_driver(Arc::new(driver), vec![&SqliteDialect], &options)?;
    Metadata::of((Line, Total)).create_all(&engine)?;
    recorder.take_sql();
    Ok((engine, recorder))
}

fn writes(recorder: &Recorder) -> Vec<String> {
    let mut sent = recorder.take_sql();
    sent.retain(|sql| sql.contains("qr_lines") && !sql.starts_with("PRAGMA"));
    sent
}

#[test]
fn a_flush_leaves_generated_columns_out_and_reads_them_back() -> Result<()> {
    let (engine, recorder) = database()?;
    let mut session = Session::new(&engine);
    let line = session.add(Line::builder().price(3).amount(2));
    session.flush()?;
    assert_eq!(
        (session[line].sum, session[line].kind.as_deref()),
        (6, Some("many"))
    );
    let sent = writes(&recorder);
    assert_eq!(
        sent[0],
        r#"INSERT INTO "qr_lines" ("price", "amount") VALUES (?, ?)"#
    );
    session[line].amount = 1;
    session.flush()?;
    assert_eq!(
        (session[line].sum, session[line].kind.as_deref()),
        (3, None)
    );
    let sent = writes(&recorder);
    let update = sent
        .iter()
        .find(|sql| sql.starts_with("UPDATE"))
        .expect("an UPDATE");
    assert!(
        update.starts_with(r#"UPDATE "qr_lines" SET "amount" = ? WHERE "id" = ?"#),
        "{update}"
    );
    // What is assigned to one is no change.
    session[line].sum = 100;
    session.flush()?;
    assert_eq!(writes(&recorder), Vec::<String>::new());
    session.commit()?;
    session.expire_all();
    session.refresh(line)?;
    assert_eq!(session[line].sum, 3);
    Ok(())
}

#[test]
fn inserts_of_structs_leave_generated_columns_out() -> Result<()> {
    let (engine, _) = database()?;
    let conn = &mut engine.connection()?;
    let line = Line {
        id: 0,
        price: 2,
        amount: 5,
        sum: 77,
        kind: None,
    };
    insert(Line).values(&line).execute(conn)?;
    insert(Line)
        .values([line.clone(), line.clone()])
        .execute(conn)?;
    insert(Line)
        .values(std::slice::from_ref(&line))
        .execute(conn)?;
    let sums = select(Line.sum).all(conn)?;
    assert_eq!(sums, [10, 10, 10, 10]);
    let upserted = Line {
        id: 1,
        amount: 6,
        ..line
    };
    insert(Line)
        .values(upserted)
        .on_conflict(Line.id)
        .do_update_all()
        .execute(conn)?;
    assert_eq!(select(Line.sum).filter(Line.id.eq(1)).one(conn)?, 12);
    Ok(())
}

#[test]
fn setting_a_generated_column_is_refused() -> Result<()> {
    let (engine, _) = database()?;
    let mut conn = engine.connection()?;
    let line = Line {
        id: 1,
        price: 2,
        amount: 5,
        sum: 77,
        kind: None,
    };
    insert(Line).values(&line).execute(&mut conn)?;
    let refused = [
        update(Line)
            .set(Line.sum, 1)
            .execute(&mut conn)
            .unwrap_err(),
        update_many(Line)
            .rows([&line])
            .set(Line.sum)
            .execute(&mut conn)
            .unwrap_err(),
    ];
    drop(conn);
    let mut session = Session::new(&engine);
    let handle = session.get_one(Line, 1)?;
    let others = [
        session.set(handle, Line.sum, 1).unwrap_err(),
        session.set(handle, Line.sum, Line.price + 1).unwrap_err(),
    ];
    for error in refused.iter().chain(&others) {
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert_eq!(
            error.message(),
            "the generated column qr_lines.sum can't be set"
        );
        assert_eq!(error.column(), Some("sum"));
    }
    Ok(())
}

#[test]
fn a_typed_check_is_a_check_of_the_table() -> Result<()> {
    let (engine, _) = database()?;
    let conn = &mut engine.connection()?;
    let line = Line {
        id: 0,
        price: 1000,
        amount: 1,
        sum: 0,
        kind: None,
    };
    let error = insert(Line).values(&line).execute(conn).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CheckViolation);
    assert_eq!(error.constraint(), Some("ck_qr_lines_cheap"));
    Ok(())
}

#[test]
fn a_view_is_read_like_a_table_and_not_written() -> Result<()> {
    let (engine, _) = database()?;
    let mut conn = engine.connection()?;
    let line = Line {
        id: 0,
        price: 2,
        amount: 5,
        sum: 0,
        kind: None,
    };
    insert(Line)
        .values([line.clone(), line])
        .execute(&mut conn)?;
    let total = Total {
        kind: "many".into(),
        total: 20,
    };
    assert_eq!(select(Total).all(&mut conn)?, std::slice::from_ref(&total));
    let refused = [
        insert(Total).values(&total).execute(&mut conn).unwrap_err(),
        update(Total)
            .set(Total.total, 1)
            .execute(&mut conn)
            .unwrap_err(),
        delete(Total).execute(&mut conn).unwrap_err(),
    ];
    drop(conn);
    let mut session = Session::new(&engine);
    let handle = session.get_one(Total, "many".to_owned())?;
    session[handle].total = 3;
    let changed = session.flush().unwrap_err();
    session.rollback()?;
    session.add(total);
    let added = session.flush().unwrap_err();
    for error in refused.iter().chain([&changed, &added]) {
        assert_eq!(error.kind(), ErrorKind::Usage);
        let message = "Total is a model of the view qr_totals, which is read-only";
        assert_eq!(error.message(), message);
    }
    session.rollback()?;
    drop(session);
    let models = Metadata::of((Line, Total));
    // Once more, and gone.
    models.create_all(&engine)?;
    models.drop_all(&engine)?;
    assert!(select(Total).all(&mut engine.connection()?).is_err());
    Ok(())
}
