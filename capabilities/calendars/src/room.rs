//! What the pages and endpoints of this room work with, how a running program learns of a new calendar, and the routes.

use std::time::Duration;

use axum::http::Method;
use kernel::{Permission, Role, Timestamp};
use legal_time::CalendarInForce;
use store::Db;
use tokio::sync::watch;
use web::Routes;

use crate::{api, import, pages, record};

/// Bringing calendars in and watching what they move.
const MANAGE: Permission = Permission::staff("calendars.manage", &[Role::Administration]);

/// How often a node asks whether another calendar is in force. The question reads one row of an index; asking it in
/// every command's transaction would cost more and gain little, because what a node writes in these seconds is found
/// by its version and put right. Timers, whose effects cannot be taken back, ask each time.
const ASK_EVERY: Duration = Duration::from_secs(2);

/// The surroundings of this room, made once at start. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Room {
    /// Database.
    pub db: Db,
    /// The calendar in force, as every part of this node sees it.
    pub in_force: CalendarInForce,
}

impl Room {
    /// Reads the calendar in force; on the very first start it is the one that came with the program.
    pub async fn open(db: &Db, now: Timestamp) -> store::Result<Self> {
        let mut tx = db.begin().await?;
        match import::seed(&mut tx, now).await {
            Ok(()) => tx.commit().await?,
            // Another node starts at the same moment and has kept it.
            Err(error) if error.is_unique_violation() => {}
            Err(error) => return Err(error),
        }
        let in_force = record::in_force(&mut db.snapshot().await?).await?;
        Ok(Self {
            db: db.clone(),
            in_force: CalendarInForce::new(in_force.turn, in_force.calendar.calendar()),
        })
    }

    /// Asks whether another calendar was put in force, by this node or another one, and takes it. `true`: it was.
    pub async fn refresh(&self) -> store::Result<bool> {
        let mut tx = self.db.snapshot().await?;
        match record::turn_in_force(&mut tx).await? {
            Some((turn, _)) if turn > self.in_force.turn() => {
                let in_force = record::in_force(&mut tx).await?;
                tracing::info!(calendar = in_force.calendar.version, "another calendar is in force");
                Ok(self.in_force.replace(in_force.turn, in_force.calendar.calendar()))
            }
            Some(_) | None => Ok(false),
        }
    }

    /// Refreshes every few seconds until `shutdown` says true or its sender is gone.
    pub async fn keep_fresh(self, shutdown: watch::Receiver<bool>) {
        store::refresh_forever(ASK_EVERY, shutdown, "the calendar in force", || self.refresh()).await;
    }
}

/// Pages and endpoints of this room.
pub fn routes(room: Room) -> Routes<()> {
    pages().merge(api()).with_state(room)
}

fn pages() -> Routes<Room> {
    let version = "/admin/calendars/versions/{version}";
    Routes::new()
        .page(Method::GET, "/admin/calendars", MANAGE, pages::list)
        .page(Method::POST, "/admin/calendars/preview", MANAGE, pages::change::preview_upload)
        .page(Method::POST, "/admin/calendars", MANAGE, pages::change::confirm_upload)
        .page(Method::GET, version, MANAGE, pages::show)
        .page(Method::GET, "/admin/calendars/versions/{version}/use", MANAGE, pages::change::preview_version)
        .page(Method::POST, "/admin/calendars/versions/{version}/use", MANAGE, pages::change::confirm_version)
        .page(Method::GET, "/admin/calendars/runs/{number}", MANAGE, pages::run::show)
}

fn api() -> Routes<Room> {
    let (all, one) = ("/api/v1/calendars", "/api/v1/calendars/{version}");
    let runs = "/api/v1/calendar-runs/{number}";
    Routes::new()
        .api(Method::GET, all, MANAGE, api::list, api::list_operation())
        .api(Method::POST, all, MANAGE, api::import_calendar, api::import_operation())
        .api(
            Method::POST,
            "/api/v1/calendars/preview",
            MANAGE,
            api::preview_calendar,
            api::preview_operation(),
        )
        .api(Method::GET, one, MANAGE, api::show, api::show_operation())
        .api(Method::GET, "/api/v1/calendars/{version}/difference", MANAGE, api::diff, api::diff_operation())
        .api(Method::PUT, "/api/v1/calendars/{version}/in-force", MANAGE, api::put, api::put_operation())
        .api(Method::GET, runs, MANAGE, api::run, api::run_operation())
        .api(Method::GET, "/api/v1/calendar-runs/{number}/moves", MANAGE, api::moves, api::moves_operation())
}
