//! The same items for programs (同源发布): one source feeds pages and API.

use axum::Json;
use axum::extract::{Path, Query, State};
use cases::{Effect, StageKind, StatedLimit};
use kernel::{Message, Refusal, Words};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use web::{AppError, Operation};

use crate::find::filter::{Filter, Takers};
use crate::{Clientele, Item, Package, Room};

/// A text in both languages.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ServiceText)]
pub(crate) struct Text {
    /// Simplified Chinese.
    zh: String,
    /// English.
    en: String,
}

impl From<&Words> for Text {
    fn from(words: &Words) -> Self {
        Self { zh: words.zh.clone(), en: words.en.clone() }
    }
}

/// A limit with its basis.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ServiceLimit)]
pub(crate) struct LimitView {
    /// How many.
    amount: u32,
    /// `working-days`, `calendar-days` or `months`.
    unit: String,
    /// Law and article; a promise has none.
    basis: Option<String>,
}

impl From<&StatedLimit> for LimitView {
    fn from(limit: &StatedLimit) -> Self {
        let limit = limit.to_limit();
        Self { amount: limit.amount, unit: limit.unit.as_str().to_owned(), basis: limit.basis }
    }
}

/// An item as a list shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ServiceItemSummary)]
pub(crate) struct ItemSummary {
    /// 基本编码
    code: String,
    /// 业务办理项
    handling: String,
    /// Version of its package.
    version: String,
    /// Name.
    name: Text,
    /// One plain sentence.
    summary: Text,
    /// Codes of the national table of applicants (服务对象).
    audience: Vec<String>,
    /// The promised limit.
    promised: LimitView,
    /// Where the guide is.
    guide: String,
}

impl From<&Package> for ItemSummary {
    fn from(package: &Package) -> Self {
        let item = &package.item;
        Self {
            code: item.code.clone(),
            handling: item.handling.clone(),
            version: item.version.clone(),
            name: (&item.name).into(),
            summary: (&item.summary).into(),
            audience: item.audience.iter().map(|kind| kind.code().to_owned()).collect(),
            promised: (&item.limits.promised).into(),
            guide: format!("/items/{}/{}", item.code, item.handling),
        }
    }
}

/// A page of items.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ServiceItemPage)]
pub(crate) struct ItemPage {
    /// Best first when something was searched for, else by code.
    items: Vec<ItemSummary>,
    /// Give it as `cursor` to go on; missing on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    next: Option<String>,
}

/// What is known of one item.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ServiceItem)]
pub(crate) struct ItemView {
    /// What the lists show.
    #[serde(flatten)]
    item: ItemSummary,
    /// The whole guide, as in `item.yaml` of the package.
    #[schema(value_type = Object)]
    elements: Item,
    /// The form as JSON Schema 2020-12.
    #[schema(value_type = Object)]
    form: Value,
    /// Its process.
    process: ProcessView,
    /// That nobody can ask for it at the moment (暂停).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    suspended: Option<SuspensionView>,
}

/// A suspension.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ServiceSuspension)]
pub(crate) struct SuspensionView {
    /// Since when, RFC 3339.
    since: String,
    /// Why.
    word: String,
    /// The last day, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    until: Option<String>,
}

/// The process of an item.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ServiceProcess)]
pub(crate) struct ProcessView {
    /// Within which limit an application is accepted.
    acceptance: LimitView,
    /// How long the applicant has for a correction.
    correction: LimitView,
    /// What follows, in order.
    stages: Vec<StageView>,
    /// Documents when it is granted.
    granted: Vec<DocumentView>,
    /// Documents when it is refused.
    refused: Vec<DocumentView>,
}

/// One stage.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ServiceStage)]
pub(crate) struct StageView {
    /// Its id.
    id: String,
    /// `review`, `public-notice` or `decision`.
    kind: String,
    /// Its name.
    name: Text,
    /// Whether it is left out in some cases.
    conditional: bool,
    /// How long a public notice hangs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    lasts: Option<LimitView>,
    /// Reviews that run side by side.
    branches: Vec<BranchView>,
}

/// One of several reviews.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ServiceBranch)]
pub(crate) struct BranchView {
    /// Its id.
    id: String,
    /// Its name.
    name: Text,
    /// Its own limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    limit: Option<LimitView>,
    /// Whether the stage may end without it.
    optional: bool,
    /// Whether it is left out in some cases.
    conditional: bool,
}

/// A document that comes out.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ServiceDocument)]
pub(crate) struct DocumentView {
    /// Its id.
    id: String,
    /// Its name.
    name: Text,
}

/// What the list takes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
pub(crate) struct ListQuery {
    /// Everyday words, a name or a code.
    q: String,
    /// `people`, `organisations`, or a code of the national table of applicants.
    audience: String,
    /// Id of an event of a life or of an organisation (`GET /api/v1/choices` lists them).
    topic: String,
    /// Code of a division where it is to be applied for.
    place: String,
    /// The `next` of the page before.
    cursor: String,
    /// Items on a page, 1 to 100; 50 unless told.
    #[param(value_type = Option<usize>)]
    limit: String,
}

pub(crate) fn list_operation() -> Operation {
    Operation::new("listItems", "Service items that are offered")
        .description("Searches by everyday words; without words all items are listed.")
        .tag("items")
        .query::<ListQuery>()
        .returns::<ItemPage>(200, "a page of items")
}

pub(crate) async fn list(
    State(room): State<Room>,
    Query(asked): Query<ListQuery>,
) -> Result<Json<ItemPage>, AppError> {
    let wrong = |field: &str, key: &'static str| AppError(Refusal::field(field, Message::new(key)));
    let clientele =
        Clientele::parse(&asked.audience).ok_or_else(|| wrong("audience", "catalogue-api-audience"))?;
    let limit = match asked.limit.as_str() {
        "" => 50,
        text => text
            .parse()
            .ok()
            .filter(|limit| (1..=100).contains(limit))
            .ok_or_else(|| wrong("limit", "catalogue-api-limit"))?,
    };
    let mut found = room.library().search(&asked.q, clientele);
    let topic = room.topics.iter().find(|topic| topic.id == asked.topic);
    if topic.is_none() && !asked.topic.is_empty() {
        return Err(wrong("topic", "catalogue-api-topic"));
    }
    if !asked.place.is_empty() && codes::divisions::find(&asked.place).is_none() {
        return Err(wrong("place", "catalogue-api-place"));
    }
    let filter = Filter { clientele, kind: "", topic, place: &asked.place };
    let bodies = room.bodies();
    let mut takers = Takers::new(&bodies);
    // Bundles have a list of their own.
    found.retain(|package| !package.is_bundle() && filter.wants(package, &mut takers));
    let start = match asked.cursor.split_once('-') {
        None if asked.cursor.is_empty() => 0,
        Some((code, handling)) => found
            .iter()
            .position(|package| package.item.code == code && package.item.handling == handling)
            .map(|last| last + 1)
            .ok_or_else(|| wrong("cursor", "catalogue-api-cursor"))?,
        None => return Err(wrong("cursor", "catalogue-api-cursor")),
    };
    let page = &found[start..found.len().min(start + limit)];
    let is_last = start + page.len() >= found.len();
    let next =
        page.last().filter(|_| !is_last).map(|last| format!("{}-{}", last.item.code, last.item.handling));
    Ok(Json(ItemPage { items: page.iter().map(|package| (&**package).into()).collect(), next }))
}

pub(crate) fn get_operation() -> Operation {
    Operation::new("getItem", "One service item")
        .description("The whole guide, the form as JSON Schema, and the process.")
        .tag("items")
        .path_param("code", "基本编码, 12 characters")
        .path_param("handling", "业务办理项, two digits")
        .returns::<ItemView>(200, "the item")
}

pub(crate) async fn get(
    State(room): State<Room>,
    Path((code, handling)): Path<(String, String)>,
) -> Result<Json<ItemView>, AppError> {
    let library = room.library();
    let package = library.current(&code, &handling).ok_or(AppError(Refusal::NotFound))?;
    let suspended = library.suspended(&code, &handling).map(|turn| SuspensionView {
        since: turn.since.to_string(),
        word: turn.word.clone(),
        until: turn.until.map(|day| day.to_string()),
    });
    Ok(Json(ItemView {
        suspended,
        item: (&*package).into(),
        elements: package.item.clone(),
        form: package.form.schema().clone(),
        process: process(&package),
    }))
}

fn process(package: &Package) -> ProcessView {
    let process = package.process();
    let documents = |effects: &[Effect]| {
        let documents = effects.iter().filter_map(|effect| package.documents.find(effect.issues()?));
        let view = documents.map(|document| DocumentView {
            id: document.id.as_str().to_owned(),
            name: Text { zh: document.name.zh.clone(), en: document.name.en.clone() },
        });
        view.collect()
    };
    ProcessView {
        acceptance: (&process.acceptance.limit).into(),
        correction: (&process.correction.limit).into(),
        stages: process.stages.iter().map(stage).collect(),
        granted: documents(&process.effects.granted),
        refused: documents(&process.effects.refused),
    }
}

fn stage(stage: &cases::Stage) -> StageView {
    let (kind, lasts) = match &stage.kind {
        StageKind::Review { .. } => ("review", None),
        StageKind::Levels { .. } => ("levels", None),
        StageKind::Countersign { .. } => ("countersign", None),
        StageKind::Survey { .. } => ("survey", None),
        StageKind::Panel { .. } => ("panel", None),
        StageKind::Special { .. } => ("special", None),
        StageKind::Hearing { .. } => ("hearing", None),
        StageKind::PublicNotice { lasts, .. } => ("public-notice", Some(lasts.into())),
        StageKind::Decision { .. } => ("decision", None),
    };
    let branches = stage.branches().iter().map(branch).collect();
    let (id, name) = (stage.id.clone(), (&stage.name).into());
    StageView { id, kind: kind.to_owned(), name, conditional: stage.when.is_some(), lasts, branches }
}

fn branch(branch: &cases::Branch) -> BranchView {
    BranchView {
        id: branch.id.clone(),
        name: (&branch.name).into(),
        limit: branch.limit.as_ref().map(LimitView::from),
        optional: branch.optional,
        conditional: branch.when.is_some(),
    }
}
