//! Checking a document (证照核验): by its number, its identifier, or the file itself.
//!
//! A look-up says what the issuer's table says. A file is checked as anybody could check it off line, and then looked up.

use codes::LicenceIdentifier;
use guomi::{Certificate, sm3};
use jiff::civil::Date;
use kernel::{EventId, Timestamp};
use store::{Tx, fresh_id, vals};

use crate::record::{Licence, State, by_file, by_identifier, by_number};
use crate::room::Room;
use crate::verify::{Verified, VerifyError, verify};

pub(crate) mod api;
pub(crate) mod http;
#[cfg(test)]
mod tests;

/// What every identifier of a licence begins with (GB/T 36904).
const IDENTIFIER_ROOT: &str = "1.2.156.3005.2.";
/// Longer than any number or identifier.
const ASKED_CHARACTERS_MAX: usize = 200;

/// What a check comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// 有效
    Valid,
    /// 已过有效期
    Expired,
    /// 已撤销
    Revoked,
    /// 已注销
    Cancelled,
    /// 已换发
    Replaced,
    /// Nothing of this number or identifier was issued here.
    Unknown,
    /// Several documents have this number: whoever checks compares issuer and holder.
    Several,
    /// The file is not what was sealed; the fault says which part is wrong.
    NotGenuine,
    /// Genuine by its seal, and not the file that is on record under its identifier.
    OtherFile,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 9] = [
        Self::Valid,
        Self::Expired,
        Self::Revoked,
        Self::Cancelled,
        Self::Replaced,
        Self::Unknown,
        Self::Several,
        Self::NotGenuine,
        Self::OtherFile,
    ];

    /// The word used in the API, in the log of checks and in keys of sentences.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Cancelled => "cancelled",
            Self::Replaced => "replaced",
            Self::Unknown => "unknown",
            Self::Several => "several",
            Self::NotGenuine => "not-genuine",
            Self::OtherFile => "other-file",
        }
    }
}

impl From<State> for Verdict {
    fn from(state: State) -> Self {
        match state {
            State::Valid => Self::Valid,
            State::Expired => Self::Expired,
            State::Revoked => Self::Revoked,
            State::Cancelled => Self::Cancelled,
            State::Replaced => Self::Replaced,
        }
    }
}

/// How a document was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// By number.
    Number,
    /// By identifier.
    Identifier,
    /// By the QR code on it.
    QrCode,
    /// By the file.
    File,
}

impl How {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Identifier => "identifier",
            Self::QrCode => "qr-code",
            Self::File => "file",
        }
    }
}

/// What was found out about a document.
#[derive(Debug, Clone)]
pub struct Check {
    /// How it was checked.
    pub how: How,
    /// What it comes to.
    pub verdict: Verdict,
    /// What is on record.
    pub licences: Vec<Licence>,
    /// What the seal says, for a file.
    pub seal: Option<Result<Verified, VerifyError>>,
}

impl Check {
    fn of_record(how: How, licences: Vec<Licence>, today: Date) -> Self {
        let verdict = match licences.as_slice() {
            [] => Verdict::Unknown,
            [one] => one.state(today).into(),
            [_, _, ..] => Verdict::Several,
        };
        Self { how, verdict, licences, seal: None }
    }
}

/// Looks up a number or an identifier, whichever it is; also the address in a QR code.
pub async fn look_up(tx: &mut Tx, asked: &str, today: Date) -> store::Result<Check> {
    let asked: String = asked.trim().chars().take(ASKED_CHARACTERS_MAX).collect();
    match identifier_in(&asked) {
        Some(text) => look_up_identifier(tx, How::Identifier, text, today).await,
        None => Ok(Check::of_record(How::Number, by_number(tx, &asked).await?, today)),
    }
}

/// Looks up an identifier. One whose check character is wrong was not issued by anybody.
pub async fn look_up_identifier(tx: &mut Tx, how: How, text: &str, today: Date) -> store::Result<Check> {
    let found = match LicenceIdentifier::parse(text) {
        Ok(identifier) => by_identifier(tx, &identifier).await?,
        Err(_mistyped) => None,
    };
    Ok(Check::of_record(how, found.into_iter().collect(), today))
}

/// The identifier in what was typed or scanned; a number does not contain one.
fn identifier_in(asked: &str) -> Option<&str> {
    let at = asked.find(IDENTIFIER_ROOT)?;
    let identifier = &asked[at..];
    let end = identifier.find(|c: char| !(c.is_ascii_alphanumeric() || c == '.')).unwrap_or(identifier.len());
    Some(&identifier[..end])
}

/// Checks a file: its seal as anybody could off line, then its state.
pub async fn check_file(room: &Room, file: Vec<u8>, today: Date) -> store::Result<Check> {
    let root: Certificate = room.signers.root().clone();
    let work = move || (sm3::hex(&file), verify(&file, &root));
    // Verifying is work for the processor; it ends early only with the program.
    let (sm3, seal) = tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| store::Error::Unavailable(error.to_string()))?;
    let mut tx = room.db.snapshot().await?;
    let on_record = match &seal {
        Ok(verified) => match LicenceIdentifier::parse(&verified.metadata.identifier) {
            Ok(identifier) => by_identifier(&mut tx, &identifier).await?,
            Err(_foreign) => None,
        },
        Err(_fault) => by_file(&mut tx, &sm3).await?,
    };
    let verdict = match (&seal, &on_record) {
        (Err(_fault), _) => Verdict::NotGenuine,
        (Ok(_), None) => Verdict::Unknown,
        (Ok(_), Some(licence)) if licence.file_sm3 != sm3 && licence.ofd_sm3.as_ref() != Some(&sm3) => {
            Verdict::OtherFile
        }
        (Ok(_), Some(licence)) => licence.state(today).into(),
    };
    Ok(Check { how: How::File, verdict, licences: on_record.into_iter().collect(), seal: Some(seal) })
}

/// Notes a check. Whoever checks gets the answer also when it cannot be noted.
pub(crate) async fn note(room: &Room, check: &Check, now: Timestamp) {
    let noted: store::Result<()> = async {
        let mut tx = room.db.begin().await?;
        let id: EventId = fresh_id(now);
        tx.execute(
            "insert into licence_checks (id, at, how, result) values ($1, $2, $3, $4)",
            vals![id, now, check.how.as_str(), check.verdict.as_str()],
        )
        .await?;
        tx.commit().await
    }
    .await;
    if let Err(error) = noted {
        tracing::warn!(%error, "check not noted");
    }
}
