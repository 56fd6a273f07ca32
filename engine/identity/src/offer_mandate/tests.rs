//! Offering somebody to act for oneself: what is refused, and that nobody learns who has an account.

use super::*;
use crate::mandates::hats;
use crate::offers::offers_to;
use crate::testing::{NAME, Town, actor, morning, resident_id, town};

fn to_li() -> OfferMandate {
    OfferMandate {
        name: "李雷".into(),
        resident_id: resident_id(2).as_str().into(),
        rights: [Right::Apply].into(),
        items: Items::Listed(["000511002000".into()].into()),
        until: Some(testkit::date("2026-12-31")),
    }
}

async fn refused(town: &Town, by: &Actor, offer: OfferMandate) -> String {
    let outcome = town.refused(async |tx| offer_mandate(tx, &town.vault, by, morning(), offer).await).await;
    Refusal::from(outcome.unwrap_err()).to_string()
}

async fn offer(town: &Town, by: &Actor, offer: OfferMandate) -> OfferId {
    town.write(async |tx| offer_mandate(tx, &town.vault, by, morning(), offer).await.unwrap()).await
}

#[tokio::test]
async fn an_offer_waits_for_its_addressee_alone_and_gives_no_right_yet() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let zhang = actor(town.zhang);
        let id = offer(&town, &zhang, to_li()).await;
        let mut tx = town.db.snapshot().await.unwrap();
        let waiting = offers_to(&mut tx, &town.vault, town.li, morning()).await.unwrap();
        assert_eq!(waiting.iter().map(|offer| offer.id).collect::<Vec<_>>(), [id]);
        assert_eq!(waiting[0].rights, [Right::Apply, Right::See].into(), "who may apply may see");
        assert!(offers_to(&mut tx, &town.vault, town.zhang, morning()).await.unwrap().is_empty());
        assert!(hats(&mut tx, &town.vault, town.li, morning()).await.unwrap().is_empty());
        // After thirty days it is void.
        let late = testkit::instant("2026-10-25T00:00");
        assert!(offers_to(&mut tx, &town.vault, town.li, late).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_wrong_name_and_a_number_without_account_look_the_same_to_whoever_offers() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let zhang = actor(town.zhang);
        offer(&town, &zhang, OfferMandate { name: "韩雷".into(), ..to_li() }).await;
        let nobody = OfferMandate { resident_id: resident_id(77).as_str().into(), ..to_li() };
        offer(&town, &zhang, nobody).await;
        let mut tx = town.db.snapshot().await.unwrap();
        let made = offers_of(&mut tx, &town.vault, Principal::Person(town.zhang), morning()).await.unwrap();
        assert_eq!(made.len(), 2);
        assert!(offers_to(&mut tx, &town.vault, town.li, morning()).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_offered() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let zhang = actor(town.zhang);
        let wrong = async |offer| refused(&town, &zhang, offer).await;
        assert_eq!(
            wrong(OfferMandate { rights: [].into(), ..to_li() }).await,
            "invalid: rights identity-offer-rights"
        );
        let until = |day: Option<&str>| OfferMandate { until: day.map(testkit::date), ..to_li() };
        assert_eq!(wrong(until(None)).await, "invalid: until identity-offer-until");
        assert_eq!(wrong(until(Some("2026-09-23"))).await, "invalid: until identity-agent-over");
        assert_eq!(wrong(until(Some("2027-09-25"))).await, "invalid: until identity-offer-year");
        let oneself =
            OfferMandate { name: NAME.into(), resident_id: resident_id(1).as_str().into(), ..to_li() };
        assert_eq!(wrong(oneself).await, "invalid: resident_id identity-offer-oneself");
        let typo = OfferMandate { resident_id: "430102199003070000".into(), ..to_li() };
        assert_eq!(wrong(typo).await, "invalid: resident_id identity-resident-id-wrong");
        assert_eq!(refused(&town, &Actor::Anonymous, to_li()).await, "sign-in needed");
        // Who acts for another does not pass that on.
        let mandate = kernel::Mandate::whole(Principal::Person(town.li));
        let Actor::Person(mut guardian) = zhang.clone() else { panic!() };
        guardian.acting_for = Some(mandate);
        assert_eq!(
            refused(&town, &Actor::Person(guardian), to_li()).await,
            "not allowed: identity-offer-not-oneself"
        );
    })
    .await;
}

#[tokio::test]
async fn offers_do_not_pile_up() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let zhang = actor(town.zhang);
        for _ in 0..OFFERS_MAX {
            offer(&town, &zhang, to_li()).await;
        }
        assert!(refused(&town, &zhang, to_li()).await.starts_with("conflict"));
    })
    .await;
}
