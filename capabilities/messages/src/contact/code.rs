//! Confirming codes (验证码): how they are made and how many may be asked for.

use jiff::SignedDuration;
use kernel::{EventId, Timestamp};
use store::{Tx, vals};

use super::{ADDRESS, Address, CODE_MINUTES, ContactError};
use crate::{Reader, Room};

/// Between two codes of one reader.
const PAUSE_SECONDS: i64 = 60;
/// Codes of one reader in a day, over all channels.
const READER_MAX: i64 = 10;
/// Codes to one address in a day, whoever asks: a telephone cannot be flooded from many accounts.
const ADDRESS_MAX: i64 = 5;
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Six digits that nobody can guess; a draw from 2^32 is even enough over a million.
pub(super) fn fresh() -> String {
    let number = u32::from_be_bytes(guomi::random_bytes::<4>());
    format!("{:06}", number % 1_000_000)
}

/// The last instant at which a code holds.
pub(super) fn until(now: Timestamp) -> Timestamp {
    now.checked_add(SignedDuration::from_mins(CODE_MINUTES)).unwrap_or(Timestamp::MAX)
}

/// Notes that a code is sent, or refuses because too many were.
pub(super) async fn allow(
    tx: &mut Tx,
    room: &Room,
    reader: Reader,
    address: &Address,
    id: EventId,
    now: Timestamp,
) -> Result<(), ContactError> {
    let blind = room.vault.blind(ADDRESS, address.as_str());
    let since = now.checked_sub(DAY).unwrap_or(Timestamp::MIN);
    let by_reader = tx
        .fetch_one(
            "select count(*), max(sent_at), min(sent_at) from message_codes where reader = $1 and sent_at > $2",
            vals![reader.to_string(), since],
        )
        .await?;
    let by_address = tx
        .fetch_one(
            "select count(*), min(sent_at) from message_codes where address_blind = $1 and sent_at > $2",
            vals![&blind, since],
        )
        .await?;
    let free_at = [
        by_reader
            .get::<Option<Timestamp>>(1)?
            .map(|last| later(last, SignedDuration::from_secs(PAUSE_SECONDS))),
        full(by_reader.get(0)?, READER_MAX, by_reader.get(2)?),
        full(by_address.get(0)?, ADDRESS_MAX, by_address.get(1)?),
    ];
    if let Some(free_at) = free_at.into_iter().flatten().max().filter(|free_at| *free_at > now) {
        let seconds = free_at.as_second().saturating_sub(now.as_second()).max(1);
        return Err(ContactError::TooManyCodes(seconds.unsigned_abs()));
    }
    tx.execute(
        "insert into message_codes (id, reader, channel, address_blind, sent_at) values ($1, $2, $3, $4, $5)",
        vals![id, reader.to_string(), address.channel().as_str(), blind, now],
    )
    .await?;
    Ok(())
}

/// When the oldest of a full day's codes is a day old.
fn full(count: i64, most: i64, oldest: Option<Timestamp>) -> Option<Timestamp> {
    oldest.filter(|_| count >= most).map(|oldest| later(oldest, DAY))
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// Forgets codes that no limit counts any more, and says how many.
pub(crate) async fn forget_old(tx: &mut Tx, now: Timestamp) -> store::Result<u64> {
    let before = now.checked_sub(DAY).unwrap_or(Timestamp::MIN);
    tx.execute("delete from message_codes where sent_at <= $1", vals![before]).await
}
