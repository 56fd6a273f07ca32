//! The register as a file for spreadsheets (CSV, RFC 4180), page by page so that its length does not matter.

use axum::body::Body;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use store::Db;
use store::page::{PageRequest, PageSize};
use web::Visitor;
use web::csv::{self, MARK, line};

use crate::Room;
use crate::pages::Asked;
use crate::search::search;
use crate::social_organisation::{SOCIAL_ORGANISATIONS, SocialOrganisation};

const COLUMNS: [&str; 12] = [
    "registers-name",
    "registers-uscc",
    "registers-representative",
    "registers-address",
    "registers-funds",
    "registers-purpose",
    "registers-scope",
    "registers-area",
    "registers-in-charge",
    "registers-registered-on",
    "registers-registrar",
    "registers-ended-day",
];

pub(crate) async fn download(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Response {
    let head = format!("{MARK}{}", line(&COLUMNS.map(|key| visitor.t(key))));
    let start = Part {
        db: room.db,
        words: asked.q,
        next: Some(PageRequest { after: None, size: full_page() }),
        head,
    };
    let body = Body::from_stream(stream::try_unfold(start, |part| async move {
        part.write().await.inspect_err(|error| tracing::error!(%error, "register file cut off"))
    }));
    (csv::headers("social-organisations.csv"), body).into_response()
}

fn full_page() -> PageSize {
    PageSize::try_from(100).unwrap_or_default()
}

/// What is still to be written.
struct Part {
    db: Db,
    words: String,
    next: Option<PageRequest>,
    head: String,
}

impl Part {
    async fn write(mut self) -> store::Result<Option<(Bytes, Self)>> {
        let Some(request) = self.next.take() else { return Ok(None) };
        let mut tx = self.db.snapshot().await?;
        let found = search(&mut tx, SOCIAL_ORGANISATIONS, &self.words, &request).await?;
        drop(tx);
        let mut text = std::mem::take(&mut self.head);
        for entry in &found.items {
            let ended_on = entry.ended.as_ref().map(|_| entry.since.to_string()).unwrap_or_default();
            text.push_str(&line(&fields(SocialOrganisation::of(entry)?, ended_on)));
        }
        self.next = found.next.map(|after| PageRequest { after: Some(after), size: request.size });
        Ok(Some((Bytes::from(text), self)))
    }
}

fn fields(organisation: SocialOrganisation, ended_on: String) -> [String; 12] {
    let funds = format!("{}.{:02}", organisation.funds / 100, organisation.funds % 100);
    [
        organisation.name,
        organisation.uscc,
        organisation.legal_representative,
        organisation.address,
        funds,
        organisation.purpose,
        organisation.business_scope,
        organisation.activity_area,
        organisation.body_in_charge,
        organisation.registered_on.to_string(),
        organisation.registrar,
        ended_on,
    ]
}
