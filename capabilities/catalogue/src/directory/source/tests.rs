//! Files of every kind, good and bad.

use super::*;
use crate::directory::sheet::{Format, SheetWriter};

fn fault(bytes: impl Into<Vec<u8>>) -> FileFault {
    Source::read(bytes.into()).err().expect("must be refused")
}

fn cells(source: &Source) -> Vec<Vec<String>> {
    source.rows(0, 100).into_iter().map(|(_, cells)| cells.unwrap()).collect()
}

const LIST: &str = "基本编码,事项名称\n000111001000,\"社会团体,登记\"\n";

#[test]
fn text_is_read_in_every_encoding() {
    let expected = [["000111001000", "社会团体,登记"]];
    let (gb, _, _) = encoding_rs::GB18030.encode(LIST);
    let utf16: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(LIST.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let marked = format!("\u{feff}{LIST}");
    let crlf = LIST.replace('\n', "\r\n");
    for bytes in [LIST.as_bytes(), &gb, &utf16, marked.as_bytes(), crlf.as_bytes()] {
        let source = Source::read(bytes.to_vec()).unwrap_or_else(|fault| panic!("{fault}"));
        assert_eq!(source.list, List::Items);
        assert_eq!(cells(&source), expected);
    }
}

#[test]
fn both_names_are_headers_in_any_order() {
    let source =
        Source::read(b"x,task_name,TASK_CODE\n1,a,b\n".to_vec()).unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!((source.list, source.ignored.clone()), (List::Implementations, vec!["x".to_owned()]));
    let elements: Vec<&str> =
        source.columns().iter().flatten().map(|column| crate::directory::ELEMENTS[*column].name).collect();
    assert_eq!(elements, ["task_name", "task_code"]);
}

#[test]
fn bad_files_are_named() {
    assert_eq!(fault(""), FileFault::Empty);
    assert_eq!(fault(" \n"), FileFault::Empty);
    assert_eq!(fault("你好\n世界"), FileFault::NoHeader("你好".into()));
    assert_eq!(fault("基本编码\t事项名称\na\tb"), FileFault::Delimiter('\t'));
    assert_eq!(fault("基本编码;事项名称\na;b"), FileFault::Delimiter(';'));
    assert_eq!(fault("基本编码,catalog_code\na,b"), FileFault::ColumnTwice("catalog_code".into()));
    assert_eq!(fault("事项名称\na"), FileFault::NoCode);
    assert_eq!(fault("基本编码\n"), FileFault::NoRows);
    assert_eq!(fault("基本编码\n\n,\n"), FileFault::NoRows);
    assert_eq!(fault([0xD0, 0xCF, 0x11, 0xE0, 0xA1]), FileFault::OldSpreadsheet);
    assert_eq!(fault([0xFF, 0x00, 0x80]), FileFault::NotText);
    assert_eq!(fault("基本编码\na\0b"), FileFault::NotText);
    assert!(matches!(fault(*b"PK\x03\x04nonsense"), FileFault::Spreadsheet(_)));
    assert_eq!(fault(vec![b'a'; 200 * 1024 * 1024]), FileFault::TooLarge(200));
}

#[test]
fn rows_of_another_width_are_told_apart_and_codes_come_once() {
    let source =
        Source::read("基本编码,事项名称\na,b,c\nd,e\nd,f\n".into()).unwrap_or_else(|fault| panic!("{fault}"));
    let rows = source.rows(0, 9);
    assert_eq!(
        rows.iter().map(|(place, _)| (place.line, place.twice)).collect::<Vec<_>>(),
        [(2, 0), (3, 0), (4, 3)]
    );
    assert_eq!(rows[0].1, Err(3));
    let text = "基本编码,事项名称\r\na,\"b\r\nc\"\r\n\r\nd,e\r\n";
    let source = Source::read(text.into()).unwrap_or_else(|fault| panic!("{fault}"));
    let lines: Vec<u32> = source.rows(0, 9).iter().map(|(place, _)| place.line).collect();
    assert_eq!(lines, [2, 5], "as an editor counts them");
}

#[test]
fn the_widest_level_comes_first() {
    let code = |level: char| format!("11430000006122340X{level}432011103W00");
    let text = format!("实施编码\n{}\n{}\n{}\n", code('4'), code('2'), code('3'));
    let source = Source::read(text.into_bytes()).unwrap_or_else(|fault| panic!("{fault}"));
    let lines: Vec<u32> = source.rows(0, 9).iter().map(|(place, _)| place.line).collect();
    assert_eq!(lines, [3, 4, 2]);
}

fn written(format: Format, rows: &[[&str; 2]]) -> Vec<u8> {
    let mut writer = SheetWriter::new(format).unwrap();
    let mut bytes = Vec::new();
    for row in rows {
        writer.row(&row.map(str::to_owned)).unwrap();
        bytes.extend(writer.take());
    }
    bytes.extend(writer.finish().unwrap());
    bytes
}

#[test]
fn what_is_written_is_read_again() {
    let rows = [
        ["基本编码", "事项名称"],
        ["000111001000", "a,\"b\"\n<c>&'_x000D_"],
        ["000111001001", "=1+1"],
        ["000111001002", "'=1+1"],
        ["000111001003", "-"],
        ["000111001004", ""],
    ];
    for format in [Format::Csv, Format::Xlsx] {
        let source =
            Source::read(written(format, &rows)).unwrap_or_else(|fault| panic!("{format:?}: {fault}"));
        assert_eq!(cells(&source), rows[1..], "{format:?}");
    }
}

#[test]
fn a_spreadsheet_that_unpacks_too_far_is_refused() {
    use std::io::Write as _;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    let megabyte = vec![b' '; 1024 * 1024];
    zip.start_file("xl/worksheets/sheet1.xml", options).unwrap();
    for _ in 0..=xlsx::UNPACKED_MAX / 1024 / 1024 {
        zip.write_all(&megabyte).unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    assert!(bytes.len() < 10 * 1024 * 1024, "it is a small file");
    assert_eq!(fault(bytes), FileFault::Bomb);
}
