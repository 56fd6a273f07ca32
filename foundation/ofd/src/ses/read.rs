//! Reading: shape first (which tells the version), then part by part.

use guomi::asn1::{Reader, element, tag};

use super::{
    Deviation, Picture, SM2_WITH_SM3, SM2_WITH_SM3_SHORT, Seal, SealSignature, SesFault, Signers, Version,
    time,
};

/// Longest seal or signature, in bytes; a picture takes most of it.
pub(super) const BYTES_MAX: usize = 4 << 20;
/// Most certificates in the list of a seal.
const SIGNERS_MAX: usize = 1_000;

/// A reader that knows the name of the structure it is in and notes deviations.
struct Fields<'a, 'd> {
    reader: Reader<'a>,
    name: &'static str,
    deviations: &'d mut Vec<Deviation>,
}

impl<'a> Fields<'a, '_> {
    fn content(&mut self, tag: u8, name: &'static str) -> Result<&'a [u8], SesFault> {
        self.reader.content(tag).ok_or(SesFault::Structure(name))
    }

    fn whole(&mut self, tag: u8, name: &'static str) -> Result<&'a [u8], SesFault> {
        if self.reader.peek() != Some(tag) {
            return Err(SesFault::Structure(name));
        }
        self.reader.whole().ok_or(SesFault::Structure(name))
    }

    fn enter(&mut self, name: &'static str) -> Result<Fields<'a, '_>, SesFault> {
        let reader = self.reader.enter(tag::SEQUENCE).ok_or(SesFault::Structure(name))?;
        Ok(Fields { reader, name, deviations: self.deviations })
    }

    fn text(&mut self, tag: u8, name: &'static str) -> Result<String, SesFault> {
        let content = self.content(tag, name)?;
        let text = std::str::from_utf8(content).map_err(|_form| SesFault::Structure(name))?;
        if tag != tag::UTF8_STRING && !text.is_ascii() {
            return Err(SesFault::Structure(name));
        }
        Ok(text.to_owned())
    }

    fn integer(&mut self, name: &'static str) -> Result<u32, SesFault> {
        let content = self.content(tag::INTEGER, name)?;
        let is_shortest = !matches!(content, [] | [0, 0..=0x7f, ..] | [0x80..=0xff, ..]);
        if !is_shortest || content.len() > 4 {
            return Err(SesFault::Structure(name));
        }
        Ok(content.iter().fold(0, |sum, byte| (sum << 8) | u32::from(*byte)))
    }

    fn small(&mut self, name: &'static str) -> Result<u8, SesFault> {
        u8::try_from(self.integer(name)?).map_err(|_large| SesFault::Structure(name))
    }

    /// The bytes of a BIT STRING of whole bytes; an OCTET STRING in its place is noted.
    fn bits(&mut self, name: &'static str) -> Result<&'a [u8], SesFault> {
        if self.reader.peek() == Some(tag::OCTET_STRING) {
            self.deviations.push(Deviation::OctetString);
            return self.content(tag::OCTET_STRING, name);
        }
        match self.content(tag::BIT_STRING, name)? {
            [0, bytes @ ..] => Ok(bytes),
            _ => Err(SesFault::Structure(name)),
        }
    }

    fn algorithm(&mut self) -> Result<(), SesFault> {
        let oid = self.content(tag::OID, "signatureAlgID")?;
        if oid == SM2_WITH_SM3_SHORT {
            self.deviations.push(Deviation::ShortAlgorithm);
        } else if oid != SM2_WITH_SM3 {
            return Err(SesFault::Algorithm);
        }
        Ok(())
    }

    fn time(&mut self, expected: u8, name: &'static str) -> Result<i64, SesFault> {
        let found = self.reader.peek().ok_or(SesFault::Structure(name))?;
        let content = self.content(found, name)?;
        self.time_of(expected, found, content, name)
    }

    fn time_of(
        &mut self,
        expected: u8,
        found: u8,
        content: &[u8],
        name: &'static str,
    ) -> Result<i64, SesFault> {
        let (unix, is_proper) = time::read(found, content).ok_or(SesFault::Time(name))?;
        if found != expected || !is_proper {
            self.deviations.push(Deviation::TimeForm);
        }
        Ok(unix)
    }

    /// Extension data, of which no meaning is known here; they are signed with the rest.
    fn extension(&mut self) -> Result<(), SesFault> {
        match self.reader.peek() {
            Some(tag::CONTEXT_0) => {}
            Some(tag::SEQUENCE) => self.deviations.push(Deviation::ExtensionWithoutTag),
            Some(_) | None => return Ok(()),
        }
        self.reader.whole().map(|_unread| ()).ok_or(SesFault::Structure("extDatas"))
    }

    fn end(&self) -> Result<(), SesFault> {
        if self.reader.0.is_empty() { Ok(()) } else { Err(SesFault::Surplus(self.name)) }
    }
}

/// Opens the outermost SEQUENCE, behind which nothing may follow.
fn open<'a, 'd>(
    der: &'a [u8],
    name: &'static str,
    deviations: &'d mut Vec<Deviation>,
) -> Result<Fields<'a, 'd>, SesFault> {
    if der.len() > BYTES_MAX {
        return Err(SesFault::TooLong);
    }
    let mut outside = Fields { reader: Reader(der), name, deviations };
    let reader = outside.reader.enter(tag::SEQUENCE).ok_or(SesFault::Structure(name))?;
    outside.end()?;
    if !is_shortest(der, 0) {
        outside.deviations.push(Deviation::Encoding);
    }
    Ok(Fields { reader, name, deviations: outside.deviations })
}

/// Whether every element inside SEQUENCEs is written with the shortest length. Deeper than any seal counts as not.
fn is_shortest(der: &[u8], depth: usize) -> bool {
    let mut reader = Reader(der);
    while let Some(found) = reader.peek() {
        let Some(whole) = reader.whole() else { return false };
        let Some(content) = Reader(whole).content(found) else { return false };
        if element(found, &[content]) != whole {
            return false;
        }
        let goes_on = matches!(found, tag::SEQUENCE | tag::CONTEXT_0);
        if goes_on && (depth > 12 || !is_shortest(content, depth + 1)) {
            return false;
        }
    }
    true
}

fn sorted(mut deviations: Vec<Deviation>) -> Vec<Deviation> {
    deviations.sort();
    deviations.dedup();
    deviations
}

pub(super) fn seal(der: &[u8]) -> Result<Seal, SesFault> {
    let mut deviations = Vec::new();
    let mut fields = open(der, "SESeal", &mut deviations)?;
    let info = fields.whole(tag::SEQUENCE, "eSealInfo")?;
    // Version 1 puts what follows into a structure of its own.
    let is_v1 = fields.reader.peek() == Some(tag::SEQUENCE);
    let (certificate, signature, signed) = if is_v1 {
        let mut sign_info = fields.enter("signInfo")?;
        let certificate = sign_info.whole(tag::OCTET_STRING, "cert")?;
        let oid = sign_info.reader.0;
        sign_info.algorithm()?;
        let oid = oid.get(..oid.len() - sign_info.reader.0.len()).unwrap_or_default();
        let signature = sign_info.bits("signData")?;
        sign_info.end()?;
        // GM/T 0031-2014, 5.3: seal information, certificate and algorithm are signed together.
        let signed = element(tag::SEQUENCE, &[info, certificate, oid]);
        let certificate = Reader(certificate).content(tag::OCTET_STRING);
        (certificate.ok_or(SesFault::Structure("cert"))?, signature, signed)
    } else {
        let certificate = fields.content(tag::OCTET_STRING, "cert")?;
        fields.algorithm()?;
        (certificate, fields.bits("signedValue")?, info.to_vec())
    };
    // GM/T 0031-2025 lets a time stamp follow.
    let has_stamp = !is_v1 && fields.reader.peek() == Some(tag::CONTEXT_0);
    if has_stamp {
        fields.content(tag::CONTEXT_0, "timeStamp")?;
    }
    fields.end()?;
    let (certificate, signature) = (certificate.to_vec(), signature.to_vec());
    let mut seal = seal_info(info, is_v1, &mut deviations)?;
    if has_stamp && seal.version == Version::V4 {
        return Err(SesFault::Surplus("SESeal"));
    }
    (seal.certificate, seal.signature, seal.signed) = (certificate, signature, signed);
    seal.der = der.to_vec();
    seal.deviations = sorted(deviations);
    Ok(seal)
}

/// The signed part; certificate, signature and encodings are put in by the caller.
fn seal_info(info: &[u8], is_v1: bool, deviations: &mut Vec<Deviation>) -> Result<Seal, SesFault> {
    let reader = Reader(info).enter(tag::SEQUENCE).ok_or(SesFault::Structure("eSealInfo"))?;
    let mut info = Fields { reader, name: "eSealInfo", deviations };
    let mut header = info.enter("header")?;
    if header.text(tag::IA5_STRING, "ID")? != "ES" {
        return Err(SesFault::Structure("ID"));
    }
    let number = header.small("version")?;
    let version = version_of(number, is_v1, header.deviations)?;
    let vendor = header.text(tag::IA5_STRING, "Vid")?;
    header.end()?;
    let id = info.text(tag::IA5_STRING, "esID")?;
    let mut property = info.enter("property")?;
    let kind = property.small("type")?;
    let name = property.text(tag::UTF8_STRING, "name")?;
    let list_kind = if is_v1 { 1 } else { property.small("certListType")? };
    let signers = signers(list_kind, property.enter("certList")?)?;
    let time_tag = if is_v1 { tag::UTC_TIME } else { tag::GENERALIZED_TIME };
    let created = property.time(time_tag, "createDate")?;
    let valid_from = property.time(time_tag, "validStart")?;
    let valid_until = property.time(time_tag, "validEnd")?;
    property.end()?;
    let picture = picture(info.enter("picture")?)?;
    info.extension()?;
    info.end()?;
    Ok(Seal {
        version,
        vendor,
        id,
        kind,
        name,
        signers,
        created,
        valid_from,
        valid_until,
        picture,
        certificate: Vec::new(),
        signature: Vec::new(),
        signed: Vec::new(),
        der: Vec::new(),
        deviations: Vec::new(),
    })
}

fn version_of(number: u8, is_v1: bool, deviations: &mut Vec<Deviation>) -> Result<Version, SesFault> {
    let version = match (number, is_v1) {
        (5, false) => Version::V5,
        (1..=5, false) => Version::V4,
        (1..=5, true) => Version::V1,
        (other, _) => return Err(SesFault::Version(other)),
    };
    if version.number() != number {
        deviations.push(Deviation::VersionNumber);
    }
    Ok(version)
}

fn signers(kind: u8, mut list: Fields<'_, '_>) -> Result<Signers, SesFault> {
    let (mut certificates, mut digests) = (Vec::new(), Vec::new());
    while !list.reader.0.is_empty() {
        if kind == 1 {
            certificates.push(list.content(tag::OCTET_STRING, "certList")?.to_vec());
        } else {
            let mut one = list.enter("certDigestObj")?;
            let kind = one.text(tag::PRINTABLE_STRING, "certDigestObj")?;
            digests.push((kind, one.content(tag::OCTET_STRING, "certDigestObj")?.to_vec()));
            one.end()?;
        }
        if certificates.len() + digests.len() > SIGNERS_MAX {
            return Err(SesFault::TooLong);
        }
    }
    match kind {
        1 => Ok(Signers::Certificates(certificates)),
        2 => Ok(Signers::Digests(digests)),
        _ => Err(SesFault::Structure("certListType")),
    }
}

fn picture(mut fields: Fields<'_, '_>) -> Result<Picture, SesFault> {
    let picture = Picture {
        kind: fields.text(tag::IA5_STRING, "picture type")?,
        data: fields.content(tag::OCTET_STRING, "picture data")?.to_vec(),
        width: fields.integer("picture width")?,
        height: fields.integer("picture height")?,
    };
    fields.end()?;
    Ok(picture)
}

pub(super) fn signature(der: &[u8]) -> Result<SealSignature, SesFault> {
    let mut deviations = Vec::new();
    let mut fields = open(der, "SES_Signature", &mut deviations)?;
    let to_sign = fields.whole(tag::SEQUENCE, "toSign")?;
    // Version 1 has certificate and algorithm inside what is signed.
    let is_v1 = fields.reader.peek() == Some(tag::BIT_STRING);
    let mut certificate = Vec::new();
    if !is_v1 {
        certificate = fields.content(tag::OCTET_STRING, "cert")?.to_vec();
        fields.algorithm()?;
    }
    let signature = fields.bits("signature")?.to_vec();
    let mut time_stamp = None;
    if !is_v1 && fields.reader.peek() == Some(tag::CONTEXT_0) {
        time_stamp = Some(fields.content(tag::CONTEXT_0, "timeStamp")?.to_vec());
    }
    fields.end()?;

    let reader = Reader(to_sign).enter(tag::SEQUENCE).ok_or(SesFault::Structure("toSign"))?;
    let mut inside = Fields { reader, name: "toSign", deviations: &mut deviations };
    let number = inside.small("version")?;
    let version = version_of(number, is_v1, inside.deviations)?;
    let seal = seal(inside.whole(tag::SEQUENCE, "eseal")?)?;
    let time = if is_v1 { v1_time(&mut inside)? } else { inside.time(tag::GENERALIZED_TIME, "timeInfo")? };
    let data_hash = inside.bits("dataHash")?.to_vec();
    let property = inside.text(tag::IA5_STRING, "propertyInfo")?;
    if is_v1 {
        certificate = inside.content(tag::OCTET_STRING, "cert")?.to_vec();
        inside.algorithm()?;
    }
    inside.extension()?;
    inside.end()?;
    Ok(SealSignature {
        version,
        seal,
        time,
        data_hash,
        property,
        certificate,
        signature,
        signed: to_sign.to_vec(),
        time_stamp,
        deviations: sorted(deviations),
    })
}

/// Version 1 wraps the time into a BIT STRING: a UTCTime, or a time stamp of a third party, which is not read.
fn v1_time(fields: &mut Fields<'_, '_>) -> Result<i64, SesFault> {
    let found = fields.reader.peek().ok_or(SesFault::Structure("timeInfo"))?;
    if matches!(found, tag::UTC_TIME | tag::GENERALIZED_TIME) {
        return fields.time(tag::BIT_STRING, "timeInfo");
    }
    let wrapped = fields.bits("timeInfo")?;
    if let Some(inner @ (tag::UTC_TIME | tag::GENERALIZED_TIME)) = wrapped.first().copied() {
        let content = Reader(wrapped).content(inner).ok_or(SesFault::Time("timeInfo"))?;
        return fields.time_of(tag::UTC_TIME, inner, content, "timeInfo");
    }
    // Some write the characters without type and length.
    let kind = if wrapped.len() == 13 { tag::UTC_TIME } else { tag::GENERALIZED_TIME };
    fields.time_of(tag::BIT_STRING, kind, wrapped, "timeInfo")
}
