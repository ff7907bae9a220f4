//! Adds [`Criteria`] to statements: to WHERE for the first table of a SELECT, an UPDATE or a DELETE, to ON for a joined one, to
//! a derived table for each one of a SELECT with a RIGHT or FULL JOIN; in subqueries as well.

use std::ops::ControlFlow;

use orm_core::error::{Error, Result};
use orm_core::stmt::{
    self, ConflictAction, Expr, Few, Fold, FromItem, Join, JoinKind, Name, Projection, Query,
    Select, Source, Statement, Visit, fold_delete, fold_insert, fold_select, fold_update,
};
use orm_core::value::Value;

use crate::mapping::{Criteria, Criterion, Entity, HandleKey, Model};
use crate::query::expressions::predicate::Condition;

impl Criteria {
    /// Adds a condition on the rows of a model's table. The name is what
    /// [`without_criteria`](crate::Select::without_criteria) takes; several conditions may have one name.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// use orm::Criteria;
    ///
    /// let criteria = Criteria::new().add("active", User, User.active.eq(true));
    /// let mut session = Session::new(&engine).criteria(&criteria);
    /// select(Post.title).filter(Post.author.has(User.age.gt(30))).all(&mut session)?;
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT "title" FROM "posts" WHERE EXISTS (SELECT 1 FROM "users" WHERE "posts"."author_id" = "users"."id" AND "users"."age" > ? AND "users"."active" = ?)"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    #[must_use]
    pub fn add<E: Entity, C: Condition>(
        mut self,
        name: &'static str,
        entity: E,
        condition: C,
    ) -> Self {
        let _ = entity;
        let condition = condition.into_predicate().into_term().into_expr();
        self.push(Criterion {
            name,
            table: E::Model::def().table,
            has_handles: HasHandle.expr(&condition).is_break(),
            condition,
        });
        self
    }

    /// Adds the conditions to a query. Returns whether there were any to add.
    ///
    /// # Errors
    /// `Usage` for a condition with a handle.
    pub(crate) fn apply(&self, query: &mut Query) -> Result<bool> {
        self.apply_by(|apply| apply.query(query))
    }

    /// As [`Criteria::apply`], to an UPDATE.
    ///
    /// # Errors
    /// As [`Criteria::apply`].
    pub(in crate::query) fn apply_to_update(&self, update: &mut stmt::Update) -> Result<bool> {
        self.apply_by(|apply| apply.update(update))
    }

    /// As [`Criteria::apply`], to a DELETE.
    ///
    /// # Errors
    /// As [`Criteria::apply`].
    pub(in crate::query) fn apply_to_delete(&self, delete: &mut stmt::Delete) -> Result<bool> {
        self.apply_by(|apply| apply.delete(delete))
    }

    /// As [`Criteria::apply`], to the query of an INSERT and to the rows that it updates on conflict.
    ///
    /// # Errors
    /// As [`Criteria::apply`].
    pub(in crate::query) fn apply_to_insert(&self, insert: &mut stmt::Insert) -> Result<bool> {
        self.apply_by(|apply| apply.insert(insert))
    }

    /// As [`Criteria::apply`], to ON of a joined table.
    ///
    /// # Errors
    /// As [`Criteria::apply`].
    pub(in crate::query) fn apply_to_join(&self, join: &mut Join) -> Result<bool> {
        self.apply_by(|apply| apply.join(join))
    }

    fn apply_by(&self, run: impl FnOnce(&mut Apply<'_>) -> ControlFlow<Error>) -> Result<bool> {
        let mut apply = Apply {
            criteria: self,
            is_changed: false,
        };
        match run(&mut apply) {
            ControlFlow::Continue(()) => Ok(apply.is_changed),
            ControlFlow::Break(error) => Err(error),
        }
    }
}

/// Adds conditions to each SELECT that it meets.
struct Apply<'c> {
    criteria: &'c Criteria,
    is_changed: bool,
}

impl Fold for Apply<'_> {
    type Break = Error;

    fn select(&mut self, select: &mut Select) -> ControlFlow<Error> {
        // First, since conditions are added as they are: their own subqueries get none.
        fold_select(self, select)?;
        if select.joins.iter().any(|join| join.kind.extends_left()) {
            return self.sources(select);
        }
        if let Some((table, name)) = select.from.as_ref().and_then(table_of) {
            let (table, name) = (table.clone(), name.clone());
            self.add((&table, &name), |condition| select.filter.push(condition))?;
        }
        let Select { joins, filter, .. } = select;
        for join in joins {
            if join.kind == JoinKind::Cross {
                // It has no ON.
                let item = table_of(&join.item);
                let item = item.map(|(table, name)| (table.clone(), name.clone()));
                if let Some((table, name)) = item {
                    self.add((&table, &name), |condition| filter.push(condition))?;
                }
            } else {
                self.join(join)?;
            }
        }
        ControlFlow::Continue(())
    }

    fn statement(&mut self, statement: &mut Statement) -> ControlFlow<Error> {
        match statement {
            Statement::Query(query) => self.query(query),
            Statement::Insert(insert) => self.insert(insert),
            Statement::Update(update) => self.update(update),
            Statement::Delete(delete) => self.delete(delete),
        }
    }
}

impl Apply<'_> {
    fn update(&mut self, update: &mut stmt::Update) -> ControlFlow<Error> {
        fold_update(self, update)?;
        let table = update.table.clone();
        self.add((&table, &table), |condition| update.filter.push(condition))?;
        self.others(
            &mut update.joins,
            (update.from.as_ref(), &mut update.filter),
        )
    }

    fn delete(&mut self, delete: &mut stmt::Delete) -> ControlFlow<Error> {
        fold_delete(self, delete)?;
        let table = delete.table.clone();
        self.add((&table, &table), |condition| delete.filter.push(condition))?;
        self.others(
            &mut delete.joins,
            (delete.using.as_ref(), &mut delete.filter),
        )
    }

    fn insert(&mut self, insert: &mut stmt::Insert) -> ControlFlow<Error> {
        fold_insert(self, insert)?;
        let (table, conflict) = (insert.table.clone(), insert.conflict.as_mut());
        match conflict.map(|conflict| &mut conflict.action) {
            Some(ConflictAction::Update { filter, .. }) => {
                self.add((&table, &table), |condition| filter.push(condition))
            }
            Some(ConflictAction::Nothing) | None => ControlFlow::Continue(()),
        }
    }

    /// Adds the conditions to each table before it is joined: with a RIGHT or FULL JOIN, neither WHERE nor ON would keep the
    /// rows of the other side whose match they hide.
    fn sources(&mut self, select: &mut Select) -> ControlFlow<Error> {
        let joined = select.joins.iter_mut().map(|join| &mut join.item);
        for item in select.from.iter_mut().chain(joined) {
            let Some((table, name)) = table_of(item) else {
                continue;
            };
            let (table, name) = (table.clone(), name.clone());
            let mut visible = Select::new(vec![Projection::All], FromItem::table(table.clone()));
            self.add((&table, &table), |condition| visible.filter.push(condition))?;
            if !visible.filter.is_empty() {
                let lateral = item.lateral;
                *item = FromItem::new(Source::Query(Box::new(visible.into()))).alias(name);
                item.lateral = lateral;
            }
        }
        ControlFlow::Continue(())
    }

    /// Adds the conditions on the other tables of an UPDATE or DELETE.
    fn others(
        &mut self,
        joins: &mut [Join],
        (first, filter): (Option<&FromItem>, &mut Few<Expr>),
    ) -> ControlFlow<Error> {
        if let Some(named) = first.and_then(table_of) {
            self.add(named, |condition| filter.push(condition))?;
        }
        joins.iter_mut().try_for_each(|join| self.join(join))
    }

    fn join(&mut self, join: &mut Join) -> ControlFlow<Error> {
        let Join { item, on, .. } = join;
        let Some((table, name)) = table_of(item) else {
            return ControlFlow::Continue(());
        };
        self.add((table, name), |condition| {
            let own = std::mem::replace(on, Expr::And(Vec::new()));
            *on = own.and(condition);
        })
    }

    /// Adds the conditions on a table that is there by a name.
    fn add(
        &mut self,
        (table, name): (&Name, &Name),
        mut add: impl FnMut(Expr),
    ) -> ControlFlow<Error> {
        for criterion in self.criteria.of(table) {
            let (mut condition, from) = match criterion.condition() {
                Ok(condition) => condition,
                Err(error) => return ControlFlow::Break(error),
            };
            if from != *name {
                let _ = Rename {
                    from: &from,
                    to: name,
                }
                .expr(&mut condition);
            }
            self.is_changed = true;
            add(condition);
        }
        ControlFlow::Continue(())
    }
}

/// The table of an item of FROM and the name that it has there.
fn table_of(item: &FromItem) -> Option<(&Name, &Name)> {
    match &item.source {
        Source::Table(table) => Some((table, item.name()?)),
        Source::Cte(_)
        | Source::Query(_)
        | Source::Values(_)
        | Source::Function { .. }
        | Source::Call(_)
        | Source::List(_) => None,
    }
}

/// Renames a source in a condition. A subquery that has a source of that name means its own.
struct Rename<'n> {
    from: &'n Name,
    to: &'n Name,
}

impl Fold for Rename<'_> {
    type Break = std::convert::Infallible;

    fn select(&mut self, select: &mut Select) -> ControlFlow<Self::Break> {
        if select.sources().any(|item| item.name() == Some(self.from)) {
            return ControlFlow::Continue(());
        }
        fold_select(self, select)
    }

    fn qualifier(&mut self, name: &mut Name) -> ControlFlow<Self::Break> {
        if name == self.from {
            name.clone_from(self.to);
        }
        ControlFlow::Continue(())
    }
}

/// Finds the key of a handle.
pub(in crate::query) struct HasHandle;

impl<'a> Visit<'a> for HasHandle {
    type Break = ();

    fn value(&mut self, value: &'a Value) -> ControlFlow<()> {
        match HandleKey::of(value.as_ref()) {
            Some(_) => ControlFlow::Break(()),
            None => ControlFlow::Continue(()),
        }
    }
}
