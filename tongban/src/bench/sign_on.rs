//! Sign-ons a second (统一身份认证测速): the code flow with PKCE, from a browser that nobody knows to the answer of userinfo,
//! beside npm `oidc-provider`, one after the other in the same run.

mod flow;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use codes::{CivilDate, ResidentId};
use identity::{AddPerson, Passwords, Strength};
use kernel::Actor;
use serde::Serialize;
use store::page::{PageRequest, PageSize};
use tokio::task::JoinSet;

use self::flow::{Browser, Provider, Registered};
use super::figures::Percentiles;
use super::process;
use super::world::{Place, Server, World, free_address};

/// What is to be measured.
#[derive(Debug, Clone)]
pub struct SignOnPlan {
    /// Where.
    pub place: Place,
    /// Browsers at the same time.
    pub clients: usize,
    /// Time that is counted, for each provider and round.
    pub time: Duration,
    /// How often, one provider after the other each time.
    pub rounds: usize,
    /// A folder in which npm has installed `oidc-provider`: runs it beside.
    pub npm: Option<PathBuf>,
}

/// What was measured.
#[derive(Debug, Clone, Serialize)]
pub struct SignOnReport {
    /// `sqlite` or `postgres`.
    pub database: &'static str,
    /// Browsers at the same time.
    pub clients: usize,
    /// The platform, and the other provider where it ran, round by round.
    pub rounds: Vec<(SignOns, Option<SignOns>)>,
    /// Sign-ons that were answered and are not in the database afterwards. Must be 0.
    pub lost: u64,
}

/// Sign-ons at one provider.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SignOns {
    /// Whole sign-ons in the counted time.
    pub sign_ons: u64,
    /// The same, a second.
    pub per_s: f64,
    /// For each processor second of the server.
    pub per_cpu_s: f64,
    /// Requests that one takes.
    pub requests: u32,
    /// From the first request to the last answer.
    pub times: Percentiles,
    /// What went wrong, by kind.
    pub errors: BTreeMap<String, u64>,
    /// Whole sign-ons, counted or not.
    #[serde(skip)]
    all: u64,
}

/// A division that has never existed, so that no number here is anybody's.
const NOWHERE: &str = "439900";
/// As many as never wait for each other, so that nobody signs in twice at a time.
const PEOPLE: u16 = 900;
const PASSWORD: &str = "measuring-sign-ons-here";
const REDIRECT_URI: &str = "http://127.0.0.1:9/back";
const SCRIPT: &str = include_str!("sign_on/oidc_provider.mjs");
/// Sign-ons of a page of the list that is counted afterwards.
const PAGE: u32 = 100;

/// Measures.
pub async fn measure_sign_on(plan: &SignOnPlan, clock: web::Clock) -> anyhow::Result<SignOnReport> {
    let world = World::make(&plan.place, clock).await?;
    let report = measure(plan, &world).await;
    world.clear().await?;
    report
}

async fn measure(plan: &SignOnPlan, world: &World) -> anyhow::Result<SignOnReport> {
    let (client, logins) = prepare(world).await?;
    let logins: Arc<[String]> = logins.into();
    let (mut rounds, mut all) = (Vec::new(), 0);
    for _ in 0..plan.rounds {
        let server: Server = world.serve().await?;
        let ours = Registered { provider: Provider::Tongban, ..client.clone() };
        let here = drive(plan, server.address, server.id(), ours, &logins).await?;
        server.stop()?;
        all += here.all;
        let beside = match &plan.npm {
            Some(npm) => {
                let peer = Peer::start(npm, &world.folder).await?;
                let theirs = Registered {
                    provider: Provider::Npm,
                    id: "bench".into(),
                    basic: basic("bench", PASSWORD),
                };
                Some(drive(plan, peer.address, peer.child.id(), theirs, &logins).await?)
            }
            None => None,
        };
        rounds.push((here, beside));
    }
    let lost = all.saturating_sub(granted(world, &client).await?);
    let database = if plan.place.database.is_some() { "postgres" } else { "sqlite" };
    Ok(SignOnReport { database, clients: plan.clients, rounds, lost })
}

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// Registers the client and the people. Their passwords are hashed as cheaply as can be: hashing is not what is measured.
async fn prepare(world: &World) -> anyhow::Result<(Registered, Vec<String>)> {
    let platform = world.platform().await?;
    let now = (platform.clock)();
    let settings = oidc::Settings {
        name_zh: "测速系统（演示）".into(),
        name_en: "Measured system".into(),
        redirect_uris: vec![REDIRECT_URI.into()],
        grant_types: vec![oidc::GrantType::Code, oidc::GrantType::Refresh],
        scopes: vec![oidc::Scope::OpenId],
        needed_scopes: vec![oidc::Scope::OpenId],
        ..oidc::Settings::default()
    };
    let mut tx = platform.db.begin().await?;
    let client = oidc::register_client(&mut tx, &Actor::System, &settings, now).await?;
    let passwords = Passwords::new(Strength::CHEAP)?;
    let mut logins = Vec::new();
    let birth = CivilDate::new(1940, 1, 1).context("a day of birth")?;
    for sequence in 0..PEOPLE {
        let login = ResidentId::from_parts(NOWHERE, birth, sequence)?.as_str().to_owned();
        let add = AddPerson {
            name: "测速人".into(),
            resident_id: login.clone(),
            phone: None,
            division: None,
            password: Some(PASSWORD.into()),
            assurance: identity::Assurance::default(),
        };
        identity::add_person(&mut tx, &platform.identity.vault, &passwords, now, add).await?;
        logins.push(login);
    }
    tx.commit().await?;
    platform.db.close().await;
    let secret = client.secret.context("a client with a secret")?.reveal();
    let id = client.id.to_string();
    Ok((Registered { provider: Provider::Tongban, basic: basic(&id, &secret), id }, logins))
}

/// Sign-ons of the client that are in the database.
async fn granted(world: &World, client: &Registered) -> anyhow::Result<u64> {
    let platform = world.platform().await?;
    let (id, now) = (client.id.parse()?, (platform.clock)());
    let mut request = PageRequest { after: None, size: PageSize::try_from(PAGE)? };
    let mut found = 0;
    let mut tx = platform.db.snapshot().await?;
    loop {
        let page = oidc::list_grants(&mut tx, id, &request, now).await?;
        found += page.items.len() as u64;
        match page.next {
            Some(next) => request.after = Some(next),
            None => break,
        }
    }
    tx.rollback().await?;
    platform.db.close().await;
    Ok(found)
}

/// Keeps so many browsers busy, each a stranger again at every sign-on.
async fn drive(
    plan: &SignOnPlan,
    address: SocketAddr,
    process: u32,
    client: Registered,
    logins: &Arc<[String]>,
) -> anyhow::Result<SignOns> {
    let counts_from = Instant::now() + (plan.time / 5).max(Duration::from_secs(1));
    let ends = counts_from + plan.time;
    let client = Arc::new(client);
    let mut browsers = JoinSet::new();
    for number in 0..plan.clients {
        let (client, logins) = (Arc::clone(&client), Arc::clone(logins));
        let step = plan.clients;
        browsers.spawn(async move {
            let mut browser = Browser::at(address, client);
            let (mut all, mut requests, mut micros, mut errors) = (0_u64, 0, Vec::new(), BTreeMap::new());
            for login in logins.iter().cycle().skip(number).step_by(step) {
                let begun = Instant::now();
                if begun >= ends {
                    break;
                }
                match browser.sign_on(login).await {
                    Ok(asked) => {
                        (all, requests) = (all + 1, asked);
                        if (counts_from..ends).contains(&Instant::now()) {
                            micros.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
                        }
                    }
                    Err(what) => *errors.entry(what).or_insert(0) += 1,
                }
            }
            (all, requests, micros, errors)
        });
    }
    tokio::time::sleep_until(counts_from.into()).await;
    let (at, before) = (Instant::now(), process::cpu_seconds(process)?);
    tokio::time::sleep_until(ends.into()).await;
    let (seconds, used) = (at.elapsed().as_secs_f64(), process::cpu_seconds(process)? - before);
    let (mut seen, mut micros) = (SignOns::default(), Vec::new());
    while let Some(ended) = browsers.join_next().await {
        let (all, requests, more, errors) = ended?;
        seen.all += all;
        seen.requests = seen.requests.max(requests);
        micros.extend(more);
        for (what, times) in errors {
            *seen.errors.entry(what).or_insert(0) += times;
        }
    }
    seen.sign_ons = micros.len() as u64;
    seen.per_s = micros.len() as f64 / seconds;
    seen.per_cpu_s = micros.len() as f64 / used.max(0.01);
    seen.times = Percentiles::of(micros);
    Ok(seen)
}

/// The other provider as a child process; dropping it ends it.
struct Peer {
    child: Child,
    address: SocketAddr,
}

impl Peer {
    async fn start(npm: &Path, folder: &Path) -> anyhow::Result<Self> {
        // Node looks for packages beside the script.
        let script = npm.join("tongban-bench-oidc-provider.mjs");
        std::fs::write(&script, SCRIPT).with_context(|| script.display().to_string())?;
        let address = free_address()?;
        let log = std::fs::File::create(folder.join("oidc-provider.log"))?;
        let child = Command::new("node")
            .arg(&script)
            .args([&address.port().to_string(), REDIRECT_URI, PASSWORD])
            .env("NODE_ENV", "production")
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("node")?;
        let mut peer = Self { child, address };
        let started = Instant::now();
        while tokio::net::TcpStream::connect(address).await.is_err() {
            anyhow::ensure!(peer.child.try_wait()?.is_none(), "oidc-provider ended at once");
            anyhow::ensure!(started.elapsed() < Duration::from_mins(1), "oidc-provider does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        std::fs::remove_file(&script)?;
        Ok(peer)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _gone_already = self.child.kill();
        let _gone_already = self.child.wait();
    }
}

impl SignOnReport {
    /// For people.
    pub fn table(&self) -> String {
        let mut text =
            format!("{}, {} browsers at a time, {} lost\n", self.database, self.clients, self.lost);
        for (ours, theirs) in &self.rounds {
            for (who, seen) in [("tongban", Some(ours)), ("oidc-provider", theirs.as_ref())] {
                let Some(seen) = seen else { continue };
                let _ = writeln!(
                    text,
                    "{who:<14}{:>8.0}/s {:>8.0} a CPU s  {} requests each  p50 {:>7.2}  p99 {:>7.2} ms {}",
                    seen.per_s,
                    seen.per_cpu_s,
                    seen.requests,
                    seen.times.p50_ms,
                    seen.times.p99_ms,
                    if seen.errors.is_empty() { String::new() } else { format!("{:?}", seen.errors) },
                );
            }
            if let Some(theirs) = theirs {
                let _ = writeln!(
                    text,
                    "{:<14}{:>8.2}   {:>8.2} times as many",
                    "",
                    ours.per_s / theirs.per_s,
                    ours.per_cpu_s / theirs.per_cpu_s
                );
            }
        }
        text
    }
}
