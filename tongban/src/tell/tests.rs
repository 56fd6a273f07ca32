//! Every event that concerns somebody is told to somebody, in whole sentences of both languages.

use std::collections::BTreeSet;
use std::path::Path;

use cases::{Applicant, Asked, Defect, Ground, Intake, Outcome, TaskKind};
use kernel::{BodyId, LegalPersonId, PersonId, Role, StaffId, TaskId, TypedId};
use legal_time::{Limit, Unit};
use serde_json::Map;
use testkit::{date, instant};
use web::{Catalogue, Lang, Source};

use super::*;
use crate::sealing::{APPROVED, ASKED, ENDS, MADE, REFUSED, STOPPED};

fn id<T: TypedId>(n: u8) -> T {
    T::from_parts(instant("2026-10-09T09:00"), [n; 10])
}

fn package() -> Package {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packages/minzheng/linshi-jiuzhu");
    Package::load(&folder, &crate::platform::registers_kept())
        .unwrap_or_else(|faults| panic!("{}", faults.iter().map(ToString::to_string).collect::<String>()))
}

fn limit(days: u32) -> Limit {
    Limit::new(days, Unit::WorkingDays).unwrap().within("示例办法 第一条")
}

fn ground() -> Ground {
    Ground {
        id: "g".into(), name: Words::new("示例理由", "Example ground"), basis: "示例办法 第二条".into()
    }
}

fn task_opened(n: u8, work: TaskKind, role: Role) -> Event {
    Event::TaskOpened {
        task: id(n),
        stage: "acceptance".into(),
        branch: None,
        work,
        role,
        body: id(1),
        limit: None,
        optional: false,
    }
}

/// A submission and its work: acceptance taken by clerk 7, the rest waiting.
fn beginning(package: &Package, acting_for: Option<LegalPersonId>) -> Vec<Event> {
    vec![
        Event::Submitted {
            number: "11430000DEM00001432000111001000202610090001".into(),
            case_type: package.reference.clone(),
            division: "430102001".into(),
            body: id(1),
            applicant: Applicant { person: id(5), acting_for, through: None },
            facts: Map::new(),
            answers: Map::new(),
            intake: Intake::default(),
            acceptance_limit: limit(5),
        },
        task_opened(1, TaskKind::Accept, Role::Acceptance),
        Event::TaskClaimed { task: id(1), by: id(7), name: "甲".into() },
        task_opened(2, TaskKind::Approve, Role::Decision),
        task_opened(3, TaskKind::Answer, Role::Review),
    ]
}

fn recorded(events: Vec<Event>) -> Vec<Recorded> {
    (1..)
        .zip(events)
        .map(|(seq, event)| Recorded {
            id: id(9),
            seq,
            at: instant("2026-10-09T10:00"),
            actor: format!("staff:{}", id::<StaffId>(7)),
            actor_name: "甲".into(),
            stood_in_for: None,
            event,
        })
        .collect()
}

/// What is told of one more event.
fn told_of(package: &Package, event: Event, acting_for: Option<LegalPersonId>) -> Vec<Telling> {
    let mut events = beginning(package, acting_for);
    if matches!(event, Event::ApprovalGiven { .. }) {
        events.push(Event::ApprovalAsked {
            asked: Asked::Extension { by: limit(5) },
            reason: "案情复杂".into(),
        });
    }
    if matches!(event, Event::Submitted { .. }) {
        events.clear();
    }
    events.push(event);
    let history = recorded(events);
    let after = Case::replay(id(4), &history).unwrap();
    let calendar = Calendar::china();
    let scene = Scene { package, calendar: &calendar, history: &history, after: &after };
    scene.tellings_since(history.last().unwrap().seq)
}

/// Everything that can be told: a sentence that none of these says is found below.
#[expect(clippy::too_many_lines, reason = "a list with an entry for each event")]
fn samples(package: &Package) -> Vec<Event> {
    let reason = || "示例原因。".to_owned();
    let defect = |problem: &str| Defect {
        material: Some("consent".into()),
        field: None,
        problem: problem.into(),
        ground: "示例办法".into(),
        task: id(1),
    };
    let decided = |outcome| Event::Decided {
        task: Some(id(1)),
        outcome,
        reason: reason(),
        findings: Map::new(),
        body: id(1),
    };
    let warned = |task: Option<TaskId>, overdue| Event::Warned { task, due: date("2026-10-16"), overdue };
    vec![
        beginning(package, None).remove(0),
        Event::Expedited { reason: reason(), promised: None },
        Event::TaskTransferred { task: id(1), to: id(8), name: "乙".into(), reason: reason() },
        Event::TaskReleased { task: id(1), reason: reason() },
        Event::TaskRouted { task: id(2), level: cases::Level::County, body: id(2), reason: reason() },
        Event::Accepted { deemed: false, statutory: limit(20), promised: limit(10) },
        Event::Accepted { deemed: true, statutory: limit(20), promised: limit(10) },
        Event::NotAccepted { reason: reason() },
        Event::CorrectionSent {
            defects: vec![defect("缺票据"), defect("没有签名")], limit: limit(15)
        },
        Event::CorrectionLapsed,
        Event::Resubmitted { fields: vec![], materials: vec![], facts: Map::new(), partial: false },
        Event::PromiseKept { material: "consent".into() },
        Event::PromiseBroken { material: "consent".into() },
        Event::SentBack { task: id(1), reason: reason() },
        Event::Arranged {
            task: id(1),
            stage: "survey".into(),
            on: date("2026-10-20"),
            place: "演示路1号".into(),
            people: vec![],
        },
        Event::HearingOffered { stage: "hearing".into(), limit: limit(5) },
        Event::HearingRequested { reason: reason() },
        Event::NoticePublished {
            task: id(1),
            stage: "notice".into(),
            until: date("2026-10-20"),
            stops_clock: true,
        },
        Event::ObjectionMade { text: "示例异议".into() },
        Event::NoticeEnded { stage: "notice".into(), stops_clock: false },
        Event::ApprovalAsked { asked: Asked::Suspension { ground: ground() }, reason: reason() },
        Event::ApprovalGiven { task: id(2), granted: true, reason: reason() },
        Event::ApprovalGiven { task: id(2), granted: false, reason: reason() },
        Event::Extended { by: limit(10), reason: reason() },
        Event::DueMoved {
            clock: cases::ClockName::Promised,
            before: cases::LastDay::On { day: date("2026-10-16") },
            after: cases::LastDay::On { day: date("2026-10-19") },
            calendar: "2".into(),
            source: "国办发明电〔2025〕7号".into(),
        },
        Event::Suspended { ground: ground(), reason: reason(), body: id(1), limit: None },
        Event::Resumed { reason: reason(), by_time: false },
        Event::Terminated { ground: ground(), reason: reason() },
        warned(None, false),
        warned(Some(id(1)), true),
        decided(Outcome::Granted),
        decided(Outcome::Refused),
        Event::Withdrawn { reason: reason() },
        Event::OutOfTime,
        Event::EffectDone { effect: "issue:assistance-notice".into(), reference: "0123".into() },
        Event::Checked { task: id(1), passed: false, text: reason(), findings: Map::new() },
    ]
}

/// Whole sentences in both languages, and a link that stays here.
fn check_said(texts: &Catalogue, used: &mut BTreeSet<&'static str>, telling: &Telling) {
    assert!(web::local_path(&telling.link).is_some(), "{}", telling.link);
    for message in [&telling.title, &telling.text] {
        used.insert(message.key);
        for lang in Lang::ALL {
            let text = texts.format(lang, message.key, &message.args);
            let kind = telling.kind;
            assert!(!text.contains(['⟦', '{']) && !text.trim().is_empty(), "{kind}: {text}");
            assert!(!text.contains("。。") && !text.contains(".."), "{kind}: {text}");
            assert!(!text.contains("unknown") && !text.contains("none"), "{kind}: {text}");
        }
    }
}

#[test]
fn every_event_that_concerns_somebody_is_told_in_whole_sentences() {
    let package = package();
    let texts = Catalogue::load(&[Source { room: "tell", zh_cn: MESSAGES.0, en: MESSAGES.1 }]).unwrap();
    let mut used = BTreeSet::new();
    for event in samples(&package) {
        let kind = event.kind();
        assert!(event.tells(), "{kind}");
        let told = told_of(&package, event, None);
        assert!(!told.is_empty(), "{kind} is told to nobody");
        told.iter().for_each(|telling| check_said(&texts, &mut used, telling));
    }
    // Said of what is no event of a case, or only when somebody else did it: tested below.
    used.extend(["tell-handed-on-title", "tell-handed-on-text"]);
    for what in ["named", "ended"] {
        deputies::tellings(&deputy(), what).iter().for_each(|telling| check_said(&texts, &mut used, telling));
    }
    for what in identity::Told::ALL {
        for (owner, device) in
            [(identity::Subject::Person(id(4)), "Firefox · Linux"), (identity::Subject::Staff(id(5)), "")]
        {
            check_said(&texts, &mut used, &account::telling(owner, what, device, "key"));
        }
    }
    let to = kernel::Principal::Person(id(4));
    check_said(&texts, &mut used, &mandates::offered(id(4), "演示", "key"));
    for what in identity::What::ALL {
        check_said(&texts, &mut used, &mandates::telling(to, what, "演示", "key"));
    }
    for words in [ASKED, APPROVED, MADE, REFUSED, STOPPED, ENDS] {
        let to = Recipient::Work { body: id(1), role: kernel::Role::Administration };
        let seal = ("演示专用章", date("2028-10-08"));
        check_said(&texts, &mut used, &crate::sealing::telling(id(2), seal, to, words));
    }
    let written = MESSAGES.0.lines().filter_map(|line| line.split_once(" = ")).map(|(key, _)| key);
    let unused: Vec<&str> = written.filter(|key| key.starts_with("tell-") && !used.contains(key)).collect();
    assert!(unused.is_empty(), "sentences that nobody says: {unused:?}");
}

fn deputy() -> identity::DeputyRecord {
    identity::DeputyRecord {
        id: id(3),
        absent: id(7),
        absent_name: "王示例".into(),
        deputy: id(8),
        deputy_name: "李示例".into(),
        body: id(1),
        first_day: date("2026-10-12"),
        last_day: date("2026-10-16"),
        reason: "出差。".into(),
        named_by: id(9),
        named_by_name: "赵示例".into(),
        ended_by_name: Some("赵示例".into()),
        ended_at: None,
    }
}

#[test]
fn whoever_had_the_work_hears_that_somebody_else_handed_it_on() {
    let package = package();
    let told_by = |actor: StaffId, event: Event| {
        let mut history = recorded(beginning(&package, None).into_iter().chain([event]).collect());
        history.last_mut().unwrap().actor = format!("staff:{actor}");
        let after = Case::replay(id(4), &history).unwrap();
        let calendar = Calendar::china();
        let scene = Scene { package: &package, calendar: &calendar, history: &history, after: &after };
        let told = scene.tellings_since(history.last().unwrap().seq);
        told.into_iter().map(|telling| (telling.to, telling.kind)).collect::<Vec<_>>()
    };
    let staff = |n| Recipient::Staff(id::<StaffId>(n));
    let handed =
        || Event::TaskTransferred { task: id(1), to: id(8), name: "乙".into(), reason: "休假".into() };
    assert_eq!(told_by(id(9), handed()), [(staff(8), "case-transferred"), (staff(7), "case-handed-on")]);
    assert_eq!(told_by(id(7), handed()), [(staff(8), "case-transferred")], "who hands it on knows");
    let put_back = Event::TaskReleased { task: id(1), reason: "离岗".into() };
    assert_eq!(told_by(id(9), put_back), [(staff(7), "case-put-back")]);
}

#[test]
fn both_hear_of_a_deputy() {
    for (what, kind) in [("named", "deputy-named"), ("ended", "deputy-ended")] {
        let told = deputies::tellings(&deputy(), what);
        let to: Vec<_> = told.iter().map(|telling| (telling.to, telling.kind)).collect();
        assert_eq!(
            to,
            [(Recipient::Staff(id::<StaffId>(7)), kind), (Recipient::Staff(id::<StaffId>(8)), kind)]
        );
    }
}

fn check(told: &[Telling], to: &[Recipient], topic: Topic, kind: &str, link: &str) {
    let found: Vec<Recipient> = told.iter().map(|telling| telling.to).collect();
    assert_eq!(found, to, "{kind}");
    for telling in told {
        assert_eq!((telling.topic, telling.kind, telling.link.as_str()), (topic, kind, link));
    }
}

#[test]
fn each_is_told_to_whom_it_concerns() {
    let package = package();
    let of = |event| told_of(&package, event, None);
    let (case, reason) = (format!("/cases/{}", id::<CaseId>(4)), || "原因".to_owned());
    let desk = format!("/desk{case}");
    let applicant = [Recipient::Person(id::<PersonId>(5))];
    let clerk = Recipient::Staff(id::<StaffId>(7));
    let waits = |role| Recipient::Work { body: id::<BodyId>(1), role };
    let correction = Event::CorrectionSent { defects: vec![], limit: limit(15) };
    check(&of(correction.clone()), &applicant, Topic::Action, "case-correction", &format!("{case}/correct"));
    let organisation = [Recipient::LegalPerson(id::<LegalPersonId>(6))];
    let told = told_of(&package, correction, Some(id(6)));
    check(&told, &organisation, Topic::Action, "case-correction", &format!("{case}/correct"));
    let document = Event::EffectDone { effect: "issue:assistance-notice".into(), reference: "0123".into() };
    check(&of(document), &applicant, Topic::Result, "case-document", "/licences/0123");
    let asked = Event::ApprovalAsked { asked: Asked::Extension { by: limit(5) }, reason: reason() };
    check(&of(asked), &[waits(Role::Decision)], Topic::Work, "case-approval-asked", &desk);
    let given = Event::ApprovalGiven { task: id(2), granted: true, reason: reason() };
    check(&of(given), &[clerk], Topic::Work, "case-approved", &desk);
    let warned = Event::Warned { task: None, due: date("2026-10-16"), overdue: true };
    let all = [clerk, waits(Role::Decision), waits(Role::Review)];
    check(&of(warned), &all, Topic::Limit, "case-overdue", &desk);
    let of_one = Event::Warned { task: Some(id(1)), due: date("2026-10-16"), overdue: false };
    check(&of(of_one), &[clerk], Topic::Limit, "case-warned", &desk);
    check(&of(Event::Withdrawn { reason: reason() }), &[clerk], Topic::Work, "case-withdrawn", &desk);
}

#[test]
fn what_is_the_offices_own_matter_is_told_to_nobody() {
    let package = package();
    let register = Event::EffectDone { effect: "register:x".into(), reference: "1".into() };
    let partial = Event::Resubmitted { fields: vec![], materials: vec![], facts: Map::new(), partial: true };
    let passed = Event::Checked { task: id(1), passed: true, text: "属实".into(), findings: Map::new() };
    for event in [register, partial, passed, Event::TaskReleased { task: id(1), reason: String::new() }] {
        assert!(!event.tells() && told_of(&package, event, None).is_empty());
    }
}

/// 2027 is not announced: the sentence says so instead of naming a day.
#[test]
fn a_day_that_nobody_knows_is_not_named() {
    let package = package();
    let texts = Catalogue::load(&[Source { room: "tell", zh_cn: MESSAGES.0, en: MESSAGES.1 }]).unwrap();
    let accepted = Event::Accepted { deemed: false, statutory: limit(200), promised: limit(150) };
    let told = told_of(&package, accepted, None);
    let text = texts.format(Lang::ZhCn, told[0].text.key, &told[0].text.args);
    assert!(text.contains("待放假安排公布后确定") && text.contains("150个工作日"), "{text}");
}

#[test]
fn a_decision_without_words_is_a_whole_sentence_too() {
    let package = package();
    let texts = Catalogue::load(&[Source { room: "tell", zh_cn: MESSAGES.0, en: MESSAGES.1 }]).unwrap();
    let decided = Event::Decided {
        task: None,
        outcome: Outcome::Granted,
        reason: String::new(),
        findings: Map::new(),
        body: id(1),
    };
    let told = told_of(&package, decided, None);
    let text = texts.format(Lang::ZhCn, told[0].text.key, &told[0].text.args);
    assert!(text.ends_with("已经批准。"), "{text:?}");
}
