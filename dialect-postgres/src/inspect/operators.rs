//! Operators of two operands in one form: LIKE, lists, NOT BETWEEN, conditions from the left. And the nodes that they are
//! made of.
//!
//! Called by `expression.rs` for nodes whose operands have their form already.

use orm_core::inspect::Expression;

/// `NOT (a >= x AND a <= y)`, which NOT BETWEEN is, as the two comparisons that the server makes of it.
pub(super) fn not(operand: Expression) -> Expression {
    if let Expression::Binary {
        operator,
        left,
        right,
    } = &operand
        && operator == "and"
        && let (Some((a, least)), Some((b, most))) = (compared(left, ">="), compared(right, "<="))
        && a == b
    {
        let below = binary("<", a.clone(), least.clone());
        return binary("or", below, binary(">", b.clone(), most.clone()));
    }
    unary("not", bare(operand))
}

fn compared<'e>(node: &'e Expression, with: &str) -> Option<(&'e Expression, &'e Expression)> {
    match node {
        Expression::Binary {
            operator,
            left,
            right,
        } if operator == with => Some((left, right)),
        _ => None,
    }
}

pub(super) fn infix(operator: &str, left: Expression, right: Expression) -> Expression {
    let operator = match operator {
        "~~" => "like",
        "!~~" => "not like",
        "~~*" => "ilike",
        "!~~*" => "not ilike",
        "+" | "-" | "*" | "/" | "%" => return binary(operator, left, right),
        "and" | "or" => return appended(operator, left, right),
        other => other,
    };
    let (left, right) = (bare(left), bare(right));
    match (operator, right) {
        (
            _,
            Expression::Call {
                name,
                mut arguments,
            },
        ) if name == "like_escape" && arguments.len() == 2 && operator.ends_with("like") => {
            let escape = arguments.pop().unwrap_or(Expression::List(Vec::new()));
            let pattern = arguments.pop().unwrap_or(Expression::List(Vec::new()));
            binary("escape", binary(operator, left, pattern), escape)
        }
        (
            "=" | "<>",
            Expression::Call {
                name,
                mut arguments,
            },
        ) if matches!((operator, &*name), ("=", "any" | "some") | ("<>", "all"))
            && arguments.len() == 1 =>
        {
            match elements(arguments.pop()) {
                Ok(items) if operator == "=" => among("in", left, items),
                Ok(items) => among("not in", left, items),
                Err(array) => {
                    let arguments = array.into_iter().collect();
                    binary(operator, left, Expression::Call { name, arguments })
                }
            }
        }
        ("in" | "not in", Expression::List(items)) => among(operator, left, items),
        ("=" | "<>" | "<" | ">" | "<=" | ">=", right) => {
            binary(operator, unwidened(left), unwidened(right))
        }
        (_, right) => binary(operator, left, right),
    }
}

/// The elements of an array that is written out.
fn elements(array: Option<Expression>) -> Result<Vec<Expression>, Option<Expression>> {
    match array {
        Some(Expression::Cast { operand, ty }) if ty.ends_with("[]") => match *operand {
            Expression::Call { name, arguments } if name == "array" => Ok(arguments),
            other => Err(Some(cast_as(other, ty))),
        },
        Some(Expression::Call { name, arguments }) if name == "array" => Ok(arguments),
        other => Err(other),
    }
}

/// The server makes a comparison of a list of one.
fn among(operator: &str, left: Expression, mut items: Vec<Expression>) -> Expression {
    let left = unwidened(left);
    match (items.pop(), items.is_empty()) {
        (Some(only), true) if !matches!(only, Expression::Opaque(_)) => {
            binary(if operator == "in" { "=" } else { "<>" }, left, bare(only))
        }
        (last, _) => {
            items.extend(last);
            binary(
                operator,
                left,
                Expression::List(items.into_iter().map(bare).collect()),
            )
        }
    }
}

/// A column that is compared with a number of a wider type.
fn unwidened(node: Expression) -> Expression {
    match node {
        Expression::Cast { operand, ty }
            if matches!(&*ty, "numeric" | "float8") && matches!(*operand, Expression::Atom(_)) =>
        {
            *operand
        }
        other => other,
    }
}

/// Several conditions from the left.
fn appended(operator: &str, left: Expression, right: Expression) -> Expression {
    match right {
        Expression::Binary {
            operator: inner,
            left: first,
            right: last,
        } if inner == operator => binary(operator, appended(operator, left, *first), *last),
        right => binary(operator, left, right),
    }
}

/// A literal without its cast, where the other operand or the function gives it its type.
pub(super) fn bare(node: Expression) -> Expression {
    match node {
        Expression::Cast { operand, .. } if is_string(&operand) => *operand,
        other => other,
    }
}

pub(super) fn is_string(node: &Expression) -> bool {
    matches!(node, Expression::Atom(text) if text.ends_with('\'') || text.ends_with('$'))
}

pub(super) fn unary(operator: &str, operand: Expression) -> Expression {
    Expression::Unary {
        operator: operator.to_owned(),
        operand: Box::new(operand),
    }
}

pub(super) fn binary(operator: &str, left: Expression, right: Expression) -> Expression {
    Expression::Binary {
        operator: operator.to_owned(),
        left: Box::new(left),
        right: Box::new(right),
    }
}

pub(super) fn cast_as(operand: Expression, ty: String) -> Expression {
    let operand = Box::new(operand);
    Expression::Cast { operand, ty }
}
