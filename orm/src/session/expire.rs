//! Marks entities, or single attributes of one, as stale: [`Session::expire`], [`Session::expire_attributes`],
//! [`Session::expire_all`]. What reads them again at once is in `refresh.rs`.

use orm_core::error::{Error, ErrorKind, Result};

use super::Session;
use super::write::row_id;
use crate::mapping::{AttributeSet, Attributes, Model};
use crate::state::{EntityState, Ref};

impl Session {
    /// Marks every entity as stale. The next `get` or query that returns an entity, or [`Session::refresh`], reads it
    /// again. In a session that [expires on commit](Session::expire_on_commit), entities can't be read before that.
    /// Unflushed changes are kept.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// session.get(User, 1)?;
    /// session.get(User, 1)?; // from the identity map
    /// session.expire_all();
    /// session.get(User, 1)?;
    /// let get = r#"SELECT "id", "name", "email", "age", "active" FROM "users" WHERE "id" = ?"#;
    /// assert_eq!(sent.take_sql(), [get, get]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn expire_all(&mut self) {
        self.state.expire_all();
    }

    /// Marks an entity and its loaded relations as stale, as [`Session::expire_all`] does for all of them. The next `get`
    /// or query that returns the entity reads it again, the next [`load`](Session::load) its lists. The entities in its
    /// lists are not expired. Unflushed changes are kept; [`refresh`](Session::refresh) discards them.
    ///
    /// # Errors
    /// - `StaleHandle`: the entity has left the session, or the handle belongs to another one.
    /// - `Usage`: the entity is not persistent.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get_one(User, 1)?;
    /// session.load(ada, User.posts)?;
    /// sent.take();
    /// session.expire(ada)?;
    /// assert!(session.is_stale(ada)?);
    /// session.get(User, 1)?;
    /// session.load(ada, User.posts)?;
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [
    ///         r#"SELECT "id", "name", "email", "age", "active" FROM "users" WHERE "id" = ?"#,
    ///         r#"SELECT "id", "author_id", "title" FROM "posts" WHERE "author_id" = ?"#,
    ///     ]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn expire<M: Model>(&mut self, handle: Ref<M>) -> Result<()> {
        self.has_row(handle, "expired")?;
        self.state.ensure::<M>().expire(handle);
        if M::HAS_RELATIONS {
            self.state.expire_lists(row_id(handle));
        }
        Ok(())
    }

    /// Marks columns and relations of an entity as stale. The next `get` or query that returns the entity overwrites
    /// these columns and no others; the next [`load`](Session::load) of the relations reads them again. A `BelongsTo` is
    /// its foreign key. Unflushed changes are kept.
    ///
    /// # Errors
    /// As [`Session::expire`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get_one(User, 1)?;
    /// update(User).set(User.age, 37).set(User.name, "ada l.").execute(&mut engine.connection()?)?;
    /// sent.take();
    /// session.expire_attributes(ada, (User.age, User.posts))?;
    /// session.get(User, 1)?;
    /// assert_eq!((session[ada].age, &*session[ada].name), (37, "ada"));
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT "id", "name", "email", "age", "active" FROM "users" WHERE "id" = ?"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn expire_attributes<M: Model>(
        &mut self,
        handle: Ref<M>,
        attributes: impl Attributes<M>,
    ) -> Result<()> {
        self.has_row(handle, "expired")?;
        let AttributeSet {
            mut columns,
            relations,
        } = AttributeSet::of(attributes, M::def());
        M::add_variant_columns(&mut columns);
        if !columns.is_empty() {
            self.state.ensure::<M>().expire_columns(handle, &columns);
        }
        for index in relations.iter() {
            self.state.expire_list(row_id(handle), index);
        }
        Ok(())
    }

    /// # Errors
    /// `StaleHandle`; `Usage` for an entity without a row.
    pub(super) fn has_row<M: Model>(&self, handle: Ref<M>, what: &str) -> Result<()> {
        use EntityState::{Deleting, Persistent};
        if matches!(self.entity_state(handle)?, Persistent | Deleting) {
            return Ok(());
        }
        let message = format!("only a persistent {} can be {what}", M::def().name);
        Err(Error::with_message(ErrorKind::Usage, message)
            .with_table(M::def().table)
            .with_hint("flush it first"))
    }
}
