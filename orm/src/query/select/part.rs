//! The queries of filtered, ordered and limited loads of relations: what is selected of the entities that a relation
//! references, for many owners at once.
//!
//! `load/part.rs` runs them, and `subset.rs` has what a program writes. They are queries as others are, so that the same
//! checks refuse columns of other tables. With a limit, the rows of each owner are numbered by a window function.

use orm_core::error::Result;
use orm_core::stmt::{
    CompareOp, Direction, Expr, FromItem, JoinKind, Order, Projection, Query, Select, Source,
    Window, generated_alias,
};
use orm_core::value::Value;

use super::join::route;
use super::query_state::QueryState;
use crate::mapping::{Criteria, ModelDef, Scope};
use crate::query::compile::simplify::labelled;
use crate::query::expressions::select_item::SelectItem;
use crate::query::expressions::table_ref::TableRef;
use crate::query::expressions::term::Term;
use crate::query::rows::column_index::ColumnIndex;

/// The rows of a relation from which a part is selected.
#[derive(Clone, Copy)]
pub(crate) struct PartOf<'p> {
    /// The model of the rows with the foreign key: children, or link rows.
    pub(crate) def: &'static ModelDef,
    /// The foreign key to the owners.
    pub(crate) columns: &'p [usize],
    /// The relation by which link rows reference the target. Its columns follow those of the link row.
    pub(crate) far: Option<usize>,
    /// The order of the relation, or else none.
    pub(crate) order: &'p [(usize, bool)],
    pub(crate) scope: &'p Scope,
}

impl PartOf<'_> {
    /// The query for the owners with these keys, under criteria.
    ///
    /// # Errors
    /// `Usage` for a condition or an order with columns of other tables, and for a criterion with a handle.
    pub(crate) fn query(self, keys: Vec<Vec<Value>>, criteria: &Criteria) -> Result<Query> {
        let mut state = QueryState::default();
        let [rows, target] = self.tables();
        state.set_root(rows);
        state.selected.push(entity(rows));
        if let Some(far) = self.far {
            let relation = &self.def.relations[far];
            state.join(|sources| {
                let mut tables = route(relation, [rows, target], |link| link).into_iter();
                tables.try_for_each(|(table, on)| sources.join_on(JoinKind::Inner, table, on))
            });
            state.selected.push(entity(target));
        }
        let key: Vec<Expr> = self
            .columns
            .iter()
            .map(|column| rows.column(*column))
            .collect();
        state.filter(Term::Expr(is_one_of(key.clone(), keys)));
        for condition in &self.scope.filter {
            state.filter(Term::Expr(condition.clone()));
        }
        state.clauses_mut().order_by = self.order_by(target);
        let mut query = state.into_query().map_err(|error| error.to_error())?;
        criteria.apply(&mut query)?;
        Ok(match self.scope.limit {
            Some(most) => limited(query, key, most),
            None => query,
        })
    }

    /// Where the columns of the models are in the rows, if some are left out.
    pub(crate) fn places(self) -> Option<ColumnIndex> {
        let far = self.far.map(|far| (self.def.relations[far].target)());
        let models: Vec<_> = std::iter::once(self.def).chain(far).collect();
        ColumnIndex::of_models(&models)
    }

    /// The table of the rows with the foreign key, and that of the target.
    fn tables(self) -> [TableRef; 2] {
        let rows = TableRef::of_def(self.def);
        let Some(far) = self.far else {
            return [rows, rows];
        };
        let target = TableRef::of_def((self.def.relations[far].target)());
        if target.name() == rows.name() {
            return [rows.aliased(generated_alias(3)), target];
        }
        [rows, target]
    }

    /// The program's order, or else that of the relation; then the primary key, so that it is total.
    fn order_by(self, target: TableRef) -> Vec<Order> {
        let mut order = self.scope.order.clone();
        let mut rest = if order.is_empty() {
            self.order.to_vec()
        } else {
            Vec::new()
        };
        target.def.complete_order(&mut rest);
        order.extend(rest.into_iter().map(|item| target.order(item)));
        order
    }
}

fn entity(table: TableRef) -> SelectItem {
    SelectItem::Entity {
        table,
        is_optional: false,
    }
}

/// Whether a foreign key is one of `keys`.
fn is_one_of(mut key: Vec<Expr>, keys: Vec<Vec<Value>>) -> Expr {
    match key.pop() {
        Some(only) if key.is_empty() => {
            let keys: Vec<Value> = keys.into_iter().flatten().collect();
            Expr::In {
                expr: Box::new(only),
                list: keys.into(),
                negated: false,
            }
        }
        last => {
            key.extend(last);
            Expr::InRows {
                row: key,
                list: keys.into(),
                negated: false,
            }
        }
    }
}

/// The first rows for each key, in their order.
fn limited(mut query: Query, key: Vec<Expr>, most: u64) -> Query {
    let (table, number) = (generated_alias(1), generated_alias(2));
    let mut window = Window::default();
    window.partition_by = key;
    window.order_by = std::mem::take(&mut query.order_by);
    let rank = Expr::Over {
        call: Box::new(Expr::Function {
            name: "ROW_NUMBER".into(),
            args: Vec::new(),
        }),
        window: Box::new(window),
    };
    let mut columns = Vec::new();
    if let Some(select) = query.as_select_mut() {
        let own = std::mem::take(&mut select.columns);
        // The names of one table are names of their own.
        let inner = if own.len() == 1 { own } else { labelled(own) };
        columns = inner.iter().map(|column| outside(column, &table)).collect();
        select.columns = inner;
        select
            .columns
            .push(Projection::Labelled(rank, number.clone()));
    }
    let rows = FromItem::new(Source::Query(Box::new(query))).alias(table.clone());
    let mut select = Select::new(columns, rows);
    let number = Expr::column(table, number);
    let most = Value::Int(i64::try_from(most).unwrap_or(i64::MAX));
    let is_among = Expr::compare(CompareOp::Le, number.clone(), Expr::Value(most));
    select.filter.push(is_among);
    let mut limited = Query::from(select);
    limited.order_by = vec![Order::new(number, Direction::Ascending)];
    limited
}

/// The same columns of the table that the query is made to.
fn outside(column: &Projection, table: &str) -> Projection {
    match column {
        Projection::Columns { names, .. } => Projection::Columns {
            source: table.to_owned().into(),
            names,
        },
        Projection::Labelled(_, label) => {
            Projection::Expr(Expr::column(table.to_owned(), label.clone()))
        }
        Projection::All | Projection::Expr(_) => Projection::All,
    }
}
