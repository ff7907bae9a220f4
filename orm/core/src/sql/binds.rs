//! [`BindOrder`]: maps the binds of a text to the values of its statement. The binds of a statement whose text is
//! cached are then collected by a visitor, without rendering.
//!
//! [`SqlWriter`] records the source of each bind. The typed layer stores the order with the text, for all statements
//! of that shape.

use std::collections::HashMap;
use std::convert::Infallible;
use std::ops::ControlFlow;

use smallvec::SmallVec;

use super::dialect::Dialect;
use super::render::{
    count, write_delete, write_insert, write_query, write_statement, write_update,
};
use super::writer::SqlWriter;
use crate::error::Result;
use crate::stmt::{
    Delete, Insert, Limit, Query, Statement, Update, Visit, walk_delete, walk_insert, walk_query,
    walk_statement, walk_update,
};
use crate::value::{Value, ValueRef};

/// Holds the binds of a statement. A few binds cost no allocation.
pub type Binds<'a> = SmallVec<[ValueRef<'a>; 4]>;

/// Is implemented by statements and their parts that can be visited for their values.
pub trait BindValues<'a>: Copy {
    /// Calls the visitor for each value, in the order of the statement's visitor.
    fn visit<F: FnMut(ValueRef<'a>, usize)>(self, visitor: &mut EachBind<F>);
}

/// Is implemented by statements that can be rendered.
pub trait WriteSql<'a>: BindValues<'a> {
    /// Renders the statement.
    ///
    /// # Errors
    /// - `Unsupported`: the dialect does not support a part of it.
    fn write(self, w: &mut SqlWriter<'a>) -> Result<()>;
}

impl<'a> BindValues<'a> for &'a Query {
    #[inline]
    fn visit<F: FnMut(ValueRef<'a>, usize)>(self, visitor: &mut EachBind<F>) {
        let _ = visitor.query(self);
    }
}

impl<'a> WriteSql<'a> for &'a Query {
    fn write(self, w: &mut SqlWriter<'a>) -> Result<()> {
        write_query(w, self)
    }
}

impl<'a> BindValues<'a> for &'a Insert {
    fn visit<F: FnMut(ValueRef<'a>, usize)>(self, visitor: &mut EachBind<F>) {
        let _ = walk_insert(visitor, self);
    }
}

impl<'a> WriteSql<'a> for &'a Insert {
    fn write(self, w: &mut SqlWriter<'a>) -> Result<()> {
        write_insert(w, self)
    }
}

impl<'a> BindValues<'a> for &'a Update {
    #[inline]
    fn visit<F: FnMut(ValueRef<'a>, usize)>(self, visitor: &mut EachBind<F>) {
        let _ = walk_update(visitor, self);
    }
}

impl<'a> WriteSql<'a> for &'a Update {
    fn write(self, w: &mut SqlWriter<'a>) -> Result<()> {
        write_update(w, self)
    }
}

impl<'a> BindValues<'a> for &'a Delete {
    #[inline]
    fn visit<F: FnMut(ValueRef<'a>, usize)>(self, visitor: &mut EachBind<F>) {
        let _ = walk_delete(visitor, self);
    }
}

impl<'a> WriteSql<'a> for &'a Delete {
    fn write(self, w: &mut SqlWriter<'a>) -> Result<()> {
        write_delete(w, self)
    }
}

impl<'a> BindValues<'a> for &'a Statement {
    fn visit<F: FnMut(ValueRef<'a>, usize)>(self, visitor: &mut EachBind<F>) {
        let _ = walk_statement(visitor, self);
    }
}

impl<'a> WriteSql<'a> for &'a Statement {
    fn write(self, w: &mut SqlWriter<'a>) -> Result<()> {
        write_statement(w, self)
    }
}

/// Maps the binds of a text to the values of its statement.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::*;
/// # use orm_core::stmt::*;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::value::{Value, ValueRef};
/// # let dialect = AnsiDialect::new();
/// let mut update = Update::new("users");
/// update.set.push(("age".into(), Expr::Value(Value::Int(37))));
/// let mut w = SqlWriter::new(&dialect);
/// write_update(&mut w, &update)?;
/// let order = BindOrder::of(&update, &w);
/// assert_eq!(order.binds(&update, &dialect)?.as_slice(), [ValueRef::Int(37)]);
/// # Ok::<(), orm_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BindOrder {
    /// Each value is a bind, in the order in which a visitor reaches them.
    Visited,
    /// The values at these indexes of that order. A text without binds has none, and nothing is visited.
    Picked(Box<[usize]>),
    /// The order is known only by rendering: a bind is made of several values, or the dialect renders by the value.
    Written,
}

impl BindOrder {
    /// Returns the order of the binds of `statement`, which `w` has rendered.
    pub fn of<'a>(statement: impl WriteSql<'a>, w: &SqlWriter<'a>) -> Self {
        let (mut visited, mut count) = (HashMap::new(), 0);
        statement.visit(&mut EachBind(|_, place| {
            // Copies of an extension share its values.
            visited.entry(place).or_insert(count);
            count += 1;
        }));
        let binds = w.places().iter().map(|place| visited.get(place).copied());
        let Some(binds) = binds.collect::<Option<Vec<usize>>>() else {
            return Self::Written;
        };
        if !binds.is_empty()
            && binds.len() == count
            && binds.iter().enumerate().all(|(at, of)| at == *of)
        {
            return Self::Visited;
        }
        Self::Picked(binds.into())
    }

    /// Adds the binds of a statement whose text has this order to `binds`, which has none yet. Returns `false` if the
    /// order is known only by rendering.
    #[inline]
    pub fn collect<'a>(&self, statement: impl BindValues<'a>, binds: &mut Binds<'a>) -> bool {
        match self {
            Self::Written => return false,
            Self::Picked(indices) if indices.is_empty() => {}
            Self::Visited => statement.visit(&mut EachBind(|value, _| binds.push(value))),
            Self::Picked(indices) => {
                statement.visit(&mut EachBind(|value, _| binds.push(value)));
                *binds = indices.iter().map(|index| binds[*index]).collect();
            }
        }
        true
    }

    /// Returns the binds of a statement whose text has this order.
    ///
    /// # Errors
    /// The error of rendering a value, such as a NUL in a pattern on SQLite.
    #[inline]
    pub fn binds<'a>(
        &self,
        statement: impl WriteSql<'a>,
        dialect: &'a dyn Dialect,
    ) -> Result<Binds<'a>> {
        let mut binds = Binds::new();
        if self.collect(statement, &mut binds) {
            return Ok(binds);
        }
        let mut w = SqlWriter::binds_only(dialect);
        statement.write(&mut w)?;
        Ok(w.finish().1.into())
    }
}

/// The address of a value, which identifies it in its statement.
pub(super) fn place<T>(value: &T) -> usize {
    std::ptr::from_ref(value).addr()
}

/// Visits each value that can be a bind, with its address in memory.
#[derive(Debug)]
pub struct EachBind<F>(F);

impl<F> EachBind<F> {
    /// Visits a number of rows, of LIMIT or OFFSET.
    #[inline]
    pub fn rows<'a>(&mut self, rows: &'a u64)
    where
        F: FnMut(ValueRef<'a>, usize),
    {
        (self.0)(count(*rows), place(rows));
    }
}

impl<'a, F: FnMut(ValueRef<'a>, usize)> Visit<'a> for EachBind<F> {
    type Break = Infallible;

    #[inline]
    fn value(&mut self, value: &'a Value) -> ControlFlow<Infallible> {
        (self.0)(value.as_ref(), place(value));
        ControlFlow::Continue(())
    }

    #[inline]
    fn query(&mut self, query: &'a Query) -> ControlFlow<Infallible> {
        walk_query(self, query)?;
        if let Some(Limit::Rows(rows)) = &query.limit {
            self.rows(rows);
        }
        if let Some(offset) = &query.offset {
            self.rows(offset);
        }
        ControlFlow::Continue(())
    }
}
