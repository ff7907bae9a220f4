//! Rejects aggregates over a table whose rows a join repeats for the rows of another to-many side: with the posts and the
//! badges of a user joined, each post is counted once for each badge. `min`, `max` and DISTINCT aggregates are safe.
//!
//! What repeats is found by the keys: from a row of a table, equalities lead to the rows that it determines. An aggregate is
//! right where each row of its side determines the row of the other side.

use std::ops::ControlFlow;

use orm_core::stmt::{
    Aggregate, CompareOp, Expr, Order, Projection, Query, Select, Visit, walk_expr,
};

use super::aggregates::any;
use super::typed::Typed;
use crate::mapping::{ModelDef, RelationKind};
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::table_ref::TableRef;

/// Checks a query in which aggregates stand.
///
/// # Errors
/// An aggregate is multiplied by the rows of another to-many side.
#[cold]
pub(super) fn check(
    select: &Select,
    order_by: &[Order],
    typed: &Typed<'_>,
) -> Result<(), BuildError> {
    let columns = aggregated_columns(select, order_by);
    if columns.is_empty() {
        return Ok(());
    }
    let keys = Keys::of(select, typed);
    let found = columns.iter().find_map(|source| {
        let table = keys.place(source)?;
        let other = keys.multiplier(table)?;
        Some((keys.tables[table], keys.tables[other]))
    });
    match found {
        Some((table, other)) => Err(multiplied(keys.tables, table, other)),
        None => Ok(()),
    }
}

/// The tables of the columns over which the query aggregates its rows so that a repeated row counts.
fn aggregated_columns<'q>(select: &'q Select, order_by: &'q [Order]) -> Vec<&'q str> {
    let selected = select.columns.iter().filter_map(Projection::expr);
    let orders = order_by.iter().map(|order| &order.expr);
    let mut found = Found(Vec::new());
    for expr in selected.chain(&select.having).chain(orders) {
        let _ = found.expr(expr);
    }
    found.0
}

/// Collects the tables of the columns in such aggregates.
struct Found<'q>(Vec<&'q str>);

impl<'q> Visit<'q> for Found<'q> {
    type Break = ();

    fn expr(&mut self, expr: &'q Expr) -> ControlFlow<()> {
        // A window function yields a value for each row.
        if let Expr::Over { .. } = expr {
            return ControlFlow::Continue(());
        }
        let Expr::Aggregate(call) = expr else {
            return walk_expr(self, expr);
        };
        let counts_rows = match call.function {
            Aggregate::Min | Aggregate::Max | Aggregate::Grouping => false,
            Aggregate::Count
            | Aggregate::Sum
            | Aggregate::Avg
            | Aggregate::StringAgg
            | Aggregate::ArrayAgg
            | Aggregate::JsonArray
            | Aggregate::JsonObject
            | Aggregate::Statistic(_) => !call.distinct,
        };
        if counts_rows && let Some(expr) = &call.expr {
            let _ = Columns(&mut self.0).expr(expr);
        }
        ControlFlow::Continue(())
    }

    fn query(&mut self, _query: &'q Query) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// Collects the tables of all columns.
struct Columns<'f, 'q>(&'f mut Vec<&'q str>);

impl<'q> Visit<'q> for Columns<'_, 'q> {
    type Break = ();

    fn expr(&mut self, expr: &'q Expr) -> ControlFlow<()> {
        if let Expr::Column { source, .. } = expr
            && !self.0.iter().any(|own| own == source)
        {
            self.0.push(source);
        }
        walk_expr(self, expr)
    }

    fn query(&mut self, _query: &'q Query) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// A column of a table of the query: which table, and the name.
type Place<'q> = (usize, &'q str);

/// The tables of a query, and what determines their rows.
struct Keys<'q> {
    tables: &'q [TableRef],
    /// The columns by which it is grouped.
    grouped: Vec<Place<'q>>,
    /// The columns that equal an expression.
    equal: Vec<(Place<'q>, &'q Expr)>,
    /// The columns of each table that determine a row.
    unique: Vec<Vec<Vec<&'static str>>>,
}

impl<'q> Keys<'q> {
    fn of(select: &'q Select, typed: &'q Typed<'_>) -> Self {
        let mut keys = Self {
            tables: &typed.tables,
            grouped: Vec::new(),
            equal: Vec::new(),
            unique: Vec::new(),
        };
        let grouped = select.group_by.iter();
        keys.grouped = grouped.filter_map(|expr| keys.column(expr)).collect();
        let joins = select.joins.iter().map(|join| &join.on);
        for condition in select.filter.iter().chain(joins) {
            keys.add(condition);
        }
        let tables = keys.tables.iter();
        keys.unique = tables.map(|table| keys.unique_of(table.def)).collect();
        keys
    }

    /// Adds the equalities of a condition.
    fn add(&mut self, condition: &'q Expr) {
        if let Expr::And(terms) = condition {
            for term in terms {
                self.add(term);
            }
        }
        let Expr::Compare { op, sides } = condition else {
            return;
        };
        let [left, right] = &**sides;
        for (one, other) in [(left, right), (right, left)] {
            if let (CompareOp::Eq | CompareOp::Same, Some(column)) = (op, self.column(one)) {
                self.equal.push((column, other));
            }
        }
    }

    /// The columns of each unique key of a table, and of each foreign key by which another one has one row of it.
    fn unique_of(&self, def: &'static ModelDef) -> Vec<Vec<&'static str>> {
        let names = |columns: &[usize]| columns.iter().map(|column| def.names[*column]).collect();
        let mut unique: Vec<Vec<&'static str>> = def.unique_keys().map(names).collect();
        let relations = self.tables.iter().flat_map(|table| table.def.relations);
        for relation in relations {
            if let RelationKind::HasOne { inverse } = relation.kind
                && (relation.target)().table == def.table
                && let Some(reference) = def.reference_of(inverse())
            {
                unique.push(names(reference.columns));
            }
        }
        unique
    }

    fn place(&self, source: &str) -> Option<usize> {
        self.tables.iter().position(|table| table.name() == source)
    }

    fn column<'e>(&self, expr: &'e Expr) -> Option<Place<'e>> {
        let Expr::Column { source, name } = expr else {
            return None;
        };
        Some((self.place(source)?, name))
    }

    /// Which tables have one row for a row of each of these, within a group.
    fn determined(&self, by: &[usize]) -> Vec<bool> {
        // What is no table has the key that its query gives it, which is not looked into.
        let is_known =
            |(place, table): (usize, &TableRef)| by.contains(&place) || table.def.table.is_empty();
        let mut rows: Vec<bool> = self.tables.iter().enumerate().map(is_known).collect();
        let mut columns = self.grouped.clone();
        loop {
            let before = (columns.len(), rows.iter().filter(|known| **known).count());
            for (column, value) in &self.equal {
                let has =
                    |(place, name): Place<'_>| rows[place] || columns.contains(&(place, name));
                if !has(*column) && !self.has_other(value, &has) {
                    columns.push(*column);
                }
            }
            for (place, unique) in self.unique.iter().enumerate() {
                let has = |key: &Vec<&'static str>| {
                    key.iter().all(|name| columns.contains(&(place, name)))
                };
                rows[place] |= unique.iter().any(has);
            }
            if before == (columns.len(), rows.iter().filter(|known| **known).count()) {
                return rows;
            }
        }
    }

    /// Whether an expression has a column of the query for which `has` does not hold.
    fn has_other(&self, expr: &Expr, has: &dyn Fn(Place<'_>) -> bool) -> bool {
        any(expr, &mut |part| {
            let column = self.column(part);
            column.is_some_and(|column| !has(column))
        })
    }

    /// The table for whose rows those of `table` are repeated, though both are to-many sides of the query.
    fn multiplier(&self, table: usize) -> Option<usize> {
        if self.determined(&[])[table] {
            return None;
        }
        let all = || 0..self.tables.len();
        let sides = all().filter(|side| self.is_many(*side));
        let sides: Vec<usize> = sides.collect();
        let own = all().filter(|side| *side == 0 || sides.contains(side));
        own.into_iter().find_map(|own| {
            let rows = self.determined(&[own]);
            if !rows[table] || self.before(own)[table] {
                return None;
            }
            let mut others = sides.iter().copied();
            others.find(|other| {
                *other != own && !rows[*other] && (own != 0 || self.meet((own, *other), table))
            })
        })
    }

    /// Whether a table was joined so that a row of those before it may have several of its rows.
    fn is_many(&self, side: usize) -> bool {
        side > 0 && !self.before(side)[side]
    }

    /// What the tables before one determine.
    fn before(&self, side: usize) -> Vec<bool> {
        let before: Vec<usize> = (0..side).collect();
        self.determined(&before)
    }

    /// Whether the first table and another one are two sides of a third one, which does not determine `table`.
    fn meet(&self, (first, other): (usize, usize), table: usize) -> bool {
        let (of_first, of_other) = (self.determined(&[first]), self.determined(&[other]));
        let mut middle = 0..self.tables.len();
        !of_other[first]
            && middle.any(|middle| {
                let is_third = middle != first && middle != other;
                let both = of_first[middle] && of_other[middle];
                is_third && both && !self.determined(&[middle])[table]
            })
    }
}

#[cold]
fn multiplied(tables: &[TableRef], table: TableRef, other: TableRef) -> BuildError {
    let by = tables.iter().find_map(|owner| {
        let relations = owner.def.relations.iter();
        let mut lists = relations.filter(|relation| match relation.kind {
            RelationKind::HasMany { .. } | RelationKind::ManyToMany { .. } => {
                (relation.target)().table == table.def.table
            }
            RelationKind::BelongsTo { .. }
            | RelationKind::HasOne { .. }
            | RelationKind::View(_) => false,
        });
        let list = lists.next()?;
        Some(format!("{}.{}", owner.value(), list.name))
    });
    let by = by.unwrap_or_else(|| "User.posts".to_owned());
    let (name, other) = (table.describe(), other.describe());
    BuildError::new(
        format!(
            "the joins repeat each row of {name} for the rows of {other}, which multiplies the aggregate over {name}"
        ),
        format!(
            "aggregate over a relation: {by}.count(), {by}.sum(…); or join a derived table that is grouped"
        ),
    )
}
