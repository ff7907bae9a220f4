//! [`Path`]: relations one after another, which a query loads along with its entities.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use super::field::{Linkable, Relation, RelationField};
use super::scope::Scope;
use crate::mapping::def::{ModelDef, RelationDef};
use crate::mapping::model::{Entity, Model};

/// Represents relations one after another, from model `M` to model `N`: `User.posts.then(Post.author)`.
pub struct Path<M, N> {
    steps: Vec<LoadStep>,
    marker: PhantomData<fn() -> (M, N)>,
}

/// A path without its types: the relations in order.
#[doc(hidden)]
pub type LoadPath = Vec<LoadStep>;

/// One relation of a path.
#[doc(hidden)]
#[derive(Clone)]
pub struct LoadStep {
    pub(crate) owner: &'static ModelDef,
    pub(crate) index: usize,
    /// What is selected, if it isn't all.
    pub(crate) scope: Option<Arc<Scope>>,
    /// How often it is followed, by a relation to the model itself.
    pub(crate) levels: u32,
    pub(crate) strategy: Strategy,
    /// Whether the rows are locked.
    pub(crate) locks: bool,
}

/// How what a relation references is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Strategy {
    /// By a query of its own, for all owners.
    SelectIn,
    /// By the query of the owners, which joins its table.
    Joined,
    /// By the query of the owners, in which the program has joined its table, under this alias if it has one.
    OwnJoin(Option<&'static str>),
}

impl LoadStep {
    /// Follows a relation once.
    pub(crate) fn of<M: Model, F>(relation: Relation<M, F>) -> Self {
        Self::at(M::def(), relation.index())
    }

    /// The relation.
    pub(crate) fn relation(&self) -> &'static RelationDef {
        &self.owner.relations[self.index]
    }

    /// Follows the relation at `index` of a model once.
    pub(crate) fn at(owner: &'static ModelDef, index: usize) -> Self {
        Self {
            owner,
            index,
            scope: None,
            levels: 1,
            strategy: Strategy::SelectIn,
            locks: false,
        }
    }
}

impl fmt::Debug for LoadStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.relation().name;
        write!(f, "{}.{name}", self.owner.name)?;
        match &self.scope {
            Some(scope) => write!(f, " of {scope:?}"),
            None => Ok(()),
        }
    }
}

/// Is implemented by relations and paths, of whatever model.
#[doc(hidden)]
pub trait IntoPath {
    /// The model that the path begins with.
    type Start;
    /// The model that it references.
    type End: Model;

    /// Returns the path.
    fn path(self) -> Path<Self::Start, Self::End>;
}

impl<M: Model, F: RelationField> IntoPath for Relation<M, F> {
    type Start = M;
    type End = F::Target;

    fn path(self) -> Path<M, F::Target> {
        Path::of(LoadStep::of(self))
    }
}

impl<M, N: Model> IntoPath for Path<M, N> {
    type Start = M;
    type End = N;

    fn path(self) -> Self {
        self
    }
}

/// Is implemented by relations and paths of relations of model `M`, for `with` of a query.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a relation of the model `{M}`",
    label = "expected a relation of `{M}`, such as `User.posts`",
    note = "relations of relations are loaded by `then`: `select(User).with(User.posts.then(Post.author))`"
)]
pub trait PathFrom<M> {
    /// The model that the path references.
    type End: Model;

    /// Returns the path.
    fn into_path(self) -> Path<M, Self::End>;
}

// One implementation for all, so that the compiler doesn't list the models that would fit.
#[diagnostic::do_not_recommend]
impl<M, P: IntoPath<Start = M>> PathFrom<M> for P {
    type End = P::End;

    fn into_path(self) -> Path<M, P::End> {
        self.path()
    }
}

impl<M: Model, F: RelationField> Relation<M, F> {
    /// Returns the path by this relation and then by one of the model that it references.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let posts = select(Post).with(Post.author.then(User.posts)).all(&mut session)?;
    /// let ada = session[posts[0]].author.get()?;
    /// assert_eq!(session[ada].posts.get()?, posts);
    /// assert_eq!(sent.take_sql().len(), 5); // three between BEGIN and COMMIT
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn then<P: PathFrom<F::Target>>(self, next: P) -> Path<M, P::End> {
        self.into_path().then(next)
    }
}

impl<M: Model, F: Linkable> Relation<M, F> {
    /// Returns the path by this relation, which a query reads in its own rows by a join: INNER JOIN for a required
    /// `BelongsTo`, LEFT JOIN for any other relation. Each entity of the query is returned once, and LIMIT and OFFSET
    /// count entities: with a relation to many they go into a derived table.
    ///
    /// One statement instead of two pays for a relation to one on a server that is far away. For relations to many,
    /// the columns of an entity are sent again with each row of the relation.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let posts = select(Post).with(Post.author.joined()).all(&mut session)?;
    /// let ada = session[posts[0]].author.get()?;
    /// assert_eq!(session[ada].name, "ada");
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT "posts"."id", "posts"."author_id", "posts"."title", "orm_1"."id", "orm_1"."name", "orm_1"."email", "orm_1"."age", "orm_1"."active" FROM "posts" INNER JOIN "users" AS "orm_1" ON "posts"."author_id" = "orm_1"."id""#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn joined(self) -> Path<M, F::Target> {
        self.by(Strategy::Joined)
    }

    /// Returns the path by this relation, which is filled from the table that the query has joined itself. What a
    /// relation to many references in these rows is a part of its list, whatever the conditions are: it is read by
    /// `part()`. LIMIT and OFFSET count rows of the join.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let users = select(User)
    ///     .join(User.posts)
    ///     .filter(Post.title.starts_with("On"))
    ///     .with(User.posts.from_join())
    ///     .all(&mut session)?;
    /// for user in users {
    ///     assert!(!session[user].posts.part()?.is_empty());
    /// }
    /// assert_eq!(sent.take_sql().len(), 1);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn from_join(self) -> Path<M, F::Target> {
        self.by(Strategy::OwnJoin(None))
    }

    /// Returns the path by this relation, as [`Relation::from_join`] does, from the table that the query has joined under an
    /// alias.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let author = User.alias("author");
    /// let posts = select(Post)
    ///     .join(Post.author.as_(author))
    ///     .filter(author.age.gt(30))
    ///     .with(Post.author.from_join_as(author))
    ///     .all(&mut session)?;
    /// let ada = session[posts[0]].author.get()?;
    /// assert_eq!(session[ada].age, 36);
    /// assert_eq!(sent.take_sql().len(), 1);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn from_join_as<E: Entity<Model = F::Target>>(self, alias: E) -> Path<M, F::Target> {
        self.by(Strategy::OwnJoin(alias.alias_name()))
    }

    /// Returns the path by this relation, whose rows are locked until the transaction ends, as [`Path::for_update`] does.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let query = select(User).with(User.posts.for_update()).for_update();
    /// let users = query.all(&mut session)?;
    /// assert_eq!(session[users[0]].posts.get()?.len(), 1);
    /// # sent.take();
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn for_update(self) -> Path<M, F::Target> {
        self.into_path().for_update()
    }

    fn by(self, strategy: Strategy) -> Path<M, F::Target> {
        let step = LoadStep::of(self);
        Path::of(LoadStep { strategy, ..step })
    }
}

impl<M: Model, F: RelationField<Target = M>> Relation<M, F> {
    /// Returns the path by this relation to the model itself, followed again from what it references, so often that
    /// `levels` of them are loaded: the children of a node, their children, and so on. Each level is one statement.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "categories")]
    /// # struct Category {
    /// #     #[orm(primary_key)] id: i64,
    /// #     #[orm(references = Category.id)] parent_id: Option<i64>,
    /// #     parent: BelongsTo<Option<Category>>,
    /// #     children: HasMany<Category>,
    /// # }
    /// # let engine = Engine::connect("sqlite://")?;
    /// # Metadata::of((Category,)).create_all(&engine)?;
    /// # let mut session = Session::new(&engine);
    /// let root = session.add(Category::builder());
    /// session.append(root, Category.children, Category::builder())?;
    /// session.commit()?;
    /// let roots = select(Category)
    ///     .filter(Category.parent_id.is_null())
    ///     .with(Category.children.depth(2))
    ///     .all(&mut session)?;
    /// let child = session[roots[0]].children.get()?[0];
    /// assert!(session[child].children.get()?.is_empty());
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn depth(self, levels: u32) -> Path<M, M> {
        let mut step = LoadStep::of(self);
        step.levels = levels;
        Path::of(step)
    }

    /// Returns the path by this relation to the model itself, followed until there is nothing more: all descendants of a
    /// node, or all its ancestors. Each level is one statement. Rows in a circle end it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "categories")]
    /// # struct Category {
    /// #     #[orm(primary_key)] id: i64,
    /// #     #[orm(references = Category.id)] parent_id: Option<i64>,
    /// #     parent: BelongsTo<Option<Category>>,
    /// #     children: HasMany<Category>,
    /// # }
    /// let tree = select(Category).filter(Category.parent_id.is_null()).with(Category.children.recursive());
    /// # let _ = tree;
    /// ```
    pub fn recursive(self) -> Path<M, M> {
        self.depth(u32::MAX)
    }
}

impl<M, N> Path<M, N> {
    /// The path of one step.
    pub(crate) fn of(step: LoadStep) -> Self {
        Self {
            steps: vec![step],
            marker: PhantomData,
        }
    }

    /// Returns this path, continued by a relation of the model that it references.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let path = User.posts.then(Post.author).then(User.posts);
    /// assert_eq!(format!("{path:?}"), "[User.posts, Post.author, User.posts]");
    /// ```
    pub fn then<P: PathFrom<N>>(mut self, next: P) -> Path<M, P::End> {
        self.steps.extend(next.into_path().steps);
        Path {
            steps: self.steps,
            marker: PhantomData,
        }
    }

    /// Returns this path, whose last relation locks the rows that it references until the transaction ends: `FOR UPDATE`.
    /// All of them are read, those in memory as well, so that their entities take the values of the locked rows. Of a relation by a link
    /// table, the link rows are locked, too.
    ///
    /// The rows of the query itself are locked by its own [`for_update`](crate::Select::for_update). A relation that is joined,
    /// filtered, limited or only read can't be locked.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let path = User.posts.then(Post.author).for_update();
    /// let query = select(User).with(path).for_update();
    /// # let _ = query;
    /// ```
    pub fn for_update(mut self) -> Self {
        if let Some(last) = self.steps.last_mut() {
            last.locks = true;
        }
        self
    }

    /// The relations in order.
    pub(crate) fn into_steps(self) -> LoadPath {
        self.steps
    }
}

impl<M, N> Clone for Path<M, N> {
    fn clone(&self) -> Self {
        Self {
            steps: self.steps.clone(),
            marker: PhantomData,
        }
    }
}

impl<M, N> fmt::Debug for Path<M, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.steps.fmt(f)
    }
}
