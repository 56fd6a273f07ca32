//! Routes, each with its permission.

use axum::Router;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, Method};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use kernel::{Actor, Permission};

use crate::csrf::is_cross_site;
use crate::error::StalePage;
use crate::{AppError, Operation, Visitor};

/// What a route is for.
#[derive(Debug, Clone)]
pub enum RouteKind {
    /// A page for people.
    Page,
    /// A JSON endpoint, with its description.
    Api(Box<Operation>),
}

/// A route as the list of routes shows it.
#[derive(Debug, Clone)]
pub struct RouteSpec {
    /// The method.
    pub method: Method,
    /// The path with its parameters in braces.
    pub path: String,
    /// Who may.
    pub permission: Permission,
    /// Page or endpoint.
    pub kind: RouteKind,
}

/// Routes that are being collected. There is no way to add one without a permission.
#[derive(Debug)]
pub struct Routes<S = ()> {
    router: Router<S>,
    specs: Vec<RouteSpec>,
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// No routes yet.
    pub fn new() -> Self {
        Self { router: Router::new(), specs: Vec::new() }
    }

    /// Adds a page. Changing methods are refused when the browser says that another site sent them.
    #[must_use]
    pub fn page<H, T>(self, method: Method, path: &str, permission: Permission, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.add(RouteSpec { method, path: path.to_owned(), permission, kind: RouteKind::Page }, handler)
    }

    /// Adds an endpoint. Only a bearer token signs in here, so a browser's cookie can do no harm.
    #[must_use]
    pub fn api<H, T>(
        self,
        method: Method,
        path: &str,
        permission: Permission,
        handler: H,
        op: Operation,
    ) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        let kind = RouteKind::Api(Box::new(op));
        self.add(RouteSpec { method, path: path.to_owned(), permission, kind }, handler)
    }

    fn add<H, T>(mut self, spec: RouteSpec, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.refuse_twin(&spec);
        let filter = MethodFilter::try_from(spec.method.clone())
            .unwrap_or_else(|_other| panic!("{} has no routes", spec.method));
        let guard = Guard { permission: spec.permission, is_page: matches!(spec.kind, RouteKind::Page) };
        let route = on(filter, handler).route_layer(from_fn_with_state(guard, check));
        self.router = self.router.route(&spec.path, route);
        self.specs.push(spec);
        self
    }

    fn refuse_twin(&self, new: &RouteSpec) {
        let twin = self.specs.iter().find(|old| old.method == new.method && old.path == new.path);
        if let Some(old) = twin {
            let (first, second) = (old.permission.name, new.permission.name);
            panic!("two routes for {} {}: {first} and {second}", new.method, new.path);
        }
    }

    /// Joins the routes of another room.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        for spec in &other.specs {
            self.refuse_twin(spec);
        }
        self.router = self.router.merge(other.router);
        self.specs.extend(other.specs);
        self
    }

    /// Gives the handlers their state.
    pub fn with_state(self, state: S) -> Routes<()> {
        Routes { router: self.router.with_state(state), specs: self.specs }
    }

    /// The routes so far.
    pub fn specs(&self) -> &[RouteSpec] {
        &self.specs
    }
}

impl Routes<()> {
    /// The router, and the list of its routes.
    pub fn finish(self) -> (Router, Vec<RouteSpec>) {
        (self.router, self.specs)
    }
}

#[derive(Debug, Clone, Copy)]
struct Guard {
    permission: Permission,
    is_page: bool,
}

/// Lets a request through to its handler, or not.
async fn check(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    if guard.is_page && is_cross_site(request.method(), request.headers()) {
        return StalePage.into_response();
    }
    let without_token = !guard.is_page && !has_bearer(request.headers());
    let actor = match request.extensions_mut().get_mut::<Visitor>() {
        Some(visitor) => {
            if without_token {
                visitor.actor = Actor::Anonymous;
                visitor.session = None;
            }
            &visitor.actor
        }
        None => &Actor::Anonymous,
    };
    match actor.require(guard.permission) {
        Ok(()) => next.run(request).await,
        Err(refusal) => AppError(refusal).into_response(),
    }
}

fn has_bearer(headers: &HeaderMap) -> bool {
    headers
        .get(AUTHORIZATION)
        .and_then(|value| value.as_bytes().get(..7))
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer "))
}

#[cfg(test)]
mod tests;
