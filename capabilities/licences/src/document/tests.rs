//! Documents of invented offices, drawn, measured and read back.

use std::collections::BTreeMap;
use std::path::PathBuf;

use codes::SocialCreditCode;
use jiff::civil::date;

use super::*;
use crate::metadata::Issue;
use crate::number;
use crate::template::{Bilingual, Decision, Fact, Facts, FilledLine, Templates};
use crate::testing::{Tool, require, run};

/// 2026-10-09 10:00 in China.
pub(crate) const DRAWN_AT: i64 = 1_791_511_200;

const YAML: &str = r#"
documents:
  - id: filing-receipt
    kind: notice
    code: "021"
    layout: letter
    name: {zh: 养老机构备案回执, en: Receipt of filing}
    holder: {name: "{form.institution_name}", code: "{form.uscc}"}
    number: "湘演民养备〔{decision.year}〕{serial}号"
    lines:
      - {label: {zh: 机构名称, en: Name}, value: "{form.institution_name}"}
      - {label: {zh: 统一社会信用代码, en: Code}, value: "{form.uscc}"}
      - {label: {zh: 服务场所地址, en: Address}, value: "{form.address}"}
      - {label: {zh: 床位数, en: Beds}, value: "{form.beds}张"}
      - {label: {zh: 举办者, en: Founders}, value: "{form.founders?}"}
      - {label: {zh: 备注, en: Notes}, value: "{form.notes?}"}
    body:
      - "你单位{decision.date}报来的《养老机构备案申请书》（办件编号：{case.number}）收悉。经核查，备案材料齐全，符合《养老机构管理办法》第九条、第十条的规定，现予以备案。备案事项如下："
      - "{lines}"
      - "请你单位在开展服务活动时遵守以下要求："
      - "- 按照建筑、消防、食品安全、医疗卫生、特种设备等法律、法规和强制性标准开展服务活动；"
      - "- 名称、法定代表人或者主要负责人、服务场所权属等备案事项变更的，及时办理变更备案（Change of filing, see https://example.gov.cn/filing）。"
      - "特此回执。"
  - id: registration
    kind: licence
    code: "001"
    layout: certificate
    name: {zh: 社会团体法人登记证书, en: Certificate of registration}
    holder: {name: "{form.institution_name}", code: "{form.uscc}"}
    number: "湘演社证字第{serial}号"
    lines:
      - {label: {zh: 名称, en: Name}, value: "{form.institution_name}"}
      - {label: {zh: 统一社会信用代码, en: Code}, value: "{form.uscc}"}
      - {label: {zh: 法定代表人, en: Representative}, value: "{applicant.name}"}
      - {label: {zh: 住所, en: Address}, value: "{form.address}"}
      - {label: {zh: 业务范围, en: Purpose}, value: "{form.purpose}"}
      - {label: {zh: 注册资金, en: Capital}, value: "{form.capital}"}
      - {label: {zh: 成立日期, en: Founded}, value: "{decision.date}"}
      - {label: {zh: 发起人名单, en: Founders}, value: "{form.founders?}"}
    body: ["根据《社会团体登记管理条例》，准予登记。"]
    valid: {years: 5}
"#;

pub(crate) fn facts() -> Facts {
    let text = |text: &str| Fact::Text(text.into());
    Facts {
        form: BTreeMap::from([
            ("institution_name".into(), text("长沙市演示区岳麓山下幸福里康养中心")),
            ("uscc".into(), text("52430104MJJ0000012")),
            ("address".into(), text("湖南省长沙市演示区桃花岭街道银杏路18号2栋1-3层")),
            ("beds".into(), Fact::Integer(120)),
            ("capital".into(), Fact::Money(15_000_000)),
            ("purpose".into(), text("开展老年人文体活动、健康知识宣传和志愿服务；承办政府委托的其他事项。")),
        ]),
        findings: BTreeMap::new(),
        case_number: "11430000006122244L4000001011003000202610090001".into(),
        case_item: "养老机构备案".into(),
        decision: Some(Decision { date: date(2026, 10, 9), reason: "材料齐全".into() }),
        body_name: "长沙市演示区民政局".into(),
        serial: "12".into(),
        applicant_name: "张开心".into(),
        applicant_code_masked: "4301**********1234".into(),
        issued_on: date(2026, 10, 9),
    }
}

fn founders(count: usize) -> Fact {
    let columns = ["姓名", "性别", "单位和职务", "联系电话"].map(String::from).into();
    let row = |n: usize| {
        let name = ["张三", "欧阳㛃", "买买提·吐尔逊江·阿卜杜热合曼", "𠮷田丰"][n % 4];
        let job = if n.is_multiple_of(7) {
            "长沙市演示区桃花岭街道社区卫生服务中心理事长（法定代表人）"
        } else {
            "退休教师"
        };
        [name, if n.is_multiple_of(2) { "女" } else { "男" }, job, "138****0000"].map(String::from).into()
    };
    Fact::Table(Table { columns, rows: (0..count).map(row).collect() })
}

pub(crate) fn sheet(id: &str, facts: &Facts, demo: bool) -> (Filled, Metadata) {
    let templates = Templates::parse(YAML).unwrap();
    let filled = templates.find(id).unwrap().render(facts).unwrap();
    let body = SocialCreditCode::parse("11430000006122244L").unwrap();
    let identifier = number::identifier(&body, &filled.code, &body, 2026, 12, 1).unwrap();
    let issue = Issue {
        case_number: facts.case_number.clone(),
        demo,
        division: "430104".into(),
        status_url: format!("https://tongban.example/licences/check/{}", identifier.as_str()),
        identifier,
        issuer: facts.body_name.clone(),
    };
    let metadata = Metadata::new(&filled, &issue).unwrap();
    (filled, metadata)
}

pub(crate) fn drawn(id: &str, facts: &Facts) -> Vec<u8> {
    let (filled, metadata) = sheet(id, facts, true);
    draw(&filled, &metadata, DRAWN_AT).unwrap()
}

/// Variants that stress the layouts, by name.
fn gallery() -> Vec<(&'static str, Filled, Metadata)> {
    let plain = facts();
    let mut long = facts();
    let name = "湖南省长沙市演示区桃花岭街道岳麓山下幸福里社区居家养老服务与医养结合促进会（老年大学联合会）";
    long.form.insert("institution_name".into(), Fact::Text(name.into()));
    long.form.insert("notes".into(), Fact::Text("备案有效期内每年12月31日前报送年度报告。".repeat(12)));
    long.form.insert("purpose".into(), Fact::Text("开展老年人文体活动、健康知识宣传和志愿服务；".repeat(14)));
    long.body_name = "湘西土家族苗族自治州演示县民政和社会保障事务管理局".into();
    long.form.insert("founders".into(), founders(9));
    let mut longer = long.clone();
    longer
        .form
        .insert("purpose".into(), Fact::Text("开展老年人文体活动、健康知识宣传和志愿服务；".repeat(60)));
    longer.form.insert("notes".into(), Fact::Text("备案有效期内每年12月31日前报送年度报告。".repeat(100)));
    let mut many = facts();
    many.form.insert("founders".into(), founders(1200));
    let of = |name, id, facts: &Facts| {
        let (filled, metadata) = sheet(id, facts, true);
        (name, filled, metadata)
    };
    vec![
        of("letter", "filing-receipt", &plain),
        of("letter-long", "filing-receipt", &long),
        of("letter-longer", "filing-receipt", &longer),
        of("certificate", "registration", &plain),
        of("certificate-long", "registration", &long),
        of("certificate-longer", "registration", &longer),
        of("certificate-many", "registration", &many),
    ]
}

/// With `TONGBAN_GALLERY` naming a folder, the documents are also written there, to be looked at.
#[test]
fn texts_stay_inside_the_page_and_off_each_other() {
    let folder = std::env::var_os("TONGBAN_GALLERY").map(PathBuf::from);
    for (name, filled, metadata) in gallery() {
        let canvas = lay_out(&Sheet { filled: &filled, metadata: &metadata }).unwrap();
        for (page, texts) in canvas.texts().iter().enumerate() {
            for (n, (text, [left, top, right, bottom])) in texts.iter().enumerate() {
                let inside = *left > canvas::mm(20.0)
                    && *right < canvas::PAGE_WIDTH - canvas::mm(20.0)
                    && *top > canvas::mm(15.0)
                    && *bottom < canvas::PAGE_HEIGHT - canvas::mm(10.0);
                assert!(inside, "{name}, page {page}: {text} at {left} {top} {right} {bottom}");
                for (other, [l, t, r, b]) in &texts[..n] {
                    let apart = right <= l || r <= left || bottom <= t || b <= top;
                    assert!(apart, "{name}, page {page}: {text:?} over {other:?}");
                }
            }
        }
        if let Some(folder) = &folder {
            std::fs::write(folder.join(format!("{name}.pdf")), draw(&filled, &metadata, DRAWN_AT).unwrap())
                .unwrap();
        }
    }
}

#[test]
fn a_short_letter_has_one_page_and_its_signature_is_never_alone() {
    for (name, filled, metadata) in gallery().into_iter().filter(|(name, ..)| name.starts_with("letter")) {
        let pages = lay_out(&Sheet { filled: &filled, metadata: &metadata }).unwrap().texts();
        assert!(name != "letter" || pages.len() == 1, "{name} has {} pages", pages.len());
        let last: String = pages.last().unwrap().iter().map(|(text, _)| text.as_str()).collect();
        assert!(last.contains("特此回执。") && last.contains("2026年10月9日"), "{name}: {last}");
    }
}

#[test]
fn a_list_of_thousands_repeats_its_head_and_loses_nobody() {
    let (_, filled, metadata) = gallery().pop().unwrap();
    let pages = lay_out(&Sheet { filled: &filled, metadata: &metadata }).unwrap().texts();
    let mut next = 1;
    for (n, page) in pages.iter().enumerate().skip(1) {
        let texts: Vec<&str> = page.iter().map(|(text, _)| text.as_str()).collect();
        assert!(texts.contains(&"序号") && texts.contains(&"联系电话"), "page {n}");
        assert!(texts.contains(&format!("第 {} 页  共 {} 页", n + 1, pages.len()).as_str()), "page {n}");
        for text in texts {
            if text == next.to_string() {
                next += 1;
            }
        }
    }
    assert_eq!(next, 1201);
}

#[test]
fn what_does_not_fit_on_a_certificate_stands_on_the_annex() {
    let (_, filled, metadata) =
        gallery().into_iter().find(|(name, ..)| *name == "certificate-longer").unwrap();
    let pages = lay_out(&Sheet { filled: &filled, metadata: &metadata }).unwrap().texts();
    let text = |page: usize| pages[page].iter().map(|(text, _)| text.as_str()).collect::<String>();
    assert!(text(0).contains("业务范围：见附页") && text(0).contains("至2031年10月8日"), "{}", text(0));
    let annexed: String = (1..pages.len()).map(text).collect();
    assert!(!text(0).contains('愿') && annexed.matches('愿').count() == 60, "{annexed}");

    let mut crowded = filled.clone();
    for n in 0..40 {
        let label = Bilingual { zh: format!("事项{n}"), en: "Item".into() };
        crowded.lines.push(FilledLine { label, value: LineValue::Text(format!("内容{n}。")) });
    }
    let pages = lay_out(&Sheet { filled: &crowded, metadata: &metadata }).unwrap().texts();
    let all: String = pages.iter().flatten().map(|(text, _)| text.as_str()).collect();
    assert!((0..40).all(|n| all.matches(&format!("内容{n}。")).count() == 1), "{all}");
    let first: String = pages[0].iter().map(|(text, _)| text.as_str()).collect();
    assert!(
        first.contains("其他事项：见附页自2026年") || first.contains("其他事项：见附页有效期限"),
        "{first}"
    );
}

fn extracted(pdf: &[u8]) -> Option<String> {
    if !require(Tool::Pdftotext) {
        return None;
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("document.pdf");
    std::fs::write(&path, pdf).unwrap();
    let (ok, text) = run(Tool::Pdftotext, &[path.to_str().unwrap(), "-"]);
    assert!(ok);
    Some(text.split_whitespace().collect())
}

#[test]
fn the_text_of_a_document_can_be_copied() {
    let mut facts = facts();
    facts.form.insert("institution_name".into(), Fact::Text("𠮷祥㛃养老服务中心".into()));
    facts.form.insert("founders".into(), founders(3));
    let Some(letter) = extracted(&drawn("filing-receipt", &facts)) else { return };
    for part in
        ["𠮷祥㛃养老服务中心：", "湘演民养备〔2026〕12号", "52430104MJJ0000012", "欧阳㛃", "特此回执。"]
    {
        assert!(letter.contains(part), "{part} in {letter}");
    }
    // The seal is a picture: its letters must not stand between those of the text.
    assert!(letter.contains("长沙市演示区民政局2026年10月9日") && !letter.contains("专用章"), "{letter}");
    let certificate = extracted(&drawn("registration", &facts)).unwrap();
    for part in ["社会团体法人登记证书", "¥150,000.00元", "自2026年10月9日至2031年10月8日", "共3项，见附页"]
    {
        assert!(certificate.contains(part), "{part} in {certificate}");
    }
}

#[test]
fn only_a_demonstration_says_that_it_is_one() {
    let mut facts = facts();
    facts.body_name = "长沙市岳麓区民政局".into();
    let notice = "颁发机构为虚构";
    for demo in [true, false] {
        let (filled, metadata) = sheet("registration", &facts, demo);
        let Some(text) = extracted(&draw(&filled, &metadata, DRAWN_AT).unwrap()) else { return };
        assert_eq!(text.contains(notice), demo, "{text}");
    }
}

#[test]
fn the_same_document_has_the_same_bytes_and_carries_its_metadata() {
    let (_, metadata) = sheet("registration", &facts(), true);
    let pdf = drawn("registration", &facts());
    assert_eq!(pdf, drawn("registration", &facts()));
    assert_eq!(crate::sealed_file::metadata(&pdf), Some(metadata.to_json().as_slice()));
    let xmp = String::from_utf8_lossy(&pdf).into_owned();
    assert!(
        xmp.contains("<pdfaid:part>3</pdfaid:part>") && xmp.contains("社会团体法人登记证书 湘演社证字第12号")
    );
    assert!(xmp.contains("/Lang(zh-CN)") && xmp.contains("/StructTreeRoot"));
    assert!(pdf.len() < 80_000, "{} bytes", pdf.len());
}

#[test]
fn a_character_without_a_glyph_stops_the_document() {
    let refuse = |change: &dyn Fn(&mut Facts)| {
        let mut facts = facts();
        change(&mut facts);
        let (filled, metadata) = sheet("registration", &facts, true);
        match draw(&filled, &metadata, DRAWN_AT) {
            Err(DrawError::MissingGlyph(missing)) => (missing.field, missing.code_point),
            other => panic!("{other:?}"),
        }
    };
    let text = |text: &str| Fact::Text(text.into());
    let name = refuse(&|facts| drop(facts.form.insert("institution_name".into(), text("张\u{323af}"))));
    assert_eq!(name, ("holder.name".into(), 0x323AF));
    let line = refuse(&|facts| drop(facts.form.insert("purpose".into(), text("服务\u{301}"))));
    assert_eq!(line, ("业务范围".into(), 0x301));
    let cell = refuse(&|facts| {
        let table =
            Table { columns: vec!["姓名".into()], rows: vec![vec!["张三".into()], vec!["😀".into()]] };
        facts.form.insert("founders".into(), Fact::Table(table));
    });
    assert_eq!(cell, ("发起人名单[2].姓名".into(), 0x1F600));
    assert_eq!(refuse(&|facts| facts.body_name = "民政局\u{e000}".into()), ("issuer".into(), 0xE000));
}

#[test]
fn an_entry_without_a_column_stops_the_document() {
    let mut facts = facts();
    let rows = vec![vec!["张三".into()], vec!["李四".into(), "女".into()]];
    facts.form.insert("founders".into(), Fact::Table(Table { columns: vec!["姓名".into()], rows }));
    let (filled, metadata) = sheet("registration", &facts, true);
    let error = draw(&filled, &metadata, DRAWN_AT).unwrap_err().to_string();
    assert_eq!(error, "发起人名单: row 2 has more entries than there are columns");
}

#[test]
fn metadata_of_another_document_are_refused() {
    let (filled, metadata) = sheet("registration", &facts(), true);
    let other = Metadata { number: "1".into(), ..metadata.clone() };
    assert!(matches!(draw(&filled, &other, DRAWN_AT), Err(DrawError::MetadataDiffer("number"))));
    let other = Metadata { valid_until: None, ..metadata.clone() };
    assert!(matches!(draw(&filled, &other, DRAWN_AT), Err(DrawError::MetadataDiffer("valid_until"))));
    let other = Metadata { status_url: "https://tongban.example/".repeat(200), ..metadata };
    assert!(matches!(draw(&filled, &other, DRAWN_AT), Err(DrawError::QrCode)));
}

#[test]
fn the_ofd_file_has_the_pages_and_texts_of_the_pdf_and_a_place_for_each_seal() {
    let folder = std::env::var_os("TONGBAN_GALLERY").map(PathBuf::from);
    for (name, filled, metadata) in gallery() {
        let canvas = lay_out(&Sheet { filled: &filled, metadata: &metadata }).unwrap();
        let (package, stamps) = draw_ofd(&filled, &metadata).unwrap();
        assert_eq!(
            draw_ofd(&filled, &metadata).unwrap().0,
            package,
            "{name}: the same input, the same bytes"
        );
        let structure = ofd::structure(&package).unwrap();
        let texts = ofd::page_texts(&package, &structure).unwrap();
        assert_eq!((texts.len(), stamps.len()), (canvas.page_count(), 1), "{name}");
        for (page, drawn) in texts.iter().zip(canvas.texts()) {
            let plain = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            let expected: String = drawn.iter().map(|(text, _)| plain(text)).collect();
            assert_eq!(plain(page), expected, "{name}");
        }
        assert_eq!(package.attachment(&structure, METADATA_FILE), Some(metadata.to_json().as_slice()));
        let xml = package.attachment(&structure, METADATA_XML_FILE).unwrap();
        let xml = std::str::from_utf8(xml).unwrap();
        let number = format!("<number>{}</number>", metadata.number);
        assert!(xml.contains(&number) && xml.contains("<version>1</version>"), "{xml}");
        if let Some(folder) = &folder {
            std::fs::write(folder.join(format!("{name}.ofd")), package.write().unwrap()).unwrap();
        }
    }
}
