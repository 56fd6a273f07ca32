//! What applicants do in a scenario, and others who are not the office.

use axum::http::Method;
use catalogue::{MadeBy, Need, Package};
use serde_json::{Map, Value, json};

use super::client::Answer;
use super::play::{Part, Played, Player, Stand, told};
use super::{Action, Materials, Scenario, Step};

impl Player<'_> {
    /// A session of whoever a step means.
    async fn whoever(&self, scenario: &Scenario, step: &Step) -> Played<String> {
        match (&step.instead, &step.on_behalf_of) {
            (instead, Some(hat)) => {
                let token = self.person(instead.as_ref().unwrap_or(&scenario.applicant)).await?;
                self.with_hat(token, hat).await
            }
            (Some(slug), None) => self.person(slug).await,
            (None, None) => self.applicant(scenario).await,
        }
    }

    pub(super) async fn apply(&self, part: Part<'_>, step: &Step, stand: &mut Stand) -> Played<Answer> {
        let token = self.whoever(part.scenario, step).await?;
        let other = step.item.as_deref().map(|item| self.package(item)).transpose()?;
        let package = other.as_deref().unwrap_or(part.package);
        let mut start = json!({
            "item": package.reference.item,
            "handling": package.reference.handling,
            "division": part.scenario.division,
        });
        if step.again == Some(true) {
            start["again_of"] = json!(stand.case()?);
        }
        let draft = self.create("/api/v1/drafts", &token, &start).await;
        let Some(id) = draft.json()["id"].as_str().map(str::to_owned) else { return Ok(draft) };
        let answer = self.fill_in_and_submit(package, step, &token, &id).await;
        if package.is_bundle() && answer.is_good() {
            stand.master = answer.json()["id"].as_str().and_then(|id| id.parse().ok());
        } else if let Some(case) = answer.json()["case"].as_str().filter(|_| answer.is_good()) {
            stand.cases.push(case.parse().map_err(|_error| "the receipt names no case")?);
        } else {
            self.client.send(Method::DELETE, &format!("/api/v1/drafts/{id}"), Some(&token), None).await;
        }
        Ok(answer)
    }

    /// The package of another item, `code/handling`: what happened before that the scenario builds on.
    fn package(&self, item: &str) -> Played<std::sync::Arc<Package>> {
        let found = item
            .split_once('/')
            .and_then(|(code, handling)| self.platform.applications.library().offered(code, handling));
        found.ok_or_else(|| format!("no item {item}"))
    }

    async fn fill_in_and_submit(&self, package: &Package, step: &Step, token: &str, draft: &str) -> Answer {
        let path = format!("/api/v1/drafts/{draft}");
        let answers = Value::Object(step.form.clone());
        let saved = self.client.send(Method::PATCH, &path, Some(token), Some(&answers)).await;
        if !saved.is_good() {
            return saved;
        }
        for material in chosen(package, step.materials.as_ref()) {
            let instead = step.later.contains(&material) || step.commit.contains(&material);
            if instead && !matches!(step.materials, Some(Materials::These(_))) {
                continue; // "all" are those for which nothing else stands
            }
            let uploaded = self.upload(&format!("{path}/materials/{material}"), token, &material).await;
            if !uploaded.is_good() {
                return uploaded;
            }
        }
        let later = step.later.iter().map(|material| (material, "later"));
        for (material, how) in later.chain(step.commit.iter().map(|material| (material, "commitment"))) {
            let path = format!("{path}/materials/{material}/{how}");
            let said = self.client.send(Method::PUT, &path, Some(token), Some(&json!({}))).await;
            if !said.is_good() {
                return said;
            }
        }
        if package.is_bundle() {
            return self.create("/api/v1/master-cases", token, &json!({ "draft": draft })).await;
        }
        let mut submission = Map::new();
        if let Some(window) = &step.window {
            submission.insert("window".into(), json!(window));
        }
        self.create(&format!("{path}/submission"), token, &Value::Object(submission)).await
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "`Action::side` says which are the applicant's")]
    pub(super) async fn applicant_step(
        &self,
        scenario: &Scenario,
        step: &Step,
        stand: &Stand,
    ) -> Played<Answer> {
        let token = self.whoever(scenario, step).await?;
        if let (Some(master), Action::Withdraw) = (stand.master, step.action) {
            let path = format!("/api/v1/master-cases/{master}/withdrawal");
            return Ok(self.create(&path, &token, &json!({ "part": step.part, "reason": step.text })).await);
        }
        let case = stand.case()?;
        let path = format!("/api/v1/cases/{case}");
        let text = &step.text;
        match step.action {
            Action::Resubmit => Ok(self.resubmit(step, &token, &path).await),
            Action::Supply => {
                let material = step.material.as_ref().ok_or("which material?")?;
                Ok(self.upload(&format!("{path}/promises/{material}"), &token, material).await)
            }
            Action::RequestHearing | Action::WaiveHearing => {
                let wanted = step.action == Action::RequestHearing;
                let body = json!({ "wanted": wanted, "reason": text });
                Ok(self.create(&format!("{path}/hearing"), &token, &body).await)
            }
            Action::Object => {
                let path = format!("/api/v1/notices/{case}/objections");
                Ok(self.create(&path, &token, &json!({ "text": text })).await)
            }
            Action::Withdraw => {
                Ok(self.create(&format!("{path}/withdrawal"), &token, &json!({ "reason": text })).await)
            }
            other => Err(format!("{} is not done by the applicant", other.as_str())),
        }
    }

    async fn resubmit(&self, step: &Step, token: &str, case: &str) -> Answer {
        let path = format!("{case}/correction");
        if !step.form.is_empty() {
            let answers = Value::Object(step.form.clone());
            let saved = self.client.send(Method::PATCH, &path, Some(token), Some(&answers)).await;
            if !saved.is_good() {
                return saved;
            }
        }
        if let Some(Materials::These(materials)) = &step.materials {
            for material in materials {
                let uploaded = self.upload(&format!("{path}/materials/{material}"), token, material).await;
                if !uploaded.is_good() {
                    return uploaded;
                }
            }
        }
        let body = if step.partial == Some(true) { json!({ "partial": true }) } else { json!({}) };
        self.create(&format!("{path}/submission"), token, &body).await
    }

    /// What the applicant's page says.
    pub(super) async fn shown(&self, scenario: &Scenario, stand: &Stand) -> Played<Value> {
        let token = self.applicant(scenario).await?;
        let path = format!("/api/v1/cases/{}", stand.case()?);
        let shown = self.client.send(Method::GET, &path, Some(&token), None).await;
        if shown.is_good() {
            Ok(shown.json())
        } else {
            Err(format!("the applicant's page: {}", told(&shown)))
        }
    }
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
