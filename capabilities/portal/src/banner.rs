//! What every page tells for a while (全站公告), such as that the platform will stand still on Sunday.

use identity::{ActKind, NewAct, record_act};
use kernel::{Actor, FieldError, Message, NoticeId, Refusal, Timestamp, Words};
use store::page::{Page, PageRequest};
use store::{Row, Tx, vals};

pub(crate) mod http;

/// Characters of a text: two lines on a phone.
const TEXT_MAX: usize = 120;

/// One notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Banner {
    /// Its id.
    pub id: NoticeId,
    /// What is told.
    pub text: Words,
    /// From when on.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// By whom.
    pub made_name: String,
    /// Who ended it before its time.
    pub ended_name: Option<String>,
}

impl Banner {
    /// Whether it is told at this instant.
    pub fn is_shown(&self, now: Timestamp) -> bool {
        self.ended_name.is_none() && self.from <= now && now < self.until
    }
}

/// What is to be told.
#[derive(Debug, Clone)]
pub struct NewBanner {
    /// In both languages: nobody may miss it.
    pub text: Words,
    /// From when on.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// Why it is not told.
#[derive(Debug, thiserror::Error)]
pub enum BannerError {
    /// The actor may not.
    #[error(transparent)]
    Actor(Refusal),
    /// Something is missing or wrong.
    #[error("wrong fields")]
    Invalid(Vec<FieldError>),
    /// There is no such notice, or it is over.
    #[error("no notice to end")]
    Gone,
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<BannerError> for Refusal {
    fn from(error: BannerError) -> Self {
        match error {
            BannerError::Actor(refusal) => refusal,
            BannerError::Invalid(errors) => Self::Invalid(errors),
            BannerError::Gone => Self::NotFound,
            BannerError::Store(error) => error.into(),
        }
    }
}

/// Tells it from then on. Another one that is told at the same time is covered while this one lasts.
pub async fn announce(
    tx: &mut Tx,
    by: &Actor,
    now: Timestamp,
    new: &NewBanner,
) -> Result<NoticeId, BannerError> {
    let staff = by.staff().map_err(BannerError::Actor)?;
    let faults = faults(new, now);
    if !faults.is_empty() {
        return Err(BannerError::Invalid(faults));
    }
    let id: NoticeId = store::fresh_id(now);
    tx.execute(
        "insert into portal_banners (id, text_zh, text_en, shown_from, shown_until, made_at, made_by, made_name)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        vals![
            id,
            new.text.zh.trim(),
            new.text.en.trim(),
            new.from,
            new.until,
            now,
            by.reference(),
            &staff.shown_as
        ],
    )
    .await?;
    let act = NewAct::new(ActKind::NoticeAnnounced, None, format!("notice:{id}"));
    record_act(tx, by, act.changed("", new.text.zh.trim()), now).await?;
    Ok(id)
}

fn faults(new: &NewBanner, now: Timestamp) -> Vec<FieldError> {
    let mut faults = Vec::new();
    for (field, text) in [("text_zh", &new.text.zh), ("text_en", &new.text.en)] {
        let length = text.trim().chars().count();
        if length == 0 {
            faults.push(FieldError::new(field, Message::new("portal-banner-empty")));
        } else if length > TEXT_MAX {
            faults.push(FieldError::new(field, Message::new("portal-too-long").with("max", TEXT_MAX)));
        } else if text.contains(char::is_control) {
            faults.push(FieldError::new(field, Message::new("portal-one-line")));
        }
    }
    if new.until <= new.from {
        faults.push(FieldError::new("until", Message::new("portal-banner-order")));
    } else if new.until <= now {
        faults.push(FieldError::new("until", Message::new("portal-banner-over")));
    }
    faults
}

/// Ends it before its time.
pub async fn end(tx: &mut Tx, by: &Actor, now: Timestamp, id: NoticeId) -> Result<(), BannerError> {
    let staff = by.staff().map_err(BannerError::Actor)?;
    let ended = tx
        .execute(
            "update portal_banners set ended_name = $1 where id = $2 and ended_name is null and shown_until > $3",
            vals![&staff.shown_as, id, now],
        )
        .await?;
    if ended != 1 {
        return Err(BannerError::Gone);
    }
    record_act(tx, by, NewAct::new(ActKind::NoticeEnded, None, format!("notice:{id}")), now).await?;
    Ok(())
}

/// What is told now or will be, soonest first.
pub(crate) async fn to_come(tx: &mut Tx, now: Timestamp) -> store::Result<Vec<Banner>> {
    let rows = tx
        .fetch_all(
            "select id, text_zh, text_en, shown_from, shown_until, made_name, ended_name from portal_banners
             where shown_until > $1 and ended_name is null order by shown_from, id limit 100",
            vals![now],
        )
        .await?;
    rows.iter().map(read).collect()
}

/// All there were, the last to end first.
pub(crate) async fn list(tx: &mut Tx, request: &PageRequest) -> store::Result<Page<Banner>> {
    let mut vals = request.keys(vals![i64::MAX, "~"])?;
    vals.extend(vals![request.size.limit()]);
    let rows = tx
        .fetch_all(
            "select id, text_zh, text_en, shown_from, shown_until, made_name, ended_name from portal_banners
             where (shown_until, id) < ($1, $2) order by shown_until desc, id desc limit $3",
            vals,
        )
        .await?;
    let banners = rows.iter().map(read).collect::<store::Result<_>>()?;
    Ok(Page::cut(banners, request.size, |banner: &Banner| vals![banner.until, banner.id]))
}

fn read(row: &Row) -> store::Result<Banner> {
    Ok(Banner {
        id: row.get(0)?,
        text: Words::new(row.get::<String>(1)?, row.get::<String>(2)?),
        from: row.get(3)?,
        until: row.get(4)?,
        made_name: row.get(5)?,
        ended_name: row.get(6)?,
    })
}
