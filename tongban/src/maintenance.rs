//! Standing still for maintenance (停机维护): while a file lies in the data folder, everything but health and static
//! files is answered with 503 and a plain page. A file, because it must work while the database does not.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use serde::{Deserialize, Serialize};

const FILE: &str = "maintenance.json";
/// Characters of a note.
pub const NOTE_MAX: usize = 200;

/// What the operator says to those who come meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Maintenance {
    /// Such as until when; may be empty.
    pub note: String,
    /// After how many minutes they should try again.
    pub minutes: u32,
}

impl Default for Maintenance {
    fn default() -> Self {
        Self { note: String::new(), minutes: 10 }
    }
}

/// The place of the file in a data folder.
fn file(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

/// Stops everything that uses this folder from answering, from the next request on.
pub fn begin(folder: &Path, maintenance: &Maintenance) -> std::io::Result<()> {
    // Written beside its place and moved there: a request never reads half of it.
    let making = folder.join("maintenance.making");
    std::fs::write(&making, serde_json::to_vec(maintenance)?)?;
    std::fs::rename(making, file(folder))
}

/// Lets it answer again. `false`: it did already.
pub fn end(folder: &Path) -> std::io::Result<bool> {
    match std::fs::remove_file(file(folder)) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// What is said now; nothing while the platform answers. A file that cannot be read still means maintenance.
pub fn current(folder: &Path) -> Option<Maintenance> {
    let bytes = match std::fs::read(file(folder)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        Err(_unreadable) => return Some(Maintenance::default()),
    };
    Some(serde_json::from_slice(&bytes).unwrap_or_default())
}

/// Answers for everything while there is maintenance. Asking costs one call of the file system that fails.
pub(crate) fn layer(router: Router, folder: &Path) -> Router {
    let folder: Arc<Path> = folder.into();
    router.layer(from_fn_with_state(folder, answer))
}

async fn answer(State(folder): State<Arc<Path>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let always = path.starts_with("/assets/") || ["/healthz", "/readyz", "/sw.js"].contains(&path);
    match current(&folder).filter(|_| !always) {
        Some(maintenance) => web::maintenance(&maintenance.note, u64::from(maintenance.minutes) * 60),
        None => next.run(request).await,
    }
}
