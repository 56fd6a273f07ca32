//! Which language a visitor reads.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;

use crate::cookie;

/// A language in which the pages are complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Lang {
    /// Simplified Chinese (简体中文), the first language.
    #[default]
    ZhCn,
    /// English (英文).
    En,
}

impl Lang {
    /// Every language, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::ZhCn, Self::En];

    /// The BCP 47 tag, as in `<html lang>` and `Content-Language`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::ZhCn => "zh-CN",
            Self::En => "en",
        }
    }

    /// Writing direction, as in `<html dir>`; languages written from the right are to come.
    pub const fn direction(self) -> &'static str {
        match self {
            Self::ZhCn | Self::En => "ltr",
        }
    }

    /// The language's own name for itself: a reader must find it without reading the others.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::ZhCn => "中文",
            Self::En => "English",
        }
    }

    /// The language of a tag: `zh` in any form, `en` in any form, else none.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("zh") {
            Some(Self::ZhCn)
        } else if primary.eq_ignore_ascii_case("en") {
            Some(Self::En)
        } else {
            None
        }
    }

    /// What the visitor chose (cookie `lang`), else what the browser prefers, else Chinese.
    pub fn of(headers: &HeaderMap) -> Self {
        cookie::read(headers, "lang")
            .and_then(Self::from_tag)
            .or_else(|| preferred(headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?))
            .unwrap_or_default()
    }
}

/// The supported language of highest weight in an `Accept-Language` list (RFC 9110 §12.5.4); the earlier wins a tie.
fn preferred(list: &str) -> Option<Lang> {
    let mut best: Option<(Lang, f32)> = None;
    for range in list.split(',') {
        let mut parts = range.split(';');
        let tag = parts.next().unwrap_or_default().trim();
        let weight = parts
            .find_map(|part| part.trim().strip_prefix("q="))
            .map_or(1.0, |text| text.trim().parse().unwrap_or(0.0));
        if let Some(lang) = Lang::from_tag(tag)
            && weight > best.map_or(0.0, |(_, highest)| highest)
        {
            best = Some((lang, weight));
        }
    }
    best.map(|(lang, _)| lang)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header::COOKIE;

    fn check(cookie: &str, accept: &str, expected: Lang) {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, cookie.parse().unwrap());
        headers.insert(ACCEPT_LANGUAGE, accept.parse().unwrap());
        assert_eq!(Lang::of(&headers), expected, "{cookie:?} {accept:?}");
    }

    #[test]
    fn the_choice_wins_then_the_browser_then_chinese() {
        check("lang=en", "zh-CN", Lang::En);
        check("x=1; lang=zh-CN", "en", Lang::ZhCn);
        check("lang=xx", "en-GB,en;q=0.9", Lang::En);
        check("", "fr, en;q=0.5, zh;q=0.8", Lang::ZhCn);
        check("", "en;q=0, fr", Lang::ZhCn);
        check("", "en, zh", Lang::En);
        assert_eq!(Lang::of(&HeaderMap::new()), Lang::ZhCn);
    }
}
