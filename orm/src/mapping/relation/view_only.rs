//! [`ViewOnly`]: the field of a relation that is only read; and what the compiler checks of its columns.

use std::any::Any;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::Arc;

use orm_core::error::Result;
use orm_core::types::DbType;

use super::any::AnyRelation;
use super::field::RelationField;
use super::refs::Refs;
use super::to_one::not_loaded;
use crate::mapping::column::Column;
use crate::mapping::def::RelationDef;
use crate::mapping::handle::{RawRef, Ref};
use crate::mapping::model::Model;

/// Represents a relation that is only read: the rows of another model that a condition selects for this entity, such as the
/// latest order of a user. `ViewOnly<Vec<Order>>` has all of them, `ViewOnly<Option<Order>>` the first one.
///
/// - The rows are those of a foreign key to this model, which is that of another relation: `inverse = Order.user` names it
///   if there are several. Or they have equal values in other columns: `on(email = Order.email)`, with the columns of this
///   model on the left.
/// - `filter = Order.state.eq("paid")` is a further condition, `order_by = Order.placed_at.desc()` the order, `limit = 3` the
///   number of rows for each entity.
///
/// It is loaded by [`Session::load`](crate::Session::load) and [`with`](crate::Select::with), for many entities by one
/// statement, and is the result of that query: later changes are not in it, and each load reads it again. A flush writes
/// nothing of it, and no verb of the session changes it.
///
/// ```
/// use orm::prelude::*;
///
/// #[derive(Model)]
/// #[orm(table = "users")]
/// struct User {
///     #[orm(primary_key)]
///     id: i64,
///     orders: HasMany<Order>,
///     #[orm(filter = Order.is_paid, order_by = Order.id.desc())]
///     latest_paid: ViewOnly<Option<Order>>,
/// }
///
/// #[derive(Model)]
/// #[orm(table = "orders")]
/// struct Order {
///     #[orm(primary_key)]
///     id: i64,
///     is_paid: bool,
///     #[orm(references = User.id)]
///     user_id: i64,
///     user: BelongsTo<User>,
/// }
///
/// let engine = Engine::connect("sqlite://")?;
/// Metadata::of((User, Order)).create_all(&engine)?;
/// let mut session = Session::new(&engine);
/// let user = session.add(User::builder());
/// let [_, second, _] = [true, true, false]
///     .map(|is_paid| session.add(Order::builder().user(user).is_paid(is_paid)));
/// session.commit()?;
/// let users = select(User).with(User.latest_paid).all(&mut session)?;
/// assert_eq!(session[users[0]].latest_paid.get()?, Some(second));
/// // SELECT … FROM (SELECT …, ROW_NUMBER() OVER (PARTITION BY "user_id" ORDER BY "id" DESC) AS "orm_2"
/// //     FROM "orders" WHERE "user_id" IN (?) AND "is_paid") AS "orm_1" WHERE "orm_1"."orm_2" <= ? …
/// # Ok::<(), orm::Error>(())
/// ```
pub struct ViewOnly<T> {
    view: View,
    marker: PhantomData<fn() -> T>,
}

/// What was read.
#[derive(Clone)]
enum View {
    /// With the relation, if it is that of a row.
    NotLoaded(Option<&'static RelationDef>),
    /// A `Refs` of the model. It is erased, so that the struct needs no bound: one that does not hold would be reported at
    /// each use of the struct that has the field.
    Loaded(Arc<dyn Any + Send + Sync>),
}

/// Is implemented by the `T` of [`ViewOnly<T>`](ViewOnly): a `Vec` or an `Option` of a model.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a `Vec` or an `Option` of a model",
    label = "expected `Vec<Order>`, for all rows, or `Option<Order>`, for the first one"
)]
pub trait ViewTarget: 'static {
    /// The model.
    type Model: Model;
    /// What reading the relation returns: `Refs<Order>`, or `Option<Ref<Order>>`.
    type Loaded: fmt::Debug;

    /// Returns the handles of the rows, or that of the first one.
    #[doc(hidden)]
    fn of(rows: &Refs<Self::Model>) -> Self::Loaded;
}

#[diagnostic::do_not_recommend]
impl<M: Model> ViewTarget for Vec<M> {
    type Model = M;
    type Loaded = Refs<M>;

    fn of(rows: &Refs<M>) -> Refs<M> {
        rows.clone()
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model> ViewTarget for Option<M> {
    type Model = M;
    type Loaded = Option<Ref<M>>;

    fn of(rows: &Refs<M>) -> Option<Ref<M>> {
        rows.first().copied()
    }
}

impl<T> ViewOnly<T> {
    /// The relation of a row that was read.
    #[doc(hidden)]
    #[inline]
    pub const fn unloaded(relation: &'static RelationDef) -> Self {
        Self {
            view: View::NotLoaded(Some(relation)),
            marker: PhantomData,
        }
    }

    /// Returns whether the relation is loaded, so that [`get`](Self::get) returns what was read.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// assert!(!orm::ViewOnly::<Option<Post>>::default().is_loaded());
    /// ```
    pub fn is_loaded(&self) -> bool {
        matches!(self.view, View::Loaded(_))
    }
}

impl<T: ViewTarget> ViewOnly<T> {
    /// Returns what the last load has read: `Option<Ref<Order>>`, or [`Refs<Order>`](Refs). Sends no statement.
    ///
    /// # Errors
    /// - `NotLoaded`: the relation is not loaded.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let error = orm::ViewOnly::<Vec<Post>>::default().get().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::NotLoaded);
    /// ```
    pub fn get(&self) -> Result<T::Loaded> {
        let relation = match self.view {
            View::NotLoaded(relation) => relation,
            View::Loaded(_) => None,
        };
        let rows = self.rows().ok_or_else(|| not_loaded(relation))?;
        Ok(T::of(rows))
    }

    fn rows(&self) -> Option<&Refs<T::Model>> {
        match &self.view {
            View::NotLoaded(_) => None,
            View::Loaded(rows) => rows.downcast_ref(),
        }
    }
}

impl<T: ViewTarget> RelationField for ViewOnly<T> {
    type Target = T::Model;
    type Loaded = T::Loaded;

    fn loaded(&self) -> Result<T::Loaded> {
        self.get()
    }
}

impl<T: ViewTarget> AnyRelation for ViewOnly<T> {
    fn view(&self) -> Option<Vec<RawRef>> {
        let rows = self.rows()?;
        Some(rows.iter().map(|row| row.raw()).collect())
    }

    fn set_view(&mut self, rows: Vec<RawRef>) {
        let rows: Refs<T::Model> = rows.into_iter().map(RawRef::typed).collect();
        self.view = View::Loaded(Arc::new(rows));
    }
}

impl<T> Clone for ViewOnly<T> {
    fn clone(&self) -> Self {
        Self {
            view: self.view.clone(),
            marker: PhantomData,
        }
    }
}

impl<T> Default for ViewOnly<T> {
    fn default() -> Self {
        Self {
            view: View::NotLoaded(None),
            marker: PhantomData,
        }
    }
}

impl<T: ViewTarget> PartialEq for ViewOnly<T> {
    fn eq(&self, other: &Self) -> bool {
        self.rows() == other.rows()
    }
}

impl<T: ViewTarget> Eq for ViewOnly<T> {}

impl<T: ViewTarget> Hash for ViewOnly<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.rows().map(|rows| &**rows).hash(state);
    }
}

impl<T: ViewTarget> fmt::Debug for ViewOnly<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.get() {
            Ok(loaded) => write!(f, "ViewOnly({loaded:?})"),
            Err(_) => f.write_str("ViewOnly(not loaded)"),
        }
    }
}

/// Is implemented by the columns of the model `N` that can be compared with a field of type `T`.
#[diagnostic::on_unimplemented(
    message = "the field can't be compared with `{Self}`",
    label = "expected a column of `{N}`, of the type `{T}`",
    note = "both columns need the same type, but either may be an Option"
)]
pub trait ComparedColumn<N, T> {
    /// Returns its position among the columns.
    fn position(self) -> usize;
}

/// Is implemented by columns that can be compared with a field of type `T`, of whatever model.
#[doc(hidden)]
pub trait ComparedOf<T> {
    /// The model.
    type Model;

    /// Returns its position among the columns.
    fn position(self) -> usize;
}

impl<N, T: DbType, Other: DbType<Base = T::Base>> ComparedOf<T> for Column<N, Other> {
    type Model = N;

    fn position(self) -> usize {
        Self::position(&self)
    }
}

// One implementation for all, so that the compiler doesn't list the columns that would fit.
#[diagnostic::do_not_recommend]
impl<N, T, C: ComparedOf<T, Model = N>> ComparedColumn<N, T> for C {
    fn position(self) -> usize {
        ComparedOf::position(self)
    }
}

/// Returns the position of the column of `N` that a field of type `T` is compared with.
#[doc(hidden)]
pub fn compared_by<N, T, C: ComparedColumn<N, T>>(column: C) -> usize {
    column.position()
}
