//! The home page: search, two doors, what happens in a life, what is asked for most, and the rest in few words.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use store::page::PageRequest;
use web::{AppError, Shell, Visitor};

use crate::entrances::{Clients, LifeEvent};
use crate::lists::{ItemRow, pick};
use crate::{Hotline, Room, figures, news};

/// How many news the home page shows.
const NEWS: u32 = 4;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage<'a> {
    shell: Shell,
    people: usize,
    organisations: usize,
    life: Vec<Tile>,
    work: Vec<Tile>,
    popular: Vec<ItemRow>,
    bundles: Vec<ItemRow>,
    news: Vec<news::pages::Row>,
    hotline: Option<&'a Hotline>,
}

/// A short way in.
struct Tile {
    name: String,
    href: String,
    count: String,
}

fn tile(room: &Room, visitor: &Visitor, event: &LifeEvent) -> Tile {
    Tile {
        name: pick(visitor, &event.name),
        href: format!("/topics/{}", event.id),
        count: visitor.t1("portal-count", "count", event.offered(&room.library()).len()),
    }
}

pub(crate) async fn show(State(room): State<Room>, visitor: Visitor) -> Result<Response, AppError> {
    let figures = figures::get(&room, visitor.now).await?;
    let mut tx = room.set.db.snapshot().await?;
    let size = NEWS.try_into().unwrap_or_default();
    let shown = news::shown(&mut tx, visitor.now, &PageRequest { after: None, size }).await?;
    tx.rollback().await?;
    let tiles = |clients| room.set.entrances.events_of(clients).map(|event| tile(&room, &visitor, event));
    web::page(&HomePage {
        people: figures.people,
        organisations: figures.organisations,
        life: tiles(Clients::People).collect(),
        work: tiles(Clients::Organisations).collect(),
        popular: figures.popular.iter().map(|package| ItemRow::new(&visitor, package)).collect(),
        bundles: room.library().bundles().map(|bundle| ItemRow::new(&visitor, &bundle.asked)).collect(),
        news: shown.items.iter().map(|entry| news::pages::Row::new(&visitor, entry)).collect(),
        hotline: room.set.entrances.hotline.as_ref(),
        shell: Shell::new(&visitor, visitor.t("portal-home-title")),
    })
}
