//! What goes through a statement names every node of it, so that a new one does not compile until every pass knows it:
//! no `match` on an enum of `orm_core::stmt`, or on a tuple with one, has an arm for all others.

use crate::code::{Code, closing_brace, word};
use crate::scan::is_word;
use crate::tree::{File, library_files, report};

/// The enums of nodes, as patterns name them.
const NODES: &[&str] = &[
    "Expr",
    "Statement",
    "Source",
    "QueryBody",
    "Projection",
    "InsertSource",
    "ConflictAction",
    "Type",
    "Value",
];

/// Where a name among them is a native driver's: (folder, name).
const NATIVE: &[(&str, &str)] = &[
    ("dialect-mysql/src/driver/", "Value"),
    ("dialect-postgres/src/driver/", "Type"),
    ("dialect-sqlite/src/driver/", "Type"),
];

#[test]
fn a_match_on_nodes_names_all_of_them() {
    let mut files = library_files();
    // The types and values there are those of the user's code, which syn has read.
    files.retain(|file| !file.path.starts_with("orm/macros/"));
    let broken: Vec<String> = files.iter().flat_map(catch_alls).collect();
    report(
        "a match on nodes of a statement has no arm for all others: a new node must be a compile error there; use \
         `if let` where one node alone is meant",
        &broken,
    );
}

fn catch_alls(file: &File) -> Vec<String> {
    let code = Code::new(file);
    let mut broken = Vec::new();
    for begin in code.places("match") {
        let Some(open) = body(&code.masked, begin) else {
            continue;
        };
        let end = closing_brace(&code.masked, open);
        let patterns = patterns(&code.masked[open + 1..end - 1]);
        let nodes = nodes_of(&file.path);
        let on_nodes = patterns.iter().any(|pattern| names_a_node(pattern, &nodes));
        if on_nodes && let Some(all) = patterns.iter().find(|pattern| is_all(pattern)) {
            broken.push(format!(
                "{}:{}: the arm `{} =>` takes every other node",
                file.path,
                code.line(begin),
                all.trim()
            ));
        }
    }
    broken
}

/// The brace that opens the arms: the first one that stands in no parentheses.
fn body(code: &[char], begin: usize) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in code.iter().enumerate().skip(begin) {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '{' if depth == 0 => return Some(at),
            ';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// The patterns of the arms in `arms`, without their guards' and bodies' text.
fn patterns(arms: &[char]) -> Vec<String> {
    let (mut patterns, mut pattern, mut depth, mut at) = (Vec::new(), String::new(), 0, 0);
    while let Some(c) = arms.get(at) {
        if depth == 0 && arms[at..].starts_with(&['=', '>']) {
            patterns.push(std::mem::take(&mut pattern));
            at = arm_end(arms, at + 2);
            continue;
        }
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        pattern.push(*c);
        at += 1;
    }
    patterns
}

/// The place behind an arm's body: behind its brace, or behind the comma.
fn arm_end(arms: &[char], at: usize) -> usize {
    let mut depth = 0;
    let begin = at + arms[at..].iter().take_while(|c| c.is_whitespace()).count();
    if arms.get(begin) == Some(&'{') {
        let end = closing_brace(arms, begin);
        let next = end + arms[end..].iter().take_while(|c| c.is_whitespace()).count();
        return if arms.get(next) == Some(&',') {
            next + 1
        } else {
            end
        };
    }
    for (at, c) in arms.iter().enumerate().skip(begin) {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    arms.len()
}

/// The names that stand for nodes in a file.
fn nodes_of(path: &str) -> Vec<&'static str> {
    let is_native = |name: &str| {
        let mut native = NATIVE.iter();
        native.any(|(folder, native)| path.starts_with(folder) && *native == name)
    };
    let names = NODES.iter().copied();
    names.filter(|name| !is_native(name)).collect()
}

/// The patterns in a tuple; of any other pattern, itself.
fn elements(pattern: &str) -> Vec<String> {
    let pattern = pattern.trim();
    let Some(inside) = pattern
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
    else {
        return vec![pattern.to_owned()];
    };
    let (mut elements, mut depth) = (vec![String::new()], 0);
    for c in inside.chars() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        match elements.last_mut() {
            Some(element) if c != ',' || depth > 0 => element.push(c),
            _ => elements.push(String::new()),
        }
    }
    elements
}

/// Whether a pattern takes everything: a name, or a tuple of names.
fn is_all(pattern: &str) -> bool {
    elements(pattern)
        .iter()
        .all(|element| element.trim().chars().all(is_word))
}

/// Whether a pattern, or one in its tuple, is a node.
fn names_a_node(pattern: &str, nodes: &[&str]) -> bool {
    elements(pattern)
        .iter()
        .any(|element| begins_with_a_node(element, nodes))
}

/// Whether a pattern begins with a node, alone or behind a module's name.
fn begins_with_a_node(pattern: &str, nodes: &[&str]) -> bool {
    let pattern: Vec<char> = pattern.trim_start().chars().collect();
    let first = word(&pattern, 0);
    let rest = &pattern[first.len().min(pattern.len())..];
    if !rest.starts_with(&[':', ':']) {
        return false;
    }
    nodes.contains(&first.as_str()) || nodes.contains(&word(rest, 2).as_str())
}

#[cfg(test)]
mod tests {
    use super::{File, catch_alls};

    #[track_caller]
    fn check(text: &str, broken: bool) {
        let file = File {
            path: "x/src/a.rs".into(),
            text: text.into(),
        };
        assert_eq!(!catch_alls(&file).is_empty(), broken, "of {text}");
    }

    #[test]
    fn arms_for_all_others_are_found() {
        check("fn f() { match e { Expr::Not(_) => 1, _ => 2 } }", true);
        check(
            "fn f() { match e { stmt::Expr::Not(_) => { 1 } other => 2 } }",
            true,
        );
        check(
            "fn f() { match f(|x| { x }) { Source::Cte(_) => g(a, b), all => 2, } }",
            true,
        );
    }

    #[test]
    fn tuples_are_looked_into() {
        check(
            "fn f() { match (e, n) { (Expr::Not(_), 1) => 1, _ => 2 } }",
            true,
        );
        check(
            "fn f() { match (n, e) { (1, Expr::Not(_) | Expr::And(_)) => 1, (n, _) => 2 } }",
            true,
        );
        check(
            "fn f() { match (n, e) { (1, Expr::Not((a, b))) => 1, (_, Expr::And(_)) => 2 } }",
            false,
        );
    }

    #[test]
    fn others_are_not() {
        check(
            "fn f() { match e { Expr::Not(_) => 1, Expr::And(_) | Expr::Or(_) => 2 } }",
            false,
        );
        check(
            "fn f() { match n { 1 => Expr::Not(x), _ => Expr::Or(y) } }",
            false,
        );
        check(
            "fn f() { match e { Expr::Not(_) => match n { 1 => 2, _ => 3 }, Expr::And(_) => 4 } }",
            false,
        );
    }
}
