//! ALTER SEQUENCE: the parts of a sequence that differ.
//!
//! CREATE SEQUENCE and DROP SEQUENCE are in `ddl/`.

use super::super::create_sequence;
use crate::error::Result;
use crate::schema::Sequence;
use crate::sql::{Dialect, SqlWriter};

/// ALTER SEQUENCE, or nothing if the sequences are equal.
pub(super) fn alter_sequence(
    dialect: &dyn Dialect,
    from: &Sequence,
    to: &Sequence,
) -> Result<Vec<String>> {
    // Refuses what the database does not have.
    create_sequence(dialect, to)?;
    let mut options = changed_options(from, to);
    if from.cycle != to.cycle {
        let no_cycle = dialect.capabilities().ddl.no_cycle;
        options.push(String::from(if to.cycle { "CYCLE" } else { no_cycle }));
    }
    if options.is_empty() {
        return Ok(Vec::new());
    }
    let mut w = SqlWriter::new(dialect);
    w.push("ALTER SEQUENCE ").qualified(&from.qualified_name());
    for option in options {
        w.push(" ").push(&option);
    }
    Ok(vec![w.finish().0])
}

fn changed_options(from: &Sequence, to: &Sequence) -> Vec<String> {
    let mut options = Vec::new();
    let increment = to.increment.unwrap_or(1);
    if from.increment.unwrap_or(1) != increment {
        options.push(format!("INCREMENT BY {increment}"));
    }
    if from.min_value != to.min_value {
        options.push(bound("MINVALUE", to.min_value));
    }
    if from.max_value != to.max_value {
        options.push(bound("MAXVALUE", to.max_value));
    }
    if from.start != to.start {
        let first = if increment < 0 { -1 } else { 1 };
        options.push(format!("START WITH {}", to.start.unwrap_or(first)));
    }
    options
}

fn bound(word: &str, value: Option<i64>) -> String {
    match value {
        Some(value) => format!("{word} {value}"),
        None => format!("NO {word}"),
    }
}
