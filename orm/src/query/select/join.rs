//! Joins: what can be joined, and the condition inferred from the foreign keys between the models.

use orm_core::stmt::{CompareOp, Expr, Few};

use crate::mapping::Entity;
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::table_ref::TableRef;

/// What `join` and `left_join` take: a model's value or an alias of it. The condition is the foreign key
/// between it and one of the tables that the query has already.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be joined",
    label = "expected a model's value such as `Post`, or an alias of one"
)]
pub trait JoinTarget {
    /// The table and the condition.
    #[doc(hidden)]
    fn resolve(self, sources: &Sources) -> Result<Joined, BuildError>;
}

/// The tables that a query has when another one is joined.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The first one.
    pub(super) root: Option<TableRef>,
    /// Those joined to it, in order.
    pub(super) joined: Few<TableRef>,
}

impl Sources {
    fn iter(&self) -> impl Iterator<Item = TableRef> {
        self.root.iter().chain(&self.joined).copied()
    }

    /// Whether one of them has this name.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.iter().any(|source| source.name == name)
    }
}

/// A table to be joined and the condition on which it is.
#[derive(Clone, Debug)]
pub struct Joined {
    pub(in crate::query) origin: TableRef,
    pub(in crate::query) on: Expr,
}

#[diagnostic::do_not_recommend]
impl<E: Entity> JoinTarget for E {
    fn resolve(self, sources: &Sources) -> Result<Joined, BuildError> {
        let origin = TableRef::of(&self);
        let on = infer(sources, origin)?;
        Ok(Joined { origin, on })
    }
}

fn infer(sources: &Sources, joined: TableRef) -> Result<Expr, BuildError> {
    if sources.contains(joined.name) {
        return Err(twice(joined));
    }
    let mut found = Few::new();
    for source in sources.iter() {
        add_keys(source, joined, &mut found);
        add_keys(joined, source, &mut found);
    }
    match found.pop() {
        Some(only) if found.is_empty() => Ok(only),
        first => Err(unclear(sources, joined, first.is_some())),
    }
}

/// Adds a condition for each foreign key by which `child` refers to `parent`.
fn add_keys(child: TableRef, parent: TableRef, found: &mut Few<Expr>) {
    for reference in child.def.references {
        if (reference.target)().table != parent.def.table {
            continue;
        }
        let columns = reference.columns.iter().zip(reference.target_columns);
        let on = columns
            .map(|(own, referred)| {
                Expr::compare(CompareOp::Eq, child.column(*own), parent.column(*referred))
            })
            .reduce(Expr::and);
        found.extend(on);
    }
}

#[cold]
fn unclear(sources: &Sources, joined: TableRef, several: bool) -> BuildError {
    let others: Vec<_> = sources.iter().map(TableRef::describe).collect();
    let (joined, others) = (joined.describe(), others.join(", "));
    let message = if several {
        format!("can't join {joined}: more than one foreign key connects it with {others}")
    } else if others.is_empty() {
        format!("can't join {joined}: the query has no table yet")
    } else {
        format!("can't join {joined}: no foreign key connects it with {others}")
    };
    BuildError::new(
        message,
        "give the condition: join_on(…, condition), or left_join_on(…, condition)",
    )
}

/// The error of a query with two tables of one name.
#[cold]
pub(in crate::query) fn twice(origin: TableRef) -> BuildError {
    let (name, model) = (origin.name, origin.def.name);
    BuildError::new(
        format!("the query has the table {name} already"),
        format!(
            "join {model}.alias(\"…\"), or name another first table with .from(…) before the joins"
        ),
    )
}
