//! One sign-on, request by request, as a browser and the server of a connected system send them.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::http::header::{LOCATION, SET_COOKIE};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::{PASSWORD, REDIRECT_URI};
use crate::bench::http::{Answer, Asked, Connection};

/// Verifier and challenge of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Whose endpoints these are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Provider {
    /// This program: a sign-in page with a form.
    Tongban,
    /// npm `oidc-provider`: whoever asks is let in.
    Npm,
}

/// The client as it is known to the provider.
#[derive(Debug, Clone)]
pub(super) struct Registered {
    pub(super) provider: Provider,
    pub(super) id: String,
    /// Its `Authorization` header.
    pub(super) basic: String,
}

/// A browser and the server behind it, on one connection that they keep.
pub(super) struct Browser {
    connection: Connection,
    origin: String,
    client: Arc<Registered>,
    cookies: Vec<(String, String)>,
    requests: u32,
}

impl Browser {
    pub(super) fn at(server: SocketAddr, client: Arc<Registered>) -> Self {
        let connection = Connection::to(server);
        Self { connection, origin: format!("http://{server}"), client, cookies: Vec::new(), requests: 0 }
    }

    /// Signs on as a browser without cookies. Says how many requests it took.
    pub(super) async fn sign_on(&mut self, login: &str) -> Result<u32, String> {
        self.cookies.clear();
        self.requests = 0;
        let (authorize, token, userinfo) = match self.client.provider {
            Provider::Tongban => ("/oauth/authorize", "/oauth/token", "/oauth/userinfo"),
            Provider::Npm => ("/auth", "/token", "/me"),
        };
        let state = web::encode(login);
        let asked = format!(
            "{authorize}?response_type=code&client_id={}&redirect_uri={}&scope=openid&state={state}&nonce={state}\
             &code_challenge={CHALLENGE}&code_challenge_method=S256",
            web::encode(&self.client.id),
            web::encode(REDIRECT_URI),
        );
        let to_sign_in = self.go(&asked).await?;
        let led = match self.client.provider {
            Provider::Tongban => self.by_form(&to_sign_in, login).await?,
            Provider::Npm => {
                let interaction = format!("{}?login={state}", self.location(&to_sign_in)?);
                let resume = self.go(&interaction).await?;
                let back = self.go(&self.location(&resume)?).await?;
                self.location(&back)?
            }
        };
        let code = parameter(&led, "code").ok_or("no code")?;
        if parameter(&led, "state").as_deref() != Some(state.as_str()) {
            return Err("another state".into());
        }
        let tokens = self.exchange(token, &code).await?;
        let access = tokens["access_token"].as_str().ok_or("no access token")?;
        let told = self.ask(Asked::get(userinfo, access)).await?.json();
        let subject = tokens["id_token"].as_str().and_then(subject).ok_or("no ID token")?;
        if told["sub"] != subject {
            return Err("another subject".into());
        }
        Ok(self.requests)
    }

    /// The sign-in page, its form, and the page that leads back to the connected system.
    async fn by_form(&mut self, to_sign_in: &Answer, login: &str) -> Result<String, String> {
        let page = self.go(&self.location(to_sign_in)?).await?;
        let page = String::from_utf8_lossy(&page.body);
        let field = |name: &str| between(&page, &format!("name=\"{name}\" value=\""), "\"").map(unescaped);
        let (csrf, next) = (field("_csrf").ok_or("no form token")?, field("next").ok_or("no way on")?);
        let cookies = self.cookies();
        let form = [("_csrf", csrf.as_str()), ("login", login), ("password", PASSWORD), ("next", &next)];
        let entered = self.ask(Asked { cookie: &cookies, ..Asked::form("/sign-in", &form) }).await?;
        let on = self.go(&self.location(&entered)?).await?;
        let on = String::from_utf8_lossy(&on.body);
        between(&on, "content=\"0;url=", "\"").map(unescaped).ok_or_else(|| "no way back".to_owned())
    }

    async fn exchange(&mut self, path: &str, code: &str) -> Result<Value, String> {
        let client = Arc::clone(&self.client);
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
        ];
        let answer = self.ask(Asked { authorization: &client.basic, ..Asked::form(path, &form) }).await?;
        Ok(answer.json())
    }

    async fn go(&mut self, path: &str) -> Result<Answer, String> {
        let cookies = self.cookies();
        self.ask(Asked { cookie: &cookies, ..Asked::get(path, "") }).await
    }

    async fn ask(&mut self, asked: Asked<'_>) -> Result<Answer, String> {
        self.requests += 1;
        let path = asked.path.split('?').next().unwrap_or_default().to_owned();
        let answer = self.connection.ask(asked).await?;
        for line in answer.headers.get_all(SET_COOKIE) {
            let pair = line.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
            let Some((name, value)) = pair.split_once('=') else { continue };
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        if answer.status >= 400 {
            return Err(format!("{path} {}", answer.status));
        }
        Ok(answer)
    }

    fn cookies(&self) -> String {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    /// Where a redirect leads; a path where it stays here.
    fn location(&self, answer: &Answer) -> Result<String, String> {
        let location = answer.headers.get(LOCATION).and_then(|value| value.to_str().ok());
        let location = location.ok_or_else(|| format!("no redirect but {}", answer.status))?;
        Ok(location.strip_prefix(&self.origin).unwrap_or(location).to_owned())
    }
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    text.split_once(before)?.1.split_once(after).map(|(found, _)| found)
}

/// What templates escape in an attribute, read back.
fn unescaped(text: &str) -> String {
    text.replace("&#38;", "&").replace("&#61;", "=").replace("&amp;", "&")
}

/// A parameter of an address; codes and states need no decoding.
fn parameter(address: &str, name: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).map(str::to_owned)
}

/// The subject that an ID token names.
fn subject(token: &str) -> Option<String> {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice::<Value>(&claims).ok()?["sub"].as_str().map(str::to_owned)
}
