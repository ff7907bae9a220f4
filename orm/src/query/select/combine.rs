//! Combines two queries into a set operation, and refuses what of the whole belongs to one of them. The state is in
//! `compound.rs`.

use orm_core::stmt::{Expr, Name, Projection, Query, SetOperation, SetOperator};

use super::clauses::Clauses;
use super::compound::{Compound, named};
use super::join::Joined;
use super::named_source::{Ctes, two_ctes};
use super::query_state::QueryState;
use crate::query::compile::simplify::labelled;
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::expr::check_depth;

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
        let mut right = other.branch()?;
        if right.is_limited() {
            // As a derived table it must not have a name twice.
            other.named_columns(&mut right);
        }
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
        if self.sources.joined.iter().any(Joined::is_subtype) {
            return Err(with_subtypes());
        }
        if self.joined_loads.is_some() {
            return Err(joined());
        }
        let (mut query, depth) = self.to_part()?;
        check_depth(depth)?;
        // The rows of a part have no order, but for which of them LIMIT keeps. MariaDB refuses window functions in it.
        if !query.is_limited()
            && query
                .as_select()
                .is_some_and(|select| select.distinct_on.is_empty())
        {
            query.order_by.clear();
        }
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
        // SQLite does not find a name in ORDER BY that several tables have. Entities keep the names of their table.
        let is_entity = |column: &Projection| matches!(column, Projection::Columns { .. });
        let is_joined = !select.joins.is_empty() && !select.columns.iter().any(is_entity);
        if is_joined || !known.iter().enumerate().all(has_name) {
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

    /// Refuses what belongs to one of the queries and was added to the whole.
    pub(super) fn check_compound(
        &self,
        clauses: &Clauses,
        compound: &Compound,
    ) -> Result<(), BuildError> {
        let is_root = match (compound.root, self.sources.root) {
            (Some(own), Some(root)) => own.name() == root.name(),
            (own, root) => own.is_none() && root.is_none(),
        };
        if !is_root || !self.sources.joined.is_empty() || !self.filter.is_empty() {
            return Err(belongs_to_branch("FROM, JOIN and WHERE"));
        }
        let distinct = clauses.distinct || !clauses.distinct_on.is_empty();
        if distinct || !clauses.group_by.is_empty() || !clauses.having.is_empty() {
            return Err(belongs_to_branch("DISTINCT, GROUP BY and HAVING"));
        }
        if !clauses.locks.is_empty() {
            return Err(BuildError::new(
                "FOR UPDATE is not allowed with UNION, INTERSECT and EXCEPT",
                "lock the rows in a separate query",
            ));
        }
        if self.joined_loads.is_some() {
            return Err(joined());
        }
        if self.left_out != compound.left_out {
            return Err(other_columns());
        }
        let mut orders = clauses.order_by.iter();
        match orders.find(|order| compound.name_of(&order.expr).is_none()) {
            Some(_) => Err(BuildError::new(
                "with UNION, INTERSECT and EXCEPT, ORDER BY expressions must be selected by the first query",
                "select the expression as well, or make the query a table: .as_table(\"…\")",
            )),
            None => Ok(()),
        }
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
