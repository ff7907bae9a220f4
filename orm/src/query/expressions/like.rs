//! Escapes text for LIKE patterns.

use orm_core::stmt::{self, Like, LikeKind};
use orm_core::value::Value;

use super::build_error::BuildError;
use super::expr::Expr;
use super::predicate::Predicate;

/// A search of `needle` in `expr`.
pub(in crate::query) fn search<T>(expr: Expr<T>, kind: LikeKind, needle: &str) -> Predicate {
    let kind = match kind {
        LikeKind::Pattern | LikeKind::PatternIgnoreCase if ends_escaping(needle) => {
            return Predicate::leaf(dangling().into_expr(), expr.origin);
        }
        LikeKind::Pattern | LikeKind::PatternIgnoreCase | LikeKind::EqualsIgnoreCase => kind,
        // In every text, whether at its start or end. Not so in NULL, where it is unknown as any other.
        _ if needle.is_empty() => LikeKind::Contains,
        _ => kind,
    };
    let pattern = match kind {
        LikeKind::Contains | LikeKind::ContainsIgnoreCase => format!("%{}%", escape(needle)),
        LikeKind::StartsWith | LikeKind::StartsWithIgnoreCase => format!("{}%", escape(needle)),
        LikeKind::EndsWith | LikeKind::EndsWithIgnoreCase => format!("%{}", escape(needle)),
        LikeKind::EqualsIgnoreCase => escape(needle),
        LikeKind::Pattern | LikeKind::PatternIgnoreCase | LikeKind::Regex => needle.to_owned(),
    };
    let needle = Value::Text(needle.to_owned());
    let like = Like::new(expr.ast, kind, needle, Value::Text(pattern));
    let ast = stmt::Expr::Like(Box::new(like));
    Predicate::over(ast, expr.origin, expr.depth)
}

/// Whether a pattern ends with an escape character that has nothing to escape.
fn ends_escaping(pattern: &str) -> bool {
    let backslashes = pattern.bytes().rev().take_while(|byte| *byte == b'\\');
    backslashes.count() % 2 == 1
}

// PostgreSQL refuses such a pattern, and the others read it in different ways.
#[cold]
fn dangling() -> BuildError {
    BuildError::new(
        "LIKE pattern must not end with the escape character, a backslash",
        "write two backslashes for a literal one",
    )
}

fn escape(needle: &str) -> String {
    let mut escaped = String::with_capacity(needle.len() + 2);
    for c in needle.chars() {
        if matches!(c, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_in_a_needle_are_literal() {
        assert_eq!(escape(r"100%_\x"), r"100\%\_\\x");
    }
}
