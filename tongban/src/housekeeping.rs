//! What is swept every night: ended jobs, old idempotency keys, sessions and sign-ins past their keeping time, lists of
//! moved cases; and what the calendar in force has not reached is tried again.

use jiff::ToSpan as _;
use kernel::{Timestamp, china_date, china_midnight};
use serde_json::json;
use store::Tx;
use store::jobs::{self, Handlers, Job, NewJob};

const JOB: &str = "platform.housekeeping";
/// At this hour in China, when nobody waits.
const HOUR: i64 = 3;
/// How long ended jobs and sent messages stay for an operator who looks back.
const ENDED_KEPT_DAYS: i64 = 90;
/// A client that repeats a request does so within this time.
const IDEMPOTENCY_KEPT_DAYS: i64 = 7;
/// How long the list of what a calendar moved can be read; the events stay in the cases.
const MOVES_KEPT_DAYS: i64 = 400;

/// The handler.
pub fn handlers(oidc: &oidc::Room) -> Handlers {
    let oidc = oidc.clone();
    Handlers::new().on(JOB, move |job, now| {
        let oidc = oidc.clone();
        async move { Ok(sweep(&oidc, &job, now).await?) }
    })
}

/// Plans the next night. One job a night, however many nodes plan it.
pub async fn plan(tx: &mut Tx, now: Timestamp) -> Result<(), store::Error> {
    let Ok(night) = china_date(now).tomorrow() else { return Ok(()) };
    let Ok(run_at) = china_midnight(night).checked_add(HOUR.hours()) else { return Ok(()) };
    jobs::enqueue(tx, &NewJob { kind: JOB, key: night.to_string(), payload: json!({}), run_at }).await?;
    Ok(())
}

async fn sweep(oidc: &oidc::Room, job: &Job, now: Timestamp) -> anyhow::Result<()> {
    let days_ago = |days: i64| now.checked_sub((days * 24).hours()).unwrap_or(Timestamp::MIN);
    let mut tx = oidc.db.begin().await?;
    let ended = jobs::prune(&mut tx, days_ago(ENDED_KEPT_DAYS)).await?;
    let sent = store::outbox::prune(&mut tx, days_ago(ENDED_KEPT_DAYS)).await?;
    let keys = store::idempotency::expire(&mut tx, days_ago(IDEMPOTENCY_KEPT_DAYS)).await?;
    let visits = identity::forget_old(&mut tx, now).await?;
    let sign_ons = oidc::forget_old(&mut tx, oidc, now).await?;
    let codes = messages::forget_old(&mut tx, now).await?;
    let moves = cases::forget_old_moves(&mut tx, days_ago(MOVES_KEPT_DAYS)).await?;
    let tried = applications::forget_tried(&mut tx, now).await?;
    let look_ups = applications::forget_look_ups(&mut tx, now).await?;
    let shown = licences::forget_old(&mut tx, now).await?;
    let votes = catalogue::forget_clients(&mut tx, now).await?;
    let counts = store::alarms::forget_counts(&mut tx, now).await?;
    look_at_calendar(&mut tx, now).await?;
    plan(&mut tx, now).await?;
    jobs::finish(&mut tx, job, now).await?;
    tx.commit().await?;
    tracing::info!(
        ended, sent, keys, visits, sign_ons, codes, moves, tried, look_ups, shown, votes, counts, "swept"
    );
    Ok(())
}

/// Warns when the announced holidays end soon, and goes over the cases again that the calendar in force has not reached:
/// those that could not be read then, and what came from a node that noticed it too late.
async fn look_at_calendar(tx: &mut Tx, now: Timestamp) -> Result<(), cases::CaseError> {
    calendars::warn_before_the_end(tx, now).await?;
    let in_force = calendars::in_force(tx).await?.calendar.version;
    if cases::is_behind(tx, &in_force).await? && !cases::is_running(tx).await? {
        cases::plan_reevaluation(tx, &in_force, now).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::instant;

    async fn single_sign_on(db: &store::Db) -> oidc::Room {
        let texts = std::sync::Arc::new(crate::platform::texts().unwrap());
        let clock: web::Clock = std::sync::Arc::new(|| instant("2026-09-21T10:00"));
        let identity = identity::Room {
            db: db.clone(),
            vault: testkit::vault(),
            passwords: identity::Passwords::new(identity::Strength::CHEAP).unwrap(),
            site: web::Site::new(texts, clock, web::WebConfig::default()),
            items: identity::ItemNames::default(),
            behind_proxy: false,
            factors: identity::FactorRules::default(),
        };
        oidc::Room::open(identity, "https://zwfw.example.gov.cn").await.unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn every_night_is_swept_and_plans_the_next() {
        testkit::each_database(async |db| {
            let migrations = [
                store::MIGRATIONS,
                identity::MIGRATIONS,
                oidc::MIGRATIONS,
                ledger::MIGRATIONS,
                cases::MIGRATIONS,
                catalogue::MIGRATIONS,
                applications::MIGRATIONS,
                licences::MIGRATIONS,
                messages::MIGRATIONS,
                calendars::MIGRATIONS,
            ];
            db.migrate(&migrations).await.unwrap();
            calendars::Room::open(&db, instant("2026-09-21T10:00")).await.unwrap();
            let oidc = single_sign_on(&db).await;
            let mut tx = db.begin().await.unwrap();
            plan(&mut tx, instant("2026-09-21T10:00")).await.unwrap();
            plan(&mut tx, instant("2026-09-21T11:00")).await.unwrap();
            tx.commit().await.unwrap();
            let handlers = handlers(&oidc);
            let run = async |at: &str| jobs::run_due(&db, &handlers, instant(at)).await.unwrap();
            assert_eq!(run("2026-09-22T02:59").await, 0);
            assert_eq!(run("2026-09-22T03:00").await, 1, "one job for the night");
            assert_eq!(run("2026-09-23T03:00").await, 1, "and the next one follows");
        })
        .await;
    }
}
