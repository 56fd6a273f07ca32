//! Writes a sealed document of an invented body for other readers to open: `cargo run -p ofd --example sample -- FOLDER`.

use std::error::Error;
use std::path::Path as FilePath;

use guomi::x509::{LeafUsage, Subject, Validity, issue_leaf, issue_root};
use guomi::{FileSigner, PrivateKey, Signer as _, random_bytes};
use ofd::ses::{SealSpec, make_seal};
use ofd::{
    Attachment, Colour, Document, Face, Mark, Page, Path, SealDesign, Shape, Stamp, Text, Trust, sign, verify,
};

/// 2026-10-09 00:00:00 UTC.
const NOW: i64 = 1_791_504_000;
const YEAR: i64 = 31_536_000;
const BODY: &str = "长沙市民政局（演示）";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("the folder to write into")?;
    let folder = FilePath::new(&folder);
    let fonts = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("../../capabilities/licences/fonts");
    let face = |name, file| Ok::<_, Box<dyn Error>>(Face::new(name, std::fs::read(fonts.join(file))?)?);
    let faces = vec![
        face("NotoSansSC", "NotoSansSC-Regular.ttf")?,
        face("NotoSansCJKsc", "NotoSansCJKsc-Supplement.otf")?,
    ];

    let subject = |name: &str| Subject { common_name: name.into(), ..Subject::default() };
    let key = PrivateKey::generate();
    let root = issue_root(&subject("演示根证书"), &key, NOW - YEAR, 20, random_bytes())?;
    let signer = |name: &str| -> Result<FileSigner, Box<dyn Error>> {
        let own = PrivateKey::generate();
        let validity = Validity::years(NOW - 86_400, 10)?;
        let certificate =
            issue_leaf(&subject(name), &own.public(), &root, &key, validity, LeafUsage::Signing)?;
        Ok(FileSigner::new(own, certificate)?)
    };
    let (maker, body) = (signer("演示制章机构")?, signer(BODY)?);
    let design =
        SealDesign { body: BODY, below: "电子证照专用章", number: "4301000012345", diameter: 42 };
    std::fs::write(folder.join("seal.svg"), design.to_svg(&faces)?)?;
    let seal = make_seal(
        &SealSpec {
            vendor: "Tongban",
            id: "43010000012345",
            name: "长沙市民政局电子证照专用章",
            signers: vec![body.certificate().to_der()],
            created: NOW,
            valid_from: NOW,
            valid_until: NOW + 5 * YEAR,
            picture: &design.to_ofd(&faces)?,
        },
        &maker,
    )?;

    let package = document(faces)?.write()?;
    let sealed = sign(&package, &seal, &[Stamp { page: 0, corner: (128.0, 208.0) }], &body, NOW)?;
    let bytes = sealed.write()?;
    let report = verify(&bytes, Trust { roots: std::slice::from_ref(&root), intermediates: &[] }, NOW);
    if !report.is_genuine() {
        return Err(format!("not genuine: {:?}", report.faults().collect::<Vec<_>>()).into());
    }
    std::fs::write(folder.join("sample.ofd"), bytes)?;
    std::fs::write(folder.join("root.pem"), root.to_pem())?;
    Ok(())
}

fn document(faces: Vec<Face>) -> Result<Document, Box<dyn Error>> {
    let black = Colour(0, 0, 0);
    let frame = Colour(158, 46, 36);
    let mut marks = vec![Mark::Shape(Shape {
        path: Path::rectangle(15.0, 15.0, 180.0, 267.0),
        fill: None,
        stroke: Some((frame, 0.8)),
    })];
    let lines = [
        (14.0, 55.0, "社会团体法人登记证书"),
        (5.0, 90.0, "名称：长沙市𠮷祥志愿者协会"),
        (5.0, 102.0, "统一社会信用代码：51430100MJJ0000001"),
        (5.0, 114.0, "业务范围：Volunteer services 0123456789"),
        (5.0, 126.0, "有效期：2026年10月9日至2031年10月8日"),
        (5.0, 230.0, "发证机关：长沙市民政局（演示）"),
        (5.0, 242.0, "2026年10月9日"),
    ];
    for (size, baseline, text) in lines {
        // One run for each face.
        let mut x = 35.0;
        let mut runs: Vec<Text> = Vec::new();
        for character in text.chars() {
            let found = faces.iter().enumerate().find_map(|(n, face)| Some((n, face.glyph(character).ok()?)));
            let (face, glyph) = found.ok_or("a character without a glyph")?;
            if runs.last().is_none_or(|run| run.face != face) {
                let characters = Vec::new();
                let bold = size > 10.0;
                runs.push(Text { face, size, colour: black, bold, origin: (x, baseline), characters });
            }
            if let Some(run) = runs.last_mut() {
                run.characters.push((character, x - run.origin.0));
            }
            x += glyph.advance * size;
        }
        marks.extend(runs.into_iter().map(Mark::Text));
    }
    Ok(Document {
        identity: "sample".into(),
        title: "社会团体法人登记证书".into(),
        author: BODY.into(),
        created: jiff::civil::date(2026, 10, 9),
        faces,
        pages: vec![Page { width: 210.0, height: 297.0, marks }],
        attachments: vec![Attachment {
            name: "metadata.xml".into(),
            content: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Metadata><Name>社会团体法人登记证书</Name></Metadata>\n"
                .into(),
        }],
    })
}
