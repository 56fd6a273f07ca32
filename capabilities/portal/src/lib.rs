//! The public side (门户): the home page and the ways from it to every item, the place where somebody wants things
//! done, news, what every page tells for a while, help, and what the platform says of itself.
//!
//! The items themselves are the catalogue's; this room leads to them.

mod about;
mod banner;
mod entrances;
mod figures;
mod help;
mod home;
mod layer;
mod lists;
mod map;
pub mod news;
mod paging;
mod place;
mod room;
#[cfg(test)]
mod tests;

pub use banner::{Banner, BannerError, NewBanner, announce, end};
pub use entrances::{Clients, Entrances, EntrancesError, Hotline, LifeEvent};
pub use layer::around_layer;
pub use room::{Room, Setting, routes};

/// Tables of this room.
pub const MIGRATIONS: &[store::Migration] =
    &[store::Migration::new("portal/0001_portal", include_str!("sql/0001_portal.sql"))];

/// What each column of these tables holds ([`store::data_class`]).
pub const CLASSES: &str = include_str!("sql/classes.txt");

/// Sentences of this room: Chinese and English.
pub const MESSAGES: (&str, &str) = (include_str!("messages.zh-CN.ftl"), include_str!("messages.en.ftl"));
