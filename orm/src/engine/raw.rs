//! SQL text of the program on a [`Connection`]: the `raw_…` methods, and the checks of their effect on the
//! transaction.
//!
//! `run.rs` executes them. Statements that the library renders are in `rendered.rs`.

use orm_core::driver::{Outcome, Row, TransactionState};
use orm_core::error::Result;
use orm_core::value::ValueRef;

use super::check_text::check_text;
use super::connection::Connection;
use super::run::Effect;
use super::transaction_control;
use super::transaction_state::{Owner, Transaction};

impl Connection {
    /// Executes one statement of SQL text with binds and returns the number of rows that it affected.
    ///
    /// # Errors
    /// - Any error of the database, by its kind.
    /// - `Transaction`: the open transaction is aborted or lost.
    /// - `Usage`: COMMIT, ROLLBACK, BEGIN or the like in a transaction that this library has begun; on a session's
    ///   connection also ROLLBACK TO SAVEPOINT. The hint names the method to call.
    /// - `CommitUnknown`: the connection was lost during a statement outside a transaction.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let sql = "UPDATE users SET age = age + ?";
    /// let outcome = conn.raw_execute(sql, &[ValueRef::Int(1)])?;
    /// assert_eq!(outcome.affected, 1);
    /// assert_eq!(sent.take_sql(), [sql]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn raw_execute(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Result<Outcome> {
        self.raw = true;
        self.watched(sql, |connection| connection.execute(sql, binds))
    }

    /// Executes one statement of SQL text once for each group of `width` values of `binds`.
    ///
    /// # Errors
    /// - As [`Connection::raw_execute`].
    /// - The error of `done`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let sql = "INSERT INTO posts (author_id, title) VALUES (1, ?)";
    /// let titles = [ValueRef::Text("On tides"), ValueRef::Text("On moons")];
    /// let mut stored = 0;
    /// conn.raw_execute_each(sql, 1, &titles, &mut |outcome| {
    ///     stored += outcome.affected;
    ///     Ok(())
    /// })?;
    /// assert_eq!(stored, 2);
    /// assert_eq!(sent.take_lines(), [format!("{sql} -- 2 runs of 1 binds")]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn raw_execute_each(
        &mut self,
        sql: &str,
        width: usize,
        binds: &[ValueRef<'_>],
        done: &mut dyn FnMut(Outcome) -> Result<()>,
    ) -> Result<()> {
        self.raw = true;
        self.watched(sql, |connection| {
            connection.execute_each(sql, width, binds, done)
        })
    }

    /// Executes one query of SQL text with binds and passes each row to `each`.
    ///
    /// # Errors
    /// - As [`Connection::raw_execute`].
    /// - The error of `each`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let mut names = Vec::new();
    /// conn.raw_query("SELECT name FROM users WHERE id = ?", &[ValueRef::Int(1)], &mut |row| {
    ///     names.push(format!("{:?}", row.get(0)?));
    ///     Ok(())
    /// })?;
    /// assert_eq!(names, [r#"Text("ada")"#]);
    /// assert_eq!(sent.take_sql(), ["SELECT name FROM users WHERE id = ?"]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn raw_query(
        &mut self,
        sql: &str,
        binds: &[ValueRef<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        self.raw = true;
        self.watched(sql, |connection| connection.query(sql, binds, each))
    }

    /// Executes one statement without binds and rows, such as DDL. If the statement ends the transaction, as DDL on
    /// MySQL and MariaDB or a CALL may, the next call returns the error.
    ///
    /// # Errors
    /// As [`Connection::raw_execute`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// conn.raw_control("CREATE INDEX posts_title ON posts (title)")?;
    /// assert_eq!(sent.take_sql(), ["CREATE INDEX posts_title ON posts (title)"]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn raw_control(&mut self, sql: &str) -> Result<()> {
        self.raw = true;
        let was = self.transaction.state;
        let result = self.watched(sql, |connection| connection.send(sql, Effect::Writes));
        if result.is_err() {
            self.doubt(was);
        }
        result
    }

    /// Runs raw SQL, unless it controls a transaction that isn't its own. One that may end the open transaction and begin
    /// another is watched: the driver reports that one is open then, not that it is a different one. A savepoint of the
    /// library's own is gone with the first.
    #[inline]
    fn watched<T>(&mut self, sql: &str, run: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        use transaction_control::Impact;
        match self.impact(sql)? {
            Impact::Nothing | Impact::Controls(_) => run(self),
            Impact::Unknown => {
                let watch = self.set_savepoint()?;
                let result = run(self);
                self.find_savepoint(watch);
                result
            }
        }
    }

    /// What a text of the program's own may do to the open transaction.
    ///
    /// # Errors
    /// `Usage` for one that controls a transaction which isn't its own, `Syntax` for no text at all.
    #[inline]
    pub(super) fn impact(&mut self, sql: &str) -> Result<transaction_control::Impact> {
        use transaction_control::Impact;
        check_text(sql)?;
        self.resync()?;
        let Transaction { state, owner } = self.transaction;
        if state != TransactionState::Open {
            return Ok(Impact::Nothing);
        }
        let rules = self.dialect.capabilities().lexical_rules;
        match transaction_control::impact(sql, rules, owner) {
            Impact::Controls(control) if owner != Owner::Text => {
                let in_closure = self.closures > 0 && owner != Owner::Session;
                Err(transaction_control::refusal(&control, owner, in_closure).with_sql(sql))
            }
            impact => {
                self.release_ended()?;
                Ok(impact)
            }
        }
    }

    /// Where DDL commits implicitly, that has happened before the response of a statement without rows is lost.
    fn doubt(&mut self, was: TransactionState) {
        let lost = was == TransactionState::Open
            && self.transaction.state == TransactionState::RolledBack
            && self.native().is_broken();
        if lost && !self.dialect.capabilities().transactional_ddl {
            self.transaction.state = TransactionState::EndedExternally;
        }
    }
}
