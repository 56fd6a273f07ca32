//! Who reads the acts, how they are asked for, and that nobody else sees or changes any.

use std::collections::BTreeSet;

use kernel::{Actor, BodyId, Role, StaffActor, StaffId};

use super::*;
use crate::sessions::Subject;
use crate::testing::{Browser, TestSite, Town, body, later, morning, town};
use crate::{AddBody, AddStaff, add_body, add_staff};

struct Record {
    site: TestSite,
    auditor: StaffId,
    admin: StaffId,
    clerk: StaffId,
}

fn by(staff: StaffId, body: BodyId) -> Actor {
    Actor::Staff(StaffActor {
        strong: false,
        staff,
        body,
        division: "430102".into(),
        roles: [Role::Administration].into(),
        deputy_of: BTreeSet::new(),
        shown_as: "管一".into(),
    })
}

async fn hire(town: &Town, login: &str, name: &str, body: &str, role: Role) -> StaffId {
    let one = AddStaff {
        login: login.into(),
        name: name.into(),
        body: body.into(),
        roles: [role].into(),
        password: None,
    };
    town.write(async |tx| add_staff(tx, &town.passwords, morning(), one).await.unwrap()).await
}

/// 25 acts of the office, one of the town below it, one of a body elsewhere, one of the platform.
async fn record(db: store::Db) -> Record {
    let town = town(db).await;
    let (below, elsewhere) = town
        .write(async |tx| {
            let under = AddBody { parent: Some("approval".into()), ..body("under", "430102001") };
            let below = add_body(tx, morning(), under).await.unwrap();
            (below, add_body(tx, morning(), body("elsewhere", "430103")).await.unwrap())
        })
        .await;
    let admin = hire(&town, "admin", "管一", "approval", Role::Administration).await;
    let auditor = hire(&town, "auditor", "审一", "approval", Role::Audit).await;
    let (office, clerk) = (town.office, town.clerk);
    town.write(async |tx| {
        let target = format!("staff:{clerk}");
        for n in 0..25 {
            let act = NewAct::new(ActKind::PostGiven, Some(office), target.clone());
            let act = act.named("陈晨").changed("", format!("第{n}号")).because("=1+1");
            record_act(tx, &by(admin, office), act, later(morning(), n)).await.unwrap();
        }
        for (body, word) in [(Some(below), "下级"), (Some(elsewhere), "别处"), (None, "平台")] {
            let act = NewAct::new(ActKind::LimitsSet, body, "x:y").changed("", word);
            record_act(tx, &Actor::System, act, later(morning(), 100)).await.unwrap();
        }
    })
    .await;
    Record { site: town.site(true), auditor, admin, clerk }
}

#[tokio::test]
async fn the_auditor_reads_what_their_body_and_those_below_did() {
    testkit::each_database(async |db| {
        let record = record(db).await;
        let mut browser = record.site.browser_of(Subject::Staff(record.auditor)).await;
        let page = record.site.get(&mut browser, "/admin/acts").await;
        assert_eq!(page.status, 200, "{}", page.text);
        for word in ["下级", "平台", "第24号", "管一", "陈晨", "系统"] {
            assert!(page.text.contains(word), "{word}");
        }
        assert!(!page.text.contains("别处") && !page.text.contains("第2号"));
        let next = page.text.split("/admin/acts?").find(|part| part.contains("after=")).unwrap();
        let next = next.split('"').next().unwrap().rsplit("after=").next().unwrap();
        let second = record.site.get(&mut browser, &format!("/admin/acts?after={next}")).await;
        assert!(second.text.contains("第2号") && !second.text.contains("第24号"), "the next page");
        let only = record.site.get(&mut browser, "/admin/acts?on=chen&act=post-given").await;
        assert!(only.text.contains("第24号") && !only.text.contains("下级"));
        let none = record.site.get(&mut browser, "/admin/acts?by=auditor").await;
        assert!(none.text.contains("没有符合条件的记录"));
        let bad = "/admin/acts?by=nobody&on=nobody&act=x&from=x&until=2026-01-01";
        let wrong = record.site.get(&mut browser, bad).await;
        assert_eq!(wrong.status, 422);
        assert_eq!(wrong.text.matches("没有这个工作人员账号").count(), 4, "summary and field, twice");
        let turned = record.site.get(&mut browser, "/admin/acts?from=2026-09-25&until=2026-09-24").await;
        assert_eq!(turned.status, 422);
    })
    .await;
}

#[tokio::test]
async fn the_file_says_who_took_it_and_runs_nothing() {
    testkit::each_database(async |db| {
        let record = record(db).await;
        let mut browser = record.site.browser_of(Subject::Staff(record.admin)).await;
        let file = record.site.get(&mut browser, "/admin/acts.csv?by=admin").await;
        assert_eq!(file.status, 200);
        assert_eq!(file.text.lines().count(), 2 + 25);
        assert!(file.text.lines().next().unwrap().contains("管一"));
        assert!(file.text.contains("\"'=1+1\"") && !file.text.contains("别处"));
        let token = {
            let now = record.site.now();
            let admin = Subject::Staff(record.admin);
            let open = async |tx: &mut Tx| crate::open_session_for(tx, admin, now).await.unwrap();
            record.site.town.write(open).await.token.reveal()
        };
        let list = record.site.api("GET", "/api/v1/acts?act=limits-set", &token, None).await.json();
        assert_eq!(list["items"].as_array().unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn nobody_else_reads_them() {
    testkit::each_database(async |db| {
        let record = record(db).await;
        let person = Subject::Person(record.site.town.zhang);
        for subject in [Subject::Staff(record.clerk), person] {
            let mut browser = record.site.browser_of(subject).await;
            for path in ["/admin/acts", "/admin/acts.csv"] {
                assert_eq!(record.site.get(&mut browser, path).await.status, 403, "{path}");
            }
        }
        let stranger = record.site.get(&mut Browser::default(), "/admin/acts").await;
        assert_eq!(stranger.status, 303);
        assert_eq!(record.site.api("GET", "/api/v1/acts", "", None).await.status, 401);
    })
    .await;
}
