//! [`TransactionResult`]: the return type of a transaction's closure, as a trait for a readable compile error.

use orm_core::error::Result;

/// Is implemented by [`orm::Result`](crate::Result), the return type of the closures of
/// [`Engine::transaction`](crate::Engine::transaction) and its siblings.
#[diagnostic::on_unimplemented(
    message = "the closure of a transaction returns `orm::Result`, not `{Self}`",
    label = "expected a closure that returns `orm::Result`",
    note = "for another error type use `try_transaction`, and implement `From<orm::Error>` for the type",
    note = "a closure that uses `?` ends with `Ok(…)`"
)]
pub trait TransactionResult {
    /// The type of its `Ok`.
    type Value;

    /// Returns the result.
    ///
    /// # Errors
    /// The error of the result itself.
    fn into_result(self) -> Result<Self::Value>;
}

#[diagnostic::do_not_recommend]
impl<T> TransactionResult for Result<T> {
    type Value = T;

    fn into_result(self) -> Self {
        self
    }
}
