//! Who can stand in, who may say so, and what is refused.

use std::collections::BTreeSet;

use jiff::civil::date;
use kernel::{Actor, BodyId, Role, StaffActor, StaffId};

use super::*;
use crate::testing::{Town, body, morning, town};
use crate::{AddStaff, DeputyState, add_body, add_staff, end_deputy, find_deputy};

/// 陈晨 (acceptance, review) is the clerk of the town; these are her colleagues, and somebody elsewhere.
pub(crate) struct Office {
    pub(crate) town: Town,
    /// Every working role.
    pub(crate) lin: StaffId,
    /// Acceptance and review.
    pub(crate) sun: StaffId,
    /// Review only.
    pub(crate) he: StaffId,
    pub(crate) admin: StaffId,
    pub(crate) elsewhere: StaffId,
    pub(crate) other_body: BodyId,
}

pub(crate) async fn office(db: store::Db) -> Office {
    let town = town(db).await;
    let now = morning();
    let mut tx = town.db.begin().await.unwrap();
    let other_body = add_body(&mut tx, now, body("elsewhere", "430103")).await.unwrap();
    let mut ids = Vec::new();
    let (a, r, d) = (Role::Acceptance, Role::Review, Role::Decision);
    let staff: [(&str, &str, &[Role]); 5] = [
        ("lin", "approval", &[a, r, d]),
        ("sun", "approval", &[a, r]),
        ("he", "approval", &[r]),
        ("admin", "approval", &[Role::Administration]),
        ("wu", "elsewhere", &[a, r, d]),
    ];
    for (login, body, roles) in staff {
        let one = AddStaff {
            login: login.into(),
            name: format!("示例{login}"),
            body: body.into(),
            roles: roles.iter().copied().collect::<BTreeSet<_>>(),
            password: None,
        };
        ids.push(add_staff(&mut tx, &town.passwords, now, one).await.unwrap());
    }
    tx.commit().await.unwrap();
    let [lin, sun, he, admin, elsewhere] = ids.try_into().unwrap();
    Office { town, lin, sun, he, admin, elsewhere, other_body }
}

impl Office {
    pub(crate) fn actor(&self, staff: StaffId) -> Actor {
        let roles: &[Role] = if staff == self.lin || staff == self.elsewhere {
            &[Role::Acceptance, Role::Review, Role::Decision]
        } else if staff == self.admin {
            &[Role::Administration]
        } else if staff == self.he {
            &[Role::Review]
        } else {
            &[Role::Acceptance, Role::Review]
        };
        Actor::Staff(StaffActor {
            strong: false,
            staff,
            body: if staff == self.elsewhere { self.other_body } else { self.town.office },
            division: "430102".into(),
            roles: roles.iter().copied().collect(),
            deputy_of: BTreeSet::new(),
            shown_as: "示例".into(),
        })
    }

    pub(crate) async fn name(&self, by: StaffId, name: NameDeputy) -> Result<DeputyId, NameDeputyError> {
        let mut tx = self.town.db.begin().await.unwrap();
        let named = name_deputy(&mut tx, &self.actor(by), morning(), name).await;
        if named.is_ok() {
            tx.commit().await.unwrap();
        } else {
            tx.rollback().await.unwrap();
        }
        named
    }
}

/// From 24 September (the day of the tests) on.
pub(crate) fn days(absent: StaffId, deputy: StaffId, first: i8, last: i8) -> NameDeputy {
    NameDeputy {
        absent,
        deputy,
        first_day: date(2026, 9, first),
        last_day: date(2026, 9, last),
        reason: "出差".into(),
    }
}

#[tokio::test]
async fn a_clerk_a_manager_and_the_administration_name_deputies_and_nobody_else() {
    testkit::each_database(async |db| {
        let office = office(db).await;
        let chen = office.town.clerk;
        let id = office.name(chen, days(chen, office.sun, 24, 25)).await.unwrap();
        office.name(office.lin, days(chen, office.sun, 26, 26)).await.unwrap();
        office.name(office.admin, days(chen, office.lin, 27, 27)).await.unwrap();
        let other = office.name(office.sun, days(chen, office.lin, 28, 28)).await;
        assert!(matches!(other, Err(NameDeputyError::NotTheirs)), "{other:?}");
        let other = office.name(office.elsewhere, days(chen, office.lin, 28, 28)).await;
        assert!(matches!(other, Err(NameDeputyError::Unknown("absent"))), "{other:?}");
        let mut tx = office.town.db.begin().await.unwrap();
        let found = find_deputy(&mut tx, id).await.unwrap().unwrap();
        assert_eq!((found.absent, found.deputy, found.named_by), (chen, office.sun, chen));
        assert_eq!(found.state(date(2026, 9, 23)), DeputyState::Ahead);
        assert_eq!(found.state(date(2026, 9, 25)), DeputyState::Running);
        assert_eq!(found.state(date(2026, 9, 26)), DeputyState::Over);
        // Whoever may not name one may not end one, and does not learn that it is there.
        for stranger in [office.sun, office.elsewhere] {
            let by = office.actor(stranger);
            assert_eq!(end_deputy(&mut tx, &by, morning(), id).await.unwrap(), None);
        }
        end_deputy(&mut tx, &office.actor(office.lin), morning(), id).await.unwrap().unwrap();
        end_deputy(&mut tx, &office.actor(chen), morning(), id).await.unwrap().unwrap();
        let ended = find_deputy(&mut tx, id).await.unwrap().unwrap();
        assert_eq!(ended.state(date(2026, 9, 24)), DeputyState::Ended);
        assert_eq!(ended.ended_by_name.as_deref(), Some("示例lin"), "the first who ended it");
        tx.commit().await.unwrap();
        let told = "select count(*) from jobs where kind = 'identity.deputy'";
        assert_eq!(office.town.count(told).await, 4, "three named, one ended");
    })
    .await;
}

#[tokio::test]
async fn a_deputy_works_there_has_the_roles_and_is_there() {
    testkit::each_database(async |db| {
        let office = office(db).await;
        let chen = office.town.clerk;
        let refused = async |name: NameDeputy| office.name(office.lin, name).await.unwrap_err();
        assert!(matches!(refused(days(chen, chen, 24, 25)).await, NameDeputyError::Oneself));
        let lacks = refused(days(chen, office.he, 24, 25)).await;
        assert!(matches!(&lacks, NameDeputyError::LacksRoles(roles) if *roles == [Role::Acceptance].into()));
        let Refusal::Invalid(faults) = Refusal::from(lacks) else { panic!() };
        assert_eq!(faults[0].field, "deputy");
        assert!(matches!(
            refused(days(chen, office.elsewhere, 24, 25)).await,
            NameDeputyError::Unknown("deputy")
        ));
        let no_work = office.name(office.admin, days(office.admin, office.lin, 24, 25)).await;
        assert!(matches!(no_work, Err(NameDeputyError::NoWork)), "{no_work:?}");
        office
            .town
            .write(async |tx| {
                tx.execute("update staff set disabled_at = 1 where id = $1", vals![office.sun])
                    .await
                    .unwrap();
            })
            .await;
        assert!(matches!(refused(days(chen, office.sun, 24, 25)).await, NameDeputyError::Unknown("deputy")));
        assert!(matches!(refused(days(office.sun, chen, 24, 25)).await, NameDeputyError::Unknown("absent")));
    })
    .await;
}

#[tokio::test]
async fn days_are_bounded_and_a_reason_is_given() {
    testkit::each_database(async |db| {
        let office = office(db).await;
        let chen = office.town.clerk;
        let refused = async |name: NameDeputy| office.name(chen, name).await.unwrap_err();
        assert!(matches!(refused(days(chen, office.sun, 23, 25)).await, NameDeputyError::Past));
        assert!(matches!(refused(days(chen, office.sun, 26, 25)).await, NameDeputyError::Backwards));
        let long = NameDeputy { last_day: date(2027, 3, 27), ..days(chen, office.sun, 24, 25) };
        assert!(matches!(refused(long.clone()).await, NameDeputyError::TooLong), "185 days");
        let far = NameDeputy { first_day: date(2027, 9, 26), last_day: date(2027, 9, 26), ..long.clone() };
        assert!(matches!(refused(far).await, NameDeputyError::TooFar));
        for reason in ["  ".to_owned(), "长".repeat(DEPUTY_REASON_MAX + 1)] {
            let none = NameDeputy { reason, ..days(chen, office.sun, 24, 25) };
            assert!(matches!(refused(none).await, NameDeputyError::Reason));
        }
        office.name(chen, NameDeputy { last_day: date(2027, 3, 26), ..long }).await.expect("184 days");
    })
    .await;
}

#[tokio::test]
async fn nobody_has_two_deputies_stands_in_for_a_deputy_or_for_too_many() {
    testkit::each_database(async |db| {
        let office = office(db).await;
        let chen = office.town.clerk;
        let (lin, sun, he) = (office.lin, office.sun, office.he);
        office.name(lin, days(chen, sun, 24, 26)).await.unwrap();
        let refused = async |name: NameDeputy| office.name(lin, name).await.unwrap_err();
        assert!(matches!(refused(days(chen, lin, 26, 28)).await, NameDeputyError::Overlaps(_)));
        assert!(matches!(refused(days(sun, lin, 25, 25)).await, NameDeputyError::StandsIn(_)), "a chain");
        assert!(matches!(refused(days(he, chen, 26, 27)).await, NameDeputyError::DeputyAway(_)));
        office.name(lin, days(sun, lin, 27, 27)).await.expect("the day after");
        // Three at a time, and the fourth is refused.
        let more = office
            .town
            .write(async |tx| {
                let mut ids = Vec::new();
                for login in ["a1", "a2", "a3"] {
                    let one = AddStaff {
                        login: login.into(),
                        name: "示例".into(),
                        body: "approval".into(),
                        roles: [Role::Review].into(),
                        password: None,
                    };
                    ids.push(add_staff(tx, &office.town.passwords, morning(), one).await.unwrap());
                }
                ids
            })
            .await;
        office.name(lin, days(more[0], sun, 24, 24)).await.unwrap();
        office.name(lin, days(more[1], sun, 24, 24)).await.unwrap();
        assert!(matches!(refused(days(more[2], sun, 24, 24)).await, NameDeputyError::TooMany));
        office.name(lin, days(more[2], sun, 26, 26)).await.expect("only one other on that day");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_name_at_once_name_one() {
    testkit::each_database(async |db| {
        let office = std::sync::Arc::new(office(db).await);
        let chen = office.town.clerk;
        let tries: Vec<_> = [(office.lin, office.sun), (chen, office.lin), (office.admin, office.sun)]
            .into_iter()
            .map(|(by, deputy)| {
                let office = std::sync::Arc::clone(&office);
                async move { office.name(by, days(chen, deputy, 24, 25)).await.is_ok() }
            })
            .collect();
        let mut named = 0;
        for done in side_by_side(tries).await {
            named += i32::from(done);
        }
        assert_eq!(named, 1);
        assert_eq!(office.town.count("select count(*) from deputies").await, 1);
    })
    .await;
}

/// Runs them side by side.
async fn side_by_side<F: Future<Output = bool> + Send + 'static>(tries: Vec<F>) -> Vec<bool> {
    let mut running = tokio::task::JoinSet::new();
    tries.into_iter().for_each(|one| drop(running.spawn(one)));
    running.join_all().await
}
