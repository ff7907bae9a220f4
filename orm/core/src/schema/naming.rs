//! The conventional names of constraints, and the truncation of long names.
//!
//! Every constraint has a stable name, since a migration must be able to drop it. The pattern is that of Alembic:
//! `pk_users`, `uq_users_email`, `fk_posts_author_id_users`, `ix_posts_title`.

use std::borrow::Cow;

use super::Name;

/// Returns `pk_<table>`.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::naming;
/// assert_eq!(naming::primary_key("users"), "pk_users");
/// ```
pub fn primary_key(table: &str) -> Name {
    format!("pk_{table}").into()
}

/// Returns `uq_<table>_<columns>`.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::naming;
/// assert_eq!(naming::unique("users", &["name".into()]), "uq_users_name");
/// ```
pub fn unique(table: &str, columns: &[Name]) -> Name {
    format!("uq_{table}_{}", columns.join("_")).into()
}

/// Returns `ix_<table>_<columns>`.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::naming;
/// assert_eq!(naming::index("posts", &["title".into()]), "ix_posts_title");
/// ```
pub fn index(table: &str, columns: &[Name]) -> Name {
    format!("ix_{table}_{}", columns.join("_")).into()
}

/// Returns `fk_<table>_<columns>_<parent>`.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::naming;
/// let name = naming::foreign_key("posts", &["author_id".into()], "users");
/// assert_eq!(name, "fk_posts_author_id_users");
/// ```
pub fn foreign_key(table: &str, columns: &[Name], parent: &str) -> Name {
    format!("fk_{table}_{}_{parent}", columns.join("_")).into()
}

/// Returns `ck_<table>_<about>`.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::naming;
/// assert_eq!(naming::check("users", "age"), "ck_users_age");
/// ```
pub fn check(table: &str, about: &str) -> Name {
    format!("ck_{table}_{about}").into()
}

/// Returns `ex_<table>_<about>`.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::naming;
/// assert_eq!(naming::exclusion("bookings", "room"), "ex_bookings_room");
/// ```
pub fn exclusion(table: &str, about: &str) -> Name {
    format!("ex_{table}_{about}").into()
}

/// Returns a name as a database stores it that folds unquoted identifiers to upper case: a lower-case identifier in
/// upper case, any other name unchanged. [`unfolded`] is the inverse.
///
/// ```
/// use orm_core::schema::naming::{folded, unfolded};
/// assert_eq!((&*folded("users_2"), &*folded("Users"), &*folded("a b")), ("USERS_2", "Users", "a b"));
/// assert_eq!((&*unfolded("USERS_2"), &*unfolded("Users")), ("users_2", "Users"));
/// ```
pub fn folded(name: &str) -> Cow<'_, str> {
    if is_plain(name, u8::is_ascii_lowercase) {
        name.to_ascii_uppercase().into()
    } else {
        name.into()
    }
}

/// Returns the name of a model for a name of such a database.
pub fn unfolded(name: &str) -> Cow<'_, str> {
    if is_plain(name, u8::is_ascii_uppercase) {
        name.to_ascii_lowercase().into()
    } else {
        name.into()
    }
}

/// Whether a name is an identifier without quotes whose letters are all of one case.
fn is_plain(name: &str, is_letter: fn(&u8) -> bool) -> bool {
    let is_other = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'_' | b'$');
    name.as_bytes().first().is_some_and(is_letter)
        && name.bytes().all(|byte| is_letter(&byte) || is_other(&byte))
}

/// Truncates `name` to at most `limit` bytes. A truncated name ends with an underscore and eight hexadecimal digits
/// of a hash of the whole name, so that names with the same beginning stay different.
///
/// ```
/// use orm_core::schema::naming::fit;
/// assert_eq!(fit("short", 63), "short");
/// let long = "fk_".to_owned() + &"x".repeat(80);
/// assert_eq!(fit(&long, 63).len(), 63);
/// ```
pub fn fit(name: &str, limit: usize) -> Name {
    const TAIL: usize = 9;
    if name.len() <= limit || limit <= TAIL {
        return name.to_owned().into();
    }
    let mut end = limit - TAIL;
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}_{:08x}", &name[..end], fnv1a(name.as_bytes())).into()
}

// FNV-1a, 32 bits: the standard library's hashers are not promised to stay the same, and a name that
// changed with the compiler would make every migration differ.
fn fnv1a(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_convention() {
        let columns: [Name; 2] = ["a".into(), "b".into()];
        assert_eq!(unique("t", &columns), "uq_t_a_b");
        assert_eq!(foreign_key("t", &columns, "p"), "fk_t_a_b_p");
    }

    #[test]
    fn long_names_are_cut_at_a_character_and_stay_apart() {
        let long = "é".repeat(40);
        let cut = fit(&long, 63);
        assert!(cut.len() <= 63);
        assert_ne!(cut, fit(&(long.clone() + "x"), 63));
        assert_eq!(cut, fit(&long, 63));
        assert_eq!(fnv1a(b"a"), 0xe40c_292c);
    }
}
