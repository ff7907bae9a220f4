//! Operators, casts and calls of rewritten operands.
//!
//! Used by `expressions.rs` and `calls.rs`. What operators do with conditions is in `conditions.rs`.

use orm_core::inspect::Expression;

use super::conditions::{boolean, joined, plain};
use super::prepare::{INTERVAL, string_value};

/// A call of a function.
pub(super) fn called(name: &str, arguments: Vec<Expression>) -> Expression {
    Expression::Call {
        name: name.to_owned(),
        arguments,
    }
}

/// Introducers of strings are left out, and what passed the parser as a typed literal becomes what it was.
pub(super) fn cast(operand: Expression, ty: &str) -> Expression {
    match operand {
        Expression::Atom(text) if ty.starts_with('_') && text.starts_with('\'') => {
            Expression::Atom(text)
        }
        Expression::Atom(text) if ty == INTERVAL => {
            Expression::Opaque(format!("{INTERVAL} {}", string_value(&text)))
        }
        operand => {
            let ty = match ty.trim_end() {
                "signed integer" => "signed".to_owned(),
                "unsigned integer" => "unsigned".to_owned(),
                other => other
                    .replace(" charset utf8mb4", "")
                    .replace(" character set utf8mb4", ""),
            };
            Expression::Cast {
                operand: Box::new(operand),
                ty,
            }
        }
    }
}

/// An operator between rewritten operands.
pub(super) fn binary(operator: &str, left: Expression, right: Expression) -> Expression {
    match operator {
        "and" | "or" => joined(operator, boolean(left), boolean(right)),
        "xor" => plain(operator, boolean(left), boolean(right)),
        "mod" => plain("%", left, right),
        "rlike" => plain("regexp", left, right),
        "not rlike" => plain("not regexp", left, right),
        "->" => called("json_extract", vec![left, right]),
        "->>" => called(
            "json_unquote",
            vec![called("json_extract", vec![left, right])],
        ),
        "in" | "not in" => one_of(operator, left, right),
        "escape" => escaped(left, &right),
        _ => plain(operator, left, right),
    }
}

/// LIKE with its escape character, around which the servers take no parentheses.
fn escaped(like: Expression, escape: &Expression) -> Expression {
    match like {
        Expression::Binary {
            operator,
            left,
            right,
        } => {
            let pattern = format!("{right} escape {escape}");
            plain(&operator, *left, Expression::Opaque(pattern))
        }
        other => plain("escape", other, escape.clone()),
    }
}

/// A list of one value is a comparison.
fn one_of(operator: &str, left: Expression, right: Expression) -> Expression {
    match right {
        Expression::List(mut items)
            if items.len() == 1 && !matches!(items[0], Expression::Opaque(_)) =>
        {
            plain(
                if operator == "in" { "=" } else { "<>" },
                left,
                items.remove(0),
            )
        }
        right => plain(operator, left, right),
    }
}
