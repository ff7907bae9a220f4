//! Joins: the join targets, and the condition inferred from the foreign keys between the models.

use orm_core::stmt::{CompareOp, Expr, Few, JoinKind};

use crate::mapping::Entity;
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::predicate::Condition;
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
    pub(super) joined: Few<Joined>,
}

impl Sources {
    pub(super) fn iter(&self) -> impl Iterator<Item = TableRef> {
        let joined = self.joined.iter().map(|joined| joined.table);
        self.root.into_iter().chain(joined)
    }

    /// A table that is joined to them, which has another name.
    pub(super) fn admit(&self, table: TableRef) -> Result<TableRef, BuildError> {
        if self.iter().any(|source| source.name() == table.name()) {
            return Err(twice(table));
        }
        Ok(table)
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
    /// The rows that a foreign key refers to are those of the other table.
    ForeignKey {
        /// The table to which this one is joined.
        other: TableRef,
        /// Whether the other one refers to this one.
        refers: bool,
        /// Which foreign key of the table that refers, by position.
        reference: usize,
    },
    /// The program's own.
    Condition(Box<Expr>),
}

impl JoinOn {
    /// A condition of the program's own.
    pub(super) fn of(condition: impl Condition) -> Self {
        Self::Condition(Box::new(condition.into_predicate().into_ast()))
    }
}

impl Joined {
    /// The condition as an expression.
    pub(super) fn condition(&self) -> Expr {
        let (child, reference, parent) = match &self.on {
            JoinOn::Condition(condition) => return (**condition).clone(),
            JoinOn::ForeignKey {
                other,
                refers: true,
                reference,
            } => (*other, *reference, self.table),
            JoinOn::ForeignKey {
                other,
                refers: false,
                reference,
            } => (self.table, *reference, *other),
        };
        let reference = &child.def.references[reference];
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
        let table = sources.admit(TableRef::of(&self))?;
        Ok((table, infer(sources, table)?))
    }
}

/// The condition by the only foreign key between the joined table and the others.
fn infer(sources: &Sources, joined: TableRef) -> Result<JoinOn, BuildError> {
    let (mut found, mut count) = (None, 0);
    for other in sources.iter() {
        for refers in [true, false] {
            let (child, parent) = if refers {
                (other, joined)
            } else {
                (joined, other)
            };
            for (reference, key) in child.def.references.iter().enumerate() {
                if (key.target)().table == parent.def.table {
                    count += 1;
                    found = Some(JoinOn::ForeignKey {
                        other,
                        refers,
                        reference,
                    });
                }
            }
        }
    }
    match found {
        Some(only) if count == 1 => Ok(only),
        found => Err(unclear(sources, joined, found.is_some())),
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
    let (name, model) = (origin.name(), origin.def.name);
    BuildError::new(
        format!("table name {name} is specified more than once"),
        format!(
            "join {model}.alias(\"…\"), or name another first table with .from(…) before the joins"
        ),
    )
}
