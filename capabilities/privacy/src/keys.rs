//! `/admin/keys`: the data keys (数据密钥), and sealing everything anew under another one while the platform serves.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use identity::{ActKind, NewAct};
use kernel::Refusal;
use serde::Deserialize;
use store::rotation::{self, Rotation, RotationState};
use store::{KeyState, VaultKey};
use web::{AppError, PostForm, Shell, Visitor, page};

use crate::Room;

const HREF: &str = "/admin/keys";

#[derive(Template)]
#[template(path = "keys.html")]
struct KeysPage {
    shell: Shell,
    keys: Vec<KeyRow>,
    rotations: Vec<RotationRow>,
    goes_on: bool,
    may_rotate: bool,
}

struct KeyRow {
    version: u16,
    state: String,
    kind: &'static str,
    since: String,
    until: String,
}

struct RotationRow {
    version: u16,
    state: String,
    kind: &'static str,
    begun: String,
    last: String,
    percent: i64,
    values: i64,
    files: i64,
    faults: i64,
}

fn key_row(visitor: &Visitor, key: &VaultKey) -> KeyRow {
    let when = |at: Option<jiff::Timestamp>| at.map_or_else(String::new, |at| visitor.datetime(at));
    KeyRow {
        version: key.version,
        state: visitor.t(&format!("privacy-key-{}", key.state.as_str())),
        kind: if key.state == KeyState::InUse { "success" } else { "plain" },
        since: when(key.used_from),
        until: when(key.retired_at),
    }
}

fn rotation_row(visitor: &Visitor, rotation: &Rotation) -> RotationRow {
    let (state, kind) = match rotation.state {
        RotationState::Running if rotation.waits() => ("privacy-rotation-waits", "info"),
        RotationState::Running => ("privacy-rotation-running", "info"),
        RotationState::Done => ("privacy-rotation-done", "success"),
        RotationState::Stuck => ("privacy-rotation-stuck", "danger"),
    };
    RotationRow {
        version: rotation.version,
        state: visitor.t(state),
        kind,
        begun: visitor.datetime(rotation.planned_at),
        last: visitor.datetime(rotation.last_at),
        percent: rotation.percent(),
        values: rotation.values_anew,
        files: rotation.files_anew,
        faults: rotation.faults,
    }
}

pub(crate) async fn show(State(room): State<Room>, visitor: Visitor) -> Result<Response, AppError> {
    let mut tx = room.db().snapshot().await?;
    let keys = rotation::keys(&mut tx).await?;
    let rotations = rotation::list(&mut tx).await?;
    tx.rollback().await?;
    page(&KeysPage {
        keys: keys.iter().map(|key| key_row(&visitor, key)).collect(),
        may_rotate: visitor.actor.may(crate::room::ROTATE),
        goes_on: rotations.iter().any(|rotation| rotation.state == RotationState::Running),
        rotations: rotations.iter().map(|rotation| rotation_row(&visitor, rotation)).collect(),
        shell: Shell::new(&visitor, visitor.t("privacy-keys-title")),
    })
}

/// The form has one tick: that it is meant.
#[derive(Debug, Deserialize)]
pub(crate) struct Meant {
    #[serde(default)]
    sure: String,
}

pub(crate) async fn rotate(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(Meant { sure }): PostForm<Meant>,
) -> Result<Response, AppError> {
    if sure != "true" {
        return Err(Refusal::conflict("privacy-rotate-unsure").into());
    }
    let mut tx = room.db().begin().await?;
    let by = visitor.actor.reference();
    let planned = rotation::plan(&mut tx, &room.applications.vault, &by, visitor.now).await?;
    planned.ok_or_else(|| Refusal::conflict("privacy-rotation-goes-on"))?;
    let act = NewAct::new(ActKind::KeysRotated, None, "vault:keys");
    identity::record_act(&mut tx, &visitor.actor, act, visitor.now).await?;
    tx.commit().await?;
    Ok(Redirect::to(HREF).into_response())
}
