//! The erased half of [`Select`](crate::query::Select): one type for all queries, so that building one is not
//! generic inside.

use orm_core::error::Result;
use orm_core::sql::Dialect;
use orm_core::stmt::{self, JoinKind, is_generated_alias};
use orm_core::value::ValueRef;

use super::join::{Joined, Sources, twice};
use super::selectable::Selectable;
use crate::query::compile::compiled_sql::CompiledSql;
use crate::query::compile::validate::{Typed, validate_query, validate_subquery};
use crate::query::compile::verb::Verb;
use crate::query::executor::Access;
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::table_ref::{Requirement, SelectItem, TableRef};

/// A query and what is known about it beside its syntax.
#[derive(Clone, Debug, Default)]
pub(in crate::query) struct QueryState {
    pub(in crate::query) ast: stmt::Query,
    /// The first table.
    pub(in crate::query) root: Option<TableRef>,
    joined: Vec<TableRef>,
    selected: Vec<SelectItem>,
    error: Option<Box<BuildError>>,
    compiled: CompiledSql,
}

impl QueryState {
    /// A query of `selected`, from the table of its first part that has one.
    pub(in crate::query) fn of(selected: impl Selectable) -> Self {
        let mut query = Self::default();
        let mut items = Vec::new();
        selected.project(&mut query.edit_select().columns, &mut items);
        query.selected = items;
        let mut required = query
            .selected
            .iter()
            .filter(|part| part.requirement != Requirement::Optional);
        if let Some(part) = required.next().or(query.selected.first()) {
            query.set_root(part.table);
        }
        query
    }

    /// The statement, to be changed: texts that were compiled of it are forgotten.
    pub(in crate::query) fn edit(&mut self) -> &mut stmt::Query {
        self.compiled = CompiledSql::default();
        &mut self.ast
    }

    /// The SELECT in it, to be changed.
    pub(in crate::query) fn edit_select(&mut self) -> &mut stmt::Select {
        let select = self.edit().as_select_mut();
        select.expect("invariant: a typed query is a plain SELECT")
    }

    /// Makes `origin` the first table.
    pub(in crate::query) fn set_root(&mut self, origin: TableRef) {
        self.edit_select().from = Some(origin.item());
        self.root = Some(origin);
        self.check_alias(origin);
        if self.joined.iter().any(|joined| joined.name == origin.name) {
            self.record_error(twice(origin));
        }
    }

    /// The tables so far.
    pub(in crate::query) fn sources(&self) -> Sources {
        Sources(self.root.iter().chain(&self.joined).copied().collect())
    }

    /// Joins a table, or keeps the error why it can't be.
    pub(in crate::query) fn join(&mut self, kind: JoinKind, joined: Result<Joined, BuildError>) {
        let Joined { origin, on } = match joined {
            Ok(joined) => joined,
            Err(error) => return self.record_error(error),
        };
        if self
            .sources()
            .0
            .iter()
            .any(|source| source.name == origin.name)
        {
            return self.record_error(twice(origin));
        }
        self.check_alias(origin);
        let join = stmt::Join::new(kind, origin.item(), on);
        self.edit_select().joins.push(join);
        self.joined.push(origin);
    }

    // One database takes an empty name, the other doesn't.
    fn check_alias(&mut self, origin: TableRef) {
        if origin.name.is_empty() {
            let model = origin.def.name;
            self.record_error(BuildError::new(
                format!("an alias of {model} has an empty name"),
                format!("give it one: {model}.alias(\"other\")"),
            ));
        }
        if is_generated_alias(origin.name) {
            self.record_error(BuildError::new(
                format!(
                    "the name {} is reserved for aliases that the library makes",
                    origin.name
                ),
                "give the table another alias: .alias(\"other\")",
            ));
        }
    }

    /// How the query reads rows.
    pub(in crate::query) fn access(&self) -> Access {
        if self.ast.locks.is_empty() {
            Access::Plain
        } else {
            Access::Lock
        }
    }

    /// Keeps an error. The first one is the one to report.
    fn record_error(&mut self, error: BuildError) {
        self.error.get_or_insert_with(|| Box::new(error));
    }

    /// Compiles the query for a verb, unless that is done, and hands text and binds to `run`.
    ///
    /// # Errors
    /// `Usage` for an error of the query, `Unsupported` by the dialect, or the error of `run`.
    pub(in crate::query) fn compile<R>(
        &self,
        verb: Verb,
        dialect: &dyn Dialect,
        run: impl FnOnce(&str, &[ValueRef<'_>]) -> Result<R>,
    ) -> Result<R> {
        let validate = || self.validate().map_err(|error| error.to_error());
        self.compiled.run(&self.ast, (verb, dialect), validate, run)
    }

    fn validate(&self) -> Result<(), BuildError> {
        let typed = self.typed()?;
        validate_query(&self.ast, typed)
    }

    /// The query as a part of another statement, and how deep it is nested.
    pub(in crate::query) fn into_subquery(self) -> Result<(stmt::Query, usize), BuildError> {
        let typed = self.typed()?;
        let depth = validate_subquery(&self.ast, typed)?;
        if !self.ast.locks.is_empty() {
            return Err(BuildError::new(
                "FOR UPDATE is not allowed in a subquery",
                "lock the rows by a query of their own",
            ));
        }
        Ok((self.ast, depth))
    }

    /// What is known beside the syntax, unless an error was kept.
    fn typed(&self) -> Result<Typed<'_>, BuildError> {
        if let Some(error) = &self.error {
            return Err((**error).clone());
        }
        let Some(root) = self.root else {
            return Err(BuildError::new(
                "the query has no table to select from",
                "name it: select(count_all()).from(User)",
            ));
        };
        Ok(Typed {
            root,
            joined: &self.joined,
            selected: &self.selected,
        })
    }
}
