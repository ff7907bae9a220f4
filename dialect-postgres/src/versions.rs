//! The features of older versions of PostgreSQL.

use orm_core::ServerVersion;
use orm_core::error::Result;
use orm_core::sql::Capabilities;

use crate::capability::CAPABILITIES;

/// MATERIALIZED came with it.
const OLDEST: ServerVersion = ServerVersion::new(12, 0, 0);

/// FETCH FIRST … WITH TIES.
const TIES: ServerVersion = ServerVersion::new(13, 0, 0);

/// NULLS NOT DISTINCT.
const EQUAL_NULLS: ServerVersion = ServerVersion::new(15, 0, 0);

/// VIRTUAL generated columns.
const VIRTUAL_COLUMNS: ServerVersion = ServerVersion::new(18, 0, 0);

/// BUFFERS of EXPLAIN without ANALYZE.
const PLANNED_BUFFERS: ServerVersion = ServerVersion::new(13, 0, 0);

/// The features of a version, if they are not those of the newest.
///
/// # Errors
/// `Unsupported` for a version that is too old.
pub(crate) fn capabilities_at(version: ServerVersion) -> Result<Option<Capabilities>> {
    version.at_least(OLDEST, "PostgreSQL")?;
    let mut own = CAPABILITIES;
    own.with_ties = version >= TIES;
    own.ddl.nulls_not_distinct = version >= EQUAL_NULLS;
    own.ddl.virtual_columns = version >= VIRTUAL_COLUMNS;
    if version < PLANNED_BUFFERS
        && let Some(plans) = &mut own.selects.json_plans
    {
        plans.buffers = None;
    }
    Ok((own != CAPABILITIES).then_some(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is asked of the features of a version.
    type Of = fn(&Capabilities) -> bool;

    #[test]
    fn features_come_with_versions() {
        let ties: Of = |capabilities| capabilities.with_ties;
        let equal_nulls: Of = |capabilities| capabilities.ddl.nulls_not_distinct;
        let virtual_columns: Of = |capabilities| capabilities.ddl.virtual_columns;
        let known = [
            ((18, 0), [true, true, true]),
            ((17, 4), [true, true, false]),
            ((15, 18), [true, true, false]),
            ((14, 9), [true, false, false]),
            ((13, 0), [true, false, false]),
            ((12, 22), [false, false, false]),
            ((12, 0), [false, false, false]),
        ];
        for ((major, minor), features) in known {
            let version = ServerVersion::new(major, minor, 0);
            let found = capabilities_at(version).unwrap().unwrap_or(CAPABILITIES);
            assert_eq!(
                [ties, equal_nulls, virtual_columns].map(|has| has(&found)),
                features,
                "{version}"
            );
        }
        for (major, minor) in [(11, 22), (9, 6)] {
            let error = capabilities_at(ServerVersion::new(major, minor, 0)).unwrap_err();
            assert!(error.is_unsupported(), "{error}");
            assert!(
                error
                    .message()
                    .ends_with("the oldest supported version is 12"),
                "{error}"
            );
        }
    }
}
