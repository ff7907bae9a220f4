//! The state of a query that is a set operation: the statement of both queries, and what of the query around them is allowed.
//!
//! The queries are lowered when they are combined. What is added afterwards (ORDER BY, LIMIT, OFFSET) belongs to the whole.
//! The methods of the program are in `set_operations.rs`.

use std::hash::{Hash, Hasher};

use orm_core::stmt::{
    Expr, Name, Order, Projection, Query, QueryBody, Select, SetOperation, SetOperator,
};

use super::clauses::Clauses;
use super::named_source::{Ctes, two_ctes};
use super::query_state::QueryState;
use crate::mapping::ColumnSet;
use crate::query::compile::simplify::labelled;
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::expr::check_depth;
use crate::query::expressions::table_ref::TableRef;

/// What a query has instead of FROM and WHERE.
#[derive(Clone, Debug)]
pub(in crate::query) struct Compound {
    pub(super) operation: SetOperation,
    /// The common table expressions that both queries use.
    pub(super) ctes: Ctes,
    /// What the first query selects, each under the name that it has in ORDER BY.
    columns: Vec<(Expr, Name)>,
    /// The first table of the first query, and which of its columns are left out.
    root: Option<TableRef>,
    left_out: Option<Box<ColumnSet>>,
}

impl Hash for Compound {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // The names are those of the operation, and what else is here refuses the query.
        self.operation.hash(state);
        for cte in &self.ctes {
            (&cte.cte, cte.recursive).hash(state);
        }
    }
}

impl QueryState {
    /// This query combined with another one of the same rows, as a query of the same rows.
    pub(super) fn combined(
        mut self: Box<Self>,
        (operator, all): (SetOperator, bool),
        other: Box<Self>,
    ) -> Box<Self> {
        match self.try_combined((operator, all), other) {
            Ok(combined) => combined,
            Err(error) => {
                self.refuse(error);
                self
            }
        }
    }

    fn try_combined(
        &mut self,
        (operator, all): (SetOperator, bool),
        mut other: Box<Self>,
    ) -> Result<Box<Self>, BuildError> {
        if self.left_out != other.left_out {
            return Err(other_columns());
        }
        if other.exempt.is_some() || !other.loads.is_empty() {
            return Err(of_the_whole());
        }
        let mut left = self.branch()?;
        let right = other.branch()?;
        let columns = self.named_columns(&mut left);
        let mut ctes = Ctes::new();
        for cte in self.ctes().into_iter().chain(other.ctes()) {
            let mut known = ctes.iter();
            match known.find(|known| known.cte.name == cte.cte.name) {
                Some(known) if *known != cte => return Err(two_ctes(&cte.cte.name)),
                Some(_) => {}
                None => ctes.push(cte),
            }
        }
        let mut operation = SetOperation::new(operator, left, right);
        operation.all = all;
        let compound = Compound {
            operation,
            ctes,
            columns,
            root: self.sources.root,
            left_out: self.left_out.clone(),
        };
        let mut query = Box::<Self>::default();
        query.sources.root = self.sources.root;
        query.selected = std::mem::take(&mut self.selected);
        query.loads = std::mem::take(&mut self.loads);
        query.populates_existing = self.populates_existing;
        query.left_out = self.left_out.take();
        query.exempt = self.exempt.take();
        query.clauses_mut().compound = Some(Box::new(compound));
        Ok(query)
    }

    /// The query as one side of a set operation.
    fn branch(&mut self) -> Result<Query, BuildError> {
        if self
            .sources
            .joined
            .iter()
            .any(super::join::Joined::is_subtype)
        {
            return Err(with_subtypes());
        }
        if self.joined_loads.is_some() {
            return Err(joined());
        }
        let (query, depth) = self.to_part()?;
        check_depth(depth)?;
        Ok(query)
    }

    /// Gives each column of the first query a name of its own. Returns them with their names.
    fn named_columns(&self, first: &mut Query) -> Vec<(Expr, Name)> {
        if let Some(compound) = self.compound() {
            return compound.columns.clone();
        }
        let Some(select) = first.as_select_mut() else {
            return Vec::new();
        };
        let known = named(select);
        let has_name = |(index, (_, name)): (usize, &(Expr, Option<Name>))| {
            let mut others = known[..index].iter();
            name.is_some() && others.all(|(_, other)| other != name)
        };
        if !known.iter().enumerate().all(has_name) {
            select.columns = labelled(std::mem::take(&mut select.columns));
        }
        let columns = named(select).into_iter();
        columns
            .filter_map(|(expr, name)| Some((expr, name?)))
            .collect()
    }

    /// The set operation, if it is one.
    pub(super) fn compound(&self) -> Option<&Compound> {
        self.clauses.as_deref()?.compound.as_deref()
    }
}

/// What a query selects, with the names of its columns.
fn named(select: &Select) -> Vec<(Expr, Option<Name>)> {
    let mut columns = Vec::with_capacity(select.columns.len());
    for projection in &select.columns {
        match projection {
            Projection::Columns { source, names } => columns.extend(names.iter().map(|name| {
                (
                    Expr::column(source.clone(), *name),
                    Some(Name::Borrowed(*name)),
                )
            })),
            Projection::Expr(expr) => {
                let name = match expr {
                    Expr::Column { name, .. } => Some(name.clone()),
                    _ => None,
                };
                columns.push((expr.clone(), name));
            }
            Projection::Labelled(expr, name) => columns.push((expr.clone(), Some(name.clone()))),
            Projection::All => {}
        }
    }
    columns
}

impl Compound {
    /// Refuses what belongs to one of the queries and was added to the whole.
    pub(super) fn check(&self, query: &QueryState, clauses: &Clauses) -> Result<(), BuildError> {
        let is_root = match (self.root, query.sources.root) {
            (Some(own), Some(root)) => own.name() == root.name(),
            (own, root) => own.is_none() && root.is_none(),
        };
        if !is_root || !query.sources.joined.is_empty() || !query.filter.is_empty() {
            return Err(belongs_to_branch("FROM, JOIN and WHERE"));
        }
        if clauses.distinct || !clauses.group_by.is_empty() || !clauses.having.is_empty() {
            return Err(belongs_to_branch("DISTINCT, GROUP BY and HAVING"));
        }
        if !clauses.locks.is_empty() {
            return Err(BuildError::new(
                "FOR UPDATE is not allowed with UNION, INTERSECT and EXCEPT",
                "lock the rows in a separate query",
            ));
        }
        if query.joined_loads.is_some() {
            return Err(joined());
        }
        if query.left_out != self.left_out {
            return Err(other_columns());
        }
        let mut orders = clauses.order_by.iter();
        match orders.find(|order| self.name_of(&order.expr).is_none()) {
            Some(_) => Err(BuildError::new(
                "with UNION, INTERSECT and EXCEPT, ORDER BY expressions must be selected by the first query",
                "select the expression as well, or make the query a table: .as_table(\"…\")",
            )),
            None => Ok(()),
        }
    }

    /// The name in ORDER BY of what the first query selects.
    fn name_of(&self, expr: &Expr) -> Option<&Name> {
        let mut columns = self.columns.iter();
        columns
            .find(|(selected, name)| {
                selected == expr || matches!(expr, Expr::Label(label) if label == name)
            })
            .map(|(_, name)| name)
    }

    /// Replaces what is ordered by with its name, since an expression has none of its values there.
    pub(super) fn name_orders(&self, orders: &mut [Order]) {
        for order in orders {
            if let Some(name) = self.name_of(&order.expr) {
                order.expr = Expr::Label(name.clone());
            }
        }
    }

    /// The body of the statement.
    pub(super) fn body(self) -> QueryBody {
        QueryBody::SetOperation(Box::new(self.operation))
    }
}

#[cold]
fn belongs_to_branch(words: &str) -> BuildError {
    BuildError::new(
        format!("{words} are not allowed after UNION, INTERSECT and EXCEPT"),
        "add them to both queries before they are combined, or make the whole a table: .as_table(\"…\"), .as_entity(User)",
    )
}

#[cold]
fn other_columns() -> BuildError {
    BuildError::new(
        "the queries of UNION, INTERSECT and EXCEPT leave out different deferred columns",
        "call defer and undefer for both queries, before they are combined",
    )
}

#[cold]
fn of_the_whole() -> BuildError {
    BuildError::new(
        "relations and exemptions from criteria belong to the whole of a set operation, not to its second query",
        "call with(…) and without_criteria(…) for the first query, or after union(…)",
    )
}

#[cold]
fn joined() -> BuildError {
    BuildError::new(
        "relations that are read by a join are not allowed with UNION, INTERSECT and EXCEPT",
        "load the relation by a query of its own: .with(Post.author)",
    )
}

#[cold]
fn with_subtypes() -> BuildError {
    BuildError::new(
        "a model with its subtypes is not allowed in UNION, INTERSECT and EXCEPT",
        "combine the conditions of the queries with `|`, `&` and `!`",
    )
}
