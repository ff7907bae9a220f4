//! The registered models as versioned JSON: what `orm-migrate` reads from a user's library.
