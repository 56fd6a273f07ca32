//! `[[identity.upstream]]`: identity providers whose accounts open accounts here (上游身份提供方). docs/accounts.md says what
//! follows from each.

use std::path::PathBuf;

use kernel::Words;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::{Config, ConfigError};

/// One provider.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Upstream {
    /// Its name in addresses: small letters, digits and `-`. The address that it sends people back to holds it:
    /// `{public_url}/sign-in/upstream/{id}/callback`.
    #[serde(deserialize_with = "slug")]
    pub id: String,
    /// What people read, in Chinese.
    #[serde(deserialize_with = "filled")]
    pub name_zh: String,
    /// And in English.
    #[serde(deserialize_with = "filled")]
    pub name_en: String,
    /// Its issuer, as its metadata write it.
    #[serde(deserialize_with = "issuer")]
    pub issuer: String,
    /// Our name there.
    #[serde(deserialize_with = "filled")]
    pub client_id: String,
    /// File whose first line is our secret there.
    pub client_secret_file: PathBuf,
    /// What is asked for.
    #[serde(default = "openid", deserialize_with = "scopes")]
    pub scopes: Vec<String>,
    /// How it names the full name.
    #[serde(default)]
    pub name_claim: Option<String>,
    /// How it names the identity number.
    #[serde(default)]
    pub resident_id_claim: Option<String>,
    /// How it names the telephone number.
    #[serde(default)]
    pub phone_claim: Option<String>,
    /// Whether it compares its holders with a register.
    #[serde(default)]
    pub vouches: bool,
    /// The level that is asked for and demanded.
    #[serde(default)]
    pub acr: Option<String>,
}

fn openid() -> Vec<String> {
    vec!["openid".into()]
}

/// Text in which `holds`, or a fault at its place in the file.
fn text<'de, D: Deserializer<'de>>(
    from: D,
    rule: &'static str,
    holds: impl Fn(&str) -> bool,
) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    if holds(&text) { Ok(text) } else { Err(D::Error::custom(rule)) }
}

fn slug<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    text(from, "id: 1 to 40 small letters, digits and -", |text| {
        (1..=40).contains(&text.len()) && text.bytes().all(plain)
    })
}

fn filled<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    text(from, "must not be empty", |text| !text.trim().is_empty())
}

fn issuer<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    text(from, "issuer: an https address, or http on this machine, without query", oidc::is_upstream_address)
}

fn scopes<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let all = Vec::<String>::deserialize(from)?;
    let plain =
        |scope: &String| !scope.is_empty() && scope.bytes().all(|b| b.is_ascii_graphic() && b != b'"');
    if all.iter().all(plain) && all.iter().any(|scope| scope == "openid") {
        Ok(all)
    } else {
        Err(D::Error::custom("scopes: words, and openid among them"))
    }
}

/// All of them, each name once.
pub(super) fn all<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Upstream>, D::Error> {
    let all = Vec::<Upstream>::deserialize(from)?;
    let twice = all.iter().enumerate().find(|(at, one)| all[..*at].iter().any(|other| other.id == one.id));
    match twice {
        Some((_, one)) => Err(D::Error::custom(format!("upstream: the id {} comes twice", one.id))),
        None => Ok(all),
    }
}

impl Config {
    /// The upstream providers, secrets included.
    pub fn upstreams(&self) -> Result<Vec<oidc::Upstream>, ConfigError> {
        self.identity.upstream.iter().map(Upstream::settings).collect()
    }
}

impl Upstream {
    fn settings(&self) -> Result<oidc::Upstream, ConfigError> {
        Ok(oidc::Upstream {
            id: self.id.clone(),
            name: Words::new(&self.name_zh, &self.name_en),
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            client_secret: self.secret()?,
            scopes: self.scopes.clone(),
            claims: oidc::ClaimNames {
                name: self.name_claim.clone(),
                resident_id: self.resident_id_claim.clone(),
                phone: self.phone_claim.clone(),
            },
            vouches: self.vouches,
            acr: self.acr.clone(),
            timeout: oidc::UPSTREAM_TIMEOUT,
        })
    }

    fn secret(&self) -> Result<String, ConfigError> {
        let file = &self.client_secret_file;
        let fault = |rule: String| ConfigError::Secret {
            section: format!("identity.upstream {}", self.id),
            rule: format!("client_secret_file {}: {rule}", file.display()),
        };
        let text = std::fs::read_to_string(file).map_err(|error| fault(error.to_string()))?;
        let secret = text.lines().next().unwrap_or_default().trim();
        if secret.is_empty() { Err(fault("its first line is empty".into())) } else { Ok(secret.to_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "[server]\nlisten = \"127.0.0.1:8080\"\npublic_url = \"https://example.cn\"\n\
        [data]\nfolder = \"d\"\npackages = \"p\"\npassphrase_file = \"f\"\n";
    const ONE: &str = "[[identity.upstream]]\nid = \"guojia\"\nname_zh = \"国家平台\"\nname_en = \"National platform\"\n\
        issuer = \"https://id.example.gov.cn\"\nclient_id = \"tongban\"\nclient_secret_file = \"SECRET\"\n";

    fn read(text: &str) -> Result<Config, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("{BASE}{text}")).unwrap();
        Config::read(file.path(), std::iter::empty()).map_err(|error| error.to_string())
    }

    #[test]
    fn there_is_none_unless_the_file_names_one() {
        assert!(read("").unwrap().upstreams().unwrap().is_empty());
        let secret = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(secret.path(), "ein Geheimnis\nsecond line").unwrap();
        let text = ONE.replace("SECRET", &secret.path().display().to_string());
        let text = format!("{text}vouches = true\nresident_id_claim = \"resident_id\"\n");
        let found = read(&text).unwrap().upstreams().unwrap().remove(0);
        assert_eq!(
            (found.client_secret.as_str(), found.scopes.as_slice()),
            ("ein Geheimnis", &["openid".into()][..])
        );
        assert!(found.vouches && found.claims.name.is_none() && found.claims.resident_id.is_some());
        assert!(!format!("{found:?}").contains("Geheimnis"));
        let strong = read(&text).unwrap().identity.strong_factor_roles;
        assert!(!strong.is_empty(), "the other keys of the section keep what they are by default");
    }

    #[test]
    fn faults_name_line_and_key() {
        let fault = |from: &str, to: &str| read(&ONE.replace(from, to)).unwrap_err();
        for (from, to, line, word) in [
            ("\"guojia\"", "\"国家\"", "line 9", "id"),
            ("https://id.example.gov.cn", "http://id.example.gov.cn", "line 12", "issuer"),
            ("https://id.example.gov.cn", "https://id.example.gov.cn?a=b", "line 12", "issuer"),
            ("name_en", "name_de", "line 11", "name_de"),
            ("\"tongban\"", "\" \"", "line 13", "empty"),
        ] {
            let fault = fault(from, to);
            assert!(fault.contains(line) && fault.contains(word), "{to}: {fault}");
        }
        let fault = read(&format!("{ONE}scopes = [\"profile\"]\n")).unwrap_err();
        assert!(fault.contains("line 15") && fault.contains("openid"), "{fault}");
        assert!(read(&format!("{ONE}{ONE}")).unwrap_err().contains("comes twice"));
        let missing = read(ONE).unwrap().upstreams().unwrap_err().to_string();
        assert!(missing.contains("guojia") && missing.contains("client_secret_file"), "{missing}");
    }
}
