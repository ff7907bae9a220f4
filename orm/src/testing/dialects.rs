//! The databases on which tests run: their names, the variables with their URLs, and the selection of a run.
//! `home.rs` creates the databases.

use super::failure::TestFailure;

/// The variable that lists the dialects to be tested.
const DIALECTS: &str = "ORM_TEST_DIALECTS";

/// A database.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// The name of its dialect.
    pub(super) name: &'static str,
    /// The variable with the URL of a server; none is needed in memory.
    pub(super) variable: Option<&'static str>,
    /// What a test gets for itself.
    pub(super) scope: Scope,
    /// The feature of this crate that has its driver, and whether it is on.
    feature: (&'static str, bool),
}

/// What a test gets for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// A database in memory.
    Memory,
    /// A schema: PostgreSQL takes a second to make a database.
    Schema,
    /// A database of the server.
    Database,
}

const TARGETS: &[Target] = &[
    Target {
        name: "sqlite",
        variable: None,
        scope: Scope::Memory,
        feature: ("sqlite", cfg!(feature = "sqlite")),
    },
    Target {
        name: "postgres",
        variable: Some("ORM_TEST_POSTGRES_URL"),
        scope: Scope::Schema,
        feature: ("postgres", cfg!(feature = "postgres")),
    },
    Target {
        name: "mysql",
        variable: Some("ORM_TEST_MYSQL_URL"),
        scope: Scope::Database,
        feature: ("mysql", cfg!(feature = "mysql")),
    },
    Target {
        name: "mariadb",
        variable: Some("ORM_TEST_MARIADB_URL"),
        scope: Scope::Database,
        feature: ("mysql", cfg!(feature = "mysql")),
    },
];

/// Whether a test runs on a database.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// On the server of this URL; `sqlite://` in memory.
    Run(&'static Target, String),
    /// It doesn't, for this reason.
    NotRun(String),
}

/// Whether a test of the dialect `name` runs, by the variables of the environment.
///
/// # Errors
/// A dialect is listed that can't be tested: it is unknown, its feature is off, or its server is not named.
pub(super) fn choose(
    name: &str,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<Choice, TestFailure> {
    let given = |variable: &str| environment(variable).filter(|value| !value.trim().is_empty());
    let listed = given(DIALECTS);
    let is_separator = |c: char| c == ',' || c.is_whitespace();
    let words = listed.iter().flat_map(|list| list.split(is_separator));
    let listed_names: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    for listed in &listed_names {
        check_listed(listed)?;
    }
    let target = find(name).ok_or_else(|| TestFailure::new(format!("no dialect {name}")))?;
    let is_listed = listed_names.contains(&name);
    if listed.is_some() && !is_listed {
        return Ok(Choice::NotRun(format!("{DIALECTS} does not list {name}")));
    }
    let Some(variable) = target.variable else {
        return Ok(Choice::Run(target, "sqlite://".to_owned()));
    };
    match given(variable) {
        Some(url) => Ok(Choice::Run(target, url)),
        None if is_listed => Err(TestFailure::new(format!(
            "{DIALECTS} lists {name}, but {variable} is not set\n  hint: set {variable} to the URL of a server on \
             which tests may create and drop schemas or databases, or take {name} out of {DIALECTS}"
        ))),
        None => Ok(Choice::NotRun(format!("{variable} is not set"))),
    }
}

fn check_listed(name: &str) -> Result<(), TestFailure> {
    let Some(target) = find(name) else {
        let known: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
        let known = known.join(", ");
        return Err(TestFailure::new(format!(
            "{DIALECTS} lists {name}, which is not a dialect\n  hint: the known dialects are {known}"
        )));
    };
    match target.feature {
        (_, true) => Ok(()),
        (feature, false) => Err(TestFailure::new(format!(
            "{DIALECTS} lists {name}, but orm is built without the feature {feature}\n  hint: add the feature \
             {feature} to orm among the dev-dependencies, or take {name} out of {DIALECTS}"
        ))),
    }
}

fn find(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(name: &str, variables: &[(&str, &str)]) -> Result<Choice, String> {
        let environment = |wanted: &str| {
            let found = variables.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| (*value).to_owned())
        };
        choose(name, environment).map_err(|failure| format!("{failure:?}"))
    }

    #[track_caller]
    fn check_not_run(name: &str, variables: &[(&str, &str)], reason: &str) {
        assert_eq!(
            chosen(name, variables),
            Ok(Choice::NotRun(reason.to_owned()))
        );
    }

    #[test]
    fn without_a_list_a_dialect_runs_whose_server_is_named() {
        assert!(matches!(chosen("sqlite", &[]), Ok(Choice::Run(_, url)) if url == "sqlite://"));
        check_not_run("mysql", &[], "ORM_TEST_MYSQL_URL is not set");
        let named = [("ORM_TEST_MYSQL_URL", "mysql://h/d")];
        assert!(matches!(chosen("mysql", &named), Ok(Choice::Run(_, url)) if url == "mysql://h/d"));
        check_not_run(
            "mysql",
            &[("ORM_TEST_MYSQL_URL", "")],
            "ORM_TEST_MYSQL_URL is not set",
        );
    }

    #[cfg(all(feature = "sqlite", feature = "postgres"))]
    #[test]
    fn a_listed_dialect_must_have_a_url_and_another_one_does_not_run() {
        let list = ("ORM_TEST_DIALECTS", "sqlite, postgres");
        let url = ("ORM_TEST_POSTGRES_URL", "postgresql://h/d");
        let error = chosen("postgres", &[list]).unwrap_err();
        assert!(
            error.contains("ORM_TEST_POSTGRES_URL is not set"),
            "{error}"
        );
        assert!(chosen("postgres", &[list, url]).is_ok());
        let other = ("ORM_TEST_DIALECTS", "sqlite");
        check_not_run(
            "postgres",
            &[other, url],
            "ORM_TEST_DIALECTS does not list postgres",
        );
    }

    #[test]
    fn what_can_not_be_tested_is_an_error_in_every_test() {
        let error = chosen("sqlite", &[("ORM_TEST_DIALECTS", "sqlite,orcale")]).unwrap_err();
        assert!(
            error.contains("orcale") && error.contains("dialects are sqlite"),
            "{error}"
        );
        if !cfg!(feature = "postgres") {
            let error = chosen("sqlite", &[("ORM_TEST_DIALECTS", "postgres")]).unwrap_err();
            assert!(error.contains("without the feature postgres"), "{error}");
        }
    }
}
