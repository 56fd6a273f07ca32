//! What the journeys through the whole program share: a server whose clock can be moved, and what people do on its
//! pages.

use std::net::SocketAddr;
use std::path::PathBuf;

use kernel::CaseId;
use serde_json::Value;
use tongban::cast::{Cast, Imported};
use tongban::platform::{Platform, Settings};
use tongban::scenario::{Extent, FrozenClock, Player, Scenario, beijing, invented_pdf, required_materials};

use crate::browser::Browser;
use crate::dump;
use crate::server::{PASSWORD, Place, workspace};

/// The program in this process, on a real port. Its clock stands until a test moves it: a notice of seven days must
/// hang for seven days, and nobody waits for that.
pub(crate) struct House {
    pub(crate) platform: Platform,
    pub(crate) clock: FrozenClock,
    pub(crate) url: String,
    folder: tempfile::TempDir,
    database: String,
    cast: Cast,
    pub(crate) imported: Imported,
}

/// After every journey, nothing that it typed about a person stands anywhere in clear.
impl Drop for House {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        // The test's own runtime cannot wait here.
        let search = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(dump::left_behind(&self.database, self.folder.path(), &self.cast))
        };
        let wrong = std::thread::scope(|threads| threads.spawn(search).join().unwrap());
        assert!(wrong.is_empty(), "in clear:\n{}", wrong.join("\n"));
    }
}

impl House {
    /// Opens it at an instant of Beijing time with the invented cast.
    pub(crate) async fn open(at: &str) -> Self {
        Self::open_with(at, "packages/minzheng").await
    }

    /// The same with other service packages.
    pub(crate) async fn open_with(at: &str, packages: &str) -> Self {
        Self::open_on(at, packages, None).await
    }

    /// The same on a database; none means SQLite in the folder.
    pub(crate) async fn open_on(at: &str, packages: &str, database: Option<&str>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let change = |settings: &mut Settings| settings.packages = workspace().join(packages);
        Self::open_at(listener, at, database, change).await
    }

    /// The same at an address that was taken before, with other settings.
    pub(crate) async fn open_at(
        listener: tokio::net::TcpListener,
        at: &str,
        database: Option<&str>,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        dump::listen();
        let folder = testkit::folder();
        let port = listener.local_addr().unwrap().port();
        let mut settings = Place::settings(folder.path(), port, database);
        change(&mut settings);
        let clock = FrozenClock::at(beijing(at).unwrap());
        let platform = Platform::open(&settings, clock.clock()).await.unwrap();
        let cast = Cast::read(&workspace().join("packages/cast.yaml")).unwrap();
        let mut tx = platform.db.begin().await.unwrap();
        let password = |_login: &str| Some(PASSWORD.to_owned());
        let imported = cast.import(&mut tx, &platform.identity, clock.now(), password).await.unwrap();
        tx.commit().await.unwrap();
        platform.refresh_bodies().await.unwrap();
        let service = platform.router.clone().into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(axum::serve(listener, service).into_future());
        let Settings { database, public_url: url, .. } = settings;
        Self { platform, clock, url, folder, database, cast, imported }
    }

    /// Plays the first steps of a scenario of civil affairs so many times; the last of them happens at `at`.
    pub(crate) async fn play(&self, package: &str, file: &str, steps: usize, times: usize, at: &str) {
        for _ in 0..times {
            self.play_one(package, file, steps, at).await;
        }
    }

    /// The same once, and its case.
    pub(crate) async fn play_one(&self, package: &str, file: &str, steps: usize, at: &str) -> CaseId {
        let scenario = scenario(package, file);
        let player = Player::new(&self.platform, self.clock.clone(), &self.cast, &self.imported);
        let shown = workspace().join("packages/minzheng").join(package);
        let library = self.platform.library();
        let mut packages = library.list();
        let found = packages.find(|found| std::path::Path::new(&found.folder) == shown).unwrap();
        let extent = Extent::Cut { steps, last_at: beijing(at).unwrap() };
        player.play(found, &scenario, extent).await.unwrap().unwrap()
    }

    /// The first steps of a scenario of a bundle; the last of them happens at `at`.
    pub(crate) async fn play_bundle(&self, bundle: &str, file: &str, steps: usize, at: &str) {
        let bundle = self.platform.library().bundle(bundle).unwrap();
        let file = std::path::Path::new(&bundle.folder).join("scenarios").join(file);
        let player = Player::new(&self.platform, self.clock.clone(), &self.cast, &self.imported);
        let extent = Extent::Cut { steps, last_at: beijing(at).unwrap() };
        player.play(&bundle.asked, &Scenario::read(&file).unwrap(), extent).await.unwrap();
    }

    /// The cookie of somebody who is signed in: a person by their short name, or staff by their login.
    pub(crate) async fn session(&self, who: &str) -> String {
        let subject = match (self.imported.persons.get(who), self.imported.staff.get(who)) {
            (Some(person), _) => identity::Subject::Person(*person),
            (None, Some(staff)) => identity::Subject::Staff(*staff),
            (None, None) => panic!("nobody is called {who}"),
        };
        let mut tx = self.platform.db.begin().await.unwrap();
        let opened = identity::open_session_for(&mut tx, subject, self.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        format!("session={}", opened.token.reveal())
    }

    /// The id of a body of the cast.
    pub(crate) async fn body(&self, slug: &str) -> kernel::BodyId {
        let mut tx = self.platform.db.snapshot().await.unwrap();
        identity::find_body(&mut tx, slug).await.unwrap().unwrap().id
    }

    /// A colleague in the same body with the same work.
    pub(crate) async fn hire(&self, login: &str, name: &str, body: &str, role: kernel::Role) {
        let add = identity::AddStaff {
            login: login.into(),
            name: name.into(),
            body: body.into(),
            roles: [role].into(),
            password: Some(PASSWORD.into()),
        };
        let mut tx = self.platform.db.begin().await.unwrap();
        identity::add_staff(&mut tx, &self.platform.identity.passwords, self.clock.now(), add).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// The versions of an item under which cases run.
    pub(crate) async fn versions_running(&self, item: &str) -> Vec<String> {
        let mut tx = self.platform.db.snapshot().await.unwrap();
        let open = cases::count_open_by_version(&mut tx).await.unwrap();
        open.into_iter().filter(|(of, _)| of.item == item).map(|(of, _)| of.version).collect()
    }

    /// How many cases have ended in this way.
    pub(crate) async fn ended(&self, outcome: &str) -> i64 {
        let mut tx = self.platform.db.snapshot().await.unwrap();
        let sql = "select count(*) from cases where status = 'closed' and outcome = $1";
        tx.fetch_one(sql, store::vals![outcome]).await.unwrap().get(0).unwrap()
    }

    /// Moves the clock and lets everything happen that is due by then.
    pub(crate) async fn at(&self, at: &str) {
        self.clock.set(beijing(at).unwrap());
        self.work().await;
    }

    /// Runs the jobs that are due, as the program does in the background.
    pub(crate) async fn work(&self) {
        self.platform.run_due().await.unwrap();
    }

    /// A real file that stands for a material.
    pub(crate) fn paper(&self, material: &str) -> PathBuf {
        let file = self.folder.path().join(format!("{material}.pdf"));
        std::fs::write(&file, invented_pdf(material)).unwrap();
        file
    }

    /// The materials that every applicant for an item must hand in.
    pub(crate) fn required(&self, item: &str) -> Vec<String> {
        required_materials(&self.platform.library().current(item, "01").unwrap())
    }
}

/// A scenario of a package of civil affairs: the journeys type what the scenarios hand in.
pub(crate) fn scenario(package: &str, file: &str) -> Scenario {
    let folder = workspace().join("packages/minzheng").join(package);
    Scenario::read(&folder.join("scenarios").join(file)).unwrap()
}

impl Browser {
    /// Types answers as a person does: amounts in yuan, entries of a list one after the other.
    pub(crate) async fn answer(&mut self, form: &serde_json::Map<String, Value>, names: &[&str]) {
        for name in names {
            let value = &form[*name];
            match value.as_array() {
                Some(entries) => self.answer_list(name, entries).await,
                None => self.fill(name, &typed(name, value)).await,
            }
        }
    }

    async fn answer_list(&mut self, name: &str, entries: &[Value]) {
        for (index, entry) in entries.iter().enumerate() {
            if index > 0 {
                self.click(&format!("button[name='_add'][value='{name}']")).await;
            }
            for (key, value) in entry.as_object().unwrap() {
                self.fill(&format!("{name}.{index}.{key}"), &typed(key, value)).await;
            }
        }
    }

    /// Hands in a file for a material of the applicant.
    pub(crate) async fn hand_in(&mut self, house: &House, material: &str) {
        self.give_file(&format!("#file-{material}"), &house.paper(material)).await;
        self.click(&format!("form:has(#file-{material}) button")).await;
        self.sees(&format!("{material}.pdf")).await;
    }

    /// Signs in as staff, finds the item or the task in the worklist and takes it.
    pub(crate) async fn take(&mut self, login: &str, wanted: &str) {
        self.open_at_desk(login, wanted).await;
        self.command("claim").await;
        self.sees("已签收，可以开始办理。").await;
    }

    /// Signs in as staff and opens the item or the task that the worklist shows.
    pub(crate) async fn open_at_desk(&mut self, login: &str, wanted: &str) {
        self.forget().await;
        self.sign_in_staff(login).await;
        self.click_path(&format!("//main//tr[contains(., '{wanted}')]//a")).await;
    }

    /// Presses the button of a command on the case page of the desk.
    pub(crate) async fn command(&mut self, verb: &str) {
        self.click(&format!("form:has(input[name='do'][value='{verb}']) button")).await;
    }

    /// Adds a file that the office makes.
    pub(crate) async fn office_file(&mut self, house: &House, material: &str) {
        self.give_file(&format!("input[id='materials/{material}']"), &house.paper(material)).await;
        self.click(&format!("form:has(input[name='material'][value='{material}']) button")).await;
        self.sees("材料已上传。").await;
    }

    /// Gives an opinion in the task that the page shows.
    pub(crate) async fn agree(&mut self, text: &str, findings: &[(&str, &str)]) {
        self.fill("conclusion", "agree").await;
        for (finding, value) in findings {
            self.fill(&format!("findings/{finding}"), value).await;
        }
        self.fill("text", text).await;
        self.command("give-opinion").await;
        self.sees("审查意见已提交。").await;
    }

    /// Opens the case from the list of one's own cases.
    pub(crate) async fn open_my_case(&mut self, item: &str) {
        self.open("/my").await;
        let path = format!("//main//ul[contains(@class, 'my-cases')]//a[contains(., '{item}')]");
        self.click_path(&path).await;
    }
}

/// A value as it is typed: money in the forms of civil affairs is stored in fen and typed in yuan.
fn typed(name: &str, value: &Value) -> String {
    const MONEY: [&str; 4] = ["monthly_income", "expenses", "other_aid_amount", "funds"];
    if MONEY.contains(&name) {
        return (value.as_i64().unwrap() / 100).to_string();
    }
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
