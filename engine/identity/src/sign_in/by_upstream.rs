//! Signing in with an account elsewhere (用上游账号登录): another has proved who it is, the rest is as with a password. Whoever
//! has a second factor here is asked for it.

use axum::response::Response;
use kernel::{PersonId, Refusal, Timestamp};
use web::{AppError, Visitor};

use super::{Door, SignInError, Step, Whose, complete, knock};
use crate::Room;
use crate::client::Client;
use crate::factors::{Factor, ways_of};
use crate::second_step;
use crate::sessions::Subject;
use crate::sign_in_page::go_on;
use crate::upstream::{self, Said};
use crate::vouch;

/// Opens the account that the provider's account is linked with, or asks for the second step, and leads on to `next`.
pub async fn enter_from_upstream(
    room: &Room,
    visitor: &Visitor,
    client: &Client,
    person: PersonId,
    said: &Said,
    next: &str,
) -> Result<Response, AppError> {
    let step = sign_in_from_upstream(room, client, person, said, visitor.now).await.map_err(Refusal::from)?;
    go_on(room, visitor, &step, next, Door::Person.home()).await
}

pub(crate) async fn sign_in_from_upstream(
    room: &Room,
    client: &Client,
    person: PersonId,
    said: &Said,
    now: Timestamp,
) -> Result<Step, SignInError> {
    let owner = Subject::Person(person);
    let mut tx = room.db.begin().await?;
    let attempt = knock(&mut tx, &room.vault, Whose::Known(owner), Factor::Upstream, client, now).await?;
    tx.commit().await?;

    let mut tx = room.db.begin().await?;
    if !vouch::stands(&mut tx, owner).await? {
        return Err(SignInError::WrongCredentials);
    }
    upstream::used(&mut tx, &room.vault, said, now).await?;
    let ways = ways_of(&mut tx, owner).await?;
    let step = if ways.has_second() {
        Step::Second(second_step::begin(&mut tx, attempt, owner, ways, now).await?)
    } else {
        let factors = [Factor::Upstream];
        Step::Opened(complete(&mut tx, &room.vault, attempt, owner, &factors, client, now).await?)
    };
    tx.commit().await?;
    Ok(step)
}
