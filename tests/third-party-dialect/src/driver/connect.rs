//! Where a database is, and opening it.

use std::fmt;
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use orm_core::driver::{Connection, Driver, encoded, misconfigured, unconnected};
use orm_core::error::{ErrorKind, Result};
use rsfbclient_core::{Dialect, FbError, FirebirdClientDbOps, charset};
use rsfbclient_rust::{RustFbClient, RustFbClientAttachmentConfig};

use super::connection::{FirebirdConnection, from_native};

/// How long a server may take to accept a connection. The client itself waits without end.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// An index has room for a quarter of a page: keys of 1,000 characters.
const PAGE_SIZE: u32 = 16 * 1024;

/// Opens connections to one database.
#[derive(Clone)]
pub struct FirebirdDriver {
    config: RustFbClientAttachmentConfig,
}

// Without the password.
impl fmt::Debug for FirebirdDriver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FirebirdDriver")
            .field(&self.target())
            .finish()
    }
}

impl FirebirdDriver {
    /// The driver for `firebird://user:password@host:port/path`, whose path is that of the file on the server.
    ///
    /// # Errors
    /// `Configuration` for another URL.
    pub fn from_url(url: &str) -> Result<Self> {
        let wrong = || misconfigured("the url is not firebird://user:password@host:port/path");
        let rest = url.strip_prefix("firebird://").ok_or_else(wrong)?;
        let (user, rest) = rest.split_once('@').ok_or_else(wrong)?;
        let (address, path) = rest.split_once('/').ok_or_else(wrong)?;
        let (host, port) = address.rsplit_once(':').unwrap_or((address, "3050"));
        let (user, pass) = user.split_once(':').unwrap_or((user, ""));
        Ok(Self {
            config: RustFbClientAttachmentConfig {
                host: host.to_owned(),
                port: port.parse().map_err(|_| wrong())?,
                db_name: format!("/{path}"),
                user: user.to_owned(),
                pass: pass.to_owned(),
                role_name: None,
            },
        })
    }

    /// Creates the database, an empty file on the server.
    ///
    /// # Errors
    /// As [`Driver::connect`].
    pub fn create_database(&self) -> Result<()> {
        let (mut client, page) = (self.client()?, Some(PAGE_SIZE));
        let created = client.create_database(&self.config, page, Dialect::D3);
        let mut database = created.map_err(|native| self.refused(native))?;
        let detached = client.detach_database(&mut database);
        detached.map_err(|native| self.refused(native))
    }

    /// Drops the database with all that is in it.
    ///
    /// # Errors
    /// As [`Driver::connect`]; the refusal of a database that others are connected to.
    pub fn drop_database(&self) -> Result<()> {
        let mut client = self.client()?;
        let attached = client.attach_database(&self.config, Dialect::D3, false);
        let mut database = attached.map_err(|native| self.refused(native))?;
        let dropped = client.drop_database(&mut database);
        dropped.map_err(|native| self.refused(native))
    }

    /// A client, if the server accepts connections: the client's own attempt would take as long as the network.
    fn client(&self) -> Result<RustFbClient> {
        let address = (self.config.host.as_str(), self.config.port);
        let fail = |why: String| unconnected(ErrorKind::ConnectionFailed, &self.target(), why);
        let mut addresses = address
            .to_socket_addrs()
            .map_err(|error| fail(error.to_string()))?;
        let address = addresses
            .next()
            .ok_or_else(|| fail("the host has no address".to_owned()))?;
        TcpStream::connect_timeout(&address, CONNECT_TIMEOUT)
            .map_err(|error| fail(error.to_string()))?;
        Ok(RustFbClient::new(charset::UTF_8))
    }

    #[cold]
    fn refused(&self, native: FbError) -> orm_core::error::Error {
        let error = from_native(native, "", ErrorKind::SerializationFailure);
        let kind = match error.kind() {
            ErrorKind::Authentication => ErrorKind::Authentication,
            _ => ErrorKind::ConnectionFailed,
        };
        unconnected(kind, &self.target(), error.message().to_owned()).with_source(error)
    }
}

impl Driver for FirebirdDriver {
    fn connect(&self) -> Result<Box<dyn Connection>> {
        let mut client = self.client()?;
        let attached = client.attach_database(&self.config, Dialect::D3, false);
        let database = attached.map_err(|native| self.refused(native))?;
        Ok(Box::new(FirebirdConnection::new(client, database)))
    }

    fn target(&self) -> String {
        let RustFbClientAttachmentConfig {
            host,
            port,
            db_name,
            ..
        } = &self.config;
        format!("firebird://{host}:{port}{}", encoded(db_name))
    }
}
