//! The rules of all databases: what loses rows, and what breaks a program of the version before.

use super::rule::{Context, Rule};
use super::statement::{Change, What};
use crate::dialect::Family;

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "drop-table",
        families: &[],
        why: "DROP TABLE deletes all rows, and programs that still run use the table",
        instead: "remove the model first and deploy; drop the table in a later migration, after a backup",
        check: drop_table,
    },
    Rule {
        name: "drop-column",
        families: &[],
        why: "DROP COLUMN deletes the values, and programs that still run use the column",
        instead: "remove the field first and deploy; drop the column in a later migration",
        check: drop_column,
    },
    Rule {
        name: "rename",
        families: &[],
        why: "programs that still run use the old name",
        instead: "add the new name beside the old one, write both, copy the values, and drop the old one later",
        check: rename,
    },
    Rule {
        name: "add-not-null",
        families: &[],
        why: "a NOT NULL column without DEFAULT can't be added to a table with rows",
        instead: "add the column with a DEFAULT, or nullable, fill it, and SET NOT NULL in a later migration",
        check: add_not_null,
    },
    Rule {
        name: "add-unique",
        families: &[Family::Sqlite, Family::Mysql],
        why: "a unique index fails on rows that are equal already",
        instead: "delete or merge equal rows in a migration before, and check that none are left",
        check: add_unique,
    },
    Rule {
        name: "unbounded-update",
        families: &[],
        why: "UPDATE or DELETE without WHERE changes all rows in one transaction and locks them until its end",
        instead: "change the rows in batches by key, outside of a transaction",
        check: unbounded_update,
    },
    Rule {
        name: "rows-with-definitions",
        families: &[Family::Postgres],
        why: "rows are changed in the transaction that holds the locks of definitions, which other sessions wait for",
        instead: "write the changes of rows as a migration of their own",
        check: rows_with_definitions,
    },
    Rule {
        name: "truncate",
        families: &[],
        why: "TRUNCATE deletes all rows; with CASCADE those of the referencing tables, too",
        instead: "DELETE with a condition",
        check: truncate,
    },
    Rule {
        name: "drop-cascade",
        families: &[],
        why: "CASCADE drops objects that the script does not name",
        instead: "drop each dependent object by its name",
        check: drop_cascade,
    },
    Rule {
        name: "drop-schema",
        families: &[],
        why: "DROP SCHEMA and DROP DATABASE delete all tables in it",
        instead: "drop the tables one by one",
        check: drop_schema,
    },
    Rule {
        name: "long-identifier",
        families: &[Family::Postgres, Family::Mysql],
        why: "PostgreSQL truncates names to 63 bytes silently, MySQL refuses more than 64 characters",
        instead: "a shorter name",
        check: long_identifier,
    },
];

fn drop_table(_: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let is_temporary = change.all.is(1, &["TEMPORARY"]);
    (change.what == What::DropTable && !is_temporary)
        .then(|| format!("drops the table {} with its rows", change.object))
}

fn drop_column(context: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let words = &change.words;
    if change.what != What::AlterTable || !words.is(0, &["DROP"]) || !context.is_old(&change.object)
    {
        return None;
    }
    let others = [
        "CONSTRAINT",
        "PRIMARY",
        "FOREIGN",
        "CHECK",
        "INDEX",
        "KEY",
        "PARTITION",
        "PERIOD",
        "SYSTEM",
    ];
    let at = 1 + usize::from(words.is(1, &["COLUMN"]));
    if at == 1 && words.is(1, &others) {
        return None;
    }
    let at = at + 2 * usize::from(words.is(at, &["IF"]));
    let column = words.get(at)?;
    Some(format!(
        "drops the column {}.{column} with its values",
        change.object
    ))
}

fn rename(context: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let words = &change.words;
    if change.what != What::AlterTable || !context.is_old(&change.object) {
        return None;
    }
    if words.is(0, &["CHANGE"]) {
        let at = 1 + usize::from(words.is(1, &["COLUMN"]));
        let (from, to) = (words.get(at)?, words.get(at + 1)?);
        return (from != to)
            .then(|| format!("renames the column {}.{from} to {to}", change.object));
    }
    if !words.is(0, &["RENAME"]) || words.is(1, &["CONSTRAINT", "INDEX", "KEY"]) {
        return None;
    }
    if words.is(1, &["TO", "AS"]) {
        let to = words.get(2)?;
        return Some(format!("renames the table {} to {to}", change.object));
    }
    let at = 1 + usize::from(words.is(1, &["COLUMN"]));
    Some(format!(
        "renames the column {}.{}",
        change.object,
        words.get(at)?
    ))
}

fn add_not_null(context: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let (column, words) = change.added_column()?;
    let has_value = [
        "DEFAULT",
        "GENERATED",
        "AS",
        "IDENTITY",
        "AUTO_INCREMENT",
        "SERIAL",
        "BIGSERIAL",
    ];
    let is_given = has_value.iter().any(|word| words.have(&[word]));
    let fails = words.have(&["NOT", "NULL"]) && !is_given && context.is_old(&change.object);
    // MySQL and MariaDB fill such a column with the zero of its type.
    let verb = if context.family == Family::Mysql {
        "gives existing rows an implicit zero value in"
    } else {
        "fails on a table with rows: it adds"
    };
    fails.then(|| {
        format!(
            "{verb} the NOT NULL column {}.{column} without DEFAULT",
            change.object
        )
    })
}

fn add_unique(context: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let is_index = change.what == What::CreateIndex && change.all.is(1, &["UNIQUE"]);
    let is_constraint = change
        .added_constraint()
        .is_some_and(|words| words.is(0, &["UNIQUE"]));
    ((is_index || is_constraint) && context.is_old(&change.object)).then(|| {
        format!(
            "adds a unique index to {}, which fails if rows are equal",
            change.object
        )
    })
}

fn unbounded_update(context: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let is_write = change.what == What::Rows && change.all.is(0, &["UPDATE", "DELETE"]);
    let is_bounded = change.words.have(&["WHERE"]) || change.words.have(&["LIMIT"]);
    (is_write && !is_bounded && context.is_old(&change.object))
        .then(|| format!("changes all rows of {} at once", change.object))
}

fn rows_with_definitions(context: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let is_slow = change.what == What::Rows && !change.all.is(0, &["INSERT"]);
    (is_slow && context.in_transaction && context.mixes_rows && context.is_old(&change.object))
        .then(|| {
            format!(
                "changes rows of {} in one transaction with definitions",
                change.object
            )
        })
}

fn truncate(_: &Context<'_>, change: &Change<'_>) -> Option<String> {
    change
        .all
        .is(0, &["TRUNCATE"])
        .then(|| "deletes all rows of a table".to_owned())
}

fn drop_cascade(_: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let is_drop = change.all.is(0, &["DROP"])
        || change.what == What::AlterTable && change.words.is(0, &["DROP"]);
    (is_drop && change.all.have(&["CASCADE"]))
        .then(|| "drops whatever depends on the object".to_owned())
}

fn drop_schema(_: &Context<'_>, change: &Change<'_>) -> Option<String> {
    let is_drop = change.all.is(0, &["DROP"]) && change.all.is(1, &["SCHEMA", "DATABASE"]);
    is_drop.then(|| "drops all tables of a schema".to_owned())
}

fn long_identifier(context: &Context<'_>, change: &Change<'_>) -> Option<String> {
    if !change.all.is(0, &["CREATE", "ALTER"]) {
        return None;
    }
    let is_long = |name: &str| match context.family {
        Family::Postgres => name.len() > 63,
        Family::Mysql | Family::Sqlite => name.chars().count() > 64,
    };
    // Names have no blanks in scripts that are written by hand; long texts are strings.
    let mut names = (0..).map_while(|at| change.all.get(at));
    let name = names.find(|name| is_long(name) && !name.contains([' ', '\n', '\'']))?;
    Some(format!("the name {name} is too long"))
}
