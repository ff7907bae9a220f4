//! Which crate may depend on which, and how much a user of a crate has to build.

use serde_json::Value;

use crate::cargo::{crates_of, list, metadata, text};
use crate::tree::report;

/// What a crate of the workspace may depend on inside the workspace, lowest crate first.
///
/// A question mark means: only as an optional dependency, so that a driver is built by its feature alone.
const EDGES: &[(&str, &[&str])] = &[
    ("orm-core", &[]),
    ("orm-macros", &[]),
    ("dialect-sqlite", &["orm-core"]),
    ("dialect-postgres", &["orm-core"]),
    ("dialect-mysql", &["orm-core"]),
    (
        "orm",
        &[
            "orm-core",
            "orm-macros",
            "dialect-sqlite?",
            "dialect-postgres?",
            "dialect-mysql?",
        ],
    ),
    (
        "orm-migrate",
        &[
            "orm-core",
            "orm-macros",
            "dialect-sqlite",
            "dialect-postgres",
            "dialect-mysql",
            "orm",
        ],
    ),
    (
        "orm-tests",
        &[
            "orm-core",
            "orm-macros",
            "dialect-sqlite",
            "dialect-postgres",
            "dialect-mysql",
            "orm",
            "orm-conformance",
            "orm-migrate",
        ],
    ),
    ("orm-conformance", &["orm-core", "orm-macros", "orm"]),
    ("orm-differential", &["orm"]),
    (
        "orm-doctest",
        &["orm-core", "orm", "dialect-postgres", "dialect-mysql"],
    ),
    ("orm-guide", &["orm", "orm-migrate"]),
    (
        "orm-tpch",
        &[
            "orm",
            "orm-conformance",
            "orm-tests",
            "dialect-postgres",
            "dialect-mysql",
        ],
    ),
    ("web-service", &["orm"]),
];

/// The crates whose own tests may depend on any crate. A dialect's may not: with `orm` they would see
/// two copies of the dialect, whose types don't fit each other.
const FREE_IN_TESTS: &[&str] = &["orm-macros", "orm", "orm-migrate", "orm-tests"];

/// The most crates that a program has to build for `orm` with its default features, `orm` included.
const MOST_CRATES: usize = 35;

/// Crates that talk to a database.
const DRIVERS: &[&str] = &[
    "libsqlite3-sys",
    "mysql",
    "mysql_common",
    "postgres",
    "rusqlite",
    "tokio-postgres",
];

#[test]
fn crates_depend_on_what_is_below_them() {
    let members = list(metadata(), "workspace_members");
    let packages = list(metadata(), "packages").iter();
    let packages: Vec<&Value> = packages
        .filter(|package| members.contains(&package["id"]))
        .collect();

    let mut broken = Vec::new();
    for package in &packages {
        for dependency in list(package, "dependencies") {
            if packages
                .iter()
                .any(|member| member["name"] == dependency["name"])
            {
                broken.extend(verdict(text(package, "name"), dependency));
            }
        }
    }
    report(
        "a crate depends only on the crates below it; see EDGES",
        &broken,
    );
}

/// What is wrong with a dependency on another crate of the workspace, if anything is.
fn verdict(from: &str, dependency: &Value) -> Option<String> {
    let to = text(dependency, "name");
    let Some((_, edges)) = EDGES.iter().find(|(package, _)| *package == from) else {
        return Some(format!(
            "{from}: not in EDGES; say there what it may depend on"
        ));
    };
    let is_allowed = edges.contains(&to);
    let is_allowed_if_optional = edges.contains(&format!("{to}?").as_str());
    if text(dependency, "kind") == "dev" {
        // orm-core's `testing` feature is there for the tests of the crates that build on it.
        let is_allowed = is_allowed || FREE_IN_TESTS.contains(&from) || to == "orm-core";
        return (!is_allowed)
            .then(|| format!("{from}: its tests must not use {to}; move them into orm-tests"));
    }
    if is_allowed_if_optional {
        let is_optional = dependency["optional"] == true;
        return (!is_optional).then(|| format!("{from}: make {to} optional, behind a feature"));
    }
    (!is_allowed)
        .then(|| format!("{from}: must not depend on {to}; move what it needs further down"))
}

#[test]
fn a_user_of_sqlite_builds_few_crates() {
    let crates = crates_of(&["-p", "orm"]);
    assert!(
        crates.len() <= MOST_CRATES,
        "orm with default features builds {} crates, {MOST_CRATES} allowed; trim one of {}",
        crates.len(),
        crates.join(", ")
    );
}

#[test]
fn rendering_scripts_needs_no_driver() {
    let mut crates = crates_of(&["-p", "orm-migrate", "--no-default-features"]);
    crates.retain(|found| {
        DRIVERS
            .iter()
            .any(|driver| found.split(' ').next() == Some(driver))
    });
    assert!(
        crates.is_empty(),
        "orm-migrate without features builds {}; put it behind the feature `live`",
        crates.join(", ")
    );
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::verdict;

    /// `to` with a question mark is an optional dependency. Without `expected` the edge is allowed.
    #[track_caller]
    fn check(from: &str, to: &str, kind: Option<&str>, expected: Option<&str>) {
        let name = to.trim_end_matches('?');
        let dependency = json!({ "name": name, "kind": kind, "optional": name != to });
        let found = verdict(from, &dependency);
        assert_eq!(found.is_some(), expected.is_some(), "{found:?}");
        let found = found.unwrap_or_default();
        assert!(found.contains(expected.unwrap_or_default()), "{found}");
    }

    #[test]
    fn edges_point_down() {
        check("orm", "orm-core", None, None);
        check("orm-migrate", "orm", None, None);
        check("dialect-mysql", "orm-core", None, None);
        check(
            "orm-core",
            "orm-macros",
            None,
            Some("must not depend on orm-macros"),
        );
        check(
            "orm-core",
            "orm-macros",
            Some("build"),
            Some("must not depend"),
        );
        check(
            "dialect-mysql",
            "dialect-sqlite?",
            None,
            Some("must not depend"),
        );
        check("orm-migrate", "orm-tests", None, Some("must not depend"));
        check("orm-new", "orm", None, Some("not in EDGES"));
    }

    #[test]
    fn a_dialect_is_optional() {
        check("orm", "dialect-sqlite?", None, None);
        check(
            "orm",
            "dialect-sqlite",
            None,
            Some("make dialect-sqlite optional"),
        );
    }

    #[test]
    fn tests_of_a_dialect_need_only_the_contract() {
        check("dialect-mysql", "orm-core", Some("dev"), None);
        check(
            "dialect-mysql",
            "orm",
            Some("dev"),
            Some("its tests must not use orm"),
        );
        check(
            "orm-core",
            "orm",
            Some("dev"),
            Some("its tests must not use orm"),
        );
        check("orm", "orm-tests", Some("dev"), None);
    }
}
