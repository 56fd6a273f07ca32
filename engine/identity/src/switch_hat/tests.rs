//! Hats: who may put one on, and when it is lost.

use kernel::{Actor, Items, LegalPersonId, MandateId, MandateKind};

use super::*;
use crate::sessions::{Subject, find_session, open_session_for};
use crate::testing::{Town, actor, later, morning, resident_id, town};
use crate::token::Token;
use crate::{AppointAgent, appoint_agent, end_mandate, hats};

async fn hat_of(town: &Town, token: &Token, now: Timestamp) -> Option<LegalPersonId> {
    let mut tx = town.db.snapshot().await.unwrap();
    let live = find_session(&mut tx, &town.vault, token, now).await.unwrap().expect("a live visit");
    let Actor::Person(person) = live.actor else { panic!("no person") };
    person.legal_person()
}

async fn switch(town: &Town, session: SessionId, hat: Option<LegalPersonId>) -> Opened {
    town.write(async |tx| switch_hat(tx, session, hat.map(Principal::LegalPerson), morning()).await.unwrap())
        .await
}

async fn appoint_li(town: &Town, until: Option<jiff::civil::Date>) -> MandateId {
    let appoint = AppointAgent {
        legal_person: town.company,
        name: "李雷".into(),
        resident_id: resident_id(2).as_str().into(),
        kind: MandateKind::Handler,
        items: Items::All,
        until,
    };
    let (vault, by) = (town.vault.clone(), actor(town.zhang));
    town.write(async |tx| appoint_agent(tx, &vault, &by, morning(), appoint).await.unwrap()).await
}

#[tokio::test]
async fn the_representative_puts_the_hat_on_and_takes_it_off() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let zhang = Subject::Person(town.zhang);
        let opened = town.write(async |tx| open_session_for(tx, zhang, morning()).await.unwrap()).await;
        let with_hat = switch(&town, opened.session, Some(town.company)).await;
        assert_eq!(hat_of(&town, &with_hat.token, morning()).await, Some(town.company));
        assert_eq!((with_hat.session, with_hat.expires_at), (opened.session, opened.expires_at));
        let mut tx = town.db.snapshot().await.unwrap();
        let old = find_session(&mut tx, &town.vault, &opened.token, morning()).await.unwrap();
        assert!(old.is_none(), "the token from before is worthless");
        drop(tx);
        let without = switch(&town, opened.session, None).await;
        assert_eq!(hat_of(&town, &without.token, morning()).await, None);
    })
    .await;
}

#[tokio::test]
async fn nobody_else_may() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let (li, clerk, company) = (Subject::Person(town.li), Subject::Staff(town.clerk), town.company);
        let opened = town.write(async |tx| open_session_for(tx, li, morning()).await.unwrap()).await;
        let mut tx = town.db.begin().await.unwrap();
        let refused =
            switch_hat(&mut tx, opened.session, Some(Principal::LegalPerson(company)), morning()).await;
        assert!(matches!(refused, Err(SwitchHatError::NotTheirs)), "{refused:?}");
        assert!(matches!(Refusal::from(refused.unwrap_err()), Refusal::Conflict(_)));
        let nothing: LegalPersonId = store::fresh_id(morning());
        let refused =
            switch_hat(&mut tx, opened.session, Some(Principal::LegalPerson(nothing)), morning()).await;
        assert!(matches!(refused, Err(SwitchHatError::NotTheirs)), "one that does not exist looks the same");
        let staff = open_session_for(&mut tx, clerk, morning()).await.unwrap();
        let refused =
            switch_hat(&mut tx, staff.session, Some(Principal::LegalPerson(company)), morning()).await;
        assert!(matches!(refused, Err(SwitchHatError::NoVisit)));
        let over = later(morning(), 3 * 3600);
        let refused = switch_hat(&mut tx, opened.session, None, over).await;
        assert!(matches!(refused, Err(SwitchHatError::NoVisit)), "a visit that has run out");
        drop(tx);
        assert_eq!(hat_of(&town, &opened.token, morning()).await, None);
    })
    .await;
}

#[tokio::test]
async fn a_revoked_agent_loses_the_hat_at_the_next_request() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let agent = appoint_li(&town, None).await;
        let li = Subject::Person(town.li);
        let opened = town.write(async |tx| open_session_for(tx, li, morning()).await.unwrap()).await;
        let with_hat = switch(&town, opened.session, Some(town.company)).await;
        assert_eq!(hat_of(&town, &with_hat.token, morning()).await, Some(town.company));
        let (by, vault) = (actor(town.zhang), town.vault.clone());
        town.write(async |tx| end_mandate(tx, &vault, &by, morning(), agent).await.unwrap()).await;
        assert_eq!(hat_of(&town, &with_hat.token, morning()).await, None);
    })
    .await;
}

#[tokio::test]
async fn a_right_ends_with_its_last_day_in_china() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        appoint_li(&town, Some(testkit::date("2026-09-24"))).await;
        let li = town.li;
        let held = async |beijing: &str| {
            let mut tx = town.db.snapshot().await.unwrap();
            hats(&mut tx, &town.vault, li, testkit::instant(beijing)).await.unwrap().len()
        };
        assert_eq!(held("2026-09-24T23:59").await, 1);
        assert_eq!(held("2026-09-25T00:00").await, 0);
    })
    .await;
}
