//! `/ledger/check`: whoever has a proof pastes it, and sees what it shows (存证核验). Nothing that is pasted is kept.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::Timestamp;
use ledger::{Policy, Proof, ProofError};
use serde::Deserialize;
use web::{AppError, FormErrors, PostForm, Shell, Visitor, page_with_status};

use crate::Room;

/// What a proof that holds shows.
struct Shown {
    kind: String,
    at: Timestamp,
    index: u64,
    size: u64,
    origin: String,
    witnesses: String,
    /// What was recorded, when the proof says so: its reference and fields.
    recorded: Vec<String>,
}

#[derive(Template)]
#[template(path = "check.html")]
struct CheckPage {
    shell: Shell,
    errors: FormErrors,
    proof: String,
    shown: Option<Shown>,
    /// Why it does not hold.
    fault: String,
}

fn blank(visitor: &Visitor) -> CheckPage {
    CheckPage {
        shell: Shell::new(visitor, visitor.t("proofs-check")),
        errors: FormErrors::none(),
        proof: String::new(),
        shown: None,
        fault: String::new(),
    }
}

pub(crate) async fn show(visitor: Visitor) -> Result<Response, AppError> {
    page_with_status(StatusCode::OK, &blank(&visitor))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Pasted {
    proof: String,
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(pasted): PostForm<Pasted>,
) -> Result<Response, AppError> {
    let mut template = blank(&visitor);
    if pasted.proof.trim().is_empty() {
        template.errors.add("proof", visitor.t("proofs-missing"));
        return page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &template);
    }
    let policy = Policy::of_log(room.ledger.key.verifier().clone());
    match look(&visitor, &pasted.proof, &policy) {
        Ok(shown) => template.shown = Some(shown),
        Err(error) => {
            template.fault = visitor.t(fault(&error));
            template.proof = pasted.proof;
        }
    }
    page_with_status(StatusCode::OK, &template)
}

fn look(visitor: &Visitor, text: &str, policy: &Policy) -> Result<Shown, ProofError> {
    let proof: Proof = text.parse()?;
    let proven = proof.verify(policy)?;
    Ok(Shown {
        kind: visitor.t(&format!("proofs-kind-{}", proof.entry.kind)),
        at: proof.entry.at,
        index: proof.index,
        size: proven.trusted.checkpoint.size,
        origin: proven.trusted.checkpoint.origin,
        witnesses: proven.trusted.witnesses.join("、"),
        recorded: proven.reference.into_iter().chain(proven.fields.into_iter().flatten()).collect(),
    })
}

/// The sentence for a proof that does not hold.
fn fault(error: &ProofError) -> &'static str {
    match error {
        ProofError::Form(_) | ProofError::Note(_) => "proofs-fault-form",
        ProofError::Distrust(_) => "proofs-fault-distrust",
        ProofError::NotIncluded => "proofs-fault-not-included",
        ProofError::OtherFact => "proofs-fault-other-fact",
    }
}
