//! What a thief of the database, of the folder or of the logs would read: after a year of invented cases no identity number,
//! telephone number, address or name of a person stands anywhere in clear, however it is written.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex, Once};

use axum::http::Method;
use base64::Engine as _;
use store::data_class::{Class, Guard, Table};
use store::{Db, Vault};
use tongban::cast::Cast;
use tongban::platform::Platform;
use tongban::scenario::{Client, Extent, FrozenClock, Player, Scenario, beijing};

use crate::server::{PASSWORD, Place, workspace};

/// Where the law has everybody read who represents an organisation (社会团体登记管理条例: 登记公告): names only.
const NAMES_FOR_ALL: [(&str, &str); 1] = [("register_entries", "data")];
/// Where packages lie with their scenarios, which name the cast: invented, and part of what is published.
const SCENARIOS: [(&str, &str); 3] =
    [("package_versions", "files"), ("bundle_versions", "files"), ("catalogue_revisions", "files")];

/// What must not be found: each in every way of writing it.
struct Needles {
    /// By the first four bytes: the rest, and what it is.
    by_start: HashMap<[u8; 4], Vec<(Vec<u8>, usize)>>,
    starts: Vec<bool>,
    what: Vec<String>,
}

impl Needles {
    fn new() -> Self {
        Self { by_start: HashMap::new(), starts: vec![false; 1 << 16], what: Vec::new() }
    }

    fn add(&mut self, what: &str, text: &str) {
        let number = self.what.len();
        self.what.push(format!("{what} {text}"));
        for bytes in ways_to_write(text) {
            let start: [u8; 4] = bytes[..4].try_into().unwrap();
            self.starts[usize::from(start[0]) << 8 | usize::from(start[1])] = true;
            self.by_start.entry(start).or_default().push((bytes, number));
        }
    }

    fn found_in(&self, bytes: &[u8]) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        for (place, pair) in bytes.windows(2).enumerate() {
            if !self.starts[usize::from(pair[0]) << 8 | usize::from(pair[1])] {
                continue;
            }
            let Some(start) = bytes.get(place..place + 4) else { continue };
            let start: [u8; 4] = start.try_into().unwrap();
            for (needle, number) in self.by_start.get(&start).into_iter().flatten() {
                if bytes[place..].starts_with(needle) {
                    found.insert(self.what[*number].as_str());
                }
            }
        }
        found
    }
}

/// As UTF-8, GBK, UTF-16, hexadecimal, base64 at each of the three places, escaped for JSON and for addresses.
fn ways_to_write(text: &str) -> BTreeSet<Vec<u8>> {
    let utf8 = text.as_bytes().to_vec();
    let (gbk, _, _) = encoding_rs::GBK.encode(text);
    let utf16: Vec<u16> = text.encode_utf16().collect();
    let escaped = |upper: bool| -> String {
        utf16
            .iter()
            .map(|unit| if upper { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") })
            .collect()
    };
    let percent: String = utf8.iter().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    let mut ways = BTreeSet::from([
        utf8.clone(),
        gbk.to_vec(),
        utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
        utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
        escaped(false).into_bytes(),
        escaped(true).into_bytes(),
        percent.to_lowercase().into_bytes(),
        percent.into_bytes(),
    ]);
    for bytes in [&utf8, &gbk.to_vec()] {
        ways.insert(hex::encode(bytes).into_bytes());
        ways.insert(hex::encode_upper(bytes).into_bytes());
        for offset in 0..3 {
            let padded = [vec![0; offset], bytes.clone()].concat();
            let encoded = base64::engine::general_purpose::STANDARD_NO_PAD.encode(&padded);
            // The characters that also hold bits of the neighbours say nothing.
            let from = [0, 2, 3][offset];
            let until = if padded.len().is_multiple_of(3) { encoded.len() } else { encoded.len() - 1 };
            ways.insert(encoded.as_bytes()[from..until].to_vec());
        }
    }
    ways.retain(|way| way.len() >= 4);
    ways
}

#[test]
fn a_name_is_found_however_it_is_written() {
    let mut needles = Needles::new();
    needles.add("name", "陈范例");
    for way in ways_to_write("陈范例") {
        let text = [b"before ".to_vec(), way, b" after".to_vec()].concat();
        assert_eq!(needles.found_in(&text).len(), 1);
    }
    for offset in 0..3 {
        let text = format!("{}陈范例!", "x".repeat(offset));
        let encoded = base64::engine::general_purpose::STANDARD.encode(text);
        assert_eq!(needles.found_in(encoded.as_bytes()).len(), 1, "{encoded}");
    }
    assert!(needles.found_in("陈*例 陈范".as_bytes()).is_empty());
}

/// What the program writes about itself, at its most talkative.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

const EMAIL: &str = "someone.invented@mail.example";

/// A year of invented cases, and what people do besides: sign in, look themselves up, write to offices, sign on to a
/// connected system.
async fn a_year(
    platform: &Platform,
    (packages, real): (&std::path::Path, &std::path::Path),
    clock: &FrozenClock,
    cast: &Cast,
    password_of: &[&str],
) {
    let mut tx = platform.db.begin().await.unwrap();
    let password = |_login: &str| Some(PASSWORD.to_owned());
    let imported = cast.import(&mut tx, &platform.identity, clock.now(), password).await.unwrap();
    tx.commit().await.unwrap();
    platform.refresh_bodies().await.unwrap();
    let client = Client::new(platform.router.clone());
    for login in password_of {
        for word in [PASSWORD, "not the password"] {
            let body = serde_json::json!({"login": login, "password": word});
            let _refused_or_not = client.send(Method::POST, "/api/v1/sessions", None, Some(&body)).await;
        }
        let hint = format!("/oauth/authorize?client_id=x&login_hint={login}&state={login}");
        let _refused = client.page(Method::GET, &hint, None).await;
        let _nothing = client.page(Method::GET, &format!("/search?q={login}"), None).await;
    }
    let by = identity::Subject::Person(imported.persons["li-shili"]);
    let mut tx = platform.db.begin().await.unwrap();
    let opened = identity::open_session_for(&mut tx, by, clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    let token = opened.token.reveal();
    let address = serde_json::json!({"address": EMAIL});
    let path = "/api/v1/notice-settings/email";
    let kept = client.send(Method::PUT, path, Some(&token), Some(&address)).await;
    assert!(kept.is_good(), "{}", kept.json());
    let player = Player::new(platform, clock.clone(), cast, &imported);
    let mut played = 0;
    for package in platform.library().playable() {
        let folder = real.join(std::path::Path::new(&package.folder).strip_prefix(packages).unwrap());
        for file in Scenario::files(&folder).unwrap().iter().take(1) {
            let scenario = Scenario::read(file).unwrap();
            let done = Box::pin(player.play(package, &scenario, Extent::Whole)).await;
            done.unwrap_or_else(|what| panic!("{}: {what}", file.display()));
            played += 1;
        }
    }
    assert!(played > 60, "{played} scenarios");
}

/// Where each needle stands in the database, by table and column.
async fn search_database(
    db: &Db,
    needles: &Needles,
    least: usize,
) -> BTreeMap<(String, String), BTreeSet<String>> {
    let mut hits: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    let mut tx = db.snapshot().await.unwrap();
    let columns = store::schema::columns(&mut tx).await.unwrap();
    let mut rows_seen = 0;
    for column in columns {
        let value =
            if column.is_bytes { column.name.clone() } else { format!("cast({} as text)", column.name) };
        let sql = format!("select {value} from {} where {} is not null", column.table, column.name).leak();
        for row in tx.fetch_all(&*sql, store::vals![]).await.unwrap() {
            rows_seen += 1;
            let bytes = if column.is_bytes {
                row.get::<Vec<u8>>(0).unwrap()
            } else {
                row.get::<String>(0).unwrap().into_bytes()
            };
            let found = needles.found_in(&bytes);
            if !found.is_empty() {
                let place = hits.entry((column.table.clone(), column.name.clone())).or_default();
                place.extend(found.into_iter().map(str::to_owned));
            }
        }
    }
    assert!(rows_seen > least, "{rows_seen} values");
    hits
}

/// The service packages without their scenarios: those are part of a package, name the cast, and are stored with it.
fn without_scenarios(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        if path.is_dir() && name != "scenarios" {
            without_scenarios(&path, &to.join(name));
        } else if path.is_file() {
            std::fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

/// Every file under a folder.
fn files(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

fn people(cast: &Cast) -> (Needles, Needles) {
    let (mut numbers, mut names) = (Needles::new(), Needles::new());
    for person in &cast.persons {
        numbers.add("identity number", &person.resident_id);
        numbers.add("telephone", &person.phone);
        names.add("name", &person.name);
    }
    for ward in &cast.wards {
        numbers.add("identity number", &ward.resident_id);
        names.add("name", &ward.name);
    }
    numbers.add("e-mail", EMAIL);
    (numbers, names)
}

/// Every value in a sealed column really is sealed: it opens under the declared name, and nothing else is there.
async fn sealed_columns_open(db: &Db, vault: &Vault, tables: &[Table]) {
    let purpose = store::Purpose::new("test", "test");
    let mut tx = db.snapshot().await.unwrap();
    let mut opened = 0;
    for table in tables {
        for (column, field) in table.sealed() {
            let sql = format!("select {column} from {} where {column} is not null", table.name).leak();
            for row in tx.fetch_all(&*sql, store::vals![]).await.unwrap() {
                let sealed: Vec<u8> = row.get(0).unwrap();
                vault
                    .open(field, &sealed, &purpose)
                    .unwrap_or_else(|error| panic!("{}.{column}: {error}", table.name));
                opened += 1;
            }
        }
    }
    assert!(opened > 500, "{opened} sealed values");
}

fn in_log(log: &[u8], needles: [&Needles; 2], wrong: &mut Vec<String>) {
    for what in needles.into_iter().flat_map(|needles| needles.found_in(log)) {
        let text = String::from_utf8_lossy(log);
        let value = what.rsplit(' ').next().unwrap();
        let line = text.lines().find(|line| line.contains(value)).unwrap_or_default();
        wrong.push(format!("log: {what}: {line:.300}"));
    }
}

/// What stands in clear in a database and must not.
async fn in_database(
    db: &Db,
    numbers: &Needles,
    names: &Needles,
    may_name: &[(&str, &str)],
    least: usize,
) -> Vec<String> {
    let tables: Vec<Table> =
        tongban::rotation::data_classes().unwrap().into_iter().flat_map(|(_, tables)| tables).collect();
    let mut wrong = Vec::new();
    for (needles, is_of_names) in [(numbers, false), (names, true)] {
        for ((table, column), what) in search_database(db, needles, least).await {
            let declared =
                tables.iter().find(|known| known.name == table).and_then(|known| known.column(&column));
            let place = (table.as_str(), column.as_str());
            let is_for_all = is_of_names
                && NAMES_FOR_ALL.contains(&place)
                && declared
                    .is_some_and(|column| column.class == Class::Personal && column.guard == Guard::Clear);
            if !is_for_all && !may_name.contains(&place) {
                wrong.push(format!("{table}.{column}: {what:?}"));
            }
        }
    }
    wrong
}

/// What stands in clear in the files under a folder, and how many those are. The columns of the database are looked at
/// one by one, because some may tell a name: in its files `in_database` is looked for.
fn in_files(
    folder: &std::path::Path,
    everywhere: &[&Needles],
    in_database: &[&Needles],
    wrong: &mut Vec<String>,
) -> usize {
    let mut all = Vec::new();
    files(folder, &mut all);
    for path in &all {
        let is_database = path.file_name().unwrap().to_string_lossy().starts_with("tongban.db");
        let bytes = std::fs::read(path).unwrap();
        for needles in if is_database { in_database } else { everywhere } {
            for what in needles.found_in(&bytes) {
                wrong.push(format!("{}: {what}", path.display()));
            }
        }
    }
    all.len()
}

/// What a journey through the browser leaves behind in database and folder: asked at the end of each.
pub(crate) async fn left_behind(database: &str, folder: &std::path::Path, cast: &Cast) -> Vec<String> {
    let (numbers, names) = people(cast);
    let db = Db::open(database).await.unwrap();
    let mut wrong = in_database(&db, &numbers, &names, &SCENARIOS, 1_000).await;
    db.close().await;
    in_files(folder, &[&numbers, &names], &[], &mut wrong);
    let log = std::mem::take(&mut *JOURNEYS.0.lock().unwrap());
    in_log(&log, [&numbers, &names], &mut wrong);
    wrong
}

/// What the program says while journeys are made, whoever makes them.
static JOURNEYS: LazyLock<Log> = LazyLock::new(Log::default);

/// Has everything written down that the program says about journeys.
pub(crate) fn listen() {
    static LISTENS: Once = Once::new();
    LISTENS.call_once(|| {
        let lines = tracing_subscriber::fmt().with_max_level(tracing::Level::INFO);
        let lines = lines.with_ansi(false).with_writer(|| JOURNEYS.clone()).finish();
        tracing::subscriber::set_global_default(lines).unwrap();
    });
}

async fn dumped(database: Option<String>) {
    let folder = testkit::folder();
    let mut settings = Place::settings(folder.path(), 1, database.as_deref());
    let (packages, real) = (testkit::folder(), workspace().join("packages/minzheng"));
    without_scenarios(&real, packages.path());
    settings.packages = packages.path().to_owned();
    // A server that does not answer: what would be sent waits in the database.
    settings.senders.mail = Some(messages::MailSettings {
        host: "127.0.0.1".into(),
        port: 9,
        security: messages::Security::None,
        from: "noreply@demo.example".into(),
        login: None,
    });
    let clock = FrozenClock::at(beijing("2026-01-01 00:00").unwrap());
    let cast = Cast::read(&workspace().join("packages/cast.yaml")).unwrap();
    let (numbers, names) = people(&cast);
    let log = Log::default();
    let lines = {
        let log = log.clone();
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::DEBUG)
            .with_writer(move || log.clone())
            .finish()
    };
    // This runtime has one thread, so everything it does is written there.
    let writes = tracing::subscriber::set_default(lines);
    let platform = Platform::open(&settings, clock.clock()).await.unwrap();
    let logins: Vec<&str> = cast
        .persons
        .iter()
        .take(3)
        .flat_map(|person| [person.phone.as_str(), person.resident_id.as_str(), person.name.as_str()])
        .collect();
    Box::pin(a_year(&platform, (packages.path(), &real), &clock, &cast, &logins)).await;
    drop(writes);
    let tables: Vec<Table> =
        tongban::rotation::data_classes().unwrap().into_iter().flat_map(|(_, tables)| tables).collect();
    sealed_columns_open(&platform.db, &platform.identity.vault, &tables).await;

    let mut wrong = in_database(&platform.db, &numbers, &names, &[], 20_000).await;
    platform.db.close().await;
    let searched = in_files(folder.path(), &[&numbers, &names], &[&numbers], &mut wrong);
    assert!(searched > 100, "{searched} files");
    let log = log.0.lock().unwrap();
    assert!(log.len() > 100_000, "{} bytes of log", log.len());
    in_log(&log, [&numbers, &names], &mut wrong);
    assert!(wrong.is_empty(), "in clear:\n{}", wrong.join("\n"));
}

#[tokio::test]
async fn nothing_personal_stands_in_clear_in_sqlite_folder_and_log() {
    Box::pin(dumped(None)).await;
}

#[tokio::test]
async fn nothing_personal_stands_in_clear_in_postgres() {
    for test in testkit::databases().await.into_iter().filter(|test| test.engine == "PostgreSQL") {
        Box::pin(dumped(Some(test.url.clone()))).await;
    }
}
