//! Administrative acts (管理操作记录): who did what on whom, when, and how it was before. Written in the transaction of the
//! act, and only ever added to. Persons are named by reference: the record itself tells nobody's data.

use kernel::{ActId, Actor, BodyId, Timestamp};
use store::page::{Page, PageRequest};
use store::{Result, Row, Tx, fresh_id, vals};

pub(crate) mod http;

#[cfg(test)]
mod tests;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActKind {
    /// Somebody of staff was added (新增人员).
    StaffAdded,
    /// Somebody of staff was brought in with a file (导入人员).
    StaffImported,
    /// A post began (任职).
    PostGiven,
    /// A post ends (免职).
    PostEnded,
    /// Somebody of staff leaves (离职).
    StaffLeaves,
    /// Leaving was taken back, or they come back (撤销离职).
    StaffStays,
    /// A start password was given (重置初始密码).
    StartPassword,
    /// A person's document was compared (实名核验).
    PersonVerified,
    /// Name or number of an account were corrected by a document (更正个人信息).
    PersonCorrected,
    /// A guardian was entered (登记监护人).
    GuardianEntered,
    /// A guardianship was ended (终止监护关系).
    GuardianEnded,
    /// A new legal representative was entered (登记法定代表人变更).
    RepresentativeEntered,
    /// A code to take an account over was given (出具接管码).
    TakeoverGiven,
    /// A way back into an account was asked for and waits for a second clerk (申请账号找回).
    RecoveryAsked,
    /// A slip for the way back was printed (出具找回凭条).
    RecoveryGiven,
    /// A way back was refused or taken back (撤销账号找回).
    RecoveryDropped,
    /// An account was opened with a slip (使用找回凭条).
    RecoveryUsed,
    /// Data keys are changed (更换数据密钥).
    KeysRotated,
    /// From how many looks on an alarm is raised (查询预警阈值).
    LimitsSet,
    /// A look is told to the person later (延迟告知).
    LookDelayed,
    /// Such an order was ended early (提前结束延迟告知).
    LookDelayEnded,
    /// A connected system or its keys were administered (接入系统管理).
    ClientManaged,
    /// A calendar of working days was put in force (启用日历).
    CalendarPut,
    /// A version of an item was put in force (发布事项).
    ItemPublished,
    /// An item was suspended (暂停事项).
    ItemSuspended,
    /// An item was resumed (恢复事项).
    ItemResumed,
    /// An item is no longer offered (取消事项).
    ItemCancelled,
    /// News were published (发布新闻).
    NewsPublished,
    /// News were taken back (撤回新闻).
    NewsWithdrawn,
    /// A notice for every page was announced (发布站内公告).
    NoticeAnnounced,
    /// A notice for every page was ended early (提前结束站内公告).
    NoticeEnded,
    /// A seal was asked for (申请印章).
    SealRequested,
    /// A seal was approved (批准印章).
    SealApproved,
    /// A seal was not approved (不予批准印章).
    SealRefused,
    /// A seal was made (制作印章).
    SealMade,
    /// A seal was put in use (启用印章).
    SealActivated,
    /// A seal may not be used for the time being (暂停印章).
    SealSuspended,
    /// A seal may be used again (恢复印章).
    SealResumed,
    /// A seal was ended for good (撤销印章).
    SealRevoked,
    /// A key, or an authority that is trusted, was brought in for seals (导入印章密钥或证书).
    SealKeyImported,
}

impl ActKind {
    /// All of them.
    pub const ALL: [Self; 40] = [
        Self::StaffAdded,
        Self::StaffImported,
        Self::PostGiven,
        Self::PostEnded,
        Self::StaffLeaves,
        Self::StaffStays,
        Self::StartPassword,
        Self::PersonVerified,
        Self::PersonCorrected,
        Self::GuardianEntered,
        Self::GuardianEnded,
        Self::RepresentativeEntered,
        Self::TakeoverGiven,
        Self::RecoveryAsked,
        Self::RecoveryGiven,
        Self::RecoveryDropped,
        Self::RecoveryUsed,
        Self::KeysRotated,
        Self::LimitsSet,
        Self::LookDelayed,
        Self::LookDelayEnded,
        Self::ClientManaged,
        Self::CalendarPut,
        Self::ItemPublished,
        Self::ItemSuspended,
        Self::ItemResumed,
        Self::ItemCancelled,
        Self::NewsPublished,
        Self::NewsWithdrawn,
        Self::NoticeAnnounced,
        Self::NoticeEnded,
        Self::SealRequested,
        Self::SealApproved,
        Self::SealRefused,
        Self::SealMade,
        Self::SealActivated,
        Self::SealSuspended,
        Self::SealResumed,
        Self::SealRevoked,
        Self::SealKeyImported,
    ];

    /// The word in tables and addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StaffAdded => "staff-added",
            Self::StaffImported => "staff-imported",
            Self::PostGiven => "post-given",
            Self::PostEnded => "post-ended",
            Self::StaffLeaves => "staff-leaves",
            Self::StaffStays => "staff-stays",
            Self::StartPassword => "start-password",
            Self::PersonVerified => "person-verified",
            Self::PersonCorrected => "person-corrected",
            Self::GuardianEntered => "guardian-entered",
            Self::GuardianEnded => "guardian-ended",
            Self::RepresentativeEntered => "representative-entered",
            Self::TakeoverGiven => "takeover-given",
            Self::RecoveryAsked => "recovery-asked",
            Self::RecoveryGiven => "recovery-given",
            Self::RecoveryDropped => "recovery-dropped",
            Self::RecoveryUsed => "recovery-used",
            Self::KeysRotated => "keys-rotated",
            Self::LimitsSet => "limits-set",
            Self::LookDelayed => "look-delayed",
            Self::LookDelayEnded => "look-delay-ended",
            Self::ClientManaged => "client-managed",
            Self::CalendarPut => "calendar-put",
            Self::ItemPublished => "item-published",
            Self::ItemSuspended => "item-suspended",
            Self::ItemResumed => "item-resumed",
            Self::ItemCancelled => "item-cancelled",
            Self::NewsPublished => "news-published",
            Self::NewsWithdrawn => "news-withdrawn",
            Self::NoticeAnnounced => "notice-announced",
            Self::NoticeEnded => "notice-ended",
            Self::SealRequested => "seal-requested",
            Self::SealApproved => "seal-approved",
            Self::SealRefused => "seal-refused",
            Self::SealMade => "seal-made",
            Self::SealActivated => "seal-activated",
            Self::SealSuspended => "seal-suspended",
            Self::SealResumed => "seal-resumed",
            Self::SealRevoked => "seal-revoked",
            Self::SealKeyImported => "seal-key-imported",
        }
    }

    fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// An act as it is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAct<'a> {
    /// What.
    pub kind: ActKind,
    /// The body whose matter it is; nothing: the whole platform's.
    pub body: Option<BodyId>,
    /// On whom or what: a reference.
    pub target: String,
    /// The name of an official; empty for everybody else.
    pub target_name: &'a str,
    /// How it was.
    pub was: String,
    /// How it became.
    pub became: String,
    /// Why; may be empty.
    pub reason: &'a str,
}

impl<'a> NewAct<'a> {
    /// An act on somebody or something.
    pub fn new(kind: ActKind, body: Option<BodyId>, target: impl Into<String>) -> Self {
        Self {
            kind,
            body,
            target: target.into(),
            target_name: "",
            was: String::new(),
            became: String::new(),
            reason: "",
        }
    }

    /// Names the official.
    #[must_use]
    pub fn named(mut self, name: &'a str) -> Self {
        self.target_name = name;
        self
    }

    /// How it was, and how it became.
    #[must_use]
    pub fn changed(mut self, was: impl Into<String>, became: impl Into<String>) -> Self {
        (self.was, self.became) = (was.into(), became.into());
        self
    }

    /// Why.
    #[must_use]
    pub fn because(mut self, reason: &'a str) -> Self {
        self.reason = reason;
        self
    }
}

/// Writes the act down, in the transaction in which it happens.
pub async fn record_act(tx: &mut Tx, by: &Actor, act: NewAct<'_>, now: Timestamp) -> Result<()> {
    let by_name = match by {
        Actor::Staff(staff) => staff.shown_as.as_str(),
        Actor::Person(_) | Actor::Anonymous | Actor::System => "",
    };
    record_act_of(tx, &by.reference(), by_name, act, now).await
}

/// The same, where the doer is kept by reference and name alone: an operator at the command line, the platform at a
/// planned time.
pub async fn record_act_of(
    tx: &mut Tx,
    by: &str,
    by_name: &str,
    act: NewAct<'_>,
    now: Timestamp,
) -> Result<()> {
    tracing::info!(act = act.kind.as_str(), by, target = act.target, "administrative act");
    tx.execute(
        "insert into acts (id, at, by_whom, by_name, act, body, target, target_name, was, became, reason)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        vals![
            fresh_id::<ActId>(now),
            now,
            by,
            by_name,
            act.kind.as_str(),
            act.body,
            act.target,
            act.target_name,
            act.was,
            act.became,
            act.reason,
        ],
    )
    .await?;
    Ok(())
}

/// One act on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActRecord {
    /// Its id.
    pub id: ActId,
    /// When.
    pub at: Timestamp,
    /// Who: an actor's reference.
    pub by: String,
    /// Their name at that time; empty for the platform itself.
    pub by_name: String,
    /// What: a word of [`ActKind`].
    pub act: String,
    /// On whom or what: a reference.
    pub target: String,
    /// The name of an official at that time.
    pub target_name: String,
    /// How it was.
    pub was: String,
    /// How it became.
    pub became: String,
    /// Why.
    pub reason: String,
}

/// Which acts are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WantedActs {
    /// Of this body and those below it, and of the whole platform.
    pub(crate) root: BodyId,
    /// By this actor only.
    pub(crate) by: Option<String>,
    /// On this target only.
    pub(crate) target: Option<String>,
    /// Of this kind only.
    pub(crate) kind: Option<ActKind>,
    /// Not before this instant.
    pub(crate) from: Option<Timestamp>,
    /// Before this instant.
    pub(crate) until: Option<Timestamp>,
}

macro_rules! acts {
    ($lead:literal) => {
        concat!(
            "with recursive below(id) as (
                 select id from bodies where id = $6
                 union select b.id from bodies b join below on b.parent = below.id)
             select a.id, a.at, a.by_whom, a.by_name, a.act, a.target, a.target_name, a.was, a.became, a.reason
             from acts a where ",
            $lead,
            " and (a.at, a.id) < ($1, $2) and a.at >= $3 and a.at < $4
               and (cast($7 as text) is null or a.by_whom = $7)
               and (cast($8 as text) is null or a.target = $8)
               and (cast($9 as text) is null or a.act = $9)
               and (a.body is null or a.body in (select id from below))
             order by a.at desc, a.id desc limit $5"
        )
    };
}

/// The acts that are asked for, the latest first.
pub(crate) async fn list_acts(
    tx: &mut Tx,
    wanted: &WantedActs,
    request: &PageRequest,
) -> Result<Page<ActRecord>> {
    let sql = match (&wanted.by, &wanted.target) {
        (Some(_), _) => acts!("a.by_whom = $7"),
        (None, Some(_)) => acts!("a.target = $8"),
        (None, None) => acts!("1 = 1"),
    };
    let mut vals = request.keys(vals![i64::MAX, "z"])?; // after every id, which is hexadecimal
    vals.extend(vals![
        wanted.from.map_or(i64::MIN, kernel::to_micros),
        wanted.until.map_or(i64::MAX, kernel::to_micros),
        request.size.limit(),
        wanted.root,
        wanted.by.clone(),
        wanted.target.clone(),
        wanted.kind.map(ActKind::as_str),
    ]);
    let rows = tx.fetch_all(sql, vals).await?;
    let items = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(items, request.size, |act| vals![kernel::to_micros(act.at), act.id.to_string()]))
}

fn read(row: &Row) -> Result<ActRecord> {
    Ok(ActRecord {
        id: row.get(0)?,
        at: row.get(1)?,
        by: row.get(2)?,
        by_name: row.get(3)?,
        act: row.get(4)?,
        target: row.get(5)?,
        target_name: row.get(6)?,
        was: row.get(7)?,
        became: row.get(8)?,
        reason: row.get(9)?,
    })
}
