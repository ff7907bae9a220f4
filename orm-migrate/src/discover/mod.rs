//! The models of a package: cargo builds it as a loadable library, which is then asked for them.
//!
//! Four steps, one file each where they are more than a call: which package (`package.rs`), its library
//! (`build.rs`), the dump out of it (`load.rs`). Nothing of the user's project is changed, and nothing has
//! to be added to it. Only commands that need models come here: the others never call cargo.

mod build;
mod load;
mod package;

use std::path::PathBuf;
use std::process::Command;

use crate::error::Result;
use package::Package;

pub(crate) use load::print_dump;

/// Which package to build, and how.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Selection {
    /// The package's name. Without one the package of the manifest is taken, or the only one of the
    /// workspace that has a library and depends on `orm`.
    pub package: Option<String>,
    /// The Cargo.toml to begin with; else the nearest one from the current folder upwards.
    pub manifest_path: Option<PathBuf>,
    /// Features of the package to switch on.
    pub features: Vec<String>,
    /// Whether to switch on all features.
    pub all_features: bool,
    /// Whether to leave the default features out.
    pub no_default_features: bool,
    /// What goes to every call of cargo: `--locked`, `--offline`, `--frozen`.
    pub options: Vec<String>,
    /// The cargo profile; `dev` without one.
    pub profile: Option<String>,
    /// The target to build for, if cargo's configuration names one that can't be loaded here.
    pub target: Option<String>,
    /// The program that loads the library in a process of its own, when it is called as
    /// `PROGRAM __dump LIBRARY`: one whose `main` calls [`cli::run`](crate::cli::run). Without one the
    /// library is loaded into this process and stays there.
    pub loader: Option<PathBuf>,
}

/// The dump of a package.
pub(crate) struct Dump {
    /// The package's name.
    pub package: String,
    /// The JSON document.
    pub document: String,
}

/// Builds the selected package and takes the dump out of it. What cargo says goes to stderr.
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

/// The cargo that called this program, or the one in the search path.
fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
