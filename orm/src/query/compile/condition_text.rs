//! [`condition_text`]: typed conditions of CHECK constraints and partial indexes as SQL of a schema. Called by the derive,
//! when the table of a model is made.

use orm_core::error::Result;
use orm_core::schema::{Name, SqlText};
use orm_core::sql::{Dialect, SqlWriter, write_expr};
use orm_core::stmt::Expr;

use crate::engine::linked_dialects;

/// Returns the condition with its values as literals, in each dialect that is built into the program. A dialect that can't
/// express it has no text, which is an error of the statement that creates the table there.
#[doc(hidden)]
pub fn condition_text(condition: fn() -> Expr) -> SqlText {
    let condition = condition();
    let text = |dialect: &&'static dyn Dialect| {
        let sql = rendered(&condition, *dialect).ok()?;
        Some((Name::Borrowed(dialect.name()), Name::Owned(sql)))
    };
    let texts: Vec<(Name, Name)> = linked_dialects().iter().filter_map(text).collect();
    SqlText::PerDialect(texts.into())
}

/// The columns stand there without their table.
fn rendered(condition: &Expr, dialect: &dyn Dialect) -> Result<String> {
    let mut w = SqlWriter::with_literals(dialect);
    w.qualify(false);
    write_expr(&mut w, condition)?;
    w.finish_literals()
}
