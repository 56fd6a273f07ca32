//! The table of this room's addresses for applicants and for everybody; the desk has its own.

use axum::http::Method;
use web::Routes;

use crate::permission::{
    CORRECT, FILL_IN, HEAR, LOOK_UP, OBJECT, SEE_NOTICES, SEE_OWN, START, SUBMIT, SUPPLY, WITHDRAW, WRITE,
};
use crate::{
    Room, again, attach, correct, discard, hear, letters, master, mine, notices, object, packages, progress,
    proof, save, stand_in, start, submit, supply, window, withdraw,
};

/// Pages and endpoints for applicants.
pub fn routes(room: Room) -> Routes<()> {
    draft_pages()
        .merge(case_pages())
        .merge(draft_api())
        .merge(case_api())
        .merge(master_cases())
        .merge(public())
        .merge(packages::routes())
        .with_state(room)
}

fn draft_pages() -> Routes<Room> {
    Routes::new()
        .page(Method::GET, "/apply/{code}/{handling}", START, start::http::show)
        .page(Method::POST, "/apply/{code}/{handling}", START, start::http::submit)
        .page(Method::GET, "/drafts/{id}", FILL_IN, save::http::resume)
        .page(Method::GET, "/drafts/{id}/steps/{step}", FILL_IN, save::http::show)
        .page(Method::POST, "/drafts/{id}/steps/{step}", FILL_IN, save::http::submit)
        .page(Method::GET, "/drafts/{id}/materials", FILL_IN, attach::http::show)
        .page(Method::POST, "/drafts/{id}/materials/{material}", FILL_IN, attach::http::submit)
        .page(Method::GET, "/drafts/{id}/materials/{material}/file", FILL_IN, attach::http::file)
        .page(Method::POST, "/drafts/{id}/materials/{material}/remove", FILL_IN, attach::http::remove)
        .page(Method::POST, "/drafts/{id}/materials/{material}/later", FILL_IN, stand_in::http::promise)
        .page(
            Method::POST,
            "/drafts/{id}/materials/{material}/later/remove",
            FILL_IN,
            stand_in::http::unpromise,
        )
        .page(Method::POST, "/drafts/{id}/materials/{material}/commitment", FILL_IN, stand_in::http::commit)
        .page(
            Method::POST,
            "/drafts/{id}/materials/{material}/commitment/remove",
            FILL_IN,
            stand_in::http::uncommit,
        )
        .page(Method::GET, "/drafts/{id}/confirm", SUBMIT, submit::http::show)
        .page(Method::POST, "/drafts/{id}/confirm", SUBMIT, submit::http::send)
        .page(Method::GET, "/drafts/{id}/discard", FILL_IN, discard::http::show)
        .page(Method::POST, "/drafts/{id}/discard", FILL_IN, discard::http::submit)
}

fn case_pages() -> Routes<Room> {
    Routes::new()
        .page(Method::GET, "/my", SEE_OWN, mine::overview::my)
        .page(Method::GET, "/my/cases", SEE_OWN, mine::all::show)
        .page(Method::GET, "/my/cases.csv", SEE_OWN, mine::all::file)
        .page(Method::GET, "/org", SEE_OWN, mine::organisation::show)
        .page(Method::GET, "/cases/{id}", SEE_OWN, mine::http::show)
        .page(Method::GET, "/cases/{id}/receipt", SEE_OWN, submit::receipt::show)
        .page(Method::GET, "/cases/{id}/proof", SEE_OWN, proof::show)
        .page(Method::GET, "/cases/{id}/proof.tlog-proof", SEE_OWN, proof::file)
        .page(Method::GET, "/cases/{id}/materials/{material}/file", SEE_OWN, mine::http::file)
        .page(Method::GET, "/cases/{id}/correct", CORRECT, correct::http::show)
        .page(Method::POST, "/cases/{id}/correct", CORRECT, correct::http::submit)
        .page(Method::POST, "/cases/{id}/correct/materials/{material}", CORRECT, correct::http::upload)
        .page(Method::POST, "/cases/{id}/correct/materials/{material}/remove", CORRECT, correct::http::remove)
        .page(Method::GET, "/cases/{id}/withdraw", WITHDRAW, withdraw::http::show)
        .page(Method::POST, "/cases/{id}/withdraw", WITHDRAW, withdraw::http::submit)
        .page(Method::POST, "/cases/{id}/letters", WRITE, letters::http::submit)
        .page(Method::GET, "/cases/{id}/promises", SUPPLY, supply::http::show)
        .page(Method::POST, "/cases/{id}/promises/{material}", SUPPLY, supply::http::submit)
        .page(Method::GET, "/cases/{id}/hearing", HEAR, hear::http::show)
        .page(Method::POST, "/cases/{id}/hearing", HEAR, hear::http::submit)
        .page(Method::POST, "/cases/{id}/again", START, again::http::submit)
}

fn draft_api() -> Routes<Room> {
    let (drafts, draft) = ("/api/v1/drafts", "/api/v1/drafts/{id}");
    let file = "/api/v1/drafts/{id}/materials/{material}";
    let windows = "/api/v1/drafts/{id}/windows";
    let later = "/api/v1/drafts/{id}/materials/{material}/later";
    let commitment = "/api/v1/drafts/{id}/materials/{material}/commitment";
    Routes::new()
        .api(Method::GET, windows, FILL_IN, window::http::api, window::http::operation())
        .api(Method::PUT, later, FILL_IN, stand_in::http::api_promise, stand_in::http::promise_operation())
        .api(
            Method::DELETE,
            later,
            FILL_IN,
            stand_in::http::api_unpromise,
            stand_in::http::unpromise_operation(),
        )
        .api(Method::PUT, commitment, FILL_IN, stand_in::http::api_commit, stand_in::http::commit_operation())
        .api(
            Method::DELETE,
            commitment,
            FILL_IN,
            stand_in::http::api_uncommit,
            stand_in::http::uncommit_operation(),
        )
        .api(Method::POST, drafts, START, start::http::api, start::http::operation())
        .api(Method::GET, drafts, FILL_IN, save::http::api_list, save::http::list_operation())
        .api(Method::GET, draft, FILL_IN, save::http::api_show, save::http::show_operation())
        .api(Method::PATCH, draft, FILL_IN, save::http::api_change, save::http::change_operation())
        .api(Method::DELETE, draft, FILL_IN, discard::http::api, discard::http::operation())
        .api(Method::POST, file, FILL_IN, attach::http::api, attach::http::operation())
        .api(Method::DELETE, file, FILL_IN, attach::http::api_remove, attach::http::remove_operation())
        .api(
            Method::POST,
            "/api/v1/drafts/{id}/submission",
            SUBMIT,
            submit::http::api,
            submit::http::operation(),
        )
}

fn case_api() -> Routes<Room> {
    let correction = "/api/v1/cases/{id}/correction";
    let file = "/api/v1/cases/{id}/correction/materials/{material}";
    let sending = "/api/v1/cases/{id}/correction/submission";
    let withdrawal = "/api/v1/cases/{id}/withdrawal";
    let thread = "/api/v1/cases/{id}/letters";
    let promise = "/api/v1/cases/{id}/promises/{material}";
    Routes::new()
        .api(Method::POST, promise, SUPPLY, supply::http::api, supply::http::operation())
        .api(Method::POST, "/api/v1/cases/{id}/hearing", HEAR, hear::http::api, hear::http::operation())
        .api(Method::GET, "/api/v1/cases", SEE_OWN, mine::http::api_list, mine::http::list_operation())
        .api(Method::GET, "/api/v1/cases/{id}", SEE_OWN, mine::http::api_show, mine::http::show_operation())
        .api(
            Method::GET,
            "/api/v1/cases/{id}/events",
            SEE_OWN,
            mine::http::api_events,
            mine::http::events_operation(),
        )
        .api(Method::GET, thread, SEE_OWN, letters::http::api_list, letters::http::list_operation())
        .api(Method::POST, thread, WRITE, letters::http::api_write, letters::http::write_operation())
        .api(Method::POST, withdrawal, WITHDRAW, withdraw::http::api, withdraw::http::operation())
        .api(Method::GET, correction, CORRECT, correct::api::api_show, correct::api::show_operation())
        .api(Method::PATCH, correction, CORRECT, correct::api::api_change, correct::api::change_operation())
        .api(Method::POST, file, CORRECT, correct::api::api_attach, correct::api::attach_operation())
        .api(Method::DELETE, file, CORRECT, correct::api::api_remove, correct::api::remove_operation())
        .api(Method::POST, sending, CORRECT, correct::api::api_send, correct::api::send_operation())
}

/// Several items as one thing (一件事).
fn master_cases() -> Routes<Room> {
    let (all, one) = ("/api/v1/master-cases", "/api/v1/master-cases/{id}");
    let withdrawal = "/api/v1/master-cases/{id}/withdrawal";
    Routes::new()
        .page(Method::GET, "/master-cases/{id}", SEE_OWN, master::page::show)
        .page(Method::GET, "/master-cases/{id}/receipt", SEE_OWN, master::receipt::show)
        .page(Method::GET, "/master-cases/{id}/withdraw", WITHDRAW, master::withdraw::http::show)
        .page(Method::POST, "/master-cases/{id}/withdraw", WITHDRAW, master::withdraw::http::submit)
        .api(Method::POST, all, SUBMIT, master::api::api_hand_in, master::api::hand_in_operation())
        .api(Method::GET, all, SEE_OWN, master::api::api_list, master::api::list_operation())
        .api(Method::GET, one, SEE_OWN, master::api::api_show, master::api::show_operation())
        .api(
            Method::POST,
            withdrawal,
            WITHDRAW,
            master::withdraw::http::api,
            master::withdraw::http::operation(),
        )
}

/// What everybody may read, and what anybody who is signed in may say to it.
fn public() -> Routes<Room> {
    let objections = "/api/v1/notices/{case}/objections";
    Routes::new()
        .page(Method::GET, "/notices", SEE_NOTICES, notices::http::show)
        .page(Method::GET, "/progress", LOOK_UP, progress::http::show)
        .page(Method::POST, "/progress", LOOK_UP, progress::http::look)
        .api(Method::POST, "/api/v1/progress", LOOK_UP, progress::http::api, progress::http::operation())
        .page(Method::GET, "/notices/{number}/object", OBJECT, object::http::show)
        .page(Method::POST, "/notices/{number}/object", OBJECT, object::http::submit)
        .api(Method::GET, "/api/v1/notices", SEE_NOTICES, notices::http::api, notices::http::operation())
        .api(Method::POST, objections, OBJECT, object::http::api, object::http::operation())
}

#[cfg(test)]
mod tests {
    use web::ApiInfo;

    use crate::testing::World;

    #[tokio::test]
    async fn both_sides_of_the_counter_stand_in_one_description() {
        let test_db = testkit::sqlite().await;
        let world = World::new(test_db.db.clone()).await;
        let desk = crate::desk::routes(world.room.clone());
        let (_router, specs) = super::routes(world.room.clone()).merge(desk).finish();
        let info = ApiInfo {
            title: "t".into(),
            version: "1".into(),
            description: String::new(),
            server: "/".into(),
        };
        let document = web::openapi(&specs, &info);
        let submission = &document["paths"]["/api/v1/drafts/{id}/submission"]["post"];
        assert_eq!(submission["x-permission"], "applications.submit");
        let receipt = &submission["responses"]["201"]["content"]["application/json"]["schema"]["$ref"];
        assert_eq!(receipt, "#/components/schemas/ReceiptView");
    }
}
