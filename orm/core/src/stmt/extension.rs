//! [`Extension`]: expressions that a dialect or an application adds.

use std::any::Any;
use std::fmt;
use std::hash::Hasher;
use std::sync::Arc;

use super::{Expr, Shape};

/// Is implemented by expressions of applications and third-party dialects: functions and operators.
///
/// An extension is data: [`Extension::template`] returns, for a dialect's name, the sequence of texts and arguments.
/// A dialect may override `Dialect::write_extension` instead and downcast with [`Extension::as_any`].
pub trait Extension: fmt::Debug + Send + Sync {
    /// What it is, for the error of a dialect that can't render it.
    fn name(&self) -> &str;

    /// Its arguments.
    fn args(&self) -> &[Expr];

    /// The same with other arguments, as many as it has.
    fn with_args(&self, args: Vec<Expr>) -> Arc<dyn Extension>;

    /// Feeds what its text depends on beside its type, its arguments and the dialect to `state`: those of its own fields,
    /// by their `Hash`. Texts are kept by it, so that one which is left out gives another's text.
    fn shape(&self, state: &mut dyn Hasher);

    /// How it reads in the dialect of that name, or `None` if it doesn't exist there.
    fn template(&self, dialect: &str) -> Option<Vec<TemplatePart>>;

    /// The value itself, for a dialect that knows it.
    fn as_any(&self) -> &dyn Any;
}

/// Extensions are equal if they are of one type and have equal arguments and [shapes](Extension::shape).
impl PartialEq for dyn Extension {
    fn eq(&self, other: &Self) -> bool {
        let shape = |node: &Self| {
            let mut shape = Shape::default();
            node.shape(&mut shape);
            shape
        };
        self.as_any().type_id() == other.as_any().type_id()
            && self.args() == other.args()
            && shape(self).as_bytes() == shape(other).as_bytes()
    }
}

/// Holds a piece of an [`Extension`]'s template.
#[derive(Clone, Debug, PartialEq)]
pub enum TemplatePart {
    /// Text, rendered unchanged.
    Sql(&'static str),
    /// The argument at an index.
    Arg(usize),
}
