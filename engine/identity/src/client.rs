//! What the sign-in log knows of the machine on the other side: as little as serves its purpose.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use web::cookie;

use crate::Room;
use crate::authenticate::mark_cookie;
use crate::token::Token;

/// The machine that a sign-in comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its network address, cut to the part that one household or hall has; none when nobody told.
    pub(crate) network: Option<String>,
    /// Browser and system in two words, such as `Firefox, Windows`.
    pub(crate) device: String,
    /// By what it is known again.
    pub(crate) mark: Mark,
}

/// By what a machine is known again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mark {
    /// A program that uses the API: it keeps no cookies.
    Program,
    /// A browser, with the mark that it was given before.
    Browser(Option<Token>),
}

impl Client {
    /// A client with this address and `User-Agent`.
    pub fn new(address: Option<IpAddr>, user_agent: &str) -> Self {
        Self { network: address.map(network), device: device(user_agent), mark: Mark::Program }
    }

    /// Browser and system in two words; empty when they did not say.
    pub fn device(&self) -> &str {
        &self.device
    }

    /// A keyed hash of its network, by which tries from one place are counted; nothing else can be learnt of it.
    pub fn blind(&self, vault: &store::Vault) -> String {
        crate::personal::client_blind(vault, self.network.as_deref())
    }

    /// The client of a request. The connection's address comes from axum's `ConnectInfo`; behind a proxy of our
    /// own it is the last entry of `X-Forwarded-For`, the only one that the proxy itself wrote.
    pub(crate) fn of(headers: &HeaderMap, extensions: &Extensions, behind_proxy: bool) -> Self {
        let direct = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let forwarded = || {
            let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
            last.rsplit(',').next()?.trim().parse().ok()
        };
        let address = if behind_proxy { forwarded().or(direct) } else { direct };
        let user_agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Self::new(address, user_agent)
    }
}

/// For the handlers of every room that has this one at hand.
impl<S: Sync> FromRequestParts<S> for Client
where
    Room: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let room = Room::from_ref(state);
        let mut client = Self::of(&parts.headers, &parts.extensions, room.behind_proxy);
        if !parts.uri.path().starts_with("/api/") {
            let name = mark_cookie(room.site.config.secure_cookies);
            client.mark = Mark::Browser(cookie::read(&parts.headers, name).and_then(Token::parse));
        }
        Ok(client)
    }
}

/// IPv6 hands out /64 networks, so a guesser there has 2^64 addresses and one network (RFC 6177).
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// The first mark found wins, so marks that other browsers carry too stand last.
const BROWSERS: [(&str, &str); 10] = [
    ("MicroMessenger", "微信"),
    ("AlipayClient", "支付宝"),
    ("Edg", "Edge"),
    ("QQBrowser", "QQ Browser"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
    ("python", "Python"),
];
const SYSTEMS: [(&str, &str); 7] = [
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// The whole `User-Agent` would tell one person from another; two words are enough to say "that was me".
fn device(user_agent: &str) -> String {
    let first = |marks: &[(&str, &'static str)]| {
        marks.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    [first(&BROWSERS), first(&SYSTEMS)].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_words_are_left_of_a_user_agent() {
        let check = |user_agent: &str, words: &str| assert_eq!(device(user_agent), words);
        check(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox, Windows",
        );
        check(
            "Mozilla/5.0 (Linux; Android 15; Pixel) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
            "Chrome, Android",
        );
        check(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19 like Mac OS X) Safari/604.1 MicroMessenger/8.0",
            "微信, iPhone",
        );
        check("Mozilla/5.0 (Windows NT 10.0) Chrome/140 Safari/537.36 Edg/140", "Edge, Windows");
        check("a secret that somebody put here", "");
    }

    #[test]
    fn one_network_is_one_client() {
        let check = |address: &str, expected: &str| assert_eq!(network(address.parse().unwrap()), expected);
        check("203.0.113.7", "203.0.113.7");
        check("::ffff:203.0.113.7", "203.0.113.7");
        check("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64");
        check("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64");
    }

    #[test]
    fn only_our_own_proxy_is_believed() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "198.51.100.1, 203.0.113.7".parse().unwrap());
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 5000))));
        let network = |behind_proxy| Client::of(&headers, &extensions, behind_proxy).network.unwrap();
        assert_eq!(network(true), "203.0.113.7", "what the visitor wrote themselves stands first");
        assert_eq!(network(false), "192.0.2.1");
        assert_eq!(Client::of(&HeaderMap::new(), &Extensions::new(), true).network, None);
    }
}
