//! [`Home`]: whose models and migrations the commands work on. Used by `project.rs` and `migrations.rs`.

use crate::migration::Embedded;

/// Where the models and the migrations come from when the command line doesn't say.
#[derive(Clone, Copy, Debug)]
pub enum Home {
    /// The program itself: the models that are linked into it, and a folder of migrations.
    Program,
    /// The program itself: the models that are linked into it, and migrations that are built in.
    Embedded(Embedded),
    /// A cargo package, which is built, and a folder of migrations.
    Package,
}
