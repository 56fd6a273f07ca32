//! The materials of a case and the one that is looked at.

use super::{Here, Seen};
use crate::desk::names;
use crate::dossier::Material;

/// The list and the viewer.
pub(super) struct Files {
    pub(super) rows: Vec<FileRow>,
    pub(super) viewer: Option<Viewer>,
    /// Addresses of the page with the file before and after the one that is shown; empty at the ends.
    pub(super) previous: String,
    pub(super) next: String,
}

/// A file in the list.
pub(super) struct FileRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) file_name: String,
    pub(super) by_office: bool,
    pub(super) size: String,
    /// This page with the file in its viewer.
    pub(super) href: String,
    /// The file itself.
    pub(super) source: String,
    pub(super) kind: &'static str,
    pub(super) is_shown: bool,
}

/// The file that is looked at.
pub(super) struct Viewer {
    pub(super) name: String,
    pub(super) source: String,
    pub(super) kind: &'static str,
}

/// How a browser can show a file inside a page: only these two kinds come into frames of ours.
fn kind(media_type: &str) -> &'static str {
    match media_type {
        "application/pdf" => "document",
        "image/jpeg" | "image/png" => "picture",
        _ => "other",
    }
}

/// The files that count, in the order of the guide, which the clerk has at hand. What the applicant prepares in answer
/// to the notice is theirs until they send it.
pub(super) fn current<'a>(package: &catalogue::Package, materials: &'a [Material]) -> Vec<&'a Material> {
    let mut current: Vec<&Material> = materials.iter().filter(|file| file.state == "current").collect();
    current.sort_by_key(|file| {
        let place = package.item.materials.iter().position(|material| material.id == file.material);
        place.unwrap_or(usize::MAX)
    });
    current
}

impl Seen<'_> {
    pub(super) fn files(&self, materials: &[Material], here: &Here) -> Files {
        let Self { visitor, package, case, .. } = *self;
        let rows: Vec<FileRow> = current(package, materials)
            .into_iter()
            .map(|file| {
                let id = file.id.to_string();
                FileRow {
                    name: names::material(visitor, package, &file.material),
                    file_name: file.file_name.clone(),
                    by_office: file.added_by.starts_with("staff:"),
                    size: size(file.size),
                    href: format!("{}#viewer", here.with(&format!("material={id}"))),
                    source: format!("/desk/cases/{}/materials/{id}", case.id),
                    kind: kind(&file.media_type),
                    is_shown: here.material == id,
                    id,
                }
            })
            .collect();
        let shown = rows.iter().position(|row| row.is_shown);
        let address = |index: Option<usize>| {
            index.and_then(|index| rows.get(index)).map(|row| row.href.clone()).unwrap_or_default()
        };
        Files {
            previous: address(shown.and_then(|index| index.checked_sub(1))),
            next: address(Some(shown.map_or(0, |index| index + 1))),
            viewer: shown.map(|index| {
                let row = &rows[index];
                Viewer {
                    name: format!("{} · {}", row.name, row.file_name),
                    source: row.source.clone(),
                    kind: row.kind,
                }
            }),
            rows,
        }
    }
}

pub(super) fn size(bytes: i64) -> String {
    let kilobytes = (bytes.max(0) + 1023) / 1024;
    if kilobytes < 1024 {
        format!("{kilobytes} KB")
    } else {
        format!("{}.{} MB", kilobytes / 1024, kilobytes % 1024 * 10 / 1024)
    }
}
