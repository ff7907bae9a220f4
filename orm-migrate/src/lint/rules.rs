//! All rules, and their list for people.

use super::rule::Rule;
use super::{common, mysql, postgres, sqlite};

/// Every rule: those of all databases first.
pub(crate) fn rules() -> impl Iterator<Item = &'static Rule> {
    let all = [common::RULES, postgres::RULES, mysql::RULES, sqlite::RULES];
    all.into_iter().flatten()
}

/// Describes a rule, for lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleInfo {
    /// The name.
    pub name: &'static str,
    /// What is wrong with such statements.
    pub why: &'static str,
    /// What to write instead.
    pub instead: &'static str,
}

/// Returns every rule, those of all databases first.
///
/// # Examples
///
/// ```
/// let rules = orm_migrate::lint::all_rules();
/// assert!(rules.iter().any(|rule| rule.name == "drop-column"));
/// ```
pub fn all_rules() -> Vec<RuleInfo> {
    let info = |rule: &'static Rule| RuleInfo {
        name: rule.name,
        why: rule.why,
        instead: rule.instead,
    };
    rules().map(info).collect()
}
