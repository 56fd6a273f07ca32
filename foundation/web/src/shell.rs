//! The frame around every page.

use std::ops::Deref;

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use kernel::{Actor, Refusal, Role};

use crate::{AppError, Lang, Visitor, assets};

/// A step on the way from the home page to this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crumb {
    /// What it is called.
    pub text: String,
    /// Where it is.
    pub href: String,
}

/// A link of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NavLink {
    /// Where it leads.
    pub href: &'static str,
    /// Key of its words.
    pub key: &'static str,
}

const fn link(href: &'static str, key: &'static str) -> NavLink {
    NavLink { href, key }
}

const STRANGER_NAV: &[NavLink] = &[
    link("/", "web-home"),
    link("/people", "web-people"),
    link("/organisations", "web-organisations"),
    link("/search", "web-search"),
    link("/progress", "web-progress"),
    link("/check", "web-check"),
];
const PERSON_NAV: &[NavLink] = &[
    link("/", "web-home"),
    link("/search", "web-search"),
    link("/my", "web-my"),
    link("/my/licences", "web-my-licences"),
    link("/check", "web-check"),
];
/// Of a person who acts for an organisation.
const HAT_NAV: &[NavLink] = &[
    link("/", "web-home"),
    link("/search", "web-search"),
    link("/org", "web-org"),
    link("/my", "web-my"),
    link("/my/licences", "web-my-licences"),
    link("/check", "web-check"),
];
/// Of who reviews and decides: they look at licences too.
const HANDLING_NAV: &[NavLink] = &[
    link("/desk", "web-desk"),
    link("/desk/licences", "web-scan"),
    link("/search", "web-search"),
    link("/check", "web-check"),
];
const STAFF_NAV: &[NavLink] =
    &[link("/desk", "web-desk"), link("/search", "web-search"), link("/check", "web-check")];
/// Of who accepts applications, at a counter too.
const COUNTER_NAV: &[NavLink] = &[
    link("/desk", "web-desk"),
    link("/desk/counter", "web-counter"),
    link("/desk/licences", "web-scan"),
    link("/search", "web-search"),
    link("/check", "web-check"),
];
const ADMIN_NAV: &[NavLink] = &[
    link("/desk", "web-desk"),
    link("/admin/staff", "web-staff"),
    link("/admin/calendars", "web-calendars"),
    link("/admin/seals", "web-seals"),
    link("/admin/outbox", "web-outbox"),
    link("/admin/clients", "web-clients"),
    link("/admin/keys", "web-keys"),
    link("/admin/acts", "web-acts"),
    link("/desk/news", "web-news"),
    link("/admin/site-notice", "web-banner"),
    link("/search", "web-search"),
    link("/check", "web-check"),
];

const CATALOGUE_NAV: &[NavLink] = &[
    link("/desk", "web-desk"),
    link("/desk/catalogue", "web-catalogue"),
    link("/search", "web-search"),
    link("/check", "web-check"),
];

/// Of the auditor: everything that they read.
const AUDIT_NAV: &[NavLink] = &[
    link("/desk", "web-desk"),
    link("/admin/acts", "web-acts"),
    link("/admin/staff", "web-staff"),
    link("/desk/looks", "web-looks"),
    link("/admin/keys", "web-keys"),
    link("/admin/clients", "web-clients"),
    link("/admin/seals", "web-seals"),
    link("/search", "web-search"),
    link("/check", "web-check"),
];

/// Where the visitor's name in the navigation leads, and the page that hangs on it.
const BY_NAME: [&str; 6] =
    ["/my/account", "/my/agents", "/my/hat", "/staff/account", "/staff/deputies", "/staff/post"];

/// What every page template holds in its field `shell`; it offers all that a [`Visitor`] offers.
#[derive(Debug, Clone)]
pub struct Shell {
    /// The page's title, also its first heading.
    pub title: String,
    /// The way from the home page, without this page.
    pub crumbs: Vec<Crumb>,
    visitor: Visitor,
}

impl Deref for Shell {
    type Target = Visitor;
    fn deref(&self) -> &Visitor {
        &self.visitor
    }
}

impl Shell {
    /// The frame of a page with this title.
    pub fn new(visitor: &Visitor, title: impl Into<String>) -> Self {
        Self { title: title.into(), crumbs: Vec::new(), visitor: visitor.clone() }
    }

    /// Adds a step of the way here.
    #[must_use]
    pub fn crumb(mut self, text: impl Into<String>, href: impl Into<String>) -> Self {
        self.crumbs.push(Crumb { text: text.into(), href: href.into() });
        self
    }

    /// Whether a member of staff looks at the page.
    pub fn is_staff(&self) -> bool {
        matches!(self.actor, Actor::Staff(_))
    }

    /// Whether a person looks at the page.
    pub fn is_person(&self) -> bool {
        matches!(self.actor, Actor::Person(_))
    }

    /// For whom a person looks at the page (办事身份); empty for themselves.
    pub fn acting_for(&self) -> &str {
        match &self.actor {
            Actor::Person(person) => {
                person.acting_for.as_ref().map_or("", |mandate| mandate.shown_as.as_str())
            }
            Actor::Staff(_) | Actor::Anonymous | Actor::System => "",
        }
    }

    /// Whether a person looks at the page on behalf of another.
    pub fn acts_for_another(&self) -> bool {
        matches!(&self.actor, Actor::Person(person) if person.acting_for.is_some())
    }

    /// How the signed-in visitor is called; empty for a stranger.
    pub fn shown_as(&self) -> &str {
        match &self.actor {
            Actor::Person(person) => &person.shown_as,
            Actor::Staff(staff) => &staff.shown_as,
            Actor::Anonymous | Actor::System => "",
        }
    }

    /// The links of the navigation for this kind of visitor.
    pub fn nav(&self) -> &'static [NavLink] {
        match &self.actor {
            Actor::Staff(staff) if staff.roles.contains(&Role::Administration) => ADMIN_NAV,
            Actor::Staff(staff) if staff.roles.contains(&Role::Catalogue) => CATALOGUE_NAV,
            Actor::Staff(staff) if staff.roles.contains(&Role::Audit) => AUDIT_NAV,
            Actor::Staff(staff) if staff.roles.contains(&Role::Acceptance) => COUNTER_NAV,
            Actor::Staff(staff)
                if staff.roles.contains(&Role::Review) || staff.roles.contains(&Role::Decision) =>
            {
                HANDLING_NAV
            }
            Actor::Staff(_) => STAFF_NAV,
            Actor::Person(person) if person.legal_person().is_some() => HAT_NAV,
            Actor::Person(_) => PERSON_NAV,
            Actor::Anonymous | Actor::System => STRANGER_NAV,
        }
    }

    /// The number beside the link to the messages; empty when all are read.
    pub fn unread_shown(&self) -> String {
        match self.unread.0 {
            0 => String::new(),
            few @ 1..=99 => few.to_string(),
            _ => "99+".into(),
        }
    }

    /// The languages in which this page is not shown at the moment.
    pub fn other_langs(&self) -> impl Iterator<Item = Lang> {
        let own = self.lang;
        Lang::ALL.into_iter().filter(move |lang| *lang != own)
    }

    /// The word for the state of a step, for those who cannot see its mark.
    pub fn step_word(&self, state: &str) -> String {
        self.t(match state {
            "done" => "web-step-done",
            "now" => "web-step-now",
            _ => "web-step-ahead",
        })
    }

    /// The icon's address; it changes with its content.
    pub fn icon_href(&self) -> &'static str {
        assets::icon_href()
    }

    /// Whether this page lies at or below an address of the navigation, and not below a closer one: `/my/licences` is
    /// not marked under `/my`.
    pub fn is_at(&self, href: &str) -> bool {
        let below = |rest: &str| rest.is_empty() || rest.starts_with('/');
        let covers = |href: &str| {
            self.path == href || (href != "/" && self.path.strip_prefix(href).is_some_and(below))
        };
        let others = self.nav().iter().map(|link| link.href).chain(BY_NAME);
        covers(href) && !others.into_iter().any(|other| other.len() > href.len() && covers(other))
    }

    /// `/lang?to=…&back=…`: this page in another language.
    pub fn lang_href(&self, to: &str) -> String {
        format!("/lang?to={to}&back={}", encode(&self.back))
    }

    /// `/type?to=…&back=…`: this page in large or normal type.
    pub fn type_href(&self) -> String {
        let to = if self.look.large { "normal" } else { "large" };
        format!("/type?to={to}&back={}", encode(&self.back))
    }

    /// `/place?back=…`: choosing where things are to be done, and back to this page.
    pub fn place_href(&self) -> String {
        if self.path == "/place" { "/place".into() } else { format!("/place?back={}", encode(&self.back)) }
    }

    /// The address to come back to, fit for a query.
    pub fn back_encoded(&self) -> String {
        encode(&self.back)
    }

    /// Where to sign in and come back to this page.
    pub fn sign_in_href(&self) -> String {
        let plain = matches!(self.path.as_str(), "/" | "/sign-in" | "/register" | "/staff/sign-in");
        if plain { "/sign-in".into() } else { format!("/sign-in?next={}", encode(&self.back)) }
    }

    /// The style sheet's address; it changes with its content.
    pub fn css_href(&self) -> &'static str {
        assets::css_href()
    }

    /// The address of a further sheet or script that only some pages need; it changes with its content.
    pub fn asset_href(&self, file: &str) -> &'static str {
        assets::href(file)
    }

    /// The script's address; it changes with its content.
    pub fn js_href(&self) -> &'static str {
        assets::js_href()
    }
}

/// A query value, percent-encoded.
pub fn encode(text: &str) -> String {
    serde_urlencoded::to_string([("", text)]).map_or_else(|_| String::new(), |pair| pair[1..].to_owned())
}

/// A page with status 200.
pub fn page(template: &impl askama::Template) -> Result<Response, AppError> {
    page_with_status(StatusCode::OK, template)
}

/// A page with another status, such as 422 for a form that is shown again with its errors.
pub fn page_with_status(status: StatusCode, template: &impl askama::Template) -> Result<Response, AppError> {
    let html = template.render().map_err(|error| AppError(Refusal::internal(error)))?;
    Ok((status, Html(html)).into_response())
}
