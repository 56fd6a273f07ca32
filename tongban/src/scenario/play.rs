//! Playing a scenario, step by step.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::http::Method;
use cases::Case;
use catalogue::Package;
use kernel::{CaseId, LegalPersonId, MasterCaseId, Timestamp, from_micros, to_micros};
use serde_json::{Value, json};

use super::client::Answer;
use super::step::Side;
use super::{Action, Client, FrozenClock, Scenario, Step, beijing, invented_pdf};
use crate::cast::{Cast, Imported};
use crate::platform::Platform;

/// Plays scenarios on a platform whose clock it holds.
pub struct Player<'a> {
    /// The platform.
    pub platform: &'a Platform,
    /// Its clock.
    pub clock: FrozenClock,
    /// Who is who.
    pub imported: &'a Imported,
    /// As the file has them.
    pub cast: &'a Cast,
    pub(super) client: Client,
    pub(super) root: guomi::Certificate,
    /// Whether scenarios leave the registered organisations of the cast as they are.
    doubles: Option<Doubles>,
}

/// Doubles of registered organisations: each scenario has one of its own, so that what it changes or ends in the register
/// is not there for the next one.
#[derive(Default)]
struct Doubles {
    count: AtomicU32,
    /// Of the scenario that is played: slug in the cast, code, and the double.
    current: Mutex<Option<(String, String, LegalPersonId)>>,
}

/// How much of a scenario is played.
#[derive(Debug, Clone, Copy)]
pub enum Extent {
    /// All of it, on its own days, with everything checked.
    Whole,
    /// The first `steps`, moved in time so that the last of them happens at `last_at`: for demonstrations. What the
    /// scenario expects of its own days is not asked.
    Cut {
        /// How many.
        steps: usize,
        /// When the last one happens.
        last_at: Timestamp,
    },
}

/// What went wrong, in words.
pub(super) type Played<T> = Result<T, String>;

/// What is played.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) package: &'a Package,
    pub(super) scenario: &'a Scenario,
}

/// Where a play stands.
pub(super) struct Stand {
    /// The cases so far: the last one is meant.
    pub(super) cases: Vec<CaseId>,
    /// Of a bundle: what was handed in.
    pub(super) master: Option<MasterCaseId>,
    /// Microseconds by which the scenario's days are moved; nothing when its expectations are checked.
    moved_by: Option<i64>,
}

impl Stand {
    pub(super) fn case(&self) -> Played<CaseId> {
        self.cases.last().copied().ok_or_else(|| "no case yet".to_owned())
    }
}

impl<'a> Player<'a> {
    /// A player for this platform.
    pub fn new(platform: &'a Platform, clock: FrozenClock, cast: &'a Cast, imported: &'a Imported) -> Self {
        let client = Client::new(platform.router.clone());
        Self { platform, clock, imported, cast, client, root: platform.root.clone(), doubles: None }
    }

    /// The same, with a double of a registered organisation for each scenario: so that each passes by itself, in any order.
    #[must_use]
    pub fn with_doubles(self) -> Self {
        Self { doubles: Some(Doubles::default()), ..self }
    }

    /// Makes the double of the organisation for which the scenario acts.
    async fn double(&self, scenario: &Scenario) -> Played<()> {
        let Some(doubles) = &self.doubles else { return Ok(()) };
        let keep = |double| {
            *doubles.current.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = double;
        };
        keep(None);
        let named = |slug: &String| self.cast.legal_persons.iter().find(|one| one.slug == *slug);
        let original = scenario.on_behalf_of.as_ref().and_then(named).filter(|one| one.registered.is_some());
        let Some(original) = original else { return Ok(()) };
        if let Some(first) = scenario.steps.first().and_then(|step| beijing(&step.at)) {
            self.clock.set(first);
        }
        let number = doubles.count.fetch_add(1, Ordering::Relaxed);
        let (head, division) = (&original.uscc[..2], &original.uscc[2..8]);
        let code = codes::SocialCreditCode::from_parts(head, division, &format!("DEMB{number:04}"));
        let mut double = original.clone();
        code.map_err(|error| error.to_string())?.as_str().clone_into(&mut double.uscc);
        let add = async {
            let mut tx = self.platform.db.begin().await?;
            let (identity, now) = (&self.platform.identity, self.clock.now());
            let persons = &self.imported.persons;
            let id = self.cast.import_legal_person(&mut tx, identity, now, &double, persons).await?;
            tx.commit().await?;
            Ok::<_, crate::cast::CastError>(id)
        };
        let id = add.await.map_err(|error| error.to_string())?;
        keep(Some((original.slug.clone(), double.uscc, id)));
        Ok(())
    }

    /// Code and id of the organisation for which a scenario acts: its double, or the one of the cast.
    pub(super) fn acting_for(&self, slug: &str) -> Played<(String, LegalPersonId)> {
        if let Some(doubles) = &self.doubles {
            let current = doubles.current.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if let Some((_, code, id)) = current.as_ref().filter(|(original, _, _)| original == slug) {
                return Ok((code.clone(), *id));
            }
        }
        let unknown = || format!("no legal person {slug} in the cast");
        let of_cast = self.cast.legal_persons.iter().find(|one| one.slug == slug).ok_or_else(unknown)?;
        let id = self.imported.legal_persons.get(slug).copied().ok_or_else(unknown)?;
        Ok((of_cast.uscc.clone(), id))
    }

    /// Plays a scenario. Says what did not go as written.
    pub async fn play(
        &self,
        package: &Package,
        scenario: &Scenario,
        extent: Extent,
    ) -> Result<Option<CaseId>, String> {
        let (count, moved_by) = match extent {
            Extent::Whole => (scenario.steps.len(), None),
            Extent::Cut { steps, last_at } => {
                let last =
                    scenario.steps[..steps].last().and_then(|step| beijing(&step.at)).ok_or("no steps")?;
                (steps, Some(to_micros(last_at) - to_micros(last)))
            }
        };
        self.double(scenario).await?;
        let part = Part { package, scenario };
        let mut stand = Stand { cases: Vec::new(), master: None, moved_by };
        for (index, step) in scenario.steps.iter().take(count).enumerate() {
            let place = || format!("step {} ({} {})", index + 1, step.at, step.action.as_str());
            self.step(part, step, &mut stand).await.map_err(|what| format!("{}: {what}", place()))?;
        }
        if moved_by.is_none() {
            self.end(part, &stand).await.map_err(|what| format!("end: {what}"))?;
        }
        Ok(stand.cases.last().copied())
    }

    async fn step(&self, part: Part<'_>, step: &Step, stand: &mut Stand) -> Played<()> {
        let written = beijing(&step.at).ok_or("no time")?;
        self.clock.set(from_micros(to_micros(written) + stand.moved_by.unwrap_or(0)));
        self.platform.run_due().await.map_err(|error| error.to_string())?;
        if let Some(meant) = &step.part {
            self.turn_to(stand, meant).await?;
        }
        let answer = self.act(part, step, stand).await?;
        self.platform.run_due().await.map_err(|error| error.to_string())?;
        match (step.refused, answer) {
            (Some(wanted), Some(answer)) if answer.status.as_u16() == wanted => {}
            (Some(wanted), answer) => {
                let got = answer.map_or_else(|| "nothing was asked".to_owned(), |answer| told(&answer));
                return Err(format!("must be refused with {wanted}, but: {got}"));
            }
            (None, Some(answer)) if !answer.is_good() => return Err(format!("refused: {}", told(&answer))),
            (None, _) => {}
        }
        match &step.expect {
            Some(expected) if stand.moved_by.is_none() => {
                let expected = self.expect_bundle(part.scenario, stand, expected).await?;
                self.expect(part.scenario, stand, &expected).await
            }
            Some(_) | None => Ok(()),
        }
    }

    async fn act(&self, part: Part<'_>, step: &Step, stand: &mut Stand) -> Played<Option<Answer>> {
        match (step.action, step.action.side()) {
            (_, Side::Time) => Ok(None),
            (Action::Apply, _) => self.apply(part, step, stand).await.map(Some),
            (_, Side::Applicant) => self.applicant_step(part.scenario, step, stand).await.map(Some),
            (_, Side::Staff) => self.staff_step(step, stand).await.map(Some),
        }
    }

    pub(super) async fn create(&self, path: &str, token: &str, body: &Value) -> Answer {
        let key: kernel::JobId = store::fresh_id(self.clock.now());
        self.client.create(path, token, body, &key.to_string()).await
    }

    pub(super) async fn upload(&self, path: &str, token: &str, material: &str) -> Answer {
        let path = format!("{path}?name={material}.pdf");
        let file = invented_pdf(material);
        self.client.send_bytes(Method::POST, &path, Some(token), "application/pdf", file, None).await
    }

    pub(super) async fn session(&self, subject: identity::Subject) -> Played<String> {
        let open = async {
            let mut tx = self.platform.db.begin().await?;
            let opened = identity::open_strong_session_for(&mut tx, subject, self.clock.now()).await?;
            tx.commit().await?;
            Ok::<_, store::Error>(opened.token.reveal())
        };
        open.await.map_err(|error| error.to_string())
    }

    /// A session of a person of the cast, in their own name.
    pub(super) async fn person(&self, slug: &str) -> Played<String> {
        let person = self.imported.persons.get(slug).ok_or(format!("no person {slug} in the cast"))?;
        self.session(identity::Subject::Person(*person)).await
    }

    /// A session of the applicant, with the hat of the legal person for whom they act.
    pub(super) async fn applicant(&self, scenario: &Scenario) -> Played<String> {
        let token = self.person(&scenario.applicant).await?;
        match &scenario.on_behalf_of {
            Some(slug) => self.with_hat(token, slug).await,
            None => Ok(token),
        }
    }

    /// The session with the hat of this legal person.
    pub(super) async fn with_hat(&self, token: String, slug: &str) -> Played<String> {
        let (_, legal_person) = self.acting_for(slug)?;
        let body = json!({ "legal_person": legal_person.to_string() });
        let answer =
            self.client.send(Method::PUT, "/api/v1/sessions/current/hat", Some(&token), Some(&body)).await;
        if !answer.is_good() {
            return Err(format!("hat: {}", told(&answer)));
        }
        Ok(answer.json()["token"].as_str().map_or(token, str::to_owned))
    }

    pub(super) async fn case(&self, id: CaseId) -> Played<Case> {
        let read = async {
            let mut tx = self.platform.db.snapshot().await?;
            cases::get(&mut tx, id).await
        };
        read.await.map_err(|error| error.to_string())
    }
}

/// An answer in one line.
pub(super) fn told(answer: &Answer) -> String {
    let problem = answer.json();
    let detail = problem["detail"].as_str().or_else(|| problem["title"].as_str()).unwrap_or("");
    let fields: Vec<String> = problem["errors"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|e| format!("{}: {}", e["field"].as_str().unwrap_or("?"), e["detail"].as_str().unwrap_or("?")))
        .collect();
    format!("{} {detail} {}", answer.status.as_u16(), fields.join("; "))
}
