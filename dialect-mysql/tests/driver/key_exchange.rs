//! The first login of a MySQL user without encryption: its password is encrypted with the server's RSA key, which
//! is taken from the file that the program names, or from the server only if that is allowed.
//!
//! MariaDB's logins know no such exchange.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dialect_mysql::{MysqlConfig, MysqlDriver};
use orm_core::driver::Driver;
use orm_core::error::{Error, ErrorKind};
use orm_core::value::{Value, ValueRef};

use super::support::{Scratch, config, control, opts, rows};

/// A user who has not logged in yet.
struct NewUser {
    scratch: Scratch,
    name: String,
}

impl NewUser {
    fn new() -> Self {
        let scratch = Scratch::new();
        let name = format!("user_{}", std::process::id());
        let name = format!("{name}_{}", scratch.name.rsplit('_').next().unwrap());
        let create = format!("CREATE USER '{name}'@'%' IDENTIFIED BY 'the s3cret'");
        control(scratch.connect().as_mut(), &[&create]);
        Self { scratch, name }
    }

    fn login(&self, more: impl FnOnce(&mut MysqlConfig)) -> Result<(), Error> {
        let server = opts();
        let mut config = MysqlConfig::new(server.get_ip_or_hostname(), server.get_tcp_port());
        config.user = Some(self.name.clone());
        config.password = Some("the s3cret".into());
        more(&mut config);
        MysqlDriver::new(config).connect().map(drop)
    }
}

impl Drop for NewUser {
    fn drop(&mut self) {
        let drop = format!("DROP USER '{}'@'%'", self.name);
        control(self.scratch.connect().as_mut(), &[&drop]);
    }
}

fn is_mysql() -> bool {
    let connection = MysqlDriver::new(config()).connect().unwrap();
    connection.server() == "mysql"
}

#[test]
fn an_unverified_key_is_refused() {
    let user = NewUser::new();
    if !is_mysql() {
        user.login(|_| ()).unwrap();
        return;
    }
    let error = user.login(|_| ()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert!(
        error
            .message()
            .contains("public key retrieval is not allowed"),
        "{error}"
    );
    for way in [
        "sslmode=require",
        "server_public_key",
        "allow_public_key_retrieval=true",
    ] {
        assert!(error.hint().unwrap().contains(way), "{error}");
    }
    assert!(!format!("{error:?}").contains("s3cret"));
    user.login(|config| config.allow_public_key_retrieval = true)
        .unwrap();
    // The server remembers the password's hash from then on, which needs no key.
    user.login(|_| ()).unwrap();
}

#[test]
fn the_key_of_a_file_is_taken() {
    let user = NewUser::new();
    let file = std::env::temp_dir().join(format!("{}.pem", user.name));
    let missing = user
        .login(|config| config.server_public_key = Some(file.clone()))
        .unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::Configuration);
    assert!(missing.message().contains("public key"), "{missing}");
    if !is_mysql() {
        return;
    }
    let mut connection = user.scratch.connect();
    let status = "SHOW STATUS LIKE 'Caching_sha2_password_rsa_public_key'";
    let row = rows(connection.as_mut(), status, &[] as &[ValueRef<'_>])
        .unwrap()
        .remove(0);
    let Value::Text(key) = &row[1] else {
        panic!("no key: {row:?}");
    };
    std::fs::write(&file, key).unwrap();
    let logged_in = user.login(|config| config.server_public_key = Some(file.clone()));
    std::fs::remove_file(&file).unwrap();
    logged_in.unwrap();
}
