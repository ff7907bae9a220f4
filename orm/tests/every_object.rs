//! What models state beyond columns and keys, on every database: generated columns, typed conditions and views.

#![cfg(feature = "testing")]
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use orm::ErrorKind;
use orm::prelude::*;
use orm::testing::TestDatabase;

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "object_lines", comment = "what is bought")]
#[orm(check(name = "cheap", Line.price.lt(1000).and(Line.name.ne("none's"))))]
#[orm(unique(name, price, name = "object_one_each"))]
#[orm(index(amount desc, name = "object_by_amount"))]
struct Line {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 40, comment = "of the article")]
    name: String,
    price: i64,
    amount: i64,
    #[orm(generated = "price * amount")]
    sum: Option<i64>,
    #[orm(generated(
        stored,
        postgres = "name || '!'",
        sqlite = "name || '!'",
        mysql = "CONCAT(name, '!')"
    ))]
    #[orm(length = 41)]
    loud: Option<String>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "object_sums", depends_on(Line))]
#[orm(view(
    postgres = "SELECT name, max(sum) AS best FROM object_lines GROUP BY name",
    sqlite = "SELECT name, max(sum) AS best FROM object_lines GROUP BY name",
    mysql = "SELECT name, max(sum) AS best FROM object_lines GROUP BY name"
))]
struct Best {
    #[orm(primary_key, length = 40)]
    name: String,
    best: Option<i64>,
}

fn line(name: &str, price: i64) -> Line {
    Line {
        id: 0,
        name: name.to_owned(),
        price,
        amount: 2,
        sum: Some(-1),
        loud: None,
    }
}

#[orm::test(models(Line, Best))]
fn generated_columns_are_computed_by_the_database(db: TestDatabase) -> orm::Result<()> {
    let mut session = db.session();
    let rows = [line("a", 3), line("b", 4)].map(|line| session.add(line));
    session.flush()?;
    let read = rows.map(|row| (session[row].sum, session[row].loud.clone()));
    let loud = |text: &str| Some(text.to_owned());
    assert_eq!(read, [(Some(6), loud("a!")), (Some(8), loud("b!"))]);
    session[rows[0]].amount = 5;
    session[rows[1]].name = "c".to_owned();
    session.flush()?;
    let read = rows.map(|row| (session[row].sum, session[row].loud.clone()));
    assert_eq!(read, [(Some(15), loud("a!")), (Some(8), loud("c!"))]);
    session.set(rows[0], Line.price, Line.price + 1)?;
    session.flush()?;
    assert_eq!(session[rows[0]].sum, Some(20));
    session[rows[0]].sum = Some(0);
    session.commit()?;
    assert_eq!(
        select(Line.sum)
            .filter(Line.name.eq("a"))
            .one(&mut db.connection()?)?,
        Some(20)
    );
    Ok(())
}

#[orm::test(models(Line, Best))]
fn rows_are_given_without_generated_columns(db: TestDatabase) -> orm::Result<()> {
    let conn = &mut db.connection()?;
    insert(Line)
        .values([line("a", 1), line("b", 2)])
        .execute(conn)?;
    insert(Line).values(&line("c", 3)).execute(conn)?;
    let mut changed = select(Line).filter(Line.name.eq("c")).one(conn)?;
    changed.price = 7;
    update_many(Line)
        .rows([&changed])
        .set(Line.price)
        .execute(conn)?;
    let sums = select((Line.name, Line.sum))
        .order_by(Line.name)
        .all(conn)?;
    let expected = [("a", 2), ("b", 4), ("c", 14)];
    assert_eq!(
        sums,
        expected.map(|(name, sum)| (name.to_owned(), Some(sum)))
    );
    let error = update(Line).set(Line.sum, 3).execute(conn).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    Ok(())
}

#[orm::test(models(Line, Best))]
fn typed_checks_are_checked(db: TestDatabase) -> orm::Result<()> {
    let conn = &mut db.connection()?;
    for refused in [line("a", 1000), line("none's", 1)] {
        let error = insert(Line).values(refused).execute(conn).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::CheckViolation);
        assert_eq!(error.constraint(), Some("ck_object_lines_cheap"));
    }
    Ok(())
}

#[orm::test(models(Line, Best))]
fn views_are_read_and_not_written(db: TestDatabase) -> orm::Result<()> {
    let conn = &mut db.connection()?;
    insert(Line)
        .values([line("a", 1), line("a", 9)])
        .execute(conn)?;
    let best = Best {
        name: "a".to_owned(),
        best: Some(18),
    };
    assert_eq!(select(Best).all(conn)?, std::slice::from_ref(&best));
    let error = insert(Best).values(&best).execute(conn).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    Ok(())
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "object_tickets")]
struct Ticket {
    #[orm(primary_key, sequence = "object_numbers")]
    id: i64,
    #[orm(sequence = "object_numbers")]
    number: i64,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "object_bills")]
#[orm(index(expr("lower(name)"), name = "object_lower", unique, where(Bill.paid.eq(false)), include(id)))]
#[orm(exclude(expr("int8range(id, id + 1)") with "&&", name = "object_apart"))]
#[orm(attach(
    name = "object_rule",
    dialect = "postgres",
    create = "CREATE RULE object_rule AS ON DELETE TO object_bills DO INSTEAD NOTHING"
))]
struct Bill {
    #[orm(primary_key, identity(always, start = 100, increment = 10))]
    id: i64,
    #[orm(unique(nulls_not_distinct, deferrable = deferred))]
    name: Option<String>,
    paid: bool,
    #[orm(references = Bill.id, deferrable = deferred, match = full)]
    previous: Option<i64>,
}

/// The test creates its own tables.
#[expect(clippy::unnecessary_wraps, reason = "the signature of a set-up")]
const fn nothing(_: &Engine) -> orm::Result<()> {
    Ok(())
}

#[orm::test(set_up = nothing)]
fn sequences_are_created_and_give_values(db: TestDatabase) -> orm::Result<()> {
    let conn = &mut db.connection()?;
    let models = Metadata::of((Ticket,));
    match conn.dialect().name() {
        "postgres" | "mariadb" => models.create_all_on(conn)?,
        _ => {
            let error = models.create_all_on(conn).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported);
            return Ok(());
        }
    }
    // Twice: what exists stays.
    models.create_all_on(conn)?;
    let mut session = db.session();
    let ticket = session.add(Ticket::builder());
    session.commit()?;
    let mut numbers = [session[ticket].id, session[ticket].number];
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2]);
    drop(session);
    models.drop_all_on(conn)
}

#[orm::test(set_up = nothing)]
fn options_of_postgres_are_created(db: TestDatabase) -> orm::Result<()> {
    let conn = &mut db.connection()?;
    let models = Metadata::of((Bill,));
    if conn.dialect().name() != "postgres" {
        let error = models.create_all_on(conn).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        return Ok(());
    }
    models.create_all_on(conn)?;
    let mut session = db.session();
    let bills = ["a", "b"].map(|name| session.add(Bill::builder().name(name).paid(false)));
    session.commit()?;
    assert_eq!(bills.map(|bill| session[bill].id), [100, 110]);
    session.delete(bills[0]);
    assert_eq!(session.flush().unwrap_err().kind(), ErrorKind::StaleData);
    session.rollback()?;
    session.add(Bill::builder().name("A").paid(false));
    let error = session.flush().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UniqueViolation);
    session.rollback()
}
