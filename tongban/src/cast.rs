//! The cast (`packages/cast.yaml`): bodies, staff, persons and legal persons that are brought into a platform at once.
//! The demonstration and the scenarios use an invented one; a county brings its real directory in the same form.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use identity::{AddBody, AddLegalPerson, AddPerson, AddStaff};
use kernel::{
    Actor, BodyId, Items, LegalPersonId, MandateKind, PersonActor, PersonId, Role, StaffActor, StaffId,
    Timestamp, TypedId as _, Words,
};
use serde::Deserialize;
use store::Tx;

/// Everybody.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cast {
    /// 机构
    pub bodies: Vec<BodyText>,
    /// 工作人员
    #[serde(default)]
    pub staff: Vec<StaffText>,
    /// 自然人
    #[serde(default)]
    pub persons: Vec<PersonText>,
    /// 法人
    #[serde(default)]
    pub legal_persons: Vec<LegalPersonText>,
    /// 被监护人
    #[serde(default)]
    pub wards: Vec<WardText>,
}

/// A ward with a guardian, as the file writes it. The ward has an account that only the guardian uses.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WardText {
    /// Full name.
    pub name: String,
    /// Resident identity number.
    pub resident_id: String,
    /// Slug of the guardian.
    pub guardian: String,
    /// Login of the clerk who entered it.
    clerk: String,
    /// Word of the document on which it rests ([`identity::Ground`]).
    ground: String,
    /// Its number.
    number: String,
    /// The last day; of minors the day before full age by itself.
    #[serde(default)]
    until: Option<jiff::civil::Date>,
}

/// A body as the file writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyText {
    slug: String,
    name: Words,
    uscc: String,
    division: String,
    serves: Vec<String>,
    #[serde(default)]
    parent: Option<String>,
    address: Words,
    phone: String,
}

/// A member of staff as the file writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaffText {
    /// Login name.
    pub login: String,
    /// Full name.
    pub name: String,
    /// Slug of the body.
    pub body: String,
    /// What they are trusted with.
    pub roles: BTreeSet<Role>,
}

/// A person as the file writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonText {
    /// Short name inside the file.
    pub slug: String,
    /// Full name.
    pub name: String,
    /// Resident identity number.
    pub resident_id: String,
    /// Mobile number.
    pub phone: String,
    /// Where they live.
    pub division: String,
    /// How sure it is that this is them.
    #[serde(default)]
    pub assurance: identity::Assurance,
}

/// A legal person as the file writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LegalPersonText {
    /// Short name inside the file.
    pub slug: String,
    /// Full name.
    pub name: String,
    /// Unified social credit code.
    pub uscc: String,
    kind: String,
    /// Slug of the representative.
    pub representative: String,
    /// Slugs of the persons who may act for it.
    #[serde(default)]
    pub agents: Vec<String>,
    /// What the register of social organisations knows of it from before this platform (存量数据).
    #[serde(default)]
    pub registered: Option<registers::BroughtIn>,
}

/// Who became who.
#[derive(Debug, Clone, Default)]
pub struct Imported {
    /// By login.
    pub staff: BTreeMap<String, StaffId>,
    /// By slug.
    pub persons: BTreeMap<String, PersonId>,
    /// By slug.
    pub legal_persons: BTreeMap<String, LegalPersonId>,
}

/// Why a cast cannot be brought in.
#[derive(Debug, thiserror::Error)]
pub enum CastError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file breaks the format.
    #[error("{path}: {rule}")]
    Wrong {
        /// The file.
        path: String,
        /// Line and rule.
        rule: String,
    },
    /// An entry breaks a rule.
    #[error("{entry}: {rule}")]
    Entry {
        /// Which entry.
        entry: String,
        /// Which rule.
        rule: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Cast {
    /// Reads a cast file.
    pub fn read(path: &Path) -> Result<Self, CastError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| CastError::Unreadable { path: path.display().to_string(), source })?;
        serde_saphyr::from_str(&text)
            .map_err(|error| CastError::Wrong { path: path.display().to_string(), rule: error.to_string() })
    }

    /// Reads the `cast.yaml` of a folder of packages: in it or above it.
    pub fn near(packages: &Path) -> Result<Self, CastError> {
        let unreadable = |source| CastError::Unreadable { path: packages.display().to_string(), source };
        let folder = packages.canonicalize().map_err(unreadable)?;
        let mut above = folder.ancestors().map(|folder| folder.join("cast.yaml"));
        match above.find(|file| file.is_file()) {
            Some(file) => Self::read(&file),
            None => Err(unreadable(std::io::Error::new(
                std::io::ErrorKind::NotFound,
                "no cast.yaml in the folder or above it",
            ))),
        }
    }

    /// The bodies as the engine sees them, where nothing is stored: their ids follow from their places in the file.
    pub fn bodies(&self) -> cases::Bodies {
        let body = |(index, body): (usize, &BodyText)| {
            let mut random = [0; 10];
            random[..8].copy_from_slice(&u64::try_from(index).unwrap_or(u64::MAX).to_be_bytes());
            cases::Body {
                id: BodyId::from_parts(Timestamp::UNIX_EPOCH, random),
                slug: body.slug.clone(),
                name: body.name.clone(),
                uscc: body.uscc.clone(),
                division: body.division.clone(),
                serves: body.serves.clone(),
                address: body.address.zh.clone(),
                phone: body.phone.clone(),
            }
        };
        cases::Bodies(self.bodies.iter().enumerate().map(body).collect())
    }

    /// Brings everybody in, in one transaction of the caller. `password` gives each login or person slug its first one.
    pub async fn import(
        &self,
        tx: &mut Tx,
        identity: &identity::Room,
        now: Timestamp,
        password: impl Fn(&str) -> Option<String>,
    ) -> Result<Imported, CastError> {
        let mut imported = Imported::default();
        for body in &self.bodies {
            let BodyText { slug, name, uscc, division, serves, parent, address, phone } = body.clone();
            let add = AddBody { slug, name, uscc, division, serves, parent, address: address.zh, phone };
            identity::add_body(tx, now, add).await.map_err(|error| entry(&body.slug, error))?;
        }
        for staff in &self.staff {
            let StaffText { login, name, body, roles } = staff.clone();
            let add = AddStaff { password: password(&login), login, name, body, roles };
            let id = identity::add_staff(tx, &identity.passwords, now, add).await;
            imported.staff.insert(staff.login.clone(), id.map_err(|error| entry(&staff.login, error))?);
        }
        for person in &self.persons {
            let PersonText { slug, name, resident_id, phone, division, assurance } = person.clone();
            let add = AddPerson {
                name,
                resident_id,
                phone: Some(phone),
                division: Some(division),
                password: password(&slug),
                assurance,
            };
            let id = identity::add_person(tx, &identity.vault, &identity.passwords, now, add).await;
            imported.persons.insert(slug, id.map_err(|error| entry(&person.slug, error))?);
        }
        self.import_legal_persons(tx, identity, now, &mut imported).await?;
        for ward in &self.wards {
            self.import_ward(tx, identity, now, ward, &imported).await?;
        }
        Ok(imported)
    }

    async fn import_ward(
        &self,
        tx: &mut Tx,
        identity: &identity::Room,
        now: Timestamp,
        ward: &WardText,
        imported: &Imported,
    ) -> Result<(), CastError> {
        let unknown = |what: &str| entry(&ward.name, format!("no {what} in this file"));
        let guardian = self.persons.iter().find(|person| person.slug == ward.guardian);
        let guardian = guardian.ok_or_else(|| unknown(&ward.guardian))?;
        let id = imported.staff.get(&ward.clerk).ok_or_else(|| unknown(&ward.clerk))?;
        let clerk = self.staff.iter().find(|staff| staff.login == ward.clerk);
        let clerk = clerk.ok_or_else(|| unknown(&ward.clerk))?;
        let body = identity::find_body(tx, &clerk.body).await?.ok_or_else(|| unknown(&clerk.body))?;
        let by = Actor::Staff(StaffActor {
            staff: *id,
            body: body.id,
            division: body.division.clone(),
            roles: clerk.roles.clone(),
            deputy_of: BTreeSet::new(),
            strong: false,
            shown_as: clerk.name.clone(),
        });
        let enter = identity::EnterGuardian {
            ward_name: ward.name.clone(),
            ward_resident_id: ward.resident_id.clone(),
            name: guardian.name.clone(),
            resident_id: guardian.resident_id.clone(),
            ground: identity::Ground::from_word(&ward.ground),
            number: ward.number.clone(),
            until: ward.until,
        };
        let entered = identity::enter_guardian(tx, &identity.vault, &by, now, enter).await;
        entered.map_err(|error| entry(&ward.name, kernel::Refusal::from(error)))?;
        Ok(())
    }

    async fn import_legal_persons(
        &self,
        tx: &mut Tx,
        identity: &identity::Room,
        now: Timestamp,
        imported: &mut Imported,
    ) -> Result<(), CastError> {
        for legal_person in &self.legal_persons {
            let id = self.import_legal_person(tx, identity, now, legal_person, &imported.persons).await?;
            imported.legal_persons.insert(legal_person.slug.clone(), id);
        }
        Ok(())
    }

    /// Brings one legal person in, with its agents and what is registered of it.
    pub(crate) async fn import_legal_person(
        &self,
        tx: &mut Tx,
        identity: &identity::Room,
        now: Timestamp,
        legal_person: &LegalPersonText,
        persons: &BTreeMap<String, PersonId>,
    ) -> Result<LegalPersonId, CastError> {
        let LegalPersonText { slug, name, uscc, kind, representative, agents, registered } = legal_person;
        let person = |named: &String| {
            let unknown = || entry(slug, format!("no person {named} in this file"));
            persons.get(named).copied().ok_or_else(unknown)
        };
        let kind = kind.parse().map_err(|error| entry(slug, error))?;
        let by = person(representative)?;
        let add = AddLegalPerson { name: name.clone(), uscc: uscc.clone(), kind, representative: by };
        let id = identity::add_legal_person(tx, now, add).await.map_err(|error| entry(slug, error))?;
        let by = Actor::Person(PersonActor {
            level: kernel::AssuranceLevel::Registered,
            person: by,
            acting_for: None,
            shown_as: String::new(),
        });
        for agent in agents.iter().filter(|agent| *agent != representative) {
            person(agent)?;
            let Some(named) = self.persons.iter().find(|person| person.slug == *agent) else { continue };
            let appoint = identity::AppointAgent {
                legal_person: id,
                name: named.name.clone(),
                resident_id: named.resident_id.clone(),
                kind: MandateKind::Handler,
                items: Items::All,
                until: None,
            };
            let appointed = identity::appoint_agent(tx, &identity.vault, &by, now, appoint).await;
            appointed.map_err(|error| entry(slug, error))?;
        }
        if let Some(registered) = registered {
            let code = codes::SocialCreditCode::parse(uscc).map_err(|error| entry(slug, error))?;
            let named = self.persons.iter().find(|person| person.slug == *representative);
            let representative = named.map(|person| person.name.as_str()).unwrap_or_default();
            let brought_in = registers::brought_in(registered, name, &code, representative, now);
            registers::write(tx, brought_in).await.map_err(|error| entry(slug, error))?;
        }
        Ok(id)
    }
}

fn entry(name: &str, error: impl std::fmt::Display) -> CastError {
    CastError::Entry { entry: name.to_owned(), rule: error.to_string() }
}
