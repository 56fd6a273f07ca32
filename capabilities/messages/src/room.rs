//! What this room works with, and the table of its routes.

use std::sync::Arc;

use axum::http::Method;
use kernel::{Permission, Role};
use store::{Db, Vault};
use web::{Catalogue, Routes};

use crate::{Channel, Senders, choose, inbox, outbox};

/// Reading one's own messages.
pub(crate) const READ: Permission = Permission::signed_in("messages.read");
/// Choosing where and of what one is told.
pub(crate) const CHOOSE: Permission = Permission::signed_in("messages.choose");
/// Seeing what leaves the platform, and trying dead letters again.
pub(crate) const RUN_OUTBOX: Permission = Permission::staff("messages.run-outbox", &[Role::Administration]);

/// The surroundings of this room, made once at start. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Room {
    /// Database.
    pub db: Db,
    /// Personal data, sealed.
    pub vault: Vault,
    /// The sentences of what is sent out.
    pub texts: Arc<Catalogue>,
    /// The address that people type; it stands in e-mails.
    pub public_url: String,
    /// Who carries messages out.
    pub senders: Senders,
}

impl Room {
    /// The channels by which this platform sends.
    pub fn offered(&self) -> impl Iterator<Item = Channel> + '_ {
        Channel::ALL.iter().copied().filter(|channel| self.offers(*channel))
    }

    /// Whether this platform sends by the channel.
    pub fn offers(&self, channel: Channel) -> bool {
        self.senders.carry(channel)
    }
}

/// Pages and endpoints of this room.
pub fn routes(room: Room) -> Routes<()> {
    pages().merge(api()).with_state(room)
}

fn pages() -> Routes<Room> {
    let (settings, channel) = ("/account/notices", "/account/notices/{channel}");
    Routes::new()
        .page(Method::GET, "/messages", READ, inbox::http::show)
        .page(Method::POST, "/messages/read", READ, inbox::http::read_all)
        .page(Method::POST, "/messages/{id}/read", READ, inbox::http::read_one)
        .page(Method::GET, settings, CHOOSE, choose::http::show)
        .page(Method::POST, channel, CHOOSE, choose::http::offer)
        .page(Method::POST, &format!("{channel}/confirm"), CHOOSE, choose::http::confirm)
        .page(Method::POST, &format!("{channel}/remove"), CHOOSE, choose::http::remove)
        .page(Method::POST, &format!("{channel}/topics"), CHOOSE, choose::http::topics)
        .page(Method::GET, "/admin/outbox", RUN_OUTBOX, outbox::http::show)
        .page(Method::GET, "/admin/outbox/replay", RUN_OUTBOX, outbox::http::ask)
        .page(Method::POST, "/admin/outbox/replay", RUN_OUTBOX, outbox::http::replay)
}

fn api() -> Routes<Room> {
    use choose::api as choices;
    use inbox::api as messages;
    use outbox::api as operator;
    let (one, channel) = ("/api/v1/messages/{id}/read", "/api/v1/notice-settings/{channel}");
    Routes::new()
        .api(Method::GET, "/api/v1/messages", READ, messages::show, messages::show_operation())
        .api(Method::POST, "/api/v1/messages/read", READ, messages::read_all, messages::read_all_operation())
        .api(Method::POST, one, READ, messages::read_one, messages::read_one_operation())
        .api(Method::GET, "/api/v1/notice-settings", CHOOSE, choices::show, choices::show_operation())
        .api(Method::PUT, channel, CHOOSE, choices::offer, choices::offer_operation())
        .api(Method::DELETE, channel, CHOOSE, choices::remove, choices::remove_operation())
        .api(
            Method::POST,
            &format!("{channel}/confirmation"),
            CHOOSE,
            choices::confirm,
            choices::confirm_operation(),
        )
        .api(Method::PUT, &format!("{channel}/topics"), CHOOSE, choices::topics, choices::topics_operation())
        .api(
            Method::GET,
            "/api/v1/outbox/waiting",
            RUN_OUTBOX,
            operator::waiting,
            operator::waiting_operation(),
        )
        .api(Method::GET, "/api/v1/outbox/dead", RUN_OUTBOX, operator::dead, operator::dead_operation())
        .api(
            Method::POST,
            "/api/v1/outbox/replays",
            RUN_OUTBOX,
            operator::replay,
            operator::replay_operation(),
        )
}
