//! `/device`: somebody types the code of a terminal, sees who asks for what, and says yes or no.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use kernel::Refusal;
use web::{AppError, Choice, FormErrors, FormPairs, Shell, Visitor, page, page_with_status};

use super::{Waiting, allow, find, read_user_code, refuse, shown};
use crate::Room;
use crate::authorize::{holder, who};
use crate::client::Door;
use crate::consent::{boxes, needed_words, ticked};
use crate::known;
use crate::params::Params;
use crate::scope::{Scope, Scopes};

#[derive(Template)]
#[template(path = "device/code.html")]
struct CodePage {
    shell: Shell,
    errors: FormErrors,
    code: String,
}

#[derive(Template)]
#[template(path = "device/answer.html")]
struct AnswerPage {
    shell: Shell,
    name: String,
    code: String,
    needed: Vec<String>,
    choices: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "device/done.html")]
struct DonePage {
    shell: Shell,
    is_allowed: bool,
    name: String,
}

/// The form. A code that came with the address is only filled in: the person compares it with the terminal's and sends
/// it themselves (RFC 8628 §5.4).
pub(crate) async fn show(visitor: Visitor, RawQuery(query): RawQuery) -> Result<Response, AppError> {
    let params = Params::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let code = read_user_code(params.get("code").unwrap_or_default());
    page(&code_page(&visitor, FormErrors::none(), if code.is_empty() { code } else { shown(&code) }))
}

fn code_page(visitor: &Visitor, errors: FormErrors, code: String) -> CodePage {
    CodePage { shell: Shell::new(visitor, visitor.t("oidc-device-title")), errors, code }
}

/// The terminal of a typed code; for a kind of account that the client is not for, there is none.
async fn waiting(
    tx: &mut store::Tx,
    visitor: &Visitor,
    form: &FormPairs,
) -> Result<Option<Waiting>, Refusal> {
    let who = visitor.actor.reference();
    let found = find(tx, &who, form.get("code").unwrap_or_default(), visitor.now).await?;
    let fits = |waiting: &Waiting| match waiting.client.settings.door {
        Door::Persons => visitor.actor.person().is_ok(),
        Door::Staff => visitor.actor.staff().is_ok(),
    };
    Ok(found.filter(fits))
}

fn missed(visitor: &Visitor, form: &FormPairs) -> Result<Response, AppError> {
    let mut errors = FormErrors::none();
    errors.add("code", visitor.t("oidc-device-unknown"));
    let again = code_page(visitor, errors, form.get("code").unwrap_or_default().chars().take(20).collect());
    page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again)
}

/// What goes beyond the need of the service, and openid, which tells nothing.
fn asks(waiting: &Waiting) -> Scopes {
    let openid = Scopes::from([Scope::OpenId].as_slice());
    waiting.scope.beyond(&waiting.client.settings.needed()).beyond(&openid)
}

pub(crate) async fn look_up(
    State(room): State<Room>,
    visitor: Visitor,
    form: FormPairs,
) -> Result<Response, AppError> {
    let mut tx = room.begin().await?;
    let found = waiting(&mut tx, &visitor, &form).await?;
    tx.commit().await?; // a miss is kept
    let Some(waiting) = found else { return missed(&visitor, &form) };
    let settings = &waiting.client.settings;
    page(&AnswerPage {
        name: visitor.pick(&settings.name_zh, &settings.name_en).to_owned(),
        code: shown(&waiting.user_code),
        needed: needed_words(&visitor, &waiting.client, &waiting.scope),
        choices: boxes(&visitor, &asks(&waiting)),
        shell: Shell::new(&visitor, visitor.t("oidc-device-title")),
    })
}

pub(crate) async fn answer(
    State(room): State<Room>,
    visitor: Visitor,
    form: FormPairs,
) -> Result<Response, AppError> {
    let mut tx = room.begin().await?;
    let Some(waiting) = waiting(&mut tx, &visitor, &form).await? else {
        tx.commit().await?;
        return missed(&visitor, &form);
    };
    let is_allowed = form.get("answer") == Some("yes");
    if is_allowed {
        let asked = asks(&waiting);
        let ticked = ticked(&form, &asked);
        let keeps = !ticked.has(Scope::Offline);
        // What a terminal may do ends when the person signs out, unless they have said otherwise.
        let holder = holder(&mut tx, &visitor, &waiting.client).await?.ok_or(Refusal::Unauthenticated)?;
        let who = who(&mut tx, &visitor, &waiting.client, holder, keeps).await?;
        known::answer(&mut tx, waiting.client.id, who.subject, &asked, &ticked, visitor.now).await?;
        let scope = waiting.scope.beyond(&asked.beyond(&ticked));
        if !allow(&mut tx, &waiting, who, &scope, visitor.now).await? {
            tx.rollback().await?;
            return missed(&visitor, &form);
        }
    } else {
        refuse(&mut tx, &waiting).await?;
    }
    tx.commit().await?;
    let settings = &waiting.client.settings;
    page(&DonePage {
        name: visitor.pick(&settings.name_zh, &settings.name_en).to_owned(),
        is_allowed,
        shell: Shell::new(&visitor, visitor.t("oidc-device-title")),
    })
}
