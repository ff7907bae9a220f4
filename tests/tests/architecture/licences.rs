//! The licences of all dependencies, on every system: each must be met by what deny.toml allows.

use std::fs;

use crate::cargo::{list, metadata, text};
use crate::tree::{report, root};

#[test]
fn every_dependency_has_an_allowed_licence() {
    let (allowed, clarified) = (allowed(), clarified());
    let mut broken = Vec::new();
    for package in list(metadata(), "packages") {
        let (name, version) = (text(package, "name"), text(package, "version"));
        let clear = clarified.iter().find(|(crate_name, _)| crate_name == name);
        let licence = clear.map_or_else(|| text(package, "license"), |(_, licence)| licence);
        if !is_met(licence, &allowed) {
            broken.push(format!(
                "{name} {version}: `{licence}`; do without it, or allow it in deny.toml"
            ));
        }
    }
    report("dependencies have licences that deny.toml allows", &broken);
}

fn deny_toml() -> String {
    fs::read_to_string(root().join("deny.toml")).expect("deny.toml lies in the workspace's folder")
}

/// The crates whose manifest names no licence, with the one that deny.toml found in their files.
fn clarified() -> Vec<(String, String)> {
    let text = deny_toml();
    let value = |line: &str, key: &str| {
        let value = line.strip_prefix(key)?.trim_start().strip_prefix('=')?;
        Some(value.trim().trim_matches('"').to_owned())
    };
    let blocks = text.split("[[licenses.clarify]]").skip(1);
    let clarify = |block: &str| {
        let name = block.lines().find_map(|line| value(line, "crate"))?;
        Some((
            name,
            block.lines().find_map(|line| value(line, "expression"))?,
        ))
    };
    blocks.filter_map(clarify).collect()
}

/// The list `allow` of deny.toml, so that it is kept in one place.
fn allowed() -> Vec<String> {
    let text = deny_toml();
    let lines = text.lines().skip_while(|line| *line != "allow = [").skip(1);
    let entries = lines.take_while(|line| *line != "]");
    let allowed: Vec<String> = entries
        .map(|line| line.trim().trim_matches(['"', ',']).to_owned())
        .collect();
    assert!(
        !allowed.is_empty(),
        "deny.toml has no list that begins with `allow = [`; one licence a line follows it"
    );
    allowed
}

/// Whether somebody who may use the `allowed` licences may use what is under `expression`, an
/// expression of SPDX: names with AND, OR, WITH and parentheses, or the older form with slashes.
fn is_met(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let mut parser = Parser {
        words: spaced.split_whitespace().collect(),
        at: 0,
        allowed,
    };
    // Words that are left over mean that the expression wasn't understood.
    parser.or() == Some(true) && parser.at == parser.words.len()
}

/// Evaluates while it parses; `None` means a broken expression. AND binds stronger than OR.
struct Parser<'a> {
    words: Vec<&'a str>,
    at: usize,
    allowed: &'a [String],
}

impl<'a> Parser<'a> {
    fn or(&mut self) -> Option<bool> {
        let mut met = self.and()?;
        while self.eat("OR") {
            met |= self.and()?;
        }
        Some(met)
    }

    fn and(&mut self) -> Option<bool> {
        let mut met = self.name()?;
        while self.eat("AND") {
            met &= self.name()?;
        }
        Some(met)
    }

    fn name(&mut self) -> Option<bool> {
        if self.eat("(") {
            let met = self.or()?;
            return self.eat(")").then_some(met);
        }
        let name = self.next()?;
        // An exception (WITH) only permits more, and `+` only adds later versions.
        if self.eat("WITH") {
            self.next()?;
        }
        let name = name.trim_end_matches('+');
        Some(self.allowed.iter().any(|allowed| allowed == name))
    }

    fn next(&mut self) -> Option<&'a str> {
        let word = self.words.get(self.at).copied()?;
        self.at += 1;
        Some(word)
    }

    fn eat(&mut self, word: &str) -> bool {
        let found = self.words.get(self.at) == Some(&word);
        self.at += usize::from(found);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::is_met;

    #[track_caller]
    fn check(expression: &str, expected: bool) {
        let allowed = ["MIT", "Apache-2.0", "Unicode-3.0"].map(str::to_owned);
        assert_eq!(is_met(expression, &allowed), expected, "{expression}");
    }

    #[test]
    fn one_side_of_an_or_is_enough() {
        check("MIT", true);
        check("GPL-3.0", false);
        check("GPL-3.0 OR MIT", true);
        check("GPL-3.0/MIT", true);
        check("GPL-3.0 / LGPL-2.1", false);
    }

    #[test]
    fn an_and_needs_both_and_binds_stronger() {
        check("(MIT OR Apache-2.0) AND Unicode-3.0", true);
        check("MIT AND OpenSSL", false);
        check("MIT OR Apache-2.0 AND OpenSSL", true);
        check("(MIT OR Apache-2.0) AND OpenSSL", false);
        check("((MIT) AND (GPL-3.0 OR Apache-2.0))", true);
    }

    #[test]
    fn exceptions_permit_more() {
        check("Apache-2.0 WITH LLVM-exception", true);
        check("GPL-2.0 WITH Classpath-exception-2.0", false);
        check("Apache-2.0 WITH LLVM-exception AND MIT", true);
        check("Apache-2.0+", true);
    }

    #[test]
    fn a_broken_expression_is_not_met() {
        for broken in [
            "",
            "MIT OR",
            "MIT Apache-2.0",
            "(MIT",
            "MIT)",
            "AND MIT",
            "MIT WITH",
        ] {
            check(broken, false);
        }
    }
}
