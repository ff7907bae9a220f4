//! [`Patch`]: new values for some columns of a row, as a struct of `Option`s. `derive(Patch)` implements it.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::stmt::Expr;
use orm_core::value::{Value, ValueRef};

use super::assignment::Assignment;
use super::check::check_not_generated;
use crate::mapping::{Column, Field, Model, column_of_other_variant, has_other_values, null_alone};
use crate::query::expressions::rank::plain_label;

/// Is implemented by structs that change some columns of a model's row, with `#[derive(Patch)]`: what a PATCH request
/// carries.
///
/// `None` leaves a column as it is. A nullable column is an `Option` twice, and `Some(None)` sets it to NULL. A patch is
/// given to [`Session::apply`](crate::Session::apply), to [`Update::patch`](crate::query::Update::patch), or to a value.
///
/// ```
/// # use orm_doctest::*;
/// #[derive(Patch, Default)]
/// #[orm(model = User)]
/// struct UserPatch {
///     name: Option<String>,
///     email: Option<Option<String>>,
/// }
///
/// # let (engine, _) = database()?;
/// let mut ada = select(User).filter(User.id.eq(1)).one(&mut engine.connection()?)?;
/// let patch = UserPatch { name: Some("Ada".into()), ..UserPatch::default() };
/// patch.apply_to(&mut ada)?;
/// assert_eq!(ada.name, "Ada");
/// # Ok::<(), orm::Error>(())
/// ```
///
/// # With serde
///
/// serde reads `null` as `None`, so that a field of a JSON object that is `null` can't be told from one that is absent.
/// With the feature `serde`, `orm::patch::nullable` reads it as `Some(None)`:
///
/// ```text
/// #[derive(Patch, Deserialize)]
/// #[orm(model = User)]
/// struct UserPatch {
///     name: Option<String>,
///     #[serde(default, deserialize_with = "orm::patch::nullable")]
///     email: Option<Option<String>>,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a patch",
    note = "add `#[derive(Patch)]` and `#[orm(model = …)]` to a struct of `Option`s"
)]
pub trait Patch: Sized {
    /// The model.
    type Model: Model;

    /// Returns the assignments of the columns that have a value. There are none if the patch changes nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// #[derive(Patch)]
    /// #[orm(model = User)]
    /// struct Age {
    ///     age: Option<i32>,
    /// }
    ///
    /// assert!(Age { age: None }.into_assignments().is_empty());
    /// ```
    fn into_assignments(self) -> Vec<Assignment<Self::Model>>;

    /// Sets the fields of a value for which the patch has one.
    ///
    /// # Errors
    /// - `Decode`: a value does not fit its field, which only a codec of the program's own can cause.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// #[derive(Patch)]
    /// #[orm(model = User)]
    /// struct Age {
    ///     age: Option<i32>,
    /// }
    ///
    /// # let (engine, _) = database()?;
    /// let mut ada = select(User).filter(User.id.eq(1)).one(&mut engine.connection()?)?;
    /// Age { age: Some(37) }.apply_to(&mut ada)?;
    /// assert_eq!(ada.age, 37);
    /// # Ok::<(), orm::Error>(())
    /// ```
    fn apply_to(self, entity: &mut Self::Model) -> Result<()> {
        for assignment in self.into_assignments() {
            if let (position, Expr::Value(value)) = assignment.into_parts() {
                assign_value(entity, position, value.as_ref())?;
            }
        }
        Ok(())
    }
}

/// Is implemented by the fields of a patch: by an `Option` of the type that the column has.
#[diagnostic::on_unimplemented(
    message = "a patch of a field of type `{T}` has an `Option<{T}>`, not `{Self}`",
    label = "expected `Option<{T}>`",
    note = "`None` leaves the column as it is; `Some(None)` sets a nullable column to NULL"
)]
pub trait PatchField<T> {
    /// Returns the new value, if there is one.
    fn into_given(self) -> Option<T>;
}

#[diagnostic::do_not_recommend]
impl<T> PatchField<T> for Option<T> {
    fn into_given(self) -> Option<T> {
        self
    }
}

/// Adds the assignment of a field of a patch, if it has a value. Called by generated code.
#[doc(hidden)]
pub fn patched<M: Model, T: Field, F: PatchField<T>>(
    column: Column<M, T>,
    field: F,
    assignments: &mut Vec<Assignment<M>>,
) {
    let given = field.into_given();
    let value = given.map(|given| Expr::Value(given.value().to_value()));
    assignments.extend(value.map(|value| Assignment::new(column.position(), value)));
}

/// Sets a field of a value.
///
/// # Errors
/// - `Usage`: it is a column of another variant of a flattened enum, or a generated column.
/// - `Decode`: the value does not fit the field.
pub(crate) fn assign_value<M: Model>(
    entity: &mut M,
    position: usize,
    value: ValueRef<'_>,
) -> Result<()> {
    let def = M::def();
    check_not_generated(def, position)?;
    let label = plain_label(&def.columns[position].ty, value);
    let value = label.as_ref().map_or(value, Value::as_ref);
    if value.is_null() && has_other_values(entity, position) {
        return assign_null(entity, position);
    }
    let Err(misfit) = entity.assign(position, value) else {
        return Ok(());
    };
    if !entity.has_column(position) {
        return Err(column_of_other_variant(entity, position));
    }
    Err(Error::with_message(ErrorKind::Decode, misfit.to_string())
        .with_table(def.table)
        .with_column(def.names[position]))
}

/// Sets a column of a flattened value, which has others, to NULL. In a row, NULL for a field that is no `Option` is an `Option`
/// around it that is `None`; here it would be the loss of the others.
fn assign_null<M: Model>(entity: &mut M, position: usize) -> Result<()> {
    let old = entity.snapshot();
    let is_assigned = entity.assign(position, ValueRef::Null).is_ok();
    if is_assigned && has_other_values(entity, position) {
        return Ok(());
    }
    entity.restore(old);
    Err(null_alone(M::def(), position, is_assigned))
}

/// Deserializes a nullable field of a [`Patch`]: `null` is `Some(None)`, and with `#[serde(default)]` a field that is
/// absent is `None`.
///
/// # Errors
/// Those of the field's type.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// #[derive(Patch, serde::Deserialize)]
/// #[orm(model = User)]
/// struct UserPatch {
///     name: Option<String>,
///     #[serde(default, deserialize_with = "orm::patch::nullable")]
///     email: Option<Option<String>>,
/// }
///
/// let patch: UserPatch = serde_json::from_str(r#"{"email": null}"#)?;
/// assert_eq!(
///     update(User).patch(patch).to_sql(&SqliteDialect)?,
///     r#"UPDATE "users" SET "email" = ?"#
/// );
/// let patch: UserPatch = serde_json::from_str(r#"{"name": "Ada"}"#)?;
/// assert_eq!(
///     update(User).patch(patch).to_sql(&SqliteDialect)?,
///     r#"UPDATE "users" SET "name" = ?"#
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[cfg(feature = "serde")]
pub fn nullable<'de, D, T>(deserializer: D) -> std::result::Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}
