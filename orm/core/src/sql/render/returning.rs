//! Renders RETURNING.

use super::select::write_projection;
use crate::error::Result;
use crate::sql::SqlWriter;
use crate::stmt::Projection;

/// Renders RETURNING, or nothing for an empty list.
///
/// # Errors
/// `Unsupported`, naming the `feature`, unless it is `supported`.
pub(super) fn write_returning<'a>(
    w: &mut SqlWriter<'a>,
    feature: &str,
    supported: bool,
    returning: &'a [Projection],
) -> Result<()> {
    if !supported && !returning.is_empty() {
        return Err(w.unsupported(feature));
    }
    for (index, projection) in returning.iter().enumerate() {
        w.push(if index == 0 { " RETURNING " } else { ", " });
        write_projection(w, projection)?;
    }
    Ok(())
}
