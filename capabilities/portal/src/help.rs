//! The help page: how things are done here, in the order in which people do them.

use askama::Template;
use axum::response::Response;
use web::{AppError, Shell, Visitor};

/// Headings of the page; each has its sentences under `portal-help-{topic}-1` and so on.
const TOPICS: [Topic; 12] = [
    Topic { id: "find", sentences: 2, href: "/search", link: "web-search" },
    Topic { id: "search", sentences: 2, href: "/sitemap", link: "web-sitemap" },
    Topic { id: "place", sentences: 2, href: "/place", link: "web-place-choose" },
    Topic { id: "apply", sentences: 4, href: "", link: "" },
    Topic { id: "follow", sentences: 2, href: "/my", link: "web-my" },
    Topic { id: "correct", sentences: 3, href: "", link: "" },
    Topic { id: "withdraw", sentences: 2, href: "", link: "" },
    Topic { id: "check", sentences: 2, href: "/check", link: "web-check" },
    Topic { id: "type", sentences: 2, href: "/accessibility", link: "web-accessibility" },
    Topic { id: "keyboard", sentences: 2, href: "", link: "" },
    Topic { id: "privacy", sentences: 1, href: "/privacy", link: "web-privacy" },
    Topic { id: "complain", sentences: 3, href: "", link: "" },
];

struct Topic {
    id: &'static str,
    sentences: usize,
    /// Where it is done; empty when there is no one place.
    href: &'static str,
    link: &'static str,
}

#[derive(Template)]
#[template(path = "help.html")]
struct HelpPage {
    shell: Shell,
    topics: Vec<Section>,
}

struct Section {
    id: &'static str,
    title: String,
    sentences: Vec<String>,
    href: &'static str,
    link: String,
}

pub(crate) async fn show(visitor: Visitor) -> Result<Response, AppError> {
    let section = |topic: &Topic| {
        let key = |part: &str| format!("portal-help-{}-{part}", topic.id);
        Section {
            id: topic.id,
            title: visitor.t(&key("title")),
            sentences: (1..=topic.sentences).map(|number| visitor.t(&key(&number.to_string()))).collect(),
            href: topic.href,
            link: if topic.link.is_empty() { String::new() } else { visitor.t(topic.link) },
        }
    };
    let topics = TOPICS.iter().map(section).collect();
    web::page(&HelpPage { shell: Shell::new(&visitor, visitor.t("web-help")), topics })
}
