//! The guide of an item (办事指南): everything that somebody needs to know before they ask.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use kernel::{Refusal, Words};
use rules::Expression;
use web::{AppError, Qr, Shell, Visitor};

use crate::outline::{self, OutlineStep, limit_text, outline};
use crate::picture::{Picture, draw};
use crate::room::pick;
use crate::{Item, Material, Package, Room, Window};

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
    let package = room.library.first_of(&code).ok_or(AppError(Refusal::NotFound))?;
    web::page(&page(&room, &visitor, &package))
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path((code, handling)): Path<(String, String)>,
) -> Result<Response, AppError> {
    let package = room.library.current(&code, &handling).ok_or(AppError(Refusal::NotFound))?;
    web::page(&page(&room, &visitor, &package))
}

/// `/items/{code}/{handling}/sheet`: the list of materials for the counter, on paper.
pub(crate) async fn sheet(
    State(room): State<Room>,
    visitor: Visitor,
    Path((code, handling)): Path<(String, String)>,
) -> Result<Response, AppError> {
    let package = room.library.current(&code, &handling).ok_or(AppError(Refusal::NotFound))?;
    let guide = page(&room, &visitor, &package);
    let back = format!("/items/{code}/{handling}");
    let shell = Shell::new(&visitor, visitor.t("catalogue-sheet-title"))
        .crumb(guide.shell.title.clone(), back.clone());
    web::page(&SheetPage { shell, guide, back })
}

fn page<'a>(room: &Room, visitor: &Visitor, package: &'a Package) -> GuidePage<'a> {
    let item = &package.item;
    let name = pick(visitor, &item.name).to_owned();
    let others = room
        .library
        .list()
        .filter(|other| other.item.code == item.code && other.item.handling != item.handling);
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
        steps,
        here: Here::of(visitor, &room.bodies(), std::iter::once(package)),
        windows: windows(visitor, &item.windows),
        item,
        package,
        shell: Shell::new(visitor, name).crumb(visitor.t("catalogue-all-title"), "/search"),
    }
}
