//! `#[orm::test]` on itself: what a test gets, and what is left of it.

#![allow(clippy::wildcard_imports, reason = "the modules here are of one kind")]
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use orm::prelude::*;
use orm::testing::{Case, Isolation, SetUp as _, TestDatabase, assert_statements, run};

#[derive(Model, Clone, Debug)]
#[orm(table = "orders")]
struct Order {
    #[orm(primary_key)]
    id: i64,
    #[orm(unique, length = 40)]
    customer: String,
    shipped: bool,
}

fn order(customer: &str) -> Order {
    Order {
        id: 0,
        customer: customer.to_owned(),
        shipped: false,
    }
}

fn count(db: &TestDatabase) -> i64 {
    select(Order).count(&mut db.connection().unwrap()).unwrap()
}

mod fresh {
    use super::*;

    /// Twice, so that one would see what the other has left.
    #[orm::test(models(Order))]
    fn begins_empty(db: TestDatabase) -> orm::Result<()> {
        assert_eq!(count(&db), 0);
        let mut session = db.session();
        session.add(order("a"));
        session.commit()?;
        assert_eq!(count(&db), 1);
        Ok(())
    }

    #[orm::test(models(Order))]
    fn begins_empty_again(mut session: Session) -> orm::Result<()> {
        session.add(order("a"));
        session.commit()
    }

    #[orm::test(models(Order))]
    fn names_are_neutral(db: TestDatabase) -> orm::Result<()> {
        let mut conn = db.connection()?;
        let update = update(Order)
            .set(Order.shipped, true)
            .filter(Order.id.eq(1));
        assert_statements!(db, 1, update.execute(&mut conn)?);
        conn.transaction(|conn| delete(Order).filter(Order.id.eq(1)).execute(conn))?;
        assert_statements!(db, [r#"DELETE FROM "orders" WHERE "id" = ?"#]);
        Ok(())
    }

    #[orm::test(models(Order))]
    #[should_panic(expected = "1 statements were sent, but 0 were expected")]
    fn a_difference_shows_the_sql(db: TestDatabase) {
        assert_statements!(db, 0, count(&db));
    }

    fn with_a_row(engine: &Engine) -> orm::Result<()> {
        Metadata::of((Order,)).create_all(engine)?;
        insert(Order)
            .values([&order("set up")])
            .execute(&mut engine.connection()?)?;
        Ok(())
    }

    #[orm::test(set_up = with_a_row)]
    fn a_function_makes_the_tables(db: TestDatabase) {
        assert_eq!(count(&db), 1);
        // What has made them is no part of the test.
        assert_eq!(db.take_statements().len(), 1);
    }
}

mod options {
    use super::*;
    use orm::engine::EngineOptions;

    fn options(options: EngineOptions) -> EngineOptions {
        options.criteria(&Criteria::new().add("unshipped", Order, Order.shipped.eq(false)))
    }

    fn checks(db: &TestDatabase) -> orm::Result<()> {
        let mut session = db.session();
        let shipped = session.add(order("a"));
        session[shipped].shipped = true;
        session.commit()?;
        let sql = r#"SELECT COUNT(*) FROM "orders" WHERE "shipped" = ?"#;
        db.take_statements();
        assert_eq!(assert_statements!(db, [sql], count(db)), 0);
        let all = select(Order).without_criteria("unshipped");
        assert_eq!(all.count(&mut session)?, 1);
        Ok(())
    }

    #[orm::test(models(Order), options = options)]
    fn are_those_of_the_engine(db: TestDatabase) -> orm::Result<()> {
        checks(&db)
    }

    #[orm::test(rollback, models(Order), options = options)]
    fn are_those_of_each_test_with_rollback(db: TestDatabase) -> orm::Result<()> {
        checks(&db)
    }

    /// On the database of the other one.
    #[orm::test(rollback, models(Order))]
    fn may_be_missing(db: TestDatabase) -> orm::Result<()> {
        let mut session = db.session();
        session.add(order("a"));
        session.commit()?;
        db.take_statements();
        assert_eq!(
            assert_statements!(db, [r#"SELECT COUNT(*) FROM "orders""#], count(&db)),
            1
        );
        Ok(())
    }
}

mod rolled_back {
    use super::*;

    /// Three times, so that one finds what another has left: they have the same unique value.
    fn commits(db: &TestDatabase) -> orm::Result<()> {
        assert_eq!(count(db), 0);
        let mut session = db.session();
        let one = session.add(order("the same"));
        session.commit()?;
        session[one].shipped = true;
        session.commit()?;
        session.add(order("not stored"));
        session.flush()?;
        session.rollback()?;
        drop(session);
        assert_eq!(count(db), 1);
        Ok(())
    }

    #[orm::test(rollback, models(Order))]
    fn may_commit(db: TestDatabase) -> orm::Result<()> {
        commits(&db)
    }

    #[orm::test(rollback, models(Order))]
    fn may_commit_again(db: TestDatabase) -> orm::Result<()> {
        commits(&db)
    }

    #[orm::test(rollback, models(Order))]
    fn and_once_more(db: TestDatabase) -> orm::Result<()> {
        commits(&db)
    }

    #[orm::test(rollback, models(Order))]
    fn a_refused_statement_is_undone_alone(db: TestDatabase) -> orm::Result<()> {
        let mut conn = db.connection()?;
        insert(Order).values([&order("a")]).execute(&mut conn)?;
        let twice = insert(Order).values([&order("a")]).execute(&mut conn);
        assert!(twice.is_err_and(|error| error.is_unique_violation()));
        drop(conn);
        assert_eq!(count(&db), 1);
        let mut session = db.session();
        session.add(order("a"));
        assert!(
            session
                .commit()
                .is_err_and(|error| error.is_unique_violation())
        );
        session.rollback()?;
        session.add(order("b"));
        session.commit()?;
        drop(session);
        assert_eq!(count(&db), 2);
        Ok(())
    }

    #[orm::test(rollback, models(Order))]
    fn closures_and_savepoints_are_what_they_are(db: TestDatabase) -> orm::Result<()> {
        let engine = db.engine();
        engine.transaction(|session| {
            session.add(order("kept"));
            let undone = session.savepoint(|session| {
                session.add(order("undone"));
                session.flush()?;
                Err::<(), _>(orm::Error::new(orm::ErrorKind::Other))
            });
            assert!(undone.is_err());
            Ok(())
        })?;
        assert_eq!(count(&db), 1);
        let failed = engine.transaction(|session| {
            session.add(order("lost"));
            session.flush()?;
            Err::<(), _>(orm::Error::new(orm::ErrorKind::Other))
        });
        assert!(failed.is_err());
        assert_eq!(count(&db), 1);
        Ok(())
    }

    /// On MariaDB a commit of several rows is one statement, with a transaction in it.
    #[orm::test(rollback, models(Order))]
    fn several_rows_are_committed_at_once(db: TestDatabase) -> orm::Result<()> {
        let mut session = db.session();
        let orders = ["a", "b", "c"].map(|customer| session.add(order(customer)));
        session.commit()?;
        for order in orders {
            session[order].shipped = true;
        }
        session.commit()?;
        let shipped = select(Order).filter(Order.shipped.eq(true));
        assert_eq!(shipped.count(&mut db.connection()?)?, 3);
        // Another program's change in between: none of the three is written.
        for order in orders {
            session[order].shipped = false;
        }
        let other = update(Order)
            .set(Order.shipped, false)
            .filter(Order.customer.eq("b"));
        other.execute(&mut db.connection()?)?;
        assert!(session.commit().is_err_and(|error| error.is_stale_data()));
        session.rollback()?;
        drop(session);
        assert_eq!(shipped.count(&mut db.connection()?)?, 2);
        Ok(())
    }

    #[orm::test(rollback, models(Order))]
    fn text_of_the_programs_own_may_control_transactions(db: TestDatabase) -> orm::Result<()> {
        let mut conn = db.connection()?;
        conn.raw_control("BEGIN")?;
        insert(Order).values([&order("a")]).execute(&mut conn)?;
        conn.raw_control("COMMIT")?;
        conn.raw_control("BEGIN")?;
        insert(Order).values([&order("b")]).execute(&mut conn)?;
        conn.raw_control("ROLLBACK")?;
        drop(conn);
        assert_eq!(count(&db), 1);
        Ok(())
    }

    #[orm::test(rollback, models(Order))]
    fn a_cursor_is_read_outside_a_transaction(db: TestDatabase) -> orm::Result<()> {
        let mut conn = db.connection()?;
        insert(Order)
            .values([&order("a"), &order("b")])
            .execute(&mut conn)?;
        let mut customers = Vec::new();
        for customer in select(Order.customer)
            .order_by(Order.customer.asc())
            .stream(&mut conn)?
        {
            customers.push(customer?);
        }
        assert_eq!(customers, ["a", "b"]);
        assert!(!conn.in_transaction());
        drop(conn);
        assert_eq!(count(&db), 2);
        Ok(())
    }

    #[orm::test(rollback, models(Order))]
    fn a_second_transaction_at_a_time_is_an_error(db: TestDatabase) -> orm::Result<()> {
        let mut first = db.connection()?;
        first.begin()?;
        let mut second = db.connection()?;
        let error = second.begin().unwrap_err();
        assert!(
            error
                .message()
                .contains("another connection has a transaction"),
            "{error}"
        );
        first.rollback()?;
        second.begin()?;
        second.commit()
    }

    #[orm::test(rollback, models(Order))]
    fn what_is_left_open_is_undone(db: TestDatabase) -> orm::Result<()> {
        let mut conn = db.connection()?;
        conn.begin()?;
        insert(Order).values([&order("a")]).execute(&mut conn)?;
        drop(conn);
        assert_eq!(count(&db), 0);
        Ok(())
    }

    #[allow(clippy::needless_pass_by_value, reason = "as a test takes it")]
    fn defines(db: TestDatabase) -> orm::Result<()> {
        db.connection()?
            .raw_control("CREATE TABLE more (id INTEGER)")
    }

    /// A definition that can't be undone ends the transaction around the test, which then fails.
    #[test]
    fn a_definition_is_undone_or_fails_the_test() {
        for dialect in ["sqlite", "postgres", "mysql", "mariadb"] {
            let case = Case {
                dialect,
                path: "testing::rolled_back::defines",
                isolation: Isolation::Rollback,
                tables: "orders",
                options: |options| options,
                set_up: |engine| Metadata::of((Order,)).set_up(engine),
                should_panic: None,
            };
            let is_undone = matches!(dialect, "sqlite" | "postgres");
            for _ in 0..2 {
                let variable = format!("ORM_TEST_{}_URL", dialect.to_uppercase());
                let is_there = dialect == "sqlite" || std::env::var(variable).is_ok();
                let list = std::env::var("ORM_TEST_DIALECTS");
                let is_listed = list.map_or(true, |list| list.contains(dialect));
                match run(&case, defines) {
                    Ok(()) => assert!(is_undone || !is_there || !is_listed, "{dialect}"),
                    Err(failure) => {
                        let text = format!("{failure:?}");
                        assert!(
                            !is_undone && text.contains("has ended the transaction"),
                            "{text}"
                        );
                    }
                }
            }
        }
    }
}
