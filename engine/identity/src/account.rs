//! `/my/account`: what the platform knows of the person who looks, for whom they may act, and who signed in.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use kernel::{LegalPersonId, Refusal};
use store::Purpose;
use web::{AppError, Choice, Shell, Visitor, page};

use crate::Room;
use crate::legal_persons::{Hat, hats};
use crate::person_name::Phone;
use crate::persons::{Assurance, PersonRecord, find_person};
use crate::prove::http::own;
use crate::security::{Asked, Security, security};

#[derive(Template)]
#[template(path = "account/account.html")]
struct AccountPage {
    shell: Shell,
    name: String,
    resident_id: String,
    phone: String,
    division: String,
    assurance: String,
    hats: Vec<Choice>,
    represents: bool,
    security: Security,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let me = visitor.actor.person()?;
    let purpose = Purpose::new("identity.own-account", visitor.actor.reference());
    let mut tx = room.db.snapshot().await?;
    let person = find_person(&mut tx, &room.vault, &purpose, me.person, visitor.now)
        .await?
        .ok_or(AppError(Refusal::NotFound))?;
    let hats = hats(&mut tx, me.person, visitor.now).await?;
    let standing = own(&mut tx, &visitor).await?;
    page(&AccountPage {
        name: person.name.masked(),
        resident_id: person.resident_id.masked(),
        phone: person.phone.as_ref().map_or_else(String::new, Phone::masked),
        division: person.division.as_ref().map_or_else(String::new, ToString::to_string),
        assurance: assurance_words(&visitor, &person),
        represents: hats.iter().any(|hat| hat.is_representative),
        hats: choices(&visitor, &hats, me.acting_for),
        security: security(&mut tx, &room, &visitor, standing, &asked, "/my/account").await?,
        shell: Shell::new(&visitor, visitor.t("identity-account-title")),
    })
}

fn assurance_words(visitor: &Visitor, person: &PersonRecord) -> String {
    visitor.t(match person.assurance {
        Assurance::Declared => "identity-assurance-declared",
        Assurance::Verified => "identity-assurance-verified",
    })
}

/// Oneself first; empty when there is nothing to choose.
fn choices(visitor: &Visitor, hats: &[Hat], acting_for: Option<LegalPersonId>) -> Vec<Choice> {
    if hats.is_empty() {
        return Vec::new();
    }
    let oneself = Choice::new("", visitor.t("identity-hat-self")).chosen_if(acting_for.is_none());
    let others = hats.iter().map(|hat| {
        let is_chosen = acting_for == Some(hat.legal_person);
        let role = if hat.is_representative { "identity-hat-representative" } else { "identity-hat-agent" };
        let hint = format!("{} · {}", visitor.t(role), hat.uscc);
        Choice::new(hat.legal_person.to_string(), hat.name.clone()).hint(hint).chosen_if(is_chosen)
    });
    std::iter::once(oneself).chain(others).collect()
}
