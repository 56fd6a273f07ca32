//! A receiver for tests and for trying things out (测试接收端): it takes mail by SMTP and messages by the HTTP adapter,
//! and tells what arrived. It delivers nothing and keeps nothing.

mod http;
mod mime;
mod smtp;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What arrived.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum Arrival {
    /// A letter.
    Smtp {
        /// Envelope sender.
        from: String,
        /// Envelope receivers.
        to: Vec<String>,
        /// `Message-ID`.
        message_id: String,
        /// `Subject`, decoded.
        subject: String,
        /// The text, decoded.
        text: String,
    },
    /// A request.
    Http {
        /// Its path.
        path: String,
        /// `Idempotency-Key`.
        key: String,
        /// `bearer`, `hmac-sm3` or `none`; it was right where a secret was given.
        proof: &'static str,
        /// The JSON body.
        body: Value,
    },
}

/// Whoever is told of what arrives.
pub type Heard = Arc<dyn Fn(Arrival) + Send + Sync>;

/// How the receiver behaves.
#[derive(Clone)]
pub struct Manner {
    /// While true everything is refused for the moment (451, 503), to try retries and dead letters.
    pub refuse: Arc<AtomicBool>,
    /// The secret that HTTP requests must prove; without one any proof will do.
    pub secret: Option<String>,
    /// Is told of what arrives.
    pub heard: Heard,
}

impl Manner {
    /// Takes everything.
    pub fn new(heard: impl Fn(Arrival) + Send + Sync + 'static) -> Self {
        Self { refuse: Arc::default(), secret: None, heard: Arc::new(heard) }
    }

    pub(crate) fn is_refusing(&self) -> bool {
        self.refuse.load(Ordering::SeqCst)
    }
}

/// A running receiver; dropping it ends it.
#[derive(Debug)]
pub struct Receiver {
    /// Where it takes mail.
    pub smtp: SocketAddr,
    /// Where it takes requests.
    pub http: SocketAddr,
    tasks: [JoinHandle<()>; 2],
}

impl Receiver {
    /// Listens on two addresses of this machine; port 0 takes any that is free. What arrives names people's addresses,
    /// so others are refused.
    pub async fn start(smtp: SocketAddr, http: SocketAddr, manner: Manner) -> io::Result<Self> {
        if !smtp.ip().is_loopback() || !http.ip().is_loopback() {
            let rule = "the test receiver listens on this machine only";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, rule));
        }
        let (mail, requests) = (TcpListener::bind(smtp).await?, TcpListener::bind(http).await?);
        let (smtp, http) = (mail.local_addr()?, requests.local_addr()?);
        let tasks =
            [tokio::spawn(smtp::serve(mail, manner.clone())), tokio::spawn(http::serve(requests, manner))];
        Ok(Self { smtp, http, tasks })
    }

    /// Waits for as long as it listens.
    pub async fn wait(&mut self) {
        for task in &mut self.tasks {
            let _ended = task.await;
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

#[cfg(test)]
mod tests;
