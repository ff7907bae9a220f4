//! [`Name`]: what tables, columns and constraints are called. Used by every file of this folder.

use std::borrow::Cow;

/// A name in a schema. Models give theirs as literals, reflection and files as owned text.
pub type Name = Cow<'static, str>;
