//! Many issues come from a file. A line that is not valid does not keep the others out.

use orm::prelude::*;

use super::{NewIssue, add};

/// What became of the lines of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// The keys of the new issues.
    pub issues: Vec<i64>,
    /// The lines that are not valid, counted from 1, and why.
    pub rejected: Vec<(usize, String)>,
}

/// Opens an issue for each line, which is its title. All valid lines are stored by one transaction, each in a savepoint.
///
/// # Errors
/// `NotFound`: there is no such project or reporter. Nothing is stored.
pub fn import(engine: &Engine, project: i64, reporter: i64, lines: &str) -> orm::Result<Imported> {
    engine.transaction(|session| {
        let mut imported = Imported::default();
        for (number, title) in (1..).zip(lines.lines()) {
            let new = NewIssue {
                title,
                body: "",
                reporter,
                parent: None,
                labels: &["imported"],
            };
            match session.savepoint(|session| add(session, project, &new)) {
                Ok(issue) => imported.issues.push(session[issue].id),
                // The savepoint has undone what the line did, also in memory: the project has its old number.
                Err(error) if error.is_validation() || error.is_invalid_value() => {
                    imported.rejected.push((number, reason(&error)));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(imported)
    })
}

fn reason(error: &orm::Error) -> String {
    let fields = error.invalid_fields().iter();
    let texts: Vec<String> = fields
        .map(|field| format!("{} {}", field.field.unwrap_or("the issue"), field.message))
        .collect();
    if texts.is_empty() {
        error.message().to_owned()
    } else {
        texts.join(", ")
    }
}
