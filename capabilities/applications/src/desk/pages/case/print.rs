//! `/desk/cases/{id}/print`: the whole file on paper (卷宗打印). The look is on record like any other, and said to be for
//! printing.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use catalogue::Section;
use web::{AppError, Shell, Visitor};

use super::history::{CorrectionView, HistoryView, OpinionView};
use super::strip::{ClockView, clocks, status};
use super::{Seen, files, sections};
use crate::desk::checks::{self, Check};
use crate::desk::{DeskError, export, findings, names, see};
use crate::{Room, http};

#[derive(Template)]
#[template(path = "desk/pages/case/print.html", whitespace = "minimize")]
struct PrintPage {
    shell: Shell,
    back: String,
    number: String,
    facts: Vec<(String, String)>,
    clocks: Vec<ClockView>,
    reason: String,
    sections: Vec<Section>,
    files: Vec<PrintedFile>,
    checks: Vec<Check>,
    findings: Vec<(String, String)>,
    opinions: Vec<OpinionView>,
    correction: Option<CorrectionView>,
    history: Vec<HistoryView>,
    printed: String,
    /// On every sheet of paper: who printed it, of which body, and when.
    watermark: String,
}

/// A file as paper can name it: by what its content hashes to.
struct PrintedFile {
    name: String,
    file_name: String,
    by_office: bool,
    size: String,
    added: String,
    /// SM3, hexadecimal, in pieces between which a line may break.
    hash: Vec<String>,
}

pub(in crate::desk::pages) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let (by, now) = (&visitor.actor, visitor.now);
    let clerk = see::staff(by)?;
    let mut tx = room.db.begin().await?;
    let case = see::case(&mut tx, clerk, http::id(&id)?).await?;
    let dossier = see::dossier(&mut tx, &room, by, &case, now).await?;
    see::note(&mut tx, &see::purpose(by, case.id), &case, "applications.print", now).await?;
    let history = cases::history(&mut tx, case.id).await.map_err(DeskError::from)?;
    let may_act = checks::may_act(&mut tx, &case, now).await?;
    tx.commit().await?;
    let package = see::package(&room, &case)?;
    let seen = Seen { visitor: &visitor, room: &room, package: &package, case: &case, clerk };
    let mut facts = seen.facts(&dossier);
    facts.insert(0, (visitor.t("desk-status"), status(&visitor, &case)));
    let mut told = seen.history(&history, false);
    told.reverse();
    let (who, when) = (export::who(&room, &visitor, clerk), visitor.datetime(now));
    web::page(&PrintPage {
        shell: Shell::new(&visitor, names::pick(&visitor, &package.item.name))
            .crumb(visitor.t("web-desk"), "/desk")
            .crumb(visitor.t("desk-case"), format!("/desk/cases/{}", case.id)),
        back: format!("/desk/cases/{}", case.id),
        number: case.number.clone(),
        facts,
        clocks: clocks(&visitor, &room, &case)?,
        reason: case.reason.clone().unwrap_or_default(),
        sections: sections(&visitor, &room, &package, &dossier),
        files: seen.printed_files(&dossier.materials),
        checks: checks::of(&visitor, &room, &package, &case, &dossier, checks::signer(&history), may_act),
        findings: findings::shown(&visitor, &package, &case),
        opinions: seen.opinions(),
        correction: seen.correction(),
        history: told,
        printed: visitor.t2("desk-printed", "name", &who, "when", &when),
        watermark: format!("{who} {when}"),
    })
}

impl Seen<'_> {
    fn printed_files(&self, materials: &[crate::dossier::Material]) -> Vec<PrintedFile> {
        let Self { visitor, package, .. } = *self;
        let one = |file: &crate::dossier::Material| PrintedFile {
            name: names::material(visitor, package, &file.material),
            file_name: file.file_name.clone(),
            by_office: file.added_by.starts_with("staff:"),
            size: files::size(file.size),
            added: visitor.datetime(file.added_at),
            hash: super::super::pieces(&file.file_sm3),
        };
        files::current(package, materials).into_iter().map(one).collect()
    }
}
