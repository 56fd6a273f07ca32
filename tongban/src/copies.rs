//! What each room gives to the copy of a person's data (个人信息副本): here the rooms are joined, because none knows all of
//! the others.

use std::sync::Arc;

use applications::dossier::Material;
use identity::Subject;
use kernel::Refusal;
use messages::Reader;
use privacy::{Asker, Entry, Source};
use serde_json::{Value, json};
use store::page::{Page, PageRequest, PageSize};
use store::{Purpose, Tx};
use web::Visitor;

/// Most things of one kind: more than anybody has in a life.
const ENTRIES_MAX: usize = 5000;

type Given = Result<Vec<Entry>, Refusal>;

/// In the order of the copy.
pub(crate) fn sources(
    identity: &identity::Room,
    applications: &applications::Room,
    messages: &messages::Room,
) -> Arc<[Source]> {
    let (accounts, visits, links) = (identity.clone(), identity.clone(), identity.clone());
    let (cases, begun, held) = (applications.clone(), applications.clone(), applications.clone());
    let (connected, told) = (identity.db.clone(), messages.clone());
    [
        source("account", move |asker| account(accounts.clone(), asker)),
        source("upstream", move |asker| linked(links.clone(), asker)),
        source("sign-ins", move |asker| sign_ins(visits.clone(), asker)),
        source("cases", move |asker| cases_of(cases.clone(), asker)),
        source("drafts", move |asker| drafts(begun.clone(), asker)),
        source("licences", move |asker| licences_of(held.clone(), asker)),
        source("messages", move |asker| messages_of(told.clone(), asker)),
        source("systems", move |asker| systems(connected.clone(), asker)),
    ]
    .into()
}

fn source<Run, Done>(name: &'static str, read: Run) -> Source
where
    Run: Fn(Asker) -> Done + Send + Sync + 'static,
    Done: Future<Output = Given> + Send + 'static,
{
    Source { name, read: Arc::new(move |asker| Box::pin(read(asker))) }
}

/// The next page's request, or nothing when all is read.
fn behind<T>(page: &Page<T>, so_far: usize) -> Option<PageRequest> {
    let after = page.next.clone().filter(|_| so_far < ENTRIES_MAX)?;
    Some(PageRequest { after: Some(after), ..first() })
}

fn first() -> PageRequest {
    PageRequest { after: None, size: PageSize::try_from(100).unwrap_or_default() }
}

/// The person reads their own data: nothing to note but the copy itself.
fn own(asker: &Asker) -> Purpose {
    Purpose::new("privacy.copy", format!("person:{}", asker.person.person))
}

fn subject(asker: &Asker) -> Subject {
    Subject::Person(asker.person.person)
}

async fn account(room: identity::Room, asker: Asker) -> Given {
    let mut tx = room.db.begin().await?;
    let person = asker.person.person;
    let found = identity::find_person(&mut tx, &room.vault, &own(&asker), person, asker.visitor.now).await?;
    tx.rollback().await?;
    let entry = |found: identity::PersonRecord| {
        let checked = found.assurance == identity::Assurance::Verified;
        Entry::default()
            .with("name", found.name.as_str())
            .with("resident_id", found.resident_id.as_str())
            .with("phone", found.phone.as_ref().map(identity::Phone::as_str))
            .with("division", found.division.as_ref().map(ToString::to_string))
            .with("assurance", checked)
    };
    Ok(found.map(entry).into_iter().collect())
}

/// Accounts elsewhere that open the account.
async fn linked(room: identity::Room, asker: Asker) -> Given {
    let mut tx = room.db.snapshot().await?;
    let found = identity::links_of(&mut tx, &room.vault, &own(&asker), asker.person.person).await?;
    let entry = |link: &identity::LinkRecord| {
        Entry::default()
            .with("name", link.provider.as_str())
            .with("number", link.subject.as_str())
            .with("at", link.linked_at.to_string())
    };
    Ok(found.iter().map(entry).collect())
}

async fn sign_ins(room: identity::Room, asker: Asker) -> Given {
    let mut tx = room.db.snapshot().await?;
    let (mut entries, mut next) = (Vec::new(), Some(first()));
    while let Some(request) = next {
        let page = identity::sign_ins_of(&mut tx, subject(&asker), &request).await?;
        entries.extend(page.items.iter().map(|one| {
            Entry::default()
                .with("at", one.at.to_string())
                .with("device", one.device.as_str())
                .with("succeeded", one.has_succeeded)
        }));
        next = behind(&page, entries.len());
    }
    Ok(entries)
}

async fn cases_of(room: applications::Room, asker: Asker) -> Given {
    let mut tx = room.db.snapshot().await?;
    let (all, now) = (cases::OwnCases::default(), asker.visitor.now);
    let (mut entries, mut next) = (Vec::new(), Some(first()));
    while let Some(request) = next {
        let page = applications::mine::list(&mut tx, &asker.person, &all, now, &request).await?;
        for one in &page.items {
            let whole = applications::mine::get(&mut tx, &room, &asker.person, one.id).await?;
            let purpose = own(&asker).for_case(one.id);
            let letters = applications::letters::list(&mut tx, &room, one.id, &purpose, &first()).await?;
            let letters = letters.items.iter().map(|letter| {
                let by = if letter.side == applications::letters::Side::Applicant { "me" } else { "office" };
                json!({"at": letter.written_at.to_string(), "by": by, "text": letter.text})
            });
            let happened = whole
                .history
                .iter()
                .map(|recorded| json!({"at": recorded.at.to_string(), "what": recorded.event.kind()}));
            let answers = Value::Object(whole.answers.clone());
            entries.push(
                item(&room, &asker.visitor, &whole.case.case_type)
                    .with("number", one.number.as_str())
                    .with("status", one.status.as_str())
                    .with("outcome", one.outcome.map(cases::Outcome::as_str))
                    .with("at", one.submitted_at.to_string())
                    .with("answers", labelled(&room, &asker.visitor, &whole.case.case_type, &answers))
                    .with(
                        "files",
                        whole.files.iter().filter(|file| file.is_handed_in()).map(file).collect::<Value>(),
                    )
                    .with("letters", letters.collect::<Value>())
                    .with("history", happened.collect::<Value>()),
            );
        }
        next = behind(&page, entries.len());
    }
    Ok(entries)
}

fn item(room: &applications::Room, visitor: &Visitor, of: &cases::TypeRef) -> Entry {
    let name = room.library().asked(of).map(|package| {
        let name = &package.item.name;
        visitor.pick(&name.zh, &name.en).to_owned()
    });
    Entry::default().with("item", name.unwrap_or_else(|| format!("{}/{}", of.item, of.handling)))
}

fn file(material: &Material) -> Value {
    Value::from(material.file_name.as_str())
}

/// Answers with the questions of their form, as far as the form is still known.
fn labelled(room: &applications::Room, visitor: &Visitor, of: &cases::TypeRef, answers: &Value) -> Value {
    let package = room.library().asked(of);
    let pairs = answers.as_object().into_iter().flatten().map(|(name, value)| {
        let field = package.as_ref().and_then(|package| package.form.field(name));
        let label = field.map_or(name.as_str(), |field| visitor.pick(&field.label.zh, &field.label.en));
        (label.to_owned(), value.clone())
    });
    Value::Object(pairs.collect())
}

async fn drafts(room: applications::Room, asker: Asker) -> Given {
    let mut tx = room.db.snapshot().await?;
    let (mut entries, mut next) = (Vec::new(), Some(first()));
    while let Some(request) = next {
        let page = applications::draft::list(&mut tx, &asker.person, &request).await?;
        for one in &page.items {
            let draft = applications::draft::get(&mut tx, &room, &asker.person, one.id).await?;
            let answers = Value::Object(draft.answers.clone());
            entries.push(
                item(&room, &asker.visitor, &draft.case_type)
                    .with("at", draft.updated_at.to_string())
                    .with("answers", labelled(&room, &asker.visitor, &draft.case_type, &answers)),
            );
        }
        next = behind(&page, entries.len());
    }
    Ok(entries)
}

async fn licences_of(room: applications::Room, asker: Asker) -> Given {
    let mut tx = room.db.snapshot().await?;
    let (mut entries, mut next) = (Vec::new(), Some(first()));
    while let Some(request) = next {
        let page = licences::held_by(&mut tx, &asker.person, &request).await?;
        entries.extend(page.items.iter().map(|one| {
            Entry::default()
                .with("name", asker.visitor.pick(&one.name.zh, &one.name.en))
                .with("number", one.number.as_str())
                .with("issuer", one.issuer_name.as_str())
                .with("at", one.issued_on.to_string())
                .with("valid_until", one.valid_until.map(|day| day.to_string()))
        }));
        next = behind(&page, entries.len());
    }
    Ok(entries)
}

async fn messages_of(room: messages::Room, asker: Asker) -> Given {
    let mut tx = room.db.snapshot().await?;
    let reader = Reader::Person(asker.person.person);
    let (mut entries, mut next) = (Vec::new(), Some(first()));
    while let Some(request) = next {
        let page = messages::list(&mut tx, &room, reader, &request).await?;
        entries.extend(page.items.iter().map(|one| {
            Entry::default()
                .with("at", one.at.to_string())
                .with("name", one.title.for_visitor(&asker.visitor))
                .with("text", one.text.for_visitor(&asker.visitor))
        }));
        next = behind(&page, entries.len());
    }
    Ok(entries)
}

async fn systems(db: store::Db, asker: Asker) -> Given {
    let mut tx: Tx = db.snapshot().await?;
    let (mut entries, mut next) = (Vec::new(), Some(first()));
    while let Some(request) = next {
        let page = oidc::connected(&mut tx, subject(&asker), &request).await?;
        entries.extend(page.items.iter().map(|one| {
            let name = one.client.settings.name();
            Entry::default()
                .with("name", asker.visitor.pick(&name.zh, &name.en))
                .with("consented", one.consented.to_string())
                .with("at", one.last.map(|at| at.to_string()))
        }));
        next = behind(&page, entries.len());
    }
    Ok(entries)
}
