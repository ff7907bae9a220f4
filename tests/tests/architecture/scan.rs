//! As much of Rust's lexical rules as the architecture needs: comments and literals, made blank.
//!
//! `code` stands on this. A lifetime against a character, raw strings and nested comments are all the
//! difficulty there is.

/// A copy of `text` in which comments, and what stands between the quotes of literals, are blank.
///
/// It has as many characters and lines as the original, so that a place in the one is the same place
/// in the other.
pub(crate) fn mask(text: &str) -> Vec<char> {
    let mut masked: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < masked.len() {
        let starts_word = at == 0 || !is_word(masked[at - 1]);
        let Some(span) = span(&masked[at..], starts_word) else {
            at += 1;
            continue;
        };
        for c in &mut masked[at + span.open..at + span.end - span.close] {
            if *c != '\n' {
                *c = ' ';
            }
        }
        at += span.end;
    }
    masked
}

/// Whether `c` may be part of a name.
pub(crate) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// A comment or a literal: `end` characters, of which the first `open` and the last `close` stay.
struct Span {
    open: usize,
    close: usize,
    end: usize,
}

/// The comment or literal that begins with `rest`. `starts_word` is false in the middle of a name,
/// where an `r` or a `b` begins no literal.
fn span(rest: &[char], starts_word: bool) -> Option<Span> {
    let (open, close, end) = match rest {
        ['/', '/', ..] => (0, 0, rest.iter().position(|c| *c == '\n')),
        ['/', '*', ..] => (0, 0, comment_end(rest)),
        ['"', ..] => (1, 1, string_end(rest)),
        ['\'', ..] => (1, 1, Some(char_end(rest)?)),
        ['r' | 'b' | 'c', ..] if starts_word => {
            let (open, hashes) = raw_string(rest)?;
            (open, hashes + 1, raw_string_end(rest, open, hashes))
        }
        _ => return None,
    };
    // What is never closed reaches to the end, and nothing of it is a closing mark.
    Some(match end {
        Some(end) => Span { open, close, end },
        None => Span {
            open,
            close: 0,
            end: rest.len(),
        },
    })
}

/// The end of a block comment. They nest.
fn comment_end(rest: &[char]) -> Option<usize> {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match rest[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

fn string_end(rest: &[char]) -> Option<usize> {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            '\\' => at += 2,
            '"' => return Some(at + 1),
            _ => at += 1,
        }
    }
    None
}

/// The end of a character literal, or `None` for a lifetime.
fn char_end(rest: &[char]) -> Option<usize> {
    match rest {
        // The character after the backslash may itself be a quote.
        ['\'', '\\', _, tail @ ..] => Some(tail.iter().position(|c| *c == '\'')? + 4),
        ['\'', _, '\'', ..] => Some(3),
        _ => None,
    }
}

/// Of `r"`, `r#"`, `br"` and their like: the length of the opening mark and the number of hashes.
fn raw_string(rest: &[char]) -> Option<(usize, usize)> {
    let prefix = rest.iter().take(2).position(|c| *c == 'r')? + 1;
    let hashes = rest[prefix..].iter().take_while(|c| **c == '#').count();
    let quote = prefix + hashes;
    (rest.get(quote) == Some(&'"')).then_some((quote + 1, hashes))
}

fn raw_string_end(rest: &[char], open: usize, hashes: usize) -> Option<usize> {
    let mark: Vec<char> = format!("\"{}", "#".repeat(hashes)).chars().collect();
    let at = rest[open..]
        .windows(mark.len())
        .position(|window| window == mark)?;
    Some(open + at + mark.len())
}

#[cfg(test)]
mod tests {
    use super::mask;

    /// A dot in `expected` stands for a character made blank.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let masked: String = mask(text).into_iter().collect();
        assert_eq!(masked, expected.replace('.', " "), "of {text}");
        assert_eq!(masked.matches('\n').count(), text.matches('\n').count());
    }

    #[test]
    fn comments_are_blank() {
        check("a // b\nc", "a ....\nc");
        check("a /* b /* c */ d */ e", "a ................. e");
        check("a /* never closed", "a ...............");
        check("a / b", "a / b");
    }

    #[test]
    fn literals_keep_their_quotes() {
        check(r#"f("a // b", c)"#, r#"f("......", c)"#);
        check(r#"f("a\"b{", c)"#, r#"f(".....", c)"#);
        check(r##"f(r#"a"b"#, c)"##, r##"f(r#"..."#, c)"##);
        check(r#"f(br"a\", c)"#, r#"f(br"..", c)"#);
        check(r#"f(b"a", c"b")"#, r#"f(b".", c".")"#);
        check(r#"("never closed"#, r#"("............"#);
    }

    #[test]
    fn a_lifetime_is_no_character() {
        check("f('{', '\\'', '\\u{1F}')", "f('.', '..', '......')");
        check(
            "fn f<'a>(x: &'a str, y: &'static str)",
            "fn f<'a>(x: &'a str, y: &'static str)",
        );
        check(
            "'outer: loop { break 'outer }",
            "'outer: loop { break 'outer }",
        );
    }

    #[test]
    fn a_name_begins_no_raw_string() {
        check("r#type br b r bar(\"x\")", "r#type br b r bar(\".\")");
        check("for\"x\"", "for\".\"");
    }
}
