//! Functions of expressions: synonyms, and functions that the servers store as operators.

use orm_core::inspect::Expression;

use super::conditions::boolean;
use super::operators::{binary, called, cast};

/// A call with the name that is written here, or the operator that the servers store instead.
pub(super) fn call(name: &str, mut arguments: Vec<Expression>) -> Expression {
    let count = arguments.len();
    match (name, count) {
        ("now" | "current_timestamp" | "localtime" | "localtimestamp", 0 | 1) => now(&arguments),
        ("current_date", 0) => called("curdate", arguments),
        ("current_time", 0) => called("curtime", arguments),
        ("count", 1) if arguments[0] == Expression::Atom("0".to_owned()) => {
            called(name, vec![Expression::Atom("*".to_owned())])
        }
        ("mod", 2) => of_two("%", arguments),
        ("regexp_like", 2) => of_two("regexp", arguments),
        ("date_add" | "adddate", 2) => of_two("+", arguments),
        ("date_sub" | "subdate", 2) => of_two("-", arguments),
        ("datediff", 2) => {
            let days = arguments
                .into_iter()
                .map(|date| called("to_days", vec![date]));
            of_two("-", days.collect())
        }
        ("date", 1) => cast(arguments.remove(0), "date"),
        ("convert", 2) => {
            let ty = arguments.remove(1).to_string();
            cast(arguments.remove(0), &ty)
        }
        ("isnull", 1) => Expression::Unary {
            operator: "is null".to_owned(),
            operand: Box::new(arguments.remove(0)),
        },
        ("instr", 2) => {
            arguments.reverse();
            called("locate", arguments)
        }
        ("if", 3) => {
            let condition = boolean(arguments.remove(0));
            arguments.insert(0, condition);
            called(name, arguments)
        }
        _ => called(synonym(name), arguments),
    }
}

/// The name by which a function is written here.
fn synonym(name: &str) -> &str {
    match name {
        "lcase" => "lower",
        "ucase" => "upper",
        "length" => "octet_length",
        "character_length" => "char_length",
        "substring" | "mid" => "substr",
        "power" => "pow",
        "ceil" => "ceiling",
        "nvl" => "ifnull",
        other => other,
    }
}

/// The current time, with the digits of its fraction.
fn now(arguments: &[Expression]) -> Expression {
    match arguments.first() {
        Some(Expression::Atom(digits)) if digits != "0" => {
            called("current_timestamp", arguments.to_vec())
        }
        _ => Expression::Atom("current_timestamp".to_owned()),
    }
}

/// An operator between the first two of `arguments`.
fn of_two(operator: &str, arguments: Vec<Expression>) -> Expression {
    let mut arguments = arguments.into_iter();
    match (arguments.next(), arguments.next()) {
        (Some(left), Some(right)) => binary(operator, left, right),
        (Some(only), None) => only,
        _ => called(operator, Vec::new()),
    }
}
