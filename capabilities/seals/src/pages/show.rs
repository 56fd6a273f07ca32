//! One seal: its picture, its certificate, what was done with it and what it sealed.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use guomi::Certificate;
use kernel::{Message, Refusal};
use serde::Deserialize;
use store::Tx;
use store::page::{Cursor, PageRequest};
use web::{AppError, FormErrors, PostForm, Shell, Visitor, page_with_status};

use super::{HREF, data_address, kind_word, state_kind, state_word, visible};
use crate::draw::picture;
use crate::list::uses;
use crate::record::{self, EventRecord, SealRecord, UseRecord};
use crate::room::Room;
use crate::seal::{self, Denied, Step};
use crate::step::{StepError, TakeStep, standing, take_step};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    after: Option<Cursor>,
}

/// A step that the visitor may take now. At most one of those that are offered together needs a word.
struct Offered {
    word: &'static str,
    label: String,
    needs_word: bool,
    /// How its button looks.
    kind: &'static str,
}

/// So much of a digest tells two apart by eye; the interface gives the whole.
const DIGEST_SHOWN: usize = 16;

/// A certificate as people compare it.
struct CertificateRow {
    subject: String,
    issuer: String,
    serial: String,
    fingerprint: String,
    from: String,
    until: String,
}

struct UseRow {
    when: String,
    purpose: String,
    reference: String,
    digest: String,
    case: String,
    decided_by: String,
}

#[derive(Template)]
#[template(path = "pages/show.html")]
struct ShowPage {
    shell: Shell,
    errors: FormErrors,
    seal: SealRecord,
    state: String,
    tag: &'static str,
    kind: String,
    number: String,
    es_id: String,
    period: String,
    picture: String,
    shown: String,
    certificate: Option<CertificateRow>,
    revoked: String,
    steps: Vec<Offered>,
    /// Where the seal is revoked; empty for who may not.
    revoke_href: String,
    /// Why the visitor takes no step although it would be their work; empty otherwise.
    kept_out: String,
    /// What was typed as the reason of a step.
    word: String,
    history: Vec<(String, String, String)>,
    uses: Vec<UseRow>,
    next: String,
    first: String,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let seal = visible(&mut tx, &room, &visitor, &id).await?;
    let said = Said { errors: FormErrors::none(), word: String::new() };
    seal_page(&mut tx, &room, &visitor, seal, asked.after, said).await
}

struct Said {
    errors: FormErrors,
    word: String,
}

async fn seal_page(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    seal: SealRecord,
    after: Option<Cursor>,
    said: Said,
) -> Result<Response, AppError> {
    let state = seal.state_on(visitor.today());
    let authority = room.authority(tx).await?;
    let stands = standing(visitor.actor.staff()?, authority, &seal);
    let leading = Step::ALL.into_iter().filter(|step| step.leads(state).is_some());
    let href = format!("{HREF}/{}", seal.id);
    let (mut steps, mut kept_out, mut revoke_href) = (Vec::new(), String::new(), String::new());
    for step in leading {
        match step.check(stands) {
            Ok(()) if step == Step::Revoke => revoke_href = format!("{href}/revoke"),
            Ok(()) => steps.push(Offered {
                word: step.as_str(),
                label: visitor.t(&format!("seals-step-{}", step.as_str())),
                needs_word: step.needs_word(),
                kind: if step.needs_word() { "secondary" } else { "primary" },
            }),
            Err(Denied::Asked) => kept_out = visitor.t("seals-asked-oneself"),
            Err(Denied::Approved) => kept_out = visitor.t("seals-approved-oneself"),
            Err(Denied::NotTheirs) => {}
        }
    }
    let is_first = after.is_none();
    let request = PageRequest { after, ..PageRequest::default() };
    let found = uses(tx, seal.id, &request).await?;
    let history = record::history(tx, seal.id).await?;
    let status = if said.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let svg = picture(&seal, &room.faces).map_err(Refusal::internal)?;
    let shown = ShowPage {
        shell: Shell::new(visitor, seal.name.clone()).crumb(visitor.t("seals-title"), HREF),
        errors: said.errors,
        word: said.word,
        state: state_word(visitor, state),
        tag: state_kind(state),
        kind: kind_word(room, visitor, &seal.kind),
        number: seal.number.clone().unwrap_or_else(|| visitor.t("seals-number-later")),
        es_id: seal.es_id.clone().unwrap_or_default(),
        period: visitor.t2(
            "seals-period",
            "from",
            visitor.date(seal.valid_from),
            "until",
            visitor.date(seal.valid_until),
        ),
        picture: data_address(&svg),
        shown: visitor.t2("seals-picture-of", "ring", &seal.ring, "below", &seal.below),
        certificate: certificate(visitor, &seal)?,
        revoked: revoked(visitor, &seal),
        steps,
        revoke_href,
        kept_out,
        history: history.iter().map(|event| event_row(visitor, event)).collect(),
        uses: found.items.iter().map(|used| use_row(visitor, used)).collect(),
        next: found.next.map_or_else(String::new, |next| format!("{href}?after={next}")),
        first: if is_first { String::new() } else { href },
        seal,
    };
    page_with_status(status, &shown)
}

fn certificate(visitor: &Visitor, seal: &SealRecord) -> Result<Option<CertificateRow>, Refusal> {
    let Some(der) = &seal.certificate else { return Ok(None) };
    let certificate = Certificate::from_der(der).map_err(Refusal::internal)?;
    let instant = |unix: i64| {
        let at = jiff::Timestamp::from_second(unix).unwrap_or(jiff::Timestamp::MAX);
        visitor.datetime(at)
    };
    Ok(Some(CertificateRow {
        subject: certificate.subject_common_name().to_owned(),
        issuer: certificate.issuer_common_name().to_owned(),
        serial: certificate.serial_hex(),
        fingerprint: hex::encode(certificate.fingerprint()),
        from: instant(certificate.not_before()),
        until: instant(certificate.not_after()),
    }))
}

fn revoked(visitor: &Visitor, seal: &SealRecord) -> String {
    match (seal.revoked_at, seal.revoke_reason) {
        (Some(at), Some(reason)) => {
            let why = visitor.t(&format!("seals-revoke-{}", reason.as_str()));
            visitor.t2("seals-revoked", "when", visitor.datetime(at), "why", why)
        }
        (_, _) => String::new(),
    }
}

fn event_row(visitor: &Visitor, event: &EventRecord) -> (String, String, String) {
    let did = visitor.t(&format!("seals-did-{}", event.step));
    (visitor.datetime(event.at), format!("{did} · {}", event.by_name), event.word.clone())
}

fn use_row(visitor: &Visitor, used: &UseRecord) -> UseRow {
    UseRow {
        when: visitor.datetime(used.at),
        purpose: visitor.t(&format!("seals-purpose-{}", used.purpose)),
        reference: used.reference.clone(),
        digest: used.digest.chars().take(DIGEST_SHOWN).chain(['…']).collect(),
        case: used.case.to_string(),
        decided_by: used.decided_name.clone(),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct StepForm {
    step: String,
    word: String,
    version: i64,
}

pub(crate) async fn step(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    PostForm(form): PostForm<StepForm>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let seal = visible(&mut tx, &room, &visitor, &id).await?;
    tx.rollback().await?;
    // Revoking has a page of its own, on which it is confirmed.
    let step = Step::read(&form.step).filter(|step| *step != Step::Revoke);
    let step = step.ok_or_else(|| Refusal::field("step", Message::new("seals-step-unknown")))?;
    let take = TakeStep { step, word: form.word.clone(), reason: None, version: form.version };
    match take_step(&room, &visitor.actor, seal.id, &take, visitor.now).await {
        Ok(seal) => Ok(Redirect::to(&format!("{HREF}/{}", seal.id)).into_response()),
        Err(error @ (StepError::Word | StepError::Reason)) => {
            let errors = FormErrors::of(&visitor, error.into())?;
            let mut tx = room.db.snapshot().await?;
            let said = Said { errors, word: form.word };
            seal_page(&mut tx, &room, &visitor, seal, None, said).await
        }
        Err(error) => Err(told(error).into()),
    }
}

/// Writes to the log what the page does not say: which certificate, and why.
fn told(error: StepError) -> Refusal {
    if let StepError::Make(fault) = &error {
        tracing::warn!(%fault, "a seal was not made");
    }
    error.into()
}

/// The state of a seal in words, for the pages beside this one.
pub(super) fn heading(visitor: &Visitor, seal: &SealRecord) -> (String, &'static str) {
    let state: seal::State = seal.state_on(visitor.today());
    (state_word(visitor, state), state_kind(state))
}
