//! Which columns a constraint, an index or an expression uses.

use crate::schema::apply::mentions;
use crate::schema::{Check, Exclusion, Index, IndexKey, KeyOf, Name, Rule, SqlText};

pub(super) fn check(check: &Check, columns: &[Name]) -> bool {
    match &check.rule {
        Rule::OneOf { column, .. } | Rule::Range { column, .. } => columns.contains(column),
        Rule::Raw(sql) => text(sql, columns),
    }
}

pub(super) fn text(sql: &SqlText, columns: &[Name]) -> bool {
    columns.iter().any(|column| mentions(sql, column))
}

/// Whether an index has one of the columns, also in an expression.
pub(super) fn index(index: &Index, columns: &[Name]) -> bool {
    let has = |name: &Name| columns.contains(name);
    index.columns().chain(&index.include).any(has) || index_text(index, columns)
}

/// Whether an expression of an index uses one of the columns.
pub(super) fn index_text(index: &Index, columns: &[Name]) -> bool {
    texts(index.keys.iter(), index.filter.as_ref(), columns)
}

pub(super) fn exclusion(exclusion: &Exclusion, columns: &[Name]) -> bool {
    let mut keys = exclusion.elements.iter().map(|(key, _)| key);
    keys.any(|key| matches!(&key.of, KeyOf::Column(name) if columns.contains(name)))
        || exclusion_text(exclusion, columns)
}

pub(super) fn exclusion_text(exclusion: &Exclusion, columns: &[Name]) -> bool {
    let keys = exclusion.elements.iter().map(|(key, _)| key);
    texts(keys, exclusion.filter.as_ref(), columns)
}

fn texts<'k>(
    keys: impl Iterator<Item = &'k IndexKey>,
    filter: Option<&SqlText>,
    columns: &[Name],
) -> bool {
    let expressions = keys.filter_map(|key| match &key.of {
        KeyOf::Expression(sql) => Some(sql),
        KeyOf::Column(_) => None,
    });
    expressions.chain(filter).any(|sql| text(sql, columns))
}
