//! Errors of a statement that is being built. They are stored in it and returned by its first fallible call, so that
//! builder methods need no `?`.

use std::any::Any;
use std::borrow::Cow;
use std::hash::Hasher;
use std::sync::Arc;

use orm_core::error::{Error, ErrorKind};
use orm_core::stmt::{Expr, Extension, TemplatePart};

/// Holds an error of a statement that was found while it was built. Unlike an [`Error`] it can be cloned with the
/// statement.
#[derive(Clone, Debug)]
pub struct BuildError {
    message: Cow<'static, str>,
    hint: Cow<'static, str>,
}

impl BuildError {
    pub(in crate::query) fn new(
        message: impl Into<Cow<'static, str>>,
        hint: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            message: message.into(),
            hint: hint.into(),
        }
    }

    /// The error that the statement returns.
    #[cold]
    pub(in crate::query) fn to_error(&self) -> Error {
        Error::with_message(ErrorKind::Usage, self.message.clone()).with_hint(self.hint.clone())
    }

    /// The error as an expression: what stands for a subquery with an error inside another statement, until
    /// the validation of that one finds it.
    pub(in crate::query) fn into_expr(self) -> Expr {
        Expr::Extension(Arc::new(ErrorNode(self)))
    }
}

#[derive(Debug)]
struct ErrorNode(BuildError);

impl Extension for ErrorNode {
    fn name(&self) -> &str {
        &self.0.message
    }

    fn args(&self) -> &[Expr] {
        &[]
    }

    fn with_args(&self, _args: Vec<Expr>) -> Arc<dyn Extension> {
        Arc::new(Self(self.0.clone()))
    }

    // No statement with an error in it has a text.
    fn shape(&self, _state: &mut dyn Hasher) {}

    fn template(&self, _dialect: &str) -> Option<Vec<TemplatePart>> {
        None
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The error that an extension stands for, if it stands for one.
pub(in crate::query) fn build_error_of(node: &dyn Extension) -> Option<&BuildError> {
    node.as_any()
        .downcast_ref::<ErrorNode>()
        .map(|node| &node.0)
}
