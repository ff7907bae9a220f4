//! Conditions of CHECKs in one form: those of `Rule::OneOf` and `Rule::Range` as these rules, whatever they were written
//! as, others as expressions.

use orm_core::inspect::Expression;
use orm_core::schema::{Column, Name, Rule, Table};
use orm_core::types::Type;

use super::expression;
use super::literal::string;
use crate::types::NAME;

/// Returns a rule in its one form. `None` if there is no such CHECK: it has no SQL here, or the type of its column does
/// the same.
pub(super) fn canonical(table: &Table, rule: &Rule) -> Option<Rule> {
    match rule {
        Rule::OneOf { column, .. } => {
            let column = table.find(column);
            let is_native = column.is_some_and(|column| column.ty.native_enum().is_some());
            (!is_native).then(|| rule.clone())
        }
        Rule::Raw(sql) => {
            let condition = expression::canonical(sql.of_dialect(NAME)?, Some(table));
            let found = one_of(table, &condition).or_else(|| range(table, &condition));
            Some(found.unwrap_or_else(|| Rule::Raw(condition.to_string().into())))
        }
        other => Some(other.clone()),
    }
}

fn column<'t>(table: &'t Table, node: &Expression) -> Option<&'t Column> {
    let Expression::Atom(name) = node else {
        return None;
    };
    expression::column(table, name)
}

/// `a IN ('x', 'y')`, and `a = 'x'` for one label.
fn one_of(table: &Table, condition: &Expression) -> Option<Rule> {
    let Expression::Binary {
        operator,
        left,
        right,
    } = condition
    else {
        return None;
    };
    let column = column(table, left).filter(|column| column.ty == Type::Text)?;
    let labels: Vec<Name> = match (operator.as_str(), &**right) {
        ("in", Expression::List(items)) => items.iter().map(label).collect::<Option<_>>()?,
        ("=", item) => vec![label(item)?],
        _ => return None,
    };
    Some(Rule::OneOf {
        column: column.name.clone(),
        labels,
    })
}

fn label(node: &Expression) -> Option<Name> {
    match node {
        Expression::Atom(text) => string(text).map(Name::Owned),
        _ => None,
    }
}

/// `a >= 0 AND a <= 255`.
fn range(table: &Table, condition: &Expression) -> Option<Rule> {
    let (from, to) = operands(condition, "and")?;
    let ((least_of, least), (most_of, most)) = (operands(from, ">=")?, operands(to, "<=")?);
    let column = column(table, least_of)?;
    if least_of != most_of || !(column.ty.is_integer() || column.ty.is_decimal()) {
        return None;
    }
    Some(Rule::Range {
        column: column.name.clone(),
        least: number(least)?.parse().ok()?,
        most: number(most)?.parse().ok()?,
    })
}

fn operands<'e>(node: &'e Expression, with: &str) -> Option<(&'e Expression, &'e Expression)> {
    match node {
        Expression::Binary {
            operator,
            left,
            right,
        } if operator == with => Some((left, right)),
        _ => None,
    }
}

fn number(node: &Expression) -> Option<&str> {
    match node {
        Expression::Atom(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_in_the_text_of_the_server() {
        let mut table = Table::new("t");
        table.columns.push(Column::new("kind", Type::Text));
        table.columns.push(Column::new("Size", Type::Int16));
        table.columns.push(Column::new(
            "big",
            Type::Decimal {
                precision: 20,
                scale: 0,
            },
        ));
        let read = |sql: &'static str| canonical(&table, &Rule::Raw(sql.into())).unwrap();
        let one_of = |labels: &[&'static str]| Rule::OneOf {
            column: "kind".into(),
            labels: labels.iter().map(|label| (*label).into()).collect(),
        };
        let stored = "((kind)::text = ANY ((ARRAY['a'::character varying, 'it''s'::character varying])::text[]))";
        assert_eq!(read(stored), one_of(&["a", "it's"]));
        assert_eq!(read("((kind)::text = 'a'::text)"), one_of(&["a"]));
        let range = |column: &'static str, least, most| Rule::Range {
            column: column.into(),
            least,
            most,
        };
        assert_eq!(
            read("((\"Size\" >= '-128'::integer) AND (\"Size\" <= 127))"),
            range("Size", -128, 127)
        );
        let wide = "((big >= (0)::numeric) AND (big <= '18446744073709551615'::numeric))";
        assert_eq!(read(wide), range("big", 0, u64::MAX));
        for other in [
            "kind IN ('a', big)",
            "big >= 0 AND \"Size\" <= 5",
            "big >= 0.5 AND big <= 1",
        ] {
            assert!(matches!(read(other), Rule::Raw(_)), "{other}");
        }
        assert_eq!(canonical(&table, &one_of(&["x"])), Some(one_of(&["x"])));
    }
}
