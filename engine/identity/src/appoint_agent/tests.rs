//! Naming agents: by whom, whom, and until when.

use super::*;
use crate::mandates::{agents_of, hats};
use crate::testing::{Town, actor, morning, resident_id, town, uscc};

fn li(town: &Town) -> AppointAgent {
    AppointAgent {
        legal_person: town.company,
        name: "李雷".into(),
        resident_id: resident_id(2).as_str().into(),
        kind: MandateKind::Handler,
        items: Items::All,
        until: None,
    }
}

async fn refused(town: &Town, by: &Actor, appoint: AppointAgent) -> String {
    let vault = town.vault.clone();
    let outcome = town.refused(async |tx| appoint_agent(tx, &vault, by, morning(), appoint).await).await;
    Refusal::from(outcome.unwrap_err()).to_string()
}

async fn appoint(town: &Town, appoint: AppointAgent, now: Timestamp) -> MandateId {
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
        let agents = agents_of(&mut tx, Principal::LegalPerson(town.company), morning()).await.unwrap();
        assert_eq!(agents.len(), 1);
        assert_eq!((agents[0].id, agents[0].person, agents[0].until), (id, town.li, until));
        let worn = hats(&mut tx, &town.vault, town.li, morning()).await.unwrap();
        assert_eq!(worn.len(), 1);
        assert_eq!(
            (worn[0].principal, worn[0].kind),
            (Principal::LegalPerson(town.company), MandateKind::Handler)
        );
        assert_eq!((worn[0].name.as_str(), worn[0].uscc.as_str()), ("某某食品有限公司", uscc(1).as_str()));
        let own = hats(&mut tx, &town.vault, town.zhang, morning()).await.unwrap();
        assert_eq!((own.len(), own[0].is_representative()), (1, true));
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
        let agents = agents_of(&mut tx, Principal::LegalPerson(town.company), tomorrow).await.unwrap();
        assert_eq!(agents.iter().map(|agent| agent.id).collect::<Vec<_>>(), [id]);
    })
    .await;
}

/// 李雷 as a manager for one item until the end of the year.
async fn with_manager(town: &Town) {
    let one = Items::Listed(["000511002000".into()].into());
    let until = Some(testkit::date("2026-12-31"));
    let manager = AppointAgent { kind: MandateKind::Manager, items: one, until, ..li(town) };
    appoint(town, manager, morning()).await;
}

/// 王梅, who has an account, as a handler for the same item and time.
fn mei(town: &Town) -> AppointAgent {
    AppointAgent {
        name: "王梅".into(),
        resident_id: resident_id(3).as_str().into(),
        items: Items::Listed(["000511002000".into()].into()),
        until: Some(testkit::date("2026-12-31")),
        ..li(town)
    }
}

#[tokio::test]
async fn a_manager_names_handlers_within_their_own_right_and_nobody_more() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        with_manager(&town).await;
        let li = actor(town.li);
        let wrong = async |appoint| refused(&town, &li, appoint).await;
        let manager = AppointAgent { kind: MandateKind::Manager, ..mei(&town) };
        assert_eq!(wrong(manager).await, "invalid: kind identity-agent-too-much");
        let guardian = AppointAgent { kind: MandateKind::Guardian, ..mei(&town) };
        assert_eq!(wrong(guardian).await, "invalid: kind identity-agent-too-much");
        let all = AppointAgent { items: Items::All, ..mei(&town) };
        assert_eq!(wrong(all).await, "invalid: items identity-agent-too-much");
        let other = AppointAgent { items: Items::Listed(["000111001000".into()].into()), ..mei(&town) };
        assert_eq!(wrong(other).await, "invalid: items identity-agent-too-much");
        let longer = AppointAgent { until: Some(testkit::date("2027-01-01")), ..mei(&town) };
        assert_eq!(wrong(longer).await, "invalid: until identity-agent-too-much");
        let for_ever = AppointAgent { until: None, ..mei(&town) };
        assert_eq!(wrong(for_ever).await, "invalid: until identity-agent-too-much");
        let (vault, new) = (town.vault.clone(), mei(&town));
        let id = town.write(async |tx| appoint_agent(tx, &vault, &li, morning(), new).await.unwrap()).await;
        let mut tx = town.db.snapshot().await.unwrap();
        let named = crate::find_mandate(&mut tx, id).await.unwrap().unwrap();
        assert_eq!((named.kind, named.granted_by), (MandateKind::Handler, li.reference()));
        // A handler names nobody.
        drop(tx);
        let again =
            AppointAgent { name: "李雷".into(), resident_id: resident_id(2).as_str().into(), ..mei(&town) };
        assert_eq!(refused(&town, &actor(named.person), again).await, "not found");
    })
    .await;
}
