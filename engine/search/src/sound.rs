//! How characters sound (拼音): syllables, folded so that what many people do not tell apart is one (z and zh, n and
//! l, in and ing).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use pinyin::ToPinyinMulti;

/// Number of a folded syllable.
pub(crate) type Sound = u16;

/// Readings of one character that are looked at; the commonest come first.
const READINGS_MAX: usize = 3;
const FIRST: u32 = 0x3400;
const LAST: u32 = 0x9FFF;
/// Ways to cut a row of letters into syllables that are tried.
const CUTS_MAX: usize = 4;
const SYLLABLE_MAX: usize = 6;

/// A reading: its sound and the letter it begins with.
pub(crate) type Reading = (Sound, u8);

struct Table {
    /// Spelled syllables, as they are and folded, with the number of the folded one.
    spelled: BTreeMap<String, Sound>,
    /// By character from U+3400.
    readings: Vec<Vec<Reading>>,
}

static TABLE: LazyLock<Table> = LazyLock::new(Table::new);

impl Table {
    fn new() -> Self {
        let mut table = Self { spelled: BTreeMap::new(), readings: Vec::new() };
        for code in FIRST..=LAST {
            let mut readings: Vec<Reading> = Vec::new();
            let multi = char::from_u32(code).and_then(|c| c.to_pinyin_multi());
            for reading in multi.into_iter().flatten() {
                let plain: String = reading.plain().replace('ü', "v");
                let letter = plain.bytes().next().unwrap_or(b'a');
                let sound = table.number(&plain);
                if readings.len() < READINGS_MAX && !readings.iter().any(|known| known.0 == sound) {
                    readings.push((sound, letter));
                }
            }
            table.readings.push(readings);
        }
        table
    }

    fn number(&mut self, plain: &str) -> Sound {
        let folded = fold(plain);
        let next = Sound::try_from(self.spelled.len()).unwrap_or(Sound::MAX);
        let sound = *self.spelled.entry(folded).or_insert(next);
        self.spelled.entry(plain.to_owned()).or_insert(sound);
        sound
    }
}

/// What many people do not tell apart becomes one.
fn fold(plain: &str) -> String {
    let plain = plain.replace('v', "u");
    let start = match plain.as_bytes() {
        [b'z' | b'c' | b's', b'h', ..] => format!("{}{}", &plain[..1], &plain[2..]),
        [b'n', _, ..] => format!("l{}", &plain[1..]),
        _ => plain,
    };
    match start.strip_suffix('g') {
        // Nobody takes jiang for jian.
        Some(short)
            if ["in", "en", "an"].iter().any(|end| short.ends_with(end)) && !short.ends_with("ian") =>
        {
            short.to_owned()
        }
        Some(_) | None => start,
    }
}

/// The readings of a character (多音字 have several).
pub(crate) fn readings(c: char) -> &'static [Reading] {
    let at = u32::from(c).checked_sub(FIRST).and_then(|at| usize::try_from(at).ok());
    at.and_then(|at| TABLE.readings.get(at)).map_or(&[], Vec::as_slice)
}

/// A syllable in a row of letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Syllable {
    pub(crate) sound: Sound,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Ways to read a row of letters as syllables, longer syllables first. The last one may be unfinished, as it is while
/// somebody types; it is left out.
pub(crate) fn syllables(letters: &[char]) -> Vec<Vec<Syllable>> {
    let mut ends_well = vec![false; letters.len() + 1];
    for at in (0..=letters.len()).rev() {
        ends_well[at] = is_beginning(&letters[at..])
            || steps(letters, at).any(|syllable| ends_well.get(syllable.end).copied().unwrap_or(false));
    }
    let mut cuts = Vec::new();
    if ends_well[0] {
        cut(letters, &ends_well, 0, &mut Vec::new(), &mut cuts);
    }
    cuts
}

fn cut(
    letters: &[char],
    ends_well: &[bool],
    at: usize,
    sofar: &mut Vec<Syllable>,
    cuts: &mut Vec<Vec<Syllable>>,
) {
    if at == letters.len() {
        cuts.push(sofar.clone());
        return;
    }
    let mut steps: Vec<Syllable> = steps(letters, at).filter(|step| ends_well[step.end]).collect();
    steps.reverse();
    let stuck = steps.is_empty();
    for step in steps {
        if cuts.len() >= CUTS_MAX {
            return;
        }
        sofar.push(step);
        cut(letters, ends_well, step.end, sofar, cuts);
        sofar.pop();
    }
    if stuck && !sofar.is_empty() {
        cuts.push(sofar.clone());
    }
}

/// Syllables that begin here, shorter ones first.
fn steps(letters: &[char], at: usize) -> impl Iterator<Item = Syllable> + '_ {
    (at + 1..=letters.len().min(at + SYLLABLE_MAX)).filter_map(move |end| {
        let spelled: String = letters[at..end].iter().collect();
        let sound = TABLE.spelled.get(&spelled)?;
        Some(Syllable { sound: *sound, start: at, end })
    })
}

/// Whether these letters begin some syllable; no letters do.
fn is_beginning(letters: &[char]) -> bool {
    if letters.len() >= SYLLABLE_MAX {
        return false;
    }
    let spelled: String = letters.iter().collect();
    TABLE.spelled.range(spelled.clone()..).next().is_some_and(|(known, _)| known.starts_with(&spelled))
}

/// Two sounds in one number.
pub(crate) fn pair(a: Sound, b: Sound) -> u32 {
    u32::from(a) << 16 | u32::from(b)
}

/// One sound, apart from all pairs.
pub(crate) fn single(a: Sound) -> u32 {
    u32::from(a) << 16 | 0xFFFF
}

/// First letters in one number.
pub(crate) fn initials(letters: &[u8]) -> u32 {
    letters.iter().fold(0, |number, letter| number << 8 | u32::from(*letter))
}
