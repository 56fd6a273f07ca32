//! The language as packages use it.

use serde_json::json;

use crate::{Expression, Facts};

#[test]
fn it_works() {
    let form = json!({"age": 17, "area": 18.5});
    let facts = Facts::new().with("form", &form);
    let held = Expression::parse("form.age >= 18 && form.area >= 18").unwrap().holds(&facts);
    assert!(!held.holds, "{held:?}");
}
