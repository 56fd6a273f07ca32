//! Telling people and staff what concerns them (消息与通知): a box inside the platform that is always on, and notices by
//! e-mail, SMS and WeChat for those who want them.
//!
//! 1. [`tell`] writes the message and posts its notices in the caller's transaction, once for each reader and key.
//! 2. What leaves the house says only that there is something to read: no name, no item, no id (个人信息保护法 §6).
//! 3. An address is used only after a code sent to it has come back; it lies sealed and is opened to send.

mod choose;
pub mod contact;
mod inbox;
mod outbox;
mod outgoing;
pub mod receiver;
mod room;
mod send;
mod tell;
#[cfg(test)]
mod testing;
mod words;

pub use inbox::layer::unread_layer;
pub use inbox::{Inbox, Message, Said, count_unread, list, mark_all_read, mark_read};
pub use outgoing::Template;
pub use room::{Room, routes};
pub use send::{
    BridgeSettings, Endpoint, MailSettings, Proof, Secret, Security, SendError, SenderFault, SenderSettings,
    Senders, deliverers, signature,
};
pub use tell::{About, Recipient, Telling, tell};
pub use words::{Channel, NoReader, Reader, Topic};

use kernel::Timestamp;
use store::{Migration, Tx};

/// Tables of this room.
pub const MIGRATIONS: &[Migration] = &[
    Migration::new("messages/0001_messages", include_str!("sql/0001_messages.sql")),
    Migration::new("messages/0002_item", include_str!("sql/0002_item.sql")),
    Migration::new("messages/0003_by_case", include_str!("sql/0003_by_case.sql")),
];

/// What each column of these tables holds ([`store::data_class`]).
pub const CLASSES: &str = include_str!("sql/classes.txt");

/// Sentences of this room: Chinese and English.
pub const MESSAGES: (&str, &str) = (include_str!("messages.zh-CN.ftl"), include_str!("messages.en.ftl"));

/// Forgets everything that was told to a reader and where they wanted to be told (注销账号).
pub async fn forget_reader(tx: &mut Tx, reader: Reader) -> store::Result<()> {
    for sql in [
        "delete from messages where reader = $1",
        "delete from message_contacts where reader = $1",
        "delete from message_choices where reader = $1",
        "delete from message_codes where reader = $1",
    ] {
        tx.execute(sql, store::vals![reader.to_string()]).await?;
    }
    Ok(())
}

/// Gives what one account was told to another of the same person (账号合并), and forgets the rest of it.
pub async fn merge_reader(tx: &mut Tx, from: Reader, into: Reader) -> store::Result<()> {
    let sql = "update messages set reader = $2
               where reader = $1 and key not in (select key from messages where reader = $2)";
    tx.execute(sql, store::vals![from.to_string(), into.to_string()]).await?;
    forget_reader(tx, from).await
}

/// Forgets what was told of these cases (保管期满).
pub async fn forget_cases(tx: &mut Tx, cases: &[kernel::CaseId]) -> store::Result<()> {
    for case in cases {
        tx.execute("delete from messages where case_id = $1", store::vals![*case]).await?;
    }
    Ok(())
}

/// Forgets what no limit counts any more, and says how many rows.
pub async fn forget_old(tx: &mut Tx, now: Timestamp) -> store::Result<u64> {
    contact::forget_old(tx, now).await
}
