//! Faults of a statement that is being built: kept inside it and returned by its first fallible call,
//! so that builder methods need no `?`.

use std::any::Any;
use std::borrow::Cow;
use std::sync::Arc;

use orm_core::error::{Error, ErrorKind};
use orm_core::stmt::{Expr, Extension, Part};

/// What is wrong with a statement. Unlike an [`Error`] it can be cloned with the statement.
#[derive(Clone, Debug)]
pub struct Fault {
    message: Cow<'static, str>,
    hint: Cow<'static, str>,
}

impl Fault {
    pub(in crate::query) fn new(
        message: impl Into<Cow<'static, str>>,
        hint: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            message: message.into(),
            hint: hint.into(),
        }
    }

    /// The error of a statement with this fault.
    #[cold]
    pub(in crate::query) fn to_error(&self) -> Error {
        Error::with_message(ErrorKind::Usage, self.message.clone()).with_hint(self.hint.clone())
    }

    /// The fault as an expression: what stands for a faulty subquery inside another statement, until
    /// the check of its scope finds it there.
    pub(in crate::query) fn into_expr(self) -> Expr {
        Expr::Extension(Arc::new(FaultNode(self)))
    }
}

#[derive(Debug)]
struct FaultNode(Fault);

impl Extension for FaultNode {
    fn name(&self) -> &str {
        &self.0.message
    }

    fn args(&self) -> &[Expr] {
        &[]
    }

    fn template(&self, _dialect: &str) -> Option<Vec<Part>> {
        None
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The fault that an extension stands for, if it stands for one.
pub(in crate::query) fn fault_of(node: &dyn Extension) -> Option<&Fault> {
    node.as_any()
        .downcast_ref::<FaultNode>()
        .map(|node| &node.0)
}
