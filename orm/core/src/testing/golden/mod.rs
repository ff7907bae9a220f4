//! The statements and tables whose text the golden tests of each dialect pin, so that the dialects can be
//! read side by side: the same names in each, and beside them its own words.
//!
//! Used by those tests and by `tests/render.rs` of this crate. No text that is expected is here: that is all
//! that the tests themselves have.

pub mod batches;
pub mod expressions;
pub mod objects;
pub mod operations;
pub mod parts;
pub mod queries;
pub mod run_objects;
pub mod run_operations;
pub mod statements;
pub mod tables;
pub mod writes;

use crate::error::Result;
use crate::sql::{
    Dialect, SqlWriter, write_batch_delete, write_batch_update, write_delete, write_expr,
    write_insert, write_query, write_statement, write_update,
};
use crate::stmt::{
    BatchDelete, BatchUpdate, Delete, Expr, Insert, InsertSource, Query, Statement, Update,
};
use crate::value::ValueRef;

/// What has a text in each dialect: a statement, or an expression alone.
pub trait HasText {
    /// Whether it holds its values. Statements of a flush get them when they are run.
    fn has_values(&self) -> bool;

    /// Writes it in the writer's dialect.
    ///
    /// # Errors
    /// `Unsupported` if the dialect has no words for it.
    fn write<'a>(&'a self, w: &mut SqlWriter<'a>) -> Result<()>;
}

macro_rules! statements {
    ($has_values:expr; $($statement:ty => $write:path),+ $(,)?) => {$(
        impl HasText for $statement {
            fn has_values(&self) -> bool {
                $has_values(self)
            }

            fn write<'a>(&'a self, w: &mut SqlWriter<'a>) -> Result<()> {
                $write(w, self)
            }
        }
    )+};
}

statements! { |_| true;
    Expr => write_expr,
    Query => write_query,
    Update => write_update,
    Delete => write_delete,
    Statement => write_statement,
}

statements! { |insert: &Insert| !matches!(insert.source, InsertSource::Batch { .. });
    Insert => write_insert,
}

statements! { |_| false;
    BatchUpdate<'_> => write_batch_update,
    BatchDelete<'_> => write_batch_delete,
}

/// The text and the binds of a statement.
///
/// # Errors
/// `Unsupported` if the dialect has no words for it.
pub fn written<'a>(
    dialect: &'a dyn Dialect,
    statement: &'a impl HasText,
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
pub fn check<S: HasText>(dialect: &dyn Dialect, statement: &S, expected: &str) {
    let (text, binds) = match written(dialect, statement) {
        Ok((text, binds)) => (text, binds.len()),
        // A text that nothing is equal to, so that the failure shows both.
        Err(error) => (format!("{error:?}"), 0),
    };
    assert_eq!(text, expected);
    let values = if statement.has_values() {
        placeholders(expected)
    } else {
        0
    };
    assert_eq!(binds, values, "binds of {text}");
}

/// Demands that a dialect refuses a statement before it is sent, naming what it lacks.
///
/// # Panics
/// If it has a text, or another error.
#[track_caller]
pub fn refuse_on(dialect: &dyn Dialect, statement: &impl HasText, feature: &str) {
    let found = match written(dialect, statement) {
        Ok((text, _)) => text,
        Err(error) if error.is_unsupported() => error.message().to_owned(),
        Err(error) => format!("{error:?}"),
    };
    let name = dialect.name();
    assert_eq!(found, format!("{name} does not support {feature}"));
}

/// How many places for a value a text has: `?` or `$1`, outside of literals.
fn placeholders(text: &str) -> usize {
    // Between an odd quote and the next is a literal; a doubled quote in it ends one and begins one.
    let outside = text.split('\'').step_by(2);
    outside.map(|text| text.matches(['?', '$']).count()).sum()
}
