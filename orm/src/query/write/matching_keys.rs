//! The primary keys of the rows that an UPDATE or DELETE is about to write, for a session that keeps its entities in step.
//!
//! Used by `update.rs` and `delete.rs`. The session decides what it does with these entities.

use orm_core::error::Result;
use orm_core::stmt::{Expr, FromItem, Projection, Query, Select};
use orm_core::value::Value;

use crate::engine::{Connection, StatementText};
use crate::mapping::{Exempt, KeySource, Model, PrimaryKey};
use crate::query::compile::handle_keys::HandleKeys;
use crate::query::expressions::term::Term;

/// Returns the keys of the rows that meet the conditions, a value a column.
///
/// # Errors
/// As [`KeySource::key`], for a handle in a condition; `Usage` for one in a criterion; the database's refusal.
pub(super) fn matching_keys<M: Model>(
    conn: &mut Connection,
    source: &dyn KeySource,
    (filter, exempt): (&[Term], Option<&Exempt>),
) -> Result<Vec<Vec<Value>>> {
    let def = M::def();
    let columns = def.primary_key.iter();
    let columns: Vec<Projection> = columns
        .map(|position| Projection::Expr(Expr::column(def.table, def.names[*position])))
        .collect();
    let mut select = Select::new(columns, FromItem::table(def.table));
    select.filter = filter.iter().cloned().map(Term::into_expr).collect();
    let mut query = Query::from(select);
    conn.criteria().without(exempt).apply(&mut query)?;
    let text = StatementText::of(&query, conn.dialect())?;
    let handles;
    let mut binds = text.order.binds(&query, conn.dialect())?;
    if text.has_handles {
        handles = HandleKeys::of(&binds, source)?;
        handles.replace(&mut binds);
    }
    let mut keys = Vec::new();
    conn.read(&text, &binds, &mut |row| {
        let parts = M::Key::PARTS.iter().zip(def.primary_key).enumerate();
        let parts = parts.map(|(index, (part, position))| part.read(row, index, def, *position));
        keys.push(parts.collect::<Result<_>>()?);
        Ok(())
    })?;
    Ok(keys)
}
