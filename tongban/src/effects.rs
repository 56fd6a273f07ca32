//! What follows from decisions, each thing once: documents and register entries. The rooms that decide and the rooms
//! that issue do not know each other; they meet here.

use anyhow::Context as _;
use cases::{Bodies, Case, Command, Effect};
use catalogue::Named;
use catalogue::Package;
use kernel::{Actor, CaseId, Timestamp};
use licences::template::{Decision, Facts};
use serde_json::{Value, json};
use store::jobs::{self, Handlers, Job};
use store::{Purpose, Tx};

mod entry;

/// The handlers of all jobs.
pub fn handlers(
    applications: &applications::Room,
    licences: &licences::Room,
    calendars: &calendars::Room,
) -> Handlers {
    let calendars = calendars.clone();
    let (timers, room, issuing) = (applications.clone(), applications.clone(), licences.clone());
    let bundles = applications.clone();
    Handlers::new()
        .on(cases::TIMER_JOB, move |job, now| {
            let (room, calendars) = (timers.clone(), calendars.clone());
            async move {
                // What a timer does is not taken back, so it asks which calendar is in force.
                calendars.refresh().await?;
                Ok(applications::run_timer(room, job, now).await?)
            }
        })
        .on(cases::BUNDLE_JOB, move |job, now| {
            let room = bundles.clone();
            async move { Ok(applications::run_bundle(room, job, now).await?) }
        })
        .on(cases::EFFECT_JOB, move |job, now| {
            let (room, issuing) = (room.clone(), issuing.clone());
            async move { Ok(run_effect(&room, &issuing, &job, now).await?) }
        })
}

/// Carries out one effect and records it in the case: done once, however often the job runs. What is slow (drawing,
/// sealing) is done before the writing transaction is opened.
async fn run_effect(
    room: &applications::Room,
    issuing: &licences::Room,
    job: &Job,
    now: Timestamp,
) -> anyhow::Result<()> {
    let id: CaseId =
        job.payload["case"].as_str().and_then(|text| text.parse().ok()).context("the job names no case")?;
    let effect: Effect =
        serde_json::from_value(job.payload["effect"].clone()).context("the job names no effect")?;
    let mut tx = room.db.begin().await?;
    let case = cases::get(&mut tx, id).await?;
    let package = room.library().get(&case.case_type).context("package version of the case")?;
    let bodies = room.bodies();
    let answers = answers(&mut tx, room, &case).await?;
    let asked = Asked { case: &case, package: &package, answers: &answers, bodies: &bodies, now };
    let reference = if let Some(document) = effect.issues() {
        let applicant = applicant(&mut tx, room, &case).await?;
        let prepared = prepare(issuing, tx, asked, document, &effect.key(), applicant).await?;
        tx = room.db.begin().await?;
        let issued = licences::issue(&mut tx, prepared).await?.id;
        if matches!(effect, Effect::Replace(_)) {
            licences::replace_older(&mut tx, now, issued).await?;
        }
        issued.to_string()
    } else {
        Box::pin(carry_out(&mut tx, room, issuing, asked, &effect)).await?
    };
    let around = room.around(&bodies, now);
    let record = Command::RecordEffect { effect: effect.key(), reference };
    cases::act(&mut tx, &around, &package.case_type, id, None, &Actor::System, record).await?;
    jobs::finish(&mut tx, job, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Carries out an effect that issues nothing; what it made or ended, as the case records it.
async fn carry_out(
    tx: &mut Tx,
    room: &applications::Room,
    issuing: &licences::Room,
    asked: Asked<'_>,
    effect: &Effect,
) -> anyhow::Result<String> {
    let Asked { case, now, .. } = asked;
    let key = effect.key();
    match effect {
        Effect::Issue(document) | Effect::Replace(document) => {
            anyhow::bail!("{document} is issued, not carried out")
        }
        Effect::Register(register) => {
            let entry = register_entry(asked, register, &key)?;
            Ok(registers::write(tx, entry).await?.subject_code)
        }
        Effect::Change(change) => entry::change(tx, asked, change, &key).await,
        Effect::Restore(register) => entry::restore(tx, asked, register, &key).await,
        Effect::End(end) => entry::end(tx, asked, end, &key).await,
        Effect::Revoke(document) => revoke(tx, case, document, now).await,
        Effect::Cancel(cancelled) => {
            let code = match cancelled.holder() {
                Some(path) => entry::text(asked, path).with_context(|| format!("no holder in {path}"))?,
                None => applicant(tx, room, case).await?.whole_code,
            };
            let (document, reason) = (cancelled.document(), case.reason.clone().unwrap_or_default());
            let numbers = licences::cancel_held(tx, &issuing.vault, now, &code, document, &reason).await?;
            // Nothing on record is no fault: the paper is from before the platform.
            Ok(if numbers.is_empty() { "0".to_owned() } else { numbers.join(" ") })
        }
        Effect::Push(receiver) => post(tx, asked, &format!("push:{receiver}"), &key, json!({})).await,
        Effect::Pay(order) => {
            let amount = case.findings.get(&order.amount).and_then(Value::as_i64);
            let amount = amount.with_context(|| format!("no amount in finding {}", order.amount))?;
            let receiver = format!("pay:{}", order.receiver);
            post(tx, asked, &receiver, &key, json!({ "amount_fen": amount })).await
        }
    }
}

/// Ends the document that this case has issued.
async fn revoke(tx: &mut Tx, case: &Case, document: &str, now: Timestamp) -> anyhow::Result<String> {
    let issued = Effect::Issue(document.to_owned()).key();
    let (_, reference) = case
        .effects
        .iter()
        .find(|(key, _)| *key == issued)
        .with_context(|| format!("{issued} is not done yet"))?;
    let failed = case.tasks.iter().rev().find(|task| task.conclusion == Some(cases::Conclusion::Disagree));
    let reason = failed.and_then(|task| task.text.clone()).unwrap_or_default();
    let id = reference.parse().ok().context("the id of the document")?;
    licences::revoke_by_decision(tx, now, id, &reason).await?;
    Ok(reference.clone())
}

/// Puts what a receiver outside must know into the outbox: references and the outcome, nothing personal.
async fn post(
    tx: &mut Tx,
    asked: Asked<'_>,
    receiver: &str,
    effect: &str,
    more: Value,
) -> anyhow::Result<String> {
    let case = asked.case;
    let key = format!("{}:{effect}", case.id);
    let mut payload = json!({
        "case": case.number,
        "item": case.case_type.item,
        "handling": case.case_type.handling,
        "division": case.division,
        "outcome": case.outcome.map(cases::Outcome::as_str),
        "decided_by": asked.decided_by()?.uscc,
        "decided_on": asked.decided_on(),
    });
    if let (Some(payload), Value::Object(more)) = (payload.as_object_mut(), more) {
        payload.extend(more);
    }
    let message = store::outbox::Message {
        receiver: receiver.to_owned(),
        topic: "case-decided".into(),
        key: key.clone(),
        payload,
        now: asked.now,
    };
    store::outbox::post(tx, &message).await?;
    Ok(key)
}

/// A decided case with everything around it.
#[derive(Clone, Copy)]
struct Asked<'a> {
    case: &'a Case,
    package: &'a Package,
    answers: &'a Value,
    bodies: &'a Bodies,
    now: Timestamp,
}

impl<'a> Asked<'a> {
    fn decided_by(&self) -> anyhow::Result<&'a cases::Body> {
        self.case.decided_by.and_then(|body| self.bodies.get(body)).context("the body that decided")
    }

    fn decided_on(&self) -> jiff::civil::Date {
        kernel::china_date(self.case.closed_at.unwrap_or(self.now))
    }
}

/// The applicant as documents address them.
struct Applicant {
    name: String,
    /// As it is printed: a natural person's number is masked.
    shown_code: String,
    whole_code: String,
}

fn purpose(case: CaseId) -> Purpose {
    Purpose::new("carry-out-decision", Actor::System.reference()).for_case(case)
}

async fn answers(tx: &mut Tx, room: &applications::Room, case: &Case) -> anyhow::Result<Value> {
    let answers = applications::dossier::answers_of_case(tx, room, case.id, &purpose(case.id)).await?;
    answers.context("the answers of the case")
}

/// The legal person when one was acted for, else the natural person.
async fn applicant(tx: &mut Tx, room: &applications::Room, case: &Case) -> anyhow::Result<Applicant> {
    if let Some(id) = case.applicant.acting_for {
        let legal_person = identity::find_legal_person(tx, id).await?.context("the legal person")?;
        let code = legal_person.uscc.to_string();
        let name = registered_name(case, &code).unwrap_or(legal_person.name);
        return Ok(Applicant { name, shown_code: code.clone(), whole_code: code });
    }
    let at = case.closed_at.unwrap_or(case.submitted_at);
    let person = identity::find_person(tx, &room.vault, &purpose(case.id), case.applicant.person, at).await?;
    let person = person.context("the person")?;
    Ok(Applicant {
        name: person.name.as_str().to_owned(),
        shown_code: person.resident_id.masked(),
        whole_code: person.resident_id.as_str().to_owned(),
    })
}

/// The name under which a register knew the applicant when the case came in: the account may have an older one.
fn registered_name(case: &Case, code: &str) -> Option<String> {
    let mut entries = case.answers.get("register")?.as_object()?.values();
    let own = entries.find(|entry| entry["uscc"] == code)?;
    own["name"].as_str().map(str::to_owned)
}

async fn prepare(
    issuing: &licences::Room,
    tx: Tx,
    asked: Asked<'_>,
    document: &str,
    effect: &str,
    applicant: Applicant,
) -> anyhow::Result<licences::Prepared> {
    let Asked { case, package, answers, bodies, now } = asked;
    let template = package.documents.find(document).with_context(|| format!("document {document}"))?;
    let by = asked.decided_by()?;
    let issuer = licences::IssuerBody {
        id: by.id,
        name: by.name.zh.clone(),
        uscc: by.uscc.clone(),
        division: by.division.clone(),
    };
    let names = |named: Named<'_>| name_of(bodies, named);
    let facts = Facts {
        form: package.form_facts(answers, &names),
        findings: package.finding_facts(&case.findings),
        case_number: case.number.clone(),
        case_item: package.case_type.name.zh.clone(),
        decision: Some(Decision {
            date: asked.decided_on(),
            reason: case.reason.clone().unwrap_or_default(),
        }),
        body_name: issuer.name.clone(),
        serial: String::new(), // given by the room that issues
        applicant_name: applicant.name,
        applicant_code_masked: applicant.shown_code,
        issued_on: kernel::china_date(now),
    };
    let holder = licences::Holder {
        person: case.applicant.acting_for.is_none().then_some(case.applicant.person),
        legal_person: case.applicant.acting_for,
        code: case.applicant.acting_for.is_none().then_some(applicant.whole_code),
    };
    let type_owner = &by.uscc; // each issuing body defines its own types until a common catalogue of types exists
    let new = licences::NewLicence {
        document: template,
        facts,
        case: case.id,
        effect,
        holder,
        issuer: &issuer,
        type_owner,
        now,
    };
    Ok(licences::prepare(issuing, tx, new).await?)
}

fn name_of(bodies: &Bodies, named: Named<'_>) -> Option<String> {
    match named {
        Named::Body(slug) => bodies.by_slug(slug).map(|body| body.name.zh.clone()),
        Named::Division(code) => Some(applications::division::full_name(code)),
    }
}

fn register_entry(asked: Asked<'_>, register: &str, effect: &str) -> anyhow::Result<registers::NewEntry> {
    let body_name = |slug: &str| asked.bodies.by_slug(slug).map(|body| body.name.zh.clone());
    let decided = registers::Decided {
        form: asked.answers,
        findings: &asked.case.findings,
        decided_on: asked.decided_on(),
        registrar: &asked.decided_by()?.name.zh,
        body_name: &body_name,
        case: asked.case.id,
        effect,
        now: asked.now,
    };
    Ok(registers::entry_from(register, &decided)?)
}
