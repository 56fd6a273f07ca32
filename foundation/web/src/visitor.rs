//! Who looks at the page, in which language, at what time.

use std::borrow::Borrow;
use std::fmt::Display;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, SET_COOKIE, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::civil::{Date, Weekday};
use kernel::{Actor, Message, Refusal, SessionId, Timestamp, Words, china_date};

use crate::layers::{RequestId, random_hex};
use crate::{AppError, Catalogue, Lang, Site, cookie};

/// What identity's layer knows of the visitor, put into the request's extensions. It is missing for a stranger.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who it is.
    pub actor: Actor,
    /// The visit; a bearer token has none.
    pub session: Option<SessionId>,
    /// The token that every form of this visit must carry; empty for a bearer token, which sends no forms.
    pub csrf: String,
}

/// How many messages the visitor has not read, put into the request's extensions by the room that keeps them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Unread(pub u32);

/// Where the visitor wants things done (办事地点), put into the request's extensions by the room that lets them choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The division's code, 4 to 12 digits.
    pub code: String,
    /// Its name as the header shows it; the names have no official English form.
    pub name: String,
}

/// In which post somebody of staff acts (任职), put into the request's extensions by the room that keeps posts; nothing
/// where they hold only one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Post(pub Option<Arc<Words>>);

/// What is told on every page for a while (全站公告), put into the request's extensions by the room that keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Banner(pub Arc<Words>);

/// How the pages are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// Large type (适老模式), cookie `type=large`.
    pub large: bool,
    /// The demonstration banner (演示环境).
    pub demo: bool,
}

/// Whoever looks at a page or calls the API (访问者).
#[derive(Debug, Clone)]
pub struct Visitor {
    /// On whose behalf things are done.
    pub actor: Actor,
    /// The token that every form must carry in its field `_csrf`.
    pub csrf: String,
    /// The language.
    pub lang: Lang,
    /// The request's name in the log.
    pub request_id: String,
    /// The visit, if signed in.
    pub session: Option<SessionId>,
    /// Every sentence.
    pub texts: Arc<Catalogue>,
    /// The path, without the query.
    pub path: String,
    /// The address to come back to after a change of language or a sign-in: path and query of a page that was read.
    pub back: String,
    /// When the request came.
    pub now: Timestamp,
    /// How the pages are shown.
    pub look: Look,
    /// Messages not read yet, for the header.
    pub unread: Unread,
    /// In which post they act, if they hold several.
    pub post: Post,
    /// Where they want things done, if they said.
    pub place: Option<Place>,
    /// What every page tells at the moment.
    pub banner: Option<Banner>,
}

/// For the access log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ActorKind(pub(crate) &'static str);

fn kind(actor: &Actor) -> ActorKind {
    ActorKind(match actor {
        Actor::Anonymous => "anonymous",
        Actor::Person(_) => "person",
        Actor::Staff(_) => "staff",
        Actor::System => "system",
    })
}

impl Visitor {
    /// A stranger as the request's own lines describe them.
    pub(crate) fn stranger(site: &Site, method: &Method, uri: &Uri, headers: &HeaderMap, id: String) -> Self {
        let path = uri.path().to_owned();
        let back = match uri.query() {
            Some(query) if method.is_safe() => format!("{path}?{query}"),
            Some(_) | None => path.clone(),
        };
        Self {
            actor: Actor::Anonymous,
            csrf: String::new(),
            lang: Lang::of(headers),
            request_id: id,
            session: None,
            texts: Arc::clone(&site.texts),
            path,
            back,
            now: (site.clock)(),
            look: Look { large: cookie::read(headers, "type") == Some("large"), demo: site.config.demo },
            unread: Unread::default(),
            post: Post::default(),
            place: None,
            banner: None,
        }
    }

    /// The sentence of a key.
    pub fn t(&self, key: &str) -> String {
        self.texts.get(self.lang, key)
    }

    /// The sentence of a key with one value.
    pub fn t1(&self, key: &str, name: &str, value: impl Display) -> String {
        self.texts.format(self.lang, key, &[(name, value.to_string())])
    }

    /// The sentence of a key with two values.
    pub fn t2(
        &self,
        key: &str,
        name: &str,
        value: impl Display,
        name2: &str,
        value2: impl Display,
    ) -> String {
        self.texts.format(self.lang, key, &[(name, value.to_string()), (name2, value2.to_string())])
    }

    /// The sentence of a key with three values.
    #[expect(clippy::too_many_arguments, reason = "templates read best with names and values in one line")]
    pub fn t3(
        &self,
        key: &str,
        name: &str,
        value: impl Display,
        name2: &str,
        value2: impl Display,
        name3: &str,
        value3: impl Display,
    ) -> String {
        let values = [(name, value.to_string()), (name2, value2.to_string()), (name3, value3.to_string())];
        self.texts.format(self.lang, key, &values)
    }

    /// A message of a command, said in the visitor's language.
    pub fn message(&self, message: &Message) -> String {
        self.texts.format(self.lang, message.key, &message.args)
    }

    /// The text in the visitor's language, of two that data bring along; an empty one gives way to the other.
    pub fn pick<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        let (first, second) = match self.lang {
            Lang::ZhCn => (zh, en),
            Lang::En => (en, zh),
        };
        if first.is_empty() { second } else { first }
    }

    /// A civil day (by value, or by reference as templates pass it) with its weekday: 2026年10月9日 星期五, or Fri 9 Oct 2026.
    pub fn date(&self, day: impl Borrow<Date>) -> String {
        let day = day.borrow();
        match self.lang {
            Lang::ZhCn => {
                format!("{}年{}月{}日 {}", day.year(), day.month(), day.day(), chinese_weekday(day.weekday()))
            }
            Lang::En => day.strftime("%a %-d %b %Y").to_string(),
        }
    }

    /// An instant in China time, to the minute (GB/T 7408 order in Chinese).
    pub fn datetime(&self, at: impl Borrow<Timestamp>) -> String {
        let civil = at.borrow().to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8))).datetime();
        match self.lang {
            Lang::ZhCn => civil.strftime("%Y年%-m月%-d日 %H:%M").to_string(),
            Lang::En => civil.strftime("%-d %b %Y, %H:%M").to_string(),
        }
    }

    /// The civil day in China on which the request came.
    pub fn today(&self) -> Date {
        china_date(self.now)
    }
}

fn chinese_weekday(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "星期一",
        Weekday::Tuesday => "星期二",
        Weekday::Wednesday => "星期三",
        Weekday::Thursday => "星期四",
        Weekday::Friday => "星期五",
        Weekday::Saturday => "星期六",
        Weekday::Sunday => "星期日",
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the visitor layer is not around this route")]
struct NoVisitor;

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, AppError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| AppError(Refusal::internal(NoVisitor)))
    }
}

/// The name of the cookie that holds a stranger's form token. The `__Host-` prefix keeps other hosts of the same
/// domain from setting it; browsers accept it over https only.
fn pre_session_cookie(secure: bool) -> &'static str {
    if secure { "__Host-pre" } else { "pre" }
}

/// Builds the visitor, and afterwards says how long the answer may be kept.
pub(crate) async fn attach(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().map_or_else(String::new, |id| id.0.clone());
    let mut visitor = Visitor::stranger(&site, request.method(), request.uri(), request.headers(), id);
    visitor.place = request.extensions().get::<Place>().cloned();
    visitor.banner = request.extensions().get::<Banner>().cloned();
    let mut new_cookie = None;
    if let Some(signed_in) = request.extensions().get::<SignedIn>().cloned() {
        visitor.actor = signed_in.actor;
        visitor.session = signed_in.session;
        visitor.csrf = signed_in.csrf;
        visitor.post = request.extensions().get::<Post>().cloned().unwrap_or_default();
        visitor.unread = request.extensions().get::<Unread>().copied().unwrap_or_default();
    } else {
        let name = pre_session_cookie(site.config.secure_cookies);
        match cookie::read(request.headers(), name).filter(|value| value.len() == 64) {
            Some(token) => token.clone_into(&mut visitor.csrf),
            None => match random_hex::<32>() {
                Ok(token) => {
                    new_cookie = cookie::set(name, &token, None, site.config.secure_cookies);
                    visitor.csrf = token;
                }
                Err(error) => return AppError(Refusal::internal(error)).into_response(),
            },
        }
    }
    let kept = visitor.clone();
    request.extensions_mut().insert(visitor);
    let mut response = next.run(request).await;
    response.extensions_mut().insert(kind(&kept.actor));
    finish(&mut response, &kept, new_cookie);
    if response.status().as_u16() >= 400 {
        response.extensions_mut().insert(kept);
    }
    response
}

fn finish(response: &mut Response, visitor: &Visitor, new_cookie: Option<HeaderValue>) {
    let is_page =
        response.headers().get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    let headers = response.headers_mut();
    let signed_in = visitor.actor != Actor::Anonymous;
    if is_page {
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(visitor.lang.tag()));
        headers.append(VARY, HeaderValue::from_static("Cookie, Accept-Language"));
        if let Some(value) = new_cookie {
            headers.append(SET_COOKIE, value);
        }
    }
    if !headers.contains_key(CACHE_CONTROL) {
        if signed_in {
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        } else if is_page {
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        }
    }
}

#[cfg(test)]
mod tests;
