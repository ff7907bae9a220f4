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
#[orm(discriminator = Employee.id)]
enum Staff<X: Executor = Session> {
    #[orm(label = 1)]
    Engineer(X::Of<Employee>, X::Of<Engineer>),
    Employee(X::Of<Employee>),
}

fn main() {}
