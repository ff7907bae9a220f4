//! What goes through a statement names every node of it, so that a new one does not compile until every pass knows it:
//! no `match` on an enum of `orm_core::stmt`, or on a tuple with one, has an arm for all others.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::visit::{self, Visit};
use syn::{Arm, ExprMatch, Macro, Pat, Path};

use crate::source::parse;
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
    let mut matches = Matches {
        path: &file.path,
        nodes: nodes_of(&file.path),
        broken: Vec::new(),
    };
    matches.visit_file(&parse(file));
    matches.broken
}

/// What is found in the matches of a file.
struct Matches<'f> {
    path: &'f str,
    nodes: Vec<&'static str>,
    broken: Vec<String>,
}

/// A dialect for another version passes each call on: with a default of the trait it would render different SQL.
#[test]
fn a_dialect_of_a_version_passes_every_method_on() {
    let files = library_files();
    let file = |path: &str| {
        let found = files.iter().find(|file| file.path == path);
        parse(found.unwrap_or_else(|| panic!("{path} is missing")))
    };
    let mut declared = Vec::new();
    for item in file("orm/core/src/sql/dialect.rs").items {
        if let syn::Item::Trait(item) = item
            && item.ident == "Dialect"
        {
            declared.extend(item.items.into_iter().filter_map(|item| match item {
                syn::TraitItem::Fn(method) => Some(method.sig.ident.to_string()),
                _ => None,
            }));
        }
    }
    assert!(declared.len() > 20, "{declared:?}");
    let mut passed = Vec::new();
    for item in file("orm/core/src/sql/of_version.rs").items {
        if let syn::Item::Impl(item) = item {
            passed.extend(item.items.into_iter().filter_map(|item| match item {
                syn::ImplItem::Fn(method) => Some(method.sig.ident.to_string()),
                _ => None,
            }));
        }
    }
    declared.retain(|method| !passed.contains(method));
    report(
        "orm/core/src/sql/of_version.rs passes every method of `Dialect` on to the dialect",
        &declared,
    );
}

impl Matches<'_> {
    fn check(&mut self, arms: &[Arm], place: Span) {
        let on_nodes = arms.iter().any(|arm| names_a_node(&arm.pat, &self.nodes));
        let takes_all = |arm: &Arm| arm.guard.is_none() && is_all(&arm.pat);
        if on_nodes && arms.iter().any(takes_all) {
            let (path, line) = (self.path, place.start().line);
            self.broken
                .push(format!("{path}:{line}: an arm takes every other node"));
        }
    }

    /// Looks into the matches of a macro's tokens, where syn sees no expressions.
    fn look_into(&mut self, tokens: TokenStream) {
        let mut place = None;
        for token in tokens {
            match token {
                TokenTree::Ident(word) if word == "match" => place = Some(word.span()),
                TokenTree::Group(group) => {
                    if group.delimiter() == Delimiter::Brace
                        && let Some(place) = place.take()
                        && let Ok(arms) = arms.parse2(without_dollars(group.stream()))
                    {
                        self.check(&arms, place);
                    }
                    self.look_into(group.stream());
                }
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Matches<'_> {
    fn visit_expr_match(&mut self, expr: &'ast ExprMatch) {
        self.check(&expr.arms, expr.match_token.span);
        visit::visit_expr_match(self, expr);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.look_into(call.tokens.clone());
    }
}

fn arms(input: ParseStream) -> syn::Result<Vec<Arm>> {
    let mut arms = Vec::new();
    while !input.is_empty() {
        arms.push(input.parse()?);
    }
    Ok(arms)
}

/// The tokens of a macro's body with plain names in place of its variables.
fn without_dollars(tokens: TokenStream) -> TokenStream {
    let is_dollar =
        |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == '$');
    let plain = tokens.into_iter().filter(|token| !is_dollar(token));
    let inside = plain.map(|token| match token {
        TokenTree::Group(group) => {
            let stream = without_dollars(group.stream());
            proc_macro2::Group::new(group.delimiter(), stream).into()
        }
        token => token,
    });
    inside.collect()
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

/// Whether a pattern takes everything: a name, or a tuple of names.
fn is_all(pattern: &Pat) -> bool {
    match pattern {
        Pat::Wild(_) | Pat::Rest(_) => true,
        Pat::Ident(name) => {
            let is_variable = |name: &str| name.starts_with(|c: char| c.is_lowercase() || c == '_');
            name.subpat.is_none() && is_variable(&name.ident.to_string())
        }
        Pat::Tuple(tuple) => tuple.elems.iter().all(is_all),
        Pat::Or(or) => or.cases.iter().any(is_all),
        Pat::Paren(inside) => is_all(&inside.pat),
        _ => false,
    }
}

/// Whether a pattern, or one in its tuple, is a node.
fn names_a_node(pattern: &Pat, nodes: &[&str]) -> bool {
    match pattern {
        Pat::Tuple(tuple) => tuple.elems.iter().any(|inside| names_a_node(inside, nodes)),
        Pat::Or(or) => or.cases.iter().any(|inside| names_a_node(inside, nodes)),
        Pat::Paren(inside) => names_a_node(&inside.pat, nodes),
        Pat::TupleStruct(node) => is_node(&node.path, nodes),
        Pat::Struct(node) => is_node(&node.path, nodes),
        Pat::Path(node) => is_node(&node.path, nodes),
        _ => false,
    }
}

/// Whether a path leads to a variant of one of the enums, alone or behind a module's name.
fn is_node(path: &Path, nodes: &[&str]) -> bool {
    let mut segments = path.segments.iter().rev().skip(1).take(1);
    segments.any(|of| nodes.iter().any(|node| of.ident == node))
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
    fn macros_are_looked_into() {
        let arms = "Expr::Not(_) => $f(1), _ => 2";
        check(
            &format!("macro_rules! m {{ ($f:path) => {{ match e {{ {arms} }} }} }}"),
            true,
        );
        check("fn f() { g!(match e { Expr::Not(_) => 1, _ => 2 }) }", true);
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
