//! [`Session::json`] and [`Graph::json`]: entities with chosen relations and columns, for serde. What is written of each is in `serialize.rs`.

use std::fmt;
use std::marker::PhantomData;

use super::{Graph, Session};
use crate::mapping::{AttributeSet, ColumnSet, Columns, LoadPath, Model, PathFrom, RawRef};
use crate::state::{Ref, State};

/// Represents entities of a session or of a [`Graph`], with the relations and columns that are written of them: what
/// [`Session::json`] and [`Session::json_all`] return. It implements `serde::Serialize`, for JSON as for any other format.
///
/// An entity is a map of its columns, by the names of the fields, and of the relations that [`with`](Self::with) names. A
/// relation to one is a map or null, a relation to many is a list. Relations that are not named are left out, so that two
/// models that refer to each other have no end only if the paths have none. No statement is sent: a relation that is
/// named and not loaded is an error.
///
/// Dates and times are text of RFC 3339, a UUID is hyphenated, bytes are what serde makes of them, a value of a custom type is
/// what its codec encodes.
#[must_use = "nothing is written until serde serializes it"]
pub struct Json<'s, M> {
    pub(super) chosen: Chosen<'s>,
    pub(super) roots: Roots,
    /// The relations of the roots.
    pub(super) branches: Vec<Branch>,
    marker: PhantomData<fn() -> M>,
}

/// The entities that the paths begin with.
pub(super) enum Roots {
    One(RawRef),
    Many(Vec<RawRef>),
}

impl Roots {
    fn many<M>(handles: &[Ref<M>]) -> Self {
        Self::Many(handles.iter().map(|handle| handle.raw()).collect())
    }
}

/// What is written, beside the relations.
pub(super) struct Chosen<'s> {
    pub(super) state: &'s State,
    /// Whether expired entities can't be read.
    pub(super) expires: bool,
    /// By the model's number: which columns of its entities.
    choices: Vec<(usize, Choice)>,
}

/// Some columns of a model.
#[derive(Default)]
struct Choice {
    only: Option<ColumnSet>,
    except: ColumnSet,
}

/// A relation that is written, and those of what it references.
pub(super) struct Branch {
    /// The index of the relation.
    pub(super) index: usize,
    /// Whether it is what a filtered load has selected of it.
    pub(super) is_part: bool,
    /// How often it is followed.
    pub(super) levels: u32,
    pub(super) branches: Vec<Branch>,
}

impl Chosen<'_> {
    /// Whether a column of a model is written.
    pub(super) fn has_column(&self, model: usize, position: usize) -> bool {
        let choice = self.choices.iter().find(|(known, _)| *known == model);
        choice.is_none_or(|(_, Choice { only, except })| {
            let is_chosen = only.as_ref().is_none_or(|only| only.contains(position));
            is_chosen && !except.contains(position)
        })
    }

    fn choice(&mut self, model: usize) -> &mut Choice {
        let known = self.choices.iter().position(|(known, _)| *known == model);
        let place = known.unwrap_or_else(|| {
            self.choices.push((model, Choice::default()));
            self.choices.len() - 1
        });
        &mut self.choices[place].1
    }
}

/// Adds a path to the relations of its first model.
fn add(branches: &mut Vec<Branch>, path: LoadPath) {
    let mut branches = branches;
    for step in path {
        let known = branches
            .iter()
            .position(|branch| branch.index == step.index);
        let place = known.unwrap_or_else(|| {
            branches.push(Branch {
                index: step.index,
                is_part: false,
                levels: 1,
                branches: Vec::new(),
            });
            branches.len() - 1
        });
        let branch = &mut branches[place];
        branch.is_part = step.scope.is_some();
        branch.levels = branch.levels.max(step.levels);
        branches = &mut branch.branches;
    }
}

impl Session {
    /// Returns an entity for serde, with its columns; see [`Json`].
    ///
    /// An error of the entity, such as a stale handle, is that of the serialization.
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
    /// let json = session.json(ada).only((User.id, User.name)).with(User.posts).only(Post.title);
    /// assert_eq!(
    ///     serde_json::to_string(&json)?,
    ///     r#"{"id":1,"name":"ada","posts":[{"title":"On engines"}]}"#
    /// );
    /// assert!(sent.take_sql().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn json<M: Model>(&self, handle: Ref<M>) -> Json<'_, M> {
        self.json_of(Roots::One(handle.raw()))
    }

    /// Returns several entities for serde, as a list; see [`Json`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, _sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let users = select(User).all(&mut session)?;
    /// let json = session.json_all(&users).only(User.name);
    /// assert_eq!(serde_json::to_string(&json)?, r#"[{"name":"ada"}]"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn json_all<M: Model>(&self, handles: &[Ref<M>]) -> Json<'_, M> {
        self.json_of(Roots::many(handles))
    }

    fn json_of<M: Model>(&self, roots: Roots) -> Json<'_, M> {
        Json::of((&self.state, self.settings.expire_on_commit), roots)
    }
}

impl<R> Graph<R> {
    /// Returns an entity for serde, as [`Session::json`] does.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, _sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let users = select(User).with(User.posts).graph(&mut conn)?;
    /// let json = users.json(users.rows()[0]).only(User.name).with(User.posts).only(Post.title);
    /// assert_eq!(
    ///     serde_json::to_string(&json)?,
    ///     r#"{"name":"ada","posts":[{"title":"On engines"}]}"#
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn json<M: Model>(&self, handle: Ref<M>) -> Json<'_, M> {
        Json::of((self.state(), false), Roots::One(handle.raw()))
    }

    /// Returns several entities for serde, as a list, as [`Session::json_all`] does.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, _sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let users = select(User).graph(&mut conn)?;
    /// let json = users.json_all(users.rows()).only(User.name);
    /// assert_eq!(serde_json::to_string(&json)?, r#"[{"name":"ada"}]"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn json_all<M: Model>(&self, handles: &[Ref<M>]) -> Json<'_, M> {
        Json::of((self.state(), false), Roots::many(handles))
    }
}

impl<'s, M: Model> Json<'s, M> {
    fn of((state, expires): (&'s State, bool), roots: Roots) -> Self {
        let choices = Vec::new();
        Self {
            chosen: Chosen {
                state,
                expires,
                choices,
            },
            roots,
            branches: Vec::new(),
            marker: PhantomData,
        }
    }
}

impl<M: Model> Json<'_, M> {
    /// Writes a relation as well, or several relations one after another: `User.posts.then(Post.tags)`. It must be loaded.
    /// Of a filtered one, `User.posts.filter(…)`, what the filtered load has selected is written, whatever the condition.
    ///
    /// `recursive()` is followed to the end, at most 64 levels; rows in a circle are an error.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, _sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let posts = select(Post).with(Post.author).all(&mut session)?;
    /// let json = session.json(posts[0]).with(Post.author).except(User.email).only(Post.title);
    /// assert_eq!(
    ///     serde_json::to_value(&json)?,
    ///     serde_json::json!({
    ///         "title": "On engines",
    ///         "author": { "id": 1, "name": "ada", "age": 36, "active": true },
    ///     })
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with<P: PathFrom<M>>(mut self, path: P) -> Self {
        add(&mut self.branches, path.into_path().into_steps());
        self
    }

    /// Writes only these columns of entities of their model, and those of further calls.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, _sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get_one(User, 1)?;
    /// let json = session.json(ada).only((User.id, User.age));
    /// assert_eq!(serde_json::to_string(&json)?, r#"{"id":1,"age":36}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn only<N: Model>(mut self, columns: impl Columns<N>) -> Self {
        let set = AttributeSet::of(columns, N::def());
        let choice = self.chosen.choice(N::slot().index());
        choice.only.get_or_insert_default().unite(&set.columns);
        self
    }

    /// Leaves out these columns of entities of their model.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, _sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get_one(User, 1)?;
    /// let json = session.json(ada).except((User.email, User.active));
    /// assert_eq!(serde_json::to_string(&json)?, r#"{"id":1,"name":"ada","age":36}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn except<N: Model>(mut self, columns: impl Columns<N>) -> Self {
        let set = AttributeSet::of(columns, N::def());
        let choice = self.chosen.choice(N::slot().index());
        choice.except.unite(&set.columns);
        self
    }
}

// Entities may hold secrets, and need no Debug.
impl<M: Model> fmt::Debug for Json<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Json")
            .field("model", &M::def().name)
            .finish_non_exhaustive()
    }
}
