//! The arguments of `order_by` and `group_by`: one item, a tuple, or for `order_by` also a list built at run time.

use orm_core::stmt::{self, Direction, Nulls};
use orm_core::types::{DbType, Type};

use super::expr::{Expr, IntoExpr};
use super::table_ref::TableRef;
use crate::mapping::{Column, Entity, Model};

/// Represents one item of ORDER BY: `User.name.asc()`.
#[derive(Clone, Debug)]
#[must_use = "an order does nothing until it is given to `order_by`"]
pub struct Order {
    order: stmt::Order,
    ty: &'static Type,
}

impl Order {
    pub(in crate::query) fn new(expr: stmt::Expr, direction: Direction, ty: &'static Type) -> Self {
        let order = stmt::Order::new(expr, direction);
        Self { order, ty }
    }

    /// Puts NULLs before all values: NULLS FIRST. By default they are the least values on SQLite, MySQL and MariaDB, and
    /// the greatest on PostgreSQL. On MySQL and MariaDB the order has an item more where NULLs are not there already.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.name).order_by(User.email.desc().nulls_first());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "name" FROM "users" ORDER BY "email" DESC NULLS FIRST"#
    /// );
    /// assert_eq!(
    ///     query.to_sql(&MysqlDialect::MySql)?,
    ///     "SELECT `name` FROM `users` ORDER BY `email` IS NULL DESC, `email` DESC"
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn nulls_first(mut self) -> Self {
        self.order.nulls = Some(Nulls::First);
        self
    }

    /// Puts NULLs after all values: NULLS LAST. See [`Order::nulls_first`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.name).order_by(User.email.asc().nulls_last());
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "name" FROM "users" ORDER BY "email" ASC NULLS LAST"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn nulls_last(mut self) -> Self {
        self.order.nulls = Some(Nulls::Last);
        self
    }
}

/// Is implemented by the arguments of `order_by`: an [`Order`], a column or expression (ascending), a tuple of up to
/// six of these, or an array, vector or `Option` of orders.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be used in ORDER BY",
    label = "expected `User.name`, `User.name.desc()`, or a vector or a tuple of at most six of these, which may be tuples in turn"
)]
pub trait OrderList {
    /// Adds the items to `orders`.
    #[doc(hidden)]
    fn add_to(self, orders: &mut Vec<stmt::Order>);

    /// The type of the first item.
    #[doc(hidden)]
    fn item_type(&self) -> Option<&'static Type> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl OrderList for Order {
    fn add_to(self, orders: &mut Vec<stmt::Order>) {
        orders.push(self.order);
    }

    fn item_type(&self) -> Option<&'static Type> {
        Some(self.ty)
    }
}

#[diagnostic::do_not_recommend]
impl<T: DbType> OrderList for Expr<T> {
    fn add_to(self, orders: &mut Vec<stmt::Order>) {
        self.asc().add_to(orders);
    }

    fn item_type(&self) -> Option<&'static Type> {
        Some(const { &T::TYPE })
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model, T: DbType> OrderList for Column<M, T> {
    fn add_to(self, orders: &mut Vec<stmt::Order>) {
        self.asc().add_to(orders);
    }

    fn item_type(&self) -> Option<&'static Type> {
        Some(const { &T::TYPE })
    }
}

/// No order.
#[diagnostic::do_not_recommend]
impl OrderList for () {
    fn add_to(self, _orders: &mut Vec<stmt::Order>) {}
}

#[diagnostic::do_not_recommend]
impl<O: OrderList> OrderList for Option<O> {
    fn add_to(self, orders: &mut Vec<stmt::Order>) {
        if let Some(order) = self {
            order.add_to(orders);
        }
    }

    fn item_type(&self) -> Option<&'static Type> {
        self.as_ref()?.item_type()
    }
}

#[diagnostic::do_not_recommend]
impl<O: OrderList> OrderList for Vec<O> {
    fn add_to(self, orders: &mut Vec<stmt::Order>) {
        for order in self {
            order.add_to(orders);
        }
    }

    fn item_type(&self) -> Option<&'static Type> {
        self.first()?.item_type()
    }
}

#[diagnostic::do_not_recommend]
impl<O: OrderList, const N: usize> OrderList for [O; N] {
    fn add_to(self, orders: &mut Vec<stmt::Order>) {
        for order in self {
            order.add_to(orders);
        }
    }

    fn item_type(&self) -> Option<&'static Type> {
        self.first()?.item_type()
    }
}

/// Is implemented by the arguments of `group_by`: a column, an expression, a model's value (its primary key), or a
/// tuple of up to six of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be used in GROUP BY",
    label = "expected a column, an expression, a model's value such as `User`, or a tuple of at most six of these, which may be tuples in turn"
)]
pub trait GroupList {
    /// Adds the items to `groups`.
    #[doc(hidden)]
    fn add_to(self, groups: &mut Vec<stmt::Expr>);
}

#[diagnostic::do_not_recommend]
impl<T: DbType> GroupList for Expr<T> {
    fn add_to(self, groups: &mut Vec<stmt::Expr>) {
        groups.push(self.ast);
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model, T: DbType> GroupList for Column<M, T> {
    fn add_to(self, groups: &mut Vec<stmt::Expr>) {
        groups.push(self.into_expr().ast);
    }
}

#[diagnostic::do_not_recommend]
impl<E: Entity> GroupList for E {
    fn add_to(self, groups: &mut Vec<stmt::Expr>) {
        let origin = TableRef::of(&self);
        groups.extend(
            origin
                .def
                .primary_key
                .iter()
                .map(|position| origin.column(*position)),
        );
    }
}

/// No groups: all rows are one, in `group_by_sets`.
#[diagnostic::do_not_recommend]
impl GroupList for () {
    fn add_to(self, _groups: &mut Vec<stmt::Expr>) {}
}

macro_rules! tuples {
    ($(($($item:ident $index:tt),+)),+ $(,)?) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($item: OrderList),+> OrderList for ($($item,)+) {
            fn add_to(self, orders: &mut Vec<stmt::Order>) {
                $(self.$index.add_to(orders);)+
            }

            fn item_type(&self) -> Option<&'static Type> {
                let mut ty = None;
                $(ty = ty.or_else(|| self.$index.item_type());)+
                ty
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$($item: GroupList),+> GroupList for ($($item,)+) {
            fn add_to(self, groups: &mut Vec<stmt::Expr>) {
                $(self.$index.add_to(groups);)+
            }
        }
    )+};
}

tuples! {
    (A 0),
    (A 0, B 1),
    (A 0, B 1, C 2),
    (A 0, B 1, C 2, D 3),
    (A 0, B 1, C 2, D 3, E 4),
    (A 0, B 1, C 2, D 3, E 4, F 5),
}
