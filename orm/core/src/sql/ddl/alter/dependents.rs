//! What depends on a column of a table: constraints, indexes, and SQL that has its name as a word.
//!
//! Used by `alter_column.rs` where a column is dropped and added again.

use crate::schema::{Constraint, Index, KeyOf, Name, Rule, SqlText, Table};

/// The constraints that are dropped with a column.
pub(super) fn constraints_of(table: &Table, column: &Name) -> Vec<Constraint> {
    let keys = table
        .primary_key
        .iter()
        .filter(|key| key.columns.contains(column));
    let keys = keys.cloned().map(Constraint::PrimaryKey);
    let uniques = table
        .uniques
        .iter()
        .filter(|key| key.columns.contains(column));
    let uniques = uniques.cloned().map(Constraint::Unique);
    let foreign = table
        .foreign_keys
        .iter()
        .filter(|key| key.columns.contains(column));
    let foreign = foreign.cloned().map(Constraint::ForeignKey);
    let checks = table
        .checks
        .iter()
        .filter(|check| rule_has(&check.rule, column));
    let checks = checks.cloned().map(Constraint::Check);
    keys.chain(uniques).chain(foreign).chain(checks).collect()
}

fn rule_has(rule: &Rule, name: &Name) -> bool {
    match rule {
        Rule::OneOf { column, .. } | Rule::Range { column, .. } => column == name,
        Rule::Raw(sql) => text_has(sql, name),
    }
}

pub(super) fn index_has(index: &Index, column: &Name) -> bool {
    let has_key = index.keys.iter().any(|key| match &key.of {
        KeyOf::Column(name) => name == column,
        KeyOf::Expression(sql) => text_has(sql, column),
    });
    let in_filter = index
        .filter
        .as_ref()
        .is_some_and(|sql| text_has(sql, column));
    has_key || index.include.contains(column) || in_filter
}

/// Whether one of the texts has a name as a word of its own.
pub(super) fn text_has(sql: &SqlText, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let has = |text: &str| {
        text.split(|c| !is_part(c))
            .any(|word| word.eq_ignore_ascii_case(name))
    };
    match sql {
        SqlText::Same(text) => has(text),
        SqlText::PerDialect(texts) => texts.iter().any(|(_, text)| has(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_as_a_word() {
        let sql = SqlText::from("lower(\"name\") <> names");
        assert!(text_has(&sql, "name") && text_has(&sql, "names"));
        assert!(!text_has(&sql, "nam"));
    }
}
