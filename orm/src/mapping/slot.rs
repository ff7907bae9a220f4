//! [`ModelSlot`]: the number of a model, by which sessions and the shapes of statements know it.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Holds the number of a model in this process, assigned at first use. A session keeps its arenas in the order of
/// these numbers, so that `session[handle]` needs no lookup by type.
#[derive(Debug)]
pub struct ModelSlot(OnceLock<usize>);

impl ModelSlot {
    /// Creates a slot without a number. Called by the derive.
    #[doc(hidden)]
    pub const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// Returns the number of the model, which is assigned at the first call.
    #[inline]
    pub fn index(&self) -> usize {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        *self.0.get_or_init(|| NEXT.fetch_add(1, Ordering::Relaxed))
    }
}
