//! Reads CREATE TABLE: its columns and options. Constraints are in `constraint.rs`.
//!
//! The grammar is SQLite's own, with what it allows beyond its manual: names in four kinds of quotes, columns without
//! types, no comma between the constraints of a table (<https://sqlite.org/lang_createtable.html>, `parse.y`).

use orm_core::lex::{Token, TokenKind};
use orm_core::schema::Name;

use super::constraint::{self, Constraint};
use super::cursor::{Cursor, is_word, quoted};

/// Holds a CREATE TABLE statement as it was written.
#[derive(Debug, Default)]
pub(super) struct Definition {
    pub(super) columns: Vec<ColumnDefinition>,
    /// Those of columns first.
    pub(super) constraints: Vec<Constraint>,
    pub(super) is_strict: bool,
    pub(super) is_without_rowid: bool,
}

/// Holds the definition of a column, without keys and CHECKs.
#[derive(Debug, Default)]
pub(super) struct ColumnDefinition {
    pub(super) name: Name,
    /// The type in upper case, with one blank between its words.
    pub(super) declared: String,
    pub(super) not_null: bool,
    /// The text behind DEFAULT.
    pub(super) default: Option<String>,
    pub(super) collation: Option<Name>,
    /// The expression, and whether the value is stored.
    pub(super) generated: Option<(String, bool)>,
}

/// The words that begin a constraint of a column, and so end its type.
const COLUMN_CONSTRAINTS: &[&str] = &[
    "CONSTRAINT",
    "DEFAULT",
    "NOT",
    "NULL",
    "PRIMARY",
    "UNIQUE",
    "CHECK",
    "REFERENCES",
    "COLLATE",
    "AS",
    "DEFERRABLE",
    "ON",
];

/// Reads a CREATE TABLE statement. `None` if it is none.
pub(super) fn create_table(sql: &str) -> Option<Definition> {
    let mut cursor = Cursor::new(sql);
    cursor.take_words(&["CREATE"]).then_some(())?;
    cursor.take_any(&["TEMP", "TEMPORARY"]);
    cursor.take_words(&["TABLE"]).then_some(())?;
    cursor.take_words(&["IF", "NOT", "EXISTS"]);
    cursor.take_object()?;
    cursor.take_char('(').then_some(())?;
    let mut definition = Definition::default();
    while !cursor.take_char(')') {
        if constraint::begins(&cursor) {
            constraint::table_constraint(&mut cursor, &mut definition.constraints)?;
        } else {
            let column = column(&mut cursor, &mut definition.constraints)?;
            definition.columns.push(column);
        }
        cursor.take_char(',');
    }
    options(&mut cursor, &mut definition);
    cursor.is_end().then_some(definition)
}

fn options(cursor: &mut Cursor<'_>, definition: &mut Definition) {
    loop {
        if cursor.take_words(&["STRICT"]) {
            definition.is_strict = true;
        } else if cursor.take_words(&["WITHOUT", "ROWID"]) {
            definition.is_without_rowid = true;
        } else if !cursor.take_char(',') {
            break;
        }
    }
}

fn column(cursor: &mut Cursor<'_>, constraints: &mut Vec<Constraint>) -> Option<ColumnDefinition> {
    let mut column = ColumnDefinition {
        name: cursor.take_name()?,
        declared: declared_type(cursor)?,
        ..ColumnDefinition::default()
    };
    loop {
        let name = constraint::take_constraint_name(cursor);
        if cursor.take_words(&["NOT", "NULL"]) {
            column.not_null = true;
        } else if cursor.take_words(&["NULL"]) {
            column.not_null = false;
        } else if cursor.take_words(&["DEFAULT"]) {
            column.default = Some(default(cursor)?);
        } else if cursor.take_words(&["COLLATE"]) {
            column.collation = Some(cursor.take_name()?);
        } else if cursor.take_words(&["GENERATED", "ALWAYS", "AS"]) || cursor.take_words(&["AS"]) {
            let expression = cursor.take_enclosed()?.to_owned();
            let is_stored = cursor.take_words(&["STORED"]);
            cursor.take_words(&["VIRTUAL"]);
            column.generated = Some((expression, is_stored));
        } else if constraint::follows_column(cursor) {
            let kind = constraint::column_kind(cursor, &column.name)?;
            let column = Some(column.name.clone());
            constraints.push(Constraint { name, column, kind });
        } else if name.is_none() {
            return Some(column);
        }
        constraint::skip_conflict_clause(cursor);
    }
}

/// The declared type, which may be empty.
fn declared_type(cursor: &mut Cursor<'_>) -> Option<String> {
    let mut words = Vec::new();
    while let Some(token) = cursor.peek(0) {
        if !is_type_word(token) || cursor.has_words(&["GENERATED", "ALWAYS"]) {
            break;
        }
        words.push(type_word(token));
        cursor.take();
    }
    let mut declared = words.join(" ");
    if cursor.has_char('(') && !words.is_empty() {
        let inside = Cursor::new(cursor.take_enclosed()?).take_rest_joined();
        declared = format!("{declared}({inside})");
    }
    Some(declared)
}

fn is_type_word(token: Token<'_>) -> bool {
    let is_constraint = || COLUMN_CONSTRAINTS.iter().any(|word| is_word(token, word));
    match token.kind {
        TokenKind::Word => !is_constraint(),
        TokenKind::QuotedName | TokenKind::String => true,
        _ => false,
    }
}

/// A word of a type. Quotes that change nothing are dropped.
fn type_word(token: Token<'_>) -> String {
    let word = token.value().to_ascii_uppercase();
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_plain = word.starts_with(|c: char| c.is_ascii_alphabetic()) && word.chars().all(is_part);
    let is_reserved = COLUMN_CONSTRAINTS.contains(&word.as_str()) || word == "GENERATED";
    if token.kind == TokenKind::Word || (is_plain && !is_reserved) {
        word
    } else {
        quoted(&word)
    }
}

impl Cursor<'_> {
    /// The remaining tokens without blanks between them.
    fn take_rest_joined(mut self) -> String {
        let mut text = String::new();
        while let Some(token) = self.take() {
            text.push_str(&token.text.to_ascii_uppercase());
        }
        text
    }
}

/// The text behind DEFAULT: an expression in parentheses, a number with its sign, or one literal.
fn default(cursor: &mut Cursor<'_>) -> Option<String> {
    if let Some(inside) = cursor.take_enclosed() {
        return Some(format!("({inside})"));
    }
    let sign = if cursor.take_char('-') { "-" } else { "" };
    cursor.take_char('+');
    let first = cursor.peek(0)?;
    let is_number = first.is_char('.') || first.text.starts_with(|c: char| c.is_ascii_digit());
    if is_number {
        return Some(format!("{sign}{}", number(cursor)));
    }
    let is_blob = is_word(first, "x")
        && cursor
            .peek(1)
            .is_some_and(|text| text.kind == TokenKind::String && text.start == first.end());
    let mut count = if is_blob { 2 } else { 1 };
    let text = cursor.take_while(|token| {
        let is_wanted = count > 0 && (is_blob || super::cursor::is_name(token));
        count -= i32::from(is_wanted);
        is_wanted
    });
    (!text.is_empty()).then(|| format!("{sign}{text}"))
}

/// A number, which is several tokens if it has a fraction or a signed exponent.
fn number<'a>(cursor: &mut Cursor<'a>) -> &'a str {
    let mut end = cursor.peek(0).map_or(0, |token| token.start);
    let mut has_exponent = false;
    cursor.take_while(|token| {
        let is_sign = token.is_char('-') || token.is_char('+');
        let is_part = token.kind == TokenKind::Word || token.is_char('.');
        let belongs = token.start == end && (is_part || (is_sign && has_exponent));
        end = token.end();
        has_exponent = token.text.ends_with(['e', 'E']) && !token.text.starts_with("0x");
        belongs
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(inside: &str) -> Vec<(String, String)> {
        let definition = create_table(&format!("CREATE TABLE t ({inside})")).unwrap();
        let columns = definition.columns.into_iter();
        columns
            .map(|column| (column.name.into_owned(), column.declared))
            .collect()
    }

    #[test]
    fn types_are_written_in_one_way() {
        for (written, declared) in [
            ("a", ""),
            ("a  varchar ( 10 )  NOT NULL", "VARCHAR(10)"),
            ("a \"decimal\"(10, 2)", "DECIMAL(10,2)"),
            (
                "a double /* exact */ precision -- no\n DEFAULT 1",
                "DOUBLE PRECISION",
            ),
            ("a [my type] UNIQUE", "\"MY TYPE\""),
            ("a INT GENERATED ALWAYS AS (1)", "INT"),
            ("a generated", "GENERATED"),
        ] {
            assert_eq!(
                columns(written),
                [("a".to_owned(), declared.to_owned())],
                "{written}"
            );
        }
    }

    #[test]
    fn defaults_end_where_they_should() {
        for (written, default) in [
            ("DEFAULT -1.5e-3 NOT NULL", "-1.5e-3"),
            ("DEFAULT + .5", ".5"),
            ("DEFAULT x'0a' CHECK (a)", "x'0a'"),
            ("DEFAULT 'it''s' NOT NULL", "'it''s'"),
            ("DEFAULT (1 + (2))", "(1 + (2))"),
            ("DEFAULT \"x\"", "\"x\""),
            ("DEFAULT CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP"),
            ("DEFAULT 0x1E", "0x1E"),
        ] {
            let sql = format!("CREATE TABLE t (a {written})");
            let definition = create_table(&sql).unwrap();
            assert_eq!(definition.columns[0].default.as_deref(), Some(default));
        }
    }

    #[test]
    fn what_is_no_create_table_is_none() {
        for sql in [
            "",
            "CREATE VIEW v AS SELECT 1",
            "CREATE TABLE t (a",
            "CREATE TABLE t (a, CHECK)",
            "CREATE TABLE t (a) and more",
            "CREATE TABLE t AS SELECT 1",
        ] {
            assert!(create_table(sql).is_none(), "{sql}");
        }
    }
}
