//! The counter: who may, what must be stated, two clerks where much hangs on it, and a record of everything.

use std::collections::BTreeSet;

use kernel::{BodyId, Role, StaffId};
use store::access_log;
use store::page::PageRequest;

use super::*;
use crate::testing::{Browser, TestSite, Town, body, later, morning, person, resident_id, town};
use crate::{AddPerson, AddStaff, add_body, add_person, add_staff};

/// 陈晨 and 林一 work at the counter of the office, 吴二 at another. 周五 has an account that nobody has checked.
pub(crate) struct Hall {
    pub(crate) town: Town,
    pub(crate) zhou: PersonId,
    pub(crate) lin: StaffId,
    pub(crate) wu: StaffId,
    pub(crate) elsewhere: BodyId,
}

pub(crate) const SEEN: Seen = Seen { document: Some(Document::ResidentCard), compared: true };

pub(crate) async fn hall(db: store::Db) -> Hall {
    let town = town(db).await;
    let vault = town.vault.clone();
    let zhou = AddPerson { assurance: Assurance::Declared, ..person(5, "周五") };
    let zhou =
        town.write(async |tx| add_person(tx, &vault, &town.passwords, morning(), zhou).await.unwrap()).await;
    let elsewhere =
        town.write(async |tx| add_body(tx, morning(), body("elsewhere", "430103")).await.unwrap()).await;
    let mut ids = Vec::new();
    for (login, name, body) in [("lin", "林一", "approval"), ("wu", "吴二", "elsewhere")] {
        let one = AddStaff {
            login: login.into(),
            name: name.into(),
            body: body.into(),
            roles: [Role::Acceptance].into(),
            password: None,
        };
        ids.push(town.write(async |tx| add_staff(tx, &town.passwords, morning(), one).await.unwrap()).await);
    }
    let (lin, wu) = (ids[0], ids[1]);
    Hall { town, zhou, lin, wu, elsewhere }
}

pub(crate) fn at_counter(staff: StaffId, body: BodyId, name: &str) -> Actor {
    Actor::Staff(StaffActor {
        strong: false,
        staff,
        body,
        division: "430102".into(),
        roles: [Role::Acceptance].into(),
        deputy_of: BTreeSet::new(),
        shown_as: name.into(),
    })
}

impl Hall {
    pub(crate) fn chen(&self) -> Actor {
        at_counter(self.town.clerk, self.town.office, "陈晨")
    }

    pub(crate) fn lin(&self) -> Actor {
        at_counter(self.lin, self.town.office, "林一")
    }

    async fn raise(&self, by: &Actor, person: PersonId, seen: Seen) -> Result<(), CounterError> {
        let mut tx = self.town.db.begin().await.unwrap();
        let done = raise(&mut tx, &self.town.vault, by, morning(), person, seen).await;
        if done.is_ok() {
            tx.commit().await.unwrap();
        }
        done
    }

    pub(crate) async fn ask(&self, by: &Actor, person: PersonId, seen: Seen) -> Result<Asked, CounterError> {
        let mut tx = self.town.db.begin().await.unwrap();
        let done = ask_recovery(&mut tx, &self.town.vault, by, morning(), person, seen).await;
        if done.is_ok() {
            tx.commit().await.unwrap();
        }
        done
    }

    pub(crate) async fn confirm(
        &self,
        by: &Actor,
        id: RecoveryId,
        now: Timestamp,
    ) -> Result<String, CounterError> {
        let mut tx = self.town.db.begin().await.unwrap();
        let done = confirm_recovery(&mut tx, &self.town.vault, by, now, id, SEEN).await;
        if done.is_ok() {
            tx.commit().await.unwrap();
        }
        done
    }

    pub(crate) async fn open_one(&self) -> RecoveryId {
        let mut tx = self.town.db.snapshot().await.unwrap();
        let sql = "select id from recoveries where used_at is null and dropped_at is null";
        tx.fetch_one(sql, vals![]).await.unwrap().get(0).unwrap()
    }
}

#[tokio::test]
async fn an_account_is_raised_by_who_may_and_says_what_they_saw() {
    testkit::each_database(async |db| {
        let hall = hall(db).await;
        let (chen, zhou) = (hall.chen(), hall.zhou);
        for seen in [Seen { document: None, compared: true }, Seen { compared: false, ..SEEN }] {
            assert!(matches!(hall.raise(&chen, zhou, seen).await, Err(CounterError::Fields(_))));
        }
        let Actor::Staff(mut other) = chen.clone() else { panic!() };
        other.roles = [Role::Administration, Role::Decision, Role::Audit].into();
        let refused = hall.raise(&Actor::Staff(other), zhou, SEEN).await;
        assert!(matches!(refused, Err(CounterError::NotClerk(_))));
        let own = at_counter(hall.town.clerk, hall.town.office, "周五");
        assert!(matches!(hall.raise(&own, zhou, SEEN).await, Err(CounterError::Oneself)), "the same name");
        let nobody: PersonId = fresh_id(morning());
        assert!(matches!(hall.raise(&chen, nobody, SEEN).await, Err(CounterError::Unknown)));
        hall.raise(&chen, zhou, SEEN).await.unwrap();
        assert!(matches!(hall.raise(&chen, zhou, SEEN).await, Err(CounterError::Over(_))));
        assert_eq!(hall.town.count("select count(*) from acts where act = 'person-verified'").await, 1);
        assert_eq!(hall.town.count("select count(*) from jobs where kind = 'identity.account'").await, 1);
    })
    .await;
}

#[tokio::test]
async fn where_much_hangs_on_it_two_clerks_see_the_document() {
    testkit::each_database(async |db| {
        let hall = hall(db).await;
        let (chen, lin) = (hall.chen(), hall.lin());
        // Nobody has checked 周五: one clerk is enough.
        assert!(matches!(hall.ask(&chen, hall.zhou, SEEN).await, Ok(Asked::Given(_))));
        // 李雷 is verified.
        assert_eq!(hall.ask(&chen, hall.town.li, SEEN).await.unwrap(), Asked::Waits);
        let waiting = {
            let mut tx = hall.town.db.snapshot().await.unwrap();
            let sql = "select id from recoveries where given_at is null and dropped_at is null";
            tx.fetch_one(sql, vals![]).await.unwrap().get::<RecoveryId>(0).unwrap()
        };
        assert!(matches!(hall.confirm(&chen, waiting, morning()).await, Err(CounterError::SameClerk)));
        let wu = at_counter(hall.wu, hall.elsewhere, "吴二");
        assert!(matches!(hall.confirm(&wu, waiting, morning()).await, Err(CounterError::Unknown)));
        let late = later(morning(), 86_401);
        assert!(matches!(hall.confirm(&lin, waiting, late).await, Err(CounterError::Unknown)));
        let code = hall.confirm(&lin, waiting, morning()).await.unwrap();
        assert_eq!(code.len(), 14);
        assert!(matches!(hall.confirm(&lin, waiting, morning()).await, Err(CounterError::Unknown)), "once");
        for act in ["recovery-asked", "recovery-given"] {
            let mut tx = hall.town.db.snapshot().await.unwrap();
            let row = tx.fetch_one("select count(*) from acts where act = $1", vals![act]).await.unwrap();
            assert_eq!(row.get::<i64>(0).unwrap(), if act == "recovery-asked" { 1 } else { 2 }, "{act}");
        }
    })
    .await;
}

#[tokio::test]
async fn who_represents_an_organisation_needs_two_also_unverified() {
    testkit::each_database(async |db| {
        let hall = hall(db).await;
        let zhang = hall.town.zhang;
        hall.town
            .write(async |tx| {
                let sql = "update persons set assurance_level = 'declared' where id = $1";
                tx.execute(sql, vals![zhang]).await.unwrap()
            })
            .await;
        assert_eq!(hall.ask(&hall.chen(), zhang, SEEN).await.unwrap(), Asked::Waits);
        // Asking again voids what waited before.
        assert_eq!(hall.ask(&hall.lin(), zhang, SEEN).await.unwrap(), Asked::Waits);
        let open = "select count(*) from recoveries where dropped_at is null";
        assert_eq!(hall.town.count(open).await, 1);
        let id = hall.open_one().await;
        let by = hall.lin();
        hall.town.write(async |tx| drop_recovery(tx, &by, morning(), id).await.unwrap()).await;
        assert_eq!(hall.town.count(open).await, 0);
    })
    .await;
}

async fn site(db: store::Db) -> (TestSite, Browser, PersonId, StaffId) {
    let hall = hall(db).await;
    let (zhou, clerk, lin) = (hall.zhou, hall.town.clerk, hall.lin);
    let site = hall.town.site(true);
    let browser = site.browser_of(Subject::Staff(clerk)).await;
    (site, browser, zhou, lin)
}

#[tokio::test]
async fn the_page_finds_by_number_and_the_look_is_on_record() {
    testkit::each_database(async |db| {
        let (site, mut browser, zhou, _lin) = site(db).await;
        let path = "/desk/counter";
        let wrong = site.post(&mut browser, path, path, &[("resident_id", "123")]).await;
        assert_eq!(wrong.status, 422);
        let none = site.post(&mut browser, path, path, &[("resident_id", resident_id(99).as_str())]).await;
        assert!(none.status == 200 && none.text.contains("没有这个证件号码的账号"));
        let number = resident_id(5);
        let found = site.post(&mut browser, path, path, &[("resident_id", number.as_str())]).await;
        assert!(found.status == 200 && found.text.contains("周五"), "{}", found.text);
        let mut tx = site.town.db.snapshot().await.unwrap();
        let looks =
            access_log::list(&mut tx, &format!("person:{zhou}"), &PageRequest::default()).await.unwrap();
        drop(tx);
        assert_eq!(looks.items.len(), 1);
        assert_eq!(
            (looks.items[0].purpose.as_str(), looks.items[0].post.is_some()),
            ("identity.counter", true)
        );
        let raise = format!("{path}/{zhou}/verification");
        let wrong = site.post(&mut browser, path, &raise, &[("document", "resident-card")]).await;
        assert!(wrong.status == 422 && wrong.text.contains("只有当面核对一致后才能办理"));
        let stated = [("document", "resident-card"), ("compared", "true")];
        let done = site.post(&mut browser, path, &raise, &stated).await;
        assert_eq!(done.location(), "/desk/counter?done=verified");
        let mut person = site.browser_of(Subject::Person(zhou)).await;
        assert_eq!(site.get(&mut person, path).await.status, 403);
        let stranger = site.get(&mut Browser::default(), path).await;
        assert!(stranger.location().contains("sign-in"));
    })
    .await;
}

#[tokio::test]
async fn two_clerks_and_the_slip_on_pages() {
    testkit::each_database(async |db| {
        let (site, mut first, _zhou, lin) = site(db).await;
        let li = site.town.li;
        let path = "/desk/counter";
        let stated = [("document", "resident-card"), ("compared", "true")];
        let asked = site.post(&mut first, path, &format!("{path}/{li}/recovery"), &stated).await;
        assert_eq!(asked.location(), "/desk/counter?done=waits");
        assert!(
            !site.get(&mut first, path).await.text.contains("<a href=\"/desk/counter/recoveries/"),
            "not by the first"
        );
        let mut second = site.browser_of(Subject::Staff(lin)).await;
        let page = site.get(&mut second, path).await;
        let href = page.text.split("<a href=\"/desk/counter/recoveries/").nth(1).unwrap();
        let href = format!("{path}/recoveries/{}", href.split('"').next().unwrap());
        let shown = site.get(&mut second, &href).await;
        assert!(shown.status == 200 && shown.text.contains("李雷"));
        assert_eq!(site.post(&mut second, &href, &href, &[]).await.status, 422);
        let own = site.post(&mut first, &href, &href, &stated).await;
        assert_eq!(own.status, 409, "the first clerk");
        let slip = site.post(&mut second, &href, &href, &stated).await;
        assert!(slip.status == 200 && slip.text.contains("找回码只显示这一次"), "{}", slip.text);
        assert_eq!(site.get(&mut second, &href).await.status, 404, "it waits no more");
    })
    .await;
}
