//! Serves the design page for a look at it: `cargo run -p web --example design -- 127.0.0.1:8099`.

use std::sync::Arc;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8099".into());
    let texts = Arc::new(web::Catalogue::load(&[])?);
    let clock: web::Clock = Arc::new(|| kernel::from_micros(1_791_532_800_000_000));
    let config = web::WebConfig { secure_cookies: false, demo: true, ..web::WebConfig::default() };
    let site = web::Site::new(texts, clock, config);
    let (_, specs) = web::own_routes(&site).finish();
    let info = web::ApiInfo {
        title: "Tongban".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        description: String::new(),
        server: "/".into(),
    };
    let (router, _) = web::own_routes(&site).merge(web::api_docs(&specs, &info)).finish();
    let app = web::outer_layers(web::visitor_layer(router, &site), &site);
    axum::serve(tokio::net::TcpListener::bind(address).await?, app).await?;
    Ok(())
}
