pub fn all() -> Vec<orm_conformance::Case> {
    Vec::new()
}
