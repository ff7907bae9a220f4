//! [`Journal`]: how far a migration is that runs outside a transaction, written down statement by statement.
//! `resume.rs` decides what is written when.

use orm::engine::{Connection, Engine};
use orm_core::error::Result;

use super::history::Place;
use super::{log, stop};
use crate::dialect::{self, Family};

/// What is written down around a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Boundary {
    /// Nothing: a later statement covers it, or it is repeated before the migration continues.
    None,
    /// It changes rows: the statement and that it is done are one transaction.
    Whole,
    /// That it has begun, in front of it, and that it is done, behind it. The number of statements up to the end
    /// of what it begins.
    Around(usize),
    /// It commits the script's own transaction, which holds that it is done.
    Commit,
    /// It may commit the script's own transaction, which holds that it has begun.
    Implicit,
    /// That it is done, behind it, if it has ended the script's own transaction.
    After,
}

/// The journal of the migration under way.
#[derive(Debug)]
pub(super) struct Journal {
    engine: Engine,
    /// A session beside that of the script, whose role, database and locks are the script's. SQLite has one writer
    /// only, and the script's session is it.
    beside: Option<Connection>,
    is_server: bool,
    place: Place,
    version: String,
    /// The checksums of the first 0, 1, 2 … statements.
    prefixes: Vec<String>,
    /// Whether the script leaves its session as it is, so that its own transactions can hold the journal.
    pub(super) is_plain: bool,
    /// Whether a rollback reaches the rows of every table.
    pub(super) all_roll_back: bool,
    /// The statement in which an earlier run was interrupted, if it is run again.
    pub(super) uncertain: Option<usize>,
    /// The statement that has failed.
    pub(super) failure: Option<Failure>,
}

/// A statement that has failed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failure {
    /// Its number, counted from 1.
    pub number: usize,
    /// Whether it has certainly not taken effect.
    pub is_certain: bool,
    /// What the user is to do if it is not certain.
    pub decide: &'static str,
}

impl Journal {
    pub(super) fn new(
        connection: &Connection,
        place: Place,
        version: &str,
        prefixes: Vec<String>,
    ) -> Self {
        let family = dialect::known_family(connection.dialect());
        Self {
            engine: connection.engine().clone(),
            beside: None,
            is_server: matches!(family, Some(Family::Postgres | Family::Mysql)),
            place,
            version: version.to_owned(),
            prefixes,
            is_plain: true,
            all_roll_back: true,
            uncertain: None,
            failure: None,
        }
    }

    /// Writes into the script's own transaction.
    pub(super) fn write_inside(
        &self,
        connection: &mut Connection,
        begun: usize,
        done: usize,
    ) -> Result<()> {
        stop::point();
        let prefix = self.prefixes.get(done).map_or("", String::as_str);
        log::advance(
            connection,
            &self.place,
            &self.version,
            (begun, done, self.total()),
            prefix,
        )?;
        stop::point();
        Ok(())
    }

    /// Writes outside of any transaction.
    pub(super) fn write(
        &mut self,
        connection: &mut Connection,
        begun: usize,
        done: usize,
    ) -> Result<()> {
        stop::point();
        let prefix = self.prefixes.get(done).cloned().unwrap_or_default();
        let (place, version, total) = (self.place.clone(), self.version.clone(), self.total());
        self.outside(connection, |connection| {
            log::advance(connection, &place, &version, (begun, done, total), &prefix)
        })?;
        stop::point();
        Ok(())
    }

    /// How many statements there are.
    fn total(&self) -> usize {
        self.prefixes.len().saturating_sub(1)
    }

    /// Writes down that what has begun has not taken effect, if it is this statement.
    pub(super) fn settle(
        &mut self,
        connection: &mut Connection,
        begun: Option<usize>,
    ) -> Result<()> {
        let (place, version) = (self.place.clone(), self.version.clone());
        self.outside(connection, |connection| {
            log::settle(connection, &place, &version, begun)
        })
    }

    /// Runs `work` on the journal's session. A session that the server has ended while a statement ran for long is
    /// opened again.
    fn outside(
        &mut self,
        connection: &mut Connection,
        work: impl Fn(&mut Connection) -> Result<()>,
    ) -> Result<()> {
        if !self.is_server {
            return work(connection);
        }
        let mut beside = match self.beside.take() {
            Some(beside) => beside,
            None => self.engine.extra_connection()?,
        };
        let mut done = work(&mut beside);
        if done
            .as_ref()
            .is_err_and(|error| error.is_connection_lost() || error.is_commit_unknown())
        {
            beside = self.engine.extra_connection()?;
            done = work(&mut beside);
        }
        self.beside = Some(beside);
        done
    }
}
