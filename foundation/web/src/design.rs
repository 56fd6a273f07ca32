//! `/design`: every component in its states, for those who build pages and those who check them.

use askama::Template;
use axum::response::Response;

use crate::{AppError, Choice, FormErrors, Shell, Visitor, page};

#[derive(Template)]
#[template(path = "design.html")]
struct DesignPage {
    shell: Shell,
    errors: FormErrors,
    choices: Vec<Choice>,
}

pub(crate) async fn show(visitor: Visitor) -> Result<Response, AppError> {
    let mut errors = FormErrors::none();
    errors.add("phone", visitor.pick("请填写 11 位手机号码", "Enter a mobile number of 11 digits"));
    let choices = vec![
        Choice::new("post", visitor.pick("邮寄", "By post"))
            .hint(visitor.pick("约 3 个工作日", "About 3 working days")),
        Choice::new("desk", visitor.pick("窗口领取", "At the counter")).chosen_if(true),
    ];
    let shell = Shell::new(&visitor, visitor.t("web-design-title")).crumb(visitor.t("web-api"), "/api");
    page(&DesignPage { shell, errors, choices })
}
