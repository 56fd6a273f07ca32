//! Which body is competent where. A snapshot of the directory that `identity` keeps.

use kernel::{BodyId, Words};
use serde_json::{Map, Value};

use crate::process::{Executor, Level};

/// What the engine knows of a body (机构).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// Its id.
    pub id: BodyId,
    /// Short name used in packages and forms.
    pub slug: String,
    /// Full name.
    pub name: Words,
    /// Unified social credit code.
    pub uscc: String,
    /// Division, six digits, or nine for towns.
    pub division: String,
    /// Departments whose items it handles (`11` civil affairs); `*` all.
    pub serves: Vec<String>,
    /// Where to find it.
    pub address: String,
    /// How to call it.
    pub phone: String,
}

impl Body {
    /// The level that its division code shows.
    pub fn level(&self) -> Level {
        match self.division.as_str() {
            d if d.len() > 6 => Level::Town,
            d if d.ends_with("0000") => Level::Province,
            d if d.ends_with("00") => Level::City,
            _ => Level::County,
        }
    }

    /// Whether it handles items of this department.
    pub fn serves(&self, department: &str) -> bool {
        self.serves.iter().any(|served| served == department || served == "*")
    }
}

/// All bodies of this node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bodies(pub Vec<Body>);

/// The division of this level that contains `division`, as a code; nothing when `division` lies above that level.
pub fn division_at(level: Level, division: &str) -> Option<String> {
    let six = division.get(..6)?;
    match level {
        Level::Province => Some(format!("{}0000", &six[..2])),
        Level::City if !six.ends_with("0000") => Some(format!("{}00", &six[..4])),
        Level::County if !six.ends_with("00") => Some(six.to_owned()),
        Level::Town => division.get(..9).map(str::to_owned),
        Level::City | Level::County => None,
    }
}

impl Bodies {
    /// The body that serves a department in the division of this level that contains `division`.
    pub fn competent(&self, level: Level, department: &str, division: &str) -> Option<&Body> {
        let wanted = division_at(level, division)?;
        self.0.iter().find(|body| body.division == wanted && body.serves(department))
    }

    /// The body that an executor means for an application in this division; `department` is that of the item, `view`
    /// what expressions read.
    pub fn of_executor(
        &self,
        executor: &Executor,
        department: &str,
        division: &str,
        view: &Map<String, Value>,
    ) -> Option<&Body> {
        let Some(level) = executor.level else {
            let slug = view.get("form")?.get(executor.body_from.as_ref()?)?.as_str()?;
            return self.by_slug(slug);
        };
        let department = executor.department.as_deref().unwrap_or(department);
        let mut level = Some(level);
        while let Some(here) = level {
            match self.competent(here, department, division) {
                Some(body) => return Some(body),
                None if executor.or_above => level = here.above(),
                None => return None,
            }
        }
        None
    }

    /// The body of this slug.
    pub fn by_slug(&self, slug: &str) -> Option<&Body> {
        self.0.iter().find(|body| body.slug == slug)
    }

    /// The body of this id.
    pub fn get(&self, id: BodyId) -> Option<&Body> {
        self.0.iter().find(|body| body.id == id)
    }
}
