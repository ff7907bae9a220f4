use orm::prelude::*;

#[derive(DbEnum, Clone, Copy, Debug, PartialEq)]
enum Job {
    #[orm(rename = "eng")]
    Engineer,
    Clerk,
}

#[derive(Model)]
struct Employee {
    #[orm(primary_key)]
    id: i64,
    job: Job,
}

#[derive(Polymorphic)]
#[orm(discriminator = Employee.job)]
enum Staff<X: Executor = Session> {
    #[orm(label = "eng")]
    Text(X::Of<Employee>),
    #[orm(label = Job::Engineer)]
    Value(X::Of<Employee>),
    Clerk(X::Of<Employee>),
}

#[derive(Polymorphic)]
#[orm(discriminator = Employee.job)]
enum Others<X: Executor = Session> {
    #[orm(label = Job::Clerk)]
    Clerk(X::Of<Employee>),
    #[orm(label = self::Job::Clerk)]
    Again(X::Of<Employee>),
}

fn main() {}
