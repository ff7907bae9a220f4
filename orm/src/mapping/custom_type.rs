//! [`CustomType`]: a marker of custom types, in addition to [`DbType`].
//!
//! With one trait for all custom types, other layers can implement their traits for them: as keys here, as operands
//! in the query layer.

use std::fmt::Debug;
use std::hash::Hash;

use orm_core::types::{DbType, NotNull};
use orm_core::value::{ConversionError, ValueRef};

use super::key::{KeyPart, PrimaryKey};

/// Marks the custom types of columns. Implemented by `#[derive(DbType)]` and `#[derive(DbEnum)]`.
///
/// ```
/// use orm::prelude::*;
/// use orm::types::{Codec, Type};
/// use orm::value::{ConversionError, Value, ValueRef};
///
/// #[derive(DbType, Clone, Debug, PartialEq)]
/// #[orm(length = 254)]
/// struct Email(String);
///
/// #[derive(DbType, Clone, Debug, PartialEq)]
/// #[orm(codec)]
/// struct Tags(Vec<String>);
///
/// impl Codec for Tags {
///     const TYPE: Type = Type::Text;
///     const NAME: &'static str = "tags";
///
///     fn encode(&self, _server: &str) -> Value {
///         Value::Text(self.0.join(","))
///     }
///
///     fn decode(value: ValueRef<'_>) -> Result<Self, ConversionError> {
///         match value {
///             ValueRef::Text(text) => Ok(Self(text.split(',').map(str::to_owned).collect())),
///             _ => Err(ConversionError::Kind),
///         }
///     }
/// }
///
/// #[derive(Model, Clone, Debug)]
/// #[orm(table = "users")]
/// struct User {
///     #[orm(primary_key)]
///     id: i64,
///     email: Email, // VARCHAR(254)
///     tags: Tags,
/// }
///
/// let engine = Engine::connect("sqlite://")?;
/// Metadata::of((User,)).create_all(&engine)?;
/// let mut session = Session::new(&engine);
/// let tags = Tags(vec!["a".into(), "b".into()]);
/// session.add(User::builder().email(Email("ada@x.org".into())).tags(tags.clone()));
/// session.commit()?; // INSERT INTO "users" ("email", "tags") VALUES ('ada@x.org', 'a,b')
/// let user = select(User).filter(User.email.eq("ada@x.org") & User.tags.eq(tags)).one(&mut session)?;
/// assert_eq!(session[user].email, Email("ada@x.org".into()));
/// # Ok::<(), orm::Error>(())
/// ```
pub trait CustomType: DbType<Null = NotNull> {}

#[diagnostic::do_not_recommend]
impl<T: CustomType + Clone + Debug + Eq + Hash> PrimaryKey for T {
    const PARTS: &'static [KeyPart] = &[KeyPart::of::<Self>()];

    fn with_parts<R>(&self, run: impl FnOnce(&[ValueRef<'_>]) -> R) -> R {
        run(&[self.to_value()])
    }
}

/// Is implemented by the types that a custom type can be stored as: mapped types without `Option`. For NULL, use an
/// `Option` of the custom type.
#[diagnostic::on_unimplemented(
    message = "a new type can't be stored as `{Self}`",
    label = "not a mapped type, or an Option of one",
    note = "the mapped types are bool, integers of 8 to 64 bits, f32, f64, String, Vec<u8>, and the types of chrono, rust_decimal and uuid behind the features of those names; for NULL make the field of the model an Option of the new type"
)]
#[doc(hidden)]
pub trait Stored: Sized {
    /// See [`DbType::Base`].
    type Base;
    /// See [`DbType::TYPE`].
    const TYPE: orm_core::types::Type;
    /// See [`DbType::LENGTH`].
    const LENGTH: Option<u32>;

    /// See [`DbType::to_value`].
    fn to_value(&self) -> ValueRef<'_>;

    /// Converts a value as [`DbType::from_value`] does.
    ///
    /// # Errors
    /// As [`DbType::from_value`].
    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError>;
}

#[diagnostic::do_not_recommend]
impl<T: DbType<Null = NotNull>> Stored for T {
    type Base = T::Base;
    const TYPE: orm_core::types::Type = <T as DbType>::TYPE;
    const LENGTH: Option<u32> = <T as DbType>::LENGTH;

    #[inline]
    fn to_value(&self) -> ValueRef<'_> {
        DbType::to_value(self)
    }

    #[inline]
    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        <T as DbType>::from_value(value)
    }
}
