//! Takes in relations that a query has read in its own rows: an entity of the query may come in several rows, and so may
//! what it references.
//!
//! Used by the session. The query is made in `query/select/joined_loads.rs`.

use std::collections::HashSet;

use orm_core::driver::Row;
use orm_core::error::Result;

use super::children::{self, Children};
use super::owners::Owners;
use super::relation::{distinct, path, step};
use crate::engine::Connection;
use crate::mapping::{ModelDef, Strategy};
use crate::query::{JoinedLoads, JoinedStep};
use crate::state::{Reading, State, Take};

/// What the rows of a query have shown.
pub(crate) struct JoinedRows<'p> {
    root: &'static ModelDef,
    steps: Vec<StepRows<'p>>,
    seen: HashSet<u32>,
    reading: Reading,
    /// What each step references in the current row.
    current: Vec<Option<u32>>,
}

/// What the rows have shown of one relation.
struct StepRows<'p> {
    step: &'p JoinedStep,
    children: Option<Children>,
    /// The index of a column that is NULL where the relation references nothing.
    key: usize,
    owners: Vec<u32>,
    /// The children or link rows, each once, in the order of the rows.
    rows: Vec<u32>,
    seen: HashSet<u32>,
    targets: Vec<u32>,
}

impl<'p> JoinedRows<'p> {
    /// For the entities of `root`.
    pub(crate) fn of(
        joined: &'p JoinedLoads,
        root: &'static ModelDef,
        state: &mut State,
        take: Take,
    ) -> Self {
        state.ensure_erased(root);
        let steps = joined.steps.iter().map(|step| StepRows::of(step, state));
        let steps = steps.collect();
        Self {
            root,
            steps,
            seen: HashSet::new(),
            // Models that the session meets only now may change how rows are read.
            reading: state.reading(take),
            current: Vec::new(),
        }
    }

    /// Takes in a row. Returns whether its entity of the query is a new one.
    ///
    /// # Errors
    /// `Decode` for a value that doesn't fit.
    pub(crate) fn take_in(&mut self, state: &mut State, row: &dyn Row) -> Result<bool> {
        let root = state.ensure_erased(self.root).load(row, 0, self.reading)?;
        self.current.clear();
        for step in &mut self.steps {
            let owner = match step.step.parent {
                None => Some(root),
                Some(parent) => self.current[parent],
            };
            let found = match owner {
                Some(owner) => step.take_in(state, owner, row, self.reading)?,
                None => None,
            };
            self.current.push(found);
        }
        Ok(self.seen.insert(root))
    }

    /// Fills the relations, and loads what the paths continue with.
    ///
    /// # Errors
    /// As [`super::relation::relation`].
    pub(crate) fn finish(self, state: &mut State, connection: &mut Connection) -> Result<()> {
        for rows in self.steps {
            rows.finish(state, connection)?;
        }
        Ok(())
    }
}

impl<'p> StepRows<'p> {
    fn of(step: &'p JoinedStep, state: &mut State) -> Self {
        let children = Children::of(&Owners::of(&step.load, &[]));
        match &children {
            Some(children) => children.prepare(state),
            None => drop(state.ensure_erased(step.target())),
        }
        Self {
            step,
            children,
            key: step.key(),
            owners: Vec::new(),
            rows: Vec::new(),
            seen: HashSet::new(),
            targets: Vec::new(),
        }
    }

    /// Takes in what an owner references in a row, and returns its slot.
    fn take_in(
        &mut self,
        state: &mut State,
        owner: u32,
        row: &dyn Row,
        reading: Reading,
    ) -> Result<Option<u32>> {
        self.owners.push(owner);
        // The optional side of a join.
        if row.get(self.key)?.is_null() {
            return Ok(None);
        }
        let start = self.step.start;
        let found = if let Some(children) = &self.children {
            let slot = children.take_in(state, (row, start), reading)?;
            if self.seen.insert(slot) {
                self.rows.push(slot);
            }
            children.target(state, slot)
        } else {
            let target = state.ensure_erased(self.step.target());
            Some(target.load(row, start, reading)?)
        };
        self.targets.extend(found);
        Ok(found)
    }

    fn finish(self, state: &mut State, connection: &mut Connection) -> Result<()> {
        let slots = &*distinct(self.owners);
        let owners = Owners::of(&self.step.load, slots);
        match (&self.children, self.step.load.strategy) {
            // The identity map has the rows.
            (None, _) => drop(step(state, connection, &self.step.load, slots)?),
            (Some(children), Strategy::OwnJoin(_)) => {
                children.fill_parts_of(state, &owners, &self.rows);
            }
            (Some(children), Strategy::Joined | Strategy::SelectIn) => {
                let slots = &*children::in_memory(state, &owners);
                children.fill_of(state, &Owners { slots, ..owners }, &self.rows)?;
            }
        }
        let targets = distinct(self.targets);
        let mut paths = self.step.then.iter();
        paths.try_for_each(|then| path(state, connection, then, &targets))
    }
}
