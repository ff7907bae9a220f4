//! Joins: the join targets, and the condition inferred from the foreign keys between the models.

use orm_core::stmt::{CompareOp, Expr, JoinKind};

use crate::mapping::Entity;
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::table_ref::TableRef;

/// Is implemented by the arguments of `join` and `left_join`: a model's value or an alias of it. The join condition
/// is the foreign key between it and one of the tables of the query.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be joined",
    label = "expected a model's value such as `Post`, or an alias of one"
)]
pub trait JoinTarget {
    /// Returns the table and the join condition.
    #[doc(hidden)]
    fn resolve(self, sources: &Sources) -> Result<(TableRef, JoinOn), BuildError>;
}

/// Holds the tables of a query to which another one is joined.
#[derive(Clone, Debug, Default, Hash)]
pub struct Sources {
    /// The first one.
    pub(super) root: Option<TableRef>,
    /// Those joined to it, in order.
    pub(super) joined: Vec<Joined>,
}

impl Sources {
    pub(super) fn iter(&self) -> impl Iterator<Item = TableRef> {
        let joined = self.joined.iter().map(|joined| joined.table);
        self.root.into_iter().chain(joined)
    }

    /// Whether one of them has this name.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.iter().any(|source| source.name == name)
    }
}

/// Describes a joined table.
#[derive(Clone, Debug, Hash)]
pub struct Joined {
    pub(super) kind: JoinKind,
    pub(super) table: TableRef,
    pub(super) on: JoinOn,
}

/// Describes the condition of a join.
#[derive(Clone, Debug, Hash)]
pub enum JoinOn {
    /// The rows that a foreign key of `child` refers to are those of `parent`.
    ForeignKey {
        /// The table that refers.
        child: TableRef,
        /// Which of its foreign keys, by position.
        reference: usize,
        /// The table referred to.
        parent: TableRef,
    },
    /// The program's own.
    Condition(Expr),
}

impl JoinOn {
    /// The condition as an expression.
    pub(super) fn lower(&self) -> Expr {
        let (child, reference, parent) = match self {
            Self::Condition(condition) => return condition.clone(),
            Self::ForeignKey {
                child,
                reference,
                parent,
            } => (child, &child.def.references[*reference], parent),
        };
        let columns = reference.columns.iter().zip(reference.target_columns);
        let equal = columns.map(|(own, referred)| {
            Expr::compare(CompareOp::Eq, child.column(*own), parent.column(*referred))
        });
        equal.reduce(Expr::and).unwrap_or(Expr::And(Vec::new()))
    }
}

#[diagnostic::do_not_recommend]
impl<E: Entity> JoinTarget for E {
    fn resolve(self, sources: &Sources) -> Result<(TableRef, JoinOn), BuildError> {
        let table = TableRef::of(&self);
        Ok((table, infer(sources, table)?))
    }
}

fn infer(sources: &Sources, joined: TableRef) -> Result<JoinOn, BuildError> {
    if sources.contains(joined.name) {
        return Err(twice(joined));
    }
    let keys = |source| keys(source, joined).chain(keys(joined, source));
    let mut found = sources.iter().flat_map(keys);
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only),
        (first, _) => Err(unclear(sources, joined, first.is_some())),
    }
}

/// The conditions by which `child` refers to `parent`, one for each foreign key.
fn keys(child: TableRef, parent: TableRef) -> impl Iterator<Item = JoinOn> {
    let references = child.def.references.iter().enumerate();
    references
        .filter(move |(_, key)| (key.target)().table == parent.def.table)
        .map(move |(reference, _)| JoinOn::ForeignKey {
            child,
            reference,
            parent,
        })
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
        format!("table name {name} is specified more than once"),
        format!(
            "join {model}.alias(\"…\"), or name another first table with .from(…) before the joins"
        ),
    )
}
