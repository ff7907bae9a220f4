use orm::prelude::*;

#[derive(DbEnum, Clone)]
enum Kind {
    Engineer,
    Clerk,
}

#[derive(Model)]
struct Employee {
    #[orm(primary_key)]
    id: i64,
    kind: Kind,
}

#[derive(Polymorphic)]
#[orm(discriminator = Employee.kind)]
enum Staff<X: Executor = Session> {
    Engineer(X::Of<Employee>),
    #[orm(label = "clerc")]
    Clerk(X::Of<Employee>),
}

fn main() {}
