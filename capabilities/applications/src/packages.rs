//! Packages for those who publish and manage (服务包管理): what is in force, what would happen with a form, and trying a
//! package out before it is published.

use askama::Template;
use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use kernel::{Permission, Role};
use web::{AppError, Routes, Shell, Visitor, page};

use crate::Room;

mod simulate;
mod told;
mod tried;
mod try_out;

pub use tried::forget_tried;

/// Looking at packages and trying them: whoever decides under them, and whoever runs the platform.
const MANAGE: Permission = Permission::staff("packages.manage", &[Role::Decision, Role::Administration]);

/// Trying a change out that is being prepared: those who prepare and approve it.
const TRY_REVISION: Permission = Permission::staff("packages.try-revision", &[Role::Catalogue]);

const HREF: &str = "/desk/packages";

/// Pages of this part.
pub(crate) fn routes() -> Routes<Room> {
    let (one, tried) = ("/desk/packages/{code}/{handling}/simulate", "/desk/packages/tried/{id}");
    Routes::new()
        .page(Method::GET, HREF, MANAGE, list)
        .page(Method::GET, one, MANAGE, simulate::show)
        .page(Method::POST, one, MANAGE, simulate::play)
        .page(Method::GET, "/desk/packages/try", MANAGE, try_out::form)
        .page(Method::POST, "/desk/packages/try", MANAGE, try_out::upload)
        .page(Method::GET, "/desk/packages/drafts/{id}", TRY_REVISION, try_out::show_revision)
        .page(Method::POST, "/desk/packages/drafts/{id}", TRY_REVISION, try_out::play_revision)
        .page(Method::GET, tried, MANAGE, try_out::show)
        .page(Method::POST, tried, MANAGE, try_out::play)
}

struct Row {
    name: String,
    code: String,
    version: String,
    since: String,
    open: i64,
    older: i64,
    href: String,
}

#[derive(Template)]
#[template(path = "packages/list.html")]
struct ListPage {
    shell: Shell,
    rows: Vec<Row>,
}

async fn list(State(room): State<Room>, visitor: Visitor) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let since = catalogue::loaded_since(&mut tx).await?;
    let open = cases::count_open_by_version(&mut tx).await?;
    let row = |package: &std::sync::Arc<catalogue::Package>| {
        let reference = &package.reference;
        let same =
            |other: &cases::TypeRef| other.item == reference.item && other.handling == reference.handling;
        let count = |wanted: bool| -> i64 {
            let of_item = open.iter().filter(|(other, _)| same(other));
            of_item.filter(|(other, _)| (other == reference) == wanted).map(|(_, count)| count).sum()
        };
        Row {
            name: visitor.pick(&package.item.name.zh, &package.item.name.en).to_owned(),
            code: format!("{}-{}", reference.item, reference.handling),
            version: reference.version.clone(),
            since: since.get(reference).map(|at| visitor.datetime(*at)).unwrap_or_default(),
            open: count(true),
            older: count(false),
            href: format!("{HREF}/{}/{}/simulate", reference.item, reference.handling),
        }
    };
    let rows = room.library().list().map(row).collect();
    let shell = Shell::new(&visitor, visitor.t("packages-title")).crumb(visitor.t("web-desk"), "/desk");
    page(&ListPage { shell, rows })
}

#[cfg(test)]
mod tests;
