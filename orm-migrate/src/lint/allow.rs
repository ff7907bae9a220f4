//! The comments that suppress rules: `-- orm:allow(rule) reason` before a statement, `-- orm:allow-file(rule) reason`
//! anywhere.

use orm_core::lex::{Lexer, LexicalRules, TokenKind};

/// The suppressions of a script.
#[derive(Debug, Default)]
pub(super) struct Allowed {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    rule: String,
    line: usize,
    is_file: bool,
}

/// A suppression that is no good: its line, and why.
pub(super) type Fault = (usize, String);

impl Allowed {
    /// Reads the comments of a script. A comment without a reason, or of an unknown rule, is a fault and suppresses
    /// nothing.
    pub(super) fn read(
        script: &str,
        rules: LexicalRules,
        is_rule: impl Fn(&str) -> bool,
    ) -> (Self, Vec<Fault>) {
        let (mut allowed, mut faults) = (Self::default(), Vec::new());
        let comments = Lexer::new(script, rules).filter(|token| token.kind == TokenKind::Comment);
        for comment in comments {
            let line = 1 + script[..comment.start].matches('\n').count();
            let text = comment.text.trim_start_matches(['-', '#', '/', '*', ' ']);
            let Some((is_file, rest)) = marked(text) else {
                continue;
            };
            let Some((names, reason)) = rest.split_once(')') else {
                faults.push((line, "the parenthesis is never closed".to_owned()));
                continue;
            };
            if reason.trim_end_matches("*/").trim().is_empty() {
                faults.push((
                    line,
                    "a reason is missing behind the parenthesis".to_owned(),
                ));
                continue;
            }
            for name in names.split(',').map(str::trim) {
                if is_rule(name) {
                    let rule = name.to_owned();
                    allowed.entries.push(Entry {
                        rule,
                        line,
                        is_file,
                    });
                } else {
                    faults.push((line, format!("no rule has the name {name:?}")));
                }
            }
        }
        (allowed, faults)
    }

    /// Whether a rule is suppressed for the statement on a line, which is behind one that ended on the line `previous`.
    pub(super) fn allows(&self, rule: &str, previous: usize, line: usize) -> bool {
        let is_before = |entry: &Entry| entry.line > previous && entry.line <= line;
        let mut own = self.entries.iter().filter(|entry| entry.rule == rule);
        own.any(|entry| entry.is_file || is_before(entry))
    }
}

fn marked(text: &str) -> Option<(bool, &str)> {
    let file = text
        .strip_prefix("orm:allow-file(")
        .map(|rest| (true, rest));
    file.or_else(|| text.strip_prefix("orm:allow(").map(|rest| (false, rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(script: &str) -> (Allowed, Vec<Fault>) {
        Allowed::read(script, LexicalRules::STANDARD, |name| name.len() == 1)
    }

    #[test]
    fn a_comment_is_about_the_statement_behind_it() {
        let script = "-- orm:allow(a, b) no rows\nX;\n/* orm:allow-file(c) why */\nY;\n";
        let (allowed, faults) = read(script);
        assert_eq!(faults, []);
        assert!(allowed.allows("a", 0, 2) && allowed.allows("b", 0, 2));
        assert!(!allowed.allows("a", 2, 4));
        assert!(allowed.allows("c", 0, 2) && allowed.allows("c", 2, 4));
    }

    #[test]
    fn a_reason_is_needed() {
        for script in [
            "-- orm:allow(a)\n",
            "-- orm:allow(a\n",
            "-- orm:allow(nothing) why\n",
        ] {
            let (allowed, faults) = read(script);
            assert_eq!(faults.len(), 1, "{script}");
            assert!(!allowed.allows("a", 0, 9));
        }
        assert_eq!(read("-- orm:allowance\n").1, []);
    }
}
