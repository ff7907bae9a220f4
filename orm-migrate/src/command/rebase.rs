//! `rebase`: puts a migration behind another one that follows the same migration.

use std::fs;
use std::path::{Path, PathBuf};

use orm_core::schema::compare::{CompareOptions, compare};
use orm_core::schema::{Schema, apply};

use crate::autogenerate::{Snapshot, snapshot};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::migration::{Migrations, NewMigration};

/// Gives a migration a new version behind all others, and a snapshot with its changes on top of theirs. Its scripts are
/// kept. Returns the new path.
///
/// # Errors
/// - No migration of the folder has this version, or it has no snapshot.
/// - The migration does not follow the same one as another does.
/// - Its changes contradict those of the others: both add the same column, for example.
/// - The folder can't be written.
pub fn rebase(folder: &Path, version: &str) -> Result<PathBuf> {
    let migrations = Migrations::open(folder)?;
    let entry = migrations.named(version)?;
    let own =
        Snapshot::of_migration(folder, &entry.name)?.ok_or_else(|| no_snapshot(&entry.name))?;
    let mut others = Vec::new();
    for other in migrations.entries() {
        if other.version != entry.version
            && let Some(snapshot) = Snapshot::of_migration(folder, &other.name)?
        {
            others.push((other.version.clone(), snapshot));
        }
    }
    let is_beside = |(_, other): &(String, Snapshot)| other.parent() == own.parent();
    if !others.iter().any(is_beside) {
        return Err(not_beside(&entry.name));
    }
    let before = others
        .iter()
        .find(|(version, _)| Some(version.as_str()) == own.parent());
    let before = before.map_or_else(
        || Schema::unchecked(Vec::new()),
        |(_, own)| own.schema().clone(),
    );
    let (last, behind) = others.last().ok_or_else(|| not_beside(&entry.name))?;
    let schema = on_top(&before, own.schema(), behind.schema())
        .map_err(|error| conflict(&entry.name, error))?;
    let moved = Snapshot::new(schema, Some(last.clone()));
    move_folder(folder, &entry.name, &moved)
}

/// The changes from `before` to `own`, made to `behind`.
fn on_top(before: &Schema, own: &Schema, behind: &Schema) -> orm_core::Result<Schema> {
    let options = CompareOptions::default().no_renames();
    let mut schema = behind.clone();
    for operation in compare(before, own, &options).operations {
        apply(&mut schema, &operation)?;
    }
    Ok(schema)
}

fn move_folder(folder: &Path, name: &str, snapshot: &Snapshot) -> Result<PathBuf> {
    let from = folder.join(name);
    let title = name.split_once('_').map_or(name, |(_, title)| title);
    let to = folder.join(NewMigration::free_name(folder, title)?);
    let file = from.join(snapshot::FILE);
    fs::write(&file, snapshot.to_json()).map_err(|error| Error::io("write", &file, error))?;
    fs::rename(&from, &to).map_err(|error| Error::io("rename", &from, error))?;
    Ok(to)
}

#[cold]
fn no_snapshot(name: &str) -> Error {
    Error::new(Exit::Usage, format!("the migration {name} has no snapshot"))
        .with_hint("rename its folder by hand, with a version behind the others")
}

#[cold]
fn not_beside(name: &str) -> Error {
    Error::new(
        Exit::Usage,
        format!("no other migration follows the same one as {name}"),
    )
    .with_hint("there is nothing to do: `orm-migrate check` finds two that do")
}

#[cold]
fn conflict(name: &str, error: orm_core::Error) -> Error {
    Error::failed(format!(
        "the changes of {name} contradict those of the other migration: {}",
        error.message()
    ))
    .with_note("state", "nothing was changed")
    .with_hint("delete the migration, merge the models, and `generate` it again")
    .with_source(error)
}
