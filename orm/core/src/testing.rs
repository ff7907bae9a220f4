//! An ANSI dialect and a recording connection, for tests of crates that build on this one.
