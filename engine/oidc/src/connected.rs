//! `/my/connected-systems`: the systems that somebody has signed on to with their account, what they have let them be
//! told, and the way to part from them (已接入系统、撤回授权).

use askama::Template;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use identity::Subject;
use kernel::{Actor, ClientId, PersonId, Refusal, Timestamp};
use serde::{Deserialize, Serialize};
use store::page::{Cursor, PageRequest};
use store::{Tx, vals};
use utoipa::ToSchema;
use web::{AppError, Nothing, Operation, PostForm, Shell, Visitor, page};

use crate::back_channel;
use crate::consent::scope_words;
use crate::known::{Connected, connected, withdraw};
use crate::scope::Scope;
use crate::{Room, grant};

#[derive(Template)]
#[template(path = "connected.html")]
struct ConnectedPage {
    shell: Shell,
    rows: Vec<Row>,
    next: String,
    first: String,
}

struct Row {
    id: String,
    name: String,
    last: String,
    /// What its service needs.
    needed: Vec<String>,
    /// What the person has let it be told besides.
    consented: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Pages {
    after: Option<Cursor>,
}

fn subject(actor: &Actor) -> Result<Subject, Refusal> {
    match actor {
        Actor::Person(person) => Ok(Subject::Person(person.person)),
        Actor::Staff(staff) => Ok(Subject::Staff(staff.staff)),
        Actor::Anonymous | Actor::System => Err(Refusal::Unauthenticated),
    }
}

const HREF: &str = "/my/connected-systems";

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(pages): Query<Pages>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let is_first = pages.after.is_none();
    let request = PageRequest { after: pages.after, ..PageRequest::default() };
    let found = connected(&mut tx, subject(&visitor.actor)?, &request).await?;
    let shell = Shell::new(&visitor, visitor.t("oidc-connected-title"));
    let shell =
        if shell.is_person() { shell.crumb(visitor.t("oidc-my-account"), "/my/account") } else { shell };
    page(&ConnectedPage {
        rows: found.items.iter().map(|one| row(&visitor, one)).collect(),
        next: found.next.map_or_else(String::new, |next| format!("{HREF}?after={next}")),
        first: if is_first { String::new() } else { HREF.into() },
        shell,
    })
}

fn row(visitor: &Visitor, one: &Connected) -> Row {
    let settings = &one.client.settings;
    let words = |scopes: &[Scope]| {
        scopes
            .iter()
            .filter(|scope| **scope != Scope::OpenId)
            .map(|scope| scope_words(visitor, *scope))
            .collect()
    };
    let consented: Vec<Scope> = one.consented.0.iter().copied().collect();
    Row {
        id: one.client.id.to_string(),
        name: visitor.pick(&settings.name_zh, &settings.name_en).to_owned(),
        last: one.last.map_or_else(String::new, |at| visitor.datetime(at)),
        needed: words(&settings.needed_scopes),
        consented: words(&consented),
    }
}

pub(crate) async fn part(
    State(room): State<Room>,
    visitor: Visitor,
    Path(client): Path<String>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Response, AppError> {
    part_from(&room, &visitor, &client).await?;
    Ok(Redirect::to(HREF).into_response())
}

/// Takes the consent back and ends every sign-on; the system is told. A second click finds nothing left to do.
async fn part_from(room: &Room, visitor: &Visitor, client: &str) -> Result<(), AppError> {
    let client: ClientId = client.parse().map_err(|_no_id| AppError(Refusal::NotFound))?;
    let mut tx = room.begin().await?;
    end_all(&mut tx, client, subject(&visitor.actor)?, visitor.now).await?;
    tx.commit().await?;
    Ok(())
}

async fn end_all(tx: &mut Tx, client: ClientId, subject: Subject, now: Timestamp) -> store::Result<()> {
    let subject = subject.to_string();
    withdraw(tx, client, &subject).await?;
    let ended = grant::end_of_subject(tx, client, &subject, "parted", now).await?;
    back_channel::tell(tx, &ended, now).await
}

/// Parts somebody from every system at once (注销账号): each is told, and knows them by another name should they come back.
pub async fn forget_person(tx: &mut Tx, person: PersonId, now: Timestamp) -> store::Result<()> {
    let subject = Subject::Person(person);
    let sql = "select client from oidc_grants where subject = $1 and state = 'live'
               union select client from oidc_consents where subject = $1";
    for row in tx.fetch_all(sql, vals![subject.to_string()]).await? {
        end_all(tx, row.get(0)?, subject, now).await?;
    }
    tx.execute("delete from oidc_subjects where subject = $1", vals![subject.to_string()]).await?;
    Ok(())
}

/// A system that the bearer has signed on to.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConnectedSystem {
    /// Its `client_id`.
    client: String,
    /// Name in Chinese.
    name_zh: String,
    /// Name in English.
    name_en: String,
    /// What the person has let it be told beyond need.
    consented: Vec<Scope>,
    /// The last sign-on that is not over (RFC 3339); null where only a consent is left.
    last: Option<String>,
}

/// A page of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConnectedList {
    /// By id.
    items: Vec<ConnectedSystem>,
    /// Where the next page starts; null when this is the last one.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

pub(crate) async fn list(
    State(room): State<Room>,
    visitor: Visitor,
    Query(pages): Query<Pages>,
) -> Result<Json<ConnectedList>, AppError> {
    let mut tx = room.db.snapshot().await?;
    let request = PageRequest { after: pages.after, ..PageRequest::default() };
    let found = connected(&mut tx, subject(&visitor.actor)?, &request).await?;
    let items = found.items.into_iter().map(|one| ConnectedSystem {
        client: one.client.id.to_string(),
        name_zh: one.client.settings.name_zh,
        name_en: one.client.settings.name_en,
        consented: one.consented.0.into_iter().collect(),
        last: one.last.map(|at| at.to_string()),
    });
    Ok(Json(ConnectedList { items: items.collect(), next: found.next }))
}

pub(crate) fn list_operation() -> Operation {
    Operation::new("listConnectedSystems", "The systems that the bearer has signed on to.")
        .tag("sign-on")
        .query_param("after", "Where the page starts.", false)
        .returns::<ConnectedList>(200, "The systems.")
}

pub(crate) async fn part_api(
    State(room): State<Room>,
    visitor: Visitor,
    Path(client): Path<String>,
) -> Result<StatusCode, AppError> {
    part_from(&room, &visitor, &client).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn part_operation() -> Operation {
    Operation::new("partFromSystem", "Takes the consent back and ends every sign-on to a system.")
        .tag("sign-on")
        .path_param("client", "The system's client_id.")
        .returns_nothing(204, "It knows nothing more of the bearer from now on.")
}
