//! [`NamedSource`]: what stands in FROM instead of a model's table: a derived table, a common table expression, VALUES. It
//! brings along the common table expressions that it uses, which the statement has once, in order of dependency.
//!
//! The program's value is in `derived.rs`; a query keeps its sources among its `clauses.rs`.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use orm_core::stmt::{
    Cte, Expr, FromItem, Name, Order, Projection, Query, QueryBody, With, is_generated_alias,
};

use super::query_state::QueryState;
use crate::query::compile::simplify::labelled;
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::expr::check_depth;
use crate::query::expressions::table_ref::TableRef;

/// A source of rows that is no table.
#[derive(Clone, Debug)]
pub struct NamedSource {
    /// The name that qualifies its columns.
    pub(super) table: TableRef,
    pub(super) item: FromItem,
    /// The common table expressions that it uses, its own last.
    pub(super) ctes: Ctes,
    /// Why no query can have it.
    pub(super) error: Option<BuildError>,
}

/// Common table expressions, each after those that it uses.
pub(super) type Ctes = Vec<Arc<NamedCte>>;

/// A common table expression.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::query) struct NamedCte {
    pub(super) cte: Cte,
    pub(super) recursive: bool,
}

impl Hash for NamedSource {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self {
            table: _,
            item,
            ctes,
            error: _,
        } = self;
        item.hash(state);
        for NamedCte { cte, recursive } in ctes.iter().map(AsRef::as_ref) {
            (cte, recursive).hash(state);
        }
    }
}

/// A query as a part of another one, with what it needs around.
pub(super) struct QueryPart {
    pub(super) query: Query,
    pub(super) ctes: Ctes,
}

impl QueryState {
    /// The query as a part of another one, and its common table expressions.
    pub(super) fn into_part(self) -> Result<QueryPart, BuildError> {
        if !self.loads.is_empty() || self.joined_loads.is_some() {
            return Err(BuildError::new(
                "relations are loaded by the outermost query",
                "call with(…) for the query that is run",
            ));
        }
        if self.exempt.is_some() {
            return Err(BuildError::new(
                "exemptions from criteria belong to the outermost query",
                "call without_criteria(…) for the query that is run",
            ));
        }
        let (query, depth) = self.to_part()?;
        check_depth(depth)?;
        Ok(QueryPart {
            query,
            ctes: self.ctes(),
        })
    }

    /// The common table expressions that its sources use. Those of one name are equal, which was checked.
    pub(super) fn ctes(&self) -> Ctes {
        self.each_cte().into_iter().cloned().collect()
    }

    /// As [`QueryState::ctes`].
    pub(super) fn each_cte(&self) -> Vec<&Arc<NamedCte>> {
        let mut ctes: Vec<&Arc<NamedCte>> = Vec::new();
        for cte in self.all_ctes() {
            if !ctes.iter().any(|known| known.cte.name == cte.cte.name) {
                ctes.push(cte);
            }
        }
        ctes
    }

    fn all_ctes(&self) -> impl Iterator<Item = &Arc<NamedCte>> {
        let clauses = self.clauses.as_deref().into_iter();
        clauses.flat_map(|clauses| {
            let compound = clauses.compound.iter().flat_map(|compound| &compound.ctes);
            compound.chain(clauses.sources.iter().flat_map(|source| &source.ctes))
        })
    }

    /// # Errors
    /// The first error of a source, and two common table expressions of one name.
    pub(super) fn check_sources(&self) -> Result<(), BuildError> {
        let Some(clauses) = self.clauses.as_deref() else {
            return Ok(());
        };
        let mut errors = clauses
            .sources
            .iter()
            .filter_map(|source| source.error.as_ref());
        if let Some(error) = errors.next() {
            return Err(error.clone());
        }
        let all: Vec<_> = self.all_ctes().collect();
        for (index, cte) in all.iter().enumerate() {
            let mut others = all[..index].iter();
            if others.any(|other| other.cte.name == cte.cte.name && other != cte) {
                return Err(two_ctes(&cte.cte.name));
            }
        }
        Ok(())
    }

    /// Makes `source` the source of its name. Sources of names that the query does not have are dropped.
    pub(super) fn set_source(&mut self, name: &'static str, source: Option<Arc<NamedSource>>) {
        let has_sources = self
            .clauses
            .as_deref()
            .is_some_and(|clauses| !clauses.sources.is_empty());
        if source.is_none() && !has_sources {
            return;
        }
        let names: Vec<_> = self.sources.iter().map(TableRef::name).collect();
        let sources = &mut self.clauses_mut().sources;
        sources.retain(|known| {
            let known = known.table.name();
            known != name && names.contains(&known)
        });
        sources.extend(source);
    }

    /// The source of a table of the query, if it is no table of the database.
    pub(super) fn source(&self, table: TableRef) -> Option<&NamedSource> {
        let mut sources = self.clauses.as_deref()?.sources.iter();
        let found = sources.find(|source| source.table.name() == table.name())?;
        Some(found)
    }
}

/// The WITH clause of a statement that uses common table expressions.
pub(super) fn with(ctes: Ctes) -> Option<Box<With>> {
    if ctes.is_empty() {
        return None;
    }
    let recursive = ctes.iter().any(|cte| cte.recursive);
    let mut with = With::new(ctes.iter().map(|cte| cte.cte.clone()).collect());
    with.recursive = recursive;
    Some(Box::new(with))
}

/// Names the columns of a query `c0`, `c1` and so on, whatever they are.
pub(super) fn number_columns(query: &mut Query) {
    let mut known = Vec::new();
    number(query, &mut known);
}

/// As [`number_columns`]; `known` are the names that the columns of a set operation had before.
fn number(query: &mut Query, known: &mut Vec<Name>) {
    match &mut query.body {
        QueryBody::Select(select) => {
            for projection in &select.columns {
                match projection {
                    Projection::Columns { names, .. } => {
                        known.extend(names.iter().map(|name| Name::Borrowed(*name)));
                    }
                    Projection::Expr(Expr::Column { name, .. }) | Projection::Labelled(_, name) => {
                        known.push(name.clone())
                    }
                    // It can't be ordered by.
                    Projection::Expr(_) | Projection::All => known.push(Name::Borrowed("")),
                }
            }
            select.columns = labelled(std::mem::take(&mut select.columns));
            return;
        }
        QueryBody::SetOperation(operation) => number(&mut operation.left, known),
        QueryBody::Values(_) => {}
    }
    for Order { expr, .. } in &mut query.order_by {
        if let Expr::Label(label) = expr
            && let Some(position) = known.iter().position(|name| name == label)
        {
            *label = format!("c{position}").into();
        }
    }
}

/// # Errors
/// For a name that a source can't have.
pub(super) fn check_name(name: &str) -> Result<(), BuildError> {
    let problem = if name.is_empty() {
        "a derived table has an empty name".to_owned()
    } else if is_generated_alias(name) {
        format!("the name {name} is reserved for aliases that the library makes")
    } else {
        return Ok(());
    };
    Err(BuildError::new(
        problem,
        "give it another name: .as_table(\"totals\")",
    ))
}

#[cold]
pub(super) fn two_ctes(name: &str) -> BuildError {
    BuildError::new(
        format!("WITH query name {name} is specified more than once, for different queries"),
        "give one of them another name: .cte(\"other\")",
    )
}
