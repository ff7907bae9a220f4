//! [`Native`]: a connection of `rusqlite`, together with the statements that it keeps prepared.
//!
//! `connection.rs` has one. The cache of `rusqlite` takes a statement out for each run and puts it back under a new copy of
//! its text, which is a fifth of what a query of one row costs; here a statement stays where it is. Cursors, which have a
//! statement for longer, take theirs from that cache.

use std::collections::HashMap;
use std::fmt;

use orm_core::driver::LONGEST_KEPT;
use orm_core::error::Result;
use rusqlite::{Connection, PrepFlags, Statement};
use self_cell::self_cell;

use super::failure::from_native;

/// A connection and its statements.
pub(super) struct Native {
    /// The connection as the program's own, which may be changed.
    bare: Option<Connection>,
    /// Or with statements.
    kept: Option<Kept>,
    /// The most statements that are kept.
    capacity: usize,
}

const IN_ONE: &str = "invariant: the connection is in one of its two places";

self_cell! {
    struct Kept {
        owner: Connection,
        #[not_covariant]
        dependent: Statements,
    }
}

/// Statements that are prepared, by their texts.
#[derive(Default)]
struct Statements<'c> {
    kept: Vec<Used<'c>>,
    places: HashMap<Box<str>, usize, foldhash::fast::RandomState>,
    /// How many runs there were.
    clock: u64,
}

struct Used<'c> {
    statement: Statement<'c>,
    /// When it ran last.
    at: u64,
}

#[expect(
    unsafe_code,
    reason = "which threads may use handles of a C library is beyond the compiler"
)]
// SAFETY: A `Statement` is not `Send` for the sake of the reference to its connection that it has, through which two
// threads might use one connection. Here the connection and all of its statements are in one value and move together:
// `with_prepared` lends statements for any lifetime, so that no part of one gets out, and the connection is lent by the
// same borrow of the value, which is not `Sync`. SQLite's handles themselves may be used by any thread, one at a time
// (<https://sqlite.org/threadsafe.html>, multi-thread mode), as `rusqlite` says of its `Connection`.
unsafe impl Send for Native {}

impl Native {
    pub(super) fn new(native: Connection, capacity: usize) -> Self {
        Self {
            bare: Some(native),
            kept: None,
            capacity,
        }
    }

    /// The connection.
    pub(super) fn connection(&self) -> &Connection {
        let kept = self.kept.as_ref().map(Kept::borrow_owner);
        kept.or(self.bare.as_ref()).expect(IN_ONE)
    }

    /// The connection, to be changed. Nothing is kept prepared of it then.
    pub(super) fn connection_mut(&mut self) -> &mut Connection {
        if let Some(kept) = self.kept.take() {
            self.bare = Some(kept.into_owner());
        }
        self.bare.as_mut().expect(IN_ONE)
    }

    /// Drops the statements that are kept, here and in the cache of `rusqlite`.
    pub(super) fn clear_statements(&mut self) {
        self.connection_mut().flush_prepared_statement_cache();
    }

    /// Prepares a statement for one run. All but long ones are kept for the next one.
    #[inline]
    pub(super) fn with_prepared<T>(
        &mut self,
        sql: &str,
        run: impl FnOnce(&Connection, &mut Statement<'_>) -> Result<T>,
    ) -> Result<T> {
        if sql.len() > LONGEST_KEPT || self.capacity == 0 {
            let native = self.connection();
            return run(native, &mut prepare(native, sql)?);
        }
        let capacity = self.capacity;
        self.kept().with_dependent_mut(|native, statements| {
            let statement = statements.get(native, sql, capacity)?;
            let outcome = run(native, statement);
            // A long value would stay in memory otherwise.
            statement.clear_bindings();
            outcome
        })
    }

    #[inline]
    fn kept(&mut self) -> &mut Kept {
        if let Some(native) = self.bare.take() {
            self.kept = Some(Kept::new(native, |_| Statements::default()));
        }
        self.kept.as_mut().expect(IN_ONE)
    }
}

impl<'c> Statements<'c> {
    #[inline]
    fn get(
        &mut self,
        native: &'c Connection,
        sql: &str,
        capacity: usize,
    ) -> Result<&mut Statement<'c>> {
        self.clock += 1;
        let place = match self.places.get(sql) {
            Some(place) => *place,
            None => self.learn(native, sql, capacity)?,
        };
        let used = &mut self.kept[place];
        used.at = self.clock;
        Ok(&mut used.statement)
    }

    /// Prepares a statement and keeps it. If there are as many as are kept, it replaces the least recently used one.
    #[cold]
    fn learn(&mut self, native: &'c Connection, sql: &str, capacity: usize) -> Result<usize> {
        let statement = prepare(native, sql)?;
        let used = Used {
            statement,
            at: self.clock,
        };
        let mut place = self.kept.len();
        if place < capacity {
            self.kept.push(used);
        } else {
            let oldest = self.kept.iter().enumerate().min_by_key(|(_, used)| used.at);
            place = oldest.map_or(0, |(place, _)| place);
            self.places.retain(|_, other| *other != place);
            self.kept[place] = used;
        }
        self.places.insert(sql.into(), place);
        Ok(place)
    }
}

fn prepare<'c>(native: &'c Connection, sql: &str) -> Result<Statement<'c>> {
    let prepared = native.prepare_with_flags(sql, PrepFlags::SQLITE_PREPARE_PERSISTENT);
    prepared.map_err(|native| from_native(native, sql))
}

impl fmt::Debug for Native {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.connection().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use orm_core::error::{Error, ErrorKind};

    use super::*;

    fn native(capacity: usize) -> Native {
        Native::new(Connection::open_in_memory().unwrap(), capacity)
    }

    fn number(native: &mut Native, sql: &str) -> i64 {
        let read = native.with_prepared(sql, |_, statement| {
            let mut rows = statement.raw_query();
            Ok(rows.next().unwrap().unwrap().get(0).unwrap())
        });
        read.unwrap()
    }

    fn texts(native: &mut Native) -> Vec<String> {
        native.kept().with_dependent(|_, statements| {
            assert_eq!(statements.kept.len(), statements.places.len());
            let mut texts: Vec<String> = statements
                .places
                .keys()
                .map(|text| (**text).to_owned())
                .collect();
            texts.sort_unstable();
            texts
        })
    }

    #[test]
    fn the_least_recently_used_statement_is_replaced() {
        let mut native = native(2);
        for (sql, expected) in [
            ("SELECT 1", 1),
            ("SELECT 2", 2),
            ("SELECT 1", 1),
            ("SELECT 3", 3),
        ] {
            assert_eq!(number(&mut native, sql), expected);
        }
        assert_eq!(texts(&mut native), ["SELECT 1", "SELECT 3"]);
        native.clear_statements();
        assert!(texts(&mut native).is_empty());
        assert_eq!(number(&mut native, "SELECT 1"), 1);
    }

    #[test]
    fn without_a_capacity_none_is_kept() {
        let mut native = native(0);
        assert_eq!(number(&mut native, "SELECT 1"), 1);
        assert!(native.kept.is_none());
    }

    #[test]
    fn a_statement_is_at_its_beginning_after_an_error() {
        let mut native = native(8);
        native
            .connection()
            .execute_batch("CREATE TABLE t (a)")
            .unwrap();
        let sql = "SELECT 1 FROM (SELECT 1 UNION ALL SELECT 2) WHERE ?1 IS NULL";
        for _ in 0..2 {
            let failed = native.with_prepared(sql, |_, statement| {
                let mut rows = statement.raw_query();
                assert!(rows.next().unwrap().is_some());
                Err::<(), Error>(Error::new(ErrorKind::Decode))
            });
            assert_eq!(failed.unwrap_err().kind(), ErrorKind::Decode);
            // It would be locked by a statement that is running.
            native
                .connection()
                .execute_batch("DROP TABLE t; CREATE TABLE t (a)")
                .unwrap();
        }
    }

    #[test]
    fn values_do_not_outlast_a_run() {
        let mut native = native(8);
        let sql = "SELECT ifnull(?1, 7)";
        native
            .with_prepared(sql, |_, statement| {
                statement.raw_bind_parameter(1, 3_i64).unwrap();
                let mut rows = statement.raw_query();
                assert_eq!(rows.next().unwrap().unwrap().get::<_, i64>(0).unwrap(), 3);
                Ok(())
            })
            .unwrap();
        assert_eq!(number(&mut native, sql), 7);
    }

    #[test]
    fn a_connection_moves_with_its_statements() {
        let mut native = native(8);
        assert_eq!(number(&mut native, "SELECT 1"), 1);
        let moved = std::thread::spawn(move || (number(&mut native, "SELECT 1"), native));
        let (read, mut native) = moved.join().unwrap();
        assert_eq!((read, number(&mut native, "SELECT 1")), (1, 1));
        native
            .connection_mut()
            .busy_timeout(std::time::Duration::ZERO)
            .unwrap();
        assert_eq!(number(&mut native, "SELECT 1"), 1);
    }
}
