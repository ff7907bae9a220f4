//! What a session does along relations when entities are deleted, or leave it: it reads the rows that `flush/cascade.rs` asks
//! for.

use std::collections::HashSet;

use orm_core::error::{Error, ErrorKind, Result};

use super::Session;
use super::transaction::no_transaction;
use super::write::row_id;
use crate::flush::{self, Cascade, Plan};
use crate::load::{self, Owners};
use crate::mapping::{ChildRule, Exempt, Model};
use crate::state::{AnyArena, EntityState, Ref, RowId, State};

impl Session {
    /// Marks the rows that are deleted along with others, or lose their foreign keys. What is not in memory is read in the
    /// transaction that writes, so that the rows are as they will be deleted.
    #[inline]
    pub(super) fn cascade(&mut self, plan: &mut Plan) -> Result<()> {
        if !self.state.has_relations {
            return Ok(());
        }
        match Cascade::begin(plan, &mut self.state) {
            Some(cascade) => self.cascade_all(plan, cascade),
            None => Ok(()),
        }
    }

    fn cascade_all(&mut self, plan: &mut Plan, mut cascade: Cascade) -> Result<()> {
        loop {
            // A row that a new entity takes stays, and what belongs to it as well.
            flush::switch_rows(&mut self.state);
            cascade.spare(&self.state);
            if cascade.is_done() {
                break;
            }
            for lists in cascade.lists_to_read(&self.state)? {
                self.read_lists(lists.model, lists.index, &lists.slots)?;
            }
            cascade.spread(plan, &mut self.state);
        }
        // Foreign keys that become NULL, and without those of rows that are not inserted.
        flush::link(plan, &mut self.state)?;
        flush::switch_rows(&mut self.state);
        Ok(())
    }

    fn read_lists(&mut self, model: usize, index: usize, slots: &[u32]) -> Result<()> {
        let Some(def) = self.state.by_model(model).map(AnyArena::def) else {
            return Ok(());
        };
        let owners = Owners {
            def,
            model,
            slots,
            index,
            scope: None,
            locks: false,
        };
        // A list that was loaded under criteria is not whole.
        let missing = if self.may_hide(&owners) {
            owners.with_rows(&self.state)
        } else {
            load::in_memory(&mut self.state, &owners)
        };
        if missing.is_empty() {
            return Ok(());
        }
        if self.connection.is_none() {
            self.open_transaction()?;
        }
        let connection = self.connection.as_mut().ok_or_else(no_transaction)?;
        let slots = &*missing;
        let (state, owners) = (&mut self.state, Owners { slots, ..owners });
        let read = connection.exempting(Some(&Exempt::All), |connection| {
            load::relation(state, connection, &owners)
        });
        match read {
            // What belongs to the row goes with it, however many there are: they were read.
            Err(error) if error.kind() == ErrorKind::MultipleRows => Ok(()),
            read => read,
        }
    }

    /// Whether criteria may hide entities that a relation references.
    fn may_hide(&self, owners: &Owners<'_>) -> bool {
        if self.criteria.is_empty() {
            return false;
        }
        let relation = owners.relation();
        let link = relation.through().map(|through| through.link);
        let mut read = std::iter::once((relation.target)()).chain(link);
        read.any(|def| self.criteria.concern(def.table))
    }

    /// Takes back what a flush has done before it wrote anything: the marks of cascades, and the transaction that it has
    /// begun to read in.
    #[cold]
    pub(super) fn take_back(&mut self, plan: &mut Plan, had_transaction: bool) {
        flush::take_back(plan, &mut self.state);
        if !had_transaction && let Some(mut connection) = self.connection.take() {
            // Nothing was written. A connection that is lost goes as well.
            let _ = connection.undo();
            self.state.end();
            self.state.mark_stale();
        }
    }

    /// An entity that was never inserted leaves the unit of work, and with it those that belong to it and would be deleted
    /// with it.
    pub(super) fn delete_pending(&mut self, row: RowId) {
        let mut rows = vec![row];
        while let Some(row) = rows.pop() {
            let Some(arena) = self.state.by_model_mut(row.model) else {
                continue;
            };
            arena.delete(row.slot);
            let relations = arena.def().relations.iter().enumerate();
            for (index, relation) in relations {
                if !matches!(
                    relation.child_rule(),
                    ChildRule::Delete | ChildRule::Passive
                ) {
                    continue;
                }
                let model = State::number((relation.target)());
                let members = self.state.members(row, index).into_iter();
                let members = members.map(|member| RowId {
                    model,
                    slot: member.slot,
                });
                let state = &self.state;
                rows.extend(members.filter(|child| {
                    let arena = state.by_model(child.model);
                    arena.is_some_and(|arena| arena.is_pending(child.slot))
                }));
            }
            self.state.leave(row);
        }
    }

    /// Removes an entity from the session and returns it, as [`Session::expunge`] does, and removes what belongs to it: the
    /// entities of its `HasMany` and `HasOne` relations that are loaded, at any depth.
    ///
    /// # Errors
    /// - `StaleHandle`: the entity has left the session, or the handle belongs to another one.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get(User, 1)?.expect("the row is there");
    /// let post = session.load(ada, User.posts)?[0];
    /// session[post].title = "not written".into();
    /// sent.take();
    /// let ada: User = session.expunge_with_children(ada)?;
    /// assert_eq!(ada.name, "ada");
    /// assert!(session.get_ref(post).unwrap_err().is_stale_handle());
    /// session.commit()?;
    /// assert!(sent.take_sql().is_empty());
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn expunge_with_children<M: Model>(&mut self, handle: Ref<M>) -> Result<M> {
        self.entity_state(handle)?;
        let mut rows = vec![row_id(handle)];
        let mut seen: HashSet<RowId> = rows.iter().copied().collect();
        let mut next = 0;
        while let Some(row) = rows.get(next).copied() {
            next += 1;
            for child in self.loaded_children(row) {
                if seen.insert(child) {
                    rows.push(child);
                }
            }
        }
        for row in &rows[1..] {
            self.state.leave_lists(*row);
            if let Some(arena) = self.state.by_model_mut(row.model) {
                arena.expunge(row.slot);
            }
        }
        self.expunge(handle)
    }

    /// What belongs to an entity by its relations that are loaded.
    fn loaded_children(&self, row: RowId) -> Vec<RowId> {
        let Some(arena) = self.state.by_model(row.model) else {
            return Vec::new();
        };
        let relations = arena.def().relations.iter().enumerate();
        let children = relations.flat_map(|(index, relation)| {
            let model = State::number((relation.target)());
            let members = self.state.members(row, index).into_iter();
            members.map(move |member| RowId {
                model,
                slot: member.slot,
            })
        });
        children.collect()
    }

    /// # Errors
    /// `Usage` for an entity that is deleted or marked for it.
    pub(super) fn stays<M: Model>(&self, handle: Ref<M>) -> Result<()> {
        use EntityState::{Deleted, Deleting};
        if !matches!(self.entity_state(handle)?, Deleted | Deleting) {
            return Ok(());
        }
        let name = M::def().name;
        let message = format!("the {name} is marked for deletion, and can't be linked");
        Err(Error::with_message(ErrorKind::Usage, message)
            .with_table(M::def().table)
            .with_hint("link another one, or call refresh on it before the flush, which keeps it"))
    }
}
