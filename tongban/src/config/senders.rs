//! `[mail]`, `[sms]`, `[wechat]` and `[receivers.NAME]`: who carries messages out of the house. docs/notices.md says
//! what the other side must do.

use std::collections::BTreeMap;
use std::path::PathBuf;

use messages::{BridgeSettings, Endpoint, MailSettings, Proof, Secret, Security, SenderSettings};
use serde::Deserialize;

use super::{Config, ConfigError};

/// Shorter ones can be guessed.
const SECRET_CHARS_MIN: usize = 8;

/// `[mail]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Name of the mail server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    #[serde(default)]
    pub security: MailSecurity,
    /// The sender, such as `通办 <noreply@zwfw.example.gov.cn>`.
    pub from: String,
    /// Account at the mail server, if it asks for one.
    #[serde(default)]
    pub user: Option<String>,
    /// File whose first line is its password.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// Environment variable that holds its password.
    #[serde(default)]
    pub password_env: Option<String>,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailSecurity {
    /// TLS from the first byte.
    Tls,
    /// STARTTLS, demanded.
    #[default]
    Starttls,
    /// None: only for a relay on this machine.
    None,
}

/// `[sms]` and `[wechat]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bridge {
    /// Where the bridge listens.
    pub url: String,
    /// How it knows us.
    #[serde(default)]
    pub proof: ProofKind,
    /// File whose first line is the shared secret.
    #[serde(default)]
    pub secret_file: Option<PathBuf>,
    /// Environment variable that holds the shared secret.
    #[serde(default)]
    pub secret_env: Option<String>,
    /// The provider's names of our texts.
    #[serde(default)]
    pub templates: BTreeMap<String, String>,
}

/// `[receivers.NAME]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receiver {
    /// Where it listens.
    pub url: String,
    /// How it knows us.
    #[serde(default)]
    pub proof: ProofKind,
    /// File whose first line is the shared secret.
    #[serde(default)]
    pub secret_file: Option<PathBuf>,
    /// Environment variable that holds the shared secret.
    #[serde(default)]
    pub secret_env: Option<String>,
}

/// How a receiver knows that a request comes from this platform.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProofKind {
    /// A signature over time and body.
    #[default]
    HmacSm3,
    /// The secret itself in a header.
    Bearer,
    /// Nothing: only for receivers on this machine.
    None,
}

/// Where secrets are looked for.
type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Config {
    /// What the senders must know, secrets included.
    pub fn senders(
        &self,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<SenderSettings, ConfigError> {
        let environment: Environment<'_> = &environment;
        let bridge = |section: &str, bridge: &Option<Bridge>| {
            bridge.as_ref().map(|bridge| bridge_settings(section, bridge, environment)).transpose()
        };
        let receiver = |(name, receiver): (&String, &Receiver)| {
            let Receiver { url, proof, secret_file, secret_env } = receiver;
            let secret = Source { file: secret_file.as_ref(), variable: secret_env.as_ref(), environment };
            Ok((name.clone(), endpoint(&format!("receivers.{name}"), url, *proof, &secret)?))
        };
        Ok(SenderSettings {
            mail: self.mail.as_ref().map(|mail| mail_settings(mail, environment)).transpose()?,
            sms: bridge("sms", &self.sms)?,
            wechat: bridge("wechat", &self.wechat)?,
            receivers: self.receivers.iter().map(receiver).collect::<Result<_, ConfigError>>()?,
            other_receivers: None,
        })
    }
}

fn mail_settings(mail: &Mail, environment: Environment<'_>) -> Result<MailSettings, ConfigError> {
    let password =
        Source { file: mail.password_file.as_ref(), variable: mail.password_env.as_ref(), environment };
    let login = mail.user.as_ref().map(|user| Ok((user.clone(), password.read("mail")?))).transpose()?;
    Ok(MailSettings {
        host: mail.host.clone(),
        port: mail.port,
        security: match mail.security {
            MailSecurity::Tls => Security::Tls,
            MailSecurity::Starttls => Security::StartTls,
            MailSecurity::None => Security::None,
        },
        from: mail.from.clone(),
        login,
    })
}

fn bridge_settings(
    section: &str,
    bridge: &Bridge,
    environment: Environment<'_>,
) -> Result<BridgeSettings, ConfigError> {
    let secret =
        Source { file: bridge.secret_file.as_ref(), variable: bridge.secret_env.as_ref(), environment };
    let endpoint = endpoint(section, &bridge.url, bridge.proof, &secret)?;
    Ok(BridgeSettings { endpoint, templates: bridge.templates.clone() })
}

fn endpoint(
    section: &str,
    url: &str,
    proof: ProofKind,
    secret: &Source<'_>,
) -> Result<Endpoint, ConfigError> {
    let proof = match proof {
        ProofKind::None => Proof::None,
        ProofKind::Bearer => Proof::Bearer(secret.read(section)?),
        ProofKind::HmacSm3 => Proof::HmacSm3(secret.read(section)?),
    };
    Ok(Endpoint { url: url.to_owned(), proof })
}

/// Where one secret is kept.
struct Source<'a> {
    file: Option<&'a PathBuf>,
    variable: Option<&'a String>,
    environment: Environment<'a>,
}

impl Source<'_> {
    fn read(&self, section: &str) -> Result<Secret, ConfigError> {
        let fault = |rule: String| ConfigError::Secret { section: section.to_owned(), rule };
        let (from, text) = match (self.file, self.variable) {
            (Some(file), None) => {
                let text = std::fs::read_to_string(file);
                let text = text.map_err(|error| fault(format!("{}: {error}", file.display())))?;
                (file.display().to_string(), text.lines().next().unwrap_or_default().to_owned())
            }
            (None, Some(name)) => {
                let text = (self.environment)(name);
                (name.clone(), text.ok_or_else(|| fault(format!("the environment has no {name}")))?)
            }
            (None, None) => return Err(fault("names neither a file nor a variable with its secret".into())),
            (Some(_), Some(_)) => {
                return Err(fault("names a file and a variable; one of them is enough".into()));
            }
        };
        if text.trim().chars().count() < SECRET_CHARS_MIN {
            return Err(fault(format!("{from}: at least {SECRET_CHARS_MIN} characters")));
        }
        Ok(Secret::new(text.trim()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "[server]\nlisten = \"127.0.0.1:8080\"\npublic_url = \"https://example.cn\"\n\
        [data]\nfolder = \"d\"\npackages = \"p\"\npassphrase_file = \"f\"\n";

    fn senders(text: &str) -> Result<SenderSettings, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("{BASE}{text}")).unwrap();
        let environment = [("TONGBAN_MAIL_PORT".to_owned(), "2525".to_owned())];
        let environment = environment.into_iter().filter(|_| text.contains("[mail]"));
        let config = Config::read(file.path(), environment).map_err(|error| error.to_string())?;
        let secrets = |name: &str| (name == "SMS_SECRET").then(|| "eight chars".to_owned());
        config.senders(secrets).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_is_sent_unless_it_is_set() {
        let settings = senders("").unwrap();
        assert!(settings.mail.is_none() && settings.sms.is_none() && settings.receivers.is_empty());
    }

    #[test]
    fn secrets_come_from_files_and_the_environment() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "from a file\nsecond line").unwrap();
        let text = format!(
            "[mail]\nhost = \"mail.cn\"\nport = 587\nfrom = \"a@b.cn\"\nuser = \"u\"\npassword_file = {:?}\n\
             [sms]\nurl = \"https://sms.cn\"\nproof = \"bearer\"\nsecret_env = \"SMS_SECRET\"\ntemplates = {{ news = \"1\" }}\n\
             [receivers.x]\nurl = \"https://x.cn\"\nsecret_env = \"SMS_SECRET\"\n",
            file.path().display().to_string()
        );
        let settings = senders(&text).unwrap();
        let mail = settings.mail.unwrap();
        assert_eq!((mail.port, mail.security), (2525, Security::StartTls));
        assert_eq!(mail.login, Some(("u".into(), Secret::new("from a file"))));
        let sms = settings.sms.unwrap();
        assert_eq!(
            (sms.endpoint.proof, sms.templates["news"].as_str()),
            (Proof::Bearer(Secret::new("eight chars")), "1")
        );
        assert_eq!(settings.receivers["x"].proof, Proof::HmacSm3(Secret::new("eight chars")));
    }

    #[test]
    fn faults_name_section_and_rule() {
        let check = |text: &str, expected: &str| {
            let told = senders(text).unwrap_err();
            assert!(told.contains(expected), "{told}, not {expected}");
        };
        check("[sms]\nurl = \"https://sms.cn\"\n", "[sms] names neither");
        check(
            "[sms]\nurl = \"https://sms.cn\"\nsecret_env = \"NOT_THERE\"\n",
            "the environment has no NOT_THERE",
        );
        check("[sms]\nurl = \"x\"\nsecret_env = \"A\"\nsecret_file = \"b\"\n", "one of them is enough");
        check("[receivers.x]\nurl = \"x\"\nsecret_file = \"no-such-file\"\n", "[receivers.x] no-such-file");
        check("[sms]\nurl = \"x\"\nproof = \"handshake\"\n", "handshake");
        check("[mail]\nhost = \"x\"\n", "from");
    }
}
