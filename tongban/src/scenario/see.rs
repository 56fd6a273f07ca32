//! What must be seen: after a step, and at the end.

use axum::http::Method;
use cases::{Case, Task, TaskKind};
use jiff::civil::Date;

use super::play::{Part, Played, Player, Stand, told};
use super::{Expectation, Payment, Scenario};

impl Player<'_> {
    pub(super) async fn expect(
        &self,
        scenario: &Scenario,
        stand: &Stand,
        expected: &Expectation,
    ) -> Played<()> {
        if expected.is_nothing() {
            return Ok(());
        }
        let shown = self.shown(scenario, stand).await?;
        let wanted = [
            ("status", &expected.status),
            ("stage", &expected.stage),
            ("due_on", &expected.due),
            ("light", &expected.light),
        ];
        for (key, wanted) in wanted.into_iter().filter_map(|(key, wanted)| wanted.as_ref().map(|w| (key, w)))
        {
            if shown[key].as_str().unwrap_or("none") != wanted {
                return Err(format!("{key} is {}, must be {wanted}", shown[key]));
            }
        }
        let case = self.case(stand.case()?).await?;
        if let Some(express) = expected.express.filter(|express| *express != case.express.is_some()) {
            return Err(format!("express is {}, must be {express}", case.express.is_some()));
        }
        if let Some(tasks) = &expected.tasks {
            same("tasks", case.live_tasks().map(called).collect(), tasks.clone())?;
        }
        for (name, wanted) in &expected.days {
            let day = self.last_day(&case, name)?.map_or_else(|| "none".to_owned(), |day| day.to_string());
            if day != *wanted {
                return Err(format!("the last day of {name} is {day}, must be {wanted}"));
            }
        }
        Ok(())
    }

    fn last_day(&self, case: &Case, name: &str) -> Played<Option<Date>> {
        if name == "notice" {
            return Ok(case.hanging_notice().map(|notice| notice.until));
        }
        let task = || case.live_tasks().find(|task| called(task) == name)?.clock.as_ref();
        let promise = || case.promises.iter().find(|p| p.material == name).map(|promise| &promise.clock);
        let clock = match name {
            "stage" => case.stage_clock.as_ref(),
            "statutory" => case.statutory_clock.as_ref(),
            "hearing" => case.open_hearing().map(|right| &right.clock),
            "suspension" => case.suspension.as_ref().and_then(|suspension| suspension.clock.as_ref()),
            _ => task().or_else(promise),
        };
        let clock = clock.ok_or_else(|| format!("no time runs for {name}"))?;
        let bodies = self.platform.applications.bodies();
        let around = self.platform.applications.around(&bodies, self.clock.now());
        let reading = clock.evaluate(around.calendar).map_err(|error| error.to_string())?;
        Ok(reading.due.date())
    }

    pub(super) async fn end(&self, part: Part<'_>, stand: &Stand) -> Played<()> {
        let end = &part.scenario.end;
        if stand.master.is_some() {
            return self.end_of_bundle(part.scenario, stand).await;
        }
        if !end.parts.is_empty() {
            return Err("only a bundle has parts".into());
        }
        let case = self.case(stand.case()?).await?;
        let outcome = case.outcome.map(|outcome| outcome.as_str().to_owned());
        if case.status.as_str() != end.status || outcome != end.outcome {
            let status = case.status.as_str();
            return Err(format!("{status} {outcome:?}, must be {} {:?}", end.status, end.outcome));
        }
        let done = |kind: &str| {
            let names = case.effects.iter().filter_map(|(key, _)| key.strip_prefix(kind));
            names.map(str::to_owned).collect::<Vec<_>>()
        };
        same("documents", done("issue:"), end.documents.clone())?;
        same("revoked", done("revoke:"), end.revoked.clone())?;
        same("register entries", done("register:"), end.register.iter().cloned().collect())?;
        same("register changes", done("change:"), end.changed.iter().cloned().collect())?;
        same("register restorations", done("restore:"), end.restored.iter().cloned().collect())?;
        same("register ends", done("end:"), end.ended.iter().cloned().collect())?;
        same("cancelled", done("cancel:"), end.cancelled.clone())?;
        same("pushes", done("push:"), end.pushes.clone())?;
        self.check_older_documents(part.scenario, stand).await?;
        self.check_entry(part.scenario).await?;
        self.check_documents(part.scenario, &case).await?;
        same("payments", self.payments(&case).await?, end.payments.clone())?;
        for id in &stand.cases {
            self.replays(&self.case(*id).await?).await?;
        }
        Ok(())
    }

    /// The holder downloads every document, it verifies off line, and it holds unless it was revoked.
    pub(super) async fn check_documents(&self, scenario: &Scenario, case: &Case) -> Played<()> {
        let token = self.applicant(scenario).await?;
        let issued = case.effects.iter().filter_map(|(key, id)| Some((key.strip_prefix("issue:")?, id)));
        for (document, id) in issued {
            let path = format!("/api/v1/licences/{id}");
            let file = self.client.send(Method::GET, &format!("{path}/file"), Some(&token), None).await;
            if !file.is_good() {
                return Err(format!("{document}: {}", told(&file)));
            }
            licences::verify_file(&file.bytes, &self.root).map_err(|error| format!("{document}: {error}"))?;
            let file = self.client.send(Method::GET, &format!("{path}/file.ofd"), Some(&token), None).await;
            if !file.is_good() {
                return Err(format!("{document}, OFD: {}", told(&file)));
            }
            licences::verify_file(&file.bytes, &self.root)
                .map_err(|error| format!("{document}, OFD: {error}"))?;
            let shown = self.client.send(Method::GET, &path, Some(&token), None).await.json();
            let revoked = case.effects.iter().any(|(key, _)| *key == format!("revoke:{document}"));
            if (shown["state"] == "revoked") != revoked {
                return Err(format!("{document} is {}, must be revoked: {revoked}", shown["state"]));
            }
        }
        Ok(())
    }

    /// What was issued in earlier cases of the scenario, to whomever, was replaced or cancelled as it says.
    async fn check_older_documents(&self, scenario: &Scenario, stand: &Stand) -> Played<()> {
        let (mut replaced, cancelled) = (Vec::new(), &scenario.end.cancelled);
        let mut found_cancelled = false;
        for id in stand.cases.iter().rev().skip(1) {
            let read = async {
                let mut tx = self.platform.db.snapshot().await?;
                licences::of_case(&mut tx, *id).await
            };
            for licence in read.await.map_err(|error| error.to_string())? {
                let state = licence.ending.as_ref().map(|ending| ending.state);
                if state == Some(licences::State::Replaced) {
                    replaced.push(licence.document.clone());
                }
                let is_cancelled = state == Some(licences::State::Cancelled);
                found_cancelled |= is_cancelled;
                if is_cancelled != cancelled.contains(&licence.document) {
                    return Err(format!(
                        "{} is {state:?}, cancelled must be {cancelled:?}",
                        licence.document
                    ));
                }
            }
        }
        if !cancelled.is_empty() && stand.cases.len() > 1 && !found_cancelled {
            return Err("no document of an earlier case was cancelled".into());
        }
        same("replaced", replaced, scenario.end.replaced.clone())
    }

    /// What the public register shows.
    async fn check_entry(&self, scenario: &Scenario) -> Played<()> {
        let Some(wanted) = &scenario.end.entry else { return Ok(()) };
        let slug = scenario.on_behalf_of.as_ref().ok_or("an entry is that of an organisation (for)")?;
        let (code, _) = self.acting_for(slug)?;
        let path = format!("/api/v1/registers/{}/entries/{code}", wanted.register);
        let answer = self.client.send(Method::GET, &path, None, None).await;
        if !answer.is_good() {
            return Err(format!("the register: {}", told(&answer)));
        }
        let shown = answer.json();
        if shown["state"] != wanted.state.as_str() {
            return Err(format!("the entry is {}, must be {}", shown["state"], wanted.state));
        }
        for (field, value) in &wanted.fields {
            if shown["data"][field] != *value {
                return Err(format!("{field} of the entry is {}, must be {value}", shown["data"][field]));
            }
        }
        Ok(())
    }

    /// Every push and payment order that is recorded as done lies in the outbox; the payment orders.
    pub(super) async fn payments(&self, case: &Case) -> Played<Vec<Payment>> {
        let mut ordered = Vec::new();
        for (receiver, key) in &case.effects {
            let pays = receiver.strip_prefix("pay:");
            if pays.is_none() && !receiver.starts_with("push:") {
                continue;
            }
            let read = async {
                let mut tx = self.platform.db.snapshot().await?;
                store::outbox::find(&mut tx, receiver, key).await
            };
            let posted = read.await.map_err(|error| error.to_string())?;
            let posted = posted.ok_or_else(|| format!("nothing was posted to {receiver}"))?;
            if posted["case"] != case.number.as_str() {
                return Err(format!("what was posted to {receiver} is of case {}", posted["case"]));
            }
            if let Some(pays) = pays {
                let amount = posted["amount_fen"].as_i64().ok_or_else(|| format!("{receiver}: no amount"))?;
                ordered.push(Payment { receiver: pays.to_owned(), amount });
            }
        }
        Ok(ordered)
    }

    /// The stored state is the fold of the stored history.
    pub(super) async fn replays(&self, case: &Case) -> Played<()> {
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

/// How a scenario calls a task: opinions and later checks by their branch or material, all other work by its kind.
fn called(task: &Task) -> String {
    match (&task.branch, task.work) {
        (Some(branch), TaskKind::Review | TaskKind::Check) => branch.clone(),
        (_, work) => work.as_str().to_owned(),
    }
}

/// Two lists are the same, in whatever order.
pub(super) fn same<T: Ord + std::fmt::Debug>(what: &str, mut is: Vec<T>, mut must_be: Vec<T>) -> Played<()> {
    is.sort();
    must_be.sort();
    if is == must_be { Ok(()) } else { Err(format!("{what} {is:?}, must be {must_be:?}")) }
}
