//! Corrections: at once where nobody relies on the account, by holder and clerk together where somebody does.

use super::*;
use crate::counter::Document;
use crate::counter::tests::{Hall, SEEN, hall};
use crate::persons::find_person_by_resident_id;
use crate::testing::{PHONE, actor, later, morning, resident_id};

fn number(n: u16) -> String {
    resident_id(n).as_str().to_owned()
}

async fn ask(hall: &Hall, person: PersonId, name: &str, number: &str) -> Result<Corrected, CorrectionError> {
    let mut tx = hall.town.db.begin().await.unwrap();
    let done = ask_correction(&mut tx, &hall.town.vault, &actor(person), morning(), (name, number)).await;
    if done.is_ok() {
        tx.commit().await.unwrap();
    } else {
        tx.rollback().await.unwrap();
    }
    done
}

async fn confirm(
    hall: &Hall,
    by: &Actor,
    now: Timestamp,
    code: &str,
    seen: Seen,
) -> Result<PersonId, CounterError> {
    let mut tx = hall.town.db.begin().await.unwrap();
    let done = confirm_correction(&mut tx, &hall.town.vault, by, now, code, seen).await;
    if done.is_ok() {
        tx.commit().await.unwrap();
    } else {
        tx.rollback().await.unwrap();
    }
    done
}

async fn record(hall: &Hall, person: PersonId) -> (String, String, Option<String>, Assurance) {
    let mut tx = hall.town.db.begin().await.unwrap();
    let is = own_record(&mut tx, &hall.town.vault, &actor(person), morning()).await.unwrap();
    let phone = is.phone.map(|phone| phone.as_str().to_owned());
    (is.name.as_str().to_owned(), is.resident_id.as_str().to_owned(), phone, is.assurance)
}

fn fields(refused: Result<Corrected, CorrectionError>) -> Vec<String> {
    let Refusal::Invalid(fields) = Refusal::from(refused.unwrap_err()) else { panic!("no fields") };
    fields.iter().map(|one| format!("{} {}", one.field, one.message.key)).collect()
}

#[tokio::test]
async fn what_was_only_declared_is_corrected_at_once() {
    testkit::each_database(async |db| {
        let hall = hall(db).await;
        let zhou = hall.zhou;
        assert_eq!(
            fields(ask(&hall, zhou, "", "1101").await),
            ["name identity-name-wrong", "resident_id identity-resident-id-wrong"]
        );
        assert_eq!(fields(ask(&hall, zhou, "周五", &number(5)).await), ["name identity-correction-same"]);
        assert_eq!(fields(ask(&hall, zhou, "周五", &number(2)).await), ["resident_id identity-taken"]);
        assert_eq!(record(&hall, zhou).await.1, number(5), "nothing happened");
        assert_eq!(ask(&hall, zhou, "周午", &number(55)).await.unwrap(), Corrected::Now);
        assert_eq!(record(&hall, zhou).await, ("周午".into(), number(55), None, Assurance::Declared));
        // Found by the new number, and the old one is free.
        let mut tx = hall.town.db.snapshot().await.unwrap();
        let vault = &hall.town.vault;
        assert_eq!(find_person_by_resident_id(&mut tx, vault, &resident_id(55)).await.unwrap(), Some(zhou));
        assert_eq!(find_person_by_resident_id(&mut tx, vault, &resident_id(5)).await.unwrap(), None);
        assert_eq!(
            hall.town.count("select count(*) from jobs where payload like '%\"corrected\"%'").await,
            1
        );
        assert_eq!(hall.town.count("select count(*) from corrections").await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_others_rely_on_is_corrected_by_holder_and_clerk_together() {
    testkit::each_database(async |db| {
        let hall = hall(db).await;
        let (li, chen) = (hall.town.li, hall.chen());
        let Corrected::AtCounter(first) = ask(&hall, li, "李磊", &number(2)).await.unwrap() else {
            panic!()
        };
        let Corrected::AtCounter(code) = ask(&hall, li, "李蕾", &number(2)).await.unwrap() else {
            panic!()
        };
        assert_eq!(record(&hall, li).await.0, "李雷", "the counter comes first");
        let refused = confirm(&hall, &chen, morning(), &first, SEEN).await;
        assert!(matches!(refused, Err(CounterError::Unknown)), "the earlier code is void: {refused:?}");
        for seen in [Seen { document: None, compared: true }, Seen { compared: false, ..SEEN }] {
            assert!(matches!(
                confirm(&hall, &chen, morning(), &code, seen).await,
                Err(CounterError::Fields(_))
            ));
        }
        let holder = confirm(&hall, &actor(li), morning(), &code, SEEN).await;
        assert!(matches!(holder, Err(CounterError::NotClerk(_))), "{holder:?}");
        for name in ["李雷", "李蕾"] {
            let own = crate::counter::tests::at_counter(hall.town.clerk, hall.town.office, name);
            assert!(matches!(confirm(&hall, &own, morning(), &code, SEEN).await, Err(CounterError::Oneself)));
        }
        let late = later(morning(), 30 * 86_400);
        assert!(matches!(confirm(&hall, &chen, late, &code, SEEN).await, Err(CounterError::Unknown)));
        // People type small letters, and leave hyphens out.
        let typed = code.replace('-', " ").to_lowercase();
        assert_eq!(confirm(&hall, &chen, morning(), &typed, SEEN).await.unwrap(), li);
        assert_eq!(record(&hall, li).await.0, "李蕾");
        assert!(
            matches!(confirm(&hall, &chen, morning(), &code, SEEN).await, Err(CounterError::Unknown)),
            "once"
        );
        let mut tx = hall.town.db.snapshot().await.unwrap();
        let sql = "select target, became from acts where act = 'person-corrected'";
        let act = tx.fetch_one(sql, vals![]).await.unwrap();
        assert_eq!(act.get::<String>(0).unwrap(), person_reference(li));
        let became: String = act.get(1).unwrap();
        assert!(became.contains(Document::ResidentCard.as_str()) && !became.contains('李'), "{became}");
    })
    .await;
}

#[tokio::test]
async fn a_number_that_was_taken_meanwhile_leaves_both_as_they_were() {
    testkit::each_database(async |db| {
        let hall = hall(db).await;
        let Corrected::AtCounter(code) = ask(&hall, hall.town.li, "李雷", &number(55)).await.unwrap()
        else {
            panic!()
        };
        assert_eq!(ask(&hall, hall.zhou, "周五", &number(55)).await.unwrap(), Corrected::Now);
        let refused = confirm(&hall, &hall.chen(), morning(), &code, SEEN).await;
        assert!(
            matches!(refused, Err(CounterError::Over("identity-correction-number-taken"))),
            "{refused:?}"
        );
        assert_eq!(record(&hall, hall.town.li).await.1, number(2));
        // Taken back, the code opens nothing.
        let by = actor(hall.town.li);
        hall.town.write(async |tx| withdraw_correction(tx, &by).await.unwrap()).await;
        let refused = confirm(&hall, &hall.chen(), morning(), &code, SEEN).await;
        assert!(matches!(refused, Err(CounterError::Unknown)));
    })
    .await;
}

#[tokio::test]
async fn the_phone_is_the_holders_own_to_say() {
    testkit::each_database(async |db| {
        let hall = hall(db).await;
        let (vault, li) = (hall.town.vault.clone(), actor(hall.town.li));
        let change = async |phone: &str| {
            let mut tx = hall.town.db.begin().await.unwrap();
            let done = change_phone(&mut tx, &vault, &li, morning(), phone).await;
            match done {
                Ok(()) => tx.commit().await.unwrap(),
                Err(_) => tx.rollback().await.unwrap(),
            }
            done
        };
        assert!(matches!(change("12").await, Err(CorrectionError::Given(AddError::Invalid(_)))));
        assert!(matches!(change(PHONE).await, Err(CorrectionError::Given(AddError::Taken("phone")))));
        change("139 0013 9001").await.unwrap();
        assert_eq!(record(&hall, hall.town.li).await.2.as_deref(), Some("13900139001"));
        change(" ").await.unwrap();
        assert_eq!(record(&hall, hall.town.li).await.2, None);
    })
    .await;
}
