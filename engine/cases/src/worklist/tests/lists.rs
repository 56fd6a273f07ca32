//! Every scope, filter and order shows what it says, forwards and backwards, however little is looked at for a page.

use super::*;

/// What a list must show, in its order.
pub(super) fn expected(all: &[Known], query: &WorkQuery<'_>) -> Vec<WorkItem> {
    let mut rows: Vec<&Known> =
        all.iter().filter(|known| in_scope(known, query) && fits(&known.item, query.filter)).collect();
    let rank = |item: &WorkItem| (!item.express, item.due_on.unwrap_or(Date::MAX), item.task);
    let submitted = |item: &WorkItem| (item.submitted_at, item.task);
    let finished = |item: &WorkItem| (item.finished_at, item.task);
    match (query.scope, query.sort) {
        (Scope::Done, Sort::Oldest) => rows.sort_by_key(|known| finished(&known.item)),
        (Scope::Done, _) => rows.sort_by_key(|known| std::cmp::Reverse(finished(&known.item))),
        (_, Sort::Due) => rows.sort_by_key(|known| rank(&known.item)),
        (_, Sort::Oldest) => rows.sort_by_key(|known| submitted(&known.item)),
        (_, Sort::Newest) => rows.sort_by_key(|known| std::cmp::Reverse(submitted(&known.item))),
    }
    rows.into_iter().map(|known| known.item.clone()).collect()
}

fn in_scope(known: &Known, query: &WorkQuery<'_>) -> bool {
    let Known { body, role, item } = known;
    let clerk = query.clerk;
    let taken_by = |staff: &StaffId| item.claimed_by == Some(*staff);
    *body == clerk.body
        && match query.scope {
            Scope::Body => {
                matches!(item.state, WorkState::Open | WorkState::Claimed) && clerk.roles.contains(role)
            }
            Scope::Mine => item.state == WorkState::Claimed && taken_by(&clerk.staff),
            Scope::Delegated => item.state == WorkState::Claimed && clerk.deputy_of.iter().any(taken_by),
            Scope::Done => item.state == WorkState::Done && taken_by(&clerk.staff),
            Scope::Watched => unreachable!("watched cases have a test of their own"),
        }
}

fn fits(item: &WorkItem, filter: &WorkFilter) -> bool {
    let over = item.state == WorkState::Done;
    let has_day = |fits: &dyn Fn(Date) -> bool| over || item.due_on.is_some_and(fits);
    filter.light.is_none_or(|light| light == item.light)
        && filter.item.as_ref().is_none_or(|code| *code == item.item)
        && filter.handling.as_ref().is_none_or(|handling| *handling == item.handling)
        && filter.division.as_ref().is_none_or(|division| item.division.starts_with(division))
        && filter.work.is_none_or(|work| work == item.work)
        && filter.stage.as_ref().is_none_or(|stage| *stage == item.stage)
        && filter.due_from.is_none_or(|from| has_day(&|day| day >= from))
        && filter.due_to.is_none_or(|to| has_day(&|day| day <= to))
        && filter.express.is_none_or(|express| express == item.express)
        && filter.claimed.is_none_or(|claimed| over || claimed == (item.state == WorkState::Claimed))
}

pub(super) fn every_filter() -> Vec<WorkFilter> {
    let none = WorkFilter::default;
    let mut all: Vec<WorkFilter> = [Light::Red, Light::Yellow, Light::Green, Light::Grey]
        .map(|light| WorkFilter { light: Some(light), ..none() })
        .into();
    all.extend([
        none(),
        WorkFilter { item: Some("item1".into()), ..none() },
        WorkFilter { item: Some("rare".into()), ..none() },
        WorkFilter { item: Some("item2".into()), handling: Some("00".into()), ..none() },
        WorkFilter { division: Some("430102".into()), ..none() },
        WorkFilter { division: Some("430102003".into()), ..none() },
        WorkFilter { work: Some(TaskKind::Review), ..none() },
        WorkFilter { stage: Some("check".into()), ..none() },
        WorkFilter { due_from: Some(date("2026-10-20")), ..none() },
        WorkFilter { due_from: Some(date("2026-10-14")), due_to: Some(date("2026-11-12")), ..none() },
        WorkFilter { express: Some(true), ..none() },
        WorkFilter { express: Some(false), light: Some(Light::Green), ..none() },
        WorkFilter { claimed: Some(false), ..none() },
        WorkFilter { claimed: Some(true), light: Some(Light::Red), ..none() },
        WorkFilter { light: Some(Light::Red), due_from: Some(date("2026-12-01")), ..none() },
        WorkFilter {
            light: Some(Light::Green),
            item: Some("item3".into()),
            handling: Some("01".into()),
            division: Some("430102".into()),
            work: Some(TaskKind::Accept),
            stage: Some("acceptance".into()),
            due_from: Some(date("2026-11-01")),
            due_to: Some(date("2026-12-31")),
            express: Some(false),
            claimed: Some(false),
        },
    ]);
    all
}

/// Reads a list to its end and back to its beginning.
async fn walk(tx: &mut Tx, query: &WorkQuery<'_>, expected: &[WorkItem], size: PageSize, looked_at_max: i64) {
    let about = format!("{:?} {:?} {:?} looking at {looked_at_max}", query.scope, query.sort, query.filter);
    let mut seen = Vec::new();
    let mut place = Place::First;
    let mut last;
    loop {
        last = worklist_within(tx, query, &place, size, looked_at_max).await.unwrap();
        let is_full = last.items.len() == size.get() as usize;
        assert_eq!(last.is_partial, !is_full && last.next.is_some(), "{about}");
        seen.extend(last.items.clone());
        match last.next.clone() {
            Some(next) => place = Place::After(next),
            None => break,
        }
    }
    assert_eq!(seen, expected, "{about}");
    let mut before = seen.len() - last.items.len();
    while let Some(previous) = last.previous.take() {
        last = worklist_within(tx, query, &Place::Before(previous), size, looked_at_max).await.unwrap();
        if last.previous.is_none() {
            assert_eq!(last.items, expected[..last.items.len()], "{about}: back at the beginning");
            break;
        }
        assert_eq!(last.items, expected[before - last.items.len()..before], "{about}: back");
        before -= last.items.len();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_scope_filter_and_order_shows_what_it_says() {
    testkit::each_database(async |db| {
        let mut tx = fresh(&db).await;
        fill(&mut tx, 420).await;
        let all = Known::all(&mut tx).await;
        let clerk = clerk();
        let (mut shown, size) = (0, PageSize::try_from(9).unwrap());
        for scope in [Scope::Body, Scope::Mine, Scope::Delegated, Scope::Done] {
            for sort in [Sort::Due, Sort::Newest, Sort::Oldest] {
                for filter in every_filter() {
                    let query = WorkQuery { clerk: &clerk, scope, filter: &filter, sort, days: today() };
                    let expected = expected(&all, &query);
                    shown += expected.len();
                    walk(&mut tx, &query, &expected, size, LOOKED_AT_MAX).await;
                    if scope == Scope::Body {
                        walk(&mut tx, &query, &expected, size, 40).await;
                    }
                }
            }
        }
        assert!(shown > 1200, "the filters let something through: {shown}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_of_another_order_is_refused() {
    testkit::each_database(async |db| {
        let mut tx = fresh(&db).await;
        fill(&mut tx, 100).await;
        let (clerk, filter) = (clerk(), WorkFilter::default());
        let query =
            |sort| WorkQuery { clerk: &clerk, scope: Scope::Body, filter: &filter, sort, days: today() };
        let size = PageSize::try_from(2).unwrap();
        let first = worklist(&mut tx, &query(Sort::Due), &Place::First, size).await.unwrap();
        let place = Place::After(first.next.unwrap());
        let other = worklist(&mut tx, &query(Sort::Newest), &place, size).await;
        assert!(matches!(other, Err(CaseError::Store(store::Error::InvalidCursor(_)))), "{other:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn items_and_endings_of_numbers_are_found() {
    testkit::each_database(async |db| {
        let mut tx = fresh(&db).await;
        fill(&mut tx, 700).await;
        let reversed = "update case_tasks set number_reversed = $1 where number = $2";
        for (number, turned) in [("N100007", "700001N"), ("N100107", "701001N"), ("N100207", "702001N")] {
            tx.execute(reversed, vals![turned, number]).await.unwrap();
        }
        let items = items_of_worklist(&mut tx, &clerk()).await.unwrap();
        let all = Known::all(&mut tx).await;
        let (clerk, filter) = (clerk(), WorkFilter::default());
        let query =
            WorkQuery { clerk: &clerk, scope: Scope::Body, filter: &filter, sort: Sort::Due, days: today() };
        let expected: BTreeSet<String> = expected(&all, &query).into_iter().map(|item| item.item).collect();
        assert!(items == expected && items.contains("rare"), "{items:?}");
        let found = async |tx: &mut Tx, body: u32, end: &str, limit| {
            find_by_number_end(tx, id(body), end, limit).await.unwrap().len()
        };
        // Two tasks a case, in two of the three bodies.
        let cases = |body: u32, numbers: &[&str]| {
            let is = |known: &&Known| known.body == id(body) && numbers.contains(&known.item.number.as_str());
            all.iter().filter(is).map(|known| known.item.case).collect::<BTreeSet<CaseId>>().len()
        };
        for body in [1, 2, 3] {
            assert_eq!(found(&mut tx, body, "0007", 20).await, cases(body, &["N100007"]));
            assert_eq!(found(&mut tx, body, "N100107", 20).await, cases(body, &["N100107"]));
            assert_eq!(found(&mut tx, body, "007", 20).await, 0, "too short to mean one");
            assert_eq!(found(&mut tx, body, "0507", 20).await, 0);
        }
    })
    .await;
}
