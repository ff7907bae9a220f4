//! [`TestFailure`]: the reason why a test failed, as the test harness prints it.

use std::error::Error as StdError;
use std::fmt;

/// Holds the reason why a test failed. The test harness prints its `Debug` form, which is the message.
pub struct TestFailure(String);

impl TestFailure {
    /// Creates a failure with a message.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// The same failure of something larger, whose message comes first.
    pub(super) fn within(self, what: &str) -> Self {
        Self(format!("{what}: {}", self.0))
    }
}

impl fmt::Debug for TestFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<E: StdError> From<E> for TestFailure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}
