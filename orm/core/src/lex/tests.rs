//! Tokens and statements together: real texts here, random ones in `random.rs`.

mod random;

use super::LexicalRule as Rule;
use super::{
    Lexer, LexicalRules, TokenKind, Tokens, TransactionControl, TransactionEnd, first_word,
    statements,
};

const SQLITE: LexicalRules =
    LexicalRules::of(&[Rule::BacktickNames, Rule::BracketNames, Rule::TriggerBodies]);
const POSTGRES: LexicalRules = LexicalRules::of(&[
    Rule::NestedComments,
    Rule::ReturnEndsLine,
    Rule::EscapeStrings,
    Rule::DollarQuotes,
    Rule::AtomicBodies,
]);
const MYSQL: LexicalRules = LexicalRules::of(&[
    Rule::HashComments,
    Rule::DashesNeedBlank,
    Rule::ExecutableComments,
    Rule::MariaDbComments,
    Rule::BackslashEscapes,
    Rule::DoubleQuotedStrings,
    Rule::BacktickNames,
    Rule::DelimiterCommand,
    Rule::ProgramBodies,
]);

const FIREBIRD: LexicalRules = LexicalRules::of(&[Rule::DeclaredBodies]);

/// What is neither blank nor comment, with its text.
#[track_caller]
fn check_tokens(rules: LexicalRules, text: &str, expected: &[&str]) {
    let tokens = Lexer::new(text, rules).filter(|token| !token.is_trivia());
    assert_eq!(tokens.map(|token| token.text).collect::<Vec<_>>(), expected);
}

#[track_caller]
fn check_kinds(rules: LexicalRules, text: &str, expected: &[TokenKind]) {
    let tokens = Lexer::new(text, rules).filter(|token| token.kind != TokenKind::Blank);
    assert_eq!(tokens.map(|token| token.kind).collect::<Vec<_>>(), expected);
}

/// The statements with their lines.
#[track_caller]
fn check(rules: LexicalRules, script: &str, expected: &[(usize, &str)]) {
    let line = |start: usize| 1 + script[..start].matches('\n').count();
    let found: Vec<_> = statements(script, rules)
        .inspect(|found| assert_eq!(found.unclosed, None))
        .map(|found| (line(found.start), found.text))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn quotes_hold_semicolons() {
    check_tokens(
        SQLITE,
        "'a;''b' [c;d] `e;` \"f;\"\"\" ;",
        &["'a;''b'", "[c;d]", "`e;`", "\"f;\"\"\"", ";"],
    );
    check_tokens(SQLITE, r"'a\';", &[r"'a\'", ";"]);
    check_tokens(POSTGRES, r"E'a\';''' 'b\';", &[r"E'a\';'''", r"'b\'", ";"]);
    check_tokens(POSTGRES, r"xE'a\';", &["xE", r"'a\'", ";"]);
    check_tokens(MYSQL, r#"'a\';' "b\";" ;"#, &[r"'a\';'", r#""b\";""#, ";"]);
    check_tokens(MYSQL, r"`a\`;", &[r"`a\`", ";"]);
    check_tokens(
        LexicalRules::STANDARD,
        "[a]`b;",
        &["[", "a", "]", "`", "b", ";"],
    );
}

#[test]
fn a_string_with_escapes_goes_on_behind_a_line_end() {
    check_tokens(POSTGRES, "E'a'\n 'b\\';' ;", &["E'a'\n 'b\\';'", ";"]);
    check_tokens(
        POSTGRES,
        "E'a' -- x\n 'b\\';' ;",
        &["E'a' -- x\n 'b\\';'", ";"],
    );
    check_tokens(POSTGRES, "E'a' 'b\\';", &["E'a'", "'b\\'", ";"]);
}

#[test]
fn dollar_quotes_are_strings() {
    check_tokens(
        POSTGRES,
        "$a$ ; $$ $a$ x$b$c $1;",
        &["$a$ ; $$ $a$", "x$b$c", "$1", ";"],
    );
    check_tokens(POSTGRES, "$$;$$$é$;$é$", &["$$;$$", "$é$;$é$"]);
    check_tokens(MYSQL, "a$$;", &["a$$", ";"]);
}

#[test]
fn comments_are_told_apart() {
    check_tokens(
        SQLITE,
        "\u{feff}a -- ; '\r\nb /* ; /* */ c",
        &["a", "b", "c"],
    );
    check_tokens(POSTGRES, "a /* ; /* */ ' */ b--x", &["a", "b"]);
    check_tokens(POSTGRES, "a -- x\rb", &["a", "b"]);
    check_tokens(MYSQL, "5--3 # ;\n-- ;\n--\nb", &["5", "-", "-", "3", "b"]);
    check_tokens(SQLITE, "5--3", &["5"]);
}

#[test]
fn code_in_comments_is_tokens() {
    use TokenKind::{CodeEnd, CodeStart, Comment, String, Word};
    check_kinds(
        MYSQL,
        "/*!50003 SET '*/' */ /*M!100100 x*/ /*+ a */",
        &[
            CodeStart, Word, String, CodeEnd, CodeStart, Word, CodeEnd, Comment,
        ],
    );
    check_kinds(POSTGRES, "/*! a */", &[Comment]);
    check(MYSQL, "/*! a; */ b; c", &[(1, "/*! a; */ b"), (1, "c")]);
    check_whole(
        MYSQL,
        &[
            "/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ /*!50003 TRIGGER c BEFORE INSERT ON d FOR EACH ROW BEGIN SET @a = 1; SET @b = 2; END */",
            "/*!50001 CREATE VIEW v AS SELECT 1 */",
        ],
    );
}

#[test]
fn a_delimiter_ends_words() {
    use TokenKind::{DelimiterCommand, Other, Terminator, Word};
    check_kinds(
        MYSQL,
        "DELIMITER $$ \nEND$$ ; delimiter",
        &[DelimiterCommand, Word, Terminator, Other, Word],
    );
    check_kinds(POSTGRES, "DELIMITER", &[Word]);
}

#[test]
fn what_is_never_closed_is_told() {
    for (text, what) in [
        ("a 'b;", "a text"),
        ("a E'b\\'", "a text"),
        ("a $x$b;", "a dollar-quoted text"),
        ("a /* /* */ b;", "a comment"),
        ("a \"b;", "a quoted name"),
    ] {
        let found = statements(text, POSTGRES).last().unwrap();
        let unclosed = found.unclosed.unwrap();
        assert_eq!((unclosed.start, unclosed.describe()), (2, what), "{text}");
        assert_eq!(found.text, "a");
    }
    let describe = |text, rules| {
        let found = statements(text, rules).next().unwrap();
        found.unclosed.unwrap().describe()
    };
    assert_eq!(describe("[a", SQLITE), "a name in brackets");
    assert_eq!(describe("/*! a; b", MYSQL), "a comment");
}

#[test]
fn names_lose_their_quotes_and_schemas() {
    let text = "DROP /* x */ TABLE main.\"a\"\"b\", [c d], `e` 'f''g'";
    let tokens = Tokens::first(9, text, SQLITE);
    let all: Vec<_> = (0..tokens.len()).filter_map(|at| tokens.get(at)).collect();
    assert_eq!(
        all,
        ["DROP", "TABLE", "main", ".", "a\"b", ",", "c d", ",", "e"]
    );
    assert_eq!(tokens.object(2), Some(("a\"b", 5)));
    assert_eq!(tokens.object(6), Some(("c d", 7)));
    assert!(tokens.is(0, &["create", "drop"]) && !tokens.is(20, &["drop"]));
    assert_eq!(tokens.find(0, &["E"]), Some(8));
    let tokens = Tokens::first(3, "/*!40101 SET x = 1 */", MYSQL);
    assert_eq!(tokens.get(0), Some("SET"));
    let tokens = Tokens::unquoted("SET a = ',', `b` = 1", MYSQL);
    assert_eq!(
        (tokens.find(0, &[","]), tokens.get(5)),
        (Some(4), Some("''"))
    );
}

#[test]
fn the_first_word_is_found_behind_comments_and_parentheses() {
    assert_eq!(first_word("/* a */ -- b\n ((select 1", SQLITE), "select");
    assert_eq!(first_word("/*!50000 SELECT*/ 1", MYSQL), "");
    assert_eq!(first_word("'SELECT'", SQLITE), "");
    assert_eq!(first_word("/* SELECT", SQLITE), "");
}

#[test]
fn transaction_control_is_recognized() {
    use TransactionControl::{Begin, Commit, Prepare, Release, Rollback, RollbackTo, Savepoint};
    let plain = TransactionEnd::default();
    let chained = TransactionEnd {
        chains: true,
        ..plain
    };
    let closing = TransactionEnd {
        disconnects: true,
        ..plain
    };
    #[rustfmt::skip]
    let expected: [(Option<TransactionControl>, &[&str]); 11] = [
        (Some(Begin), &["BEGIN", "begin isolation level x", "/* a */ START TRANSACTION", "BEGIN IMMEDIATE"]),
        (Some(Commit(plain)), &["COMMIT", "-- x\n COMMIT WORK", "END", "COMMIT AND NO CHAIN NO RELEASE"]),
        (Some(Commit(plain)), &["/*!80000 COMMIT */"]),
        (Some(Commit(chained)), &["COMMIT AND CHAIN", "END WORK AND CHAIN"]),
        (Some(Commit(closing)), &["COMMIT RELEASE", "COMMIT AND NO CHAIN RELEASE"]),
        (Some(Rollback(plain)), &["rollback", "ABORT", "ROLLBACK WORK", "/*M!ROLLBACK*/"]),
        (Some(Rollback(chained)), &["ROLLBACK WORK AND CHAIN"]),
        (Some(Prepare), &["PREPARE TRANSACTION 'x'"]),
        (Some(Savepoint("s".into())), &["SAVEPOINT s", "savepoint `s`"]),
        (Some(Release("s".into())), &["RELEASE s", "RELEASE SAVEPOINT s"]),
        (
            Some(RollbackTo("s".into())),
            &["ROLLBACK TO s", "rollback work to s", "ROLLBACK TRANSACTION a TO SAVEPOINT s"],
        ),
    ];
    for (control, texts) in expected {
        for text in texts {
            assert_eq!(TransactionControl::of(text, MYSQL), control, "{text}");
        }
    }
    for text in [
        "",
        "COMMIT PREPARED 'x'",
        "ROLLBACK PREPARED 'x'",
        "PREPARE p AS SELECT 1",
        "SELECT 'COMMIT'",
        "BEGIN NOT ATOMIC SELECT 1; END",
        "START REPLICA",
        "(COMMIT)",
        "CALL commit()",
    ] {
        assert_eq!(TransactionControl::of(text, MYSQL), None, "{text}");
    }
}

#[test]
fn unclosed_text_ends_the_scan() {
    for text in [
        "'", "\"", "$$", "/*", "--", "E'\\", "$", "é;'", "/* é", "[", "`", "/*!", "\\", "#",
    ] {
        for rules in [SQLITE, POSTGRES, MYSQL] {
            assert!(statements(text, rules).count() < 3, "{text}");
            TransactionControl::of(text, rules);
        }
    }
}

/// Each item of `statements` is one statement, followed by a sentinel.
#[track_caller]
fn check_whole(rules: LexicalRules, statements: &[&str]) {
    for statement in statements {
        check(
            rules,
            &format!("{statement};\nSELECT 1"),
            &[
                (1, statement),
                (1 + statement.matches('\n').count() + 1, "SELECT 1"),
            ],
        );
    }
}

#[test]
fn an_expression_in_a_body_without_a_block_is_no_block() {
    check_whole(
        MYSQL,
        &[
            "CREATE FUNCTION f(x INT) RETURNS INT DETERMINISTIC RETURN CASE WHEN x > 1 THEN IF(x > 5, 6, 7) ELSE 0 END",
            "CREATE FUNCTION f(x INT) RETURNS INT RETURN CASE x WHEN 1 THEN CASE WHEN 1 THEN REPEAT('a', 2) END ELSE IF(1, 2, 3) END",
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.x = CASE WHEN 1 THEN IF(2, 3, 4) ELSE REPEAT('a', 2) END",
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW CASE WHEN 1 THEN IF 2 THEN SET @a = 1; END IF; END CASE",
            "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO IF 1 THEN DO IF(1, 2, 3); END IF",
            "CREATE PROCEDURE p() BEGIN DO IF(1, 2, 3); WHILE 1 DO DO REPEAT('a', 2); IF 1 THEN DO 1; END IF; END WHILE; END",
            "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DO IF(1, 2, 3)",
        ],
    );
    check_whole(
        POSTGRES,
        &["CREATE FUNCTION f(x int) RETURNS int RETURN CASE WHEN x > 1 THEN 2 ELSE 3 END"],
    );
}

#[test]
fn nothing_makes_no_statements() {
    for rules in [SQLITE, POSTGRES, MYSQL] {
        check(rules, "", &[]);
        check(rules, "\u{feff} ;; -- a\n ; /* b */ ;\n", &[]);
    }
}

#[test]
fn the_last_semicolon_is_optional_and_lines_count() {
    let script = "-- head\n\nCREATE TABLE a (\n  b INT -- why;\n);\r\n/* x\n */ DROP TABLE a";
    check(
        SQLITE,
        script,
        &[
            (3, "CREATE TABLE a (\n  b INT -- why;\n)"),
            (7, "DROP TABLE a"),
        ],
    );
}

#[test]
fn triggers_of_sqlite_are_whole() {
    check_whole(
        SQLITE,
        &[
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET x = 1; DELETE FROM b; END",
            "CREATE TEMP TRIGGER IF NOT EXISTS t AFTER INSERT ON a WHEN CASE new.x WHEN 1 THEN 1 END\nBEGIN SELECT CASE WHEN (1) THEN (2) END; UPDATE a SET \"end\" = new.end;\nEND",
            "create /* x; */ trigger t after insert on a begin select 1; -- it;\nend",
        ],
    );
    check(
        SQLITE,
        "BEGIN; SELECT 1; END; SELECT 2",
        &[(1, "BEGIN"), (1, "SELECT 1"), (1, "END"), (1, "SELECT 2")],
    );
}

#[test]
fn bodies_of_postgres_are_whole() {
    check_whole(
        POSTGRES,
        &[
            "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END; $$",
            "CREATE OR REPLACE FUNCTION f(a int) RETURNS int BEGIN ATOMIC SELECT CASE WHEN a > 1 THEN 1 END; SELECT 2; END",
            "CREATE PROCEDURE p() LANGUAGE sql BEGIN ATOMIC\nINSERT INTO a VALUES (1);\nEND",
            "CREATE RULE r AS ON INSERT TO a DO ALSO (INSERT INTO b VALUES (1); DELETE FROM c)",
            "DO $do$ BEGIN EXECUTE 'a;'; END $do$",
            "CREATE FUNCTION f() RETURNS int RETURN CASE WHEN true THEN 1 END",
        ],
    );
    check(
        POSTGRES,
        "BEGIN; SELECT 1; END",
        &[(1, "BEGIN"), (1, "SELECT 1"), (1, "END")],
    );
}

#[test]
fn bodies_of_mysql_are_whole_without_a_delimiter() {
    check_whole(
        MYSQL,
        &[
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.x = IF(NEW.y, 1, 2)",
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW IF (NEW.x < 0) THEN SET NEW.x = 0; ELSEIF NEW.x > 9 THEN SET NEW.x = 9; END IF",
            "CREATE DEFINER = `u`@`%` TRIGGER t AFTER INSERT ON a FOR EACH ROW FOLLOWS s BEGIN SET @a = 1; SET @b = 2; END",
            "CREATE DEFINER=event@localhost PROCEDURE p(IN a INT)\nBEGIN\n  DECLARE i INT DEFAULT 0;\n  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; END;\n  lbl: WHILE i < 3 DO SET i = i + 1; END WHILE lbl;\n  REPEAT SET i = i - 1; UNTIL i = 0 END REPEAT;\n  LOOP LEAVE x; END LOOP;\n  CASE a WHEN 1 THEN IF a THEN SELECT 1; END IF; ELSE SELECT REPEAT('a', 2); END CASE;\n  SELECT CASE WHEN a THEN IF(a, 1, 2) ELSE IF(a, 3, 4) END;\n  FOR r IN 1..3 DO SELECT r; END FOR;\n  DROP TABLE IF EXISTS b;\nEND",
            "CREATE PROCEDURE IF NOT EXISTS p() BEGIN END",
            "CREATE AGGREGATE FUNCTION f(x INT) RETURNS INT BEGIN RETURN CASE x WHEN 1 THEN 2 END; END",
            "CREATE OR REPLACE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1",
            "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM a; END",
            "BEGIN NOT ATOMIC SELECT 1; SELECT 2; END",
            "CREATE DEFINER = root@localhost VIEW v AS SELECT 1",
            "CREATE TABLE event (begin INT, `end` INT)",
        ],
    );
    check(
        MYSQL,
        "BEGIN; SELECT 1; COMMIT",
        &[(1, "BEGIN"), (1, "SELECT 1"), (1, "COMMIT")],
    );
}

#[test]
fn bodies_with_declarations_are_whole() {
    check_whole(
        FIREBIRD,
        &[
            "EXECUTE BLOCK RETURNS (n INTEGER) AS BEGIN n = 1; SUSPEND; END",
            "EXECUTE BLOCK (a INT = ?) AS DECLARE b INT; DECLARE VARIABLE c INT = 1; BEGIN b = a; WHEN ANY DO BEGIN b = 0; EXIT; END END",
            "CREATE TRIGGER t FOR a BEFORE INSERT AS BEGIN IF (NEW.x < 0) THEN NEW.x = 0; ELSE BEGIN NEW.x = CASE NEW.x WHEN 1 THEN 2 END; END IF (NEW.y = 1) THEN EXIT; END",
            "CREATE OR ALTER PROCEDURE p (a INT) AS DECLARE PROCEDURE q AS DECLARE c INT; BEGIN c = 1; END DECLARE b INT; BEGIN WHILE (b < 3) DO b = b + 1; FOR SELECT x FROM t INTO :b DO BEGIN SUSPEND; END BEGIN EXIT; END END",
            "ALTER TABLE t ADD x INT",
            "EXECUTE PROCEDURE p (1)",
        ],
    );
    check(
        FIREBIRD,
        "EXECUTE PROCEDURE p; ALTER TABLE t ADD \"declare\" INT; COMMIT",
        &[
            (1, "EXECUTE PROCEDURE p"),
            (1, "ALTER TABLE t ADD \"declare\" INT"),
            (1, "COMMIT"),
        ],
    );
}

#[test]
fn the_delimiter_command_is_followed() {
    let script = "SELECT 1;\nDELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; END//\n\ndelimiter ;\nSELECT 2;";
    check(
        MYSQL,
        script,
        &[
            (1, "SELECT 1"),
            (3, "CREATE PROCEDURE p() BEGIN SELECT 1; END"),
            (6, "SELECT 2"),
        ],
    );
    check(
        MYSQL,
        "DELIMITER $$\nSELECT 1; END$$\nDELIMITER ;\n",
        &[(2, "SELECT 1; END")],
    );
    check(SQLITE, "DELIMITER //;", &[(1, "DELIMITER //")]);
}

#[test]
fn characteristics_may_precede_the_body_of_a_function() {
    for characteristics in [
        "READS SQL DATA",
        "MODIFIES SQL DATA",
        "CONTAINS SQL",
        "NO SQL",
        "LANGUAGE SQL NOT DETERMINISTIC",
        "DETERMINISTIC COMMENT 'a; b'",
        "SQL SECURITY INVOKER",
        "COMMENT 'x' READS SQL DATA SQL SECURITY DEFINER",
    ] {
        let function = format!(
            "CREATE FUNCTION f(a INT) RETURNS INT {characteristics} IF a > 0 THEN RETURN 1; ELSE RETURN 2; END IF"
        );
        let script = format!("{function};\nSELECT data, IF(1, 2, 3);\nSELECT 1");
        let found: Vec<_> = statements(&script, MYSQL).collect();
        assert_eq!(found.len(), 3, "{characteristics}");
        assert_eq!(found[0].text, function);
    }
}
