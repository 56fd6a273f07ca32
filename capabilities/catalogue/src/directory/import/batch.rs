//! Some hundred rows: read, compared with what is there, checked, kept.

use std::collections::BTreeMap;

use codes::{HandlingItemCode, ImplementationCode, ItemCode};
use kernel::Timestamp;
use store::{Db, Tx};

use super::record::advance;
use super::{BATCH, Import, ImportError, ImportState, Outcome, ReportRow};
use crate::directory::element::BadCell;
use crate::directory::record::{self, Implementation, PlaceKey, Put};
use crate::directory::rules::{self, Bounds, Finding, RowRule, parsed};
use crate::directory::source::{Cells, List, Place, Source};
use crate::directory::{ELEMENTS, Elements};

/// What earlier rows of the same file hold later ones to, by item, handling item and division.
#[derive(Default)]
pub(super) struct Seen(BTreeMap<PlaceKey, Bounds>);

/// Deals with the next batch. `None`: somebody else has dealt with it.
pub(super) async fn deal_with(
    db: &Db,
    source: &Source,
    seen: &mut Seen,
    import: &Import,
    now: Timestamp,
) -> Result<Option<Import>, ImportError> {
    let from = usize::try_from(import.position).unwrap_or_default();
    let rows: Vec<Draft> =
        source.rows(from, BATCH).into_iter().map(|(place, cells)| read(source, place, cells)).collect();
    let is_run = import.state == ImportState::Running;
    // A look needs no lock while it compares, only to note what it saw.
    let mut tx = if is_run { db.begin().await? } else { db.snapshot().await? };
    let lines = match source.list {
        List::Items => items(&mut tx, rows, is_run, now).await?,
        List::Implementations => implementations(&mut tx, rows, seen, is_run, now).await?,
    };
    let mut tx = if is_run { tx } else { db.begin().await? };
    let next = advance(&mut tx, import, &lines, now).await?;
    if next.is_some() {
        tx.commit().await?;
    }
    Ok(next)
}

/// A row as far as it could be read.
struct Draft {
    line: u32,
    key: String,
    code: Option<ImplementationCode>,
    elements: Elements,
    findings: Vec<Finding>,
}

fn read(source: &Source, place: Place, cells: Cells) -> Draft {
    let mut draft = Draft {
        line: place.line,
        key: String::new(),
        code: None,
        elements: Elements::default(),
        findings: Vec::new(),
    };
    let cells = match cells {
        Ok(cells) => cells,
        Err(found) => {
            draft.findings.push(Finding::new(RowRule::Columns, "", found, source.width()));
            return draft;
        }
    };
    for (column, cell) in source.columns().iter().zip(&cells) {
        let Some(element) = column.and_then(|column| ELEMENTS.get(column)) else { continue };
        if let Err(bad) = element.read(&mut draft.elements, cell) {
            let rule = match bad {
                BadCell::Number => RowRule::NotNumber,
                BadCell::Flag => RowRule::NotFlag,
                BadCell::Date => RowRule::NotDate,
                BadCell::Parts => RowRule::NotParts,
                BadCell::TooLong => RowRule::TooLong,
            };
            draft.findings.push(Finding::new(rule, element.name, cell.trim(), ""));
        }
    }
    match source.list {
        List::Items => key_of_item(&mut draft),
        List::Implementations => key_of_implementation(&mut draft),
    }
    if place.twice > 0 {
        draft.findings.push(Finding::new(RowRule::Twice, "", &draft.key, place.twice));
    }
    draft
}

fn key_of_item(draft: &mut Draft) {
    let text = draft.elements.catalog_code.clone().unwrap_or_default();
    draft.key.clone_from(&text);
    if let Some(code) = parsed(ItemCode::parse(&text), "catalog_code", &text, &mut draft.findings) {
        draft.key = code.to_string();
        draft.elements.catalog_code = Some(code.to_string());
    }
}

/// The code of the handling item says the implementation's too.
fn key_of_implementation(draft: &mut Draft) {
    let elements = &mut draft.elements;
    if let Some(text) = elements.task_handle_item.clone() {
        draft.key.clone_from(&text);
        let Some(handling) =
            parsed(HandlingItemCode::parse(&text), "task_handle_item", &text, &mut draft.findings)
        else {
            return;
        };
        draft.key = handling.to_string();
        elements.task_handle_item = Some(handling.to_string());
        if elements.task_code.is_none() {
            elements.task_code = Some(handling.implementation().to_string());
        }
    }
    let text = elements.task_code.clone().unwrap_or_default();
    if draft.key.is_empty() {
        draft.key.clone_from(&text);
    }
    if let Some(code) = parsed(ImplementationCode::parse(&text), "task_code", &text, &mut draft.findings) {
        if elements.task_handle_item.is_none() {
            draft.key = code.to_string();
        }
        elements.task_code = Some(code.to_string());
        draft.code = Some(code);
    }
}

fn is_refused(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.rule.refuses())
}

fn line_of(draft: &Draft, outcome: Outcome, findings: Vec<Finding>) -> ReportRow {
    let code = draft.key.chars().take(40).collect();
    ReportRow { line: draft.line, code, outcome, findings }
}

async fn items(
    tx: &mut Tx,
    drafts: Vec<Draft>,
    is_run: bool,
    now: Timestamp,
) -> store::Result<Vec<ReportRow>> {
    let codes: Vec<String> = drafts.iter().map(|draft| draft.key.clone()).collect();
    let known = record::docs(tx, List::Items, &codes).await?;
    let (mut lines, mut puts) = (Vec::new(), Vec::new());
    for draft in drafts {
        let mut findings = draft.findings.clone();
        if findings.is_empty() {
            findings = rules::check_item(&draft.elements);
        }
        if is_refused(&findings) {
            lines.push(line_of(&draft, Outcome::Refused, findings));
            continue;
        }
        let (doc, earlier) = (draft.elements.to_doc(), known.get(&draft.key).cloned());
        let outcome = outcome_of(earlier.as_ref(), &doc);
        let flagged = !findings.is_empty();
        lines.push(line_of(&draft, outcome, findings));
        if outcome != Outcome::Unchanged {
            puts.push(Put { row: draft.elements, doc, flagged, earlier });
        }
    }
    if is_run {
        record::put_items(tx, &puts, now).await?;
    }
    Ok(lines)
}

fn outcome_of(earlier: Option<&(String, Timestamp)>, doc: &str) -> Outcome {
    match earlier {
        None => Outcome::New,
        Some((known, _)) if known == doc => Outcome::Unchanged,
        Some(_) => Outcome::Changed,
    }
}

async fn implementations(
    tx: &mut Tx,
    drafts: Vec<Draft>,
    seen: &mut Seen,
    is_run: bool,
    now: Timestamp,
) -> store::Result<Vec<ReportRow>> {
    let codes: Vec<String> = drafts.iter().map(|draft| draft.key.clone()).collect();
    let known = record::docs(tx, List::Implementations, &codes).await?;
    let mut wanted: Vec<String> =
        drafts.iter().filter_map(|draft| Some(draft.code.as_ref()?.item().to_string())).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let items = record::items(tx, &wanted).await?;
    let rows: Vec<(Draft, Option<Implementation>)> = drafts
        .into_iter()
        .map(|draft| {
            let row = draft.code.clone().map(|code| Implementation::of(code, draft.elements.clone()));
            (draft, row)
        })
        .collect();
    let above = bounds_around(tx, rows.iter().filter_map(|(_, row)| row.as_ref()), seen).await?;
    let (mut lines, mut puts) = (Vec::new(), Vec::new());
    for (draft, row) in rows {
        let Some(row) = row.filter(|_| draft.findings.is_empty()) else {
            let findings = draft.findings.clone();
            lines.push(line_of(&draft, Outcome::Refused, findings));
            continue;
        };
        let (doc, earlier) = (draft.elements.to_doc(), known.get(&draft.key).cloned());
        let outcome = outcome_of(earlier.as_ref(), &doc);
        let item = items.get(row.code.item().as_str());
        let bounds = nearest(&row, &above, seen);
        let findings = rules::check_implementation(&row.elements, &row.code, item, bounds.as_ref());
        // What is there already was right when it came; saying it again changes nothing.
        if outcome != Outcome::Unchanged && is_refused(&findings) {
            lines.push(line_of(&draft, Outcome::Refused, findings));
            continue;
        }
        seen.0.insert(place_of(&row, &row.division), Bounds::of(&row.elements));
        let flags: Vec<Finding> = findings.into_iter().filter(|finding| !finding.rule.refuses()).collect();
        let flagged = !flags.is_empty();
        lines.push(line_of(&draft, outcome, flags));
        if outcome != Outcome::Unchanged {
            puts.push(Put { row, doc, flagged, earlier });
        }
    }
    if is_run {
        record::put_implementations(tx, &puts, now).await?;
    }
    Ok(lines)
}

fn place_of(row: &Implementation, division: &str) -> PlaceKey {
    (row.code.item().to_string(), row.handling.clone(), division.to_owned())
}

/// What the divisions around these rows hold them to, as far as it is in the database.
async fn bounds_around(
    tx: &mut Tx,
    rows: impl Iterator<Item = &Implementation>,
    seen: &Seen,
) -> store::Result<BTreeMap<PlaceKey, Bounds>> {
    let mut places: Vec<(String, String)> = Vec::new();
    for row in rows {
        let around = row.around().into_iter().filter(|around| !seen.0.contains_key(&place_of(row, around)));
        places.extend(around.map(|around| (row.code.item().to_string(), around)));
    }
    places.sort_unstable();
    places.dedup();
    if places.is_empty() { Ok(BTreeMap::new()) } else { record::bounds(tx, &places).await }
}

fn nearest(row: &Implementation, above: &BTreeMap<PlaceKey, Bounds>, seen: &Seen) -> Option<Bounds> {
    row.around()
        .iter()
        .map(|around| place_of(row, around))
        .find_map(|place| seen.0.get(&place).or_else(|| above.get(&place)).cloned())
}
