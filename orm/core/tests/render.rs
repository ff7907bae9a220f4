//! The default writer of statements, in the standard's words.

use std::any::Any;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use orm_core::sql::{Capabilities, InListStyle, NullSafeStyle, Placeholder};
use orm_core::stmt::{
    Aggregate, ArithmeticOp, BatchColumn, BatchDelete, BatchRows, BatchUpdate, CompareOp, Delete,
    Direction, Expr, Extension, Insert, InsertSource, Join, JoinKind, LikeKind, Limit, Order,
    Projection, Query, RawPart, Select, TemplatePart, Update,
};
use orm_core::testing::golden::batches;
use orm_core::testing::golden::expressions::{
    aggregate_of, arithmetic, column, count_all, count_distinct, eq, int, ints, is_in, is_null,
    like, not_in, same, text,
};
use orm_core::testing::golden::statements::source;
use orm_core::testing::golden::{self, HasText, written};
use orm_core::testing::{ANSI, AnsiDialect, with};
use orm_core::types::Type;
use orm_core::value::{BatchValues, Value, ValueRef};

const DIALECT: AnsiDialect = AnsiDialect::new();

#[track_caller]
fn check(statement: &impl HasText, expected: &str) {
    golden::check(&DIALECT, statement, expected);
}

#[track_caller]
#[expect(clippy::large_types_passed_by_value, reason = "a test")]
fn check_with(capabilities: Capabilities, statement: &impl HasText, expected: &str) {
    golden::check(&AnsiDialect::with(capabilities), statement, expected);
}

fn a() -> Expr {
    column("a")
}

fn b() -> Expr {
    column("b")
}

/// `SELECT "b" FROM "u"`.
fn query() -> Select {
    Select::new(
        vec![Projection::Expr(Expr::column("u", "b"))],
        source("u", None),
    )
}

#[test]
fn junctions_in_junctions_have_parentheses() {
    let any = || Expr::Or(vec![eq(a(), int(1)), eq(b(), int(2))]);
    let all = || Expr::And(vec![eq(a(), int(1)), eq(b(), int(2))]);
    check(&any(), r#""a" = ? OR "b" = ?"#);
    check(
        &Expr::And(vec![any(), eq(a(), b())]),
        r#"("a" = ? OR "b" = ?) AND "a" = "b""#,
    );
    check(
        &Expr::Or(vec![all(), is_null(a())]),
        r#"("a" = ? AND "b" = ?) OR "a" IS NULL"#,
    );
    check(&Expr::Not(Box::new(any())), r#"NOT ("a" = ? OR "b" = ?)"#);
    check(
        &Expr::Not(Box::new(Expr::Not(Box::new(eq(a(), b()))))),
        r#"NOT (NOT ("a" = "b"))"#,
    );
}

#[test]
fn raw_conditions_have_parentheses_among_others() {
    let raw = || Expr::Raw(vec![RawPart::Sql("x OR y".into())]);
    check(&raw(), "x OR y");
    check(
        &Expr::And(vec![raw(), eq(a(), int(1))]),
        r#"(x OR y) AND "a" = ?"#,
    );
    let select = with(query(), |it| {
        it.filter = vec![raw(), eq(a(), int(1))].into();
    });
    check(
        &Query::from(select),
        r#"SELECT "b" FROM "u" WHERE (x OR y) AND "a" = ?"#,
    );
}

#[test]
fn empty_junctions_are_true_and_false() {
    check(&Expr::And(vec![]), "1 = 1");
    check(&Expr::Or(vec![]), "1 = 0");
    check(&Expr::Not(Box::new(Expr::Or(vec![]))), "NOT (1 = 0)");
    check(
        &Expr::Or(vec![Expr::And(vec![]), is_null(a())]),
        r#"(1 = 1) OR "a" IS NULL"#,
    );
}

#[test]
fn junctions_flatten_when_they_are_joined() {
    let three = eq(a(), int(1)).and(eq(a(), int(2))).and(eq(a(), int(3)));
    check(&three, r#""a" = ? AND "a" = ? AND "a" = ?"#);
    let either = eq(a(), int(1)).or(eq(a(), int(2)).or(eq(a(), int(3))));
    check(&either, r#""a" = ? OR "a" = ? OR "a" = ?"#);
    let mixed = eq(a(), int(1)).or(eq(a(), int(2))).and(is_null(b()));
    check(&mixed, r#"("a" = ? OR "a" = ?) AND "b" IS NULL"#);
}

#[test]
fn operands_that_are_no_names_have_parentheses() {
    use ArithmeticOp::{Add, Mul, Sub};
    let sum = || arithmetic(Add, a(), int(1));
    check(&arithmetic(Mul, sum(), b()), r#"("a" + ?) * "b""#);
    check(
        &arithmetic(Sub, a(), arithmetic(Sub, b(), int(1))),
        r#""a" - ("b" - ?)"#,
    );
    check(
        &Expr::compare(CompareOp::Lt, sum(), b()),
        r#"("a" + ?) < "b""#,
    );
    check(
        &eq(eq(a(), b()), is_null(b())),
        r#"("a" = "b") = ("b" IS NULL)"#,
    );
    check(&is_null(sum()), r#"("a" + ?) IS NULL"#);
    let call = Expr::Function {
        name: "ABS".into(),
        args: vec![sum(), b()],
    };
    check(&eq(call, int(1)), r#"ABS("a" + ?, "b") = ?"#);
    let cast = Expr::Cast {
        expr: Box::new(sum()),
        ty: Type::Int64,
    };
    check(&eq(cast, int(1)), r#"CAST("a" + ? AS BIGINT) = ?"#);
}

#[test]
fn every_comparison_has_its_operator() {
    for (op, expected) in [
        (CompareOp::Eq, r#""a" = "b""#),
        (CompareOp::Ne, r#""a" <> "b""#),
        (CompareOp::Lt, r#""a" < "b""#),
        (CompareOp::Le, r#""a" <= "b""#),
        (CompareOp::Gt, r#""a" > "b""#),
        (CompareOp::Ge, r#""a" >= "b""#),
        (CompareOp::Same, r#""a" IS NOT DISTINCT FROM "b""#),
        (CompareOp::Distinct, r#"NOT ("a" IS NOT DISTINCT FROM "b")"#),
    ] {
        check(&Expr::compare(op, a(), b()), expected);
    }
    let style = |null_safe| with(ANSI, |own| own.null_safe = null_safe);
    check_with(style(NullSafeStyle::Is), &same(), r#""a" IS ?"#);
    check_with(style(NullSafeStyle::Spaceship), &same(), r#""a" <=> ?"#);
}

#[test]
fn between_includes_both_ends() {
    let between = Expr::Between {
        expr: Box::new(a()),
        low: Box::new(int(1)),
        high: Box::new(arithmetic(ArithmeticOp::Add, b(), int(2))),
    };
    check(&between, r#""a" BETWEEN ? AND ("b" + ?)"#);
    check(
        &Expr::And(vec![between, is_null(b())]),
        r#""a" BETWEEN ? AND ("b" + ?) AND "b" IS NULL"#,
    );
}

#[test]
fn lists_are_padded_to_a_power_of_two() {
    check(&is_in(vec![]), "1 = 0");
    check(&not_in(vec![]), "1 = 1");
    check(&is_in(ints(1)), r#""a" IN (?)"#);
    check(&not_in(ints(2)), r#""a" NOT IN (?, ?)"#);
    let five = is_in(ints(5));
    let (text, binds) = written(&DIALECT, &five).unwrap();
    assert_eq!(text, r#""a" IN (?, ?, ?, ?, ?, ?, ?, ?)"#);
    assert_eq!(binds, [0, 1, 2, 3, 4, 4, 4, 4].map(ValueRef::Int));
}

#[test]
fn long_lists_are_one_bind() {
    let long = ints(9);
    let expr = is_in(long.clone());
    let (text, binds) = written(&DIALECT, &expr).unwrap();
    assert_eq!(text, r#""a" IN (SELECT value FROM json_each(?))"#);
    assert_eq!(binds, [ValueRef::Batch(BatchValues::Owned(&long))]);
    let style = |in_list| with(ANSI, |own| own.in_list = in_list);
    check_with(
        style(InListStyle::JsonTable),
        &not_in(long),
        r#""a" NOT IN (SELECT v FROM JSON_TABLE(?, '$[*]' COLUMNS (v BIGINT PATH '$')) AS list)"#,
    );
    let array = style(InListStyle::Array);
    check_with(array, &is_in(ints(2)), r#""a" = ANY(?)"#);
    check_with(array, &not_in(ints(2)), r#""a" <> ALL(?)"#);
    check_with(array, &not_in(vec![]), "1 = 1");
}

#[test]
fn searches_escape_their_wildcards() {
    check(&like(LikeKind::Contains), r#""a" LIKE ? ESCAPE '\'"#);
    check(
        &like(LikeKind::ContainsIgnoreCase),
        r#"LOWER("a") LIKE LOWER(?) ESCAPE '\'"#,
    );
    check(
        &Expr::Not(Box::new(like(LikeKind::Pattern))),
        r#"NOT ("a" LIKE ? ESCAPE '\')"#,
    );
}

#[test]
fn aggregates_take_anything_or_everything() {
    check(&count_all(), "COUNT(*)");
    check(&count_distinct(), r#"COUNT(DISTINCT "a")"#);
    let product = arithmetic(ArithmeticOp::Mul, a(), b());
    let count = aggregate_of(Aggregate::Count, product, Type::Int64);
    check(
        &Expr::compare(CompareOp::Gt, count, int(3)),
        r#"COUNT("a" * "b") > ?"#,
    );
}

#[test]
fn columns_are_qualified_where_there_is_more_than_one_table() {
    let filtered = |filter| Query::from(with(query(), |it| it.filter = vec![filter].into()));
    check(
        &filtered(eq(Expr::column("u", "b"), int(1))),
        r#"SELECT "b" FROM "u" WHERE "b" = ?"#,
    );
    let aliased = with(query(), |it| it.from = Some(source("users", Some("u"))));
    check(
        &Query::from(aliased),
        r#"SELECT "u"."b" FROM "users" AS "u""#,
    );
    let joined = with(query(), |it| {
        it.joins = vec![Join::new(
            JoinKind::Inner,
            source("t", None),
            eq(a(), Expr::column("u", "b")),
        )];
    });
    check(
        &Query::from(joined),
        r#"SELECT "u"."b" FROM "u" INNER JOIN "t" ON "t"."a" = "u"."b""#,
    );
}

#[test]
fn subqueries_qualify_their_columns_and_end_doing_so() {
    let inner = with(query(), |it| {
        it.columns = vec![].into();
        it.filter = vec![eq(Expr::column("u", "b"), a())].into();
    });
    let select = with(
        Select::new(vec![Projection::Expr(a())], source("t", None)),
        |it| it.filter = vec![Expr::Exists(Box::new(inner.into())), eq(b(), int(1))].into(),
    );
    check(
        &Query::from(select),
        r#"SELECT "a" FROM "t" WHERE EXISTS (SELECT 1 FROM "u" WHERE "u"."b" = "t"."a") AND "b" = ?"#,
    );
    let in_select = Expr::InQuery {
        expr: Box::new(a()),
        query: Box::new(query().into()),
        negated: true,
    };
    check(&in_select, r#""a" NOT IN (SELECT "u"."b" FROM "u")"#);
    check(
        &eq(a(), Expr::Subquery(Box::new(query().into()))),
        r#""a" = (SELECT "u"."b" FROM "u")"#,
    );
}

#[test]
fn clauses_stand_in_order() {
    let order = |expr, direction| Order::new(expr, direction);
    let select = with(query(), |it| {
        it.distinct = true;
        it.columns = vec![
            Projection::Columns {
                source: "u".into(),
                names: &["a", "b"],
            },
            Projection::Labelled(int(1), "one".into()),
        ]
        .into();
        it.filter = vec![Expr::Or(vec![is_null(a()), is_null(b())])].into();
        it.group_by = vec![a(), b()];
        it.having = vec![eq(a(), int(2)), eq(b(), int(3))];
    });
    let select = with(Query::from(select), |it| {
        it.order_by = vec![
            order(a(), Direction::Ascending),
            order(b(), Direction::Descending),
        ];
        it.limit = Some(Limit::Rows(u64::MAX));
        it.offset = Some(5);
    });
    let (text, binds) = written(&DIALECT, &select).unwrap();
    assert_eq!(
        text,
        r#"SELECT DISTINCT "a", "b", ? AS "one" FROM "u" WHERE "a" IS NULL OR "b" IS NULL GROUP BY "a", "b" HAVING "a" = ? AND "b" = ? ORDER BY "a" ASC, "b" DESC LIMIT ? OFFSET ?"#
    );
    // More rows than an i64 counts are all rows.
    assert_eq!(binds, [1, 2, 3, i64::MAX, 5].map(ValueRef::Int));
}

#[test]
fn an_offset_alone_takes_the_word_for_no_limit() {
    let select = with(Query::from(query()), |it| it.offset = Some(5));
    check(&select, r#"SELECT "b" FROM "u" OFFSET ?"#);
    let all = with(ANSI, |own| own.no_limit = Some("ALL"));
    check_with(all, &select, r#"SELECT "b" FROM "u" LIMIT ALL OFFSET ?"#);
    let first = with(Query::from(query()), |it| it.limit = Some(Limit::Fixed(1)));
    check(&first, r#"SELECT "b" FROM "u" LIMIT 1"#);
}

#[test]
fn raw_parts_bind_their_values() {
    let raw = Expr::Raw(vec![
        RawPart::Sql("x = ".into()),
        RawPart::Bind(Value::Int(1)),
        RawPart::Sql(" AND y IN ".into()),
        RawPart::List(vec![Value::Int(2), Value::Int(3)]),
        RawPart::Sql(" AND z IN ".into()),
        RawPart::List(vec![]),
    ]);
    let (text, binds) = written(&DIALECT, &raw).unwrap();
    assert_eq!(
        text,
        "x = ? AND y IN (?, ?) AND z IN (SELECT v FROM (SELECT NULL AS v) AS list WHERE 1 = 0)"
    );
    assert_eq!(binds, [1, 2, 3].map(ValueRef::Int));
}

#[derive(Debug)]
struct Soundex {
    args: Vec<Expr>,
    parts: Option<Vec<TemplatePart>>,
}

impl Extension for Soundex {
    fn name(&self) -> &'static str {
        "soundex"
    }

    fn args(&self) -> &[Expr] {
        &self.args
    }

    fn with_args(&self, args: Vec<Expr>) -> Arc<dyn Extension> {
        let parts = self.parts.clone();
        Arc::new(Self { args, parts })
    }

    fn shape(&self, mut state: &mut dyn Hasher) {
        format!("{:?}", self.parts).hash(&mut state);
    }

    fn template(&self, dialect: &str) -> Option<Vec<TemplatePart>> {
        self.parts.clone().filter(|_| dialect == "ansi")
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[test]
fn extensions_follow_their_template() {
    let extension = |parts| {
        Expr::Extension(Arc::new(Soundex {
            args: vec![a(), int(1)],
            parts,
        }))
    };
    let parts = vec![
        TemplatePart::Sql("SOUNDEX("),
        TemplatePart::Arg(1),
        TemplatePart::Sql(", "),
        TemplatePart::Arg(0),
        TemplatePart::Sql(")"),
    ];
    let expr = extension(Some(parts));
    check(&eq(expr, b()), r#"(SOUNDEX(?, "a")) = "b""#);

    for parts in [None, Some(vec![TemplatePart::Arg(2)])] {
        let expr = extension(parts);
        let error = written(&DIALECT, &expr).unwrap_err();
        assert!(error.is_unsupported());
        assert_eq!(error.message(), "ansi does not support soundex");
    }
}

#[test]
fn writes_of_expressions() {
    let rows = vec![
        vec![int(1), arithmetic(ArithmeticOp::Add, int(2), int(3))],
        vec![int(4), Expr::Value(Value::Null)],
    ];
    let columns = vec!["a".into(), "b".into()];
    let insert = with(Insert::new("t", columns, InsertSource::Rows(rows)), |it| {
        it.returning = vec![Projection::Columns {
            source: "t".into(),
            names: &["id", "a"],
        }];
    });
    check(
        &insert,
        r#"INSERT INTO "t" ("a", "b") VALUES (?, ? + ?), (?, ?) RETURNING "id", "a""#,
    );
    let update = with(Update::new("t"), |it| {
        it.set = vec![("a".into(), b()), ("b".into(), int(1))].into();
    });
    check(&update, r#"UPDATE "t" SET "a" = "b", "b" = ?"#);
    let delete = with(Delete::new("t"), |it| {
        it.filter = vec![Expr::Or(vec![is_null(a()), is_null(b())]), eq(a(), b())].into();
    });
    check(
        &delete,
        r#"DELETE FROM "t" WHERE ("a" IS NULL OR "b" IS NULL) AND "a" = "b""#,
    );
}

#[test]
fn batches_have_a_placeholder_for_each_value() {
    let column = |name| BatchColumn::new(name, &Type::Int64);
    let columns = [column("a"), column("b")];
    let insert = batches::insert_returning(&columns, BatchRows::Rows(2));
    let dollar = with(ANSI, |own| own.placeholder = Placeholder::Dollar);
    check_with(
        dollar,
        &insert,
        r#"INSERT INTO "t" ("a", "b") VALUES ($1, $2), ($3, $4) RETURNING "id""#,
    );
    let (key, version) = ([column("id"), column("part")], [column("version")]);
    let update = BatchUpdate::new("t", &columns, &key, BatchRows::Rows(1));
    let update = with(update, |it| it.expected = &version);
    check_with(
        dollar,
        &update,
        r#"UPDATE "t" SET "a" = $1, "b" = $2 WHERE "id" = $3 AND "part" = $4 AND "version" IS NOT DISTINCT FROM $5"#,
    );
    let delete = BatchDelete::new("t", &key[..1], BatchRows::Arrays);
    let error = written(&DIALECT, &delete).unwrap_err();
    assert_eq!(error.message(), "ansi does not support array binds");
}

#[test]
fn quotes_in_names_are_doubled_and_values_never_become_text() {
    let hostile = "x\"; DROP TABLE t; --";
    let select = with(query(), |it| {
        it.columns = vec![Projection::Labelled(
            Expr::Value(text(hostile)),
            hostile.into(),
        )]
        .into();
    });
    check(
        &Query::from(select),
        r#"SELECT ? AS "x""; DROP TABLE t; --" FROM "u""#,
    );
}
