//! [`Selection`]: the package to build, and its build options. The same fields are options of the command line and
//! keys of `[models]` in `orm.toml`. Used by `package.rs` and `build.rs`.

use std::path::PathBuf;
use std::process::Command;

use clap::{ArgAction, Args};
use serde::Deserialize;

/// Selects the package to build, and its options.
#[derive(Clone, Debug, Default, Args, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Selection {
    /// Read the models of this package [default: the nearest one, or the only one that uses orm]
    #[arg(short, long, value_name = "NAME")]
    pub package: Option<String>,
    /// Cargo features to build the package with
    #[arg(long, value_name = "FEATURES", value_delimiter = ',', action = ArgAction::Append)]
    pub features: Vec<String>,
    /// Build the package with all its features
    #[arg(long)]
    pub all_features: bool,
    /// Build the package without its default features
    #[arg(long)]
    pub no_default_features: bool,
    /// Build the package with this cargo profile
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Build the package for this target; needed if cargo's configuration sets a foreign one
    #[arg(long, value_name = "TRIPLE")]
    pub target: Option<String>,
    /// The options of every call of cargo.
    #[command(flatten)]
    #[serde(skip)]
    pub cargo: CargoOptions,
    /// The Cargo.toml to begin with. Default: the nearest one upwards from the current folder.
    #[arg(skip)]
    #[serde(skip)]
    pub manifest_path: Option<PathBuf>,
    /// The program that loads the library in a separate process, called as `PROGRAM __dump LIBRARY`: one whose `main`
    /// calls [`cli::run`](crate::cli::run). Without one, the library is loaded into this process and stays loaded.
    #[arg(skip)]
    #[serde(skip)]
    pub loader: Option<PathBuf>,
}

/// Holds the options of every call of cargo.
#[derive(Clone, Debug, Default, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of cargo's own"
)]
#[non_exhaustive]
pub struct CargoOptions {
    /// Make cargo fail if Cargo.lock would have to change
    #[arg(long)]
    pub locked: bool,
    /// Run cargo without the network
    #[arg(long)]
    pub offline: bool,
    /// The same as --locked and --offline
    #[arg(long)]
    pub frozen: bool,
    /// Whether cargo does not print its progress.
    #[arg(skip)]
    pub quiet: bool,
}

impl CargoOptions {
    /// The options as cargo takes them.
    pub(super) fn list(&self) -> Vec<&'static str> {
        given([
            (self.locked, "--locked"),
            (self.offline, "--offline"),
            (self.frozen, "--frozen"),
            (self.quiet, "--quiet"),
        ])
    }
}

impl Selection {
    /// The options of the build as cargo takes them.
    pub(crate) fn options(&self) -> Vec<String> {
        let features = self.features.join(",");
        let values = [
            (
                "--features",
                Some(&features).filter(|list| !list.is_empty()),
            ),
            ("--profile", self.profile.as_ref()),
            ("--target", self.target.as_ref()),
        ];
        let values = values
            .into_iter()
            .filter_map(|(option, value)| Some([option, value?]));
        let mut options: Vec<String> = values.flatten().map(str::to_owned).collect();
        let flags = given([
            (self.all_features, "--all-features"),
            (self.no_default_features, "--no-default-features"),
        ]);
        let flags = flags.into_iter().chain(self.cargo.list());
        options.extend(flags.map(str::to_owned));
        options
    }

    /// The same, with the options of `other` where this has none.
    pub(crate) fn or(mut self, other: &Self) -> Self {
        if self.features.is_empty() {
            self.features.clone_from(&other.features);
        }
        self.package = self.package.or_else(|| other.package.clone());
        self.profile = self.profile.or_else(|| other.profile.clone());
        self.target = self.target.or_else(|| other.target.clone());
        self.all_features |= other.all_features;
        self.no_default_features |= other.no_default_features;
        self
    }
}

fn given<const N: usize>(options: [(bool, &'static str); N]) -> Vec<&'static str> {
    let given = options.into_iter().filter(|(is_given, _)| *is_given);
    given.map(|(_, option)| option).collect()
}

/// The cargo that called this program, or the one in the search path.
pub(super) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
