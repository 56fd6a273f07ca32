//! Asking somebody whether a connected system may be told more than its service needs (授权同意). Each thing is ticked by
//! itself and none beforehand (个人信息保护法 §14, §29); what was ticked is kept and can be taken back.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use web::{AppError, Choice, FormPairs, Shell, Visitor, page};

use crate::Room;
use crate::authorize::{self, Leave, Pending, issue, leave, path_of};
use crate::client::Client;
use crate::fault::Fault;
use crate::known;
use crate::request::Next;
use crate::scope::{Scope, Scopes};

#[derive(Template)]
#[template(path = "consent.html")]
struct ConsentPage {
    shell: Shell,
    name: String,
    host: String,
    action: String,
    /// What it is told in any case.
    needed: Vec<String>,
    choices: Vec<Choice>,
}

pub(crate) fn scope_words(visitor: &Visitor, scope: Scope) -> String {
    visitor.t(&format!("oidc-scope-{}", scope.as_str().replace('_', "-")))
}

/// What a client is told in any case, in words.
pub(crate) fn needed_words(visitor: &Visitor, client: &Client, asked: &Scopes) -> Vec<String> {
    let told = asked.within(&client.settings.needed());
    let spoken = told.0.into_iter().filter(|scope| *scope != Scope::OpenId);
    spoken.map(|scope| scope_words(visitor, scope)).collect()
}

/// One tick box for each thing.
pub(crate) fn boxes(visitor: &Visitor, scopes: &Scopes) -> Vec<Choice> {
    let choice = |scope: &Scope| {
        let hint = visitor.t(&format!("oidc-scope-{}-hint", scope.as_str().replace('_', "-")));
        Choice::new(scope.as_str(), scope_words(visitor, *scope)).hint(hint)
    };
    scopes.0.iter().map(choice).collect()
}

/// The page that asks.
pub(crate) fn ask(
    visitor: &Visitor,
    pending: &Pending,
    sealed: &str,
    scopes: &Scopes,
) -> Result<Response, AppError> {
    let settings = &pending.client.settings;
    let host = pending.asked.redirect_uri.split('/').nth(2).unwrap_or_default().to_owned();
    page(&ConsentPage {
        name: visitor.pick(&settings.name_zh, &settings.name_en).to_owned(),
        host,
        action: path_of(sealed),
        needed: needed_words(visitor, &pending.client, &pending.asked.scope),
        choices: boxes(visitor, scopes),
        shell: Shell::new(visitor, visitor.t("oidc-consent-title")),
    })
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    Path(sealed): Path<String>,
    form: FormPairs,
) -> Result<Response, AppError> {
    let mut tx = room.begin().await?;
    let pending = authorize::unseal(&mut tx, &room.identity.vault, &sealed, visitor.now).await?;
    // Asked anew: somebody else may have signed in while the page lay open.
    let (asked_for, holder) = match authorize::next(&mut tx, &visitor, &pending).await? {
        (Next::Consent(scopes), Some(holder)) => (scopes, holder),
        (Next::Consent(_) | Next::SignIn | Next::Prove(_) | Next::Issue(_) | Next::Refuse(_), _) => {
            tx.rollback().await?;
            return authorize::go_on(State(room), visitor, Path(sealed)).await;
        }
    };
    let response = if form.get("answer") == Some("yes") {
        let ticked = ticked(&form, &asked_for);
        let client = &pending.client;
        known::answer(&mut tx, client.id, holder.subject, &asked_for, &ticked, visitor.now).await?;
        // What was answered at an earlier time counts for what was not asked now.
        let answers = known::answers(&mut tx, client.id, holder.subject).await?;
        let scope = pending.asked.scope.beyond(&answers.refused.beyond(&client.settings.needed()));
        issue(&mut tx, &room, &visitor, &pending, Some(holder), &scope, Leave::Page).await?
    } else {
        let fault = Fault::new("access_denied", "the person has said no");
        leave(&room, &visitor, &pending.client, &pending.back(), Err(&fault), Leave::Page)?
    };
    tx.commit().await?;
    Ok(response)
}

/// What was ticked, of what was asked.
pub(crate) fn ticked(form: &FormPairs, asked_for: &Scopes) -> Scopes {
    Scopes(form.all("scope").filter_map(Scope::from_name).collect()).within(asked_for)
}
