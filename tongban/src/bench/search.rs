//! How fast a large list is searched (检索测速): invented names of implementations, drawn from a seed, in an index of the kind
//! that the catalogue uses, asked in the ways in which people ask.

use std::time::Instant;

use search::{Document, Index, Synonym, Vocabulary, Weight};
use serde::Serialize;

use super::figures::Percentiles;

const CITIES: [&str; 8] = ["甲州", "乙阳", "丙潭", "丁德", "戊化", "己沙", "庚底", "辛江"];
const DISTRICTS: [&str; 12] = ["东", "南", "西", "北", "新", "河", "山", "湖", "桥", "石", "云", "林"];
const WORK: [&str; 24] = [
    "内地居民结婚登记预约",
    "最低生活保障对象认定",
    "食品经营许可",
    "道路运输经营许可",
    "特种设备使用登记",
    "医师执业注册",
    "建筑工程施工许可",
    "排污许可",
    "林木采伐许可",
    "公共场所卫生许可",
    "烟草专卖零售许可",
    "民办学校设立审批",
    "养老机构备案",
    "社会团体成立登记",
    "不动产转移登记",
    "失业保险金申领",
    "住房公积金提取",
    "户口迁移",
    "机动车驾驶证换证",
    "残疾人两项补贴",
    "出租汽车经营许可",
    "户外广告设置审批",
    "文物保护单位修缮审批",
    "出版物零售许可",
];
const SPELLED: [&str; 6] = ["jiehundengji", "yanglaojigou", "hukou", "spjy", "dlys", "shipin"];

/// What was measured.
#[derive(Debug, Clone, Serialize)]
pub struct SearchReport {
    /// Names in the index.
    pub documents: usize,
    /// Milliseconds that building took.
    pub build_ms: f64,
    /// Memory that the index holds.
    pub megabytes: f64,
    /// Queries of each kind.
    pub kinds: Vec<(&'static str, Percentiles)>,
    /// All of them.
    pub all: Percentiles,
}

/// Numbers that look drawn by lot and are the same each time (xorshift).
struct Lot(u64);

impl Lot {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 8).unwrap_or(0) % most.max(1)
    }

    fn of<'t>(&mut self, list: &[&'t str]) -> &'t str {
        list[self.below(list.len())]
    }
}

/// Builds an index of so many names and asks so many queries of each kind.
pub fn measure_search(documents: usize, queries: usize, seed: u64) -> SearchReport {
    let mut lot = Lot(seed | 1);
    let names: Vec<String> = (0..documents).map(|_| name(&mut lot)).collect();
    let synonyms =
        [Synonym { say: vec!["领证".into(), "扯证".into()], mean: vec!["结婚登记".into()] }];
    let vocabulary = Vocabulary::new(&["怎么办".into(), "我想".into(), "办".into()], &synonyms);
    let began = Instant::now();
    let texts = names.iter().map(|name| Document { texts: vec![(name.clone(), Weight::Name)] });
    let index = Index::new(texts, vocabulary);
    let build_ms = began.elapsed().as_secs_f64() * 1000.0;
    let (mut kinds, mut all) = (Vec::new(), Vec::new());
    for (kind, ask) in KINDS {
        let mut micros = Vec::new();
        for _ in 0..queries {
            let query = ask(&mut lot, &names);
            let began = Instant::now();
            let found = index.find(&query, 0.5, 20, &|_| true);
            micros.push(u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX));
            std::hint::black_box(found);
        }
        all.extend_from_slice(&micros);
        kinds.push((kind, Percentiles::of(micros)));
    }
    let megabytes = index.bytes() as f64 / 1e6;
    SearchReport { documents: index.len(), build_ms, megabytes, kinds, all: Percentiles::of(all) }
}

fn name(lot: &mut Lot) -> String {
    let place: String =
        (0..3).filter_map(|_| char::from_u32(0x4E00 + u32::try_from(lot.below(3500)).ok()?)).collect();
    let (city, district, work) = (lot.of(&CITIES), lot.of(&DISTRICTS), lot.of(&WORK));
    format!("{city}市{district}区{place}街道{work}（情形{}）", lot.below(90))
}

type Ask = fn(&mut Lot, &[String]) -> String;

/// How people ask.
const KINDS: [(&str, Ask); 7] = [
    ("a whole name", |lot, names| names[lot.below(names.len())].clone()),
    ("a piece of six characters", |lot, names| {
        let from = lot.below(10);
        names[lot.below(names.len())].chars().skip(from).take(6).collect()
    }),
    ("a name with two wrong characters", |lot, names| {
        let name = names[lot.below(names.len())].chars().enumerate();
        name.map(|(at, c)| if at == 4 || at == 12 { '错' } else { c }).collect()
    }),
    ("an item", |lot, _| lot.of(&WORK).to_owned()),
    ("an item with a character missing", |lot, _| {
        let item = lot.of(&WORK).chars().enumerate();
        item.filter(|(at, _)| *at != 2).map(|(_, c)| c).collect()
    }),
    ("pinyin or first letters", |lot, _| lot.of(&SPELLED).to_owned()),
    ("other words", |_, _| "我想领证怎么办".to_owned()),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_list_is_measured_in_every_way() {
        let report = measure_search(500, 5, 7);
        assert_eq!((report.documents, report.kinds.len(), report.all.count), (500, 7, 35));
        assert!(report.megabytes > 0.0 && report.all.p50_ms <= report.all.max_ms);
        let mut lots = [Lot(9), Lot(9)];
        let [first, second] = &mut lots;
        assert_eq!(name(first), name(second), "the same names each time");
    }
}
