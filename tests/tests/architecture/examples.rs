//! Public functions have an example that is compiled and run: all methods of the types that programs use most, and most
//! of the rest.
//!
//! An example is a block of Rust in the documentation. It counts for the function that it documents, and, outside of
//! [`ALL_OF`], for those of its type, trait or module that it calls by name.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{Attribute, Ident, ImplItem, Item, TraitItem, Type, UseTree, Visibility};

use crate::source::{attributes, documentation, is_hidden, parse};
use crate::tree::{LIBRARIES, report, source_files};
use crate::uses::module_path;

/// The types whose methods all have an example of their own, each with its file or folder: `orm_core` has a statement of
/// the same name for some.
const ALL_OF: &[(&str, &str)] = &[
    ("Session", "orm/src/session/"),
    ("Select", "orm/src/query/"),
    ("Insert", "orm/src/query/"),
    ("Update", "orm/src/query/"),
    ("Delete", "orm/src/query/"),
    ("Engine", "orm/src/"),
    ("Connection", "orm/src/engine/"),
    ("Column", "orm/src/"),
    ("Expr", "orm/src/query/"),
    ("Metadata", "orm/src/"),
];

/// Traits whose methods the library calls: a dialect, a driver or a derive implements them, and a program never calls one.
const IMPLEMENTED: &[&str] = &[
    "Codec",
    "Connection",
    "ConstraintDef",
    "Cursor",
    "CustomType",
    "DbType",
    "Dialect",
    "Driver",
    "Entities",
    "Entity",
    "EnumType",
    "Executor",
    "Expected",
    "Extension",
    "ExtensionValue",
    "FromRow",
    "FromTest",
    "IntoField",
    "IntoKey",
    "Key",
    "KeyField",
    "Model",
    "NestedRow",
    "NewRow",
    "Operand",
    "OptionalSelection",
    "Outcome",
    "RawValue",
    "ReadStatement",
    "RowField",
    "SelectList",
    "SelectedAs",
    "SelectedField",
    "SetUp",
    "TransactionResult",
    "WriteSql",
];

/// What the dialects' own tests are made of, which no program names.
const FIXTURES: &str = "orm/core/src/testing/golden/";

/// How many of a hundred public functions have an example.
const SHARE: usize = 80;

#[test]
fn public_functions_have_examples() {
    let functions = public_functions();
    let without = |function: &&Function| !function.has_example;
    let mut broken: Vec<String> = functions
        .iter()
        .filter(|function| is_in_all_of(function) && !function.has_own_example)
        .map(|function| format!("{}: write an example of its own", function.describe()))
        .collect();
    let shown = functions.len() - functions.iter().filter(without).count();
    if shown * 100 < functions.len() * SHARE {
        broken.push(format!(
            "{shown} of {} public functions have an example, {SHARE} in 100 must; without one are:",
            functions.len()
        ));
        broken.extend(functions.iter().filter(without).map(Function::describe));
    }
    report("public functions show their SQL in an example", &broken);
}

#[test]
fn the_types_whose_examples_are_complete_exist() {
    let functions = public_functions();
    let is_missing = |entry: &&(&str, &str)| {
        let is_of = |function: &Function| is_of(entry, function);
        !functions.iter().any(is_of)
    };
    let missing = ALL_OF.iter().filter(is_missing);
    let broken: Vec<String> = missing
        .map(|(name, place)| format!("{place}: no methods of `{name}`; correct ALL_OF"))
        .collect();
    report("each type of ALL_OF has methods", &broken);
}

fn is_in_all_of(function: &Function) -> bool {
    ALL_OF.iter().any(|entry| is_of(entry, function))
}

fn is_of((name, place): &(&str, &str), function: &Function) -> bool {
    function.of == *name && function.file.starts_with(place)
}

/// A function that a program can call.
struct Function {
    file: String,
    line: usize,
    /// The type or trait whose method it is; empty for a free function.
    of: String,
    name: String,
    has_own_example: bool,
    has_example: bool,
}

impl Function {
    fn describe(&self) -> String {
        let of = if self.of.is_empty() { "" } else { "::" };
        format!("{}:{}: {}{of}{}", self.file, self.line, self.of, self.name)
    }
}

/// The functions of the libraries that are exported and documented. An item is exported if it is `pub`: the compiler
/// refuses a `pub` that leads nowhere (`unreachable_pub`).
fn public_functions() -> Vec<Function> {
    let mut all = Vec::new();
    for library in LIBRARIES.iter().filter(|library| **library != "orm/macros") {
        let files: Vec<_> = source_files(library)
            .into_iter()
            .filter(|file| !file.path.starts_with(FIXTURES))
            .map(|file| (parse(&file), file.path))
            .collect();
        let mut exports = Exports::default();
        for (file, path) in &files {
            exports.module = module_path(library, path);
            exports.visit_file(file);
        }
        let mut found = Found::default();
        for (file, path) in &files {
            found.module = module_path(library, path);
            found.file(file, path, &exports);
        }
        found.show_in_types();
        all.append(&mut found.functions);
    }
    all
}

/// The names of a crate that only its hidden modules export: what derives emit, no part of the contract.
#[derive(Default)]
struct Exports {
    hidden: BTreeSet<String>,
    shown: BTreeSet<String>,
    /// Types, traits and functions that are hidden where they are defined, or private.
    private: BTreeSet<String>,
    public: BTreeSet<String>,
    /// The modules that a program can name, as far as their declarations show.
    modules: BTreeSet<Vec<String>>,
    /// The module that is read, and whether it is hidden.
    module: Vec<String>,
    is_hidden: bool,
}

impl Exports {
    fn is_public(&self, name: &str) -> bool {
        let only_hidden = self.hidden.contains(name) && !self.shown.contains(name);
        let private = self.private.contains(name) && !self.public.contains(name);
        !only_hidden && !private
    }

    /// Whether what a module defines can be named as its item: the module and all above it are public.
    fn is_open(&self, module: &[String]) -> bool {
        (1..=module.len()).all(|end| self.modules.contains(&module[..end]))
    }

    /// Whether a program can name an item of a module.
    fn is_exported(&self, name: &str, module: &[String]) -> bool {
        self.is_public(name) && (self.is_open(module) || self.shown.contains(name))
    }

    fn define(&mut self, name: &Ident, visibility: &Visibility, attributes: &[Attribute]) {
        let public = matches!(visibility, Visibility::Public(_)) && !is_hidden(attributes);
        let names = if public {
            &mut self.public
        } else {
            &mut self.private
        };
        names.insert(name.to_string());
    }
}

impl<'ast> Visit<'ast> for Exports {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        let outer = self.is_hidden;
        self.is_hidden |= is_hidden(&module.attrs);
        self.module.push(module.ident.to_string());
        if is_public(&module.vis) && !self.is_hidden {
            self.modules.insert(self.module.clone());
        }
        visit::visit_item_mod(self, module);
        self.module.pop();
        self.is_hidden = outer;
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if matches!(item.vis, Visibility::Public(_)) {
            let hidden = self.is_hidden || is_hidden(&item.attrs);
            let names = if hidden {
                &mut self.hidden
            } else {
                &mut self.shown
            };
            add_names(&item.tree, names);
        }
    }

    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Struct(item) => self.define(&item.ident, &item.vis, &item.attrs),
            Item::Enum(item) => self.define(&item.ident, &item.vis, &item.attrs),
            Item::Trait(item) => self.define(&item.ident, &item.vis, &item.attrs),
            Item::Type(item) => self.define(&item.ident, &item.vis, &item.attrs),
            _ => {}
        }
        visit::visit_item(self, item);
    }
}

fn add_names(tree: &UseTree, names: &mut BTreeSet<String>) {
    match tree {
        UseTree::Path(path) => add_names(&path.tree, names),
        UseTree::Name(name) => {
            names.insert(name.ident.to_string());
        }
        UseTree::Rename(name) => {
            names.insert(name.ident.to_string());
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| add_names(tree, names)),
        UseTree::Glob(_) => {}
    }
}

/// The functions of a crate, and the examples of what they belong to.
#[derive(Default)]
struct Found {
    /// The module that is read.
    module: Vec<String>,
    functions: Vec<Function>,
    /// The examples in the documentation of types and traits, by their names.
    examples: BTreeMap<String, String>,
}

impl Found {
    fn file(&mut self, file: &syn::File, path: &str, exports: &Exports) {
        let of_file = examples(&file.attrs);
        self.examples
            .entry(path.to_owned())
            .or_default()
            .push_str(&of_file);
        self.items(&file.items, path, exports);
    }

    fn items(&mut self, items: &[Item], path: &str, exports: &Exports) {
        for item in items.iter().filter(|item| !is_hidden(attributes(item))) {
            match item {
                Item::Fn(item)
                    if is_public(&item.vis)
                        && exports.is_exported(&item.sig.ident.to_string(), &self.module) =>
                {
                    self.function(path, "", &item.sig.ident, &item.attrs);
                }
                Item::Impl(block) if block.trait_.is_none() => self.methods(block, path, exports),
                Item::Trait(item)
                    if is_public(&item.vis) && self.is_called(&item.ident.to_string(), exports) =>
                {
                    let name = item.ident.to_string();
                    self.example(&name, &item.attrs);
                    for item in &item.items {
                        if let TraitItem::Fn(item) = item
                            && !is_hidden(&item.attrs)
                        {
                            self.function(path, &name, &item.sig.ident, &item.attrs);
                        }
                    }
                }
                Item::Struct(item) => self.example(&item.ident.to_string(), &item.attrs),
                Item::Enum(item) => self.example(&item.ident.to_string(), &item.attrs),
                Item::Mod(item) => {
                    if let Some((_, items)) = &item.content {
                        self.items(items, path, exports);
                    }
                }
                _ => {}
            }
        }
    }

    fn methods(&mut self, block: &syn::ItemImpl, path: &str, exports: &Exports) {
        let Some(of) =
            type_name(&block.self_ty).filter(|name| exports.is_exported(name, &self.module))
        else {
            return;
        };
        self.example(&of, &block.attrs);
        for item in &block.items {
            if let ImplItem::Fn(item) = item
                && is_public(&item.vis)
                && !is_hidden(&item.attrs)
            {
                self.function(path, &of, &item.sig.ident, &item.attrs);
            }
        }
    }

    /// Whether programs call the methods of a trait.
    fn is_called(&self, name: &str, exports: &Exports) -> bool {
        exports.is_exported(name, &self.module) && !IMPLEMENTED.contains(&name)
    }

    fn example(&mut self, of: &str, attributes: &[Attribute]) {
        let of = self.examples.entry(of.to_owned()).or_default();
        of.push_str(&examples(attributes));
    }

    fn function(&mut self, file: &str, of: &str, name: &Ident, attributes: &[Attribute]) {
        let has_own_example = !examples(attributes).is_empty();
        self.functions.push(Function {
            file: file.to_owned(),
            line: name.span().start().line,
            of: of.to_owned(),
            name: name.to_string(),
            has_own_example,
            has_example: has_own_example,
        });
    }

    /// Counts what the example of a type, a trait or a file calls by name.
    fn show_in_types(&mut self) {
        for function in &mut self.functions {
            let calls = |owner: &String| {
                let text = self.examples.get(owner).map_or("", String::as_str);
                calls(text, &function.name)
            };
            function.has_example |= calls(&function.of) || calls(&function.file);
        }
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// The name of the type whose methods a block has.
fn type_name(of: &Type) -> Option<String> {
    match of {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    }
}

/// The code of the examples in some documentation that are compiled and run, or compiled at least.
fn examples(attributes: &[Attribute]) -> String {
    let text = documentation(attributes);
    let (mut code, mut inside) = (String::new(), None);
    for line in text.lines().map(str::trim) {
        match (line.strip_prefix("```"), inside) {
            (Some(_), Some(_)) => inside = None,
            (Some(kind), None) => inside = Some(is_tested(kind)),
            (None, Some(true)) => {
                code.push_str(line);
                code.push('\n');
            }
            (None, _) => {}
        }
    }
    code
}

/// Whether a block of that kind is compiled: not text, nor ignored, nor one that must fail.
fn is_tested(kind: &str) -> bool {
    kind.split(',')
        .map(str::trim)
        .all(|word| matches!(word, "" | "rust" | "no_run" | "should_panic"))
}

/// Whether some code calls a function of that name: `name(` or `name::<`, not as a part of a longer name.
fn calls(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = &code[at + name.len()..];
        let is_part = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !is_part && (after.starts_with('(') || after.starts_with("::<"))
    })
}

#[cfg(test)]
mod tests {
    use super::{calls, examples};

    fn code(text: &str) -> String {
        let item: syn::ItemFn = syn::parse_str(text).expect("a function");
        examples(&item.attrs)
    }

    #[test]
    fn an_example_is_a_block_of_rust() {
        assert_eq!(
            code("/// a\n/// ```\n/// f(1);\n/// ```\nfn f() {}"),
            "f(1);\n"
        );
        assert_eq!(
            code("/// ```no_run\n/// f(1);\n/// ```\nfn f() {}"),
            "f(1);\n"
        );
        assert_eq!(code("/// ```sql\n/// SELECT 1\n/// ```\nfn f() {}"), "");
        assert_eq!(code("/// ```text\n/// f(1)\n/// ```\nfn f() {}"), "");
        assert_eq!(code("/// f(1)\nfn f() {}"), "");
    }

    #[test]
    fn a_call_names_its_function_whole() {
        assert!(calls("a.len()", "len"));
        assert!(calls("of::<User>()", "of"));
        assert!(!calls("a.my_len()", "len"));
        assert!(!calls("a.length()", "len"));
        assert!(!calls("a.len", "len"));
    }
}
