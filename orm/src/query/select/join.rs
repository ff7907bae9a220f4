//! Joins: the join targets, and their conditions: inferred from the foreign keys between the models, or by a relation.

use std::fmt;
use std::hash::{Hash, Hasher};

use orm_core::stmt::{CompareOp, Expr, Few, JoinKind};

use crate::mapping::{
    Entity, Linkable, Model, ModelDef, ReferenceDef, Relation, RelationDef, RelationKind,
};
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::predicate::Condition;
use crate::query::expressions::table_ref::TableRef;

/// Is implemented by the arguments of `join` and `left_join`: a model's value or an alias of it, whose join condition
/// is the foreign key between it and one of the tables of the query; or a relation of one of these tables.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be joined",
    label = "expected a model's value such as `Post`, an alias of one, or a relation such as `User.posts`"
)]
pub trait JoinTarget {
    /// Adds the tables to those of a query, each with its join condition.
    #[doc(hidden)]
    fn join(self, kind: JoinKind, sources: &mut Sources) -> Result<(), Box<BuildError>>;
}

/// Represents a relation whose other side is joined under an alias; see [`Relation::as_`].
pub struct RelationAs<M, F> {
    relation: Relation<M, F>,
    table: TableRef,
}

/// Holds the tables of a query to which another one is joined.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The first one.
    pub(super) root: Option<TableRef>,
    /// Those joined to it, in order.
    pub(super) joined: Few<Joined>,
    /// Those of subtypes whose base is not there yet.
    pub(super) waiting: Vec<Joined>,
}

impl Sources {
    pub(super) fn iter(&self) -> impl Iterator<Item = TableRef> {
        let joined = self.joined.iter().map(|joined| joined.table);
        self.root.into_iter().chain(joined)
    }

    pub(super) fn has(&self, table: TableRef) -> bool {
        self.iter().any(|source| source.name() == table.name())
    }

    /// Adds a table, which has another name than those that are there.
    #[inline]
    pub(super) fn join_on(
        &mut self,
        kind: JoinKind,
        table: TableRef,
        on: JoinOn,
    ) -> Result<(), Box<BuildError>> {
        if self.has(table) {
            return Err(twice(table).into());
        }
        self.joined.push(Joined { kind, table, on });
        Ok(())
    }
}

/// Describes a joined table.
#[derive(Clone, Debug)]
pub struct Joined {
    pub(super) kind: JoinKind,
    pub(super) table: TableRef,
    pub(super) on: JoinOn,
}

/// Describes the condition of a join.
#[derive(Clone, Debug)]
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
    /// The key of a subtype is that of its base.
    SharedKey {
        /// The base.
        base: TableRef,
        /// The foreign key to it, by position.
        reference: usize,
    },
    /// The program's own.
    Condition(Box<Expr>),
}

impl Hash for Joined {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self { kind, table, on } = self;
        table.hash_with(*kind as u8, state);
        match on {
            JoinOn::ForeignKey {
                other,
                refers,
                reference,
            } => {
                other.hash_with(u8::from(*refers), state);
                state.write_u64(*reference as u64);
            }
            JoinOn::SharedKey { base, reference } => {
                base.hash_with(2, state);
                state.write_u64(*reference as u64);
            }
            JoinOn::Condition(condition) => {
                state.write_u64(u64::from(u8::MAX));
                condition.hash(state);
            }
        }
    }
}

impl JoinOn {
    /// A condition of the program's own.
    pub(super) fn of(condition: impl Condition) -> Self {
        Self::Condition(Box::new(condition.into_predicate().into_ast()))
    }
}

impl JoinOn {
    /// The condition that joins `table`, as an expression.
    pub(super) fn condition(&self, table: TableRef) -> Expr {
        let (child, reference, parent) = match self {
            Self::Condition(condition) => return (**condition).clone(),
            Self::ForeignKey {
                other,
                refers: true,
                reference,
            } => (*other, *reference, table),
            Self::ForeignKey {
                other,
                refers: false,
                reference,
            }
            | Self::SharedKey {
                base: other,
                reference,
            } => (table, *reference, *other),
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
    fn join(self, kind: JoinKind, sources: &mut Sources) -> Result<(), Box<BuildError>> {
        join_inferred(kind, TableRef::of(&self), sources)
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model, F: Linkable> JoinTarget for Relation<M, F> {
    fn join(self, kind: JoinKind, sources: &mut Sources) -> Result<(), Box<BuildError>> {
        let table = TableRef::of_def(F::Target::def());
        RelationAs {
            relation: self,
            table,
        }
        .join(kind, sources)
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model, F: Linkable> JoinTarget for RelationAs<M, F> {
    fn join(self, kind: JoinKind, sources: &mut Sources) -> Result<(), Box<BuildError>> {
        let Self { relation, table } = self;
        let (def, from) = (relation.def(), TableRef::of_relation(&relation));
        if !sources.has(from) {
            return Err(not_from(def, from).into());
        }
        let tables = route(def, [from, table], |link| link);
        let mut names = tables.iter().map(|(table, _)| *table);
        match names.find(|table| sources.has(*table)) {
            Some(taken) if taken.name() == table.name() => return Err(twice_by(def, taken).into()),
            Some(link) => return Err(twice(link).into()),
            None => {}
        }
        let joined = tables.into_iter();
        let joined = joined.map(|(table, on)| Joined { kind, table, on });
        sources.joined.extend(joined);
        Ok(())
    }
}

impl<M: Model, F: Linkable> Relation<M, F> {
    /// Returns the relation with an alias for the table of the other side, for `join` and `left_join`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let author = User.alias("author");
    /// let posts = select((Post.title, author.name)).join(Post.author.as_(author));
    /// assert_eq!(
    ///     posts.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "posts"."title", "author"."name" FROM "posts" INNER JOIN "users" AS "author" ON "posts"."author_id" = "author"."id""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn as_<E: Entity<Model = F::Target>>(self, alias: E) -> RelationAs<M, F> {
        RelationAs {
            relation: self,
            table: TableRef::of(&alias),
        }
    }
}

impl<M: Model, F> fmt::Debug for RelationAs<M, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} as {}", self.relation, self.table.name())
    }
}

/// The tables on the way of a relation from `outer` to `inner`, each with the condition that joins it to those before. The
/// table of a link model goes by the name that `name` gives it.
pub(super) fn route(
    relation: &RelationDef,
    [outer, inner]: [TableRef; 2],
    name: impl FnOnce(TableRef) -> TableRef,
) -> Few<(TableRef, JoinOn)> {
    let own = |def: &ModelDef, index: usize| {
        let reference = def.relations[index].reference();
        reference.expect("invariant: it is a BelongsTo, which the compiler has checked")
    };
    let on = |other, refers, reference| JoinOn::ForeignKey {
        other,
        refers,
        reference,
    };
    match relation.kind {
        RelationKind::BelongsTo { reference, .. } => {
            Few::from_buf([(inner, on(outer, true, reference))])
        }
        RelationKind::HasMany { inverse } | RelationKind::HasOne { inverse } => {
            let reference = own(inner.def, inverse());
            Few::from_buf([(inner, on(outer, false, reference))])
        }
        RelationKind::ManyToMany {
            link,
            inverse,
            target,
        } => {
            let link = name(TableRef::of_def(link()));
            let (inverse, target) = (own(link.def, inverse()), own(link.def, target()));
            let mut tables = Few::new();
            tables.push((link, on(outer, false, inverse)));
            tables.push((inner, on(link, true, target)));
            tables
        }
        // The types let none be joined.
        RelationKind::View(_) => Few::new(),
    }
}

/// Joins a table by the only foreign key between it and the others.
fn join_inferred(
    kind: JoinKind,
    joined: TableRef,
    sources: &mut Sources,
) -> Result<(), Box<BuildError>> {
    let (mut found, mut count) = (None, 0);
    for other in sources.iter() {
        if other.name() == joined.name() {
            return Err(twice(joined).into());
        }
        for refers in [true, false] {
            let (child, parent) = if refers {
                (other, joined)
            } else {
                (joined, other)
            };
            for (reference, key) in child.def.references.iter().enumerate() {
                if (key.target)().table == parent.def.table {
                    count += 1;
                    found = Some((other, refers, reference));
                }
            }
        }
    }
    let (other, refers, reference) = match found {
        Some(only) if count == 1 => only,
        found => return Err(unclear(sources, joined, found.is_some()).into()),
    };
    let on = JoinOn::ForeignKey {
        other,
        refers,
        reference,
    };
    sources.joined.push(Joined {
        kind,
        table: joined,
        on,
    });
    Ok(())
}

#[cold]
fn unclear(sources: &Sources, joined: TableRef, several: bool) -> BuildError {
    let others: Vec<_> = sources.iter().map(TableRef::describe).collect();
    let (name, others) = (joined.describe(), others.join(", "));
    if several {
        let found = connections(sources.iter(), joined);
        let keys: Vec<_> = found.iter().map(|found| &*found.key).collect();
        let calls = found
            .iter()
            .map(|found| format!("join_on({}, {})", joined.value(), found.condition));
        return BuildError::new(
            format!(
                "can't join {name}: more than one foreign key connects it with {others}: {}",
                keys.join(", ")
            ),
            format!(
                "join by a relation, or give the condition: {}",
                calls.collect::<Vec<_>>().join(", or ")
            ),
        );
    }
    let message = if others.is_empty() {
        format!("can't join {name}: the query has no table yet")
    } else {
        format!("can't join {name}: no foreign key connects it with {others}")
    };
    let hint = "join by a relation, or give the condition: join_on(…, condition), or left_join_on(…, condition)";
    BuildError::new(message, hint)
}

/// A foreign key between two tables of a query, for messages.
pub(in crate::query) struct Connection {
    /// The columns that reference the other table.
    pub(in crate::query) key: String,
    /// The condition by which the tables are joined.
    pub(in crate::query) condition: String,
}

/// The foreign keys between a table and the others.
pub(in crate::query) fn connections(
    others: impl Iterator<Item = TableRef>,
    joined: TableRef,
) -> Vec<Connection> {
    let mut found = Vec::new();
    for other in others {
        for (child, parent) in [(other, joined), (joined, other)] {
            let keys = child.def.references.iter();
            let keys = keys.filter(|key| (key.target)().table == parent.def.table);
            found.extend(keys.map(|key| connection(key, child, parent)));
        }
    }
    found
}

fn connection(key: &ReferenceDef, child: TableRef, parent: TableRef) -> Connection {
    let field = |table: TableRef, position: usize| {
        format!("{}.{}", table.value(), table.def.fields[position])
    };
    let own = key.columns.iter().map(|column| field(child, *column));
    let columns = key.columns.iter().zip(key.target_columns);
    let equal = columns
        .map(|(own, target)| format!("{}.eq({})", field(child, *own), field(parent, *target)));
    let equal = equal.collect::<Vec<_>>().join(".and(");
    let closing = ")".repeat(key.columns.len() - 1);
    Connection {
        key: own.collect::<Vec<_>>().join(" with "),
        condition: format!("{equal}{closing}"),
    }
}

/// The error of a relation of a table that the query does not have.
#[cold]
fn not_from(relation: &RelationDef, from: TableRef) -> BuildError {
    let RelationDef { model, name, .. } = relation;
    let table = from.describe();
    BuildError::new(
        format!("can't join by {model}.{name}: the query has no {table}"),
        format!("begin with {model}: .from({model}); or join it before"),
    )
}

/// The error of a relation to a table of a name that the query has.
#[cold]
fn twice_by(relation: &RelationDef, table: TableRef) -> BuildError {
    let RelationDef { model, name, .. } = relation;
    let (own, target) = (table.name(), table.def.name);
    BuildError::new(
        format!("table name {own} is specified more than once"),
        format!("give it an alias: join({model}.{name}.as_({target}.alias(\"…\")))"),
    )
}

/// The error of a query with two tables of one name.
#[cold]
pub(in crate::query) fn twice(origin: TableRef) -> BuildError {
    let (name, model) = (origin.name(), origin.def.name);
    let alias = if origin.def.table.is_empty() {
        format!("give the derived table another name: {name}.alias(\"…\")")
    } else {
        format!("join {model}.alias(\"…\")")
    };
    BuildError::new(
        format!("table name {name} is specified more than once"),
        format!("{alias}, or name another first table with .from(…) before the joins"),
    )
}
