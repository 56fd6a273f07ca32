//! Ending the right of an agent.

use kernel::Items;

use super::*;
use crate::mandates::hats;
use crate::persons::find_person_by_resident_id;
use crate::testing::{Town, actor, morning, resident_id, town};
use crate::{AppointAgent, appoint_agent};

async fn with_agent(town: &Town) -> MandateId {
    let (vault, by) = (town.vault.clone(), actor(town.zhang));
    let appoint = AppointAgent {
        legal_person: town.company,
        name: "李雷".into(),
        resident_id: resident_id(2).as_str().into(),
        kind: MandateKind::Handler,
        items: Items::All,
        until: None,
    };
    town.write(async |tx| appoint_agent(tx, &vault, &by, morning(), appoint).await.unwrap()).await
}

#[tokio::test]
async fn the_representative_revokes_as_often_as_they_like() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let agent = with_agent(&town).await;
        let (by, li, vault) = (actor(town.zhang), town.li, town.vault.clone());
        for _ in 0..2 {
            town.write(async |tx| end_mandate(tx, &vault, &by, morning(), agent).await.unwrap()).await;
            let held = town.refused(async |tx| hats(tx, &vault, li, morning()).await.unwrap()).await;
            assert!(held.is_empty());
        }
        assert_ne!(with_agent(&town).await, agent, "and may name them anew");
    })
    .await;
}

#[tokio::test]
async fn nobody_else_revokes() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let agent = with_agent(&town).await;
        let vault = town.vault.clone();
        let check = async |by: Actor, agent: MandateId| {
            let outcome = town.refused(async |tx| end_mandate(tx, &vault, &by, morning(), agent).await).await;
            Refusal::from(outcome.unwrap_err()).to_string()
        };
        let mei =
            town.refused(async |tx| find_person_by_resident_id(tx, &vault, &resident_id(3)).await).await;
        assert_eq!(check(actor(mei.unwrap().unwrap()), agent).await, "not found");
        assert_eq!(check(actor(town.zhang), store::fresh_id(morning())).await, "not found");
        assert_eq!(check(Actor::Anonymous, agent).await, "sign-in needed");
        let li = town.li;
        assert_eq!(town.refused(async |tx| hats(tx, &vault, li, morning()).await.unwrap()).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn whoever_holds_it_gives_it_up_but_nobody_resigns_as_representative() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let agent = with_agent(&town).await;
        let (vault, li, zhang) = (town.vault.clone(), actor(town.li), actor(town.zhang));
        town.write(async |tx| end_mandate(tx, &vault, &li, morning(), agent).await.unwrap()).await;
        let (held, own) = town
            .refused(async |tx| {
                let held = hats(tx, &vault, town.li, morning()).await.unwrap();
                (held, hats(tx, &vault, town.zhang, morning()).await.unwrap())
            })
            .await;
        assert!(held.is_empty());
        let told = town
            .count("select count(*) from jobs where kind = 'identity.mandate' and payload like '%given-up%'");
        assert_eq!(told.await, 1, "the organisation is told");
        let refused =
            town.refused(async |tx| end_mandate(tx, &vault, &zhang, morning(), own[0].mandate).await).await;
        assert!(matches!(refused, Err(EndMandateError::NotHere)), "{refused:?}");
    })
    .await;
}
