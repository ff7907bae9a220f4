//! [`DbType`] for `uuid::Uuid`.

use ::uuid::Uuid;

use super::DbType;
use crate::value::{ConversionError, ValueRef};

impl DbType for Uuid {
    plain!(Uuid);

    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Uuid(*self.as_bytes())
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        match value {
            ValueRef::Uuid(bytes) => Ok(Uuid::from_bytes(bytes)),
            // SQLite and MySQL keep the 16 bytes.
            ValueRef::Bytes(bytes) => Uuid::from_slice(bytes).map_err(|_| ConversionError::Format),
            ValueRef::Text(text) => Uuid::try_parse(text).map_err(|_| ConversionError::Format),
            _ => Err(ConversionError::Kind),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_binds() {
        let id = Uuid::from_u128(0x0123_4567_89ab_cdef_0011_2233_4455_6677);
        assert_eq!(Uuid::from_value(id.to_value()), Ok(id));
        assert_eq!(Uuid::from_value(ValueRef::Bytes(id.as_bytes())), Ok(id));
        assert_eq!(
            Uuid::from_value(ValueRef::Bytes(&[1, 2])),
            Err(ConversionError::Format)
        );
    }
}
