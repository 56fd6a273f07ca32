//! `/bundles/{id}`: one guide for one thing (一件事办事指南), and the same for programs.

use askama::Template;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use kernel::{Refusal, Words};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use web::{AppError, Operation, Shell, Visitor};

use super::{Bundle, Part};
use crate::api::{LimitView, Text};
use crate::guide::here::{Here, windows};
use crate::outline::{OutlineStep, Shape, limit_text};
use crate::picture::{Picture, draw};
use crate::room::pick;
use crate::{Item, Material, Need, Room, Window};

#[derive(Template)]
#[template(path = "bundle/guide.html")]
struct BundlePage<'a> {
    shell: Shell,
    item: &'a Item,
    apply_href: String,
    parts: Vec<PartRow>,
    materials: Vec<MaterialRow>,
    picture: Picture,
    here: Here,
    windows: Vec<&'a Window>,
}

struct PartRow {
    name: String,
    item: String,
    href: String,
    only: String,
    after: String,
    limit: String,
    results: String,
}

struct MaterialRow {
    name: String,
    note: String,
    required: bool,
    /// Whether it is needed depends on the answers.
    depends: bool,
    /// The parts for which it is handed in once.
    of: String,
    files: String,
}

impl BundlePage<'_> {
    fn w<'w>(&self, words: &'w Words) -> &'w str {
        pick(&self.shell, words)
    }

    fn promised(&self) -> String {
        limit_text(&self.shell, &self.item.limits.promised.within)
    }
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let bundle = room.library().bundle(&id).ok_or(AppError(Refusal::NotFound))?;
    let item = &bundle.asked.item;
    let name = pick(&visitor, &item.name).to_owned();
    web::page(&BundlePage {
        apply_href: format!("/apply/{}/{}", item.code, item.handling),
        parts: bundle.parts.iter().map(|part| part_row(&visitor, &bundle, part)).collect(),
        materials: item.materials.iter().map(|material| material_row(&visitor, &bundle, material)).collect(),
        picture: draw(visitor.t1("catalogue-picture-title", "item", &name), &outline(&visitor, &bundle)),
        here: Here::of(&visitor, &room.bodies(), bundle.parts.iter().map(|part| &*part.package)),
        windows: windows(&visitor, &item.windows),
        item,
        shell: Shell::new(&visitor, name).crumb(visitor.t("catalogue-all-title"), "/search"),
    })
}

fn part_row(visitor: &Visitor, bundle: &Bundle, part: &Part) -> PartRow {
    let item = &part.package.item;
    let joined = |names: Vec<&str>| names.join(visitor.pick("、", ", "));
    PartRow {
        name: pick(visitor, &part.name).to_owned(),
        item: pick(visitor, &item.name).to_owned(),
        href: part.package.guide_href(),
        only: part.only.as_ref().map(|only| pick(visitor, only).to_owned()).unwrap_or_default(),
        after: joined(before(visitor, bundle, part)),
        limit: limit_text(visitor, &item.limits.promised.within),
        results: joined(item.results.iter().map(|result| pick(visitor, result)).collect()),
    }
}

fn before<'b>(visitor: &Visitor, bundle: &'b Bundle, part: &Part) -> Vec<&'b str> {
    part.after.iter().filter_map(|id| Some(pick(visitor, &bundle.part(id)?.name))).collect()
}

fn material_row(visitor: &Visitor, bundle: &Bundle, material: &Material) -> MaterialRow {
    let holders = bundle.parts.iter().filter(|part| part.materials.values().any(|id| *id == material.id));
    let of: Vec<&str> = holders.map(|part| pick(visitor, &part.name)).collect();
    let kinds: Vec<String> = material.accepts.iter().map(|kind| kind.as_str().to_uppercase()).collect();
    let kinds = kinds.join(visitor.pick("、", ", "));
    MaterialRow {
        name: pick(visitor, &material.name).to_owned(),
        note: pick(visitor, &material.note).to_owned(),
        required: material.need == Need::Required,
        depends: material.when.is_some(),
        of: of.join(visitor.pick("、", ", ")),
        files: visitor.t2("catalogue-files", "kinds", kinds, "size", material.max_mb),
    }
}

/// The parts as a picture: what runs side by side stands side by side.
fn outline(visitor: &Visitor, bundle: &Bundle) -> Vec<OutlineStep> {
    let step = |part: &&Part| {
        let row = part_row(visitor, bundle, part);
        let mut details = vec![visitor.t1("catalogue-process-within", "limit", row.limit)];
        details.extend((!row.only.is_empty()).then(|| visitor.t1("catalogue-bundle-only", "only", row.only)));
        details.extend(
            (!row.after.is_empty()).then(|| visitor.t1("catalogue-bundle-after", "parts", row.after)),
        );
        OutlineStep { title: row.name, details, branches: Vec::new(), shape: Shape::Work }
    };
    let mut steps = vec![OutlineStep {
        title: visitor.t("catalogue-bundle-once"),
        details: vec![visitor.t("catalogue-bundle-once-how")],
        branches: Vec::new(),
        shape: Shape::Start,
    }];
    for row in bundle.rows() {
        let branches: Vec<OutlineStep> = row.iter().map(step).collect();
        steps.push(match <[OutlineStep; 1]>::try_from(branches) {
            Ok([only]) => only,
            Err(branches) => OutlineStep {
                title: visitor.t("catalogue-bundle-abreast"),
                details: Vec::new(),
                branches,
                shape: Shape::Parallel,
            },
        });
    }
    steps.push(OutlineStep {
        title: visitor.t("catalogue-bundle-results"),
        details: vec![visitor.t1("catalogue-visits-count", "visits", bundle.asked.item.visits)],
        branches: Vec::new(),
        shape: Shape::Decision,
    });
    steps
}

/// A bundle as a list shows it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceBundleSummary)]
pub(crate) struct BundleSummary {
    /// Its id-name.
    bundle: String,
    /// Its version.
    version: String,
    /// Name.
    name: Text,
    /// One plain sentence.
    summary: Text,
    /// What is promised for the whole.
    promised: LimitView,
    /// Where the guide is.
    guide: String,
}

/// The bundles.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceBundleList)]
pub(crate) struct BundleList {
    /// By id.
    items: Vec<BundleSummary>,
}

/// What is known of one bundle.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceBundle)]
pub(crate) struct BundleView {
    /// What the list shows.
    #[serde(flatten)]
    bundle: BundleSummary,
    /// The whole guide with the materials of all parts, each once.
    #[schema(value_type = Object)]
    elements: Item,
    /// The form that asks everything once, as JSON Schema 2020-12.
    #[schema(value_type = Object)]
    form: Value,
    /// The parts.
    parts: Vec<BundlePartView>,
}

/// One part.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceBundlePart)]
pub(crate) struct BundlePartView {
    /// Its id.
    part: String,
    /// Name.
    name: Text,
    /// 基本编码
    item: String,
    /// 业务办理项
    handling: String,
    /// Needed only when this holds over the form; null: always.
    when: Option<String>,
    /// The same in words.
    only: Option<Text>,
    /// Begins when these were granted.
    after: Vec<String>,
    /// Fields of the item, and what they are called in the form of the bundle.
    #[schema(value_type = Object)]
    fields: Value,
    /// The same of materials.
    #[schema(value_type = Object)]
    materials: Value,
    /// Materials that the results of the parts before it stand for.
    given: Vec<String>,
}

impl From<&Bundle> for BundleSummary {
    fn from(bundle: &Bundle) -> Self {
        let item = &bundle.asked.item;
        Self {
            bundle: bundle.id.clone(),
            version: bundle.version.clone(),
            name: (&item.name).into(),
            summary: (&item.summary).into(),
            promised: (&item.limits.promised).into(),
            guide: bundle.asked.guide_href(),
        }
    }
}

impl From<&Part> for BundlePartView {
    fn from(part: &Part) -> Self {
        let reference = &part.package.reference;
        Self {
            part: part.id.clone(),
            name: (&part.name).into(),
            item: reference.item.clone(),
            handling: reference.handling.clone(),
            when: part.when.as_ref().map(|when| when.source().to_owned()),
            only: part.only.as_ref().map(Text::from),
            after: part.after.clone(),
            fields: serde_json::json!(part.fields),
            materials: serde_json::json!(part.materials),
            given: part.given.clone(),
        }
    }
}

/// A node offers few bundles, so the list is whole.
pub(crate) async fn api_list(State(room): State<Room>) -> Json<BundleList> {
    Json(BundleList { items: room.library().bundles().map(|bundle| (&**bundle).into()).collect() })
}

pub(crate) fn list_operation() -> Operation {
    Operation::new("listBundles", "Lists the bundles of items that can be asked for as one thing (一件事).")
        .tag("catalogue")
        .returns::<BundleList>(200, "All bundles.")
}

pub(crate) async fn api_get(
    State(room): State<Room>,
    Path(id): Path<String>,
) -> Result<Json<BundleView>, AppError> {
    let bundle = room.library().bundle(&id).ok_or(AppError(Refusal::NotFound))?;
    Ok(Json(BundleView {
        bundle: (&*bundle).into(),
        elements: bundle.asked.item.clone(),
        form: bundle.asked.form.schema().clone(),
        parts: bundle.parts.iter().map(Into::into).collect(),
    }))
}

pub(crate) fn get_operation() -> Operation {
    Operation::new("getBundle", "Shows one bundle: guide, common form, materials and parts.")
        .description(
            "A draft of it is begun with its id as `item` and `bundle` as `handling`, and handed in as a master case.",
        )
        .tag("catalogue")
        .path_param("id", "The bundle.")
        .returns::<BundleView>(200, "The bundle.")
}
