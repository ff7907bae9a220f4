//! Reads outside a transaction, where the server is configured with an isolation level.

use orm::prelude::*;
use orm_conformance::Db;
use orm_conformance::cases;
use orm_conformance::fixtures::User;
use orm_conformance::suite::statements::users;

cases![
    "reads":
    an_isolation_level_of_the_server_covers_reads (orm_conformance::Requires::AbortingErrors),
];

fn an_isolation_level_of_the_server_covers_reads(db: &Db) {
    users(db, &["one", "two"]);
    let setting = "options=-c%20default_transaction_isolation%3Dserializable";
    let separator = if db.url().contains('?') { '&' } else { '?' };
    let engine = Engine::connect(format!("{}{separator}{setting}", db.url())).unwrap();
    let mut session = Session::new(&engine);
    assert_eq!(select(User).count(&mut session).unwrap(), 2);
    assert!(session.in_transaction());
    session.rollback().unwrap();
    // Both count two and add a row because of it; a refused flush in between doesn't take the reads back.
    let mut sessions = [Session::new(&engine), Session::new(&engine)];
    for (session, name) in sessions.iter_mut().zip(["three", "four"]) {
        assert_eq!(select(User).count(session).unwrap(), 2);
        let duplicate = session.add(User::builder().username("one"));
        assert!(session.flush().unwrap_err().is_unique_violation());
        session.expunge(duplicate).unwrap();
        session.add(User::builder().username(name));
    }
    let [first, second] = &mut sessions;
    let outcomes = [first.commit(), second.commit()];
    let failed: Vec<_> = outcomes.into_iter().filter_map(Result::err).collect();
    assert_eq!(failed.len(), 1);
    assert!(failed[0].is_serialization_failure(), "{:?}", failed[0]);
    assert_eq!(db.count("users"), 3);
}
