//! The sources of a query that are no tables, with the common table expressions that they bring along; and a query as such a
//! source. What a source is, is in `named_source.rs`.

use std::sync::Arc;

use orm_core::error::{Error, ErrorKind, Result};

use super::named_source::{
    Ctes, NamedCte, NamedSource, QueryPart, WrittenTable, check_ctes, distinct_ctes,
};
use super::query_state::QueryState;
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::expr::check_depth;
use crate::query::expressions::table_ref::TableRef;

impl QueryState {
    /// The query as a part of another one, and its common table expressions.
    pub(super) fn into_part(self) -> std::result::Result<QueryPart, BuildError> {
        if !self.loads.is_empty() || self.joined_loads.is_some() {
            return Err(BuildError::new(
                "relations are loaded by the outermost query",
                "call with(…) for the query that is run",
            ));
        }
        if self.exempt.is_some() {
            return Err(BuildError::new(
                "exemptions from criteria belong to the outermost query",
                "call without_criteria(…) for the query that is run",
            ));
        }
        let (query, depth) = self.to_part()?;
        check_depth(depth)?;
        Ok(QueryPart {
            query,
            ctes: self.ctes(),
        })
    }

    /// The common table expressions that its sources use. Those of one name are equal, which was checked.
    pub(super) fn ctes(&self) -> Ctes {
        self.each_cte().into_iter().cloned().collect()
    }

    /// As [`QueryState::ctes`].
    pub(super) fn each_cte(&self) -> Vec<&Arc<NamedCte>> {
        distinct_ctes(self.all_ctes())
    }

    /// Whether a common table expression of it writes.
    #[inline]
    pub(in crate::query) fn writes(&self) -> bool {
        self.clauses.is_some() && self.written().next().is_some()
    }

    /// The tables that its common table expressions write.
    pub(in crate::query) fn written(&self) -> impl Iterator<Item = WrittenTable> {
        self.all_ctes().filter_map(|cte| cte.written)
    }

    /// # Errors
    /// `Usage` for a query with a common table expression that writes: `verb` reads it by several statements, and each would
    /// write again.
    pub(super) fn refuse_writes(&self, verb: &str) -> Result<()> {
        if !self.writes() {
            return Ok(());
        }
        let message = format!("`{verb}` is not allowed with a common table expression that writes");
        let error = Error::with_message(ErrorKind::Usage, message);
        Err(error.with_hint("call all: each page would be a statement, which writes again"))
    }

    fn all_ctes(&self) -> impl Iterator<Item = &Arc<NamedCte>> {
        let clauses = self.clauses.as_deref().into_iter();
        clauses.flat_map(|clauses| {
            let compound = clauses.compound.iter().flat_map(|compound| &compound.ctes);
            compound.chain(clauses.sources.iter().flat_map(|source| &source.ctes))
        })
    }

    /// # Errors
    /// The first error of a source, and two common table expressions of one name.
    pub(super) fn check_sources(&self) -> std::result::Result<(), BuildError> {
        let Some(clauses) = self.clauses.as_deref() else {
            return Ok(());
        };
        let mut errors = clauses
            .sources
            .iter()
            .filter_map(|source| source.error.as_ref());
        if let Some(error) = errors.next() {
            return Err(error.clone());
        }
        check_ctes(self.all_ctes())
    }

    /// Makes `source` the source of its name. Sources of names that the query does not have are dropped.
    pub(super) fn set_source(&mut self, name: &'static str, source: Option<Arc<NamedSource>>) {
        let has_sources = self
            .clauses
            .as_deref()
            .is_some_and(|clauses| !clauses.sources.is_empty());
        if source.is_none() && !has_sources {
            return;
        }
        let names: Vec<_> = self.sources.iter().map(TableRef::name).collect();
        let sources = &mut self.clauses_mut().sources;
        sources.retain(|known| {
            let known = known.table.name();
            known != name && names.contains(&known)
        });
        sources.extend(source);
    }

    /// The source of a table of the query, if it is no table of the database.
    pub(super) fn source(&self, table: TableRef) -> Option<&NamedSource> {
        let mut sources = self.clauses.as_deref()?.sources.iter();
        let found = sources.find(|source| source.table.name() == table.name())?;
        Some(found)
    }
}
