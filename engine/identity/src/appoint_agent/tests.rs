//! Naming agents: by whom, whom, and until when.

use super::*;
use crate::legal_persons::{agents_of, hats};
use crate::testing::{Town, actor, morning, resident_id, town, uscc};

fn li(town: &Town) -> AppointAgent {
    AppointAgent {
        legal_person: town.company,
        name: "李雷".into(),
        resident_id: resident_id(2).as_str().into(),
        until: None,
    }
}

async fn refused(town: &Town, by: &Actor, appoint: AppointAgent) -> String {
    let vault = town.vault.clone();
    let outcome = town.refused(async |tx| appoint_agent(tx, &vault, by, morning(), appoint).await).await;
    Refusal::from(outcome.unwrap_err()).to_string()
}

async fn appoint(town: &Town, appoint: AppointAgent, now: Timestamp) -> AgentId {
    let (vault, by) = (town.vault.clone(), actor(town.zhang));
    town.write(async |tx| appoint_agent(tx, &vault, &by, now, appoint).await.unwrap()).await
}

#[tokio::test]
async fn an_agent_has_the_hat_and_stands_in_the_list() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let until = Some(testkit::date("2026-12-31"));
        let id = appoint(&town, AppointAgent { until, ..li(&town) }, morning()).await;
        let mut tx = town.db.snapshot().await.unwrap();
        let agents = agents_of(&mut tx, town.company, morning()).await.unwrap();
        assert_eq!(agents.len(), 1);
        assert_eq!((agents[0].id, agents[0].person, agents[0].until), (id, town.li, until));
        let worn = hats(&mut tx, town.li, morning()).await.unwrap();
        assert_eq!(worn.len(), 1);
        assert_eq!((worn[0].legal_person, worn[0].is_representative), (town.company, false));
        assert_eq!((worn[0].name.as_str(), worn[0].uscc.as_str()), ("某某食品有限公司", uscc(1).as_str()));
        let own = hats(&mut tx, town.zhang, morning()).await.unwrap();
        assert_eq!((own.len(), own[0].is_representative), (1, true));
    })
    .await;
}

#[tokio::test]
async fn only_the_representative_names_agents() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        assert_eq!(refused(&town, &actor(town.li), li(&town)).await, "not found");
        assert_eq!(refused(&town, &Actor::Anonymous, li(&town)).await, "sign-in needed");
        assert_eq!(refused(&town, &Actor::System, li(&town)).await, "not allowed");
        let nothing = AppointAgent { legal_person: store::fresh_id(morning()), ..li(&town) };
        assert_eq!(refused(&town, &actor(town.zhang), nothing).await, "not found");
    })
    .await;
}

#[tokio::test]
async fn whom_nobody_can_name() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let zhang = actor(town.zhang);
        let nobody = "invalid: resident_id identity-agent-nobody";
        let wrong_name = AppointAgent { name: "韩雷".into(), ..li(&town) };
        assert_eq!(refused(&town, &zhang, wrong_name).await, nobody);
        let unknown = AppointAgent { resident_id: resident_id(77).as_str().into(), ..li(&town) };
        assert_eq!(refused(&town, &zhang, unknown).await, nobody);
        let unreadable = AppointAgent { resident_id: "1".into(), ..li(&town) };
        assert_eq!(refused(&town, &zhang, unreadable).await, nobody);
        let oneself =
            AppointAgent {
                name: "张小开".into(), resident_id: resident_id(1).as_str().into(), ..li(&town)
            };
        assert_eq!(
            refused(&town, &zhang, oneself).await,
            "invalid: resident_id identity-agent-is-representative"
        );
        let over = AppointAgent { until: Some(testkit::date("2026-09-23")), ..li(&town) };
        assert_eq!(refused(&town, &zhang, over).await, "invalid: until identity-agent-over");
    })
    .await;
}

#[tokio::test]
async fn a_person_is_an_agent_once_at_a_time() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let today = Some(testkit::date("2026-09-24"));
        appoint(&town, AppointAgent { until: today, ..li(&town) }, morning()).await;
        let again = refused(&town, &actor(town.zhang), li(&town)).await;
        assert_eq!(again, "invalid: resident_id identity-agent-already");
        // The day after, the first right has run out by itself and a new one can begin.
        let tomorrow = testkit::instant("2026-09-25T09:00");
        let id = appoint(&town, li(&town), tomorrow).await;
        let mut tx = town.db.snapshot().await.unwrap();
        let agents = agents_of(&mut tx, town.company, tomorrow).await.unwrap();
        assert_eq!(agents.iter().map(|agent| agent.id).collect::<Vec<_>>(), [id]);
    })
    .await;
}
