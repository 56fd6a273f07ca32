//! `/implementations/{code}`: every element of an implementation, beside the level above and the directory list.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use kernel::Refusal;
use store::Tx;
use web::{AppError, Shell, Visitor, page};

use super::{DIRECTORY, Room, place};
use crate::directory::element::Kind;
use crate::directory::record::{Implementation, above, find_implementation, find_item};
use crate::directory::{ELEMENTS, Element, Elements, ListedMaterial};

/// An element as the three say it.
struct Compared {
    name: String,
    here: String,
    above: String,
    directory: String,
    /// How this one stands to the others: filled in, tightened, inherited, the same.
    how: String,
}

/// A material in words.
struct Paper {
    name: String,
    facts: String,
    /// The directory list does not ask for it.
    is_added: bool,
}

#[derive(Template)]
#[template(path = "directory/pages/implementation.html")]
struct ImplementationPage {
    shell: Shell,
    code: String,
    item: String,
    where_: String,
    body: String,
    since: String,
    /// Address and body of the implementation above; empty for none.
    above_href: String,
    above_body: String,
    rows: Vec<Compared>,
    papers: Vec<Paper>,
    fees: Vec<(String, String)>,
    questions: Vec<(String, String)>,
    intermediaries: Vec<(String, String)>,
}

/// The name of an element for people: Chinese, or the standard's word where the page is English.
pub(super) fn label(visitor: &Visitor, element: &Element) -> String {
    let english = element.name.replace('_', " ");
    visitor.pick(element.zh, &english).to_owned()
}

/// What an element says, in words.
pub(super) fn words(visitor: &Visitor, element: &Element, of: &Elements) -> String {
    let text = element.text(of);
    if text.is_empty() {
        return text;
    }
    match element.kind {
        Kind::Flag => visitor.t(if text == "1" { "directory-yes" } else { "directory-no" }),
        Kind::Code(_) | Kind::Codes(_) => {
            let unknown = element.unknown_codes(of);
            let words = element.words(of);
            if unknown.is_empty() {
                words
            } else {
                visitor.t2("directory-code-kept", "words", words, "codes", unknown.join("、"))
            }
        }
        Kind::Text | Kind::Words | Kind::Number | Kind::Date | Kind::Parts => text,
    }
}

pub(super) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(code): Path<String>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let code = code.trim().to_ascii_uppercase();
    let (found, since) = find_implementation(&mut tx, &code).await?.ok_or(Refusal::NotFound)?;
    let Around { directory, above } = around(&mut tx, &found).await?;
    let elements = &found.elements;
    let none = Elements::default();
    let above_elements = above.as_ref().map_or(&none, |above| &above.elements);
    let whole = elements.over(&directory);
    let title = whole.task_handle_name.clone().or_else(|| whole.task_name.clone());
    let item = found.code.item().to_string();
    page(&ImplementationPage {
        shell: Shell::new(&visitor, title.unwrap_or_else(|| code.clone()))
            .crumb(visitor.t("directory-title"), DIRECTORY)
            .crumb(
                directory.task_name.clone().unwrap_or_else(|| item.clone()),
                format!("{DIRECTORY}/{item}"),
            ),
        where_: place(&found.division),
        body: elements.dept_name.clone().unwrap_or_else(|| found.code.body().to_string()),
        since: visitor.datetime(since),
        above_href: above
            .as_ref()
            .map_or_else(String::new, |above| format!("/implementations/{}", above.key())),
        above_body: above_elements.dept_name.clone().unwrap_or_default(),
        rows: compared(&visitor, elements, above_elements, &directory),
        papers: papers(&visitor, &whole, &directory),
        fees: whole.fees.iter().flatten().map(|fee| (fee.fee_name.clone(), fee.fee_stand.clone())).collect(),
        questions: whole.questions.iter().flatten().map(|q| (q.question.clone(), q.answer.clone())).collect(),
        intermediaries: whole
            .intermediaries
            .iter()
            .flatten()
            .map(|service| (service.service_name.clone(), service.by_law.clone()))
            .collect(),
        code,
        item,
    })
}

/// What an implementation is compared with.
pub(super) struct Around {
    pub(super) directory: Elements,
    pub(super) above: Option<Implementation>,
}

pub(super) async fn around(tx: &mut Tx, found: &Implementation) -> store::Result<Around> {
    let directory =
        find_item(tx, found.code.item().as_str()).await?.map(|(item, _since)| item).unwrap_or_default();
    Ok(Around { directory, above: above(tx, found).await? })
}

fn compared(visitor: &Visitor, here: &Elements, above: &Elements, directory: &Elements) -> Vec<Compared> {
    let row = |element: &Element| {
        if element.kind == Kind::Parts {
            return None;
        }
        let [own, up, item] = [here, above, directory].map(|elements| words(visitor, element, elements));
        if own.is_empty() && up.is_empty() && item.is_empty() {
            return None;
        }
        let how = visitor.t(match (own.is_empty(), item.is_empty()) {
            (true, _) => "directory-how-inherited",
            (false, true) => "directory-how-filled",
            (false, false) if own == item => "directory-how-same",
            (false, false) => "directory-how-tightened",
        });
        Some(Compared { name: label(visitor, element), here: own, above: up, directory: item, how })
    };
    ELEMENTS.iter().filter_map(row).collect()
}

fn papers(visitor: &Visitor, whole: &Elements, directory: &Elements) -> Vec<Paper> {
    let known = |material: &ListedMaterial| {
        let same = |other: &ListedMaterial| other.material_name == material.material_name;
        directory.materials.as_ref().is_none_or(|all| all.iter().any(same))
    };
    let paper = |material: &ListedMaterial| {
        let code = |table: &str, code: &str| match code {
            "" => None,
            code => Some(super::named(visitor, table, code)),
        };
        let facts = [
            code("material_need", &material.is_need),
            code("material_type", &material.material_type),
            code("material_format", &material.material_format),
            code("material_source", &material.source_type),
            (material.free_submission == "1").then(|| visitor.t("directory-free-submission")),
            Some(material.by_law.clone()).filter(|basis| !basis.is_empty()),
        ];
        Paper {
            name: material.material_name.clone(),
            facts: facts.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            is_added: !known(material),
        }
    };
    whole.materials.iter().flatten().map(paper).collect()
}
