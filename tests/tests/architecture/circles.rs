//! No circle of files that use each other inside a crate: a file can be read after those that it stands on.
//!
//! A file uses another one if its code names an item that is defined there, through re-exports too. What it calls as
//! a method isn't seen. A `mod.rs` that only declares and re-exports uses no file, and no file uses it.

use std::collections::{BTreeMap, BTreeSet};

use crate::tokens::Tokens;
use crate::tree::{File, LIBRARIES, report, source_files};
use crate::uses::{Uses, module_path, uses};

/// Files that may use each other, by the folder that holds them all: (folder, reason).
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "orm/core/src/sql/",
        "the renderer: SQL is recursive, and a dialect's default methods write it while it asks the dialect",
    ),
    (
        "orm/core/src/stmt/",
        "the tree that the renderer follows: an expression holds a query, which holds expressions",
    ),
    (
        "orm/core/src/types/",
        "a variant of the database's types has the name of a type of Rust: `Json`",
    ),
    (
        "orm/core/src/value/",
        "a value may be a batch of values, or one of an extension, which is encoded as a value",
    ),
];

#[test]
fn no_files_use_each_other_in_a_circle() {
    let circles = LIBRARIES
        .iter()
        .flat_map(|folder| circles(folder, source_files(folder)));
    let is_exception = |circle: &Circle| {
        let mut folders = EXCEPTIONS.iter();
        folders.any(|(folder, _)| circle.files.iter().all(|file| file.starts_with(folder)))
    };
    let broken: Vec<String> = circles
        .filter(|circle| !is_exception(circle))
        .map(|circle| circle.describe())
        .collect();
    report(
        "inside a crate, files don't use each other in a circle; move what they share to a file below them",
        &broken,
    );
}

/// Files of which each leads to each other one, and what they use of each other.
struct Circle {
    files: Vec<String>,
    arrows: Vec<String>,
}

impl Circle {
    fn describe(&self) -> String {
        let arrows = self.arrows.join("\n      ");
        format!("{}:\n      {arrows}", self.files.join(", "))
    }
}

/// A file of a crate, as its module.
struct Module {
    file: String,
    uses: Uses,
}

/// The modules of a crate by their paths.
struct Crate(BTreeMap<Vec<String>, Module>);

impl Crate {
    /// The module that defines what a path leads to, if that is an item and no module.
    fn definer(&self, path: &[String]) -> Option<&Vec<String>> {
        let mut path = path.to_vec();
        // As long as there are re-exports to follow.
        for _ in 0..8 {
            let end = (0..=path.len()).rev();
            let mut ends = end.filter(|end| self.0.contains_key(&path[..*end]));
            let mut end = ends.next()?;
            if end == path.len() {
                // A module, or what its parent has under the same name.
                end = end.checked_sub(1)?;
                self.0.get(&path[..end])?.uses.names.get(&path[end])?;
            }
            let (known, module) = self.0.get_key_value(&path[..end])?;
            let name = &path[end];
            let leads = module.uses.names.get(name).filter(|to| **to != path);
            let Some(to) = leads.cloned().or_else(|| self.through_glob(module, name)) else {
                return Some(known);
            };
            path = [&to, &path[end + 1..]].concat();
        }
        None
    }

    /// Where a name is that a module may have by a glob.
    fn through_glob(&self, module: &Module, name: &str) -> Option<Vec<String>> {
        if module.uses.defined.contains(name) {
            return None;
        }
        let mut globs = module.uses.globs.iter();
        let from = globs.find(|path| {
            let from = self.0.get(*path);
            from.is_some_and(|from| {
                from.uses.defined.contains(name) || from.uses.names.contains_key(name)
            })
        })?;
        Some([from.as_slice(), &[name.to_owned()]].concat())
    }
}

/// The circles of the crate in `folder`, by what its files use of each other.
fn circles(folder: &str, files: Vec<File>) -> Vec<Circle> {
    let modules = files.into_iter().map(|file| {
        let path = module_path(folder, &file.path);
        let uses = uses(&Tokens::of(&file), &path);
        let file = file.path;
        (path, Module { file, uses })
    });
    let all = Crate(modules.collect());
    // What each module uses, and the first place where it does.
    let mut arrows = BTreeMap::new();
    for (path, module) in &all.0 {
        let to: &mut BTreeMap<&Vec<String>, String> = arrows.entry(path).or_default();
        for used in &module.uses.used {
            if let Some(definer) = all.definer(&used.path).filter(|definer| *definer != path) {
                let item = used.path.join("::");
                let place = format!("{}:{}: {item}", module.file, used.line);
                to.entry(definer).or_insert(place);
            }
        }
    }
    let reach: BTreeMap<_, _> = arrows
        .keys()
        .map(|from| (*from, reachable(from, &arrows)))
        .collect();
    let mut found: Vec<Circle> = Vec::new();
    let mut seen = BTreeSet::new();
    for (from, reached) in &reach {
        if !reached.contains(*from) || !seen.insert(*from) {
            continue;
        }
        let circle: Vec<_> = reached
            .iter()
            .copied()
            .filter(|to| reach[to].contains(*from))
            .collect();
        seen.extend(&circle);
        let inside = circle.iter().flat_map(|from| {
            let arrows = arrows[from].iter();
            arrows
                .filter(|(to, _)| circle.contains(to))
                .map(|(to, place)| format!("{place} in {}", all.0[*to].file))
        });
        found.push(Circle {
            arrows: inside.collect(),
            files: circle
                .iter()
                .map(|path| all.0[*path].file.clone())
                .collect(),
        });
    }
    found
}

/// All modules that `from` leads to, itself only if it stands in a circle.
fn reachable<'a>(
    from: &'a Vec<String>,
    arrows: &BTreeMap<&'a Vec<String>, BTreeMap<&'a Vec<String>, String>>,
) -> BTreeSet<&'a Vec<String>> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(from) = open.pop() {
        let to = arrows.get(from).into_iter().flat_map(BTreeMap::keys);
        open.extend(to.filter(|to| reached.insert(**to)));
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::{Circle, File, circles};

    #[track_caller]
    fn check(files: &[(&str, &str)], expected: &[&str]) {
        let files = files.iter().map(|(path, text)| File {
            path: format!("x/src/{path}"),
            text: (*text).to_owned(),
        });
        let found = circles("x", files.collect());
        let found: Vec<String> = found.iter().map(Circle::describe).collect();
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{found}");
        }
    }

    const ROOT: (&str, &str) = ("lib.rs", "mod a; mod b; mod c;");

    #[test]
    fn a_circle_names_its_files_and_what_ties_them() {
        let a = ("a.rs", "use crate::b::B;\npub struct A(B);");
        let b = ("b.rs", "pub struct B;\nfn f(c: crate::c::C) {}");
        let c = ("c.rs", "use super::a;\npub struct C(a::A);");
        check(&[ROOT, a, b, c], &["x/src/a.rs, x/src/b.rs, x/src/c.rs"]);
        check(&[ROOT, a, b, c], &["x/src/b.rs:2: c::C in x/src/c.rs"]);
        check(&[ROOT, a, b, ("c.rs", "pub struct C;")], &[]);
    }

    #[test]
    fn circles_go_through_re_exports() {
        let top = (
            "a/mod.rs",
            "mod one;\nmod two;\npub use one::*;\npub use two::Two;",
        );
        let one = ("a/one.rs", "use super::Two;\npub struct One(Two);");
        let two = ("a/two.rs", "use super::One;\npub struct Two(One);");
        check(&[ROOT, top, one, two], &["x/src/a/one.rs, x/src/a/two.rs"]);
        check(&[ROOT, top, one, ("a/two.rs", "pub struct Two;")], &[]);
    }

    #[test]
    fn what_a_parent_defines_is_used_by_its_child() {
        let top = (
            "a/mod.rs",
            "mod one;\nuse one::f;\npub struct Top;\nfn g() { f() }",
        );
        let one = ("a/one.rs", "use super::Top;\npub fn f(x: Top) {}");
        check(&[ROOT, top, one], &["x/src/a/mod.rs, x/src/a/one.rs"]);
        let top = ("a/mod.rs", "mod one;\npub use one::f;\npub struct Top;");
        check(&[ROOT, top, one], &[]);
    }

    #[test]
    fn tests_make_no_circle() {
        let a = (
            "a.rs",
            "#[cfg(test)]\nmod tests { use crate::b::B; }\npub struct A;",
        );
        let b = ("b.rs", "use crate::a::A;\npub struct B(A);");
        check(&[ROOT, a, b], &[]);
    }
}
