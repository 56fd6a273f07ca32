//! `/master-cases/{id}/receipt`: one receipt for one thing (一件事收件回执).

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use web::{AppError, Shell, Visitor, page};

use super::own;
use super::standing::pick;
use crate::http::id;
use crate::submit::receipt::acceptance;
use crate::{Room, division, trace};

#[derive(Template)]
#[template(path = "master/receipt.html")]
struct ReceiptPage {
    shell: Shell,
    number: String,
    name: String,
    division: String,
    received: String,
    begun: Vec<Begun>,
    /// Those that begin later, or were not needed, with the reason.
    others: Vec<(String, String)>,
    href: String,
}

/// A part that became a case when it was handed in.
struct Begun {
    name: String,
    number: String,
    body: String,
    due: String,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(master): Path<String>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let master = own(&mut tx, visitor.actor.person()?, id(&master)?).await?;
    let bundle = master.bundle(&room)?;
    let (mut begun, mut others) = (Vec::new(), Vec::new());
    for known in &master.parts {
        let Some(part) = bundle.part(&known.part) else { continue };
        let name = pick(&visitor, &part.name);
        match known.case {
            Some(case) => {
                let case = cases::get(&mut tx, case).await?;
                let bodies = room.bodies();
                begun.push(Begun {
                    name,
                    body: bodies.get(case.body).map(|body| pick(&visitor, &body.name)).unwrap_or_default(),
                    due: trace::due_text(&visitor, &acceptance(&room, &case)?),
                    number: case.number,
                });
            }
            None => others.push((name, visitor.t(&format!("applications-part-{}", known.state.as_str())))),
        }
    }
    page(&ReceiptPage {
        shell: Shell::new(&visitor, visitor.t("applications-receipt-title"))
            .crumb(visitor.t("web-my"), "/my"),
        number: master.number.clone(),
        name: pick(&visitor, &bundle.asked.item.name),
        division: division::full_name(&master.division),
        received: visitor.datetime(master.submitted_at),
        begun,
        others,
        href: format!("/master-cases/{}", master.id),
    })
}
