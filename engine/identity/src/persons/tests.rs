//! Personal data: opened for a purpose, noted for the person to see, and nowhere in clear.

use std::fmt::Write as _;

use kernel::CaseId;
use store::page::PageRequest;
use store::{Db, Engine, Sql};

use super::*;
use crate::sessions::Subject;
use crate::sign_in::sign_in_person;
use crate::testing::{NAME, PASSWORD, PHONE, given, morning, resident_id, town};
use crate::{AppointAgent, appoint_agent, sign_ins_of};

#[tokio::test]
async fn a_look_is_noted_with_its_purpose() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let (vault, zhang) = (town.vault.clone(), town.zhang);
        let case: CaseId = store::fresh_id(morning());
        let purpose = Purpose::new("applications.review", "staff:0").for_case(case);
        let look = async |tx: &mut Tx| find_person(tx, &vault, &purpose, zhang, morning()).await.unwrap();
        let found = town.write(look).await.unwrap();
        assert_eq!((found.name.as_str(), found.phone.unwrap().as_str()), (NAME, PHONE));
        assert_eq!((found.resident_id, found.assurance), (resident_id(1), Assurance::Verified));
        assert_eq!(found.division.unwrap().as_str(), "430102");
        let mut tx = town.db.snapshot().await.unwrap();
        let looks = store::access_log::list(&mut tx, &format!("person:{zhang}"), &PageRequest::default())
            .await
            .unwrap();
        assert_eq!(looks.items.len(), 1);
        let look = &looks.items[0];
        assert_eq!(
            (look.purpose.as_str(), look.by.as_str(), look.at),
            ("applications.review", "staff:0", morning())
        );
        assert_eq!(look.case.as_ref().map(ToString::to_string), Some(case.to_string()));
        assert_eq!(person_shown_as(&mut tx, &town.vault, zhang).await.unwrap().as_deref(), Some("张**"));
        assert_eq!(person_shown_as(&mut tx, &town.vault, town.li).await.unwrap().as_deref(), Some("李*"));
    })
    .await;
}

#[tokio::test]
async fn looking_at_oneself_is_not_noted_and_strangers_are_not_found() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let own = Purpose::new("identity.own-account", person_reference(town.zhang));
        let mut tx = town.db.snapshot().await.unwrap(); // nothing is written
        assert!(find_person(&mut tx, &town.vault, &own, town.zhang, morning()).await.unwrap().is_some());
        let nobody: PersonId = store::fresh_id(morning());
        assert!(find_person(&mut tx, &town.vault, &own, nobody, morning()).await.unwrap().is_none());
        assert_eq!(person_shown_as(&mut tx, &town.vault, nobody).await.unwrap(), None);
        let find = async |tx: &mut Tx, n| {
            find_person_by_resident_id(tx, &town.vault, &resident_id(n)).await.unwrap()
        };
        assert_eq!((find(&mut tx, 1).await, find(&mut tx, 99).await), (Some(town.zhang), None));
    })
    .await;
}

/// Everything of every table of this database, as text; bytes in hexadecimal.
async fn dump(db: &Db) -> String {
    let mut tx = db.snapshot().await.unwrap();
    let columns = tx
        .fetch_all(
            Sql::Two {
                sqlite: "select m.name, c.name, c.type from sqlite_master m, pragma_table_info(m.name) c
                         where m.type = 'table' order by 1, 2",
                postgres: "select table_name::text, column_name::text, data_type::text
                           from information_schema.columns where table_schema = current_schema() order by 1, 2",
            },
            vals![],
        )
        .await
        .unwrap();
    let mut text = String::new();
    for column in &columns {
        let get = |index| column.get::<String>(index).unwrap();
        let (table, name, kind) = (get(0), get(1), get(2).to_lowercase());
        let value = if kind.contains("bytea") || kind.contains("blob") {
            match db.engine() {
                Engine::Sqlite => format!("hex({name})"),
                Engine::Postgres => format!("encode({name}, 'hex')"),
            }
        } else {
            format!("cast({name} as text)")
        };
        // Statements are fixed at compile time everywhere else; a test that reads every table may make its own.
        let sql: &'static str =
            Box::leak(format!("select {value} from {table} where {name} is not null").into());
        for row in tx.fetch_all(sql, vals![]).await.unwrap() {
            writeln!(text, "{table}.{name} {}", row.get::<String>(0).unwrap()).unwrap();
        }
    }
    text
}

#[tokio::test]
async fn nothing_personal_lies_in_clear_in_any_table() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let own_words = resident_id(1).as_str().to_owned();
        for login in [PHONE, own_words.as_str(), "13900139000", "typed my-secret-password here"] {
            let _refused =
                sign_in_person(&town.db, &town.vault, &town.passwords, morning(), given(login, "wrong"))
                    .await;
        }
        sign_in_person(&town.db, &town.vault, &town.passwords, morning(), given(PHONE, PASSWORD))
            .await
            .unwrap();
        let appoint = AppointAgent {
            legal_person: town.company,
            name: "李雷".into(),
            resident_id: resident_id(2).as_str().into(),
            kind: kernel::MandateKind::Handler,
            items: kernel::Items::All,
            until: None,
        };
        let (vault, by, zhang) = (town.vault.clone(), crate::testing::actor(town.zhang), town.zhang);
        town.write(async |tx| appoint_agent(tx, &vault, &by, morning(), appoint).await.unwrap()).await;
        let purpose = Purpose::new("cases.review", "staff:0");
        town.write(async |tx| find_person(tx, &vault, &purpose, zhang, morning()).await.unwrap()).await;

        let dump = dump(&town.db).await;
        for shown in ["某某食品有限公司", "chen", "$argon2id$", "Firefox, Windows", "persons.name_sealed"]
        {
            assert!(dump.contains(shown), "the dump sees {shown}");
        }
        let hidden =
            [NAME, "李雷", "王梅", PHONE, "13900139000", PASSWORD, "my-secret-password", "203.0.113"];
        let ids: Vec<String> = (1..4).map(|n| resident_id(n).as_str().to_owned()).collect();
        let lower = dump.to_lowercase();
        for secret in hidden.into_iter().chain(ids.iter().map(String::as_str)) {
            assert!(!dump.contains(secret), "{secret} lies in clear");
            let hex: String = secret.bytes().fold(String::new(), |mut hex, byte| {
                write!(hex, "{byte:02x}").unwrap();
                hex
            });
            assert!(!lower.contains(&hex), "{secret} lies in clear, as bytes");
        }
    })
    .await;
}

#[tokio::test]
async fn a_token_is_nowhere_in_the_database() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let opened =
            sign_in_person(&town.db, &town.vault, &town.passwords, morning(), given(PHONE, PASSWORD)).await;
        let token = crate::testing::opened(opened.unwrap()).token.reveal();
        assert!(!dump(&town.db).await.contains(&token));
    })
    .await;
}

#[tokio::test]
async fn the_log_of_sign_ins_comes_by_the_page() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let sign_in = async |password| {
            sign_in_person(&town.db, &town.vault, &town.passwords, morning(), given(PHONE, password))
                .await
                .is_ok()
        };
        assert!(!sign_in("wrong").await);
        for _ in 0..4 {
            assert!(sign_in(PASSWORD).await);
        }
        let mut tx = town.db.snapshot().await.unwrap();
        let mut request = PageRequest { after: None, size: 2.try_into().unwrap() };
        let (mut seen, mut pages) = (Vec::new(), 0);
        loop {
            let page = sign_ins_of(&mut tx, Subject::Person(town.zhang), &request).await.unwrap();
            pages += 1;
            seen.extend(page.items);
            request.after = page.next;
            if request.after.is_none() {
                break;
            }
        }
        assert_eq!((pages, seen.len()), (3, 5));
        assert!(seen.windows(2).all(|pair| (pair[0].at, pair[0].id) > (pair[1].at, pair[1].id)));
        assert_eq!(seen.iter().filter(|entry| entry.has_succeeded).count(), 4);
        assert_eq!(seen[0].device, "Firefox, Windows");
        assert!(
            sign_ins_of(&mut tx, Subject::Person(town.li), &PageRequest::default())
                .await
                .unwrap()
                .items
                .is_empty()
        );
    })
    .await;
}
