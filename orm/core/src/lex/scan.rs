//! Finds the ends of blanks, words, strings and comments. Used by `lexer.rs`.
//!
//! Each function takes the bytes from the beginning of a token and returns its length, or `None` for an unclosed
//! token. All delimiters are ASCII, so a length never ends within a character.

/// The length of the blanks at the beginning.
#[inline]
pub(super) fn blanks(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| is_blank(**byte)).count()
}

/// The length of the word at the beginning.
#[inline]
pub(super) fn word(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| is_word(**byte)).count()
}

/// The length of a comment that lasts to the end of its line, which is left out.
pub(super) fn line_comment(bytes: &[u8], return_ends_it: bool) -> usize {
    let ends = |byte: &u8| *byte == b'\n' || *byte == b'\r' && return_ends_it;
    bytes.iter().position(ends).unwrap_or(bytes.len())
}

/// The length of a comment between `/*` and `*/`.
pub(super) fn block_comment(bytes: &[u8], nests: bool) -> Option<usize> {
    let (mut at, mut depth) = (2, 1_usize);
    while let Some(pair) = bytes.get(at..at + 2) {
        at += match pair {
            b"*/" if depth == 1 => return Some(at + 2),
            b"*/" => {
                depth -= 1;
                2
            }
            b"/*" if nests => {
                depth += 1;
                2
            }
            _ => 1,
        };
    }
    None
}

/// The length of a string or name in quotes, in which the closing quote is doubled and `\` may escape.
pub(super) fn quoted(bytes: &[u8], close: u8, escapes: bool) -> Option<usize> {
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        at += match *byte {
            b'\\' if escapes => 2,
            byte if byte != close => 1,
            _ if bytes.get(at + 1) == Some(&close) => 2,
            _ => return Some(at + 1),
        };
    }
    None
}

/// The length of a name in brackets, which ends at the first closing one.
pub(super) fn bracketed(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| *byte == b']').map(|at| at + 1)
}

/// The length of PostgreSQL's `'…'` behind an E, from the quote on. It continues with the next string if only line ends,
/// blanks and line comments lie between them, and that one has escapes, too.
pub(super) fn escape_string(bytes: &[u8]) -> Option<usize> {
    let mut length = quoted(bytes, b'\'', true)?;
    while let Some(between) = continuation(&bytes[length..]) {
        length += between + quoted(&bytes[length + between..], b'\'', true)?;
    }
    Some(length)
}

/// The length of what lies before the continuation of a string, if there is one.
fn continuation(bytes: &[u8]) -> Option<usize> {
    let mut at = blanks(bytes);
    while bytes[at..].starts_with(b"--") {
        at += line_comment(&bytes[at..], true);
        at += blanks(&bytes[at..]);
    }
    let is_new_line = bytes[..at].iter().any(|byte| matches!(byte, b'\n' | b'\r'));
    (is_new_line && bytes.get(at) == Some(&b'\'')).then_some(at)
}

/// The length of `$$` or `$tag$` at the beginning; `$1` is a placeholder.
pub(super) fn dollar_tag(bytes: &[u8]) -> Option<usize> {
    let is_tag = |byte: &u8| is_word(*byte) && *byte != b'$';
    let inside = bytes.get(1..)?;
    let tag = inside.iter().take_while(|byte| is_tag(byte)).count();
    let closes = inside.get(tag) == Some(&b'$') && !inside[0].is_ascii_digit();
    closes.then_some(tag + 2)
}

// Databases know no blanks beyond ASCII: such a character belongs to a name.
#[inline]
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

#[inline]
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || !byte.is_ascii()
}
