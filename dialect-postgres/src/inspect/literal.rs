//! Defaults in one form: a constant as a literal, a sequence by its name, anything else as an expression.

use orm_core::inspect::Expression;
use orm_core::lex::{Lexer, TokenKind};
use orm_core::schema::{Column, Literal, Name, QualifiedName, ServerDefault, SqlText, Table};
use orm_core::types::Type;

use super::expression::{self, is_number, midnight};
use crate::capability::LEXICAL_RULES;
use crate::types::NAME;

/// Returns a default in its one form. `None` if the database has none then.
pub(super) fn canonical(
    table: &Table,
    column: &Column,
    default: &ServerDefault,
) -> Option<ServerDefault> {
    let literal = match default {
        ServerDefault::Literal(literal) => literal.clone(),
        ServerDefault::Raw(sql) => {
            let node = expression::canonical(sql.of_dialect(NAME)?, Some(table));
            match node {
                Expression::Atom(text) if text == "null" => return None,
                Expression::Atom(text) => match constant(&text) {
                    Some(literal) => literal,
                    None => return Some(ServerDefault::Raw(SqlText::from(text))),
                },
                node => return Some(computed(&node)),
            }
        }
        other => return Some(other.clone()),
    };
    Some(ServerDefault::Literal(of_type(&column.ty, literal)))
}

fn computed(node: &Expression) -> ServerDefault {
    if let Expression::Call { name, arguments } = node
        && name == "nextval"
        && let [Expression::Atom(sequence)] = arguments.as_slice()
        && let Some(name) = string(sequence).as_deref().and_then(qualified)
    {
        return ServerDefault::NextValue(name);
    }
    ServerDefault::Raw(SqlText::from(node.to_string()))
}

/// The constant that a token is.
fn constant(text: &str) -> Option<Literal> {
    match text {
        "true" => return Some(Literal::Bool(true)),
        "false" => return Some(Literal::Bool(false)),
        _ => {}
    }
    if let Some(text) = string(text) {
        return Some(Literal::Text(text.into()));
    }
    if !is_number(text) {
        return None;
    }
    if let Ok(number) = text.parse() {
        return Some(Literal::Int(number));
    }
    // More digits than the number holds would be lost.
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let number = text.parse().ok().filter(|_| digits <= 15);
    number.map(Literal::Float)
}

/// The text of a string, if it has no other escape than a doubled character.
pub(super) fn string(token: &str) -> Option<String> {
    if let Some(inside) = token.strip_prefix('\'') {
        return Some(inside.strip_suffix('\'')?.replace("''", "'"));
    }
    let inside = token.strip_prefix(['e', 'E'])?.strip_prefix('\'')?;
    let inside = inside.strip_suffix('\'')?.replace("''", "'");
    let is_plain = !inside.replace("\\\\", "").contains('\\');
    is_plain.then(|| inside.replace("\\\\", "\\"))
}

/// The name of a sequence as `nextval` reads it.
fn qualified(text: &str) -> Option<QualifiedName> {
    let mut names = Vec::new();
    for token in Lexer::new(text, LEXICAL_RULES) {
        match token.kind {
            TokenKind::Word => names.push(Name::Owned(token.text.to_lowercase())),
            TokenKind::QuotedName => names.push(Name::Owned(token.value().into_owned())),
            _ if token.is_char('.') => {}
            _ => return None,
        }
    }
    let name = names.pop()?;
    let schema = names.pop();
    names.is_empty().then_some(QualifiedName { schema, name })
}

/// The constant as a column of the type has it.
fn of_type(ty: &Type, literal: Literal) -> Literal {
    match literal {
        Literal::Text(text) => text_of_type(ty, text),
        Literal::Float(number) if is_numeric(ty) => {
            let whole = format!("{number}").parse();
            whole.map_or(Literal::Float(number), Literal::Int)
        }
        literal => literal,
    }
}

fn text_of_type(ty: &Type, text: Name) -> Literal {
    match ty {
        Type::Json => Literal::Text(compact(&text).into()),
        Type::Uuid => Literal::Text(text.to_lowercase().into()),
        Type::DateTime | Type::Timestamp => {
            let day = midnight(&format!("'{text}'"));
            let day = day.map(|day| Name::Owned(day.trim_matches('\'').to_owned()));
            Literal::Text(day.unwrap_or(text))
        }
        Type::Bool => match &*text.to_lowercase() {
            "t" | "true" | "yes" | "on" | "1" => Literal::Bool(true),
            "f" | "false" | "no" | "off" | "0" => Literal::Bool(false),
            _ => Literal::Text(text),
        },
        Type::Int8
        | Type::Int16
        | Type::Int32
        | Type::Int64
        | Type::Unsigned(_)
        | Type::Float32
        | Type::Float64
        | Type::Decimal { .. } => {
            let number = constant(&text).filter(|number| !matches!(number, Literal::Text(_)));
            number.map_or(Literal::Text(text), |number| of_type(ty, number))
        }
        Type::Text
        | Type::Bytes
        | Type::Date
        | Type::Time
        | Type::Interval
        | Type::Enum(_)
        | Type::Extension(_) => Literal::Text(text),
    }
}

fn is_numeric(ty: &Type) -> bool {
    ty.is_integer() || ty.is_decimal() || matches!(ty, Type::Float32 | Type::Float64)
}

/// A JSON document without blanks between its tokens: `jsonb` has its own.
fn compact(json: &str) -> String {
    let (mut out, mut in_string, mut is_escaped) = (String::new(), false, false);
    for c in json.chars() {
        if !in_string && c.is_ascii_whitespace() {
            continue;
        }
        if c == '"' && !is_escaped {
            in_string = !in_string;
        }
        is_escaped = in_string && c == '\\' && !is_escaped;
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(ty: Type, default: impl Into<ServerDefault>) -> Option<ServerDefault> {
        let column = Column::new("c", ty);
        canonical(&Table::new("t"), &column, &default.into())
    }

    fn raw(sql: &'static str) -> ServerDefault {
        ServerDefault::Raw(sql.into())
    }

    fn literal(literal: Literal) -> ServerDefault {
        ServerDefault::Literal(literal)
    }

    /// Pairs of what is written, and what PostgreSQL 15 makes of it.
    #[test]
    fn what_the_server_writes_is_what_was_written() {
        let text = |text: &'static str| literal(Literal::Text(text.into()));
        for (ty, written, stored) in [
            (Type::Text, text("x"), "'x'::character varying"),
            (Type::Text, text("it's"), "'it''s'::text"),
            (Type::Text, text("a\\b"), "E'a\\\\b'::text"),
            (
                Type::Text,
                text("2020-01-01 00:00:00"),
                "'2020-01-01 00:00:00'::text",
            ),
            (Type::Int16, literal(Literal::Int(-1)), "'-1'::integer"),
            (Type::Int64, text("5"), "'5'::bigint"),
            (
                Type::Float64,
                literal(Literal::Float(0.5)),
                "(0.5)::double precision",
            ),
            (
                Type::Float64,
                literal(Literal::Float(1.0)),
                "(1.0)::double precision",
            ),
            (Type::DECIMAL, literal(Literal::Float(1.5)), "1.50"),
            (Type::DECIMAL, literal(Literal::Int(0)), "0"),
            (Type::Bool, literal(Literal::Bool(true)), "true"),
            (Type::Json, text("{\"a\":1}"), "'{\"a\": 1}'::jsonb"),
            (Type::Timestamp, raw("CURRENT_TIMESTAMP"), "now()"),
            (
                Type::DateTime,
                text("2020-01-01"),
                "'2020-01-01 00:00:00'::timestamp without time zone",
            ),
            (
                Type::Int64,
                ServerDefault::NextValue("numbers".into()),
                "nextval('numbers'::regclass)",
            ),
            (
                Type::Int64,
                ServerDefault::NextValue(QualifiedName::new("N").in_schema("s")),
                "nextval('s.\"N\"'::regclass)",
            ),
        ] {
            let expected = form(ty.clone(), written);
            assert!(expected.is_some());
            assert_eq!(form(ty.clone(), raw(stored)), expected);
            assert_eq!(form(ty, expected.clone().unwrap()), expected);
        }
        assert_eq!(form(Type::Text, raw("NULL::text")), None);
    }

    #[test]
    fn a_number_of_more_digits_stays_an_expression() {
        let long = raw("0.12345678901234567890");
        assert_eq!(form(Type::DECIMAL, long.clone()), Some(long));
        assert_eq!(form(Type::Text, raw("a||'x'")), Some(raw("(a || 'x')")));
    }
}
