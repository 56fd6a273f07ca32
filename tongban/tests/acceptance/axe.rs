//! Accessibility by machine: axe-core and the Tab key on every kind of page, at a desk and on a phone, in both languages
//! and in large type. The list of kinds comes from the program itself: a new page without an example in `axe/pages.rs`
//! fails here. All of it happens in one house, because filling a house takes longer than looking at a page.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use axum::http::Method;
use fantoccini::wd::TimeoutConfiguration;
use serde_json::{Value, json};
use web::{RouteKind, RouteSpec};

use crate::browser::{Browser, DESK, PHONE};
use crate::server::say;

mod pages;
mod plain;
mod walk;
mod world;

use pages::{ERRORS, EXAMPLES, LONG, NO_PAGES};
use world::{Who, World};

/// Everything that WCAG 2.2 asks for on levels A and AA and that a machine can see, and good habits. No rule is left out.
const RULES: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/// Looks at the page, then at each dialog as it opens, and gives rule, place, piece of HTML and what is wrong. Ids that stand
/// twice are looked for here, because axe-core only asks for those that other elements name. Nothing plays by itself
/// here, so axe-core need not fetch style and media once more (`preload`).
const LOOK: &str = r"
    const [rules, done] = arguments;
    if (!window.axe) window.bringAxe();
    const ids = [...document.querySelectorAll('[id]')].map(element => element.id);
    const found = [...new Set(ids.filter((id, at) => ids.indexOf(id) < at))]
        .map(id => ['duplicate-id', '#' + id, '', 'stands on more than one element']);
    const look = async part => {
        const seen = await axe.run(part, { iframes: false, preload: false, resultTypes: ['violations'],
            runOnly: { type: 'tag', values: rules } });
        for (const rule of seen.violations) for (const node of rule.nodes)
            found.push([rule.id, node.target.join(' '), node.html.slice(0, 160), node.failureSummary.split('\n').slice(1).join(';')]);
    };
    const lookAtAll = async () => {
        await look(document);
        for (const dialog of document.querySelectorAll('dialog')) {
            dialog.showModal();
            await look(dialog);
            dialog.close();
        }
        return found;
    };
    lookAtAll().then(done, error => done(String(error)));";

/// Shows what is folded, so that it is looked at too.
const UNFOLD: &str = "for (const fold of document.querySelectorAll('details')) fold.open = true; \
     return document.documentElement.scrollWidth";

/// Leaves the first two entries of each chapter of a page whose entries are all made alike.
const SHORTEN: &str = "let entries = 0; \
     for (const part of [...document.querySelector('main').children]) { \
         if (part.tagName === 'H2') entries = 0; \
         if (part.tagName === 'H3') entries += 1; \
         if (entries > 2) part.remove(); \
     }";

/// The source of axe-core, whose file `TONGBAN_AXE` names; `TONGBAN_REQUIRE=axe` makes its lack a failure.
fn axe() -> Option<String> {
    let found = std::env::var_os("TONGBAN_AXE").and_then(|file| std::fs::read_to_string(file).ok());
    if found.is_none() {
        let required = std::env::var("TONGBAN_REQUIRE").is_ok_and(|list| list.contains("axe"));
        assert!(!required, "axe-core is required (TONGBAN_REQUIRE), and TONGBAN_AXE names no file of it");
        say("skipped: axe: TONGBAN_AXE names no file");
    }
    found
}

/// Whether an address is one of a route.
fn fits(route: &str, path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let (asked, given) = (route.split('/'), path.split('/'));
    asked.clone().count() == given.clone().count()
        && asked.zip(given).all(|(asked, given)| asked.starts_with('{') || asked == given)
}

/// The route that answers at an address: the one with the fewest parameters of those that fit.
fn route_of<'a>(routes: &'a [RouteSpec], path: &str) -> Option<&'a str> {
    let pages = pages_of(routes).filter(|route| fits(&route.path, path));
    pages.min_by_key(|route| route.path.matches('{').count()).map(|route| route.path.as_str())
}

fn pages_of(routes: &[RouteSpec]) -> impl Iterator<Item = &RouteSpec> {
    routes.iter().filter(|route| route.method == Method::GET && matches!(route.kind, RouteKind::Page))
}

/// Every page of the program has an example, and every example is a page of the program.
fn every_page_has_an_example(routes: &[RouteSpec]) {
    let strange: Vec<&str> =
        EXAMPLES.iter().map(|(_, path)| *path).filter(|path| route_of(routes, path).is_none()).collect();
    assert!(strange.is_empty(), "examples in axe/pages.rs that no route answers: {strange:?}");
    let shown: Vec<&str> = EXAMPLES.iter().filter_map(|(_, path)| route_of(routes, path)).collect();
    let has_none = |route: &&RouteSpec| {
        !shown.contains(&route.path.as_str()) && !NO_PAGES.contains(&route.path.as_str())
    };
    let missing: Vec<&str> = pages_of(routes).filter(has_none).map(|route| route.path.as_str()).collect();
    assert!(missing.is_empty(), "pages without an example in axe/pages.rs: {missing:?}");
    let gone = |path: &&&str| !pages_of(routes).any(|route| route.path == **path);
    let gone: Vec<&&str> = NO_PAGES.iter().filter(gone).collect();
    assert!(gone.is_empty(), "axe/pages.rs excuses routes that are no more: {gone:?}");
}

/// What is wrong, told once however many pages show it.
#[derive(Default)]
struct Found(BTreeMap<String, Vec<String>>);

impl Found {
    fn add(&mut self, what: String, page: &str) {
        self.0.entry(what).or_default().push(page.to_owned());
    }

    async fn look(&mut self, browser: &Browser, page: &str) {
        let seen = browser.client.execute_async(LOOK, vec![json!(RULES)]).await.unwrap();
        let Some(violations) = seen.as_array() else { panic!("{page}: axe did not run: {seen}") };
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        for one in violations {
            let [rule, place, html, why] = [0, 1, 2, 3].map(|part| word(&one[part]));
            self.add(format!("{rule}: {place} {html}\n      {why}"), page);
        }
    }

    fn report(&self) -> String {
        let mut report = String::new();
        for (what, pages) in &self.0 {
            let more = pages.len().saturating_sub(3);
            writeln!(report, "{what}\n      on {} (+{more})", pages[..pages.len().min(3)].join(", "))
                .unwrap();
        }
        report
    }
}

impl Browser {
    /// Lays axe-core beside every page to come; it is read only where it is called.
    async fn bring_axe(&self, axe: &str) {
        let source = format!("window.bringAxe = function () {{ {axe} }};");
        self.ask("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source })).await;
        let timeouts = TimeoutConfiguration::new(Some(Duration::from_mins(1)), None, None);
        self.client.update_timeouts(timeouts).await.unwrap();
    }

    /// Becomes somebody who looks in some way: the cookie of a visit of theirs, or none, and those of their looks.
    async fn become_one(&self, token: Option<String>, cookies: &[(&'static str, &'static str)]) {
        self.forget().await;
        let session = token.map(|token| json!({ "name": "session", "value": token }));
        let brought = json!({ "name": "upstream", "value": world::BROWSER });
        let looks = cookies.iter().map(|(name, value)| json!({ "name": name, "value": value }));
        for mut cookie in session.into_iter().chain([brought]).chain(looks) {
            cookie["url"] = json!(self.url);
            self.ask("Network.setCookie", cookie).await;
        }
    }

    /// The status with which the server answered for this page.
    async fn status(&self) -> u64 {
        let script = "return performance.getEntriesByType('navigation')[0].responseStatus";
        self.client.execute(script, vec![]).await.unwrap().as_u64().unwrap_or(0)
    }
}

/// A way to look at pages.
struct Look {
    name: &'static str,
    size: (u32, u32),
    cookies: &'static [(&'static str, &'static str)],
    /// Also walked by the Tab key, which goes the same way at every size.
    by_tab: bool,
    /// Only the pages that are open to everybody.
    open_only: bool,
}

const AT_DESK: Look = Look { name: "axe-desk", size: DESK, cookies: &[], by_tab: true, open_only: false };
const ON_PHONE: Look =
    Look { name: "axe-phone", size: PHONE, cookies: &[("lang", "en")], by_tab: false, open_only: false };
const LARGE: Look =
    Look { name: "axe-large", size: PHONE, cookies: &[("type", "large")], by_tab: false, open_only: true };

/// Looks at all examples in one way.
async fn go_round(browser: &mut Browser, world: &World, look: &Look, has_axe: bool) -> Found {
    let mut found = Found::default();
    let (mut who_now, mut pages, begun) = (None, 0, Instant::now());
    browser.open("/help").await;
    for (who, example) in EXAMPLES {
        if look.open_only && *who != Who::Nobody {
            continue;
        }
        let (path, who, page) =
            (world.path(example), world.whoever(who, example), format!("{} {example}", look.name));
        if who_now.as_ref() != Some(&who) {
            browser.become_one(world.token(&who).await, look.cookies).await;
            who_now = Some(who);
        }
        browser.faults_of(&path).await.into_iter().for_each(|fault| found.add(fault, &page));
        // A page that answers with an error would be looked at in vain.
        let status = browser.status().await;
        if (status >= 400) != ERRORS.contains(example) {
            found.add(format!("answers {status}: {path} {}", browser.text().await), &page);
        }
        if LONG.contains(example) {
            browser.client.execute(SHORTEN, vec![]).await.unwrap();
        }
        let wide = browser.client.execute(UNFOLD, vec![]).await.unwrap().as_u64().unwrap_or(u64::MAX);
        if wide > u64::from(look.size.0) {
            found.add(format!("unfolded, the page is {wide} px wide"), &page);
        }
        if has_axe {
            found.look(browser, &page).await;
        }
        if look.by_tab {
            walk::wrong(browser).await.into_iter().for_each(|what| found.add(what, &page));
        }
        pages += 1;
    }
    say(&format!("{}: {pages} pages in {} s", look.name, begun.elapsed().as_secs()));
    found
}

/// A browser that looks at everything in these ways, one after the other.
async fn look(mut browser: Browser, world: &World, looks: &[&Look], axe: Option<&str>) -> Vec<Found> {
    if let Some(axe) = axe {
        browser.bring_axe(axe).await;
    }
    let mut all = Vec::new();
    for look in looks {
        all.push(Box::pin(go_round(&mut browser, world, look, axe.is_some())).await);
    }
    Box::pin(walk::errors_of_forms_have_the_focus(&mut browser, world)).await;
    walk::frame_and_folds_obey_keys(&mut browser).await;
    browser.close().await;
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_can_use_every_page() {
    let mut world = Box::pin(World::make()).await;
    every_page_has_an_example(&world.house.platform.routes);
    let Some(mut desk) = Browser::start(AT_DESK.name, &world.house.url, AT_DESK.size).await else { return };
    let Some(phone) = Browser::start(ON_PHONE.name, &world.house.url, ON_PHONE.size).await else { return };
    world.try_a_package(&mut desk).await;
    let axe = axe();
    let (at_desk, on_phone) = tokio::join!(
        look(desk, &world, &[&AT_DESK], axe.as_deref()),
        look(phone, &world, &[&ON_PHONE, &LARGE], axe.as_deref()),
    );
    let mut found = Found::default();
    for (what, pages) in at_desk.into_iter().chain(on_phone).flat_map(|found| found.0) {
        pages.iter().for_each(|page| found.add(what.clone(), page));
    }
    assert!(found.0.is_empty(), "{} things are wrong:\n{}", found.0.len(), found.report());
}

#[tokio::test(flavor = "multi_thread")]
async fn people_get_along_without_script() {
    let world = Box::pin(World::make()).await;
    Box::pin(plain::works_without_script(&world)).await;
}
