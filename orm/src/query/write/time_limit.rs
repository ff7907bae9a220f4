//! `time_limit` of the statements that write. That of a query is in `select/time_limit.rs`.

use std::time::Duration;

use super::delete::Delete;
use super::insert::Insert;
use super::insert_iter::{InsertIter, LoadResults};
use super::insert_query::InsertQuery;
use super::update::Update;
use super::update_many::UpdateMany;
use super::upsert::Upsert;
use crate::engine::StatementLimit;
use crate::mapping::Model;

impl<M: Model> Insert<'_, M> {
    /// Sets the time that the INSERT may take, as [`Select::time_limit`](crate::Select::time_limit). If it is sent as several
    /// statements, each of them may take this time.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// use std::time::Duration;
    ///
    /// let post = Post::builder().author_id(1).title("On tides");
    /// let insert = insert(Post).values(post).time_limit(Duration::from_secs(5));
    /// # let insert = insert.time_limit(None);
    /// assert_eq!(insert.execute(&mut conn)?, 1);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"INSERT INTO "posts" ("author_id", "title") VALUES (?, ?)"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn time_limit(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.limit = StatementLimit::Own(limit.into());
        self
    }
}

impl<M: Model> Upsert<'_, M> {
    /// Sets the time that the upsert may take, as [`Select::time_limit`](crate::Select::time_limit).
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// use std::time::Duration;
    ///
    /// let post = Post::builder().id(1).author_id(1).title("On moons");
    /// let upsert = insert(Post).values(post).skip_conflicts().time_limit(Duration::from_secs(5));
    /// # let upsert = upsert.time_limit(None);
    /// upsert.execute(&mut conn)?;
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"INSERT INTO "posts" ("id", "author_id", "title") VALUES (?, ?, ?) ON CONFLICT DO NOTHING"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn time_limit(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.insert = self.insert.time_limit(limit);
        self
    }
}

impl<M: Model> InsertQuery<M> {
    /// Sets the time that the INSERT may take, as [`Select::time_limit`](crate::Select::time_limit).
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// use std::time::Duration;
    ///
    /// let posts = select((Post.author_id, Post.title));
    /// let copies = insert(Post).from_select((Post.author_id, Post.title), posts);
    /// let copies = copies.time_limit(Duration::from_secs(5));
    /// # let copies = copies.time_limit(None);
    /// assert_eq!(copies.execute(&mut conn)?, 1);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"INSERT INTO "posts" ("author_id", "title") SELECT "author_id", "title" FROM "posts""#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn time_limit(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.limit = StatementLimit::Own(limit.into());
        self
    }
}

impl<M: Model, I, Kind> InsertIter<'_, M, I, Kind> {
    /// Sets the time that each statement of the INSERT may take, as [`Select::time_limit`](crate::Select::time_limit).
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// use std::time::Duration;
    ///
    /// let posts = ["On tides"].map(|title| Post::builder().author_id(1).title(title));
    /// let insert = insert(Post).values_iter(posts).time_limit(Duration::from_secs(5));
    /// # let insert = insert.time_limit(None);
    /// assert_eq!(insert.execute(&mut conn)?, 1);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     ["BEGIN", r#"INSERT INTO "posts" ("author_id", "title") VALUES (?, ?)"#, "COMMIT"]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn time_limit(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.limit = StatementLimit::Own(limit.into());
        self
    }
}

impl<M: Model, I, Kind> LoadResults<'_, M, I, Kind> {
    /// Sets the time that each statement of the load may take, as [`Select::time_limit`](crate::Select::time_limit).
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// use std::time::Duration;
    ///
    /// let posts = ["On tides"].map(|title| Ok(Post::builder().author_id(1).title(title)));
    /// let load = insert(Post).load_results(posts).time_limit(Duration::from_secs(5));
    /// # let load = load.time_limit(None);
    /// assert_eq!(load.execute(&mut conn)?, 1);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn time_limit(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.limit = StatementLimit::Own(limit.into());
        self
    }
}

impl<M: Model> Update<M> {
    /// Sets the time that the UPDATE may take, as [`Select::time_limit`](crate::Select::time_limit).
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// use std::time::Duration;
    ///
    /// let update = update(User).set(User.active, false).time_limit(Duration::from_secs(5));
    /// # let update = update.time_limit(None);
    /// assert_eq!(update.execute(&mut conn)?, 1);
    /// assert_eq!(sent.take_sql(), [r#"UPDATE "users" SET "active" = ?"#]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn time_limit(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.parts.limit = StatementLimit::Own(limit.into());
        self
    }
}

impl<M: Model> UpdateMany<'_, M> {
    /// Sets the time that each statement of the UPDATE may take, as [`Select::time_limit`](crate::Select::time_limit).
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// use std::time::Duration;
    ///
    /// let posts = select(Post).all(&mut conn)?;
    /// sent.take();
    /// let update = update_many(Post).rows(&posts).set(Post.title).time_limit(Duration::from_secs(5));
    /// # let update = update.time_limit(None);
    /// assert_eq!(update.execute(&mut conn)?, 1);
    /// assert_eq!(sent.take_sql(), [r#"UPDATE "posts" SET "title" = ? WHERE "id" = ?"#]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn time_limit(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.limit = StatementLimit::Own(limit.into());
        self
    }
}

impl<M: Model> Delete<M> {
    /// Sets the time that the DELETE may take, as [`Select::time_limit`](crate::Select::time_limit).
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// use std::time::Duration;
    ///
    /// let delete = delete(Post).time_limit(Duration::from_secs(5));
    /// # let delete = delete.time_limit(None);
    /// assert_eq!(delete.execute(&mut conn)?, 1);
    /// assert_eq!(sent.take_sql(), [r#"DELETE FROM "posts""#]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn time_limit(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.limit = StatementLimit::Own(limit.into());
        self
    }
}
