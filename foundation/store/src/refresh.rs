//! What a node keeps in memory and another node may have changed in the database.

use std::fmt::Display;
use std::future::Future;
use std::time::Duration;

use tokio::sync::watch;

/// Asks anew every so often until `shutdown` says true or its sender is gone. What cannot be asked is told in the log,
/// under the words `what`, and tried again at the next turn.
pub async fn refresh_forever<T, E: Display, F: Future<Output = Result<T, E>>>(
    every: Duration,
    mut shutdown: watch::Receiver<bool>,
    what: &str,
    ask: impl Fn() -> F,
) {
    while !*shutdown.borrow() {
        if let Err(error) = ask().await {
            tracing::warn!(%error, "cannot ask for {what}");
        }
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            gone = shutdown.changed() => if gone.is_err() { return },
        }
    }
}
