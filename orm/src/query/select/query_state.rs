//! The erased half of [`Select`](crate::query::Select): one type for all queries, so that building one is not
//! generic inside. The statement itself is made in `lower.rs`, where its text isn't known.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::{Binds, Dialect};
use orm_core::stmt::{Limit, Lock, LockStrength, Query};

use super::clauses::Clauses;
use super::join::{Sources, twice};
use super::joined_loads::{JoinedLoads, not_joined, not_locked};
use super::named_source::with;
use super::selectable::Selectable;
use crate::engine::{Connection, StatementLimit, StatementText};
use crate::mapping::{ColumnSet, Criteria, Exempt, LoadPath, LoadStep, ModelDef, Strategy};
use crate::query::compile::compiled_sql::{CompiledSql, KeptSql, compile_query};
use crate::query::compile::printed::with_literals;
use crate::query::compile::validate::{
    Typed, validate_inner_ctes, validate_query, validate_subquery,
};
use crate::query::compile::verb::Verb;
use crate::query::executor::Access;
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::select_item::{SelectItem, SelectItems};
use crate::query::expressions::table_ref::TableRef;
use crate::query::expressions::term::{Term, Terms};
use crate::query::rows::column_index::ColumnIndex;

/// What a query is made of.
#[derive(Clone, Debug, Default)]
pub(in crate::query) struct QueryState {
    pub(super) sources: Sources,
    pub(super) selected: SelectItems,
    pub(super) filter: Terms,
    pub(super) clauses: Option<Box<Clauses>>,
    /// The relations to load along with the entities, of which the text knows nothing.
    pub(super) loads: Vec<LoadPath>,
    /// Those that are read in the rows of the query.
    pub(super) joined_loads: Option<Box<JoinedLoads>>,
    /// Whether entities that are fresh take the values of the rows as well, of which the text knows nothing either.
    pub(super) populates_existing: bool,
    /// The deferrable columns of the first table that are left out, if they aren't those that mostly are.
    pub(super) left_out: Option<Box<ColumnSet>>,
    /// The criteria that it is exempt from.
    pub(super) exempt: Option<Box<Exempt>>,
    pub(super) error: Option<Box<BuildError>>,
    pub(super) time_limit: StatementLimit,
    pub(super) kept: KeptSql,
}

/// What finds the text of a query for a verb.
pub(super) struct QueryKey<'q> {
    pub(super) verb: Verb,
    /// Whether the verb keeps the limit of the query.
    pub(super) keeps_limit: bool,
    pub(super) query: &'q QueryState,
}

impl QueryState {
    /// A query of `selected`, from the table of its first part that has one.
    #[inline]
    pub(in crate::query) fn of(selected: impl Selectable) -> Box<Self> {
        let mut query = Box::<Self>::default();
        query.sources.root = selected.origin().map(|(table, _)| table);
        if let Err(error) = selected.joins(&mut query.sources) {
            query.error = Some(error);
        }
        selected.add_to(&mut query.selected);
        query
    }

    /// Forgets the texts that were compiled of it, since it is changed.
    #[inline]
    fn change(&mut self) -> &mut Self {
        self.kept.clear();
        self
    }

    /// The further clauses, to be changed.
    pub(super) fn clauses_mut(&mut self) -> &mut Clauses {
        self.change().clauses.get_or_insert_default()
    }

    /// Adds a condition that must hold as well.
    #[expect(
        clippy::inline_always,
        reason = "a condition that is passed on is copied right after it was written, for which the processor waits"
    )]
    #[inline(always)]
    pub(super) fn filter(&mut self, condition: Term) {
        self.change().filter.push(condition);
    }

    /// Makes `origin` the first table.
    pub(in crate::query) fn set_root(&mut self, origin: TableRef) {
        if let Err(error) = self.change().sources.set_root(origin) {
            self.error.get_or_insert(error);
        }
        let mut joined = self.sources.joined.iter();
        if joined.any(|joined| joined.table.name() == origin.name()) {
            // The first error is the one to report.
            self.error.get_or_insert_with(|| twice(origin).into());
        }
    }

    /// Joins a table, or keeps the error why it can't be.
    #[inline]
    pub(super) fn join(&mut self, join: impl FnOnce(&mut Sources) -> Result<(), Box<BuildError>>) {
        let sources = &mut self.change().sources;
        if let Err(error) = join(sources).and_then(|()| sources.join_waiting()) {
            self.error.get_or_insert(error);
        }
    }

    /// Locks the rows, and forgets an earlier lock.
    pub(super) fn lock(&mut self, strength: LockStrength) {
        self.clauses_mut().locks = vec![Lock::new(strength)];
    }

    /// Changes the lock of the rows, or keeps the error that there is none.
    pub(super) fn change_lock(&mut self, words: &str, change: impl FnOnce(&mut Lock)) {
        match self.clauses_mut().locks.first_mut() {
            Some(lock) => change(lock),
            None => self.refuse(no_lock(words)),
        }
    }

    /// Keeps the error why the query can't be sent, unless there is one.
    pub(super) fn refuse(&mut self, error: BuildError) {
        self.error.get_or_insert_with(|| error.into());
    }

    /// Adds relations to load along with the entities of `root`.
    pub(super) fn load(&mut self, root: &'static ModelDef, path: LoadPath) {
        let is_joined = |step: &LoadStep| step.strategy != Strategy::SelectIn;
        let (mut joined, mut own) = (path, Vec::new());
        if let Some(first) = joined.iter().position(|step| !is_joined(step)) {
            own = joined.split_off(first);
        }
        if let Some(step) = own.iter().find(|step| is_joined(step)) {
            self.error.get_or_insert_with(|| not_joined(step).into());
        } else if let Some(step) = joined.iter().chain(&own).find(|step| {
            let is_whole = step.relation().is_whole(step.scope.as_deref());
            step.locks && !(joined.is_empty() && is_whole)
        }) {
            self.error.get_or_insert_with(|| not_locked(step).into());
        } else if joined.is_empty() {
            self.loads.push(own);
        } else {
            JoinedLoads::add(&mut self.change().joined_loads, root, (joined, own));
        }
    }

    /// Leaves columns of `def` out, or reads them, with those of their groups.
    pub(super) fn choose(&mut self, def: &'static ModelDef, columns: &ColumnSet, is_read: bool) {
        let deferrable = def.deferrable(columns);
        if let Some(other) = columns.iter().find(|column| !deferrable.contains(*column)) {
            self.error
                .get_or_insert_with(|| not_deferrable(def, other).into());
            return;
        }
        let left_out = self
            .change()
            .left_out
            .get_or_insert_with(|| Box::new(def.left_out()));
        for column in deferrable.iter() {
            if is_read {
                left_out.remove(column);
            } else {
                left_out.insert(column);
            }
        }
    }

    /// The table of the first entity that is selected, of that model.
    pub(super) fn entity_table(&self, def: &'static ModelDef) -> TableRef {
        let table = self.selected.iter().find_map(|item| match item {
            SelectItem::Entity { table, .. } => Some(*table),
            SelectItem::Column { .. } | SelectItem::Value(_) => None,
        });
        table.unwrap_or(TableRef::of_def(def))
    }

    /// The columns of a selected entity that are left out.
    pub(super) fn left_out(&self, table: TableRef) -> ColumnSet {
        let is_root = |root: TableRef| root.name() == table.name();
        match &self.left_out {
            Some(left_out) if self.sources.root.is_some_and(is_root) => (**left_out).clone(),
            _ => table.def.left_out(),
        }
    }

    /// Where the columns of the models are in the rows of a verb, if some are left out.
    pub(super) fn places(&self, verb: Verb) -> Option<ColumnIndex> {
        if !verb.reads_entities() {
            return None;
        }
        let joined = self.joined_loads(verb);
        let has_deferred = |item: &SelectItem| matches!(item, SelectItem::Entity { table, .. } if !table.def.deferred.is_empty());
        let is_needed =
            self.selected.iter().any(has_deferred) || joined.is_some_and(JoinedLoads::has_deferred);
        if !is_needed {
            return None;
        }
        let selected = self.selected.iter().map(|item| match item {
            SelectItem::Entity { table, .. } => (table.def.columns.len(), self.left_out(*table)),
            SelectItem::Column { .. } | SelectItem::Value(_) => (1, ColumnSet::new()),
        });
        let joined = joined.into_iter().flat_map(JoinedLoads::models);
        let joined = joined.map(|def| (def.columns.len(), def.left_out()));
        Some(ColumnIndex::of_loaded(selected.chain(joined)))
    }

    /// How the query reads rows.
    #[inline]
    pub(in crate::query) fn access(&self) -> Access {
        // A relation is locked in the same transaction.
        let mut loads = self.loads.iter().flatten();
        if self.writes() {
            Access::Raw
        } else if self.locks_rows() || loads.any(|step| step.locks) {
            Access::Lock
        } else {
            Access::Plain
        }
    }

    /// Whether the query locks its own rows.
    #[inline]
    pub(super) fn locks_rows(&self) -> bool {
        match &self.clauses {
            Some(clauses) => !clauses.locks.is_empty(),
            None => false,
        }
    }

    #[inline]
    fn limit(&self) -> Option<Limit> {
        self.clauses.as_ref().and_then(|clauses| clauses.limit)
    }

    /// Makes `compiled` the statement of a verb, ready to be sent: kept by the query, or else by a text of the engine's
    /// cache. What has no text there yet is made into a statement, validated and rendered first. One that the connection's
    /// criteria change is put into `place`.
    ///
    /// # Errors
    /// `Usage` for an error of the query, `Unsupported` by the dialect.
    #[inline]
    pub(in crate::query) fn compile<'q>(
        &'q self,
        verb: Verb,
        conn: &mut Connection,
        (place, compiled): (&'q mut Option<Box<Query>>, &mut CompiledSql<'q>),
    ) -> Result<()> {
        let dialect = conn.dialect();
        if !conn.criteria().is_empty()
            && let Some(query) = self.under_criteria(verb, conn.criteria())?
        {
            let query = place.insert(Box::new(query));
            return compile_query(conn, (query, self.reads_one_row(verb)), compiled);
        }
        if let Some(text) = self.kept.get(verb, dialect) {
            compiled.set_kept(text);
        } else {
            self.check().map_err(|error| error.to_error())?;
            let render = || self.render(verb, dialect);
            let key = QueryKey {
                verb,
                keeps_limit: verb.keeps_limit(self.limit()),
                query: self,
            };
            let text = conn.statement(&key, render)?;
            self.kept.keep(verb, dialect, &text);
            compiled.set_cached(text);
        }
        match compiled.unbound() {
            Some((text, binds)) => self.bind(verb, (text, dialect), binds),
            None => Ok(()),
        }
    }

    /// The statement of a verb with the conditions of criteria, if there are any for it.
    #[cold]
    fn under_criteria(&self, verb: Verb, criteria: &Criteria) -> Result<Option<Query>> {
        self.check().map_err(|error| error.to_error())?;
        let mut query = self.lower();
        let criteria = criteria.without(self.exempt.as_deref());
        let mut is_changed = criteria.apply(&mut query)?;
        self.sources.hide_by_subtypes(&mut query, &criteria)?;
        self.validate(verb, &query)?;
        let query = self.rewrite(verb, query, &criteria)?;
        is_changed |= self.joined_loads(verb).is_some();
        Ok(is_changed.then_some(query))
    }

    /// The text for a verb.
    ///
    /// # Errors
    /// As [`QueryState::compile`].
    pub(in crate::query) fn text(&self, verb: Verb, dialect: &dyn Dialect) -> Result<String> {
        self.check().map_err(|error| error.to_error())?;
        Ok(self.render(verb, dialect)?.to_string())
    }

    /// The text for a verb with literals instead of binds.
    ///
    /// # Errors
    /// As [`QueryState::compile`], and `Unsupported` for a value without a literal.
    pub(super) fn text_with_literals(&self, verb: Verb, dialect: &dyn Dialect) -> Result<String> {
        self.check().map_err(|error| error.to_error())?;
        let query = self.lower();
        self.validate(verb, &query)?;
        let query = self.rewrite(verb, query, &Criteria::default())?;
        with_literals(&query, dialect)
    }

    #[cold]
    fn render(&self, verb: Verb, dialect: &dyn Dialect) -> Result<StatementText> {
        let query = self.lower();
        self.validate(verb, &query)?;
        let query = self.rewrite(verb, query, &Criteria::default())?;
        let mut text = StatementText::of(&query, dialect)?;
        text.has_one_row = self.reads_one_row(verb);
        Ok(text)
    }

    /// The query that the verb runs.
    fn rewrite(&self, verb: Verb, query: Query, criteria: &Criteria) -> Result<Query> {
        let mut query = verb.rewrite(query, self.has_one_row());
        if verb.keeps_order() {
            query.order_by.extend(self.default_order());
        }
        match (self.joined_loads(verb), self.sources.root) {
            (Some(joined), Some(root)) => joined.apply(query, root, criteria),
            _ => Ok(query),
        }
    }

    /// The relations that a verb reads in its rows.
    #[inline]
    pub(super) fn joined_loads(&self, verb: Verb) -> Option<&JoinedLoads> {
        let joined = self.joined_loads.as_deref()?;
        verb.reads_entities().then_some(joined)
    }

    /// Whether the statement of a verb returns one row at most.
    fn reads_one_row(&self, verb: Verb) -> bool {
        let has_lists = |joined: &JoinedLoads| joined.has_lists();
        verb.reads_one_row() && !self.joined_loads(verb).is_some_and(has_lists)
    }

    fn validate(&self, verb: Verb, query: &Query) -> Result<()> {
        validate_query(query, &self.typed()).map_err(|error| error.to_error())?;
        if matches!(verb, Verb::Count | Verb::Exists) && !query.locks.is_empty() {
            return Err(lock_without_rows());
        }
        Ok(())
    }

    /// Whether the conditions fix the primary key of the only table.
    pub(super) fn has_one_row(&self) -> bool {
        let Some(root) = self.sources.root else {
            return false;
        };
        let is_fixed = |position| self.filter.iter().any(|term| term.fixes(root, position));
        let mut key = root.def.primary_key.iter();
        let is_plain = self.sources.have_one_row_each() && self.clauses.is_none();
        is_plain && key.all(|position| is_fixed(*position))
    }

    /// Collects the binds of a text for a verb. Those of the query itself come from its parts; where only rendering finds
    /// them, and where the verb runs another query, from the statement.
    #[inline]
    fn bind<'q>(
        &'q self,
        verb: Verb,
        (text, dialect): (&StatementText, &'static dyn Dialect),
        binds: &mut Binds<'q>,
    ) -> Result<()> {
        let keeps_values = verb.keeps_values(self.limit()) && self.joined_loads(verb).is_none();
        if keeps_values && text.order.collect(self, binds) {
            return Ok(());
        }
        *binds = self.statement_binds(verb, (text, dialect))?;
        Ok(())
    }

    // Apart, since it takes much of the stack.
    #[inline(never)]
    fn statement_binds(
        &self,
        verb: Verb,
        (text, dialect): (&StatementText, &'static dyn Dialect),
    ) -> Result<Binds<'_>> {
        // Its text was made of the same one.
        let lower = || {
            let rewritten = self.rewrite(verb, self.lower(), &Criteria::default());
            rewritten.unwrap_or_else(|_| self.lower())
        };
        let statement = self.kept.statement(verb, lower);
        text.order.binds(statement, dialect)
    }

    /// The query as a statement of its own.
    pub(in crate::query) fn into_query(self) -> Result<Query, BuildError> {
        self.check()?;
        let query = self.lower();
        validate_query(&query, &self.typed())?;
        Ok(query)
    }

    /// The criteria that it is exempt from.
    pub(in crate::query) fn exempt(&self) -> Option<Box<Exempt>> {
        self.exempt.clone()
    }

    /// The query as a part of another statement, and how deep it is nested.
    pub(in crate::query) fn into_subquery(self) -> Result<(Query, usize), BuildError> {
        let (mut query, depth) = self.to_part()?;
        query.with = with(&self.each_cte());
        validate_inner_ctes(&query)?;
        Ok((query, depth))
    }

    /// As [`QueryState::into_subquery`], without the WITH clause.
    pub(super) fn to_part(&self) -> Result<(Query, usize), BuildError> {
        self.check()?;
        let query = self.lower_part();
        let depth = validate_subquery(&query, &self.typed())?;
        if !query.locks.is_empty() {
            return Err(BuildError::new(
                "FOR UPDATE is not allowed in a subquery",
                "lock the rows in a separate query",
            ));
        }
        Ok((query, depth))
    }

    /// Refuses a query with an error that was kept, or with no table.
    #[inline]
    fn check(&self) -> Result<(), BuildError> {
        if let Some(error) = &self.error {
            return Err((**error).clone());
        }
        if let Some(clauses) = &self.clauses {
            if !clauses.sources.is_empty() {
                self.check_sources()?;
            }
            if let Some(compound) = &clauses.compound {
                return self.check_compound(clauses, compound);
            }
        }
        if self.sources.root.is_none() {
            return Err(no_table());
        }
        match &self.joined_loads {
            Some(joined) => joined.check(&self.sources),
            None => Ok(()),
        }
    }

    /// What is known beside the syntax.
    fn typed(&self) -> Typed<'_> {
        Typed {
            tables: self.sources.iter().collect(),
            selected: &self.selected,
        }
    }
}

#[cold]
fn not_deferrable(def: &'static ModelDef, column: usize) -> BuildError {
    let (model, field) = (def.name, def.fields[column]);
    BuildError::new(
        format!("the column `{model}.{field}` can't be left out of an entity"),
        format!(
            "make the type of its field a Deferred<…>, or select columns: select(({model}.{field}, …))"
        ),
    )
}

#[cold]
fn no_table() -> BuildError {
    BuildError::new(
        "the query has no FROM clause",
        "name it: select(count_all()).from(User)",
    )
}

#[cold]
fn no_lock(words: &str) -> BuildError {
    BuildError::new(
        format!("{words} needs a lock of rows, and the query has none"),
        "call it after for_update() or for_share()",
    )
}

#[cold]
fn lock_without_rows() -> Error {
    let message = "FOR UPDATE is not allowed with count and exists, which return no rows";
    Error::with_message(ErrorKind::Usage, message).with_hint("call all, first or one")
}
