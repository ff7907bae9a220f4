//! Random texts: whatever they are, their tokens are the text, and statements that were joined are divided again.

use proptest::prelude::*;

use super::super::{
    Lexer, LexicalRules, Token, TokenKind, TransactionControl, first_word, statements,
};
use super::{MYSQL, POSTGRES, SQLITE};

fn rules() -> impl Strategy<Value = LexicalRules> {
    prop_oneof![
        Just(SQLITE),
        Just(POSTGRES),
        Just(MYSQL),
        Just(LexicalRules::STANDARD)
    ]
}

/// A piece that holds what could be mistaken for the end of a statement, in the words of a database.
fn piece(rules: LexicalRules) -> BoxedStrategy<String> {
    let text = "[a-z;\n \"`$é-]{0,8}";
    let common = prop_oneof![
        "[a-z][a-z0-9_]{0,6}".prop_map(|word| format!("x{word}")),
        text.prop_map(|text| format!("'{text}''{text}'")),
        text.prop_map(|text| format!("/* {text} */")),
        text.prop_map(|text| format!("-- {}\n", text.replace('\n', ""))),
        Just("(1, 2)".to_owned()),
        Just("a.end".to_owned()),
        Just("\n".to_owned()),
    ];
    let own = match rules {
        SQLITE => "[a-z;\n '\"-]{0,8}"
            .prop_map(|text| format!("[{text}]"))
            .boxed(),
        POSTGRES => prop_oneof![
            ("[a-z]{0,3}", "[a-z;\n '\"-]{0,8}").prop_map(|(t, text)| format!("${t}${text}${t}$")),
            "[a-z; ]{0,8}".prop_map(|text| format!("E'{text}\\'{text}'")),
            "[a-z; ']{0,8}".prop_map(|text| format!("/* {text} /* ; */ {text} */")),
        ]
        .boxed(),
        _ => prop_oneof![
            "[a-z; ]{0,8}".prop_map(|text| format!("\"{text}\\\"{text}\"")),
            "[a-z; ']{0,8}".prop_map(|text| format!("# {text}\n")),
            "[a-z;\n '\"-]{0,8}".prop_map(|text| format!("`{text}`")),
        ]
        .boxed(),
    };
    prop_oneof![4 => common, 2 => own].boxed()
}

fn joined() -> impl Strategy<Value = (LexicalRules, Vec<String>)> {
    prop_oneof![Just(SQLITE), Just(POSTGRES), Just(MYSQL)].prop_flat_map(|rules| {
        // A word at each end, so that neither is a comment, which wouldn't be part of the statement.
        let statement = prop::collection::vec(piece(rules), 0..6)
            .prop_map(|pieces| format!("SELECT {} xx", pieces.join(" ")));
        (Just(rules), prop::collection::vec(statement, 0..6))
    })
}

/// What lexical rules are about, in any order.
fn fragments() -> impl Strategy<Value = String> {
    #[rustfmt::skip]
    let fragment = prop::sample::select(vec![
        "CREATE", "TRIGGER", "PROCEDURE", "FUNCTION", "RULE", "BEGIN", "END", "CASE", "IF", "LOOP", "WHILE",
        "REPEAT", "FOR", "THEN", "ELSE", "DELIMITER", "$$", "$a$", "$1", "'", "''", "\"", "`", "\\", ";", "(", ")",
        "\n", "\r", " ", "/*", "*/", "/*!", "/*M!", "/*!80000", "--", "#", "NOT", "ATOMIC", "DEFINER", "ROW", ".",
        ":", "::", "é", "[", "]", "E'", "e", "COMMIT", "TO", "\u{feff}", "\u{1f600}", "\0", "//",
    ]);
    prop::collection::vec(fragment, 0..40).prop_map(|fragments| fragments.concat())
}

fn check_total(text: &str, rules: LexicalRules) -> Result<(), TestCaseError> {
    let tokens: Vec<Token<'_>> = Lexer::new(text, rules).collect();
    let mut at = 0;
    for token in &tokens {
        prop_assert!(!token.text.is_empty());
        prop_assert_eq!(token.start, at);
        at = token.end();
        prop_assert!(token.is_closed || token.kind == TokenKind::CodeStart || at == text.len());
    }
    prop_assert_eq!(
        tokens.iter().map(|token| token.text).collect::<String>(),
        text
    );
    let mut end = 0;
    for found in statements(text, rules) {
        prop_assert!(found.start >= end);
        prop_assert!(text[found.start..].starts_with(found.text));
        prop_assert!(!found.text.is_empty() || found.unclosed.is_some());
        end = found.start + found.text.len();
        TransactionControl::of(found.text, rules);
    }
    first_word(text, rules);
    Ok(())
}

proptest! {
    #[test]
    fn what_was_joined_is_divided_again((rules, texts) in joined()) {
        let mut script = String::new();
        let mut expected = Vec::new();
        for text in &texts {
            script.push_str("-- a comment; 'of its own\n ;");
            expected.push((script.len(), text.as_str()));
            script.push_str(text);
            script.push_str("\n;\n");
        }
        let found: Vec<_> = statements(&script, rules).map(|found| (found.start, found.text)).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn any_text_is_its_tokens(rules in rules(), text in "(?s).{0,80}") {
        check_total(&text, rules)?;
    }

    #[test]
    fn any_fragments_are_their_tokens(rules in rules(), text in fragments()) {
        check_total(&text, rules)?;
    }
}
