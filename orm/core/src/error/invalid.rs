//! [`InvalidField`]: what a validator refuses. The validators of all entities that a flush writes add to one list, of
//! which `builder.rs` makes one error of the kind `Validation`.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

/// How many fields an error holds.
const HELD: usize = 100;

/// How many of them its message names.
const NAMED: usize = 10;

/// Describes a field of an entity that a validator refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidField {
    /// The name of the model.
    pub model: &'static str,
    /// The primary key as text; `None` for an entity whose key the database generates.
    pub key: Option<String>,
    /// The name of the field; `None` if the entity as a whole is refused.
    pub field: Option<&'static str>,
    /// What is wrong, in the words of the validator.
    pub message: Cow<'static, str>,
}

impl InvalidField {
    /// Creates one of the parts.
    pub fn new(
        model: &'static str,
        key: Option<String>,
        field: Option<&'static str>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        let message = message.into();
        Self {
            model,
            key,
            field,
            message,
        }
    }
}

impl fmt::Display for InvalidField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.model)?;
        if let Some(key) = &self.key {
            write!(f, "({key})")?;
        }
        if let Some(field) = self.field {
            write!(f, ".{field}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// Collects what validators refuse: the first hundred fields, and how many there are.
#[derive(Clone, Debug, Default)]
pub struct InvalidFields {
    fields: Vec<InvalidField>,
    count: usize,
}

impl InvalidFields {
    /// Adds a field.
    pub fn add(&mut self, field: InvalidField) {
        self.count += 1;
        if self.fields.len() < HELD {
            self.fields.push(field);
        }
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Those that an error holds.
    pub(super) fn held(&self) -> &[InvalidField] {
        &self.fields
    }

    /// What an error says of them.
    pub(super) fn to_message(&self) -> String {
        let fields = if self.count == 1 {
            "field is"
        } else {
            "fields are"
        };
        let mut message = format!("{} {fields} not valid: ", self.count);
        for (index, field) in self.fields.iter().take(NAMED).enumerate() {
            let separator = if index > 0 { "; " } else { "" };
            // A string takes everything.
            let _ = write!(message, "{separator}{field}");
        }
        if self.count > NAMED {
            let _ = write!(message, "; and {} more", self.count - NAMED);
        }
        message
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_bounded_and_counted() {
        let mut invalid = InvalidFields::default();
        for number in 0..250 {
            let key = Some(number.to_string());
            invalid.add(InvalidField::new("User", key, Some("name"), "is empty"));
        }
        let error = invalid.to_result().expect_err("fields were added");
        assert_eq!(error.invalid_fields().len(), HELD);
        let message = error.message();
        assert!(message.starts_with("250 fields are not valid: User(0).name: is empty; "));
        assert!(
            message.ends_with("; User(9).name: is empty; and 240 more"),
            "{message}"
        );
    }

    #[test]
    fn an_entity_may_be_refused_as_a_whole() {
        let whole = InvalidField::new("Stay", None, None, "ends before it begins");
        assert_eq!(whole.to_string(), "Stay: ends before it begins");
    }
}
