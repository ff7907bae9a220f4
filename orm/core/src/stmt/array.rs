//! [`ArrayExpr`]: operators of arrays. A dialect of a database with arrays renders them in its `write_extension`.

use std::any::Any;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::{Expr, Extension, TemplatePart};

/// Selects what is asked of arrays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ArrayOp {
    /// Whether the first array has all elements of the second.
    Contains,
    /// Whether the second array has all elements of the first.
    ContainedBy,
    /// Whether the arrays have an element in common.
    Overlaps,
    /// Whether the array, which is the first argument, has an element that is equal to the second argument.
    Has,
    /// The number of elements.
    Length,
    /// The elements of the first array, then those of the second. An array that is NULL has none, unless both are.
    Concat,
    /// The array, which is the first argument, with the second argument as its last element.
    Append,
    /// The array, which is the first argument, with the second argument as its first element.
    Prepend,
    /// The array, which is the first argument, without the elements that are equal to the second argument.
    Without,
    /// The element of this number, counted from 0. NULL if there is none.
    Element(u32),
}

/// Describes an operator of arrays with its operands.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::{SqlWriter, write_expr};
/// # use orm_core::stmt::*;
/// # use orm_core::testing::AnsiDialect;
/// # let dialect = AnsiDialect::new();
/// let length = Expr::from(ArrayExpr::new(ArrayOp::Length, vec![Expr::column("posts", "tags")]));
/// let error = write_expr(&mut SqlWriter::new(&dialect), &length).unwrap_err();
/// assert_eq!(error.message(), "ansi does not support arrays");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ArrayExpr {
    op: ArrayOp,
    args: Vec<Expr>,
}

impl ArrayExpr {
    /// Creates the operator with its operands: one for the length and an element, else two.
    pub fn new(op: ArrayOp, args: Vec<Expr>) -> Self {
        Self { op, args }
    }

    /// Returns the operator that an extension is, if it is one.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::stmt::*;
    /// let length = ArrayExpr::new(ArrayOp::Length, vec![Expr::column("posts", "tags")]);
    /// assert!(ArrayExpr::of(&length).is_some());
    /// ```
    pub fn of(node: &dyn Extension) -> Option<&Self> {
        node.as_any().downcast_ref()
    }

    /// Returns the operator.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::stmt::*;
    /// let length = ArrayExpr::new(ArrayOp::Length, vec![Expr::column("posts", "tags")]);
    /// assert_eq!(length.op(), ArrayOp::Length);
    /// ```
    pub fn op(&self) -> ArrayOp {
        self.op
    }
}

impl From<ArrayExpr> for Expr {
    fn from(array: ArrayExpr) -> Self {
        Self::Extension(Arc::new(array))
    }
}

impl Extension for ArrayExpr {
    fn name(&self) -> &'static str {
        "arrays"
    }

    fn args(&self) -> &[Expr] {
        &self.args
    }

    fn with_args(&self, args: Vec<Expr>) -> Arc<dyn Extension> {
        Arc::new(Self { op: self.op, args })
    }

    fn shape(&self, mut state: &mut dyn Hasher) {
        self.op.hash(&mut state);
    }

    fn template(&self, _dialect: &str) -> Option<Vec<TemplatePart>> {
        None
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
