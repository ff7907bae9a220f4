//! Expressions in one way of writing: what the servers do when they store a condition is done to every expression.
//!
//! Both servers rewrite conditions (`conditions.rs`) and functions (`calls.rs`), each by its own choice; operators are in
//! `operators.rs`, names and strings are here. The text stays SQL of both servers wherever it was.

use orm_core::inspect::Expression;
use orm_core::lex::{Lexer, LexicalRule, LexicalRules, TokenKind};

use super::calls::call;
use super::conditions::{boolean, negated};
use super::operators::{binary, called, cast};
use super::prepare::prepared;
use crate::capability::LEXICAL_RULES;

/// Reads the expression of a value.
pub(super) fn value(sql: &str) -> Expression {
    Expression::parse(&prepared(sql), LEXICAL_RULES).rewrite(&mut node)
}

/// Reads a condition.
pub(super) fn condition(sql: &str) -> Expression {
    boolean(value(sql))
}

/// Rewrites a node whose operands are rewritten.
fn node(node: Expression) -> Expression {
    match node {
        Expression::Atom(text) => atom(text),
        Expression::Opaque(text) => Expression::Opaque(with_backticks(&text)),
        Expression::Cast { operand, ty } => cast(*operand, &ty),
        Expression::Call { name, arguments } => call(&name, arguments),
        Expression::Unary { operator, operand } => unary(&operator, *operand),
        Expression::Binary {
            operator,
            left,
            right,
        } => binary(&operator, *left, *right),
        Expression::Case {
            operand: None,
            branches,
            otherwise,
        } => Expression::Case {
            operand: None,
            branches: branches
                .into_iter()
                .map(|(when, then)| (boolean(when), then))
                .collect(),
            otherwise,
        },
        other => other,
    }
}

fn atom(text: String) -> Expression {
    if text.starts_with('\'') {
        return Expression::Atom(text);
    }
    let text = text.to_lowercase();
    match text.as_str() {
        "true" => Expression::Atom("1".to_owned()),
        "false" => Expression::Atom("0".to_owned()),
        "localtime" | "localtimestamp" => Expression::Atom("current_timestamp".to_owned()),
        "current_date" => called("curdate", Vec::new()),
        "current_time" => called("curtime", Vec::new()),
        _ if text.contains('"') => Expression::Atom(with_backticks(&text)),
        _ if RESERVED.contains(&text.as_str()) => Expression::Atom(format!("`{text}`")),
        _ => Expression::Atom(text),
    }
}

/// Names in double quotes get backticks. Strings are in single quotes already.
fn with_backticks(text: &str) -> String {
    const RULES: LexicalRules =
        LexicalRules::of(&[LexicalRule::BackslashEscapes, LexicalRule::BacktickNames]);
    let tokens = Lexer::new(text, RULES).map(|token| {
        if token.kind != TokenKind::QuotedName {
            return token.text.to_owned();
        }
        name(&token.value().to_lowercase())
    });
    tokens.collect()
}

/// A name with the quotes that it needs.
fn name(name: &str) -> String {
    let quoted = format!("`{}`", name.replace('`', "``"));
    match Expression::parse(&quoted, LEXICAL_RULES) {
        Expression::Atom(plain) if !plain.starts_with('"') && !RESERVED.contains(&name) => plain,
        _ => quoted,
    }
}

fn unary(operator: &str, operand: Expression) -> Expression {
    let of = |operator: &str, operand| Expression::Unary {
        operator: operator.to_owned(),
        operand: Box::new(operand),
    };
    match operator {
        "not" | "!" => negated(operand),
        "is unknown" => of("is null", operand),
        "is not unknown" => of("is not null", operand),
        "is true" | "is false" | "is not true" | "is not false" => of(operator, boolean(operand)),
        _ => of(operator, operand),
    }
}

/// Words of MySQL and MariaDB that are no names without quotes, beside those that the parser knows.
const RESERVED: &[&str] = &[
    "bigint",
    "call",
    "change",
    "char",
    "condition",
    "continue",
    "convert",
    "cube",
    "cursor",
    "database",
    "databases",
    "decimal",
    "declare",
    "describe",
    "double",
    "each",
    "elseif",
    "empty",
    "enclosed",
    "escaped",
    "exit",
    "explain",
    "fetch",
    "float",
    "force",
    "fulltext",
    "function",
    "generated",
    "get",
    "groups",
    "ignore",
    "int",
    "integer",
    "join",
    "kill",
    "lag",
    "lateral",
    "lead",
    "leave",
    "lines",
    "load",
    "lock",
    "long",
    "loop",
    "match",
    "natural",
    "numeric",
    "of",
    "optimize",
    "option",
    "out",
    "outer",
    "over",
    "partition",
    "precision",
    "procedure",
    "purge",
    "rank",
    "real",
    "recursive",
    "release",
    "rename",
    "repeat",
    "replace",
    "require",
    "rlike",
    "row_number",
    "schema",
    "schemas",
    "separator",
    "show",
    "signal",
    "smallint",
    "spatial",
    "sql",
    "starting",
    "stored",
    "system",
    "terminated",
    "tinyint",
    "undo",
    "unlock",
    "unsigned",
    "usage",
    "use",
    "varchar",
    "varying",
    "virtual",
    "while",
    "write",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_need_quotes_keep_them() {
        let written = |sql: &str| value(sql).to_string();
        assert_eq!(
            written("`order` + `Größe` + `Plain` + `rank` + `b``c`"),
            "((((`order` + `größe`) + plain) + `rank`) + `b``c`)"
        );
        assert_eq!(
            written("extract(year from `Order`)"),
            "extract(year from `order`)"
        );
        assert_eq!(written("now(6)"), "current_timestamp(6)");
        assert_eq!(written("NOW()"), "current_timestamp");
    }
}
