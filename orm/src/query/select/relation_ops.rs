//! The operators of relations that ask for what a relation references: of those to many entities, and of those to one.
//! Comparisons of a foreign key with entities are in `expressions/related.rs`.

use orm_core::stmt::{self, Aggregate};
use orm_core::types::{DbType, NotNull, Nullability, Nullable, Type};

use super::spanning::{references, scalar};
use crate::mapping::{
    BelongsTo, HasMany, HasOne, ManyToMany, Model, Relation, RelationField, ToOneTarget,
};
use crate::query::expressions::expr::{Expr, IntoExpr, Lifted};
use crate::query::expressions::predicate::{Condition, Predicate};
use crate::query::expressions::related::{Related, is_entity};
use crate::query::expressions::select_item::{ItemNullability, SelectItem};

/// Is implemented by the types of relations to many entities: [`HasMany`] and [`ManyToMany`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` references one entity at most",
    label = "ask for it by `has`: `Post.author.has(User.name.eq(\"ada\"))`"
)]
pub trait ReferencesMany: RelationField {}

#[diagnostic::do_not_recommend]
impl<N: Model> ReferencesMany for HasMany<N> {}

#[diagnostic::do_not_recommend]
impl<N: Model> ReferencesMany for ManyToMany<N> {}

/// Is implemented by the types of relations to at most one entity: [`BelongsTo`] and [`HasOne`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` references many entities",
    label = "ask for them by `any`: `User.posts.any(Post.title.eq(\"Hello\"))`"
)]
pub trait ReferencesOne: RelationField {
    /// Whether there may be no entity.
    type Null: Nullability;
}

impl<T: ToOneTarget> ReferencesOne for BelongsTo<T> {
    type Null = T::Null;
}

impl<N: Model> ReferencesOne for HasOne<N> {
    type Null = Nullable;
}

impl<M: Model, F: ReferencesMany> Relation<M, F> {
    /// Returns the condition that the relation references an entity for which `condition` holds: EXISTS.
    ///
    /// Columns of the other model mean that entity. Where the relation references its own model, give the table of the
    /// query an alias to compare the two: `Category.alias("parent")`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let authors = select(User.name).filter(User.posts.any(Post.title.contains("Rust")));
    /// assert_eq!(
    ///     authors.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "name" FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."title" LIKE $1)"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn any<C: Condition>(self, condition: C) -> Predicate {
        references(self, Some(condition.into_predicate()))
    }

    /// Returns the condition that the relation references no entity: NOT EXISTS.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let silent = select(User.name).filter(User.posts.is_empty());
    /// assert_eq!(
    ///     silent.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "name" FROM "users" WHERE NOT (EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id"))"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn is_empty(self) -> Predicate {
        references(self, None).not()
    }

    /// Returns the condition that the relation references an entity: EXISTS.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let authors = select(User.name).filter(User.posts.is_not_empty());
    /// assert_eq!(
    ///     authors.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "name" FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id")"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn is_not_empty(self) -> Predicate {
        references(self, None)
    }

    /// Returns the condition that `entity` is among those that the relation references: a handle of the session on which
    /// the statement runs, or a reference to a struct.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let post = session.get(Post, 1)?.expect("the row is there");
    /// sent.take();
    /// let author = select(User.name).filter(User.posts.contains(post)).one(&mut session)?;
    /// assert_eq!(author, "ada");
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT "name" FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."id" = ?) LIMIT 2"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn contains<R: Related<F::Target, Null = NotNull>>(self, entity: R) -> Predicate {
        references(self, Some(is_entity(self.def(), entity)))
    }

    /// Returns the number of entities that the relation references, for `filter`, `select` and `order_by`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let busiest = select(User.name).order_by(User.posts.count().desc());
    /// assert_eq!(
    ///     busiest.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "name" FROM "users" ORDER BY (SELECT COUNT(*) FROM "posts" WHERE "posts"."author_id" = "users"."id") DESC"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn count(self) -> Expr<i64> {
        let rows = stmt::AggregateCall::new(Aggregate::Count, None, Type::Int64);
        let rows = stmt::Expr::Aggregate(Box::new(rows));
        scalar(self, SelectItem::value(rows, ItemNullability::Required))
    }
}

impl<M: Model, F: ReferencesOne> Relation<M, F> {
    /// Returns the condition that the relation references an entity for which `condition` holds: EXISTS.
    ///
    /// Columns of the other model mean that entity. Where the relation references its own model, give the table of the
    /// query an alias to compare the two: `Category.alias("child")`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let posts = select(Post.title).filter(Post.author.has(User.name.eq("ada")));
    /// assert_eq!(
    ///     posts.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "title" FROM "posts" WHERE EXISTS (SELECT 1 FROM "users" WHERE "posts"."author_id" = "users"."id" AND "users"."name" = ?)"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn has<C: Condition>(self, condition: C) -> Predicate {
        references(self, Some(condition.into_predicate()))
    }

    /// Returns a column or expression of the entity that the relation references, for `filter`, `select` and `order_by`. It
    /// is NULL without an entity.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let posts = select(Post.title).order_by(Post.author.get(User.name));
    /// assert_eq!(
    ///     posts.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "title" FROM "posts" ORDER BY (SELECT "users"."name" FROM "users" WHERE "posts"."author_id" = "users"."id") ASC"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn get<E: IntoExpr>(self, expr: E) -> Expr<Lifted<E::Value, F::Null>> {
        let nullability = ItemNullability::of::<<E::Value as DbType>::Null>();
        scalar(self, SelectItem::value(expr.into_expr().ast, nullability))
    }
}

impl<M: Model, N: Model> Relation<M, HasOne<N>> {
    /// Returns the condition that the relation references `entity`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "users")]
    /// # struct User { #[orm(primary_key)] id: i64, profile: HasOne<Profile> }
    /// # #[derive(Model)]
    /// # #[orm(table = "profiles")]
    /// # struct Profile { #[orm(primary_key)] id: i64, #[orm(references = User.id, unique)] user_id: i64, user: BelongsTo<User> }
    /// # let engine = Engine::connect("sqlite://")?;
    /// # Metadata::of((User, Profile)).create_all(&engine)?;
    /// # let mut session = Session::new(&engine);
    /// let user = session.add(User::builder());
    /// let profile = session.append(user, User.profile, Profile::builder())?;
    /// let found = select(User).filter(User.profile.eq(profile)).one(&mut session)?;
    /// assert_eq!(found, user);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn eq<R: Related<N, Null = NotNull>>(self, entity: R) -> Predicate {
        references(self, Some(is_entity(self.def(), entity)))
    }

    /// Returns the condition that the relation does not reference `entity`, but to another one or to none.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "users")]
    /// # struct User { #[orm(primary_key)] id: i64, profile: HasOne<Profile> }
    /// # #[derive(Model)]
    /// # #[orm(table = "profiles")]
    /// # struct Profile { #[orm(primary_key)] id: i64, #[orm(references = User.id, unique)] user_id: i64, user: BelongsTo<User> }
    /// # let engine = Engine::connect("sqlite://")?;
    /// # Metadata::of((User, Profile)).create_all(&engine)?;
    /// # let mut session = Session::new(&engine);
    /// let user = session.add(User::builder());
    /// let profile = session.append(user, User.profile, Profile::builder())?;
    /// assert!(!select(User).filter(User.profile.ne(profile)).exists(&mut session)?);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn ne<R: Related<N, Null = NotNull>>(self, entity: R) -> Predicate {
        self.eq(entity).not()
    }

    /// Returns the condition that the relation references no entity: NOT EXISTS.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "users")]
    /// # struct User { #[orm(primary_key)] id: i64, profile: HasOne<Profile> }
    /// # #[derive(Model)]
    /// # #[orm(table = "profiles")]
    /// # struct Profile { #[orm(primary_key)] id: i64, #[orm(references = User.id, unique)] user_id: i64, user: BelongsTo<User> }
    /// let without = select(User.id).filter(User.profile.is_null());
    /// assert_eq!(
    ///     without.to_sql(&orm::sqlite::SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE NOT (EXISTS (SELECT 1 FROM "profiles" WHERE "profiles"."user_id" = "users"."id"))"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn is_null(self) -> Predicate {
        references(self, None).not()
    }

    /// Returns the condition that the relation references an entity: EXISTS.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "users")]
    /// # struct User { #[orm(primary_key)] id: i64, profile: HasOne<Profile> }
    /// # #[derive(Model)]
    /// # #[orm(table = "profiles")]
    /// # struct Profile { #[orm(primary_key)] id: i64, #[orm(references = User.id, unique)] user_id: i64, user: BelongsTo<User> }
    /// let with = select(User.id).filter(User.profile.is_not_null());
    /// assert_eq!(
    ///     with.to_sql(&orm::sqlite::SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE EXISTS (SELECT 1 FROM "profiles" WHERE "profiles"."user_id" = "users"."id")"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn is_not_null(self) -> Predicate {
        references(self, None)
    }
}
