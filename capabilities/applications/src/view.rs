//! What the API answers: the same facts that the pages show, as JSON.

use kernel::{FieldError, Timestamp};
use legal_time::Reading;
use serde::Serialize;
use serde_json::Value;
use store::page::Page;
use utoipa::ToSchema;
use web::{Lang, Visitor};

use crate::Room;
use crate::asked::{self, Filled};
use crate::attach::materials_of_applicant;
use crate::dossier::Material;
use crate::draft::DraftSummary;
use crate::reasons::Reasons;
use crate::stand_in::{Kind, StandIn};

mod case;

pub use case::{
    CasePage, CaseRow, CaseView, CommitmentView, CorrectionView, DefectView, EffectView, EventList,
    EventView, NoticeView, PromisedView, ReceiptView,
};

/// A draft.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftView {
    /// Its id.
    pub id: String,
    /// 基本编码
    pub item: String,
    /// 业务办理项
    pub handling: String,
    /// The package version under which it was begun.
    pub package_version: String,
    /// Division where it is applied for.
    pub division: String,
    /// The answers so far, by field.
    #[schema(value_type = Object)]
    pub answers: Value,
    /// Files handed in so far.
    pub materials: Vec<MaterialView>,
    /// Every material of the package that the applicant may be asked for.
    pub asked: Vec<AskedView>,
    /// What registers and licences of this platform know already.
    pub known: Vec<KnownView>,
    /// What is still missing or wrong before it can be submitted.
    pub missing: Vec<MissingView>,
    /// Counts the changes of the answers.
    pub version: i64,
    /// When it was begun, RFC 3339.
    pub created_at: String,
    /// When it was last changed, RFC 3339.
    pub updated_at: String,
    /// The case that was made of it.
    pub case: Option<String>,
    /// The one thing (一件事) that was made of it.
    pub master_case: Option<String>,
    /// The older case from which it was begun.
    pub again_of: Option<String>,
    /// Of the older case: fields, and materials after `materials/`, that the form of today does not know.
    pub dropped: Vec<String>,
}

/// A material that the package may ask for (申请材料).
#[derive(Debug, Serialize, ToSchema)]
pub struct AskedView {
    /// Its id.
    pub material: String,
    /// Its name.
    pub name: String,
    /// Whether it belongs to this application.
    pub wanted: bool,
    /// Why it does not, in words.
    pub why_not: Option<String>,
    /// Whether it must be there when it is wanted.
    pub required: bool,
    /// The time after acceptance within which it may be handed in, in words; null: only now.
    pub later: Option<String>,
    /// Whether it was promised for later.
    pub promised: bool,
    /// Whether a commitment may stand in its place.
    pub commitment: bool,
    /// When that commitment was declared, RFC 3339.
    pub committed_at: Option<String>,
}

/// Something that the platform knows already, so that it need not be handed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct KnownView {
    /// Under which name rules read it, such as `register.organisation`.
    pub path: String,
    /// The register or the document.
    pub what: String,
    /// Which entry of it.
    pub which: String,
}

/// Something that is missing or wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct MissingView {
    /// The field as a JSON pointer without its leading slash, or `materials/` and the material's id.
    pub field: String,
    /// The rule, as a stable key.
    pub rule: String,
    /// The rule in words.
    pub detail: String,
}

/// A file.
#[derive(Debug, Serialize, ToSchema)]
pub struct MaterialView {
    /// Its id.
    pub id: String,
    /// Which material of the package.
    pub material: String,
    /// `current`, or `pending` until the answer to a correction notice is sent.
    pub state: String,
    /// The name it had at its sender's.
    pub file_name: String,
    /// What it is.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// SM3 of the content, hexadecimal.
    pub sm3: String,
    /// When it was handed in, RFC 3339.
    pub added_at: String,
}

/// A draft in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftRow {
    /// Its id.
    pub id: String,
    /// 基本编码
    pub item: String,
    /// 业务办理项
    pub handling: String,
    /// Division where it is applied for.
    pub division: String,
    /// When it was last changed, RFC 3339.
    pub updated_at: String,
}

/// A page of drafts.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftPage {
    /// The drafts, newest first.
    pub items: Vec<DraftRow>,
    /// Where the next page starts, for the parameter `after`.
    pub next: Option<String>,
}

/// An instant as the API writes it.
pub(crate) fn instant(at: Timestamp) -> String {
    at.to_string()
}

/// Why a day is what it is, in the visitor's language.
pub(crate) fn lines(visitor: &Visitor, reading: &Reading) -> Vec<String> {
    match visitor.lang {
        Lang::ZhCn => reading.explanation.lines_zh(),
        Lang::En => reading.explanation.lines_en(),
    }
}

impl MaterialView {
    /// Of a file.
    pub fn of(file: &Material) -> Self {
        Self {
            id: file.id.to_string(),
            material: file.material.clone(),
            state: file.state.clone(),
            file_name: file.file_name.clone(),
            media_type: file.media_type.clone(),
            size: file.size,
            sm3: file.file_sm3.clone(),
            added_at: instant(file.added_at),
        }
    }
}

impl MissingView {
    /// Of a broken rule.
    pub fn of(visitor: &Visitor, error: &FieldError) -> Self {
        Self {
            field: error.field.clone(),
            rule: error.message.key.to_owned(),
            detail: visitor.message(&error.message),
        }
    }
}

impl DraftView {
    /// Of a draft with its files and what is missing.
    pub(crate) fn of(visitor: &Visitor, room: &Room, filled: &Filled, missing: &[FieldError]) -> Self {
        let Filled { draft, files, known, package, .. } = filled;
        let reasons = Reasons { visitor, room, package, known };
        let found = known.found(visitor, room, package).into_iter();
        Self {
            id: draft.id.to_string(),
            item: draft.case_type.item.clone(),
            handling: draft.case_type.handling.clone(),
            package_version: draft.case_type.version.clone(),
            division: draft.division.clone(),
            answers: Value::Object(draft.answers.clone()),
            materials: files.iter().map(MaterialView::of).collect(),
            asked: materials_of_applicant(package).map(|m| AskedView::of(&reasons, m, filled)).collect(),
            known: found
                .map(|found| KnownView { path: found.path, what: found.what, which: found.which })
                .collect(),
            missing: missing.iter().map(|error| MissingView::of(visitor, error)).collect(),
            version: draft.version,
            created_at: instant(draft.created_at),
            updated_at: instant(draft.updated_at),
            case: draft.case.map(|case| case.to_string()),
            master_case: draft.master.map(|master| master.to_string()),
            again_of: draft.again_of.map(|case| case.to_string()),
            dropped: draft.dropped.clone(),
        }
    }
}

impl AskedView {
    fn of(reasons: &Reasons<'_>, material: &catalogue::Material, filled: &Filled) -> Self {
        let why_not = asked::why_not(reasons, material, &filled.draft.answers);
        let stand_in = |kind: Kind| {
            let mut all = filled.stand_ins.iter();
            all.find(|stand_in: &&StandIn| stand_in.material == material.id && stand_in.kind == kind)
        };
        let limit = |later: &cases::StatedLimit| crate::start::http::limit(reasons.visitor, &later.within);
        Self {
            material: material.id.clone(),
            name: reasons.visitor.pick(&material.name.zh, &material.name.en).to_owned(),
            wanted: why_not.is_empty(),
            why_not: Some(why_not).filter(|why| !why.is_empty()),
            required: material.is_asked_for(),
            later: material.later.as_ref().map(limit),
            promised: stand_in(Kind::Later).is_some(),
            commitment: material.commitment.is_some(),
            committed_at: stand_in(Kind::Commitment).map(|made| instant(made.made_at)),
        }
    }
}

impl DraftPage {
    /// Of a page of drafts.
    pub fn of(page: Page<DraftSummary>) -> Self {
        let row = |draft: DraftSummary| DraftRow {
            id: draft.id.to_string(),
            item: draft.case_type.item,
            handling: draft.case_type.handling,
            division: draft.division,
            updated_at: instant(draft.updated_at),
        };
        Self {
            items: page.items.into_iter().map(row).collect(),
            next: page.next.map(|next| next.to_string()),
        }
    }
}
