//! `/account/upstream`: the accounts elsewhere that open this one, and the way to take one away. A new one is linked by the
//! room that asks the provider.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use store::Purpose;
use web::{AppError, Nothing, PostForm, Shell, Visitor, page};

use super::{links_of, unlink};
use crate::Room;
use crate::client::Client;
use crate::prove::http::{own, to_proof};

const HREF: &str = "/account/upstream";

#[derive(Template)]
#[template(path = "upstream/upstream.html")]
struct UpstreamPage {
    shell: Shell,
    links: Vec<LinkRow>,
    /// Providers that may still be linked: their names in addresses and for people.
    others: Vec<(String, String)>,
    /// A link was made a moment ago.
    has_linked: bool,
}

struct LinkRow {
    provider: String,
    name: String,
    since: String,
    used: String,
}

/// What to say above the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    done: String,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let me = visitor.actor.person()?.person;
    let purpose = Purpose::new("identity.own-account", visitor.actor.reference());
    let mut tx = room.db.snapshot().await?;
    let found = links_of(&mut tx, &room.vault, &purpose, me).await?;
    let name = |provider: &str| match room.factors.upstream(provider) {
        Some(known) => visitor.pick(&known.name.zh, &known.name.en).to_owned(),
        None => provider.to_owned(), // gone from the config since
    };
    let is_linked = |provider: &str| found.iter().any(|link| link.provider == provider);
    let others = room.factors.upstreams().iter().filter(|known| !is_linked(&known.id));
    page(&UpstreamPage {
        others: others.map(|known| (known.id.clone(), name(&known.id))).collect(),
        links: found
            .iter()
            .map(|link| LinkRow {
                provider: link.provider.clone(),
                name: name(&link.provider),
                since: visitor.datetime(link.linked_at),
                used: link.last_used_at.map_or_else(String::new, |at| visitor.datetime(at)),
            })
            .collect(),
        has_linked: asked.done == "linked",
        shell: Shell::new(&visitor, visitor.t("identity-upstream-title"))
            .crumb(visitor.t("identity-account-title"), "/my/account"),
    })
}

pub(crate) async fn submit_remove(
    State(room): State<Room>,
    visitor: Visitor,
    client: Client,
    Path(provider): Path<String>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Response, AppError> {
    let me = visitor.actor.person()?.person;
    let mut tx = room.db.begin().await?;
    if !own(&mut tx, &visitor).await?.is_fresh {
        return Ok(to_proof(HREF));
    }
    unlink(&mut tx, &room.factors, me, &provider, &client.device, visitor.now).await?;
    tx.commit().await?;
    Ok(Redirect::to(HREF).into_response())
}
