//! Comparisons of JSON documents, which are compared as documents: some databases would compare their texts. What else can
//! be done with them is in `json_ops.rs`, with the feature `json`.

use orm_core::stmt::{self, CompareOp, JsonExpr, JsonOp, JsonPath};

use super::build_error::BuildError;
use super::expr::Expr;
use super::predicate::Predicate;

/// The comparison of a document with an operand that is nested so deep.
#[cold]
pub(super) fn compare<T>(
    op: CompareOp,
    left: Expr<T>,
    (right, depth): (stmt::Expr, usize),
) -> Predicate {
    if !matches!(op, CompareOp::Eq | CompareOp::Ne | CompareOp::Same) {
        return refused(left);
    }
    let deepest = left.depth.max(depth);
    let json = JsonExpr::new(
        JsonOp::Compare(op),
        JsonPath::new([]),
        vec![left.ast, right],
    );
    Predicate::over(stmt::Expr::Json(Box::new(json)), left.origin, deepest)
}

/// A comparison that documents don't have.
#[cold]
#[expect(clippy::needless_pass_by_value, reason = "it stands for the condition")]
pub(super) fn refused<T>(left: Expr<T>) -> Predicate {
    let error = BuildError::new(
        "JSON documents have no order and stand in no lists",
        "compare a value of the document such as `.at(\"age\").as_i64()`, or combine several `eq` with `Predicate::any`",
    );
    Predicate::leaf(error.into_expr(), left.origin)
}
