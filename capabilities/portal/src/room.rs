//! What this room works with, how a running program learns what other nodes told everybody, and the routes.

use std::sync::{Arc, RwLock};
use std::time::Duration;

use axum::http::Method;
use cases::Bodies;
use catalogue::{Library, Shelf};
use kernel::{Permission, Role, Timestamp};
use store::{Db, Vault};
use tokio::sync::watch;
use web::Routes;

use crate::banner::{self, Banner};
use crate::entrances::Entrances;
use crate::figures::Figures;
use crate::{about, help, home, lists, map, news, place};

/// Looking around is everybody's right.
const SEE: Permission = Permission::everyone("portal.see");
/// Writing news of one's own body; the administration those of all.
pub(crate) const WRITE_NEWS: Permission =
    Permission::staff("portal.write-news", &[Role::Decision, Role::Administration]);
/// Telling something on every page.
const ANNOUNCE: Permission = Permission::staff("portal.announce", &[Role::Administration]);

/// How often a node asks what every page is to tell.
const ASK_EVERY: Duration = Duration::from_secs(5);

/// What a room is made from.
#[derive(Clone)]
pub struct Setting {
    /// Database.
    pub db: Db,
    /// Personal data, sealed: where somebody lives is their first proposal of a place.
    pub vault: Vault,
    /// The service packages in force.
    pub shelf: Shelf,
    /// The directory of bodies; replaced as a whole when it changes.
    pub bodies: Arc<RwLock<Arc<Bodies>>>,
    /// Ways in.
    pub entrances: Entrances,
    /// Where the time comes from.
    pub clock: web::Clock,
    /// Cookies are for https only.
    pub secure_cookies: bool,
    /// The address that people type, for feeds and search engines.
    pub public_url: String,
}

/// The surroundings of this room, made once at start. Cheap to clone.
#[derive(Clone)]
pub struct Room {
    pub(crate) set: Arc<Setting>,
    pub(crate) figures: Arc<RwLock<Option<Arc<Figures>>>>,
    /// What is told now or will be, soonest first; a page asks no database for it.
    banners: Arc<RwLock<Arc<[Banner]>>>,
}

impl std::fmt::Debug for Room {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("portal::Room")
    }
}

impl Room {
    /// Reads what every page is to tell.
    pub async fn open(set: Setting) -> store::Result<Self> {
        let banners = Arc::new(RwLock::new(Arc::from([])));
        let room = Self { set: Arc::new(set), figures: Arc::default(), banners };
        room.refresh().await?;
        Ok(room)
    }

    /// Events of a life or of an organisation, for the rooms that find items by them.
    pub fn topics(&self) -> Arc<[catalogue::Topic]> {
        self.set.entrances.events.iter().map(crate::entrances::LifeEvent::topic).collect()
    }

    /// The service packages as they are now.
    pub(crate) fn library(&self) -> Arc<Library> {
        self.set.shelf.now()
    }

    /// The bodies as they are now.
    pub(crate) fn bodies(&self) -> Arc<Bodies> {
        match self.set.bodies.read() {
            Ok(bodies) => Arc::clone(&bodies),
            Err(poisoned) => Arc::clone(&poisoned.into_inner()),
        }
    }

    /// What every page tells at this instant.
    pub(crate) fn banner_at(&self, now: Timestamp) -> Option<Banner> {
        let banners = match self.banners.read() {
            Ok(banners) => Arc::clone(&banners),
            Err(poisoned) => Arc::clone(&poisoned.into_inner()),
        };
        banners.iter().rev().find(|banner| banner.is_shown(now)).cloned()
    }

    /// Reads anew what every page is to tell, after this node or another one has changed it.
    pub async fn refresh(&self) -> store::Result<()> {
        let mut tx = self.set.db.snapshot().await?;
        let found: Arc<[Banner]> = banner::to_come(&mut tx, (self.set.clock)()).await?.into();
        tx.rollback().await?;
        match self.banners.write() {
            Ok(mut banners) => *banners = found,
            Err(poisoned) => *poisoned.into_inner() = found,
        }
        Ok(())
    }

    /// Refreshes every few seconds until `shutdown` says true or its sender is gone.
    pub async fn keep_fresh(self, shutdown: watch::Receiver<bool>) {
        store::refresh_forever(ASK_EVERY, shutdown, "what every page is to tell", || self.refresh()).await;
    }
}

/// Pages and endpoints of this room.
pub fn routes(room: Room) -> Routes<()> {
    ways_in().merge(news_pages()).merge(banners()).with_state(room)
}

fn ways_in() -> Routes<Room> {
    Routes::new()
        .page(Method::GET, "/", SEE, home::show)
        .page(Method::GET, "/people", SEE, lists::people)
        .page(Method::GET, "/organisations", SEE, lists::organisations)
        .page(Method::GET, "/topics/{id}", SEE, lists::topic)
        .page(Method::GET, "/bodies", SEE, lists::bodies::list)
        .page(Method::GET, "/bodies/{slug}", SEE, lists::bodies::show)
        .page(Method::GET, "/place", SEE, place::show)
        .page(Method::GET, "/place/set", SEE, place::set)
        .page(Method::GET, "/help", SEE, help::show)
        .page(Method::GET, "/accessibility", SEE, about::accessibility)
        .page(Method::GET, "/privacy", SEE, about::privacy)
        .page(Method::GET, "/about", SEE, about::about)
        .page(Method::GET, "/sitemap", SEE, map::show)
        .page(Method::GET, "/sitemap.xml", SEE, map::xml)
        .page(Method::GET, "/robots.txt", SEE, map::robots)
}

fn news_pages() -> Routes<Room> {
    use news::{api, desk, pages};
    let (all, one, out) = ("/api/v1/news", "/api/v1/news/{id}", "/api/v1/news/{id}/publication");
    Routes::new()
        .page(Method::GET, "/news", SEE, pages::list)
        .page(Method::GET, "/news.atom", SEE, pages::feed)
        .page(Method::GET, "/news/{id}", SEE, pages::show)
        .page(Method::GET, "/desk/news", WRITE_NEWS, desk::list)
        .page(Method::GET, "/desk/news/new", WRITE_NEWS, desk::new)
        .page(Method::POST, "/desk/news/new", WRITE_NEWS, desk::create)
        .page(Method::GET, "/desk/news/{id}", WRITE_NEWS, desk::edit)
        .page(Method::POST, "/desk/news/{id}", WRITE_NEWS, desk::save)
        .page(Method::POST, "/desk/news/{id}/publish", WRITE_NEWS, desk::publish)
        .page(Method::POST, "/desk/news/{id}/withdraw", WRITE_NEWS, desk::withdraw)
        .api(Method::GET, all, SEE, api::list, api::list_operation())
        .api(Method::GET, one, SEE, api::show, api::show_operation())
        .api(Method::POST, all, WRITE_NEWS, api::create, api::create_operation())
        .api(Method::PUT, one, WRITE_NEWS, api::save, api::save_operation())
        .api(Method::PUT, out, WRITE_NEWS, api::publish, api::publish_operation())
        .api(Method::DELETE, out, WRITE_NEWS, api::withdraw, api::withdraw_operation())
}

fn banners() -> Routes<Room> {
    use banner::http;
    let (all, one) = ("/api/v1/site-notices", "/api/v1/site-notices/{id}");
    Routes::new()
        .page(Method::GET, "/admin/site-notice", ANNOUNCE, http::show)
        .page(Method::POST, "/admin/site-notice", ANNOUNCE, http::announce)
        .page(Method::POST, "/admin/site-notice/{id}/end", ANNOUNCE, http::end)
        .api(Method::GET, all, ANNOUNCE, http::api_list, http::list_operation())
        .api(Method::POST, all, ANNOUNCE, http::api_announce, http::announce_operation())
        .api(Method::DELETE, one, ANNOUNCE, http::api_end, http::end_operation())
}
