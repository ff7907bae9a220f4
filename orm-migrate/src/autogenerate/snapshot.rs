//! [`Snapshot`]: the schema that a migration leaves, as `schema.json` in its folder.
//!
//! `diesel` ignores the file. It makes `generate` work without a database, and gives `down.sql` the definitions of what
//! `up.sql` drops. Each names the migration before it, so that two branches of a repository which both add a migration
//! are found when they are merged.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use orm_core::schema::{Schema, Sequence, Table, View};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::migration::Migrations;

/// The name of the file.
pub(crate) const FILE: &str = "schema.json";

/// The version of the document.
const FORMAT: u32 = 1;

/// Holds the schema after a migration.
///
/// # Examples
///
/// ```
/// use orm_core::schema::{Column, Schema, Table};
/// use orm_core::types::Type;
/// use orm_migrate::autogenerate::Snapshot;
///
/// let users = Table::new("users").column(Column::new("id", Type::Int64)).primary_key(["id"]);
/// let snapshot = Snapshot::new(Schema::new(vec![users])?, None);
/// let again = Snapshot::from_json(&snapshot.to_json(), "schema.json")?;
/// assert_eq!(again.schema(), snapshot.schema());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    schema: Schema,
    parent: Option<String>,
}

/// The file. Unknown fields are errors, since what is skipped would be dropped by the next migration.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: u32,
    /// The version of the migration before, whose schema this migration was compared with.
    #[serde(default)]
    parent: Option<String>,
    tables: Vec<Table>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    views: Vec<View>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sequences: Vec<Sequence>,
}

/// What every version of the document has.
#[derive(Deserialize)]
struct Head {
    format: u32,
}

impl Snapshot {
    /// Creates the snapshot of a migration behind the one with the version `parent`.
    pub fn new(schema: Schema, parent: Option<String>) -> Self {
        Self { schema, parent }
    }

    /// Returns the schema.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Returns the version of the migration before.
    pub fn parent(&self) -> Option<&str> {
        self.parent.as_deref()
    }

    /// Reads a document. `origin` names it in messages.
    ///
    /// # Errors
    /// The document is malformed or has another format.
    pub fn from_json(text: &str, origin: &str) -> Result<Self> {
        let malformed = |error: serde_json::Error| {
            Error::failed(format!("{origin} is not a snapshot of a schema: {error}")).with_hint(
                "restore the file from version control; after a merge conflict, `orm-migrate rebase` writes it again",
            )
        };
        let head: Head = serde_json::from_str(text).map_err(malformed)?;
        if head.format != FORMAT {
            let message = format!("{origin} has format {}, not {FORMAT}", head.format);
            return Err(Error::failed(message).with_hint(if head.format > FORMAT {
                "upgrade orm-migrate"
            } else {
                "write it again with the version of orm-migrate that wrote it, and upgrade step by step"
            }));
        }
        let document: Document = serde_json::from_str(text).map_err(malformed)?;
        let mut schema = Schema::unchecked(document.tables);
        schema.views = document.views;
        schema.sequences = document.sequences;
        Ok(Self {
            schema,
            parent: document.parent,
        })
    }

    /// Returns the document, indented, so that version control shows what a migration changes.
    pub fn to_json(&self) -> String {
        let document = Document {
            format: FORMAT,
            parent: self.parent.clone(),
            tables: self.schema.tables().to_vec(),
            views: self.schema.views.clone(),
            sequences: self.schema.sequences.clone(),
        };
        // Nothing in a schema has keys that are no strings, and memory takes all bytes.
        let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads the snapshot of a migration. `None` if it has none.
    ///
    /// # Errors
    /// As [`Snapshot::from_json`], or the file can't be read.
    pub(crate) fn of_migration(folder: &Path, name: &str) -> Result<Option<Self>> {
        let path = folder.join(name).join(FILE);
        match fs::read_to_string(&path) {
            Ok(text) => Self::from_json(&text, &path.display().to_string()).map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io("read", &path, error)),
        }
    }

    /// Returns the snapshot of the last migration that has one, with the version of that migration. `None` if none has.
    ///
    /// # Errors
    /// - As [`Snapshot::from_json`], or a file can't be read.
    /// - Two migrations follow the same one: the snapshots of two branches.
    pub fn latest(migrations: &Migrations) -> Result<Option<(String, Self)>> {
        let mut found: Vec<(String, Self)> = Vec::new();
        for entry in migrations.entries() {
            if let Some(snapshot) = Self::of_migration(migrations.path(), &entry.name)? {
                if let Some((other, _)) =
                    found.iter().find(|(_, own)| own.parent == snapshot.parent)
                {
                    return Err(two_heads(other, &entry.version));
                }
                found.push((entry.version.clone(), snapshot));
            }
        }
        Ok(found.pop())
    }
}

#[cold]
fn two_heads(one: &str, other: &str) -> Error {
    Error::failed(format!(
        "the migrations {one} and {other} follow the same migration: each was written without the other"
    ))
    .with_hint(format!(
        "`orm-migrate rebase {other}` puts {other} behind {one}, if it was not applied anywhere yet"
    ))
}

#[cfg(test)]
mod tests {
    use orm_core::schema::Column;
    use orm_core::types::Type;

    use super::*;

    fn snapshot(parent: Option<&str>) -> Snapshot {
        let table = Table::new("a").column(Column::new("id", Type::Int64));
        Snapshot::new(Schema::unchecked(vec![table]), parent.map(str::to_owned))
    }

    fn folder(migrations: &[(&str, Option<Snapshot>)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, snapshot) in migrations {
            let path = folder.path().join(name);
            fs::create_dir(&path).unwrap();
            fs::write(path.join("up.sql"), "SELECT 1;\n").unwrap();
            if let Some(snapshot) = snapshot {
                fs::write(path.join(FILE), snapshot.to_json()).unwrap();
            }
        }
        folder
    }

    fn latest(migrations: &[(&str, Option<Snapshot>)]) -> Result<Option<(String, Snapshot)>> {
        let folder = folder(migrations);
        Snapshot::latest(&Migrations::open(folder.path()).unwrap())
    }

    #[test]
    fn the_last_snapshot_counts() {
        let found = latest(&[
            ("1_a", Some(snapshot(None))),
            ("2_b", Some(snapshot(Some("1")))),
            ("3_c", None),
        ]);
        let (version, found) = found.unwrap().unwrap();
        assert_eq!((version.as_str(), found.parent()), ("2", Some("1")));
        assert_eq!(latest(&[("1_a", None)]).unwrap(), None);
    }

    #[test]
    fn two_branches_are_found() {
        let error = latest(&[
            ("1_a", Some(snapshot(None))),
            ("2_b", Some(snapshot(Some("1")))),
            ("3_c", Some(snapshot(Some("1")))),
        ]);
        let error = error.unwrap_err();
        assert!(
            error.message().contains("2 and 3 follow the same"),
            "{error}"
        );
        assert!(error.hint().is_some_and(|hint| hint.contains("rebase 3")));
    }

    #[test]
    fn a_damaged_snapshot_is_named() {
        for (text, expected) in [
            ("{", "is not a snapshot"),
            (r#"{"format":2}"#, "has format 2, not 1"),
            (r#"{"format":1,"tables":[],"more":1}"#, "more"),
        ] {
            let error = Snapshot::from_json(text, "x/schema.json").unwrap_err();
            assert!(error.message().starts_with("x/schema.json"), "{error}");
            assert!(error.to_string().contains(expected), "{error}");
            assert!(error.hint().is_some());
        }
    }
}
