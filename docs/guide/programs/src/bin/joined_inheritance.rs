//! The programs of the section "Joined-table inheritance".

use orm::prelude::*;

// ANCHOR: models
#[derive(DbEnum, Clone, Copy, Debug, PartialEq)]
enum Job {
    Engineer,
    Manager,
    Clerk,
}

#[derive(Model, Debug)]
#[orm(table = "employees")]
struct Employee {
    #[orm(primary_key)]
    id: i64,
    job: Job,
    name: String,
    #[orm(cascade = delete)]
    engineer: HasOne<Engineer>,
    #[orm(cascade = delete)]
    manager: HasOne<Manager>,
}

#[derive(Model, Debug)]
#[orm(table = "engineers")]
struct Engineer {
    #[orm(primary_key, references = Employee.id)]
    id: i64,
    language: String,
    employee: BelongsTo<Employee>,
}

#[derive(Model, Debug)]
#[orm(table = "managers")]
struct Manager {
    #[orm(primary_key, references = Employee.id)]
    id: i64,
    grade: i32,
    employee: BelongsTo<Employee>,
}
// ANCHOR_END: models

// ANCHOR: staff
#[derive(Polymorphic)]
#[orm(discriminator = Employee.job)]
enum Staff<X: Executor = Session> {
    Engineer(X::Of<Employee>, X::Of<Engineer>),
    Manager(X::Of<Employee>, X::Of<Manager>),
    Clerk(X::Of<Employee>),
}
// ANCHOR_END: staff

fn main() -> orm::Result<()> {
    let engine = Engine::options("sqlite://").echo().connect()?;
    Metadata::of((Employee, Engineer, Manager)).create_all(&engine)?;
    let mut session = Session::new(&engine);

    // ANCHOR: add
    let ada = Employee::builder().job(Job::Engineer).name("ada");
    let ada = session.add(ada);
    session.add(Engineer::builder().employee(ada).language("rust"));
    session.add(Employee::builder().job(Job::Clerk).name("bob"));
    session.commit()?;
    // BEGIN IMMEDIATE
    // INSERT INTO "employees" ("job", "name") VALUES (?, ?)
    // INSERT INTO "engineers" ("id", "language") VALUES (?, ?)
    // COMMIT

    // ANCHOR_END: add

    // ANCHOR: select
    let staff = select(Staff).order_by(Employee.name);
    let mut lines = Vec::new();
    for person in staff.all(&mut session)? {
        let name = &session[*person.base()].name;
        lines.push(match person {
            Staff::Engineer(_, engineer) => {
                format!("{name} writes {}", session[engineer].language)
            }
            Staff::Manager(_, manager) => {
                format!("{name} has grade {}", session[manager].grade)
            }
            Staff::Clerk(_) => name.clone(),
        });
    }
    // SELECT "employees"."id", "employees"."job", "employees"."name",
    //     "engineers"."id", "engineers"."language",
    //     "managers"."id", "managers"."grade" FROM "employees"
    //     LEFT JOIN "engineers" ON "engineers"."id" = "employees"."id"
    //     LEFT JOIN "managers" ON "managers"."id" = "employees"."id"
    //     ORDER BY "employees"."name" ASC
    assert_eq!(lines, ["ada writes rust", "bob"]);
    // ANCHOR_END: select

    // ANCHOR: delete
    session.delete(ada);
    session.commit()?;
    // BEGIN IMMEDIATE
    // SELECT "id", "language" FROM "engineers" WHERE "id" = ?
    // SELECT "id", "grade" FROM "managers" WHERE "id" = ?
    // DELETE FROM "engineers" WHERE "id" = ?
    // DELETE FROM "employees" WHERE "id" = ?
    // COMMIT

    // ANCHOR_END: delete
    Ok(())
}
