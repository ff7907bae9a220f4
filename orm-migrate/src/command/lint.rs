//! `lint`: checks the scripts of migrations for statements that lose data or block a running program.

use std::path::Path;
use std::process::Command;

use orm_core::ServerVersion;
use orm_core::sql::Dialect;

use crate::dialect;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::lint::{Finding, Target, lint_script, rules};
use crate::migration::{Direction, Entry, Migrations};

/// Holds what scripts are checked for.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// The dialect of the scripts.
    pub dialect: &'a dyn Dialect,
    /// The version of the server. `None` supposes the oldest supported one.
    pub version: Option<ServerVersion>,
    /// Whether the configuration limits how long a statement waits for locks.
    pub has_lock_timeout: bool,
    /// The names of rules that are switched off.
    pub off: &'a [String],
}

/// Checks `up.sql` of migrations, and that each has a `down.sql`. Returns the findings in the order of migrations.
///
/// # Errors
/// - A rule that is switched off does not exist.
/// - A script can't be read.
pub fn lint(
    migrations: &Migrations,
    entries: &[Entry],
    options: Options<'_>,
) -> Result<Vec<Finding>> {
    if let Some(unknown) = options
        .off
        .iter()
        .find(|off| !rules().any(|rule| rule.name == **off))
    {
        return Err(Error::new(
            Exit::Usage,
            format!("no lint rule has the name {unknown:?}"),
        )
        .with_hint("`orm-migrate lint --rules` lists them"));
    }
    let target = Target {
        grammar: dialect::grammar(options.dialect),
        version: options.version,
        has_lock_timeout: options.has_lock_timeout,
        off: options.off,
    };
    let mut findings = Vec::new();
    for entry in entries {
        let script = migrations.script(&entry.name, Direction::Up, target.grammar)?;
        let file = script.path().file_name().unwrap_or_default();
        let file = file.to_string_lossy().into_owned();
        let wanted = migrations.runs_in_transaction(&entry.version)?;
        let in_transaction = wanted && options.dialect.capabilities().transactional_ddl;
        findings.extend(lint_script(
            (&entry.name, &file),
            script.text(),
            &script.statements()?,
            (in_transaction, target),
        ));
        if let Err(error) = migrations.script(&entry.name, Direction::Down, target.grammar) {
            findings.push(without_down(entry, error.message()));
        }
    }
    Ok(findings)
}

fn without_down(entry: &Entry, why: &str) -> Finding {
    Finding {
        migration: entry.name.clone(),
        file: Direction::Down.file_name().to_owned(),
        line: 1,
        rule: "no-way-back",
        message: why.to_owned(),
        instead: "the statements that revert up.sql, or a comment that says why there are none",
    }
}

/// Returns the migrations that a revision of the git repository does not have.
///
/// # Errors
/// git is not installed, the folder is in no repository, or the revision does not exist.
pub fn since(migrations: &Migrations, revision: &str) -> Result<Vec<Entry>> {
    let output = Command::new("git")
        .arg("-C")
        .arg(migrations.path())
        .args(["ls-tree", "--name-only", "--end-of-options", revision, "."])
        .output()
        .map_err(|error| {
            Error::failed(format!("can't run git: {error}"))
                .with_hint("install git, or leave out --since")
        })?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Error::new(
            Exit::Usage,
            format!("git does not know {revision:?}: {words}"),
        )
        .with_hint("name a branch, a tag or a commit, such as origin/main; fetch it first"));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let known: Vec<&str> = text.lines().filter_map(name_of).collect();
    let is_new = |entry: &&Entry| !known.contains(&entry.name.as_str());
    Ok(migrations
        .entries()
        .iter()
        .filter(is_new)
        .cloned()
        .collect())
}

fn name_of(line: &str) -> Option<&str> {
    Path::new(line).file_name().and_then(|name| name.to_str())
}
