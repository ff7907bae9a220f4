//! Counts entities in memory, for cases about what is kept: each has a field of the type [`Alive`].

use std::cell::Cell;

thread_local! {
    /// The entities in the memory of this thread.
    pub(crate) static ALIVE: Cell<usize> = const { Cell::new(0) };
}

/// A field of entities that are counted.
#[derive(Debug, PartialEq)]
pub(crate) struct Alive(());

impl Default for Alive {
    fn default() -> Self {
        ALIVE.set(ALIVE.get() + 1);
        Self(())
    }
}

impl Clone for Alive {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        // The thread may have ended.
        let _ = ALIVE.try_with(|alive| alive.set(alive.get() - 1));
    }
}
