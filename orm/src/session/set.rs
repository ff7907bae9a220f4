//! [`Session::set`]: sets a column of an entity to an SQL expression.
//!
//! The flush writes it, and reads the new value. Plain values are assigned: `session[user].age = 37`.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::stmt::Expr;
use orm_core::types::DbType;
use orm_core::value::{Value, ValueRef};

use super::Session;
use crate::mapping::{
    Column, Model, ModelDef, column_of_other_variant, discriminator_alone, variant_columns,
};
use crate::query::{
    ValueFor, assign_value, check_assigned, check_not_generated, plain_label, stored,
};
use crate::state::Ref;

impl Session {
    /// Sets a column of an entity to an SQL expression, which the database evaluates when the flush writes the entity. The
    /// expression uses the values that the row has then, also those of another transaction: two sessions that count up lose
    /// no count. The flush reads the new value; until then the entity keeps the one that it has.
    ///
    /// The UPDATE does not match the old value of such a column. A value that is assigned later replaces the expression, and
    /// so does another call. A rollback takes it back, and [`refresh`](Session::refresh) discards it.
    ///
    /// # Errors
    /// - `StaleHandle`: the entity has left the session, or the handle belongs to another one.
    /// - `Usage`: the entity is not persistent; the column is part of the primary key or of the foreign key of a relation, or
    ///   the version; it is the discriminator of a flattened enum, or a column that the entity's variant does not have; or the
    ///   expression has columns of other tables, or handles.
    /// - `Decode`: a value without an expression does not fit the field, such as NULL in one that is no `Option`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get_one(User, 1)?;
    /// session.set(ada, User.age, User.age + 1)?;
    /// session[ada].active = false;
    /// assert_eq!(session[ada].age, 36);
    /// sent.take();
    /// session.commit()?;
    /// assert_eq!(session[ada].age, 37);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [
    ///         "BEGIN IMMEDIATE",
    ///         r#"UPDATE "users" SET "age" = integer_store("age" + ?, 32), "active" = ? WHERE "id" = ? AND "active" IS ?"#,
    ///         r#"SELECT "id", "name", "email", "age", "active" FROM "users" WHERE "id" = ?"#,
    ///         "COMMIT",
    ///     ]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn set<M: Model, T: DbType>(
        &mut self,
        handle: Ref<M>,
        column: Column<M, T>,
        value: impl ValueFor<T>,
    ) -> Result<()> {
        let (position, expr) = (column.position(), value.into_operand());
        if let Expr::Value(value) = &expr {
            return self.set_value(handle, position, value.as_ref());
        }
        self.has_row(handle, "set to an SQL expression")?;
        check_column(M::def(), position)?;
        if variant_columns::<M>(position).is_some() {
            return Err(discriminator_alone(M::def(), position, false));
        }
        check_assigned(M::def(), position, &expr)?;
        let entity = self.get_ref(handle)?;
        if !entity.has_column(position) {
            return Err(column_of_other_variant(entity, position));
        }
        let expr = stored(M::def(), position, expr, &[]);
        self.state
            .ensure::<M>()
            .set_sql(handle.slot, position, expr);
        Ok(())
    }

    /// Sets a column to a value instead of an expression.
    pub(super) fn set_value<M: Model>(
        &mut self,
        handle: Ref<M>,
        position: usize,
        value: ValueRef<'_>,
    ) -> Result<()> {
        let label = plain_label(&M::def().columns[position].ty, value);
        let value = label.as_ref().map_or(value, Value::as_ref);
        let entity = self.get_mut(handle)?;
        if variant_columns::<M>(position).is_some() && !entity.value(position).is_same(value) {
            return Err(discriminator_alone(M::def(), position, value.is_null()));
        }
        assign_value(entity, position, value)?;
        self.state.ensure::<M>().unset_sql(handle.slot, position);
        Ok(())
    }
}

/// Refuses the columns that the flush has to know before it writes.
fn check_column(def: &'static ModelDef, position: usize) -> Result<()> {
    check_not_generated(def, position)?;
    let mut relations = def.belongs_to();
    let (what, hint) = if def.is_key(position) {
        ("part of the primary key", "assign a value")
    } else if def.version == Some(position) {
        ("the version, which the flush counts up", "leave it out")
    } else if relations.any(|(.., reference)| reference.columns.contains(&position)) {
        (
            "the foreign key of a relation",
            "assign the relation or a value",
        )
    } else {
        return Ok(());
    };
    let name = def.names[position];
    let message = format!(
        "{}.{name} can't be set to an SQL expression: it is {what}",
        def.name
    );
    Err(Error::with_message(ErrorKind::Usage, message)
        .with_table(def.table)
        .with_column(name)
        .with_hint(hint))
}
