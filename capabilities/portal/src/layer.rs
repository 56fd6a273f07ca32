//! What the header of every page shows of this room: the visitor's place, and what everybody is told.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;

use crate::{Room, place};

/// Puts place and banner beside the request. Lies around web's visitor layer, which takes them up.
pub fn around_layer(router: Router, room: &Room) -> Router {
    router.layer(from_fn_with_state(room.clone(), around))
}

async fn around(State(room): State<Room>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if !path.starts_with("/api/") && !path.starts_with("/assets/") {
        let chosen = place::of(request.headers());
        let banner = room.banner_at((room.set.clock)());
        let extensions = request.extensions_mut();
        if let Some(chosen) = chosen {
            extensions.insert(chosen);
        }
        if let Some(banner) = banner {
            extensions.insert(web::Banner(Arc::new(banner.text)));
        }
    }
    next.run(request).await
}
