//! Filling an empty platform.

use kernel::Words;
use store::page::PageRequest;

use super::*;
use crate::testing::{PASSWORD, body, morning, person, resident_id, town, uscc};
use crate::{
    AddBody, AddLegalPerson, AddPerson, AddStaff, LegalPersonKind, add_body, add_legal_person, add_person,
    add_staff, bodies, find_legal_person, list_bodies, staff_of,
};

fn said<T: std::fmt::Debug>(outcome: Result<T, AddError>) -> String {
    Refusal::from(outcome.unwrap_err()).to_string()
}

fn staff(login: &str) -> AddStaff {
    AddStaff {
        login: login.into(),
        name: "周舟".into(),
        body: "approval".into(),
        roles: [kernel::Role::Decision].into(),
        password: None,
    }
}

#[tokio::test]
async fn the_directory_tells_what_the_case_engine_asks() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let child = AddBody { parent: Some("approval".into()), ..body("street", "430102003") };
        let province = AddBody { serves: vec![], ..body("province", "43") };
        let child = town.write(async |tx| add_body(tx, morning(), child).await.unwrap()).await;
        town.write(async |tx| add_body(tx, morning(), province).await.unwrap()).await;
        let mut tx = town.db.snapshot().await.unwrap();
        let all = bodies(&mut tx).await.unwrap();
        let slugs: Vec<&str> = all.iter().map(|body| body.slug.as_str()).collect();
        assert_eq!(slugs, ["province", "approval", "street"]);
        assert_eq!((all[0].division.as_str(), all[0].serves.len()), ("430000", 0));
        assert_eq!((all[1].id, all[1].parent), (town.office, None));
        assert_eq!(all[1].serves, ["11", "*"]);
        assert_eq!(all[1].name, Words::new("某区行政审批局", "District Approval Office"));
        assert_eq!((all[2].id, all[2].parent), (child, Some(town.office)));
        let city = "4301".parse().unwrap();
        let request = PageRequest { after: None, size: 1.try_into().unwrap() };
        let first = list_bodies(&mut tx, Some(&city), &request).await.unwrap();
        let second = PageRequest { after: first.next.clone(), ..request };
        let second = list_bodies(&mut tx, Some(&city), &second).await.unwrap();
        assert_eq!((first.items[0].slug.as_str(), second.items[0].slug.as_str()), ("approval", "street"));
        assert_eq!(second.next, None);
    })
    .await;
}

#[tokio::test]
async fn what_no_body_can_be() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let check =
            async |body: AddBody| town.refused(async |tx| said(add_body(tx, morning(), body).await)).await;
        assert_eq!(check(body("approval", "430102")).await, "invalid: slug identity-taken");
        assert_eq!(
            check(AddBody { name: Words::new("某局", ""), uscc: "91".into(), ..body("A B", "99999") }).await,
            "invalid: slug identity-slug-form, name identity-name-missing, uscc identity-uscc-wrong, \
             division identity-division-wrong"
        );
        assert_eq!(check(body("village", "430102003001")).await, "invalid: division identity-division-wrong");
        let odd = AddBody { serves: vec!["1,1".into()], ..body("odd", "430102") };
        assert_eq!(check(odd).await, "invalid: serves identity-department-wrong");
        let orphan = AddBody { parent: Some("nobody".into()), ..body("orphan", "430102") };
        assert_eq!(check(orphan).await, "invalid: parent identity-body-unknown");
    })
    .await;
}

#[tokio::test]
async fn staff_work_in_a_body_and_have_roles() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let passwords = town.passwords.clone();
        let zhou =
            town.write(async |tx| add_staff(tx, &passwords, morning(), staff("zhou")).await.unwrap()).await;
        let mut tx = town.db.snapshot().await.unwrap();
        let all = staff_of(&mut tx, town.office, kernel::china_date(morning())).await.unwrap();
        assert_eq!(all.iter().map(|one| one.login.as_str()).collect::<Vec<_>>(), ["chen", "zhou"]);
        assert_eq!(all[0].roles, [kernel::Role::Acceptance, kernel::Role::Review].into());
        assert_eq!((all[1].id, all[1].is_disabled), (zhou, false));
        drop(tx);
        let check = async |staff: AddStaff| {
            town.refused(async |tx| said(add_staff(tx, &passwords, morning(), staff).await)).await
        };
        assert_eq!(check(staff("chen")).await, "invalid: login identity-taken");
        let wrong = AddStaff {
            name: String::new(),
            body: "nowhere".into(),
            roles: [].into(),
            password: Some("Zhou.long-enough".into()),
            ..staff("zhou.long")
        };
        assert_eq!(
            check(wrong).await,
            "invalid: roles identity-roles-missing, password identity-password-personal, \
             name identity-name-wrong, body identity-body-unknown"
        );
    })
    .await;
}

#[tokio::test]
async fn persons_and_legal_persons_are_there_once() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let (vault, passwords, zhang) = (town.vault.clone(), town.passwords.clone(), town.zhang);
        let check = async |person: AddPerson| {
            town.refused(async |tx| said(add_person(tx, &vault, &passwords, morning(), person).await)).await
        };
        assert_eq!(check(person(1, "赵六")).await, "invalid: resident_id identity-taken");
        let phone = Some(crate::testing::PHONE.to_owned());
        assert_eq!(check(AddPerson { phone, ..person(9, "赵六") }).await, "invalid: phone identity-taken");
        let wrong = AddPerson { division: Some("1".into()), phone: Some("1".into()), ..person(9, "") };
        assert_eq!(
            check(wrong).await,
            "invalid: name identity-name-wrong, phone identity-phone-wrong, division identity-division-wrong"
        );
        let company = |n: u32, representative| AddLegalPerson {
            name: "另一家公司".into(),
            uscc: uscc(n),
            kind: LegalPersonKind::IndividualBusiness,
            representative,
        };
        let second =
            town.write(async |tx| add_legal_person(tx, morning(), company(2, zhang)).await.unwrap()).await;
        let mut tx = town.db.snapshot().await.unwrap();
        let found = find_legal_person(&mut tx, second).await.unwrap().unwrap();
        assert_eq!((found.kind, found.representative), (LegalPersonKind::IndividualBusiness, zhang));
        drop(tx);
        let check = async |legal_person: AddLegalPerson| {
            town.refused(async |tx| said(add_legal_person(tx, morning(), legal_person).await)).await
        };
        assert_eq!(check(company(1, zhang)).await, "invalid: uscc identity-taken");
        let nobody = store::fresh_id(morning());
        assert_eq!(check(company(3, nobody)).await, "invalid: representative identity-person-unknown");
    })
    .await;
}

#[test]
fn inputs_are_read_from_data_files_and_not_printed() {
    let text =
        serde_json::json!({"name": "赵六", "resident_id": resident_id(9).as_str(), "password": PASSWORD});
    let person: AddPerson = serde_json::from_value(text).unwrap();
    let printed = format!("{person:?}");
    assert!(
        !printed.contains("赵六") && !printed.contains(PASSWORD) && !printed.contains("1990"),
        "{printed}"
    );
    assert!(!format!("{:?}", AddStaff { password: Some(PASSWORD.into()), ..staff("a") }).contains(PASSWORD));
}
