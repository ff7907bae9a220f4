//! The codec says what its columns are.

use orm::prelude::*;
use orm::types::{Codec, Type};
use orm::value::{ConversionError, Value, ValueRef};

#[derive(DbType, Clone, Debug, PartialEq)]
#[orm(codec, length = 10)]
struct Tags(Vec<String>);

impl Codec for Tags {
    const TYPE: Type = Type::Text;
    const NAME: &'static str = "tags";

    fn encode(&self, _server: &str) -> Value {
        Value::Text(self.0.join(","))
    }

    fn decode(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        match value {
            ValueRef::Text(text) => Ok(Self(text.split(',').map(str::to_owned).collect())),
            _ => Err(ConversionError::Kind),
        }
    }
}

fn main() {}
