//! UPDATE and DELETE by condition; those by key, which a flush repeats, are in `batch.rs`.

use super::{Expr, Few, FromItem, Join, Limit, Name, Order, Projection, With};

/// Describes an UPDATE with conditions.
#[derive(Clone, Debug, Default, PartialEq, Hash)]
#[non_exhaustive]
pub struct Update {
    /// The WITH clause before UPDATE.
    pub with: Option<Box<With>>,
    /// The table.
    pub table: Name,
    /// The assignments, in order.
    pub set: Few<(Name, Expr)>,
    /// Another source whose columns can be used.
    pub from: Option<FromItem>,
    /// The sources joined to that one, in order.
    pub joins: Vec<Join>,
    /// The WHERE conditions, combined with AND. Empty for every row.
    pub filter: Few<Expr>,
    /// The ORDER BY list.
    pub order_by: Vec<Order>,
    /// The LIMIT.
    pub limit: Option<Limit>,
    /// The RETURNING list, with the new values.
    pub returning: Vec<Projection>,
}

impl Update {
    /// Creates an UPDATE of every row without assignments.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_delete, write_update};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::value::Value;
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// let mut update = Update::new("users");
    /// update.set.push(("age".into(), Expr::Value(Value::Int(37))));
    /// write_update(&mut w, &update)?;
    /// assert_eq!(w.finish().0, r#"UPDATE "users" SET "age" = ?"#);
    /// # Ok::<(), orm_core::Error>(())
    /// ```
    pub fn new(table: impl Into<Name>) -> Self {
        Self {
            table: table.into(),
            ..Self::default()
        }
    }
}

/// Describes a DELETE with conditions.
#[derive(Clone, Debug, Default, PartialEq, Hash)]
#[non_exhaustive]
pub struct Delete {
    /// The WITH clause before DELETE.
    pub with: Option<Box<With>>,
    /// The table.
    pub table: Name,
    /// Another source whose columns can be used.
    pub using: Option<FromItem>,
    /// The sources joined to that one, in order.
    pub joins: Vec<Join>,
    /// The WHERE conditions, combined with AND. Empty for every row.
    pub filter: Few<Expr>,
    /// The ORDER BY list.
    pub order_by: Vec<Order>,
    /// The LIMIT.
    pub limit: Option<Limit>,
    /// The RETURNING list.
    pub returning: Vec<Projection>,
}

impl Delete {
    /// Creates a DELETE of every row.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_delete, write_update};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::value::Value;
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// let delete = Delete::new("users");
    /// write_delete(&mut w, &delete)?;
    /// assert_eq!(w.finish().0, r#"DELETE FROM "users""#);
    /// # Ok::<(), orm_core::Error>(())
    /// ```
    pub fn new(table: impl Into<Name>) -> Self {
        Self {
            table: table.into(),
            ..Self::default()
        }
    }
}
