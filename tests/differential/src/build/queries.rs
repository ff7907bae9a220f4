//! Queries: sources, clauses, set operations.

use orm::query::{Derived, JoinTarget, TableSource};
use orm::{Predicate, Select, prelude::*};

use super::cells::AnyExpr;
use super::shapes::{DerivedA, DerivedB, DerivedC, Shape};
use super::{AnyDerived, Env, of_any_kind};
use crate::tree::{self, JoinKind, OrderItem, Query, SetOp, Source, Table};
use crate::views::{Item, Note, Order, Person, Tag, exprs};

impl Env {
    /// Builds a query, whose items have the types of the shape.
    pub(crate) fn query<S: Shape>(&self, query: &Query) -> Select<S> {
        for source in &query.sources {
            self.register(source);
        }
        let mut made = select(S::make(self, &query.items));
        for (index, source) in query.sources.iter().enumerate() {
            made = self.attach(made, source, index == 0);
        }
        if let Some(filter) = &query.filter {
            made = made.filter(self.truth(filter));
        }
        for group in &query.group {
            made = of_any_kind!(self, group, it => made.group_by(it));
        }
        if let Some(having) = &query.having {
            made = made.having(self.truth(having));
        }
        if query.distinct {
            made = made.distinct();
        }
        for (op, other) in &query.compound {
            let other = self.query::<S>(other);
            made = match op {
                SetOp::Union => made.union(other),
                SetOp::UnionAll => made.union_all(other),
                SetOp::Intersect => made.intersect(other),
                SetOp::Except => made.except(other),
                SetOp::IntersectAll => made.intersect_all(other),
                SetOp::ExceptAll => made.except_all(other),
            };
        }
        self.finish(made, query)
    }

    fn finish<S>(&self, mut made: Select<S>, query: &Query) -> Select<S> {
        for (item, descending, nulls_first) in &query.order {
            let Some(node) = query.items.get(*item) else {
                continue;
            };
            made = made.order_by(self.order(&OrderItem {
                node: node.clone(),
                descending: *descending,
                nulls_first: *nulls_first,
            }));
        }
        if let Some(rows) = query.limit {
            made = made.limit(rows);
        }
        if let Some(rows) = query.offset {
            made = made.offset(rows);
        }
        made
    }

    /// Makes the columns of a source known.
    fn register(&self, source: &Source) {
        let name = name(source);
        let columns = match &source.from {
            tree::From::Table(table) => exprs(*table, &name),
            tree::From::Derived(query, is_cte) => {
                let (table, columns) = self.derived(query, &name, *is_cte);
                self.derived.borrow_mut().insert(source.id, table);
                columns
            }
        };
        let mut known = self.columns.borrow_mut();
        for (field, expr) in columns.into_iter().enumerate() {
            known.insert((source.id, field), expr);
        }
    }

    fn derived(&self, query: &Query, name: &str, is_cte: bool) -> (AnyDerived, Vec<AnyExpr>) {
        fn made<S: Shape>(
            query: Select<S>,
            name: &str,
            is_cte: bool,
        ) -> (Derived<S>, Vec<AnyExpr>) {
            let name = name.to_owned();
            let table = if is_cte {
                query.cte(name)
            } else {
                query.as_table(name)
            };
            let columns = S::exprs(table.columns());
            (table, columns)
        }
        match query.items.get(1).map(|item| item.kind) {
            Some(tree::Kind::Text) => {
                let (table, columns) = made(self.query::<DerivedA>(query), name, is_cte);
                (AnyDerived::A(table), columns)
            }
            Some(tree::Kind::Float) => {
                let (table, columns) = made(self.query::<DerivedB>(query), name, is_cte);
                (AnyDerived::B(table), columns)
            }
            _ => {
                let (table, columns) = made(self.query::<DerivedC>(query), name, is_cte);
                (AnyDerived::C(table), columns)
            }
        }
    }

    fn attach<S>(&self, made: Select<S>, source: &Source, is_first: bool) -> Select<S> {
        let name = name(source);
        let on = source.on.as_ref().map(|on| self.truth(on));
        let join = (!is_first).then_some(source.join);
        match &source.from {
            tree::From::Table(table) => match table {
                Table::Person => place(made, Person.alias(name), join, on),
                Table::Item => place(made, Item.alias(name), join, on),
                Table::Order => place(made, Order.alias(name), join, on),
                Table::Tag => place(made, Tag.alias(name), join, on),
                Table::Note => place(made, Note.alias(name), join, on),
            },
            tree::From::Derived(..) => match self.derived.borrow().get(&source.id) {
                Some(AnyDerived::A(table)) => place_on(made, table, join, on),
                Some(AnyDerived::B(table)) => place_on(made, table, join, on),
                Some(AnyDerived::C(table)) => place_on(made, table, join, on),
                None => made,
            },
        }
    }
}

fn name(source: &Source) -> String {
    format!("s{}", source.id)
}

fn place<S, T: TableSource + JoinTarget>(
    made: Select<S>,
    table: T,
    join: Option<JoinKind>,
    on: Option<Predicate>,
) -> Select<S> {
    match (join, on) {
        (Some(JoinKind::Inner), None) => made.join(table),
        (Some(JoinKind::Left), None) => made.left_join(table),
        (Some(JoinKind::Right), None) => made.right_join(table),
        (join, on) => place_on(made, table, join, on),
    }
}

fn place_on<S, T: TableSource>(
    made: Select<S>,
    table: T,
    join: Option<JoinKind>,
    on: Option<Predicate>,
) -> Select<S> {
    let on = on.unwrap_or_else(|| Predicate::all([]));
    match join {
        None => made.from(table),
        Some(JoinKind::Inner) => made.join_on(table, on),
        Some(JoinKind::Left) => made.left_join_on(table, on),
        Some(JoinKind::Right) => made.right_join_on(table, on),
        Some(JoinKind::Cross) => made.cross_join(table),
    }
}
