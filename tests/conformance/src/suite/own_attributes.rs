//! Attributes that a program gives its models by methods: the same rule for an entity in memory and for a column of a query,
//! and expressions that are loaded with an entity.

use orm::prelude::*;
use orm::query::Expr;

use crate::cases;
use crate::database::Db;

cases![
    "own_attributes":
    a_rule_holds_in_memory_and_in_a_query,
    an_expression_orders_and_is_selected,
    an_expression_of_relations_loads_with_the_entity,
    an_alias_has_the_attributes,
    a_statement_sets_a_column_by_them,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "runners")]
struct Runner {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
    age: i64,
    bonus: i64,
    races: HasMany<Race>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "runner_races")]
struct Race {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Runner.id, index)]
    runner_id: i64,
    runner: BelongsTo<Runner>,
}

impl Runner {
    fn is_senior(&self) -> bool {
        self.age >= 40
    }

    fn points(&self) -> i64 {
        self.age + self.bonus
    }
}

/// The same for the columns of a query.
trait RunnerAttributes {
    fn is_senior(&self) -> Predicate;
    fn points(self) -> Expr<i64>;
    fn race_count(self) -> Expr<i64>;
}

impl RunnerAttributes for <Runner as Model>::Entity {
    fn is_senior(&self) -> Predicate {
        self.age.ge(40)
    }

    fn points(self) -> Expr<i64> {
        self.age + self.bonus
    }

    fn race_count(self) -> Expr<i64> {
        self.races.count()
    }
}

/// Runners of 30, 40 and 50 years with bonuses of 25, 5 and 0, and as many races as they are old in tens, minus three.
fn stored(db: &Db) -> Session {
    Metadata::of((Runner, Race)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    for (age, bonus) in [(30, 25), (40, 5), (50, 0)] {
        let runner = Runner::builder()
            .name(format!("r{age}"))
            .age(age)
            .bonus(bonus);
        let runner = session.add(runner);
        for _ in 3..age / 10 {
            session.add(Race::builder().runner(runner));
        }
    }
    session.commit().unwrap();
    session
}

fn a_rule_holds_in_memory_and_in_a_query(db: &Db) {
    let mut session = stored(db);
    let seniors = select(Runner)
        .filter(Runner.is_senior())
        .all(&mut session)
        .unwrap();
    assert_eq!(seniors.len(), 2);
    for runner in select(Runner).all(&mut session).unwrap() {
        assert_eq!(session[runner].is_senior(), seniors.contains(&runner));
    }
    let others = select(Runner).filter(!Runner.is_senior());
    assert_eq!(others.count(&mut session).unwrap(), 1);
}

fn an_expression_orders_and_is_selected(db: &Db) {
    let mut session = stored(db);
    let query = select((Runner, Runner.points())).order_by(Runner.points().desc());
    let runners = query.all(&mut session).unwrap();
    let points: Vec<i64> = runners.iter().map(|(_, points)| *points).collect();
    assert_eq!(points, [55, 50, 45]);
    for (runner, points) in runners {
        assert_eq!(session[runner].points(), points);
    }
}

fn an_expression_of_relations_loads_with_the_entity(db: &Db) {
    let mut session = stored(db);
    let query = select((Runner, Runner.race_count())).order_by(Runner.id.asc());
    let counts: Vec<i64> = query
        .all(&mut session)
        .unwrap()
        .into_iter()
        .map(|(_, count)| count)
        .collect();
    assert_eq!(counts, [0, 1, 2]);
    let query = select(Runner.name).filter(Runner.race_count().gt(1));
    assert_eq!(query.all(&mut session).unwrap(), ["r50"]);
}

fn an_alias_has_the_attributes(db: &Db) {
    let mut session = stored(db);
    let other = Runner.alias("other");
    let pairs = select((Runner.name, other.name))
        .join_on(other, Runner.points().eq(other.points() + 5))
        .filter(other.is_senior())
        .order_by(Runner.id.asc());
    let names = |(one, two): &(String, String)| format!("{one} {two}");
    let pairs: Vec<_> = pairs.all(&mut session).unwrap().iter().map(names).collect();
    // 55, 45 and 50 points.
    assert_eq!(pairs, ["r30 r50", "r50 r40"]);
}

fn a_statement_sets_a_column_by_them(db: &Db) {
    let mut session = stored(db);
    let raise = update(Runner)
        .set(Runner.bonus, Runner.points())
        .filter(Runner.is_senior());
    assert_eq!(raise.execute(&mut session).unwrap(), 2);
    let bonuses = select(Runner.bonus).order_by(Runner.id.asc());
    assert_eq!(bonuses.all(&mut session).unwrap(), [25, 45, 50]);
    session.rollback().unwrap();
}
