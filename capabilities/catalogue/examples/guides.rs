//! Serves the pages of this room for a look at them: `cargo run -p catalogue --example guides -- packages 127.0.0.1:8098`.

use std::path::Path;
use std::sync::Arc;

use catalogue::{Library, MESSAGES, Room};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| "packages".into());
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:8098".into());
    let registers = ["social-organisations", "dogs"]
        .map(|name| (name.to_owned(), std::collections::BTreeSet::new()))
        .into();
    let library = Library::load(Path::new(&folder), &registers)
        .map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
    let messages = web::Source { room: "catalogue", zh_cn: MESSAGES.0, en: MESSAGES.1 };
    let texts = Arc::new(web::Catalogue::load(&[messages])?);
    let clock: web::Clock = Arc::new(|| kernel::from_micros(1_791_532_800_000_000));
    let config = web::WebConfig { secure_cookies: false, demo: true, ..web::WebConfig::default() };
    let site = web::Site::new(texts, clock, config);
    let routes =
        catalogue::routes(Room { shelf: library.into(), public_url: String::new(), bodies: Arc::default() })
            .merge(web::own_routes(&site));
    let info = web::ApiInfo {
        title: "Tongban".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        description: String::new(),
        server: "/".into(),
    };
    let docs = web::api_docs(routes.specs(), &info);
    let (router, _) = routes.merge(docs).finish();
    let app = web::outer_layers(web::visitor_layer(router, &site), &site);
    axum::serve(tokio::net::TcpListener::bind(address).await?, app).await?;
    Ok(())
}
