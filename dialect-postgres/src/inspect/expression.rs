//! Expressions in one form, with what the server makes of them undone: casts of literals, `= ANY (ARRAY[…])` for IN, `~~`
//! for LIKE, two comparisons for NOT BETWEEN.
//!
//! Core's [`Expression`] reads and writes them. Casts in arithmetic stay, since they decide what is computed.

use orm_core::inspect::Expression;
use orm_core::schema::{Column, Table};
use orm_core::types::Type;

use super::native;
use super::operators::{bare, binary, cast_as, infix, is_string, not, unary};
use crate::capability::LEXICAL_RULES;

/// Reads an expression of a table's, or of no table's, in its one form.
pub(super) fn canonical(sql: &str, table: Option<&Table>) -> Expression {
    let parsed = Expression::parse(sql, LEXICAL_RULES);
    match bare(parsed.rewrite(&mut |node| rewrite(node, table))) {
        Expression::Opaque(text) => Expression::Opaque(without_parentheses(&text).to_owned()),
        other => other,
    }
}

/// Writes an expression in its one form.
pub(super) fn canonical_sql(sql: &str, table: Option<&Table>) -> String {
    canonical(sql, table).to_string()
}

fn rewrite(node: Expression, table: Option<&Table>) -> Expression {
    match node {
        Expression::Atom(text) => Expression::Atom(without_table(text, table)),
        Expression::Cast { operand, ty } => cast(*operand, &ty, table),
        Expression::Call { name, arguments } => call(&name, arguments, table),
        Expression::Unary { operator, operand } if operator == "not" => not(*operand),
        Expression::Unary { operator, operand } if operator == "-" => negative(*operand),
        Expression::Unary { operator, operand } => unary(&operator, bare(*operand)),
        Expression::Binary {
            operator,
            left,
            right,
        } => infix(&operator, *left, *right),
        Expression::List(items) => Expression::List(items.into_iter().map(bare).collect()),
        Expression::Case {
            operand,
            branches,
            otherwise,
        } => {
            let branches = branches.into_iter();
            let branches = branches.map(|(when, then)| (bare(when), bare(then)));
            Expression::Case {
                operand: operand.map(|operand| Box::new(bare(*operand))),
                branches: branches.collect(),
                otherwise: otherwise.map(|otherwise| Box::new(bare(*otherwise))),
            }
        }
        other => other,
    }
}

/// `- 0.5` with a cast of the number is the number.
fn negative(operand: Expression) -> Expression {
    match operand {
        Expression::Atom(number) if is_number(&number) && !number.starts_with('-') => {
            Expression::Atom(format!("-{number}"))
        }
        operand => unary("-", operand),
    }
}

/// The column that a name in an expression is.
pub(super) fn column<'t>(table: &'t Table, name: &str) -> Option<&'t Column> {
    match name
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    {
        Some(inside) => table.find(&inside.replace("\"\"", "\"")),
        None => table.find(name),
    }
}

/// Whether a token is a number.
pub(super) fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit()) && digits.parse::<f64>().is_ok()
}

/// `users.age` is `age` in an expression of the table `users`.
fn without_table(text: String, table: Option<&Table>) -> String {
    let Some(table) = table else { return text };
    let own = text.strip_prefix(&*table.name);
    match own.and_then(|rest| rest.strip_prefix('.')) {
        Some(column) => column.to_owned(),
        None => text,
    }
}

fn cast(operand: Expression, ty: &str, table: Option<&Table>) -> Expression {
    let ty = native::spelled(ty);
    let is_text = matches!(&*ty, "text" | "varchar" | "bpchar" | "char(1)");
    let is_numeric = matches!(
        &*ty,
        "int2" | "int4" | "int8" | "numeric" | "float4" | "float8"
    );
    if let Expression::Atom(text) = &operand {
        let inside = text.trim_matches('\'');
        if is_numeric && is_number(inside) {
            return Expression::Atom(inside.to_owned());
        }
        if text == "null" || (is_string(&operand) && is_text) {
            return operand;
        }
        if let Some(day) = midnight(text).filter(|_| ty.starts_with("timestamp")) {
            return cast_as(Expression::Atom(day), ty);
        }
    }
    if is_text && yields_text(&operand, table) {
        return operand;
    }
    cast_as(operand, ty)
}

/// `'2020-01-01'` for `'2020-01-01 00:00:00+00'`, as the server writes the former.
pub(super) fn midnight(text: &str) -> Option<String> {
    let inside = text.strip_suffix('\'')?;
    let inside = inside.strip_suffix("+00").unwrap_or(inside);
    let day = inside.strip_suffix(" 00:00:00")?;
    let is_day = day.len() == 11 && day.bytes().filter(u8::is_ascii_digit).count() == 8;
    is_day.then(|| format!("{day}'"))
}

/// Whether the server casts a value to text because it is a VARCHAR, and not because it was asked to.
fn yields_text(node: &Expression, table: Option<&Table>) -> bool {
    match node {
        Expression::Atom(text) => {
            let name = text
                .strip_prefix("old.")
                .or_else(|| text.strip_prefix("new."));
            let known = table.and_then(|table| column(table, name.unwrap_or(text)));
            is_string(node) || known.is_some_and(|column| column.ty == Type::Text)
        }
        Expression::Call { name, arguments } => match name.as_str() {
            "coalesce" | "nullif" | "greatest" | "least" => arguments
                .iter()
                .any(|argument| yields_text(argument, table)),
            name => TEXT_FUNCTIONS.contains(&name),
        },
        Expression::Case { branches, .. } => {
            branches.iter().any(|(_, then)| yields_text(then, table))
        }
        Expression::Binary { operator, .. } => matches!(operator.as_str(), "||" | "->>" | "#>>"),
        _ => false,
    }
}

const TEXT_FUNCTIONS: &[&str] = &[
    "concat",
    "left",
    "lower",
    "ltrim",
    "replace",
    "right",
    "rtrim",
    "substring",
    "trim",
    "upper",
];

fn call(name: &str, arguments: Vec<Expression>, table: Option<&Table>) -> Expression {
    let name = name.strip_prefix("pg_catalog.").unwrap_or(name).to_owned();
    let mut arguments: Vec<_> = arguments.into_iter().map(bare).collect();
    match (name.as_str(), arguments.as_slice()) {
        ("now", []) => return Expression::Atom("current_timestamp".to_owned()),
        ("trim", [Expression::Opaque(text)]) => {
            if let Some(rest) = text.strip_prefix("both from ") {
                arguments = vec![canonical(rest, table)];
            }
        }
        // The list of one was made a comparison.
        ("position", [Expression::Opaque(text)]) => {
            if let Some((part, whole)) = text.split_once(" in ") {
                arguments = vec![canonical(part, table), canonical(whole, table)];
            }
        }
        (
            "position",
            [
                Expression::Binary {
                    operator,
                    left,
                    right,
                },
            ],
        ) if matches!(operator.as_str(), "in" | "=") => {
            let whole = match &**right {
                Expression::List(items) => items.clone(),
                whole => vec![whole.clone()],
            };
            arguments = [vec![bare((**left).clone())], whole].concat();
        }
        // Before PostgreSQL 14.
        ("timezone", [zone, moment]) => {
            return binary("at time zone", moment.clone(), zone.clone());
        }
        _ => {}
    }
    Expression::Call { name, arguments }
}

/// Text without parentheses around all of it.
pub(super) fn without_parentheses(text: &str) -> &str {
    let trimmed = text.trim();
    let inside = trimmed
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'));
    let Some(inside) = inside.filter(|inside| !inside.contains(['\'', '"'])) else {
        return trimmed;
    };
    let mut depth = 0_i32;
    for c in inside.chars() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        if depth < 0 {
            return trimmed;
        }
    }
    without_parentheses(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new("t");
        for name in ["name", "st", "Up"] {
            table.columns.push(Column::new(name, Type::Text));
        }
        for name in ["id", "big", "p", "f"] {
            table.columns.push(Column::new(name, Type::Int64));
        }
        table
    }

    /// Pairs of what is written, and what PostgreSQL 15 makes of it.
    const PAIRS: &[(&str, &str)] = &[
        (
            "name IN ('a', 'b')",
            "((name)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
        ),
        (
            "st in ('a','b')",
            "(st = ANY (ARRAY['a'::text, 'b'::text]))",
        ),
        ("st not in ('a')", "(st <> 'a'::text)"),
        ("t.name = 'a'", "((name)::text = 'a'::text)"),
        (
            "p >= 0 and p <= 10",
            "((p >= (0)::numeric) AND (p <= (10)::numeric))",
        ),
        ("f > 0.5", "(f > (0.5)::double precision)"),
        ("f > -0.5", "(f > (- (0.5)::double precision))"),
        (
            "big between 0 and 18446744073709551615",
            "((big >= 0) AND ((big)::numeric <= '18446744073709551615'::numeric))",
        ),
        (
            "name like 'a%' or st not ilike 'b_'",
            "(((name)::text ~~ 'a%'::text) OR (st !~~* 'b_'::text))",
        ),
        (
            "st like 'a!%' escape '!'",
            "(st ~~ like_escape('a!%'::text, '!'::text))",
        ),
        ("lower(name) <> 'x'", "(lower((name)::text) <> 'x'::text)"),
        ("position > -1", "(\"position\" > '-1'::integer)"),
        ("\"Up\" is null", "(\"Up\" IS NULL)"),
        (
            "extract(year from d) > 2000",
            "(EXTRACT(year FROM d) > (2000)::numeric)",
        ),
        (
            "d > timestamp '2020-01-01'",
            "(d > '2020-01-01 00:00:00'::timestamp without time zone)",
        ),
        (
            "case when b then true else false end",
            "\nCASE\n    WHEN b THEN true\n    ELSE false\nEND",
        ),
        (
            "coalesce(name, 'x') is not null",
            "(COALESCE(name, 'x'::character varying) IS NOT NULL)",
        ),
        ("cast(id as text) = '5'", "((id)::text = '5'::text)"),
        ("p in (1, 2.5)", "(p = ANY (ARRAY[(1)::numeric, 2.5]))"),
        (
            "f between -1 and 1",
            "((f >= ('-1'::integer)::double precision) AND (f <= (1)::double precision))",
        ),
        ("trim(name) <> ''", "(TRIM(BOTH FROM name) <> ''::text)"),
        (
            "position('a' in st) > 0",
            "(POSITION(('a'::text) IN (st)) > 0)",
        ),
        (
            "d < now() + interval '1 day'",
            "(d < (now() + '1 day'::interval))",
        ),
        (
            "name not in ('a','b') or big not between 1 and 2",
            "(((name)::text <> ALL ((ARRAY['a'::character varying, 'b'::character varying])::text[])) OR ((big < 1) OR (big > 2)))",
        ),
        ("id = any (ar)", "(id = ANY (ar))"),
        ("ar[1] = 1", "(ar[1] = 1)"),
    ];

    #[test]
    fn what_the_server_writes_is_what_was_written() {
        let table = table();
        for (written, stored) in PAIRS {
            let form = |sql: &str| canonical_sql(sql, Some(&table));
            assert_eq!(form(written), form(stored));
            assert_eq!(form(&form(written)), form(written));
        }
    }

    #[test]
    fn what_differs_stays_different() {
        let table = table();
        let form = |sql: &str| canonical_sql(sql, Some(&table));
        for (one, other) in [
            ("st = 'a'", "st = 'A'"),
            ("st = '5'", "st = 5"),
            ("id::text = '5'", "id = '5'"),
            ("now() + '1 day'::interval > d", "now() + 1 > d"),
            ("id in (1)", "id not in (1)"),
            ("not (a >= 1 and b <= 2)", "a < 1 or b > 2"),
            ("id in (select 1)", "id = 1"),
        ] {
            assert_ne!(form(one), form(other));
        }
    }
}
