//! Issuing a document: the effect `issue` of a decision.
//!
//! Two steps, because drawing and sealing are work for the processor and must not hold a write transaction:
//! [`prepare`] reserves the serial, draws, seals and keeps the files (PDF and OFD); [`issue`] writes the row, in the transaction
//! that ends the effect. Both can be repeated at any point.

use codes::{CodeError, SocialCreditCode};
use guomi::demo_ca::is_demo;
use jiff::civil::Date;
use kernel::{BodyId, CaseId, LegalPersonId, LicenceId, PersonId, Timestamp};
use store::{Tx, fresh_id, vals};

use crate::document::{DrawError, draw, draw_ofd};
use crate::facts;
use crate::metadata::{Issue, Metadata, MetadataError};
use crate::record::{number_key, of_effect};
use crate::room::Room;
use crate::seal::{SealError, seal};
use crate::seals::{self, SealsError};
use crate::signers::SignersError;
use crate::template::{Document, Facts, Filled, Kind, RenderError};
use crate::{Licence, number};

/// Field under which the holder's code is hashed.
pub(crate) const HOLDER_CODE: &str = "licences.holder-code";

/// Whom a document is for (持证主体): the account in which it appears.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holder {
    /// A natural person.
    pub person: Option<PersonId>,
    /// A legal person.
    pub legal_person: Option<LegalPersonId>,
    /// The account's whole code, used where the document prints a masked one. Only its keyed hash is stored.
    pub code: Option<String>,
}

/// The body that issues (颁发机构).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerBody {
    /// Its id.
    pub id: BodyId,
    /// Its Chinese name.
    pub name: String,
    /// Its social credit code.
    pub uscc: String,
    /// Its division.
    pub division: String,
}

/// A document to be issued.
#[derive(Debug, Clone)]
pub struct NewLicence<'a> {
    /// The template.
    pub document: &'a Document,
    /// The facts of the case; the serial is filled in here.
    pub facts: Facts,
    /// The case.
    pub case: CaseId,
    /// The effect of its decision, such as `issue:filing-receipt`.
    pub effect: &'a str,
    /// Whom it is for.
    pub holder: Holder,
    /// Who issues it.
    pub issuer: &'a IssuerBody,
    /// Social credit code of the body that defined the type (证照类型定义机构).
    pub type_owner: &'a str,
    /// Now: the time of the seal.
    pub now: Timestamp,
}

/// A document that is issued, by this call or an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// Its id.
    pub id: LicenceId,
    /// Its identifier (电子证照标识).
    pub identifier: String,
    /// Its number (证照编号).
    pub number: String,
}

/// Why a document was not issued. Ends in the list of dead jobs when trying again does not help.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// A code of issuer or type, or the identifier made of them.
    #[error("{field}: {source}")]
    Code {
        /// Which code.
        field: &'static str,
        /// The broken rule.
        source: CodeError,
    },
    /// A value is missing.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The metadata must not go out.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// It cannot be drawn; a character without a glyph is named with its place.
    #[error(transparent)]
    Draw(#[from] DrawError),
    /// The body has no signer.
    #[error(transparent)]
    Signers(#[from] SignersError),
    /// It cannot be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The body has no electronic seal.
    #[error(transparent)]
    Seals(#[from] SealsError),
    /// The OFD file cannot be sealed.
    #[error(transparent)]
    SignOfd(#[from] ofd::SignError),
    /// The OFD file cannot be packed.
    #[error(transparent)]
    Package(#[from] ofd::PackageError),
    /// The drawing thread ended early.
    #[error("drawing was interrupted")]
    Interrupted,
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// A sealed document that has no row yet, or one that was issued before.
#[derive(Debug)]
pub struct Prepared(Stage);

#[derive(Debug)]
enum Stage {
    Issued(Issued),
    Sealed(Box<Sealed>),
}

#[derive(Debug)]
struct Sealed {
    filled: Filled,
    metadata: Metadata,
    holder: Holder,
    holder_code_blind: String,
    issuer: BodyId,
    case: CaseId,
    effect: String,
    file_sm3: String,
    ofd_sm3: String,
    now: Timestamp,
}

/// Reserves the serial, draws, seals, and keeps the file. Commits `tx`, in which the caller has read what the document
/// says, together with the reservation: hold no other while calling.
pub async fn prepare(room: &Room, mut tx: Tx, new: NewLicence<'_>) -> Result<Prepared, IssueError> {
    let code = |field| move |source| IssueError::Code { field, source };
    let issuer = SocialCreditCode::parse(&new.issuer.uscc).map_err(code("issuer"))?;
    let owner = SocialCreditCode::parse(new.type_owner).map_err(code("type owner"))?;
    let reserved = reserve(&mut tx, &new, &issuer, &owner).await?;
    tx.commit().await?;
    let (year, serial) = match reserved {
        Reserved::Issued(issued) => return Ok(Prepared(Stage::Issued(issued))),
        Reserved::Serial { year, serial } => (year, serial),
    };
    let facts = Facts { serial: number::printed_serial(serial), ..new.facts };
    let filled = new.document.render(&facts)?;
    let identifier =
        number::identifier(&owner, &filled.code, &issuer, year, serial, 1).map_err(code("identifier"))?;
    let issue = Issue {
        case_number: facts.case_number,
        demo: false,
        division: new.issuer.division.clone(),
        status_url: room.status_url(identifier.as_str()),
        identifier,
        issuer: new.issuer.name.clone(),
    };
    let Drawn { metadata, pdf, ofd } = draw_and_seal(room, &filled, issue, new.now).await?;
    let file = room.files.put(pdf).await?;
    let ofd = room.files.put(ofd).await?;
    let holder_code_blind = room.vault.blind(HOLDER_CODE, whole_code(&filled, &new.holder));
    Ok(Prepared(Stage::Sealed(Box::new(Sealed {
        filled,
        metadata,
        holder: new.holder,
        holder_code_blind,
        issuer: new.issuer.id,
        case: new.case,
        effect: new.effect.to_owned(),
        file_sm3: file.sm3,
        ofd_sm3: ofd.sm3,
        now: new.now,
    }))))
}

enum Reserved {
    Issued(Issued),
    Serial { year: i16, serial: u32 },
}

/// The year that the number names: the decision's, also when the document is made after New Year's Eve.
fn year_of(facts: &Facts) -> i16 {
    facts.decision.as_ref().map_or(facts.issued_on, |decision| decision.date).year()
}

async fn reserve(
    tx: &mut Tx,
    new: &NewLicence<'_>,
    issuer: &SocialCreditCode,
    owner: &SocialCreditCode,
) -> Result<Reserved, IssueError> {
    if let Some(licence) = of_effect(tx, new.case, new.effect).await? {
        return Ok(Reserved::Issued(issued(&licence)));
    }
    let kept = tx
        .fetch_optional(
            "select year, serial from licence_reservations where case_id = $1 and effect = $2",
            vals![new.case, new.effect],
        )
        .await?;
    if let Some(row) = kept {
        let year: i32 = row.get(0)?;
        let year = i16::try_from(year).map_err(|_range| row.damaged(0, "a year"))?;
        return Ok(Reserved::Serial { year, serial: row.get(1)? });
    }
    let year = year_of(&new.facts);
    // The type tells counters apart, not the template's id: two packages may call theirs alike.
    let counter = number::counter(issuer, &number::type_code(owner, new.document.code.as_str()), year);
    let row = tx
        .fetch_one(
            "insert into licence_serials (counter, last) values ($1, 1)
             on conflict (counter) do update set last = licence_serials.last + 1 returning last",
            vals![counter],
        )
        .await?;
    let serial: u32 = row.get(0)?;
    tx.execute(
        "insert into licence_reservations (case_id, effect, year, serial) values ($1, $2, $3, $4)",
        vals![new.case, new.effect, i32::from(year), serial],
    )
    .await?;
    Ok(Reserved::Serial { year, serial })
}

/// A document in both forms, sealed.
struct Drawn {
    metadata: Metadata,
    pdf: Vec<u8>,
    ofd: Vec<u8>,
}

async fn draw_and_seal(
    room: &Room,
    filled: &Filled,
    issue: Issue,
    now: Timestamp,
) -> Result<Drawn, IssueError> {
    let (signers, name, code) =
        (room.signers.clone(), issue.issuer.clone(), issue.identifier.issuer().to_owned());
    let signer = blocking(move || Ok(signers.of_body(&name, &code)?)).await?;
    let metadata = Metadata::new(filled, &Issue { demo: is_demo(signer.certificate()), ..issue })?;
    let body_seal = seals::of_signer(room, &signer, &metadata, now).await?;
    let filled = filled.clone();
    blocking(move || {
        let unix_time = now.as_second();
        let pdf = draw(&filled, &metadata, unix_time)?;
        let pdf = seal(&pdf, &metadata, signer.as_ref(), unix_time)?;
        let (package, stamps) = draw_ofd(&filled, &metadata)?;
        let package = ofd::sign(&package, &body_seal, &stamps, signer.as_ref(), unix_time)?;
        Ok(Drawn { metadata, pdf, ofd: package.write()? })
    })
    .await
}

/// Work for the processor, off the threads that serve requests.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, IssueError> + Send + 'static,
) -> Result<T, IssueError> {
    tokio::task::spawn_blocking(work).await.map_err(|_panic| IssueError::Interrupted)?
}

/// Writes the row; from now on the document exists. Repeating it for the same case and effect gives the first
/// document. The caller commits.
pub async fn issue(tx: &mut Tx, prepared: Prepared) -> Result<Issued, IssueError> {
    let sealed = match prepared.0 {
        Stage::Issued(issued) => return Ok(issued),
        Stage::Sealed(sealed) => sealed,
    };
    if insert(tx, &sealed).await? == 0 {
        let licence = of_effect(tx, sealed.case, &sealed.effect).await?.ok_or(store::Error::Missing)?;
        return Ok(issued(&licence));
    }
    let licence = of_effect(tx, sealed.case, &sealed.effect).await?.ok_or(store::Error::Missing)?;
    facts::write_issued(tx, sealed.now, licence.id).await?;
    tracing::info!(licence = %licence.id, document = licence.document, case = %licence.case, "document issued");
    Ok(issued(&licence))
}

fn issued(licence: &Licence) -> Issued {
    Issued { id: licence.id, identifier: licence.identifier.clone(), number: licence.number.clone() }
}

async fn insert(tx: &mut Tx, sealed: &Sealed) -> store::Result<u64> {
    let Sealed { filled, metadata, holder, .. } = sealed;
    let id: LicenceId = fresh_id(sealed.now);
    let holder_shown = holder_shown(filled);
    let public = Metadata { holder_name: holder_shown.clone(), ..metadata.clone() };
    let valid_until: Option<Date> = metadata.valid_until;
    tx.execute(
        "insert into licences (id, identifier, number, number_key, kind, type_code, document, name_zh, name_en, person,
             legal_person, holder_shown, holder_code_blind, issuer, issuer_name, issuer_uscc, case_id, effect,
             issued_on, valid_from, valid_until, status, metadata, file_sm3, ofd_sm3, version, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
             'valid', $22, $23, $24, $25, $26)
         on conflict (case_id, effect) do nothing",
        vals![
            id,
            &metadata.identifier,
            &metadata.number,
            number_key(&metadata.number),
            kind_word(filled.kind),
            &metadata.type_code,
            &filled.id,
            &filled.name.zh,
            &filled.name.en,
            holder.person,
            holder.legal_person,
            holder_shown,
            &sealed.holder_code_blind,
            sealed.issuer,
            &metadata.issuer,
            &metadata.issuer_code,
            sealed.case,
            &sealed.effect,
            metadata.issue_date,
            metadata.valid_from,
            valid_until,
            String::from_utf8_lossy(&public.to_json()).into_owned(),
            &sealed.file_sm3,
            &sealed.ofd_sm3,
            metadata.version,
            sealed.now
        ],
    )
    .await
}

const fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Licence => "licence",
        Kind::Notice => "notice",
    }
}

/// The code by which the holder is found again. A document may name another holder than the account that receives it:
/// an association that has just been founded has no account yet.
fn whole_code<'a>(filled: &'a Filled, holder: &'a Holder) -> &'a str {
    if is_organisation(filled) {
        return &filled.holder_code;
    }
    holder.code.as_deref().unwrap_or(&filled.holder_code)
}

fn is_organisation(filled: &Filled) -> bool {
    SocialCreditCode::parse(&filled.holder_code).is_ok()
}

/// The holder's name as everybody may see it. Only what has a social credit code is an organisation, whose name is
/// public; of any other name the first character is shown (张**).
fn holder_shown(filled: &Filled) -> String {
    if is_organisation(filled) {
        return filled.holder_name.clone();
    }
    let mut characters = filled.holder_name.chars();
    let first: String = characters.next().into_iter().collect();
    format!("{first}{}", "*".repeat(characters.take(2).count()))
}

#[cfg(test)]
mod tests;
