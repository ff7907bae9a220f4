//! Row locks of a [`Select`]: FOR UPDATE, FOR SHARE and what follows them. Those of relations that are loaded along with
//! the entities are in `mapping/relation/path.rs`.

use orm_core::stmt::{LockStrength, LockWait};

use super::builder::Select;
use crate::mapping::Entity;
use crate::query::expressions::table_ref::TableRef;

impl<S> Select<S> {
    /// Adds FOR UPDATE: locks the rows until the transaction ends, against writers and other locks. A session begins its
    /// transaction, flushes pending changes, and sets its entities to the values of the locked rows. On a connection a
    /// transaction must be open. SQLite locks the whole database by a transaction that writes, and the clause is left out.
    ///
    /// A query has one lock: it replaces an earlier one. Other transactions' locks are waited for, unless
    /// [`nowait`](Self::nowait) or [`skip_locked`](Self::skip_locked) follows.
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "jobs")]
    /// # struct Job { #[orm(primary_key)] id: i64, done: bool }
    /// # let engine = Engine::connect("sqlite://")?;
    /// # Metadata::of((Job,)).create_all(&engine)?;
    /// # let mut session = Session::new(&engine);
    /// let next = select(Job).filter(Job.done.eq(false)).order_by(Job.id.asc()).for_update();
    /// // SELECT "id", "done" FROM "jobs" WHERE "done" = $1 ORDER BY "id" ASC LIMIT 1 FOR UPDATE
    /// if let Some(job) = next.first(&mut session)? {
    ///     session[job].done = true;
    /// }
    /// session.commit()?;
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn for_update(mut self) -> Self {
        self.query.lock(LockStrength::Update);
        self
    }

    /// Adds FOR NO KEY UPDATE: as [`for_update`](Self::for_update), except that other transactions can write rows that
    /// reference the locked ones. On PostgreSQL; SQLite locks the whole database, and the clause is left out.
    ///
    /// # Errors
    /// A verb of the query returns:
    /// - `Unsupported`: the database has no such lock. Nothing is sent.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.name).for_no_key_update();
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "name" FROM "users" FOR NO KEY UPDATE"#
    /// );
    /// assert!(query.to_sql(&MysqlDialect::MySql).unwrap_err().is_unsupported());
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn for_no_key_update(mut self) -> Self {
        self.query.lock(LockStrength::NoKeyUpdate);
        self
    }

    /// Adds FOR SHARE: locks the rows until the transaction ends against writers, but not against other locks of this
    /// strength. Otherwise as [`for_update`](Self::for_update). MariaDB writes it `LOCK IN SHARE MODE`.
    ///
    /// Two transactions that share the lock of a row and then both change it are a deadlock.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.name).filter(User.id.eq(7)).for_share();
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "name" FROM "users" WHERE "id" = $1 FOR SHARE"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn for_share(mut self) -> Self {
        self.query.lock(LockStrength::Share);
        self
    }

    /// Adds FOR KEY SHARE: locks the rows against deletes and changes of their keys, as the check of a foreign key does.
    /// On PostgreSQL; SQLite locks the whole database, and the clause is left out.
    ///
    /// # Errors
    /// A verb of the query returns:
    /// - `Unsupported`: the database has no such lock. Nothing is sent.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.name).for_key_share();
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "name" FROM "users" FOR KEY SHARE"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn for_key_share(mut self) -> Self {
        self.query.lock(LockStrength::KeyShare);
        self
    }

    /// Adds OF: locks only the rows of this table of the query, and of those that further calls name. Comes after the
    /// lock. The table is that of `entity`, or an alias of it.
    ///
    /// # Errors
    /// A verb of the query returns:
    /// - `Usage`: the query has no lock, or does not read from the table.
    /// - `Unsupported`: the database can't lock single tables (MariaDB), or those on the nullable side of an outer join
    ///   (PostgreSQL). Nothing is sent.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select((Post.title, User.name)).join(User).for_update().of(Post);
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "posts"."title", "users"."name" FROM "posts" INNER JOIN "users" ON "posts"."author_id" = "users"."id" FOR UPDATE OF "posts""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn of<E: Entity>(mut self, entity: E) -> Self {
        let name = TableRef::of(&entity).name();
        self.query
            .change_lock("OF", |lock| lock.of.push(name.into()));
        self
    }

    /// Adds NOWAIT: a row that another transaction has locked is the error [`Busy`](crate::ErrorKind::Busy), at once.
    /// Comes after the lock. SQLite waits for its lock of the database up to its busy timeout.
    ///
    /// # Errors
    /// A verb of the query returns:
    /// - `Busy`: a row is locked by another transaction.
    /// - `Usage`: the query has no lock.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.name).filter(User.id.eq(7)).for_update().nowait();
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "name" FROM "users" WHERE "id" = $1 FOR UPDATE NOWAIT"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn nowait(mut self) -> Self {
        self.query
            .change_lock("NOWAIT", |lock| lock.wait = LockWait::NoWait);
        self
    }

    /// Adds SKIP LOCKED: rows that another transaction has locked are left out, so that each worker of a queue takes
    /// another job. Comes after the lock. On SQLite only one transaction writes at a time, so no row is locked.
    ///
    /// # Errors
    /// A verb of the query returns:
    /// - `Usage`: the query has no lock.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let next = select(User.name).order_by(User.id).limit(1).for_update().skip_locked();
    /// assert_eq!(
    ///     next.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "name" FROM "users" ORDER BY "id" ASC LIMIT $1 FOR UPDATE SKIP LOCKED"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn skip_locked(mut self) -> Self {
        self.query
            .change_lock("SKIP LOCKED", |lock| lock.wait = LockWait::SkipLocked);
        self
    }
}
