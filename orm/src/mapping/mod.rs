//! How a struct maps to a table: the [`Model`] trait that the derive implements, the data it emits, the
//! typed columns, the registry of linked models, and the way from models to schema.
//!
//! Knows neither connections nor sessions.

mod column;
mod column_set;
mod decode;
mod def;
pub(crate) mod dump;
mod key;
mod model;
mod registry;
mod schema;

pub use column::Column;
pub use column_set::ColumnSet;
pub use decode::{differs, read};
pub use def::{CheckDef, ColumnDef, IndexDef, ModelDef, ReferenceDef, ServerDefault, UniqueDef};
pub use key::{IntoKey, Key};
pub use model::{Entity, Model, ModelSlot, NewEntity, NewRow};
pub use registry::{Metadata, Registration, metadata};
