//! Addresses by which somebody is reached (联系地址): never shown whole, never in `Debug`.

use std::fmt;

use lettre::Address as MailAddress;

use crate::Channel;

/// Longest e-mail address (RFC 5321 §4.5.3.1.3, less the angle brackets).
const EMAIL_BYTES_MAX: usize = 254;

/// An address of a channel, in its one stored form.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    channel: Channel,
    text: String,
}

/// The text is no address of this channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an address for {}", .channel.as_str())]
pub struct AddressFault {
    /// Which channel.
    pub channel: Channel,
}

impl AddressFault {
    /// The sentence for it.
    pub(crate) const fn key(self) -> &'static str {
        match self.channel {
            Channel::Email => "messages-email-wrong",
            Channel::Sms => "messages-mobile-wrong",
            Channel::Wechat => "messages-wechat-wrong",
        }
    }
}

impl Address {
    /// Reads what somebody typed.
    pub fn parse(channel: Channel, text: &str) -> Result<Self, AddressFault> {
        let text = text.trim();
        let fault = AddressFault { channel };
        let text = match channel {
            Channel::Email => {
                let fits =
                    text.len() <= EMAIL_BYTES_MAX && text.is_ascii() && !text.contains(['"', ' ', '[']);
                let address = fits.then(|| text.parse::<MailAddress>().ok()).flatten().ok_or(fault)?;
                // The part before the sign belongs to the mail server and keeps its case (RFC 5321 §2.4).
                format!("{}@{}", address.user(), address.domain().to_ascii_lowercase())
            }
            Channel::Sms => {
                let phone = identity::Phone::parse(text).map_err(|_form| fault)?;
                phone.as_str().to_owned()
            }
            Channel::Wechat => {
                let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
                let fits = (6..=64).contains(&text.len()) && text.chars().all(plain);
                if fits { text.to_owned() } else { return Err(fault) }
            }
        };
        Ok(Self { channel, text })
    }

    /// Of which channel.
    pub const fn channel(&self) -> Channel {
        self.channel
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The form that may be shown (脱敏): `z***@example.cn`, `138****8000`, `oQx1***`.
    pub fn masked(&self) -> String {
        let head = |count: usize| self.text.chars().take(count).collect::<String>();
        match self.channel {
            Channel::Email => {
                let domain = self.text.rsplit_once('@').map_or("", |(_, domain)| domain);
                format!("{}***@{domain}", head(1))
            }
            Channel::Sms => {
                let from = self.text.len().saturating_sub(4);
                format!("{}****{}", head(3), self.text.get(from..).unwrap_or_default())
            }
            Channel::Wechat => format!("{}***", head(4)),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_channel_has_its_form() {
        let check = |channel, text: &str, form: &str, masked: &str| {
            let address = Address::parse(channel, text).unwrap();
            assert_eq!((address.as_str(), address.masked().as_str()), (form, masked));
            assert_eq!(format!("{address:?}"), format!("Address({masked})"));
        };
        check(Channel::Email, " Zhang.San@Example.CN ", "Zhang.San@example.cn", "Z***@example.cn");
        check(Channel::Sms, "+86 138-0013-8000", "13800138000", "138****8000");
        check(Channel::Wechat, "oQx1_abc-9", "oQx1_abc-9", "oQx1***");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.cn", "a".repeat(250));
        for wrong in
            ["", "a", "a@", "@b.cn", "a@b@c", "a b@c.cn", "张三@example.cn", "a@b.cn\r\nBcc: x@y.cn", &long]
        {
            assert_eq!(
                Address::parse(Channel::Email, wrong),
                Err(AddressFault { channel: Channel::Email }),
                "{wrong}"
            );
        }
        for wrong in ["", "12345", "1380013800x", "0731-88888888"] {
            assert!(Address::parse(Channel::Sms, wrong).is_err(), "{wrong}");
        }
        for wrong in ["", "short", "with blank 1", "微信号微信号"] {
            assert!(Address::parse(Channel::Wechat, wrong).is_err(), "{wrong}");
        }
    }
}
