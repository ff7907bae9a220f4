//! Single faults: a refused end of a savepoint, a response that is lost outside a transaction, a BEGIN that returns an
//! error.

use orm::engine::TransactionOptions;
use orm::prelude::*;
use orm::{EntityState, ErrorKind, Result};
use orm_core::testing::{Fault, Faults};

use crate::cases;
use crate::database::Db;
use crate::fixtures::{Account, Country};
use crate::suite::support::{accounts, insert_word, release};

cases![
    "faults":
    a_flush_whose_release_is_refused_is_stored_once,
    a_savepoint_whose_release_is_refused_is_stored_once,
    an_answer_lost_outside_a_transaction_is_an_unknown_outcome,
    a_begin_that_fails_leaves_no_transaction_open,
    an_unanswered_commit_is_looked_for_by_the_rollback,
    an_unanswered_commit_of_one_statement_is_not_sent_twice,
];

/// Refusals of a call that has been done or not.
const REFUSALS: [Fault; 2] = [
    Fault::ErrorBefore(ErrorKind::Database),
    Fault::ErrorAfter(ErrorKind::Database),
];

fn add(session: &mut Session, rows: i64) -> Vec<Ref<Account>> {
    let row = |balance| session.add(Account::builder().owner("x").balance(balance));
    (0..rows).map(row).collect()
}

/// The balances that are stored, which are deleted.
fn take_balances(db: &Db) -> Vec<i64> {
    let mut conn = db.other_connection();
    let stored = select(Account.balance).order_by(Account.balance.asc());
    let stored = stored.all(&mut conn).unwrap();
    delete(Account).execute(&mut conn).unwrap();
    stored
}

fn a_flush_whose_release_is_refused_is_stored_once(db: &Db) {
    for (fault, rows) in REFUSALS
        .into_iter()
        .flat_map(|fault| [1, 2, 1000].map(|rows| (fault, rows)))
    {
        let faults = Faults::new();
        let mut session = Session::new(&db.faulty_engine(&faults));
        let first = session.add(Account::builder().owner("first").balance(-1));
        session.flush().unwrap();
        // Leaves a savepoint where that is ended with the next one.
        let second = add(&mut session, 2);
        session.flush().unwrap();
        let all = add(&mut session, rows);
        session[first].balance = -2;
        let what = format!("{fault:?}, {rows} rows");
        faults.on(&release(db), fault);
        assert_eq!(
            session.flush().unwrap_err().kind(),
            ErrorKind::Database,
            "{what}"
        );
        // A part of the work is never taken for none: either it is undone, or the session wants a rollback.
        if let Err(error) = session.flush() {
            assert_eq!(error.kind(), ErrorKind::Transaction, "{what}");
            session.rollback().unwrap();
            session.add_again(first).unwrap();
            session[first].balance = -2;
            for row in second.into_iter().chain(all) {
                session.add_again(row).unwrap();
            }
        }
        session.commit().unwrap();
        let mut expected: Vec<i64> = [-2, 0, 1].into_iter().chain(0..rows).collect();
        expected.sort_unstable();
        assert_eq!(take_balances(db), expected, "{what}");
    }
}

fn a_savepoint_whose_release_is_refused_is_stored_once(db: &Db) {
    for fault in REFUSALS {
        let faults = Faults::new();
        let mut session = Session::new(&db.faulty_engine(&faults));
        let outer = add(&mut session, 1)[0];
        session.flush().unwrap();
        let inner = |session: &mut Session, balance| {
            session.add(Account::builder().owner("x").balance(balance))
        };
        let kept = session.savepoint(|session| Ok(inner(session, 1))).unwrap();
        let mut lost = None;
        faults.on(&release(db), fault);
        let failed: Result<()> = session.savepoint(|session| {
            lost = Some(inner(session, 2));
            Ok(())
        });
        assert_eq!(failed.unwrap_err().kind(), ErrorKind::Database, "{fault:?}");
        if let Some(lost) = lost {
            let state = session.entity_state(lost).unwrap();
            assert_eq!(state, EntityState::Transient, "{fault:?}");
        }
        let lost = match lost {
            Some(lost) => {
                session.add_again(lost).unwrap();
                lost
            }
            // Where the savepoint is renewed, its closure has not run.
            None => inner(&mut session, 2),
        };
        if session.flush().is_err() {
            session.rollback().unwrap();
            for row in [outer, kept, lost] {
                session.add_again(row).unwrap();
            }
        }
        session.commit().unwrap();
        assert_eq!(take_balances(db), [0, 1, 2], "{fault:?}");
    }
}

fn an_answer_lost_outside_a_transaction_is_an_unknown_outcome(db: &Db) {
    type Work = fn(&mut Connection) -> Result<()>;
    fn new(rows: i64, conn: &mut Connection) -> Result<()> {
        let rows = (0..rows).map(|n| Account::builder().owner("new").balance(n));
        insert(Account).values(rows).execute(conn).map(drop)
    }
    const RAW: &str = "UPDATE accounts SET balance = 9";
    let all: [(&str, Work); 10] = [
        ("INSERT", |conn| new(1, conn)),
        ("INSERT", |conn| new(2, conn)),
        ("INSERT", |conn| new(1000, conn)),
        ("COMMIT", |conn| new(1000, conn)),
        ("INSERT", |conn| {
            let row = Account::builder().owner("new").balance(1);
            insert(Account)
                .values(row)
                .returning(Account.id)
                .all(conn)
                .map(drop)
        }),
        ("UPDATE", |conn| {
            update(Account)
                .set(Account.balance, 9)
                .execute(conn)
                .map(drop)
        }),
        ("DELETE", |conn| delete(Account).execute(conn).map(drop)),
        ("UPDATE", |conn| raw(RAW).execute(conn).map(drop)),
        ("UPDATE", |conn| conn.raw_control(RAW)),
        ("UPDATE", |conn| {
            conn.raw_execute_each(RAW, 0, &[], &mut |_| Ok(()))
                .and_then(|()| conn.raw_control(RAW))
        }),
    ];
    for (number, (words, work)) in all.into_iter().enumerate() {
        for fault in [Fault::LostBefore, Fault::LostAfter] {
            drop(accounts(db, &[1, 2]));
            let faults = Faults::new();
            let mut conn = db.faulty_engine(&faults).connection().unwrap();
            faults.on(words, fault);
            let result = work(&mut conn);
            let what = format!("{number}, {fault:?}");
            let Err(error) = result else {
                assert!(faults.hit().is_none(), "{what}");
                take_balances(db);
                continue;
            };
            assert!(error.is_connection_lost(), "{what}: {error:?}");
            if take_balances(db) != [1, 2] {
                assert!(error.is_commit_unknown(), "{what}: stored, {error:?}");
                assert!(
                    error.hint().unwrap().contains("check whether"),
                    "{what}: {error}"
                );
            }
            // It continues on another connection, and nothing is open there.
            conn.rollback().unwrap();
            assert!(!conn.in_transaction(), "{what}");
            new(1, &mut conn).unwrap();
            assert_eq!(take_balances(db), [0], "{what}");
        }
    }
}

fn a_begin_that_fails_leaves_no_transaction_open(db: &Db) {
    for fault in REFUSALS {
        let faults = Faults::new();
        let mut conn = db.faulty_engine(&faults).connection().unwrap();
        let begin = &db.dialect().begin(&TransactionOptions::default()).unwrap()[0];
        faults.on(begin, fault);
        assert_eq!(conn.begin().unwrap_err().kind(), ErrorKind::Database);
        assert!(!conn.in_transaction(), "{fault:?}");
        let row = Account::builder().owner("alone").balance(5);
        insert(Account).values(row).execute(&mut conn).unwrap();
        assert_eq!(take_balances(db), [5], "{fault:?}");
        conn.transaction(|conn| {
            let row = Account::builder().owner("in a transaction").balance(6);
            insert(Account).values(row).execute(conn)
        })
        .unwrap();
        assert_eq!(take_balances(db), [6], "{fault:?}");
    }
}

fn an_unanswered_commit_is_looked_for_by_the_rollback(db: &Db) {
    for (fault, stored) in [
        (Fault::LostAfter, true),
        (Fault::ErrorAfter(ErrorKind::Database), true),
        (Fault::LostBefore, false),
    ] {
        let faults = Faults::new();
        let mut session = Session::new(&db.faulty_engine(&faults));
        let all = add(&mut session, 2);
        let aa = session.add(Country {
            code: "AA".into(),
            name: "a".into(),
        });
        faults.on("COMMIT", fault);
        assert!(
            session.commit().unwrap_err().is_commit_unknown(),
            "{fault:?}"
        );
        assert_eq!(
            session.commit().unwrap_err().kind(),
            ErrorKind::Transaction,
            "{fault:?}"
        );
        session.rollback().unwrap();
        let expected = if stored {
            EntityState::Persistent
        } else {
            EntityState::Transient
        };
        for row in &all {
            assert_eq!(session.entity_state(*row).unwrap(), expected, "{fault:?}");
        }
        assert_eq!(session.entity_state(aa).unwrap(), expected, "{fault:?}");
        assert_eq!(
            take_balances(db).len(),
            if stored { 2 } else { 0 },
            "{fault:?}"
        );
        delete(Country).execute(&mut db.other_connection()).unwrap();
    }
}

fn an_unanswered_commit_of_one_statement_is_not_sent_twice(db: &Db) {
    let insert = insert_word(db);
    for (words, stored) in [
        (insert.as_str(), vec![0, 1]),
        ("UPDATE", vec![7]),
        ("DELETE", vec![]),
    ] {
        drop(accounts(db, &[1]));
        let faults = Faults::new();
        let mut session = Session::new(&db.faulty_engine(&faults));
        let row = select(Account).one(&mut session).unwrap();
        match words {
            "UPDATE" => session[row].balance = 7,
            "DELETE" => session.delete(row),
            _ => drop(add(&mut session, 1)),
        }
        faults.on(words, Fault::LostAfter);
        assert!(session.commit().unwrap_err().is_commit_unknown(), "{words}");
        assert_eq!(
            session.commit().unwrap_err().kind(),
            ErrorKind::Transaction,
            "{words}"
        );
        session.rollback().unwrap();
        session.commit().unwrap();
        assert_eq!(take_balances(db), stored, "{words}");
    }
}
