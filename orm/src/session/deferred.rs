//! Loading columns that the query of an entity has left out.

use orm_core::error::Result;
use orm_core::value::ValueRef;

use super::Session;
use crate::mapping::{AttributeSet, ColumnSet, Columns, Model, column_not_loaded};
use crate::state::Ref;

/// The value of a column of an entity.
///
/// # Errors
/// `NotLoaded` for a deferred column that the entity lacks.
pub(super) fn loaded_value<M: Model>(entity: &M, position: usize) -> Result<ValueRef<'_>> {
    if !entity.is_loaded(position) {
        return Err(column_not_loaded(Some((M::def(), position))));
    }
    Ok(entity.value(position))
}

impl Session {
    /// Reads [`Deferred`](crate::Deferred) columns of an entity that its query has left out, with those of their groups, by
    /// one SELECT. Columns that are loaded or were assigned cost no statement. For many entities use a query with
    /// [`undefer`](crate::Select::undefer).
    ///
    /// # Errors
    /// - As [`Session::refresh`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # use orm::Deferred;
    /// # #[derive(Model)]
    /// # #[orm(table = "articles")]
    /// # struct Article { #[orm(primary_key)] id: i64, body: Deferred<String> }
    /// # let engine = Engine::connect("sqlite://")?;
    /// # Metadata::of((Article,)).create_all(&engine)?;
    /// # let mut session = Session::new(&engine);
    /// # session.add(Article::builder().body("…"));
    /// # session.commit()?;
    /// # session.clear();
    /// let article = session.get_one(Article, 1)?; // SELECT "id" FROM "articles" WHERE "id" = ?
    /// session.load_columns(article, Article.body)?; // SELECT "body" FROM "articles" WHERE "id" = ?
    /// assert_eq!(session[article].body.get()?, "…");
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn load_columns<M: Model>(
        &mut self,
        handle: Ref<M>,
        columns: impl Columns<M>,
    ) -> Result<()> {
        let asked = M::def().deferrable(&AttributeSet::of(columns, M::def()).columns);
        let entity = self.get_ref(handle)?;
        let missing = asked.iter().filter(|column| !entity.is_loaded(*column));
        let missing: ColumnSet = missing.collect();
        if missing.is_empty() {
            return Ok(());
        }
        self.reread_columns(handle, &missing)
    }
}
