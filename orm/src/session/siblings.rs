//! [`Siblings`]: finds a relation that is loaded entity by entity, where one load for all would do: the N+1 problem. Knows
//! the other entities of a query, if these are to be loaded along.
//!
//! `read.rs` gives it the first entities of each query, `loads.rs` the loads of single entities.

use std::collections::VecDeque;

use orm_core::error::{Error, ErrorKind};
use orm_core::stmt::Few;

use crate::mapping::{ModelDef, RawRef};

/// Selects what a session does when a relation is loaded entity by entity for many entities of one query: N+1 statements
/// where two would do.
///
/// See [`Session::n_plus_one`](crate::Session::n_plus_one).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum NPlusOne {
    /// Writes a warning, once for each query and relation: a `tracing` event of the level WARN, and a line if the engine
    /// prints statements.
    #[default]
    Warn,
    /// Refuses the load.
    Error,
    /// Does nothing.
    Ignore,
    /// Loads the relation for all entities of the query at the first load of one of them, as
    /// [`Session::load_all`](crate::Session::load_all) does: two statements in total. The session remembers the entities of
    /// its last four queries for it. A part of a list, and a relation that is only read, are loaded for the one entity.
    LoadAll,
}

impl NPlusOne {
    /// How many entities of a query are remembered.
    pub(super) fn remembers(self) -> usize {
        match self {
            Self::Ignore => 0,
            Self::Warn | Self::Error => FIRST,
            Self::LoadAll => usize::MAX,
        }
    }

    /// How many entities of a query may be loaded one by one.
    pub(super) fn allows(self) -> usize {
        match self {
            Self::LoadAll => 1,
            _ => HANDFUL,
        }
    }
}

/// How many entities of a query are remembered, unless all are.
const FIRST: usize = 16;
/// How many of them may be loaded one by one.
const HANDFUL: usize = 5;
/// How many queries are remembered.
const QUERIES: usize = 4;

/// The entities of the last queries.
#[derive(Debug, Default)]
pub(super) struct Siblings(VecDeque<Query>);

#[derive(Debug)]
struct Query {
    sql: String,
    /// The model's number.
    model: usize,
    first: Vec<RawRef>,
    /// How many of them were loaded alone, by the relation's index.
    loads: Few<(usize, usize)>,
}

impl Siblings {
    /// Remembers the first entities of a query.
    #[cold]
    pub(super) fn note_query(&mut self, model: usize, sql: String, first: Vec<RawRef>) {
        self.0.truncate(QUERIES - 1);
        self.0.push_front(Query {
            sql,
            model,
            first,
            loads: Few::new(),
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entities of the last query that has this one of a model, if it is the first load of a relation of theirs.
    pub(super) fn first_load(&mut self, model: usize, entity: RawRef, index: usize) -> &[RawRef] {
        let Some(query) = self.query_of(model, entity) else {
            return &[];
        };
        if query.count(index) == 1 {
            &query.first
        } else {
            &[]
        }
    }

    /// Counts the load of a relation of one entity. Returns the error that it is one by one by now, and whether it was not
    /// before.
    pub(super) fn note_load(
        &mut self,
        (def, model): (&'static ModelDef, usize),
        entity: RawRef,
        index: usize,
    ) -> Option<(Error, bool)> {
        let query = self.query_of(model, entity)?;
        let count = query.count(index);
        (count > HANDFUL).then(|| (one_by_one(def, index, &query.sql), count == HANDFUL + 1))
    }

    /// The last query that has this entity of a model.
    fn query_of(&mut self, model: usize, entity: RawRef) -> Option<&mut Query> {
        let is_of = |query: &&mut Query| query.model == model && query.first.contains(&entity);
        self.0.iter_mut().find(is_of)
    }
}

impl Query {
    /// Counts a load of the relation at `index`, and returns how many there were.
    fn count(&mut self, index: usize) -> usize {
        let mut known = self.loads.iter();
        let known = known.position(|(relation, _)| *relation == index);
        let place = known.unwrap_or_else(|| {
            self.loads.push((index, 0));
            self.loads.len() - 1
        });
        let count = &mut self.loads[place].1;
        *count += 1;
        *count
    }
}

#[cold]
fn one_by_one(def: &ModelDef, index: usize, sql: &str) -> Error {
    let (model, relation) = (def.name, def.relations[index].name);
    let message = format!(
        "{model}.{relation} was loaded one by one for {} entities of one query",
        HANDFUL + 1
    );
    Error::with_message(ErrorKind::Usage, message)
        .with_table(def.table)
        .with_sql(sql)
        .with_hint(format!(
            "add .with({model}.{relation}) to the query, or load it for all of them: session.load_all(&all, {model}.{relation})"
        ))
}
