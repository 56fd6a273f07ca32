//! Turns a refusal into a page in the visitor's language, or into a problem document for the API.

use std::sync::Arc;

use askama::Template;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, LOCATION, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use kernel::{Message, Refusal};

use crate::error::StalePage;
use crate::layers::RequestId;
use crate::openapi::{Problem, ProblemField};
use crate::shell::encode;
use crate::site::{RETRY_SECONDS, retry_after};
use crate::{Shell, Site, Visitor};

/// The kinds of problem, in the order in which the API page explains them.
pub(crate) const KINDS: [&str; 14] = [
    "malformed",
    "unauthenticated",
    "forbidden",
    "level",
    "stale",
    "not-found",
    "method",
    "conflict",
    "too-large",
    "unsupported",
    "invalid",
    "too-many",
    "internal",
    "unavailable",
];

/// What went wrong, ready to be said.
struct Fault {
    kind: &'static str,
    status: StatusCode,
    refusal: Option<Arc<Refusal>>,
}

/// The outer layer that writes every error (RFC 9457 for `/api/…`).
pub(crate) async fn render_errors(State(site): State<Site>, request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().map_or_else(String::new, |id| id.0.clone());
    let stranger = Visitor::stranger(&site, request.method(), request.uri(), request.headers(), id);
    let method = request.method().clone();
    let mut response = next.run(request).await;
    let Some(fault) = fault(&response) else { return response };
    let visitor = response.extensions_mut().remove::<Visitor>().unwrap_or(stranger);
    log(&fault, &visitor);
    add_headers(&mut response, &fault);
    if visitor.path.starts_with("/api/") {
        write_problem(&mut response, &fault, &visitor);
    } else if fault.kind == "unauthenticated" {
        send_to_sign_in(&mut response, &method, &visitor);
    } else if let Some(Refusal::LevelNeeded(level)) = fault.refusal.as_deref() {
        // Forms that ask for a level are shown at the address that they are sent to.
        let next = encode(&visitor.back);
        lead_to(&mut response, &format!("/account/prove?wanted={level}&next={next}"));
    } else {
        write_page(&mut response, &fault, &visitor);
    }
    response
}

/// An answer is written anew when a refusal lies in it, or when nobody has written one for readers: axum's own
/// refusals are bare words. A page that a handler wrote for its 422 stays.
fn fault(response: &Response) -> Option<Fault> {
    let status = response.status();
    if status.as_u16() < 400 {
        return None;
    }
    let refusal = response.extensions().get::<Arc<Refusal>>().cloned();
    let is_stale = response.extensions().get::<StalePage>().is_some();
    let written =
        response.headers().get(CONTENT_TYPE).is_some_and(|kind| !kind.as_bytes().starts_with(b"text/plain"));
    if refusal.is_none() && !is_stale && written {
        return None;
    }
    let kind = match refusal.as_deref() {
        Some(refusal) => kind_of(refusal),
        None if is_stale => "stale",
        None => kind_of_status(status),
    };
    Some(Fault { kind, status, refusal })
}

fn kind_of(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::NotFound => "not-found",
        Refusal::Unauthenticated => "unauthenticated",
        Refusal::Forbidden | Refusal::Outside(_) => "forbidden",
        Refusal::LevelNeeded(_) => "level",
        Refusal::Conflict(_) => "conflict",
        Refusal::Invalid(_) => "invalid",
        Refusal::Malformed(_) => "malformed",
        Refusal::TooLarge(_) => "too-large",
        Refusal::Unsupported(_) => "unsupported",
        Refusal::TooMany(_) => "too-many",
        Refusal::Unavailable => "unavailable",
        Refusal::Internal(_) => "internal",
    }
}

fn kind_of_status(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "unauthenticated",
        403 => "forbidden",
        404 | 410 => "not-found",
        405 => "method",
        409 => "conflict",
        413 => "too-large",
        415 => "unsupported",
        429 => "too-many",
        400..=499 => "malformed",
        502..=504 => "unavailable",
        _ => "internal",
    }
}

/// The whole chain of a fault of ours, once, with the name that the visitor sees.
fn log(fault: &Fault, visitor: &Visitor) {
    let request_id = visitor.request_id.as_str();
    match fault.refusal.as_deref() {
        Some(Refusal::Internal(error)) => {
            let mut chain = error.to_string();
            let mut next = error.source();
            while let Some(cause) = next {
                chain = format!("{chain}: {cause}");
                next = cause.source();
            }
            tracing::error!(request_id, error = %chain, "internal fault");
        }
        Some(refusal) => tracing::debug!(request_id, %refusal, "refused"),
        None => tracing::debug!(request_id, status = fault.status.as_u16(), "refused"),
    }
}

fn add_headers(response: &mut Response, fault: &Fault) {
    match fault.refusal.as_deref() {
        Some(Refusal::TooMany(seconds)) => retry_after(response, *seconds),
        Some(Refusal::Unavailable) => retry_after(response, RETRY_SECONDS),
        Some(_) | None => {}
    }
    let headers = response.headers_mut();
    headers.remove(CONTENT_LENGTH);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

impl Fault {
    fn title(&self, visitor: &Visitor) -> String {
        visitor.t(&format!("web-problem-{}-title", self.kind))
    }

    fn detail(&self, visitor: &Visitor) -> String {
        match self.refusal.as_deref() {
            Some(
                Refusal::Conflict(message)
                | Refusal::Outside(message)
                | Refusal::Malformed(message)
                | Refusal::Unsupported(message),
            ) => visitor.message(message),
            Some(Refusal::TooLarge(bytes)) if *bytes >= 1024 => {
                visitor.t1("web-problem-too-large-limit", "size", file_size(*bytes))
            }
            Some(Refusal::LevelNeeded(level)) => visitor.t1("web-problem-level-needed", "level", level),
            Some(Refusal::TooMany(seconds)) => {
                visitor.t1("web-problem-too-many-wait", "minutes", seconds.div_ceil(60))
            }
            Some(_) | None => visitor.t(&format!("web-problem-{}-detail", self.kind)),
        }
    }

    fn fields(&self, visitor: &Visitor) -> Vec<ProblemField> {
        let Some(Refusal::Invalid(errors)) = self.refusal.as_deref() else { return Vec::new() };
        let one = |field: &str, message: &Message| ProblemField {
            field: field.to_owned(),
            rule: message.key.to_owned(),
            detail: visitor.message(message),
        };
        errors.iter().map(|error| one(&error.field, &error.message)).collect()
    }
}

/// A size in the unit that a person would use.
pub(crate) fn file_size(bytes: u64) -> String {
    if bytes >= 1024 * 1024 {
        format!("{} MB", bytes / (1024 * 1024))
    } else {
        format!("{} KB", bytes.div_ceil(1024))
    }
}

fn write_problem(response: &mut Response, fault: &Fault, visitor: &Visitor) {
    let problem = Problem {
        kind: format!("/api#problem-{}", fault.kind),
        title: fault.title(visitor),
        status: fault.status.as_u16(),
        detail: fault.detail(visitor),
        instance: visitor.path.clone(),
        request_id: visitor.request_id.clone(),
        errors: fault.fields(visitor),
    };
    if fault.status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    *response.body_mut() = Body::from(serde_json::to_vec(&problem).unwrap_or_default());
}

fn send_to_sign_in(response: &mut Response, method: &Method, visitor: &Visitor) {
    let below = |top: &str| {
        visitor.path.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let is_staff = ["/desk", "/staff", "/admin"].into_iter().any(below);
    let door = if is_staff { "/staff/sign-in" } else { "/sign-in" };
    // What was sent is gone after the sign-in, so only a page that was being read is worth coming back to.
    let next = if method.is_safe() { format!("?next={}", encode(&visitor.back)) } else { String::new() };
    lead_to(response, &format!("{door}{next}"));
}

fn lead_to(response: &mut Response, address: &str) {
    *response.status_mut() = StatusCode::SEE_OTHER;
    if let Ok(location) = HeaderValue::try_from(address) {
        response.headers_mut().insert(LOCATION, location);
    }
    response.headers_mut().remove(CONTENT_TYPE);
    *response.body_mut() = Body::empty();
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    shell: Shell,
    detail: String,
    next: String,
    fields: Vec<ProblemField>,
    /// There is nothing here: ways to what there is are offered.
    is_missing: bool,
}

fn write_page(response: &mut Response, fault: &Fault, visitor: &Visitor) {
    let page = ErrorPage {
        shell: Shell::new(visitor, fault.title(visitor)),
        detail: fault.detail(visitor),
        next: visitor.t(&format!("web-problem-{}-next", fault.kind)),
        fields: fault.fields(visitor),
        is_missing: fault.kind == "not-found",
    };
    let html = page.render().unwrap_or_else(|error| {
        tracing::error!(%error, "error page cannot be rendered");
        format!("{} {}", page.shell.title, visitor.request_id)
    });
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    *response.body_mut() = Body::from(html);
}

#[cfg(test)]
mod tests;
