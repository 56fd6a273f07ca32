//! Alterations of the files of a package.

use super::*;

/// Name, what is done, and the part and fault that must be among what is found.
pub(super) const FILES: &[(&str, Alteration, (Part, &str))] = &[
    ("first page, one byte", |c| c.replace(PAGE, "登记", "登己"), (Part::Digest, "changed")),
    (
        "second page, one byte",
        |c| c.replace("Doc_0/Pages/Page_1/Content.xml", "第二", "第三"),
        (Part::Digest, "changed"),
    ),
    ("font, one bit", |c| c.flip("Doc_0/Res/NotoSansSC.ttf"), (Part::Digest, "changed")),
    (
        "metadata",
        |c| c.replace("Doc_0/Attachs/metadata.xml", "<Metadata/>", "<Metadata />"),
        (Part::Digest, "changed"),
    ),
    (
        "list of attachments",
        |c| c.replace("Doc_0/Attachs/Attachments.xml", "Visible=\"true\"", "Visible=\"false\""),
        (Part::Digest, "changed"),
    ),
    ("document root", |c| c.replace("Doc_0/Document.xml", "210 297", "297 210"), (Part::Digest, "changed")),
    ("resources", |c| c.replace("Doc_0/PublicRes.xml", "NotoSansSC", "OtherSans"), (Part::Digest, "changed")),
    ("title", |c| c.replace("OFD.xml", "社会团体", "基金会"), (Part::Digest, "changed")),
    ("blank added to a page", |c| c.replace(PAGE, "</ofd:Page>", "</ofd:Page> "), (Part::Digest, "changed")),
    ("page removed", |c| c.remove(PAGE), (Part::Structure, "structure-missing")),
    ("font removed", |c| c.remove("Doc_0/Res/NotoSansCJKsc.otf"), (Part::Digest, "missing")),
    (
        "pages exchanged",
        |c| {
            let second = "Doc_0/Pages/Page_1/Content.xml";
            let (one, two) = (c.package.files[PAGE].clone(), c.package.files[second].clone());
            c.put(PAGE, &two);
            c.put(second, &one);
        },
        (Part::Digest, "changed"),
    ),
    (
        "file smuggled into resources",
        |c| c.put("Doc_0/Res/image_9.png", b"x"),
        (Part::Coverage, "not-covered"),
    ),
    (
        "file smuggled beside the signature",
        |c| c.put("Doc_0/Signs/Sign_0/x.xml", b"x"),
        (Part::Coverage, "not-covered"),
    ),
    ("file smuggled beside everything", |c| c.put("META-INF/x", b"x"), (Part::Coverage, "not-covered")),
    (
        "digest fitted to a changed page",
        |c| {
            use base64::Engine as _;
            let digest =
                |content: &[u8]| base64::engine::general_purpose::STANDARD.encode(sm3::digest(content));
            let before = digest(&c.package.files[PAGE]);
            c.replace(PAGE, "登记", "登己");
            let after = digest(&c.package.files[PAGE]);
            c.replace(DESCRIPTION, &before, &after);
        },
        (Part::DataHash, "data-hash"),
    ),
    (
        "stamp moved",
        |c| c.replace(DESCRIPTION, "120 200 42 42", "20 20 42 42"),
        (Part::DataHash, "data-hash"),
    ),
    ("provider renamed", |c| c.replace(DESCRIPTION, "Tongban", "Another"), (Part::DataHash, "data-hash")),
    (
        "time in the description",
        |c| c.replace(DESCRIPTION, "20261009", "20251009"),
        (Part::DataHash, "data-hash"),
    ),
    (
        "reference taken out",
        |c| c.replace(DESCRIPTION, "FileRef=\"/Doc_0/PublicRes.xml\"", "FileRef=\"/OFD.xml\""),
        (Part::DataHash, "data-hash"),
    ),
    ("description removed", |c| c.remove(DESCRIPTION), (Part::Description, "structure-missing")),
    (
        "description without digests",
        |c| c.replace(DESCRIPTION, "ofd:References", "ofd:Referencez"),
        (Part::Description, "xml-broken"),
    ),
    ("description emptied", |c| c.put(DESCRIPTION, b""), (Part::Description, "xml-root")),
    (
        "seal of another",
        |c| {
            let other = World::new().seal.der;
            c.put(SEAL, &other);
        },
        (Part::SealFile, "other-seal"),
    ),
    ("seal's file, one bit", |c| c.flip(SEAL), (Part::SealFile, "other-seal")),
    ("seal's file removed", |c| c.remove(SEAL), (Part::SealFile, "missing")),
    ("signature removed", |c| c.remove(VALUE), (Part::Value, "missing")),
    ("signature emptied", |c| c.put(VALUE, b""), (Part::Value, "ses-structure")),
    (
        "signature cut",
        |c| {
            let value = c.package.files[VALUE].clone();
            c.put(VALUE, &value[..value.len() - 1]);
        },
        (Part::Value, "ses-structure"),
    ),
    (
        "bytes after the signature",
        |c| {
            let value = [c.package.files[VALUE].as_slice(), b"\0"].concat();
            c.put(VALUE, &value);
        },
        (Part::Value, "ses-surplus"),
    ),
    (
        "signature of overlong length",
        |c| c.put(VALUE, &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0]),
        (Part::Value, "ses-structure"),
    ),
    (
        "signature larger than any",
        |c| {
            let random: Vec<u8> =
                (0..5_u32 << 20).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
            c.put(VALUE, &random);
        },
        (Part::Value, "ses-too-long"),
    ),
    (
        "signature value, last byte",
        |c| {
            let value = c.package.files.get_mut(VALUE).unwrap();
            *value.last_mut().unwrap() ^= 1;
        },
        (Part::Signature, "value"),
    ),
    (
        "signature of another document",
        |c| {
            let other = crate::Document { title: "另一证书".into(), ..crate::testing::certificate() }
                .write()
                .unwrap();
            let sealed = sign(&other, &c.world.seal, &[], &c.world.body, NOW).unwrap();
            c.put(VALUE, &sealed.files[VALUE]);
        },
        (Part::DataHash, "data-hash"),
    ),
    (
        "whole signature of another document",
        |c| {
            let other = crate::Document { title: "另一证书".into(), ..crate::testing::certificate() }
                .write()
                .unwrap();
            let sealed = sign(&other, &c.world.seal, &[], &c.world.body, NOW).unwrap();
            for path in [DESCRIPTION, VALUE, SEAL, LIST] {
                c.put(path, &sealed.files[path]);
            }
        },
        (Part::Digest, "changed"),
    ),
    (
        "digest in the signature",
        |c| c.rewrite(|all| *all[3].last_mut().unwrap() ^= 1),
        (Part::DataHash, "data-hash"),
    ),
    ("time in the signature", |c| c.rewrite(|all| all[2][7] ^= 1), (Part::Signature, "value")),
    ("time that is none", |c| c.rewrite(|all| all[2][6] = b'9'), (Part::Value, "ses-time")),
    ("path in the signature", |c| c.rewrite(|all| all[4][3] = b'E'), (Part::Property, "property")),
    ("version that nobody knows", |c| c.rewrite(|all| all[0][2] = 9), (Part::Value, "ses-version")),
    (
        "another algorithm",
        |c| c.rewrite(|all| *all[6].last_mut().unwrap() ^= 1),
        (Part::Value, "ses-algorithm"),
    ),
    (
        "element added to what is signed",
        |c| c.rewrite(|all| all[4].extend([5, 0])),
        (Part::Value, "ses-surplus"),
    ),
    (
        "list of signatures emptied",
        |c| {
            c.put(LIST, format!("<ofd:Signatures xmlns:ofd=\"{}\"/>", crate::xml::NAMESPACE).as_bytes());
        },
        (Part::Signatures, "no-signature"),
    ),
    ("list of signatures removed", |c| c.remove(LIST), (Part::Structure, "structure-missing")),
    (
        "list no longer named",
        |c| {
            c.replace("OFD.xml", "<ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures>", "");
        },
        (Part::Signatures, "no-signature"),
    ),
    (
        "something else in the list",
        |c| c.replace(LIST, "<ofd:MaxSignId>", "<ofd:Note/><ofd:MaxSignId>"),
        (Part::Structure, "structure-unexpected"),
    ),
    (
        "list names a signature that is not there",
        |c| c.replace(LIST, "Sign_0", "Sign_7"),
        (Part::Description, "structure-missing"),
    ),
    (
        "signature called one without a seal",
        |c| c.replace(LIST, "\"Seal\"", "\"Sign\""),
        (Part::Description, "kind"),
    ),
    (
        "list leads out of the package",
        |c| c.replace(LIST, "/Doc_0/Signs/Sign_0", "../../../etc"),
        (Part::Structure, "structure-leads-out"),
    ),
    (
        "document type in a page",
        |c| c.replace(PAGE, "?>", "?><!DOCTYPE a [<!ENTITY b \"c\">]>"),
        (Part::Structure, "xml-doctype"),
    ),
    ("entity in a page", |c| c.replace(PAGE, "登记", "&b;"), (Part::Structure, "xml-entity")),
    (
        "page nested without end",
        |c| {
            let nested = "<ofd:Layer>".repeat(500);
            c.replace(PAGE, "<ofd:Content>", &nested);
        },
        (Part::Structure, "xml-too-complex"),
    ),
    (
        "page cut",
        |c| {
            let page = c.package.files[PAGE].clone();
            c.put(PAGE, &page[..page.len() / 2]);
        },
        (Part::Structure, "xml-broken"),
    ),
    (
        "second document in the package",
        |c| {
            c.replace("OFD.xml", "</ofd:DocBody>", "</ofd:DocBody><ofd:DocBody/>");
        },
        (Part::Structure, "structure-several"),
    ),
    (
        "page of another namespace",
        |c| c.replace(PAGE, crate::xml::NAMESPACE, "http://example.org/"),
        (Part::Structure, "xml-root"),
    ),
    // What the body itself may sign by mistake, or a careless program for it.
    (
        "signed without a file",
        |c| {
            let text = c.text(DESCRIPTION);
            let start = text.find("<ofd:Reference FileRef=\"/Doc_0/PublicRes.xml\">").unwrap();
            let end = start + text[start..].find("</ofd:Reference>").unwrap() + "</ofd:Reference>".len();
            let reference = text[start..end].to_owned();
            c.replace_and_sign(&reference, "");
        },
        (Part::Coverage, "not-covered"),
    ),
    (
        "signed a file twice",
        |c| c.replace_and_sign("FileRef=\"/Doc_0/PublicRes.xml\"", "FileRef=\"/OFD.xml\""),
        (Part::Coverage, "covered-twice"),
    ),
    (
        "signed with another digest",
        |c| c.replace_and_sign(crate::sign::SM3, "MD5"),
        (Part::Digest, "digest-method"),
    ),
    (
        "signed with another method",
        |c| c.replace_and_sign(crate::sign::SM2_WITH_SM3, "1.2.840.10045.4.3.2"),
        (Part::Description, "signature-method"),
    ),
    (
        "signed a stamp on no page",
        |c| c.replace_and_sign("PageRef=\"3\"", "PageRef=\"99\""),
        (Part::Stamp, "stamp-page"),
    ),
    (
        "signed a stamp without extent",
        |c| c.replace_and_sign("120 200 42 42", "120 200 0 42"),
        (Part::Stamp, "stamp-boundary"),
    ),
    (
        "signed a stamp twice",
        |c| {
            let stamp = "<ofd:StampAnnot ID=\"1\" PageRef=\"3\" Boundary=\"120 200 42 42\"/>";
            c.replace_and_sign(stamp, &stamp.repeat(2));
        },
        (Part::Stamp, "stamp-twice"),
    ),
    (
        "signed a reference that leads out",
        |c| c.replace_and_sign("FileRef=\"/OFD.xml\"", "FileRef=\"/../OFD.xml\""),
        (Part::Description, "structure-leads-out"),
    ),
    (
        "page named twice",
        |c| {
            let page = "<ofd:Page ID=\"3\" BaseLoc=\"Pages/Page_0/Content.xml\"/>";
            c.replace("Doc_0/Document.xml", page, &page.repeat(2));
        },
        (Part::Structure, "structure-twice"),
    ),
    (
        "signature named twice",
        |c| {
            let entry =
                "<ofd:Signature ID=\"1\" Type=\"Seal\" BaseLoc=\"/Doc_0/Signs/Sign_0/Signature.xml\"/>";
            c.replace(LIST, entry, &entry.repeat(2));
        },
        (Part::Structure, "structure-twice"),
    ),
];
