//! Queries of views in one form, as far as that is possible: the server stores a tree and writes it with all columns of
//! `*`, with the tables of columns, with its own parentheses and casts.
//!
//! A query of one table is read by its clauses, and joins with their conditions. What is not understood keeps its tokens,
//! so that a view may then differ from its own definition: subqueries, WITH, UNION, windows, functions in FROM.

use orm_core::schema::{Name, QualifiedName, Schema, Table, View};

use super::expression::canonical;
use super::native::ty;
use super::tokens::{closing, enclosed, joined, split, tokens};
use crate::types::NAME;

/// Returns a view in its one form. `None` if it has no query here.
pub(super) fn canonical_view(view: &View, schema: &Schema) -> Option<View> {
    let words = tokens(view.query.of_dialect(NAME)?);
    let mut canonical = view.clone();
    canonical.query = query(&words, schema)
        .unwrap_or_else(|| joined(&words))
        .into();
    canonical.columns = Vec::new();
    canonical.comment = comment(view.comment.as_ref());
    canonical.depends_on.extend(named(&words, view, schema));
    canonical.depends_on.sort();
    canonical.depends_on.dedup();
    Some(canonical)
}

/// A comment without text removes the comment.
pub(super) fn comment(comment: Option<&Name>) -> Option<Name> {
    comment.filter(|text| !text.is_empty()).cloned()
}

/// The tables and views of the schema that a query names behind FROM, JOIN or a comma.
fn named(words: &[String], view: &View, schema: &Schema) -> Vec<QualifiedName> {
    let tables = schema.tables().iter().map(Table::qualified_name);
    let known: Vec<_> = tables
        .chain(schema.views.iter().map(View::qualified_name))
        .collect();
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if !matches!(word.as_str(), "from" | "join" | ",") {
            continue;
        }
        let rest: Vec<&String> = words[at + 1..]
            .iter()
            .filter(|word| *word != "(")
            .take(3)
            .collect();
        let name = match rest.as_slice() {
            [schema, dot, name] if *dot == "." => {
                QualifiedName::new(unquoted(name)).in_schema(unquoted(schema))
            }
            [name, ..] => QualifiedName::new(unquoted(name)),
            [] => continue,
        };
        found.extend(
            known
                .iter()
                .find(|other| **other == name && name != view.qualified_name())
                .cloned(),
        );
    }
    found
}

fn unquoted(name: &str) -> Name {
    match name
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    {
        Some(inside) => inside.replace("\"\"", "\"").into(),
        None => name.to_owned().into(),
    }
}

/// The clauses of a query in their order.
const CLAUSES: &[&str] = &[
    "select", "from", "where", "group", "having", "order", "limit", "offset",
];

/// What no clause is read with.
const OTHERS: &[&str] = &[
    "union",
    "intersect",
    "except",
    "with",
    "window",
    "over",
    "lateral",
    "fetch",
    "for",
    "values",
    "distinct",
];

fn query(words: &[String], schema: &Schema) -> Option<String> {
    let words = enclosed(words);
    let selects = words.iter().filter(|word| *word == "select").count();
    if selects != 1 || words.iter().any(|word| OTHERS.contains(&word.as_str())) {
        return None;
    }
    let clauses = clauses(words)?;
    let from = clauses.iter().find(|(name, _)| *name == "from")?.1;
    let source = Source::of(from, schema)?;
    let mut out = String::new();
    for (name, body) in clauses {
        let body = match name {
            "select" => source.items(body)?,
            "from" => source.text.clone(),
            "where" | "having" | "limit" | "offset" => source.expression(body),
            _ => source.keys(body.strip_prefix(&["by".to_owned()][..])?),
        };
        let by = if matches!(name, "group" | "order") {
            " by"
        } else {
            ""
        };
        let blank = if out.is_empty() { "" } else { " " };
        out.extend([blank, name, by, " ", &body]);
    }
    Some(out)
}

/// The clauses with their tokens, in the order of the standard.
fn clauses(words: &[String]) -> Option<Vec<(&'static str, &[String])>> {
    let mut found: Vec<(&'static str, usize)> = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        if let Some(name) = CLAUSES.iter().find(|name| *name == word) {
            found.push((name, at));
        }
        at = if word == "(" { closing(words, at)? } else { at } + 1;
    }
    let is_ordered = found
        .iter()
        .map(|(name, _)| CLAUSES.iter().position(|own| own == name))
        .is_sorted();
    (is_ordered && found.first() == Some(&("select", 0))).then_some(())?;
    let ends = found.iter().skip(1).map(|(_, at)| *at).chain([words.len()]);
    Some(
        found
            .iter()
            .zip(ends)
            .map(|((name, at), end)| (*name, &words[at + 1..end]))
            .collect(),
    )
}

/// What a query reads.
struct Source {
    /// FROM without the word.
    text: String,
    /// The only table or view, under the name that columns have before their point.
    only: Option<Table>,
}

impl Source {
    fn of(from: &[String], schema: &Schema) -> Option<Self> {
        let joins = from
            .iter()
            .any(|word| matches!(word.as_str(), "join" | ","));
        if joins {
            return Some(Self {
                text: joined_tables(from)?,
                only: None,
            });
        }
        let (name, alias) = relation(from)?;
        let known = schema.find(&name).cloned();
        let mut only = known.unwrap_or_else(|| Table::new(name.name.clone()));
        let read = only.clone();
        for column in &mut only.columns {
            ty(&read, column);
        }
        let text = joined(from.get(..if name.schema.is_some() { 3 } else { 1 })?);
        only.name = alias.unwrap_or(name.name);
        Some(Self {
            text,
            only: Some(only),
        })
    }

    fn expression(&self, words: &[String]) -> String {
        canonical(&joined(words), self.only.as_ref()).to_string()
    }

    /// The list of SELECT, with the names of columns that are not those of their expressions.
    fn items(&self, words: &[String]) -> Option<String> {
        let mut items = Vec::new();
        for item in split(words, ",") {
            if item.last().is_some_and(|last| last == "*") && item.len() < 4 {
                let columns = &self
                    .only
                    .as_ref()
                    .filter(|only| !only.columns.is_empty())?
                    .columns;
                items.extend(columns.iter().map(|column| {
                    joined(&tokens(&format!(
                        "\"{}\"",
                        column.name.replace('"', "\"\"")
                    )))
                }));
                continue;
            }
            let (value, name) = match item {
                [value @ .., last_but_one, name] if last_but_one == "as" => (value, Some(name)),
                value => (value, None),
            };
            let value = self.expression(value);
            let implied = value.split('(').next().unwrap_or_default();
            let implied = implied.rsplit('.').next().unwrap_or_default();
            match name.filter(|name| *name != implied) {
                Some(name) => items.push(format!("{value} as {name}")),
                None => items.push(value),
            }
        }
        Some(items.join(", "))
    }

    /// The keys of GROUP BY and ORDER BY.
    fn keys(&self, words: &[String]) -> String {
        let key = |words: &[String]| {
            let is_order = |word: &String| {
                matches!(word.as_str(), "asc" | "desc" | "nulls" | "first" | "last")
            };
            let end = words
                .iter()
                .rposition(|word| !is_order(word))
                .map_or(0, |at| at + 1);
            let order = words[end..].iter().filter(|word| *word != "asc");
            let order: String = order.flat_map(|word| [" ", word]).collect();
            self.expression(&words[..end]) + &order
        };
        split(words, ",")
            .into_iter()
            .map(key)
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// A table with its schema and its other name.
fn relation(words: &[String]) -> Option<(QualifiedName, Option<Name>)> {
    let words: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|word| *word != "as")
        .collect();
    let (name, alias) = match words.as_slice() {
        [schema, ".", name, alias @ ..] => (
            QualifiedName::new(unquoted(name)).in_schema(unquoted(schema)),
            alias,
        ),
        [name, alias @ ..] => (QualifiedName::new(unquoted(name)), alias),
        [] => return None,
    };
    match alias {
        [] => Some((name, None)),
        [alias] if *alias != "(" => Some((name, Some(unquoted(alias)))),
        _ => None,
    }
}

/// Joins from the left, without the parentheses of the server.
fn joined_tables(words: &[String]) -> Option<String> {
    let words = enclosed(words);
    let mut depth = 0_usize;
    let mut last = None;
    for (at, word) in words.iter().enumerate() {
        match word.as_str() {
            "(" => depth += 1,
            ")" => depth = depth.checked_sub(1)?,
            "join" | "," if depth == 0 => last = Some(at),
            _ => {}
        }
    }
    let Some(last) = last else {
        relation(words)?;
        return Some(joined(
            &words
                .iter()
                .filter(|word| *word != "as")
                .collect::<Vec<_>>(),
        ));
    };
    let is_kind = |word: &String| {
        matches!(
            word.as_str(),
            "left" | "right" | "full" | "inner" | "outer" | "cross"
        )
    };
    let end = words[..last].iter().rposition(|word| !is_kind(word))? + 1;
    let kinds = words[end..last]
        .iter()
        .filter(|word| !matches!(word.as_str(), "inner" | "outer"));
    let kinds: String = kinds.flat_map(|word| [word, " "]).collect();
    let left = joined_tables(&words[..end])?;
    let (right, on) = match words[last + 1..].iter().position(|word| word == "on") {
        Some(on) => words[last + 1..].split_at(on),
        None => (&words[last + 1..], &[][..]),
    };
    let right = joined_tables(right)?;
    if words[last] == "," {
        return Some(format!("{left}, {right}"));
    }
    let Some((_, condition)) = on.split_first() else {
        return (kinds == "cross ").then(|| format!("{left} cross join {right}"));
    };
    let condition = canonical(&joined(condition), None);
    Some(format!("{left} {kinds}join {right} on {condition}"))
}

#[cfg(test)]
mod tests {
    use orm_core::schema::Column;
    use orm_core::types::Type;

    use super::*;

    fn form(sql: &'static str) -> String {
        let users = Table::new("users")
            .column(Column::new("id", Type::Int64))
            .column(Column::new("name", Type::Text).length(20));
        let schema = Schema::unchecked(vec![users, Table::new("posts")]);
        let view = canonical_view(&View::new("v", sql), &schema).unwrap();
        let again = canonical_view(&view, &schema).unwrap();
        assert_eq!(again, view);
        view.query.of_dialect(NAME).unwrap().to_owned()
    }

    /// Pairs of what is written, and what PostgreSQL 15 makes of it.
    #[test]
    fn what_the_server_writes_is_what_was_written() {
        for (written, stored) in [
            (
                "SELECT * FROM users",
                " SELECT users.id,\n    users.name\n   FROM users;",
            ),
            (
                "select id, upper(name) from users u where name = 'x' and id > 5 order by id desc",
                " SELECT u.id,\n    upper((u.name)::text) AS upper\n   FROM users u\n  WHERE (((u.name)::text = 'x'::text) AND (u.id > 5))\n  ORDER BY u.id DESC;",
            ),
            (
                "SELECT name, count(*) AS many FROM users GROUP BY name HAVING count(*) > 1",
                " SELECT users.name,\n    count(*) AS many\n   FROM users\n  GROUP BY users.name\n HAVING (count(*) > 1);",
            ),
            (
                "SELECT u.id, p.title FROM users AS u LEFT OUTER JOIN posts p ON p.author_id = u.id WHERE p.title IS NOT NULL",
                " SELECT u.id,\n    p.title\n   FROM (users u\n     LEFT JOIN posts p ON ((p.author_id = u.id)))\n  WHERE (p.title IS NOT NULL);",
            ),
        ] {
            assert_eq!(form(written), form(stored));
        }
        assert_ne!(form("SELECT id FROM users"), form("SELECT name FROM users"));
        assert_eq!(form("SELECT 1 UNION SELECT 2;"), "select 1 union select 2");
    }

    #[test]
    fn a_view_depends_on_what_its_query_names() {
        let schema = Schema::unchecked(vec![Table::new("users"), Table::new("posts")]);
        let view = View::new("v", "SELECT u.id FROM users u JOIN posts p ON p.a = u.id");
        let found = canonical_view(&view, &schema).unwrap();
        assert_eq!(found.depends_on, ["posts".into(), "users".into()]);
    }
}
