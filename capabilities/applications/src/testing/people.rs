//! Two persons, a company, three offices and two clerks for tests.

use identity::{AddBody, AddLegalPerson, AddPerson, AddStaff, LegalPersonKind, Passwords};
use kernel::{LegalPersonId, PersonId, Role, StaffId, Timestamp, Words};
use store::Vault;

use super::TOWN;

pub(super) struct People {
    pub(super) zhang: PersonId,
    pub(super) li: PersonId,
    pub(super) company: LegalPersonId,
    pub(super) clerk: (StaffId, kernel::BodyId),
    pub(super) county_clerk: (StaffId, kernel::BodyId),
}

impl People {
    pub(super) async fn add(
        tx: &mut store::Tx,
        vault: &Vault,
        passwords: &Passwords,
        now: Timestamp,
    ) -> Self {
        let body = |slug: &str, uscc: &str, division: &str, serves: &str| AddBody {
            slug: slug.into(),
            name: Words::new(format!("{slug}办公室"), format!("{slug} office")),
            uscc: uscc.into(),
            division: division.into(),
            serves: vec![serves.into()],
            parent: None,
            address: String::new(),
            phone: "0731-00000001".into(),
        };
        let mut added = Vec::new();
        for wanted in [
            body("county", "11430102DEM000030T", "430102", "20"),
            body("town", "11430102DEM000049P", TOWN, "20"),
            body("province", "11430000DEM0000143", "430000", "99"),
        ] {
            added.push(identity::add_body(tx, now, wanted).await.unwrap());
        }
        let mut persons = Vec::new();
        for (name, resident_id, phone, division) in [
            ("张演示", "439900197901010011", Some("19900000001"), Some(TOWN)),
            ("李示例", "439900198506060021", None, None),
        ] {
            let person = AddPerson {
                name: name.into(),
                resident_id: resident_id.into(),
                phone: phone.map(str::to_owned),
                division: division.map(str::to_owned),
                password: None,
                assurance: identity::Assurance::Verified,
            };
            persons.push(identity::add_person(tx, vault, passwords, now, person).await.unwrap());
        }
        let company = AddLegalPerson {
            name: "长沙演示犬舍有限公司".into(),
            uscc: "91430102DEM0001106".into(),
            kind: LegalPersonKind::Enterprise,
            representative: persons[1],
        };
        let clerk = |login: &str, body: &str| AddStaff {
            login: login.into(),
            name: "陈受理".into(),
            body: body.into(),
            roles: [Role::Acceptance, Role::Review, Role::Decision].into(),
            password: None,
        };
        let town = identity::add_staff(tx, passwords, now, clerk("town", "town")).await.unwrap();
        let county = identity::add_staff(tx, passwords, now, clerk("county", "county")).await.unwrap();
        Self {
            zhang: persons[0],
            li: persons[1],
            company: identity::add_legal_person(tx, now, company).await.unwrap(),
            clerk: (town, added[1]),
            county_clerk: (county, added[0]),
        }
    }
}
