//! What managers read is what a count of all rows says.

use std::collections::BTreeMap;

use super::*;
use crate::worklist::{COUNTED_MAX, load_of_clerks, load_of_items, load_of_roles};

#[tokio::test(flavor = "multi_thread")]
async fn the_load_of_clerks_roles_and_items_is_what_there_is() {
    testkit::each_database(async |db| {
        let mut tx = fresh(&db).await;
        fill(&mut tx, 3_000).await;
        let (body, days): (BodyId, _) = (id(1), today());
        let clerks: Vec<StaffId> = [100, 103, 106, 999].map(id).into();
        let since = [1_790_050_000, 1_790_020_000].map(|at| Timestamp::from_second(at).unwrap());
        let known: Vec<Known> =
            Known::all(&mut tx).await.into_iter().filter(|one| one.body == body).collect();
        let loads = load_of_clerks(&mut tx, body, &clerks, days, since).await.unwrap();
        assert_eq!(loads.len(), clerks.len());
        for load in &loads {
            let of = |state| {
                let theirs =
                    move |one: &&Known| one.item.claimed_by == Some(load.staff) && one.item.state == state;
                known.iter().filter(theirs).map(|one| &one.item).collect::<Vec<_>>()
            };
            let claimed = of(WorkState::Claimed);
            let lit =
                |light| i64::try_from(claimed.iter().filter(|item| item.light == light).count()).unwrap();
            let finished = |since| {
                let done = of(WorkState::Done);
                i64::try_from(done.iter().filter(|item| item.finished_at >= Some(since)).count()).unwrap()
            };
            assert_eq!(load.claimed, i64::try_from(claimed.len()).unwrap());
            assert_eq!((load.red, load.yellow), (lit(Light::Red), lit(Light::Yellow)));
            assert_eq!(load.oldest, claimed.iter().map(|item| item.submitted_at).min());
            assert_eq!((load.finished_lately, load.finished), (finished(since[0]), finished(since[1])));
            assert!(load.claimed < COUNTED_MAX);
        }
        assert!(
            loads.iter().any(|load| load.red > 0 && load.yellow > 0 && load.finished > load.finished_lately)
        );
        assert_eq!(loads.iter().find(|load| load.staff == id(999)).unwrap().claimed, 0, "nobody has nothing");
        check_roles(&mut tx, &known).await;
        check_items(&mut tx, &known).await;
    })
    .await;
}

async fn check_roles(tx: &mut Tx, known: &[Known]) {
    let roles = load_of_roles(tx, id(1), today().today).await.unwrap();
    assert_eq!(
        roles.iter().map(|load| load.role).collect::<Vec<_>>(),
        [Role::Acceptance, Role::Review, Role::Decision]
    );
    for load in roles {
        let count = |fits: &dyn Fn(&WorkItem) -> bool| {
            let of_role = known.iter().filter(|one| one.role == load.role && fits(&one.item));
            i64::try_from(of_role.count()).unwrap()
        };
        assert_eq!(load.open, count(&|item| item.state == WorkState::Open));
        assert_eq!(load.open_red, count(&|item| item.state == WorkState::Open && item.light == Light::Red));
        assert_eq!(load.claimed, count(&|item| item.state == WorkState::Claimed));
        assert!(!load.is_partial);
    }
}

async fn check_items(tx: &mut Tx, known: &[Known]) {
    let mut expected: BTreeMap<(String, String, String), [i64; 4]> = BTreeMap::new();
    for one in known.iter().filter(|one| matches!(one.item.state, WorkState::Open | WorkState::Claimed)) {
        let item = &one.item;
        let key = (item.item.clone(), item.handling.clone(), item.package_version.clone());
        let counts = expected.entry(key).or_default();
        counts[0] += 1;
        counts[1] += i64::from(item.state == WorkState::Open);
        counts[2] += i64::from(item.light == Light::Red);
        counts[3] += i64::from(item.light == Light::Yellow);
    }
    let (mut found, mut after) = (BTreeMap::new(), String::new());
    loop {
        let page = load_of_items(tx, id(1), &after, 2, today()).await.unwrap();
        assert!(page.len() <= 2);
        let Some(last) = page.last() else { break };
        after.clone_from(&last.item);
        for item in page {
            for of in item.versions {
                assert!(of.cases > 0 && of.cases <= of.waiting);
                let counts = [of.waiting, of.open, of.red, of.yellow];
                found.insert((item.item.clone(), of.handling, of.version), counts);
            }
        }
    }
    assert_eq!(found, expected);
}
