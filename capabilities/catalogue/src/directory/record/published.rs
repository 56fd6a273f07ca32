//! The published lists: which implementations are in them, page by page. What a row leaves open is the directory's.

use store::page::{Page, PageRequest};
use store::{Tx, vals};

use super::find::{Listed, listed};

macro_rules! published {
    ($condition:literal) => {
        concat!(
            "select i.code, i.name, i.state, i.flagged, i.level, i.division, i.body_name
             from directory_implementations i join directory_items d on d.code = i.item
             where i.code > $1 and i.state = '1'
               and (cast($2 as text) is null or (i.division >= $2 and i.division < $3)) and (",
            $condition,
            ") order by i.code limit $4"
        )
    };
}
/// A list that is published (公布清单).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Published {
    Online,
    AtOnce,
    Nearby,
    InOneGo,
    OneVisit,
    Proofs,
    Intermediaries,
}

impl Published {
    pub(crate) const ALL: [Self; 7] = [
        Self::Online,
        Self::AtOnce,
        Self::Nearby,
        Self::InOneGo,
        Self::OneVisit,
        Self::Proofs,
        Self::Intermediaries,
    ];

    /// The word used in addresses and in keys of sentences.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::AtOnce => "at-once",
            Self::Nearby => "nearby",
            Self::InOneGo => "in-one-go",
            Self::OneVisit => "one-visit",
            Self::Proofs => "proofs",
            Self::Intermediaries => "intermediaries",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.as_str() == word)
    }

    /// The conditions are those of `marks`, over columns.
    const fn sql(self) -> &'static str {
        match self {
            Self::Online => published!("coalesce(i.depth, d.depth) >= 5"),
            Self::AtOnce => published!("coalesce(i.case_type, d.case_type) = '1'"),
            Self::Nearby => published!("i.level in ('5', '6') or coalesce(i.terminals, d.terminals) = 1"),
            Self::InOneGo => published!(
                "coalesce(i.visits, d.visits) = 0
                 or (coalesce(i.visits, d.visits) = 1 and coalesce(i.case_type, d.case_type) = '1')"
            ),
            Self::OneVisit => published!("coalesce(i.visits, d.visits) <= 1"),
            Self::Proofs => published!("i.has_proofs = 1"),
            Self::Intermediaries => published!("i.has_intermediaries = 1"),
        }
    }
}

/// A page of a published list, in a division (its leading digits) or everywhere.
pub(crate) async fn list_published(
    tx: &mut Tx,
    list: Published,
    division: Option<&str>,
    request: &PageRequest,
) -> store::Result<Page<Listed>> {
    let mut vals = request.keys(vals![""])?;
    let end = division.map(|prefix| format!("{prefix}~"));
    vals.extend(vals![division, end, request.size.limit()]);
    let rows = tx.fetch_all(list.sql(), vals).await?;
    let items = rows.iter().map(listed).collect::<store::Result<_>>()?;
    Ok(Page::cut(items, request.size, |row: &Listed| vals![&row.code]))
}
