//! One run of the program with a fault: after each step, the database, the session and what was reported are
//! compared.

use std::collections::HashMap;
use std::hash::Hash;

use orm::prelude::*;
use orm::{EntityState, ErrorKind, Result};
use orm_core::testing::{Fault, Faults};

use super::program::{Program, STEPS};
use crate::database::Db;
use crate::fixtures::{Account, Country, Post, User};

/// What is done after an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    /// The session is rolled back and the step done again.
    All,
    /// The call is made again first.
    TheCall,
}

/// The rows of the database as lines, without generated keys.
type Rows = Vec<String>;

/// What the database has before the first step and after each one, and how many driver calls the longest takes.
pub(super) fn expected_states(db: &Db, observer: &mut Connection) -> (Vec<Rows>, usize) {
    let faults = Faults::new();
    let mut run = Run::new((db, observer), &faults, &[], "no fault".to_owned());
    let (mut states, mut longest) = (vec![run.rows()], 0);
    for step in STEPS {
        faults.none();
        step(&mut run.program).unwrap();
        longest = longest.max(faults.calls());
        states.push(run.rows());
    }
    (states, longest)
}

pub(super) struct Run<'r> {
    program: Program,
    /// Another connection.
    observer: &'r mut Connection,
    faults: &'r Faults,
    states: &'r [Rows],
    what: String,
}

impl<'r> Run<'r> {
    pub(super) fn new(
        (db, observer): (&Db, &'r mut Connection),
        faults: &'r Faults,
        states: &'r [Rows],
        what: String,
    ) -> Self {
        for table in ["posts", "users", "accounts", "countries"] {
            observer
                .raw_execute(&format!("DELETE FROM {table}"), &[])
                .unwrap();
        }
        let program = Program::new(db.faulty_engine(faults));
        faults.none();
        Self {
            program,
            observer,
            faults,
            states,
            what,
        }
    }

    /// Runs the steps, each with a fault at the call of that number; returns how many had as many calls.
    pub(super) fn go(&mut self, call: usize, fault: Fault, again: Again) -> usize {
        let mut hits = 0;
        for (number, step) in STEPS.iter().enumerate() {
            (self.program.insists, self.program.unknown) = (again == Again::TheCall, false);
            self.faults.at(call, fault);
            let result = step(&mut self.program);
            self.program.insists = false;
            let hit = self.faults.hit();
            self.faults.none();
            let place = format!("{}, step {number}, {hit:?}", self.what);
            assert!(hit.is_some() || result.is_ok(), "{place}: {result:?}");
            hits += usize::from(hit.is_some());
            self.compare(number, &place, result);
        }
        self.assert_pool_is_clean();
        hits
    }

    /// Compares what a step has reported with what is stored, and does it again if it isn't.
    fn compare(&mut self, number: usize, place: &str, result: Result<()>) {
        let (before, after) = (&self.states[number], &self.states[number + 1]);
        let rows = self.rows();
        let Err(error) = result else {
            assert_eq!(&rows, after, "{place}: reported as done");
            return self.assert_entities(place, false);
        };
        let unknown = self.program.unknown || error.is_commit_unknown();
        if &rows != before {
            assert_eq!(&rows, after, "{place}: stored in part, {error:?}");
            assert!(unknown, "{place}: stored, but reported as {error:?}");
        }
        self.program
            .session
            .rollback()
            .unwrap_or_else(|error| panic!("{place}: no rollback: {error:?}"));
        assert_eq!(
            self.rows(),
            rows,
            "{place}: the rollback has stored something"
        );
        self.assert_entities(place, unknown);
        if &rows == after {
            return;
        }
        let done = STEPS[number](&mut self.program);
        assert!(done.is_ok(), "{place}: done again, it fails: {done:?}");
        assert_eq!(&self.rows(), after, "{place}: done again");
        self.assert_entities(place, false);
    }

    /// Each persistent entity has its row, whose values it takes when it is read; each transient one has none.
    /// After an unknown outcome without a transaction the session knows nothing of a new row.
    fn assert_entities(&mut self, place: &str, unknown: bool) {
        let (observer, program) = (&mut *self.observer, &mut self.program);
        let session = &mut program.session;
        let users = select(User).all(observer).unwrap();
        let posts = select(Post).all(observer).unwrap();
        let countries = select(Country).all(observer).unwrap();
        let accounts = select(Account).all(observer).unwrap();
        // Those that are stale take the values of their rows.
        select(User).all(session).unwrap();
        select(Post).all(session).unwrap();
        select(Country).all(session).unwrap();
        select(Account).all(session).unwrap();
        check(
            session,
            &mut program.users,
            &users,
            |row, name| row.username == *name,
            (place, unknown),
        );
        check(
            session,
            &mut program.posts,
            &posts,
            |row, title| row.title == *title,
            (place, unknown),
        );
        check(
            session,
            &mut program.countries,
            &countries,
            |row, code| row.code == *code,
            (place, unknown),
        );
        let mut account: HashMap<_, _> = program
            .account
            .map(|account| ("x", account))
            .into_iter()
            .collect();
        check(
            session,
            &mut account,
            &accounts,
            |row, owner| row.owner == *owner,
            (place, unknown),
        );
    }

    /// The next users of the connections find no transaction, and what they do is stored.
    fn assert_pool_is_clean(&mut self) {
        assert!(!self.program.session.in_transaction(), "{}", self.what);
        let mut all: Vec<Connection> = (0..2)
            .map(|_| self.program.engine.connection().unwrap())
            .collect();
        for conn in &mut all {
            assert!(!conn.in_transaction(), "{}", self.what);
            let before = select(Country).count(self.observer).unwrap();
            let zz = Country {
                code: "ZZ".into(),
                name: String::new(),
            };
            insert(Country).values(zz).execute(conn).unwrap();
            assert_eq!(
                select(Country).count(self.observer).unwrap(),
                before + 1,
                "{}",
                self.what
            );
            delete(Country)
                .filter(Country.code.eq("ZZ"))
                .execute(conn)
                .unwrap();
        }
    }

    fn rows(&mut self) -> Rows {
        let conn = &mut *self.observer;
        let users = select(User).all(conn).unwrap();
        let name = |id: i64| {
            users
                .iter()
                .find(|user| user.id == id)
                .map(|user| user.username.clone())
        };
        let posts = select(Post).all(conn).unwrap();
        let mut rows: Rows = posts
            .iter()
            .map(|post| format!("post {} of {:?}", post.title, name(post.author_id)))
            .collect();
        rows.extend(
            users
                .iter()
                .map(|user| format!("user {} {:?}", user.username, user.email)),
        );
        let countries = select(Country).all(conn).unwrap();
        rows.extend(
            countries
                .iter()
                .map(|row| format!("country {} {}", row.code, row.name)),
        );
        let accounts = select(Account).all(conn).unwrap();
        rows.extend(
            accounts
                .iter()
                .map(|row| format!("account {} {} {}", row.owner, row.balance, row.version)),
        );
        rows.sort();
        rows
    }
}

/// Compares the entities of a model with its rows.
fn check<M: Model + PartialEq + std::fmt::Debug>(
    session: &mut Session,
    entities: &mut HashMap<&'static str, Ref<M>>,
    rows: &[M],
    is_of: impl Fn(&M, &&'static str) -> bool,
    (place, unknown): (&str, bool),
) where
    M::Key: Eq + Hash,
{
    entities.retain(|name, entity| {
        let row = rows.iter().find(|row| is_of(row, name));
        match session.entity_state(*entity) {
            Ok(EntityState::Persistent) => {
                let row =
                    row.unwrap_or_else(|| panic!("{place}: {name} is persistent without a row"));
                assert!(
                    row.key() == session[*entity].key(),
                    "{place}: {name} has the key of another row"
                );
                assert_eq!(row, &session[*entity], "{place}: {name}");
                true
            }
            Ok(EntityState::Transient) => {
                assert!(
                    row.is_none() || unknown,
                    "{place}: {name} is transient, and has a row"
                );
                row.is_none()
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::StaleHandle, "{place}");
                assert!(
                    row.is_none(),
                    "{place}: {name} has left the session, and has a row"
                );
                false
            }
            Ok(state) => panic!("{place}: {name} is {state:?}"),
        }
    });
}
