//! `/admin/staff/import`: a file of staff, the look at it, the confirmation, and the slip with the start passwords.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{Refusal, StaffImportId};
use web::{AppError, FormErrors, Nothing, PostForm, PostUpload, Shell, Visitor, csv, page, page_with_status};

use super::{LINES_MAX, Looked, confirm, keep, kept, look, take_slip};
use crate::Room;
use crate::staffing::hire::fault;
use crate::staffing::http::HREF;

/// Faults that are shown; a file with more is mended from the top.
const FAULTS_SHOWN: usize = 100;
/// People of whom the look shows what they will be.
const PEOPLE_SHOWN: usize = 20;

#[derive(Template)]
#[template(path = "staffing/import/import.html")]
struct ImportPage {
    shell: Shell,
    errors: FormErrors,
    most: usize,
}

fn import_page(visitor: &Visitor, errors: FormErrors) -> Result<Response, AppError> {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shell = Shell::new(visitor, visitor.t("identity-import-title"));
    let shell = shell.crumb(visitor.t("identity-staffing-title"), HREF);
    page_with_status(status, &ImportPage { shell, errors, most: LINES_MAX })
}

pub(crate) async fn show(visitor: Visitor) -> Result<Response, AppError> {
    import_page(&visitor, FormErrors::none())
}

/// An empty file to begin with.
pub(crate) async fn template(visitor: Visitor) -> Result<Response, AppError> {
    let words =
        visitor.pick("账号,姓名,机构,职务,岗位,起始日期,截止日期", "login,name,body,title,roles,from,until");
    let example = visitor.pick(
        "zhang.san,张三,hunan-mz,科员,受理;审查,2026-09-01,",
        "zhang.san,张三,hunan-mz,Clerk,acceptance;review,2026-09-01,",
    );
    let text = format!("{}{words}\r\n{example}\r\n", csv::MARK);
    Ok((csv::headers("staff.csv"), text).into_response())
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    upload: PostUpload,
) -> Result<Response, AppError> {
    let done = match upload.file("file") {
        Some(file) => {
            let mut tx = room.db.begin().await?;
            let content = file.bytes.to_vec();
            match keep(&mut tx, &visitor.actor, visitor.now, &file.file_name, content).await {
                Ok(id) => {
                    tx.commit().await?;
                    Ok(id)
                }
                Err(error) => Err(error.into()),
            }
        }
        None => Err(Refusal::Invalid(vec![fault("file", "identity-import-no-file")])),
    };
    match done {
        Ok(id) => Ok(Redirect::to(&format!("{HREF}/imports/{id}")).into_response()),
        Err(refusal) => import_page(&visitor, FormErrors::of(&visitor, refusal)?),
    }
}

#[derive(Template)]
#[template(path = "staffing/import/look.html")]
struct LookPage {
    shell: Shell,
    id: String,
    file_name: String,
    at: String,
    lines: usize,
    people: usize,
    faults: usize,
    rows: Vec<FaultRow>,
    shown: Vec<PersonRow>,
    is_done: bool,
    has_slip: bool,
}

struct FaultRow {
    line: usize,
    column: String,
    rule: String,
}

struct PersonRow {
    login: String,
    name: String,
    posts: String,
}

fn import_id(text: &str) -> Result<StaffImportId, AppError> {
    text.parse().map_err(|_no_id| AppError(Refusal::NotFound))
}

pub(crate) async fn show_look(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let id = import_id(&id)?;
    let me = visitor.actor.staff()?;
    let mut tx = room.db.snapshot().await?;
    let kept = kept(&mut tx, me, id, visitor.now).await.map_err(Refusal::from)?;
    // What is done is not looked at again: its logins are taken, by itself.
    let looked = match kept.done_at {
        Some(_) => Looked::default(),
        None => look(&mut tx, me, &kept.content, visitor.now).await.map_err(Refusal::from)?,
    };
    drop(tx);
    let fault_row = |fault: &super::LineFault| FaultRow {
        line: fault.line,
        column: fault.column.clone(),
        rule: visitor.message(&fault.message),
    };
    let person_row = |person: &super::Person| PersonRow {
        login: person.login.clone(),
        name: person.name.clone(),
        posts: person
            .posts
            .iter()
            .map(|(_, post)| {
                let last = post.last_day;
                crate::posts::written(&post.body, &post.title, &post.roles, post.first_day, last)
            })
            .collect::<Vec<_>>()
            .join("; "),
    };
    let shell = Shell::new(&visitor, visitor.t("identity-import-look-title"));
    page(&LookPage {
        shell: shell
            .crumb(visitor.t("identity-staffing-title"), HREF)
            .crumb(visitor.t("identity-import-title"), format!("{HREF}/import")),
        id: kept.id.to_string(),
        file_name: kept.file_name,
        at: visitor.datetime(kept.at),
        lines: looked.lines,
        people: looked.people.len(),
        faults: looked.faults.len(),
        rows: looked.faults.iter().take(FAULTS_SHOWN).map(fault_row).collect(),
        shown: looked.people.iter().take(PEOPLE_SHOWN).map(person_row).collect(),
        is_done: kept.done_at.is_some(),
        has_slip: kept.has_slip,
    })
}

pub(crate) async fn submit_confirm(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Response, AppError> {
    let id = import_id(&id)?;
    let mut tx = room.db.begin().await?;
    confirm(&mut tx, &room.vault, &room.passwords, &visitor.actor, visitor.now, id)
        .await
        .map_err(Refusal::from)?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("{HREF}/imports/{id}")).into_response())
}

/// The slip (初始密码单): this once.
pub(crate) async fn submit_slip(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Response, AppError> {
    let id = import_id(&id)?;
    let mut tx = room.db.begin().await?;
    let slip = take_slip(&mut tx, &room.vault, &visitor.actor, visitor.now, id).await;
    let slip = slip.map_err(Refusal::from)?;
    tx.commit().await?;
    let heads = ["identity-staff-login", "identity-name", "identity-start-password"];
    let mut text = String::from(csv::MARK);
    text.push_str(&csv::line(&heads.map(|key| visitor.t(key))));
    for line in slip {
        text.push_str(&csv::line(&[line.login, line.name, line.start_password]));
    }
    Ok((csv::headers("start-passwords.csv"), text).into_response())
}
