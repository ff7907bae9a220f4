//! `generate`: writes a migration from the models, or an empty one.

use std::fs;
use std::path::Path;

use orm_core::sql::Dialect;

use crate::autogenerate::{Answers, Base, Part, Plan, Snapshot, base, parts, plan, snapshot};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::migration::{Migrations, NewMigration, Transaction, UNFILLED, Written};
use crate::models::Models;

/// Writes a migration into `folder` whose scripts contain comments. `run` rejects it until they are replaced by
/// statements.
///
/// # Errors
/// - The name is not valid.
/// - The folder can't be written, or already has a migration of that name.
pub fn empty(folder: &Path, name: &str) -> Result<Written> {
    let [up, down] = UNFILLED;
    NewMigration {
        name,
        up,
        down,
        transaction: Transaction::One,
        others: &[],
    }
    .write(folder)
}

/// Names a migration that is written from models.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The folder of the migrations.
    pub folder: &'a Path,
    /// The name, without a version.
    pub name: &'a str,
    /// The dialect of its scripts.
    pub dialect: &'static dyn Dialect,
}

/// Holds the result of [`generate`].
#[derive(Debug)]
pub enum Generated {
    /// The models are what the migrations have made: nothing was written.
    Nothing,
    /// Decisions are missing, and nothing was written.
    Undecided(Plan),
    /// Migrations were written, several where the statements can't be in one transaction.
    Written(Plan, Vec<Written>),
    /// The databases store nothing of what differs, such as a comment on SQLite. Only the snapshot was written, into the
    /// last migration.
    SnapshotOnly(Plan),
}

/// Compares the models with what the last migration left, or with a database.
///
/// # Errors
/// - As [`base`].
/// - A rename of the answers fits no table or column.
pub fn compare(
    models: &Models,
    folder: &Path,
    answers: &Answers,
    against: Base<'_>,
) -> Result<(Plan, Option<String>)> {
    let dialect = match &against {
        Base::Snapshot => None,
        Base::Database(connection, _) => Some(connection.dialect()),
    };
    let (before, parent) = base(against, folder)?;
    let plan = plan(before, models.schema().clone(), answers, dialect);
    match plan.unknown_renames.first() {
        Some((from, to)) => Err(unknown_rename(from, to)),
        None => Ok((plan, parent)),
    }
}

#[cold]
fn unknown_rename(from: &str, to: &str) -> Error {
    Error::new(Exit::Usage, format!("{from} was not renamed to {to}")).with_hint(
        "the name on the left must be that of a table or column that the models don't have any more, the other one that \
         of a new one",
    )
}

/// Writes the migration that makes the schema of the models of what the last migration left, or of a database.
///
/// # Errors
/// - As [`base`].
/// - The dialect can't express an operation.
/// - The name is not valid, the folder can't be written, or it already has a migration of that name.
pub fn generate(
    models: &Models,
    target: Target<'_>,
    answers: &Answers,
    against: Base<'_>,
) -> Result<Generated> {
    let (plan, parent) = compare(models, target.folder, answers, against)?;
    if plan.is_empty() {
        return Ok(Generated::Nothing);
    }
    if !plan.questions.is_empty() {
        return Ok(Generated::Undecided(plan));
    }
    let snapshot = Snapshot::new(plan.after.clone(), parent.clone());
    let files = files(&plan, target.dialect)?;
    if files.is_empty() {
        replace_snapshot(target.folder, parent.as_deref(), &plan)?;
        return Ok(Generated::SnapshotOnly(plan));
    }
    let written = write(files, target, &snapshot)?;
    Ok(Generated::Written(plan, written))
}

/// The files of one migration.
struct Files {
    up: String,
    down: String,
    transaction: Transaction,
    others: Vec<(String, String)>,
}

impl From<Part> for Files {
    fn from(part: Part) -> Self {
        Self {
            up: or_comment(part.up),
            down: or_comment(part.down),
            transaction: part.transaction,
            others: Vec::new(),
        }
    }
}

/// A script without statements is a comment, since an empty one is refused by `run`.
fn or_comment(script: String) -> String {
    if script.is_empty() {
        return "-- Nothing is to be done.\n".to_owned();
    }
    script
}

fn files(plan: &Plan, dialect: &dyn Dialect) -> Result<Vec<Files>> {
    let mut parts = parts(dialect, &plan.before, &plan.operations)?;
    parts.retain(|part| !part.is_empty());
    Ok(parts.into_iter().map(Files::from).collect())
}

fn write(files: Vec<Files>, target: Target<'_>, snapshot: &Snapshot) -> Result<Vec<Written>> {
    let count = files.len();
    let mut all = Vec::new();
    for (index, mut files) in files.into_iter().enumerate() {
        // The schema is the models' behind the last one only.
        if index + 1 == count {
            let file = (snapshot::FILE.to_owned(), snapshot.to_json());
            files.others.push(file);
        }
        let name = match index {
            0 => target.name.to_owned(),
            later => format!("{}_{}", target.name, later + 1),
        };
        let migration = NewMigration {
            name: &name,
            up: &files.up,
            down: &files.down,
            transaction: files.transaction,
            others: &files.others,
        };
        all.push(migration.write(target.folder)?);
    }
    Ok(all)
}

/// Writes the snapshot of the last migration again.
fn replace_snapshot(folder: &Path, version: Option<&str>, plan: &Plan) -> Result<()> {
    let Some(version) = version else {
        return Ok(());
    };
    let migrations = Migrations::open(folder)?;
    let Some(entry) = migrations.find(version) else {
        return Ok(());
    };
    let Some(old) = Snapshot::of_migration(folder, &entry.name)? else {
        return Ok(());
    };
    let new = Snapshot::new(plan.after.clone(), old.parent().map(str::to_owned));
    let path = folder.join(&entry.name).join(snapshot::FILE);
    fs::write(&path, new.to_json()).map_err(|error| Error::io("write", &path, error))
}
