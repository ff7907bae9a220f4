//! [`RawValue`]: the values that raw SQL can bind. Used by `statement.rs`; operands of columns are in
//! `expressions/operand.rs`.

use std::borrow::Cow;

use orm_core::types::{DbType, Type};
use orm_core::value::Value;

use crate::query::expressions::operand::Null;
use crate::query::write::values::{ByRef, ByValue};

/// Is implemented by the values that raw SQL can bind: every type of a column, and borrowed text and bytes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be bound to a raw statement",
    label = "not a value that a column can hold; lists are bound by `bind_list`"
)]
pub trait RawValue<Kind> {
    /// The type of the value, for an empty list.
    const TYPE: Type;

    /// Returns the value.
    fn into_value(self) -> Value;
}

#[diagnostic::do_not_recommend]
impl<T: DbType> RawValue<ByValue> for T {
    const TYPE: Type = <T as DbType>::TYPE;

    fn into_value(self) -> Value {
        self.to_value().to_value()
    }
}

#[diagnostic::do_not_recommend]
impl RawValue<ByRef> for Null {
    const TYPE: Type = Type::Text;

    fn into_value(self) -> Value {
        Value::Null
    }
}

macro_rules! borrowed {
    ($($given:ty => $owned:ty),+ $(,)?) => {$(
        #[diagnostic::do_not_recommend]
        impl RawValue<ByRef> for $given {
            const TYPE: Type = <$owned as DbType>::TYPE;

            fn into_value(self) -> Value {
                RawValue::<ByValue>::into_value(<$owned>::from(self))
            }
        }

        #[diagnostic::do_not_recommend]
        impl RawValue<ByRef> for Option<$given> {
            const TYPE: Type = <$owned as DbType>::TYPE;

            fn into_value(self) -> Value {
                self.map_or(Value::Null, RawValue::<ByRef>::into_value)
            }
        }
    )+};
}

borrowed! {
    &str => String,
    &String => String,
    Cow<'_, str> => String,
    &[u8] => Vec<u8>,
}
