//! Finds the package with the models from the output of `cargo metadata`. Several candidates are an error that lists
//! them, since the wrong package has other tables.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::Deserialize;

use super::selection::{Selection, cargo};
use crate::config::upwards;
use crate::error::{Error, Result};
use crate::exit::Exit;

/// The crate whose models are looked for.
const ORM: &str = "orm";

/// A package of the workspace.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Package {
    pub name: String,
    /// What cargo takes as an unambiguous `-p`.
    pub id: String,
    pub manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
    targets: Vec<Target>,
}

#[derive(Clone, Debug, Deserialize)]
struct Dependency {
    name: String,
    /// What the manifest calls it, if that isn't its name.
    rename: Option<String>,
    /// `None` for a normal dependency.
    kind: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Target {
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Workspace {
    packages: Vec<Package>,
}

impl Package {
    fn has_library(&self) -> bool {
        const KINDS: &[&str] = &["lib", "rlib", "dylib", "cdylib", "staticlib"];
        let mut kinds = self.targets.iter().flat_map(|target| &target.kind);
        kinds.any(|kind| KINDS.contains(&kind.as_str()))
    }

    fn uses_orm(&self) -> bool {
        self.orm().is_some()
    }

    /// What the package calls [`ORM`] among its own dependencies: what cargo takes in front of a feature of it.
    fn orm(&self) -> Option<&str> {
        let mut own = self.dependencies.iter();
        let found = own.find(|dependency| dependency.name == ORM && dependency.kind.is_none())?;
        Some(found.rename.as_deref().unwrap_or(&found.name))
    }

    /// The feature of [`ORM`] that writes the dump, as this package names it.
    ///
    /// # Errors
    /// The package depends on [`ORM`] only through other packages: cargo switches on features of a package's own
    /// dependencies alone.
    pub(super) fn dump_feature(&self) -> Result<String> {
        let orm = self.orm().ok_or_else(|| no_orm(&self.name))?;
        Ok(format!("{orm}/dump"))
    }
}

/// The package that `selection` means.
///
/// # Errors
/// cargo can't read the workspace; no package fits, or several do.
pub(super) fn choose(selection: &Selection) -> Result<Package> {
    let workspace = read(selection)?;
    match &selection.package {
        Some(name) => named(workspace.packages, name),
        None => unnamed(
            workspace.packages,
            nearest(selection.manifest_path.as_deref()).as_deref(),
        ),
    }
}

fn read(selection: &Selection) -> Result<Workspace> {
    let mut command = cargo();
    command.args(["metadata", "--format-version", "1", "--no-deps"]);
    if let Some(path) = &selection.manifest_path {
        command.arg("--manifest-path").arg(path);
    }
    command.args(selection.cargo.list());
    let output = command.stdin(Stdio::null()).output().map_err(|error| {
        Error::failed(format!("can't start cargo: {error}"))
            .with_hint("install Rust's cargo, or pass a dump with --models")
    })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Error::failed("cargo can't read the project")
            .with_note("cargo", said.trim().trim_start_matches("error: "))
            .with_hint("run this inside a cargo project, name one with --manifest-path, or pass a dump with --models"));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| {
        Error::failed(format!("can't read what cargo metadata printed: {error}"))
            .with_hint("update cargo and orm-migrate, or pass a dump with --models")
    })
}

/// The Cargo.toml that a cargo command here would take.
fn nearest(manifest_path: Option<&Path>) -> Option<PathBuf> {
    if let Some(path) = manifest_path {
        return path.canonicalize().ok();
    }
    let here = std::env::current_dir().ok()?;
    upwards(&here, "Cargo.toml")?.canonicalize().ok()
}

fn named(packages: Vec<Package>, name: &str) -> Result<Package> {
    let all = list(&packages);
    match packages.into_iter().find(|package| package.name == name) {
        Some(package) if package.has_library() => Ok(package),
        Some(package) => Err(no_library(&package.name)),
        None => Err(
            Error::failed(format!("the workspace has no package {name}"))
                .with_note("packages", all)
                .with_hint("name one of them with -p"),
        ),
    }
}

fn unnamed(packages: Vec<Package>, nearest: Option<&Path>) -> Result<Package> {
    let users: Vec<Package> = packages.into_iter().filter(Package::uses_orm).collect();
    let (mut candidates, without): (Vec<_>, Vec<_>) =
        users.into_iter().partition(Package::has_library);
    let is_nearest = |package: &Package| {
        nearest.is_some_and(|path| {
            package
                .manifest_path
                .canonicalize()
                .is_ok_and(|own| own == path)
        })
    };
    if let Some(at) = candidates.iter().position(is_nearest) {
        return Ok(candidates.swap_remove(at));
    }
    match (candidates.len(), without.first()) {
        (1, _) => Ok(candidates.swap_remove(0)),
        (0, Some(package)) => Err(no_library(&package.name)),
        (0, None) => Err(
            Error::failed(format!("no package of the workspace depends on {ORM}"))
                .with_hint("name the package with -p, or another workspace with --manifest-path"),
        ),
        _ => Err(
            Error::new(Exit::Undecided, "several packages may hold the models")
                .with_note("packages", list(&candidates))
                .with_hint("name one with -p, or in orm.toml as package under [models]"),
        ),
    }
}

fn list(packages: &[Package]) -> String {
    let mut names: Vec<&str> = packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    names.sort_unstable();
    names.join(", ")
}

fn no_library(package: &str) -> Error {
    Error::failed(format!("the package {package} has no library target")).with_hint(
        "move the models into a lib.rs, or add a program to the package whose main calls \
         orm_migrate::cli::run(), and use that instead",
    )
}

fn no_orm(package: &str) -> Error {
    Error::failed(format!(
        "the package {package} has no dependency {ORM} of its own"
    ))
    .with_hint(format!(
        "add {ORM} to its dependencies, or name with -p the package that has the models"
    ))
}

#[cfg(test)]
impl Package {
    /// A package of that name with the dependency alone, under the name `orm`.
    pub(super) fn with_orm(name: &str, orm: &str) -> Self {
        Self {
            dependencies: vec![Dependency {
                name: ORM.to_owned(),
                rename: (orm != ORM).then(|| orm.to_owned()),
                kind: None,
            }],
            ..Self::named(name)
        }
    }

    /// A package of that name with nothing in it.
    fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            id: name.to_owned(),
            manifest_path: PathBuf::from(format!("{name}/Cargo.toml")),
            dependencies: Vec::new(),
            targets: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, kind: &str, dependency: &str) -> Package {
        Package {
            dependencies: vec![Dependency {
                name: dependency.to_owned(),
                rename: None,
                kind: None,
            }],
            targets: vec![Target {
                kind: vec![kind.to_owned()],
            }],
            ..Package::named(name)
        }
    }

    fn chosen(packages: Vec<Package>) -> Result<String> {
        unnamed(packages, None).map(|package| package.name)
    }

    #[test]
    fn the_only_library_that_uses_the_orm_is_taken() {
        let packages = vec![
            package("app", "bin", "orm"),
            package("macros", "proc-macro", "orm"),
            package("models", "lib", "orm"),
            package("other", "lib", "serde"),
        ];
        assert_eq!(chosen(packages).unwrap(), "models");
    }

    #[test]
    fn several_are_listed() {
        let packages = vec![package("b", "rlib", "orm"), package("a", "cdylib", "orm")];
        let error = chosen(packages.clone()).unwrap_err();
        assert_eq!(error.exit(), Exit::Undecided);
        assert_eq!(error.note("packages"), Some("a, b"));
        assert_eq!(named(packages, "b").unwrap().name, "b");
    }

    #[test]
    fn the_feature_bears_the_name_that_the_manifest_gives() {
        let feature = |package: Package| package.dump_feature();
        assert_eq!(feature(Package::with_orm("a", "orm")).unwrap(), "orm/dump");
        assert_eq!(feature(Package::with_orm("a", "db")).unwrap(), "db/dump");
        let mut dev = Package::with_orm("a", "orm");
        dev.dependencies[0].kind = Some("dev".to_owned());
        let error = feature(dev).unwrap_err();
        assert!(
            error.message().contains("a has no dependency orm"),
            "{error}"
        );
    }

    #[test]
    fn none_says_what_to_do() {
        let error = chosen(vec![package("app", "bin", "orm")]).unwrap_err();
        assert!(
            error.hint().is_some_and(|hint| hint.contains("cli::run()")),
            "{error}"
        );
        let error = chosen(vec![package("app", "lib", "serde")]).unwrap_err();
        assert!(error.message().contains("no package"), "{error}");
        let error = named(vec![package("app", "lib", "orm")], "ap").unwrap_err();
        assert_eq!(error.note("packages"), Some("app"));
    }
}
