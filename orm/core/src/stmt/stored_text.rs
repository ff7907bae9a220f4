//! [`StoredText`]: a text as a column of limited length stores it.
//!
//! It is a separate node for databases whose columns store texts of any length; those render it themselves.

use std::any::Any;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::{Expr, Extension, TemplatePart};
use crate::value::Value;

/// Represents a computed text that is assigned to a column of limited length: a longer text is an error on every database,
/// and spaces beyond the length are cut off.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::{SqlWriter, write_expr};
/// # use orm_core::stmt::*;
/// # use orm_core::testing::AnsiDialect;
/// # let dialect = AnsiDialect::new();
/// # let mut w = SqlWriter::new(&dialect);
/// let name = StoredText::new(Expr::column("users", "email"), 60);
/// assert_eq!((name.text(), name.length()), (&Expr::column("users", "email"), 60));
/// let name = Expr::from(name);
/// write_expr(&mut w, &name)?;
/// assert_eq!(w.finish().0, r#""email""#);
/// # Ok::<(), orm_core::Error>(())
/// ```
#[derive(Debug)]
pub struct StoredText {
    args: [Expr; 1],
    length: u32,
}

impl StoredText {
    /// Creates the text as a column of `length` characters stores it.
    pub fn new(text: Expr, length: u32) -> Self {
        let args = [text];
        Self { args, length }
    }

    /// Returns the text.
    pub fn text(&self) -> &Expr {
        &self.args[0]
    }

    /// Returns the most characters.
    pub fn length(&self) -> u32 {
        self.length
    }

    /// Returns the text that an extension is, if it is one.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::stmt::*;
    /// let name = StoredText::new(Expr::column("users", "email"), 60);
    /// assert!(StoredText::of(&name).is_some());
    /// ```
    pub fn of(node: &dyn Extension) -> Option<&Self> {
        node.as_any().downcast_ref()
    }
}

impl From<StoredText> for Expr {
    fn from(text: StoredText) -> Self {
        Self::Extension(Arc::new(text))
    }
}

impl Extension for StoredText {
    fn name(&self) -> &'static str {
        "texts of limited length"
    }

    fn args(&self) -> &[Expr] {
        &self.args
    }

    fn with_args(&self, args: Vec<Expr>) -> Arc<dyn Extension> {
        let text = args.into_iter().next().unwrap_or(Expr::Value(Value::Null));
        Arc::new(Self::new(text, self.length))
    }

    fn shape(&self, mut state: &mut dyn Hasher) {
        self.length.hash(&mut state);
    }

    fn template(&self, _dialect: &str) -> Option<Vec<TemplatePart>> {
        Some(vec![TemplatePart::Arg(0)])
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
