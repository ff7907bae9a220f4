//! Faults: the rows of the database, the entities of the session and the errors agree after each of them.
//!
//! `each_call.rs` injects one at each driver call of a program in turn; the program is in `program.rs`, as steps that
//! end with a commit each, and the comparison in `run.rs`. Faults of the databases' own are in `interrupted.rs`,
//! single ones in `single.rs`; killed connections are in `lost.rs` and `lost_connection.rs` beside this folder.

mod each_call;
mod interrupted;
mod program;
mod run;
mod single;

/// The cases of this folder.
pub(super) fn cases() -> Vec<super::Case> {
    let mut cases = each_call::cases();
    cases.extend(interrupted::cases());
    cases.extend(single::cases());
    cases
}
