//! [`Numeric`]: the operators of numbers that databases write in different ways, and the arithmetic of exact decimals.
//!
//! `+`, `-` and `*` of integers and floats are [`Expr::Arithmetic`]. The default text of these is in
//! `sql/render/numeric.rs`; a dialect has [`Dialect::write_numeric`](crate::sql::Dialect::write_numeric).

use std::any::Any;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::{Expr, Extension, TemplatePart};
use crate::types::Type;

/// Chooses the operator of a [`Numeric`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NumericOp {
    /// `a + b` of exact decimals.
    Add,
    /// `a - b` of exact decimals.
    Sub,
    /// `a * b` of exact decimals.
    Mul,
    /// `a / b` of floats. NULL if `b` is 0.
    Divide,
    /// The quotient of integers, truncated toward zero. NULL if `b` is 0.
    IntDivide,
    /// The remainder of [`NumericOp::IntDivide`], which has the sign of `a`. NULL if `b` is 0.
    Remainder,
    /// `-a`.
    Negate,
    /// The bitwise AND of integers.
    BitAnd,
    /// The bitwise OR of integers.
    BitOr,
    /// The bitwise exclusive OR of integers.
    BitXor,
    /// An exact decimal, rounded to so many digits after the point, half away from zero.
    Round(u8),
    /// The quotient of exact decimals, rounded to so many digits after the point, half away from zero. NULL if the divisor
    /// is 0.
    DivideTo(u8),
    /// A number as a column of the node's type stores it: a decimal rounded to the column's scale, a float to its precision. A
    /// number beyond the column's range is an error.
    Stored,
    /// An exact decimal that no operator has made, such as a CASE: it is compared as a number.
    Exact,
}

/// Represents an operator of numbers.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::{SqlWriter, write_expr};
/// # use orm_core::stmt::*;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::types::Type;
/// # use orm_core::value::Value;
/// # let dialect = AnsiDialect::new();
/// # let mut w = SqlWriter::new(&dialect);
/// let two = Expr::Value(Value::Int(2));
/// let half = Numeric::new(NumericOp::IntDivide, Type::Int32, vec![Expr::column("users", "age"), two]);
/// let half = Expr::from(half);
/// write_expr(&mut w, &half)?;
/// assert_eq!(w.finish().0, r#""age" / NULLIF(?, 0)"#);
/// # Ok::<(), orm_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Numeric {
    op: NumericOp,
    ty: Type,
    args: Vec<Expr>,
}

impl Numeric {
    /// Creates the operator with its result type and its operands: one or two.
    pub fn new(op: NumericOp, ty: Type, args: Vec<Expr>) -> Self {
        Self { op, ty, args }
    }

    /// Returns the operator that an extension is, if it is one. Its operands are parts of the expression like those of
    /// [`Expr::Arithmetic`], which other extensions may use in any way.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::stmt::*;
    /// # use orm_core::types::Type;
    /// let negated = Numeric::new(NumericOp::Negate, Type::Int64, vec![Expr::column("users", "age")]);
    /// assert!(Numeric::of(&negated).is_some());
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
    /// # use orm_core::types::Type;
    /// let negated = Numeric::new(NumericOp::Negate, Type::Int64, vec![Expr::column("users", "age")]);
    /// assert_eq!((negated.op(), negated.ty()), (NumericOp::Negate, &Type::Int64));
    /// ```
    pub fn op(&self) -> NumericOp {
        self.op
    }

    /// Returns the type of the result.
    pub fn ty(&self) -> &Type {
        &self.ty
    }
}

impl From<Numeric> for Expr {
    fn from(numeric: Numeric) -> Self {
        Self::Extension(Arc::new(numeric))
    }
}

impl Extension for Numeric {
    fn name(&self) -> &'static str {
        match self.op {
            NumericOp::Add | NumericOp::Sub | NumericOp::Mul => "arithmetic of decimals",
            NumericOp::Divide | NumericOp::IntDivide | NumericOp::DivideTo(_) => "division",
            NumericOp::Remainder => "remainders",
            NumericOp::Negate => "negation",
            NumericOp::BitAnd | NumericOp::BitOr | NumericOp::BitXor => "bitwise operators",
            NumericOp::Round(_) => "rounding of decimals",
            NumericOp::Stored | NumericOp::Exact => "decimals",
        }
    }

    fn args(&self) -> &[Expr] {
        &self.args
    }

    fn with_args(&self, args: Vec<Expr>) -> Arc<dyn Extension> {
        Arc::new(Self {
            args,
            ty: self.ty.clone(),
            ..*self
        })
    }

    fn shape(&self, mut state: &mut dyn Hasher) {
        (self.op, &self.ty).hash(&mut state);
    }

    fn template(&self, _dialect: &str) -> Option<Vec<TemplatePart>> {
        None
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
