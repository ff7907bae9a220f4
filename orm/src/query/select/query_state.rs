//! The erased half of [`Select`](crate::query::Select): one type for all queries, so that building one is not
//! generic inside.

use orm_core::stmt::{self, Expr, JoinKind, Projection};

use super::join::{Joined, Sources, twice};
use super::selectable::Selectable;
use crate::query::compile::compiled_sql::Texts;
use crate::query::compile::grouping;
use crate::query::executor::Access;
use crate::query::expressions::build_error::Fault;
use crate::query::expressions::table_ref::{Need, Origin, Selected};

/// A query and what is known about it beside its syntax.
#[derive(Clone, Debug, Default)]
pub(in crate::query) struct Query {
    pub(in crate::query) ast: stmt::Select,
    /// The first table.
    pub(in crate::query) root: Option<Origin>,
    joined: Vec<Origin>,
    selected: Vec<Selected>,
    fault: Option<Box<Fault>>,
    pub(in crate::query) texts: Texts,
}

impl Query {
    /// A query of `selected`, from the table of its first part that has one.
    pub(in crate::query) fn of(selected: impl Selectable) -> Self {
        let mut query = Self::default();
        selected.project(&mut query.ast.columns, &mut query.selected);
        let mut required = query
            .selected
            .iter()
            .filter(|part| part.need != Need::Optional);
        if let Some(part) = required.next().or(query.selected.first()) {
            query.set_root(part.origin);
        }
        query
    }

    /// The statement, to be changed: texts that were compiled of it are forgotten.
    pub(in crate::query) fn edit(&mut self) -> &mut stmt::Select {
        self.texts = Texts::default();
        &mut self.ast
    }

    /// Makes `origin` the first table.
    pub(in crate::query) fn set_root(&mut self, origin: Origin) {
        self.edit().from = Some(origin.source());
        self.root = Some(origin);
        self.check_alias(origin);
        if self.joined.iter().any(|joined| joined.name == origin.name) {
            self.blame(twice(origin));
        }
    }

    /// The tables so far.
    pub(in crate::query) fn sources(&self) -> Sources {
        Sources(self.root.iter().chain(&self.joined).copied().collect())
    }

    /// Joins a table, or keeps the fault why it can't be.
    pub(in crate::query) fn join(&mut self, kind: JoinKind, joined: Result<Joined, Fault>) {
        let Joined { origin, on } = match joined {
            Ok(joined) => joined,
            Err(fault) => return self.blame(fault),
        };
        if self
            .sources()
            .0
            .iter()
            .any(|source| source.name == origin.name)
        {
            return self.blame(twice(origin));
        }
        self.check_alias(origin);
        self.edit().joins.push(stmt::Join {
            kind,
            source: origin.source(),
            on,
        });
        self.joined.push(origin);
    }

    // One database takes an empty name, the other doesn't.
    fn check_alias(&mut self, origin: Origin) {
        if origin.name.is_empty() {
            let model = origin.def.name;
            self.blame(Fault::new(
                format!("an alias of {model} has an empty name"),
                format!("give it one: {model}.alias(\"other\")"),
            ));
        }
    }

    /// How the query reads rows.
    pub(in crate::query) fn access(&self) -> Access {
        match self.ast.lock {
            Some(_) => Access::Lock,
            None => Access::Plain,
        }
    }

    /// Keeps a fault. The first one is the one to report.
    fn blame(&mut self, fault: Fault) {
        self.fault.get_or_insert_with(|| Box::new(fault));
    }

    /// Checks what the types of the parts could not.
    pub(in crate::query) fn check(&self) -> Result<(), Fault> {
        if let Some(fault) = &self.fault {
            return Err((**fault).clone());
        }
        if self.root.is_none() {
            return Err(Fault::new(
                "the query has no table to select from",
                "name it: select(count_all()).from(User)",
            ));
        }
        grouping::check(&self.ast, || self.sources().0)?;
        if self.ast.lock.is_some() && grouping::merges_rows(&self.ast) {
            return Err(Fault::new(
                "FOR UPDATE is not allowed with DISTINCT, GROUP BY or aggregates",
                "lock the rows by a query of their own, then aggregate",
            ));
        }
        if self.ast.joins.is_empty() {
            return Ok(());
        }
        let outer = self
            .ast
            .joins
            .iter()
            .filter(|join| join.kind == JoinKind::Left);
        for join in outer {
            let name = join.source.name();
            let needed = self.selected.iter().any(|part| self.needs(part, name));
            let joined = self.joined.iter().find(|origin| origin.name == name);
            if let (true, Some(origin)) = (needed, joined) {
                return Err(missing_optional(*origin));
            }
        }
        Ok(())
    }

    /// Whether what is selected can't be had of a row without a match in the table of that name.
    fn needs(&self, part: &Selected, name: &str) -> bool {
        match part.need {
            Need::Row => part.origin.name == name,
            Need::Value(index) => match &self.ast.columns[index] {
                Projection::Expr(expr) => vanishes(expr, name),
                _ => false,
            },
            Need::Nothing | Need::Optional => false,
        }
    }
}

/// Whether `expr` is NULL where the table of that name has no row.
fn vanishes(expr: &Expr, table: &str) -> bool {
    match expr {
        Expr::Column { source, .. } => source == table,
        Expr::Arithmetic { left, right, .. } => vanishes(left, table) || vanishes(right, table),
        Expr::Cast { expr, .. } => vanishes(expr, table),
        Expr::Function { name, args } if name == "COALESCE" => {
            args.iter().all(|arg| vanishes(arg, table))
        }
        // Aggregates and conditions have their own ways with NULL.
        _ => false,
    }
}

#[cold]
fn missing_optional(origin: Origin) -> Fault {
    let model = origin.def.name;
    Fault::new(
        format!(
            "{} is on the optional side of a left join, but selected as if it were always there",
            origin.describe()
        ),
        format!("select optional({model}), or optional({model}.column), or use .join"),
    )
}
