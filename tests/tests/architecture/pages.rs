//! The pages that users read: every link of them leads somewhere, and the guide shows all of its programs.
//!
//! A page of the guide is read as mdBook shows it, with what it includes. Its programs and the SQL in their comments are
//! tested by `docs/guide/programs/tests/programs/`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::tree::{files_under, has_extension, report, root};

/// The pages of the guide.
const GUIDE: &str = "docs/guide/src/";
/// The list of chapters.
const SUMMARY: &str = "docs/guide/src/SUMMARY.md";
/// The programs of the guide.
const PROGRAMS: &str = "docs/guide/programs/src/";
/// The pages for users and developers outside of the guide.
const PAGES: &[&str] = &[
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "docs/errors.md",
    "docs/performance.md",
    "docs/when-it-does-not-compile.md",
    "orm/src/engine/url_options.md",
];
/// The longest line of code that a narrow page shows.
const CODE_WIDTH: usize = 72;

/// A page as a reader sees it.
#[derive(Default)]
struct Page {
    links: Vec<String>,
    /// The names by which links lead to its headings.
    headings: BTreeSet<String>,
    /// The lines of its blocks of code. Consoles are left out: what a program prints is not wrapped.
    code: Vec<String>,
}

/// A line `{{#include path:anchor}}`.
struct Include<'t> {
    path: &'t str,
    anchor: Option<&'t str>,
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(root().join(path)).map_err(|error| format!("{}: {error}", path.display()))
}

/// All pages, by their paths from the root; and the includes that lead nowhere.
fn pages() -> (BTreeMap<PathBuf, Page>, Vec<String>) {
    let guide = files_under(GUIDE).into_iter().map(|file| file.path);
    let guide = guide.filter(|path| has_extension(path, "md"));
    let paths = PAGES.iter().map(|page| (*page).to_owned()).chain(guide);
    let mut broken = Vec::new();
    let pages = paths.map(|path| {
        let path = PathBuf::from(path);
        let text = read(&path).and_then(|text| with_includes(&path, &text));
        let text = text.unwrap_or_else(|error| {
            broken.push(error);
            String::new()
        });
        (path, parse(&text))
    });
    (pages.collect(), broken)
}

/// The text with what it includes.
fn with_includes(page: &Path, text: &str) -> Result<String, String> {
    let mut whole = String::new();
    for line in text.lines() {
        let Some(include) = include(line).filter(|_| page.starts_with(GUIDE)) else {
            whole.push_str(line);
            whole.push('\n');
            continue;
        };
        let file = resolve(page, include.path);
        let text = read(&file).map_err(|error| format!("{}: {error}", page.display()))?;
        let part = part(&text, include.anchor);
        whole.push_str(&part.ok_or(format!("{}: {line}: no such anchor", page.display()))?);
    }
    Ok(whole)
}

fn include(line: &str) -> Option<Include<'_>> {
    let named = line
        .trim()
        .strip_prefix("{{#include ")?
        .strip_suffix("}}")?;
    Some(match named.split_once(':') {
        Some((path, anchor)) => Include {
            path,
            anchor: Some(anchor),
        },
        None => Include {
            path: named,
            anchor: None,
        },
    })
}

/// The lines of a text between the marks of an anchor, or all of it, without marks.
fn part(text: &str, anchor: Option<&str>) -> Option<String> {
    let mut part = String::new();
    let mut is_in = anchor.is_none();
    let mut was_in = is_in;
    for line in text.lines() {
        if let Some((is_begin, name)) = mark(line) {
            if Some(name) == anchor {
                is_in = is_begin;
                was_in = true;
            }
        } else if is_in {
            part.push_str(line);
            part.push('\n');
        }
    }
    was_in.then_some(part)
}

/// Whether a line marks the begin of an anchor or its end, and the anchor's name.
fn mark(line: &str) -> Option<(bool, &str)> {
    let (_, mark) = line.split_once("ANCHOR")?;
    let (is_begin, name) = match mark.strip_prefix("_END:") {
        Some(name) => (false, name),
        None => (true, mark.strip_prefix(':')?),
    };
    Some((is_begin, name.split_whitespace().next()?))
}

fn parse(text: &str) -> Page {
    let mut page = Page::default();
    let (mut heading, mut is_code) = (None::<String>, false);
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                page.links.push(dest_url.into_string());
            }
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                page.headings.extend(heading.take().map(|text| slug(&text)));
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                is_code = &*language != "console";
            }
            Event::End(TagEnd::CodeBlock) => is_code = false,
            Event::Text(text) if is_code => page.code.extend(text.lines().map(str::to_owned)),
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            _ => {}
        }
    }
    page
}

/// The name of a heading in links, as mdBook and GitHub make it.
fn slug(heading: &str) -> String {
    let heading = heading.trim().to_lowercase().replace(' ', "-");
    heading
        .chars()
        .filter(|c| c.is_alphanumeric() || "-_".contains(*c))
        .collect()
}

/// A path that a page names, from the root.
fn resolve(page: &Path, target: &str) -> PathBuf {
    let mut path = page.parent().unwrap_or(Path::new("")).to_path_buf();
    for component in Path::new(target).components() {
        match component {
            Component::ParentDir => drop(path.pop()),
            other => path.push(other),
        }
    }
    path
}

#[test]
fn links_lead_somewhere() {
    let (pages, mut broken) = pages();
    for (path, page) in &pages {
        for link in page.links.iter().filter(|link| !link.contains("://")) {
            if let Err(why) = check(&pages, path, link) {
                broken.push(format!("{}: {link}: {why}", path.display()));
            }
        }
    }
    report(
        "every link and include of a page leads to a file and a heading",
        &broken,
    );
}

fn check(pages: &BTreeMap<PathBuf, Page>, page: &Path, link: &str) -> Result<(), &'static str> {
    let (target, heading) = link.split_once('#').unwrap_or((link, ""));
    let file = if target.is_empty() {
        page.to_owned()
    } else {
        resolve(page, target)
    };
    if page.starts_with(GUIDE) && !file.starts_with(GUIDE) {
        return Err("the built guide has no such page: name the path in backticks");
    } else if !root().join(&file).exists() {
        return Err("no such file");
    }
    match pages.get(&file) {
        _ if heading.is_empty() => Ok(()),
        Some(found) if found.headings.contains(heading) => Ok(()),
        _ => Err("no such heading"),
    }
}

#[test]
fn the_guide_shows_its_chapters_and_programs() {
    let (pages, mut broken) = pages();
    let chapters = &pages[Path::new(SUMMARY)].links;
    let chapters: BTreeSet<PathBuf> = chapters
        .iter()
        .map(|link| resolve(Path::new(SUMMARY), link))
        .collect();
    let mut shown = BTreeSet::new();
    for path in pages.keys().filter(|path| path.starts_with(GUIDE)) {
        if path != Path::new(SUMMARY) && !chapters.contains(path) {
            broken.push(format!("{}: list it in {SUMMARY}", path.display()));
        }
        for include in read(path).unwrap_or_default().lines().filter_map(include) {
            shown.insert((
                resolve(path, include.path),
                include.anchor.map(str::to_owned),
            ));
        }
    }
    for file in files_under(PROGRAMS) {
        for (_, anchor) in file.text.lines().filter_map(mark) {
            if !shown.contains(&(PathBuf::from(&file.path), Some(anchor.to_owned()))) {
                broken.push(format!(
                    "{}: no page includes its anchor {anchor}",
                    file.path
                ));
            }
        }
    }
    report(
        "the guide lists each of its pages and shows each part of its programs",
        &broken,
    );
}

#[test]
fn code_of_the_guide_fits_a_narrow_page() {
    let (pages, mut broken) = pages();
    for (path, page) in pages.iter().filter(|(path, _)| path.starts_with(GUIDE)) {
        for line in page
            .code
            .iter()
            .filter(|line| line.chars().count() > CODE_WIDTH)
        {
            broken.push(format!("{}: {line}", path.display()));
        }
    }
    report(
        "lines of code in the guide have at most 72 columns",
        &broken,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_have_names() {
        assert_eq!(slug("No update is lost"), "no-update-is-lost");
        assert_eq!(slug("`orm::test`, on all"), "ormtest-on-all");
        let page = parse("# A `b`\n\n[x](c.md#d)\n\n```rust\nlet a;\n```\n");
        assert!(page.headings.contains("a-b"));
        assert_eq!(
            (page.links, page.code),
            (vec!["c.md#d".to_owned()], vec!["let a;".to_owned()])
        );
    }

    #[test]
    fn anchors_are_found() {
        let text = "a\n// ANCHOR: x\nb\n// ANCHOR_END: x\nc\n";
        assert_eq!(part(text, Some("x")).as_deref(), Some("b\n"));
        assert_eq!(part(text, Some("y")), None);
        assert_eq!(part(text, None).as_deref(), Some("a\nb\nc\n"));
        let found = include("{{#include ../a.rs:x}}").map(|found| (found.path, found.anchor));
        assert_eq!(found, Some(("../a.rs", Some("x"))));
    }
}
