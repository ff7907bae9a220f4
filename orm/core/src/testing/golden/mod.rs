//! The statements and tables whose text each dialect's `tests/golden.rs` pins, so that the dialects can be
//! read side by side: the same names in each, and beside them its own words.
//!
//! Used by those tests and by `tests/render.rs` of this crate. No text that is expected is here: that is all
//! that the tests themselves have.

pub mod batches;
pub mod expressions;
pub mod statements;
pub mod tables;

use crate::error::Result;
use crate::sql::{
    Dialect, SqlWriter, write_batch_delete, write_batch_insert, write_batch_update, write_delete,
    write_expr, write_insert, write_select, write_update,
};
use crate::stmt::{BatchDelete, BatchInsert, BatchUpdate, Delete, Expr, Insert, Select, Update};
use crate::value::ValueRef;

/// What has a text in each dialect: a statement, or an expression alone.
pub trait Statement {
    /// Whether it holds its values. Statements of a flush get them when they are run.
    const HAS_VALUES: bool;

    /// Writes it in the writer's dialect.
    ///
    /// # Errors
    /// `Unsupported` if the dialect has no words for it.
    fn write<'a>(&'a self, w: &mut SqlWriter<'a>) -> Result<()>;
}

macro_rules! statements {
    ($has_values:literal: $($statement:ty => $write:path),+ $(,)?) => {$(
        impl Statement for $statement {
            const HAS_VALUES: bool = $has_values;

            fn write<'a>(&'a self, w: &mut SqlWriter<'a>) -> Result<()> {
                $write(w, self)
            }
        }
    )+};
}

statements! { true:
    Expr => write_expr,
    Select => write_select,
    Insert => write_insert,
    Update => write_update,
    Delete => write_delete,
}

statements! { false:
    BatchInsert<'_> => write_batch_insert,
    BatchUpdate<'_> => write_batch_update,
    BatchDelete<'_> => write_batch_delete,
}

/// The text and the binds of a statement.
///
/// # Errors
/// `Unsupported` if the dialect has no words for it.
pub fn written<'a>(
    dialect: &'a dyn Dialect,
    statement: &'a impl Statement,
) -> Result<(String, Vec<ValueRef<'a>>)> {
    let mut w = SqlWriter::new(dialect);
    statement.write(&mut w)?;
    Ok(w.finish())
}

/// Demands a statement's text, and a bind for each placeholder in it.
///
/// # Panics
/// If the text is another, or as many binds as it needs aren't there.
#[track_caller]
pub fn check<S: Statement>(dialect: &dyn Dialect, statement: &S, expected: &str) {
    let (text, binds) = match written(dialect, statement) {
        Ok((text, binds)) => (text, binds.len()),
        // A text that nothing is equal to, so that the failure shows both.
        Err(error) => (format!("{error:?}"), 0),
    };
    assert_eq!(text, expected);
    let values = if S::HAS_VALUES {
        placeholders(expected)
    } else {
        0
    };
    assert_eq!(binds, values, "binds of {text}");
}

/// How many places for a value a text has: `?` or `$1`, outside of literals.
fn placeholders(text: &str) -> usize {
    // Between an odd quote and the next is a literal; a doubled quote in it ends one and begins one.
    let outside = text.split('\'').step_by(2);
    outside.map(|text| text.matches(['?', '$']).count()).sum()
}
