//! How serde serializes a [`DynRow`]: as an object of its columns. The values are those of entities' JSON.

use orm_core::error::Result;
use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};

use super::serialize::Scalar;
use crate::query::DynRow;

/// Writes an object with the names of the columns, in their order. Dates and times are text of RFC 3339, a decimal number is
/// text, NULL is `null`.
impl Serialize for DynRow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.check_names().map_err(S::Error::custom)?;
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (name, value, ty) in self.columns() {
            map.serialize_entry(name, &Scalar { value, ty })?;
        }
        map.end()
    }
}

#[cfg(feature = "json")]
impl DynRow {
    /// Returns the row as a JSON object of its columns. Dates and times are text of RFC 3339, a decimal number is text, NULL is
    /// `null`.
    ///
    /// # Errors
    /// - `Usage`: several columns have one name.
    /// - `Decode`: a value can't be written as JSON, such as a document that is not valid.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let row = select((User.name, User.email, User.active)).rows(&mut conn)?.remove(0);
    /// assert_eq!(
    ///     row.to_json()?,
    ///     serde_json::json!({ "name": "ada", "email": null, "active": true })
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn to_json(&self) -> Result<serde_json::Value> {
        use orm_core::error::{Error, ErrorKind};

        self.check_names()?;
        serde_json::to_value(self).map_err(|error| {
            let message = format!("the row can't be written as JSON: {error}");
            Error::with_message(ErrorKind::Decode, message)
        })
    }
}
