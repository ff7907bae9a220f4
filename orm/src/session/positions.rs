//! The verbs of lists with positions, [`Session::insert_at`] and [`Session::move_to`], and the positions that the flush
//! writes.
//!
//! Which lists have changed, and the numbers, are in `state`.

use orm_core::error::{Error, ErrorKind, Result};

use super::Session;
use super::relations::not_linked;
use super::transaction::no_transaction;
use crate::mapping::{Model, NewChild, Relation, ToMany};
use crate::query::last_positions;
use crate::state::{Appended, ListId, Ref};

impl Session {
    /// Adds a new row that belongs to an entity, as [`append`](Self::append) does, at a place in its list, counted from 0. A
    /// place past the end is the end. A list that is not loaded is loaded first, as by [`load`](Self::load).
    ///
    /// The relation has a column for the positions: `#[orm(position = Task.position)]`.
    ///
    /// # Errors
    /// - As [`append`](Self::append) and [`load`](Self::load).
    /// - `Usage`: the relation has no such column.
    /// - `OutOfRange`: its field has no room for a position.
    ///
    /// # Examples
    ///
    /// ```
    /// use orm::prelude::*;
    ///
    /// #[derive(Model)]
    /// #[orm(table = "boards")]
    /// struct Board {
    ///     #[orm(primary_key)]
    ///     id: i64,
    ///     #[orm(position = Task.position)]
    ///     tasks: HasMany<Task>,
    /// }
    ///
    /// #[derive(Model)]
    /// #[orm(table = "tasks")]
    /// struct Task {
    ///     #[orm(primary_key)]
    ///     id: i64,
    ///     title: String,
    ///     #[orm(default = 0)]
    ///     position: i64,
    ///     #[orm(references = Board.id)]
    ///     board_id: i64,
    ///     board: BelongsTo<Board>,
    /// }
    ///
    /// let engine = Engine::connect("sqlite://")?;
    /// Metadata::of((Board, Task)).create_all(&engine)?;
    /// let mut session = Session::new(&engine);
    /// let board = session.add(Board::builder());
    /// let build = session.append(board, Board.tasks, Task::builder().title("build"))?;
    /// let plan = session.insert_at(board, Board.tasks, 0, Task::builder().title("plan"))?;
    /// session.commit()?;
    /// assert_eq!((session[plan].position, session[build].position), (0, 1));
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn insert_at<M: Model, F: ToMany>(
        &mut self,
        owner: Ref<M>,
        relation: Relation<M, F>,
        place: usize,
        child: impl NewChild<Model = F::Target>,
    ) -> Result<Ref<F::Target>> {
        self.ready_to_move(owner, relation)?;
        let child = self.append(owner, relation, child)?;
        self.place(owner, relation, child, place)?;
        Ok(child)
    }

    /// Moves an entity to a place in the list that has it, counted from 0. A place past the end is the end. A list that is
    /// not loaded is loaded first, as by [`load`](Self::load).
    ///
    /// The relation has a column for the positions: `#[orm(position = Task.position)]`. The entities have their new positions
    /// at once, and the next flush writes those that have changed. A rollback puts the list back in its order.
    ///
    /// # Errors
    /// - As [`Session::get_ref`] and [`load`](Self::load).
    /// - `Usage`: the relation has no such column, or the entity is not in the list.
    /// - `OutOfRange`: the field of the column has no room for a position.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "boards")]
    /// # struct Board {
    /// #     #[orm(primary_key)]
    /// #     id: i64,
    /// #     #[orm(position = Task.position)]
    /// #     tasks: HasMany<Task>,
    /// # }
    /// # #[derive(Model)]
    /// # #[orm(table = "tasks")]
    /// # struct Task {
    /// #     #[orm(primary_key)]
    /// #     id: i64,
    /// #     title: String,
    /// #     #[orm(default = 0)]
    /// #     position: i64,
    /// #     #[orm(references = Board.id)]
    /// #     board_id: i64,
    /// #     board: BelongsTo<Board>,
    /// # }
    /// # let engine = Engine::connect("sqlite://")?;
    /// # Metadata::of((Board, Task)).create_all(&engine)?;
    /// # let mut session = Session::new(&engine);
    /// # let board = session.add(Board::builder());
    /// # for title in ["plan", "build", "sell"] {
    /// #     session.append(board, Board.tasks, Task::builder().title(title))?;
    /// # }
    /// # session.commit()?;
    /// let tasks = session.load(board, Board.tasks)?;
    /// session.move_to(board, Board.tasks, tasks[2], 1)?;
    /// assert_eq!(session[board].tasks.get()?, [tasks[0], tasks[2], tasks[1]]);
    /// session.commit()?; // UPDATE "tasks" SET "position" = ? …, of two rows
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn move_to<M: Model, F: ToMany>(
        &mut self,
        owner: Ref<M>,
        relation: Relation<M, F>,
        child: Ref<F::Target>,
        place: usize,
    ) -> Result<()> {
        self.ready_to_move(owner, relation)?;
        self.get_ref(child)?;
        self.place(owner, relation, child, place)
    }

    fn place<M: Model, F: ToMany>(
        &mut self,
        owner: Ref<M>,
        relation: Relation<M, F>,
        child: Ref<F::Target>,
        place: usize,
    ) -> Result<()> {
        let list = ListId {
            model: M::slot().index(),
            owner: owner.raw(),
            index: relation.index(),
        };
        let moved = self.state.move_member(list, child.raw(), place);
        let first = moved.ok_or_else(|| not_linked::<M>(relation.def()))?;
        self.state.number_list(list, first)
    }

    /// Loads the list, if it keeps positions.
    fn ready_to_move<M: Model, F: ToMany>(
        &mut self,
        owner: Ref<M>,
        relation: Relation<M, F>,
    ) -> Result<()> {
        let def = relation.def();
        self.stays(owner)?;
        if def.keeps_positions {
            return self.load(owner, relation).map(drop);
        }
        let target = (def.target)().name;
        let message = format!(
            "`{}.{}` has no column for the positions of its entities",
            def.model, def.name
        );
        Err(Error::with_message(ErrorKind::Usage, message)
            .with_table(M::def().table)
            .with_hint(format!(
                "name an integer column of {target} on the HasMany<{target}>: `#[orm(position = {target}.position)]`"
            )))
    }

    /// Numbers the lists that have changed. The last positions of those that are not loaded, or stale, are read in the transaction that
    /// writes.
    #[inline]
    pub(super) fn number_lists(&mut self) -> Result<()> {
        if self.state.has_positions {
            self.number_changed_lists()
        } else {
            Ok(())
        }
    }

    #[inline(never)]
    fn number_changed_lists(&mut self) -> Result<()> {
        let mut appended = self.state.number_lists()?;
        appended.sort_unstable_by_key(|one| (one.list.model, one.list.index, one.list.owner.slot));
        let same = |a: &Appended, b: &Appended| {
            (a.list.model, a.list.index) == (b.list.model, b.list.index)
        };
        for lists in appended.chunk_by(same) {
            self.number_appended(lists)?;
        }
        Ok(())
    }

    /// Numbers the new members of lists of one relation, after the last rows.
    fn number_appended(&mut self, lists: &[Appended]) -> Result<()> {
        let owned = lists.iter().filter_map(|one| {
            let (child, reference, column, key) = self.state.positioned(one.list)?;
            Some((one, (child, reference, column), key))
        });
        let owned: Vec<_> = owned.collect();
        let Some(&(_, (child, reference, column), _)) = owned.first() else {
            return Ok(());
        };
        let (lists, keys): (Vec<_>, Vec<_>) =
            owned.into_iter().map(|(one, _, key)| (one, key)).unzip();
        if self.connection.is_none() {
            self.open_transaction()?;
        }
        let connection = self.connection.as_mut().ok_or_else(no_transaction)?;
        let last = last_positions(connection, (child, reference), column, &keys)?;
        for (one, last) in lists.into_iter().zip(last) {
            let first = last.map_or(0, |last| last.saturating_add(1));
            self.state.number_appended(one, first)?;
        }
        Ok(())
    }
}
