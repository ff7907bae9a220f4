//! [`OwnServer`]: a server for one test alone, with options that the shared ones don't have.
//!
//! Used by the tests of encrypted connections and of MySQL's ways to generate keys. The script
//! `tests/servers/own` starts and stops it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use orm_conformance::Backend as _;

use crate::databases::Database;

/// A server of a test's own, which is stopped when this is dropped.
#[derive(Debug)]
pub struct OwnServer {
    /// Stops the server when its input ends.
    process: Child,
    url: String,
}

impl OwnServer {
    /// Starts it, with TLS by the `server.pem` and `server.key` in the folder `certificates`, if there is one, and with
    /// more options of the server's program. `None` if this machine has no programs for it.
    pub fn start(
        database: Database,
        certificates: Option<&Path>,
        options: &[&str],
    ) -> Option<Self> {
        let kind = database
            .name()
            .to_lowercase()
            .replace("postgresql", "postgres");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("servers/own");
        let mut process = Command::new(script)
            .arg(&kind)
            .arg(certificates.unwrap_or_else(|| Path::new("")))
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        output.read_line(&mut url).unwrap();
        if url.is_empty() {
            let status = process.wait().unwrap();
            assert_eq!(status.code(), Some(3), "no {kind} for the test: see above");
            return None;
        }
        url.truncate(url.trim_end().len());
        Some(Self { process, url })
    }

    /// Where it listens, with the user and the password of the tests.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
