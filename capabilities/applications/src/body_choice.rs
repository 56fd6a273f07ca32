//! Form fields whose value is a body of the directory (选择机构), such as the body in charge of an association.

use cases::{Bodies, Body, Level};

/// Whether a body of this slug exists and is one that the field asks for.
pub(crate) fn fits(bodies: &Bodies, department: Option<&str>, level: Level, slug: &str) -> bool {
    bodies.by_slug(slug).is_some_and(|body| is_wanted(body, department, level))
}

/// The bodies that the field asks for.
pub(crate) fn choices<'a>(
    bodies: &'a Bodies,
    department: Option<&'a str>,
    level: Level,
) -> impl Iterator<Item = &'a Body> {
    bodies.0.iter().filter(move |body| is_wanted(body, department, level))
}

fn is_wanted(body: &Body, department: Option<&str>, level: Level) -> bool {
    let serves = |wanted: &str| body.serves.iter().any(|served| served == "*" || served == wanted);
    body.level() == level && department.is_none_or(serves)
}
