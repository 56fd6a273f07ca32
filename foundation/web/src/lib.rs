//! The web side of every room: page frame and components, sentences in every language, routes with permissions,
//! refusals as pages or problem documents, forms with their tokens, and the description of the API.

mod api_page;
mod assets;
mod catalogue;
mod components;
pub mod cookie;
mod csrf;
pub mod csv;
mod design;
mod error;
mod form;
mod json;
mod lang;
mod layers;
mod openapi;
mod operation;
mod own;
mod plain;
mod qr;
mod render;
mod routes;
mod shell;
mod site;
#[cfg(test)]
mod testing;
mod upload;
mod visitor;

pub use catalogue::{Catalogue, CatalogueError, Source};
pub use components::{Choice, FormErrors};
pub use csrf::csrf_token;
pub use error::{AppError, status_of};
pub use form::{FormPairs, Nothing, PostForm};
pub use json::{ApiJson, IdempotencyKey};
pub use lang::Lang;
pub use openapi::{ApiInfo, Problem, ProblemField, openapi};
pub use operation::Operation;
pub use own::{api_docs, local_path, own_routes};
pub use plain::maintenance;
pub use qr::Qr;
pub use routes::{RouteKind, RouteSpec, Routes};
pub use shell::{Crumb, NavLink, Shell, encode, page, page_with_status};
pub use site::{Clock, Site, WebConfig, outer_layers, visitor_layer};
pub use upload::{PostUpload, UploadedFile};
pub use visitor::{Banner, Look, Place, Post, SignedIn, Unread, Visitor};
