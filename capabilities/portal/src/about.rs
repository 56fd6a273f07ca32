//! What the platform says of itself: accessibility (无障碍), privacy (隐私) and what it is. Every sentence stands in the
//! catalogue of messages and must be true of this program.

use askama::Template;
use axum::response::Response;
use web::{AppError, Shell, Visitor};

/// A chapter: sentences under `portal-{page}-{id}-1` and so on.
type Chapter = (&'static str, usize);

const ACCESSIBILITY: [Chapter; 4] = [("aim", 2), ("done", 6), ("not", 5), ("tell", 2)];
const PRIVACY: [Chapter; 5] = [("kept", 4), ("cookies", 5), ("who", 3), ("rights", 3), ("not", 2)];
const ABOUT: [Chapter; 3] = [("what", 3), ("check", 2), ("install", 2)];

#[derive(Template)]
#[template(path = "about.html")]
struct AboutPage {
    shell: Shell,
    lead: String,
    chapters: Vec<(String, Vec<String>)>,
}

fn show(visitor: &Visitor, page: &str, title: &str, chapters: &[Chapter]) -> Result<Response, AppError> {
    let chapter = |(id, count): &Chapter| {
        let key = |part: &str| format!("portal-{page}-{id}-{part}");
        let sentences = (1..=*count).map(|number| visitor.t(&key(&number.to_string())));
        (visitor.t(&key("title")), sentences.collect())
    };
    web::page(&AboutPage {
        lead: visitor.t(&format!("portal-{page}-lead")),
        chapters: chapters.iter().map(chapter).collect(),
        shell: Shell::new(visitor, visitor.t(title)),
    })
}

pub(crate) async fn accessibility(visitor: Visitor) -> Result<Response, AppError> {
    show(&visitor, "accessibility", "web-accessibility", &ACCESSIBILITY)
}

pub(crate) async fn privacy(visitor: Visitor) -> Result<Response, AppError> {
    show(&visitor, "privacy", "web-privacy", &PRIVACY)
}

pub(crate) async fn about(visitor: Visitor) -> Result<Response, AppError> {
    show(&visitor, "about", "web-about", &ABOUT)
}
