//! Mail by SMTP (电子邮件, RFC 5321).

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use kernel::Timestamp;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use super::{MailSettings, Security, SendError, SenderFault};

/// Shorter than the lease of a delivery.
const TIMEOUT: Duration = Duration::from_secs(30);
const WHAT: &str = "the mail server";

/// Sends letters by one mail server.
pub(super) struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// One letter.
pub(super) struct Letter<'a> {
    /// Its name; a letter that comes twice has the same `Message-ID`.
    pub(super) key: &'a str,
    pub(super) to: &'a str,
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) now: Timestamp,
}

impl Mailer {
    pub(super) fn new(settings: &MailSettings) -> Result<Self, SenderFault> {
        let fault = |rule: String| SenderFault::new("mail", rule);
        let from: Mailbox =
            settings.from.parse().map_err(|error| fault(format!("from {:?}: {error}", settings.from)))?;
        if settings.security == Security::None && !is_this_machine(&settings.host) {
            return Err(fault("security = \"none\" is only for a relay on this machine".into()));
        }
        let parameters = || {
            TlsParameters::new(settings.host.clone())
                .map_err(|error| fault(format!("TLS for {}: {error}", settings.host)))
        };
        let tls = match settings.security {
            Security::Tls => Tls::Wrapper(parameters()?),
            Security::StartTls => Tls::Required(parameters()?),
            Security::None => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .tls(tls)
            .timeout(Some(TIMEOUT))
            .hello_name(ClientId::Domain(from.email.domain().to_owned()));
        if let Some((user, password)) = &settings.login {
            builder = builder.credentials(Credentials::new(user.clone(), password.reveal().to_owned()));
        }
        Ok(Self { transport: builder.build(), from })
    }

    pub(super) async fn send(&self, letter: Letter<'_>) -> Result<(), SendError> {
        let message = self.write(letter)?;
        self.transport.send(message).await.map_err(|error| match error.status() {
            Some(code) => SendError::Answered { what: WHAT, code: u16::from(code) },
            None => SendError::Unreachable { what: WHAT, why: error.to_string() },
        })?;
        Ok(())
    }

    fn write(&self, letter: Letter<'_>) -> Result<Message, SendError> {
        let to: Address = letter.to.parse().map_err(|_form| SendError::Unreadable("address"))?;
        let body = Body::new_with_encoding(letter.text, ContentTransferEncoding::Base64)
            .map_err(|_body| SendError::Unreadable("text"))?;
        // RFC 3834 §5: no robot answers a robot.
        let auto =
            HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into());
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .date(SystemTime::from(letter.now))
            .message_id(Some(format!("<{}@{}>", letter.key, self.from.email.domain())))
            .subject(letter.subject)
            .raw_header(auto)
            .singlepart(SinglePart::builder().header(ContentType::TEXT_PLAIN).body(body))
            .map_err(|_header| SendError::Unreadable("letter"))
    }
}

/// Whether a host name is this machine by its loopback address.
pub(super) fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
