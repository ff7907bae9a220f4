//! The features of older versions of PostgreSQL.

use orm_core::ServerVersion;
use orm_core::error::Result;
use orm_core::sql::Capabilities;

use crate::capability::CAPABILITIES;

/// MATERIALIZED came with it.
const OLDEST: ServerVersion = ServerVersion::new(12, 0, 0);

/// FETCH FIRST … WITH TIES.
const TIES: ServerVersion = ServerVersion::new(13, 0, 0);

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
        let materialized: Of = |capabilities| capabilities.materialized;
        let known = [
            ((18, 0), [true, true]),
            ((15, 18), [true, true]),
            ((13, 0), [true, true]),
            ((12, 22), [false, true]),
            ((12, 0), [false, true]),
        ];
        for ((major, minor), features) in known {
            let version = ServerVersion::new(major, minor, 0);
            let found = capabilities_at(version).unwrap().unwrap_or(CAPABILITIES);
            assert_eq!(
                [ties, materialized].map(|has| has(&found)),
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
