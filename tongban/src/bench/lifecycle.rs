//! One case from the first request to the licence in hand, over HTTP, as applicants and clerks would do it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::http::Method;
use serde_json::{Value, json};

use super::http::{Answer, Asked, Connection, NO_CONNECTION};
use super::world::{Desk, Visits};
use crate::scenario::invented_pdf;

/// What is timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// Draft, answers, file, submission.
    Submit,
    /// The clerk opens the case, takes the work and accepts it.
    Accept,
    /// The clerk opens the case, takes the work and gives an opinion; two at the same time.
    Review,
    /// The clerk opens the case, takes the work and decides.
    Decide,
    /// From the decision to the licence in the applicant's hand.
    Licence,
    /// One request that writes.
    Write,
    /// One request that reads.
    Read,
    /// All of it.
    Whole,
}

impl Step {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Accept => "accept",
            Self::Review => "review",
            Self::Decide => "decide",
            Self::Licence => "licence",
            Self::Write => "request-write",
            Self::Read => "request-read",
            Self::Whole => "lifecycle",
        }
    }
}

/// What one driver has seen.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Microseconds.
    pub(super) times: BTreeMap<Step, Vec<u32>>,
    pub(super) errors: BTreeMap<String, u64>,
    /// Requests that were answered "try again" and were tried again.
    pub(super) retries: u64,
    /// Requests whose answer never came because the program was gone; they were sent again too.
    pub(super) cut_off: u64,
    /// Acknowledged writes, and licences that were issued.
    pub(super) durable_steps: u64,
    pub(super) requests: u64,
    /// Cases whose submission was acknowledged, and whether the licence was fetched.
    pub(super) cases: Vec<(String, bool)>,
}

impl Seen {
    pub(super) fn note(&mut self, step: Step, since: Instant) {
        let micros = u32::try_from(since.elapsed().as_micros()).unwrap_or(u32::MAX);
        self.times.entry(step).or_default().push(micros);
    }

    pub(super) fn and(&mut self, other: Self) {
        for (step, times) in other.times {
            self.times.entry(step).or_default().extend(times);
        }
        for (kind, count) in other.errors {
            *self.errors.entry(kind).or_default() += count;
        }
        self.retries += other.retries;
        self.cut_off += other.cut_off;
        self.durable_steps += other.durable_steps;
        self.requests += other.requests;
        self.cases.extend(other.cases);
    }
}

/// Why a lifecycle ended early: where, and what was answered.
type Lived<T> = Result<T, String>;

/// Somebody who plays an applicant and the clerks, on two connections.
pub(super) struct Driver {
    first: Connection,
    second: Connection,
    visits: Visits,
    /// A file to hand in, or none.
    with_file: bool,
    /// So that no two cases are alike, and keys differ between drivers.
    number: u64,
    /// How long it waits for a licence.
    licence_within: Duration,
    pub(super) seen: Seen,
}

/// A server that is busy says so; the request is sent again with the same key.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);
/// A program that was killed is back within this time.
const BACK_WITHIN: Duration = Duration::from_mins(2);
/// A licence is fetched by asking again and again; after this time it is missing.
const LICENCE_WITHIN: Duration = Duration::from_secs(90);

impl Driver {
    pub(super) fn new(server: SocketAddr, visits: Visits, number: u64, with_file: bool) -> Self {
        let (first, second) = (Connection::to(server), Connection::to(server));
        let licence_within = LICENCE_WITHIN;
        Self { first, second, visits, with_file, number: number << 32, licence_within, seen: Seen::default() }
    }

    /// Waits so long for a licence.
    pub(super) fn waiting(self, licence_within: Duration) -> Self {
        Self { licence_within, ..self }
    }

    /// Lives one case through. An error is noted.
    pub(super) async fn live(&mut self, since: Instant) -> bool {
        self.number += 1;
        match self.whole().await {
            Ok(()) => {
                self.seen.note(Step::Whole, since);
                true
            }
            Err(error) => {
                *self.seen.errors.entry(error).or_default() += 1;
                false
            }
        }
    }

    async fn whole(&mut self) -> Lived<()> {
        let visits = self.visits.clone();
        let mixed = usize::try_from((self.number >> 32).wrapping_add(self.number & 0xffff_ffff)).unwrap_or(0);
        let desk = &visits.desks[mixed % visits.desks.len()];
        let applicant = &visits.applicants[mixed % visits.applicants.len()];
        let begun = Instant::now();
        let case = self.submit(desk, applicant).await?;
        self.seen.note(Step::Submit, begun);
        self.seen.cases.push((case.clone(), false));

        let number = self.number;
        let mut clerk = Clerk { at: &mut self.first, seen: &mut self.seen, case: &case, number };
        clerk.work(&desk.acceptance, Step::Accept, &json!({ "do": "accept" })).await?;
        self.review(desk, &case).await?;
        let mut clerk = Clerk { at: &mut self.first, seen: &mut self.seen, case: &case, number };
        let decide = json!({ "do": "decide", "grant": true, "reason": "符合条件，准予许可。" });
        clerk.work(&desk.decision, Step::Decide, &decide).await?;

        let decided = Instant::now();
        self.fetch_licence(applicant, &case, decided).await?;
        self.seen.note(Step::Licence, decided);
        self.seen.durable_steps += 1;
        if let Some(last) = self.seen.cases.last_mut() {
            last.1 = true;
        }
        Ok(())
    }

    async fn submit(&mut self, desk: &Desk, applicant: &str) -> Lived<String> {
        let number = self.number;
        let (at, seen) = (&mut self.first, &mut self.seen);
        let key = format!("d{number:x}");
        let draft = json!({ "item": "430131DEM900", "handling": "01", "division": desk.division });
        let draft =
            write(at, seen, "draft", || Asked::json(Method::POST, "/api/v1/drafts", applicant, &draft, &key))
                .await?;
        let path = format!("/api/v1/drafts/{}", word(&draft.json(), "id"));
        let answers = json!({
            "shop_name": format!("测速小店{number}"), "address": format!("长沙市演示路{number}号"),
            "floor_area": 5 + number % 300,
        });
        write(at, seen, "answers", || Asked::json(Method::PATCH, &path, applicant, &answers, "")).await?;
        if self.with_file {
            let file = invented_pdf(&format!("plan-{number:x}"));
            let to = format!("{path}/materials/floor-plan?name=plan.pdf");
            let asked = || Asked {
                method: Method::POST,
                content_type: "application/pdf",
                body: file.clone(),
                ..Asked::get(&to, applicant)
            };
            write(at, seen, "file", asked).await?;
        }
        let (to, key, nothing) = (format!("{path}/submission"), format!("s{number:x}"), json!({}));
        let receipt =
            write(at, seen, "submission", || Asked::json(Method::POST, &to, applicant, &nothing, &key))
                .await?;
        Ok(word(&receipt.json(), "case"))
    }

    /// Both reviews at the same time.
    async fn review(&mut self, desk: &Desk, case: &str) -> Lived<()> {
        let number = self.number;
        let mut beside = Seen::default();
        let mut one = Clerk { at: &mut self.first, seen: &mut self.seen, case, number };
        let mut other = Clerk { at: &mut self.second, seen: &mut beside, case, number };
        let premises = json!({
            "do": "give-opinion", "conclusion": "agree", "text": "现场与图纸一致。",
            "findings": { "checked_area": 5 + number % 300 },
        });
        let hygiene =
            json!({ "do": "give-opinion", "conclusion": "agree", "text": "卫生条件合格。", "findings": {} });
        let (a, b) = tokio::join!(
            one.work(&desk.premises, Step::Review, &premises),
            other.work(&desk.hygiene, Step::Review, &hygiene)
        );
        self.seen.and(beside);
        a.and(b)
    }

    async fn fetch_licence(&mut self, applicant: &str, case: &str, decided: Instant) -> Lived<()> {
        let (at, seen) = (&mut self.first, &mut self.seen);
        let mut pause = Duration::from_millis(4);
        loop {
            let list = read(at, seen, "licences", "/api/v1/licences?size=5", applicant).await?.json();
            let found = list["items"].as_array().into_iter().flatten().find(|item| item["case_id"] == case);
            if let Some(id) = found.and_then(|item| item["id"].as_str()) {
                let file =
                    read(at, seen, "licence", &format!("/api/v1/licences/{id}/file"), applicant).await?;
                let is_pdf = file.body.starts_with(b"%PDF-");
                return if is_pdf { Ok(()) } else { Err("licence: not a PDF".into()) };
            }
            if decided.elapsed() > self.licence_within {
                return Err("licence: missing".into());
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(500));
        }
    }
}

/// A clerk at a case.
struct Clerk<'a> {
    at: &'a mut Connection,
    seen: &'a mut Seen,
    case: &'a str,
    number: u64,
}

impl Clerk<'_> {
    /// Opens the case, reads it, and does the work that waits there for this clerk, taking it in the same stroke.
    async fn work(&mut self, token: &str, step: Step, command: &Value) -> Lived<()> {
        let begun = Instant::now();
        let name = step.as_str();
        let path = format!("/api/v1/desk/cases/{}", self.case);
        let shown = read(self.at, self.seen, name, &path, token).await?.json();
        if shown["answers"]["shop_name"].as_str().is_none() {
            return Err(format!("{name}: the case cannot be read"));
        }
        let path = format!("{path}/commands");
        let key = format!("{name}{}{:x}", self.case, self.number);
        let command = json!({ "take": true, "command": command });
        write(self.at, self.seen, name, || Asked::json(Method::POST, &path, token, &command, &key)).await?;
        self.seen.note(step, begun);
        Ok(())
    }
}

fn word(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

/// Sends a request that writes until it is acknowledged or refused for good.
async fn write<'a>(
    at: &mut Connection,
    seen: &mut Seen,
    name: &str,
    asked: impl Fn() -> Asked<'a>,
) -> Lived<Answer> {
    // Somebody else acted on the case first, or the server is busy.
    let answer = ask(at, seen, name, Step::Write, &[409, 429, 503], asked).await?;
    seen.durable_steps += 1;
    Ok(answer)
}

async fn read(at: &mut Connection, seen: &mut Seen, name: &str, path: &str, token: &str) -> Lived<Answer> {
    ask(at, seen, name, Step::Read, &[429, 503], || Asked::get(path, token)).await
}

/// Sends a request until there is an answer that says something else than "try again".
async fn ask<'a>(
    at: &mut Connection,
    seen: &mut Seen,
    name: &str,
    step: Step,
    again: &[u16],
    asked: impl Fn() -> Asked<'a>,
) -> Lived<Answer> {
    let (first, mut tries) = (Instant::now(), 0);
    while tries < TRIES {
        let begun = Instant::now();
        seen.requests += 1;
        match at.ask(asked()).await {
            Ok(answer) if answer.is_good() => {
                seen.note(step, begun);
                return Ok(answer);
            }
            Ok(answer) if again.contains(&answer.status) => {
                seen.retries += 1;
                tries += 1;
            }
            Ok(answer) => return Err(told(name, &answer)),
            Err(NO_CONNECTION) if first.elapsed() < BACK_WITHIN => seen.requests -= 1,
            Err(_) if first.elapsed() < BACK_WITHIN => seen.cut_off += 1,
            Err(_) => break,
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(format!("{name}: not acknowledged after {tries} answers"))
}

fn told(name: &str, answer: &Answer) -> String {
    let problem = answer.json();
    let detail = problem["detail"].as_str().or_else(|| problem["title"].as_str()).unwrap_or("");
    format!("{name}: {} {detail}", answer.status)
}
