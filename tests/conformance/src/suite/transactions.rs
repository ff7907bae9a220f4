//! The result of a commit is what is stored, even after an implicit commit or rollback of the database.

use std::panic::{AssertUnwindSafe, catch_unwind};

use orm::prelude::*;
use orm::{ErrorKind, Result};

use crate::Requires;
use crate::cases;
use crate::database::Db;
use crate::suite::support::{begun, fail, fails, insert_user, refused, users};

cases![
    "transactions":
    nothing_is_visible_before_commit,
    rollback_undoes_and_the_connection_goes_on,
    commit_tells_the_truth_after_a_failed_statement,
    commit_of_an_aborted_transaction_is_refused_and_not_sent (Requires::AbortingErrors),
    a_statement_in_an_aborted_transaction_is_refused_and_not_sent (Requires::AbortingErrors),
    a_failed_statement_leaves_the_transaction_whole (Requires::StatementRollback),
    a_closure_that_swallows_an_error_ends_its_transaction,
    a_failed_commit_is_rolled_back (Requires::DeferredKeys),
    ddl_is_undone_or_noticed,
    failed_ddl_in_a_transaction_is_noticed,
    transactions_by_hand_are_noticed (Requires::TransactionText),
    a_transaction_by_hand_is_ended_by_hand (Requires::TransactionText),
    a_commit_by_hand_is_refused_with_the_verb_to_call,
    a_panic_rolls_back_the_transaction,
    begin_twice_and_commit_without_begin_are_usage_errors,
    a_closure_cannot_end_its_own_transaction,
    a_dropped_connection_rolls_back_and_is_clean,
    a_failed_statement_outside_a_transaction_harms_nothing,
];

fn nothing_is_visible_before_commit(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
    assert!(conn.in_transaction());
    insert_user(&mut conn, "ada").unwrap();
    assert_eq!(users(db), [""; 0]);
    conn.commit().unwrap();
    assert!(!conn.in_transaction());
    assert_eq!(users(db), ["ada"]);
}

fn rollback_undoes_and_the_connection_goes_on(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
    insert_user(&mut conn, "ada").unwrap();
    conn.rollback().unwrap();
    assert!(!conn.in_transaction());
    insert_user(&mut conn, "grace").unwrap();
    assert_eq!(users(db), ["grace"]);
    // Without a transaction there is nothing to do.
    conn.rollback().unwrap();
}

fn commit_tells_the_truth_after_a_failed_statement(db: &Db) {
    let mut conn = begun(db);
    insert_user(&mut conn, "before").unwrap();
    refused(fail(&mut conn), ErrorKind::UniqueViolation);
    let after = insert_user(&mut conn, "after");
    match conn.commit() {
        Ok(()) => {
            after.unwrap();
            assert_eq!(users(db), ["after", "before", "taken"]);
        }
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Transaction, "{error}");
            conn.rollback().unwrap();
            assert_eq!(users(db), ["taken"]);
        }
    }
}

fn commit_of_an_aborted_transaction_is_refused_and_not_sent(db: &Db) {
    let mut conn = begun(db);
    insert_user(&mut conn, "before").unwrap();
    fail(&mut conn).unwrap_err();
    let error = fails(conn.commit(), ErrorKind::Transaction);
    assert!(error.message().contains("aborted"), "{error}");
    assert!(error.hint().unwrap().contains("rollback()"), "{error}");
    assert!(db.sent().iter().all(|sql| sql != "COMMIT"));
    // The transaction is still there for a rollback, and nothing else.
    assert!(conn.in_transaction());
    conn.rollback().unwrap();
    assert_eq!(db.sent(), ["ROLLBACK"]);
    insert_user(&mut conn, "later").unwrap();
    assert_eq!(users(db), ["later", "taken"]);
}

fn a_statement_in_an_aborted_transaction_is_refused_and_not_sent(db: &Db) {
    let mut conn = begun(db);
    fail(&mut conn).unwrap_err();
    db.sent();
    let error = fails(insert_user(&mut conn, "after"), ErrorKind::Transaction);
    assert!(
        error.message().contains("aborted by an earlier error"),
        "{error}"
    );
    fails(
        conn.raw_query("SELECT 1", &[], &mut |_| Ok(())),
        ErrorKind::Transaction,
    );
    fails(conn.raw_control("DROP TABLE users"), ErrorKind::Transaction);
    fails(conn.savepoint(|_| Ok(())), ErrorKind::Transaction);
    assert_eq!(db.sent(), [""; 0]);
}

fn a_failed_statement_leaves_the_transaction_whole(db: &Db) {
    let mut conn = begun(db);
    insert_user(&mut conn, "before").unwrap();
    // Several rows, the last of which fails: the statement undoes itself.
    let same = "UPDATE users SET username = 'same'";
    refused(conn.raw_execute(same, &[]), ErrorKind::UniqueViolation);
    if db.capabilities().insert_binds > 1 {
        let three = "INSERT INTO users (id, username) VALUES (1001, 'x'), (1002, 'y'), (1000, 'z')";
        refused(conn.raw_execute(three, &[]), ErrorKind::UniqueViolation);
    }
    insert_user(&mut conn, "after").unwrap();
    conn.commit().unwrap();
    assert_eq!(users(db), ["after", "before", "taken"]);
}

fn a_closure_that_swallows_an_error_ends_its_transaction(db: &Db) {
    let mut conn = begun(db);
    conn.rollback().unwrap();
    let result = conn.transaction(|conn| {
        insert_user(conn, "before")?;
        fail(conn).unwrap_err();
        Ok(())
    });
    // Whatever was stored, the connection is ready for the next one.
    assert!(!conn.in_transaction());
    let stored = users(db);
    match result {
        Ok(()) => assert_eq!(stored, ["before", "taken"]),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Transaction, "{error}");
            assert_eq!(stored, ["taken"]);
        }
    }
    conn.transaction(|conn| insert_user(conn, "next")).unwrap();
}

/// Whether the database ends the transaction or leaves it open after a COMMIT that a deferred key refuses.
fn a_failed_commit_is_rolled_back(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    conn.raw_control(
        "CREATE TABLE late (id INTEGER NOT NULL PRIMARY KEY, \
         parent INTEGER REFERENCES late (id) DEFERRABLE INITIALLY DEFERRED)",
    )
    .unwrap();
    conn.begin().unwrap();
    conn.raw_execute("INSERT INTO late (id, parent) VALUES (1, 99)", &[])
        .unwrap();
    insert_user(&mut conn, "ada").unwrap();
    refused(conn.commit(), ErrorKind::ForeignKeyViolation);
    assert!(!conn.in_transaction());
    // A statement now commits by itself, and nothing of the failed transaction comes along.
    insert_user(&mut conn, "later").unwrap();
    assert_eq!(users(db), ["later"]);
    assert_eq!(db.count("late"), 0);
    conn.transaction(|conn| insert_user(conn, "next")).unwrap();
}

fn ddl_is_undone_or_noticed(db: &Db) {
    for by_control in [true, false] {
        let mut conn = db.engine.connection().unwrap();
        conn.begin().unwrap();
        insert_user(&mut conn, &format!("before_{by_control}")).unwrap();
        let table = format!("extra_{by_control}");
        let create = format!("CREATE TABLE {table} (id INTEGER)");
        if by_control {
            conn.raw_control(&create).unwrap();
        } else {
            conn.raw_execute(&create, &[]).unwrap();
        }
        if db.capabilities().transactional_ddl {
            conn.rollback().unwrap();
            fails(
                conn.raw_execute(&format!("DELETE FROM {table}"), &[]),
                ErrorKind::UndefinedTable,
            );
            assert_eq!(users(db), [""; 0]);
            continue;
        }
        // It has committed what came before, and a statement now would commit by itself.
        let error = fails(insert_user(&mut conn, "after"), ErrorKind::Transaction);
        assert!(
            error.message().contains("ended outside this library"),
            "{error}"
        );
        assert!(error.message().contains("outcome is unknown"), "{error}");
        fails(conn.commit(), ErrorKind::CommitUnknown);
        conn.rollback().unwrap();
        let stored = users(db);
        assert!(
            stored.contains(&format!("before_{by_control}")),
            "{stored:?}"
        );
        assert!(!stored.contains(&"after".to_owned()), "{stored:?}");
    }
}

/// Some databases commit before DDL, even if the DDL then fails: "nothing is stored" would be wrong.
fn failed_ddl_in_a_transaction_is_noticed(db: &Db) {
    let mut conn = begun(db);
    insert_user(&mut conn, "before").unwrap();
    conn.raw_control("CREATE TABLE users (id INTEGER)")
        .unwrap_err();
    let after = insert_user(&mut conn, "after");
    let committed = conn.commit();
    conn.rollback().unwrap();
    let stored = users(db);
    match committed {
        Ok(()) => {
            after.unwrap();
            assert_eq!(stored, ["after", "before", "taken"]);
        }
        Err(error) if db.capabilities().transactional_ddl => {
            assert!(error.message().contains("aborted"), "{error}");
            assert_eq!(stored, ["taken"]);
        }
        Err(error) => {
            after.unwrap_err();
            assert!(
                !error.to_string().contains("none of its changes are stored"),
                "{error}"
            );
            assert_eq!(stored, ["before", "taken"]);
        }
    }
}

fn transactions_by_hand_are_noticed(db: &Db) {
    let begins: [fn(&mut Connection) -> Result<()>; 2] = [
        |conn| conn.raw_control("BEGIN"),
        |conn| conn.raw_execute("BEGIN", &[]).map(drop),
    ];
    for begin in begins {
        let mut conn = db.engine.connection().unwrap();
        begin(&mut conn).unwrap();
        assert!(conn.in_transaction());
        insert_user(&mut conn, "ada").unwrap();
        drop(conn);
        assert_eq!(users(db), [""; 0]);
        // The next user of the connection is in no transaction.
        let mut conn = db.engine.connection().unwrap();
        conn.begin().unwrap();
        conn.rollback().unwrap();
    }
}

fn a_transaction_by_hand_is_ended_by_hand(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    for (end, name) in [("COMMIT", "ada"), ("ROLLBACK", "bob")] {
        conn.raw_control("BEGIN").unwrap();
        insert_user(&mut conn, name).unwrap();
        conn.raw_control(end).unwrap();
        assert!(!conn.in_transaction());
    }
    insert_user(&mut conn, "grace").unwrap();
    // The library's verbs end it as well.
    conn.raw_control("BEGIN").unwrap();
    insert_user(&mut conn, "joan").unwrap();
    conn.commit().unwrap();
    let can_chain = db.has(Requires::Chains);
    if can_chain {
        conn.raw_control("BEGIN").unwrap();
        insert_user(&mut conn, "chained").unwrap();
        conn.raw_control("COMMIT AND CHAIN").unwrap();
        assert!(conn.in_transaction());
        insert_user(&mut conn, "undone").unwrap();
        conn.rollback().unwrap();
    }
    let stored = users(db);
    let chained = stored.iter().filter(|name| *name == "chained").count();
    assert_eq!(chained, usize::from(can_chain));
    let others: Vec<_> = stored.iter().filter(|name| *name != "chained").collect();
    assert_eq!(others, ["ada", "grace", "joan"]);
}

fn a_commit_by_hand_is_refused_with_the_verb_to_call(db: &Db) {
    let mut conn = begun(db);
    insert_user(&mut conn, "before").unwrap();
    db.sent();
    for (text, verb) in [
        ("COMMIT", "call conn.commit()"),
        ("END", "call conn.commit()"),
        ("ROLLBACK", "call conn.rollback()"),
        ("BEGIN", "call conn.savepoint(…)"),
        ("SAVEPOINT orm_1", "use another name"),
    ] {
        let error = fails(conn.raw_control(text), ErrorKind::Usage);
        assert!(error.hint().unwrap().starts_with(verb), "{error}");
        assert_eq!(error.sql(), Some(text));
    }
    let error = fails(
        conn.savepoint(|conn| conn.raw_control("COMMIT")),
        ErrorKind::Usage,
    );
    assert!(error.hint().unwrap().starts_with("return Ok"), "{error}");
    assert!(db.sent().iter().all(|sql| sql.contains("SAVEPOINT orm_1")));
    // Savepoints of the program's own are no harm.
    for text in [
        "SAVEPOINT own",
        "ROLLBACK TO SAVEPOINT own",
        "RELEASE SAVEPOINT own",
    ] {
        conn.raw_control(text).unwrap();
    }
    insert_user(&mut conn, "after").unwrap();
    conn.commit().unwrap();
    assert_eq!(users(db), ["after", "before", "taken"]);
}

fn a_panic_rolls_back_the_transaction(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        conn.transaction(|conn| -> Result<()> {
            insert_user(conn, "ada")?;
            panic!("of the program's own")
        })
    }));
    panicked.unwrap_err();
    assert!(!conn.in_transaction());
    assert_eq!(users(db), [""; 0]);
    conn.transaction(|conn| insert_user(conn, "grace")).unwrap();
    assert_eq!(users(db), ["grace"]);
}

fn begin_twice_and_commit_without_begin_are_usage_errors(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let error = fails(conn.commit(), ErrorKind::Usage);
    assert!(
        error.message().contains("no transaction is in progress"),
        "{error}"
    );
    fails(conn.savepoint(|_| Ok(())), ErrorKind::Usage);
    conn.begin().unwrap();
    let error = fails(conn.begin(), ErrorKind::Usage);
    assert!(error.hint().unwrap().contains("savepoint"), "{error}");
    fails(conn.transaction(|_| Ok(())), ErrorKind::Usage);
    // The misuse has harmed nothing.
    insert_user(&mut conn, "ada").unwrap();
    conn.commit().unwrap();
    assert_eq!(users(db), ["ada"]);
    assert!(
        db.sent()
            .iter()
            .filter(|sql| sql.contains("BEGIN") || sql.contains("START"))
            .count()
            <= 1
    );
}

fn a_closure_cannot_end_its_own_transaction(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    conn.transaction(|conn| {
        insert_user(conn, "ada")?;
        // What followed would commit statement by statement.
        let error = fails(conn.commit(), ErrorKind::Usage);
        assert!(error.hint().unwrap().contains("return Ok"), "{error}");
        fails(conn.rollback(), ErrorKind::Usage);
        fails(conn.savepoint(Connection::commit), ErrorKind::Usage);
        insert_user(conn, "grace")
    })
    .unwrap();
    assert_eq!(users(db), ["ada", "grace"]);
    conn.begin().unwrap();
    conn.savepoint(|conn| {
        fails(conn.commit(), ErrorKind::Usage);
        insert_user(conn, "inside")
    })
    .unwrap();
    conn.rollback().unwrap();
    assert_eq!(users(db), ["ada", "grace"]);
}

fn a_dropped_connection_rolls_back_and_is_clean(db: &Db) {
    let before = db.recorder.connects();
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
    insert_user(&mut conn, "ada").unwrap();
    drop(conn);
    assert_eq!(users(db), [""; 0]);

    let mut conn = db.engine.connection().unwrap();
    assert!(!conn.in_transaction());
    insert_user(&mut conn, "grace").unwrap();
    assert_eq!(users(db), ["grace"]);
    // It was the same connection.
    assert!(db.recorder.connects() - before <= 1);
}

fn a_failed_statement_outside_a_transaction_harms_nothing(db: &Db) {
    let mut conn = begun(db);
    conn.rollback().unwrap();
    fail(&mut conn).unwrap_err();
    assert!(!conn.in_transaction());
    insert_user(&mut conn, "ada").unwrap();
    conn.transaction(|conn| insert_user(conn, "grace")).unwrap();
    assert_eq!(users(db), ["ada", "grace", "taken"]);
}
