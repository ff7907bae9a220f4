//! Reads CREATE INDEX.

use orm_core::schema::{Index, IndexKey, KeyOf, Name, Table};

use super::cursor::{Cursor, is_name, items};
use super::expression::{canonical, column, enclosed};
use super::types;

/// The index of a CREATE INDEX statement. `None` if the text is none.
pub(super) fn read(table: &Table, sql: &str) -> Option<Index> {
    let columns: Vec<Name> = table
        .columns
        .iter()
        .map(|column| column.name.clone())
        .collect();
    let mut cursor = Cursor::new(sql);
    cursor.take_words(&["CREATE"]).then_some(())?;
    let is_unique = cursor.take_words(&["UNIQUE"]);
    cursor.take_words(&["INDEX"]).then_some(())?;
    cursor.take_words(&["IF", "NOT", "EXISTS"]);
    let mut index = Index::new(&table.name, Vec::new()).named(cursor.take_object()?);
    index.unique = is_unique;
    cursor.take_words(&["ON"]).then_some(())?;
    cursor.take_object()?;
    for item in items(cursor.take_enclosed()?) {
        index.keys.push(key(table, item, &columns)?);
    }
    if cursor.take_words(&["WHERE"]) {
        index.filter = Some(canonical(cursor.rest(), &columns).into());
    } else {
        cursor.is_end().then_some(())?;
    }
    Some(index)
}

/// A key: a column or an expression, with COLLATE, ASC or DESC behind it.
fn key(table: &Table, sql: &str, columns: &[Name]) -> Option<IndexKey> {
    let (sql, is_descending) = without_order(sql);
    let (mut sql, collation) = without_collation(sql);
    while let Some(inside) = enclosed(sql) {
        sql = inside;
    }
    let mut cursor = Cursor::new(sql);
    let name = cursor.take_name().filter(|_| cursor.is_end());
    let found = name.and_then(|name| column(columns, &name));
    let mut key = match found {
        Some(name) => IndexKey::column(name.clone()),
        None if sql.is_empty() => return None,
        None => IndexKey::expression(canonical(sql, columns)),
    };
    key.descending = is_descending;
    key.collation = collation.map(|name| types::collation(&name).unwrap_or("BINARY".into()));
    key.collation = key.collation.filter(|name| differs(table, &key.of, name));
    Some(key)
}

/// Whether a collation is another one than the key's own.
fn differs(table: &Table, of: &KeyOf, collation: &Name) -> bool {
    let column = match of {
        KeyOf::Column(name) => table.find(name),
        KeyOf::Expression(_) => None,
    };
    let own = column.and_then(|column| match &column.collation {
        Some(own) => Some(own.as_ref()),
        None if column.ty.is_decimal() => Some("decimal"),
        None => None,
    });
    !own.unwrap_or("BINARY").eq_ignore_ascii_case(collation)
}

fn without_order(sql: &str) -> (&str, bool) {
    let mut cursor = Cursor::new(sql);
    let mut place = cursor.clone();
    while !place.is_end() {
        cursor = place.clone();
        place.take();
    }
    let is_last = |word: &str| cursor.has_words(&[word]) && cursor.before().is_some();
    let is_descending = is_last("DESC");
    if !is_descending && !is_last("ASC") {
        return (sql, false);
    }
    (up_to(sql, &cursor), is_descending)
}

fn without_collation(sql: &str) -> (&str, Option<Name>) {
    let mut cursor = Cursor::new(sql);
    while cursor.peek(2).is_some() {
        cursor.take();
    }
    let is_collation = cursor.before().is_some() && cursor.has_words(&["COLLATE"]);
    let name = cursor
        .peek(1)
        .filter(|token| is_collation && is_name(*token));
    match name {
        Some(name) => (up_to(sql, &cursor), Some(name.value().into_owned().into())),
        None => (sql, None),
    }
}

/// The text before a place.
fn up_to<'s>(sql: &'s str, cursor: &Cursor<'_>) -> &'s str {
    cursor.before().map_or("", |last| &sql[..last.end()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use orm_core::schema::Column;
    use orm_core::types::Type;

    fn keys(inside: &str) -> Vec<IndexKey> {
        let table = Table::new("t")
            .column(Column::new("a", Type::Text))
            .column(Column::new("B", Type::Text).collation("NOCASE".into()));
        let sql = format!("CREATE INDEX i ON t ({inside}) WHERE A  IS NOT NULL");
        let index = read(&table, &sql).unwrap();
        assert_eq!(index.filter, Some("\"a\" is not null".into()));
        index.keys
    }

    #[test]
    fn keys_have_collations_and_orders() {
        for (written, expected) in [
            ("a", IndexKey::column("a")),
            ("[A] ASC", IndexKey::column("a")),
            (
                "(\"a\") COLLATE nocase desc",
                IndexKey::column("a").collation("NOCASE").descending(),
            ),
            ("b COLLATE nocase", IndexKey::column("B")),
            (
                "b COLLATE binary",
                IndexKey::column("B").collation("BINARY"),
            ),
            ("a COLLATE binary", IndexKey::column("a")),
            ("lower( a )", IndexKey::expression("lower(\"a\")")),
            (
                "(a || b) DESC",
                IndexKey::expression("\"a\" || \"B\"").descending(),
            ),
        ] {
            assert_eq!(keys(written), [expected], "{written}");
        }
        assert_eq!(keys("a, b").len(), 2);
    }
}
