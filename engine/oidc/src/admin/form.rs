//! The form in which a client is registered, there and back.

use kernel::{FieldError, Message};
use web::{Choice, FormPairs, Visitor};

use crate::client::{AuthMethod, Door, GrantType, Settings};
use crate::consent::scope_words;
use crate::jws::Alg;
use crate::scope::Scope;

/// The fields as texts and choices.
pub(super) struct Fields {
    pub(super) name_zh: String,
    pub(super) name_en: String,
    pub(super) auth_methods: Vec<Choice>,
    pub(super) doors: Vec<Choice>,
    pub(super) grant_types: Vec<Choice>,
    pub(super) redirect_uris: String,
    pub(super) post_logout_redirect_uris: String,
    pub(super) backchannel_logout_uri: String,
    pub(super) scopes: Vec<Choice>,
    pub(super) needed_scopes: Vec<Choice>,
    pub(super) system_scopes: String,
    pub(super) sector: String,
    pub(super) jwks: String,
    pub(super) algs: Vec<Choice>,
    pub(super) requires_pushed_requests: bool,
    pub(super) may_introspect: bool,
}

/// The words of a form key for a word of the protocol.
fn key(start: &str, word: &str) -> String {
    let last = word.rsplit(':').next().unwrap_or_default();
    format!("oidc-{start}-{}", last.replace('_', "-"))
}

pub(super) fn auth_words(visitor: &Visitor, method: AuthMethod) -> String {
    visitor.t(&key("auth", method.as_str()))
}

pub(super) fn grant_words(visitor: &Visitor, kind: GrantType) -> String {
    visitor.t(&key("grant", kind.as_str()))
}

pub(super) fn door_words(visitor: &Visitor, door: Door) -> String {
    visitor.t(match door {
        Door::Persons => "oidc-door-persons",
        Door::Staff => "oidc-door-staff",
    })
}

impl Fields {
    pub(super) fn of(visitor: &Visitor, settings: &Settings) -> Self {
        let scopes = |chosen: &[Scope], all: &mut dyn Iterator<Item = Scope>| {
            all.map(|scope| {
                let label = format!("{} ({})", scope_words(visitor, scope), scope.as_str());
                Choice::new(scope.as_str(), label).chosen_if(chosen.contains(&scope))
            })
            .collect::<Vec<_>>()
        };
        let auth = |method: AuthMethod| {
            Choice::new(method.as_str(), auth_words(visitor, method))
                .chosen_if(settings.auth_method == method)
        };
        let grant = |kind: GrantType| {
            Choice::new(kind.as_str(), grant_words(visitor, kind))
                .chosen_if(settings.grant_types.contains(&kind))
        };
        let door = |(word, door): (&str, Door)| {
            Choice::new(word, door_words(visitor, door)).chosen_if(settings.door == door)
        };
        let alg = |alg: Alg| Choice::new(alg.as_str(), alg.as_str()).chosen_if(settings.id_token_alg == alg);
        Self {
            name_zh: settings.name_zh.clone(),
            name_en: settings.name_en.clone(),
            auth_methods: AuthMethod::ALL.into_iter().map(auth).collect(),
            doors: [("persons", Door::Persons), ("staff", Door::Staff)].into_iter().map(door).collect(),
            grant_types: GrantType::ALL.into_iter().map(grant).collect(),
            redirect_uris: settings.redirect_uris.join("\n"),
            post_logout_redirect_uris: settings.post_logout_redirect_uris.join("\n"),
            backchannel_logout_uri: settings.backchannel_logout_uri.clone(),
            scopes: scopes(&settings.scopes, &mut Scope::ALL.into_iter()),
            needed_scopes: scopes(
                &settings.needed_scopes,
                &mut Scope::ALL.into_iter().filter(|scope| !scope.always_asks()),
            ),
            system_scopes: settings.system_scopes.join(" "),
            sector: settings.sector.clone(),
            jwks: settings.jwks.as_ref().map(ToString::to_string).unwrap_or_default(),
            algs: Alg::ALL.into_iter().map(alg).collect(),
            requires_pushed_requests: settings.requires_pushed_requests,
            may_introspect: settings.may_introspect,
        }
    }
}

fn lines(form: &FormPairs, name: &str) -> Vec<String> {
    let text = form.get(name).unwrap_or_default();
    text.split_whitespace().map(str::to_owned).collect()
}

/// The settings that a form means, and what cannot be read of it.
pub(super) fn read(form: &FormPairs) -> (Settings, Vec<FieldError>) {
    let mut faults = Vec::new();
    let text = |name: &str| form.get(name).unwrap_or_default().trim().to_owned();
    let jwks = match text("jwks") {
        empty if empty.is_empty() => None,
        text => {
            let keys = serde_json::from_str(&text).ok();
            if keys.is_none() {
                faults.push(FieldError::new("jwks", Message::new("oidc-wrong-jwks")));
            }
            keys
        }
    };
    let scopes = |name| form.all(name).filter_map(Scope::from_name).collect();
    let settings = Settings {
        name_zh: text("name_zh"),
        name_en: text("name_en"),
        auth_method: text("auth_method").parse().unwrap_or_default(),
        redirect_uris: lines(form, "redirect_uris"),
        post_logout_redirect_uris: lines(form, "post_logout_redirect_uris"),
        backchannel_logout_uri: text("backchannel_logout_uri"),
        grant_types: GrantType::ALL
            .into_iter()
            .filter(|kind| form.all("grant_types").any(|word| word == kind.as_str()))
            .collect(),
        scopes: scopes("scopes"),
        needed_scopes: scopes("needed_scopes"),
        system_scopes: lines(form, "system_scopes"),
        sector: text("sector"),
        jwks,
        id_token_alg: Alg::from_name(&text("id_token_alg")).unwrap_or_default(),
        requires_pushed_requests: form.get("requires_pushed_requests") == Some("true"),
        door: if text("door") == "staff" { Door::Staff } else { Door::Persons },
        may_introspect: form.get("may_introspect") == Some("true"),
    };
    (settings, faults)
}
