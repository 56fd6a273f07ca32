//! The guide of an item (办事指南): everything that somebody needs to know before they ask.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use cases::TypeRef;
use kernel::{AssuranceLevel, Refusal, Words};
use rules::Expression;
use web::{AppError, Qr, Shell, Visitor};

use crate::outline::{self, OutlineStep, limit_text, outline};
use crate::picture::{Picture, draw};
use crate::room::pick;
use crate::{Item, Library, Material, Package, Room, Turn, Window};

pub(crate) mod here;

use here::{Here, windows};

#[derive(Template)]
#[template(path = "guide.html")]
struct GuidePage<'a> {
    shell: Shell,
    package: &'a Package,
    item: &'a Item,
    apply_href: String,
    /// Other handling items of the same item: address and name.
    siblings: Vec<(String, String)>,
    steps: Vec<OutlineStep>,
    picture: Picture,
    sheet_href: String,
    /// Where the guide is, to be passed on; and the same for a telephone's camera.
    url: String,
    qr: Option<Qr>,
    here: Here,
    windows: Vec<&'a Window>,
    suspended: Option<Suspended>,
}

/// What a window hands out with everything that is needed (一次性告知单): said once, and completely.
#[derive(Template)]
#[template(path = "guide/sheet.html")]
struct SheetPage<'a> {
    shell: Shell,
    guide: GuidePage<'a>,
    back: String,
}

impl GuidePage<'_> {
    fn w<'w>(&self, words: &'w Words) -> &'w str {
        pick(&self.shell, words)
    }

    /// The level that is asked for, in words; empty where an account is enough.
    fn assurance(&self) -> String {
        match self.item.assurance {
            AssuranceLevel::Registered => String::new(),
            AssuranceLevel::Verified => self.shell.t("catalogue-assurance-verified"),
            AssuranceLevel::Strong => self.shell.t("catalogue-assurance-strong"),
        }
    }

    fn statutory(&self) -> String {
        limit_text(&self.shell, &self.item.limits.statutory.within)
    }

    fn promised(&self) -> String {
        limit_text(&self.shell, &self.item.limits.promised.within)
    }

    /// The word for a code of a national table.
    fn code(&self, table: &str, code: &str) -> String {
        self.shell.t(&format!("catalogue-{table}-{code}"))
    }

    fn audience(&self) -> String {
        let kinds = self.item.audience.iter().map(|kind| self.code("audience", kind.code()));
        kinds.collect::<Vec<_>>().join(self.shell.pick("、", ", "))
    }

    fn levels(&self) -> String {
        let levels = self.item.levels.iter().map(|level| self.code("level", level.code()));
        levels.collect::<Vec<_>>().join(self.shell.pick("、", ", "))
    }

    fn copies(&self, material: &Material) -> String {
        let mut parts = Vec::new();
        if material.copies.original > 0 {
            parts.push(self.shell.t1("catalogue-originals", "count", material.copies.original));
        }
        if material.copies.copy > 0 {
            parts.push(self.shell.t1("catalogue-copies", "count", material.copies.copy));
        }
        parts.join(self.shell.pick("，", ", "))
    }

    fn only_when(&self, when: &Expression) -> String {
        outline::only_when(self.package, &self.shell, when)
    }

    fn files(&self, material: &Material) -> String {
        let kinds: Vec<String> = material.accepts.iter().map(|kind| kind.as_str().to_uppercase()).collect();
        let kinds = kinds.join(self.shell.pick("、", ", "));
        self.shell.t2("catalogue-files", "kinds", kinds, "size", material.max_mb)
    }
}

/// `/items/{code}`: the first handling item.
pub(crate) async fn show_first(
    State(room): State<Room>,
    visitor: Visitor,
    Path(code): Path<String>,
) -> Result<Response, AppError> {
    let library = room.library();
    match library.first_of(&code) {
        Some(package) => web::page(&page(&room, &library, &visitor, &package)),
        None => gone(&library, &visitor, library.first_cancelled(&code)),
    }
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path((code, handling)): Path<(String, String)>,
) -> Result<Response, AppError> {
    let library = room.library();
    match library.current(&code, &handling) {
        Some(package) => web::page(&page(&room, &library, &visitor, &package)),
        None => gone(&library, &visitor, library.cancelled(&code, &handling)),
    }
}

/// What stands at the address of an item that is no longer offered (已取消的事项).
#[derive(Template)]
#[template(path = "guide/cancelled.html")]
struct CancelledPage {
    shell: Shell,
    since: String,
    word: String,
    history: String,
    /// Address and name of what takes its place.
    instead: Option<(String, String)>,
}

fn gone(library: &Library, visitor: &Visitor, turn: Option<Arc<Turn>>) -> Result<Response, AppError> {
    let turn = turn.ok_or(AppError(Refusal::NotFound))?;
    let (item, handling) = turn.key.clone();
    let history = format!("/items/{item}/{handling}/versions");
    let package = library.get(&TypeRef { item, handling, version: turn.version.clone() });
    let name = package.map(|package| pick(visitor, &package.item.name).to_owned()).unwrap_or_default();
    let instead = turn.replaced_by.as_ref().and_then(|(item, handling)| library.current(item, handling));
    let page = CancelledPage {
        shell: Shell::new(visitor, visitor.t1("catalogue-cancelled-title", "name", name))
            .crumb(visitor.t("catalogue-all-title"), "/search"),
        since: visitor.datetime(turn.since),
        word: turn.word.clone(),
        history,
        instead: instead.map(|other| (other.guide_href(), pick(visitor, &other.item.name).to_owned())),
    };
    web::page_with_status(StatusCode::GONE, &page)
}

/// That an item cannot be asked for at the moment: since when, why, until when.
struct Suspended {
    text: String,
    until: String,
}

fn suspended(visitor: &Visitor, turn: &Turn) -> Suspended {
    Suspended {
        text: visitor.t2(
            "catalogue-suspended-text",
            "since",
            visitor.datetime(turn.since),
            "word",
            &turn.word,
        ),
        until: match turn.until {
            Some(day) => visitor.t1("catalogue-suspended-until", "day", visitor.date(day)),
            None => visitor.t("catalogue-suspended-open-end"),
        },
    }
}

/// `/items/{code}/{handling}/sheet`: the list of materials for the counter, on paper.
pub(crate) async fn sheet(
    State(room): State<Room>,
    visitor: Visitor,
    Path((code, handling)): Path<(String, String)>,
) -> Result<Response, AppError> {
    let library = room.library();
    let package = library.current(&code, &handling).ok_or(AppError(Refusal::NotFound))?;
    let guide = page(&room, &library, &visitor, &package);
    let back = format!("/items/{code}/{handling}");
    let shell = Shell::new(&visitor, visitor.t("catalogue-sheet-title"))
        .crumb(guide.shell.title.clone(), back.clone());
    web::page(&SheetPage { shell, guide, back })
}

fn page<'a>(room: &Room, library: &Library, visitor: &Visitor, package: &'a Package) -> GuidePage<'a> {
    let item = &package.item;
    let name = pick(visitor, &item.name).to_owned();
    let others =
        library.list().filter(|other| other.item.code == item.code && other.item.handling != item.handling);
    let sibling = |other: &Package| {
        let href = format!("/items/{}/{}", other.item.code, other.item.handling);
        (href, pick(visitor, &other.item.name).to_owned())
    };
    let steps = outline(package, visitor);
    let href = format!("/items/{}/{}", item.code, item.handling);
    let url = format!("{}{href}", room.public_url);
    GuidePage {
        sheet_href: format!("{href}/sheet"),
        qr: Qr::of(&url),
        url,
        apply_href: format!("/apply/{}/{}", item.code, item.handling),
        siblings: others.map(|other| sibling(other)).collect(),
        picture: draw(visitor.t1("catalogue-picture-title", "item", &name), &steps),
        suspended: library.suspended(&item.code, &item.handling).map(|turn| suspended(visitor, &turn)),
        steps,
        here: Here::of(visitor, &room.bodies(), std::iter::once(package)),
        windows: windows(visitor, &item.windows),
        item,
        package,
        shell: Shell::new(visitor, name).crumb(visitor.t("catalogue-all-title"), "/search"),
    }
}
