//! Who may apply, what stands between two answers, and what a decision does to what stood before.

use catalogue::Library;
use serde_json::{Value, json};

use crate::fixture::{changed, faults, library, registers};

/// The broken rules of the package with something put before or behind a line of a file.
fn broken(file: &str, old: &str, new: &str) -> Vec<String> {
    let root = changed(file, &[(old, new)]);
    match Library::load(root.path(), &registers()) {
        Ok(_) => Vec::new(),
        Err(_) => faults(&root),
    }
}

fn one(found: &[String], text: &str) {
    assert!(found.len() == 1 && found[0].contains(text), "{text:?} in {found:?}");
}

const GRANTED: &str = "    - {register: dogs}\n";
const MATERIALS: &str = "\nmaterials:";

#[test]
fn effects_name_what_there_is() {
    let effect = |line: &str| broken("process.yaml", GRANTED, &format!("{GRANTED}    - {line}\n"));
    one(&effect("{replace: cat-licence}"), "licences.yaml has no document cat-licence");
    one(&effect("{cancel: dog-licence}"), "replace ends the older ones");
    one(&effect("{replace: dog-licence}"), "issue:dog-licence stands twice");
    one(&effect("{restore: dogs}"), "nothing is changed in dogs when granted");
    let change = |rest: &str| effect(&format!("{{change: {{register: dogs, entry: finding.x, {rest}}}}}"));
    assert!(
        change("fields: {breed: form.breed}")[0].contains("breed cannot be changed in dogs; what can: name")
    );
    assert!(change("fields: {}")[0].contains("a change names at least one field"));
    assert!(change("fields: {name: form.cat_name}")[0].contains("form.cat_name is neither asked for"));
    let end = "{end: {register: cats, entry: form.dog_name, reason: {zh: 注销, en: Ended}}}";
    let found = effect(end);
    assert!(found.iter().any(|fault| fault.contains("this platform keeps no register cats")), "{found:?}");
}

#[test]
fn what_changes_an_entry_looks_it_up_and_requires_it() {
    let line = "    - {end: {register: dogs, entry: form.dog_name, reason: {zh: 注销, en: Ended}}}\n";
    let found = broken("process.yaml", GRANTED, &format!("{GRANTED}{line}"));
    one(&found, "look it up, and require that it is there");
    let own = line.replace("entry: form.dog_name, ", "");
    let found = broken("process.yaml", GRANTED, &format!("{GRANTED}{own}"));
    assert!(
        found.iter().any(|fault| fault.contains("a natural person has no entry of their own in dogs")),
        "{found:?}"
    );
}

#[test]
fn requirements_read_what_is_known_before_there_is_a_case() {
    let requirement = |holds: &str| {
        let block =
            format!("\nrequirements:\n  - holds: {holds}\n    says: {{zh: 有犬, en: A dog}}\nmaterials:");
        broken("item.yaml", MATERIALS, &block)
    };
    assert_eq!(
        requirement("applicant.age >= 18 && applicant.kind == \"natural-person\""),
        Vec::<String>::new()
    );
    assert!(requirement("case.express")[0].contains("case.express is not known yet when somebody applies"));
    assert!(requirement("applicant.age >= \"x\"")[0].contains("item.yaml:"));
    one(&requirement("applicant.kind == \"cat\""), "nobody can ever apply");
    one(&requirement("applicant.age > 200"), "nobody can ever apply");
}

const PROPERTIES: &str = "  \"properties\": {\n    \"owner_name\"";

fn with_check(holds: &str, at: &str) -> String {
    let check = json!([{"holds": holds, "at": at, "says": {"zh": "大型犬至少值一千元", "en": "A large dog is worth more"}}]);
    format!("  \"x-checks\": {check},\n{PROPERTIES}")
}

#[test]
fn a_check_between_answers_is_said_at_its_field() {
    let holds = "form.breed != \"large\" || form.value >= 100000";
    let root = changed("form.schema.json", &[(PROPERTIES, &with_check(holds, "value"))]);
    let form = library(&root).list().next().unwrap().form.clone();
    let answers = |breed: &str, value: Value| {
        json!({"owner_name": "张三", "owner_id": "430102199001310019", "dog_name": "旺财", "breed": breed, "value": value,
               "is_guide_dog": false})
    };
    let found = |answers: Value| {
        let errors = form.validate(&answers).err().unwrap_or_default();
        errors
            .into_iter()
            .filter(|e| e.message.key == "catalogue-form-check")
            .map(|e| e.field)
            .collect::<Vec<_>>()
    };
    assert_eq!(found(answers("large", json!(50_000))), ["value"]);
    assert_eq!(found(answers("large", json!(100_000))), Vec::<String>::new());
    assert_eq!(found(answers("small", json!(50_000))), Vec::<String>::new());
    assert_eq!(
        found(answers("large", Value::Null)),
        Vec::<String>::new(),
        "what is missing is another rule's matter"
    );
}

#[test]
fn a_check_reads_and_names_questions_of_the_form() {
    let check = |holds: &str, at: &str| broken("form.schema.json", PROPERTIES, &with_check(holds, at));
    assert!(check("form.value >= 1", "price")[0].contains("price is no property"));
    assert!(check("finding.x >= 1", "value")[0].contains("a check reads questions of this form only"));
    assert!(check("form.value >= \"x\"", "value")[0].contains("form.schema.json:"));
}
