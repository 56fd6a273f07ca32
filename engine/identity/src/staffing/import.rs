//! A file of staff (批量导入): looked at as a whole, nothing written before it is confirmed, then all of it or nothing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use kernel::{Actor, BodyId, FieldError, Message, StaffActor, StaffId, StaffImportId, Timestamp, china_date};
use serde::{Deserialize, Serialize};
use store::{Sql, Tx, Vault, fresh_id, vals};

use super::find::bodies_below;
use super::hire::{GivenPost, fault, insert_staff, name_faults, post_faults};
use super::post::plan_end;
use super::{StaffingError, administrator, start, take_turns};
use crate::acts::{ActKind, NewAct, record_act};
use crate::password::Passwords;
use crate::posts::{self, NewPost};

pub(crate) mod http;
pub(crate) mod read;

#[cfg(test)]
mod tests;

use read::{FileFault, Line};

/// More lines than this are two files.
pub(crate) const LINES_MAX: usize = 10_000;
/// More bodies than a province has.
const BODIES_MAX: i64 = 100_000;
const SLIP: &str = "identity.start-passwords";
/// How long a slip waits to be taken, and a file to be confirmed.
const KEPT_MICROS: i64 = 86_400 * 1_000_000;

/// A rule that a line breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LineFault {
    /// The line of the file, the header being the first.
    pub(crate) line: usize,
    /// The column, as it is called in the file.
    pub(crate) column: String,
    /// The rule.
    pub(crate) message: Message,
}

/// What a file says.
#[derive(Debug, Default)]
pub(crate) struct Looked {
    pub(crate) faults: Vec<LineFault>,
    /// One for each login, in the order of the file.
    pub(crate) people: Vec<Person>,
    pub(crate) lines: usize,
}

/// Somebody who is to join, with all their posts.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) login: String,
    pub(crate) name: String,
    pub(crate) posts: Vec<(BodyId, GivenPost)>,
}

/// A file that was kept.
pub(crate) struct Kept {
    pub(crate) id: StaffImportId,
    pub(crate) file_name: String,
    pub(crate) content: Vec<u8>,
    pub(crate) at: Timestamp,
    pub(crate) done_at: Option<Timestamp>,
    pub(crate) has_slip: bool,
}

/// Keeps the file for a look at it. What is none is refused at once.
pub(crate) async fn keep(
    tx: &mut Tx,
    by: &Actor,
    now: Timestamp,
    file_name: &str,
    content: Vec<u8>,
) -> Result<StaffImportId, StaffingError> {
    let admin = administrator(by)?;
    let lines = read::lines(&content).map_err(|fault| StaffingError::Fields(vec![fault.of_file()]))?;
    let id: StaffImportId = fresh_id(now);
    tx.execute(
        "insert into staff_imports (id, by_staff, at, file_name, content, lines) values ($1, $2, $3, $4, $5, $6)",
        vals![id, admin.staff, now, file_name, content, i64::try_from(lines.len()).unwrap_or(i64::MAX)],
    )
    .await?;
    Ok(id)
}

/// The file of this administrator, within a day; nobody else's.
pub(crate) async fn kept(
    tx: &mut Tx,
    by: &StaffActor,
    id: StaffImportId,
    now: Timestamp,
) -> Result<Kept, StaffingError> {
    let since = kernel::from_micros(kernel::to_micros(now) - KEPT_MICROS);
    let row = tx
        .fetch_optional(
            "select file_name, content, at, done_at, case when slip_sealed is null then 0 else 1 end
             from staff_imports where id = $1 and by_staff = $2 and at > $3",
            vals![id, by.staff, since],
        )
        .await?
        .ok_or(StaffingError::Unknown)?;
    Ok(Kept {
        id,
        file_name: row.get(0)?,
        content: row.get(1)?,
        at: row.get(2)?,
        done_at: row.get(3)?,
        has_slip: row.get::<i64>(4)? == 1,
    })
}

/// Reads the file against what there is now. Three questions to the database, however long the file.
pub(crate) async fn look(
    tx: &mut Tx,
    by: &StaffActor,
    content: &[u8],
    now: Timestamp,
) -> Result<Looked, StaffingError> {
    let lines =
        read::lines(content).map_err(|fault: FileFault| StaffingError::Fields(vec![fault.of_file()]))?;
    let bodies: BTreeMap<String, BodyId> =
        bodies_below(tx, by.body, BODIES_MAX).await?.into_iter().map(|body| (body.slug, body.id)).collect();
    let logins: BTreeSet<&str> = lines.iter().map(|line| line.login.as_str()).collect();
    let taken = taken(tx, &logins).await?;
    Ok(check(&lines, &bodies, &taken, china_date(now)))
}

const TAKEN: Sql = Sql::Two {
    sqlite: "select login from staff where login in (select value from json_each($1))",
    postgres: "select login from staff where login in (select jsonb_array_elements_text(cast($1 as jsonb)))",
};

async fn taken(tx: &mut Tx, logins: &BTreeSet<&str>) -> store::Result<BTreeSet<String>> {
    let rows = tx.fetch_all(TAKEN, vals![serde_json::json!(logins)]).await?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Every line, and every rule that it breaks. Lines of one login are posts of one person.
fn check(lines: &[Line], bodies: &BTreeMap<String, BodyId>, taken: &BTreeSet<String>, today: Date) -> Looked {
    let mut looked = Looked { lines: lines.len(), ..Looked::default() };
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for line in lines {
        let mut faults: Vec<FieldError> = name_faults(&line.login, &line.name);
        if taken.contains(&line.login) {
            faults.push(fault("login", "identity-import-login-taken"));
        }
        let body = bodies.get(&line.body).copied();
        if body.is_none() {
            faults.push(fault("body", "identity-staffing-body"));
        }
        let post = line.post(&mut faults);
        if let Some(post) = &post {
            // A role that is none is said once, not again as a missing one.
            let said: BTreeSet<String> = faults.iter().map(|fault| fault.field.clone()).collect();
            faults.extend(post_faults(post, today).into_iter().filter(|new| !said.contains(&new.field)));
        }
        let place = places.get(line.login.as_str()).copied();
        if let Some(place) = place
            && looked.people.get(place).is_some_and(|person: &Person| person.name != line.name)
        {
            faults.push(fault("name", "identity-import-name-differs"));
        }
        if let (Some(body), Some(post)) = (body, post) {
            let place = place.unwrap_or_else(|| {
                places.insert(&line.login, looked.people.len());
                let (login, name) = (line.login.clone(), line.name.clone());
                looked.people.push(Person { login, name, posts: Vec::new() });
                looked.people.len() - 1
            });
            if let Some(person) = looked.people.get_mut(place) {
                person.posts.push((body, post));
            }
        }
        looked.faults.extend(faults.into_iter().map(|fault| LineFault {
            line: line.number,
            column: read::column(&fault.field).to_owned(),
            message: fault.message,
        }));
    }
    looked
}

/// A line of the slip.
#[derive(Serialize, Deserialize)]
pub(crate) struct SlipLine {
    pub(crate) login: String,
    pub(crate) name: String,
    pub(crate) start_password: String,
}

/// Writes everybody down, or nobody. How many.
pub(crate) async fn confirm(
    tx: &mut Tx,
    vault: &Vault,
    passwords: &Passwords,
    by: &Actor,
    now: Timestamp,
    id: StaffImportId,
) -> Result<usize, StaffingError> {
    let admin = administrator(by)?;
    take_turns(tx).await?;
    let kept = kept(tx, admin, id, now).await?;
    if kept.done_at.is_some() {
        return Err(StaffingError::Over("identity-import-done-already"));
    }
    let looked = look(tx, admin, &kept.content, now).await?;
    if !looked.faults.is_empty() {
        return Err(StaffingError::Over("identity-import-has-faults"));
    }
    let mut slip = Vec::with_capacity(looked.people.len());
    for person in &looked.people {
        let start_password = start::fresh();
        let hash = passwords.hash_random(&start_password)?;
        let staff = insert_staff(tx, &person.login, &person.name, &hash, now).await?;
        write_posts(tx, by, now, staff, person, id).await?;
        let (login, name) = (person.login.clone(), person.name.trim().to_owned());
        slip.push(SlipLine { login, name, start_password });
    }
    let text = serde_json::to_vec(&slip)
        .map_err(|error| StaffingError::Store(store::Error::Vault(error.to_string())))?;
    tx.execute(
        "update staff_imports set done_at = $1, slip_sealed = $2 where id = $3",
        vals![now, vault.seal(SLIP, &text)?, id],
    )
    .await?;
    Ok(looked.people.len())
}

async fn write_posts(
    tx: &mut Tx,
    by: &Actor,
    now: Timestamp,
    staff: StaffId,
    person: &Person,
    file: StaffImportId,
) -> store::Result<()> {
    let mut became = Vec::new();
    for (body, post) in &person.posts {
        let GivenPost { title, roles, first_day, last_day, .. } = post;
        let (first_day, last_day) = (*first_day, *last_day);
        posts::insert(tx, &NewPost { staff, body: *body, title, roles, first_day, last_day }, now).await?;
        plan_end(tx, staff, last_day).await?;
        became.push(posts::written(&post.body, title, roles, first_day, last_day));
    }
    let body = person.posts.first().map(|(body, _)| *body);
    let because = format!("import:{file}");
    let act = NewAct::new(ActKind::StaffImported, body, format!("staff:{staff}"));
    let act = act.named(person.name.trim()).changed("", became.join("; ")).because(&because);
    record_act(tx, by, act, now).await
}

/// The start passwords, once: who takes them takes them away.
pub(crate) async fn take_slip(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    now: Timestamp,
    id: StaffImportId,
) -> Result<Vec<SlipLine>, StaffingError> {
    let admin = administrator(by)?;
    take_turns(tx).await?;
    kept(tx, admin, id, now).await?;
    let sql = "select slip_sealed from staff_imports where id = $1";
    let sealed: Option<Vec<u8>> = tx.fetch_one(sql, vals![id]).await?.get(0)?;
    let sealed = sealed.ok_or(StaffingError::Over("identity-import-slip-taken"))?;
    let purpose = store::Purpose::of("identity.hand-out-start-passwords", by);
    let text = vault.open(SLIP, &sealed, &purpose)?;
    tx.execute("update staff_imports set slip_sealed = null where id = $1", vals![id]).await?;
    serde_json::from_slice(&text)
        .map_err(|error| StaffingError::Store(store::Error::Vault(error.to_string())))
}

/// Files that nobody confirmed and slips that nobody took go after a day.
pub(crate) async fn forget_old(tx: &mut Tx, now: Timestamp) -> store::Result<u64> {
    let before = kernel::from_micros(kernel::to_micros(now) - KEPT_MICROS);
    tx.execute("delete from staff_imports where at < $1", vals![before]).await
}
