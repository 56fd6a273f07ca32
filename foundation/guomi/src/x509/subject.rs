//! Names in certificates: Chinese names as UTF8String, the country as PrintableString.

use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::der::asn1::{Any, ObjectIdentifier};
use x509_cert::der::{Decode as _, Encode as _, Tag, Tagged as _};
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};

use super::CertError;

const COUNTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.6");
const ORGANIZATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const UNIT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");
/// organizationIdentifier (ITU-T X.520).
const ORGANIZATION_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.97");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// ub-common-name and its siblings (RFC 5280 appendix A.1).
const PART_CHARACTERS_MAX: usize = 64;

/// The name of a certificate's holder (主体). The country is always CN; an empty part is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// O: the organisation.
    pub organization: String,
    /// OU: a unit of it, or a remark.
    pub unit: String,
    /// organizationIdentifier: the unified social credit code (统一社会信用代码).
    pub organization_id: String,
    /// CN: what the certificate is known by; never empty.
    pub common_name: String,
}

impl Subject {
    /// The parts of a name that this program knows.
    pub(super) fn of(name: &Name) -> Self {
        Self {
            organization: part(name, ORGANIZATION),
            unit: part(name, UNIT),
            organization_id: part(name, ORGANIZATION_ID),
            common_name: part(name, COMMON_NAME),
        }
    }

    pub(super) fn to_name(&self) -> Result<Name, CertError> {
        if self.common_name.is_empty() {
            return Err(CertError::Subject { field: "common name", rule: "is empty" });
        }
        let parts = [
            ("organization", ORGANIZATION, &self.organization),
            ("unit", UNIT, &self.unit),
            ("organization id", ORGANIZATION_ID, &self.organization_id),
            ("common name", COMMON_NAME, &self.common_name),
        ];
        let mut sequence = RdnSequence::default();
        sequence.push(attribute("country", COUNTRY, Tag::PrintableString, "CN")?);
        for (field, oid, text) in parts {
            if !text.is_empty() {
                check_text(field, text)?;
                sequence.push(attribute(field, oid, Tag::Utf8String, text)?);
            }
        }
        let unusable = |_asn1| CertError::Subject { field: "name", rule: "cannot be encoded" };
        Name::from_der(&sequence.to_der().map_err(unusable)?).map_err(unusable)
    }
}

fn check_text(field: &'static str, text: &str) -> Result<(), CertError> {
    if text.chars().count() > PART_CHARACTERS_MAX {
        return Err(CertError::Subject { field, rule: "is longer than 64 characters" });
    }
    // A line break or a NUL in a name makes viewers show another name than the signed one.
    if text.chars().any(char::is_control) {
        return Err(CertError::Subject { field, rule: "contains a control character" });
    }
    Ok(())
}

fn attribute(
    field: &'static str,
    oid: ObjectIdentifier,
    tag: Tag,
    text: &str,
) -> Result<RelativeDistinguishedName, CertError> {
    Any::new(tag, text.as_bytes())
        .and_then(|value| RelativeDistinguishedName::try_from(vec![AttributeTypeAndValue { oid, value }]))
        .map_err(|_asn1| CertError::Subject { field, rule: "cannot be encoded" })
}

pub(super) fn common_name(name: &Name) -> String {
    part(name, COMMON_NAME)
}

fn part(name: &Name, oid: ObjectIdentifier) -> String {
    name.iter().find(|part| part.oid == oid).and_then(|part| text_of(&part.value)).unwrap_or_default()
}

/// Text of the string types that authorities use; older ones still write BMPString (UTF-16).
fn text_of(value: &Any) -> Option<String> {
    let bytes = value.value();
    if value.tag() == Tag::BmpString {
        let (units, odd) = bytes.as_chunks::<2>();
        let units: Vec<u16> = units.iter().map(|unit| u16::from_be_bytes(*unit)).collect();
        return String::from_utf16(&units).ok().filter(|_| odd.is_empty());
    }
    let is_text = [Tag::Utf8String, Tag::PrintableString, Tag::Ia5String].contains(&value.tag());
    String::from_utf8(bytes.to_vec()).ok().filter(|_| is_text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        let subject = Subject {
            organization: "长沙市民政局".into(),
            unit: String::new(),
            organization_id: "11430100006127328Y".into(),
            common_name: "婚姻登记专用章, \"O\"=x+y/z".into(),
        };
        assert_eq!(Subject::of(&subject.to_name().unwrap()), subject);
    }

    #[test]
    fn unusable_names_are_refused() {
        let refused = |common_name: &str, rule| {
            let subject = Subject { common_name: common_name.into(), ..Subject::default() };
            assert_eq!(subject.to_name(), Err(CertError::Subject { field: "common name", rule }));
        };
        refused("", "is empty");
        refused("a\0b", "contains a control character");
        refused("a\nb", "contains a control character");
        refused(&"字".repeat(65), "is longer than 64 characters");
        let longest = Subject { common_name: "字".repeat(64), ..Subject::default() };
        assert!(longest.to_name().is_ok());
    }

    #[test]
    fn older_string_types_are_read() {
        let bmp: Vec<u8> = "民政".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(text_of(&Any::new(Tag::BmpString, bmp.clone()).unwrap()).unwrap(), "民政");
        assert_eq!(text_of(&Any::new(Tag::BmpString, &bmp[..3]).unwrap()), None);
        assert_eq!(text_of(&Any::new(Tag::Utf8String, [0xff].as_slice()).unwrap()), None);
        assert_eq!(text_of(&Any::new(Tag::Integer, [0x41].as_slice()).unwrap()), None);
    }
}
