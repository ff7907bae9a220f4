//! [`Name`]: the name of a table, column or constraint. Used by every file of this folder.

use std::borrow::Cow;

/// Is a name in a schema. Models borrow their names from literals; reflection and files own them.
pub type Name = Cow<'static, str>;
