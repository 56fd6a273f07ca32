//! Scenarios of bundles (一件事): which part a step means, what must be seen of all parts, and how they must end.

use std::collections::BTreeMap;

use axum::http::Method;
use serde_json::Value;

use super::play::{Played, Player, Stand, told};
use super::see::same;
use super::{Expectation, Scenario};

impl Expectation {
    /// Whether nothing is expected of a single case.
    pub(super) fn is_nothing(&self) -> bool {
        let Self { part: _, parts: _, status, stage, due, light, express, tasks, days } = self;
        [status, stage, due, light].into_iter().all(Option::is_none)
            && express.is_none()
            && tasks.is_none()
            && days.is_empty()
    }
}

impl Player<'_> {
    /// From now on the case of this part is meant. A part that has not begun has none.
    pub(super) async fn turn_to(&self, stand: &mut Stand, part: &str) -> Played<()> {
        let master = stand.master.ok_or("only a bundle has parts")?;
        let read = async {
            let mut tx = self.platform.db.snapshot().await?;
            applications::master::get(&mut tx, master).await
        };
        let master = read.await.map_err(|error| error.to_string())?;
        let found = master.part(part).ok_or_else(|| format!("no part {part}"))?;
        if let Some(case) = found.case {
            stand.cases.retain(|known| *known != case);
            stand.cases.push(case);
        }
        Ok(())
    }

    /// What the applicant's page of the whole says.
    async fn whole(&self, scenario: &Scenario, stand: &Stand) -> Played<Value> {
        let master = stand.master.ok_or("only a bundle has parts")?;
        let token = self.applicant(scenario).await?;
        let path = format!("/api/v1/master-cases/{master}");
        let shown = self.client.send(Method::GET, &path, Some(&token), None).await;
        if shown.is_good() { Ok(shown.json()) } else { Err(format!("the whole: {}", told(&shown))) }
    }

    /// Checks what is expected of the whole; what is left is expected of the part that is meant.
    pub(super) async fn expect_bundle(
        &self,
        scenario: &Scenario,
        stand: &mut Stand,
        expected: &Expectation,
    ) -> Played<Expectation> {
        let mut left = expected.clone();
        if stand.master.is_none() {
            let of_bundle = expected.part.is_some() || !expected.parts.is_empty();
            return if of_bundle { Err("only a bundle has parts".into()) } else { Ok(left) };
        }
        let whole = self.whole(scenario, stand).await?;
        if !expected.parts.is_empty() {
            same("parts", states(&whole), expected.parts.clone().into_iter().collect())?;
        }
        if let Some(part) = &expected.part {
            self.turn_to(stand, part).await?;
            return Ok(left);
        }
        if let Some(due) = left.due.take() {
            let shown = whole["due_on"].as_str().unwrap_or("none");
            if shown != due {
                return Err(format!("the whole is due {shown}, must be {due}"));
            }
        }
        if !left.is_nothing() {
            return Err("expect says of no part what must be seen of one: name it (part)".into());
        }
        Ok(left)
    }

    /// How all parts must end. What is not named must not have happened in any of them.
    pub(super) async fn end_of_bundle(&self, scenario: &Scenario, stand: &Stand) -> Played<()> {
        let end = &scenario.end;
        let whole = self.whole(scenario, stand).await?;
        let shown = (whole["state"].as_str(), whole["outcome"].as_str());
        if shown != (Some(end.status.as_str()), end.outcome.as_deref()) {
            return Err(format!("{shown:?}, must be {} {:?}", end.status, end.outcome));
        }
        same("parts", states(&whole), end.parts.clone().into_iter().collect())?;
        let mut done: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let mut payments = Vec::new();
        let parts = whole["parts"].as_array().cloned().unwrap_or_default();
        for id in parts.iter().filter_map(|part| part["case"].as_str()) {
            let case = self.case(id.parse().map_err(|_error| "a part names no case")?).await?;
            for kind in ["issue:", "revoke:", "register:", "change:", "restore:", "end:", "cancel:", "push:"]
            {
                let names = case.effects.iter().filter_map(|(key, _)| key.strip_prefix(kind));
                done.entry(kind).or_default().extend(names.map(str::to_owned));
            }
            self.check_documents(scenario, &case).await?;
            payments.extend(self.payments(&case).await?);
            self.replays(&case).await?;
        }
        let mut of = |kind: &str| done.remove(kind).unwrap_or_default();
        same("documents", of("issue:"), end.documents.clone())?;
        same("revoked", of("revoke:"), end.revoked.clone())?;
        same("register entries", of("register:"), end.register.iter().cloned().collect())?;
        same("register changes", of("change:"), end.changed.iter().cloned().collect())?;
        same("register restorations", of("restore:"), end.restored.iter().cloned().collect())?;
        same("register ends", of("end:"), end.ended.iter().cloned().collect())?;
        same("cancelled", of("cancel:"), end.cancelled.clone())?;
        same("payments", payments, end.payments.clone())?;
        same("pushes", of("push:"), end.pushes.clone())
    }
}

/// Part and state.
fn states(whole: &Value) -> Vec<(String, String)> {
    let parts = whole["parts"].as_array().into_iter().flatten();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    parts.map(|part| (text(&part["part"]), text(&part["state"]))).collect()
}
