//! What the office offers (政务服务事项管理): service packages are loaded and checked here, their forms read, validated and
//! shown, their versions kept, their guides published as pages and as an API.
//!
//! Other rooms ask the [`Library`] for a [`Package`] and work with its [`Form`], its process and its documents.

mod api;
mod bundle;
mod card;
mod choose;
pub mod directory;
mod edit;
mod facts;
mod fault;
mod find;
mod form;
mod guide;
mod item;
mod library;
pub mod life;
mod lint;
mod outline;
mod package;
mod picture;
mod questions;
mod room;
mod rule;
mod search;
mod shelf;
mod simulate;
mod source;
mod suggest;
mod topic;
mod turns;
mod versions;

pub use bundle::{BUNDLE, Bundle, Part};
pub use choose::{PREFILLED, prefilled};
pub use facts::LEDGER_SOURCE;
pub use fault::Fault;
pub use form::{
    Choice, Field, Form, Kind, LIST_ENTRIES_MAX, Masking, Named, Section, Step, TextFormat, no_names, typed,
};
pub use item::{
    Accepted, Commitment, Complaints, Copies, Eligibility, Fee, FileKind, Item, Kept, LegalBasis, Limits,
    MadeBy, Material, Need, Provenance, Question, Requirement, Window,
};
pub use library::{Clientele, Library};
pub use life::job::handlers;
pub use life::{Office, revision_files};
pub use lint::{Against, Linted, lint, lint_files};
pub use package::{NoticeFacts, Package, Registers};
pub use questions::vote::forget_clients;
pub use room::{Room, life_routes, routes};
pub use rule::{Rule, Severity};
pub use search::{Found, recall};
pub use shelf::Shelf;
pub use simulate::{Asked, Assumed, Simulation, simulate};
pub use topic::Topic;
pub use turns::{Turn, TurnKind};
pub use versions::{VersionError, loaded_since};

/// What `applicant.kind` may be (申请人类别): a natural person, an association (社会团体), a private non-enterprise unit
/// (民办非企业单位), a foundation (基金会), or a legal person of another kind.
pub const APPLICANT_KINDS: [&str; 10] = [
    "natural-person",
    "association",
    "private-non-enterprise",
    "foundation",
    "enterprise",
    "individual-business",
    "public-institution",
    "social-organisation",
    "state-organ",
    "other",
];

/// Tables of this room.
pub const MIGRATIONS: &[store::Migration] = &[
    store::Migration::new("catalogue/0001_package_versions", include_str!("sql/0001_package_versions.sql")),
    store::Migration::new("catalogue/0002_bundle_versions", include_str!("sql/0002_bundle_versions.sql")),
    store::Migration::new("catalogue/0003_turns", include_str!("sql/0003_turns.sql")),
    store::Migration::new("catalogue/0004_directory", include_str!("sql/0004_directory.sql")),
    store::Migration::new("catalogue/0005_revisions", include_str!("sql/0005_revisions.sql")),
    store::Migration::new("catalogue/0006_votes", include_str!("sql/0006_votes.sql")),
    store::Migration::new("catalogue/0007_names", include_str!("sql/0007_names.sql")),
];

/// What each column of these tables holds ([`store::data_class`]).
pub const CLASSES: &str = include_str!("sql/classes.txt");

/// Sentences of this room: Chinese and English.
pub const MESSAGES: (&str, &str) = (include_str!("messages.zh-CN.ftl"), include_str!("messages.en.ftl"));

/// What the applicant hands in for an item, in the guide's order.
pub(crate) fn attached(package: &Package) -> impl Iterator<Item = &Material> {
    package.item.materials.iter().filter(|material| material.by == MadeBy::Applicant)
}
