//! A process with every construct of the language, each switched on by a field of the form.

use super::*;

/// Read once: reading it costs more than playing with it.
static EVERY_CONSTRUCT: std::sync::LazyLock<CaseType> = std::sync::LazyLock::new(read);

pub(super) fn every_construct() -> CaseType {
    EVERY_CONSTRUCT.clone()
}

#[expect(clippy::too_many_lines, reason = "a process is data")]
fn read() -> CaseType {
    let branch = |id: &str, level: &str| {
        json!({ "id": id, "name": { "zh": id, "en": id },
        "by": { "level": level, "role": "review", "or_above": true } })
    };
    let limit = |within: &str| json!({ "within": within, "basis": "示例办法 第一条" });
    let name = json!({ "zh": "环节", "en": "Stage" });
    let ground =
        json!([{ "id": "court", "name": { "zh": "诉讼", "en": "Lawsuit" }, "basis": "示例办法 第八条" }]);
    let process = json!({
        "green_channel": { "when": "form.urgent", "reason": { "zh": "急需", "en": "Urgent" },
            "promised": limit("4 working days") },
        "instant": {
            "by": { "level": "town", "role": "decision" },
            "rules": [{ "id": "simple", "name": name, "when": "form.age >= 60 && form.simple", "basis": "示例办法" }],
            "reason": { "zh": "符合即办条件", "en": "Qualifies" },
            "findings": [{ "id": "amount", "from": { "table": "amounts", "output": "amount" } }],
            "sample": { "one_in": 1, "by": { "level": "county", "role": "review" }, "limit": limit("5 working days") }
        },
        "acceptance": { "by": { "level": "town", "role": "acceptance" }, "limit": limit("5 working days"),
            "silence": "accepted", "elsewhere": true },
        "correction": { "limit": limit("15 working days"), "then": "go-on" },
        "stages": [
            { "id": "review", "kind": "review", "name": name, "limit": limit("10 working days"), "branches": [
                { "id": "vet", "name": name, "by": { "level": "town", "role": "review" }, "routes": ["county", "town"],
                  "limit": limit("3 working days"),
                  "findings": [{ "id": "fee", "label": name, "type": "money", "required": true, "min": 1, "max": 50000 }] },
                { "id": "visit", "name": name, "by": { "level": "town", "role": "review" }, "when": "form.large" },
                { "id": "body-in-charge", "name": name, "by": { "level": "county", "role": "review" }, "binding": true,
                  "when": "form.large" },
                { "id": "advice", "name": name, "by": { "level": "county", "role": "review" }, "optional": true }
            ] },
            { "id": "levels", "kind": "levels", "name": name, "when": "form.levels",
              "levels": [branch("first", "town"), branch("second", "county"), branch("third", "county")] },
            { "id": "signing", "kind": "countersign", "name": name, "when": "form.signed", "quorum": "majority",
              "signers": [branch("signer-a", "town"), branch("signer-b", "county"), branch("signer-c", "county")] },
            { "id": "survey", "kind": "survey", "name": name, "when": "form.surveyed", "stops_clock": true,
              "limit": limit("20 working days"), "by": { "level": "county", "role": "review" },
              "participants": [branch("fire", "county"), branch("health", "town")] },
            { "id": "panel", "kind": "panel", "name": name, "when": "form.judged", "stops_clock": true,
              "limit": limit("30 working days"), "by": { "level": "county", "role": "review" }, "experts": 3,
              "quorum": "two-thirds" },
            { "id": "test", "kind": "special", "name": name, "when": "form.tested", "stops_clock": true,
              "limit": limit("15 working days"), "by": { "level": "county", "role": "review" },
              "findings": [{ "id": "passed", "label": name, "type": "boolean", "required": true }] },
            { "id": "hearing", "kind": "hearing", "name": name, "when": "form.heard", "on": "request",
              "stops_clock": true, "limit": limit("20 working days"), "by": { "level": "county", "role": "review" },
              "ask": limit("5 working days"), "tell": limit("7 working days") },
            { "id": "notice", "kind": "public-notice", "name": name, "when": "form.published", "stops_clock": true,
              "by": { "level": "town", "role": "review" }, "lasts": limit("7 calendar days"),
              "objections": { "answer": limit("5 working days") } },
            { "id": "decision", "kind": "decision", "name": name,
              "by": [{ "level": "town", "role": "decision", "when": "finding.fee <= 1000" },
                     { "level": "county", "role": "decision" }],
              "findings": [{ "id": "amount", "label": name, "type": "money", "min": 0, "max": 99999,
                             "proposed": "finding.fee * 2" }] }
        ],
        "extension": { "most": "10 working days", "basis": "行政许可法 第四十二条",
            "approve": { "level": "county", "role": "decision" } },
        "suspension": { "grounds": ground, "approve": { "level": "county", "role": "decision" },
            "limit": limit("60 calendar days") },
        "termination": { "grounds": ground, "approve": { "level": "county", "role": "decision" } },
        "checks": [{ "material": "income", "by": { "level": "town", "role": "review" }, "limit": limit("30 working days") }],
        "effects": { "granted": [{ "issue": "licence" }], "check_failed": [{ "revoke": "licence" }] }
    });
    let table = json!({ "name": "amounts", "hit": "unique",
        "inputs": [{ "expression": "form.age", "type": "integer" }],
        "outputs": [{ "id": "amount", "type": "money" }],
        "rules": [{ "when": ["[60..79]"], "then": ["10000"] }, { "when": [">= 80"], "then": ["20000"] }] });
    let stated = |within: &str| serde_json::from_value(limit(within)).unwrap();
    CaseType {
        reference: TypeRef { item: "009911002000".into(), handling: "01".into(), version: "1".into() },
        name: Words::new("示例事项", "Example"),
        process: serde_json::from_value(process).unwrap(),
        tables: vec![serde_json::from_value(table).unwrap()],
        statutory: stated("20 working days"),
        promised: stated("10 working days"),
    }
}
