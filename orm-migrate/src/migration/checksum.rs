//! Checksums of scripts: SHA-256 in hexadecimal digits.
//!
//! A checkout with other line endings has the same checksum: a carriage return before a line feed and a byte order
//! mark are not part of it.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::split::Statement;

/// The checksum of a script.
pub(crate) fn of_script(text: &str) -> String {
    let mut hash = Sha256::new();
    add(&mut hash, text.strip_prefix('\u{feff}').unwrap_or(text));
    digits(hash)
}

/// The checksums of the first 0, 1, 2 … statements of a script. Comments between statements are no part of them.
pub(crate) fn of_prefixes(statements: &[Statement<'_>]) -> Vec<String> {
    let mut hash = Sha256::new();
    let mut found = vec![digits(hash.clone())];
    for statement in statements {
        add(&mut hash, statement.text);
        hash.update(b";\n");
        found.push(digits(hash.clone()));
    }
    found
}

fn add(hash: &mut Sha256, text: &str) {
    let mut lines = text.split("\r\n");
    hash.update(lines.next().unwrap_or_default());
    for line in lines {
        hash.update(b"\n");
        hash.update(line);
    }
}

fn digits(hash: Sha256) -> String {
    let mut text = String::with_capacity(64);
    for byte in hash.finalize() {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_endings_are_no_difference() {
        let unix = of_script("SELECT 1;\n\nSELECT 2;\n");
        assert_eq!(of_script("SELECT 1;\r\n\r\nSELECT 2;\r\n"), unix);
        assert_eq!(of_script("\u{feff}SELECT 1;\n\nSELECT 2;\n"), unix);
        assert_ne!(of_script("SELECT 1;\n\nSELECT 2;"), unix);
        assert_ne!(of_script("SELECT 1;\n\rSELECT 2;\n"), unix);
        assert_eq!(
            of_script("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn a_prefix_is_the_text_of_its_statements() {
        let statement = |text, line| Statement { text, line };
        let one = of_prefixes(&[statement("SELECT 1", 1), statement("SELECT\r\n2", 2)]);
        let other = of_prefixes(&[statement("SELECT 1", 7), statement("SELECT\n2", 9)]);
        assert_eq!(one, other);
        assert_eq!(one.len(), 3);
        assert_ne!(one[1], one[2]);
    }
}
