//! The rules of SQLite: what its ALTER TABLE can't do, and what a rebuild by hand loses.
//!
//! From "ALTER TABLE" of its documentation.

use super::rule::{Context, Rule};
use super::statement::{Change, What};
use crate::dialect::Family;

const OWN: &[Family] = &[Family::Sqlite];

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "non-constant-default",
        families: OWN,
        why: "ADD COLUMN takes no DEFAULT in parentheses or CURRENT_TIMESTAMP on a table with rows",
        instead: "add the column without DEFAULT and fill it; `generate` builds the table again",
        check: non_constant_default,
    },
    Rule {
        name: "rename-away",
        families: OWN,
        why: "a renamed table takes the foreign keys of other tables with it, so that they refer to the old rows",
        instead: "create the new table under another name, copy, drop the old one, and rename the new one, as `generate` does",
        check: rename_away,
    },
    Rule {
        name: "writable-schema",
        families: OWN,
        why: "a mistake in writable_schema makes the file unreadable",
        instead: "the rebuild that `generate` writes",
        check: writable_schema,
    },
];

fn non_constant_default(context: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let (column, words) = change.added_column()?;
    let default = words.from(words.find(&["DEFAULT"])? + 1);
    let is_computed = default.is(
        0,
        &["(", "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME"],
    );
    (is_computed && context.is_old(&change.object)).then(|| {
        format!(
            "fails on a table with rows: the DEFAULT of {}.{column} is not constant",
            change.object
        )
    })
}

fn rename_away(context: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let to = change
        .words
        .get(2)
        .filter(|_| change.words.begin(&["RENAME", "TO"]))?;
    let is_away = ["old", "bak", "backup", "tmp"]
        .iter()
        .any(|word| to.to_lowercase().contains(word));
    (change.what == What::AlterTable && is_away && context.is_old(&change.object))
        .then(|| format!("foreign keys to {} will refer to {to}", change.object))
}

fn writable_schema(_: &Context<'_>, change: &Change<'_>) -> Option<String> {
    (change.all.is(0, &["PRAGMA"]) && change.all.have(&["writable_schema"]))
        .then(|| "changes the schema past the parser".to_owned())
}
