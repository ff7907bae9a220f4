//! [`Fold`]: changes the nodes of a statement in place, for instance to rename an alias or to replace an expression.
//!
//! The parts of each node are listed in `parts.rs`. Read-only passes are in `visit.rs`.

use std::sync::Arc;

use super::Extension;
use super::parts::pass;

pass! {
    /// Changes the nodes of a statement, and stops at the first error.
    Fold [] [&mut] walk_extension
}

/// What an extension is can't be changed, but what it is applied to.
fn walk_extension<F: Fold + ?Sized>(
    f: &mut F,
    node: &mut Arc<dyn Extension>,
) -> ControlFlow<F::Break> {
    let mut args = node.args().to_vec();
    exprs(f, &mut args)?;
    if args != node.args() {
        *node = node.with_args(args);
    }
    ControlFlow::Continue(())
}
