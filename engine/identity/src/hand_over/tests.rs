//! A new legal representative, entered by a desk, and what becomes of the agents of the old one.

use kernel::StaffActor;

use super::*;
use crate::mandates::{agents_of, hats};
use crate::testing::{Town, actor, morning, resident_id, town, uscc};
use crate::{AppointAgent, appoint_agent};

fn clerk(town: &Town) -> Actor {
    Actor::Staff(StaffActor {
        staff: town.clerk,
        body: town.office,
        division: "430102".into(),
        roles: [kernel::Role::Acceptance].into(),
        deputy_of: [].into(),
        strong: false,
        shown_as: "陈晨".into(),
    })
}

fn to_li() -> EnterRepresentative {
    EnterRepresentative {
        uscc: uscc(1),
        name: "李雷".into(),
        resident_id: resident_id(2).as_str().into(),
        basis_name: "准予变更登记通知书".into(),
        basis_number: "（示例）登记〔2026〕1号".into(),
    }
}

async fn with_agent(town: &Town) -> MandateId {
    let appoint = AppointAgent {
        legal_person: town.company,
        name: "王梅".into(),
        resident_id: resident_id(3).as_str().into(),
        kind: MandateKind::Handler,
        items: Items::All,
        until: None,
    };
    let by = actor(town.zhang);
    town.write(async |tx| appoint_agent(tx, &town.vault, &by, morning(), appoint).await.unwrap()).await
}

#[tokio::test]
async fn agents_of_the_old_one_stay_for_thirty_days_unless_they_are_confirmed() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let (agent, by, company) =
            (with_agent(&town).await, clerk(&town), Principal::LegalPerson(town.company));
        town.write(async |tx| enter_representative(tx, &town.vault, &by, morning(), to_li()).await.unwrap())
            .await;
        let on = async |day: &str| {
            let mut tx = town.db.snapshot().await.unwrap();
            agents_of(&mut tx, company, testkit::instant(day)).await.unwrap().len()
        };
        assert_eq!((on("2026-10-24T12:00").await, on("2026-10-25T00:00").await), (1, 0));
        let (zhang, li) = (actor(town.zhang), actor(town.li));
        let old = town.refused(async |tx| confirm_agent(tx, &zhang, morning(), agent).await).await;
        assert!(matches!(old, Err(HandOverError::NotFound)), "the old one confirms nobody: {old:?}");
        town.write(async |tx| confirm_agent(tx, &li, morning(), agent).await.unwrap()).await;
        assert_eq!(on("2027-10-25T00:00").await, 1);
        let mut tx = town.db.snapshot().await.unwrap();
        assert!(hats(&mut tx, &town.vault, town.zhang, morning()).await.unwrap().is_empty());
        let basis = "select basis_sealed from mandates where kind = 'representative' and ended_at is null";
        let sealed: Vec<u8> = tx.fetch_one(basis, Vec::new()).await.unwrap().get(0).unwrap();
        assert!(!String::from_utf8_lossy(&sealed).contains("登记"), "the document lies sealed");
    })
    .await;
}

#[tokio::test]
async fn only_a_desk_enters_it_and_only_with_a_document() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let try_it = async |by: &Actor, enter: EnterRepresentative| {
            let done = town
                .refused(async |tx| enter_representative(tx, &town.vault, by, morning(), enter).await)
                .await;
            Refusal::from(done.unwrap_err()).to_string()
        };
        let by = clerk(&town);
        assert_eq!(try_it(&actor(town.zhang), to_li()).await, "not allowed");
        let Actor::Staff(mut other) = by.clone() else { panic!() };
        other.roles = [kernel::Role::Decision].into();
        assert_eq!(try_it(&Actor::Staff(other), to_li()).await, "not allowed");
        let bare = EnterRepresentative { basis_number: " ".into(), ..to_li() };
        assert_eq!(try_it(&by, bare).await, "invalid: basis_number identity-basis-missing");
        let unknown = EnterRepresentative { uscc: uscc(9), ..to_li() };
        assert_eq!(try_it(&by, unknown).await, "invalid: uscc identity-uscc-unknown");
        let wrong = EnterRepresentative { name: "韩雷".into(), ..to_li() };
        assert_eq!(try_it(&by, wrong).await, "invalid: resident_id identity-agent-nobody");
        let same = EnterRepresentative {
            name: crate::testing::NAME.into(),
            resident_id: resident_id(1).as_str().into(),
            ..to_li()
        };
        assert_eq!(try_it(&by, same).await, "invalid: resident_id identity-representative-already");
    })
    .await;
}
