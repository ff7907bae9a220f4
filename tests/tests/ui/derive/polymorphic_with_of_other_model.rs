use orm::prelude::*;

#[derive(Model)]
struct Employee {
    #[orm(primary_key)]
    id: i64,
    kind: String,
}

#[derive(Model)]
struct Patent {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Employee.id)]
    employee_id: i64,
    employee: BelongsTo<Employee>,
}

#[derive(Polymorphic)]
#[orm(discriminator = Employee.kind)]
enum Staff<X: Executor = Session> {
    Employee(X::Of<Employee>),
}

fn staff(session: &mut Session) -> orm::Result<Vec<Staff>> {
    select(Staff).with(Patent.employee).all(session)
}

fn main() {}
