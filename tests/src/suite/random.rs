//! Random work on a session beside a simple model of what must come of it: every verb in every order,
//! with savepoints inside savepoints.
//!
//! The model keeps whole copies where the session keeps an undo log, so the two have little in common to
//! be wrong about.

use orm::prelude::*;
use orm::{EntityState, Error, Result};

use super::support::fails;
use crate::backend::Db;
use crate::cases;
use crate::fixtures::Account;

cases![
    "random":
    random_work_does_what_the_model_says,
];

/// Numbers that are the same every time: a linear congruential generator's upper half.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

/// What the model knows of an entity. `None` in the world: it has left the session.
#[derive(Clone, Debug, PartialEq)]
struct Known {
    state: EntityState,
    balance: i64,
    version: i64,
    /// What the database has: balance and version.
    stored: Option<(i64, i64)>,
    /// The balance that its INSERT gave, if that is of the open transaction.
    inserted: Option<i64>,
}

#[derive(Clone, Debug, Default)]
struct World(Vec<Option<Known>>);

struct Run<'d> {
    db: &'d Db,
    numbers: Numbers,
    world: World,
    handles: Vec<Ref<Account>>,
    /// The world as it was at the last commit.
    base: World,
    trace: Vec<String>,
}

impl World {
    fn flush(&mut self) {
        for known in self.0.iter_mut().flatten() {
            match known.state {
                EntityState::Pending => {
                    known.state = EntityState::Persistent;
                    known.inserted = Some(known.balance);
                    known.stored = Some((known.balance, known.version));
                }
                EntityState::Persistent if known.stored != Some((known.balance, known.version)) => {
                    known.version += 1;
                    known.stored = Some((known.balance, known.version));
                }
                EntityState::Deleting => {
                    known.state = EntityState::Deleted;
                    let (balance, version) = known.stored.unwrap();
                    (known.balance, known.version) = (balance, version);
                }
                _ => {}
            }
        }
    }

    fn commit(&mut self) {
        for known in &mut self.0 {
            if known
                .as_ref()
                .is_some_and(|known| known.state == EntityState::Deleted)
            {
                *known = None;
            }
            if let Some(known) = known {
                known.inserted = None;
            }
        }
    }

    /// Goes back to `mark`; what is in the session since becomes transient.
    fn undo_to(&mut self, mark: &Self) {
        for (index, known) in self.0.iter_mut().enumerate() {
            let before = mark.0.get(index).cloned().flatten();
            match (&before, known.as_mut()) {
                // Out of the unit of work then and now, or taken in since: its values are those of the
                // insert, if there was one, else what the program made of them.
                (None | Some(Known { stored: None, .. }), Some(now)) => {
                    now.balance = now.inserted.unwrap_or(now.balance);
                    now.version = 1;
                    now.state = EntityState::Transient;
                    (now.stored, now.inserted) = (None, None);
                }
                (Some(_), Some(_)) => *known = before,
                (_, None) => {}
            }
        }
    }
}

impl Run<'_> {
    fn pick(&mut self) -> Option<usize> {
        let alive: Vec<usize> = (0..self.world.0.len())
            .filter(|index| self.world.0[*index].is_some())
            .collect();
        (!alive.is_empty()).then(|| alive[self.numbers.below(alive.len())])
    }

    fn step(&mut self, session: &mut Session, depth: usize) {
        let verb = self.numbers.below(if depth < 3 { 14 } else { 12 });
        self.trace.push(format!("{}{verb}", " ".repeat(depth)));
        match verb {
            0 | 1 => self.add(session),
            2..=4 => self.edit(session),
            5 => self.delete(session),
            6 => self.add_again(session),
            7 => {
                session.flush().unwrap();
                self.world.flush();
            }
            8 => self.look(session),
            9 => self.end(session, depth),
            10 => self.bulk(session),
            11 => self.refresh(session),
            _ => self.savepoint(session, depth),
        }
        self.check(session);
    }

    fn add(&mut self, session: &mut Session) {
        let balance = i64::try_from(self.numbers.below(100)).unwrap();
        self.handles
            .push(session.add(Account::builder().owner("o").balance(balance)));
        let state = EntityState::Pending;
        let known = Known {
            state,
            balance,
            version: 1,
            stored: None,
            inserted: None,
        };
        self.world.0.push(Some(known));
    }

    fn edit(&mut self, session: &mut Session) {
        let Some(index) = self.pick() else { return };
        let balance = i64::try_from(self.numbers.below(5)).unwrap();
        let known = self.world.0[index].as_mut().unwrap();
        // The values of a deleted entity interest nobody.
        if !matches!(known.state, EntityState::Deleted | EntityState::Deleting) {
            session[self.handles[index]].balance = balance;
            known.balance = balance;
        }
    }

    fn delete(&mut self, session: &mut Session) {
        let Some(index) = self.pick() else { return };
        session.delete(self.handles[index]);
        let known = self.world.0[index].as_mut().unwrap();
        known.state = match known.state {
            EntityState::Pending => EntityState::Transient,
            EntityState::Persistent => EntityState::Deleting,
            other => other,
        };
    }

    fn add_again(&mut self, session: &mut Session) {
        let Some(index) = self.pick() else { return };
        let known = self.world.0[index].as_mut().unwrap();
        let result = session.add_again(self.handles[index]);
        if known.state == EntityState::Transient {
            result.unwrap();
            known.state = EntityState::Pending;
        } else {
            fails(result, orm::ErrorKind::Usage);
        }
    }

    /// A get of a known key, and a query, which flush.
    fn look(&mut self, session: &mut Session) {
        let found = select(Account).all(session).unwrap();
        self.world.flush();
        let stored = self
            .world
            .0
            .iter()
            .flatten()
            .filter(|known| known.state == EntityState::Persistent);
        assert_eq!(found.len(), stored.count());
        let Some(index) = self.pick() else { return };
        let Some(key) = session.key(self.handles[index]) else {
            return;
        };
        let expected = match self.world.0[index].as_ref().unwrap().state {
            EntityState::Persistent => Some(self.handles[index]),
            _ => None,
        };
        assert_eq!(session.get(Account, key).unwrap(), expected);
    }

    /// An UPDATE past the unit of work, and a query that reads what it did.
    fn bulk(&mut self, session: &mut Session) {
        let balance = i64::try_from(self.numbers.below(5)).unwrap();
        update(Account)
            .set(Account.balance, balance)
            .execute(session)
            .unwrap();
        select(Account).all(session).unwrap();
        self.world.flush();
        for known in self.world.0.iter_mut().flatten() {
            if known.state == EntityState::Persistent {
                known.balance = balance;
                known.version += 1;
                known.stored = Some((balance, known.version));
            }
        }
    }

    fn refresh(&mut self, session: &mut Session) {
        let Some(index) = self.pick() else { return };
        let known = self.world.0[index].as_mut().unwrap();
        let result = session.refresh(self.handles[index]);
        if let (EntityState::Persistent | EntityState::Deleting, Some(stored)) =
            (known.state, known.stored)
        {
            result.unwrap();
            (known.balance, known.version) = stored;
            known.state = EntityState::Persistent;
        } else {
            fails(result, orm::ErrorKind::Usage);
        }
    }

    fn end(&mut self, session: &mut Session, depth: usize) {
        if depth > 0 {
            fails(session.commit(), orm::ErrorKind::Usage);
        } else if self.numbers.below(2) == 0 {
            session.commit().unwrap();
            self.world.flush();
            self.world.commit();
            self.base = self.world.clone();
            self.check_database();
        } else {
            session.rollback().unwrap();
            self.world.undo_to(&self.base.clone());
        }
    }

    fn savepoint(&mut self, session: &mut Session, depth: usize) {
        let steps = 1 + self.numbers.below(8);
        let keep = self.numbers.below(2) == 0;
        self.world.flush();
        let mark = self.world.clone();
        let result: Result<()> = session.savepoint(|session| {
            for _ in 0..steps {
                self.step(session, depth + 1);
            }
            if keep {
                Ok(())
            } else {
                Err(Error::other("undo"))
            }
        });
        if keep {
            result.unwrap();
            self.world.flush();
        } else {
            assert_eq!(result.unwrap_err().to_string(), "undo");
            self.world.undo_to(&mark);
        }
    }

    fn check(&self, session: &Session) {
        for (index, (handle, known)) in self.handles.iter().zip(&self.world.0).enumerate() {
            let Some(known) = known else {
                assert!(
                    session.get_ref(*handle).is_err(),
                    "{index} lives: {:?}",
                    self.trace
                );
                continue;
            };
            let trace = || format!("entity {index}, after {:?}", self.trace);
            assert_eq!(
                session.entity_state(*handle).unwrap(),
                known.state,
                "{}",
                trace()
            );
            assert_eq!(session[*handle].balance, known.balance, "{}", trace());
            assert_eq!(session[*handle].version, known.version, "{}", trace());
            let unsaved = matches!(known.state, EntityState::Pending | EntityState::Transient);
            assert_eq!(session.key(*handle).is_none(), unsaved, "{}", trace());
        }
    }

    fn check_database(&self) {
        let mut rows: Vec<(i64, i64)> = select((Account.balance, Account.version))
            .all(&mut self.db.other_connection())
            .unwrap();
        let mut expected: Vec<(i64, i64)> = self
            .world
            .0
            .iter()
            .flatten()
            .filter_map(|known| known.stored)
            .collect();
        rows.sort_unstable();
        expected.sort_unstable();
        assert_eq!(rows, expected, "after {:?}", self.trace);
    }
}

fn random_work_does_what_the_model_says(db: &Db) {
    let rounds = if db.backend.is_server() { 12 } else { 60 };
    for seed in 1..=rounds {
        let mut session = db.session();
        let mut run = Run {
            db,
            numbers: Numbers(seed * 7919),
            world: World::default(),
            handles: Vec::new(),
            base: World::default(),
            trace: vec![format!("seed {seed}")],
        };
        for _ in 0..80 {
            run.step(&mut session, 0);
        }
        session.rollback().unwrap();
        delete(Account).execute(&mut db.other_connection()).unwrap();
    }
}
