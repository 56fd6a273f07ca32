//! Playing a scenario.

use axum::http::Method;
use cases::{Case, TaskKind};
use catalogue::{MadeBy, Need, Package};
use kernel::{BodyId, CaseId, StaffId, TaskId, Timestamp, from_micros, to_micros};
use serde_json::{Map, Value, json};

use super::client::Answer;
use super::pdf::invented_pdf;
use super::{Action, Client, FrozenClock, Materials, Scenario, Step, beijing};
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
    client: Client,
    root: guomi::Certificate,
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
type Played<T> = Result<T, String>;

/// Where a play stands.
struct Stand {
    case: Option<CaseId>,
    /// Microseconds by which the scenario's days are moved; nothing when its expectations are checked.
    moved_by: Option<i64>,
}

impl<'a> Player<'a> {
    /// A player for this platform.
    pub fn new(platform: &'a Platform, clock: FrozenClock, cast: &'a Cast, imported: &'a Imported) -> Self {
        let client = Client::new(platform.router.clone());
        Self { platform, clock, imported, cast, client, root: platform.root.clone() }
    }

    /// Plays a scenario. Says what did not go as written.
    pub async fn play(
        &self,
        package: &Package,
        scenario: &Scenario,
        extent: Extent,
    ) -> Played<Option<CaseId>> {
        let (count, moved_by) = match extent {
            Extent::Whole => (scenario.steps.len(), None),
            Extent::Cut { steps, last_at } => {
                let last =
                    scenario.steps[..steps].last().and_then(|step| beijing(&step.at)).ok_or("no steps")?;
                (steps, Some(to_micros(last_at) - to_micros(last)))
            }
        };
        let mut stand = Stand { case: None, moved_by };
        for (index, step) in scenario.steps.iter().take(count).enumerate() {
            self.step(package, scenario, step, &mut stand)
                .await
                .map_err(|what| format!("step {} ({} {:?}): {what}", index + 1, step.at, step.action))?;
        }
        if moved_by.is_none() {
            self.end(scenario, &stand).await.map_err(|what| format!("end: {what}"))?;
        }
        Ok(stand.case)
    }

    async fn step(
        &self,
        package: &Package,
        scenario: &Scenario,
        step: &Step,
        stand: &mut Stand,
    ) -> Played<()> {
        let written = beijing(&step.at).ok_or("no time")?;
        self.clock.set(from_micros(to_micros(written) + stand.moved_by.unwrap_or(0)));
        self.platform.run_due().await.map_err(|error| error.to_string())?;
        let answer = self.act(package, scenario, step, stand).await?;
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
            Some(expected) if stand.moved_by.is_none() => self.expect(scenario, stand, expected).await,
            Some(_) | None => Ok(()),
        }
    }

    async fn act(
        &self,
        package: &Package,
        scenario: &Scenario,
        step: &Step,
        stand: &mut Stand,
    ) -> Played<Option<Answer>> {
        match step.action {
            Action::Wait => Ok(None),
            Action::Apply => self.apply(package, scenario, step, stand).await.map(Some),
            Action::Resubmit => self.resubmit(scenario, step, stand).await.map(Some),
            Action::Withdraw => {
                let token = self.applicant(scenario).await?;
                let case = stand.case.ok_or("no case yet")?;
                let path = format!("/api/v1/cases/{case}/withdrawal");
                Ok(Some(self.create(&path, &token, &json!({ "reason": step.text })).await))
            }
            Action::Accept
            | Action::NotAccept
            | Action::NoteDefect
            | Action::SendCorrection
            | Action::Opinion
            | Action::PublishNotice
            | Action::Decide => self.staff_step(package, step, stand).await.map(Some),
        }
    }

    async fn create(&self, path: &str, token: &str, body: &Value) -> Answer {
        let key: kernel::JobId = store::fresh_id(self.clock.now());
        self.client.create(path, token, body, &key.to_string()).await
    }

    // -- the applicant -----------------------------------------------------------------------------------------

    async fn applicant(&self, scenario: &Scenario) -> Played<String> {
        let person = self.imported.persons.get(&scenario.applicant).ok_or("no such applicant in the cast")?;
        let token = self.session(identity::Subject::Person(*person)).await?;
        if let Some(slug) = &scenario.on_behalf_of {
            let legal_person =
                self.imported.legal_persons.get(slug).ok_or("no such legal person in the cast")?;
            let body = json!({ "legal_person": legal_person.to_string() });
            let answer = self
                .client
                .send(Method::PUT, "/api/v1/sessions/current/hat", Some(&token), Some(&body))
                .await;
            if !answer.is_good() {
                return Err(format!("hat: {}", told(&answer)));
            }
            return Ok(answer.json()["token"].as_str().map_or(token, str::to_owned));
        }
        Ok(token)
    }

    async fn session(&self, subject: identity::Subject) -> Played<String> {
        let open = async {
            let mut tx = self.platform.db.begin().await?;
            let opened = identity::open_session_for(&mut tx, subject, self.clock.now()).await?;
            tx.commit().await?;
            Ok::<_, store::Error>(opened.token.reveal())
        };
        open.await.map_err(|error| error.to_string())
    }

    async fn apply(
        &self,
        package: &Package,
        scenario: &Scenario,
        step: &Step,
        stand: &mut Stand,
    ) -> Played<Answer> {
        let token = self.applicant(scenario).await?;
        let start = json!({
            "item": package.reference.item,
            "handling": package.reference.handling,
            "division": scenario.division,
        });
        let draft = self.create("/api/v1/drafts", &token, &start).await;
        let Some(id) = draft.json()["id"].as_str().map(str::to_owned) else { return Ok(draft) };
        let answer = self.fill_in_and_submit(package, step, &token, &id).await;
        if let Some(case) = answer.json()["case"].as_str().filter(|_| answer.is_good()) {
            stand.case = Some(case.parse().map_err(|_error| "the receipt names no case")?);
        } else {
            self.client.send(Method::DELETE, &format!("/api/v1/drafts/{id}"), Some(&token), None).await;
        }
        Ok(answer)
    }

    async fn fill_in_and_submit(&self, package: &Package, step: &Step, token: &str, draft: &str) -> Answer {
        let path = format!("/api/v1/drafts/{draft}");
        let answers = Value::Object(step.form.clone());
        let saved = self.client.send(Method::PATCH, &path, Some(token), Some(&answers)).await;
        if !saved.is_good() {
            return saved;
        }
        for material in chosen(package, step.materials.as_ref()) {
            let uploaded = self.upload(&format!("{path}/materials/{material}"), token, &material).await;
            if !uploaded.is_good() {
                return uploaded;
            }
        }
        self.create(&format!("{path}/submission"), token, &json!({})).await
    }

    async fn upload(&self, path: &str, token: &str, material: &str) -> Answer {
        let path = format!("{path}?name={material}.pdf");
        let file = invented_pdf(material);
        self.client.send_bytes(Method::POST, &path, Some(token), "application/pdf", file, None).await
    }

    async fn resubmit(&self, scenario: &Scenario, step: &Step, stand: &Stand) -> Played<Answer> {
        let token = self.applicant(scenario).await?;
        let case = stand.case.ok_or("no case yet")?;
        let path = format!("/api/v1/cases/{case}/correction");
        if !step.form.is_empty() {
            let answers = Value::Object(step.form.clone());
            let saved = self.client.send(Method::PATCH, &path, Some(&token), Some(&answers)).await;
            if !saved.is_good() {
                return Ok(saved);
            }
        }
        let Some(Materials::These(materials)) = &step.materials else {
            return Ok(self.create(&format!("{path}/submission"), &token, &json!({})).await);
        };
        for material in materials {
            let uploaded = self.upload(&format!("{path}/materials/{material}"), &token, material).await;
            if !uploaded.is_good() {
                return Ok(uploaded);
            }
        }
        Ok(self.create(&format!("{path}/submission"), &token, &json!({})).await)
    }

    // -- staff -------------------------------------------------------------------------------------------------

    async fn case(&self, stand: &Stand) -> Played<Case> {
        let id = stand.case.ok_or("no case yet")?;
        let read = async {
            let mut tx = self.platform.db.snapshot().await?;
            cases::get(&mut tx, id).await
        };
        read.await.map_err(|error| error.to_string())
    }

    fn body_of(&self, login: &str) -> Option<BodyId> {
        let staff = self.cast.staff.iter().find(|staff| staff.login == login)?;
        self.platform.applications.bodies().by_slug(&staff.body).map(|body| body.id)
    }

    async fn staff_step(&self, package: &Package, step: &Step, stand: &Stand) -> Played<Answer> {
        let login = step.who.as_ref().ok_or("who acts?")?;
        let staff = self.imported.staff.get(login).ok_or("no such login in the cast")?;
        let token = self.session(identity::Subject::Staff(*staff)).await?;
        let case = self.case(stand).await?;
        let (task, is_live) = task_for(&case, step, *staff, self.body_of(login))?;
        let path = format!("/api/v1/desk/cases/{}/commands", case.id);
        if is_live {
            let claim = json!({ "command": { "do": "claim", "task": task } });
            let claimed = self.create(&path, &token, &claim).await;
            if !claimed.is_good() {
                return Ok(claimed);
            }
            for material in made_in(package, &case, task) {
                let path = format!("/api/v1/desk/cases/{}/materials/{material}", case.id);
                let uploaded = self.upload(&path, &token, &material).await;
                if !uploaded.is_good() {
                    return Ok(uploaded);
                }
            }
        }
        let command = command(step, task)?;
        Ok(self.create(&path, &token, &json!({ "command": command })).await)
    }

    // -- what must be seen -------------------------------------------------------------------------------------

    async fn expect(&self, scenario: &Scenario, stand: &Stand, expected: &super::Expectation) -> Played<()> {
        let token = self.applicant(scenario).await?;
        let case = stand.case.ok_or("no case yet")?;
        let shown = self.client.send(Method::GET, &format!("/api/v1/cases/{case}"), Some(&token), None).await;
        if !shown.is_good() {
            return Err(format!("the applicant's page: {}", told(&shown)));
        }
        let shown = shown.json();
        let wanted = [("status", &expected.status), ("stage", &expected.stage), ("due_on", &expected.due)];
        for (key, wanted) in wanted.into_iter().filter_map(|(key, wanted)| wanted.as_ref().map(|w| (key, w)))
        {
            if shown[key].as_str() != Some(wanted) {
                return Err(format!("{key} is {}, must be {wanted}", shown[key]));
            }
        }
        Ok(())
    }

    async fn end(&self, scenario: &Scenario, stand: &Stand) -> Played<()> {
        let end = &scenario.end;
        let case = self.case(stand).await?;
        let outcome = case.outcome.map(|outcome| outcome.as_str().to_owned());
        if case.status.as_str() != end.status || outcome != end.outcome {
            return Err(format!(
                "{} {outcome:?}, must be {} {:?}",
                case.status.as_str(),
                end.status,
                end.outcome
            ));
        }
        let mut issued: Vec<String> = case
            .effects
            .iter()
            .filter_map(|(key, _)| key.strip_prefix("issue:").map(str::to_owned))
            .collect();
        issued.sort();
        let mut wanted = end.documents.clone();
        wanted.sort();
        if issued != wanted {
            return Err(format!("documents {issued:?}, must be {wanted:?}"));
        }
        self.check_documents(scenario, &case).await?;
        let registers: Vec<&str> =
            case.effects.iter().filter_map(|(key, _)| key.strip_prefix("register:")).collect();
        if registers != end.register.iter().map(String::as_str).collect::<Vec<_>>() {
            return Err(format!("register entries {registers:?}, must be {:?}", end.register));
        }
        self.replays(&case).await
    }

    /// The holder downloads every document and it verifies off line.
    async fn check_documents(&self, scenario: &Scenario, case: &Case) -> Played<()> {
        let token = self.applicant(scenario).await?;
        for (key, reference) in case.effects.iter().filter(|(key, _)| key.starts_with("issue:")) {
            let path = format!("/api/v1/licences/{reference}/file");
            let file = self.client.send(Method::GET, &path, Some(&token), None).await;
            if !file.is_good() {
                return Err(format!("{key}: {}", told(&file)));
            }
            licences::verify_file(&file.bytes, &self.root).map_err(|error| format!("{key}: {error}"))?;
        }
        Ok(())
    }

    /// The stored state is the fold of the stored history.
    async fn replays(&self, case: &Case) -> Played<()> {
        let read = async {
            let mut tx = self.platform.db.snapshot().await?;
            cases::history(&mut tx, case.id).await
        };
        let history = read.await.map_err(|error| error.to_string())?;
        match Case::replay(case.id, &history) {
            Some(replayed) if replayed == *case => Ok(()),
            Some(_) | None => Err("the history does not give the state".into()),
        }
    }
}

fn told(answer: &Answer) -> String {
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

/// Ids of the materials that every applicant must hand in.
pub fn required_materials(package: &Package) -> Vec<String> {
    let of_applicant =
        package.item.materials.iter().filter(|m| m.by == MadeBy::Applicant && m.need == Need::Required);
    of_applicant.map(|material| material.id.clone()).collect()
}

fn chosen(package: &Package, materials: Option<&Materials>) -> Vec<String> {
    let required = required_materials(package);
    match materials {
        None => Vec::new(),
        Some(Materials::Word(_)) => required,
        Some(Materials::These(these)) => these.clone(),
        Some(Materials::AllBut { all_but }) => {
            required.into_iter().filter(|id| !all_but.contains(id)).collect()
        }
    }
}

/// The task that a step means: the live one of its kind, else the last of its kind, else any (so that the engine,
/// not the player, says no).
fn task_for(case: &Case, step: &Step, staff: StaffId, body: Option<BodyId>) -> Played<(TaskId, bool)> {
    let kinds: &[TaskKind] = match step.action {
        Action::Accept | Action::NotAccept => &[TaskKind::Accept],
        Action::SendCorrection => &[TaskKind::Accept, TaskKind::Correct],
        Action::NoteDefect => &[TaskKind::Accept, TaskKind::Review],
        Action::Opinion => &[TaskKind::Review],
        Action::PublishNotice => &[TaskKind::Notice],
        Action::Decide => &[TaskKind::Decide],
        Action::Apply | Action::Resubmit | Action::Withdraw | Action::Wait => {
            return Err("no work of staff".into());
        }
    };
    let of_kind = |task: &&cases::Task| {
        kinds.contains(&task.work) && (step.branch.is_none() || task.branch == step.branch)
    };
    let mine = case.live_tasks().filter(of_kind).find(|task| task.claimed_by == Some(staff));
    let in_body = || case.live_tasks().filter(of_kind).find(|task| Some(task.body) == body);
    let live = mine.or_else(in_body).or_else(|| case.live_tasks().find(of_kind));
    let any = live.or_else(|| case.tasks.iter().rev().find(of_kind)).or_else(|| case.tasks.last());
    any.map(|task| (task.id, live.is_some())).ok_or_else(|| "the case has no task".into())
}

fn made_in(package: &Package, case: &Case, task: TaskId) -> Vec<String> {
    let Some(task) = case.task(task) else { return Vec::new() };
    package.case_type.makes_of(task).to_vec()
}

fn command(step: &Step, task: TaskId) -> Played<Value> {
    let (text, findings) = (&step.text, &step.findings);
    Ok(match step.action {
        Action::Accept => json!({ "do": "accept", "task": task }),
        Action::NotAccept => json!({ "do": "not-accept", "task": task, "reason": text }),
        Action::NoteDefect => {
            let mut command = Map::new();
            command.insert("do".into(), "note-defect".into());
            command.insert("task".into(), json!(task));
            let target =
                step.material.as_ref().map(|m| ("material", m)).or(step.field.as_ref().map(|f| ("field", f)));
            let (key, value) = target.ok_or("a defect is of a material or a field")?;
            command.insert(key.into(), json!(value));
            command.insert("problem".into(), json!(step.problem));
            command.insert("ground".into(), json!(step.ground));
            Value::Object(command)
        }
        Action::SendCorrection => json!({ "do": "send-correction", "task": task }),
        Action::Opinion => json!({
            "do": "give-opinion", "task": task, "conclusion": step.conclusion, "text": text, "findings": findings,
        }),
        Action::PublishNotice => json!({ "do": "publish-notice", "task": task }),
        Action::Decide => {
            let grant = match step.outcome.as_deref() {
                Some("granted") => true,
                Some("refused") => false,
                _ => return Err("a decision is granted or refused".into()),
            };
            json!({ "do": "decide", "task": task, "grant": grant, "reason": text, "findings": findings })
        }
        Action::Apply | Action::Resubmit | Action::Withdraw | Action::Wait => return Err("no command".into()),
    })
}
