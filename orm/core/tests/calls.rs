//! The default writer of functions and of comparisons with ANY and ALL, in the standard's words.

use orm_core::error::ErrorKind;
use orm_core::sql::{Capabilities, SqlWriter, write_expr};
use orm_core::stmt::{
    Call, CompareOp, DatePart, Expr, Func, Projection, Quantified, Quantifier, Select, TimeFunc,
    TimeKind,
};
use orm_core::testing::golden::expressions::{column, eq, int};
use orm_core::testing::golden::statements::source;
use orm_core::testing::golden::{self, HasText};
use orm_core::testing::{ANSI, AnsiDialect};

#[track_caller]
fn check(statement: &impl HasText, expected: &str) {
    golden::check(&AnsiDialect::new(), statement, expected);
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

#[test]
fn calls_have_the_words_of_the_standard() {
    let call = |func, args| Expr::Call(Box::new(Call::new(func, args)));
    for (func, args, expected) in [
        (Func::Lower, vec![a()], r#"LOWER("a")"#),
        (Func::TrimStart, vec![a()], r#"TRIM(LEADING FROM "a")"#),
        (Func::Length, vec![a()], r#"CHAR_LENGTH("a")"#),
        (
            Func::Substr,
            vec![a(), int(2), b()],
            r#"SUBSTRING("a" FROM ? FOR GREATEST("b", 0))"#,
        ),
        (
            Func::Substr,
            vec![a(), b()],
            r#"SUBSTRING("a" FROM GREATEST("b", 1))"#,
        ),
        (Func::Left, vec![a(), b()], r#"LEFT("a", GREATEST("b", 0))"#),
        (Func::Position, vec![a(), b()], r#"POSITION("b" IN "a")"#),
        (Func::Concat, vec![a(), b(), a()], r#""a" || "b" || "a""#),
        (Func::Greatest, vec![a(), b()], r#"GREATEST("a", "b")"#),
        (Func::Truncate, vec![a()], r#"CAST("a" AS BIGINT)"#),
    ] {
        check(&call(func, args), expected);
    }
    let concat = call(Func::Concat, vec![a(), b()]);
    check(&eq(concat, a()), r#"("a" || "b") = "a""#);
}

#[test]
fn functions_of_dates_are_not_the_standards() {
    let year = Func::Time(TimeFunc::Part(DatePart::Year), TimeKind::Date);
    let call = Call::new(year, vec![a()]);
    let dialect = AnsiDialect::new();
    let error = write_expr(&mut SqlWriter::new(&dialect), &Expr::Call(Box::new(call)));
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Unsupported);
}

#[test]
fn quantifiers_may_be_aggregates() {
    let labelled = Projection::Labelled(Expr::column("u", "b"), "c0".into());
    let query = Select::new(vec![labelled], source("u", None));
    let any = Quantified::new(Quantifier::Any, query.into());
    let greater = Expr::compare(CompareOp::Gt, a(), Expr::Quantified(Box::new(any)));
    check(&greater, r#""a" > ANY (SELECT "u"."b" AS "c0" FROM "u")"#);
    let mut without = ANSI;
    without.quantifiers = false;
    check_with(
        without,
        &greater,
        r#"(SELECT CASE MAX(COALESCE(2 * ("t"."a" > "inner_query"."c0"), 1)) WHEN 2 THEN 1 WHEN 1 THEN NULL ELSE 0 END FROM (SELECT "u"."b" AS "c0" FROM "u") AS "inner_query")"#,
    );
}
