//! Suggestions for unknown words of the command line. Commands that lose data, such as `drop-all`, are never
//! suggested.

use clap::Error;
use clap::error::{ContextKind, ContextValue};

/// Words of the command line that lose data, or protection from losing it.
const DESTRUCTIVE: &[&str] = &[
    "drop-all",
    "revert",
    "redo",
    "--all",
    "--apply",
    "--yes",
    "--no-lock",
    "stamp",
    "repair",
    "--start-over",
    "--mark-done",
];

/// Takes destructive words out of an error's suggestions.
pub(super) fn nothing_destructive(error: &mut Error) {
    for kind in [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg] {
        let words = match error.remove(kind) {
            Some(ContextValue::Strings(words)) => words,
            Some(ContextValue::String(word)) => vec![word],
            _ => continue,
        };
        let count = words.len();
        let is_harmless = |word: &String| !DESTRUCTIVE.contains(&word.as_str());
        let harmless: Vec<String> = words.into_iter().filter(is_harmless).collect();
        if harmless.len() < count {
            // The usage is made of the suggestion.
            error.remove(ContextKind::Usage);
        }
        if !harmless.is_empty() {
            error.insert(kind, ContextValue::Strings(harmless));
        }
    }
}
