//! [`Subset`]: some of the entities that a relation references, for `with` and `load`. What is selected is data, a
//! [`Scope`]; the query is made in `part.rs`.

use std::fmt;
use std::sync::Arc;

use super::relation_ops::ReferencesMany;
use crate::mapping::{IntoPath, LoadStep, Model, Path, PathFrom, Relation, RelationField, Scope};
use crate::query::expressions::order::OrderList;
use crate::query::expressions::predicate::Condition;

/// Represents some of the entities that a relation to many references, of each entity on its own: those for which a
/// condition holds, in an order, and at most so many. It stands where the relation does: in
/// [`with`](crate::Select::with), [`load`](crate::Session::load), [`load_all`](crate::Session::load_all) and `then`.
///
/// What was selected is read by `part()` of the field. The list itself is apart from it, and is not loaded by it, so that
/// verbs and cascades never take a part for the whole.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// # let (engine, sent) = database()?;
/// # let mut session = Session::new(&engine);
/// let users = select(User)
///     .with(User.posts.filter(Post.title.starts_with("On")).order_by(Post.id.desc()))
///     .all(&mut session)?;
/// for user in users {
///     let posts = session[user].posts.part()?;
///     assert!(posts.iter().all(|post| session[*post].title.starts_with("On")));
/// }
/// assert_eq!(
///     sent.take_sql()[2],
///     r#"SELECT "id", "author_id", "title" FROM "posts" WHERE "author_id" IN (?) AND instr("title", ?) = 1 ORDER BY "id" DESC, "id" ASC"#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
#[must_use = "a part of a relation does nothing until it is given to `with` or `load`"]
pub struct Subset<M, F> {
    relation: Relation<M, F>,
    scope: Scope,
}

// The bound is at each method, so that the compiler says what a relation to one has instead.
impl<M: Model, F: RelationField> Relation<M, F> {
    /// Selects those of the entities that the relation references for which a condition holds.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, _sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get(User, 1)?.expect("the row is there");
    /// let found = session.load(ada, User.posts.filter(Post.title.contains("?")))?;
    /// assert!(found.is_empty());
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn filter<C: Condition>(self, condition: C) -> Subset<M, F>
    where
        F: ReferencesMany,
    {
        Subset::of(self).filter(condition)
    }

    /// Selects the entities that the relation references in an order; then by their primary key.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, _sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get(User, 1)?.expect("the row is there");
    /// let by_title = session.load(ada, User.posts.order_by(Post.title))?;
    /// assert_eq!(by_title.len(), 1);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn order_by<O: OrderList>(self, orders: O) -> Subset<M, F>
    where
        F: ReferencesMany,
    {
        Subset::of(self).order_by(orders)
    }

    /// Selects so many of the entities that the relation references, of each entity on its own: the first ones, in the
    /// order of the list.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get(User, 1)?.expect("the row is there");
    /// sent.take();
    /// session.load(ada, User.posts.limit(3))?;
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [concat!(
    ///         r#"SELECT "orm_1"."id", "orm_1"."author_id", "orm_1"."title" FROM ("#,
    ///         r#"SELECT "id", "author_id", "title", ROW_NUMBER() OVER (PARTITION BY "author_id" ORDER BY "id" ASC) AS "orm_2" "#,
    ///         r#"FROM "posts" WHERE "author_id" IN (?)) AS "orm_1" WHERE "orm_1"."orm_2" <= ? ORDER BY "orm_1"."orm_2" ASC"#,
    ///     )]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn limit(self, most: u64) -> Subset<M, F>
    where
        F: ReferencesMany,
    {
        Subset::of(self).limit(most)
    }
}

impl<M: Model, F: RelationField> Subset<M, F> {
    fn of(relation: Relation<M, F>) -> Self {
        Self {
            relation,
            scope: Scope::default(),
        }
    }

    /// Adds a condition that must hold as well.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let posts = User.posts.limit(3).filter(Post.title.ne(""));
    /// # let _ = posts;
    /// ```
    pub fn filter<C: Condition>(mut self, condition: C) -> Self {
        let condition = condition.into_predicate().into_ast();
        self.scope.filter.push(condition);
        self
    }

    /// Adds an order, after those that were given before.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let posts = User.posts.order_by(Post.title).order_by(Post.id.desc());
    /// # let _ = posts;
    /// ```
    pub fn order_by<O: OrderList>(mut self, orders: O) -> Self {
        orders.add_to(&mut self.scope.order);
        self
    }

    /// Selects at most so many entities, of each entity on its own.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let newest = User.posts.order_by(Post.id.desc()).limit(3);
    /// # let _ = newest;
    /// ```
    pub fn limit(mut self, most: u64) -> Self {
        self.scope.limit = Some(most);
        self
    }

    /// Returns the path by these entities and then by a relation of theirs.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let newest = User.posts.order_by(Post.id.desc()).limit(3);
    /// let users = select(User).with(newest.then(Post.author));
    /// # let _ = users;
    /// ```
    pub fn then<P: PathFrom<F::Target>>(self, next: P) -> Path<M, P::End> {
        self.into_path().then(next)
    }

    /// The relation and what is selected of it.
    pub(crate) fn into_step(self) -> LoadStep {
        let mut step = LoadStep::of(self.relation);
        step.scope = Some(Arc::new(self.scope));
        step
    }
}

impl<M: Model, F: RelationField> IntoPath for Subset<M, F> {
    type Start = M;
    type End = F::Target;

    fn path(self) -> Path<M, F::Target> {
        Path::of(self.into_step())
    }
}

impl<M, F> Clone for Subset<M, F> {
    fn clone(&self) -> Self {
        Self {
            relation: self.relation,
            scope: self.scope.clone(),
        }
    }
}

impl<M: Model, F> fmt::Debug for Subset<M, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} of {:?}", self.relation, self.scope)
    }
}
