//! [`Session::upsert`]: a row that is inserted, or written over the row with the same unique value, in one statement.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::UpsertStyle;

use super::Session;
use super::get_or_create::unique_values;
use crate::mapping::{Columns, Entity, Model, NewRow};
use crate::query::inferred::Access;
use crate::query::{unique_columns, upsert_all};
use crate::state::Ref;

impl Session {
    /// Inserts `row`, or sets what it gives in the row that has its values in the columns `by`, and returns the entity, with
    /// the values that are stored. No other transaction can come in between; compare
    /// [`get_or_create`](Session::get_or_create), which changes nothing of a row that is there.
    ///
    /// The columns must be those of a unique constraint or of the primary key. Columns of the primary key are not changed, a
    /// version column counts up, and a column with an `update_default` gets that. It is an INSERT with ON CONFLICT DO UPDATE
    /// past the unit of work: pending changes are flushed first, and what the session has loaded of the model is stale. MariaDB
    /// and MySQL read the row by a SELECT.
    ///
    /// # Errors
    /// - `Usage`: no unique constraint has exactly these columns, or the row has NULL or no value in one of them.
    /// - `UniqueViolation`: the row conflicts on another unique constraint.
    /// - `NotFound`: the row that is there is hidden by a criterion of the session, and was not changed.
    /// - As [`Session::flush`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = || User::builder().id(1).name("ada").email("ada@example.com").age(37).active(true);
    /// let user = session.upsert(User.id, ada())?;
    /// assert_eq!(session[user].age, 37);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [
    ///         "BEGIN IMMEDIATE",
    ///         r#"INSERT INTO "users" ("id", "name", "email", "age", "active") VALUES (?, ?, ?, ?, ?) ON CONFLICT ("id") DO UPDATE SET "name" = excluded."name", "email" = excluded."email", "age" = excluded."age", "active" = excluded."active" RETURNING "id", "name", "email", "age", "active""#,
    ///     ]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn upsert<M: Model>(
        &mut self,
        by: impl Columns<M>,
        row: impl NewRow<Model = M>,
    ) -> Result<Ref<M>> {
        let columns = unique_columns(by)?;
        let row = row.into_row();
        let key = unique_values(&row, columns)?;
        let upsert = upsert_all(row, columns);
        if self.returns_upserts()? {
            let written = upsert.returning(M::Entity::ROOT).one_or_none(self)?;
            if let Some(written) = written {
                return Ok(written);
            }
        } else {
            upsert.execute(self)?;
        }
        let found = self.find_by(columns, &key, Access::Plain)?;
        found.ok_or_else(hidden::<M>)
    }

    /// Whether the database returns all rows that an upsert writes, and no others.
    fn returns_upserts(&mut self) -> Result<bool> {
        self.reading(|session| {
            session.usable()?;
            session.connect()?;
            let capabilities = session.reader()?.dialect().capabilities();
            Ok(capabilities.insert_returning && capabilities.upsert != UpsertStyle::OnDuplicateKey)
        })
    }
}

#[cold]
fn hidden<M: Model>() -> Error {
    let message = format!("the row of the {} is hidden by a criterion", M::def().name);
    Error::with_message(ErrorKind::NotFound, message)
        .with_table(M::def().table)
        .with_hint("it was not changed; use insert(…).on_conflict(…).without_criteria(…)")
}
