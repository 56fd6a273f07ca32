//! Who is shown a document or may use it (用证方): a body of this platform, or a connected system of another.

use identity::BodyRecord;
use kernel::{BodyId, ClientId, StaffActor, Words};
use oidc::System;
use store::{Error, Result, Tx};

use crate::service::FETCH;

/// More would not be read on a telephone; whoever looks types more letters.
const FOUND_MAX: usize = 20;

/// Somebody who uses documents of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    /// `body:…` or `client:…`; of a use in an application `case:…`.
    pub reference: String,
    /// Its name, as the holder reads it.
    pub name: Words,
}

impl Receiver {
    fn of_body(body: BodyRecord) -> Self {
        Self { reference: format!("body:{}", body.id), name: body.name }
    }

    pub(crate) fn of_system(system: &System) -> Self {
        Self { reference: system.reference(), name: system.name.clone() }
    }

    /// The body in which somebody works.
    pub(crate) async fn of_staff(tx: &mut Tx, staff: &StaffActor) -> Result<Self> {
        let body = identity::find_body_by_id(tx, staff.body).await?.ok_or(Error::Missing)?;
        Ok(Self::of_body(body))
    }
}

/// The body or the system of this reference, if it may be given a right.
pub(crate) async fn find(tx: &mut Tx, reference: &str) -> Result<Option<Receiver>> {
    match reference.split_once(':') {
        Some(("body", id)) => match id.parse::<BodyId>() {
            Ok(id) => Ok(identity::find_body_by_id(tx, id).await?.map(Receiver::of_body)),
            Err(_no_id) => Ok(None),
        },
        Some(("client", id)) => match id.parse::<ClientId>() {
            Ok(id) => {
                let systems = oidc::list_systems(tx, FETCH).await?;
                Ok(systems.iter().find(|system| system.client == id).map(Receiver::of_system))
            }
            Err(_no_id) => Ok(None),
        },
        Some(_) | None => Ok(None),
    }
}

/// Bodies and systems whose name holds these words, in either language; systems first, at most twenty.
pub(crate) async fn search(tx: &mut Tx, typed: &str) -> Result<Vec<Receiver>> {
    let wanted = typed.trim().to_lowercase();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let fits = |name: &Words| name.zh.contains(&wanted) || name.en.to_lowercase().contains(&wanted);
    let systems = oidc::list_systems(tx, FETCH).await?;
    let systems = systems.iter().filter(|system| fits(&system.name)).map(Receiver::of_system);
    let bodies = identity::bodies(tx).await?.into_iter().filter(|body| fits(&body.name));
    Ok(systems.chain(bodies.map(Receiver::of_body)).take(FOUND_MAX).collect())
}
