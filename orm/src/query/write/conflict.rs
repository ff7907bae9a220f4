//! The conflict clause of an [`Upsert`](super::upsert::Upsert): its target, its action, and what is checked of the rows.

use std::collections::HashMap;
use std::convert::Infallible;
use std::hash::{Hash, Hasher};
use std::ops::ControlFlow;
use std::sync::Arc;

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::{Dialect, SqlWriter, UpsertStyle};
use orm_core::stmt::{
    self, Conflict, ConflictAction, ConflictTarget, Expr, Fold, FromItem, InsertSource, Name,
    NextVersion, Select, Visit, fold_expr, fold_select,
};
use orm_core::value::ValueRef;

use super::check::{check_length, check_not_generated, check_references};
use super::insert::Insert;
use super::stored::stored;
use super::unique_key::names;
use crate::mapping::{ColumnSet, Exempt, Model, ModelDef};
use crate::query::compile::criteria::HasHandle;
use crate::query::expressions::build_error::BuildError;

/// The alias by which closures get the columns of the row that could not be inserted.
pub(super) const NEW: &str = "excluded";

/// What a row conflicts on.
#[derive(Debug)]
pub(super) enum Target {
    /// The columns of a unique key.
    Columns(&'static [usize]),
    /// Any unique key.
    Any,
    /// Nothing, since it is not unique.
    Refused(Box<Error>),
}

impl Target {
    pub(super) fn of(columns: Result<&'static [usize]>) -> Self {
        match columns {
            Ok(columns) => Self::Columns(columns),
            Err(error) => Self::Refused(Box::new(error)),
        }
    }
}

/// What is done on a conflict.
#[derive(Debug)]
pub(super) enum Action {
    Nothing,
    /// Sets what the new row gives.
    All,
    /// Sets columns by their positions.
    Set(Vec<(usize, Expr)>),
}

/// A conflict clause.
#[derive(Debug)]
pub(super) struct Clause {
    target: Target,
    action: Action,
    pub(super) filter: Vec<Expr>,
    /// The criteria that it is exempt from.
    pub(super) exempt: Option<Box<Exempt>>,
}

impl Clause {
    pub(super) fn new(target: Target, action: Action) -> Self {
        Self {
            target,
            action,
            filter: Vec::new(),
            exempt: None,
        }
    }

    /// # Errors
    /// `Usage` for a clause that is not valid; `DataTooLong` and `ForeignKeyViolation` for values that are set.
    pub(super) fn check(&self, def: &'static ModelDef) -> Result<()> {
        if let Target::Refused(error) = &self.target {
            return Err((**error).clone());
        }
        if def.table == NEW {
            let message = "a table named excluded can't have a conflict clause";
            return Err(BuildError::new(message, "rename the table, or use raw SQL").to_error());
        }
        let set = match &self.action {
            Action::Nothing if !self.filter.is_empty() => {
                let hint = "use do_update, or remove the filter";
                return Err(BuildError::new("DO NOTHING has no WHERE", hint).to_error());
            }
            Action::Nothing | Action::All => &[][..],
            Action::Set(set) if set.is_empty() => {
                let message = format!("DO UPDATE of {} sets no column", def.table);
                let hint = "return an assignment, or use do_nothing()";
                return Err(BuildError::new(message, hint).to_error());
            }
            Action::Set(set) => set,
        };
        let mut exprs = self.filter.iter().chain(set.iter().map(|(_, value)| value));
        if exprs.any(|expr| HasHandle.expr(expr).is_break()) {
            let message = "a conflict clause can't have handles";
            return Err(BuildError::new(message, "use the keys of the entities").to_error());
        }
        let mut seen = ColumnSet::new();
        for (position, value) in set {
            check_not_generated(def, *position)?;
            if seen.contains(*position) {
                let (table, column) = (def.table, def.names[*position]);
                let message =
                    format!("multiple assignments to the column {column} in DO UPDATE of {table}");
                return Err(BuildError::new(message, "remove one of the two").to_error());
            }
            seen.insert(*position);
            if let Expr::Value(value) = value {
                check_length(def, *position, value.as_ref())?;
                check_references(def, *position, value.as_ref())?;
            }
        }
        Ok(())
    }

    /// Refuses RETURNING where the database would return rows that are left as they are, too. `clauses` is what is sent, if
    /// that is known.
    ///
    /// # Errors
    /// `Unsupported`.
    pub(super) fn check_returning(
        &self,
        dialect: &'static dyn Dialect,
        clauses: Option<&stmt::Insert>,
    ) -> Result<()> {
        if dialect.capabilities().upsert != UpsertStyle::OnDuplicateKey {
            return Ok(());
        }
        let conflict = clauses.and_then(|clauses| clauses.conflict.as_ref());
        let leaves_rows = match conflict.map(|conflict| &conflict.action) {
            Some(ConflictAction::Nothing) => true,
            Some(ConflictAction::Update { filter, .. }) => !filter.is_empty(),
            None => matches!(self.action, Action::Nothing) || !self.filter.is_empty(),
        };
        if !leaves_rows {
            return Ok(());
        }
        let feature = "RETURNING of an INSERT that leaves existing rows as they are";
        Err(SqlWriter::new(dialect)
            .unsupported(feature)
            .with_hint("execute the statement, and select the rows by the conflict target"))
    }

    /// The clause for rows that give these columns, in an INSERT without rows.
    ///
    /// # Errors
    /// `Usage` for rows without columns.
    pub(super) fn lower(&self, def: &'static ModelDef, columns: &[usize]) -> Result<stmt::Insert> {
        if columns.is_empty() {
            let message = format!(
                "a row of {} without values can't have a conflict clause",
                def.table
            );
            return Err(BuildError::new(message, "give the columns of the target").to_error());
        }
        let name = |position: &usize| Name::from(def.names[*position]);
        let target: &[usize] = match &self.target {
            Target::Columns(target) => target,
            Target::Any | Target::Refused(_) => &[],
        };
        let action = match self.assignments(def, (target, columns)) {
            set if set.is_empty() => ConflictAction::Nothing,
            set => ConflictAction::Update {
                set,
                filter: self.filter.clone(),
            },
        };
        let columns_of_target = target.iter().map(name).collect();
        let mut conflict = Conflict::new(ConflictTarget::Columns(columns_of_target), action);
        let is_omitted = |key: &[usize]| key.iter().any(|column| !columns.contains(column));
        let is_generated = |key: &[usize]| matches!(key, [key] if def.generated == Some(*key));
        conflict.other_keys = !target.is_empty()
            && def
                .unique_keys()
                .any(|key| key != target && !(is_generated(key) && is_omitted(key)));
        let mut insert = stmt::Insert::new(def.table, Vec::new(), InsertSource::Defaults);
        insert.conflict = Some(conflict);
        Ok(insert)
    }

    /// What DO UPDATE sets; nothing for DO NOTHING.
    fn assignments(
        &self,
        def: &'static ModelDef,
        (target, columns): (&[usize], &[usize]),
    ) -> Vec<(Name, Expr)> {
        let name = |position: usize| Name::from(def.names[position]);
        let is_default =
            |position: usize| def.update_defaults.iter().any(|it| it.column == position);
        let mut set: Vec<(usize, Expr)> = match &self.action {
            Action::Nothing => return Vec::new(),
            Action::Set(set) => {
                let set = set.iter().cloned();
                set.map(|(position, value)| (position, stored(def, position, value, &[])))
                    .collect()
            }
            Action::All => {
                let others = columns.iter().copied().filter(|position| {
                    let is_key = target.contains(position) || def.primary_key.contains(position);
                    !is_key && def.version != Some(*position) && !is_default(*position)
                });
                let all = others.map(|position| (position, Expr::Excluded(name(position))));
                all.collect()
            }
        };
        if set.is_empty() {
            return Vec::new();
        }
        let given: ColumnSet = set.iter().map(|(position, _)| *position).collect();
        if let Some(version) = def.version.filter(|version| !given.contains(*version)) {
            let column = Expr::column(def.table, def.names[version]);
            let next = NextVersion::new(column, &def.columns[version].ty);
            set.push((version, Expr::Extension(Arc::new(next))));
        }
        let defaults = def.update_defaults.iter();
        let defaults = defaults.filter(|default| !given.contains(default.column));
        set.extend(defaults.map(|default| (default.column, Expr::Value((default.value)()))));
        let named = set.into_iter();
        named
            .map(|(position, value)| (name(position), value))
            .collect()
    }
}

/// The expression with the columns of the new row as they are in a conflict clause.
pub(super) fn excluded(mut expr: Expr) -> Expr {
    let _ = Excluded.expr(&mut expr);
    expr
}

struct Excluded;

impl Fold for Excluded {
    type Break = Infallible;

    fn expr(&mut self, expr: &mut Expr) -> ControlFlow<Infallible> {
        if let Expr::Column { source, name } = expr
            && source == NEW
        {
            *expr = Expr::Excluded(name.clone());
            return ControlFlow::Continue(());
        }
        fold_expr(self, expr)
    }

    // A subquery that has a source of that name means its own.
    fn select(&mut self, select: &mut Select) -> ControlFlow<Infallible> {
        let is_new = |item: &FromItem| item.name().is_some_and(|name| name == NEW);
        if select.sources().any(is_new) {
            return ControlFlow::Continue(());
        }
        fold_select(self, select)
    }
}

/// Refuses rows of which several would update the same row: PostgreSQL refuses them, the others update it in turn. Values
/// that are only equal by a collation are left to the database.
///
/// # Errors
/// `Usage`, with the numbers of the rows.
pub(super) fn check_rows<M: Model>(insert: &Insert<'_, M>, clause: &Clause) -> Result<()> {
    let Target::Columns(target) = &clause.target else {
        return Ok(());
    };
    if insert.len() < 2 || matches!(clause.action, Action::Nothing) {
        return Ok(());
    }
    let state = foldhash::fast::RandomState::default();
    let mut seen = HashMap::with_capacity_and_hasher(insert.len(), state);
    let mut number = 0;
    for part in insert.parts() {
        for run in part.runs() {
            let is_given = target.iter().all(|column| run.columns.contains(column));
            for row in run.rows {
                number += 1;
                let key = RowKey(target, move |position| part.value(row, position));
                if !is_given || key.has_null() {
                    continue;
                }
                if let Some(first) = seen.insert(key, number) {
                    return Err(same_target(M::def(), target, (first, number)));
                }
            }
        }
    }
    Ok(())
}

/// The values of a row in some columns, by which rows are compared.
pub(super) struct RowKey<F>(pub(super) &'static [usize], pub(super) F);

impl<'v, F: Fn(usize) -> ValueRef<'v>> RowKey<F> {
    fn values(&self) -> impl Iterator<Item = ValueRef<'v>> {
        self.0.iter().map(|position| self.1(*position))
    }

    fn has_null(&self) -> bool {
        self.values().any(ValueRef::is_null)
    }
}

impl<'v, F: Fn(usize) -> ValueRef<'v>> Hash for RowKey<F> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.values().for_each(|value| value.hash_same(state));
    }
}

impl<'v, F: Fn(usize) -> ValueRef<'v>> PartialEq for RowKey<F> {
    fn eq(&self, other: &Self) -> bool {
        let mut pairs = self.values().zip(other.values());
        pairs.all(|(one, other)| one.is_same(other))
    }
}

impl<'v, F: Fn(usize) -> ValueRef<'v>> Eq for RowKey<F> {}

#[cold]
fn same_target(def: &'static ModelDef, target: &[usize], (first, second): (usize, usize)) -> Error {
    let columns = names(def, target.iter().copied());
    let message = format!(
        "the rows {first} and {second} of the INSERT have the same ({columns}), so that both would update the same row"
    );
    Error::with_message(ErrorKind::Usage, message)
        .with_table(def.table)
        .with_hint("insert them one after the other, or merge them first")
}
