//! The rules of PostgreSQL: locks that block readers and writers while a table is scanned or written again.
//!
//! From the manual's "ALTER TABLE", "CREATE INDEX" and "Explicit Locking".

use super::rule::{Context, Rule};
use super::statement::{Change, What};
use crate::dialect::Family;

const OWN: &[Family] = &[Family::Postgres];

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "index-without-concurrently",
        families: OWN,
        why: "CREATE INDEX and DROP INDEX block writes to the table, REINDEX as well",
        instead: "CREATE INDEX CONCURRENTLY in a migration of its own with run_in_transaction = false; `generate --safe` \
                  writes it",
        check: index_without_concurrently,
    },
    Rule {
        name: "concurrently-in-transaction",
        families: OWN,
        why: "CONCURRENTLY can't run in a transaction",
        instead: "run_in_transaction = false in metadata.toml, and one such statement in a migration",
        check: concurrently_in_transaction,
    },
    Rule {
        name: "constraint-without-not-valid",
        families: OWN,
        why: "a foreign key or CHECK is checked for all rows while writes to the table are blocked",
        instead: "ADD CONSTRAINT … NOT VALID, and VALIDATE CONSTRAINT in a migration behind it; `generate --safe` writes it",
        check: without_not_valid,
    },
    Rule {
        name: "unique-without-index",
        families: OWN,
        why: "a unique constraint builds its index while the table is locked, and fails if rows are equal",
        instead: "CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT … UNIQUE USING INDEX",
        check: unique_without_index,
    },
    Rule {
        name: "exclusion",
        families: OWN,
        why: "an exclusion constraint builds its index while the table is locked",
        instead: "a time without traffic: there is no way without the lock",
        check: exclusion,
    },
    Rule {
        name: "set-not-null",
        families: OWN,
        why: "SET NOT NULL reads the whole table while it is locked for reads and writes",
        instead: "ADD CONSTRAINT … CHECK (column IS NOT NULL) NOT VALID, VALIDATE CONSTRAINT, SET NOT NULL, DROP CONSTRAINT; \
                  `generate --safe` writes it",
        check: set_not_null,
    },
    Rule {
        name: "volatile-default",
        families: OWN,
        why: "a volatile DEFAULT of a new column writes the whole table again",
        instead: "add the column without DEFAULT, SET DEFAULT, and fill existing rows in batches",
        check: volatile_default,
    },
    Rule {
        name: "rewriting-column",
        families: OWN,
        why: "a new serial, identity or stored generated column writes the whole table again",
        instead: "add a plain column, fill it in batches, and add the sequence or the generation behind it",
        check: rewriting_column,
    },
    Rule {
        name: "change-type",
        families: OWN,
        why: "most changes of a type write the whole table again, and programs that still run send the old type",
        instead: "add a column of the new type beside the old one, write both, copy the values, and drop the old one later",
        check: change_type,
    },
    Rule {
        name: "rename-enum-value",
        families: OWN,
        why: "programs that still run use the old label",
        instead: "add the new label, change the rows, and leave the old label",
        check: rename_enum_value,
    },
    Rule {
        name: "missing-lock-timeout",
        families: OWN,
        why: "a definition that waits for a lock makes all later statements on the table wait behind it",
        instead: "table-lock-timeout = 5 under [migrations] of orm.toml, or SET lock_timeout = '5s' in the script",
        check: missing_lock_timeout,
    },
    Rule {
        name: "vacuum-full",
        families: OWN,
        why: "VACUUM FULL and CLUSTER lock the table for reads and writes while it is written again",
        instead: "VACUUM, or pg_repack",
        check: vacuum_full,
    },
    Rule {
        name: "lock-table",
        families: OWN,
        why: "LOCK TABLE blocks other sessions until the end of the transaction",
        instead: "locks of rows, or a lock mode that lets writes pass",
        check: lock_table,
    },
    Rule {
        name: "prefer-jsonb",
        families: OWN,
        why: "json keeps the text, has no equality and can't be indexed",
        instead: "jsonb",
        check: prefer_jsonb,
    },
    Rule {
        name: "prefer-text",
        families: OWN,
        why: "char(n) pads with blanks, which comparisons ignore",
        instead: "text or varchar(n)",
        check: prefer_text,
    },
    Rule {
        name: "prefer-timestamptz",
        families: OWN,
        why: "timestamp without time zone does not say which instant it is",
        instead: "timestamptz, unless the column has local times",
        check: prefer_timestamptz,
    },
    Rule {
        name: "prefer-bigint-key",
        families: OWN,
        why: "an integer key ends after 2,147,483,647 rows, and changing its type writes the table again",
        instead: "bigint, or bigint GENERATED BY DEFAULT AS IDENTITY",
        check: prefer_bigint_key,
    },
];

fn index_without_concurrently(context: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let all = change.all;
    if all.have(&["CONCURRENTLY"]) {
        return None;
    }
    match change.what {
        What::CreateIndex if context.is_old(&change.object) => {
            Some(format!("CREATE INDEX blocks writes to {}", change.object))
        }
        What::DropIndex => Some(format!(
            "DROP INDEX {} blocks reads and writes of its table",
            change.object
        )),
        What::Other if all.is(0, &["REINDEX"]) => Some("REINDEX blocks writes".to_owned()),
        _ => None,
    }
}

fn concurrently_in_transaction(context: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let is_concurrent = change.all.have(&["CONCURRENTLY"])
        && change.all.is(0, &["CREATE", "DROP", "REINDEX", "ALTER"])
        && !change.all.have(&["MATERIALIZED", "VIEW"]);
    (is_concurrent && context.in_transaction)
        .then(|| "CONCURRENTLY fails in the transaction of the migration".to_owned())
}

fn without_not_valid(context: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let constraint = change.added_constraint()?;
    let is_checked = constraint.is(0, &["FOREIGN", "CHECK"]) && !constraint.have(&["NOT", "VALID"]);
    (is_checked && context.is_old(&change.object)).then(|| {
        format!(
            "the constraint is checked for all rows of {} while writes wait",
            change.object
        )
    })
}

fn unique_without_index(context: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let constraint = change.added_constraint()?;
    let builds = constraint.is(0, &["UNIQUE", "PRIMARY"]) && !constraint.have(&["USING", "INDEX"]);
    (builds && context.is_old(&change.object)).then(|| {
        format!(
            "the index of the constraint is built while {} is locked",
            change.object
        )
    })
}

fn exclusion(context: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let constraint = change.added_constraint()?;
    (constraint.is(0, &["EXCLUDE"]) && context.is_old(&change.object)).then(|| {
        format!(
            "the index of the constraint is built while {} is locked",
            change.object
        )
    })
}

fn set_not_null(context: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let (column, words) = change.altered_column()?;
    // A valid CHECK replaces the scan since version 12, but the script does not say whether there is one.
    (words.begin(&["SET", "NOT", "NULL"]) && context.is_old(&change.object)).then(|| {
        format!(
            "SET NOT NULL of {}.{column} reads all rows under the strongest lock",
            change.object
        )
    })
}

/// Functions whose value differs from row to row.
const VOLATILE: &[&str] = &[
    "random",
    "gen_random_uuid",
    "uuid_generate_v4",
    "uuidv7",
    "uuidv4",
    "clock_timestamp",
    "timeofday",
    "nextval",
];

fn volatile_default(context: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let (column, words) = change.added_column()?;
    let default = words.from(words.find(&["DEFAULT"])?);
    let is_volatile = VOLATILE.iter().any(|name| default.have(&[name, "("]));
    (is_volatile && context.is_old(&change.object)).then(|| {
        format!(
            "the DEFAULT of {}.{column} is volatile, so that all rows are written",
            change.object
        )
    })
}

fn rewriting_column(context: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let (column, words) = change.added_column()?;
    let is_serial = words.is(
        0,
        &["serial", "bigserial", "smallserial", "serial4", "serial8"],
    );
    let rewrites = is_serial || words.have(&["AS", "IDENTITY"]) || words.have(&["STORED"]);
    (rewrites && context.is_old(&change.object)).then(|| {
        format!(
            "the column {}.{column} gets a value in every row, under the strongest lock",
            change.object
        )
    })
}

fn change_type(context: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let (column, words) = change.altered_column()?;
    let at = match () {
        () if words.begin(&["TYPE"]) => 1,
        () if words.begin(&["SET", "DATA", "TYPE"]) => 3,
        () => return None,
    };
    // To text and to varchar without a length nothing is written: the values are the same bytes.
    let ty = words.from(at);
    let is_free = ty.is(0, &["text"]) && !ty.have(&["USING"]);
    (!is_free && context.is_old(&change.object)).then(|| {
        format!(
            "the change of the type of {}.{column} may write all rows",
            change.object
        )
    })
}

fn rename_enum_value(_: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let all = change.all;
    (all.begin(&["ALTER", "TYPE"]) && all.have(&["RENAME", "VALUE"]))
        .then(|| "renames a label of an enumerated type".to_owned())
}

fn missing_lock_timeout(context: &Context<'_>, change: &Change<'_>) -> Option<String> {
    (change.what == What::AlterTable && !context.has_lock_timeout && context.is_old(&change.object))
        .then(|| {
            format!(
                "ALTER TABLE {} waits for locks without a limit",
                change.object
            )
        })
}

fn vacuum_full(_: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let all = change.all;
    let locks = all.is(0, &["CLUSTER"]) || all.is(0, &["VACUUM"]) && all.have(&["FULL"]);
    locks.then(|| "the table is locked while it is written again".to_owned())
}

fn lock_table(_: &Context<'_>, change: &Change<'_>) -> Option<String> {
    change
        .all
        .is(0, &["LOCK"])
        .then(|| "LOCK TABLE blocks other sessions".to_owned())
}

/// Whether a column of this type is declared by the statement.
fn declares(change: &Change<'_>, types: &[&str]) -> bool {
    if let Some((_, words)) = change.added_column() {
        return words.is(0, types);
    }
    if change.what != What::CreateTable {
        return false;
    }
    // A type stands behind a name, which stands behind a comma or the parenthesis.
    let words = &change.words;
    let mut places = 2..words.len();
    places.any(|at| words.is(at, types) && words.is(at - 2, &["(", ","]))
}

fn prefer_jsonb(_: &Context<'_>, change: &Change<'_>) -> Option<String> {
    declares(change, &["json"]).then(|| format!("a column of {} is json", change.object))
}

fn prefer_text(_: &Context<'_>, change: &Change<'_>) -> Option<String> {
    declares(change, &["char", "character", "bpchar"])
        .then(|| !change.all.have(&["character", "varying"]))
        .filter(|is_padded| *is_padded)
        .map(|_| format!("a column of {} is char(n)", change.object))
}

fn prefer_timestamptz(_: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let has_zone = change.all.have(&["WITH", "TIME", "ZONE"]);
    (declares(change, &["timestamp"]) && !has_zone).then(|| {
        format!(
            "a column of {} is timestamp without time zone",
            change.object
        )
    })
}

fn prefer_bigint_key(_: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let is_small = change.what == What::CreateTable
        && declares(
            change,
            &[
                "int",
                "integer",
                "int4",
                "serial",
                "smallserial",
                "smallint",
            ],
        )
        && (change.words.have(&["integer", "PRIMARY", "KEY"])
            || change.words.have(&["int", "PRIMARY", "KEY"])
            || declares(change, &["serial", "smallserial"]));
    is_small.then(|| format!("the key of {} is an integer of 32 bits", change.object))
}
