//! [`Session::apply`]: sets the columns of an entity for which a patch has a value.

use orm_core::error::Result;
use orm_core::stmt::Expr;

use super::Session;
use crate::mapping::Model;
use crate::query::Patch;
use crate::state::Ref;

impl Session {
    /// Sets the columns of an entity for which a [patch](Patch) has a value. The next flush writes those that have
    /// changed. A value replaces an expression of [`set`](Session::set).
    ///
    /// # Errors
    /// - `StaleHandle`: the entity has left the session, or the handle belongs to another one.
    /// - `Expired`: the entity is stale, in a session that expires on commit.
    /// - `Decode`: a value does not fit its field, which only a codec of the program's own can cause.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// #[derive(Patch, Default)]
    /// #[orm(model = User)]
    /// struct UserPatch {
    ///     name: Option<String>,
    ///     age: Option<i32>,
    /// }
    ///
    /// let ada = session.get_one(User, 1)?;
    /// sent.take();
    /// session.apply(ada, UserPatch { age: Some(37), ..UserPatch::default() })?;
    /// session.commit()?;
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"UPDATE "users" SET "age" = ? WHERE "id" = ? AND "age" IS ?"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn apply<M: Model>(&mut self, handle: Ref<M>, patch: impl Patch<Model = M>) -> Result<()> {
        self.get_ref(handle)?;
        for assignment in patch.into_assignments() {
            if let (position, Expr::Value(value)) = assignment.into_parts() {
                self.set_value(handle, position, value.as_ref())?;
            }
        }
        Ok(())
    }
}
