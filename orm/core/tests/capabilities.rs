//! What the default writer makes of capabilities that the databases of this workspace all have alike.

use orm_core::schema::{Action, Column, Table};
use orm_core::sql::{
    Capabilities, InListStyle, LimitStyle, RepeatStyle, UpsertStyle, ValuesStyle, ddl,
};
use orm_core::stmt::{
    Aggregate, CompareOp, Expr, Join, JoinKind, Limit, Lock, LockStrength, Projection, Query,
    Select, SetOperator,
};
use orm_core::testing::golden::expressions::{aggregate, column, int, ints, is_in};
use orm_core::testing::golden::statements::source;
use orm_core::testing::golden::{self, HasText, queries, refuse_on, writes};
use orm_core::testing::{ANSI, AnsiDialect, with};
use orm_core::types::Type;
use orm_core::value::Value;

fn dialect(change: impl FnOnce(&mut Capabilities)) -> AnsiDialect {
    AnsiDialect::with(with(ANSI, change))
}

#[track_caller]
fn check(change: impl FnOnce(&mut Capabilities), statement: &impl HasText, expected: &str) {
    golden::check(&dialect(change), statement, expected);
}

fn query() -> Select {
    Select::new(vec![Projection::Expr(column("a"))], source("t", None))
}

#[test]
fn names_without_quotes_may_be_upper_case() {
    let upper = |own: &mut Capabilities| own.upper_case_names = true;
    check(upper, &Query::from(query()), r#"SELECT "A" FROM "T""#);
    let mixed = Select::new(vec![Projection::Expr(column("aB c"))], source("t", None));
    check(upper, &Query::from(mixed), r#"SELECT "aB c" FROM "T""#);
}

#[test]
fn a_select_may_need_a_table() {
    let from = |own: &mut Capabilities| {
        own.from_nothing = " FROM DUAL";
        own.values = ValuesStyle::Selects;
    };
    let one = with(query(), |it| {
        it.columns = vec![Projection::Expr(int(1))].into();
        it.from = None;
    });
    check(from, &Query::from(one), "SELECT ? FROM DUAL");
    let named = |own: &mut Capabilities| own.derived_names = true;
    let nothing = with(query(), |it| it.columns = vec![].into());
    check(
        named,
        &Query::from(nothing),
        r#"SELECT 1 AS "one" FROM "t""#,
    );
}

#[test]
fn an_offset_may_stand_before_the_limit() {
    let fetch = |own: &mut Capabilities| own.limit = LimitStyle::OffsetFetch;
    let both = with(Query::from(query()), |it| {
        it.limit = Some(Limit::Rows(2));
        it.offset = Some(5);
    });
    let text = r#"SELECT "a" FROM "t" OFFSET ? ROWS FETCH FIRST ? ROWS ONLY"#;
    check(fetch, &both, text);
    let limited = with(both, |it| it.offset = None);
    let text = r#"SELECT "a" FROM "t" FETCH FIRST ? ROWS ONLY"#;
    check(fetch, &limited, text);
}

#[test]
fn a_key_may_not_determine_the_other_columns() {
    let lacks = |own: &mut Capabilities| own.group_by_key = false;
    let grouped = |columns: Vec<Expr>| {
        let select = with(query(), |it| {
            it.columns = columns.into_iter().map(Projection::Expr).collect();
            it.group_by = vec![column("a")];
        });
        Query::from(select)
    };
    refuse_on(
        &dialect(lacks),
        &grouped(vec![column("a"), column("b")]),
        "selecting column t.b, which is not in GROUP BY",
    );
    let sum = aggregate(Aggregate::Sum, Type::Int64);
    let text = r#"SELECT "a", SUM("a") FROM "t" GROUP BY "a""#;
    check(lacks, &grouped(vec![column("a"), sum]), text);
    // A column of a query around this one is the same in all rows.
    let outer = grouped(vec![column("a"), Expr::column("u", "c")]);
    assert!(golden::written(&dialect(lacks), &outer).is_ok());
}

#[test]
fn rows_may_be_compared_column_by_column() {
    let list = vec![vec![Value::Int(1), Value::Int(2)]];
    let rows = queries::in_rows(list);
    let dialect = dialect(|own| own.row_values = false);
    let (text, _) = golden::written(&dialect, &rows).unwrap();
    assert!(
        text.starts_with('(') && text.contains(" = ? AND "),
        "{text}"
    );
}

#[test]
fn a_mean_of_integers_may_be_one() {
    let means = |own: &mut Capabilities| own.integer_means = true;
    let mean = aggregate(Aggregate::Avg, Type::Float64);
    let dialect = dialect(means);
    let (text, _) = golden::written(&dialect, &mean).unwrap();
    assert!(text.contains("AVG(CAST("), "{text}");
}

#[test]
fn what_a_database_lacks_is_unsupported() {
    let none = |own: &mut Capabilities| {
        own.intersect_except = false;
        own.in_list = InListStyle::Unsupported;
        own.upsert = UpsertStyle::Unsupported;
        own.share_lock = "";
        own.lock_wait = false;
        own.window_frames = false;
        own.row_values = false;
        own.repeats = RepeatStyle::AliasOutsideHaving;
    };
    let dialect = dialect(none);
    let except = queries::set_operation(SetOperator::Except, false);
    refuse_on(&dialect, &except, "EXCEPT");
    refuse_on(&dialect, &is_in(ints(9)), "lists as long as this one in IN");
    refuse_on(
        &dialect,
        &writes::upsert(),
        "an INSERT that updates on conflict",
    );
    refuse_on(
        &dialect,
        &queries::locked(queries::share()),
        "locks against writers alone (FOR SHARE)",
    );
    refuse_on(
        &dialect,
        &queries::locked(queries::skip_locked()),
        "NOWAIT and SKIP LOCKED",
    );
    refuse_on(&dialect, &queries::windows(), "frames of window functions");
    refuse_on(&dialect, &queries::row_in_query(), "rows of values");
}

#[test]
fn a_foreign_key_may_have_no_restrict() {
    let dialect = dialect(|own| own.restrict_action = false);
    let mut table = Table::new("t")
        .column(Column::new("u", Type::Int64))
        .foreign_key(["u"], "u", ["id"]);
    table.foreign_keys[0].on_delete = Action::Restrict;
    table.foreign_keys[0].on_update = Action::Cascade;
    let text = ddl::create_table(&dialect, &table, &[]).unwrap();
    assert!(
        !text.contains("RESTRICT") && text.contains(" ON UPDATE CASCADE"),
        "{text}"
    );
}

#[test]
fn a_lock_may_have_to_name_what_no_left_join_makes_nullable() {
    let joined = |kind| {
        let on = Expr::compare(CompareOp::Eq, column("a"), column("b"));
        Join::new(kind, source("u", None), on)
    };
    let query = |joins: Vec<Join>| {
        with(Query::from(query()), |it| {
            if let Some(select) = it.as_select_mut() {
                select.joins = joins;
            }
            it.locks = vec![Lock::new(LockStrength::Update)];
        })
    };
    let outer = |own: &mut Capabilities| own.lock_outer = false;
    let left = query(vec![joined(JoinKind::Left)]);
    let text = |lock: &str| {
        format!(r#"SELECT "t"."a" FROM "t" LEFT JOIN "u" ON "t"."a" = "t"."b" FOR UPDATE{lock}"#)
    };
    check(outer, &left, &text(r#" OF "t""#));
    check(|_| (), &left, &text(""));
    let right = query(vec![joined(JoinKind::Right)]);
    check(
        outer,
        &right,
        r#"SELECT "t"."a" FROM "t" RIGHT JOIN "u" ON "t"."a" = "t"."b" FOR UPDATE OF "u""#,
    );
    let inner = query(vec![joined(JoinKind::Inner)]);
    check(
        outer,
        &inner,
        r#"SELECT "t"."a" FROM "t" INNER JOIN "u" ON "t"."a" = "t"."b" FOR UPDATE"#,
    );
}
