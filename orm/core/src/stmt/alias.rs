//! Aliases that the library generates, for tables without an alias.

use super::Name;

const PREFIX: &str = "orm_";

/// Returns the alias with a number. Names of this form are reserved for the library: [`is_generated_alias`]
/// recognizes them, and the typed layer rejects them as names of tables and aliases.
///
/// # Examples
///
/// ```
/// # use orm_core::stmt::*;
/// assert_eq!(generated_alias(7), "orm_7");
/// ```
pub fn generated_alias(number: usize) -> Name {
    format!("{PREFIX}{number}").into()
}

/// Returns whether a name has the form of [`generated_alias`].
///
/// # Examples
///
/// ```
/// # use orm_core::stmt::*;
/// assert!(is_generated_alias("orm_7") && !is_generated_alias("orm_x"));
/// ```
pub fn is_generated_alias(name: &str) -> bool {
    // The case of names does not count everywhere.
    let prefix = name.get(..PREFIX.len());
    let number = &name[prefix.map_or(0, str::len)..];
    prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(PREFIX))
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_aliases_are_told_from_others() {
        assert!(is_generated_alias(&generated_alias(7)));
        assert!(is_generated_alias("ORM_0"));
        for name in [
            "orm_",
            "orm_x",
            "orm",
            "orm_1x",
            "form_1",
            "",
            "größe_1",
            "or\u{1F600}_1",
        ] {
            assert!(!is_generated_alias(name), "{name}");
        }
    }
}
