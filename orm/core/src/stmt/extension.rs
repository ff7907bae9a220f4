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
    /// Returns the name of the extension, for the error of a dialect that can't render it.
    fn name(&self) -> &str;

    /// Returns the arguments.
    fn args(&self) -> &[Expr];

    /// Returns the extension with other arguments, as many as it has.
    fn with_args(&self, args: Vec<Expr>) -> Arc<dyn Extension>;

    /// Feeds everything to `state` on which the text depends besides the extension's type, its arguments and the
    /// dialect: its own fields, by their `Hash`. Texts are cached by it; a field that is omitted gives the text of
    /// another extension.
    fn shape(&self, state: &mut dyn Hasher);

    /// Returns the template of the extension in the dialect with a name, or `None` if the dialect does not support
    /// it.
    fn template(&self, dialect: &str) -> Option<Vec<TemplatePart>>;

    /// Returns the extension for downcasts, for a dialect that knows it.
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
