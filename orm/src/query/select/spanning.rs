//! Conditions and expressions over what a relation references: `any`, `has`, `contains`, `is_empty`, `count` and `get`. Each
//! is a subquery about one row of the relation's table, so that no such row is returned twice.
//!
//! The subquery reads the other model's table by its own name. Where that is the name of the relation's table as well, it
//! has an alias that the library makes, and what was given for the other model takes that alias.

use std::convert::Infallible;
use std::ops::ControlFlow;

use orm_core::stmt::{
    self, Fold, FromItem, Join, JoinKind, Name, Query, Visit, fold_query, generated_alias,
    is_generated_alias, walk_item,
};

use super::join::route;
use super::query_state::QueryState;
use crate::mapping::{Model, Relation, RelationField};
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::expr::Expr;
use crate::query::expressions::predicate::Predicate;
use crate::query::expressions::select_item::SelectItem;
use crate::query::expressions::table_ref::TableRef;

/// Whether the relation references a row for which the condition holds.
pub(super) fn references<M: Model, F: RelationField>(
    relation: Relation<M, F>,
    condition: Option<Predicate>,
) -> Predicate {
    let origin = Some(TableRef::of_relation(&relation));
    match spanned(relation, None, condition) {
        Ok((query, depth)) => Predicate::over(stmt::Expr::Exists(Box::new(query)), origin, depth),
        Err(error) => Predicate::leaf(error.into_expr(), origin),
    }
}

/// What is selected of the rows that the relation references, which are one row.
pub(super) fn scalar<M: Model, F: RelationField, T>(
    relation: Relation<M, F>,
    selected: SelectItem,
) -> Expr<T> {
    let origin = Some(TableRef::of_relation(&relation));
    match spanned(relation, Some(selected), None) {
        Ok((query, depth)) => Expr::around(stmt::Expr::Subquery(Box::new(query)), origin, depth),
        Err(error) => Expr::leaf(error.into_expr(), origin),
    }
}

/// The query of the rows that a relation references from one row of its table, and how deep it is nested.
fn spanned<M: Model, F: RelationField>(
    relation: Relation<M, F>,
    selected: Option<SelectItem>,
    condition: Option<Predicate>,
) -> Result<(Query, usize), BuildError> {
    let outer = TableRef::of_relation(&relation);
    let mut inner = TableRef::of_def(F::Target::def());
    let mut state = QueryState::default();
    state.set_root(inner);
    state.selected.extend(selected);
    if let Some(condition) = condition {
        state.filter(condition.into_term());
    }
    let (mut query, depth) = state.into_subquery()?;
    let mut free_alias = free_aliases(&query);
    if inner.name() == outer.name() {
        let from = inner.name();
        inner = inner.aliased(free_alias());
        let to = inner.name();
        let _ = fold_query(&mut Rename { from, to }, &mut query);
    }
    // Under an alias, so that a condition can't mean it where it means a table of the outer statement.
    let name = |link: TableRef| link.aliased(free_alias());
    let mut tables = route(relation.def(), [outer, inner], name).into_iter();
    if let (Some(select), Some((first, on))) = (query.as_select_mut(), tables.next()) {
        select.from = Some(first.item());
        select.filter.insert(0, on.condition(first));
        let joins =
            tables.map(|(table, on)| Join::new(JoinKind::Inner, table.item(), on.condition(table)));
        select.joins.extend(joins);
    }
    Ok((query, depth))
}

/// Aliases that no table inside the query has, one after another.
fn free_aliases(query: &Query) -> impl FnMut() -> Name + use<> {
    let mut aliases = Aliases(Vec::new());
    let _ = aliases.query(query);
    let taken: Vec<Name> = aliases.0.into_iter().cloned().collect();
    let all = (1..).map(generated_alias);
    let mut free = all.filter(move |alias| !taken.contains(alias));
    move || {
        free.next()
            .expect("invariant: a query has fewer tables than there are numbers")
    }
}

/// Collects the aliases of this kind.
struct Aliases<'q>(Vec<&'q Name>);

impl<'q> Visit<'q> for Aliases<'q> {
    type Break = Infallible;

    fn item(&mut self, item: &'q FromItem) -> ControlFlow<Infallible> {
        let alias = item.name().filter(|name| is_generated_alias(name));
        self.0.extend(alias);
        walk_item(self, item)
    }
}

/// Gives a table of a query another name in its columns.
struct Rename {
    from: &'static str,
    to: &'static str,
}

impl Fold for Rename {
    type Break = Infallible;

    fn query(&mut self, query: &mut Query) -> ControlFlow<Infallible> {
        // A subquery with a table of that name means its own.
        let hides = query.as_select().is_some_and(|select| {
            let mut names = select.sources().filter_map(FromItem::name);
            names.any(|name| name == self.from)
        });
        if hides {
            return ControlFlow::Continue(());
        }
        fold_query(self, query)
    }

    fn qualifier(&mut self, name: &mut Name) -> ControlFlow<Infallible> {
        if name == self.from {
            *name = self.to.into();
        }
        ControlFlow::Continue(())
    }
}
