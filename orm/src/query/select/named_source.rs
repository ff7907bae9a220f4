//! [`NamedSource`]: what stands in FROM instead of a model's table: a derived table, a common table expression, VALUES. It
//! brings along the common table expressions that it uses, which the statement has once, in order of dependency.
//!
//! The program's value is in `derived.rs`; a query keeps its sources among its `clauses.rs`, by
//! `sources_of_query.rs`.

use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use orm_core::stmt::{
    Cte, EnumRank, Expr, FromItem, Name, Order, Projection, Query, QueryBody, With,
    is_generated_alias,
};

use crate::mapping::ModelDef;
use crate::query::compile::simplify::labelled;
use crate::query::executor::DmlKind;
use crate::query::expressions::build_error::BuildError;
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
    /// What it writes, if it is no query.
    pub(super) written: Option<WrittenTable>,
}

/// The table that a common table expression writes, and how.
#[derive(Clone, Copy, Debug)]
pub(in crate::query) struct WrittenTable {
    pub(in crate::query) model: &'static ModelDef,
    pub(in crate::query) kind: DmlKind,
}

impl NamedSource {
    pub(in crate::query) fn item(&self) -> &FromItem {
        &self.item
    }

    pub(in crate::query) fn ctes(&self) -> &[Arc<NamedCte>] {
        &self.ctes
    }

    /// Why no statement can have it.
    pub(in crate::query) fn error(&self) -> Option<&BuildError> {
        self.error.as_ref()
    }
}

impl NamedCte {
    /// What it writes, if it is no query.
    pub(in crate::query) fn written(&self) -> Option<WrittenTable> {
        self.written
    }
}

impl PartialEq for WrittenTable {
    fn eq(&self, other: &Self) -> bool {
        self.model.table == other.model.table && self.kind == other.kind
    }
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
        for known in ctes.iter().map(AsRef::as_ref) {
            let NamedCte {
                cte,
                recursive,
                written: _,
            } = known;
            (cte, recursive).hash(state);
        }
    }
}

/// A query as a part of another one, with what it needs around.
pub(super) struct QueryPart {
    pub(super) query: Query,
    pub(super) ctes: Ctes,
}

/// Common table expressions once each, of those that sources use. Those of one name are equal, which was checked.
pub(in crate::query) fn distinct_ctes<'c>(
    all: impl Iterator<Item = &'c Arc<NamedCte>>,
) -> Vec<&'c Arc<NamedCte>> {
    let mut names = HashSet::new();
    all.filter(|cte| names.insert(&cte.cte.name)).collect()
}

/// # Errors
/// For two common table expressions of one name.
pub(in crate::query) fn check_ctes<'c>(
    all: impl Iterator<Item = &'c Arc<NamedCte>>,
) -> Result<(), BuildError> {
    let mut known = HashMap::new();
    for cte in all {
        let other = known.insert(&cte.cte.name, cte);
        if other.is_some_and(|other| !Arc::ptr_eq(other, cte) && other != cte) {
            return Err(two_ctes(&cte.cte.name));
        }
    }
    Ok(())
}

/// The WITH clause of a statement that uses common table expressions.
pub(in crate::query) fn with(ctes: &[&Arc<NamedCte>]) -> Option<Box<With>> {
    if ctes.is_empty() {
        return None;
    }
    let recursive = ctes.iter().any(|cte| cte.recursive);
    let mut with = With::new(ctes.iter().map(|cte| cte.cte.clone()).collect());
    with.recursive = recursive;
    Some(Box::new(with))
}

/// Names the columns of a query `c0`, `c1` and so on, whatever they are.
pub(in crate::query) fn number_columns(query: &mut Query) {
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
                        known.push(name.clone());
                    }
                    // It can't be ordered by.
                    Projection::Expr(_) | Projection::All => known.push(Name::Borrowed("")),
                }
            }
            select.columns = labelled(std::mem::take(&mut select.columns));
            return;
        }
        QueryBody::SetOperation(operation) => number(&mut operation.left, known),
        // The columns of a statement that writes are named beside its own name.
        QueryBody::Values(_) | QueryBody::Returning(_) => {}
    }
    for Order { expr, .. } in &mut query.order_by {
        if let Expr::Label(label) = EnumRank::operand_of(expr)
            && let Some(position) = known.iter().position(|name| name == label)
        {
            let name = format!("c{position}").into();
            EnumRank::operand_mut(expr, |expr| *expr = Expr::Label(name));
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
