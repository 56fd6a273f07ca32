//! Joining, posts, moving and leaving, as administrators do it, and everything that they may not.

use std::collections::BTreeSet;

use jiff::civil::date;
use kernel::{Actor, BodyId, Role, StaffActor, StaffId, Timestamp, china_date};

use super::hire::{GivenPost, Hire, hire};
use super::leave::{Leave, leave, stay};
use super::post::{end_post, give_post, move_post};
use super::settle::settle_posts;
use super::start::give_start_password;
use super::*;
use crate::posts::posts_of;
use crate::sessions::Subject;
use crate::testing::{Browser, Town, body, given, morning, opened, town};
use crate::{AddBody, AddStaff, add_body, add_staff, find_session, open_session_for, sign_in_staff};

/// 管一 administers the office; below it lies `under`; `elsewhere` is nobody's of theirs.
pub(crate) struct House {
    pub(crate) town: Town,
    pub(crate) admin: StaffId,
    pub(crate) under: BodyId,
    pub(crate) elsewhere: BodyId,
}

pub(crate) async fn house(db: store::Db) -> House {
    let town = town(db).await;
    let (under, elsewhere) = town
        .write(async |tx| {
            let child = AddBody { parent: Some("approval".into()), ..body("under", "430102001") };
            let under = add_body(tx, morning(), child).await.unwrap();
            (under, add_body(tx, morning(), body("elsewhere", "430103")).await.unwrap())
        })
        .await;
    let admin = old_hand(&town, "admin", "approval", Role::Administration).await;
    House { town, admin, under, elsewhere }
}

async fn old_hand(town: &Town, login: &str, body: &str, role: Role) -> StaffId {
    let one = AddStaff {
        login: login.into(),
        name: "管一".into(),
        body: body.into(),
        roles: [role].into(),
        password: Some("seven tall herons".into()),
    };
    town.write(async |tx| add_staff(tx, &town.passwords, morning(), one).await.unwrap()).await
}

pub(crate) fn as_admin(staff: StaffId, body: BodyId) -> Actor {
    Actor::Staff(StaffActor {
        strong: true,
        staff,
        body,
        division: "430102".into(),
        roles: [Role::Administration].into(),
        deputy_of: BTreeSet::new(),
        shown_as: "管一".into(),
    })
}

pub(crate) fn post(body: &str, role: Role) -> GivenPost {
    GivenPost {
        body: body.into(),
        title: "科员".into(),
        roles: [role].into(),
        first_day: date(2026, 9, 24),
        last_day: None,
    }
}

fn joins(login: &str, body: &str) -> Hire {
    Hire { login: login.into(), name: "新来".into(), post: post(body, Role::Review) }
}

impl House {
    fn by(&self) -> Actor {
        as_admin(self.admin, self.town.office)
    }

    async fn try_write<T, E>(&self, work: impl AsyncFnOnce(&mut Tx) -> Result<T, E>) -> Result<T, E> {
        let mut tx = self.town.db.begin().await.unwrap();
        let done = work(&mut tx).await;
        if done.is_ok() {
            tx.commit().await.unwrap();
        } else {
            tx.rollback().await.unwrap();
        }
        done
    }

    async fn acts(&self) -> i64 {
        self.town.count("select count(*) from acts").await
    }

    async fn signs_in(&self, login: &str, password: &str, now: Timestamp) -> bool {
        let town = &self.town;
        let tried = sign_in_staff(&town.db, &town.vault, &town.passwords, now, given(login, password)).await;
        tried.is_ok()
    }
}

fn said<T>(done: Result<T, StaffingError>) -> String {
    match done {
        Ok(_) => "done".into(),
        Err(StaffingError::Fields(fields)) => fields
            .iter()
            .map(|one| format!("{} {}", one.field, one.message.key))
            .collect::<Vec<_>>()
            .join(", "),
        Err(error) => format!("{error:?}").split('(').next().unwrap().to_owned(),
    }
}

#[tokio::test]
async fn somebody_joins_with_a_start_password_and_must_choose_their_own() {
    testkit::each_database(async |db| {
        let house = house(db).await;
        let (by, passwords) = (house.by(), house.town.passwords.clone());
        let hired =
            house.try_write(async |tx| hire(tx, &passwords, &by, morning(), joins("New.one", "under")).await);
        let hired = hired.await.unwrap();
        assert_eq!(house.acts().await, 1);
        let start = hired.start_password.clone();
        assert!(!house.signs_in("new.one", "wrong-wrong-wrong", morning()).await);
        assert!(house.signs_in("new.one", &start, morning()).await);
        let late = testkit::instant("2026-10-09T09:00");
        assert!(!house.signs_in("new.one", &start, late).await, "after two weeks it is worthless");
        let site = house.town.site(true);
        let mut browser = Browser::default();
        let fields = [("login", "new.one"), ("password", start.as_str())];
        site.post(&mut browser, "/staff/sign-in", "/staff/sign-in", &fields).await;
        for path in ["/staff/account", "/staff/deputies", "/account/totp"] {
            assert_eq!(site.get(&mut browser, path).await.location(), "/account/password", "{path}");
        }
        let own = "岳麓山上红叶满天飞舞";
        let fields = [("new_password", own), ("again", own)];
        let done = site.post(&mut browser, "/account/password", "/account/password", &fields).await;
        assert_eq!(done.location(), "/staff/account?changed=password");
        assert_eq!(site.get(&mut browser, "/staff/account").await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn what_breaks_a_rule_is_named_and_nothing_is_written() {
    testkit::each_database(async |db| {
        let house = house(db).await;
        let (by, passwords) = (house.by(), house.town.passwords.clone());
        let check = async |new: Hire| {
            said(house.try_write(async |tx| hire(tx, &passwords, &by, morning(), new).await).await)
        };
        assert_eq!(check(joins("chen", "under")).await, "login identity-taken");
        assert_eq!(check(joins("a", "elsewhere")).await, "body identity-staffing-body", "not below");
        let wrong = GivenPost {
            title: "长".repeat(51),
            roles: [].into(),
            last_day: Some(date(2026, 9, 23)),
            ..post("nowhere", Role::Review)
        };
        assert_eq!(
            check(Hire { login: "A B".into(), name: "<1>".into(), post: wrong }).await,
            "login identity-slug-form, name identity-name-wrong, body identity-staffing-body, \
             title identity-staffing-title-wrong, roles identity-roles-missing, last_day identity-days-turned"
        );
        assert_eq!((house.acts().await, house.town.count("select count(*) from staff").await), (0, 2));
    })
    .await;
}

#[tokio::test]
async fn nobody_manages_themself_another_tree_or_without_the_role() {
    testkit::each_database(async |db| {
        let house = house(db).await;
        let (by, clerk, passwords) = (house.by(), house.town.clerk, house.town.passwords.clone());
        let other = old_hand(&house.town, "other", "elsewhere", Role::Review).await;
        let own = post("approval", Role::Decision);
        let give = async |by: &Actor, staff, post: &GivenPost| {
            let post = post.clone();
            said(house.try_write(async |tx| give_post(tx, by, morning(), staff, post).await).await)
        };
        assert_eq!(give(&by, house.admin, &own).await, "Oneself");
        assert_eq!(give(&by, other, &own).await, "Unknown", "somebody of another tree");
        let below = as_admin(other, house.under);
        assert_eq!(give(&below, clerk, &own).await, "Unknown", "of the body above");
        let Actor::Staff(mut nobody) = house.by() else { panic!() };
        nobody.roles = [Role::Decision, Role::Audit, Role::Supervision].into();
        assert_eq!(give(&Actor::Staff(nobody), clerk, &own).await, "NotAdministrator");
        assert_eq!(give(&Actor::Anonymous, clerk, &own).await, "NotAdministrator");
        // Somebody who also works elsewhere is not closed from here, nor is their password changed.
        house
            .town
            .write(async |tx| {
                let elsewhere = crate::posts::NewPost {
                    staff: clerk,
                    body: house.elsewhere,
                    title: "",
                    roles: &[Role::Decision].into(),
                    first_day: date(2026, 1, 1),
                    last_day: None,
                };
                crate::posts::insert(tx, &elsewhere, morning()).await.unwrap()
            })
            .await;
        let how = Leave { last_day: date(2026, 9, 30), at_once: true, reason: "辞职".into() };
        let left = house.try_write(async |tx| leave(tx, &by, morning(), clerk, how).await).await;
        assert_eq!(said(left), "Elsewhere");
        let start = house
            .try_write(async |tx| give_start_password(tx, &passwords, &by, morning(), clerk).await)
            .await;
        assert_eq!(said(start), "Elsewhere");
        assert_eq!(house.acts().await, 0);
    })
    .await;
}

#[tokio::test]
async fn moving_ends_one_post_and_begins_another_at_once_or_neither() {
    testkit::each_database(async |db| {
        let house = house(db).await;
        let (by, clerk) = (house.by(), house.town.clerk);
        let first = {
            let mut tx = house.town.db.snapshot().await.unwrap();
            posts_of(&mut tx, clerk).await.unwrap()[0].clone()
        };
        let until = date(2026, 9, 30);
        let go = async |next: GivenPost, why: &str| {
            let moved =
                house.try_write(async |tx| move_post(tx, &by, morning(), first.id, until, next, why).await);
            said(moved.await)
        };
        let next = GivenPost { first_day: date(2026, 10, 1), ..post("under", Role::Decision) };
        let early = GivenPost { first_day: until, ..next.clone() };
        assert_eq!(go(early, "调动").await, "next/first_day identity-staffing-not-after");
        assert_eq!(go(next.clone(), " ").await, "reason identity-staffing-reason");
        let nowhere = GivenPost { body: "elsewhere".into(), ..next.clone() };
        assert_eq!(go(nowhere, "调动").await, "next/body identity-staffing-body");
        let mut tx = house.town.db.snapshot().await.unwrap();
        assert_eq!(posts_of(&mut tx, clerk).await.unwrap()[0].last_day, None, "nothing half");
        drop(tx);
        assert_eq!(go(next, "调动").await, "done");
        assert_eq!(house.acts().await, 2);
        let subject = Subject::Staff(clerk);
        for (at, place, role) in [
            ("2026-09-30T23:59", house.town.office, Role::Acceptance),
            ("2026-10-01T00:00", house.under, Role::Decision),
        ] {
            let now = testkit::instant(at);
            let visit = house.town.write(async |tx| open_session_for(tx, subject, now).await.unwrap()).await;
            let mut tx = house.town.db.snapshot().await.unwrap();
            let live = find_session(&mut tx, &house.town.vault, &visit.token, now).await.unwrap().unwrap();
            let staff = live.actor.staff().unwrap();
            assert!(staff.body == place && staff.roles.contains(&role), "{at}");
        }
        let midnight = testkit::instant("2026-10-01T00:00");
        let settled = house.town.write(async |tx| settle_posts(tx, clerk, midnight).await.unwrap()).await;
        assert_eq!(settled.left, [house.town.office].into());
        assert_eq!(house.town.count("select count(*) from jobs where kind = 'identity.post-ended'").await, 1);
    })
    .await;
}

#[tokio::test]
async fn whoever_leaves_signs_in_until_the_last_day_and_no_longer() {
    testkit::each_database(async |db| {
        let house = house(db).await;
        let (by, clerk, passwords) = (house.by(), house.town.clerk, house.town.passwords.clone());
        let last_day = date(2026, 9, 30);
        let go = async |how: Leave| {
            said(house.try_write(async |tx| leave(tx, &by, morning(), clerk, how).await).await)
        };
        let how = Leave { last_day, at_once: false, reason: "退休".into() };
        assert_eq!(
            go(Leave { reason: String::new(), ..how.clone() }).await,
            "reason identity-staffing-reason"
        );
        let past = Leave { last_day: date(2026, 9, 23), ..how.clone() };
        assert_eq!(go(past).await, "last_day identity-staffing-past");
        assert_eq!(go(how).await, "done");
        let (before, after) = (testkit::instant("2026-09-30T23:59"), testkit::instant("2026-10-01T00:00"));
        assert!(house.signs_in("chen", "three small clerks", before).await);
        assert!(!house.signs_in("chen", "three small clerks", after).await);
        let opened_before = opened(
            sign_in_staff(
                &house.town.db,
                &house.town.vault,
                &passwords,
                before,
                given("chen", "three small clerks"),
            )
            .await
            .unwrap(),
        );
        let settled = house.town.write(async |tx| settle_posts(tx, clerk, after).await.unwrap()).await;
        assert_eq!(settled.left, [house.town.office].into());
        let mut tx = house.town.db.snapshot().await.unwrap();
        let live = find_session(&mut tx, &house.town.vault, &opened_before.token, after).await.unwrap();
        assert!(live.is_none(), "the visit has ended");
        drop(tx);
        // Back again: a new start password, and posts anew.
        let start =
            house.try_write(async |tx| stay(tx, &passwords, &by, after, clerk).await).await.unwrap().unwrap();
        assert!(!house.signs_in("chen", &start, after).await, "no post yet");
        let again = GivenPost { first_day: china_date(after), ..post("approval", Role::Review) };
        house.try_write(async |tx| give_post(tx, &by, after, clerk, again).await).await.unwrap();
        assert!(house.signs_in("chen", &start, after).await);
    })
    .await;
}

#[tokio::test]
async fn at_once_means_at_once_and_can_be_taken_back() {
    testkit::each_database(async |db| {
        let house = house(db).await;
        let (by, clerk, passwords) = (house.by(), house.town.clerk, house.town.passwords.clone());
        let subject = Subject::Staff(clerk);
        let visit =
            house.town.write(async |tx| open_session_for(tx, subject, morning()).await.unwrap()).await;
        let how = Leave { last_day: date(2030, 1, 1), at_once: true, reason: "停职".into() };
        house.try_write(async |tx| leave(tx, &by, morning(), clerk, how).await).await.unwrap();
        let mut tx = house.town.db.snapshot().await.unwrap();
        assert!(find_session(&mut tx, &house.town.vault, &visit.token, morning()).await.unwrap().is_none());
        drop(tx);
        assert!(!house.signs_in("chen", "three small clerks", morning()).await);
        let start = house
            .try_write(async |tx| stay(tx, &passwords, &by, morning(), clerk).await)
            .await
            .unwrap()
            .unwrap();
        assert!(house.signs_in("chen", &start, morning()).await, "the posts go on");
        assert!(!house.signs_in("chen", "three small clerks", morning()).await);
        assert_eq!(house.acts().await, 2);
    })
    .await;
}

#[tokio::test]
async fn the_last_administrator_stays() {
    testkit::each_database(async |db| {
        let house = house(db).await;
        let second = old_hand(&house.town, "second", "approval", Role::Administration).await;
        let below = old_hand(&house.town, "below", "under", Role::Administration).await;
        let first_post = {
            let mut tx = house.town.db.snapshot().await.unwrap();
            posts_of(&mut tx, house.admin).await.unwrap()[0].id
        };
        let (one, other) = (as_admin(house.admin, house.town.office), as_admin(second, house.town.office));
        let gone = |reason: &str| Leave { last_day: date(2026, 9, 24), at_once: true, reason: reason.into() };
        // Those below are administered from above.
        house.try_write(async |tx| leave(tx, &one, morning(), below, gone("离职")).await).await.unwrap();
        let today = date(2026, 9, 24);
        house
            .try_write(async |tx| end_post(tx, &other, morning(), first_post, today, "轮岗").await)
            .await
            .unwrap();
        let left = house.try_write(async |tx| leave(tx, &one, morning(), second, gone("离职")).await).await;
        assert_eq!(said(left), "LastAdministrator");
        assert!(house.signs_in("second", "seven tall herons", morning()).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_administrators_who_send_each_other_away_leave_one() {
    testkit::each_database(async |db| {
        let house = std::sync::Arc::new(house(db).await);
        let second = old_hand(&house.town, "second", "approval", Role::Administration).await;
        let mut running = tokio::task::JoinSet::new();
        for (by, whom) in [(house.admin, second), (second, house.admin)] {
            let house = std::sync::Arc::clone(&house);
            running.spawn(async move {
                let by = as_admin(by, house.town.office);
                let how = Leave { last_day: date(2026, 9, 24), at_once: true, reason: "离职".into() };
                house.try_write(async |tx| leave(tx, &by, morning(), whom, how).await).await.is_ok()
            });
        }
        let done = running.join_all().await;
        assert_eq!(done.iter().filter(|done| **done).count(), 1);
    })
    .await;
}

#[tokio::test]
async fn pages_find_add_move_and_say_what_is_wrong() {
    testkit::each_database(async |db| {
        let house = house(db).await;
        let (admin, clerk) = (house.admin, house.town.clerk);
        old_hand(&house.town, "other", "elsewhere", Role::Review).await;
        let auditor = old_hand(&house.town, "auditor", "approval", Role::Audit).await;
        let site = house.town.site(true);
        let mut browser = site.browser_of(Subject::Staff(admin)).await;
        let list = site.get(&mut browser, "/admin/staff").await;
        assert_eq!(list.status, 200, "{}", list.text);
        assert!(list.text.contains("陈晨") && !list.text.contains(">other<"));
        for (q, found) in [("che", true), ("晨", true), ("approval", true), ("under", false), ("%25", false)]
        {
            let page = site.get(&mut browser, &format!("/admin/staff?q={q}")).await;
            assert_eq!(page.text.contains("陈晨"), found, "{q}");
        }
        let fields = [
            ("login", "new.one"),
            ("name", "新来"),
            ("body", "under"),
            ("title", "<b>科员"),
            ("roles", "review"),
            ("roles", "acceptance"),
            ("first_day", "2026-09-24"),
            ("until", ""),
        ];
        let none = site.post(&mut browser, "/admin/staff/new", "/admin/staff", &fields[..1]).await;
        assert_eq!(none.status, 422);
        let done = site.post(&mut browser, "/admin/staff/new", "/admin/staff", &fields).await;
        assert_eq!(done.status, 200, "{}", done.text);
        assert!(done.text.contains("初始密码只显示这一次"));
        let list = site.get(&mut browser, "/admin/staff?q=new.one").await;
        assert!(
            list.text.contains("&lt;b&gt;科员") || list.text.contains("&#60;b&#62;科员"),
            "{}",
            list.text
        );
        let one = format!("/admin/staff/{clerk}");
        let page = site.get(&mut browser, &one).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let href = page.text.split("href=\"/admin/posts/").nth(1).unwrap().split('"').next().unwrap();
        let href = format!("/admin/posts/{href}");
        assert_eq!(site.get(&mut browser, &format!("{href}/move")).await.status, 200);
        let ends = [("last_day", "2026-09-01"), ("reason", "轮岗")];
        let wrong = site.post(&mut browser, &href, &format!("{href}/end"), &ends).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text.contains("最后一天不能早于今天"));
        let ends = [("last_day", "2026-09-30"), ("reason", "轮岗")];
        let done = site.post(&mut browser, &href, &format!("{href}/end"), &ends).await;
        assert_eq!(done.location(), one);
        let own = site.get(&mut browser, &format!("/admin/staff/{admin}")).await;
        assert!(own.text.contains("不能变更自己") && !own.text.contains("/leave\""));
        let mut reader = site.browser_of(Subject::Staff(auditor)).await;
        let page = site.get(&mut reader, &one).await;
        assert!(page.status == 200 && !page.text.contains("/leave\"") && !page.text.contains("/posts/"));
        assert_eq!(site.get(&mut reader, "/admin/staff/new").await.status, 403);
        let mut clerks = site.browser_of(Subject::Staff(clerk)).await;
        assert_eq!(site.get(&mut clerks, "/admin/staff").await.status, 403);
    })
    .await;
}
