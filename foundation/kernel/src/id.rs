//! Typed ids: a case id cannot be passed where a task id is meant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Timestamp;

/// What every typed id can do.
pub trait TypedId: Sized + Copy + fmt::Display + FromStr {
    /// A version 7 UUID from an instant and ten random bytes. Ids sort by the time they were made.
    fn from_parts(at: Timestamp, random: [u8; 10]) -> Self;
}

/// The text is not an id of this kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid id")]
pub struct InvalidId;

macro_rules! typed_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(#[serde(with = "uuid::serde::simple")] Uuid);

        impl TypedId for $name {
            fn from_parts(at: Timestamp, random: [u8; 10]) -> Self {
                let millis = u64::try_from(at.as_millisecond()).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.simple().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0.simple())
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::try_parse(text).map(Self).map_err(|_wrong_form| InvalidId)
            }
        }
    )*};
}

typed_id! {
    /// A natural person with an account (自然人).
    PersonId;
    /// A legal person or other organisation (法人).
    LegalPersonId;
    /// The right of a person to act for another person or for a legal person (授权).
    MandateId;
    /// An offer of such a right that waits for an answer (待接受的授权).
    OfferId;
    /// A member of staff of a body (工作人员).
    StaffId;
    /// What a member of staff holds in a body for a time (任职).
    PostId;
    /// An administrative act on record (管理操作记录).
    ActId;
    /// A file of staff that is brought in (工作人员导入).
    StaffImportId;
    /// A way back into an account, given at a counter (账号找回).
    RecoveryId;
    /// The standing in of one member of staff for another (代理).
    DeputyId;
    /// An office that decides, hears or accepts (机构).
    BodyId;
    /// A signed-in visit (会话).
    SessionId;
    /// An application being filled in (草稿).
    DraftId;
    /// A piece of evidence handed in (材料).
    MaterialId;
    /// One run of a service package (办件).
    CaseId;
    /// Several items asked for together as one thing (一件事主办件).
    MasterCaseId;
    /// A piece of work on a case (任务).
    TaskId;
    /// Something that happened to a case (事件).
    EventId;
    /// An internal note of the office on a case (内部备注).
    NoteId;
    /// What applicant or office wrote to the other about a case (留言).
    LetterId;
    /// A text that clerks use again and again (常用意见).
    TemplateId;
    /// A change to a service package that is being prepared (事项修订稿).
    RevisionId;
    /// A licence, certificate or notice that was issued (证照).
    LicenceId;
    /// A right to use a licence that its holder gave (用证授权).
    AuthorisationId;
    /// An electronic seal (电子印章).
    SealId;
    /// Work to be done later, once (后台作业).
    JobId;
    /// A message to a person or a member of staff (消息).
    MessageId;
    /// News of an office (新闻).
    NewsId;
    /// What every page tells for a while (全站公告).
    NoticeId;
    /// A system that people sign on to with their account here (接入系统).
    ClientId;
    /// What one sign-on to a connected system allows (单点登录授权).
    GrantId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_back_and_sort_by_time() {
        let early = CaseId::from_parts("2026-01-01T00:00:00Z".parse().unwrap(), [255; 10]);
        let late = CaseId::from_parts("2026-01-01T00:00:01Z".parse().unwrap(), [0; 10]);
        assert!(early < late && early.to_string() < late.to_string());
        assert_eq!(early.to_string().parse::<CaseId>().unwrap(), early);
        assert_eq!("x".parse::<CaseId>(), Err(InvalidId));
    }

    #[test]
    fn ids_look_the_same_in_addresses_and_in_json() {
        let id = CaseId::from_parts("2026-01-01T00:00:00Z".parse().unwrap(), [7; 10]);
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, format!("\"{id}\""));
        assert_eq!(serde_json::from_str::<CaseId>(&json).unwrap(), id);
    }
}
