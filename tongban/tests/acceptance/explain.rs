//! `tongban permissions explain`: the same answer as a request would get, and the rule by which.

use identity::{GivenPost, Subject};
use kernel::{Actor, Role};
use tongban::explain::{Answer, Question, explain};

use crate::journey::House;

async fn ask(house: &House, who: &str, acting_for: Option<&str>, may: &str, on: Option<String>) -> Answer {
    let acting_for = acting_for.map(str::to_owned);
    let question = Question { who: who.to_owned(), acting_for, may: may.to_owned(), on };
    explain(&house.platform, &question).await.unwrap()
}

async fn actor(house: &House, login: &str) -> Actor {
    let mut tx = house.platform.db.begin().await.unwrap();
    let (subject, now) = (Subject::Staff(house.imported.staff[login]), house.clock.now());
    let opened = identity::open_session_for(&mut tx, subject, now).await.unwrap();
    let live = identity::find_session(&mut tx, &house.platform.identity.vault, &opened.token, now).await;
    tx.rollback().await.unwrap();
    live.unwrap().unwrap().actor
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_there_for_those_who_have_to_do_with_it() {
    let house = House::open("2026-06-01 09:00").await;
    let case = house.play_one("linshi-jiuzhu", "03-corrected-then-granted.yaml", 1, "2026-06-01 09:35").await;
    let on = Some(format!("case:{case}"));
    for (who, may, allowed) in [
        (format!("person:{}", house.imported.persons["li-shili"]), "GET /cases/{id}", true),
        (format!("person:{}", house.imported.persons["zhang-yanshi"]), "GET /cases/{id}", false),
        ("staff:town-acceptance".to_owned(), "GET /desk/cases/{id}", true),
        ("anonymous".to_owned(), "GET /cases/{id}", false),
    ] {
        let answer = ask(&house, &who, None, may, on.clone()).await;
        assert_eq!(answer.allowed, allowed, "{who}: {:?}", answer.rules);
        assert_eq!(answer.rules.len(), 2, "{:?}", answer.rules);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_holds_several_posts_is_asked_in_which() {
    let house = House::open("2026-06-01 09:00").await;
    let admin = actor(&house, "admin").await;
    let Actor::Staff(clerk) = actor(&house, "county-acceptance").await else { panic!() };
    let mut tx = house.platform.db.begin().await.unwrap();
    let post = GivenPost {
        body: "changsha-mz".into(),
        title: "窗口".into(),
        roles: [Role::Audit].into(),
        first_day: kernel::china_date(house.clock.now()),
        last_day: None,
    };
    identity::give_post(&mut tx, &admin, house.clock.now(), clerk.staff, post).await.unwrap();
    tx.commit().await.unwrap();
    let question = |acting_for: Option<&str>| Question {
        who: "staff:county-acceptance".into(),
        acting_for: acting_for.map(str::to_owned),
        may: "GET /admin/acts".into(),
        on: None,
    };
    let told = explain(&house.platform, &question(None)).await.unwrap_err().to_string();
    let lines: Vec<&str> = told.lines().skip(1).collect();
    assert_eq!(lines.len(), 2, "{told}");
    let new = lines.into_iter().find(|line| line.ends_with("窗口")).unwrap();
    let mut words = new.split(' ');
    for named in [words.next().unwrap(), words.next().unwrap()] {
        assert!(explain(&house.platform, &question(Some(named))).await.unwrap().allowed, "{named}");
    }
    let (old, _) =
        told.lines().skip(1).find(|line| !line.ends_with("窗口")).unwrap().split_once(' ').unwrap();
    assert!(!explain(&house.platform, &question(Some(old))).await.unwrap().allowed);
    assert!(explain(&house.platform, &question(Some("nowhere"))).await.is_err());
}
