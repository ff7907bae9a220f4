//! Which modules of its crate a file names.

use crate::code::{Code, skip_blanks, word};
use crate::tree::File;

/// One module's use of another.
#[derive(Debug, PartialEq)]
pub(crate) struct Use {
    pub(crate) line: usize,
    pub(crate) module: String,
}

/// The module that a file is: `orm/src/flush/plan.rs` is `[flush, plan]`, and `lib.rs` is `[]`.
pub(crate) fn module_path(folder: &str, path: &str) -> Vec<String> {
    let inside = path
        .strip_prefix(folder)
        .and_then(|path| path.strip_prefix("/src/"))
        .unwrap_or(path);
    let inside = inside.trim_end_matches(".rs").trim_end_matches("/mod");
    if inside == "lib" {
        return Vec::new();
    }
    inside.split('/').map(str::to_owned).collect()
}

/// The modules at the crate's root that a file names, by `crate::` or by as many `super::` as lead there.
pub(crate) fn uses(file: &File, path: &[String]) -> Vec<Use> {
    let code = Code::new(file);
    let mut uses = Vec::new();
    for place in code.places("crate::") {
        // `$crate::` of a macro is what its user's code names, not what this module does.
        if place == 0 || code.masked[place - 1] != '$' {
            uses.extend(modules_at(&code, place + "crate::".len()));
        }
    }
    let inline = code.inline_modules();
    for place in code.places("super::") {
        let end = supers_end(&code, place);
        let is_whole = place < "super::".len() || supers_end(&code, place - "super::".len()) != end;
        let depth = path.len() + inline.iter().filter(|body| body.contains(&place)).count();
        if is_whole && end - place == depth * "super::".len() {
            uses.extend(modules_at(&code, end));
        }
    }
    uses
}

/// The place after all `super::` that follow each other from `place` on.
fn supers_end(code: &Code, place: usize) -> usize {
    let mut end = place;
    while code.masked[end..].starts_with(&['s', 'u', 'p', 'e', 'r', ':', ':']) {
        end += "super::".len();
    }
    end
}

/// The name at `place`, or the first names of the paths in the braces there.
fn modules_at(code: &Code, place: usize) -> Vec<Use> {
    let use_at = |at| Use {
        line: code.line(at),
        // All that isn't a name is the star of `use crate::*`.
        module: Some(word(&code.masked, at))
            .filter(|name| !name.is_empty())
            .unwrap_or("*".into()),
    };
    if code.masked.get(place) != Some(&'{') {
        return vec![use_at(place)];
    }
    let mut uses = Vec::new();
    let mut depth = 0;
    for (at, c) in code.masked.iter().enumerate().skip(place) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        let begins = matches!((c, depth), ('{' | ',', 1));
        let name = skip_blanks(&code.masked, at + 1);
        if begins && code.masked.get(name) != Some(&'}') {
            uses.push(use_at(name));
        }
        if depth == 0 {
            break;
        }
    }
    uses
}

#[cfg(test)]
mod tests {
    use super::{File, module_path, uses};

    #[track_caller]
    fn check(path: &str, text: &str, expected: &[(usize, &str)]) {
        let file = File {
            path: path.into(),
            text: text.into(),
        };
        let found = uses(&file, &module_path("x", path));
        let found: Vec<_> = found
            .iter()
            .map(|to| (to.line, to.module.as_str()))
            .collect();
        assert_eq!(found, expected, "of {text}");
    }

    #[test]
    fn files_are_modules() {
        assert_eq!(module_path("x", "x/src/a/mod.rs"), ["a"]);
        assert_eq!(module_path("x", "x/src/a/b.rs"), ["a", "b"]);
        assert!(module_path("x", "x/src/lib.rs").is_empty());
    }

    #[test]
    fn paths_begin_with_a_module() {
        check(
            "x/src/a.rs",
            "use crate::b::C;\nfn f(x: crate::d::E) {}",
            &[(1, "b"), (2, "d")],
        );
        check("x/src/a.rs", "use crate::*;", &[(1, "*")]);
        check("x/src/a.rs", "use mycrate::b;", &[]);
    }

    #[test]
    fn braces_hold_several_paths() {
        let text = "use crate::{\n    b::{self, C},\n    d,\n};\nuse crate::{e, f::G};";
        check(
            "x/src/a.rs",
            text,
            &[(2, "b"), (3, "d"), (5, "e"), (5, "f")],
        );
    }

    #[test]
    fn super_leads_to_the_root_from_a_file_at_the_root() {
        check("x/src/a.rs", "use super::b::C;", &[(1, "b")]);
        check(
            "x/src/a/c.rs",
            "use super::b::C; use super::super::d::E;",
            &[(1, "d")],
        );
    }

    #[test]
    fn super_leads_out_of_a_module_in_the_file() {
        let text = "mod inner {\n    use super::A;\n    use super::super::b::C;\n}";
        check("x/src/a.rs", text, &[(3, "b")]);
    }

    #[test]
    fn comments_tests_and_macros_name_nothing() {
        check(
            "x/src/a.rs",
            "//! [`crate::b`]\n#[cfg(test)]\nmod tests { use crate::b::C; }",
            &[],
        );
        check(
            "x/src/a.rs",
            "macro_rules! m { () => { $crate::b::C } }",
            &[],
        );
    }
}
