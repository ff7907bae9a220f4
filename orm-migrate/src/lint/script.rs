//! Goes through the statements of a script, rule by rule.

use orm_core::ServerVersion;

use super::allow::Allowed;
use super::rule::{Context, Finding, Rule};
use super::rules::rules;
use super::statement::{Change, What, Words, changes};
use crate::dialect::Grammar;
use crate::migration::Statement;

/// What the scripts are checked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    /// How scripts are read, and whose they are.
    pub grammar: Grammar,
    /// The version of the server, if it is known.
    pub version: Option<ServerVersion>,
    /// Whether a time-out for locks is configured.
    pub has_lock_timeout: bool,
    /// The rules that are switched off.
    pub off: &'a [String],
}

/// The rule about comments that suppress rules.
pub(super) const BAD_ALLOW: &str = "allow-without-reason";

/// Checks one script. `place` is the migration and the file.
pub(crate) fn lint_script(
    place: (&str, &str),
    text: &str,
    statements: &[Statement<'_>],
    (in_transaction, target): (bool, Target<'_>),
) -> Vec<Finding> {
    let is_rule = |name: &str| rules().any(|rule| rule.name == name);
    let (allowed, faults) = Allowed::read(text, target.grammar.rules, is_rule);
    let mut findings: Vec<Finding> = faults
        .into_iter()
        .map(|(line, why)| bad_allow(place, line, &why))
        .collect();
    let read: Vec<Words> = statements
        .iter()
        .map(|statement| Words::read(statement.text, target.grammar.rules))
        .collect();
    let mut created = Vec::new();
    let mut has_lock_timeout = target.has_lock_timeout;
    let mixes_rows = mixes_rows(&read);
    let mut previous = 0;
    for (statement, words) in statements.iter().zip(&read) {
        let context = Context {
            family: target.grammar.family,
            version: target.version,
            in_transaction,
            has_lock_timeout,
            created: &created,
            mixes_rows,
        };
        let changes = changes(words);
        for (rule, message) in broken(&context, &changes, target.off) {
            if !allowed.allows(rule.name, previous, statement.line) {
                findings.push(Finding::new(place, statement.line, rule, message));
            }
        }
        let new = changes
            .iter()
            .filter(|change| change.what == What::CreateTable);
        let new: Vec<String> = new.map(|change| change.object.clone()).collect();
        created.extend(new);
        has_lock_timeout |= words.is(0, &["SET"]) && words.have(&["lock_timeout"]);
        previous = statement.line + statement.text.matches('\n').count();
    }
    findings.sort_by(|a, b| (a.line, a.rule).cmp(&(b.line, b.rule)));
    findings
}

/// The rules that a statement breaks, each once.
fn broken(
    context: &Context<'_>,
    changes: &[Change<'_>],
    off: &[String],
) -> Vec<(&'static Rule, String)> {
    let own = rules()
        .filter(|rule| rule.is_about(context.family) && !off.iter().any(|name| name == rule.name));
    let find = |rule: &'static Rule| {
        let mut found = changes
            .iter()
            .filter_map(|change| (rule.check)(context, change));
        found.next().map(|message| (rule, message))
    };
    own.filter_map(find).collect()
}

/// Whether a script changes rows of tables and defines objects.
fn mixes_rows(statements: &[Words]) -> bool {
    let has = |is_it: fn(What) -> bool| {
        statements
            .iter()
            .flat_map(changes)
            .any(|change| is_it(change.what))
    };
    let is_definition = |what| {
        matches!(
            what,
            What::AlterTable | What::CreateIndex | What::DropIndex | What::DropTable
        )
    };
    has(|what| what == What::Rows) && has(is_definition)
}

fn bad_allow((migration, file): (&str, &str), line: usize, why: &str) -> Finding {
    Finding {
        migration: migration.to_owned(),
        file: file.to_owned(),
        line,
        rule: BAD_ALLOW,
        message: format!("orm:allow suppresses nothing: {why}"),
        instead: "-- orm:allow(rule) reason",
    }
}
