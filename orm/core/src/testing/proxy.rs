//! A proxy in front of a server that stops responding while its connections stay open.
//!
//! Used by the tests of the drivers of servers.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// Passes on what the server sends until it is stopped.
///
/// # Examples
///
/// ```
/// # use orm_core::testing::SilentProxy;
/// fn check(host: String, port: u16) -> std::io::Result<()> {
///     let proxy = SilentProxy::start(host, port)?;
///     let url = format!("postgresql://me@127.0.0.1:{}/app", proxy.port());
///     // … connect to url
///     proxy.fall_silent(); // from here on there is no response
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct SilentProxy {
    port: u16,
    is_silent: Arc<AtomicBool>,
}

impl SilentProxy {
    /// Starts a proxy in front of `host` and `port`, which listens on this machine until the process ends.
    ///
    /// # Errors
    /// That of listening.
    pub fn start(host: String, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let own = listener.local_addr()?.port();
        let is_silent = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&is_silent);
        thread::spawn(move || {
            for client in listener.incoming() {
                // Who connects finds out that it did not work.
                let _ = client.and_then(|client| join(client, (&host, port), &flag));
            }
        });
        Ok(Self {
            port: own,
            is_silent,
        })
    }

    /// Returns the port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Stops passing on what the server sends.
    pub fn fall_silent(&self) {
        self.is_silent.store(true, Ordering::SeqCst);
    }
}

fn join(client: TcpStream, server: (&str, u16), is_silent: &Arc<AtomicBool>) -> io::Result<()> {
    let server = TcpStream::connect(server)?;
    let (up, down) = (client.try_clone()?, server.try_clone()?);
    let flag = Arc::clone(is_silent);
    thread::spawn(move || pass(client, server, &AtomicBool::new(false)));
    thread::spawn(move || pass(down, up, &flag));
    Ok(())
}

fn pass(mut from: TcpStream, mut to: TcpStream, is_silent: &AtomicBool) {
    let mut buffer = vec![0; 65536];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if !is_silent.load(Ordering::SeqCst) && to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}
