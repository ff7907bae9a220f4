//! The features of older versions of SQLite, which a program links instead of the one that this crate compiles in.

use orm_core::ServerVersion;
use orm_core::error::Result;
use orm_core::sql::Capabilities;

use crate::capability::CAPABILITIES;

/// RIGHT and FULL JOIN came with it.
pub(crate) const OLDEST: ServerVersion = ServerVersion::new(3, 39, 0);

/// ORDER BY in aggregates.
const ORDERED_AGGREGATES: ServerVersion = ServerVersion::new(3, 44, 0);

/// The features of a version, if they are not those of the newest.
///
/// # Errors
/// `Unsupported` for a version that is too old.
pub(crate) fn capabilities_at(version: ServerVersion) -> Result<Option<Capabilities>> {
    version.at_least(OLDEST, "SQLite")?;
    let mut own = CAPABILITIES;
    own.string_agg = version >= ORDERED_AGGREGATES;
    Ok((own != CAPABILITIES).then_some(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is asked of the features of a version.
    type Of = fn(&Capabilities) -> bool;

    #[test]
    fn features_come_with_versions() {
        let joins: Of = |capabilities| capabilities.full_join;
        let joined_texts: Of = |capabilities| capabilities.string_agg;
        let known = [
            ((3, 54, 1), [true, true]),
            ((3, 44, 0), [true, true]),
            ((3, 43, 2), [true, false]),
            ((3, 39, 0), [true, false]),
        ];
        for ((major, minor, patch), features) in known {
            let version = ServerVersion::new(major, minor, patch);
            let found = capabilities_at(version).unwrap().unwrap_or(CAPABILITIES);
            assert_eq!(
                [joins, joined_texts].map(|has| has(&found)),
                features,
                "{version}"
            );
        }
        let error = capabilities_at(ServerVersion::new(3, 38, 5)).unwrap_err();
        assert_eq!(
            error.message(),
            "SQLite 3.38.5 is not supported: the oldest supported version is 3.39"
        );
    }
}
