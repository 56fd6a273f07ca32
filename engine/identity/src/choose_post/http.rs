//! `/staff/post`, and `PUT /api/v1/sessions/current/post`.

use askama::Template;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{Message, PostId, Refusal};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{
    ApiJson, AppError, Choice, FormErrors, Operation, PostForm, Shell, Visitor, local_path, page_with_status,
};

use super::choose_post;
use crate::Room;
use crate::authenticate::hand_cookie;
use crate::posts::{PostRecord, posts_on};
use crate::session_api::SessionToken;
use crate::sessions::Opened;
use crate::sign_in_page::next_path;

#[derive(Template)]
#[template(path = "choose_post/post.html")]
struct PostPage {
    shell: Shell,
    errors: FormErrors,
    posts: Vec<Choice>,
    next: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    next: String,
}

/// A post in words: title or roles, and the body.
pub(crate) fn post_words(visitor: &Visitor, post: &PostRecord) -> String {
    post.called(visitor.pick(&post.body_name.zh, &post.body_name.en))
}

/// Roles in words.
pub(crate) fn roles_words(visitor: &Visitor, post: &PostRecord) -> String {
    let roles = post.roles.iter().map(|role| visitor.t(&format!("identity-role-{role}")));
    roles.collect::<Vec<_>>().join(visitor.pick("、", ", "))
}

async fn build(room: &Room, visitor: &Visitor, next: &str, errors: FormErrors) -> Result<PostPage, AppError> {
    let me = visitor.actor.staff()?;
    let mut tx = room.db.snapshot().await?;
    let held = posts_on(&mut tx, me.staff, visitor.today()).await?;
    let session = visitor.session.ok_or(AppError(Refusal::Unauthenticated))?;
    let now = super::post_of(&mut tx, me.staff, Some(session), visitor.now).await?;
    // Without any role none was chosen yet.
    let current = now.filter(|post| !post.roles.is_empty()).map(|post| post.id);
    let choice = |post: &PostRecord| {
        Choice::new(post.id.to_string(), post_words(visitor, post))
            .hint(roles_words(visitor, post))
            .chosen_if(Some(post.id) == current)
    };
    Ok(PostPage {
        posts: held.iter().map(choice).collect(),
        errors,
        next: next_path(next).to_owned(),
        shell: Shell::new(visitor, visitor.t("identity-post-title")),
    })
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    web::page(&build(&room, &visitor, &asked.next, FormErrors::none()).await?)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    post: String,
    next: String,
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    let Ok(post) = form.post.parse() else {
        let refusal = Refusal::field("post", Message::new("identity-post-choose"));
        let errors = FormErrors::of(&visitor, refusal)?;
        let again = build(&room, &visitor, &form.next, errors).await?;
        return page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again);
    };
    let opened = choose(&room, &visitor, post).await?;
    let mut response = Redirect::to(local_path(&form.next).unwrap_or("/desk")).into_response();
    hand_cookie(&room, response.headers_mut(), &opened.token);
    Ok(response)
}

/// In which post to act.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PostChoice {
    /// The id of a post that the bearer holds today.
    #[schema(value_type = String)]
    post: PostId,
}

pub(crate) async fn api(
    State(room): State<Room>,
    visitor: Visitor,
    ApiJson(choice): ApiJson<PostChoice>,
) -> Result<Json<SessionToken>, AppError> {
    Ok(Json(choose(&room, &visitor, choice.post).await?.into()))
}

pub(crate) fn operation() -> Operation {
    Operation::new("choosePost", "Acts in one of the own posts from now on.")
        .description(
            "The answer holds a new token; the old one is worthless. 409 for a post that the bearer does not hold \
             today. Whoever holds several and has chosen none has no role.",
        )
        .tag("identity")
        .body::<PostChoice>()
        .returns::<SessionToken>(200, "The new token of the same visit.")
}

async fn choose(room: &Room, visitor: &Visitor, post: PostId) -> Result<Opened, AppError> {
    let session = visitor.session.ok_or(AppError(Refusal::Unauthenticated))?;
    let mut tx = room.db.begin().await?;
    let opened = choose_post(&mut tx, session, post, visitor.now).await?;
    tx.commit().await?;
    Ok(opened)
}
