//! Invented lists of any length on the real divisions of Hunan, for tests, measuring and documents. The same seed gives the
//! same lists; every row keeps the rules.

use std::io::{self, Write};

use codes::tables::UseLevel;
use codes::{DivisionCode, DivisionLevel, ImplementationCode, ItemCode, SocialCreditCode, divisions};

use super::element::{Codes, Part as _};
use super::export::{cells, columns};
use super::sheet::{Format, SheetWriter};
use super::source::List;
use super::{Elements, ListedMaterial};

const SUBJECTS: [&str; 16] = [
    "社区食堂",
    "邻里图书角",
    "口袋公园",
    "登山步道",
    "宠物领养",
    "旧物交换",
    "萤火虫观赏区",
    "屋顶花园",
    "街头琴房",
    "露天影院",
    "风筝节",
    "龙舟队",
    "自行车队",
    "植树认养",
    "共享工具屋",
    "星空营地",
];
const ACTS: [&str; 8] = ["登记", "备案", "变更", "注销", "补贴申领", "场地使用", "活动报备", "资格确认"];
const KINDS: [&str; 4] = ["20", "05", "07", "10"];
const MATERIALS: [&str; 5] = ["演示申请表", "演示身份说明", "演示场地说明", "演示安全承诺", "演示活动方案"];

/// A small generator of numbers (xorshift): what it gives depends on the seed alone.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from(self.0 % u64::from(most.max(1))).unwrap_or_default()
    }
}

/// The divisions that carry items out: province, cities, counties, towns, the widest first.
fn places() -> Vec<divisions::Division> {
    let mut places: Vec<_> = divisions::find(divisions::PROVINCE).into_iter().collect();
    let mut next = 0;
    while next < places.len() {
        if places[next].level() < DivisionLevel::Town {
            places.extend(divisions::children(places[next].code));
        }
        next += 1;
    }
    places
}

fn item(index: usize) -> Option<Elements> {
    let kind = KINDS[index % KINDS.len()];
    let code = format!("43{kind}11{:03}{:03}", 900 + index / 4 % 100, index / 400);
    let name =
        format!("演示{}{}", SUBJECTS[index % SUBJECTS.len()], ACTS[index / SUBJECTS.len() % ACTS.len()]);
    let round = index / (SUBJECTS.len() * ACTS.len());
    let name = if round == 0 { name } else { format!("{name}（{round}）") };
    Some(Elements {
        catalog_code: Some(ItemCode::parse(&code).ok()?.to_string()),
        task_name: Some(name),
        task_type: Some(kind.to_owned()),
        by_law: Some("《演示事项管理办法》第三条（虚构）".to_owned()),
        use_level: Some(Codes(["2", "3", "4", "5"].map(str::to_owned).to_vec())),
        task_state: Some("1".to_owned()),
        task_version: Some("1".to_owned()),
        anticipate_day: Some(40),
        anticipate_type: Some("1".to_owned()),
        limit_scene_num: Some(2),
        online_handle_depth: Some(Codes(vec!["3".to_owned()])),
        is_fee: Some(false),
        server_type: Some(Codes(vec![if index.is_multiple_of(3) { "2" } else { "1" }.to_owned()])),
        materials: Some(MATERIALS.iter().map(|name| ListedMaterial::named(name)).collect()),
        ..Elements::default()
    })
}

fn implementation(
    item: &Elements,
    place: &divisions::Division,
    number: usize,
    numbers: &mut Numbers,
) -> Option<Elements> {
    let code = DivisionCode::parse(place.code).ok()?;
    let level = UseLevel::from(place.level());
    let depth = match place.level() {
        DivisionLevel::Province => 0,
        DivisionLevel::City => 1,
        DivisionLevel::County => 2,
        DivisionLevel::Town | DivisionLevel::Village => 3,
    };
    let body = SocialCreditCode::from_parts("11", code.as_str().get(..6)?, &format!("MY{number:06}")).ok()?;
    let task = ImplementationCode::new(&body, level, &ItemCode::parse(item.catalog_code.as_deref()?).ok()?);
    let path = divisions::full_name(place.code);
    let most = 36 - depth * 8; // each level promises less than the one above at its best
    let needed = usize::try_from(2 + numbers.below(4)).ok()?;
    let materials = item.materials.iter().flatten().take(needed).map(|material| ListedMaterial {
        material_type: "1".to_owned(),
        material_format: "3".to_owned(),
        is_need: "1".to_owned(),
        source_type: "10".to_owned(),
        page_num: "1".to_owned(),
        ..material.clone()
    });
    Some(Elements {
        task_code: Some(task.to_string()),
        task_name: item.task_name.clone(),
        task_type: item.task_type.clone(),
        by_law: item.by_law.clone(),
        use_level: Some(Codes(vec![level.code().to_owned()])),
        task_state: Some("1".to_owned()),
        task_version: Some("1".to_owned()),
        dept_name: Some(format!("{path}演示服务中心")),
        dept_code: Some(body.to_string()),
        dept_type: Some("1".to_owned()),
        power_source: Some("1".to_owned()),
        area_code: Some(code.to_string()),
        promise_day: Some(most - numbers.below(8)),
        promise_type: Some("1".to_owned()),
        accept_condition: Some("演示数据：在本辖区活动，材料齐全即受理。".to_owned()),
        handle_flow: Some("申请、受理、审查、决定、送达".to_owned()),
        server_type: item.server_type.clone(),
        project_type: Some(if numbers.below(4) == 0 { "1" } else { "2" }.to_owned()),
        handle_type: Some(Codes(["1", "2"].map(str::to_owned).to_vec())),
        limit_scene_num: Some(if depth < 3 { 1 } else { numbers.below(2) }),
        online_handle_depth: Some(Codes(vec![(4 + depth).to_string()])),
        is_fee: Some(false),
        is_schedule: Some(numbers.below(2) == 0),
        is_express: Some(true),
        is_service_terminals: Some(numbers.below(3) == 0),
        transact_addr: Some(format!("{path}演示路{}号", 1 + numbers.below(300))),
        transact_time: Some("工作日 9:00-12:00，13:30-17:00".to_owned()),
        link_way: Some("0000-12345".to_owned()),
        supervise_way: Some("12345".to_owned()),
        materials: Some(materials.collect()),
        ..Elements::default()
    })
}

/// How many items it takes for so many implementations.
fn items_for(rows: usize) -> usize {
    rows.div_ceil(places().len().max(1))
}

fn header(writer: &mut SheetWriter, list: List) -> io::Result<()> {
    writer.row(&columns(list).map(|element| element.name.to_owned()).collect::<Vec<_>>())
}

/// Writes the directory list of the items that `rows` implementations are of. Says how many they are.
pub fn generate_items(rows: usize, format: Format, out: &mut dyn Write) -> io::Result<usize> {
    let mut writer = SheetWriter::new(format)?;
    header(&mut writer, List::Items)?;
    let items: Vec<Elements> = (0..items_for(rows)).filter_map(item).collect();
    for item in &items {
        writer.row(&cells(List::Items, item))?;
        out.write_all(&writer.take())?;
    }
    out.write_all(&writer.finish()?)?;
    Ok(items.len())
}

/// Writes an implementation list of so many rows.
pub fn generate_implementations(
    rows: usize,
    seed: u64,
    format: Format,
    out: &mut dyn Write,
) -> io::Result<usize> {
    let mut writer = SheetWriter::new(format)?;
    header(&mut writer, List::Implementations)?;
    let places = places();
    let mut numbers = Numbers(seed | 1);
    let mut written = 0;
    for item in (0..items_for(rows)).filter_map(item) {
        for (number, place) in places.iter().enumerate().take(rows - written) {
            if let Some(row) = implementation(&item, place, number, &mut numbers) {
                writer.row(&cells(List::Implementations, &row))?;
                written += 1;
            }
        }
        out.write_all(&writer.take())?;
    }
    out.write_all(&writer.finish()?)?;
    Ok(written)
}
