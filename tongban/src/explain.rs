//! Whether somebody may do something, and by which rule (权限说明): asked of the very code that requests meet.

use anyhow::Context as _;
use applications::reach::Reach;
use identity::{PostRecord, Subject};
use kernel::{Actor, CaseId, LicenceId, Permission, PostId, Principal, Refusal};
use store::Tx;

use crate::platform::Platform;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// `anonymous`, `system`, `person:ID`, `staff:ID` or `staff:LOGIN`.
    pub who: String,
    /// For whom they act: `person:ID` or `legal-person:ID`; of staff, in which post: its body or its id.
    pub acting_for: Option<String>,
    /// The name of a permission, or `METHOD /path` of a route.
    pub may: String,
    /// `case:ID`, `case:NUMBER` or `licence:ID`; nothing asks about the permission alone.
    pub on: Option<String>,
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Whether they may.
    pub allowed: bool,
    /// By which rules, one a line.
    pub rules: Vec<String>,
}

/// Answers. Nothing is kept: the visit that it takes to see somebody as a request would is undone.
pub async fn explain(platform: &Platform, question: &Question) -> anyhow::Result<Answer> {
    let permission = permission(platform, &question.may)?;
    let mut tx = platform.db.begin().await?;
    let actor = actor(&mut tx, platform, question).await?;
    let rule = actor.rule_for(permission);
    let mut answer =
        Answer { allowed: rule.allows(), rules: vec![format!("permission {}: {rule}", permission.name)] };
    if let Some(thing) = &question.on {
        let (is_there, why) = thing_rule(&mut tx, &actor, thing).await?;
        answer.allowed &= is_there;
        answer.rules.push(format!("{thing}: {why}"));
    }
    tx.rollback().await?;
    Ok(answer)
}

/// All permissions that routes name, with one route of each.
pub fn permissions(platform: &Platform) -> Vec<(Permission, String)> {
    let mut found: Vec<(Permission, String)> = Vec::new();
    for route in &platform.routes {
        if found.iter().all(|(known, _)| known.name != route.permission.name) {
            found.push((route.permission, format!("{} {}", route.method, route.path)));
        }
    }
    found.sort_by_key(|(permission, _)| permission.name);
    found
}

fn permission(platform: &Platform, may: &str) -> anyhow::Result<Permission> {
    let is_meant = |route: &&web::RouteSpec| {
        route.permission.name == may || format!("{} {}", route.method, route.path) == may
    };
    let found = platform.routes.iter().find(is_meant);
    let found = found.with_context(|| {
        format!("no permission and no route is called {may:?}; `tongban permissions list` names all")
    })?;
    Ok(found.permission)
}

async fn actor(tx: &mut Tx, platform: &Platform, question: &Question) -> anyhow::Result<Actor> {
    let subject = match question.who.split_once(':') {
        None if question.who == "anonymous" => return Ok(Actor::Anonymous),
        None if question.who == "system" => return Ok(Actor::System),
        Some(("person", id)) => Subject::Person(id.parse().context("the id of the person")?),
        Some(("staff", word)) => Subject::Staff(match word.parse() {
            Ok(id) => id,
            Err(_login) => identity::find_staff_by_login(tx, word)
                .await?
                .with_context(|| format!("nobody of staff signs in as {word:?}"))?,
        }),
        _ => anyhow::bail!("--who is anonymous, system, person:ID or staff:LOGIN"),
    };
    anyhow::ensure!(identity::stands(tx, subject).await?, "there is no account {subject}");
    let now = (platform.clock)();
    let mut visit = identity::open_session_for(tx, subject, now).await?;
    match (subject, &question.acting_for) {
        (Subject::Person(_), None) => {}
        (Subject::Person(_), Some(hat)) => {
            let hat: Principal = hat.parse().context("--as is person:ID or legal-person:ID")?;
            visit = identity::switch_hat(tx, visit.session, Some(hat), now).await?;
        }
        (Subject::Staff(staff), post) => {
            let posts = identity::posts_on(tx, staff, kernel::china_date(now)).await?;
            if post.is_some() || posts.len() > 1 {
                let chosen = chosen_post(&posts, post.as_deref())?;
                visit = identity::choose_post(tx, visit.session, chosen, now).await?;
            }
        }
    }
    let live = identity::find_session(tx, &platform.identity.vault, &visit.token, now).await?;
    Ok(live.context("the account is closed")?.actor)
}

/// A visit has the rights of the post in which one works: it is named by the body, or by its id where one body has two.
fn chosen_post(posts: &[PostRecord], named: Option<&str>) -> anyhow::Result<PostId> {
    let is_meant =
        |post: &&PostRecord| named.is_some_and(|name| name == post.body_slug || name == post.id.to_string());
    let mut meant = posts.iter().filter(is_meant);
    if let (Some(post), None) = (meant.next(), meant.next()) {
        return Ok(post.id);
    }
    let line = |post: &PostRecord| format!("{} {} {}", post.id, post.body_slug, post.title);
    let held: Vec<String> = posts.iter().map(line).collect();
    anyhow::bail!("--as says in which post, by body or id; they hold:\n{}", held.join("\n"))
}

async fn thing_rule(tx: &mut Tx, actor: &Actor, thing: &str) -> anyhow::Result<(bool, String)> {
    let (kind, word) = thing.split_once(':').context("--on is case:NUMBER, case:ID or licence:ID")?;
    match kind {
        "case" => {
            let id: CaseId = match word.parse() {
                Ok(id) => id,
                Err(_number) => {
                    let found = cases::of_number(tx, word).await?;
                    found.with_context(|| format!("there is no case {word}"))?.0
                }
            };
            let case = cases::get(tx, id).await.with_context(|| format!("there is no case {word}"))?;
            let reach = Reach::of(&case, actor);
            Ok((reach.is_there(), reach.to_string()))
        }
        "licence" => {
            let id: LicenceId = word.parse().context("the id of the licence")?;
            let is_theirs = match licences::get_visible(tx, actor, id).await {
                Ok(_licence) => true,
                Err(Refusal::NotFound | Refusal::Unauthenticated | Refusal::Outside(_)) => false,
                Err(refusal) => return Err(refusal.into()),
            };
            let why = if is_theirs {
                "they, or whoever they act for, hold it, or their body issued it or worked on its case"
            } else {
                "they do not hold it or their mandate does not let them open it, and their body neither issued it nor worked on its case: to them it is not there (404)"
            };
            Ok((is_theirs, why.to_owned()))
        }
        _ => anyhow::bail!("--on is case:NUMBER, case:ID or licence:ID"),
    }
}
