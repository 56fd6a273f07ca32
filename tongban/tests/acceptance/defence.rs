//! What a hostile browser, link or proxy tries, at every route of the program. The list comes from the program itself.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use tongban::platform::Platform;
use tower::ServiceExt as _;
use web::RouteKind;

use crate::server::{Place, filled, machine_clock};

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// The platform as it stands behind a proxy that speaks https.
async fn behind_https() -> (Place, Platform) {
    let place = Place::make(None).await;
    let mut settings = Place::settings(place.folder.path(), place.port, None);
    settings.public_url = "https://zwfw.example".into();
    settings.web.secure_cookies = true;
    let platform = Platform::open(&settings, machine_clock()).await.unwrap();
    (place, platform)
}

async fn ask(
    platform: &Platform,
    method: &Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    if !headers.iter().any(|(name, _)| *name == "host") {
        request = request.header(header::HOST, "zwfw.example");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body.to_owned())).unwrap();
    let Ok(response) = platform.router.clone().oneshot(request).await;
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 64 * 1024 * 1024).await.unwrap();
    let body = String::from_utf8_lossy(&bytes).into_owned();
    Answer { status: parts.status, headers: parts.headers, body }
}

/// A visit of its own for each request: some routes end the one they are asked with.
async fn cookie(platform: &Platform, subject: identity::Subject) -> String {
    let mut tx = platform.db.begin().await.unwrap();
    let opened = identity::open_session_for(&mut tx, subject, (platform.clock)()).await.unwrap();
    tx.commit().await.unwrap();
    format!("__Host-session={}", opened.token.reveal())
}

fn faults_of_headers(answer: &Answer) -> Vec<String> {
    let mut faults = Vec::new();
    let mut must = |name: &str, holds: &[&str]| {
        let found = answer.header(name);
        if found.is_empty() || holds.iter().any(|part| !found.contains(part)) {
            faults.push(format!("{name}: {found:?}"));
        }
    };
    must("content-security-policy", &["default-src 'none'", "frame-ancestors '", "base-uri 'none'"]);
    must("strict-transport-security", &["max-age=31536000"]);
    must("x-content-type-options", &["nosniff"]);
    must("referrer-policy", &[]);
    must("permissions-policy", &["camera=()"]);
    must("cross-origin-opener-policy", &["same-origin"]);
    must("cross-origin-resource-policy", &[]);
    if answer.header("content-security-policy").contains("unsafe") {
        faults.push("policy allows unsafe things".into());
    }
    faults
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_strict_headers_and_is_kept_by_nobody_else() {
    let (place, platform) = behind_https().await;
    let citizen = identity::Subject::Person(place.imported.persons["li-shili"]);
    let mut wrong = Vec::new();
    for route in &platform.routes {
        let path = filled(&route.path);
        let stranger = ask(&platform, &route.method, &path, &[], "").await;
        let visit = cookie(&platform, citizen).await;
        let citizen = ask(&platform, &route.method, &path, &[("cookie", &visit)], "").await;
        for (who, answer) in [("stranger", &stranger), ("citizen", &citizen)] {
            for fault in faults_of_headers(answer) {
                wrong.push(format!("{} {} as {who}: {fault}", route.method, route.path));
            }
        }
        // What others may keep must be the same for everybody.
        let kept = citizen.header("cache-control");
        let is_own = kept.contains("no-store") || kept.contains("private");
        if !is_own && (citizen.status, &citizen.body) != (stranger.status, &stranger.body) {
            wrong.push(format!("{} {}: cache-control {kept:?}", route.method, route.path));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(platform.routes.len() > 60, "{} routes", platform.routes.len());
}

/// Ways to write an address elsewhere, as a query carries them.
const ELSEWHERE: [&str; 12] = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "%2F%2Fevil.example",
    "/%09/evil.example",
    "%09//evil.example",
    "/%0D%0ALocation:%20https://evil.example",
    "@evil.example",
    "javascript:alert(1)",
    "https:evil.example",
];

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_led_to_another_site() {
    let (_place, platform) = behind_https().await;
    for way in ELSEWHERE {
        for path in [format!("/lang?to=en&back={way}"), format!("/type?to=large&back={way}")] {
            let answer = ask(&platform, &Method::GET, &path, &[], "").await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
            assert_eq!(answer.header("location"), "/", "{path}");
        }
        for door in ["/sign-in", "/staff/sign-in", "/register"] {
            let path = format!("{door}?next={way}");
            let answer = ask(&platform, &Method::GET, &path, &[], "").await;
            assert!(!answer.header("location").contains("evil"), "{path}");
            let field = answer.body.split("name=\"next\" value=\"").nth(1).unwrap_or_default();
            assert!(!field.split('"').next().unwrap_or_default().contains("evil"), "{path}");
        }
    }
    let kept = ask(&platform, &Method::GET, "/lang?to=en&back=/search", &[], "").await;
    assert_eq!(kept.header("location"), "/search", "a path of this site is gone on to");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_host_reaches_no_answer() {
    let (_place, platform) = behind_https().await;
    let forged = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "evil.example"),
        ("forwarded", "host=evil.example;proto=http"),
        ("x-original-url", "/evil.example"),
        ("x-rewrite-url", "/evil.example"),
    ];
    let mut wrong = Vec::new();
    for route in platform.routes.iter().filter(|route| route.method == Method::GET) {
        let answer = ask(&platform, &Method::GET, &filled(&route.path), &forged, "").await;
        let in_headers =
            answer.headers.values().any(|value| value.as_bytes().windows(4).any(|w| w == b"evil"));
        if in_headers || answer.body.contains("evil.example") {
            wrong.push(route.path.clone());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_form_is_taken_without_its_token_or_from_another_site() {
    let (place, platform) = behind_https().await;
    let citizen = identity::Subject::Person(place.imported.persons["li-shili"]);
    let mut asked = 0;
    let mut wrong = Vec::new();
    for route in &platform.routes {
        let is_form = matches!(route.kind, RouteKind::Page) && !route.method.is_safe();
        // Connected systems come without a browser and prove themselves: engine/oidc tests them.
        if !is_form || route.path.starts_with("/oauth/") {
            continue;
        }
        asked += 1;
        for foreign in [None, Some("cross-site"), Some("same-site")] {
            let visit = cookie(&platform, citizen).await;
            let mut headers = vec![("cookie", visit.as_str())];
            headers.push(("content-type", "application/x-www-form-urlencoded"));
            headers.extend(foreign.map(|site| ("sec-fetch-site", site)));
            let form = "_csrf=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
            let answer = ask(&platform, &route.method, &filled(&route.path), &headers, form).await;
            // 415: a form with files, which an urlencoded body is not; 404: there is no such thing to change.
            let right = match foreign {
                Some(_) => answer.status == StatusCode::FORBIDDEN,
                None => matches!(answer.status.as_u16(), 403 | 404 | 415),
            };
            if !right {
                wrong.push(format!("{} {} {foreign:?}: {}", route.method, route.path, answer.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(asked > 30, "{asked} forms");
}
