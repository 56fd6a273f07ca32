//! Who plays in the measurement: invented applicants, and in every county two offices with their clerks.

use anyhow::Context as _;
use codes::{CivilDate, ResidentId, SocialCreditCode};
use identity::{AddBody, AddPerson, AddStaff};
use kernel::{PersonId, Role, StaffId, Timestamp, Words};
use store::Tx;

/// The city whose counties play.
const CITY: &str = "430100";
/// A division that has never existed, so that no number here is anybody's.
const NOWHERE: &str = "439900";

/// The offices of a county.
#[derive(Debug, Clone)]
pub(super) struct County {
    /// Six digits.
    pub(super) division: &'static str,
    /// Receives and accepts.
    pub(super) acceptance: StaffId,
    /// Reviews the premises.
    pub(super) premises: StaffId,
    /// Reviews hygiene, in the other office.
    pub(super) hygiene: StaffId,
    /// Decides.
    pub(super) decision: StaffId,
}

/// Everybody.
#[derive(Debug, Clone)]
pub(super) struct People {
    pub(super) counties: Vec<County>,
    pub(super) applicants: Vec<PersonId>,
}

/// Brings them in.
pub(super) async fn bring_in(
    tx: &mut Tx,
    identity: &identity::Room,
    now: Timestamp,
    applicants: u16,
) -> anyhow::Result<People> {
    let mut counties = Vec::new();
    for (index, division) in applications::division::inside(CITY).enumerate() {
        counties.push(county(tx, identity, now, index, division.code).await?);
    }
    let mut persons = Vec::new();
    for number in 0..applicants {
        let (year, sequence) = (1950 + i16::try_from(number / 900)?, number % 900);
        let birth = CivilDate::new(year, 1, 1).context("a day of birth")?;
        let add = AddPerson {
            name: "测速人".into(),
            resident_id: ResidentId::from_parts(NOWHERE, birth, sequence)?.as_str().to_owned(),
            phone: None,
            division: None,
            password: None,
            assurance: identity::Assurance::default(),
        };
        persons.push(identity::add_person(tx, &identity.vault, &identity.passwords, now, add).await?);
    }
    Ok(People { counties, applicants: persons })
}

async fn county(
    tx: &mut Tx,
    identity: &identity::Room,
    now: Timestamp,
    index: usize,
    division: &'static str,
) -> anyhow::Result<County> {
    let market = office(tx, now, division, index * 2, "31").await?;
    let health = office(tx, now, division, index * 2 + 1, "23").await?;
    let mut hired = Vec::new();
    let posts = [
        (&market, Role::Acceptance),
        (&market, Role::Review),
        (&health, Role::Review),
        (&market, Role::Decision),
    ];
    for (office, role) in posts {
        let add = AddStaff {
            login: format!("{office}-{role}"),
            name: "测速员".into(),
            body: office.clone(),
            roles: [role].into(),
            password: None,
        };
        hired.push(identity::add_staff(tx, &identity.passwords, now, add).await?);
    }
    let [acceptance, premises, hygiene, decision] = hired[..] else { anyhow::bail!("four clerks a county") };
    Ok(County { division, acceptance, premises, hygiene, decision })
}

/// An office and its slug.
async fn office(
    tx: &mut Tx,
    now: Timestamp,
    division: &str,
    number: usize,
    serves: &str,
) -> anyhow::Result<String> {
    let slug = format!("bench-{division}-{serves}");
    let uscc = SocialCreditCode::from_parts("11", division, &format!("DEM{:05}", 90_000 + number))?;
    let add = AddBody {
        slug: slug.clone(),
        name: Words::new(
            format!("测速{division}第{number}局（演示）"),
            format!("Office {number} of {division}"),
        ),
        uscc: uscc.as_str().to_owned(),
        division: division.to_owned(),
        serves: vec![serves.to_owned()],
        parent: None,
        address: String::new(),
        phone: String::new(),
    };
    identity::add_body(tx, now, add).await?;
    Ok(slug)
}
