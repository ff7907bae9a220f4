//! The erased half of [`Select`](super::Select): one type for all queries, so that building one is not
//! generic inside.

use orm_core::stmt::{self, JoinKind};

use super::compile::Texts;
use super::fault::Fault;
use super::join::{Joined, Sources, twice};
use super::origin::{Need, Origin, Selected};
use super::selectable::Selectable;

/// A query and what is known about it beside its syntax.
#[derive(Clone, Debug, Default)]
pub(super) struct Query {
    pub(super) ast: stmt::Select,
    /// The first table.
    pub(super) root: Option<Origin>,
    joined: Vec<Origin>,
    selected: Vec<Selected>,
    fault: Option<Box<Fault>>,
    pub(super) texts: Texts,
}

impl Query {
    /// A query of `selected`, from the table of its first part that has one.
    pub(super) fn of(selected: impl Selectable) -> Self {
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
    pub(super) fn edit(&mut self) -> &mut stmt::Select {
        self.texts = Texts::default();
        &mut self.ast
    }

    /// Makes `origin` the first table.
    pub(super) fn set_root(&mut self, origin: Origin) {
        self.edit().from = Some(origin.source());
        self.root = Some(origin);
        if self.joined.iter().any(|joined| joined.name == origin.name) {
            self.blame(twice(origin));
        }
    }

    /// The tables so far.
    pub(super) fn sources(&self) -> Sources {
        Sources(self.root.iter().chain(&self.joined).copied().collect())
    }

    /// Joins a table, or keeps the fault why it can't be.
    pub(super) fn join(&mut self, kind: JoinKind, joined: Result<Joined, Fault>) {
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
        self.edit().joins.push(stmt::Join {
            kind,
            source: origin.source(),
            on,
        });
        self.joined.push(origin);
    }

    /// Keeps a fault. The first one is the one to report.
    fn blame(&mut self, fault: Fault) {
        self.fault.get_or_insert_with(|| Box::new(fault));
    }

    /// Checks what the types of the parts could not.
    pub(super) fn check(&self) -> Result<(), Fault> {
        if let Some(fault) = &self.fault {
            return Err((**fault).clone());
        }
        if self.root.is_none() {
            return Err(Fault::new(
                "the query has no table to select from",
                "name it: select(count_all()).from(User)",
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
            let mut parts = self.selected.iter();
            if let Some(part) =
                parts.find(|part| part.need == Need::Row && part.origin.name == name)
            {
                return Err(missing_optional(part.origin));
            }
        }
        Ok(())
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
