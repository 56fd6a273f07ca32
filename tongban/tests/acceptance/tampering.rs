//! Forged and stale things from outside: cookies, tokens, pages, bodies.

use reqwest::header::{HeaderMap, HeaderValue, LOCATION};
use reqwest::{Client, StatusCode, redirect};

use crate::server::{Place, Server};

fn http() -> Client {
    Client::builder().redirect(redirect::Policy::none()).build().unwrap()
}

async fn status(
    server: &Server,
    path: &str,
    headers: &[(&'static str, &str)],
) -> (StatusCode, HeaderMap, String) {
    let mut request = http().get(format!("{}{path}", server.url));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    (status, headers, response.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_things_are_refused_plainly() {
    let place = Place::make(None).await;
    let server = place.serve();

    // A forged cookie is nobody: the page sends to sign-in, and the way back is kept.
    let (code, headers, _) = status(&server, "/my", &[("cookie", "session=AAAAAAAAAAAAAAAAAAAAAAAA")]).await;
    assert_eq!(code, StatusCode::SEE_OTHER);
    assert_eq!(headers[LOCATION], HeaderValue::from_static("/sign-in?next=%2Fmy"));
    let (code, _, problem) = status(&server, "/api/v1/cases", &[("authorization", "Bearer forged")]).await;
    assert_eq!(code, StatusCode::UNAUTHORIZED);
    assert!(problem.contains("\"status\":401"), "{problem}");

    // A form without its token, and one that another site sends.
    let form = http().post(format!("{}/sign-in", server.url)).body("login=x&password=y");
    let form = form.header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(form.try_clone().unwrap().send().await.unwrap().status(), StatusCode::FORBIDDEN);
    let foreign = form.header("sec-fetch-site", "cross-site").send().await.unwrap();
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);

    // Unknown things, in both languages, with the way on.
    let (code, _, page) = status(&server, "/items/999999999999", &[("accept-language", "zh")]).await;
    assert!(code == StatusCode::NOT_FOUND && page.contains("<html") && !page.contains('⟦'), "{page}");
    let (code, _, _) = status(&server, "/no/such/page", &[]).await;
    assert_eq!(code, StatusCode::NOT_FOUND);

    // Bodies that are no JSON, too large, of the wrong shape.
    let open =
        || http().post(format!("{}/api/v1/sessions", server.url)).header("content-type", "application/json");
    assert_eq!(open().body("{").send().await.unwrap().status(), StatusCode::BAD_REQUEST);
    let wrong = open().body("{\"login\": 5}").send().await.unwrap();
    assert!(wrong.status() == StatusCode::UNPROCESSABLE_ENTITY || wrong.status() == StatusCode::BAD_REQUEST);
    let huge = open().body(vec![b' '; 40_000_000]).send().await;
    assert!(huge.is_err() || huge.is_ok_and(|answer| answer.status() == StatusCode::PAYLOAD_TOO_LARGE));
    let (code, _, text) = status(&server, "/readyz", &[]).await;
    assert_eq!((code, text.as_str()), (StatusCode::OK, "ready\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_carry_the_strict_headers() {
    let place = Place::make(None).await;
    let server = place.serve();
    let (_, headers, page) = status(&server, "/", &[]).await;
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert!(!page.contains(" style=") && !page.contains("<script>"), "inline style or script");
    assert!(
        !page.contains("https://")
            || page.matches("https://").count() == page.matches("https://www.w3.org").count()
    );
}
