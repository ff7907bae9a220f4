//! A Rust file as the rules see it: its code without comments, literals and tests.

use std::ops::Range;

use crate::scan::{is_word, mask};
use crate::tree::File;

/// A Rust file. In `masked` all that isn't code is blank; a place in it is the same in `original`.
pub(crate) struct Code {
    pub(crate) original: Vec<char>,
    pub(crate) masked: Vec<char>,
}

/// A function with a body.
#[derive(Debug, PartialEq)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) line: usize,
    /// Lines of code in the body. Comments and blank lines are free, as in clippy's `too_many_lines`.
    pub(crate) lines: usize,
}

impl Code {
    pub(crate) fn new(file: &File) -> Self {
        let mut masked = mask(&file.text);
        for attribute in ["#[cfg(test)]", "#[test]"] {
            while let Some(&begin) = places(&masked, attribute).first() {
                let end = item_end(&masked, begin + attribute.len());
                blank(&mut masked[begin..end]);
            }
        }
        let original = file.text.chars().collect();
        Self { original, masked }
    }

    /// The places where `needle` stands in the code, not as a part of a longer name.
    pub(crate) fn places(&self, needle: &str) -> Vec<usize> {
        places(&self.masked, needle)
    }

    /// The number of the line that `place` is in, as editors count.
    pub(crate) fn line(&self, place: usize) -> usize {
        1 + self.masked[..place].iter().filter(|c| **c == '\n').count()
    }

    /// The number of lines with code on them.
    pub(crate) fn lines(&self) -> usize {
        lines(&self.masked)
    }

    /// The functions that have a body, nested ones too.
    pub(crate) fn functions(&self) -> Vec<Function> {
        let begins = self.places("fn");
        begins
            .into_iter()
            .filter_map(|begin| self.function(begin))
            .collect()
    }

    /// From brace to brace, the modules that are written inside the file, nested ones too.
    pub(crate) fn inline_modules(&self) -> Vec<Range<usize>> {
        let open = |begin| body_or_semicolon(&self.masked, begin);
        let opens = self.places("mod").into_iter().map(open);
        let braces = opens.filter(|open| self.masked.get(*open) == Some(&'{'));
        braces
            .map(|open| open..closing_brace(&self.masked, open))
            .collect()
    }

    fn function(&self, begin: usize) -> Option<Function> {
        let name = word(&self.masked, skip_blanks(&self.masked, begin + 2));
        // A type such as `fn(u8)`, and `fn $name` or `fn #name` of a macro, have no name here.
        if name.is_empty() {
            return None;
        }
        let open = body_or_semicolon(&self.masked, begin);
        if self.masked.get(open) != Some(&'{') {
            return None;
        }
        let end = closing_brace(&self.masked, open);
        let body = self.masked.get(open + 1..end - 1).unwrap_or_default();
        Some(Function {
            name,
            line: self.line(begin),
            lines: lines(body),
        })
    }
}

fn lines(code: &[char]) -> usize {
    let has_code = |line: &&[char]| line.iter().any(|c| !c.is_whitespace());
    code.split(|c| *c == '\n').filter(has_code).count()
}

fn blank(code: &mut [char]) {
    for c in code.iter_mut().filter(|c| **c != '\n') {
        *c = ' ';
    }
}

fn places(code: &[char], needle: &str) -> Vec<usize> {
    let needle: Vec<char> = needle.chars().collect();
    let joins =
        |outside: Option<&char>, edge: char| is_word(edge) && outside.is_some_and(|c| is_word(*c));
    let is_place = |at: &usize| {
        let end = at + needle.len();
        code[*at..end] == needle[..]
            && !joins(
                at.checked_sub(1).and_then(|before| code.get(before)),
                needle[0],
            )
            && !joins(code.get(end), needle[needle.len() - 1])
    };
    let last = code.len().saturating_sub(needle.len());
    (0..=last)
        .filter(|at| at + needle.len() <= code.len())
        .filter(is_place)
        .collect()
}

/// The name at `at`, empty if there is none.
pub(crate) fn word(code: &[char], at: usize) -> String {
    code.iter().skip(at).take_while(|c| is_word(**c)).collect()
}

/// The first place from `at` on that isn't blank.
pub(crate) fn skip_blanks(code: &[char], at: usize) -> usize {
    at + code
        .iter()
        .skip(at)
        .take_while(|c| c.is_whitespace())
        .count()
}

/// The end of the item that follows an attribute: of its body, or of its semicolon.
fn item_end(code: &[char], at: usize) -> usize {
    let stop = body_or_semicolon(code, at);
    match code.get(stop) {
        Some('{') => closing_brace(code, stop),
        Some(_) => stop + 1,
        None => code.len(),
    }
}

/// The place of the first `{` or `;` that no parenthesis or bracket encloses, else the end.
fn body_or_semicolon(code: &[char], from: usize) -> usize {
    let mut depth = 0;
    for (at, c) in code.iter().enumerate().skip(from) {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '{' | ';' if depth == 0 => return at,
            _ => {}
        }
    }
    code.len()
}

/// The place after the brace that closes the one at `open`, else the end.
pub(crate) fn closing_brace(code: &[char], open: usize) -> usize {
    let mut depth = 0;
    for (at, c) in code.iter().enumerate().skip(open) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    code.len()
}

#[cfg(test)]
mod tests {
    use super::{Code, File, Function};

    fn code(text: &str) -> Code {
        Code::new(&File {
            path: "x/src/a.rs".into(),
            text: text.into(),
        })
    }

    #[test]
    fn tests_are_no_code() {
        let code = code(
            "fn a() {}\n#[cfg(test)]\nmod tests {\n  fn b() { \"}\" }\n}\nfn c() {}\n#[cfg(test)]\nmod d;\n#[test]\nfn e() {}\n",
        );
        let names: Vec<String> = code.functions().into_iter().map(|f| f.name).collect();
        assert_eq!(names, ["a", "c"]);
        assert_eq!(code.lines(), 2);
    }

    #[test]
    fn an_array_type_does_not_end_a_test_item() {
        let code = code("#[cfg(test)]\nconst X: [u8; 2] = [1, 2];\nfn a() {}");
        assert_eq!(code.lines(), 1);
    }

    #[test]
    fn functions_count_their_lines_of_code() {
        let code = code(
            "struct S;\nfn long(x: [u8; 2]) -> u8 {\n  // why\n\n  let f: fn(u8) -> u8 = g;\n  { f(x[0]) }\n}\ntrait T { fn none(&self); }\n",
        );
        let long = Function {
            name: "long".into(),
            line: 2,
            lines: 2,
        };
        assert_eq!(code.functions(), [long]);
    }

    #[test]
    fn a_needle_is_a_whole_name() {
        let code = code("panic!(); my_panic!(); // panic!\nx.unwrap(); x.unwrap_or(1)");
        assert_eq!(code.places("panic!").len(), 1);
        assert_eq!(code.places(".unwrap()").len(), 1);
        assert_eq!(code.line(code.places(".unwrap()")[0]), 2);
    }
}
