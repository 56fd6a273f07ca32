//! `/oauth/userinfo`: what the holder of an access token may be told of the person, each look on record (用户信息端点).

use axum::Json;
use axum::extract::{FromRequest as _, Request, State};
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse as _, Response};
use identity::{Passed, Subject, Token, Wanted};
use kernel::{PersonId, Timestamp};
use serde::Serialize;
use store::{Purpose, Tx};
use utoipa::ToSchema;
use web::{Operation, Visitor};

use crate::fault::Fault;
use crate::grant::{self, Grant};
use crate::params::Called;
use crate::scope::{Scope, Scopes};
use crate::system::bearer;
use crate::{Room, cors};

/// What is told; only what the scopes allow.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct UserInfo {
    /// The name by which this sector knows them.
    sub: String,
    /// `profile`: the full name.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// `assurance`: `declared` or `verified`.
    #[serde(skip_serializing_if = "Option::is_none")]
    assurance_level: Option<String>,
    /// `phone`.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<String>,
    /// `resident_id`: the identity number.
    #[serde(skip_serializing_if = "Option::is_none")]
    resident_id: Option<String>,
    /// `organisation`: for whom they act; missing when for themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation: Option<OrganisationClaim>,
    /// `staff`: where they work.
    #[serde(skip_serializing_if = "Option::is_none")]
    staff: Option<PostClaim>,
}

/// A legal person for which somebody acts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrganisationClaim {
    /// Its name.
    name: String,
    /// Its unified social credit code.
    uscc: String,
    /// Whether as its legal representative.
    is_representative: bool,
}

/// Where a member of staff works.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PostClaim {
    /// The body.
    body: String,
    /// Its division.
    division: String,
    /// What they are trusted with.
    roles: Vec<&'static str>,
}

pub(crate) async fn answer(State(room): State<Room>, visitor: Visitor, request: Request) -> Response {
    let headers = request.headers().clone();
    let token = match bearer(&headers) {
        Some(token) => Some(token.to_owned()),
        // RFC 6750 §2.2: in a form, and only there.
        None => match Called::from_request(request, &()).await {
            Ok(called) => called.params.get("access_token").map(str::to_owned),
            Err(response) => return response,
        },
    };
    let response = match tell(&room, token.as_deref().unwrap_or_default(), visitor.now).await {
        Ok(told) => ([(CACHE_CONTROL, "no-store")], Json(told)).into_response(),
        Err(fault) => fault.into_response(),
    };
    cors::allow(&room, &headers, response).await
}

async fn tell(room: &Room, token: &str, now: Timestamp) -> Result<UserInfo, Fault> {
    let token = Token::parse(token).ok_or(Fault::invalid_token())?;
    let mut tx = room.db.snapshot().await?;
    let live = grant::find(&mut tx, &token, now).await?.filter(|live| !live.is_refresh);
    let live = live.ok_or(Fault::invalid_token())?;
    let scopes = Scopes::parse(&live.scope);
    let subject = live.grant.subject.filter(|_| scopes.has(Scope::OpenId)).ok_or(Fault::invalid_token())?;
    if !identity::stands(&mut tx, subject).await? {
        return Err(Fault::invalid_token());
    }
    match subject {
        Subject::Person(person) => {
            let wanted = wanted(&scopes);
            if wanted != Wanted::default() {
                // Looks are noted, so this is a write; most tokens ask for none.
                tx.rollback().await?;
                tx = room.begin().await?;
            }
            let told = of_person(&mut tx, room, &live.grant, person, (&scopes, wanted), now).await?;
            tx.commit().await?;
            Ok(told)
        }
        Subject::Staff(staff) => of_staff(&mut tx, &live.grant, staff, &scopes, now).await,
    }
}

fn wanted(scopes: &Scopes) -> Wanted {
    Wanted {
        name: scopes.has(Scope::Profile),
        phone: scopes.has(Scope::Phone),
        resident_id: scopes.has(Scope::ResidentId),
    }
}

async fn of_person(
    tx: &mut Tx,
    room: &Room,
    grant: &Grant,
    person: PersonId,
    (scopes, wanted): (&Scopes, Wanted),
    now: Timestamp,
) -> Result<UserInfo, Fault> {
    let mut told = UserInfo { sub: grant.sub.clone(), ..UserInfo::default() };
    if wanted != Wanted::default() || scopes.has(Scope::Assurance) {
        let purpose = Purpose::new("oidc.userinfo", format!("client:{}", grant.client));
        let vault = &room.identity.vault;
        let passed = identity::pass_on(tx, vault, &purpose, person, wanted, now).await?;
        let Passed { name, phone, resident_id, assurance } = passed.ok_or(Fault::invalid_token())?;
        (told.name, told.phone_number, told.resident_id) = (name, phone, resident_id);
        told.assurance_level = scopes.has(Scope::Assurance).then(|| assurance.to_string());
    }
    if let Some(hat) = grant.acting_for.filter(|_| scopes.has(Scope::Organisation)) {
        // Asked anew: an agent whose right has ended acts for nobody.
        let hats = identity::hats(tx, &room.identity.vault, person, now).await?;
        told.organisation =
            hats.into_iter().find(|worn| worn.principal.legal_person() == Some(hat)).map(|worn| {
                OrganisationClaim {
                    is_representative: worn.is_representative(),
                    name: worn.name,
                    uscc: worn.uscc,
                }
            });
    }
    Ok(told)
}

/// An official's name is no secret (政府信息公开), so no look is noted.
async fn of_staff(
    tx: &mut Tx,
    grant: &Grant,
    staff: kernel::StaffId,
    scopes: &Scopes,
    now: Timestamp,
) -> Result<UserInfo, Fault> {
    let mut told = UserInfo { sub: grant.sub.clone(), ..UserInfo::default() };
    let record = identity::find_staff(tx, staff).await?.ok_or(Fault::invalid_token())?;
    if scopes.has(Scope::Staff) {
        let session = grant::session_of(tx, grant.id).await?;
        let post = identity::post_of(tx, staff, session, now).await?.ok_or(Fault::invalid_token())?;
        let roles = post.roles.iter().map(|role| role.as_str()).collect();
        told.staff = Some(PostClaim { body: post.body_name.zh, division: post.division, roles });
    }
    told.assurance_level = scopes.has(Scope::Assurance).then(|| identity::Assurance::Verified.to_string());
    told.name = scopes.has(Scope::Profile).then_some(record.name);
    Ok(told)
}

pub(crate) fn operation(id: &'static str) -> Operation {
    Operation::new(id, "What the access token allows to be told of its person.")
        .description(
            "`Authorization: Bearer` with an access token of the token endpoint. Each look is on record.",
        )
        .tag("sign-on")
        .returns::<UserInfo>(200, "What the scopes allow.")
}
