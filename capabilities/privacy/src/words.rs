//! Looks in plain words.

use std::collections::BTreeMap;

use kernel::{ClientId, Role};
use store::Tx;
use store::access_log::Access;
use web::Visitor;

use crate::Room;

/// What looks are noted at, as the rooms name it.
pub const FIELDS: [&str; 11] = [
    "identity.person",
    "identity.name",
    "identity.phone",
    "identity.resident-id",
    "applications.answers",
    "applications.progress",
    "materials.file",
    "letters.text",
    "licences.file",
    "licences.state",
    "licences.fields",
];

/// The key of the sentence for a purpose.
pub fn purpose_key(purpose: &str) -> String {
    format!("privacy-purpose-{}", purpose.replace('.', "-"))
}

/// The key of the words for a field; one that no room names any more has general words.
pub fn field_key(field: &str) -> String {
    if FIELDS.contains(&field) {
        format!("privacy-field-{}", field.replace('.', "-"))
    } else {
        "privacy-field-other".into()
    }
}

/// Names of connected systems on a page, each asked for once.
pub(crate) async fn systems(
    tx: &mut Tx,
    visitor: &Visitor,
    looks: &[Access],
) -> store::Result<BTreeMap<String, String>> {
    let mut names = BTreeMap::new();
    for look in looks {
        let Some(id) = look.by.strip_prefix("client:") else { continue };
        if names.contains_key(&look.by) {
            continue;
        }
        let client = match id.parse::<ClientId>() {
            Ok(id) => oidc::find_client(tx, id).await?,
            Err(_no_id) => None,
        };
        let name = client.map(|client| client.settings.name());
        let name = name.map(|name| visitor.pick(&name.zh, &name.en).to_owned());
        names.insert(look.by.clone(), name.unwrap_or_else(|| visitor.t("privacy-system-gone")));
    }
    Ok(names)
}

/// The name of a body; empty where there is none.
pub(crate) fn body_name(room: &Room, visitor: &Visitor, body: Option<&str>) -> String {
    let bodies = room.applications.bodies();
    let found = body.and_then(|id| id.parse().ok()).and_then(|id| bodies.get(id));
    found.map_or_else(String::new, |body| visitor.pick(&body.name.zh, &body.name.en).to_owned())
}

/// What somebody was trusted with, from the words of the log.
pub(crate) fn posts(visitor: &Visitor, post: Option<&str>) -> String {
    let roles = post.unwrap_or_default().split(',').filter_map(|word| word.parse::<Role>().ok());
    let words: Vec<String> =
        roles.map(|role| visitor.t(&format!("privacy-post-{}", role.as_str()))).collect();
    words.join(&visitor.t("privacy-and"))
}

/// Who looked, as the person may know it: body and post, or the name of the system.
pub(crate) fn looker(
    room: &Room,
    visitor: &Visitor,
    look: &Access,
    systems: &BTreeMap<String, String>,
) -> String {
    if let Some(name) = systems.get(&look.by) {
        return visitor.t1("privacy-by-system", "name", name);
    }
    let kind = look.by.split(':').next().unwrap_or_default();
    match kind {
        "staff" => {
            let body = body_name(room, visitor, look.body.as_deref());
            let body = if body.is_empty() { visitor.t("privacy-body-unknown") } else { body };
            let post = posts(visitor, look.post.as_deref());
            let post = if post.is_empty() { visitor.t("privacy-post-unknown") } else { post };
            visitor.t2("privacy-by-staff", "body", body, "post", post)
        }
        "person" => visitor.t("privacy-by-person"),
        "anonymous" => visitor.t("privacy-by-anybody"),
        _ => visitor.t("privacy-by-platform"),
    }
}
