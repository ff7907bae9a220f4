//! Triggers in one form. DDL that is no single CREATE TRIGGER, such as a function with its trigger, stays as it is: the
//! catalogue has no such text.

use orm_core::schema::{AttachedSql, Table};
use orm_core::sql::SqlWriter;

use super::expression::canonical_sql;
use super::tokens::{closing, joined, tokens};
use crate::dialect::PostgresDialect;
use crate::types::NAME;

/// Returns DDL that is attached to a table in its one form.
pub(super) fn canonical(attached: &AttachedSql, table: &Table) -> AttachedSql {
    let words = tokens(&attached.create);
    let is_trigger = words.first().is_some_and(|word| word == "create")
        && words.iter().take(5).any(|word| word == "trigger")
        && !words.iter().any(|word| word == ";");
    if !is_trigger {
        return attached.clone();
    }
    let create = joined(&trigger(words, table));
    let mut w = SqlWriter::new(&PostgresDialect);
    w.push("DROP TRIGGER ").ident(&attached.name).push(" ON ");
    if let Some(schema) = &table.schema {
        w.ident(schema).push(".");
    }
    w.ident(&table.name);
    let drop = w.finish().0;
    AttachedSql::new(attached.name.clone(), create)
        .drop(drop)
        .only(NAME)
}

fn trigger(mut words: Vec<String>, table: &Table) -> Vec<String> {
    if words
        .get(1..3)
        .is_some_and(|pair| pair == ["or", "replace"])
    {
        words.drain(1..3);
    }
    condition(&mut words, table);
    for at in 1..words.len() {
        if words[at] == "procedure" && words[at - 1] == "execute" {
            "function".clone_into(&mut words[at]);
        }
    }
    sort_events(&mut words);
    words
}

/// The condition of WHEN as an expression.
fn condition(words: &mut Vec<String>, table: &Table) {
    let Some(when) = words.iter().position(|word| word == "when") else {
        return;
    };
    if words.get(when + 1).is_none_or(|word| word != "(") {
        return;
    }
    let Some(end) = closing(words, when + 1) else {
        return;
    };
    let condition = canonical_sql(&joined(&words[when + 2..end]), Some(table));
    words.splice(when + 2..end, [condition]);
}

/// The events in the order of the server: INSERT, DELETE, UPDATE, TRUNCATE.
fn sort_events(words: &mut Vec<String>) {
    let is_event = |word: &String| rank(word) < 4;
    let Some(first) = words.iter().position(is_event) else {
        return;
    };
    let Some(on) = words.iter().skip(first).position(|word| word == "on") else {
        return;
    };
    let mut events: Vec<Vec<String>> = words[first..first + on]
        .split(|word| word == "or")
        .map(<[_]>::to_vec)
        .collect();
    events.sort_by_key(|event| event.first().map_or(4, |word| rank(word)));
    words.splice(first..first + on, events.join(&"or".to_owned()));
}

fn rank(word: &str) -> usize {
    let order = ["insert", "delete", "update", "truncate"];
    order
        .iter()
        .position(|known| *known == word)
        .unwrap_or(order.len())
}

#[cfg(test)]
mod tests {
    use orm_core::schema::Column;
    use orm_core::types::Type;

    use super::*;

    #[test]
    fn a_trigger_is_what_the_server_writes() {
        let table = Table::new("t").column(Column::new("name", Type::Text));
        let form = |sql: &'static str| canonical(&AttachedSql::new("log", sql), &table);
        let written = form(
            "CREATE OR REPLACE TRIGGER \"log\" AFTER UPDATE OR INSERT ON t FOR EACH ROW \
             WHEN (new.name <> 'x') EXECUTE PROCEDURE f('A');",
        );
        let stored = form(
            "CREATE TRIGGER log AFTER INSERT OR UPDATE ON t FOR EACH ROW \
             WHEN ((new.name)::text <> 'x'::text) EXECUTE FUNCTION f('A')",
        );
        assert_eq!(written, stored);
        assert_eq!(canonical(&written, &table), written);
        assert_eq!(
            written.drop.as_deref(),
            Some(r#"DROP TRIGGER "log" ON "t""#)
        );
        let function = AttachedSql::new("f", "CREATE FUNCTION f() …; CREATE TRIGGER …");
        assert_eq!(canonical(&function, &table), function);
    }
}
