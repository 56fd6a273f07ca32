//! Worklists on both engines: what they show, page by page, and how they are read.

use std::collections::BTreeSet;

use jiff::civil::Date;
use kernel::{BodyId, CaseId, Role, StaffActor, StaffId, TaskId, Timestamp};
use legal_time::{Calendar, Light};
use store::page::PageSize;
use store::{Db, Tx, vals};
use testkit::{date, instant};

use super::ranges::columns;
use super::*;
use crate::status::TaskKind;

mod filled;
mod lights;
mod lists;
mod load;
mod migration;
mod plans;
mod watching;

use filled::{Known, clerk, fill, fill_bodies, id, today};

async fn fresh(db: &Db) -> Tx {
    db.migrate(&[store::MIGRATIONS, ledger::MIGRATIONS, crate::MIGRATIONS]).await.unwrap();
    db.begin().await.unwrap()
}
