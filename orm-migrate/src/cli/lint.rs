//! `lint`: converts arguments to a call of `command::lint`.

use orm_core::ServerVersion;

use super::args::LintCommand;
use super::home::Home;
use super::migrations::open_folder;
use super::print;
use crate::command::lint::{self, Options};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::lint::{Finding, all_rules};

pub(super) fn lint(args: &LintCommand, home: Home) -> Result<Exit> {
    if args.rules {
        for rule in all_rules() {
            print::data(&format!(
                "{}\n  {}\n  instead: {}\n",
                rule.name, rule.why, rule.instead
            ))?;
        }
        return Ok(Exit::Clean);
    }
    let (project, migrations) = open_folder(&args.place, home)?;
    let dialect = project.dialect(args.dialect.as_deref(), &args.place.database)?;
    let version = args.server_version.as_deref().map(version).transpose()?;
    let entries = match &args.since {
        Some(revision) => lint::since(&migrations, revision)?,
        None => migrations.entries().to_vec(),
    };
    let mut off = project.lint_off().to_vec();
    off.extend(args.allow.iter().cloned());
    let options = Options {
        dialect,
        version,
        has_lock_timeout: project.has_lock_timeout(),
        off: &off,
    };
    let findings = lint::lint(&migrations, &entries, options)?;
    if args.json {
        print::data(&json(&findings))?;
    } else {
        findings
            .iter()
            .try_for_each(|finding| print::data(&text(finding)))?;
    }
    if findings.is_empty() {
        print::say(&format!("no findings in {} migrations", entries.len()));
        return Ok(Exit::Clean);
    }
    print::say("  hint: `-- orm:allow(rule) reason` before a statement accepts it");
    Ok(Exit::Findings)
}

fn version(text: &str) -> Result<ServerVersion> {
    ServerVersion::parse(text).ok_or_else(|| {
        Error::new(Exit::Usage, format!("{text:?} is not a version"))
            .with_hint("write numbers with points, such as 16.2")
    })
}

fn text(finding: &Finding) -> String {
    format!(
        "{}/{}:{}: {}: {}\n  instead: {}\n",
        finding.migration,
        finding.file,
        finding.line,
        finding.rule,
        finding.message,
        finding.instead
    )
}

fn json(findings: &[Finding]) -> String {
    let one = |finding: &Finding| {
        serde_json::json!({
            "migration": finding.migration,
            "file": finding.file,
            "line": finding.line,
            "rule": finding.rule,
            "message": finding.message,
            "instead": finding.instead,
        })
    };
    let document = serde_json::json!({ "findings": findings.iter().map(one).collect::<Vec<_>>() });
    format!("{document}\n")
}
