//! [`Select::contains`]: whether a row is among those of a query; and [`RowKey`], what names the row.

use std::marker::PhantomData;

use orm_core::error::Result;
use orm_core::stmt::{CompareOp, Few};
use orm_core::types::NotNull;
use orm_core::value::{Value, ValueRef};

use super::builder::Select;
use super::entity_selection::EntitySelection;
use crate::mapping::{Cascade, IntoKey, Model, PrimaryKey, RelationDef, RelationKind};
use crate::query::executor::Executor;
use crate::query::expressions::related::{KeyColumns, Related};
use crate::query::expressions::table_ref::TableRef;
use crate::query::expressions::term::{Comparison, Term};

impl<S: EntitySelection> Select<S> {
    /// Returns whether the query has the row of this primary key, handle or struct. A session flushes first, so that a
    /// handle may be of an entity that is not stored yet.
    ///
    /// # Errors
    /// - `Usage`: the query has LIMIT or OFFSET, or a handle is given on a connection.
    /// - `StaleHandle`: the entity has left the session, or the handle belongs to another one.
    /// - As [`Select::all`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let active = select(User).filter(User.active);
    /// let ada = session.get_one(User, 1)?;
    /// sent.take();
    /// assert!(active.contains(ada, &mut session)?);
    /// assert!(!active.contains(7, &mut session)?);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT 1 FROM "users" WHERE "active" = ? AND "id" = ? LIMIT 1"#; 2]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn contains<X: Executor, R: RowKey<S::Model, Kind>, Kind>(
        &self,
        row: R,
        conn_or_session: &mut X,
    ) -> Result<bool> {
        self.query.refuse_limit("contains")?;
        self.query.refuse_kept_rows("contains")?;
        let mut query = self.clone();
        let table = query.query.entity_table(S::Model::def());
        let columns = table.def.primary_key.iter();
        for (position, value) in columns.zip(row.into_values()) {
            query.query.filter(equal(table, *position, value));
        }
        query.exists(conn_or_session)
    }
}

/// Is implemented by what names a row of the model `M`: its primary key, as [`Session::get`](crate::Session::get) takes it,
/// a handle, or a reference to a struct.
#[diagnostic::on_unimplemented(
    message = "`{Self}` names no row of `{M}`",
    label = "expected a primary key of the model, a handle, `Ref<{M}>`, or a reference to a `{M}`"
)]
pub trait RowKey<M, Kind> {
    /// Returns the values of the primary key.
    #[doc(hidden)]
    fn into_values(self) -> Few<Value>;
}

/// Marks a primary key.
#[derive(Debug)]
pub struct ByKey;

/// Marks a handle or a struct.
#[derive(Debug)]
pub struct ByEntity;

#[diagnostic::do_not_recommend]
impl<M: Model, K: IntoKey<M::Key>> RowKey<M, ByKey> for K {
    fn into_values(self) -> Few<Value> {
        let own = |part: &ValueRef<'_>| part.to_value();
        self.into_key()
            .with_parts(|parts| parts.iter().map(own).collect())
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model, R: Related<M, Null = NotNull>> RowKey<M, ByEntity> for R {
    fn into_values(self) -> Few<Value> {
        let columns = KeyColumns::new(Contained::<M>::CONDITION, M::def().primary_key);
        self.into_key(&columns).unwrap_or_default()
    }
}

/// The condition, for messages about handles: they name the relation of one.
struct Contained<M>(PhantomData<M>);

impl<M: Model> Contained<M> {
    const CONDITION: &'static RelationDef = &RelationDef {
        model: "Select",
        name: "contains",
        target: M::def,
        kind: RelationKind::BelongsTo {
            reference: 0,
            optional: false,
        },
        cascade: Cascade::None,
        deletes_orphans: false,
        order: &[],
        keeps_positions: false,
    };
}

fn equal(table: TableRef, position: usize, value: Value) -> Term {
    Term::Comparison(Comparison {
        table,
        position: u32::try_from(position).expect("invariant: a table has few columns"),
        op: CompareOp::Eq,
        value,
    })
}
