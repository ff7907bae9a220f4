//! The parser of [`Expression`]: operators by precedence, the highest of the databases' where they differ.

use super::expression::Expression;
use super::pieces::{Piece, pieces};
use crate::lex::LexicalRules;

/// An expression of more levels is kept as tokens, since each level takes stack.
const DEEPEST: usize = 150;

impl Expression {
    /// Reads an expression. Text that is none is returned as [`Expression::Opaque`].
    pub fn parse(sql: &str, rules: LexicalRules) -> Self {
        whole(&pieces(sql, rules), 0)
    }
}

/// The expression of all the pieces, or their text.
fn whole(pieces: &[Piece], depth: usize) -> Expression {
    let mut parser = Parser {
        pieces,
        at: 0,
        depth,
    };
    match parser.expression(0) {
        Some(expression) if parser.at == pieces.len() => expression,
        _ => Expression::Opaque(joined(pieces)),
    }
}

fn joined(pieces: &[Piece]) -> String {
    let texts: Vec<&str> = pieces.iter().map(Piece::text).collect();
    texts.join(" ")
}

struct Parser<'p> {
    pieces: &'p [Piece],
    at: usize,
    depth: usize,
}

/// How tightly an operator of two operands binds. Greater numbers bind tighter.
fn precedence(piece: &Piece) -> Option<u8> {
    let level = match piece {
        Piece::Word(word) => match word.as_str() {
            "or" | "xor" => 1,
            "and" => 2,
            "is" | "isnull" | "notnull" => 4,
            "like" | "ilike" | "in" | "between" | "similar" | "glob" | "regexp" | "rlike"
            | "match" | "escape" | "not" => 5,
            "div" | "mod" => 8,
            "collate" | "at" => 11,
            _ => return None,
        },
        Piece::Sign(sign) => match sign.as_str() {
            "=" | "==" | "<" | ">" | "<=" | ">=" | "<>" | "!=" | "<=>" => 4,
            "+" | "-" => 7,
            "*" | "/" | "%" => 8,
            "^" => 9,
            "::" => 12,
            "," | "(" | ")" | "[" | "]" | ";" | "." => return None,
            _ => 6,
        },
        Piece::Name(_) | Piece::Text(_) => return None,
    };
    Some(level)
}

impl<'p> Parser<'p> {
    fn peek(&self) -> Option<&'p Piece> {
        self.pieces.get(self.at)
    }

    fn take(&mut self) -> Option<&'p Piece> {
        let piece = self.pieces.get(self.at)?;
        self.at += 1;
        Some(piece)
    }

    fn take_word(&mut self, word: &str) -> bool {
        let is_it = self.peek().is_some_and(|piece| piece.is_word(word));
        self.at += usize::from(is_it);
        is_it
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let is_it = self.peek().is_some_and(|piece| piece.is_sign(sign));
        self.at += usize::from(is_it);
        is_it
    }

    /// An expression whose operators bind at least as tightly as `least`. `None` if there is none.
    fn expression(&mut self, least: u8) -> Option<Expression> {
        if self.depth > DEEPEST {
            return None;
        }
        self.depth += 1;
        let mut left = self.prefix()?;
        while let Some(level) = self.peek().and_then(precedence) {
            if level < least {
                break;
            }
            left = self.behind(left, level)?;
        }
        self.depth -= 1;
        Some(left)
    }

    /// The expression that an operator makes of its left operand.
    fn behind(&mut self, left: Expression, level: u8) -> Option<Expression> {
        let piece = self.take()?;
        match piece.text() {
            "::" => Some(Expression::Cast {
                operand: Box::new(left),
                ty: self.type_name()?,
            }),
            "is" if matches!(piece, Piece::Word(_)) => self.is(left),
            "isnull" => Some(Expression::unary("is null", left)),
            "notnull" => Some(Expression::unary("is not null", left)),
            "at" if matches!(piece, Piece::Word(_)) => {
                (self.take_word("time") && self.take_word("zone")).then_some(())?;
                let zone = self.expression(level + 1)?;
                Some(Expression::binary("at time zone", left, zone))
            }
            "between" => self.between(left),
            "not" => {
                let operator = self.take()?.text();
                match operator {
                    "between" => Some(Expression::unary("not", self.between(left)?)),
                    "in" | "like" | "ilike" | "similar" | "glob" | "regexp" | "rlike" | "match" => {
                        self.compared(left, &format!("not {operator}"))
                    }
                    _ => None,
                }
            }
            "in" | "like" | "ilike" | "similar" | "glob" | "regexp" | "rlike" | "match" => {
                self.compared(left, piece.text())
            }
            "!=" => Some(Expression::binary("<>", left, self.expression(level + 1)?)),
            "==" => Some(Expression::binary("=", left, self.expression(level + 1)?)),
            operator => {
                let right = self.expression(level + 1)?;
                Some(Expression::binary(operator, left, right))
            }
        }
    }

    /// IS [NOT] NULL, TRUE, FALSE, UNKNOWN, and IS [NOT] DISTINCT FROM.
    fn is(&mut self, left: Expression) -> Option<Expression> {
        let not = if self.take_word("not") { "not " } else { "" };
        if self.take_word("distinct") {
            self.take_word("from").then_some(())?;
            let right = self.expression(5)?;
            let operator = format!("is {not}distinct from");
            return Some(Expression::binary(&operator, left, right));
        }
        let is_state =
            |piece: &&Piece| matches!(piece.text(), "null" | "true" | "false" | "unknown");
        if let Some(state) = self.peek().filter(is_state) {
            self.at += 1;
            let operator = format!("is {not}{}", state.text());
            return Some(Expression::unary(&operator, left));
        }
        // SQLite compares any two values so.
        let right = self.expression(5)?;
        let operator = format!("is {not}");
        Some(Expression::binary(operator.trim_end(), left, right))
    }

    /// Two comparisons, as PostgreSQL has them.
    fn between(&mut self, left: Expression) -> Option<Expression> {
        let least = self.expression(5)?;
        self.take_word("and").then_some(())?;
        let most = self.expression(5)?;
        let from = Expression::binary(">=", left.clone(), least);
        let to = Expression::binary("<=", left, most);
        Some(Expression::binary("and", from, to))
    }

    fn compared(&mut self, left: Expression, operator: &str) -> Option<Expression> {
        let right = if operator.ends_with("in") {
            self.take_sign("(").then_some(())?;
            self.list(")")?
        } else {
            self.expression(6)?
        };
        Some(Expression::binary(operator, left, right))
    }

    /// An operand with the operators before it.
    fn prefix(&mut self) -> Option<Expression> {
        let piece = self.take()?;
        match piece {
            Piece::Name(name) if self.take_sign("(") => self.call(name),
            Piece::Text(text) | Piece::Name(text) => Some(Expression::Atom(text.clone())),
            Piece::Sign(sign) => match sign.as_str() {
                "(" => self.parenthesized(),
                "-" => Some(negative(self.expression(10)?)),
                "+" => self.expression(10),
                "~" | "!" | "@" => Some(Expression::unary(sign, self.expression(10)?)),
                "*" => Some(Expression::Atom("*".to_owned())),
                _ => None,
            },
            Piece::Word(word) => self.word(word),
        }
    }

    fn word(&mut self, word: &str) -> Option<Expression> {
        match word {
            "not" => Some(Expression::unary("not", self.expression(3)?)),
            "case" => self.case(),
            "cast" if self.take_sign("(") => self.cast(),
            "array" if self.take_sign("[") => {
                let Expression::List(arguments) = self.list("]")? else {
                    return None;
                };
                Some(Expression::Call {
                    name: "array".to_owned(),
                    arguments,
                })
            }
            "and" | "or" | "when" | "then" | "else" | "end" | "select" | "from" | "as" => None,
            _ if self.take_sign("(") => self.call(word),
            _ => match self.peek() {
                // `interval '1 day'`, `_utf8mb4'x'`
                Some(Piece::Text(text)) => {
                    self.at += 1;
                    Some(Expression::Cast {
                        operand: Box::new(Expression::Atom(text.clone())),
                        ty: word.to_owned(),
                    })
                }
                _ => Some(Expression::Atom(word.to_owned())),
            },
        }
    }

    fn call(&mut self, name: &str) -> Option<Expression> {
        let Expression::List(arguments) = self.list(")")? else {
            return None;
        };
        Some(Expression::Call {
            name: name.to_owned(),
            arguments,
        })
    }

    /// What is between an opening parenthesis and its end: one expression, a list, or a query.
    fn parenthesized(&mut self) -> Option<Expression> {
        let Expression::List(mut items) = self.list(")")? else {
            return None;
        };
        match items.pop() {
            Some(Expression::Opaque(query)) if items.is_empty() => {
                Some(Expression::Opaque(format!("({query})")))
            }
            Some(only) if items.is_empty() => Some(only),
            Some(last) => {
                items.push(last);
                Some(Expression::List(items))
            }
            None => Some(Expression::List(items)),
        }
    }

    /// The items up to a closing sign, each whole.
    fn list(&mut self, close: &str) -> Option<Expression> {
        let mut items = Vec::new();
        let (mut begin, mut open) = (self.at, 0_usize);
        loop {
            let piece = self.take()?;
            let is_end = open == 0 && piece.is_sign(close);
            if is_end || (open == 0 && piece.is_sign(",")) {
                let item = &self.pieces[begin..self.at - 1];
                if !(is_end && item.is_empty() && items.is_empty()) {
                    items.push(whole(item, self.depth));
                }
                begin = self.at;
            }
            if is_end {
                return Some(Expression::List(items));
            }
            if piece.is_sign("(") || piece.is_sign("[") {
                open += 1;
            } else if piece.is_sign(")") || piece.is_sign("]") {
                open = open.checked_sub(1)?;
            }
        }
    }

    fn cast(&mut self) -> Option<Expression> {
        let operand = Box::new(self.expression(0)?);
        self.take_word("as").then_some(())?;
        let ty = self.type_name()?;
        self.take_sign(")")
            .then_some(Expression::Cast { operand, ty })
    }

    /// A type: its words, the lengths and the brackets of an array.
    fn type_name(&mut self) -> Option<String> {
        let mut ty = match self.take()? {
            Piece::Word(name) | Piece::Name(name) => name.clone(),
            Piece::Text(_) | Piece::Sign(_) => return None,
        };
        while let Some(piece) = self.peek() {
            match piece {
                Piece::Word(word) if TYPE_WORDS.contains(&word.as_str()) => {
                    ty.push(' ');
                    ty.push_str(word);
                    self.at += 1;
                }
                Piece::Sign(sign) if sign == "(" => {
                    self.at += 1;
                    let begin = self.at;
                    while !self.take()?.is_sign(")") {}
                    let inside = self.pieces[begin..self.at - 1].iter();
                    ty.push('(');
                    ty.extend(inside.map(Piece::text));
                    ty.push(')');
                }
                Piece::Sign(sign) if sign == "[" => {
                    self.at += 1;
                    self.take_sign("]").then_some(())?;
                    ty.push_str("[]");
                }
                _ => break,
            }
        }
        Some(ty)
    }

    fn case(&mut self) -> Option<Expression> {
        let operand = if self.peek()?.is_word("when") {
            None
        } else {
            Some(Box::new(self.expression(0)?))
        };
        let mut branches = Vec::new();
        while self.take_word("when") {
            let when = self.expression(0)?;
            self.take_word("then").then_some(())?;
            branches.push((when, self.expression(0)?));
        }
        let otherwise = if self.take_word("else") {
            Some(Box::new(self.expression(0)?))
        } else {
            None
        };
        self.take_word("end").then_some(Expression::Case {
            operand,
            branches,
            otherwise,
        })
    }
}

/// The words that follow the first one of a type.
const TYPE_WORDS: &[&str] = &[
    "varying",
    "precision",
    "with",
    "without",
    "time",
    "zone",
    "unsigned",
    "signed",
    "charset",
    "character",
    "set",
    "utf8mb4",
    "integer",
];

fn negative(operand: Expression) -> Expression {
    match operand {
        Expression::Atom(number) if number.starts_with(|c: char| c.is_ascii_digit()) => {
            Expression::Atom(format!("-{number}"))
        }
        operand => Expression::unary("-", operand),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(sql: &str) -> String {
        Expression::parse(sql, LexicalRules::STANDARD).to_string()
    }

    #[test]
    fn equal_expressions_are_written_in_one_way() {
        for (a, b) in [
            ("age >= 0 AND age<150", "((age >= 0) AND (age < 150))"),
            ("a AND (b AND c)", "((a AND b) AND c)"),
            ("a OR b AND NOT c = 1", "(a OR (b AND (NOT (c = 1))))"),
            ("x NOT BETWEEN 1 AND 2", "(NOT ((x >= 1) AND (x <= 2)))"),
            ("a + b * -1 > 2 - 3", "((a + (b * (- 1))) > (2 - 3))"),
            ("CAST(a AS Varchar(10))", "(a)::varchar( 10 )"),
            ("\"a\" IN (1,2)", "(a IN (1, 2))"),
            ("a = 'x' COLLATE \"C\"", "(a = ('x' COLLATE \"C\"))"),
            (
                "case when a then 1 else 2 end",
                "CASE WHEN (a) THEN 1 ELSE 2 END",
            ),
            ("a IS DISTINCT FROM b", "(a IS DISTINCT FROM (b))"),
            ("a - b - c", "((a - b) - c)"),
            ("a::character varying(3)", "cast(a as character varying(3))"),
        ] {
            assert_eq!(written(a), written(b));
        }
    }

    #[test]
    fn different_expressions_stay_different() {
        for (a, b) in [
            ("a - (b - c)", "a - b - c"),
            ("(a OR b) AND c", "a OR b AND c"),
            ("NOT a = b", "(NOT a) = b"),
            ("'A'", "'a'"),
            ("\"A\"", "a"),
            ("a IN (1)", "a NOT IN (1)"),
        ] {
            assert_ne!(written(a), written(b));
        }
    }

    #[test]
    fn what_is_no_expression_keeps_its_tokens() {
        assert_eq!(written("a b  (c"), "a b ( c");
        assert_eq!(
            written("extract(year from A)"),
            "extract(year from a)".to_owned()
        );
        assert_eq!(
            written("EXISTS (SELECT 1  FROM t)"),
            "exists(select 1 from t)"
        );
        assert_eq!(written(""), "");
        assert_eq!(
            written("a IN (SELECT b FROM c)"),
            "(a in (select b from c))"
        );
        assert!(written(&"(".repeat(10_000)).len() > 10_000);
    }

    #[test]
    fn what_was_written_is_read_again() {
        for sql in [
            "a = 1 AND b LIKE 'x%' ESCAPE '!' OR c IS NOT TRUE",
            "CASE a WHEN 1 THEN 'x' END || lower(b)",
            "a::text[] @> ARRAY['x','y']",
            "interval '1 day' + d AT TIME ZONE 'UTC'",
            "(a, b) = (1, 2)",
        ] {
            assert_eq!(written(&written(sql)), written(sql));
        }
    }
}
