//! Accessibility by machine: axe-core on every kind of page, at a desk, on a phone and in large type. The list of kinds
//! comes from the program itself: a new page without an example in `axe/pages.rs` fails here.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use axum::http::Method;
use fantoccini::cookies::Cookie;
use fantoccini::wd::TimeoutConfiguration;
use serde_json::{Value, json};
use tongban::scenario::Client;
use web::{RouteKind, RouteSpec};

use crate::browser::{Browser, DESK, PHONE};
use crate::journey::House;
use crate::server::say;

mod pages;
mod walk;
mod world;

use pages::{EXAMPLES, NO_PAGES};
use world::World;

/// Everything that WCAG 2.2 asks for on levels A and AA and that a machine can see, and good habits.
const RULES: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

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

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_known_here() {
    let house = House::open("2026-06-10 10:00").await;
    every_page_has_an_example(&house.platform.routes);
}

/// What axe finds, counted once however many pages show it.
#[derive(Default)]
struct Found(BTreeMap<(String, String), Vec<String>>);

impl Found {
    async fn look(&mut self, browser: &Browser, axe: &str, page: &str) {
        let script = format!(
            "const done = arguments[arguments.length - 1]; {axe};
             window.axe.run(document, {{ iframes: false, resultTypes: ['violations'],
               runOnly: {{ type: 'tag', values: arguments[0] }} }})
             .then(seen => done(seen.violations.flatMap(v => v.nodes.map(n =>
               [v.id, n.target.join(' '), n.html.slice(0, 160), n.failureSummary.split('\\n').slice(1).join(';')]))),
               error => done(String(error)));"
        );
        let seen = browser.client.execute_async(&script, vec![json!(RULES)]).await.unwrap();
        let Some(violations) = seen.as_array() else { panic!("{page}: axe did not run: {seen}") };
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        for one in violations {
            let what =
                (word(&one[0]), format!("{} {}\n      {}", word(&one[1]), word(&one[2]), word(&one[3])));
            self.0.entry(what).or_default().push(page.to_owned());
        }
    }

    fn report(&self) -> String {
        let mut report = String::new();
        for ((rule, node), pages) in &self.0 {
            let more = pages.len().saturating_sub(3);
            writeln!(report, "{rule}: {node}\n      on {} (+{more})", pages[..pages.len().min(3)].join(", "))
                .unwrap();
        }
        report
    }
}

impl Browser {
    /// Gives scripts of the test more time than the driver's half minute.
    async fn wait_for_scripts(&self, script: Duration) {
        let timeouts = TimeoutConfiguration::new(Some(script), None, None);
        self.client.update_timeouts(timeouts).await.unwrap();
    }

    /// Becomes somebody: the cookie of a visit of theirs, or none.
    async fn become_one(&self, token: Option<String>) {
        self.client.delete_all_cookies().await.unwrap();
        if let Some(token) = token {
            self.client.add_cookie(Cookie::new("session", token)).await.unwrap();
        }
    }
}

/// A way to look at pages.
struct Look {
    name: &'static str,
    size: (u32, u32),
    large: bool,
}

const LOOKS: [Look; 3] = [
    Look { name: "axe-desk", size: DESK, large: false },
    Look { name: "axe-phone", size: PHONE, large: false },
    Look { name: "axe-large", size: PHONE, large: true },
];

async fn walk(world: &World, axe: &str, look: &Look, found: &mut Found) -> usize {
    let Some(mut browser) = Browser::start(look.name, &world.house.url, look.size).await else { return 0 };
    // The description of the whole API is one page, and machines are slow at times.
    browser.wait_for_scripts(Duration::from_mins(5)).await;
    let client = Client::new(world.house.platform.router.clone());
    let (mut who_now, mut seen) = (None, 0);
    browser.open("/help").await;
    for (who, example) in EXAMPLES {
        let path = world.path(example);
        let who = world.whoever(who, example);
        let token = world.token(&who).await;
        // A page that answers with an error would be looked at in vain.
        let status = client.page(Method::GET, &path, token.as_deref()).await.status;
        let is_error_page = matches!(who_is(example), Expected::Error);
        assert_eq!(status.is_client_error(), is_error_page, "{path}: {status}");
        if who_now.as_ref() != Some(&who) {
            browser.become_one(token).await;
            if look.large {
                browser.client.add_cookie(Cookie::new("type", "large")).await.unwrap();
            }
            who_now = Some(who);
        }
        browser.open(&path).await;
        found.look(&browser, axe, &format!("{} {example}", look.name)).await;
        seen += 1;
    }
    browser.close().await;
    seen
}

enum Expected {
    Page,
    Error,
}

fn who_is(example: &str) -> Expected {
    if pages::ERRORS.contains(&example) { Expected::Error } else { Expected::Page }
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_on_any_page() {
    let Some(axe) = axe() else { return };
    let world = World::make().await;
    let mut found = Found::default();
    let mut seen = 0;
    for look in &LOOKS {
        seen += walk(&world, &axe, look, &mut found).await;
    }
    say(&format!("axe looked at {seen} pages"));
    assert!(found.0.is_empty(), "axe found {} things:\n{}", found.0.len(), found.report());
}
