//! The exit codes of the command line tool: what a script around it branches on.

use std::process::ExitCode;

/// How a command ended. The numbers are a promise: none is ever given another meaning.
///
/// 4 (models and migrations differ) and 6 (lint findings) are kept for commands to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Exit {
    /// 0: done, and nothing is left to do.
    Clean,
    /// 1: something went wrong.
    Failed,
    /// 2: the command line is wrong, or no database has the scheme of the URL.
    Usage,
    /// 3: migrations are pending.
    Pending,
    /// 5: several readings are possible, and the tool doesn't guess.
    Undecided,
    /// 7: the database holds what the folder doesn't: applied migrations whose folders are missing.
    Drift,
    /// 8: another program holds the migration lock for longer than was to be waited.
    LockTimeout,
}

impl Exit {
    /// The number that the process ends with.
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Pending => 3,
            Self::Undecided => 5,
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
