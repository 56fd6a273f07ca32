//! The rooms put together: database, keys, packages, routes, jobs. One page, so that the whole house can be seen at once.

use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use anyhow::Context as _;
use axum::Router;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use guomi::demo_ca::DemoCa;
use kernel::{Permission, Timestamp};
use store::jobs::Handlers;
use store::outbox::Deliverers;
use store::{Db, Files, Vault};
use web::{ApiInfo, Catalogue, RouteSpec, Routes, Site, Source, WebConfig};

use crate::{
    copies, effects, housekeeping, maintenance, posts, reevaluate, retention, rotation, sealing, tell,
};

/// What a platform is made from.
#[derive(Clone)]
pub struct Settings {
    /// `sqlite:PATH` or `postgres://…`.
    pub database: String,
    /// Files and keys.
    pub folder: PathBuf,
    /// Service packages.
    pub packages: PathBuf,
    /// Of the signing keys.
    pub passphrase: String,
    /// The address that stands in QR codes.
    pub public_url: String,
    /// Settings of the web side.
    pub web: WebConfig,
    /// Staff with one of these roles do nothing before they have proved a strong factor.
    pub strong_factor_roles: std::collections::BTreeSet<kernel::Role>,
    /// Identity providers whose accounts open accounts here.
    pub upstreams: Vec<oidc::Upstream>,
    /// Cost of password hashes.
    pub passwords: identity::Strength,
    /// The first instant at which signing certificates are valid.
    pub certificates_from: Timestamp,
    /// Who witnesses the ledger, and whom this platform witnesses.
    pub witnessing: crate::ledger::Witnessing,
    /// Who carries e-mail, SMS and the like out of the house.
    pub senders: messages::SenderSettings,
}

/// The running platform.
pub struct Platform {
    /// Database.
    pub db: Db,
    /// Where its time comes from.
    pub clock: web::Clock,
    /// Everything that answers requests.
    pub router: Router,
    /// The list of its routes.
    pub routes: Vec<RouteSpec>,
    /// The directory list and the implementation lists.
    pub directory: catalogue::directory::Room,
    /// Finds what those lists say.
    pub lists: catalogue::directory::Finder,
    /// Service packages in force.
    pub shelf: catalogue::Shelf,
    /// The life of items.
    pub catalogue: catalogue::Office,
    /// Who is there.
    pub identity: identity::Room,
    /// Single sign-on for connected systems.
    pub oidc: oidc::Room,
    /// The log of what happened.
    pub ledger: ledger::Ledger,
    /// Whose signatures its checkpoints are to have.
    pub witnesses: Option<ledger::Policy>,
    /// Cases and their applications.
    pub applications: applications::Room,
    /// Documents.
    pub licences: licences::Room,
    /// Electronic seals.
    pub seals: seals::Room,
    /// Calendars of working days.
    pub calendars: calendars::Room,
    /// The certificate that everything sealed here leads to.
    pub root: guomi::Certificate,
    /// Messages to people and staff.
    pub messages: messages::Room,
    /// The public side.
    pub portal: portal::Room,
    /// What does which job.
    pub handlers: Handlers,
    /// Who delivers what leaves the house.
    pub deliverers: Deliverers,
}

/// Registers that this platform keeps.
pub fn registers_kept() -> catalogue::Registers {
    registers::changeable()
}

/// Tables of all rooms, in the order in which they stand on each other.
pub const MIGRATIONS: [&[store::Migration]; 13] = [
    store::MIGRATIONS,
    identity::MIGRATIONS,
    oidc::MIGRATIONS,
    ledger::MIGRATIONS,
    cases::MIGRATIONS,
    catalogue::MIGRATIONS,
    applications::MIGRATIONS,
    licences::MIGRATIONS,
    registers::MIGRATIONS,
    messages::MIGRATIONS,
    calendars::MIGRATIONS,
    portal::MIGRATIONS,
    seals::MIGRATIONS,
];

/// Sentences of all rooms.
pub fn texts() -> anyhow::Result<Catalogue> {
    let source = |room, (zh_cn, en)| Source { room, zh_cn, en };
    Ok(Catalogue::load(&[
        source("identity", identity::MESSAGES),
        source("oidc", oidc::MESSAGES),
        source("rules", rules::MESSAGES),
        source("cases", cases::MESSAGES),
        source("catalogue", catalogue::MESSAGES),
        source("applications", applications::MESSAGES),
        source("desk", applications::desk::MESSAGES),
        source("licences", licences::MESSAGES),
        source("registers", registers::MESSAGES),
        source("messages", messages::MESSAGES),
        source("tell", tell::MESSAGES),
        source("calendars", calendars::MESSAGES),
        source("portal", portal::MESSAGES),
        source("privacy", privacy::MESSAGES),
        source("proofs", proofs::MESSAGES),
        source("seals", seals::MESSAGES),
    ])?)
}

impl Platform {
    /// Opens everything; makes what is missing (database, keys) and refuses to start on a broken package.
    #[expect(clippy::too_many_lines, reason = "the rooms put together, each in its turn")]
    pub async fn open(settings: &Settings, clock: web::Clock) -> anyhow::Result<Self> {
        let now = clock();
        std::fs::create_dir_all(&settings.folder).with_context(|| settings.folder.display().to_string())?;
        let vault = Vault::open_or_create(settings.folder.join("vault.key")).context("vault.key")?;
        let files = Files::open(settings.folder.join("files"), &vault).context("files")?;
        let db = open_database(&settings.database).await?;
        vault.confirm(&db, now).await.context("vault.key does not belong to this database")?;
        let rotation = rotation::handlers(&db, &vault, &files, rotation::sealed_tables()?);
        let shelf = load_packages(&db, &settings.packages, now).await?;
        let from = settings.certificates_from.as_second();
        let authority = DemoCa::open_or_create(&settings.folder.join("ca"), &settings.passphrase, from);
        let signers = licences::Signers::demo(authority.context("signing keys")?);
        let root = signers.root().clone();
        let seals = sealing::open(&db, settings, now)?;
        let calendars = calendars::Room::open(&db, now).await?;
        let ledger = crate::ledger::open(&db, settings, now).await?;
        let witness = crate::ledger::witness(settings, &ledger)?;
        let site = Site::new(Arc::new(texts()?), clock.clone(), settings.web.clone());

        let identity = identity::Room {
            db: db.clone(),
            vault: vault.clone(),
            passwords: identity::Passwords::new(settings.passwords)?,
            site: site.clone(),
            items: item_names(&shelf),
            behind_proxy: settings.web.secure_cookies,
            factors: identity::FactorRules::new(&settings.public_url, settings.strong_factor_roles.clone())
                .with_upstreams(settings.upstreams.iter().map(oidc::Upstream::named).collect()),
        };
        let oidc = oidc::Room::open(identity.clone(), &settings.public_url).await?;
        let oidc = oidc.with_upstreams(settings.upstreams.clone())?;
        let applications = applications::Room {
            db: db.clone(),
            files: files.clone(),
            vault: vault.clone(),
            shelf: shelf.clone(),
            calendar: calendars.in_force.clone(),
            bodies: Arc::new(RwLock::new(Arc::default())),
        };
        let catalogue = catalogue::Office {
            db: db.clone(),
            shelf: shelf.clone(),
            registers: Arc::new(registers_kept()),
            bodies: Arc::clone(&applications.bodies),
        };
        let messages = messages::Room {
            db: db.clone(),
            vault: vault.clone(),
            texts: Arc::clone(&site.texts),
            public_url: settings.public_url.clone(),
            senders: messages::Senders::new(&settings.senders)?,
        };
        let directory =
            catalogue::directory::Room { db: db.clone(), files: files.clone(), shelf: shelf.clone() };
        let licences =
            licences::Room { db: db.clone(), files, vault, signers, public_url: settings.public_url.clone() };
        let portal = portal::Room::open(portal::Setting {
            db: db.clone(),
            vault: identity.vault.clone(),
            shelf: shelf.clone(),
            bodies: Arc::clone(&applications.bodies),
            entrances: portal::Entrances::load(&settings.packages)?,
            clock: clock.clone(),
            secure_cookies: settings.web.secure_cookies,
            public_url: settings.public_url.clone(),
        })
        .await?;
        let lists = catalogue::directory::Finder::new(db.clone(), shelf.clone());
        let rooms = Rooms {
            db: &db,
            directory: &directory,
            lists: &lists,
            catalogue: &catalogue,
            identity: &identity,
            oidc: &oidc,
            applications: &applications,
            licences: &licences,
            messages: &messages,
            calendars: &calendars,
            portal: &portal,
            ledger: &ledger,
            witness: &witness,
            seals: &seals,
        };
        let (router, routes) = router(&site, &rooms, settings);
        let handlers = effects::handlers(&applications, &licences, &calendars)
            .and(tell::handlers(&applications, &messages))
            .and(tell::account_handlers(&messages))
            .and(tell::mandate_handlers(&messages))
            .and(posts::handlers(&applications))
            .and(reevaluate::handlers(&applications, &calendars))
            .and(directory_imports(&directory))
            .and(catalogue::handlers(&catalogue))
            .and(oidc::handlers(&oidc))
            .and(housekeeping::handlers(&oidc))
            .and(retention::handlers(&applications))
            .and(sealing::handlers(&seals, &messages))
            .and(rotation);
        let deliverers = oidc::deliverers(&oidc, messages::deliverers(&messages))?;
        let deliverers = licences::deliverers(&licences, deliverers)?;
        let platform = Self {
            db,
            clock,
            router,
            routes,
            directory,
            lists,
            shelf,
            catalogue,
            identity,
            oidc,
            ledger,
            witnesses: settings.witnessing.witnesses.clone(),
            applications,
            licences,
            seals,
            calendars,
            root,
            messages,
            portal,
            handlers,
            deliverers,
        };
        platform.refresh_bodies().await?;
        Ok(platform)
    }

    /// The service packages as they are now.
    pub fn library(&self) -> Arc<catalogue::Library> {
        self.shelf.now()
    }

    /// Reads the directory of bodies anew, after it has changed.
    pub async fn refresh_bodies(&self) -> anyhow::Result<()> {
        let mut tx = self.db.snapshot().await?;
        let bodies = identity::bodies(&mut tx).await?.into_iter().map(|body| cases::Body {
            id: body.id,
            slug: body.slug,
            name: body.name,
            uscc: body.uscc,
            division: body.division,
            serves: body.serves,
            address: body.address,
            phone: body.phone,
        });
        let bodies = Arc::new(cases::Bodies(bodies.collect()));
        match self.applications.bodies.write() {
            Ok(mut current) => *current = bodies,
            Err(poisoned) => *poisoned.into_inner() = bodies,
        }
        Ok(())
    }

    /// Runs every job that is due by the platform's clock, and delivers what is due to leave.
    pub async fn run_due(&self) -> store::Result<usize> {
        let now = (self.clock)();
        let tried = store::jobs::run_due(&self.db, &self.handlers, now).await?;
        Ok(tried + store::outbox::deliver_due(&self.db, now, &self.deliverers).await?)
    }
}

/// What the items in force are called, for the scope of mandates.
fn item_names(shelf: &catalogue::Shelf) -> identity::ItemNames {
    let shelf = shelf.clone();
    identity::ItemNames::new(move || {
        let library = shelf.now();
        let name =
            |package: &Arc<catalogue::Package>| (package.reference.item.clone(), package.item.name.clone());
        let names: std::collections::BTreeMap<_, _> = library.list().map(name).collect();
        names.into_iter().collect()
    })
}

async fn open_database(url: &str) -> anyhow::Result<Db> {
    let db = Db::open(url).await.context("database")?;
    db.migrate(&MIGRATIONS).await?;
    Ok(db)
}

async fn load_packages(db: &Db, folder: &Path, now: Timestamp) -> anyhow::Result<catalogue::Shelf> {
    let library = catalogue::Library::load(folder, &registers_kept()).map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("{} faults in service packages:\n{}", lines.len(), lines.join("\n"))
    })?;
    let mut tx = db.begin().await?;
    housekeeping::plan(&mut tx, now).await?;
    retention::plan(&mut tx, now).await?;
    sealing::plan(&mut tx, now).await?;
    tx.commit().await?;
    // Nodes that start at the same moment with something new write down the same: whoever is later reads it.
    for _ in 0..2 {
        match take_up(db, &library, now).await {
            Err(catalogue::VersionError::Store(error)) if error.is_unique_violation() => {}
            taken => return Ok(taken?),
        }
    }
    Ok(take_up(db, &library, now).await?)
}

async fn take_up(
    db: &Db,
    library: &catalogue::Library,
    now: Timestamp,
) -> Result<catalogue::Shelf, catalogue::VersionError> {
    let mut tx = db.begin().await?;
    let shelf = library.clone().take_up(&mut tx, now).await?;
    tx.commit().await?;
    Ok(shelf)
}

/// Lists are brought in by a job, step by step.
fn directory_imports(directory: &catalogue::directory::Room) -> Handlers {
    let directory = directory.clone();
    Handlers::new().on(catalogue::directory::IMPORT_JOB, move |job, now| {
        let directory = directory.clone();
        async move {
            let number = job.payload["number"].as_i64().context("the job names no import")?;
            let done = catalogue::directory::work(&directory.db, &directory.files, number, now).await;
            Ok(done.map_err(anyhow::Error::from)?)
        }
    })
}

/// What answers.
struct Rooms<'a> {
    db: &'a Db,
    directory: &'a catalogue::directory::Room,
    lists: &'a catalogue::directory::Finder,
    catalogue: &'a catalogue::Office,
    identity: &'a identity::Room,
    oidc: &'a oidc::Room,
    applications: &'a applications::Room,
    licences: &'a licences::Room,
    messages: &'a messages::Room,
    calendars: &'a calendars::Room,
    portal: &'a portal::Room,
    ledger: &'a ledger::Ledger,
    witness: &'a Option<Arc<proofs::Witness>>,
    seals: &'a seals::Room,
}

/// Everything that answers, room by room.
fn router(site: &Site, rooms: &Rooms<'_>, settings: &Settings) -> (Router, Vec<RouteSpec>) {
    let Rooms {
        db,
        directory,
        lists,
        catalogue,
        identity,
        oidc,
        applications,
        licences,
        messages,
        calendars,
        portal,
        ledger,
        witness,
        seals,
    } = *rooms;
    let rooms = web::own_routes(site)
        .merge(identity::routes(identity.clone()))
        .merge(oidc::routes(oidc.clone()))
        .merge(portal::routes(portal.clone()))
        .merge(catalogue::routes(catalogue::Room {
            db: db.clone(),
            vault: identity.vault.clone(),
            shelf: catalogue.shelf.clone(),
            lists: lists.clone(),
            bodies: Arc::clone(&applications.bodies),
            public_url: settings.public_url.clone(),
            topics: portal.topics(),
        }))
        .merge(catalogue::directory::routes(directory.clone()))
        .merge(catalogue::life_routes(catalogue.clone()))
        .merge(applications::routes(applications.clone()))
        .merge(applications::desk::routes(applications.clone()))
        .merge(licences::routes(licences.clone()))
        .merge(registers::routes(registers::Room { db: db.clone() }))
        .merge(messages::routes(messages.clone()))
        .merge(calendars::routes(calendars.clone()))
        .merge(seals::routes(seals.clone()))
        .merge(privacy::routes(privacy::Room {
            applications: applications.clone(),
            copies: copies::sources(identity, applications, messages),
        }))
        .merge(proofs::routes(proofs::Room { ledger: ledger.clone(), witness: witness.clone() }))
        .merge(health(db));
    let info = ApiInfo {
        title: "Tongban 通办".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        description: "Every command and query of the pages, for programs.".into(),
        server: settings.public_url.clone(),
    };
    let docs = web::api_docs(rooms.specs(), &info);
    let (router, specs) = rooms.merge(docs).finish();
    let router = portal::around_layer(web::visitor_layer(router, site), portal);
    let router = messages::unread_layer(router, messages);
    let router = identity::authentication(router, identity);
    let router = maintenance::layer(router, &settings.folder);
    (web::outer_layers(router, site), specs)
}

const SEE_HEALTH: Permission = Permission::everyone("platform.see-health");

/// `/healthz`: the program runs. `/readyz`: it can reach its database.
fn health(db: &Db) -> Routes<()> {
    Routes::new()
        .page(Method::GET, "/healthz", SEE_HEALTH, async || "ok\n")
        .page(Method::GET, "/readyz", SEE_HEALTH, async |State(db): State<Db>| match db.ping().await {
            Ok(()) => (StatusCode::OK, "ready\n"),
            Err(error) => {
                tracing::warn!(%error, "not ready");
                (StatusCode::SERVICE_UNAVAILABLE, "database not reachable\n")
            }
        })
        .with_state(db.clone())
}
