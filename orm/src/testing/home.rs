//! Creates a schema or database for a test, and drops it afterwards. Used by `run.rs` and `lease.rs`.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use orm_core::error::Result;

use super::dialects::{Scope, Target};
use crate::engine::{Connection, Engine};

/// It is dropped with this value.
#[derive(Debug)]
pub(super) struct Home {
    /// Leads to it.
    url: String,
    /// The server, and what drops it there; none in memory.
    server: Option<(String, Vec<String>)>,
}

impl Home {
    /// Makes one on the server of `server`.
    ///
    /// # Errors
    /// That of connecting, or the server's refusal.
    pub(super) fn make(target: &Target, server: &str) -> Result<Self> {
        let name = free_name();
        let (create, url, drop) = match target.scope {
            Scope::Memory => {
                return Ok(Self {
                    url: server.to_owned(),
                    server: None,
                });
            }
            // A transaction that a failed test left behind must not hold up the run.
            Scope::Schema => (
                format!("CREATE SCHEMA {name}"),
                with_search_path(server, &name),
                vec![
                    "SET lock_timeout = '20s'".to_owned(),
                    format!("DROP SCHEMA {name} CASCADE"),
                ],
            ),
            Scope::Database => (
                format!("CREATE DATABASE {name}"),
                with_database(server, &name),
                vec![
                    "SET SESSION lock_wait_timeout = 20".to_owned(),
                    format!("DROP DATABASE {name}"),
                ],
            ),
        };
        connect(server)?.raw_control(&create)?;
        Ok(Self {
            url,
            server: Some((server.to_owned(), drop)),
        })
    }

    /// The URL that leads to it.
    pub(super) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let Some((server, statements)) = &self.server else {
            return;
        };
        // The test is over, and its outcome is what matters: what can't be dropped now is left behind.
        let _ = connect(server).and_then(|mut connection| {
            let mut statements = statements.iter();
            statements.try_for_each(|statement| connection.raw_control(statement))
        });
    }
}

fn connect(server: &str) -> Result<Connection> {
    Engine::options(server).pool_size(1).connect()?.connection()
}

/// A name that no other process takes, of at most 30 characters.
fn free_name() -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let time = SystemTime::now().duration_since(UNIX_EPOCH);
    let seconds = time.unwrap_or_default().as_secs() & 0xffff_ffff;
    format!("orm_test_{:x}_{seconds:x}_{number}", std::process::id())
}

fn with_search_path(url: &str, schema: &str) -> String {
    let (place, options) = url.split_once('?').unwrap_or((url, ""));
    let others = options.split('&');
    let others = others.filter(|option| !option.is_empty() && !option.starts_with("search_path="));
    let own = format!("search_path={schema}");
    let options: Vec<&str> = others.chain([own.as_str()]).collect();
    format!("{place}?{}", options.join("&"))
}

fn with_database(url: &str, name: &str) -> String {
    let (place, options) = match url.split_once('?') {
        Some((place, options)) => (place, format!("?{options}")),
        None => (url, String::new()),
    };
    let (scheme, rest) = place.split_once("://").unwrap_or(("mysql", place));
    let authority = rest.split('/').next().unwrap_or_default();
    format!("{scheme}://{authority}/{name}{options}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_lead_to_what_was_made() {
        for (url, expected) in [
            ("postgresql://h/d", "postgresql://h/d?search_path=s"),
            (
                "postgresql://h/d?search_path=a&sslmode=require",
                "postgresql://h/d?sslmode=require&search_path=s",
            ),
        ] {
            assert_eq!(with_search_path(url, "s"), expected);
        }
        for (url, expected) in [
            ("mysql://u:p@h:1/d", "mysql://u:p@h:1/s"),
            ("mysql://h", "mysql://h/s"),
            ("mysql://h/?sslmode=require", "mysql://h/s?sslmode=require"),
        ] {
            assert_eq!(with_database(url, "s"), expected);
        }
    }

    #[test]
    fn names_are_short_and_used_once() {
        let (one, other) = (free_name(), free_name());
        assert!(one != other && one.len() <= 30, "{one}");
    }
}
