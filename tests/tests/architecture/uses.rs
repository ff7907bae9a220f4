//! Which modules and items of its crate a file names, in `use` and in other paths. Used by `layers` and `circles`.
//!
//! Names are taken from tokens, those of macros too. What a macro makes of them, and what a method call leads to, isn't
//! seen.

use std::collections::{BTreeSet, HashMap};

use proc_macro2::{Delimiter, Ident, Span, TokenTree};
use syn::ext::IdentExt;
use syn::{ItemUse, UseTree};

use crate::tokens::{Tokens, is_mark};

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
    /// What the file itself defines.
    pub(crate) defined: BTreeSet<String>,
}

/// The words before the name of an item.
const KINDS: &[&str] = &[
    "fn", "struct", "enum", "trait", "type", "const", "static", "union",
];

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
pub(crate) fn uses(tokens: &Tokens, module: &[String]) -> Uses {
    let trees: Vec<TokenTree> = tokens.trees.clone().into_iter().collect();
    let mut walk = Walk::default();
    walk.walk(&trees, 0);
    let found = walk.found;
    let mut context = Context {
        module,
        children: walk.children,
        names: HashMap::new(),
    };
    let imports = found.iter().filter(|mention| mention.import.is_some());
    for Mention { path, import, .. } in imports.clone() {
        // Of two names that are alike, of which one is in a function, the first counts.
        let name = import.as_ref().map_or("", |import| &import.name);
        context.names.entry(name.to_owned()).or_insert(path.clone());
    }
    let absolute = |mention: &Mention| context.absolute(mention.depth, &mention.path);
    let used = found.iter().filter(|mention| !mention.is_reexport());
    Uses {
        used: used
            .filter_map(|mention| {
                let line = mention.line;
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
        defined: walk.defined,
    }
}

/// A path as it is written.
#[derive(Debug)]
struct Mention {
    line: usize,
    /// In how many modules that are written inside the file it stands.
    depth: usize,
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
    /// The modules that are files below this one.
    children: Vec<String>,
    /// The names that `use` introduces, as they are written.
    names: HashMap<String, Vec<String>>,
}

impl Context<'_> {
    /// The path from the crate's root on, if it leads into the crate and out of what the file itself has.
    fn absolute(&self, depth: usize, path: &[String]) -> Option<Vec<String>> {
        let mut path = path.to_vec();
        // As long as the first name is itself the name of a path. A circle of names is no program.
        for _ in 0..8 {
            let first = path.first()?.clone();
            let is_module = path.len() > 1 && self.children.contains(&first);
            match first.as_str() {
                "crate" => return Some(path.split_off(1)),
                "self" | "super" => return self.relative(depth, &path),
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

    fn relative(&self, depth: usize, path: &[String]) -> Option<Vec<String>> {
        let ups = path.iter().filter(|name| *name == "super").count();
        let rest = &path[ups.max(usize::from(path[0] == "self"))..];
        let out = ups.checked_sub(depth)?;
        let kept = self.module.len().checked_sub(out)?;
        Some([&self.module[..kept], rest].concat())
    }
}

/// What is found in the tokens of a file.
#[derive(Default)]
struct Walk {
    found: Vec<Mention>,
    /// The modules that the file declares and doesn't hold.
    children: Vec<String>,
    defined: BTreeSet<String>,
}

impl Walk {
    fn walk(&mut self, trees: &[TokenTree], depth: usize) {
        let mut at = 0;
        while let Some(tree) = trees.get(at) {
            let (before, rest) = trees.split_at(at);
            at += match tree {
                TokenTree::Group(group) => {
                    let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                    self.walk(&inside, depth + usize::from(is_module(before)));
                    1
                }
                TokenTree::Ident(_) => {
                    self.item(rest);
                    let import = self.import(before, rest, depth);
                    import.unwrap_or_else(|| self.path(before, rest, depth))
                }
                _ => 1,
            };
        }
    }

    /// Takes the name of the item that begins here, if one does.
    fn item(&mut self, rest: &[TokenTree]) {
        match rest {
            [TokenTree::Ident(word), TokenTree::Ident(name), after, ..]
                if word == "mod" && is_mark(after, ';') =>
            {
                self.children.push(text(name));
            }
            [TokenTree::Ident(word), TokenTree::Ident(name), ..]
                if KINDS.iter().any(|kind| word == kind) =>
            {
                self.defined.insert(text(name));
            }
            [TokenTree::Ident(word), mark, TokenTree::Ident(name), ..]
                if word == "macro_rules" && is_mark(mark, '!') =>
            {
                self.defined.insert(text(name));
            }
            _ => {}
        }
    }

    /// Reads a `use`, and returns how many trees it has. One that has variables of a macro is left to `path`.
    fn import(&mut self, before: &[TokenTree], rest: &[TokenTree], depth: usize) -> Option<usize> {
        let is_use = matches!(&rest[0], TokenTree::Ident(word) if word == "use");
        let ends = |tree: &TokenTree| is_mark(tree, ';');
        let end = rest.iter().position(ends).filter(|_| is_use)?;
        let item: ItemUse = syn::parse2(rest[..=end].iter().cloned().collect()).ok()?;
        let leaf = Leaf {
            // A path that begins with colons leads to another crate: no module has an empty name.
            path: item
                .leading_colon
                .map(|_| String::new())
                .into_iter()
                .collect(),
            depth,
            is_public: is_public(before),
        };
        leaf.read(&item.tree, &mut self.found);
        Some(end + 1)
    }

    /// Reads a path that begins here, and returns how many trees it has.
    fn path(&mut self, before: &[TokenTree], rest: &[TokenTree], depth: usize) -> usize {
        let mut path = Vec::new();
        let mut length = 1;
        if let TokenTree::Ident(first) = &rest[0] {
            path.push(text(first));
        }
        while let [a, b, TokenTree::Ident(next), ..] = &rest[length..]
            && is_mark(a, ':')
            && is_mark(b, ':')
        {
            path.push(text(next));
            length += 3;
        }
        // Else it is a module's own name, as in `pub(super)`.
        let is_name = |name: &String| !matches!(&**name, "super" | "crate" | "self");
        if !is_continued(before) && path.last().is_some_and(is_name) {
            self.found.push(Mention {
                line: rest[0].span().start().line,
                depth,
                path,
                import: None,
            });
        }
        length
    }
}

/// Where the tree of a `use` has come to.
#[derive(Clone)]
struct Leaf {
    path: Vec<String>,
    depth: usize,
    is_public: bool,
}

impl Leaf {
    fn read(mut self, tree: &UseTree, found: &mut Vec<Mention>) {
        match tree {
            UseTree::Path(step) => {
                self.path.push(text(&step.ident));
                self.read(&step.tree, found);
            }
            UseTree::Group(group) => {
                let trees = group.items.iter();
                trees.for_each(|tree| self.clone().read(tree, found));
            }
            UseTree::Name(name) => self.end(&name.ident, &name.ident, found),
            UseTree::Rename(name) => self.end(&name.ident, &name.rename, found),
            UseTree::Glob(star) => self.end_as("*", "*", star.star_token.spans[0], found),
        }
    }

    fn end(self, name: &Ident, alias: &Ident, found: &mut Vec<Mention>) {
        self.end_as(&text(name), &text(alias), name.span(), found);
    }

    fn end_as(mut self, name: &str, alias: &str, place: Span, found: &mut Vec<Mention>) {
        // `{self, …}` is the module itself.
        let is_itself = name == "self" && !self.path.is_empty();
        if !is_itself {
            self.path.push(name.to_owned());
        }
        let alias = match self.path.last() {
            Some(last) if is_itself && alias == "self" => last.clone(),
            _ => alias.to_owned(),
        };
        found.push(Mention {
            line: place.start().line,
            depth: self.depth,
            path: self.path,
            import: Some(Import {
                name: alias,
                is_public: self.is_public,
            }),
        });
    }
}

fn text(name: &Ident) -> String {
    name.unraw().to_string()
}

/// Whether what comes next is a field or method, a variable of a macro, a lifetime, or the rest of a path.
fn is_continued(before: &[TokenTree]) -> bool {
    match before {
        [.., a, b] if is_mark(a, ':') && is_mark(b, ':') => true,
        // A range.
        [.., a, b] if is_mark(a, '.') && is_mark(b, '.') => false,
        [.., last] => is_mark(last, '.') || is_mark(last, '$') || is_mark(last, '\''),
        [] => false,
    }
}

/// Whether a module's name comes before, so that what stands in it follows.
fn is_module(before: &[TokenTree]) -> bool {
    matches!(before, [.., TokenTree::Ident(word), TokenTree::Ident(_)] if word == "mod")
}

/// Whether `pub` comes before, in the same item.
fn is_public(before: &[TokenTree]) -> bool {
    let is_of_item = |tree: &&TokenTree| match tree {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Parenthesis,
        tree => !is_mark(tree, ';'),
    };
    let mut words = before.iter().rev().take_while(is_of_item);
    words.any(|tree| matches!(tree, TokenTree::Ident(word) if word == "pub"))
}

#[cfg(test)]
mod tests {
    use super::{Tokens, Uses, module_path, uses};
    use crate::tree::File;

    fn read(path: &str, text: &str) -> Uses {
        let file = File {
            path: path.into(),
            text: text.into(),
        };
        uses(&Tokens::of(&file), &module_path("x", path))
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
    fn bodies_and_macros_are_looked_into() {
        let text = "fn f() {\n    use super::b::{self, C};\n    m!(crate::d::E, b::g(1..b::H));\n}";
        check(
            "x/src/a.rs",
            text,
            &[(2, "b"), (2, "b::C"), (3, "d::E"), (3, "b::g"), (3, "b::H")],
        );
        let text = "macro_rules! m { ($a:ident) => { fn $a() { use crate::b::C; crate::d::E } } }";
        check("x/src/a.rs", text, &[(1, "b::C"), (1, "d::E")]);
    }

    #[test]
    fn another_crate_is_left_out() {
        let text = "use ::b::C;\nmod b;\nfn f<'b>(x: ::b::C, y: &'b C) -> impl Sized + use<'b> {}";
        check("x/src/a.rs", text, &[]);
    }

    #[test]
    fn items_are_defined() {
        let text = "pub struct A;\nmod m { const fn b() {} }\nmacro_rules! c { () => {} }\nm! { enum D {} }";
        let defined = read("x/src/a.rs", text).defined;
        assert!(
            ["A", "b", "c", "D"]
                .iter()
                .all(|name| defined.contains(*name))
        );
        assert!(!defined.contains("m"));
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
