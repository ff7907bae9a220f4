//! Which tables and columns that are dropped and added are so similar that they may be renamed.

use super::Question;
use super::same::same_column;
use crate::schema::{Column, Schema, Table};

/// The least score of a question.
const LEAST: usize = 40;
/// The least score of a question about tables, which have columns in common by convention, such as an `id`.
const LEAST_OF_TABLES: usize = 50;

/// The questions, best first: a table is renamed before its columns are.
pub(super) fn questions(old: &Schema, new: &Schema) -> Vec<Question> {
    let dropped = old.tables().iter();
    let dropped = dropped.filter(|table| new.find(&table.qualified_name()).is_none());
    let mut tables = Vec::new();
    for from in dropped {
        let added = new.tables().iter();
        for to in added.filter(|table| old.find(&table.qualified_name()).is_none()) {
            tables.push((table_score(from, to), from, to));
        }
    }
    tables.retain(|(score, ..)| *score >= LEAST_OF_TABLES);
    tables.sort_by_key(|(score, ..)| std::cmp::Reverse(*score));
    let tables = tables.into_iter();
    let mut questions: Vec<_> = tables
        .map(|(score, from, to)| Question::RenameTable {
            from: from.qualified_name(),
            to: to.qualified_name(),
            score: percent(score),
        })
        .collect();
    questions.extend(columns(old, new));
    questions
}

fn columns(old: &Schema, new: &Schema) -> Vec<Question> {
    let mut found = Vec::new();
    for table in new.tables() {
        let Some(before) = old.find(&table.qualified_name()) else {
            continue;
        };
        let dropped = before.columns.iter();
        for from in dropped.filter(|column| table.find(&column.name).is_none()) {
            let added = table.columns.iter();
            for to in added.filter(|column| before.find(&column.name).is_none()) {
                found.push((column_score(from, to), table, from, to));
            }
        }
    }
    found.retain(|(score, ..)| *score >= LEAST);
    found.sort_by_key(|(score, ..)| std::cmp::Reverse(*score));
    let question = |(score, table, from, to): (usize, &Table, &Column, &Column)| Question::Rename {
        table: table.qualified_name(),
        from: from.name.clone(),
        to: to.name.clone(),
        score: percent(score),
    };
    found.into_iter().map(question).collect()
}

fn percent(score: usize) -> u8 {
    u8::try_from(score.min(100)).unwrap_or(100)
}

/// The similarity of names counts for 60, the same definition for 40.
fn column_score(from: &Column, to: &Column) -> usize {
    let renamed = Column {
        name: to.name.clone(),
        comment: to.comment.clone(),
        ..from.clone()
    };
    let of = |column: &Column| (column.length, column.ty.clone(), column.sql_types.clone());
    let definition = if same_column(&renamed, to) {
        40
    } else if of(from) == of(to) {
        25
    } else {
        0
    };
    similarity(&from.name, &to.name) * 60 / 100 + definition
}

/// The similarity of names counts for 40, columns in common for 60.
fn table_score(from: &Table, to: &Table) -> usize {
    let is_common = |column: &&Column| {
        let other = to.find(&column.name);
        other.is_some_and(|other| other.ty == column.ty)
    };
    let common = from.columns.iter().filter(is_common).count();
    let all = (from.columns.len() + to.columns.len()).max(1);
    similarity(&from.name, &to.name) * 40 / 100 + common * 120 / all
}

/// How similar two names are, 0 to 100: the share of characters that need not be changed.
fn similarity(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().flat_map(char::to_lowercase).collect();
    let b: Vec<char> = b.chars().flat_map(char::to_lowercase).collect();
    let longest = a.len().max(b.len()).max(1);
    100 - distance(&a, &b) * 100 / longest
}

/// The Levenshtein distance.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, own) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(own != other);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Type;

    #[test]
    fn names_are_compared_by_their_distance() {
        for (a, b, expected) in [
            ("mail", "email", 80),
            ("a", "a", 100),
            ("Name", "name", 100),
            ("", "", 100),
            ("abc", "xyz", 0),
            ("kitten", "sitting", 58),
        ] {
            assert_eq!(similarity(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn the_definition_counts() {
        let column = |name: &'static str| Column::new(name, Type::Text);
        assert_eq!(column_score(&column("mail"), &column("email")), 88);
        assert_eq!(column_score(&column("a"), &column("b")), 40);
        assert_eq!(column_score(&column("a"), &column("b").nullable()), 25);
        assert_eq!(column_score(&column("a"), &Column::new("b", Type::Bool)), 0);
        let table = |name| Table::new(name).column(column("a")).column(column("b"));
        assert_eq!(table_score(&table("x"), &table("y")), 60);
        assert_eq!(
            table_score(&table("x"), &table("x").column(column("c"))),
            88
        );
    }
}
