//! Every route of this room, asked by everybody who must not, and what anybody may find without being known.

use identity::Subject;
use kernel::{Actor, Audience};
use web::RouteKind;

use super::house::{Browser, House};

#[tokio::test]
async fn every_route_refuses_who_lacks_its_permission() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let visitors = [None, Some(Subject::Person(house.zhang)), Some(Subject::Staff(house.clerk))];
        for route in house.specs.iter().filter(|route| route.permission.name.starts_with("oidc.")) {
            for visitor in visitors {
                let may = match (route.permission.audience, visitor) {
                    (Audience::Everyone, _) | (Audience::SignedIn, Some(_)) => true,
                    (Audience::Persons, Some(Subject::Person(_))) => true,
                    _ => false, // the clerk is no administrator
                };
                if may {
                    continue;
                }
                let path = route.path.replace("{client}", "x").replace("{grant}", "x").replace("{kid}", "x");
                let path = path.replace("{request}", "x").replace("{provider}", "x");
                let token = match visitor {
                    Some(subject) => house.visit(subject).await,
                    None => String::new(),
                };
                let is_page = matches!(route.kind, RouteKind::Page);
                let answer = if is_page {
                    let mut browser = Browser::default();
                    if visitor.is_some() {
                        browser.cookies.push(("__Host-session".into(), token));
                    }
                    if route.method == "GET" {
                        house.get(&mut browser, &path).await
                    } else {
                        let page = house.get(&mut browser, "/sign-in").await;
                        house.submit(&mut browser, &page, &path, &[]).await
                    }
                } else {
                    house.bearer(route.method.as_str(), &path, &token, None).await
                };
                let expected = match (visitor, is_page) {
                    (None, true) => 303,
                    (None, false) => 401,
                    (Some(_), _) => 403,
                };
                assert_eq!(answer.status, expected, "{} {} {visitor:?}", route.method, route.path);
            }
        }
        assert!(house.administrator().may(crate::permission::MANAGE_CLIENTS));
        assert!(!Actor::Anonymous.may(crate::permission::CONSENT));
    })
    .await;
}

/// Commands ask for themselves, also where no route stands before them.
#[tokio::test]
async fn commands_refuse_too() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let now = house.now();
        let settings = super::house::library();
        let refused =
            house.write(async |tx| crate::register_client(tx, &Actor::Anonymous, &settings, now).await).await;
        assert!(refused.is_err());
        assert_eq!(house.count("select count(*) from oidc_clients").await, 0);
    })
    .await;
}
