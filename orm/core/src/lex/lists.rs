//! Where the name of a bind stands for a list: behind IN. Used by raw statements and by SQL text inside of others.

use super::Piece;

/// Returns whether the piece at `index` stands alone in parentheses, as in `IN (:ids)`.
///
/// # Examples
///
/// ```
/// # use orm_core::lex::{LexicalRules, is_enclosed, pieces};
/// let pieces = pieces("id IN ( :ids ) AND n = :n", LexicalRules::STANDARD);
/// assert!(is_enclosed(&pieces, 1) && !is_enclosed(&pieces, 3));
/// ```
pub fn is_enclosed(pieces: &[Piece<'_>], index: usize) -> bool {
    let opens = text_before(pieces, index).trim_end().ends_with('(');
    let after = match pieces.get(index + 1) {
        Some(Piece::Text(text)) => text.trim_start(),
        Some(Piece::Name(_)) | None => "",
    };
    opens && after.starts_with(')')
}

/// Returns whether the piece at `index` stands for the list of IN: `IN :ids` or `IN (:ids)`.
///
/// # Examples
///
/// ```
/// # use orm_core::lex::{LexicalRules, is_list, pieces};
/// for sql in ["id NOT in :ids", "id IN (:ids)"] {
///     assert!(is_list(&pieces(sql, LexicalRules::STANDARD), 1));
/// }
/// assert!(!is_list(&pieces("id IN (:a, :b)", LexicalRules::STANDARD), 1));
/// ```
pub fn is_list(pieces: &[Piece<'_>], index: usize) -> bool {
    let before = text_before(pieces, index);
    if !is_enclosed(pieces, index) {
        return ends_with_in(before);
    }
    let before = before.trim_end().strip_suffix('(');
    before.is_some_and(ends_with_in)
}

fn text_before<'t>(pieces: &[Piece<'t>], index: usize) -> &'t str {
    match index.checked_sub(1).and_then(|index| pieces.get(index)) {
        Some(Piece::Text(text)) => text,
        Some(Piece::Name(_)) | None => "",
    }
}

/// Whether SQL text ends with the word IN, behind which a list is expected.
fn ends_with_in(sql: &str) -> bool {
    let word = |char: char| char.is_ascii_alphanumeric() || char == '_' || !char.is_ascii();
    let text = sql.trim_end();
    let Some(start) = text.len().checked_sub(2) else {
        return false;
    };
    let is_in = text
        .get(start..)
        .is_some_and(|end| end.eq_ignore_ascii_case("in"));
    is_in && !text[..start].ends_with(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_in_is_one_of_its_own() {
        assert!(ends_with_in("WHERE id NOT in "));
        assert!(!ends_with_in("JOIN "));
        assert!(!ends_with_in("id IN ("));
    }
}
