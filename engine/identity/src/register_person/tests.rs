//! Opening an account, and what is refused.

use kernel::Refusal;
use store::Purpose;

use super::*;
use crate::persons::find_person;
use crate::sign_in::sign_in_person;
use crate::testing::{PASSWORD, PHONE, Town, client, given, later, morning, resident_id, town};

fn newcomer() -> RegisterPerson {
    RegisterPerson {
        name: "韩梅梅".into(),
        resident_id: resident_id(50).as_str().into(),
        phone: "139 0013 9000".into(),
        password: PASSWORD.into(),
        client: client("203.0.113.7"),
        code: String::new(),
    }
}

async fn register(town: &Town, person: RegisterPerson) -> Result<PersonId, RegisterError> {
    register_person(&town.db, &town.vault, &town.passwords, morning(), person).await
}

async fn refusal(town: &Town, person: RegisterPerson) -> String {
    Refusal::from(register(town, person).await.unwrap_err()).to_string()
}

#[tokio::test]
async fn a_new_account_can_be_used_at_once() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let id = register(&town, newcomer()).await.unwrap();
        sign_in_person(&town.db, &town.vault, &town.passwords, morning(), given("13900139000", PASSWORD))
            .await
            .unwrap();
        let purpose = Purpose::new("cases.review", "staff:1").for_case(store::fresh_id(morning()));
        let vault = town.vault.clone();
        let read = async |tx: &mut store::Tx| find_person(tx, &vault, &purpose, id, morning()).await.unwrap();
        let found = town.write(read).await.unwrap();
        assert_eq!(found.name.as_str(), "韩梅梅");
        assert_eq!((found.resident_id, found.phone.unwrap().as_str()), (resident_id(50), "13900139000"));
        assert_eq!((found.assurance, found.division), (Assurance::Declared, None));
    })
    .await;
}

#[tokio::test]
async fn every_wrong_field_is_named() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let wrong = RegisterPerson {
            name: " ".into(),
            resident_id: "430102199003070011".into(),
            phone: "12345".into(),
            password: "short".into(),
            ..newcomer()
        };
        assert_eq!(
            refusal(&town, wrong).await,
            "invalid: name identity-name-wrong, resident_id identity-resident-id-wrong, \
             phone identity-phone-wrong, password identity-password-short"
        );
        let password = format!("x{}", resident_id(50).as_str());
        assert_eq!(
            refusal(&town, RegisterPerson { password, ..newcomer() }).await,
            "invalid: password identity-password-personal"
        );
        assert_eq!(town.count("select count(*) from persons").await, 3);
    })
    .await;
}

#[tokio::test]
async fn a_second_account_is_refused_without_saying_why() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let before = town.passwords.computed();
        let same_number = RegisterPerson { resident_id: resident_id(1).as_str().into(), ..newcomer() };
        let same_phone = RegisterPerson { phone: PHONE.into(), ..newcomer() };
        assert_eq!(refusal(&town, same_number).await, "conflict: identity-register-taken");
        assert_eq!(refusal(&town, same_phone).await, "conflict: identity-register-taken");
        assert_eq!(town.passwords.computed(), before + 2, "as much work as a new account");
        assert_eq!(town.count("select count(*) from persons").await, 3);
    })
    .await;
}

#[tokio::test]
async fn asking_for_many_numbers_is_slowed_down() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let taken = || RegisterPerson { phone: PHONE.into(), ..newcomer() };
        for _ in 0..20 {
            assert!(matches!(register(&town, taken()).await, Err(RegisterError::Taken)));
        }
        assert!(matches!(register(&town, taken()).await, Err(RegisterError::Delayed(30))));
        assert!(matches!(register(&town, newcomer()).await, Err(RegisterError::Delayed(30))));
        let elsewhere = RegisterPerson { client: client("198.51.100.1"), ..newcomer() };
        register(&town, elsewhere).await.unwrap();
        // The owner of the number is not held up by it.
        let owner = sign_in_person(
            &town.db,
            &town.vault,
            &town.passwords,
            later(morning(), 30),
            given(PHONE, PASSWORD),
        );
        owner.await.unwrap();
    })
    .await;
}
