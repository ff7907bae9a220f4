//! Expressions from outside: nodes that a dialect or an application adds.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use super::Expr;

/// An expression from outside: an application's function, a third-party dialect's operator.
///
/// It is data, not text: [`Extension::template`] says, for a dialect's name, which text and which of
/// its arguments follow each other. A dialect may instead override `Dialect::write_extension` and look
/// at [`Extension::as_any`].
pub trait Extension: fmt::Debug + Send + Sync {
    /// What it is, for the error of a dialect that can't render it.
    fn name(&self) -> &str;

    /// Its arguments.
    fn args(&self) -> &[Expr];

    /// The same with other arguments, as many as it has.
    fn with_args(&self, args: Vec<Expr>) -> Arc<dyn Extension>;

    /// How it reads in the dialect of that name, or `None` if it doesn't exist there.
    fn template(&self, dialect: &str) -> Option<Vec<Part>>;

    /// The value itself, for a dialect that knows it.
    fn as_any(&self) -> &dyn Any;
}

/// Extensions are equal if they are one and the same: what is in them isn't known here.
impl PartialEq for dyn Extension {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::addr_eq(self, other)
    }
}

/// A piece of an [`Extension`]'s template.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Text, rendered as it is.
    Sql(&'static str),
    /// The argument of that index.
    Arg(usize),
}
