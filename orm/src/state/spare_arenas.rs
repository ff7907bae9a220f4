//! Arenas of sessions that have ended, for the next sessions of their thread: a program that has a session a request
//! would else allocate the same lists and maps for each.
//!
//! Used by `store.rs`. What is kept is empty, and no larger than sessions need: see `Arena::empty`.

use std::cell::RefCell;
use std::num::NonZeroU32;
use std::thread;

use super::any_arena::AnyArena;

/// How many are kept: as many as the models that a request usually works with.
const MOST: usize = 16;

thread_local! {
    /// By the numbers of their models.
    static SPARE: RefCell<Vec<(usize, Box<dyn AnyArena>)>> = const { RefCell::new(Vec::new()) };
}

/// An arena of a model that is kept, for a session with that stamp.
pub(super) fn take(model: usize, stamp: NonZeroU32) -> Option<Box<dyn AnyArena>> {
    // A session may end with its thread, when nothing is kept any more.
    let mut arena = SPARE
        .try_with(|spare| {
            let mut spare = spare.borrow_mut();
            let place = spare.iter().rposition(|(number, _)| *number == model)?;
            Some(spare.swap_remove(place).1)
        })
        .ok()??;
    arena.begin(stamp);
    Some(arena)
}

/// Drops the entities of an arena and keeps its memory, if there is room.
pub(super) fn keep(model: usize, mut arena: Box<dyn AnyArena>) {
    // What the program does when an entity of its own is dropped must not come here while the list is borrowed.
    if thread::panicking() {
        return;
    }
    arena.empty();
    let _ = SPARE.try_with(|spare| {
        let mut spare = spare.borrow_mut();
        if spare.len() < MOST {
            spare.push((model, arena));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::{ColumnSet, Model as _, NewEntity};
    use crate::prelude::*;
    use crate::state::{State, Take};

    #[derive(Model, Debug)]
    #[orm(table = "spare_words")]
    struct Word {
        #[orm(primary_key)]
        id: i64,
        text: String,
    }

    fn kept() -> usize {
        let of_model = |(model, _): &&(usize, Box<dyn AnyArena>)| *model == Word::slot().index();
        SPARE.with(|spare| spare.borrow().iter().filter(of_model).count())
    }

    fn add(state: &mut State, id: i64) -> Ref<Word> {
        let text = "a word".to_owned();
        state.ensure::<Word>().add(NewEntity {
            value: Word { id, text },
            unset: ColumnSet::new(),
        })
    }

    #[test]
    fn the_next_session_finds_an_arena_without_entities() {
        let mut first = State::new();
        let handles: Vec<_> = (0..20).map(|id| add(&mut first, id)).collect();
        let (arena, reading) = first.reader::<Word>(Take::Stale);
        let loaded = arena.load(7000, reading, |id, place| {
            let text = String::new();
            *place = Some(Word { id, text });
            Ok(())
        });
        arena.mark_deleted(loaded.expect("a row"));
        first.mark_stale();
        first.overtake("a statement");
        drop(first);
        assert_eq!(kept(), 1);

        let mut second = State::new();
        let arena = second.ensure::<Word>();
        assert!(arena.slots.is_empty() && arena.slots.capacity() > 0);
        assert!(arena.find(&7000).is_none() && !AnyArena::has_work(arena));
        assert!(AnyArena::links(arena, 0).is_empty() && arena.overtaken.is_none());
        assert_eq!(kept(), 0);
        // Handles of the first session lead nowhere in the second.
        let own = add(&mut second, 1);
        let arena = second.arena::<Word>().expect("the arena");
        assert!(arena.get(handles[0]).is_none() && arena.get(own).is_some());
        assert!(!arena.is_changed(own));
    }

    /// The room for entities of the arena that the next session finds, after one that has `added` some.
    fn room_after(added: i64) -> usize {
        let mut state = State::new();
        for id in 0..added {
            add(&mut state, id);
        }
        drop(state);
        assert_eq!(kept(), 1);
        State::new().ensure::<Word>().slots.capacity()
    }

    #[test]
    fn room_for_many_entities_is_kept_as_long_as_sessions_use_it() {
        assert!(room_after(1000) >= 1000);
        assert!(room_after(900) >= 1000);
        assert!(room_after(1) < 64);
        // So many are more than a thread keeps room for.
        assert_eq!(room_after(100_000), 0);
    }

    #[test]
    fn two_sessions_at_once_have_arenas_of_their_own() {
        let (mut first, mut second) = (State::new(), State::new());
        add(&mut first, 1);
        add(&mut second, 1);
        add(&mut second, 2);
        assert_eq!(first.ensure::<Word>().slots.len(), 1);
        drop((first, second));
        assert_eq!(kept(), 2);
        let states: Vec<State> = (0..3 * MOST)
            .map(|_| {
                let mut state = State::new();
                add(&mut state, 1);
                state
            })
            .collect();
        drop(states);
        assert_eq!(SPARE.with(|spare| spare.borrow().len()), MOST);
    }
}
