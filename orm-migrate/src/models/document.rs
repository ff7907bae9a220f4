//! Parses the document of [`orm_core::schema::dump`]. The version is checked first, since serde's errors about
//! unknown fields do not mention versions.

use orm_core::schema::dump::{Dump, FORMAT};
use serde::Deserialize;

use crate::error::{Error, Result};

/// What every version of the document begins with.
#[derive(Deserialize)]
struct Head {
    format: u32,
    orm_version: String,
}

/// Reads a document; `origin` names it in messages.
pub(super) fn read(document: &str, origin: &str) -> Result<Dump> {
    let malformed = |error: serde_json::Error| {
        Error::failed(format!("{origin} is not a dump of models: {error}"))
            .with_hint("`orm-migrate models --json` writes one")
    };
    let head: Head = serde_json::from_str(document).map_err(malformed)?;
    check_format(&head, origin)?;
    serde_json::from_str(document).map_err(malformed)
}

fn check_format(head: &Head, origin: &str) -> Result<()> {
    let (format, version) = (head.format, &head.orm_version);
    if format == FORMAT {
        return Ok(());
    }
    let message = format!("{origin} has models in format {format} of orm {version}, not {FORMAT}");
    let own = env!("CARGO_PKG_VERSION");
    Err(Error::failed(message).with_hint(if format < FORMAT {
        format!("upgrade orm in that package to {own} and write the dump again")
    } else {
        format!("upgrade orm-migrate: this is version {own}")
    }))
}
