use orm::prelude::*;

#[derive(Model)]
struct Employee {
    #[orm(primary_key)]
    id: i64,
    kind: String,
}

#[derive(Model)]
struct Engineer {
    #[orm(primary_key, references = Employee.id)]
    id: i64,
}

#[derive(Polymorphic)]
#[orm(discriminator = Employee.kind)]
enum Staff<X: Executor = Session> {
    Engineer(X::Of<Engineer>, X::Of<Employee>),
}

fn main() {}
