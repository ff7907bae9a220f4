//! Rows that most tests begin with.

use issue_tracker::operations::{NewIssue, create_project, open, register};
use orm::prelude::*;
use orm::testing::TestDatabase;

/// Two users and a project of the first.
pub(crate) struct Team {
    pub(crate) ada: i64,
    pub(crate) bob: i64,
    pub(crate) project: i64,
}

impl Team {
    pub(crate) fn new(engine: &Engine) -> orm::Result<Self> {
        let mut session = Session::new(engine);
        let ada = register(&mut session, "ada", "ada@example.com")?;
        let bob = register(&mut session, "bob", "bob@example.com")?;
        let project = create_project(&mut session, "ENG", "The engine", ada)?;
        Ok(Self { ada, bob, project })
    }

    /// An issue that ada reports.
    pub(crate) fn issue<'a>(&self, title: &'a str) -> NewIssue<'a> {
        NewIssue {
            title,
            body: "…",
            reporter: self.ada,
            parent: None,
            labels: &[],
        }
    }

    pub(crate) fn open(&self, engine: &Engine, title: &str) -> orm::Result<i64> {
        open(engine, self.project, &self.issue(title))
    }

    /// An issue that is a part of another one.
    pub(crate) fn open_part(&self, engine: &Engine, parent: i64, title: &str) -> orm::Result<i64> {
        open(
            engine,
            self.project,
            &NewIssue {
                parent: Some(parent),
                ..self.issue(title)
            },
        )
    }
}

/// The number of rows, without criteria.
pub(crate) fn rows<E: Entity>(engine: &Engine, entity: E) -> orm::Result<i64> {
    select(entity)
        .without_all_criteria()
        .count(&mut engine.connection()?)
}

/// The statements that were sent since the last look begin with these texts: some databases return the generated key.
#[track_caller]
pub(crate) fn assert_begin(db: &TestDatabase, expected: &[&str]) {
    let sent = db.take_statements();
    let begins = sent.len() == expected.len()
        && sent
            .iter()
            .zip(expected)
            .all(|(sql, begin)| sql.starts_with(begin));
    assert!(begins, "{sent:#?}\nexpected: {expected:#?}");
}
