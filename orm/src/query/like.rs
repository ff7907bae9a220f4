//! Patterns of LIKE: escaping what the user means literally.

use orm_core::stmt::{self, Like, LikeKind};
use orm_core::value::Value;

use super::predicate::Predicate;

/// A search of `needle` in `expr`. Every text that isn't NULL has the empty needle in it.
pub(super) fn search(expr: stmt::Expr, kind: LikeKind, needle: &str) -> Predicate {
    if needle.is_empty() && kind != LikeKind::Pattern {
        return Predicate(stmt::Expr::IsNull {
            expr: Box::new(expr),
            negated: true,
        });
    }
    let pattern = match kind {
        LikeKind::Contains | LikeKind::ContainsIgnoreCase => format!("%{}%", escape(needle)),
        LikeKind::StartsWith => format!("{}%", escape(needle)),
        LikeKind::EndsWith => format!("%{}", escape(needle)),
        LikeKind::Pattern => needle.to_owned(),
    };
    Predicate(stmt::Expr::Like(Box::new(Like {
        expr,
        kind,
        needle: Value::Text(needle.to_owned()),
        pattern: Value::Text(pattern),
    })))
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
