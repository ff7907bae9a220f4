//! Hooks: what a model and an application do when entities are written.
//!
//! [`Hooks`] are the rules of a model, which see its entity alone: a flush runs them (`entities.rs`), and so does
//! `insert(…).values(…)`. [`SessionHooks`] are closures of an application (`events.rs`, `lists.rs`), which a session
//! calls (`call.rs`). `on_commit.rs` has the callbacks of one transaction.

mod call;
mod entities;
mod events;
mod invalid;
mod lists;
mod of_model;
mod on_commit;
mod pending;
mod table;

use orm_core::error::Result;

use crate::mapping::Model;

pub use events::SessionHooks;
pub use invalid::Invalid;
pub(super) use lists::Attached;
#[doc(hidden)]
pub use of_model::{HooksOf, NoHooks};
pub use table::HookTable;

/// Is implemented by a model that has rules about its own columns. The implementation is enough: the model is not told of it.
/// Each method has a default that does nothing.
///
/// | method | is called |
/// | --- | --- |
/// | `before_insert` | by a flush, for each entity to insert; by `insert(…).values(…)`, for each row |
/// | `before_update` | by a flush, for each entity with changed columns |
/// | `before_delete` | by a flush, for each entity to delete, those of the session's cascades included |
/// | `validate` | after these, for each entity to insert or update; by `insert(…).values(…)`, for each row |
/// | `after_load` | for each entity that is read from a row, on a session and on a connection |
///
/// A flush calls each method once for an entity, before it sends anything. What a method changes is written by the same
/// flush. An error stops the flush: nothing was sent, and everything is still pending. A flush that is repeated calls the
/// methods again.
///
/// No method is called by `update(…)` and `delete(…)`, by raw SQL, for rows that the database deletes or changes by ON
/// DELETE and ON UPDATE, or for the UPDATE part of an upsert: these have no entities. What is to hold for them as well is
/// declared in the table, as a CHECK, a default or a trigger.
///
/// For what an application does besides, such as audit rows and messages, see [`SessionHooks`].
///
/// ```
/// use orm::prelude::*;
///
/// #[derive(Model)]
/// #[orm(table = "articles")]
/// struct Article {
///     #[orm(primary_key)]
///     id: i64,
///     title: String,
///     #[orm(default = String::new())]
///     slug: String,
/// }
///
/// impl Hooks for Article {
///     fn before_insert(&mut self) -> orm::Result<()> {
///         self.slug = self.title.to_lowercase().replace(' ', "-");
///         Ok(())
///     }
///
///     fn validate(&self, invalid: &mut Invalid<'_, Self>) {
///         invalid.check(Article.title, !self.title.is_empty(), "is empty");
///     }
/// }
///
/// let engine = Engine::connect("sqlite://")?;
/// Metadata::of((Article,)).create_all(&engine)?;
/// let mut session = Session::new(&engine);
/// let article = session.add(Article::builder().title("On Tides"));
/// session.commit()?; // INSERT INTO "articles" ("title", "slug") VALUES (?, ?)
/// assert_eq!(session[article].slug, "on-tides");
/// session[article].title.clear();
/// let error = session.commit().unwrap_err();
/// assert_eq!(error.message(), "1 field is not valid: Article(1).title: is empty");
/// # Ok::<(), orm::Error>(())
/// ```
pub trait Hooks: Model {
    /// Completes an entity that is about to be inserted. Generated keys and server defaults are not known yet.
    ///
    /// # Errors
    /// Any, which refuses the INSERT: the flush returns it.
    fn before_insert(&mut self) -> Result<()> {
        Ok(())
    }

    /// Completes an entity that is about to be updated. `stored` has the values that the database has. What is changed
    /// here is written by the same UPDATE; an entity that is changed back is not written.
    ///
    /// # Errors
    /// Any, which refuses the UPDATE: the flush returns it.
    fn before_update(&mut self, stored: &Self) -> Result<()> {
        let _ = stored;
        Ok(())
    }

    /// Looks at an entity that is about to be deleted.
    ///
    /// # Errors
    /// Any, which refuses the DELETE: the flush returns it.
    fn before_delete(&self) -> Result<()> {
        Ok(())
    }

    /// Adds the fields that are not valid to `invalid`. One error lists those of all entities of the flush.
    fn validate(&self, invalid: &mut Invalid<'_, Self>) {
        let _ = invalid;
    }

    /// Completes an entity that was read from a row: sets fields without a column. A column that is set here
    /// counts as what the database has.
    fn after_load(&mut self) {}
}
