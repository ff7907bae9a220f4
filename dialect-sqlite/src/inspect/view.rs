//! Reads CREATE VIEW, and finds the tables that a query reads.

use std::collections::HashSet;

use orm_core::schema::{Name, QualifiedName, View};

use super::cursor::{Cursor, is_name, quoted};
use super::expression::tidy;
use super::objects::MAIN;

/// The view of a CREATE VIEW statement. `None` if the text is none.
pub(super) fn read(name: Name, schema: Option<Name>, sql: &str) -> Option<View> {
    let mut cursor = Cursor::new(sql);
    cursor.take_words(&["CREATE"]).then_some(())?;
    cursor.take_any(&["TEMP", "TEMPORARY"]);
    cursor.take_words(&["VIEW"]).then_some(())?;
    cursor.take_words(&["IF", "NOT", "EXISTS"]);
    cursor.take_object()?;
    let columns = cursor.take_enclosed();
    cursor.take_words(&["AS"]).then_some(())?;
    let query = match columns {
        // A view has the names of its query's columns, and so the query gets those of the view.
        Some(columns) => {
            let (name, query) = (quoted(&name), cursor.rest());
            format!("WITH {name} ({columns}) AS ({query}) SELECT * FROM {name}")
        }
        None => cursor.rest().to_owned(),
    };
    Some(canonical(name, schema, &query))
}

/// The view of a query in the form in which it is read.
pub(super) fn canonical(name: Name, schema: Option<Name>, query: &str) -> View {
    let depends_on = tables(query, schema.as_ref());
    let mut view = View::new(name, tidy(query)).depends_on(depends_on);
    view.schema = schema;
    view
}

/// What is at a level of parentheses.
#[derive(Clone, Copy, Default)]
struct Level {
    /// Between FROM and the next clause, where a comma is followed by a table.
    is_from: bool,
    /// A table follows.
    expects_table: bool,
}

/// The clauses that end FROM.
const ENDS: &[&str] = &[
    "SELECT",
    "VALUES",
    "WHERE",
    "GROUP",
    "ORDER",
    "HAVING",
    "LIMIT",
    "WINDOW",
    "UNION",
    "EXCEPT",
    "INTERSECT",
    "ON",
    "WITH",
];

/// The tables and views behind FROM and JOIN, without those that WITH defines, each once and sorted.
fn tables(query: &str, schema: Option<&Name>) -> Vec<QualifiedName> {
    let mut cursor = Cursor::new(query);
    let mut found = Vec::new();
    let mut own = HashSet::new();
    let mut levels = vec![Level::default()];
    while let Some(token) = cursor.peek(0) {
        let last = levels.len() - 1;
        let level = &mut levels[last];
        if token.is_char('(') {
            // Joins in parentheses, or a query.
            let is_table = std::mem::take(&mut level.expects_table);
            levels.push(Level {
                is_from: is_table,
                expects_table: is_table,
            });
        } else if token.is_char(')') && last > 0 {
            levels.pop();
        } else if cursor.has_any(&["FROM", "JOIN"]) && !follows_distinct(&cursor) {
            (level.is_from, level.expects_table) = (true, true);
        } else if token.is_char(',') {
            level.expects_table = level.is_from;
        } else if cursor.has_any(ENDS) {
            // ON is followed by a condition, and a comma behind it by a table.
            level.is_from &= cursor.has_words(&["ON"]);
            level.expects_table = false;
        } else if is_name(token) && is_defined(&cursor) {
            own.insert(token.value().to_ascii_lowercase());
        } else if is_name(token) && std::mem::take(&mut level.expects_table) {
            found.extend(table(&mut cursor, schema));
            continue;
        }
        cursor.take();
    }
    found.retain(|name| !own.contains(&name.name.to_ascii_lowercase()));
    found.sort();
    found.dedup();
    found
}

/// `IS DISTINCT FROM` is no clause.
fn follows_distinct(cursor: &Cursor<'_>) -> bool {
    cursor
        .before()
        .is_some_and(|token| token.text.eq_ignore_ascii_case("DISTINCT"))
}

/// Whether the name is that of a query of WITH: `name [(columns)] AS [NOT] [MATERIALIZED] (`.
fn is_defined(cursor: &Cursor<'_>) -> bool {
    let mut behind = cursor.clone();
    behind.take();
    behind.take_enclosed();
    if !behind.take_words(&["AS"]) {
        return false;
    }
    behind.take_words(&["NOT"]);
    behind.take_words(&["MATERIALIZED"]);
    behind.has_char('(')
}

/// The table at a place; a function that returns rows is none.
fn table(cursor: &mut Cursor<'_>, schema: Option<&Name>) -> Option<QualifiedName> {
    let first = cursor.take_name()?;
    let (schema, name) = if cursor.take_char('.') {
        let own = Some(first).filter(|own| !own.eq_ignore_ascii_case(MAIN));
        (own, cursor.take_name()?)
    } else {
        (schema.cloned(), first)
    };
    (!cursor.has_char('(')).then_some(QualifiedName { schema, name })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(query: &str) -> Vec<String> {
        let names = tables(query, None).into_iter();
        names.map(|name| name.to_string()).collect()
    }

    #[test]
    fn tables_stand_behind_from_and_join() {
        for (query, expected) in [
            (
                "SELECT a, b FROM t, \"u v\" x WHERE a IN (SELECT c FROM w)",
                &["t", "u v", "w"][..],
            ),
            (
                "SELECT 1 FROM b LEFT JOIN main.a ON b.x = a.x, aux.c",
                &["a", "b", "aux.c"],
            ),
            (
                "WITH q(n) AS (SELECT 1 FROM t) SELECT * FROM q, json_each(q.n)",
                &["t"],
            ),
            ("SELECT 1 FROM (t JOIN u USING (a, b)), v", &["t", "u", "v"]),
            ("SELECT a IS DISTINCT FROM b, c", &[]),
            (
                "SELECT count(*) FROM (SELECT a, b FROM t) UNION SELECT x, y FROM T",
                &["T", "t"],
            ),
        ] {
            assert_eq!(found(query), expected, "{query}");
        }
    }

    #[test]
    fn columns_of_a_view_become_those_of_its_query() {
        let sql = "CREATE VIEW main.v (a, b) AS\nSELECT 1,  2 -- two";
        let view = read("v".into(), None, sql).unwrap();
        let query = "WITH \"v\" (a, b) AS (SELECT 1, 2) SELECT * FROM \"v\"";
        assert_eq!(view.query, query.into());
        assert_eq!(view.depends_on, []);
    }
}
