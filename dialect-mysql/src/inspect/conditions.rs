//! Conditions: NOT is pushed down to comparisons, and plain values are compared with 0, as both servers do.

use orm_core::inspect::Expression;

/// Several conditions are written from the left.
pub(super) fn joined(operator: &str, left: Expression, right: Expression) -> Expression {
    match right {
        Expression::Binary {
            operator: inner,
            left: first,
            right: second,
        } if inner == operator => plain(operator, joined(operator, left, *first), *second),
        right => plain(operator, left, right),
    }
}

/// The operator that is true where the other one is false.
fn opposite(operator: &str) -> Option<&'static str> {
    Some(match operator {
        "=" => "<>",
        "<>" => "=",
        "<" => ">=",
        ">=" => "<",
        ">" => "<=",
        "<=" => ">",
        "in" => "not in",
        "not in" => "in",
        "like" => "not like",
        "not like" => "like",
        "regexp" => "not regexp",
        "not regexp" => "regexp",
        "is null" => "is not null",
        "is not null" => "is null",
        "is true" => "is not true",
        "is not true" => "is true",
        "is false" => "is not false",
        "is not false" => "is false",
        _ => return None,
    })
}

/// NOT of a condition, which both servers push down to the comparisons.
pub(super) fn negated(operand: Expression) -> Expression {
    let not = |operand| Expression::Unary {
        operator: "not".to_owned(),
        operand: Box::new(operand),
    };
    match boolean(operand) {
        Expression::Binary {
            operator,
            left,
            right,
        } => match operator.as_str() {
            "and" => joined("or", negated(*left), negated(*right)),
            "or" => joined("and", negated(*left), negated(*right)),
            _ => match opposite(&operator) {
                Some(opposite) => plain(opposite, *left, *right),
                None => not(plain(&operator, *left, *right)),
            },
        },
        Expression::Unary { operator, operand } => match (opposite(&operator), operator.as_str()) {
            (Some(opposite), _) => Expression::Unary {
                operator: opposite.to_owned(),
                operand,
            },
            (None, "not") => *operand,
            (None, _) => not(Expression::Unary { operator, operand }),
        },
        other => not(other),
    }
}

/// A condition: a plain value is compared with 0, and the value of a function is not.
pub(super) fn boolean(condition: Expression) -> Expression {
    match condition {
        Expression::Binary {
            operator,
            left,
            right,
        } if operator == "<>" || operator == "=" => {
            let zero = Expression::Atom("0".to_owned());
            let (left, right) = if *left == zero {
                (right, left)
            } else {
                (left, right)
            };
            match *left {
                Expression::Call { .. } if *right == zero && operator == "<>" => *left,
                Expression::Call { .. } if *right == zero => negated(*left),
                _ => Expression::Binary {
                    operator,
                    left,
                    right,
                },
            }
        }
        Expression::Binary { ref operator, .. } if ARITHMETIC.contains(&operator.as_str()) => {
            plain("<>", condition, Expression::Atom("0".to_owned()))
        }
        Expression::Unary { ref operator, .. } if operator == "-" || operator == "~" => {
            plain("<>", condition, Expression::Atom("0".to_owned()))
        }
        Expression::Atom(_) | Expression::Cast { .. } | Expression::Case { .. } => {
            plain("<>", condition, Expression::Atom("0".to_owned()))
        }
        other => other,
    }
}

const ARITHMETIC: &[&str] = &["+", "-", "*", "/", "%", "div", "&", "|", "^", "<<", ">>"];

/// An operator between two operands.
pub(super) fn plain(operator: &str, left: Expression, right: Expression) -> Expression {
    Expression::Binary {
        operator: operator.to_owned(),
        left: Box::new(left),
        right: Box::new(right),
    }
}

#[cfg(test)]
mod tests {
    use super::super::expressions::condition;

    /// What a model has, and what MariaDB and MySQL have of it.
    const STORED: &[(&str, &str, &str)] = &[
        (
            "NOT (a > 1 AND b < 2)",
            "`a` <= 1 or `b` >= 2",
            "((`a` <= 1) or (`b` >= 2))",
        ),
        (
            "NOT (a = 1 OR b IS NULL)",
            "`a` <> 1 and `b` is not null",
            "((`a` <> 1) and (`b` is not null))",
        ),
        ("NOT a", "`a` = 0", "(0 = `a`)"),
        (
            "a and b or not b",
            "`a` <> 0 and `b` <> 0 or `b` = 0",
            "(((0 <> `a`) and (0 <> `b`)) or (0 = `b`))",
        ),
        (
            "NOT c LIKE 'x%' ESCAPE '|'",
            "`c`  not like 'x%' escape '|'",
            "(not((`c` like _utf8mb4'x%' escape _utf8mb4'|')))",
        ),
        ("c IN ('u')", "`c` = 'u'", "(`c` = _utf8mb4'u')"),
        ("mod(a, 2) = 1", "`a` MOD 2 = 1", "((`a` % 2) = 1)"),
        ("a xor b", "`a` xor `b`", "((0 <> `a`) xor (0 <> `b`))"),
        ("a is unknown", "`a` is null", "(`a` is null)"),
        (
            "c not regexp 'b'",
            "!(`c` regexp 'b')",
            "(not(regexp_like(`c`,_utf8mb4'b')))",
        ),
        ("json_valid(j)", "json_valid(`j`)", "json_valid(`j`)"),
        ("not (a <=> 1)", "!(`a` <=> 1)", "(not((`a` <=> 1)))"),
        (
            "not (a is true)",
            "!(`a` is true)",
            "((0 <> `a`) is not true)",
        ),
        (
            "d > date_add('2020-01-01', interval 1 day)",
            "`d` > '2020-01-01' + interval 1 day",
            "(`d` > (_utf8mb4'2020-01-01' + interval 1 day))",
        ),
        (
            "a NOT BETWEEN 1 AND 3 AND LOWER(c) = c",
            "`a` not between 1 and 3 and lcase(`c`) = `c`",
            "((`a` not between 1 and 3) and (lower(`c`) = `c`))",
        ),
        (
            "case when a > 1 then true else false end",
            "case when `a` > 1 then 1 else 0 end",
            "(0 <> (case when (`a` > 1) then true else false end))",
        ),
        (
            "a = - b and a = -1",
            "`a` = -`b` and `a` = -1",
            "((`a` = -(`b`)) and (`a` = -(1)))",
        ),
        ("c = \"dq'x\"", "`c` = 'dq\\'x'", "(`c` = _utf8mb4'dq\\'x')"),
        (
            "`Order` > 0 and NAME <> ''",
            "`Order` > 0 and `name` <> ''",
            "((`Order` > 0) and (`name` <> ''))",
        ),
        (
            "a>0 or (a<1 and b>1) or not (a>2 or b>3 and not c='x')",
            "`a` > 0 or `a` < 1 and `b` > 1 or `a` <= 2 and (`b` <= 3 or `c` = 'x')",
            "((`a` > 0) or ((`a` < 1) and (`b` > 1)) or ((`a` <= 2) and ((`b` <= 3) or (`c` = _utf8mb4'x'))))",
        ),
    ];

    #[test]
    fn expressions_of_both_servers_are_those_of_the_model() {
        for (model, mariadb, mysql) in STORED {
            let written = condition(model).to_string();
            assert_eq!(condition(mariadb).to_string(), written, "{mariadb}");
            assert_eq!(condition(mysql).to_string(), written, "{mysql}");
            assert_eq!(condition(&written).to_string(), written);
        }
    }
}
