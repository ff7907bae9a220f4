//! What is checked of the values of an [`Update`].

use orm_core::error::Result;
use orm_core::stmt::{self, Expr, Visit as _};

use super::check::{check_length, check_not_generated, check_references};
use super::update::Update;
use crate::mapping::{ColumnSet, Model, ModelDef};
use crate::query::compile::criteria::HasHandle;
use crate::query::compile::validate::validate_update;
use crate::query::expressions::build_error::BuildError;

impl<M: Model> Update<M> {
    pub(super) fn check_values(&self) -> Result<()> {
        for (position, value) in &self.parts.set {
            if let Expr::Value(value) = value {
                check_length(M::def(), *position, value.as_ref())?;
                check_references(M::def(), *position, value.as_ref())?;
            }
        }
        Ok(())
    }

    /// Whether something is set, no generated column, and nothing twice: one database refuses it, the other takes the last
    /// value.
    pub(super) fn check_set(&self) -> Result<()> {
        self.parts.clauses.check(M::def())?;
        if self.parts.set.is_empty() {
            let message = format!("the UPDATE of {} sets no column", M::def().table);
            return Err(BuildError::new(message, "add .set(column, value)").to_error());
        }
        let mut seen = ColumnSet::new();
        for (position, _) in &self.parts.set {
            check_not_generated(M::def(), *position)?;
            if seen.contains(*position) {
                let (table, column) = (M::def().table, M::def().names[*position]);
                let message =
                    format!("multiple assignments to the column {column} in the UPDATE of {table}");
                return Err(BuildError::new(message, "remove one of the two").to_error());
            }
            seen.insert(*position);
        }
        Ok(())
    }
}

/// Checks an expression that a column of a row is set to, in an UPDATE of that row.
///
/// # Errors
/// `Usage` for columns of other tables, and for handles.
pub(crate) fn check_assigned(def: &'static ModelDef, position: usize, value: &Expr) -> Result<()> {
    let mut update = stmt::Update::new(def.table);
    update.set.push((def.names[position].into(), value.clone()));
    validate_update(&update).map_err(|error| error.to_error())?;
    if HasHandle.expr(value).is_continue() {
        return Ok(());
    }
    let message = "an expression that an entity is set to can't have handles";
    Err(BuildError::new(message, "use the keys of the entities").to_error())
}
