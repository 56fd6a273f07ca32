//! The markup of news, as small as it can be: paragraphs between blank lines, `## ` for a heading, `- ` for a line of a
//! list, `[words](address)` for a link. There is no way to write HTML: templates set the pieces, escaped.

use web::local_path;

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Block {
    Heading(String),
    Paragraph(Vec<Span>),
    List(Vec<Vec<Span>>),
}

/// A piece of a line; without an address plain words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) words: String,
    pub(crate) href: String,
}

pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    // Whether the next plain line goes on with the last paragraph.
    let mut open = false;
    for line in text.lines().map(str::trim) {
        if line.is_empty() {
            open = false;
        } else if let Some(heading) = line.strip_prefix("## ") {
            blocks.push(Block::Heading(heading.trim().to_owned()));
            open = false;
        } else if let Some(entry) = line.strip_prefix("- ") {
            let entry = spans(entry.trim());
            match blocks.last_mut() {
                Some(Block::List(entries)) if open => entries.push(entry),
                Some(_) | None => blocks.push(Block::List(vec![entry])),
            }
            open = true;
        } else {
            match blocks.last_mut() {
                Some(Block::Paragraph(words)) if open => {
                    words.push(Span { words: "\n".into(), href: String::new() });
                    words.extend(spans(line));
                }
                Some(_) | None => blocks.push(Block::Paragraph(spans(line))),
            }
            open = true;
        }
    }
    blocks
}

/// Links lead to pages of this platform or to others by https; anything else stays as it was typed.
fn spans(line: &str) -> Vec<Span> {
    let plain = |words: &str| Span { words: words.to_owned(), href: String::new() };
    let mut spans = Vec::new();
    let mut rest = line;
    while let Some((before, words, href, after)) = link(rest) {
        if !before.is_empty() {
            spans.push(plain(before));
        }
        spans.push(Span { words: words.to_owned(), href: href.to_owned() });
        rest = after;
    }
    if !rest.is_empty() {
        spans.push(plain(rest));
    }
    spans
}

fn link(text: &str) -> Option<(&str, &str, &str, &str)> {
    let mut from = 0;
    while let Some(open) = text[from..].find('[').map(|at| at + from) {
        let found = text[open + 1..].split_once("](").and_then(|(words, rest)| {
            let (href, after) = rest.split_once(')')?;
            let fits = local_path(href).is_some() || is_https(href);
            (fits && !words.is_empty() && !words.contains('[')).then_some((words, href, after))
        });
        if let Some((words, href, after)) = found {
            return Some((&text[..open], words, href, after));
        }
        from = open + 1;
    }
    None
}

fn is_https(href: &str) -> bool {
    href.strip_prefix("https://").is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_graphic() && !b"\"'<>\\".contains(&b))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(words: &str) -> Span {
        Span { words: words.into(), href: String::new() }
    }

    #[test]
    fn paragraphs_headings_and_lists() {
        let text = "第一段\n第二行\n\n## 时间\n- 甲\n- 乙\n\n- 丙\n末段";
        let expected = vec![
            Block::Paragraph(vec![plain("第一段"), plain("\n"), plain("第二行")]),
            Block::Heading("时间".into()),
            Block::List(vec![vec![plain("甲")], vec![plain("乙")]]),
            Block::List(vec![vec![plain("丙")]]),
            Block::Paragraph(vec![plain("末段")]),
        ];
        assert_eq!(blocks(text), expected);
        assert_eq!(blocks(" \n\n"), Vec::new());
    }

    #[test]
    fn links_lead_here_or_to_https_and_nowhere_else() {
        let link = |words: &str, href: &str| Span { words: words.into(), href: href.into() };
        assert_eq!(
            spans("见[指南](/items/000511002000/01)和[官网](https://example.cn/a)。"),
            [
                plain("见"),
                link("指南", "/items/000511002000/01"),
                plain("和"),
                link("官网", "https://example.cn/a"),
                plain("。")
            ]
        );
        for odd in [
            "[a](javascript:alert(1))",
            "[a](//evil.cn)",
            "[a](http://x.cn)",
            "[](/x)",
            "[a](/x",
            "[a]",
            "](/x)[",
            "<b>粗</b>",
            "[a](https://x\"onclick=1)",
        ] {
            assert_eq!(spans(odd), [plain(odd)], "{odd}");
        }
        assert_eq!(spans("[[a](/x)"), [plain("["), link("a", "/x")]);
    }
}
