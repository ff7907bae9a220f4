//! The stream between the native client and the server: it limits the time of a response, passes the server's first
//! messages to `greeting.rs`, and is closed without waiting.
//!
//! The native client passes its socket to a TLS connector only, so these connectors implement one, with or without
//! encryption. A Unix socket has no connector and so none of this.

use std::convert::Infallible;
use std::fmt;
use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use postgres::Socket;
use postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep_until};

use super::greeting::{Greeting, Heard};

/// The state that a connection and its stream share. A clone is another handle to the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Link(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// The deadline for the next bytes from the server, and its extension after each read.
    wait: Option<(Instant, Duration)>,
    has_timed_out: bool,
    heard: Heard,
}

impl Link {
    /// Sets the time limit of each read from the server.
    pub(super) fn begin(&self, limit: Duration) {
        self.state().wait = Instant::now().checked_add(limit).map(|end| (end, limit));
    }

    /// Nothing is waited for any more.
    pub(super) fn end(&self) {
        self.state().wait = None;
    }

    /// From now on whatever would have to wait fails instead.
    pub(super) fn hurry(&self) {
        self.state().wait = Some((Instant::now(), Duration::ZERO));
    }

    pub(super) fn has_timed_out(&self) -> bool {
        self.state().has_timed_out
    }

    /// What the server reported in its greeting.
    pub(super) fn heard(&self) -> Heard {
        self.state().heard.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that holds it can panic halfway.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn progress(&self) {
        if let Some((end, limit)) = &mut self.state().wait {
            *end = Instant::now().checked_add(*limit).unwrap_or(*end);
        }
    }
}

/// Connects without encryption.
#[derive(Clone, Debug)]
pub(super) struct Plain {
    pub(super) link: Link,
    /// Whether the server may have the password as it is.
    pub(super) allow_cleartext: bool,
}

impl MakeTlsConnect<Socket> for Plain {
    type Stream = Watched<Socket>;
    type TlsConnect = Self;
    type Error = Infallible;

    fn make_tls_connect(&mut self, _host: &str) -> Result<Self, Infallible> {
        Ok(self.clone())
    }
}

impl TlsConnect<Socket> for Plain {
    type Stream = Watched<Socket>;
    type Error = Infallible;
    type Future = Ready<Result<Watched<Socket>, Infallible>>;

    fn connect(self, socket: Socket) -> Self::Future {
        let binding = |_: &Socket| ChannelBinding::none();
        ready(Ok(Watched::new(
            socket,
            &self.link,
            self.allow_cleartext,
            binding,
        )))
    }
}

/// A stream whose waits are limited.
pub(super) struct Watched<S> {
    inner: S,
    link: Link,
    greeting: Greeting,
    timer: Option<Pin<Box<Sleep>>>,
    binding: fn(&S) -> ChannelBinding,
}

impl<S> Watched<S> {
    pub(super) fn new(
        inner: S,
        link: &Link,
        allow_cleartext: bool,
        binding: fn(&S) -> ChannelBinding,
    ) -> Self {
        Self {
            inner,
            binding,
            link: link.clone(),
            greeting: Greeting::new(allow_cleartext),
            timer: None,
        }
    }

    /// The result of an attempt that must wait: a timeout, when its limit has elapsed.
    fn wait(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        let Some((end, _)) = self.link.state().wait else {
            return Ok(());
        };
        let is_over = Instant::now() >= end || {
            let timer = self
                .timer
                .get_or_insert_with(|| Box::pin(sleep_until(end.into())));
            timer.as_mut().reset(end.into());
            timer.as_mut().poll(context).is_ready()
        };
        if is_over {
            self.link.state().has_timed_out = true;
            return Err(io::ErrorKind::TimedOut.into());
        }
        Ok(())
    }

    /// The result of an attempt to write.
    fn written<T>(
        &mut self,
        result: Poll<io::Result<T>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if result.is_pending() {
            self.wait(context)?;
        } else {
            self.link.progress();
        }
        result
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        match Pin::new(&mut this.inner).poll_read(context, buffer) {
            Poll::Pending => this.wait(context)?,
            Poll::Ready(result) => {
                result?;
                this.link.progress();
                if !this.greeting.is_over() {
                    let mut state = this.link.state();
                    this.greeting
                        .hear(&buffer.filled()[before..], &mut state.heard)?;
                }
                return Poll::Ready(Ok(()));
            }
        }
        Poll::Pending
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.inner).poll_write(context, bytes);
        this.written(result, context)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.inner).poll_flush(context);
        this.written(result, context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.inner).poll_shutdown(context);
        this.written(result, context)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream for Watched<S> {
    fn channel_binding(&self) -> ChannelBinding {
        (self.binding)(&self.inner)
    }
}

impl<S> fmt::Debug for Watched<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched").finish_non_exhaustive()
    }
}
