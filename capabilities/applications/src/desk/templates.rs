//! Texts that clerks use again and again (常用意见): one's own, and those that a body shares.

use cases::{Case, CaseError};
use kernel::{FieldError, Message, Refusal, Role, StaffActor, StaffId, TemplateId, Timestamp};
use store::{Row, Tx, vals};

use super::DeskError;
use crate::text;

/// More than anybody finds again in a list.
const TEMPLATES_MAX: i64 = 100;
const TITLE_MAX: usize = 40;
/// Longest text.
const TEXT_MAX: usize = 2000;

/// A text with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    pub(super) id: TemplateId,
    pub(super) title: String,
    /// With `{number}` and `{item}` where the case's own words go.
    pub(super) text: String,
    /// Whether the whole body uses it.
    pub(super) is_shared: bool,
    author: StaffId,
}

/// What is typed for a template.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) title: String,
    pub(super) text: String,
    /// For the whole body.
    pub(super) is_shared: bool,
}

impl Template {
    /// The text with the words of a case in it.
    pub(super) fn filled(&self, case: &Case, item: &str) -> String {
        self.text.replace("{number}", &case.number).replace("{item}", item)
    }

    /// Shared texts are changed by whoever wrote them and by those who decide in the body.
    pub(super) fn may_be_changed_by(&self, clerk: &StaffActor) -> bool {
        self.author == clerk.staff || (self.is_shared && clerk.roles.contains(&Role::Decision))
    }
}

const COLUMNS: &str = "select id, title, text, owner, author from desk_templates
     where body = $1 and owner in ($2, '') order by owner desc, title, id";

/// The clerk's own texts, then those of their body, each by name. There are never many.
pub(super) async fn list(tx: &mut Tx, clerk: &StaffActor) -> Result<Vec<Template>, DeskError> {
    let rows = tx.fetch_all(COLUMNS, vals![clerk.body, clerk.staff]).await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

fn read(row: &Row) -> Result<Template, store::Error> {
    let owner: String = row.get(3)?;
    Ok(Template {
        id: row.get(0)?,
        title: row.get(1)?,
        text: row.get(2)?,
        is_shared: owner.is_empty(),
        author: row.get(4)?,
    })
}

/// A text that this clerk may use. Another's own is not there.
pub(super) async fn get(tx: &mut Tx, clerk: &StaffActor, id: TemplateId) -> Result<Template, DeskError> {
    let row = tx
        .fetch_optional(
            "select id, title, text, owner, author from desk_templates
             where id = $1 and body = $2 and owner in ($3, '')",
            vals![id, clerk.body, clerk.staff],
        )
        .await?;
    Ok(read(&row.ok_or(CaseError::NotFound)?)?)
}

/// A text that this clerk may change: a shared one of somebody else is refused (403).
pub(super) async fn get_to_change(
    tx: &mut Tx,
    clerk: &StaffActor,
    id: TemplateId,
) -> Result<Template, DeskError> {
    let found = get(tx, clerk, id).await?;
    if found.may_be_changed_by(clerk) { Ok(found) } else { Err(DeskError::Refused(Refusal::Forbidden)) }
}

fn checked(wanted: &Wanted) -> Result<(String, String), DeskError> {
    let title = text::plain("title", &wanted.title, TITLE_MAX).and_then(one_line);
    match (title, text::plain("text", &wanted.text, TEXT_MAX)) {
        (Ok(title), Ok(text)) => Ok((title, text)),
        (title, text) => {
            let errors = [title.err(), text.err()].into_iter().flatten().collect();
            Err(DeskError::Refused(Refusal::Invalid(errors)))
        }
    }
}

fn one_line(title: String) -> Result<String, FieldError> {
    if title.contains('\n') {
        return Err(FieldError::new("title", Message::new("applications-text-unprintable")));
    }
    Ok(title)
}

fn owner(clerk: &StaffActor, is_shared: bool) -> String {
    if is_shared { String::new() } else { clerk.staff.to_string() }
}

/// Keeps a new text.
pub(super) async fn add(
    tx: &mut Tx,
    clerk: &StaffActor,
    wanted: &Wanted,
    now: Timestamp,
) -> Result<TemplateId, DeskError> {
    let (title, text) = checked(wanted)?;
    let owner = owner(clerk, wanted.is_shared);
    let row = tx
        .fetch_one(
            "select count(*) from desk_templates where body = $1 and owner = $2",
            vals![clerk.body, &owner],
        )
        .await?;
    if row.get::<i64>(0)? >= TEMPLATES_MAX {
        let message = Message::new("desk-template-enough").with("most", TEMPLATES_MAX);
        return Err(DeskError::Refused(Refusal::Conflict(message)));
    }
    let id: TemplateId = store::fresh_id(now);
    tx.execute(
        "insert into desk_templates (id, body, owner, title, text, author, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        vals![id, clerk.body, owner, title, text, clerk.staff, now],
    )
    .await?;
    Ok(id)
}

/// Changes a text. Only its author can make a shared one their own again.
pub(super) async fn change(
    tx: &mut Tx,
    clerk: &StaffActor,
    id: TemplateId,
    wanted: &Wanted,
    now: Timestamp,
) -> Result<(), DeskError> {
    let before = get_to_change(tx, clerk, id).await?;
    let (title, text) = checked(wanted)?;
    if !wanted.is_shared && before.author != clerk.staff {
        return Err(DeskError::Refused(Refusal::Forbidden));
    }
    tx.execute(
        "update desk_templates set title = $2, text = $3, owner = $4, changed_at = $5 where id = $1",
        vals![id, title, text, owner(clerk, wanted.is_shared), now],
    )
    .await?;
    Ok(())
}

/// Deletes a text.
pub(super) async fn delete(tx: &mut Tx, clerk: &StaffActor, id: TemplateId) -> Result<(), DeskError> {
    get_to_change(tx, clerk, id).await?;
    tx.execute("delete from desk_templates where id = $1", vals![id]).await?;
    Ok(())
}
