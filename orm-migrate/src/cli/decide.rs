//! Asks on a terminal for what a comparison can't know: what was renamed, and which values existing rows get.
//!
//! In a pipe nothing is asked: the error names the options that answer.

use std::io::{self, IsTerminal as _};

use orm_core::schema::compare::Question;

use super::print;
use crate::autogenerate::{Answers, question};
use crate::error::{Error, Result};
use crate::exit::Exit;

/// Adds the answers to the questions. Returns whether there were any.
///
/// # Errors
/// There is no terminal to ask on, or it was closed.
pub(super) fn decide(questions: &[Question], answers: &mut Answers) -> Result<bool> {
    if questions.is_empty() {
        return Ok(false);
    }
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return Err(undecided(questions));
    }
    // One at a time: the answer to one may settle another.
    match &questions[0] {
        asked @ Question::RenameTable { from, to, .. } => {
            let is_it = yes(&format!("Was table {from} renamed to {to}?"))?;
            answer(asked, is_it, answers);
        }
        asked @ Question::Rename {
            table, from, to, ..
        } => {
            let is_it = yes(&format!("Was column {table}.{from} renamed to {to}?"))?;
            answer(asked, is_it, answers);
        }
        Question::Fill { table, column } => {
            let sql = line(&format!(
                "The column {table}.{column} is NOT NULL. Which value do existing rows get, as SQL (such as 0 or '')?"
            ))?;
            answers.fill_column(&format!("{table}.{column}"), &sql);
        }
        // A question that a later version of orm-core asks.
        _ => return Err(undecided(questions)),
    }
    Ok(true)
}

fn answer(question: &Question, is_it: bool, answers: &mut Answers) {
    if is_it {
        answers.accept(question);
    } else {
        answers.decline(question);
    }
}

#[cold]
fn undecided(questions: &[Question]) -> Error {
    let texts: Vec<String> = questions.iter().map(question).collect();
    Error::new(Exit::Undecided, texts.join("\n"))
        .with_note("state", "nothing was written")
        .with_hint("answer with these options, or run the command on a terminal")
}

fn yes(text: &str) -> Result<bool> {
    let answer = line(&format!("{text} [y/n]"))?;
    Ok(["y", "yes"].contains(&answer.to_lowercase().as_str()))
}

/// Asks until a line is not empty.
fn line(text: &str) -> Result<String> {
    loop {
        print::say(text);
        let mut answer = String::new();
        let read = io::stdin().read_line(&mut answer);
        if !matches!(read, Ok(1..)) {
            return Err(Error::new(Exit::Undecided, "canceled by the user")
                .with_note("state", "nothing was written")
                .with_hint("answer on the terminal, or with --rename, --no-renames and --fill"));
        }
        let answer = answer.trim();
        if !answer.is_empty() {
            return Ok(answer.to_owned());
        }
    }
}
