//! [`Answers`]: what only a person can decide, as options of the command line and prompts give it.

use orm_core::schema::compare::{CompareOptions, Question};

use crate::error::{Error, Result};
use crate::exit::Exit;

/// Holds the decisions of a user about renames, values of existing rows, and objects that no model has.
///
/// # Examples
///
/// ```
/// use orm_migrate::autogenerate::Answers;
///
/// let mut answers = Answers::default();
/// answers.rename("users.mail:email")?;
/// answers.fill("users.age=0")?;
/// assert!(answers.rename("users.mail").is_err());
/// # Ok::<(), orm_migrate::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Answers {
    options: CompareOptions,
    /// The renames that were proposed and are none.
    declined: Vec<Question>,
}

impl Answers {
    /// Adds a rename: `old_table:new_table`, or `table.old_column:new_column`.
    ///
    /// # Errors
    /// The text has another form.
    pub fn rename(&mut self, text: &str) -> Result<()> {
        match text.split_once(':') {
            Some((from, to)) if !from.is_empty() && !to.is_empty() => {
                let pair = (from.to_owned().into(), to.to_owned().into());
                self.options.renames.push(pair);
                Ok(())
            }
            _ => Err(
                Error::new(Exit::Usage, format!("{text:?} is not a rename")).with_hint(
                    "write --rename TABLE:NEW or --rename TABLE.COLUMN:NEW, with the names of before on the left",
                ),
            ),
        }
    }

    /// Adds the value that existing rows get in a column: `table.column=SQL`.
    ///
    /// # Errors
    /// The text has another form.
    pub fn fill(&mut self, text: &str) -> Result<()> {
        match text.split_once('=') {
            Some((column, sql)) if column.contains('.') && !sql.trim().is_empty() => {
                self.fill_column(column, sql);
                Ok(())
            }
            _ => Err(Error::new(Exit::Usage, format!("{text:?} is not a fill"))
                .with_hint("write --fill TABLE.COLUMN=SQL, such as --fill \"users.age=0\"")),
        }
    }

    /// Adds the value that existing rows get in a column, which is named `table.column`.
    pub fn fill_column(&mut self, column: &str, sql: &str) {
        let pair = (column.to_owned().into(), sql.to_owned().into());
        self.options.fills.push(pair);
    }

    /// Answers a question about a rename with yes.
    pub fn accept(&mut self, question: &Question) {
        self.options.renames.extend(question.rename());
    }

    /// Answers a question about a rename with no.
    pub fn decline(&mut self, question: &Question) {
        self.declined.push(question.clone());
    }

    /// Takes nothing for a rename but what is named so: what has another name is dropped and added.
    pub fn no_renames(&mut self) {
        self.options.no_renames = true;
    }

    /// Sets whether tables, views and sequences that no model has are dropped. They are by default.
    pub fn drop_unknown(&mut self, drop: bool) {
        self.options.drop_unknown = drop;
    }

    pub(super) fn options(&self) -> &CompareOptions {
        &self.options
    }

    /// Whether a question is still open.
    pub(super) fn is_open(&self, question: &Question) -> bool {
        let declined = self.declined.iter().filter_map(Question::rename);
        question
            .rename()
            .is_none_or(|rename| !declined.into_iter().any(|own| own == rename))
    }
}
