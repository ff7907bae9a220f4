//! [`Home`]: the default source of models and migrations. Used by `project.rs` and `migrations.rs`.

use crate::migration::Embedded;

/// Selects the default source of models and migrations.
#[derive(Clone, Copy, Debug)]
pub enum Home {
    /// The program itself: its linked models, and a migrations folder.
    Program,
    /// The program itself: its linked models, and embedded migrations.
    Embedded(Embedded),
    /// A cargo package, which is built, and a migrations folder.
    Package,
}
