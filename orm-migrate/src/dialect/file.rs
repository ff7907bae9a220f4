//! URLs of SQLite files: the path of the file, and the URL to read it.

use std::path::Path;

const SCHEME: &str = "sqlite:";

/// The file that the target of an engine is, as `orm` names it in messages.
pub(crate) fn of_target(target: &str) -> Option<&Path> {
    target.strip_prefix("sqlite://").map(Path::new)
}

/// The same URL for a look: the file is neither created nor switched to another journal. It is not opened
/// for reading only, since SQLite would leave its shared memory behind, in a file of this user's own.
pub(crate) fn untouched(url: &str) -> String {
    if !is_file(url) {
        return url.to_owned();
    }
    let (place, options) = url.split_once('?').unwrap_or((url, ""));
    let rest = options
        .split('&')
        .filter(|option| !option.is_empty() && !is_ours(option));
    let options: Vec<&str> = rest.chain(["mode=rw", "journal=keep"]).collect();
    format!("{place}?{}", options.join("&"))
}

/// The same URL with a path that is relative to `folder`, if it is relative.
pub(crate) fn beside(url: &str, folder: &Path) -> String {
    if !is_file(url) {
        return url.to_owned();
    }
    let (place, options) = match url.split_once('?') {
        Some((place, options)) => (place, format!("?{options}")),
        None => (url, String::new()),
    };
    let path = &place[SCHEME.len()..];
    let path = path.strip_prefix("//").unwrap_or(path);
    // A single name after three slashes is relative, too: `orm` reads such URLs as others do.
    let path = path
        .strip_prefix('/')
        .filter(|rest| !rest.contains('/'))
        .unwrap_or(path);
    if path.is_empty()
        || path == ":memory:"
        || path.starts_with('/')
        || Path::new(path).is_absolute()
    {
        return url.to_owned();
    }
    let folder = folder.display().to_string();
    let folder = folder.replace('%', "%25").replace('?', "%3F");
    let folder = folder.trim_end_matches('/');
    // One slash more, or a file in the root folder would be a relative one again.
    format!("{SCHEME}///{folder}/{path}{options}")
}

fn is_ours(option: &str) -> bool {
    option.starts_with("mode=") || option.starts_with("journal=")
}

fn is_file(url: &str) -> bool {
    url.get(..SCHEME.len())
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case(SCHEME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_file_is_beside_the_configuration() {
        let folder = Path::new("/p%/q");
        for (url, expected) in [
            ("sqlite://a.db", "sqlite:////p%25/q/a.db"),
            ("sqlite:///a.db?mode=ro", "sqlite:////p%25/q/a.db?mode=ro"),
            ("sqlite:b/a.db", "sqlite:////p%25/q/b/a.db"),
            ("SQLite://../a.db", "sqlite:////p%25/q/../a.db"),
            ("sqlite:///b/a.db", "sqlite:///b/a.db"),
            ("sqlite:////a.db", "sqlite:////a.db"),
            ("sqlite://", "sqlite://"),
            ("sqlite::memory:", "sqlite::memory:"),
            ("postgresql://h/d", "postgresql://h/d"),
        ] {
            assert_eq!(beside(url, folder), expected);
        }
    }

    #[test]
    fn a_look_is_an_option_of_the_url() {
        for (url, expected) in [
            ("sqlite://a.db", "sqlite://a.db?mode=rw&journal=keep"),
            (
                "sqlite://a.db?mode=rwc&busy_timeout=9",
                "sqlite://a.db?busy_timeout=9&mode=rw&journal=keep",
            ),
            ("mysql://h/d?x=1", "mysql://h/d?x=1"),
        ] {
            assert_eq!(untouched(url), expected);
        }
        assert_eq!(of_target("sqlite:///a/b"), Some(Path::new("/a/b")));
        assert_eq!(of_target("sqlite::memory:"), None);
    }
}
