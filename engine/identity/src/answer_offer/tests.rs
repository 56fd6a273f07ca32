//! Answering offers: only their addressee, once, in time; and what an acceptance makes of it.

use kernel::{Items, Right};

use super::*;
use crate::mandates::hats;
use crate::testing::{Town, actor, morning, resident_id, town};
use crate::{OfferMandate, offer_mandate, offer_representation};

async fn offer_to_li(town: &Town) -> OfferId {
    let offer = OfferMandate {
        name: "李雷".into(),
        resident_id: resident_id(2).as_str().into(),
        rights: [Right::See].into(),
        items: Items::All,
        until: Some(testkit::date("2026-12-31")),
    };
    let by = actor(town.zhang);
    town.write(async |tx| offer_mandate(tx, &town.vault, &by, morning(), offer).await.unwrap()).await
}

async fn answer(
    town: &Town,
    by: PersonId,
    id: OfferId,
    accepts: bool,
    now: Timestamp,
) -> Result<(), AnswerOfferError> {
    let by = actor(by);
    let mut tx = town.db.begin().await.unwrap();
    let done = answer_offer(&mut tx, &town.vault, &by, now, id, accepts).await;
    if done.is_ok() {
        tx.commit().await.unwrap();
    } else {
        tx.rollback().await.unwrap();
    }
    done
}

async fn hats_of_li(town: &Town) -> Vec<crate::Hat> {
    let mut tx = town.db.snapshot().await.unwrap();
    hats(&mut tx, &town.vault, town.li, morning()).await.unwrap()
}

#[tokio::test]
async fn the_addressee_accepts_once_and_may_act() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let id = offer_to_li(&town).await;
        let other = answer(&town, town.zhang, id, true, morning()).await;
        assert!(matches!(other, Err(AnswerOfferError::NotFound)), "not theirs: {other:?}");
        answer(&town, town.li, id, true, morning()).await.unwrap();
        let worn = hats_of_li(&town).await;
        assert_eq!(worn.len(), 1);
        assert_eq!((worn[0].principal, worn[0].kind), (Principal::Person(town.zhang), MandateKind::Agent));
        assert_eq!((worn[0].name.as_str(), &worn[0].rights), ("张**", &[Right::See].into()));
        let again = answer(&town, town.li, id, false, morning()).await;
        assert!(matches!(again, Err(AnswerOfferError::NotFound)), "{again:?}");
        // A second offer to somebody who acts already.
        let second = offer_to_li(&town).await;
        let already = answer(&town, town.li, second, true, morning()).await;
        assert!(matches!(already, Err(AnswerOfferError::Already)), "{already:?}");
    })
    .await;
}

#[tokio::test]
async fn a_declined_withdrawn_or_late_offer_gives_nothing() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let declined = offer_to_li(&town).await;
        answer(&town, town.li, declined, false, morning()).await.unwrap();
        let (withdrawn, zhang, li) = (offer_to_li(&town).await, actor(town.zhang), actor(town.li));
        let stranger =
            town.refused(async |tx| withdraw_offer(tx, &town.vault, &li, morning(), withdrawn).await).await;
        assert!(matches!(stranger, Err(AnswerOfferError::NotFound)), "{stranger:?}");
        town.write(async |tx| withdraw_offer(tx, &town.vault, &zhang, morning(), withdrawn).await.unwrap())
            .await;
        let gone = answer(&town, town.li, withdrawn, true, morning()).await;
        assert!(matches!(gone, Err(AnswerOfferError::NotFound)), "{gone:?}");
        let late = offer_to_li(&town).await;
        let after = answer(&town, town.li, late, true, testkit::instant("2026-10-25T00:00")).await;
        assert!(matches!(after, Err(AnswerOfferError::NotFound)), "{after:?}");
        assert!(hats_of_li(&town).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_company_is_handed_over_by_offer_and_acceptance() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let number = resident_id(2);
        let offer = async |by: PersonId| {
            let by = actor(by);
            let mut tx = town.db.begin().await.unwrap();
            let made = offer_representation(
                &mut tx,
                &town.vault,
                &by,
                morning(),
                town.company,
                ("李雷", number.as_str()),
            )
            .await;
            tx.commit().await.unwrap();
            made
        };
        assert!(offer(town.li).await.is_err(), "only the present one offers it");
        let (id, stale) = (offer(town.zhang).await.unwrap(), offer(town.zhang).await.unwrap());
        answer(&town, town.li, id, true, morning()).await.unwrap();
        let worn = hats_of_li(&town).await;
        assert!(worn.len() == 1 && worn[0].is_representative());
        let mut tx = town.db.snapshot().await.unwrap();
        assert!(hats(&mut tx, &town.vault, town.zhang, morning()).await.unwrap().is_empty());
        drop(tx);
        // The word of whoever represents it no longer is void.
        let void = answer(&town, town.li, stale, true, morning()).await;
        assert!(matches!(void, Err(AnswerOfferError::Void)), "{void:?}");
    })
    .await;
}
