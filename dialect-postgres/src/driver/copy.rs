//! `COPY … FROM STDIN`: rows in the text format, which has every type. All of them are encoded before any is sent, so that a
//! value without a form aborts no transaction.
//!
//! Called by `contract.rs`. A batch is encoded in memory: the layers above bound its size.

use std::io::Write as _;

use orm_core::driver::{bind_count, not_json};
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::value::ValueRef;
use postgres::{Client, Statement};

use super::connection::{Native, PostgresConnection};
use super::failure::{Fault, Refusal};
use super::scalar::{document, without_nul};
use super::statement_kind::TransactionEffect;
use crate::types;

/// The bytes of one message.
const MESSAGE: usize = 64 * 1024;

impl PostgresConnection {
    /// Sends rows of `width` values each, and returns how many the server has stored.
    pub(super) fn copy_rows(
        &mut self,
        sql: &str,
        width: usize,
        values: &[ValueRef<'_>],
    ) -> Result<u64> {
        self.check_usable(sql)?;
        let data = encode(width, values)?;
        // Not kept: the text as a statement of the program's must not find it, whose verbs would wait for rows forever.
        let result = self.talk(|client| client.prepare(sql))?;
        let prepared = self.after_statement(sql, TransactionEffect::NOTHING, result);
        let statement = prepared.map_err(|failure| failure.error)?;
        let result = self.talk(|client| send(client, &statement, &data))?;
        let copied = self.after_statement(sql, TransactionEffect::NOTHING, result);
        copied.map_err(|failure| failure.error)
    }
}

fn send(client: &mut Client, statement: &Statement, data: &[u8]) -> Native<u64> {
    let mut writer = client.copy_in(statement)?;
    for message in data.chunks(MESSAGE) {
        let written = writer.write_all(message).and_then(|()| writer.flush());
        if let Err(error) = written {
            // The connection is lost: a server that refuses a row reads what follows, and answers at the end.
            let inner = error.into_inner();
            let inner = inner.and_then(|inner| inner.downcast::<postgres::Error>().ok());
            return match inner {
                Some(error) => Err(*error),
                None => writer.finish(),
            };
        }
    }
    writer.finish()
}

/// The rows in the text format: a line each, with tabs between the values.
fn encode(width: usize, values: &[ValueRef<'_>]) -> Result<Vec<u8>> {
    if width == 0 || !values.len().is_multiple_of(width) {
        return Err(bind_count(width, values.len()));
    }
    let mut out = Vec::with_capacity(values.len() * 8);
    for row in values.chunks_exact(width) {
        for (index, value) in row.iter().enumerate() {
            if index > 0 {
                out.push(b'\t');
            }
            encode_value(&mut out, *value, index + 1)?;
        }
        out.push(b'\n');
    }
    Ok(out)
}

fn encode_value(out: &mut Vec<u8>, value: ValueRef<'_>, position: usize) -> Result<()> {
    let written = match value {
        ValueRef::Null => {
            out.extend_from_slice(b"\\N");
            return Ok(());
        }
        ValueRef::Int(number) => {
            // Writing to a vector can't fail.
            let _ = write!(out, "{number}");
            return Ok(());
        }
        ValueRef::Text(text) => without_nul(text).map(|text| escape(out, text)),
        ValueRef::Json(text) => document(text).map(|text| escape(out, text)),
        ValueRef::Extension(value) => {
            return encode_value(out, value.encode(types::NAME).as_ref(), position);
        }
        value => match types::text(value) {
            Some(text) => without_nul(&text).map(|text| escape(out, text)),
            None => Err(Fault::Mismatch),
        },
    };
    written.map_err(|fault| refused(fault, value, position))
}

/// A backslash begins an escape, and the ends of values and lines must be one.
fn escape(out: &mut Vec<u8>, text: &str) {
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|byte| is_special(*byte)) {
        out.extend_from_slice(&rest[..at]);
        out.push(b'\\');
        out.push(match rest[at] {
            b'\t' => b't',
            b'\n' => b'n',
            b'\r' => b'r',
            other => other,
        });
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
}

fn is_special(byte: u8) -> bool {
    matches!(byte, b'\\' | b'\t' | b'\n' | b'\r')
}

#[cold]
fn refused(fault: Fault, value: ValueRef<'_>, position: usize) -> Error {
    if let Fault::Document(fault) = fault {
        return not_json(position, fault);
    }
    if fault == Fault::Mismatch {
        let found = value.kind_name();
        let message = format!("value {position} of a row is {found}, which COPY can't send");
        return Error::with_message(ErrorKind::OutOfRange, message);
    }
    let refusal = Refusal {
        fault,
        position,
        found: value.kind_name(),
        own: types::cast_of(value),
        ty: "text".to_owned(),
    };
    refusal.to_error()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(width: usize, values: &[ValueRef<'_>]) -> String {
        String::from_utf8(encode(width, values).unwrap()).unwrap()
    }

    #[test]
    fn rows_are_lines_of_text() {
        let values = [
            ValueRef::Int(-1),
            ValueRef::Text("a"),
            ValueRef::Null,
            ValueRef::Text(""),
        ];
        assert_eq!(text(2, &values), "-1\ta\n\\N\t\n");
        assert_eq!(text(1, &[]), "");
    }

    #[test]
    fn no_value_ends_early() {
        let cases = [
            ("a\tb\nc\rd", "a\\tb\\nc\\rd\n"),
            ("\\N", "\\\\N\n"),
            ("\\.", "\\\\.\n"),
            ("\\", "\\\\\n"),
            ("é\u{2028}", "é\u{2028}\n"),
        ];
        for (value, expected) in cases {
            assert_eq!(text(1, &[ValueRef::Text(value)]), expected);
        }
        assert_eq!(text(1, &[ValueRef::Bytes(&[0, 10])]), "\\\\x000a\n");
    }

    #[test]
    fn what_has_no_form_is_refused() {
        let error = encode(2, &[ValueRef::Int(1), ValueRef::Text("a\0")]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutOfRange);
        assert!(error.message().contains("bind 2"), "{error}");
        assert!(encode(1, &[ValueRef::Json("")]).is_err());
        assert!(encode(2, &[ValueRef::Int(1)]).is_err());
        assert!(encode(0, &[]).is_err());
    }
}
