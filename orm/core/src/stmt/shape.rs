//! The shape of a statement: what of it decides its text, as the bytes that its `Hash` feeds.
//!
//! Caches of texts go by it. `Hash` is derived for all nodes, so that a new field is part of the shape by itself; what
//! differs from that is here. Values become binds: of one, its kind counts alone, and of lists in IN, how many binds
//! there are. Equal shapes have equal texts in each dialect; the binds come from a `BindOrder`.

use std::convert::Infallible;
use std::hash::{Hash, Hasher};
use std::mem;
use std::ops::{ControlFlow, Deref, DerefMut};
use std::sync::Arc;

use super::{
    Expr, Extension, Limit, Projection, Query, Visit, has_labels, order_label, walk_query,
};
use crate::value::Value;

/// Holds the shape of a statement: the bytes of everything that its text depends on. Two shapes are equal if their
/// bytes are, so that no hash collision can give another text.
///
/// # Examples
///
/// ```
/// # use orm_core::stmt::*;
/// # use orm_core::value::Value;
/// let (mut one, mut other) = (Shape::default(), Shape::default());
/// one.set(&Expr::Value(Value::Int(1)));
/// other.set(&Expr::Value(Value::Int(2)));
/// assert_eq!(one.as_bytes(), other.as_bytes()); // both are `?`
/// ```
#[derive(Clone, Debug, Default)]
pub struct Shape(Vec<u8>);

impl Shape {
    /// Sets the shape to that of `what`. Reuses the memory.
    pub fn set(&mut self, what: &impl Hash) {
        self.0.clear();
        what.hash(self);
    }

    /// Returns the bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Adds a number that is nearly always small. No two numbers begin alike.
    #[inline]
    fn push_small(&mut self, number: u64) {
        match u8::try_from(number) {
            Ok(small) if small < u8::MAX => self.0.push(small),
            _ => {
                self.0.push(u8::MAX);
                self.0.extend_from_slice(&number.to_ne_bytes());
            }
        }
    }
}

impl Hasher for Shape {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    #[inline]
    fn write_u8(&mut self, byte: u8) {
        self.0.push(byte);
    }

    /// Where something is in a list.
    #[inline]
    fn write_u32(&mut self, number: u32) {
        self.push_small(u64::from(number));
    }

    /// Which variant of a node it is.
    #[inline]
    fn write_isize(&mut self, number: isize) {
        self.push_small(number.cast_unsigned() as u64);
    }

    /// How long a list is.
    #[inline]
    fn write_usize(&mut self, number: usize) {
        self.push_small(number as u64);
    }

    // The map that has the bytes as its keys hashes them.
    fn finish(&self) -> u64 {
        self.0.len() as u64
    }
}

/// Holds the values of an IN list. Its shape is that of the first item and of the number of items, rounded up to a
/// power of two, which is the number of rendered placeholders.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct List<T>(Arc<Vec<T>>);

impl<T> Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(items: Vec<T>) -> Self {
        Self(Arc::new(items))
    }
}

impl<T: Clone> DerefMut for List<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        let items: &mut Vec<T> = Arc::make_mut(&mut self.0);
        items
    }
}

impl<T: Hash> Hash for List<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Some(first) = self.0.first() else {
            return 0_usize.hash(state);
        };
        self.0.len().next_power_of_two().hash(state);
        first.hash(state);
    }
}

impl Hash for Projection {
    fn hash<H: Hasher>(&self, state: &mut H) {
        mem::discriminant(self).hash(state);
        match self {
            Self::Columns { source, names } => {
                source.hash(state);
                // The list is a constant, so its address identifies it.
                (names.as_ptr(), names.len()).hash(state);
            }
            Self::All => {}
            Self::Expr(expr) => expr.hash(state),
            Self::Labelled(expr, name) => (expr, name).hash(state),
        }
    }
}

impl Hash for Limit {
    fn hash<H: Hasher>(&self, state: &mut H) {
        mem::discriminant(self).hash(state);
        match self {
            Self::Rows(_) => {}
            Self::Fixed(rows) => rows.hash(state),
        }
    }
}

impl Hash for Query {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self {
            with,
            body,
            order_by,
            limit,
            with_ties,
            offset,
            limit_by,
            locks,
        } = self;
        let rows = (limit, with_ties, offset.is_some(), limit_by);
        (with, body, order_by, rows, locks).hash(state);
        if let Some(select) = self.as_select().filter(|select| select.merges_rows()) {
            let orders = order_by.iter().map(|order| &order.expr);
            let columns = select.columns.iter().filter_map(Projection::expr);
            let groups = select.distinct_on.iter().chain(&select.group_by);
            let exprs = columns.chain(groups).chain(&select.having);
            hash_values(exprs.chain(orders), state);
        } else if let Some(select) = self.as_select()
            && has_labels(&select.columns)
        {
            // Which orders are labels depends on values.
            for order in order_by {
                order_label(&select.columns, &order.expr).hash(state);
            }
        }
    }
}

/// Feeds the values of what a query selects, groups and orders by. Where rows are merged it counts which of these
/// expressions are equal, so their values are part of the shape: equal ones may get one bind, or stand by their name.
pub fn hash_values<'a>(mut exprs: impl Iterator<Item = &'a Expr>, state: &mut impl Hasher) {
    let mut values = Values(state);
    let _ = exprs.try_for_each(|expr| values.expr(expr));
}

struct Values<'h, H>(&'h mut H);

impl<'a, H: Hasher> Visit<'a> for Values<'_, H> {
    type Break = Infallible;

    fn value(&mut self, value: &'a Value) -> ControlFlow<Infallible> {
        value.as_ref().hash_same(self.0);
        ControlFlow::Continue(())
    }

    fn query(&mut self, query: &'a Query) -> ControlFlow<Infallible> {
        if let Some(Limit::Rows(rows)) = query.limit {
            rows.hash(self.0);
        }
        query.offset.hash(self.0);
        walk_query(self, query)
    }
}

impl Hash for dyn Extension {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_any().type_id().hash(state);
        self.args().hash(state);
        self.shape(state);
    }
}
