//! `/my/account`: what the platform knows of the person who looks, for whom they may act, and who signed in.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use kernel::{Principal, Refusal};
use web::{AppError, Shell, Visitor, page};

use crate::Room;
use crate::correction::own_record;
use crate::mandates::{agents_of, hats};
use crate::offers::offers_to;
use crate::person_name::Phone;
use crate::persons::{Assurance, PersonRecord};
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
    /// For whom one acts now; empty for oneself.
    worn: String,
    hats: usize,
    offers: usize,
    agents: usize,
    security: Security,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let me = visitor.actor.person()?;
    let mut tx = room.db.snapshot().await?;
    let person =
        own_record(&mut tx, &room.vault, &visitor.actor, visitor.now).await.map_err(Refusal::from)?;
    let hats = hats(&mut tx, &room.vault, me.person, visitor.now).await?;
    let offers = offers_to(&mut tx, &room.vault, me.person, visitor.now).await?;
    let agents = agents_of(&mut tx, Principal::Person(me.person), visitor.now).await?;
    let standing = own(&mut tx, &visitor).await?;
    page(&AccountPage {
        name: person.name.masked(),
        resident_id: person.resident_id.masked(),
        phone: person.phone.as_ref().map_or_else(String::new, Phone::masked),
        division: person.division.as_ref().map_or_else(String::new, ToString::to_string),
        assurance: assurance_words(&visitor, &person),
        worn: me.acting_for.as_ref().map(|mandate| mandate.shown_as.clone()).unwrap_or_default(),
        hats: hats.len(),
        offers: offers.len(),
        agents: agents.len(),
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
