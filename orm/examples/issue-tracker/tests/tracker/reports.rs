//! Reports send as many statements for fifty issues as for one.

use issue_tracker::models::Status;
use issue_tracker::operations::{NewIssue, add_step, assign, comment, finish_step, open};
use issue_tracker::options;
use issue_tracker::reports::{Card, board, details, overview, tree, workload};
use orm::NPlusOne;
use orm::prelude::*;
use orm::testing::{TestDatabase, assert_statements};

use crate::team::Team;

/// An issue with an assignee, two labels and two steps, one of them done.
fn open_one(engine: &Engine, team: &Team) -> orm::Result<i64> {
    let new = NewIssue {
        labels: &["bug", "urgent"],
        ..team.issue("One")
    };
    let issue = open(engine, team.project, &new)?;
    assign(engine, issue, Some(team.bob))?;
    let mut session = Session::new(engine);
    let step = add_step(&mut session, issue, "a")?;
    add_step(&mut session, issue, "b")?;
    finish_step(&mut session, step)?;
    Ok(issue)
}

/// A session in which a relation that is loaded entity by entity is an error.
fn strict(db: &TestDatabase) -> Session {
    db.session().n_plus_one(NPlusOne::Error)
}

#[orm::test(options = options)]
fn the_board_is_three_statements(db: TestDatabase) -> orm::Result<()> {
    let team = Team::new(db.engine())?;
    open_one(db.engine(), &team)?;
    db.take_statements();
    let cards = assert_statements!(db, 3, board(&mut strict(&db), "ENG")?);
    let card = Card {
        number: 1,
        title: "One".to_owned(),
        status: Status::Open,
        assignee: Some("bob".to_owned()),
        labels: vec!["bug".to_owned(), "urgent".to_owned()],
        steps: (1, 2),
    };
    assert_eq!(cards, [card]);

    for _ in 1..50 {
        open_one(db.engine(), &team)?;
    }
    db.take_statements();
    let cards = assert_statements!(db, 3, board(&mut strict(&db), "ENG")?);
    assert_eq!(cards.len(), 50);
    assert!(
        cards
            .iter()
            .all(|card| card.labels.len() == 2 && card.steps == (1, 2))
    );
    Ok(())
}

#[orm::test(options = options)]
fn details_are_four_statements(db: TestDatabase) -> orm::Result<()> {
    let team = Team::new(db.engine())?;
    let issue = open_one(db.engine(), &team)?;
    let mut session = db.session();
    for (author, text) in [
        (team.bob, "Why?"),
        (team.ada, "See there."),
        (team.bob, "Ah."),
    ] {
        comment(&mut session, issue, author, text)?;
    }
    db.take_statements();
    // The issue with its project and reporter, comments, authors, events.
    let found = assert_statements!(db, 4, details(&mut strict(&db), issue)?);
    assert_eq!(found.name, "ENG-1");
    assert_eq!((found.body.as_str(), found.reporter.as_str()), ("…", "ada"));
    let last = ("bob".to_owned(), "Ah.".to_owned());
    assert_eq!(
        (found.comments.len(), found.comments.last()),
        (3, Some(&last))
    );
    assert_eq!(found.events, ["opened", "assigned"]);
    Ok(())
}

#[orm::test(options = options)]
fn a_tree_is_a_statement_a_level(db: TestDatabase) -> orm::Result<()> {
    let team = Team::new(db.engine())?;
    let root = team.open(db.engine(), "root")?;
    for branch in ["a", "b"] {
        let branch = team.open_part(db.engine(), root, branch)?;
        for leaf in ["c", "d"] {
            team.open_part(db.engine(), branch, leaf)?;
        }
    }
    db.take_statements();
    // The root, two levels, and what is below the leaves.
    let lines = assert_statements!(db, 4, tree(&mut strict(&db), root)?);
    let lines: Vec<String> = lines
        .iter()
        .map(|(level, title)| format!("{level}{title}"))
        .collect();
    assert_eq!(lines, ["0root", "1a", "2c", "2d", "1b", "2c", "2d"]);
    Ok(())
}

#[orm::test(options = options)]
fn the_database_counts(db: TestDatabase) -> orm::Result<()> {
    let team = Team::new(db.engine())?;
    for _ in 0..3 {
        open_one(db.engine(), &team)?;
    }
    let last = team.open(db.engine(), "One")?;
    assign(db.engine(), last, Some(team.ada))?;
    db.take_statements();
    assert_eq!(
        assert_statements!(db, 1, overview(db.engine())?),
        [("ENG".to_owned(), 4, 1)]
    );
    let busy = [("bob".to_owned(), 3), ("ada".to_owned(), 1)];
    assert_eq!(assert_statements!(db, 1, workload(db.engine())?), busy);
    Ok(())
}
