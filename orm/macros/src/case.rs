//! Converts names between cases: tables and labels from Rust's CamelCase.

/// The words of a CamelCase or snake_case name, in lower case. `HTTPServer2` is `http`, `server2`.
fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut spaced = String::new();
    for (i, &c) in chars.iter().enumerate() {
        let after_lower = i > 0 && !chars[i - 1].is_uppercase();
        let before_lower = chars.get(i + 1).is_some_and(|next| next.is_lowercase());
        if c.is_uppercase() && (after_lower || before_lower) {
            spaced.push('_');
        }
        spaced.extend(c.to_lowercase());
    }
    let words = spaced.split('_').filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// `snake_case`.
pub(crate) fn snake(name: &str) -> String {
    words(name).join("_")
}

/// The spellings that `rename_all` offers.
pub(crate) const CASES: &[&str] = &[
    "snake_case",
    "kebab-case",
    "lowercase",
    "UPPERCASE",
    "PascalCase",
    "SCREAMING_SNAKE_CASE",
];

/// The name in the case that is called `case`, one of [`CASES`].
pub(crate) fn convert(name: &str, case: &str) -> String {
    match case {
        "kebab-case" => words(name).join("-"),
        "lowercase" => words(name).concat(),
        "UPPERCASE" => words(name).concat().to_uppercase(),
        "PascalCase" => words(name).iter().map(|word| capitalised(word)).collect(),
        "SCREAMING_SNAKE_CASE" => snake(name).to_uppercase(),
        _ => snake(name),
    }
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_snake_case() {
        let cases = [
            ("User", "user"),
            ("BlogPost", "blog_post"),
            ("HTTPServer", "http_server"),
            ("UserV2", "user_v2"),
            ("already_snake", "already_snake"),
            ("A", "a"),
            ("ÉtatCivil", "état_civil"),
        ];
        for (name, expected) in cases {
            assert_eq!(snake(name), expected);
        }
    }

    #[test]
    fn every_case_is_offered() {
        let expected = [
            "in_review",
            "in-review",
            "inreview",
            "INREVIEW",
            "InReview",
            "IN_REVIEW",
        ];
        let converted: Vec<_> = CASES.iter().map(|case| convert("InReview", case)).collect();
        assert_eq!(converted, expected);
    }
}
