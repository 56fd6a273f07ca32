//! What a machine reads from a document: the attached `metadata.json`.
//!
//! GB/T 36903 names metadata of electronic licences; the elements kept here are the working set of README.md.

use codes::{LicenceIdentifier, ResidentId};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::template::Filled;

/// Name of the attached file.
pub const METADATA_FILE: &str = "metadata.json";

/// Name of the same metadata as XML, in OFD files.
pub(crate) const METADATA_XML_FILE: &str = "metadata.xml";

/// The metadata of a document (证照元数据). The fields stand in alphabetical order: that is the order of the
/// canonical JSON, which is signed byte by byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// Case from which the document comes (办件编号).
    pub case_number: String,
    /// True when the issuer is invented and the document has no legal force (演示).
    pub demo: bool,
    /// Division of the issuer (行政区划代码).
    pub division: String,
    /// The holder's code; masked for a natural person (持证主体代码).
    pub holder_code: String,
    /// The holder's name (持证主体).
    pub holder_name: String,
    /// Identifier of GB/T 36904 (电子证照标识).
    pub identifier: String,
    /// Day of issue (颁发日期).
    pub issue_date: Date,
    /// Name of the issuer (颁发机构).
    pub issuer: String,
    /// Social credit code of the issuer (颁发机构代码).
    pub issuer_code: String,
    /// Name of the document (证照名称).
    pub name: String,
    /// Number of the document (证照编号).
    pub number: String,
    /// Where anyone can look up its state; also in the QR code (状态查验地址).
    pub status_url: String,
    /// Licence type: defining body's code and three digits (证照类型代码).
    pub type_code: String,
    /// First day on which it holds (有效期起).
    pub valid_from: Date,
    /// Last day on which it holds; absent: until revoked (有效期止).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
    /// Version, raised by one with each reissue (版本).
    pub version: u16,
}

/// What the metadata need beside the filled-in template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Case number.
    pub case_number: String,
    /// Invented issuer, no legal force.
    pub demo: bool,
    /// Division of the issuer.
    pub division: String,
    /// Identifier, made by [`crate::number::identifier`].
    pub identifier: LicenceIdentifier,
    /// Name of the issuer.
    pub issuer: String,
    /// Where the state can be looked up.
    pub status_url: String,
}

/// Metadata that must not go out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// The whole number of a natural person; anyone can read the attached file.
    #[error("holder_code: a resident identity number must be masked")]
    UnmaskedResidentId,
    /// It is not the JSON that this program writes.
    #[error("metadata.json: {0}")]
    Unreadable(String),
}

impl Metadata {
    /// The metadata of a filled-in document.
    pub fn new(filled: &Filled, issue: &Issue) -> Result<Self, MetadataError> {
        if ResidentId::parse(&filled.holder_code).is_ok() {
            return Err(MetadataError::UnmaskedResidentId);
        }
        Ok(Self {
            case_number: issue.case_number.clone(),
            demo: issue.demo,
            division: issue.division.clone(),
            holder_code: filled.holder_code.clone(),
            holder_name: filled.holder_name.clone(),
            identifier: issue.identifier.as_str().to_owned(),
            issue_date: filled.issued_on,
            issuer: issue.issuer.clone(),
            issuer_code: issue.identifier.issuer().to_owned(),
            name: filled.name.zh.clone(),
            number: filled.number.clone(),
            status_url: issue.status_url.clone(),
            type_code: issue.identifier.type_code().to_owned(),
            valid_from: filled.issued_on,
            valid_until: filled.valid_until,
            version: u16::try_from(issue.identifier.version()).unwrap_or(u16::MAX),
        })
    }

    /// Canonical JSON: sorted keys, no blanks, UTF-8.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("plain fields always serialise")
    }

    /// The same elements as XML, in the same order; made for readers that look for XML, and never read here.
    pub(crate) fn to_xml(&self) -> Vec<u8> {
        let value = serde_json::to_value(self).expect("plain fields always serialise");
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<metadata>\n");
        for (name, value) in value.as_object().into_iter().flatten() {
            let text = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
            xml.push_str(&format!("  <{name}>{}</{name}>\n", ofd::xml_escaped(&text)));
        }
        xml.push_str("</metadata>\n");
        xml.into_bytes()
    }

    /// Reads what [`Metadata::to_json`] wrote; another spelling of the same values is refused.
    pub fn from_json(bytes: &[u8]) -> Result<Self, MetadataError> {
        let metadata: Self =
            serde_json::from_slice(bytes).map_err(|error| MetadataError::Unreadable(error.to_string()))?;
        if metadata.to_json() != bytes {
            return Err(MetadataError::Unreadable("not in canonical form".into()));
        }
        Ok(metadata)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::tests::{facts, sheet};

    #[test]
    fn the_json_is_canonical() {
        let (_, metadata) = sheet("registration", &facts(), true);
        let json = metadata.to_json();
        let value: serde_json::Value = serde_json::from_slice(&json).unwrap();
        let keys: Vec<&String> = value.as_object().unwrap().keys().collect();
        assert!(keys.is_sorted() && keys.len() == 16, "{keys:?}");
        assert_eq!(serde_json::to_vec(&value).unwrap(), json);
        assert_eq!(Metadata::from_json(&json), Ok(metadata));
    }

    #[test]
    fn another_spelling_or_another_element_is_refused() {
        let json = String::from_utf8(sheet("registration", &facts(), true).1.to_json()).unwrap();
        for other in [
            json.replace(":1}", ": 1}"),
            json.replace(":1}", ":1,\"x\":1}"),
            json.replace("民政局", "\\u6c11政局"),
            "{}".into(),
        ] {
            assert!(
                matches!(Metadata::from_json(other.as_bytes()), Err(MetadataError::Unreadable(_))),
                "{other}"
            );
        }
    }

    #[test]
    fn the_number_of_a_person_must_be_masked() {
        let (mut filled, _) = sheet("registration", &facts(), true);
        let issue = Issue {
            case_number: "A1".into(),
            demo: true,
            division: "430104".into(),
            identifier: LicenceIdentifier::parse(
                "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
            )
            .unwrap(),
            issuer: "民政局".into(),
            status_url: "https://tongban.example/1".into(),
        };
        let birth = codes::CivilDate::new(1990, 1, 1).unwrap();
        filled.holder_code = ResidentId::from_parts("430104", birth, 1).unwrap().as_str().to_owned();
        assert_eq!(Metadata::new(&filled, &issue), Err(MetadataError::UnmaskedResidentId));
        filled.holder_code = "430104********0011".into();
        let metadata = Metadata::new(&filled, &issue).unwrap();
        assert_eq!((metadata.version, metadata.type_code.as_str()), (1, "11100000000013338W011"));
        assert_eq!(metadata.issuer_code, "11430000006122244L");
    }
}
