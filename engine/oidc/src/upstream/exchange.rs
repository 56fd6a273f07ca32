//! From a code to what the provider says of its holder: the token endpoint (RFC 6749 §4.1.3), and userinfo where the ID
//! token does not say enough (Core §5.3).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use identity::Said;
use kernel::Timestamp;
use serde_json::Value;

use super::id_token::{Expected, Unfit, check};
use super::{Failure, Provider, fetch};

/// Longest text that is taken over.
const TEXT_BYTES_MAX: usize = 300;

/// A code that came back, and what belongs to it.
pub(crate) struct Code<'a> {
    pub(crate) code: &'a str,
    pub(crate) redirect_uri: &'a str,
    pub(crate) verifier: &'a str,
    pub(crate) nonce: &'a str,
}

/// An account that the provider has vouched for: the claims of its ID token, and with what more can be asked.
pub(crate) struct Proved {
    claims: Value,
    access_token: String,
}

/// Gives the code in and checks the ID token that comes of it.
pub(crate) async fn redeem(provider: &Provider, code: &Code<'_>, now: Timestamp) -> Result<Proved, Failure> {
    let settings = &provider.settings;
    let metadata = provider.metadata(now).await?;
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code.code),
        ("redirect_uri", code.redirect_uri),
        ("code_verifier", code.verifier),
    ];
    let proof = if metadata.wants_secret_in_form {
        fields.extend([
            ("client_id", settings.client_id.as_str()),
            ("client_secret", settings.client_secret.as_str()),
        ]);
        None
    } else {
        // Urlencoded before they are joined (RFC 6749 §2.3.1).
        let pair = format!("{}:{}", web::encode(&settings.client_id), web::encode(&settings.client_secret));
        Some(format!("Basic {}", STANDARD.encode(pair)))
    };
    let answer = fetch::post(&provider.http, &metadata.token_endpoint, proof, &fields).await?;
    let text = |name: &str| answer[name].as_str().ok_or(Failure::TokenAnswer);
    let (id_token, access_token) = (text("id_token")?, text("access_token")?);
    if !text("token_type")?.eq_ignore_ascii_case("bearer")
        || !access_token.bytes().all(|b| b.is_ascii_graphic())
    {
        return Err(Failure::TokenAnswer);
    }
    let expected = Expected {
        issuer: &settings.issuer,
        client_id: &settings.client_id,
        nonce: code.nonce,
        acr: settings.acr.as_deref(),
        access_token,
        now,
    };
    let claims = match check(id_token, &provider.keys(false, now).await?, &expected) {
        // It may have begun to use a new one.
        Err(Unfit::UnknownKey) => check(id_token, &provider.keys(true, now).await?, &expected),
        checked => checked,
    };
    let claims = claims.map_err(Failure::IdToken)?;
    Ok(Proved { claims, access_token: access_token.to_owned() })
}

fn claim(claims: &Value, name: Option<&String>) -> Option<String> {
    let text = claims[name?.as_str()].as_str()?.trim();
    (!text.is_empty() && text.len() <= TEXT_BYTES_MAX).then(|| text.to_owned())
}

impl Proved {
    /// What the ID token says.
    pub(crate) fn said(&self, provider: &Provider) -> Said {
        let settings = &provider.settings;
        Said {
            provider: settings.id.clone(),
            issuer: settings.issuer.clone(),
            subject: self.claims["sub"].as_str().unwrap_or_default().to_owned(), // checked to be there
            name: claim(&self.claims, settings.claims.name.as_ref()),
            resident_id: claim(&self.claims, settings.claims.resident_id.as_ref()),
            phone: claim(&self.claims, settings.claims.phone.as_ref()),
            is_checked: settings.vouches,
        }
    }

    /// The same with what userinfo adds. Only asked for where it is needed: whoever is known here is let in without.
    pub(crate) async fn said_in_full(&self, provider: &Provider, now: Timestamp) -> Result<Said, Failure> {
        let (mut said, names) = (self.said(provider), &provider.settings.claims);
        let is_whole =
            [(&said.name, &names.name), (&said.resident_id, &names.resident_id), (&said.phone, &names.phone)]
                .into_iter()
                .all(|(found, name)| found.is_some() || name.is_none());
        let endpoint = provider.metadata(now).await?.userinfo_endpoint.clone();
        let Some(endpoint) = endpoint.filter(|_| !is_whole) else { return Ok(said) };
        let told = fetch::get(&provider.http, &endpoint, Some(&self.access_token)).await?;
        if told["sub"].as_str() != Some(&said.subject) {
            return Err(Failure::UserinfoSubject);
        }
        said.name = said.name.or_else(|| claim(&told, names.name.as_ref()));
        said.resident_id = said.resident_id.or_else(|| claim(&told, names.resident_id.as_ref()));
        said.phone = said.phone.or_else(|| claim(&told, names.phone.as_ref()));
        Ok(said)
    }
}
