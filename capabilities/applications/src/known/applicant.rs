//! What rules may read of whoever applies (申请人信息核验): of which kind they are, and how old on the day on which they
//! apply. Only what a package reads is asked and kept, and of a birth date only the years.

use catalogue::Package;
use codes::SocialCreditCode;
use identity::LegalPersonKind;
use jiff::civil::Date;
use kernel::{PersonActor, Timestamp, china_date};
use serde_json::{Map, Value, json};
use store::Tx;

use crate::Room;
use crate::room::own_purpose;

/// The facts below `applicant.` that this package reads.
pub(super) async fn facts(
    tx: &mut Tx,
    room: &Room,
    package: &Package,
    by: &PersonActor,
    now: Timestamp,
) -> Result<Map<String, Value>, store::Error> {
    let mut facts = Map::new();
    if package.reads("applicant.kind") {
        facts.insert("kind".into(), json!(kind(tx, by).await?));
    }
    if let Some(id) = by.principal().person()
        && package.reads("applicant.age")
        && let Some(person) = identity::find_person(tx, &room.vault, &own_purpose(by, None), id, now).await?
        && let Some(born) = born(&person.resident_id)
    {
        facts.insert("age".into(), json!(age(born, china_date(now))));
    }
    Ok(facts)
}

/// One of [`catalogue::APPLICANT_KINDS`]. The credit code says which kind of organisation the civil affairs registered
/// (GB 32100: registrar 5; class 1 association, 2 private non-enterprise unit, 3 foundation).
async fn kind(tx: &mut Tx, by: &PersonActor) -> Result<&'static str, store::Error> {
    let Some(id) = by.legal_person() else { return Ok("natural-person") };
    let Some(legal_person) = identity::find_legal_person(tx, id).await? else { return Ok("other") };
    Ok(kind_of(&legal_person.uscc, legal_person.kind))
}

fn kind_of(uscc: &SocialCreditCode, kind: LegalPersonKind) -> &'static str {
    match (uscc.registrar(), uscc.class()) {
        ("5", "1") => "association",
        ("5", "2") => "private-non-enterprise",
        ("5", "3") => "foundation",
        _ => kind.as_str(),
    }
}

fn born(number: &codes::ResidentId) -> Option<Date> {
    let digits = number.birth_date().to_digits();
    let part = |range: std::ops::Range<usize>| digits.get(range)?.parse::<i16>().ok();
    Date::new(part(0..4)?, i8::try_from(part(4..6)?).ok()?, i8::try_from(part(6..8)?).ok()?).ok()
}

/// Whole years. A year of life is full on the birthday itself (周岁自生日当天起算); who was born on 29 February has it on
/// 1 March of other years.
fn age(born: Date, today: Date) -> i16 {
    let had_birthday = (today.month(), today.day()) >= (born.month(), born.day());
    today.year() - born.year() - i16::from(!had_birthday)
}

#[cfg(test)]
mod tests {
    use testkit::date;

    use super::*;

    #[test]
    fn a_year_of_life_is_full_on_the_birthday() {
        for (born, today, years) in [
            ("1961-10-01", "2026-09-30", 64),
            ("1961-10-01", "2026-10-01", 65),
            ("1961-10-01", "2026-10-02", 65),
            ("2004-02-29", "2026-02-28", 21),
            ("2004-02-29", "2026-03-01", 22),
            ("2004-02-29", "2024-02-29", 20),
            ("2026-10-01", "2026-10-01", 0),
        ] {
            assert_eq!(age(date(born), date(today)), years, "{born} {today}");
        }
    }

    #[test]
    fn the_credit_code_tells_organisations_apart() {
        for (head, kind, expected) in [
            ("51", LegalPersonKind::SocialOrganisation, "association"),
            ("52", LegalPersonKind::SocialOrganisation, "private-non-enterprise"),
            ("53", LegalPersonKind::SocialOrganisation, "foundation"),
            ("91", LegalPersonKind::Enterprise, "enterprise"),
            ("12", LegalPersonKind::PublicInstitution, "public-institution"),
            ("54", LegalPersonKind::Other, "other"),
        ] {
            let code = SocialCreditCode::from_parts(head, "430102", "DEM00001").unwrap();
            assert_eq!(kind_of(&code, kind), expected, "{head}");
            assert!(catalogue::APPLICANT_KINDS.contains(&expected));
        }
    }
}
