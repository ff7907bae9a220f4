//! `sql`: the scripts of migrations as one text, for databases that are changed by hand.

use orm_core::sql::{Dialect, ddl};

use crate::dialect;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::migration::{Direction, Entry, Migrations, history};

/// Selects migrations by their versions or the names of their folders, both ends included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// The first migration, or the first of the folder.
    pub from: Option<String>,
    /// The last migration, or the last of the folder.
    pub to: Option<String>,
}

impl Range {
    /// Reads `FROM:TO`, of which each may be left out, or one version.
    ///
    /// # Examples
    ///
    /// ```
    /// use orm_migrate::command::sql::Range;
    /// let behind = Range::parse("2026-01-01-000000-0000:");
    /// assert_eq!(behind.from.as_deref(), Some("2026-01-01-000000-0000"));
    /// assert_eq!(behind.to, None);
    /// ```
    pub fn parse(text: &str) -> Self {
        let given = |part: &str| (!part.is_empty()).then(|| part.to_owned());
        match text.split_once(':') {
            Some((from, to)) => Self {
                from: given(from),
                to: given(to),
            },
            None => Self {
                from: given(text),
                to: given(text),
            },
        }
    }
}

/// Returns the scripts of `range` in `dialect`, each with the statement that records it in the migration history, so that
/// `run` continues behind them. Needs no database. Downwards, the last migration comes first.
///
/// # Errors
/// - No migration has a version of the range, or its ends are the wrong way round.
/// - A script is missing, or can't be read.
pub fn sql(
    migrations: &Migrations,
    range: &Range,
    direction: Direction,
    dialect: &dyn Dialect,
) -> Result<String> {
    let mut entries = selected(migrations, range)?.to_vec();
    if direction == Direction::Down {
        entries.reverse();
    }
    let grammar = dialect::grammar(dialect);
    let mut text = String::new();
    if direction == Direction::Up {
        let create = history::creation(dialect)?;
        text.push_str(&ddl::to_script(&[create]));
    }
    for entry in entries {
        let script = migrations.script(&entry.name, direction, grammar)?;
        let verb = match direction {
            Direction::Up => "apply",
            Direction::Down => "revert",
        };
        let mut statements: Vec<String> = script
            .statements()?
            .iter()
            .map(|statement| statement.text.to_owned())
            .collect();
        statements.push(history::record_sql(dialect, direction, &entry.version)?);
        let is_transaction = dialect.capabilities().transactional_ddl
            && migrations.runs_in_transaction(&entry.version)?;
        if is_transaction {
            statements.insert(0, "BEGIN".to_owned());
            statements.push("COMMIT".to_owned());
        }
        text.extend(["\n-- ", verb, " ", &entry.name, "\n\n"]);
        text.push_str(&ddl::to_script(&statements));
    }
    Ok(text)
}

fn selected<'m>(migrations: &'m Migrations, range: &Range) -> Result<&'m [Entry]> {
    let entries = migrations.entries();
    let position = |name: &Option<String>| -> Result<Option<usize>> {
        let Some(name) = name else { return Ok(None) };
        let found = migrations.named(name)?;
        Ok(entries.iter().position(|entry| entry == found))
    };
    let from = position(&range.from)?.unwrap_or(0);
    let to = position(&range.to)?.map_or(entries.len(), |at| at + 1);
    let found = entries.get(from..to);
    found
        .filter(|found| !found.is_empty() || entries.is_empty())
        .ok_or_else(|| {
            Error::new(
                Exit::Usage,
                "the first migration of the range is behind the last",
            )
            .with_hint("write the older version first; --down reverts from the newer one")
        })
}
