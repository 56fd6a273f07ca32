//! `/admin/clients`: the connected systems (接入系统), one of them in full, registering and changing.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use identity::Token;
use kernel::{ClientId, GrantId, Refusal};
use serde::Deserialize;
use store::Tx;
use store::page::{Cursor, PageRequest};
use web::{AppError, FormErrors, FormPairs, Nothing, PostForm, Shell, Visitor, page, page_with_status};

use super::form::{Fields, auth_words, door_words, grant_words, read};
use crate::Room;
use crate::client::{Client, GrantType, Settings, find_client, list_clients};
use crate::consent::scope_words;
use crate::grant::list_grants;
use crate::permission::MANAGE_CLIENTS;
use crate::register::{acts, change_client, end_grant, register_client, renew_secret, shut_out};
use crate::scope::Scope;

const HREF: &str = "/admin/clients";

struct Row {
    href: String,
    name: String,
    door: String,
    when: String,
    is_out: bool,
}

#[derive(Template)]
#[template(path = "admin/list.html")]
struct ListPage {
    shell: Shell,
    may_manage: bool,
    rows: Vec<Row>,
    next: String,
    first: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Pages {
    after: Option<Cursor>,
}

pub(super) fn shell(visitor: &Visitor, key: &str) -> Shell {
    Shell::new(visitor, visitor.t(key)).crumb(visitor.t("oidc-clients-title"), HREF)
}

pub(crate) async fn list(
    State(room): State<Room>,
    visitor: Visitor,
    Query(pages): Query<Pages>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let is_first = pages.after.is_none();
    let request = PageRequest { after: pages.after, ..PageRequest::default() };
    let found = list_clients(&mut tx, &request).await?;
    let row = |client: &Client| Row {
        href: format!("{HREF}/{}", client.id),
        name: visitor.pick(&client.settings.name_zh, &client.settings.name_en).to_owned(),
        door: door_words(&visitor, client.settings.door),
        when: visitor.datetime(client.created_at),
        is_out: client.disabled_at.is_some(),
    };
    page(&ListPage {
        may_manage: visitor.actor.may(MANAGE_CLIENTS),
        rows: found.items.iter().map(row).collect(),
        next: found.next.map_or_else(String::new, |next| format!("{HREF}?after={next}")),
        first: if is_first { String::new() } else { HREF.into() },
        shell: Shell::new(&visitor, visitor.t("oidc-clients-title")),
    })
}

#[derive(Template)]
#[template(path = "admin/edit.html")]
struct EditPage {
    shell: Shell,
    errors: FormErrors,
    action: String,
    /// 0 for a new one.
    version: i64,
    fields: Fields,
}

fn edit_page(
    visitor: &Visitor,
    errors: FormErrors,
    settings: &Settings,
    of: Option<(ClientId, i64)>,
) -> EditPage {
    let (key, action) = match of {
        Some((id, _)) => ("oidc-client-change", format!("{HREF}/{id}")),
        None => ("oidc-client-new", HREF.to_owned()),
    };
    let mut frame = shell(visitor, key);
    if of.is_some() {
        frame = frame.crumb(visitor.pick(&settings.name_zh, &settings.name_en).to_owned(), action.clone());
    }
    let version = of.map_or(0, |(_, version)| version);
    EditPage { shell: frame, errors, action, version, fields: Fields::of(visitor, settings) }
}

pub(crate) async fn new(visitor: Visitor) -> Result<Response, AppError> {
    let usual = Settings {
        grant_types: vec![GrantType::Code],
        scopes: vec![Scope::OpenId],
        needed_scopes: vec![Scope::OpenId],
        ..Settings::default()
    };
    page(&edit_page(&visitor, FormErrors::none(), &usual, None))
}

/// The secret is shown on the page that answers, and on no other.
#[derive(Template)]
#[template(path = "admin/secret.html")]
struct SecretPage {
    shell: Shell,
    id: String,
    secret: String,
}

fn done(visitor: &Visitor, id: ClientId, secret: Option<&Token>) -> Result<Response, AppError> {
    match secret {
        Some(secret) => page(&SecretPage {
            shell: shell(visitor, "oidc-secret-title"),
            id: id.to_string(),
            secret: secret.reveal(),
        }),
        None => Ok(Redirect::to(&format!("{HREF}/{id}")).into_response()),
    }
}

pub(crate) async fn register(
    State(room): State<Room>,
    visitor: Visitor,
    form: FormPairs,
) -> Result<Response, AppError> {
    let (settings, unreadable) = read(&form);
    let mut tx = room.begin().await?;
    let outcome = if unreadable.is_empty() {
        register_client(&mut tx, &visitor.actor, &settings, visitor.now).await.map_err(Refusal::from)
    } else {
        Err(Refusal::Invalid(unreadable))
    };
    match outcome {
        Ok(made) => {
            tx.commit().await?;
            done(&visitor, made.id, made.secret.as_ref())
        }
        Err(refusal) => again(&visitor, refusal, &settings, None),
    }
}

fn again(
    visitor: &Visitor,
    refusal: Refusal,
    settings: &Settings,
    of: Option<(ClientId, i64)>,
) -> Result<Response, AppError> {
    let errors = FormErrors::of(visitor, refusal)?;
    page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &edit_page(visitor, errors, settings, of))
}

pub(super) fn id(text: &str) -> Result<ClientId, AppError> {
    text.parse().map_err(|_no_id| AppError(Refusal::NotFound))
}

pub(super) async fn the(tx: &mut Tx, id: ClientId) -> Result<Client, AppError> {
    find_client(tx, id).await?.ok_or(AppError(Refusal::NotFound))
}

pub(crate) async fn edit(
    State(room): State<Room>,
    visitor: Visitor,
    Path(client): Path<String>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let client = the(&mut tx, id(&client)?).await?;
    page(&edit_page(&visitor, FormErrors::none(), &client.settings, Some((client.id, client.version))))
}

pub(crate) async fn change(
    State(room): State<Room>,
    visitor: Visitor,
    Path(client): Path<String>,
    form: FormPairs,
) -> Result<Response, AppError> {
    let client = id(&client)?;
    let version: i64 = form.get("version").and_then(|text| text.parse().ok()).unwrap_or_default();
    let (settings, unreadable) = read(&form);
    let mut tx = room.begin().await?;
    let outcome = if unreadable.is_empty() {
        change_client(&mut tx, &visitor.actor, client, version, &settings, visitor.now)
            .await
            .map_err(Refusal::from)
    } else {
        Err(Refusal::Invalid(unreadable))
    };
    match outcome {
        Ok(secret) => {
            tx.commit().await?;
            done(&visitor, client, secret.as_ref())
        }
        Err(refusal) => again(&visitor, refusal, &settings, Some((client, version))),
    }
}

struct GrantRow {
    id: String,
    who: String,
    scope: String,
    since: String,
    until: String,
}

struct ActRow {
    at: String,
    by: String,
    act: String,
}

#[derive(Template)]
#[template(path = "admin/show.html")]
struct ShowPage {
    shell: Shell,
    id: String,
    may_manage: bool,
    is_out: bool,
    has_secret: bool,
    facts: Vec<(String, String)>,
    grants: Vec<GrantRow>,
    next: String,
    first: String,
    acts: Vec<ActRow>,
}

fn facts(visitor: &Visitor, settings: &Settings) -> Vec<(String, String)> {
    let t = |key: &str| visitor.t(key);
    let scopes =
        |all: &[Scope]| all.iter().map(|one| scope_words(visitor, *one)).collect::<Vec<_>>().join(" · ");
    let grants: Vec<String> = settings.grant_types.iter().map(|kind| grant_words(visitor, *kind)).collect();
    let both = format!("{} / {}", settings.name_zh, settings.name_en);
    let all = [
        (t("oidc-name"), both),
        (t("oidc-door"), door_words(visitor, settings.door)),
        (t("oidc-auth"), auth_words(visitor, settings.auth_method)),
        (t("oidc-grants"), grants.join(" · ")),
        (t("oidc-redirects"), settings.redirect_uris.join(" ")),
        (t("oidc-post-logout"), settings.post_logout_redirect_uris.join(" ")),
        (t("oidc-back-channel"), settings.backchannel_logout_uri.clone()),
        (t("oidc-scopes"), scopes(&settings.scopes)),
        (t("oidc-needed"), scopes(&settings.needed_scopes)),
        (t("oidc-system-scopes"), settings.system_scopes.join(" ")),
        (t("oidc-sector"), settings.sector.clone()),
        (t("oidc-alg"), settings.id_token_alg.as_str().to_owned()),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(client): Path<String>,
    Query(pages): Query<Pages>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let client = the(&mut tx, id(&client)?).await?;
    let is_first = pages.after.is_none();
    let request = PageRequest { after: pages.after, ..PageRequest::default() };
    let grants = list_grants(&mut tx, client.id, &request, visitor.now).await?;
    let acts = acts(&mut tx, &client.id.to_string()).await?;
    let href = format!("{HREF}/{}", client.id);
    page(&ShowPage {
        may_manage: visitor.actor.may(MANAGE_CLIENTS),
        shell: Shell::new(
            &visitor,
            visitor.pick(&client.settings.name_zh, &client.settings.name_en).to_owned(),
        )
        .crumb(visitor.t("oidc-clients-title"), HREF),
        id: client.id.to_string(),
        is_out: client.disabled_at.is_some(),
        has_secret: client.secret_digest.is_some(),
        facts: facts(&visitor, &client.settings),
        next: grants.next.as_ref().map_or_else(String::new, |next| format!("{href}?after={next}")),
        first: if is_first { String::new() } else { href },
        grants: grants
            .items
            .into_iter()
            .map(|grant| GrantRow {
                id: grant.id.to_string(),
                // By the name that the client knows: who it is here, the administration need not see.
                who: if grant.subject.is_some() { grant.sub } else { visitor.t("oidc-grant-own-name") },
                scope: grant.scope,
                since: visitor.datetime(grant.created_at),
                until: visitor.datetime(grant.expires_at),
            })
            .collect(),
        acts: acts
            .into_iter()
            .map(|act| ActRow {
                at: visitor.datetime(act.at),
                by: act.by,
                act: visitor.t(&format!("oidc-act-{}", act.act)),
            })
            .collect(),
    })
}

pub(crate) async fn renew(
    State(room): State<Room>,
    visitor: Visitor,
    Path(client): Path<String>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Response, AppError> {
    let client = id(&client)?;
    let mut tx = room.begin().await?;
    let secret = renew_secret(&mut tx, &visitor.actor, client, visitor.now).await?;
    tx.commit().await?;
    done(&visitor, client, Some(&secret))
}

pub(crate) async fn shut(
    State(room): State<Room>,
    visitor: Visitor,
    Path(client): Path<String>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Response, AppError> {
    set_out(&room, &visitor, id(&client)?, true).await
}

pub(crate) async fn let_in(
    State(room): State<Room>,
    visitor: Visitor,
    Path(client): Path<String>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Response, AppError> {
    set_out(&room, &visitor, id(&client)?, false).await
}

async fn set_out(room: &Room, visitor: &Visitor, client: ClientId, out: bool) -> Result<Response, AppError> {
    let mut tx = room.begin().await?;
    shut_out(&mut tx, &visitor.actor, client, out, visitor.now).await?;
    tx.commit().await?;
    done(visitor, client, None)
}

pub(crate) async fn end(
    State(room): State<Room>,
    visitor: Visitor,
    Path((client, grant)): Path<(String, String)>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Response, AppError> {
    let client = id(&client)?;
    let grant: GrantId = grant.parse().map_err(|_no_id| AppError(Refusal::NotFound))?;
    let mut tx = room.begin().await?;
    end_grant(&mut tx, &visitor.actor, client, grant, visitor.now).await?;
    tx.commit().await?;
    done(&visitor, client, None)
}
