//! Reads the models of a package, which cargo builds as a loadable library.
//!
//! The steps have one file each: `package.rs` finds the package by `selection.rs`, `build.rs` builds its library,
//! `load.rs` reads the dump. The user's project is not changed and needs no additions. Only commands that need models
//! call cargo.

mod build;
mod load;
mod package;
mod selection;

use crate::error::Result;
use package::Package;

pub(crate) use load::print_dump;
pub use selection::{CargoOptions, Selection};

/// The dump of a package.
pub(crate) struct Dump {
    /// The name of the package.
    pub package: String,
    /// The JSON document.
    pub document: String,
}

/// Builds the selected package and takes the dump out of it. The output of cargo goes to stderr.
pub(crate) fn dump(selection: &Selection) -> Result<Dump> {
    dump_of(package::choose(selection)?, selection)
}

/// As [`dump`], for a command that works without models as well: none if no package is meant.
pub(crate) fn dump_if_any(selection: &Selection) -> Result<Option<Dump>> {
    match package::choose(selection) {
        Ok(package) => dump_of(package, selection).map(Some),
        Err(_) => Ok(None),
    }
}

fn dump_of(package: Package, selection: &Selection) -> Result<Dump> {
    let library = build::library(&package, selection)?;
    let document = load::dump(&library, &package, selection.loader.as_deref())?;
    Ok(Dump {
        package: package.name,
        document,
    })
}
