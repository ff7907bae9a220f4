//! Parses the server's messages before it accepts statements: the authentication request, and the reported
//! parameters.
//!
//! The native client sends the password in clear text on request, and does not return the reported parameters,
//! so `stream.rs` passes the bytes here first. Nothing is parsed afterwards.

use std::io;

/// No message of a greeting is longer. A longer one is no greeting, and the native client returns an error.
const LONGEST: usize = 64 * 1024;

/// What was heard.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard {
    /// The time zone of the session, once the server has reported it.
    pub(super) time_zone: Option<String>,
    /// Whether the server requested the password in clear text and was refused.
    pub(super) refused_cleartext: bool,
}

/// Reads the messages of a greeting as they come in.
#[derive(Debug)]
pub(super) struct Greeting {
    /// The bytes of a message that isn't complete.
    rest: Vec<u8>,
    allow_cleartext: bool,
    is_over: bool,
}

impl Greeting {
    pub(super) fn new(allow_cleartext: bool) -> Self {
        Self {
            rest: Vec::new(),
            allow_cleartext,
            is_over: false,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    /// Takes the next bytes from the server.
    ///
    /// # Errors
    /// If the server requests the password in clear text and must not have it.
    pub(super) fn hear(&mut self, bytes: &[u8], heard: &mut Heard) -> io::Result<()> {
        self.rest.extend_from_slice(bytes);
        let mut rest = std::mem::take(&mut self.rest);
        let mut start = 0;
        while let Some((tag, body)) = message(&rest[start..]) {
            start += 5 + body.len();
            self.take(tag, body, heard)?;
        }
        rest.drain(..start);
        self.is_over |= rest.len() > LONGEST;
        if !self.is_over {
            self.rest = rest;
        }
        Ok(())
    }

    fn take(&mut self, tag: u8, body: &[u8], heard: &mut Heard) -> io::Result<()> {
        match (tag, body) {
            // AuthenticationCleartextPassword.
            (b'R', [0, 0, 0, 3]) if !self.allow_cleartext => {
                heard.refused_cleartext = true;
                return Err(io::Error::other("the password is not sent in clear text"));
            }
            // ParameterStatus: two texts that end with a zero.
            (b'S', body) => {
                let mut texts = body.split(|byte| *byte == 0);
                if texts.next() == Some(b"TimeZone") {
                    let zone = texts.next().unwrap_or_default();
                    heard.time_zone = Some(String::from_utf8_lossy(zone).into_owned());
                }
            }
            // ReadyForQuery, or an error.
            (b'Z' | b'E', _) => self.is_over = true,
            _ => {}
        }
        Ok(())
    }
}

/// The first message, if all of it is there: its tag and what follows its length.
fn message(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let length: [u8; 4] = rest.get(..4)?.try_into().ok()?;
    // The length counts itself.
    let end = usize::try_from(u32::from_be_bytes(length)).ok()?;
    Some((*tag, rest.get(4..end.max(4))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(messages: &[(u8, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (tag, body) in messages {
            bytes.push(*tag);
            bytes.extend_from_slice(&u32::try_from(body.len() + 4).unwrap().to_be_bytes());
            bytes.extend_from_slice(body);
        }
        bytes
    }

    #[test]
    fn the_time_zone_is_heard_however_the_bytes_come() {
        let sent = bytes(&[
            (b'R', &[0, 0, 0, 0]),
            (b'S', b"server_version\x0015.1\0"),
            (b'S', b"TimeZone\0Asia/Tokyo\0"),
            (b'Z', b"I"),
        ]);
        for step in [1, 3, 7, sent.len()] {
            let (mut greeting, mut heard) = (Greeting::new(false), Heard::default());
            for part in sent.chunks(step) {
                assert!(!greeting.is_over());
                greeting.hear(part, &mut heard).unwrap();
            }
            assert!(greeting.is_over());
            assert_eq!(heard.time_zone.as_deref(), Some("Asia/Tokyo"));
        }
    }

    #[test]
    fn a_request_for_the_password_in_clear_text_is_refused() {
        let sent = bytes(&[(b'R', &[0, 0, 0, 3])]);
        let mut heard = Heard::default();
        Greeting::new(true).hear(&sent, &mut heard).unwrap();
        assert!(!heard.refused_cleartext);
        Greeting::new(false).hear(&sent, &mut heard).unwrap_err();
        assert!(heard.refused_cleartext);
    }

    #[test]
    fn what_is_no_greeting_is_not_kept() {
        let mut greeting = Greeting::new(false);
        let noise = vec![b'x'; 100_000];
        greeting.hear(&noise, &mut Heard::default()).unwrap();
        assert!(greeting.is_over());
    }
}
