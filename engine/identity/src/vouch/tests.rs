//! Facts are opened one by one, and each look is on record.

use store::page::PageRequest;

use super::*;
use crate::testing::{NAME, morning, resident_id, town};
use crate::{close_session, open_session_for};

#[tokio::test]
async fn a_visit_is_vouched_for_while_it_lasts() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let subject = Subject::Person(town.zhang);
        assert_eq!(subject.to_string().parse(), Ok(subject));
        assert!("person:x".parse::<Subject>().is_err() && "dog:1".parse::<Subject>().is_err());
        let opened = town.write(async |tx| open_session_for(tx, subject, morning()).await.unwrap()).await;
        let find =
            async || town.write(async |tx| find_visit(tx, opened.session, morning()).await.unwrap()).await;
        let visit =
            Visit { subject, opened_at: morning(), level: AssuranceLevel::Verified, amr: vec!["pwd"] };
        assert_eq!(find().await, Some(visit));
        town.write(async |tx| close_session(tx, opened.session, morning()).await.unwrap()).await;
        assert_eq!(find().await, None);
        let jobs = town.count("select count(*) from jobs where kind = 'identity.visit-ended'").await;
        assert_eq!(jobs, 1, "connected systems are to hear of it");
    })
    .await;
}

#[tokio::test]
async fn only_what_is_wanted_is_opened() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let (vault, purpose) = (town.vault.clone(), Purpose::new("oidc.userinfo", "client:x"));
        let looks = async || {
            let subject = format!("person:{}", town.zhang);
            let list = async |tx: &mut Tx| {
                store::access_log::list(tx, &subject, &PageRequest::default()).await.unwrap()
            };
            let looks = town.write(list).await;
            looks.items.into_iter().map(|look| look.field).collect::<Vec<_>>()
        };
        let pass = async |wanted| {
            town.write(async |tx| pass_on(tx, &vault, &purpose, town.zhang, wanted, morning()).await.unwrap())
                .await
                .unwrap()
        };
        let nothing = pass(Wanted::default()).await;
        assert!(nothing.name.is_none() && nothing.phone.is_none() && nothing.resident_id.is_none());
        assert!(looks().await.is_empty());
        let name = pass(Wanted { name: true, ..Wanted::default() }).await;
        assert_eq!((name.name.as_deref(), name.resident_id), (Some(NAME), None));
        assert_eq!(looks().await, ["identity.name"]);
        let number = pass(Wanted { resident_id: true, ..Wanted::default() }).await;
        assert_eq!(number.resident_id.as_deref(), Some(resident_id(1).as_str()));
        assert_eq!(looks().await.len(), 2);
        let stands = town
            .write(async |tx| {
                (
                    stands(tx, Subject::Staff(town.clerk)).await,
                    super::stands(tx, Subject::Person(town.li)).await,
                )
            })
            .await;
        assert!(stands.0.unwrap() && stands.1.unwrap());
    })
    .await;
}
