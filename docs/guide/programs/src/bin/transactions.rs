//! The programs of the chapter "Transactions".

use orm::engine::{IsolationLevel, TransactionOptions};
use orm::prelude::*;

// ANCHOR: models
#[derive(Model, Clone, Debug)]
#[orm(
    table = "accounts",
    check(name = "not_overdrawn", raw = "balance >= 0")
)]
struct Account {
    #[orm(primary_key)]
    id: i64,
    balance: i64,
}
// ANCHOR_END: models

// ANCHOR: queue
#[derive(Model, Clone, Debug)]
#[orm(table = "jobs")]
struct Job {
    #[orm(primary_key)]
    id: i64,
    done: bool,
}

/// Does the next job. Returns false if there is none left.
fn work(engine: &Engine) -> orm::Result<bool> {
    engine.transaction(|session| {
        let next = select(Job)
            .filter(Job.done.eq(false))
            .order_by(Job.id)
            .for_update()
            .skip_locked();
        let Some(job) = next.first(session)? else {
            return Ok(false);
        };
        session[job].done = true;
        Ok(true)
    })
    // BEGIN IMMEDIATE
    // SELECT "id", "done" FROM "jobs" WHERE "done" = ?
    //     ORDER BY "id" ASC LIMIT 1
    // PostgreSQL: SELECT "id", "done" FROM "jobs" WHERE "done" = $1
    //     ORDER BY "id" ASC LIMIT 1 FOR UPDATE SKIP LOCKED
    // MySQL: SELECT `id`, `done` FROM `jobs` WHERE `done` = ?
    //     ORDER BY `id` ASC LIMIT 1 FOR UPDATE SKIP LOCKED
    // UPDATE "jobs" SET "done" = ?
    //     WHERE "id" = ? AND "done" IS ?
    // PostgreSQL: SAVEPOINT orm_1
    // PostgreSQL: UPDATE "jobs" SET "done" = $1 WHERE "id" = $2
    //     AND "done" IS NOT DISTINCT FROM $3
    // MySQL: UPDATE `jobs` SET `done` = ? WHERE `id` = ?
    //     AND `done` <=> ?
    // COMMIT
}
// ANCHOR_END: queue

fn main() -> orm::Result<()> {
    let engine = orm_guide::engine()?;
    orm::metadata().create_all(&engine)?;
    let mut conn = engine.connection()?;
    let job = Job::builder().done(false);
    insert(Job).values(job).execute(&mut conn)?;
    drop(conn);
    work(&engine)?;
    let id = open(&engine)?;
    rollback(&engine, id)?;
    savepoint(&engine)?;
    lock(&engine, id)?;
    count(&engine, id)?;
    stale(&engine, id)?;
    retry(&engine, id)?;
    isolated(&engine)?;
    plain(&engine)
}

// ANCHOR: open
fn open(engine: &Engine) -> orm::Result<i64> {
    engine.transaction(|session| {
        let account = session.add(Account::builder().balance(5));
        session.flush()?;
        Ok(session[account].id)
    })
    // BEGIN IMMEDIATE
    // INSERT INTO "accounts" ("balance") VALUES (?)
    // PostgreSQL: INSERT INTO "accounts" ("balance") VALUES ($1)
    //     RETURNING "id"
    // MariaDB: INSERT INTO `accounts` (`balance`) VALUES (?)
    //     RETURNING `id`
    // COMMIT
}
// ANCHOR_END: open

// ANCHOR: rollback
fn rollback(engine: &Engine, id: i64) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let account = session.get(Account, id)?.expect("it is there");
    // SELECT "id", "balance" FROM "accounts" WHERE "id" = ?
    session[account].balance = 0;
    session.flush()?;
    // BEGIN IMMEDIATE
    // UPDATE "accounts" SET "balance" = ?
    //     WHERE "id" = ? AND "balance" IS ?
    // PostgreSQL: UPDATE "accounts" SET "balance" = $1 WHERE "id" = $2
    //     AND "balance" IS NOT DISTINCT FROM $3
    // MySQL: UPDATE `accounts` SET `balance` = ? WHERE `id` = ?
    //     AND `balance` <=> ?
    session.rollback()?;
    // ROLLBACK
    assert_eq!(session[account].balance, 5); // as before
    Ok(())
}
// ANCHOR_END: rollback

// ANCHOR: savepoint
fn savepoint(engine: &Engine) -> orm::Result<()> {
    engine.transaction(|session| {
        session.add(Account::builder().balance(1));
        let tried = session.savepoint(|session| {
            session.add(Account::builder().balance(-1));
            Ok(())
        });
        let error = tried.expect_err("the CHECK refuses it");
        assert!(error.is_check_violation());
        Ok(())
    })
    // BEGIN IMMEDIATE
    // INSERT INTO "accounts" ("balance") VALUES (?)
    // PostgreSQL: INSERT INTO "accounts" ("balance") VALUES ($1)
    //     RETURNING "id"
    // MariaDB: INSERT INTO `accounts` (`balance`) VALUES (?)
    //     RETURNING `id`
    // SAVEPOINT orm_1
    // INSERT INTO "accounts" ("balance") VALUES (?)
    // PostgreSQL: SAVEPOINT orm_2
    // PostgreSQL: INSERT INTO "accounts" ("balance") VALUES ($1)
    //     RETURNING "id"
    // PostgreSQL: ROLLBACK TO SAVEPOINT orm_2
    // MariaDB: INSERT INTO `accounts` (`balance`) VALUES (?)
    //     RETURNING `id`
    // ROLLBACK TO SAVEPOINT orm_1
    // RELEASE SAVEPOINT orm_1
    // PostgreSQL: none
    // MySQL: none
    // COMMIT
}
// ANCHOR_END: savepoint

// ANCHOR: lock
fn lock(engine: &Engine, id: i64) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let account = session.get_for_update(Account, id)?;
    // BEGIN IMMEDIATE
    // SELECT "id", "balance" FROM "accounts" WHERE "id" = ?
    // PostgreSQL: SELECT "id", "balance" FROM "accounts"
    //     WHERE "id" = $1 FOR UPDATE
    // MySQL: SELECT `id`, `balance` FROM `accounts`
    //     WHERE `id` = ? FOR UPDATE
    if let Some(account) = account {
        session[account].balance += 1;
    }
    session.commit()
    // UPDATE "accounts" SET "balance" = ?
    //     WHERE "id" = ? AND "balance" IS ?
    // PostgreSQL: SAVEPOINT orm_1
    // PostgreSQL: UPDATE "accounts" SET "balance" = $1 WHERE "id" = $2
    //     AND "balance" IS NOT DISTINCT FROM $3
    // MySQL: UPDATE `accounts` SET `balance` = ? WHERE `id` = ?
    //     AND `balance` <=> ?
    // COMMIT
}
// ANCHOR_END: lock

// ANCHOR: count
fn count(engine: &Engine, id: i64) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let account = session.get_one(Account, id)?;
    // SELECT "id", "balance" FROM "accounts" WHERE "id" = ?
    let more = Account.balance + 10;
    session.set(account, Account.balance, more)?;
    assert_eq!(session[account].balance, 6); // as it was read
    session.commit()?;
    // BEGIN IMMEDIATE
    // UPDATE "accounts" SET "balance" =
    //     integer_store("balance" + ?, 64) WHERE "id" = ?
    // PostgreSQL: UPDATE "accounts" SET "balance" = "balance" + $1
    //     WHERE "id" = $2
    // MySQL: UPDATE `accounts` SET `balance` = `balance` + ?
    //     WHERE `id` = ?
    // SELECT "id", "balance" FROM "accounts" WHERE "id" = ?
    // COMMIT
    assert_eq!(session[account].balance, 16);
    Ok(())
}
// ANCHOR_END: count

// ANCHOR: stale
fn stale(engine: &Engine, id: i64) -> orm::Result<()> {
    let mut one = Session::new(engine);
    let mut two = Session::new(engine);
    let of_one = one.get(Account, id)?.expect("it is there");
    // SELECT "id", "balance" FROM "accounts" WHERE "id" = ?
    let of_two = two.get(Account, id)?.expect("it is there");
    // SELECT "id", "balance" FROM "accounts" WHERE "id" = ?

    one[of_one].balance += 10;
    one.commit()?;
    // UPDATE "accounts" SET "balance" = ?
    //     WHERE "id" = ? AND "balance" IS ?
    // PostgreSQL: UPDATE "accounts" SET "balance" = $1 WHERE "id" = $2
    //     AND "balance" IS NOT DISTINCT FROM $3
    // MySQL: UPDATE `accounts` SET `balance` = ? WHERE `id` = ?
    //     AND `balance` <=> ?
    two[of_two].balance += 100;
    let error = two.commit().expect_err("the row has changed");
    // UPDATE "accounts" SET "balance" = ?
    //     WHERE "id" = ? AND "balance" IS ?
    // PostgreSQL: UPDATE "accounts" SET "balance" = $1 WHERE "id" = $2
    //     AND "balance" IS NOT DISTINCT FROM $3
    // MySQL: UPDATE `accounts` SET `balance` = ? WHERE `id` = ?
    //     AND `balance` <=> ?
    assert!(error.is_stale_data());
    two.rollback()
}
// ANCHOR_END: stale

// ANCHOR: retry
fn retry(engine: &Engine, id: i64) -> orm::Result<()> {
    engine.retry(20).transaction(|session| {
        let account = session.get(Account, id)?;
        let account = account.expect("it is there");
        session[account].balance += 100;
        Ok(())
    })
    // BEGIN IMMEDIATE
    // SELECT "id", "balance" FROM "accounts" WHERE "id" = ?
    // UPDATE "accounts" SET "balance" = ?
    //     WHERE "id" = ? AND "balance" IS ?
    // PostgreSQL: UPDATE "accounts" SET "balance" = $1 WHERE "id" = $2
    //     AND "balance" IS NOT DISTINCT FROM $3
    // MySQL: UPDATE `accounts` SET `balance` = ? WHERE `id` = ?
    //     AND `balance` <=> ?
    // COMMIT
}
// ANCHOR_END: retry

// ANCHOR: isolated
fn isolated(engine: &Engine) -> orm::Result<()> {
    let options = TransactionOptions::new()
        .isolation(IsolationLevel::Serializable)
        .read_only();
    let total = engine.transaction_with(options, |session| {
        select(sum(Account.balance)).one(session)
    })?;
    // PRAGMA query_only = TRUE
    // PostgreSQL: none
    // MySQL: SET TRANSACTION ISOLATION LEVEL SERIALIZABLE
    // BEGIN
    // PostgreSQL: BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY
    // MySQL: START TRANSACTION READ ONLY
    // SELECT SUM("balance") FROM "accounts" LIMIT 2
    // PostgreSQL: SELECT CAST(SUM("balance") AS int8) FROM "accounts"
    //     LIMIT 2
    // MySQL: SELECT (SUM(`balance`) DIV 1) FROM `accounts` LIMIT 2
    // COMMIT
    // PRAGMA query_only = FALSE
    // PostgreSQL: none
    // MySQL: none
    assert_eq!(total, Some(127));
    Ok(())
}
// ANCHOR_END: isolated

// ANCHOR: plain
fn plain(engine: &Engine) -> orm::Result<()> {
    let mut conn = engine.connection()?;
    conn.transaction(|conn| {
        update(Account).set(Account.balance, 0).execute(conn)?;
        conn.savepoint(|conn| {
            delete(Account).filter(Account.balance.eq(0)).execute(conn)
        })
    })?;
    // BEGIN
    // UPDATE "accounts" SET "balance" = ?
    // SAVEPOINT orm_1
    // DELETE FROM "accounts" WHERE "balance" = ?
    // RELEASE SAVEPOINT orm_1
    // PostgreSQL: none
    // MySQL: none
    // COMMIT
    Ok(())
}
// ANCHOR_END: plain
