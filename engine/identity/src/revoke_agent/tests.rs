//! Ending the right of an agent.

use super::*;
use crate::legal_persons::hats;
use crate::testing::{Town, actor, morning, resident_id, town};
use crate::{AppointAgent, appoint_agent};

async fn with_agent(town: &Town) -> AgentId {
    let (vault, by) = (town.vault.clone(), actor(town.zhang));
    let appoint = AppointAgent {
        legal_person: town.company,
        name: "李雷".into(),
        resident_id: resident_id(2).as_str().into(),
        until: None,
    };
    town.write(async |tx| appoint_agent(tx, &vault, &by, morning(), appoint).await.unwrap()).await
}

#[tokio::test]
async fn the_representative_revokes_as_often_as_they_like() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let agent = with_agent(&town).await;
        let (by, li) = (actor(town.zhang), town.li);
        for _ in 0..2 {
            town.write(async |tx| revoke_agent(tx, &by, morning(), agent).await.unwrap()).await;
            let held = town.refused(async |tx| hats(tx, li, morning()).await.unwrap()).await;
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
        let check = async |by: Actor, agent: AgentId| {
            let outcome = town.refused(async |tx| revoke_agent(tx, &by, morning(), agent).await).await;
            Refusal::from(outcome.unwrap_err()).to_string()
        };
        assert_eq!(check(actor(town.li), agent).await, "not found");
        assert_eq!(check(actor(town.zhang), store::fresh_id(morning())).await, "not found");
        assert_eq!(check(Actor::Anonymous, agent).await, "sign-in needed");
        let li = town.li;
        assert_eq!(town.refused(async |tx| hats(tx, li, morning()).await.unwrap()).await.len(), 1);
    })
    .await;
}
