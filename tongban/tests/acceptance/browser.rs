//! A real browser: Debian's Chromium, driven through its driver.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::wd::WindowHandle;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};

use crate::server::{PASSWORD, free_port, say};

/// A browser with one window. Dropping it ends browser and driver.
pub(crate) struct Browser {
    driver: Child,
    pub(crate) client: Client,
    pub(crate) url: String,
    size: (u32, u32),
    shots: Option<Shots>,
    /// Where the driver takes commands for this session.
    session: String,
    name: &'static str,
    profile: tempfile::TempDir,
}

/// Photographs of pages.
struct Shots {
    folder: PathBuf,
    taken: usize,
}

/// Sizes of windows that pages are looked at: a desk and a phone.
pub(crate) const DESK: (u32, u32) = (1280, 900);
pub(crate) const PHONE: (u32, u32) = (360, 740);

impl Browser {
    /// Starts a browser, or says that it is left out; `TONGBAN_REQUIRE=chromium` makes that a failure.
    pub(crate) async fn start(name: &'static str, url: &str, size: (u32, u32)) -> Option<Self> {
        Self::start_with(name, url, size, json!({})).await
    }

    /// Starts a browser in which pages cannot run script. The driver's own commands still can.
    pub(crate) async fn start_without_script(name: &'static str, url: &str) -> Option<Self> {
        let off = json!({ "profile.managed_default_content_settings.javascript": 2 });
        Self::start_with(name, url, DESK, off).await
    }

    async fn start_with(
        name: &'static str,
        url: &str,
        size: (u32, u32),
        mut preferences: Value,
    ) -> Option<Self> {
        let port = free_port();
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(driver) = driver else {
            let required = std::env::var("TONGBAN_REQUIRE").is_ok_and(|list| list.contains("chromium"));
            assert!(!required, "chromedriver is required (TONGBAN_REQUIRE) and not found");
            say(&format!("skipped: {name}: chromedriver not found"));
            return None;
        };
        let profile = testkit::folder();
        preferences["intl.accept_languages"] = json!("zh-CN");
        preferences["download.default_directory"] = json!(downloads(&profile));
        let client = connect(port, capabilities(&profile, size, &preferences)).await;
        if size.0 >= PHONE_MOST {
            client.set_window_size(size.0, size.1).await.unwrap();
        }
        let session = client.session_id().await.unwrap().unwrap_or_default();
        let shots =
            std::env::var_os("TONGBAN_SCREENSHOTS").map(|folder| Shots { folder: folder.into(), taken: 0 });
        let session = format!("http://127.0.0.1:{port}/session/{session}");
        Some(Self { driver, client, url: url.to_owned(), size, shots, session, name, profile })
    }

    /// Opens a page of the platform.
    pub(crate) async fn open(&mut self, path: &str) {
        self.client.goto(&format!("{}{path}", self.url)).await.unwrap();
        self.looked_at(path).await;
    }

    /// Every page that is reached must fit the window and have no error of ours.
    pub(crate) async fn looked_at(&mut self, what: &str) {
        let faults = self.faults(what).await;
        assert!(faults.is_empty(), "{} {what}: {}", self.name, faults.join("; "));
    }

    /// Opens a page of the platform and gives what is wrong with it at first sight.
    pub(crate) async fn faults_of(&mut self, path: &str) -> Vec<String> {
        self.client.goto(&format!("{}{path}", self.url)).await.unwrap();
        self.faults(path).await
    }

    /// What is wrong with this page at first sight; with `TONGBAN_SCREENSHOTS=folder` it is photographed too.
    async fn faults(&mut self, what: &str) -> Vec<String> {
        // A page that is too wide makes an emulated phone wider, so it is held against the width that was asked for.
        let script = "return [document.documentElement.scrollWidth, document.title, \
                      document.querySelectorAll('[style]').length, document.body.innerText]";
        let seen = self.client.execute(script, vec![]).await.unwrap();
        let (wide, window) = (seen[0].as_u64().unwrap_or(u64::MAX), u64::from(self.size.0));
        self.shoot(what).await;
        let mut faults = Vec::new();
        if wide > window {
            faults.push(format!("{wide} px of page in a window of {window} px"));
        }
        if seen[1].as_str().unwrap_or("").is_empty() {
            faults.push("a page without a title".into());
        }
        if seen[2] != 0 {
            faults.push("inline styles".into());
        }
        let text = seen[3].as_str().unwrap_or("");
        if text.contains('⟦') || text.contains("{$") {
            faults.push(format!("a sentence is missing from the catalogue, or a value in it: {text}"));
        }
        faults
    }

    /// Photographs the whole page, not only what the window shows.
    async fn shoot(&mut self, what: &str) {
        let Some(shots) = &mut self.shots else { return };
        shots.taken += 1;
        let word: String = what.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
        let word = word.trim_matches('-').chars().take(30).collect::<String>();
        let file = shots.folder.join(format!("{}-{:02}-{word}.png", self.name, shots.taken));
        std::fs::create_dir_all(&shots.folder).unwrap();
        let script = "return document.documentElement.scrollHeight";
        let high = self.client.execute(script, vec![]).await.unwrap().as_u64().unwrap_or(0);
        let (width, height) = self.size;
        let metrics = |height: u64| json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < PHONE_MOST });
        let tall = metrics(high.clamp(u64::from(height), 6000));
        self.ask("Emulation.setDeviceMetricsOverride", tall).await;
        if let Ok(png) = self.client.screenshot().await {
            std::fs::write(file, png).unwrap();
        }
        self.ask("Emulation.setDeviceMetricsOverride", metrics(u64::from(height))).await;
    }

    /// A command of the browser itself, by the protocol of its developer tools.
    pub(crate) async fn ask(&self, command: &str, parameters: Value) -> Value {
        let address = format!("{}/goog/cdp/execute", self.session);
        tell(&address, json!({ "cmd": command, "params": parameters })).await
    }

    /// The addresses of everything that the browser has asked any network for since the last time.
    pub(crate) async fn requests(&self) -> Vec<String> {
        let entries = tell(&format!("{}/se/log", self.session), json!({ "type": "performance" })).await;
        let message = |entry: &Value| -> Option<String> {
            let message: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let message = &message["message"];
            let sent = message["method"] == "Network.requestWillBeSent";
            sent.then(|| message["params"]["request"]["url"].as_str().unwrap_or("").to_owned())
        };
        entries.as_array().unwrap().iter().filter_map(message).collect()
    }

    /// Fills in a field by its name: text, choice or tick.
    pub(crate) async fn fill(&self, name: &str, value: &str) {
        let script = r"
            const [name, value] = arguments;
            const all = [...document.querySelectorAll(`:is(main, aside) [name='${name}']`)].filter(e => e.type !== 'hidden');
            if (!all.length) return 'no field ' + name;
            const first = all[0];
            if (first.type === 'radio' || first.type === 'checkbox') {
                const wanted = all.find(e => e.value === value) || (all.length === 1 ? first : null);
                if (!wanted) return 'no choice ' + value + ' of ' + name;
                wanted.click();
            } else if (first.tagName === 'SELECT') {
                if (![...first.options].some(o => o.value === value)) return 'no option ' + value + ' of ' + name;
                first.value = value;
                first.dispatchEvent(new Event('change', {bubbles: true}));
            } else {
                first.focus(); first.value = value;
                first.dispatchEvent(new Event('input', {bubbles: true}));
            }
            return '';";
        let said = self.client.execute(script, vec![json!(name), json!(value)]).await.unwrap();
        let at = self.client.current_url().await.unwrap();
        assert_eq!(said, Value::from(""), "{} at {at}", self.name);
    }

    /// Gives a file to a file field.
    pub(crate) async fn give_file(&self, selector: &str, file: &std::path::Path) {
        let field = self.client.find(Locator::Css(selector)).await;
        let field = field.unwrap_or_else(|error| panic!("{} {selector}: {error}", self.name));
        field.send_keys(&file.display().to_string()).await.unwrap();
    }

    /// Clicks what a CSS selector finds, waits for the next page and looks at it.
    pub(crate) async fn click(&mut self, selector: &str) {
        self.click_at(Locator::Css(selector), selector).await;
    }

    /// Clicks the link or button with this text (or a part of it) in the page's own part.
    pub(crate) async fn press(&mut self, text: &str) {
        let path = format!(
            "//*[self::main or self::aside]//*[self::a or self::button][contains(normalize-space(.), '{text}')]"
        );
        self.click_at(Locator::XPath(&path), text).await;
    }

    /// Clicks what an XPath finds.
    pub(crate) async fn click_path(&mut self, path: &str) {
        self.click_at(Locator::XPath(path), path).await;
    }

    /// Shows the pages in another language.
    pub(crate) async fn speak(&mut self, language: &str) {
        self.click(&format!(".looks a[hreflang='{language}']")).await;
    }

    async fn click_at(&mut self, locator: Locator<'_>, what: &str) {
        let before = self.client.find(Locator::Css("html")).await.unwrap();
        let found = self.client.find(locator).await;
        if found.is_err() {
            self.shoot("not-found").await;
            let text = self.text().await;
            panic!("{}: no {what} on the page:\n{text}", self.name);
        }
        let element = found.unwrap();
        let script = "arguments[0].scrollIntoView({block: 'center'}); arguments[0].click();";
        self.client.execute(script, vec![serde_json::to_value(&element).unwrap()]).await.unwrap();
        self.arrive(&before, what).await;
    }

    /// Waits until the page of this element has gone, and looks at the one that comes.
    pub(crate) async fn arrive(&mut self, before: &Element, what: &str) {
        for _ in 0..400 {
            if before.tag_name().await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.client.wait().for_element(Locator::Css("footer")).await.unwrap();
        // Its script has run, so that keys do what they say.
        for _ in 0..400 {
            let state = self.client.execute("return document.readyState", vec![]).await.unwrap();
            if state == "complete" {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.looked_at(what).await;
    }

    /// The text of the page's own part, without frame and navigation.
    pub(crate) async fn text(&self) -> String {
        let main = self.client.find(Locator::Css(".columns")).await.unwrap();
        main.text().await.unwrap()
    }

    /// The page says this in its frame.
    pub(crate) async fn frame_says(&self, wanted: &str) {
        let text = self.client.find(Locator::Css("header")).await.unwrap().text().await.unwrap();
        assert!(text.contains(wanted), "{}: {wanted:?} is not in the frame: {text}", self.name);
    }

    /// Where the browser is, without the host.
    pub(crate) async fn path(&self) -> String {
        self.client.current_url().await.unwrap().path().to_owned()
    }

    /// Clicks a link that downloads a file and gives the file.
    pub(crate) async fn download(&self, selector: &str) -> PathBuf {
        let link = self.client.find(Locator::Css(selector)).await;
        let link = link.unwrap_or_else(|error| panic!("{} {selector}: {error}", self.name));
        let script = "arguments[0].click();";
        self.client.execute(script, vec![serde_json::to_value(&link).unwrap()]).await.unwrap();
        for _ in 0..500 {
            let there = std::fs::read_dir(downloads(&self.profile)).into_iter().flatten().flatten();
            let done = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "pdf");
            if let Some(file) = there.map(|entry| entry.path()).find(done) {
                return file;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{} {selector}: nothing was downloaded", self.name);
    }

    /// The page says this.
    pub(crate) async fn sees(&self, wanted: &str) {
        let text = self.text().await;
        let at = self.client.current_url().await.unwrap();
        assert!(text.contains(wanted), "{} at {at}: {wanted:?} is not on the page:\n{text}", self.name);
    }

    /// The value of an attribute of the first element that is found.
    pub(crate) async fn attribute(&self, selector: &str, name: &str) -> String {
        let element = self.client.find(Locator::Css(selector)).await;
        let element = element.unwrap_or_else(|error| panic!("{} {selector}: {error}", self.name));
        element.attr(name).await.unwrap().unwrap_or_default()
    }

    /// Signs a citizen in.
    pub(crate) async fn sign_in(&mut self, number: &str) {
        self.open("/sign-in").await;
        self.fill("login", number).await;
        self.fill("password", PASSWORD).await;
        self.click("main form button[type=submit], main form button:not([type])").await;
    }

    /// Signs staff in.
    pub(crate) async fn sign_in_staff(&mut self, login: &str) {
        self.open("/staff/sign-in").await;
        self.fill("login", login).await;
        self.fill("password", PASSWORD).await;
        self.click("main form button[type=submit], main form button:not([type])").await;
    }

    /// Forgets who is signed in, as another browser would.
    pub(crate) async fn forget(&self) {
        self.client.delete_all_cookies().await.unwrap();
    }

    /// Plugs an authenticator in that verifies its user by itself (WebDriver extension of WebAuthn Level 2 §11).
    pub(crate) async fn add_authenticator(&self) {
        let options = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
            "isUserConsenting": true, "isUserVerified": true,
        });
        tell(&format!("{}/webauthn/authenticator", self.session), options).await;
    }

    /// Ends the session in order.
    pub(crate) async fn close(self) {
        let _closed: Option<WindowHandle> = self.client.window().await.ok();
        let _closing = self.client.clone().close().await;
    }
}

impl Drop for Browser {
    /// Also after a failed test: the driver first, then the browser that it leaves behind, known by its profile.
    fn drop(&mut self) {
        let _gone = self.driver.kill();
        let _gone = self.driver.wait();
        let _gone = Command::new("pkill").arg("-KILL").arg("-f").arg(self.profile.path()).status();
    }
}

/// Headless Chromium cannot be narrower than this; what is narrower is emulated as a phone.
const PHONE_MOST: u32 = 500;

fn downloads(profile: &tempfile::TempDir) -> PathBuf {
    profile.path().join("downloads")
}

fn capabilities(
    profile: &tempfile::TempDir,
    size: (u32, u32),
    preferences: &Value,
) -> serde_json::Map<String, Value> {
    let arguments = [
        "--headless=new".to_owned(),
        "--lang=zh-CN".to_owned(),
        "--no-sandbox".to_owned(),
        "--disable-gpu".to_owned(),
        "--disable-quic".to_owned(),
        "--no-first-run".to_owned(),
        "--disable-background-networking".to_owned(),
        "--disable-component-update".to_owned(),
        "--disable-sync".to_owned(),
        "--disable-dev-shm-usage".to_owned(),
        "--hide-scrollbars".to_owned(),
        format!("--user-data-dir={}", profile.path().display()),
    ];
    let mut options = json!({ "args": arguments, "prefs": preferences });
    if size.0 < PHONE_MOST {
        let metrics = json!({ "width": size.0, "height": size.1, "pixelRatio": 2.0, "touch": true });
        options["mobileEmulation"] = json!({ "deviceMetrics": metrics });
    }
    let mut capabilities = serde_json::Map::new();
    capabilities.insert("goog:chromeOptions".into(), options);
    capabilities.insert("goog:loggingPrefs".into(), json!({ "performance": "ALL" }));
    capabilities
}

/// A command for which WebDriver's own client has no method.
async fn tell(address: &str, body: Value) -> Value {
    let request = reqwest::Client::new().post(address).header("content-type", "application/json");
    let answer = request.body(body.to_string()).send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert!(status.is_success(), "{address} {body}: {text}");
    serde_json::from_str::<Value>(&text).unwrap()["value"].clone()
}

async fn connect(port: u16, capabilities: serde_json::Map<String, Value>) -> Client {
    let address = format!("http://127.0.0.1:{port}");
    let mut builder = ClientBuilder::new(hyper_connector());
    builder.capabilities(capabilities);
    for _ in 0..100 {
        if let Ok(client) = builder.connect(&address).await {
            return client;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the browser did not start");
}

fn hyper_connector() -> hyper_util::client::legacy::connect::HttpConnector {
    hyper_util::client::legacy::connect::HttpConnector::new()
}
