//! [`Deferred`]: the field of a column that queries may leave out, and which columns of a model these are.
//!
//! Which ones a query reads is chosen in `query/select/`, and loaded for one entity in `session/deferred.rs`.

use std::fmt;

use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::schema::Column;
use orm_core::types::DbType;
use orm_core::value::{ConversionError, ValueRef};

use super::column_set::ColumnSet;
use super::def::ModelDef;
use super::field::Field;

/// Holds the value of a column that queries leave out until it is asked for: a long text, an image. Filters and orders
/// use the column as any other, `Post.body.contains("…")`, whose type is `T`.
///
/// A query reads it with [`Select::undefer`](crate::Select::undefer), and
/// [`Session::load_columns`](crate::Session::load_columns) reads it for one entity. An UPDATE of other columns neither sets
/// nor compares it. Assigning it needs no load.
///
/// | attribute | |
/// | --- | --- |
/// | none | left out, alone |
/// | `deferred = "group"` | left out; one of the group is read together with the others |
/// | `deferred = false` | read, unless a query leaves it out with [`Select::defer`](crate::Select::defer) |
///
/// # Examples
///
/// ```
/// use orm::prelude::*;
/// use orm::Deferred;
///
/// #[derive(Model)]
/// #[orm(table = "articles")]
/// struct Article {
///     #[orm(primary_key)]
///     id: i64,
///     title: String,
///     body: Deferred<String>,
/// }
///
/// # let engine = Engine::connect("sqlite://")?;
/// # Metadata::of((Article,)).create_all(&engine)?;
/// let mut session = Session::new(&engine);
/// session.add(Article::builder().title("Tides").body("…"));
/// session.commit()?;
/// session.clear();
/// let article = select(Article).one(&mut session)?; // SELECT "id", "title" FROM "articles" LIMIT 2
/// assert!(session[article].body.get().is_err());
/// session.load_columns(article, Article.body)?; // SELECT "body" FROM "articles" WHERE "id" = ?
/// assert_eq!(session[article].body.get()?, "…");
/// # Ok::<(), orm::Error>(())
/// ```
#[derive(Clone)]
pub struct Deferred<T>(State<T>);

#[derive(Clone)]
enum State<T> {
    /// Which column of which model it is, if the value came from a row.
    NotLoaded(Option<(&'static ModelDef, usize)>),
    Loaded(T),
}

impl<T> Deferred<T> {
    /// Returns the value.
    ///
    /// # Errors
    /// - `NotLoaded`: the query has left the column out. The error names the call that loads it.
    pub fn get(&self) -> Result<&T> {
        match &self.0 {
            State::Loaded(value) => Ok(value),
            State::NotLoaded(column) => Err(column_not_loaded(*column)),
        }
    }

    /// Returns the value itself.
    ///
    /// # Errors
    /// As [`Deferred::get`].
    pub fn into_inner(self) -> Result<T> {
        match self.0 {
            State::Loaded(value) => Ok(value),
            State::NotLoaded(column) => Err(column_not_loaded(column)),
        }
    }

    /// Returns whether the value is there.
    pub fn is_loaded(&self) -> bool {
        matches!(self.0, State::Loaded(_))
    }
}

/// The error of reading a column that is not loaded.
#[cold]
pub(crate) fn column_not_loaded(column: Option<(&'static ModelDef, usize)>) -> Error {
    let Some((def, position)) = column else {
        return Error::with_message(
            ErrorKind::NotLoaded,
            "the deferred column was given no value",
        )
        .with_hint("assign it, or read the entity from the database");
    };
    let (model, field) = (def.name, def.fields[position]);
    let message = format!("the column `{model}.{field}` is not loaded");
    Error::with_message(ErrorKind::NotLoaded, message)
        .with_table(def.table)
        .with_column(def.names[position])
        .with_hint(format!(
            "call session.load_columns(handle, {model}.{field}), or add .undefer({model}.{field}) to the query"
        ))
}

impl<T> From<T> for Deferred<T> {
    fn from(value: T) -> Self {
        Self(State::Loaded(value))
    }
}

/// Has no value. An INSERT leaves the column to the database.
impl<T> Default for Deferred<T> {
    fn default() -> Self {
        Self(State::NotLoaded(None))
    }
}

impl<T: fmt::Debug> fmt::Debug for Deferred<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            State::Loaded(value) => value.fmt(f),
            State::NotLoaded(_) => f.write_str("Deferred(not loaded)"),
        }
    }
}

/// Two that are not loaded are equal.
impl<T: PartialEq> PartialEq for Deferred<T> {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (State::Loaded(a), State::Loaded(b)) => a == b,
            (State::NotLoaded(_), State::NotLoaded(_)) => true,
            (State::Loaded(_), State::NotLoaded(_)) | (State::NotLoaded(_), State::Loaded(_)) => {
                false
            }
        }
    }
}

impl<T: Eq> Eq for Deferred<T> {}

#[diagnostic::do_not_recommend]
impl<T: DbType + Clone> Field for Deferred<T> {
    const COLUMN: Column = <T as Field>::COLUMN;

    #[inline]
    fn read(row: &dyn Row, index: usize, def: &'static ModelDef, position: usize) -> Result<Self> {
        if !row.has(index) {
            return Ok(Self(State::NotLoaded(Some((def, position)))));
        }
        T::read(row, index, def, position).map(Self::from)
    }

    fn is_null(row: &dyn Row, index: usize) -> bool {
        row.has(index) && T::is_null(row, index)
    }

    #[inline]
    fn value(&self) -> ValueRef<'_> {
        match &self.0 {
            State::Loaded(value) => value.value(),
            State::NotLoaded(_) => ValueRef::Null,
        }
    }

    fn assign(&mut self, value: ValueRef<'_>) -> Result<(), ConversionError> {
        self.0 = State::Loaded(T::from_value(value)?);
        Ok(())
    }

    fn copy(&self) -> Self {
        self.clone()
    }

    fn copy_into(&self, old: &mut Self) {
        old.clone_from(self);
    }

    fn compare(&self, old: &Self, position: usize, set: &mut ColumnSet) {
        match (&self.0, &old.0) {
            (State::Loaded(new), State::Loaded(old)) => new.compare(old, position, set),
            (State::Loaded(_), State::NotLoaded(_)) => set.insert(position),
            // What is not here is never written.
            (State::NotLoaded(_), _) => {}
        }
    }

    fn leave_unset(&self, position: usize, unset: &mut ColumnSet) {
        match &self.0 {
            State::Loaded(value) => value.leave_unset(position, unset),
            State::NotLoaded(_) => unset.insert(position),
        }
    }

    #[inline]
    fn is_loaded(&self) -> bool {
        Deferred::is_loaded(self)
    }

    fn unload(&mut self, def: &'static ModelDef, position: usize) {
        self.0 = State::NotLoaded(Some((def, position)));
    }

    fn unread(&self) -> Option<(&'static ModelDef, usize)> {
        match self.0 {
            State::Loaded(_) => None,
            State::NotLoaded(column) => column,
        }
    }
}
