//! Every route of the program, asked by everybody who must not: nobody gets an answer that the route's permission does
//! not give. The list comes from the program itself, so a new route is asked too.

use axum::http::{Method, StatusCode};
use kernel::{Actor, Audience, Role};
use tongban::platform::Platform;
use tongban::scenario::Client;
use web::{RouteKind, RouteSpec};

use crate::server::{Place, filled, machine_clock};

/// Where strangers come in, and what they say of an answer.
const DOORS: [&str; 39] = [
    "/sign-in",
    "/sign-out",
    "/staff/sign-in",
    "/register",
    // The code of a slip from a counter.
    "/recover",
    "/api/v1/recoveries",
    // The second step, and passkeys; each asks for its own proof.
    "/sign-in/second",
    // To an upstream provider and back; what it said waits in the browser that brought it.
    "/sign-in/upstream/{provider}",
    "/sign-in/link/register",
    "/sign-in/link/drop",
    "/sign-in/second/challenge",
    "/sign-in/second/passkey",
    "/sign-in/passkey",
    "/sign-in/passkey/challenge",
    "/staff/sign-in/passkey",
    "/api/v1/sessions/second-step",
    "/check",
    "/progress",
    "/api/v1/progress",
    "/api/v1/sessions",
    "/api/v1/persons",
    "/api/v1/licence-checks",
    "/api/v1/licence-checks/file",
    "/questions/{id}/vote",
    // Where connected systems come in, each with its own proof, and where anybody signs out.
    "/oauth/par",
    "/oauth/token",
    "/oauth/userinfo",
    "/oauth/introspect",
    "/oauth/revoke",
    "/oauth/device-authorization",
    "/oauth/end-session",
    "/oauth/end-session/confirm",
    // What such systems ask about licences, each with the token that it got there.
    "/api/v1/licence-service/queries",
    "/api/v1/licence-service/comparisons",
    "/api/v1/licence-service/fetches",
    "/api/v1/licence-service/codes",
    "/api/v1/licence-service/subscriptions/{identifier}",
    // Checks a proof and keeps nothing; and the checkpoints of logs that are witnessed, signed by each.
    "/ledger/check",
    "/ledger/witness/add-checkpoint",
];

/// What everybody changes for themselves alone: what they have read, how they are told, what they say of an answer.
const OWN: [&str; 12] = [
    " /messages/",
    " /account/notices",
    // In which of their own posts they act.
    " /staff/post",
    // What protects their own account, and their own visits.
    " /account/",
    "/api/v1/messages",
    "/api/v1/notice-settings",
    "/questions/{id}/vote",
    // Signing on to connected systems with one's own account, and parting from them.
    " /oauth/authorize/",
    " /device",
    " /my/connected-systems/",
    "/api/v1/connected-systems/",
    // What supervision finds about an alarm, and when a person is told of a look; nothing of a case changes.
    " /desk/looks/",
];

struct Visitor {
    name: &'static str,
    subject: Option<identity::Subject>,
    actor: Actor,
}

/// A fresh session for each request: some routes end the one they are asked with.
async fn token(platform: &Platform, subject: identity::Subject) -> identity::Token {
    let mut tx = platform.db.begin().await.unwrap();
    let opened = identity::open_session_for(&mut tx, subject, (platform.clock)()).await.unwrap();
    tx.commit().await.unwrap();
    opened.token
}

async fn visitors(platform: &Platform, place: &Place) -> Vec<Visitor> {
    let mut visitors = vec![Visitor { name: "anonymous", subject: None, actor: Actor::Anonymous }];
    let subjects = [
        ("citizen", identity::Subject::Person(place.imported.persons["li-shili"])),
        ("acceptance", identity::Subject::Staff(place.imported.staff["county-acceptance"])),
        ("review", identity::Subject::Staff(place.imported.staff["county-review"])),
        ("decision", identity::Subject::Staff(place.imported.staff["county-decision"])),
        ("supervisor", identity::Subject::Staff(place.imported.staff["supervisor"])),
        ("administrator", identity::Subject::Staff(place.imported.staff["admin"])),
        ("catalogue", identity::Subject::Staff(place.imported.staff["catalogue-author"])),
    ];
    for (name, subject) in subjects {
        let token = token(platform, subject).await;
        let mut tx = platform.db.snapshot().await.unwrap();
        let now = (platform.clock)();
        let live = identity::find_session(&mut tx, &platform.identity.vault, &token, now).await.unwrap();
        visitors.push(Visitor { name, subject: Some(subject), actor: live.unwrap().actor });
    }
    visitors
}

async fn ask(platform: &Platform, client: &Client, route: &RouteSpec, visitor: &Visitor) -> StatusCode {
    let path = filled(&route.path);
    let token = match visitor.subject {
        Some(subject) => Some(token(platform, subject).await.reveal()),
        None => None,
    };
    let answer = match &route.kind {
        RouteKind::Api(_) => client.send(route.method.clone(), &path, token.as_deref(), None).await,
        RouteKind::Page => client.page(route.method.clone(), &path, token.as_deref()).await,
    };
    answer.status
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_refuses_who_lacks_its_permission() {
    let place = Place::make(None).await;
    let settings = Place::settings(place.folder.path(), place.port, None);
    let platform = Platform::open(&settings, machine_clock()).await.unwrap();
    let client = Client::new(platform.router.clone());
    let visitors = visitors(&platform, &place).await;
    let mut wrong = Vec::new();
    for route in &platform.routes {
        for visitor in &visitors {
            let status = ask(&platform, &client, route, visitor).await;
            let refused = match (visitor.actor.may(route.permission), &visitor.actor, &route.kind) {
                (true, ..) => None,
                (false, Actor::Anonymous, RouteKind::Page) => Some(StatusCode::SEE_OTHER),
                (false, Actor::Anonymous, RouteKind::Api(_)) => Some(StatusCode::UNAUTHORIZED),
                (false, ..) => Some(StatusCode::FORBIDDEN),
            };
            // Who may ask gets an answer of the room, which is never a fault of the program.
            let right = refused.map_or(!status.is_server_error(), |refused| status == refused);
            if !right {
                wrong.push(format!(
                    "{} {} as {}: {status}, not {refused:?}",
                    route.method, route.path, visitor.name
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(platform.routes.len() > 60, "{} routes", platform.routes.len());
}

/// What changes something is never open to strangers, but for the doors where strangers come in.
#[tokio::test(flavor = "multi_thread")]
async fn strangers_change_nothing() {
    let place = Place::make(None).await;
    let settings = Place::settings(place.folder.path(), place.port, None);
    let platform = Platform::open(&settings, machine_clock()).await.unwrap();
    let open: Vec<&str> = platform
        .routes
        .iter()
        .filter(|route| {
            route.method != Method::GET
                && route.method != Method::OPTIONS
                && route.permission.audience == Audience::Everyone
        })
        .map(|route| route.path.as_str())
        .filter(|path| !DOORS.contains(path))
        .collect();
    assert!(open.is_empty(), "{open:?}");
    let supervision = Actor::Staff(kernel::StaffActor {
        strong: false,
        staff: place.imported.staff["supervisor"],
        body: store::fresh_id((platform.clock)()),
        division: "430000".into(),
        roles: [Role::Supervision].into(),
        deputy_of: std::collections::BTreeSet::new(),
        shown_as: "监察".into(),
    });
    let changed: Vec<String> = platform
        .routes
        .iter()
        .filter(|route| route.method != Method::GET && supervision.may(route.permission))
        .filter(|route| route.permission.audience != Audience::Everyone)
        .map(|route| format!("{} {}", route.method, route.path))
        .filter(|route| !route.contains("sign-out") && !route.contains("sessions/current"))
        .filter(|route| !OWN.iter().any(|own| route.contains(own)))
        .collect();
    assert!(changed.is_empty(), "supervision watches and changes nothing: {changed:?}");
}
