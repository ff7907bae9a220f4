//! The queries of views in one way of writing, as far as a query of one SELECT goes.
//!
//! The servers store queries with all columns qualified, with an alias each, and with parentheses. A query of one table is
//! written without qualifiers; one of several keeps those that it has. What is no single SELECT keeps its tokens.

use orm_core::lex::{Lexer, Token, TokenKind, is_any};
use orm_core::schema::QualifiedName;

use super::from_clause::tables;
use super::tokens::{CLAUSES, expression, name, plain};
use crate::capability::LEXICAL_RULES;

/// Words that make a query another thing than one SELECT.
const OTHER: &[&str] = &[
    "union",
    "intersect",
    "except",
    "with",
    "window",
    "into",
    "procedure",
    "for",
    "lock",
];

/// A query in one way of writing.
pub(super) fn canonical(sql: &str) -> String {
    let tokens = tokens(sql);
    clauses(&tokens)
        .and_then(|clauses| select(&clauses))
        .unwrap_or_else(|| plain(&tokens))
}

/// The text without the name of a database before names.
pub(super) fn without_schema(sql: &str, schema: &str) -> String {
    let tokens: Vec<Token<'_>> = Lexer::new(sql, LEXICAL_RULES).collect();
    let mut out = String::with_capacity(sql.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let is_schema = token.kind == TokenKind::QuotedName && token.value() == schema;
        if is_schema && tokens.get(at + 1).is_some_and(|next| next.is_char('.')) {
            at += 2;
        } else {
            out.push_str(token.text);
            at += 1;
        }
    }
    out
}

/// The names of tables and views that a query may read: those behind FROM and JOIN, and whatever else could be one.
pub(super) fn sources(sql: &str) -> Vec<QualifiedName> {
    let tokens = tokens(sql);
    let is_name = |token: &Token<'_>| matches!(token.kind, TokenKind::Word | TokenKind::QuotedName);
    let name = |token: &Token<'_>| token.value().into_owned();
    let mut found = Vec::new();
    for at in 1..tokens.len() {
        let before = &tokens[at - 1];
        let is_place =
            before.is_char(',') || before.is_char('(') || is_any(before.text, &["from", "join"]);
        if !is_place || !is_name(&tokens[at]) {
            continue;
        }
        let behind = tokens.get(at + 2).filter(|_| tokens[at + 1].is_char('.'));
        found.push(match behind.filter(|behind| is_name(behind)) {
            Some(behind) => QualifiedName::new(name(behind)).in_schema(name(&tokens[at])),
            None => QualifiedName::new(name(&tokens[at])),
        });
    }
    found
}

fn tokens(sql: &str) -> Vec<Token<'_>> {
    let tokens = Lexer::new(sql, LEXICAL_RULES).filter(|token| !token.is_trivia());
    tokens
        .filter(|token| token.kind != TokenKind::Terminator)
        .collect()
}

/// The tokens of each clause, without its keyword. `None` for what is no single SELECT.
fn clauses<'t, 'a>(tokens: &'t [Token<'a>]) -> Option<[&'t [Token<'a>]; 7]> {
    let mut found: [&[Token<'_>]; 7] = [&[]; 7];
    let (mut depth, mut begin, mut current) = (0_usize, 1, 0);
    if !tokens.first()?.text.eq_ignore_ascii_case("select") {
        return None;
    }
    for (at, token) in tokens.iter().enumerate().skip(1) {
        if token.is_char('(') {
            depth += 1;
        } else if token.is_char(')') {
            depth = depth.checked_sub(1)?;
        }
        if depth > 0 || token.kind != TokenKind::Word {
            continue;
        }
        if is_any(token.text, OTHER) {
            return None;
        }
        let clause = CLAUSES
            .iter()
            .position(|clause| token.text.eq_ignore_ascii_case(clause));
        let Some(clause) = clause else { continue };
        if clause <= current {
            return None;
        }
        found[current] = &tokens[begin..at];
        begin = at + 1;
        current = clause;
        if matches!(CLAUSES[clause], "group" | "order") {
            tokens
                .get(begin)?
                .text
                .eq_ignore_ascii_case("by")
                .then_some(())?;
            begin += 1;
        }
    }
    found[current] = tokens.get(begin..)?;
    Some(found)
}

/// One SELECT of its clauses.
fn select(clauses: &[&[Token<'_>]; 7]) -> Option<String> {
    let (from, only) = if clauses[1].is_empty() {
        (String::new(), None)
    } else {
        tables(clauses[1])?
    };
    let only = only.as_deref();
    let mut columns = clauses[0];
    let mut text = String::from("select ");
    if columns.first()?.text.eq_ignore_ascii_case("distinct") {
        columns = &columns[1..];
        text.push_str("distinct ");
    }
    text.push_str(&listed(columns, |item| column(item, only))?);
    if !from.is_empty() {
        text.push_str(" from ");
        text.push_str(&from);
    }
    let condition = |tokens: &[Token<'_>]| expression(tokens, only, true);
    for (words, tokens) in [(" where ", clauses[2]), (" having ", clauses[4])] {
        if words == " having " && !clauses[3].is_empty() {
            text.push_str(" group by ");
            text.push_str(&listed(clauses[3], |item| expression(item, only, false))?);
        }
        if !tokens.is_empty() {
            text.push_str(words);
            text.push_str(&condition(tokens)?);
        }
    }
    if !clauses[5].is_empty() {
        text.push_str(" order by ");
        text.push_str(&listed(clauses[5], |item| ordered(item, only))?);
    }
    if !clauses[6].is_empty() {
        text.push_str(" limit ");
        text.push_str(&plain(clauses[6]));
    }
    Some(text)
}

/// Items between the commas outside of parentheses.
fn listed(tokens: &[Token<'_>], write: impl Fn(&[Token<'_>]) -> Option<String>) -> Option<String> {
    let (mut depth, mut begin) = (0_usize, 0);
    let mut items = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if token.is_char('(') {
            depth += 1;
        } else if token.is_char(')') {
            depth = depth.checked_sub(1)?;
        } else if token.is_char(',') && depth == 0 {
            items.push(write(&tokens[begin..at])?);
            begin = at + 1;
        }
    }
    items.push(write(tokens.get(begin..)?)?);
    Some(items.join(", "))
}

/// A column with its alias, if that is not the name of the column.
fn column(tokens: &[Token<'_>], only: Option<&str>) -> Option<String> {
    let is_as = |token: &Token<'_>| token.text.eq_ignore_ascii_case("as");
    let (value, alias) = match tokens {
        [value @ .., word, alias] if is_as(word) && !value.is_empty() => (value, Some(alias)),
        value => (value, None),
    };
    let text = expression(value, only, false)?;
    let own = value
        .last()
        .filter(|last| matches!(last.kind, TokenKind::Word | TokenKind::QuotedName));
    let is_column = value.len() % 2 == 1
        && value
            .iter()
            .skip(1)
            .step_by(2)
            .all(|token| token.is_char('.'));
    match alias {
        Some(alias) if !(is_column && own.is_some_and(|own| own.value() == alias.value())) => {
            Some(format!("{text} as {}", name(alias)))
        }
        _ => Some(text),
    }
}

fn ordered(tokens: &[Token<'_>], only: Option<&str>) -> Option<String> {
    match tokens {
        [value @ .., last] if last.text.eq_ignore_ascii_case("desc") => {
            Some(format!("{} desc", expression(value, only, false)?))
        }
        [value @ .., last] if last.text.eq_ignore_ascii_case("asc") => {
            expression(value, only, false)
        }
        value => expression(value, only, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_of_the_servers_are_those_of_the_model() {
        let model = canonical(
            "SELECT id, a + 1 AS a1, `c` FROM p WHERE a > 5 AND c <> 'x' ORDER BY c DESC, id LIMIT 3",
        );
        for stored in [
            "select `d`.`p`.`id` AS `id`,(`d`.`p`.`a` + 1) AS `a1`,`d`.`p`.`c` AS `c` from `d`.`p` \
             where ((`d`.`p`.`a` > 5) and (`d`.`p`.`c` <> 'x')) order by `d`.`p`.`c` desc,`d`.`p`.`id` limit 3",
            "select `d`.`p`.`id` AS `id`,`d`.`p`.`a` + 1 AS `a1`,`d`.`p`.`c` AS `c` from `d`.`p` \
             where `d`.`p`.`a` > 5 and `d`.`p`.`c` <> 'x' order by `d`.`p`.`c` desc,`d`.`p`.`id` limit 3",
        ] {
            assert_eq!(canonical(&without_schema(stored, "d")), model);
        }
        assert_eq!(
            model,
            "select id, (a + 1) as a1, c from p where ((a > 5) and (c <> 'x')) order by c desc, id limit 3"
        );
        assert_eq!(canonical(&model), model);
    }

    #[test]
    fn joins_keep_their_qualifiers() {
        let model = canonical(
            "SELECT u.id, count(*) AS n FROM Users u LEFT JOIN posts AS p ON p.user_id = u.id \
             INNER JOIN t ON t.id = p.id GROUP BY u.id HAVING count(*) > 1",
        );
        let stored = "select `u`.`id` AS `id`,count(0) AS `n` from ((`d`.`Users` `u` left join `d`.`posts` `p` \
                      on((`p`.`user_id` = `u`.`id`))) join `d`.`t` on((`d`.`t`.`id` = `p`.`id`))) group by `u`.`id` \
                      having (count(0) > 1)";
        assert_eq!(
            model,
            "select u.id, count(*) as n from Users u left join posts p on (p.user_id = u.id) \
             join t on (t.id = p.id) group by u.id having (count(*) > 1)"
        );
        assert_eq!(canonical(&without_schema(stored, "d")), model);
        assert_eq!(canonical(&model), model);
    }

    #[test]
    fn a_query_reads_tables() {
        let names: Vec<_> = sources("select a from t join d.`u v` on (a = b)")
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(names, ["t", "d.u v", "a"]);
    }

    #[test]
    fn other_queries_keep_their_tokens() {
        let union = canonical("SELECT `A`  FROM t UNION ALL SELECT b FROM `order`");
        assert_eq!(union, "select A from t union all select b from `order`");
        assert_eq!(canonical(&union), union);
    }
}
