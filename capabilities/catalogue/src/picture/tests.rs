//! The drawing holds all its words inside its edges.

use super::*;

fn step(shape: Shape, title: &str, details: &[&str], branches: Vec<OutlineStep>) -> OutlineStep {
    let details = details.iter().map(|detail| (*detail).to_owned()).collect();
    OutlineStep { title: title.to_owned(), details, branches, shape }
}

#[test]
fn lines_are_broken_where_readers_expect_it() {
    let check = |text: &str, ems: f64, expected: &[&str]| assert_eq!(wrap(text, ems), expected, "{text}");
    check("一二三四五", 3.0, &["一二三", "四五"]);
    check("一二三，四", 3.0, &["一二三，", "四"]);
    check("within 10 working days", 7.0, &["within 10", "working days"]);
    check("", 3.0, &[]);
    check("   ", 3.0, &[]);
    check(
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        12.0,
        &["aaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaa"],
    );
}

#[test]
fn every_box_lies_inside_the_drawing_and_below_the_one_before() {
    let branch =
        |title: &str| step(Shape::Work, title, &["由县级民政部门办理", "within 10 working days"], Vec::new());
    let steps = [
        step(Shape::Start, "提交申请", &["网上填表"], Vec::new()),
        step(
            Shape::Parallel,
            "审查",
            &["同时进行"],
            vec![branch("一"), branch("一个特别长的名称用来换行"), branch("三")],
        ),
        step(Shape::Decision, "决定", &[], Vec::new()),
        step(Shape::Outcomes, "结果", &[], vec![branch("准予"), branch("不予")]),
    ];
    let picture = draw("流程".into(), &steps);
    for drawn in &picture.boxes {
        assert!(drawn.x >= 0.0 && drawn.x + drawn.width <= picture.width, "{drawn:?}");
        assert!(drawn.y >= 0.0 && drawn.y + drawn.height <= picture.height, "{drawn:?}");
        assert!(
            drawn.lines.iter().all(|line| line.y > drawn.y && line.y < drawn.y + drawn.height),
            "{drawn:?}"
        );
    }
    let texts: Vec<&str> =
        picture.boxes.iter().flat_map(|drawn| &drawn.lines).map(|line| line.text.as_str()).collect();
    assert_eq!(texts.iter().filter(|text| **text == "由县级民政部门办理").count(), 5);
    // Two abreast: the first two branches share a row, the third has its own.
    let row =
        |title: &str| picture.boxes.iter().find(|drawn| drawn.lines[0].text == title).map(|drawn| drawn.y);
    assert!(row("一") < row("三"));
    assert_eq!(row("准予"), row("不予"));
    assert_eq!(picture.arrows.iter().map(|arrow| arrow.heads.len()).collect::<Vec<_>>(), [1, 1, 2]);
}

#[test]
fn words_are_escaped_and_nothing_is_styled_inline() {
    let steps = [step(Shape::Start, "<b>&\"", &["a < b"], Vec::new())];
    let svg = draw("<t>".into(), &steps).render().unwrap();
    assert!(svg.contains("&#60;b&#62;&#38;") && svg.contains("a &#60; b"), "{svg}");
    assert!(!svg.contains("<b>") && !svg.contains("style="));
    assert!(svg.contains("<title id=\"picture-title\">&#60;t&#62;</title>"));
}
