//! [`Exit`]: the exit codes of the command line tool, on which scripts branch.

use std::process::ExitCode;

/// Lists the exit codes. A code never gets another meaning.
///
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Exit {
    /// 0: success, and nothing is pending.
    Clean,
    /// 1: an error.
    Failed,
    /// 2: the command line is not valid, or the scheme of the URL is unknown.
    Usage,
    /// 3: migrations are pending, or one was interrupted.
    Pending,
    /// 4: the models are not what the migrations make.
    Differs,
    /// 5: the command is ambiguous, or needs a decision.
    Undecided,
    /// 6: the lint has findings.
    Findings,
    /// 7: the database has applied migrations that are not in the folder, or the script of an applied one was edited.
    Drift,
    /// 8: another process holds the migration lock until the timeout.
    LockTimeout,
}

impl Exit {
    /// Returns the number with which the process ends.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_migrate::Exit;
    /// assert_eq!(Exit::Clean.code(), 0);
    /// ```
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Pending => 3,
            Self::Differs => 4,
            Self::Undecided => 5,
            Self::Findings => 6,
            Self::Drift => 7,
            Self::LockTimeout => 8,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
