//! `check`: whether the models, the migrations and a database agree. For a build server; writes nothing.

use std::path::Path;

use orm::engine::Connection;
use orm_core::inspect::Scope;

use super::drift::{self, Drift};
use super::generate;
use super::status::{self, Status};
use crate::autogenerate::{Answers, Base, Plan};
use crate::error::Result;
use crate::exit::Exit;
use crate::migration::Migrations;
use crate::models::Models;

/// Holds the result of [`check`].
#[derive(Debug)]
#[non_exhaustive]
pub struct Checked {
    /// What a migration would change that is generated from the models now.
    pub plan: Plan,
    /// The migrations of the database, if there is one.
    pub status: Option<Status>,
    /// How the tables of the database differ from the models. Empty while migrations are pending, since they may change it.
    pub drift: Drift,
}

impl Checked {
    /// Returns the exit code: [`Exit::Differs`] if a migration is missing for the models, else that of the status, else
    /// [`Exit::Drift`] if the tables differ.
    pub fn exit(&self) -> Exit {
        if !self.plan.is_empty() {
            return Exit::Differs;
        }
        match self.status.as_ref().map_or(Exit::Clean, Status::exit) {
            Exit::Clean if !self.drift.is_empty() => Exit::Drift,
            exit => exit,
        }
    }
}

/// Compares the models with the snapshot of the last migration, and with a database if `connection` is one.
///
/// # Errors
/// - The folder can't be read, or its migrations have no snapshot.
/// - Any error of the database.
pub fn check(
    models: &Models,
    folder: &Path,
    connection: Option<Connection>,
    scope: &Scope,
) -> Result<Checked> {
    let (plan, _) = generate::compare(models, folder, &Answers::default(), Base::Snapshot)?;
    let mut checked = Checked {
        plan,
        status: None,
        drift: Drift::default(),
    };
    let Some(mut connection) = connection else {
        return Ok(checked);
    };
    let drift = drift::drift(models, &mut connection, scope)?;
    let status = status::status(&Migrations::open(folder)?, connection)?;
    if status.exit() == Exit::Clean {
        checked.drift = drift;
    }
    checked.status = Some(status);
    Ok(checked)
}
