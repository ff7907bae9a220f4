//! The defaults of columns: constants as literals of the column's type, everything else as one expression.

use orm_core::inspect::Expression;
use orm_core::lex::Token;
use orm_core::schema::{Literal, Name, QualifiedName, ServerDefault};
use orm_core::types::Type;

use super::expressions;
use super::native::{Kind, Native, significant, split_on_update};
use super::prepare::{hex_literal, string_value};

/// The default of a column in one way of writing. `sql` is an expression or a literal. DEFAULT NULL is no default.
pub(super) fn canonical(native: &Native, ty: &Type, sql: &str) -> Option<ServerDefault> {
    if let Some(name) = next_value(sql) {
        return Some(ServerDefault::NextValue(name));
    }
    let (value, on_update) = split_on_update(sql);
    if let Some(clock) = on_update {
        let clock = expressions::value(clock);
        let text = format!("{} on update {clock}", expressions::value(value));
        return Some(ServerDefault::Raw(text.into()));
    }
    match expressions::value(value) {
        Expression::Atom(text) if text == "null" => None,
        Expression::Atom(text) => Some(constant(native, ty, &text)),
        Expression::Cast { operand, .. } if is_string(&operand) => {
            Some(constant(native, ty, &operand.to_string()))
        }
        other => Some(raw(other.to_string())),
    }
}

fn is_string(node: &Expression) -> bool {
    matches!(node, Expression::Atom(text) if text.starts_with('\''))
}

fn raw(sql: String) -> ServerDefault {
    ServerDefault::Raw(sql.into())
}

/// A constant: a string in quotes, a number, or a word such as CURRENT_TIMESTAMP.
fn constant(native: &Native, ty: &Type, text: &str) -> ServerDefault {
    let string = text.starts_with('\'').then(|| string_value(text));
    let plain = string.as_deref().unwrap_or(text);
    let literal = match native.kind() {
        Kind::Integer | Kind::Bit => whole(ty, plain),
        Kind::Decimal => return decimal(plain),
        Kind::Float => plain
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
            .map(Literal::Float),
        Kind::Bytes => return bytes(native, plain, string.is_some()),
        Kind::Date => string.map(|text| Literal::Text(text.into())),
        Kind::DateTime => string.map(|text| Literal::Text(moment(&text).into())),
        Kind::Time => string.map(|text| Literal::Text(without_zeros(&text).to_owned().into())),
        Kind::Text | Kind::Other => match string {
            Some(text) => Some(Literal::Text(text.into())),
            // A number is stored as its digits.
            None if plain.starts_with(|c: char| c.is_ascii_digit() || c == '-')
                && !plain.starts_with("0x") =>
            {
                Some(Literal::Text(plain.to_owned().into()))
            }
            None => None,
        },
    };
    literal.map_or_else(|| raw(text.to_owned()), ServerDefault::Literal)
}

fn whole(ty: &Type, text: &str) -> Option<Literal> {
    let number = match text.strip_prefix("0x") {
        Some(digits) => i64::from_str_radix(digits, 16).ok()?,
        None => text.parse().ok()?,
    };
    let is_truth = *ty == Type::Bool && matches!(number, 0 | 1);
    Some(if is_truth {
        Literal::Bool(number == 1)
    } else {
        Literal::Int(number)
    })
}

/// A number without the zeros that fill the scale up: a float if that has all its digits.
fn decimal(text: &str) -> ServerDefault {
    let plain = text.parse().map(|number: f64| format!("{number:?}"));
    let text = plain
        .as_deref()
        .ok()
        .filter(|_| text.contains(['e', 'E']))
        .unwrap_or(text);
    let text = without_zeros(text);
    if let Ok(number) = text.parse() {
        return ServerDefault::Literal(Literal::Int(number));
    }
    match text.parse::<f64>() {
        Ok(number) if format!("{number:?}") == text => {
            ServerDefault::Literal(Literal::Float(number))
        }
        _ => raw(text.to_owned()),
    }
}

/// Bytes as one literal. Those of a fixed length are filled up with zeros.
fn bytes(native: &Native, text: &str, is_string: bool) -> ServerDefault {
    let mut bytes = match text.strip_prefix("0x").filter(|_| !is_string) {
        Some(digits) => {
            let pairs = digits.as_bytes().chunks(2);
            let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
            match pairs.map(pair).collect::<Option<Vec<u8>>>() {
                Some(bytes) => bytes,
                None => return raw(text.to_owned()),
            }
        }
        None if is_string => text.as_bytes().to_vec(),
        None => return raw(text.to_owned()),
    };
    let length = native
        .arguments
        .first()
        .and_then(|length| length.parse().ok());
    if let Some(length) = length.filter(|length| native.base == "binary" && *length > bytes.len()) {
        bytes.resize(length, 0);
    }
    raw(hex_literal(&bytes))
}

/// A date and time without the zeros of its fraction. A date has midnight.
fn moment(text: &str) -> String {
    let text = text.trim().replacen('T', " ", 1);
    if text.len() == "2000-01-01".len() {
        return text + " 00:00:00";
    }
    without_zeros(&text).to_owned()
}

/// A number or time without the zeros at the end of its fraction.
fn without_zeros(text: &str) -> &str {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text
    }
}

/// The sequence of `nextval(s)` or `NEXT VALUE FOR s`.
pub(super) fn next_value(sql: &str) -> Option<QualifiedName> {
    let tokens = significant(sql);
    let is = |at: usize, word: &str| {
        tokens
            .get(at)
            .is_some_and(|token| token.text.eq_ignore_ascii_case(word))
    };
    let names = if is(0, "nextval") && is(1, "(") && tokens.last()?.is_char(')') {
        &tokens[2..tokens.len() - 1]
    } else if is(0, "next") && is(1, "value") && is(2, "for") {
        &tokens[3..]
    } else {
        return None;
    };
    let name = |token: &Token<'_>| -> Name { token.value().into_owned().into() };
    match names {
        [sequence] => Some(QualifiedName::new(name(sequence))),
        [schema, dot, sequence] if dot.is_char('.') => {
            Some(QualifiedName::new(name(sequence)).in_schema(name(schema)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(native: &str, sql: &str) -> Option<ServerDefault> {
        let native = Native::parse(native);
        let ty = native.logical(String::new).ty;
        canonical(&native, &ty, sql)
    }

    #[test]
    fn defaults_of_models_and_servers_are_equal() {
        for (native, model, stored) in [
            ("boolean", "TRUE", "1"),
            ("int", "'7'", "7"),
            ("decimal(12,2)", "1.5", "1.50"),
            ("decimal(12,2)", "1.5e0", "1.50"),
            ("decimal(12,2)", "2", "2.00"),
            ("double", "1.5e0", "1.5"),
            ("varchar(9)", "'it''s'", "_utf8mb4'it\\'s'"),
            (
                "datetime(6)",
                "'2024-01-02T03:04:05'",
                "'2024-01-02 03:04:05.000000'",
            ),
            ("datetime", "'2024-01-02'", "'2024-01-02 00:00:00'"),
            ("time(6)", "'01:02:03'", "'01:02:03.000000'"),
            ("datetime(6)", "now(6)", "CURRENT_TIMESTAMP(6)"),
            (
                "datetime(6)",
                "NOW(6) ON UPDATE now(6)",
                "current_timestamp(6) on update current_timestamp(6)",
            ),
            ("binary(4)", "x'4142'", "'AB\0\0'"),
            ("varbinary(4)", "'ab'", "0x6162"),
            ("bit(3)", "5", "b'101'"),
            ("int", "1 + 2", "(1 + 2)"),
            ("bigint", "NEXT VALUE FOR `s`", "nextval(`s`)"),
            ("varchar(36)", "UUID()", "(uuid())"),
        ] {
            assert!(of(native, model).is_some());
            assert_eq!(of(native, model), of(native, stored), "{native} {model}");
        }
        assert_eq!(of("int", "NULL"), None);
        assert_ne!(of("varchar(4)", "'NULL'"), None);
    }
}
