//! Names of aliases: made at run time, and those that the library keeps for itself.

use orm::prelude::*;
use orm::sqlite::SqliteDialect;

#[derive(Model, Clone, Debug)]
#[orm(table = "users")]
struct User {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = User.id)]
    boss_id: Option<i64>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "orm_7")]
struct Unlucky {
    #[orm(primary_key)]
    id: i64,
}

#[test]
fn aliases_can_be_made_at_run_time() {
    let aliases: Vec<_> = (1..3).map(|n| User.alias(format!("boss{n}"))).collect();
    let query = select(aliases[1].id)
        .from(User)
        .join_on(aliases[0], aliases[0].id.eq(User.boss_id))
        .join_on(aliases[1], aliases[1].id.eq(aliases[0].boss_id));
    let expected = concat!(
        r#"SELECT "boss2"."id" FROM "users" "#,
        r#"INNER JOIN "users" AS "boss1" ON "boss1"."id" = "users"."boss_id" "#,
        r#"INNER JOIN "users" AS "boss2" ON "boss2"."id" = "boss1"."boss_id""#,
    );
    assert_eq!(query.to_sql(&SqliteDialect).unwrap(), expected);
}

#[test]
fn the_librarys_own_aliases_are_refused() {
    let taken = [
        select(User.alias("orm_1")).to_sql(&SqliteDialect),
        select(User)
            .join_on(User.alias("ORM_12"), User.id.eq(1))
            .to_sql(&SqliteDialect),
        select(Unlucky).to_sql(&SqliteDialect),
    ];
    for error in taken.map(Result::unwrap_err) {
        assert_eq!(error.kind(), orm::ErrorKind::Usage);
        assert!(error.message().contains("is reserved"), "{error}");
    }
    for name in ["orm", "orm_x", "norm_1"] {
        assert!(
            select(User.alias(name)).to_sql(&SqliteDialect).is_ok(),
            "{name}"
        );
    }
}
