//! Finds `:name` in SQL text, outside strings, quoted names, comments and casts. Used for raw statements and
//! expressions.

use super::{Lexer, LexicalRules, Token, TokenKind};

/// A piece of raw SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'s> {
    /// Text as it is.
    Text(&'s str),
    /// The name of a bind, without the colon.
    Name(&'s str),
}

/// Splits `sql` at its names. `\:` is a colon.
///
/// # Examples
///
/// ```
/// # use orm_core::lex::{LexicalRules, Piece, pieces};
/// let found = pieces("a = :a AND b = ':b'", LexicalRules::STANDARD);
/// assert_eq!(found, [Piece::Text("a = "), Piece::Name("a"), Piece::Text(" AND b = ':b'")]);
/// ```
pub fn pieces(sql: &str, rules: LexicalRules) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut text = 0;
    let mut take_text = |found: &mut Vec<_>, end: usize, next: usize| {
        if text < end {
            found.push(Piece::Text(&sql[text..end]));
        }
        text = next;
    };
    let mut tokens = Lexer::new(sql, rules).peekable();
    while let Some(token) = tokens.next() {
        let next = tokens.peek().copied();
        let before_colon = next.is_some_and(|next| next.is_char(':'));
        if token.is_char('\\') && before_colon {
            take_text(&mut found, token.start, token.end());
            tokens.next();
        } else if token.is_char(':') && before_colon {
            // A cast.
            tokens.next();
        } else if let Some(name) = next.and_then(name).filter(|_| token.is_char(':')) {
            take_text(&mut found, token.start, token.end() + name.len());
            found.push(Piece::Name(name));
        }
    }
    take_text(&mut found, sql.len(), sql.len());
    found
}

/// The name that a word begins with; what isn't ASCII can't stand in one.
fn name(word: Token<'_>) -> Option<&str> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let length = word.text.bytes().take_while(|byte| is_part(*byte)).count();
    let starts = !word.text.starts_with(|c: char| c.is_ascii_digit());
    (word.kind == TokenKind::Word && starts && length > 0).then(|| &word.text[..length])
}

#[cfg(test)]
mod tests {
    use super::super::LexicalRule;
    use super::*;

    const PLAIN: LexicalRules = LexicalRules::STANDARD;
    const MYSQL: LexicalRules = LexicalRules::of(&[
        LexicalRule::HashComments,
        LexicalRule::DashesNeedBlank,
        LexicalRule::BackslashEscapes,
    ]);
    const POSTGRES: LexicalRules = LexicalRules::of(&[
        LexicalRule::NestedComments,
        LexicalRule::EscapeStrings,
        LexicalRule::DollarQuotes,
    ]);
    const SQLITE: LexicalRules =
        LexicalRules::of(&[LexicalRule::BracketNames, LexicalRule::BacktickNames]);

    fn names(sql: &str, rules: LexicalRules) -> Vec<&str> {
        let name = |piece| match piece {
            Piece::Name(name) => Some(name),
            Piece::Text(_) => None,
        };
        pieces(sql, rules).into_iter().filter_map(name).collect()
    }

    #[test]
    fn splits_at_names() {
        let found = pieces("a = :id AND b IN :list_2", PLAIN);
        let expected = [
            Piece::Text("a = "),
            Piece::Name("id"),
            Piece::Text(" AND b IN "),
            Piece::Name("list_2"),
        ];
        assert_eq!(found, expected);
        assert_eq!(pieces(":a:b", PLAIN), [Piece::Name("a"), Piece::Name("b")]);
        assert_eq!(pieces(":aé", PLAIN), [Piece::Name("a"), Piece::Text("é")]);
    }

    #[test]
    fn skips_what_is_no_name() {
        let sql = r#"':a' ":b" `:c` -- :d
            /* :e */ x::text :=  ' ''  :f' a[1:2] "ü:g" :yes :"#;
        assert_eq!(names(sql, SQLITE), ["yes"]);
    }

    #[test]
    fn a_backslash_makes_a_plain_colon() {
        assert_eq!(
            pieces(r"a[\:n]", PLAIN),
            [Piece::Text("a["), Piece::Text(":n]")]
        );
    }

    #[test]
    fn knows_the_rules_of_mysql() {
        assert_eq!(
            names(
                r"'\':a' # :b
            5--:c -- :d
            '' :e",
                MYSQL
            ),
            ["c", "e"]
        );
        assert_eq!(names(r"'\' :a", PLAIN), ["a"]);
    }

    #[test]
    fn knows_the_rules_of_postgres() {
        let sql = r"$$:a$$ $t$ $$ :b $t$ /* /* :c */ :d */ E'\':e' '\' $1 :f";
        assert_eq!(names(sql, POSTGRES), ["f"]);
    }

    #[test]
    fn knows_the_rules_of_sqlite() {
        let sql = "SELECT [a:b], [it's :c] -- :d\n, [/* :e], [\":f] , ':]' + :g, [x]:h";
        assert_eq!(names(sql, SQLITE), ["g", "h"]);
    }

    #[test]
    fn survives_what_is_not_closed() {
        for sql in [
            "'", "\"a", "/*", "/* *", "$$", "$t$ a", "E'\\", ":", "\\", "--", "a'\\", "[",
        ] {
            for rules in [MYSQL, POSTGRES, SQLITE] {
                assert_eq!(names(sql, rules), [""; 0], "{sql}");
            }
        }
        // Elsewhere a bracket begins no name.
        assert_eq!(names("[:a", SQLITE), [""; 0]);
        assert_eq!(names("[:a", POSTGRES), ["a"]);
    }
}
