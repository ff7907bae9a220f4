//! [`Selection`]: which package is meant and how it is built, and the cargo that is asked. Used by `package.rs`,
//! which finds the package, and by `build.rs`, which builds it.

use std::path::PathBuf;
use std::process::Command;

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

/// The cargo that called this program, or the one in the search path.
pub(super) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
