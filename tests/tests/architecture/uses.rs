//! Which modules and items of its crate a file names, in `use` and in other paths. Used by `layers` and `circles`.
//!
//! Names are taken as text: what a macro makes of them, and what a method call leads to, isn't seen.

use std::collections::HashMap;

use crate::code::{Code, skip_blanks, word};
use crate::scan::is_word;

/// A path into the file's own crate, from the crate's root on. The star of a glob is its last name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Use {
    pub(crate) line: usize,
    pub(crate) path: Vec<String>,
}

/// What a file names of its crate.
#[derive(Debug, Default)]
pub(crate) struct Uses {
    /// What its own code uses: a re-export is no use, unless its name stands elsewhere in the file.
    pub(crate) used: Vec<Use>,
    /// The names that `use` introduces, each with where it leads; empty if that is another crate.
    pub(crate) names: HashMap<String, Vec<String>>,
    /// The modules whose names a glob brings in.
    pub(crate) globs: Vec<Vec<String>>,
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

/// What the code of the file that is `module` names of its crate.
pub(crate) fn uses(code: &Code, module: &[String]) -> Uses {
    let found = mentions(&code.masked);
    let mut context = Context {
        module,
        inline: code.inline_modules(),
        children: children(code),
        names: HashMap::new(),
    };
    let imports = found.iter().filter(|mention| mention.import.is_some());
    for Mention { path, import, .. } in imports.clone() {
        // Of two names that are alike, of which one is in a function, the first counts.
        let name = import.as_ref().map_or("", |import| &import.name);
        context.names.entry(name.to_owned()).or_insert(path.clone());
    }
    let absolute = |mention: &Mention| context.absolute(mention.at, &mention.path);
    let used = found.iter().filter(|mention| !mention.is_reexport());
    Uses {
        used: used
            .filter_map(|mention| {
                let line = code.line(mention.at);
                absolute(mention).map(|path| Use { line, path })
            })
            .collect(),
        names: imports
            .clone()
            .rev()
            .filter_map(|mention| {
                let name = mention.import.as_ref()?.name.clone();
                Some((name, absolute(mention).unwrap_or_default()))
            })
            .collect(),
        globs: imports
            .filter(|mention| mention.import.as_ref().is_some_and(|i| i.name == "*"))
            .filter_map(absolute)
            .map(|mut path| {
                path.pop();
                path
            })
            .collect(),
    }
}

/// A path as it is written.
#[derive(Debug)]
struct Mention {
    at: usize,
    path: Vec<String>,
    /// If it stands in a `use`.
    import: Option<Import>,
}

/// What a `use` introduces.
#[derive(Clone, Debug)]
struct Import {
    name: String,
    is_public: bool,
}

impl Mention {
    fn is_reexport(&self) -> bool {
        self.import.as_ref().is_some_and(|import| import.is_public)
    }
}

/// What a path of a file is relative to.
struct Context<'a> {
    module: &'a [String],
    inline: Vec<std::ops::Range<usize>>,
    /// The modules that are files below this one.
    children: Vec<String>,
    /// The names that `use` introduces, as they are written.
    names: HashMap<String, Vec<String>>,
}

impl Context<'_> {
    /// The path from the crate's root on, if it leads into the crate and out of what the file itself has.
    fn absolute(&self, at: usize, path: &[String]) -> Option<Vec<String>> {
        let mut path = path.to_vec();
        // As long as the first name is itself the name of a path. A circle of names is no program.
        for _ in 0..8 {
            let first = path.first()?.clone();
            let is_module = path.len() > 1 && self.children.contains(&first);
            match first.as_str() {
                "crate" => return Some(path.split_off(1)),
                "self" | "super" => return self.relative(at, &path),
                _ if is_module => return Some([self.module, &path].concat()),
                _ => {
                    let known = self.names.get(&first)?;
                    if known.first() == Some(&first) && !self.children.contains(&first) {
                        return None;
                    }
                    path = [known, &path[1..]].concat();
                }
            }
        }
        None
    }

    fn relative(&self, at: usize, path: &[String]) -> Option<Vec<String>> {
        let depth = self.inline.iter().filter(|body| body.contains(&at)).count();
        let ups = path.iter().filter(|name| *name == "super").count();
        let rest = &path[ups.max(usize::from(path[0] == "self"))..];
        let out = ups.checked_sub(depth)?;
        let kept = self.module.len().checked_sub(out)?;
        Some([&self.module[..kept], rest].concat())
    }
}

/// The modules that a file declares and doesn't hold.
fn children(code: &Code) -> Vec<String> {
    let names = code.places("mod").into_iter().filter_map(|at| {
        let begin = skip_blanks(&code.masked, at + "mod".len());
        let name = word(&code.masked, begin);
        let end = skip_blanks(&code.masked, begin + name.len());
        (code.masked.get(end) == Some(&';')).then_some(name)
    });
    names.collect()
}

/// All paths of a file, from single names on.
fn mentions(code: &[char]) -> Vec<Mention> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < code.len() {
        if !is_word(code[at]) {
            at += 1;
            continue;
        }
        let name = word(code, at);
        let begin = at;
        at += name.len_chars();
        // A field or method, a name of a macro, the rest of a path.
        let before = begin.checked_sub(1).map(|before| code[before]);
        let is_range = begin >= 2 && code[begin - 2] == '.';
        if matches!(before, Some('$' | ':' | '\'')) && !is_type_of(code, begin)
            || before == Some('.') && !is_range
        {
            continue;
        }
        if name == "use" && code.get(skip_blanks(code, at)) != Some(&'<') {
            let is_public = is_public(code, begin);
            at = tree(code, (skip_blanks(code, at), &[]), is_public, &mut found);
            continue;
        }
        let mut path = vec![name];
        while code[at..].starts_with(&[':', ':']) && code.get(at + 2).is_some_and(|c| is_word(*c)) {
            let next = word(code, at + 2);
            at += 2 + next.len_chars();
            path.push(next);
        }
        // Else it is a module's own name, as in `pub(super)`.
        if path
            .last()
            .is_some_and(|name| !matches!(&**name, "super" | "crate" | "self"))
        {
            found.push(Mention {
                at: begin,
                path,
                import: None,
            });
        }
    }
    found
}

/// Whether a colon before a name is a single one.
fn is_type_of(code: &[char], begin: usize) -> bool {
    begin >= 2 && code[begin - 1] == ':' && code[begin - 2] != ':'
}

fn is_public(code: &[char], begin: usize) -> bool {
    let end = code[..begin]
        .iter()
        .rposition(|c| matches!(c, ';' | '{' | '}' | ']'));
    let text: String = code[end.map_or(0, |end| end + 1)..begin].iter().collect();
    text.trim_start().starts_with("pub")
}

/// Reads a tree of `use` behind `prefix`, and returns where it ends.
fn tree(
    code: &[char],
    (at, prefix): (usize, &[String]),
    is_public: bool,
    found: &mut Vec<Mention>,
) -> usize {
    let (begin, mut at, mut path) = (at, at, prefix.to_vec());
    loop {
        match code.get(at) {
            Some('{') => {
                at = skip_blanks(code, at + 1);
                while code.get(at).is_some_and(|c| *c != '}') {
                    at = tree(code, (at, &path), is_public, found);
                    at = skip_blanks(code, at + usize::from(code.get(at) == Some(&',')));
                }
                return at + 1;
            }
            Some('*') => path.push("*".to_owned()),
            _ => path.push(word(code, at)),
        }
        at += path.last().map_or(0, |name| name.len_chars().max(1));
        if !code[at.min(code.len())..].starts_with(&[':', ':']) {
            break;
        }
        at = skip_blanks(code, at + 2);
    }
    // `{self, …}` is the module itself.
    if path.len() > 1 && path.last().is_some_and(|name| name == "self") {
        path.pop();
    }
    let mut name = path.last().cloned().unwrap_or_default();
    let behind = skip_blanks(code, at);
    if word(code, behind) == "as" {
        let alias = skip_blanks(code, behind + 2);
        name = word(code, alias);
        at = alias + name.len_chars();
    }
    let import = Some(Import { name, is_public });
    found.push(Mention {
        at: begin,
        path,
        import,
    });
    skip_blanks(code, at)
}

/// Places are counted in characters.
trait LenChars {
    fn len_chars(&self) -> usize;
}

impl LenChars for String {
    fn len_chars(&self) -> usize {
        self.chars().count()
    }
}

#[cfg(test)]
mod tests {
    use super::{Code, Uses, module_path, uses};
    use crate::tree::File;

    fn read(path: &str, text: &str) -> Uses {
        let file = File {
            path: path.into(),
            text: text.into(),
        };
        uses(&Code::new(&file), &module_path("x", path))
    }

    #[track_caller]
    fn check(path: &str, text: &str, expected: &[(usize, &str)]) {
        let found = read(path, text).used;
        let found: Vec<_> = found
            .iter()
            .map(|to| (to.line, to.path.join("::")))
            .collect();
        let found: Vec<_> = found.iter().map(|(line, to)| (*line, &**to)).collect();
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
            &[(1, "b::C"), (2, "d::E")],
        );
        check("x/src/a.rs", "use crate::*;", &[(1, "*")]);
        check("x/src/a.rs", "use mycrate::b;", &[]);
    }

    #[test]
    fn braces_hold_several_paths() {
        let text =
            "use crate::{\n    b::{self, C},\n    d,\n};\nuse crate::{e, f::{G as H, i::*}};";
        check(
            "x/src/a.rs",
            text,
            &[
                (2, "b"),
                (2, "b::C"),
                (3, "d"),
                (5, "e"),
                (5, "f::G"),
                (5, "f::i::*"),
            ],
        );
    }

    #[test]
    fn super_leads_up() {
        check("x/src/a.rs", "use super::b::C;", &[(1, "b::C")]);
        check(
            "x/src/a/c.rs",
            "use super::b::C; use super::super::d::E;",
            &[(1, "a::b::C"), (1, "d::E")],
        );
    }

    #[test]
    fn super_leads_out_of_a_module_in_the_file() {
        let text = "mod inner {\n    use super::A;\n    use super::super::b::C;\n}";
        check("x/src/a.rs", text, &[(2, "a::A"), (3, "b::C")]);
    }

    #[test]
    fn names_lead_where_use_says() {
        let text = "use super::b;\nfn f() { b::g(); x.b(); y::b() }";
        check("x/src/a.rs", text, &[(1, "b"), (2, "b::g")]);
        let text = "mod c;\nfn f() { c::g() }";
        check("x/src/a/mod.rs", text, &[(2, "a::c::g")]);
    }

    #[test]
    fn a_re_export_is_a_use_only_if_its_name_is_used() {
        let text = "mod c;\npub use c::D;\npub(crate) use c::E;\nfn f(x: &E) {}";
        check("x/src/a/mod.rs", text, &[(4, "a::c::E")]);
        let names = read("x/src/a/mod.rs", text).names;
        assert_eq!(names["D"], ["a", "c", "D"]);
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
