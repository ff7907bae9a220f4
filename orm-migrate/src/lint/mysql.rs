//! The rules of MySQL and MariaDB: definitions that copy the table, and what the servers ignore or change silently.
//!
//! From the manual's "Online DDL Operations" and MariaDB's "InnoDB Online DDL Overview".

use super::rule::{Context, Rule};
use super::statement::{Change, What};
use crate::dialect::Family;

const OWN: &[Family] = &[Family::Mysql];

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "change-column",
        families: OWN,
        why: "most changes of a column's type copy the table while writes wait, and values that don't fit fail or are cut",
        instead: "add ALGORITHM=INPLACE, LOCK=NONE, so that the statement fails where it would copy; else add a column \
                  beside the old one and copy in batches",
        check: change_column,
    },
    Rule {
        name: "primary-key",
        families: OWN,
        why: "a changed primary key copies the table",
        instead: "a new table that is filled in batches, or a tool such as gh-ost",
        check: primary_key,
    },
    Rule {
        name: "convert-charset",
        families: OWN,
        why: "CONVERT TO CHARACTER SET copies the table and changes the types of text columns",
        instead: "MODIFY each column, and ALTER TABLE … DEFAULT CHARACTER SET for new ones",
        check: convert_charset,
    },
    Rule {
        name: "locking-index",
        families: OWN,
        why: "FULLTEXT and SPATIAL indexes are built while writes wait; the first FULLTEXT index copies the table",
        instead: "a time without traffic",
        check: locking_index,
    },
    Rule {
        name: "copy-algorithm",
        families: OWN,
        why: "ALGORITHM=COPY and LOCK=EXCLUSIVE block writes while the table is copied",
        instead: "ALGORITHM=INPLACE, LOCK=NONE",
        check: copy_algorithm,
    },
    Rule {
        name: "inline-references",
        families: OWN,
        why: "MySQL before 9.0 ignores REFERENCES behind a column",
        instead: "FOREIGN KEY (column) REFERENCES … as a constraint of the table",
        check: inline_references,
    },
    Rule {
        name: "foreign-key-checks",
        families: OWN,
        why: "with foreign_key_checks = 0, rows that refer to nothing stay and are never reported",
        instead: "add the parents first",
        check: foreign_key_checks,
    },
];

fn change_column(context: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let is_change = change.words.is(0, &["MODIFY", "CHANGE"]);
    let (column, _) = change.altered_column().filter(|_| is_change)?;
    let is_online = change.all.have(&["LOCK", "=", "NONE"]) || change.all.have(&["LOCK", "NONE"]);
    (!is_online && context.is_old(&change.object)).then(|| {
        format!(
            "the change of {}.{column} may copy the table while writes wait",
            change.object
        )
    })
}

fn primary_key(context: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let is_key = change.what == What::AlterTable
        && (change.words.begin(&["DROP", "PRIMARY"])
            || change
                .added_constraint()
                .is_some_and(|words| words.is(0, &["PRIMARY"])));
    (is_key && context.is_old(&change.object))
        .then(|| format!("the change of the primary key copies {}", change.object))
}

fn convert_charset(_: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let is_it = change.what == What::AlterTable && change.words.begin(&["CONVERT", "TO"]);
    is_it.then(|| format!("copies {} and may change types of text", change.object))
}

fn locking_index(context: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let kinds = ["FULLTEXT", "SPATIAL"];
    let is_index = change.what == What::CreateIndex && change.all.is(1, &kinds)
        || change.what == What::AlterTable
            && change.words.is(0, &["ADD"])
            && change.words.is(1, &kinds);
    (is_index && context.is_old(&change.object))
        .then(|| format!("writes to {} wait while the index is built", change.object))
}

fn copy_algorithm(_: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let all = change.all;
    let asks = all.have(&["ALGORITHM", "=", "COPY"]) || all.have(&["LOCK", "=", "EXCLUSIVE"]);
    asks.then(|| "the statement asks for a copy or an exclusive lock".to_owned())
}

fn inline_references(context: &Context<'_>, change: &Change<'_>) -> Option<String> {
    if context.is_since(9, 0) {
        return None;
    }
    let (words, is_new) = match change.added_column() {
        Some((_, words)) => (words, false),
        None => (change.words.from(0), change.what == What::CreateTable),
    };
    let at = words.find(&["REFERENCES"])?;
    let is_constraint = is_new && words.have(&["FOREIGN", "KEY"]);
    (!is_constraint && at > 0 && change.what != What::Other)
        .then(|| {
            format!(
                "the foreign key of a column of {} is ignored",
                change.object
            )
        })
        .filter(|_| is_new || change.added_column().is_some())
}

fn foreign_key_checks(_: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let all = change.all;
    let is_off = all.is(0, &["SET"]) && all.have(&["foreign_key_checks", "=", "0"]);
    is_off.then(|| "switches the checks of foreign keys off".to_owned())
}
