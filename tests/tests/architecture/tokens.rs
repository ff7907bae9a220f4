//! The tokens of a Rust file without its comments and tests: for the rules about lines and words, which macros must not
//! escape. `source` parses what is left when the tests are out.

use proc_macro2::{Delimiter, Group, LexError, Span, TokenStream, TokenTree};

use crate::tree::File;

/// The code of a file.
pub(crate) struct Tokens {
    pub(crate) trees: TokenStream,
    all: Vec<Token>,
}

/// A word, a mark, a literal, or one end of a group.
struct Token {
    text: String,
    first_line: usize,
    last_line: usize,
}

/// A function with a body.
#[derive(Debug, PartialEq)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) line: usize,
    /// Lines of code in the body. Comments and blank lines are free, as in clippy's `too_many_lines`.
    pub(crate) lines: usize,
}

impl Tokens {
    pub(crate) fn of(file: &File) -> Self {
        let trees = lex(file);
        let all = flatten(trees.clone());
        Self { trees, all }
    }

    /// The number of lines with code on them.
    pub(crate) fn lines(&self) -> usize {
        lines(&self.all)
    }

    /// The functions that have a body, nested ones and those of macros too.
    pub(crate) fn functions(&self) -> Vec<Function> {
        let mut found = Vec::new();
        find_functions(self.trees.clone(), &mut found);
        found
    }

    /// The lines where the code has the tokens of `needle`.
    pub(crate) fn places(&self, needle: &str) -> Vec<usize> {
        let tokens = needle.parse().expect("a needle is made of whole tokens");
        let needle: Vec<String> = flatten(tokens)
            .into_iter()
            .map(|token| token.text)
            .collect();
        self.matches(&needle).map(|(line, _)| line).collect()
    }

    /// The string literals that begin the arguments of calls of a method, with the lines of the calls.
    pub(crate) fn texts_given_to(&self, method: &str) -> Vec<(usize, String)> {
        let needle = [".", method, "("].map(str::to_owned);
        let firsts = self.matches(&needle);
        let texts = firsts.filter_map(|(line, rest)| {
            let text: syn::LitStr = syn::parse_str(&rest.first()?.text).ok()?;
            Some((line, text.value()))
        });
        texts.collect()
    }

    /// Where the code has some tokens: the line of the first, and what follows the last.
    fn matches(&self, needle: &[String]) -> impl Iterator<Item = (usize, &[Token])> {
        let begins = 0..=self.all.len().saturating_sub(needle.len());
        begins.filter_map(move |begin| {
            let (found, rest) = self.all[begin..].split_at_checked(needle.len())?;
            let is_it = found.iter().zip(needle).all(|(a, b)| a.text == *b);
            is_it.then(|| (found[0].first_line, rest))
        })
    }
}

/// The tokens of a file with the comments of its documentation, without its tests.
pub(crate) fn lex(file: &File) -> TokenStream {
    let tokens = file.text.parse();
    without_tests(tokens.unwrap_or_else(|error: LexError| {
        let line = error.span().start().line;
        panic!("{}:{line}: {error}", file.path)
    }))
}

/// Takes out what is compiled for tests only, inside of macros too.
fn without_tests(tokens: TokenStream) -> TokenStream {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let (mut kept, mut at) = (Vec::new(), 0);
    while let Some(tree) = trees.get(at) {
        if is_test(&trees[at..]) {
            while attribute(&kept[kept.len().saturating_sub(2)..]).is_some() {
                kept.truncate(kept.len() - 2);
            }
            at += end_of_item(&trees[at..]);
            continue;
        }
        kept.push(match tree {
            TokenTree::Group(group) => {
                let inside = without_tests(group.stream());
                let mut kept = Group::new(group.delimiter(), inside);
                kept.set_span(group.span());
                kept.into()
            }
            other => other.clone(),
        });
        at += 1;
    }
    kept.into_iter().collect()
}

/// Whether `#[test]`, `#[cfg(test)]` or `#[cfg(doctest)]` comes next.
fn is_test(trees: &[TokenTree]) -> bool {
    let Some(inside) = attribute(trees) else {
        return false;
    };
    let words: Vec<String> = flatten(inside)
        .into_iter()
        .map(|token| token.text)
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    matches!(words[..], ["test"] | ["cfg", "(", "test" | "doctest", ")"])
}

/// The tokens of an attribute, if one comes next.
fn attribute(trees: &[TokenTree]) -> Option<TokenStream> {
    match trees {
        [mark, TokenTree::Group(group), ..] if is_mark(mark, '#') => {
            (group.delimiter() == Delimiter::Bracket).then(|| group.stream())
        }
        _ => None,
    }
}

/// How many trees the attributes that come next and their item are, or their field.
fn end_of_item(trees: &[TokenTree]) -> usize {
    let mut begin = 0;
    while attribute(&trees[begin..]).is_some() {
        begin += 2;
    }
    let rest = || trees.iter().enumerate().skip(begin);
    let end = if is_field(&trees[begin..]) {
        rest().find(|(_, tree)| is_mark(tree, ','))
    } else {
        rest().find(|(_, tree)| is_mark(tree, ';') || block(tree).is_some())
    };
    let end = end.map_or(trees.len(), |(at, _)| at + 1);
    // As after the braces of `use a::{b, c};`.
    end + usize::from(trees.get(end).is_some_and(|tree| is_mark(tree, ';')))
}

/// Whether a field of a struct or of a value of it comes next: `name: …`.
fn is_field(trees: &[TokenTree]) -> bool {
    let is_of_visibility = |tree: &&TokenTree| match tree {
        TokenTree::Ident(word) => word == "pub",
        TokenTree::Group(group) => group.delimiter() == Delimiter::Parenthesis,
        _ => false,
    };
    let mut rest = trees.iter().skip_while(is_of_visibility);
    let is_named = matches!(rest.next(), Some(TokenTree::Ident(_)));
    let mut is_colon = || rest.next().is_some_and(|tree| is_mark(tree, ':'));
    is_named && is_colon() && !is_colon()
}

pub(crate) fn is_mark(tree: &TokenTree, mark: char) -> bool {
    matches!(tree, TokenTree::Punct(found) if found.as_char() == mark)
}

/// What stands between braces.
fn block(tree: &TokenTree) -> Option<TokenStream> {
    match tree {
        TokenTree::Group(group) => (group.delimiter() == Delimiter::Brace).then(|| group.stream()),
        _ => None,
    }
}

fn find_functions(tokens: TokenStream, found: &mut Vec<Function>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Ident(word) if word == "fn" => found.extend(function(&trees[at..])),
            TokenTree::Group(group) => find_functions(group.stream(), found),
            _ => {}
        }
    }
}

/// The function that begins with the word `fn`. A type such as `fn(u8)` has no name, a trait's method may have no body.
fn function(trees: &[TokenTree]) -> Option<Function> {
    let is_of_name =
        |tree: &&TokenTree| !matches!(tree, TokenTree::Group(_)) && !is_mark(tree, '<');
    let name: String = trees[1..]
        .iter()
        .take_while(is_of_name)
        .map(ToString::to_string)
        .collect();
    let mut rest = trees
        .iter()
        .skip_while(|tree| !is_mark(tree, ';') && block(tree).is_none());
    let body = block(rest.next()?).filter(|_| !name.is_empty())?;
    Some(Function {
        name,
        line: trees[0].span().start().line,
        lines: lines(&flatten(body)),
    })
}

fn lines(tokens: &[Token]) -> usize {
    let (mut count, mut last) = (0, 0);
    for token in tokens {
        count += (token.last_line + 1).saturating_sub(token.first_line.max(last + 1));
        last = token.last_line;
    }
    count
}

/// The tokens without their comments for the documentation.
fn flatten(tokens: TokenStream) -> Vec<Token> {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let (mut all, mut at) = (Vec::new(), 0);
    while let Some(tree) = trees.get(at) {
        let comment = comment(&trees[at..]);
        at += comment.max(1);
        if comment > 0 {
            continue;
        }
        let TokenTree::Group(group) = tree else {
            all.push(token(
                tree.to_string().trim_start_matches("r#"),
                tree.span(),
            ));
            continue;
        };
        let (open, close) = match group.delimiter() {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Brace => ("{", "}"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::None => ("", ""),
        };
        all.push(token(open, group.span_open()));
        all.extend(flatten(group.stream()));
        all.push(token(close, group.span_close()));
    }
    all
}

fn token(text: &str, place: Span) -> Token {
    Token {
        text: text.to_owned(),
        first_line: place.start().line,
        last_line: place.end().line,
    }
}

/// How many trees are of a comment for the documentation: it is lexed as an attribute whose tokens are all at one place.
fn comment(trees: &[TokenTree]) -> usize {
    let is_inner = trees.get(1).is_some_and(|tree| is_mark(tree, '!'));
    let length = 2 + usize::from(is_inner);
    match (trees.first(), trees.get(length - 1)) {
        (Some(mark), Some(TokenTree::Group(group))) if is_mark(mark, '#') => {
            let begin = |tree: TokenTree| tree.span().start();
            let first = group.stream().into_iter().next().map(begin);
            if first == Some(mark.span().start()) {
                length
            } else {
                0
            }
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::{File, Function, Tokens};

    fn tokens(text: &str) -> Tokens {
        Tokens::of(&File {
            path: "x/src/a.rs".into(),
            text: text.into(),
        })
    }

    fn names(text: &str) -> Vec<String> {
        let functions = tokens(text).functions().into_iter();
        functions.map(|function| function.name).collect()
    }

    #[test]
    fn tests_are_no_code() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n  fn b() { \"}\" }\n}\nfn c() {}\n#[cfg(test)]\nmod d;\n\
                    /// e\n#[should_panic]\n#[test]\n#[ignore]\nfn e() {}\n#[cfg(test)]\nuse f::{g, h};\nfn i() {}";
        assert_eq!(names(text), ["a", "c", "i"]);
        assert_eq!(tokens(text).lines(), 3);
        assert_eq!(names("m! { #[test] fn a() {} fn b() {} }"), ["b"]);
        assert_eq!(
            names("#[cfg(test)]\nconst X: [u8; 2] = [1, 2];\nfn a() {}"),
            ["a"]
        );
    }

    #[test]
    fn a_field_for_tests_is_no_code_and_what_follows_it_is() {
        let text = "struct S {\n  a: u8,\n  #[cfg(test)]\n  pub(super) b: u8,\n  c: u8,\n  #[cfg(test)]\n  d: u8,\n}\nfn e() {}";
        assert_eq!(tokens(text).lines(), 5);
        assert_eq!(names(text), ["e"]);
        let text = "fn f() {\n  S {\n    a: 1,\n    #[cfg(test)]\n    b: T { c: 1 },\n  };\n  #[cfg(test)]\n  s.b();\n}\nfn g() {}";
        assert_eq!(tokens(text).functions()[0].lines, 3);
    }

    #[test]
    fn functions_count_their_lines_of_code() {
        let text = "struct S;\nfn long(x: [u8; 2]) -> u8 {\n  // why\n\n  let f: fn(u8) -> u8 = g;\n  { f(x[0]) }\n}\ntrait T { fn none(&self); }";
        let long = Function {
            name: "long".into(),
            line: 2,
            lines: 2,
        };
        assert_eq!(tokens(text).functions(), [long]);
        assert_eq!(
            names("m! { fn $name<T>() {} fn inside() {} }"),
            ["$name", "inside"]
        );
    }

    #[test]
    fn comments_have_no_lines_and_texts_have_theirs() {
        assert_eq!(
            tokens("//! a\n//! b\n\n/// c\nfn f() {} // d\n/* e\n*/").lines(),
            1
        );
        assert_eq!(
            tokens("macro_rules! m { () => {\n/// c\nfn f() {}\n} }").lines(),
            3
        );
        assert_eq!(
            tokens("#[doc(hidden)]\n#[doc = \"a\"]\nconst A: &str = \"\nb\n\";").lines(),
            5
        );
    }

    #[test]
    fn a_needle_is_made_of_whole_tokens() {
        let tokens =
            tokens("panic!(); my_panic!(); // panic!\nx\n  .unwrap ();\nx.unwrap_or(\"panic!\");");
        assert_eq!(tokens.places("panic!"), [1]);
        assert_eq!(tokens.places(".unwrap()"), [3]);
    }
}
