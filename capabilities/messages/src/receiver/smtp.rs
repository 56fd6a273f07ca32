//! The receiving side of SMTP as far as a letter needs it (RFC 5321 §4.5.1, the minimum implementation).

use std::io;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::mime;
use super::{Arrival, Manner};

/// RFC 5321 §4.5.3.1.6, with room to spare.
const LINE_BYTES_MAX: u64 = 4096;
const LETTER_BYTES_MAX: usize = 1024 * 1024;
const RECEIVERS_MAX: usize = 100;
/// RFC 5321 §4.5.3.2.7.
const SILENCE_MAX: Duration = Duration::from_mins(5);

pub(super) async fn serve(listener: TcpListener, manner: Manner) {
    while let Ok((stream, _from)) = listener.accept().await {
        let manner = manner.clone();
        tokio::spawn(async move {
            if let Err(error) = Session::new(stream, manner).talk().await {
                tracing::debug!(%error, "a mail client broke off");
            }
        });
    }
}

struct Session {
    stream: BufReader<TcpStream>,
    manner: Manner,
    greeted: bool,
    from: Option<String>,
    to: Vec<String>,
}

impl Session {
    fn new(stream: TcpStream, manner: Manner) -> Self {
        Self { stream: BufReader::new(stream), manner, greeted: false, from: None, to: Vec::new() }
    }

    async fn talk(&mut self) -> io::Result<()> {
        self.say("220 tongban test receiver").await?;
        while let Some(line) = self.line().await? {
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" => {
                    self.reset(true);
                    self.say("250-tongban test receiver\r\n250-8BITMIME\r\n250 SIZE 1048576").await?;
                }
                "HELO" => {
                    self.reset(true);
                    self.say("250 tongban test receiver").await?;
                }
                "MAIL" => self.mail(rest).await?,
                "RCPT" => self.rcpt(rest).await?,
                "DATA" => self.data().await?,
                "RSET" => {
                    self.reset(self.greeted);
                    self.say("250 forgotten").await?;
                }
                "NOOP" => self.say("250 here").await?,
                "VRFY" => self.say("252 send it and see").await?,
                "QUIT" => return self.say("221 bye").await,
                _ => self.say("502 not spoken here").await?,
            }
        }
        Ok(())
    }

    fn reset(&mut self, greeted: bool) {
        self.greeted = greeted;
        self.from = None;
        self.to.clear();
    }

    async fn mail(&mut self, rest: &str) -> io::Result<()> {
        if self.manner.is_refusing() {
            return self.say("451 not at the moment").await;
        }
        match path(rest, "FROM:") {
            _ if !self.greeted || self.from.is_some() => self.say("503 not now").await,
            Some(from) => {
                self.from = Some(from);
                self.say("250 sender known").await
            }
            None => self.say("501 MAIL FROM:<address>").await,
        }
    }

    async fn rcpt(&mut self, rest: &str) -> io::Result<()> {
        match path(rest, "TO:").filter(|to| to.contains('@')) {
            _ if self.from.is_none() => self.say("503 who sends it?").await,
            _ if self.to.len() >= RECEIVERS_MAX => self.say("452 too many receivers").await,
            Some(to) => {
                self.to.push(to);
                self.say("250 receiver known").await
            }
            None => self.say("501 RCPT TO:<address>").await,
        }
    }

    async fn data(&mut self) -> io::Result<()> {
        if self.to.is_empty() {
            return self.say("503 for whom?").await;
        }
        self.say("354 end it with a dot").await?;
        let mut letter = String::new();
        loop {
            let Some(line) = self.line().await? else { return Ok(()) };
            if line == "." {
                break;
            }
            // RFC 5321 §4.5.2: a leading dot was doubled on the way.
            letter.push_str(line.strip_prefix('.').unwrap_or(&line));
            letter.push_str("\r\n");
            if letter.len() > LETTER_BYTES_MAX {
                self.say("552 too long").await?;
                return Err(io::Error::new(io::ErrorKind::InvalidData, "the letter is too long"));
            }
        }
        let (from, to) = (self.from.take().unwrap_or_default(), std::mem::take(&mut self.to));
        let (message_id, subject, text) = mime::read(&letter);
        (self.manner.heard)(Arrival::Smtp { from, to, message_id, subject, text });
        self.say("250 taken").await
    }

    /// A line without its end; nothing when the other side has gone.
    async fn line(&mut self) -> io::Result<Option<String>> {
        let mut bytes = Vec::new();
        let mut limited = (&mut self.stream).take(LINE_BYTES_MAX);
        let read = tokio::time::timeout(SILENCE_MAX, limited.read_until(b'\n', &mut bytes)).await;
        let read = read.map_err(|_silence| io::Error::from(io::ErrorKind::TimedOut))??;
        if read == 0 {
            return Ok(None);
        }
        if bytes.last() != Some(&b'\n') {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a line without end"));
        }
        let text = String::from_utf8_lossy(&bytes);
        Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
    }

    async fn say(&mut self, text: &str) -> io::Result<()> {
        self.stream.get_mut().write_all(format!("{text}\r\n").as_bytes()).await
    }
}

/// The address in `FROM:<a@b> SIZE=9`; an empty one is allowed there (RFC 5321 §4.5.5).
fn path(rest: &str, word: &str) -> Option<String> {
    let head = rest.get(..word.len())?;
    let inside = rest[word.len()..].trim_start().strip_prefix('<')?;
    let (address, _parameters) = inside.split_once('>')?;
    head.eq_ignore_ascii_case(word).then(|| address.to_owned())
}
