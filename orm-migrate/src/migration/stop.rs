//! Ends the process between two statements of the runner, for the tests of what a killed one leaves. Builds without
//! debug assertions have nothing of it.

/// A place at which a test may end the process: the one whose number `ORM_MIGRATE_TEST_STOP_AT` holds, counted from 1.
pub(super) fn point() {
    #[cfg(debug_assertions)]
    {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static PASSED: AtomicUsize = AtomicUsize::new(0);
        let wanted = std::env::var("ORM_MIGRATE_TEST_STOP_AT");
        let passed = PASSED.fetch_add(1, Ordering::Relaxed) + 1;
        if wanted.ok().and_then(|text| text.parse().ok()) == Some(passed) {
            std::process::abort();
        }
    }
}
