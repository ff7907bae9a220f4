//! Relations that a query reads in its own rows: which tables it joins for them, which columns it selects behind its own,
//! and where LIMIT goes so that it counts entities.
//!
//! `load/joined.rs` takes the rows in. Relations that are read by queries of their own are not here.

use std::hash::{Hash, Hasher};

use orm_core::error::Result;
use orm_core::stmt::{
    Expr, FromItem, Join, JoinKind, Order, Projection, Query, Select, Source, generated_alias,
};

use super::join::{Sources, route};
use crate::mapping::{Criteria, LoadPath, LoadStep, ModelDef, RelationKind, Strategy};
use crate::query::compile::simplify::writing_with;
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::table_ref::TableRef;

/// The relations that are read in the rows of a query, in the order of their columns.
#[derive(Clone, Debug)]
pub struct JoinedLoads {
    pub(crate) steps: Vec<JoinedStep>,
    /// How many columns are selected up to here.
    width: usize,
}

/// A relation that is read in the rows of a query.
#[derive(Clone, Debug)]
pub(crate) struct JoinedStep {
    /// The step that reads its owners; `None` if these are the entities of the query.
    pub(crate) parent: Option<usize>,
    pub(crate) load: LoadStep,
    /// The index of its first column in a row: that of the target, or of a link row, which the target follows.
    pub(crate) start: usize,
    /// The paths that continue by queries of their own.
    pub(crate) then: Vec<LoadPath>,
}

/// The names of the tables of a step.
#[derive(Clone, Copy)]
struct Tables {
    target: TableRef,
    link: Option<TableRef>,
    /// Whether every owner has a row of it, so that an inner join loses none.
    is_inner: bool,
}

impl JoinedStep {
    pub(crate) fn target(&self) -> &'static ModelDef {
        (self.load.relation().target)()
    }

    fn link(&self) -> Option<&'static ModelDef> {
        Some(self.load.relation().through()?.link)
    }

    fn link_width(&self) -> usize {
        self.link().map_or(0, |link| link.columns.len())
    }

    fn width(&self) -> usize {
        self.link_width() + self.target().columns.len()
    }

    /// The index of the first column of the target's key: it is NULL where a join has no row.
    pub(crate) fn key(&self) -> usize {
        let key = self.target().primary_key.first();
        self.start + self.link_width() + key.copied().unwrap_or_default()
    }

    /// Whether a row of the owners may come several times by it.
    pub(crate) fn is_to_many(&self) -> bool {
        matches!(
            self.load.relation().kind,
            RelationKind::HasMany { .. } | RelationKind::ManyToMany { .. }
        )
    }

    fn is_required(&self) -> bool {
        matches!(
            self.load.relation().kind,
            RelationKind::BelongsTo {
                optional: false,
                ..
            }
        )
    }
}

impl JoinedLoads {
    /// Adds relations that are read in the query's own rows, one after another, and the path that continues by queries of its
    /// own.
    pub(super) fn add(
        joined: &mut Option<Box<Self>>,
        root: &'static ModelDef,
        (steps, then): (LoadPath, LoadPath),
    ) {
        let joined = joined.get_or_insert_with(|| {
            Box::new(Self {
                steps: Vec::new(),
                width: root.columns.len(),
            })
        });
        let mut parent = None;
        for step in steps {
            parent = Some(joined.step(parent, step));
        }
        if let Some(last) = parent.filter(|_| !then.is_empty()) {
            joined.steps[last].then.push(then);
        }
    }

    /// The place of a step, which is added if it isn't there.
    fn step(&mut self, parent: Option<usize>, load: LoadStep) -> usize {
        let is_it = |step: &JoinedStep| {
            let known = &step.load;
            step.parent == parent && (known.index, known.strategy) == (load.index, load.strategy)
        };
        if let Some(place) = self.steps.iter().position(is_it) {
            return place;
        }
        let step = JoinedStep {
            parent,
            load,
            start: self.width,
            then: Vec::new(),
        };
        self.width += step.width();
        self.steps.push(step);
        self.steps.len() - 1
    }

    /// The models whose columns are selected, in their order.
    pub(super) fn models(&self) -> impl Iterator<Item = &'static ModelDef> {
        let steps = self.steps.iter();
        steps.flat_map(|step| step.link().into_iter().chain([step.target()]))
    }

    /// Whether any of them has columns that are left out.
    pub(super) fn has_deferred(&self) -> bool {
        self.models().any(|def| !def.deferred.is_empty())
    }

    /// Whether rows of one entity may come several times.
    pub(crate) fn has_lists(&self) -> bool {
        self.steps.iter().any(JoinedStep::is_to_many)
    }

    /// Whether a path continues by a query of its own.
    pub(crate) fn continues(&self) -> bool {
        self.steps.iter().any(|step| !step.then.is_empty())
    }

    /// # Errors
    /// For a table that the program was to join.
    pub(super) fn check(&self, sources: &Sources) -> Result<(), BuildError> {
        for (step, tables) in self.steps.iter().zip(self.tables()) {
            if !matches!(step.load.strategy, Strategy::OwnJoin(_)) {
                continue;
            }
            let mut tables = std::iter::once(tables.target).chain(tables.link);
            if let Some(missing) = tables.find(|table| !sources.has(*table)) {
                return Err(not_there(step, missing));
            }
        }
        Ok(())
    }

    /// The tables of each step. An alias is the library's own.
    fn tables(&self) -> Vec<Tables> {
        let mut aliases = (1..).map(generated_alias);
        let mut tables: Vec<Tables> = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let (target, link) = (TableRef::of_def(step.target()), step.link());
            let link = link.map(TableRef::of_def);
            let mut alias = |table: TableRef| match aliases.next() {
                Some(alias) => table.aliased(alias),
                None => table,
            };
            let is_inner = step.parent.is_none_or(|parent| tables[parent].is_inner);
            tables.push(match step.load.strategy {
                Strategy::OwnJoin(name) => Tables {
                    target: name.map_or(target, |name| target.aliased(name.into())),
                    link,
                    is_inner: false,
                },
                Strategy::Joined | Strategy::SelectIn => Tables {
                    link: link.map(&mut alias),
                    target: alias(target),
                    is_inner: is_inner && step.is_required(),
                },
            });
        }
        tables
    }

    /// Joins the tables to the query of the entities of `root`, and selects their columns.
    ///
    /// # Errors
    /// `Usage` for a query with locks or groups, and for a criterion with a handle.
    pub(super) fn apply(
        &self,
        mut query: Query,
        root: TableRef,
        criteria: &Criteria,
    ) -> Result<Query> {
        let is_grouped = |select: &Select| !select.group_by.is_empty() || !select.having.is_empty();
        if !query.locks.is_empty() || query.as_select().is_some_and(is_grouped) {
            return Err(locked_or_grouped().to_error());
        }
        if self.needs_derived_table(&query) {
            query = derived(query, root);
        }
        let Query { body, order_by, .. } = &mut query;
        let orm_core::stmt::QueryBody::Select(select) = body else {
            return Ok(query);
        };
        let tables = self.tables();
        for (step, own) in self.steps.iter().zip(&tables) {
            let owner = step.parent.map_or(root, |parent| tables[parent].target);
            if step.load.strategy == Strategy::Joined {
                join(select, (step, owner), *own, criteria)?;
                order_by.extend(list_order(step, *own));
            }
            for table in own.link.into_iter().chain([own.target]) {
                select.columns.push(columns(table));
            }
        }
        Ok(query)
    }

    /// Whether LIMIT, OFFSET or DISTINCT would count rows in which an entity comes several times.
    fn needs_derived_table(&self, query: &Query) -> bool {
        let is_distinct = query.as_select().is_some_and(Select::drops_rows);
        let is_joined = |step: &JoinedStep| step.load.strategy == Strategy::Joined;
        let counts = query.is_limited();
        let mut lists = self.steps.iter().filter(|step| is_joined(step));
        is_distinct || counts && lists.any(JoinedStep::is_to_many)
    }
}

/// What decides on the text.
impl Hash for JoinedLoads {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.steps.len() as u64);
        for JoinedStep { parent, load, .. } in &self.steps {
            (parent, load.index, load.strategy).hash(state);
        }
    }
}

/// Joins the tables of a step.
fn join(
    select: &mut Select,
    (step, owner): (&JoinedStep, TableRef),
    tables: Tables,
    criteria: &Criteria,
) -> Result<()> {
    let relation = step.load.relation();
    let link = tables.link;
    for (table, on) in route(relation, [owner, tables.target], |own| link.unwrap_or(own)) {
        // What criteria hide leaves its owner.
        let kind = if tables.is_inner && !criteria.concern(table.def.table) {
            JoinKind::Inner
        } else {
            JoinKind::Left
        };
        let mut join = Join::new(kind, table.item(), on.condition(table));
        criteria.apply_to_join(&mut join)?;
        select.joins.push(join);
    }
    Ok(())
}

/// The order of a list, by which the database returns its members.
fn list_order(step: &JoinedStep, tables: Tables) -> impl Iterator<Item = Order> {
    let order = step.load.relation().list_order().into_iter();
    order.map(move |item| tables.target.order(item))
}

fn columns(table: TableRef) -> Projection {
    Projection::Columns {
        source: table.name().into(),
        names: table.def.loaded_names(),
    }
}

/// The query of the same entities from a derived table, which has the name of their own. Its order is repeated outside.
fn derived(mut query: Query, root: TableRef) -> Query {
    let mut order = query.order_by.clone();
    let mut selected = Vec::new();
    if let Some(select) = query.as_select_mut() {
        selected.extend(select.columns.iter().map(|column| outside(column, root)));
        for (index, order) in order.iter_mut().enumerate() {
            let is_of_root =
                matches!(&order.expr, Expr::Column { source, .. } if source == root.name());
            if !is_of_root {
                let label = generated_alias(index + 1);
                let outside = Expr::column(root.name(), label.clone());
                let inside = std::mem::replace(&mut order.expr, outside);
                select.columns.push(Projection::Labelled(inside, label));
            }
        }
    }
    let with = writing_with(&mut query);
    let rows = FromItem::new(Source::Query(Box::new(query))).alias(root.name());
    let mut outer = Query::from(Select::new(selected, rows));
    outer.with = with;
    outer.order_by = order;
    outer
}

/// A column of the derived table, which has the name that it has inside.
fn outside(column: &Projection, root: TableRef) -> Projection {
    if let Projection::Expr(Expr::Column { name, .. }) = column {
        return Projection::Expr(Expr::column(root.name(), name.clone()));
    }
    column.clone()
}

#[cold]
pub(super) fn not_joined(step: &LoadStep) -> BuildError {
    let relation = step.relation();
    let (model, name) = (relation.model, relation.name);
    BuildError::new(
        format!("`{model}.{name}` can't be joined: its owners are read by another query"),
        format!("use .then({model}.{name}), or read the relations before it by joined(), too"),
    )
}

#[cold]
pub(super) fn not_locked(step: &LoadStep) -> BuildError {
    let relation = step.relation();
    let (model, name) = (relation.model, relation.name);
    BuildError::new(
        format!(
            "`{model}.{name}` can't be locked: only a whole relation that is loaded by a query of its own can"
        ),
        "leave out joined(), from_join(), and the filter or limit of the relation, or lock the rows by a query with for_update()",
    )
}

#[cold]
fn not_there(step: &JoinedStep, table: TableRef) -> BuildError {
    let relation = step.load.relation();
    let (model, name) = (relation.model, relation.name);
    BuildError::new(
        format!(
            "`{model}.{name}` can't be filled from the join: the query has no {}",
            table.describe()
        ),
        format!("join it: .join({model}.{name}); or use joined() instead of from_join()"),
    )
}

#[cold]
fn locked_or_grouped() -> BuildError {
    BuildError::new(
        "FOR UPDATE and GROUP BY are not allowed with relations that are read by a join",
        "load the relation by a query of its own: .with(Post.author)",
    )
}
