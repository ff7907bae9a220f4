//! Sequences of steps as data: a failing one is cut to the steps that it takes.

use std::cell::Cell;
use std::fmt::Debug;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use super::settings;
use crate::database::Db;

/// A difference between the library and what is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::suite) struct Failure {
    /// What was compared. A shorter sequence fails in the same way if that is the same.
    what: String,
    text: String,
}

impl Failure {
    pub(in crate::suite) fn new(what: &str, text: String) -> Self {
        let what = what.to_owned();
        Self { what, text }
    }

    /// The failure with the step after which it was found.
    pub(in crate::suite) fn after(mut self, step: &impl Debug) -> Self {
        self.text = format!("{}\nafter {step:?}", self.text);
        self
    }
}

/// A step, which may have steps of its own.
pub(in crate::suite) trait Contents: Clone + Debug {
    fn contents(&self) -> Option<&[Self]>;

    fn with_contents(&self, steps: Vec<Self>) -> Self;
}

thread_local! {
    /// Whether panics of this thread are printed.
    static IS_SILENT: Cell<bool> = const { Cell::new(false) };
}

/// Cases run in parallel: each silences its own thread.
fn silence(is_silent: bool) {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !IS_SILENT.get() {
                print(info);
            }
        }));
    });
    IS_SILENT.set(is_silent);
}

/// Runs a sequence. A panic is a failure as well.
fn outcome<S>(run: &mut impl FnMut(&[S]) -> Result<(), Failure>, steps: &[S]) -> Option<Failure> {
    silence(true);
    let result = catch_unwind(AssertUnwindSafe(|| run(steps)));
    silence(false);
    match result {
        Ok(result) => result.err(),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            let text = text.unwrap_or_default();
            Some(Failure::new("a panic", text))
        }
    }
}

/// The shorter sequences that differ least: without some steps, with the contents of one in its place, and with shorter
/// contents.
fn shorter<S: Contents>(steps: &[S]) -> Vec<Vec<S>> {
    let mut found = Vec::new();
    let mut size = steps.len() / 2;
    while size > 0 {
        for start in (0..steps.len()).step_by(size).rev() {
            let end = (start + size).min(steps.len());
            found.push([&steps[..start], &steps[end..]].concat());
        }
        size /= 2;
    }
    for (at, step) in steps.iter().enumerate() {
        let Some(contents) = step.contents() else {
            continue;
        };
        found.push([&steps[..at], contents, &steps[at + 1..]].concat());
        for contents in shorter(contents) {
            let mut steps = steps.to_vec();
            steps[at] = step.with_contents(contents);
            found.push(steps);
        }
    }
    found
}

/// Cuts a failing sequence as long as it fails in the same way.
fn shrink<S: Contents>(
    run: &mut impl FnMut(&[S]) -> Result<(), Failure>,
    mut steps: Vec<S>,
    mut failure: Failure,
) -> (Vec<S>, Failure) {
    let mut runs = 0;
    'shorter: while runs < 2_000 {
        for candidate in shorter(&steps) {
            runs += 1;
            if let Some(found) = outcome(run, &candidate).filter(|it| it.what == failure.what) {
                (steps, failure) = (candidate, found);
                continue 'shorter;
            }
        }
        break;
    }
    (steps, failure)
}

/// Runs the sequences of a case, each by its seed. One that fails is printed with the fewest steps.
///
/// # Panics
/// If one fails.
// The seed is for the reader of the output.
#[allow(clippy::print_stderr)]
pub(in crate::suite) fn shrunk_sequences<S: Contents>(
    db: &Db,
    what: &str,
    generate: impl Fn(u64) -> Vec<S>,
    mut run: impl FnMut(&[S]) -> Result<(), Failure>,
) {
    let seeds = settings(db, what);
    for seed in seeds {
        let steps = generate(seed);
        let Some(failure) = outcome(&mut run, &steps) else {
            continue;
        };
        let before = steps.len();
        let (steps, failure) = shrink(&mut run, steps, failure);
        let lines: Vec<String> = steps.iter().map(|step| format!("    {step:?},")).collect();
        panic!(
            "{what}: ORM_TEST_SEED={seed} ORM_TEST_SEQUENCES=1 fails on {}: {}: {}\n{} of {before} steps:\n{}",
            db.backend.name(),
            failure.what,
            failure.text,
            steps.len(),
            lines.join("\n")
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq)]
    enum Step {
        Add(i32),
        Nested(Vec<Self>),
    }

    impl Contents for Step {
        fn contents(&self) -> Option<&[Self]> {
            match self {
                Self::Nested(steps) => Some(steps),
                Self::Add(_) => None,
            }
        }

        fn with_contents(&self, steps: Vec<Self>) -> Self {
            Self::Nested(steps)
        }
    }

    fn numbers(steps: &[Step]) -> Vec<i32> {
        let numbers = steps.iter().flat_map(|step| match step {
            Step::Add(number) => vec![*number],
            Step::Nested(steps) => numbers(steps),
        });
        numbers.collect()
    }

    #[test]
    fn a_failing_sequence_is_cut_to_the_steps_that_it_takes() {
        let mut fails = |steps: &[Step]| {
            let numbers = numbers(steps);
            let place = numbers.iter().position(|number| *number == 7);
            let is_wrong = place.is_some_and(|place| numbers[place..].contains(&9));
            assert!(
                !numbers.contains(&13),
                "a panic is a failure of another kind"
            );
            if is_wrong {
                return Err(Failure::new("seven", "before nine".into()));
            }
            Ok(())
        };
        let mut steps: Vec<Step> = (0..12).map(Step::Add).collect();
        steps[7] = Step::Nested(vec![
            Step::Add(1),
            Step::Nested(vec![Step::Add(7)]),
            Step::Add(2),
        ]);
        let failure = outcome(&mut fails, &steps).expect("it fails");
        let (shortest, failure) = shrink(&mut fails, steps, failure);
        assert_eq!(shortest, [Step::Add(7), Step::Add(9)]);
        assert_eq!(failure.what, "seven");
        let panics = outcome(&mut fails, &[Step::Add(13)]).expect("it panics");
        assert_eq!(panics.what, "a panic");
    }
}
