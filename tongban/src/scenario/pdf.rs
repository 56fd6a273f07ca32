//! Files that scenarios hand in.

use std::collections::BTreeMap;

/// A real, one-page PDF that says what it stands for.
pub fn invented_pdf(material: &str) -> Vec<u8> {
    let shown: String = material.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let text = format!("BT /F1 20 Tf 60 760 Td (Demonstration file) Tj 0 -32 Td ({shown}) Tj ET");
    let objects: BTreeMap<u8, String> = [
        (1, "<< /Type /Catalog /Pages 2 0 R >>".to_owned()),
        (2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned()),
        (
            3,
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
             /Resources << /Font << /F1 5 0 R >> >> >>"
                .to_owned(),
        ),
        (4, format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len())),
        (5, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned()),
    ]
    .into();
    let mut pdf = "%PDF-1.4\n".to_owned();
    let mut offsets = Vec::new();
    for (number, object) in &objects {
        offsets.push(pdf.len());
        pdf.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let start = pdf.len();
    pdf.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for offset in offsets {
        pdf.push_str(&format!("{offset:010} 00000 n \n"));
    }
    pdf.push_str(&format!(
        "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n",
        objects.len() + 1
    ));
    pdf.into_bytes()
}
