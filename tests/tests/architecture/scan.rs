//! As much of Rust's syntax as the rules need: what is code, what is test code, where a function ends.
//!
//! Everything here works on masked text: a copy in which comments and the insides of literals are
//! blank. It has as many characters and lines as the original, so that a place in the one is the same
//! place in the other.

/// A copy of `text` with comments, and what stands between the quotes of literals, made blank.
pub(crate) fn mask(text: &str) -> Vec<char> {
    let mut masked: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < masked.len() {
        let rest = &masked[at..];
        at = match rest {
            ['/', '/', ..] => blank(&mut masked, at, line_end),
            ['/', '*', ..] => blank(&mut masked, at, block_comment_end),
            ['"', ..] => blank_inside(&mut masked, at, at + 1, 1, string_end),
            ['\'', ..] if char_literal_end(rest).is_some() => {
                blank_inside(&mut masked, at, at + 1, 1, |rest| char_literal_end(rest).unwrap_or(rest.len()))
            }
            ['r' | 'b' | 'c', ..] if at == 0 || !is_word(masked[at - 1]) => match raw_string(rest) {
                Some((open, hashes)) => blank_inside(&mut masked, at, at + open, hashes + 1, |rest| {
                    raw_string_end(rest, open, hashes)
                }),
                None => at + 1,
            },
            _ => at + 1,
        };
    }
    masked
}

/// Blanks from `at` to the end that `end` finds; line breaks stay. Answers the end.
fn blank(text: &mut [char], at: usize, end: fn(&[char]) -> usize) -> usize {
    let end = at + end(&text[at..]);
    erase(&mut text[at..end]);
    end
}

/// Blanks a literal that begins at `at`, from `inside` up to the last `closing` characters of it.
fn blank_inside(
    text: &mut [char],
    at: usize,
    inside: usize,
    closing: usize,
    end: impl Fn(&[char]) -> usize,
) -> usize {
    let end = at + end(&text[at..]);
    let closing = end.saturating_sub(closing).max(inside);
    erase(&mut text[inside..closing]);
    end
}

fn erase(text: &mut [char]) {
    for c in text.iter_mut().filter(|c| **c != '\n') {
        *c = ' ';
    }
}

fn line_end(rest: &[char]) -> usize {
    rest.iter().position(|c| *c == '\n').unwrap_or(rest.len())
}

/// Block comments nest.
fn block_comment_end(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match rest[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn string_end(rest: &[char]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// `None` for a lifetime.
fn char_literal_end(rest: &[char]) -> Option<usize> {
    match rest {
        ['\'', '\\', _, tail @ ..] => tail.iter().position(|c| *c == '\'').map(|end| end + 4),
        ['\'', _, '\'', ..] => Some(3),
        _ => None,
    }
}

/// For `r"`, `r#"`, `br"`, `cr"` and so on: the characters before the text, and the number of hashes.
fn raw_string(rest: &[char]) -> Option<(usize, usize)> {
    let prefix = rest.iter().take(2).position(|c| *c == 'r')? + 1;
    let hashes = rest[prefix..].iter().take_while(|c| **c == '#').count();
    let open = prefix + hashes;
    (rest.get(open) == Some(&'"')).then_some((open + 1, hashes))
}

fn raw_string_end(rest: &[char], open: usize, hashes: usize) -> usize {
    let mut at = open;
    while at < rest.len() {
        let closes = rest[at] == '"' && rest[at + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes;
        if closes {
            return at + 1 + hashes;
        }
        at += 1;
    }
    rest.len()
}
