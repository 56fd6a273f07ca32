//! The number of unread messages for the header of every page.

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use web::{SignedIn, Unread};

use super::{Inbox, count_unread};
use crate::Room;

/// Puts the number beside who is signed in. Lies between identity's layer, which says who that is, and web's visitor
/// layer, which takes the number up.
pub fn unread_layer(router: Router, room: &Room) -> Router {
    router.layer(from_fn_with_state(room.clone(), count))
}

async fn count(State(room): State<Room>, mut request: Request, next: Next) -> Response {
    let is_page = !request.uri().path().starts_with("/api/");
    let signed_in = request.extensions().get::<SignedIn>();
    let inbox = signed_in.filter(|_| is_page).and_then(|signed_in| Inbox::of(&signed_in.actor).ok());
    if let Some(inbox) = inbox {
        match look(&room, inbox).await {
            Ok(unread) => drop(request.extensions_mut().insert(Unread(unread))),
            // A page without the number still serves its reader.
            Err(error) => tracing::warn!(%error, "unread messages cannot be counted"),
        }
    }
    next.run(request).await
}

async fn look(room: &Room, inbox: Inbox) -> store::Result<u32> {
    let mut tx = room.db.snapshot().await?;
    let unread = count_unread(&mut tx, inbox).await?;
    tx.rollback().await?;
    Ok(unread)
}
