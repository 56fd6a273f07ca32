//! `tongban demo`: a folder with invented people and cases in all stages, served on this machine only.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use messages::receiver::{Manner, Receiver};
use messages::{BridgeSettings, Endpoint, MailSettings, Proof, Security, SenderSettings};
use tongban::cast::{Cast, Imported};
use tongban::config::LogFormat;
use tongban::platform::{Platform, Settings};
use tongban::scenario::{Extent, FrozenClock, Player, Scenario, beijing};

use crate::cli::{directory::first_password, notices::writer, runtime, serve};
use crate::say;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Folder for the data; made when missing, used again when there.
    #[arg(long, default_value = "tongban-data")]
    data: PathBuf,
    /// Port on 127.0.0.1.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Folder with service packages.
    #[arg(long, default_value_os_t = crate::offered_packages())]
    packages: PathBuf,
    /// Make the folder and stop.
    #[arg(long)]
    prepare_only: bool,
}

const ACCOUNTS: &str = "demo-accounts.txt";
/// The connected systems, with their secrets.
const CLIENTS: &str = "demo-clients.json";
/// What the test receiver beside the demonstration takes.
const NOTICES: &str = "notices.jsonl";

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    serve::start_log(LogFormat::Text, "warn")?;
    let listen = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), arguments.port);
    let settings = Settings {
        database: format!("sqlite:{}", arguments.data.join("tongban.db").display()),
        folder: arguments.data.clone(),
        packages: arguments.packages.clone(),
        passphrase: "demonstration only".into(),
        public_url: format!("http://{listen}"),
        web: web::WebConfig { secure_cookies: false, demo: true, ..web::WebConfig::default() },
        passwords: identity::Strength::STRONG,
        strong_factor_roles: std::collections::BTreeSet::new(),
        upstreams: Vec::new(),
        certificates_from: beijing("2018-01-01 00:00").context("start")?,
        witnessing: tongban::ledger::Witnessing::default(),
        senders: SenderSettings::default(),
    };
    runtime()?.block_on(async {
        if !arguments.data.join(ACCOUNTS).is_file() {
            // What leaves the house while the past is made up is taken and forgotten.
            let receiver = Receiver::start(ANY, ANY, Manner::new(|_arrival| ())).await?;
            let settings = Settings { senders: senders(&receiver), ..settings.clone() };
            prepare(arguments, &settings).await?;
        }
        print_accounts(&arguments.data)?;
        if arguments.prepare_only {
            return Ok(());
        }
        let notices = arguments.data.join(NOTICES);
        let writes = writer(&notices)?;
        let receiver = Receiver::start(ANY, ANY, Manner::new(move |arrival| writes(&arrival))).await?;
        let settings = Settings { senders: senders(&receiver), ..settings };
        say!("e-mail, SMS and WeChat messages that leave the platform are written to {}", notices.display());
        let platform = Platform::open(&settings, serve::machine_clock()).await?;
        serve::serve(platform, listen, Duration::from_secs(10), |address| {
            say!("open http://{address}/  (Ctrl-C stops it)");
        })
        .await
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Any free port of this machine.
const ANY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Every channel leads to the test receiver.
fn senders(receiver: &Receiver) -> SenderSettings {
    let endpoint =
        |path: &str| Endpoint { url: format!("http://{}/{path}", receiver.http), proof: Proof::None };
    let bridge = |path: &str| BridgeSettings { endpoint: endpoint(path), templates: BTreeMap::new() };
    SenderSettings {
        mail: Some(MailSettings {
            host: receiver.smtp.ip().to_string(),
            port: receiver.smtp.port(),
            security: Security::None,
            from: "通办 <noreply@demo.example>".into(),
            login: None,
        }),
        sms: Some(bridge("sms")),
        wechat: Some(bridge("wechat")),
        receivers: BTreeMap::new(),
        other_receivers: Some(endpoint("receivers")),
    }
}

fn print_accounts(data: &Path) -> anyhow::Result<()> {
    let accounts = std::fs::read_to_string(data.join(ACCOUNTS))?;
    accounts.lines().for_each(|line| say!("{line}"));
    Ok(())
}

/// Makes the folder beside its place and moves it there when it is whole, so that a half-made one is never used.
async fn prepare(arguments: &Arguments, settings: &Settings) -> anyhow::Result<()> {
    anyhow::ensure!(
        !arguments.data.exists(),
        "{} is there but holds no demonstration",
        arguments.data.display()
    );
    let making = arguments.data.with_extension("making");
    let _nothing_left_over = std::fs::remove_dir_all(&making);
    let cast = Cast::near(&arguments.packages)?;
    say!("making invented people and cases in {} …", arguments.data.display());
    let settings = Settings {
        database: format!("sqlite:{}", making.join("tongban.db").display()),
        folder: making.clone(),
        ..settings.clone()
    };
    let passwords = passwords(&cast);
    fill(&settings, &cast, &passwords).await?;
    std::fs::write(making.join(ACCOUNTS), accounts_text(&cast, &passwords))?;
    std::fs::rename(&making, &arguments.data)?;
    Ok(())
}

fn passwords(cast: &Cast) -> BTreeMap<String, String> {
    let logins =
        cast.staff.iter().map(|staff| &staff.login).chain(cast.persons.iter().map(|person| &person.slug));
    logins.map(|login| (login.clone(), first_password())).collect()
}

fn accounts_text(cast: &Cast, passwords: &BTreeMap<String, String>) -> String {
    let mut text =
        "Everybody here is invented. Citizens sign in at /sign-in with their number or telephone:\n"
            .to_owned();
    for person in &cast.persons {
        text.push_str(&format!(
            "  {}  {}  {}  {}\n",
            person.name, person.resident_id, person.phone, passwords[&person.slug]
        ));
    }
    text.push_str("Wards, for whom their guardians act (/my/hat):\n");
    for ward in &cast.wards {
        let guardian = cast.persons.iter().find(|person| person.slug == ward.guardian);
        let guardian = guardian.map_or("", |person| person.name.as_str());
        text.push_str(&format!("  {}  {}  (guardian: {guardian})\n", ward.name, ward.resident_id));
    }
    text.push_str("Staff sign in at /staff/sign-in:\n");
    for staff in &cast.staff {
        let roles: Vec<&str> = staff.roles.iter().map(|role| role.as_str()).collect();
        text.push_str(&format!(
            "  {:<20} {}  {} {} ({})\n",
            staff.login,
            passwords[&staff.login],
            staff.name,
            staff.body,
            roles.join(", ")
        ));
    }
    text
}

/// Over how many days back the open cases of the demonstration are spread.
const OPEN_DAYS: i64 = 12;
/// How many open cases there are: enough for every list and light, and a start that nobody waits long for.
const OPEN_CASES: usize = 80;

/// The first scenario of every package is played whole, for the history; some of all are cut off at their steps, for
/// open cases of every stage.
async fn fill(settings: &Settings, cast: &Cast, passwords: &BTreeMap<String, String>) -> anyhow::Result<()> {
    let start = beijing("2026-01-01 00:00").context("start")?;
    let clock = FrozenClock::at(start);
    let platform = Platform::open(settings, clock.clock()).await?;
    let mut tx = platform.db.begin().await?;
    let imported =
        cast.import(&mut tx, &platform.identity, start, |login| passwords.get(login).cloned()).await?;
    tx.commit().await?;
    platform.refresh_bodies().await?;
    let player = Player::new(&platform, clock, cast, &imported);
    let now = serve::machine_clock()();
    let mut cut = Vec::new();
    let mut cases = 0_u32;
    for package in platform.library().playable() {
        for (index, file) in Scenario::files(std::path::Path::new(&package.folder))?.iter().enumerate() {
            let scenario = Scenario::read(file)?;
            if index == 0 {
                let played = player.play(package, &scenario, Extent::Whole).await;
                played.map_err(|what| anyhow::anyhow!("{}: {what}", file.display()))?;
                cases += 1;
            }
            for steps in (1..scenario.steps.len()).filter(|steps| is_worth_showing(&scenario, *steps)) {
                cut.push((package.clone(), scenario.clone(), steps));
            }
        }
    }
    let every = cut.len().div_ceil(OPEN_CASES).max(1);
    let cut: Vec<_> = cut.into_iter().step_by(every).collect();
    // Open cases come from the last days, oldest first, so that the desk shows work in time, near its end and late.
    let count = i64::try_from(cut.len())?;
    for (index, (package, scenario, steps)) in cut.into_iter().enumerate() {
        let hours_ago = (count - i64::try_from(index)?) * OPEN_DAYS * 24 / count;
        let last_at = now.checked_sub(jiff::SignedDuration::from_hours(hours_ago))?;
        // On other days than its own a scenario may take another turn (a holiday less, and silence has accepted the
        // case); then it stays where it is.
        let _another_turn = player.play(&package, &scenario, Extent::Cut { steps, last_at }).await;
        cases += 1;
    }
    tell_news(&platform, cast, &imported, now).await?;
    change_an_item(&platform, &imported, now).await?;
    let clients = connect_systems(&platform, cast, &imported, now).await?;
    std::fs::write(settings.folder.join(CLIENTS), serde_json::to_vec_pretty(&clients)?)?;
    platform.db.close().await;
    say!("{cases} cases made");
    Ok(())
}

/// An invented piece of news.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NewsText {
    days_ago: i64,
    #[serde(default)]
    pinned: bool,
    title: kernel::Words,
    text: kernel::Words,
}

/// The administrator of the cast, and the name of the body in which they work.
fn administrator(
    platform: &Platform,
    cast: &Cast,
    imported: &Imported,
) -> Option<(kernel::Actor, kernel::Words)> {
    let bodies = platform.applications.bodies();
    let staff = cast.staff.iter().find(|staff| staff.roles.contains(&kernel::Role::Administration))?;
    let body = bodies.by_slug(&staff.body)?;
    let actor = kernel::Actor::Staff(kernel::StaffActor {
        strong: false,
        staff: imported.staff[&staff.login],
        body: body.id,
        division: body.division.clone(),
        roles: staff.roles.clone(),
        deputy_of: std::collections::BTreeSet::new(),
        shown_as: staff.name.clone(),
    });
    Some((actor, body.name.clone()))
}

/// What a connected system of the demonstration has to know.
#[derive(serde::Serialize)]
struct DemoClient {
    name: String,
    client_id: String,
    client_secret: Option<String>,
    redirect_uri: String,
    post_logout_redirect_uri: String,
}

/// Two invented connected systems: one with a secret, one a script without. docs/sign-on.md says how to try them.
async fn connect_systems(
    platform: &Platform,
    cast: &Cast,
    imported: &Imported,
    now: jiff::Timestamp,
) -> anyhow::Result<Vec<DemoClient>> {
    let Some((by, _body)) = administrator(platform, cast, imported) else { return Ok(Vec::new()) };
    let texts: Vec<oidc::Settings> = serde_saphyr::from_str(include_str!("demo/clients.yaml"))?;
    let mut tx = platform.db.begin().await?;
    let mut made = Vec::new();
    for settings in texts {
        let registered = oidc::register_client(&mut tx, &by, &settings, now).await?;
        made.push(DemoClient {
            client_id: registered.id.to_string(),
            client_secret: registered.secret.map(|secret| secret.reveal()),
            redirect_uri: settings.redirect_uris.first().cloned().unwrap_or_default(),
            post_logout_redirect_uri: settings.post_logout_redirect_uris.first().cloned().unwrap_or_default(),
            name: settings.name_zh,
        });
    }
    tx.commit().await?;
    Ok(made)
}

/// A few news, published by the administrator of the cast; a cast without one has no news.
async fn tell_news(
    platform: &Platform,
    cast: &Cast,
    imported: &Imported,
    now: jiff::Timestamp,
) -> anyhow::Result<()> {
    let Some((by, body)) = administrator(platform, cast, imported) else { return Ok(()) };
    let mut tx = platform.db.begin().await?;
    let texts: Vec<NewsText> = serde_saphyr::from_str(include_str!("demo/news.yaml"))?;
    for NewsText { days_ago, pinned, title, text } in texts {
        let at = now.checked_sub(jiff::SignedDuration::from_hours(days_ago * 24))?;
        let writing = portal::news::Writing { title, text, pinned };
        let id = portal::news::write(&mut tx, &by, at, &body, &writing).await?;
        portal::news::publish(&mut tx, &by, at, id, 1, None).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// A change of an item that waits for approval, so that the desk of catalogue managers has something to do.
async fn change_an_item(
    platform: &Platform,
    imported: &tongban::cast::Imported,
    now: jiff::Timestamp,
) -> anyhow::Result<()> {
    let Some(author) = imported.staff.get("catalogue-author") else { return Ok(()) };
    let by = catalogue::life::By { reference: format!("staff:{author}"), name: "严编制".into() };
    let key = ("001011003000".to_owned(), "01".to_owned());
    if platform.library().current(&key.0, &key.1).is_none() {
        return Ok(());
    }
    let mut tx = platform.db.begin().await?;
    let id = catalogue::life::begin(&mut tx, &platform.catalogue, &by, key, now).await?;
    let mut files = catalogue::revision_files(&mut tx, id).await?.context("the change")?;
    let text = files.get_mut("item.yaml").context("item.yaml")?;
    *text = text.replacen("promised: {within: 20 working days}", "promised: {within: 15 working days}", 1);
    catalogue::life::save(&mut tx, &by, id, 1, &files, now).await?;
    // A folder of other packages may not pass every rule with its directory; then the change stays a draft.
    let _stays_a_draft = catalogue::life::check(&mut tx, &platform.catalogue, &by, id, 2, now).await;
    tx.commit().await?;
    Ok(())
}

/// Whether the picture after so many steps is one of its own: something was done and nothing was refused on the way.
fn is_worth_showing(scenario: &Scenario, steps: usize) -> bool {
    let played = &scenario.steps[..steps];
    played.iter().all(|step| step.refused.is_none())
        && played.last().is_some_and(|step| step.expect.is_some())
}
