//! `init`: the files with which the migrations of a project begin.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Line endings belong to what is compared: a checkout must not change them.
const ATTRIBUTES: &str = "migrations/**/*.sql text eol=lf\n";

/// Writes `orm.toml`, the folder `migrations` and a line of `.gitattributes` into the folder of a project. What exists is
/// kept. Returns what was written.
///
/// # Errors
/// A file can't be written.
///
/// # Examples
///
/// ```
/// # let project = tempfile::tempdir().unwrap();
/// use orm_migrate::command::init::init;
/// let written = init(project.path(), Some("postgres"))?;
/// assert_eq!(written.len(), 3);
/// assert!(std::fs::read_to_string(project.path().join("orm.toml")).unwrap().contains("dialect = \"postgres\""));
/// assert!(init(project.path(), None)?.is_empty());
/// # Ok::<(), orm_migrate::Error>(())
/// ```
pub fn init(project: &Path, dialect: Option<&str>) -> Result<Vec<PathBuf>> {
    let mut written = Vec::new();
    let config = project.join("orm.toml");
    if !config.exists() {
        write(&config, &config_text(dialect))?;
        written.push(config);
    }
    let migrations = project.join("migrations");
    if !migrations.exists() {
        fs::create_dir_all(&migrations).map_err(|error| Error::io("create", &migrations, error))?;
        // Version control keeps no empty folder; names with a dot are no migrations.
        write(&migrations.join(".gitkeep"), "")?;
        written.push(migrations);
    }
    let attributes = project.join(".gitattributes");
    let text = read(&attributes)?;
    if !text.contains(ATTRIBUTES.trim_end()) {
        let end = if text.is_empty() || text.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        write(&attributes, &format!("{text}{end}{ATTRIBUTES}"))?;
        written.push(attributes);
    }
    Ok(written)
}

fn config_text(dialect: Option<&str>) -> String {
    let dialect = match dialect {
        Some(name) => format!("dialect = \"{name}\"\n"),
        None => "# dialect = \"sqlite\"         # of generated scripts; otherwise that of the database URL\n"
            .to_owned(),
    };
    format!(
        "# All settings: `orm-migrate --help`\n\
         [database]\n\
         # env = \"DATABASE_URL\"       # the variable with the URL of the database\n\n\
         [migrations]\n\
         dir = \"migrations\"\n\
         {dialect}"
    )
}

fn read(path: &Path) -> Result<String> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(Error::io("read", path, error)),
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).map_err(|error| Error::io("write", path, error))
}
