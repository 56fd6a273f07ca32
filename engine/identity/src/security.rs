//! What the account pages of persons and of staff have in common: factors, visits, and the log of sign-ins.

use serde::Deserialize;
use store::Tx;
use store::page::PageRequest;
use web::{AppError, Visitor};

use crate::Room;
use crate::factors::{Standing, Ways, ways_of};
use crate::sessions::Subject;
use crate::sign_ins::sign_ins_of;
use crate::{upstream, visits};

/// The section as its template shows it.
pub(crate) struct Security {
    pub(crate) ways: Ways,
    pub(crate) offers_passkeys: bool,
    /// How many accounts elsewhere open this one; nothing where none can and none does.
    pub(crate) upstreams: Option<u32>,
    pub(crate) visits: Vec<VisitRow>,
    pub(crate) shows_all_visits: bool,
    pub(crate) sign_ins: Vec<SignInRow>,
    pub(crate) next_href: String,
    pub(crate) first_href: String,
    /// The password was changed a moment ago.
    pub(crate) password_changed: bool,
}

pub(crate) struct VisitRow {
    pub(crate) id: String,
    pub(crate) device: String,
    pub(crate) since: String,
    pub(crate) seen: String,
    pub(crate) is_this: bool,
    pub(crate) is_strong: bool,
}

pub(crate) struct SignInRow {
    pub(crate) at: String,
    pub(crate) has_succeeded: bool,
    pub(crate) device: String,
    pub(crate) is_new_device: bool,
}

/// Which page of the log of sign-ins, and what to say above it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    after: Option<String>,
    changed: String,
}

/// Reads the section for the page at `path`.
pub(crate) async fn security(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    standing: Standing,
    asked: &Asked,
    path: &str,
) -> Result<Security, AppError> {
    let after = asked.after.as_ref().map(|text| text.parse()).transpose();
    let after = after.map_err(|_form| AppError(kernel::Refusal::NotFound))?;
    let request = PageRequest { after, ..PageRequest::default() };
    let owner = standing.owner;
    let log = sign_ins_of(tx, owner, &request).await?;
    let next_href =
        log.next.as_ref().map_or_else(String::new, |next| format!("{path}?after={next}#sign-ins"));
    let device = |device: String| {
        if device.is_empty() { visitor.t("identity-sign-in-device-unknown") } else { device }
    };
    let upstreams = match owner {
        Subject::Person(person) => Some(upstream::count_of(tx, person).await?),
        Subject::Staff(_) => None,
    };
    let found = visits::list(tx, owner, visitor.now).await?;
    Ok(Security {
        ways: ways_of(tx, owner).await?,
        offers_passkeys: room.factors.rp_id().is_some(),
        upstreams: upstreams.filter(|count| *count > 0 || !room.factors.upstreams().is_empty()),
        shows_all_visits: found.len() < visits::SHOWN_MAX,
        visits: found
            .into_iter()
            .map(|visit| VisitRow {
                id: visit.id.to_string(),
                device: device(visit.device),
                since: visitor.datetime(visit.since),
                seen: visitor.datetime(visit.last_seen_at),
                is_this: visit.id == standing.session,
                is_strong: visit.is_strong,
            })
            .collect(),
        sign_ins: log
            .items
            .into_iter()
            .map(|entry| SignInRow {
                at: visitor.datetime(entry.at),
                has_succeeded: entry.has_succeeded,
                device: device(entry.device),
                is_new_device: entry.is_new_device,
            })
            .collect(),
        next_href,
        first_href: if asked.after.is_none() { String::new() } else { format!("{path}#sign-ins") },
        password_changed: asked.changed == "password",
    })
}
