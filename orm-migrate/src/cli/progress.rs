//! The progress of a run on a terminal: a line that says what it waits for, and a bar while a migration runs. Nothing is
//! shown where standard error is no terminal, or without the Cargo feature `progress`.

use std::sync::Arc;

use crate::migration::Observer;

/// The observer of a run; none if nothing looks at standard error.
#[cfg(feature = "progress")]
pub(super) fn observer() -> Option<Arc<dyn Observer>> {
    use std::io::IsTerminal as _;

    std::io::stderr()
        .is_terminal()
        .then(|| Arc::new(terminal::Terminal::default()) as Arc<dyn Observer>)
}

#[cfg(not(feature = "progress"))]
pub(super) fn observer() -> Option<Arc<dyn Observer>> {
    None
}

#[cfg(feature = "progress")]
mod terminal {
    use std::sync::Mutex;
    use std::time::Duration;

    use indicatif::{ProgressBar, ProgressStyle};

    use crate::migration::Observer;

    /// How often the line is drawn while nothing happens.
    const TICK: Duration = Duration::from_millis(100);

    /// Draws on standard error.
    #[derive(Debug, Default)]
    pub(super) struct Terminal {
        /// The line that is shown now.
        bar: Mutex<Option<ProgressBar>>,
    }

    impl Terminal {
        fn show(&self, template: &str, update: impl FnOnce(&ProgressBar)) {
            let Ok(mut shown) = self.bar.lock() else {
                return;
            };
            let bar = shown.get_or_insert_with(|| {
                let bar = ProgressBar::no_length();
                bar.enable_steady_tick(TICK);
                bar
            });
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            update(bar);
        }
    }

    impl Observer for Terminal {
        fn waits(&self, holder: &str, waited: Duration) {
            let message = format!(
                "waiting for the migration lock, held by {holder}, {} s",
                waited.as_secs()
            );
            self.show("{spinner} {msg}", |bar| bar.set_message(message));
        }

        fn statement(&self, migration: &str, number: usize, total: usize) {
            let count = |number| u64::try_from(number).unwrap_or(u64::MAX);
            self.show("{spinner} {msg} {wide_bar} {pos}/{len} {elapsed}", |bar| {
                bar.set_message(migration.to_owned());
                bar.set_length(count(total));
                bar.set_position(count(number));
            });
        }

        fn ends(&self) {
            if let Ok(mut shown) = self.bar.lock()
                && let Some(bar) = shown.take()
            {
                bar.finish_and_clear();
            }
        }
    }
}
