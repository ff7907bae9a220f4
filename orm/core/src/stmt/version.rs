//! [`NextVersion`]: the new value of a version column in a bulk UPDATE.
//!
//! It is a separate node for databases that would store a number beyond the column's type; those render it
//! themselves.

use std::any::Any;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::{ArithmeticOp, Expr, Extension, TemplatePart};
use crate::types::Type;
use crate::value::Value;

/// Represents `version + 1` of a version column. Beyond the maximum of its type it is an error on every database.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::{SqlWriter, write_expr};
/// # use orm_core::stmt::*;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::types::Type;
/// # let dialect = AnsiDialect::new();
/// # let mut w = SqlWriter::new(&dialect);
/// let next = NextVersion::new(Expr::column("users", "version"), &Type::Int16);
/// assert_eq!((next.version(), next.max()), (&Expr::column("users", "version"), 32767));
/// write_expr(&mut w, next.next())?;
/// assert_eq!(w.finish().0, r#""version" + ?"#);
/// # Ok::<(), orm_core::Error>(())
/// ```
#[derive(Debug)]
pub struct NextVersion {
    args: [Expr; 2],
    max: i64,
}

impl NextVersion {
    /// Creates the next version of the column `version`, of the integer type `ty`.
    pub fn new(version: Expr, ty: &Type) -> Self {
        let one = Expr::Value(Value::Int(1));
        let next = Expr::arithmetic(ArithmeticOp::Add, version.clone(), one);
        let max = if *ty == Type::Int16 {
            i16::MAX.into()
        } else if *ty == Type::Int32 {
            i32::MAX.into()
        } else {
            i64::MAX
        };
        let args = [version, next];
        Self { args, max }
    }

    /// Returns the column.
    pub fn version(&self) -> &Expr {
        &self.args[0]
    }

    /// Returns the column plus one.
    pub fn next(&self) -> &Expr {
        &self.args[1]
    }

    /// Returns the maximum version.
    pub fn max(&self) -> i64 {
        self.max
    }
}

impl Extension for NextVersion {
    fn name(&self) -> &'static str {
        "the next version"
    }

    fn args(&self) -> &[Expr] {
        &self.args
    }

    fn with_args(&self, args: Vec<Expr>) -> Arc<dyn Extension> {
        let mut next = args.into_iter();
        let [version, more] =
            [next.next(), next.next()].map(|arg| arg.unwrap_or(Expr::Value(Value::Null)));
        Arc::new(Self {
            args: [version, more],
            max: self.max,
        })
    }

    fn shape(&self, mut state: &mut dyn Hasher) {
        self.max.hash(&mut state);
    }

    fn template(&self, _dialect: &str) -> Option<Vec<TemplatePart>> {
        Some(vec![TemplatePart::Arg(1)])
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
