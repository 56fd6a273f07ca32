//! Filling a database with cases as the engine would have stored them: some hundred are lived through the program's own
//! API on a clock that is set back, in every county and to every point of a life, and then copied.

use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::Context as _;
use axum::http::Method;
use identity::Subject;
use jiff::ToSpan as _;
use kernel::{CaseId, PersonId, StaffId, Timestamp};
use serde_json::{Value, json};
use store::{Sql, vals};

use super::figures::Filled;
use super::people::County;
use super::world::World;
use crate::platform::Platform;
use crate::scenario::{Client, FrozenClock, invented_pdf};

/// Of ten cases so many are not closed.
const LIVE_OF_TEN: u64 = 2;
/// Finished cases lie so many days back.
const FINISHED_DAYS_AGO: [i64; 6] = [15, 40, 80, 120, 170, 230];
/// Most copies that one transaction makes.
const AT_ONCE: i64 = 5_000;

/// To which point a case is lived, and how many days ago it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    Submitted,
    Accepted,
    OneReview,
    BothReviews,
    Corrected,
    Decided,
}

const LIVE: [(Until, i64); 5] = [
    (Until::Submitted, 1),
    (Until::Accepted, 3),
    (Until::OneReview, 4),
    (Until::BothReviews, 5),
    (Until::Corrected, 4),
];

/// Fills in so many cases.
pub(super) async fn fill(world: &World, cases: u64) -> anyhow::Result<Filled> {
    let begun = Instant::now();
    let now = (world.clock)();
    let clock = FrozenClock::at(now);
    let platform = world.platform_at(&clock).await?;
    let lives = Lives { client: Client::new(platform.router.clone()), platform: &platform, clock: &clock };
    let (mut live, mut finished) = (Vec::new(), Vec::new());
    let applicants = &world.people.applicants;
    for (index, county) in world.people.counties.iter().enumerate() {
        for (until, days_ago) in LIVE {
            let person = applicants[(live.len() + finished.len()) % applicants.len()];
            live.push(lives.live(county, person, now, days_ago, until).await?);
        }
        for days_ago in FINISHED_DAYS_AGO {
            let person = applicants[(live.len() + finished.len()) % applicants.len()];
            let days_ago = days_ago + i64::try_from(index)?;
            finished.push(lives.live(county, person, now, days_ago, Until::Decided).await?);
        }
    }
    clock.set(now);
    platform.run_due().await?;
    let wanted_live = cases * LIVE_OF_TEN / 10;
    let mut filled = Filled { live: wanted_live, cases, ..Filled::default() };
    let mut number = 0;
    for (templates, wanted) in [(&live, wanted_live), (&finished, cases - wanted_live)] {
        for (template, share) in shares(templates, wanted) {
            filled.rows += copy(&platform, template, number, share).await?;
            number += share;
        }
    }
    let mut tx = platform.db.begin().await?;
    // PostgreSQL keeps its own statistics after a while; SQLite never does.
    tx.execute(Sql::Two { sqlite: "select 1", postgres: "analyze" }, vals![]).await?;
    tx.commit().await?;
    platform.db.close().await;
    filled.seconds = begun.elapsed().as_secs_f64();
    Ok(filled)
}

/// So many copies of each, the templates themselves counted.
fn shares(templates: &[CaseId], wanted: u64) -> BTreeMap<CaseId, i64> {
    let wanted = i64::try_from(wanted).unwrap_or(i64::MAX);
    let count = i64::try_from(templates.len()).unwrap_or(1).max(1);
    let copies = (wanted - count).max(0);
    let share = |index: usize| {
        let index = i64::try_from(index).unwrap_or(0);
        copies / count + i64::from(index < copies % count)
    };
    templates.iter().enumerate().map(|(index, template)| (*template, share(index))).collect()
}

async fn copy(platform: &Platform, template: CaseId, from: i64, count: i64) -> anyhow::Result<u64> {
    let (mut at, until, mut rows) = (from, from + count, 0);
    while at < until {
        let numbers = at..until.min(at + AT_ONCE);
        let mut tx = platform.db.begin().await?;
        rows += cases::copy(&mut tx, template, &numbers).await?;
        rows += applications::copy(&mut tx, template, &numbers).await?;
        tx.commit().await?;
        at = numbers.end;
    }
    Ok(rows)
}

/// Lives cases inside this process.
struct Lives<'a> {
    client: Client,
    platform: &'a Platform,
    clock: &'a FrozenClock,
}

impl Lives<'_> {
    /// One case, begun so many days ago, brought to a point of its life.
    async fn live(
        &self,
        county: &County,
        person: PersonId,
        now: Timestamp,
        days_ago: i64,
        until: Until,
    ) -> anyhow::Result<CaseId> {
        let start = now.checked_sub((days_ago * 24).hours())?;
        self.at(start, 0).await?;
        let case = self.submit(county, person).await?;
        if until == Until::Submitted {
            return Ok(case);
        }
        self.at(start, 5).await?;
        if until == Until::Corrected {
            let defect = json!({
                "do": "note-defect", "field": "address", "problem": "请写明门牌号。", "ground": "示例事项办法 第九十一条",
            });
            self.give(county.acceptance, case, defect).await?;
            self.give(county.acceptance, case, json!({ "do": "send-correction" })).await?;
            return Ok(case);
        }
        self.give(county.acceptance, case, json!({ "do": "accept" })).await?;
        if until == Until::Accepted {
            return Ok(case);
        }
        self.at(start, 29).await?;
        let opinion = |findings: Value| json!({ "do": "give-opinion", "conclusion": "agree", "text": "合格。", "findings": findings });
        self.give(county.premises, case, opinion(json!({ "checked_area": 88 }))).await?;
        if until == Until::OneReview {
            return Ok(case);
        }
        self.give(county.hygiene, case, opinion(json!({}))).await?;
        if until == Until::BothReviews {
            return Ok(case);
        }
        self.at(start, 53).await?;
        let decide = json!({ "do": "decide", "grant": true, "reason": "符合条件，准予许可。" });
        self.give(county.decision, case, decide).await?;
        self.platform.run_due().await?;
        Ok(case)
    }

    /// Sets the clock; what is due by then happens.
    async fn at(&self, start: Timestamp, hours: i64) -> anyhow::Result<()> {
        self.clock.set(start.checked_add(hours.hours())?);
        self.platform.run_due().await?;
        Ok(())
    }

    async fn submit(&self, county: &County, person: PersonId) -> anyhow::Result<CaseId> {
        let token = self.token(Subject::Person(person)).await?;
        let draft = json!({ "item": "430131DEM900", "handling": "01", "division": county.division });
        let draft = self.send(Method::POST, "/api/v1/drafts", &token, &draft).await?;
        let path = format!("/api/v1/drafts/{}", draft["id"].as_str().context("no draft")?);
        let answers = json!({ "shop_name": "测速小店", "address": "长沙市演示路1号", "floor_area": 88 });
        self.send(Method::PATCH, &path, &token, &answers).await?;
        let to = format!("{path}/materials/floor-plan?name=plan.pdf");
        let file = invented_pdf(&draft["id"].to_string());
        let kept =
            self.client.send_bytes(Method::POST, &to, Some(&token), "application/pdf", file, None).await;
        anyhow::ensure!(kept.is_good(), "{to}: {}", kept.status);
        let receipt = self.send(Method::POST, &format!("{path}/submission"), &token, &json!({})).await?;
        receipt["case"].as_str().and_then(|case| case.parse().ok()).context("no case")
    }

    async fn give(&self, staff: StaffId, case: CaseId, command: Value) -> anyhow::Result<()> {
        let token = self.token(Subject::Staff(staff)).await?;
        let path = format!("/api/v1/desk/cases/{case}/commands");
        self.send(Method::POST, &path, &token, &json!({ "take": true, "command": command })).await?;
        Ok(())
    }

    async fn token(&self, subject: Subject) -> anyhow::Result<String> {
        let mut tx = self.platform.db.begin().await?;
        let opened = identity::open_session_for(&mut tx, subject, self.clock.now()).await?;
        tx.commit().await?;
        Ok(opened.token.reveal())
    }

    async fn send(&self, method: Method, path: &str, token: &str, body: &Value) -> anyhow::Result<Value> {
        let answer = self.client.send(method, path, Some(token), Some(body)).await;
        anyhow::ensure!(answer.is_good(), "{path}: {} {}", answer.status, answer.json());
        Ok(answer.json())
    }
}
