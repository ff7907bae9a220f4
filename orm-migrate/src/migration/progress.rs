//! Counts how much of a failed migration stays in effect: the statements that certainly do, and those that may.
//!
//! Updated by `harness.rs` for each statement. The lower bound is never too high.

/// Counts of statements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Progress {
    total: usize,
    /// How many an earlier run has done.
    earlier: usize,
    done: usize,
    kept: usize,
    perhaps: usize,
    is_partial: bool,
}

impl Progress {
    /// Takes a script of so many statements.
    pub(super) fn expect(&mut self, statements: usize) {
        self.total += statements;
    }

    /// How many there are.
    pub(super) fn total(&self) -> usize {
        self.total
    }

    /// One more has run.
    pub(super) fn advance(&mut self) {
        self.done += 1;
    }

    /// So many have run before, in a run that was interrupted.
    pub(super) fn continue_after(&mut self, statements: usize) {
        self.earlier = statements;
        self.done = statements;
        self.keep();
    }

    /// How many have run, those included that a rollback undid, without those of an earlier run.
    pub(super) fn done(&self) -> usize {
        self.done - self.earlier
    }

    /// Nothing can undo what has run so far.
    pub(super) fn keep(&mut self) {
        self.kept = self.done;
        self.perhaps = self.done;
    }

    /// What has run so far may have been committed.
    pub(super) fn may_keep(&mut self) {
        self.perhaps = self.done;
    }

    /// The failing statement may have done a part of its work, or all of it.
    pub(super) fn may_be_partial(&mut self) {
        self.is_partial = true;
    }

    /// Whether the failing statement may have done a part of its work, or all of it.
    pub(super) fn is_partial(&self) -> bool {
        self.is_partial
    }

    /// Whether nothing is, or may be, left.
    pub(super) fn is_nothing(&self) -> bool {
        self.perhaps == 0 && !self.is_partial
    }

    /// What stays, in words.
    pub(super) fn describe(&self) -> String {
        let Self {
            total,
            kept,
            perhaps,
            ..
        } = *self;
        let mut text = match () {
            () if self.is_nothing() => return "nothing was changed".to_owned(),
            () if perhaps == 0 => {
                return "perhaps part of the failing statement stays in effect".to_owned();
            }
            () if kept == 0 => {
                format!("perhaps the first {perhaps} of {total} statements stay in effect")
            }
            () => format!("the first {kept} of {total} statements stay in effect"),
        };
        if kept > 0 && perhaps > kept {
            text = format!("{text}, perhaps the first {perhaps}");
        }
        if self.is_partial {
            text += ", and perhaps part of the failing one";
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_bounds_are_said() {
        let progress = |kept, perhaps, is_partial| Progress {
            total: 9,
            earlier: 0,
            done: perhaps,
            kept,
            perhaps,
            is_partial,
        };
        for (progress, expected) in [
            (progress(0, 0, false), "nothing was changed"),
            (
                progress(0, 0, true),
                "perhaps part of the failing statement stays in effect",
            ),
            (
                progress(2, 2, false),
                "the first 2 of 9 statements stay in effect",
            ),
            (
                progress(0, 2, false),
                "perhaps the first 2 of 9 statements stay in effect",
            ),
            (
                progress(1, 3, true),
                "the first 1 of 9 statements stay in effect, perhaps the first 3, and perhaps part of \
                 the failing one",
            ),
        ] {
            assert_eq!(progress.describe(), expected);
        }
    }
}
