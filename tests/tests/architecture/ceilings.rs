//! Sizes that keep a file and a function readable, and calls that library code must not make.

use crate::tokens::{Function, Tokens};
use crate::tree::{File, library_files, report, source_files};

/// Lines of code in a library file, its tests left out.
const FILE_LINES: usize = 500;

/// The same for a catalogue: a file that is long because its subject is a long list, and whose second
/// line is `//! Catalogue: REASON`.
const CATALOGUE_LINES: usize = 800;

/// Lines of code in the body of a function.
const FUNCTION_LINES: usize = 60;

/// What library code must not do, with what to do instead: a library that ends its user's program is
/// worse than one that returns an error.
const FORBIDDEN: &[(&str, &str)] = &[
    (
        ".unwrap()",
        "return an error, or say why it can't fail with `expect(\"invariant: …\")`",
    ),
    ("panic!", "return an error"),
    ("todo!", "write it, or return `Error::unsupported`"),
    ("unimplemented!", "write it, or return `Error::unsupported`"),
    ("dbg!", "remove it"),
];

/// Forbidden calls that are right in one file: (file, needle, reason).
const ALLOWED: &[(&str, &str, &str)] = &[
    (
        "orm/src/session/access.rs",
        "panic!",
        "`Index` has no way to return an error; the fallible forms beside it do",
    ),
    (
        "orm/src/session/graph.rs",
        "panic!",
        "`Index` has no way to return an error; the fallible forms beside it do",
    ),
    (
        "orm/src/testing/statements.rs",
        "panic!",
        "an assertion of the user's tests, which fails them",
    ),
];

#[test]
fn files_begin_with_their_documentation() {
    let mut files = library_files();
    files.extend(source_files("tests"));
    let broken: Vec<String> = files
        .iter()
        .filter(|file| !file.text.starts_with("//!"))
        .map(|file| {
            format!(
                "{}: the first line isn't `//!`; say what is here and what is not",
                file.path
            )
        })
        .collect();
    report("every file opens with `//!`", &broken);
}

#[test]
fn files_are_short() {
    let broken: Vec<String> = library_files().iter().filter_map(too_long).collect();
    report(
        "a library file has few lines of code, tests left out",
        &broken,
    );
}

fn too_long(file: &File) -> Option<String> {
    let is_catalogue = file
        .text
        .lines()
        .nth(1)
        .is_some_and(|line| line.starts_with("//! Catalogue: "));
    let limit = if is_catalogue {
        CATALOGUE_LINES
    } else {
        FILE_LINES
    };
    let lines = Tokens::of(file).lines();
    (lines > limit).then(|| {
        format!(
            "{}: {lines} lines of code, {limit} allowed; split it by subject",
            file.path
        )
    })
}

#[test]
fn functions_are_short() {
    let broken: Vec<String> = library_files().iter().flat_map(long_functions).collect();
    report("a function has few lines of code", &broken);
}

fn long_functions(file: &File) -> Vec<String> {
    let mut functions = Tokens::of(file).functions();
    functions.retain(|function| function.lines > FUNCTION_LINES);
    let describe = |function: Function| {
        let (path, line, name, lines) = (&file.path, function.line, function.name, function.lines);
        format!(
            "{path}:{line}: `{name}` has {lines} lines of code, {FUNCTION_LINES} allowed; name its steps"
        )
    };
    functions.into_iter().map(describe).collect()
}

#[test]
fn only_tests_import_all_of_their_parent() {
    let mut files = library_files();
    files.extend(source_files("tests"));
    let broken: Vec<String> = files
        .iter()
        .flat_map(|file| {
            found(
                &file.path,
                &Tokens::of(file),
                "super::*",
                "name what you use",
            )
        })
        .collect();
    report("no `use super::*` outside tests", &broken);
}

#[test]
fn library_code_does_not_panic() {
    let mut broken = Vec::new();
    for file in library_files() {
        let tokens = Tokens::of(&file);
        for (needle, hint) in FORBIDDEN {
            if !ALLOWED
                .iter()
                .any(|(path, allowed, _)| *path == file.path && allowed == needle)
            {
                broken.extend(found(&file.path, &tokens, needle, hint));
            }
        }
        broken.extend(expects_without_a_reason(&file.path, &tokens));
    }
    report("library code returns errors", &broken);
}

#[test]
fn every_allowance_is_used() {
    let files = library_files();
    let is_used = |path: &str, needle: &str| {
        let file = files.iter().find(|file| file.path == path);
        file.is_some_and(|file| !Tokens::of(file).places(needle).is_empty())
    };
    let unused = ALLOWED
        .iter()
        .filter(|(path, needle, _)| !is_used(path, needle));
    let broken: Vec<String> = unused
        .map(|(path, needle, _)| format!("{path}: no `{needle}` any more; remove it from ALLOWED"))
        .collect();
    report("an exception that nothing needs is removed", &broken);
}

fn found(path: &str, tokens: &Tokens, needle: &str, hint: &str) -> Vec<String> {
    let lines = tokens.places(needle).into_iter();
    lines
        .map(|line| format!("{path}:{line}: `{needle}`; {hint}"))
        .collect()
}

/// `expect` is for what can't happen, and its text gives the reason. Without a literal it is another method of that name, such as
/// a parser's.
fn expects_without_a_reason(path: &str, tokens: &Tokens) -> Vec<String> {
    let texts = tokens.texts_given_to("expect").into_iter();
    let without = texts.filter(|(_, text)| !text.starts_with("invariant: "));
    let describe = |(line, _)| {
        format!("{path}:{line}: `expect` without a reason; begin its text with `invariant: `")
    };
    without.map(describe).collect()
}

#[cfg(test)]
mod tests {
    use super::{File, Tokens, expects_without_a_reason, found, long_functions, too_long};

    fn file(text: &str) -> File {
        File {
            path: "x/src/a.rs".into(),
            text: text.into(),
        }
    }

    fn tokens(text: &str) -> Tokens {
        Tokens::of(&file(text))
    }

    #[test]
    fn a_long_file_is_found_and_a_catalogue_may_be_longer() {
        let lines = "const A: u8 = 1;\n// why\n\n".repeat(501);
        let found = too_long(&file(&lines)).expect("501 lines are too many");
        assert!(found.contains("501 lines of code, 500 allowed"), "{found}");
        assert!(
            too_long(&file(&format!(
                "//! Keywords.\n//! Catalogue: all of them.\n{lines}"
            )))
            .is_none()
        );
        assert!(
            too_long(&file(&format!(
                "const A: u8 = 1;\n#[cfg(test)]\nmod tests {{\n{lines}\n}}"
            )))
            .is_none()
        );
    }

    #[test]
    fn a_long_function_is_found() {
        let text = |lines| format!("\n\nfn long() {{\n{}}}\n", "    f();\n".repeat(lines));
        assert!(long_functions(&file(&text(60))).is_empty());
        let found = long_functions(&file(&text(61)));
        assert!(
            found[0].starts_with("x/src/a.rs:3: `long` has 61 lines"),
            "{found:?}"
        );
    }

    #[test]
    fn a_call_is_found_with_its_line() {
        let found = found(
            "x/src/a.rs",
            &tokens("fn f() {\n    x.unwrap();\n}"),
            ".unwrap()",
            "don't",
        );
        assert_eq!(found, ["x/src/a.rs:2: `.unwrap()`; don't"]);
    }

    #[test]
    fn an_expectation_gives_its_reason() {
        let found = expects_without_a_reason(
            "x/src/a.rs",
            &tokens(
                "a.expect(\"invariant: b\");\na.expect(\n\"b\");\np.expect(Token::Comma);\na.expect(r\"c\");",
            ),
        );
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("x/src/a.rs:2: "), "{found:?}");
    }
}
