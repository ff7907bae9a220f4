//! [`EnumRank`]: the order of a native enumeration, which is that of the declaration of its labels.
//!
//! Where the database orders the values so, it is the value itself; elsewhere a CASE of numbers, which
//! `sql/render/enums.rs` writes. MIN and MAX need no node: an aggregate has its type.

use std::any::Any;
use std::hash::{Hash as _, Hasher};
use std::sync::Arc;

use super::{Expr, Extension, TemplatePart};
use crate::types::EnumType;

/// Represents a label of a native enumeration in ORDER BY, or beside `<`, `>` and BETWEEN.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::{SqlWriter, write_expr};
/// # use orm_core::stmt::*;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::types::EnumType;
/// # let dialect = AnsiDialect::new();
/// # let mut w = SqlWriter::new(&dialect);
/// let size = EnumType::new("size".into(), vec!["small".into(), "large".into()].into()).native();
/// let rank = EnumRank::new(size.clone(), Expr::column("shirts", "size"));
/// assert_eq!((rank.ty(), rank.operand()), (&size, &Expr::column("shirts", "size")));
/// assert!(EnumRank::of(&rank).is_some());
/// let mut rank = Expr::from(rank);
/// EnumRank::operand_mut(&mut rank, |operand| *operand = Expr::column("shirts", "worn"));
/// assert_eq!(EnumRank::operand_of(&rank), &Expr::column("shirts", "worn"));
/// write_expr(&mut w, &rank)?;
/// assert_eq!(w.finish().0, r#"CASE "worn" WHEN 'small' THEN 0 WHEN 'large' THEN 1 END"#);
/// # Ok::<(), orm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct EnumRank {
    ty: EnumType,
    arg: [Expr; 1],
}

impl EnumRank {
    /// Creates the rank of `expr` in the order of the labels of `ty`.
    pub fn new(ty: EnumType, expr: Expr) -> Self {
        Self { ty, arg: [expr] }
    }

    /// Returns the rank that an extension is, if it is one.
    pub fn of(node: &dyn Extension) -> Option<&Self> {
        node.as_any().downcast_ref()
    }

    /// Returns what a rank is of, or the expression itself if it is none.
    pub fn operand_of(expr: &Expr) -> &Expr {
        if let Expr::Extension(node) = expr {
            return Self::of(node.as_ref()).map_or(expr, Self::operand);
        }
        expr
    }

    /// As [`EnumRank::operand_of`], to be changed.
    pub fn operand_mut(expr: &mut Expr, change: impl FnOnce(&mut Expr)) {
        if let Expr::Extension(node) = expr
            && let Some(rank) = Self::of(node.as_ref())
        {
            let mut rank = rank.clone();
            change(&mut rank.arg[0]);
            *expr = rank.into();
        } else {
            change(expr);
        }
    }

    /// Returns the type.
    pub fn ty(&self) -> &EnumType {
        &self.ty
    }

    /// Returns what the rank is of.
    pub fn operand(&self) -> &Expr {
        let [operand] = &self.arg;
        operand
    }
}

impl From<EnumRank> for Expr {
    fn from(rank: EnumRank) -> Self {
        Self::Extension(Arc::new(rank))
    }
}

impl Extension for EnumRank {
    fn name(&self) -> &'static str {
        "the order of an enumeration"
    }

    fn args(&self) -> &[Expr] {
        &self.arg
    }

    fn with_args(&self, args: Vec<Expr>) -> Arc<dyn Extension> {
        let ty = self.ty.clone();
        Arc::new(match <[Expr; 1]>::try_from(args) {
            Ok(arg) => Self { ty, arg },
            Err(_) => self.clone(),
        })
    }

    fn shape(&self, mut state: &mut dyn Hasher) {
        self.ty.hash(&mut state);
    }

    fn template(&self, _dialect: &str) -> Option<Vec<TemplatePart>> {
        None
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
