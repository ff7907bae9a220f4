//! The erased half of [`Select`](crate::query::Select): one type for all queries, so that building one is not
//! generic inside. Its `compile` is where the text of a query is found, or else the query is validated and rendered.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::Dialect;
use orm_core::stmt::{self, Few, JoinKind, is_generated_alias};

use super::join::{Joined, Sources, twice};
use super::selectable::Selectable;
use crate::engine::{Connection, StatementText, TextOf};
use crate::query::compile::compiled_sql::{CompiledSql, KeptSql};
use crate::query::compile::validate::{Typed, validate_query, validate_subquery};
use crate::query::compile::verb::{Verb, VerbStatement};
use crate::query::executor::Access;
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::table_ref::{Requirement, SelectItem, TableRef};

/// A query and what is known about it beside its syntax.
#[derive(Clone, Debug, Default)]
pub(in crate::query) struct QueryState {
    pub(in crate::query) ast: stmt::Query,
    pub(super) sources: Sources,
    selected: Few<SelectItem>,
    error: Option<Box<BuildError>>,
    kept: KeptSql,
}

impl QueryState {
    /// A query of `selected`, from the table of its first part that has one.
    pub(in crate::query) fn of(selected: impl Selectable) -> Self {
        let mut query = Self::default();
        let mut items = Few::new();
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
        self.kept = KeptSql::default();
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
        self.sources.root = Some(origin);
        self.check_alias(origin);
        let mut joined = self.sources.joined.iter();
        if joined.any(|joined| joined.name == origin.name) {
            self.record_error(twice(origin));
        }
    }

    /// Joins a table, or keeps the error why it can't be.
    pub(in crate::query) fn join(&mut self, kind: JoinKind, joined: Result<Joined, BuildError>) {
        let Joined { origin, on } = match joined {
            Ok(joined) => joined,
            Err(error) => return self.record_error(error),
        };
        if self.sources.contains(origin.name) {
            return self.record_error(twice(origin));
        }
        self.check_alias(origin);
        let join = stmt::Join::new(kind, origin.item(), on);
        self.edit_select().joins.push(join);
        self.sources.joined.push(origin);
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

    /// The statement of a verb, ready to be sent: kept by the query, or else by a text of the engine's cache. What has
    /// no text there yet is validated and rendered first.
    ///
    /// # Errors
    /// `Usage` for an error of the query, `Unsupported` by the dialect.
    #[inline]
    pub(in crate::query) fn compile(
        &self,
        verb: Verb,
        conn: &mut Connection,
    ) -> Result<CompiledSql<'_>> {
        let dialect = conn.dialect();
        if let Some(kept) = self.kept.get(&self.ast, (verb, dialect)) {
            return kept;
        }
        let typed = self.typed().map_err(|error| error.to_error())?;
        let statement = self.kept.statement(&self.ast, verb);
        let text = conn.statement(TextOf::Query, &(verb, typed, &self.ast), || {
            self.render(verb, (statement, typed), dialect)
        })?;
        self.kept.compiled(statement, (verb, dialect), text)
    }

    /// The text for a verb.
    ///
    /// # Errors
    /// As [`QueryState::compile`].
    pub(in crate::query) fn text(&self, verb: Verb, dialect: &dyn Dialect) -> Result<String> {
        let typed = self.typed().map_err(|error| error.to_error())?;
        let statement = self.kept.statement(&self.ast, verb);
        let text = self.render(verb, (statement, typed), dialect)?;
        Ok(text.to_string())
    }

    fn render<'q>(
        &self,
        verb: Verb,
        (statement, typed): (VerbStatement<'q>, Typed<'_>),
        dialect: &'q dyn Dialect,
    ) -> Result<StatementText> {
        validate_query(&self.ast, typed).map_err(|error| error.to_error())?;
        if matches!(verb, Verb::Count | Verb::Exists) && !self.ast.locks.is_empty() {
            return Err(lock_without_rows());
        }
        StatementText::of(statement, dialect)
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
        let Some(root) = self.sources.root else {
            return Err(BuildError::new(
                "the query has no table to select from",
                "name it: select(count_all()).from(User)",
            ));
        };
        Ok(Typed {
            root,
            joined: &self.sources.joined,
            selected: &self.selected,
        })
    }
}

#[cold]
fn lock_without_rows() -> Error {
    let message = "count and exists hand out no rows, so FOR UPDATE can't lock them";
    Error::with_message(ErrorKind::Usage, message).with_hint("call all, first or one")
}
