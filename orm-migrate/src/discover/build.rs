//! Builds a package as a loadable library: `cargo rustc --lib --crate-type cdylib`.
//!
//! The feature `dump` of `orm` is enabled in this build only: `orm` and its dependents are compiled again, other
//! dependencies are those of a normal build.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde::Deserialize;

use super::package::Package;
use super::selection::{Selection, cargo};
use crate::error::{Error, Result};

/// A built library.
#[derive(Clone, Debug)]
pub(super) struct Library {
    pub path: PathBuf,
    /// Folders with native libraries that build scripts made, which the loader has to search.
    pub native: Vec<PathBuf>,
}

/// Builds the library of `package`. The output of cargo and the compiler goes to stderr as it comes.
///
/// # Errors
/// It doesn't compile, or not into something that can be loaded here.
pub(super) fn library(package: &Package, selection: &Selection) -> Result<Library> {
    let mut command = command(package, selection)?;
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| {
            Error::failed(format!("can't start cargo: {error}"))
                .with_hint("install Rust's cargo, or pass a dump with --models")
        })?;
    if !output.status.success() {
        return Err(Error::failed(format!("cargo can't build the package {}", package.name))
            .with_note("cargo", "its messages are above")
            .with_hint(
                "if cargo finds no feature dump of orm, use the version of orm-migrate; if only this way of \
                 building fails, call orm_migrate::cli::run() in a program of the package",
            ));
    }
    let library = read(&String::from_utf8_lossy(&output.stdout), &package.id);
    library.ok_or_else(|| {
        Error::failed(format!(
            "cargo built no loadable library of the package {}",
            package.name
        ))
        .with_hint(
            "if cargo's configuration sets a build target, name this machine's with --target",
        )
    })
}

fn command(package: &Package, selection: &Selection) -> Result<Command> {
    let mut command = cargo();
    command.args(["rustc", "--lib", "--crate-type", "cdylib"]);
    command.args(["--message-format", "json-render-diagnostics"]);
    command.arg("--manifest-path").arg(&package.manifest_path);
    command.args(["--package", &package.id]);
    command.args(["--features", &package.dump_feature()?]);
    command.args(selection.options());
    Ok(command)
}

/// What is read of cargo's messages.
#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Message {
    CompilerArtifact {
        package_id: String,
        filenames: Vec<PathBuf>,
    },
    BuildScriptExecuted {
        linked_paths: Vec<String>,
    },
    #[serde(other)]
    Other,
}

/// The library in cargo's messages, one a line.
fn read(messages: &str, id: &str) -> Option<Library> {
    let mut path = None;
    let mut native = Vec::new();
    for line in messages.lines() {
        // Build scripts and macros may print what they like in between.
        match serde_json::from_str(line) {
            Ok(Message::CompilerArtifact {
                package_id,
                filenames,
            }) if package_id == id => {
                let is_loadable = |file: &PathBuf| {
                    file.extension()
                        .is_some_and(|extension| extension == std::env::consts::DLL_EXTENSION)
                };
                path = filenames.into_iter().find(is_loadable).or(path);
            }
            Ok(Message::BuildScriptExecuted { linked_paths }) => {
                // `native=/a/folder`, or the folder alone.
                let folders = linked_paths
                    .iter()
                    .map(|path| path.split_once('=').map_or(path.as_str(), |p| p.1));
                native.extend(folders.map(PathBuf::from));
            }
            _ => {}
        }
    }
    path.map(|path| Library { path, native })
}

impl Library {
    /// The variable with the folders of the system's loader, with this library's in front.
    pub(super) fn search_path(&self) -> Option<(&'static str, OsString)> {
        const NAME: &str = if cfg!(windows) {
            "PATH"
        } else if cfg!(target_os = "macos") {
            "DYLD_FALLBACK_LIBRARY_PATH"
        } else {
            "LD_LIBRARY_PATH"
        };
        if self.native.is_empty() {
            return None;
        }
        let old = std::env::var_os(NAME).unwrap_or_default();
        let all = self
            .native
            .iter()
            .cloned()
            .chain(std::env::split_paths(&old));
        std::env::join_paths(all).ok().map(|path| (NAME, path))
    }
}

#[cfg(test)]
mod tests {
    use super::super::CargoOptions;
    use super::*;

    #[test]
    fn the_selection_becomes_cargos_options() {
        let package = Package::with_orm("app", "db");
        let selection = Selection {
            features: vec!["a".to_owned(), "b".to_owned()],
            all_features: true,
            no_default_features: true,
            cargo: CargoOptions {
                locked: true,
                ..CargoOptions::default()
            },
            profile: Some("release".to_owned()),
            target: Some("t".to_owned()),
            ..Selection::default()
        };
        let command = command(&package, &selection).unwrap();
        let arguments: Vec<_> = command
            .get_args()
            .map(|argument| argument.to_str().unwrap())
            .collect();
        let expected = "rustc --lib --crate-type cdylib --message-format json-render-diagnostics \
            --manifest-path app/Cargo.toml --package app --features db/dump --features a,b --profile release \
            --target t --all-features --no-default-features --locked";
        assert_eq!(arguments.join(" "), expected);
    }

    #[test]
    fn the_library_is_found_among_the_messages() {
        let file = format!("/t/libapp.{}", std::env::consts::DLL_EXTENSION);
        let messages = [
            r#"{"reason":"compiler-artifact","package_id":"dep","filenames":["/t/dep.so"],"fresh":true}"#,
            r#"{"reason":"build-script-executed","package_id":"x","linked_paths":["native=/n","/m"]}"#,
            "something that a macro printed",
            &format!(
                r#"{{"reason":"compiler-artifact","package_id":"app","filenames":["/t/libapp.rlib","{file}"]}}"#
            ),
            r#"{"reason":"build-finished","success":true}"#,
        ];
        let library = read(&messages.join("\n"), "app").unwrap();
        assert_eq!(library.path, PathBuf::from(file));
        assert_eq!(library.native, [PathBuf::from("/n"), PathBuf::from("/m")]);
        assert!(read(&messages[..3].join("\n"), "app").is_none());
    }
}
